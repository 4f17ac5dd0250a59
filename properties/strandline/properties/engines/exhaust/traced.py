"""Writes a trace of somebody's own world as a trace file, in the format of every other engine.

What is taken again is each step's action and the way in which it goes. The file names the world, for whoever reads it;
what is run is said by whoever replays it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from msgspec import structs

from strandline.properties.evidence.replay import (
    BYTES_MAX,
    CHANGES_MAX,
    NAME_MAX,
    OWN,
    STEPS_MAX,
    Changed,
    Step,
    TraceFile,
    cut,
    encode_file,
    file_name,
)

if TYPE_CHECKING:
    from collections.abc import Collection

    from strandline.properties.engines.exhaust.report import Claims, LawOutcome, TraceShown


class UnwritableError(ValueError):
    """A trace that no trace file can hold; one line says why."""


class Files(NamedTuple):
    """The trace files of a search by their names, and lines about traces that none can hold."""

    written: dict[str, bytes]
    unwritable: tuple[str, ...]


def files(claims: Claims) -> Files:
    """Write down every trace that a search of somebody's own world found."""
    written: dict[str, bytes] = {}
    unwritable: list[str] = []
    for law in claims.laws:
        for trace in law.traces:
            try:
                file = to_file(claims, law, trace)
                data = _encoded(file)
            except UnwritableError as error:
                unwritable.append(f"no trace file for law {law.law!r}: {error}")
                continue
            name = file_name(structs.replace(file, subject=claims.subject))
            written[_free(name, written)] = data
    return Files(written, tuple(unwritable))


def to_file(claims: Claims, law: LawOutcome, trace: TraceShown) -> TraceFile:
    """Give a trace as it is written down.

    Raises:
        UnwritableError: it has more steps, or longer names, than a trace file.
    """
    if len(trace.steps) > STEPS_MAX:
        raise UnwritableError(f"a trace file has at most {STEPS_MAX:,} steps, and this trace {len(trace.steps):,}")
    subject = OWN + claims.subject
    names = [subject, claims.world, law.law, *trace.first]
    names += [name for step in trace.steps for name in (step.action, step.actor) if name is not None]
    bad = next((name for name in names if not 0 < len(name) <= NAME_MAX), None)
    if bad is not None:
        raise UnwritableError(f"a trace file has names of 1 to {NAME_MAX} characters, and {bad[:NAME_MAX]!r} is none")
    steps, state = [], dict(trace.first)
    for step in trace.steps:
        changed = tuple(Changed(name, cut(state[name]), cut(value)) for name, value in step.changed.items())[
            :CHANGES_MAX
        ]
        steps.append(Step(step.action, step.actor, step.way, cut(titled(step.action, step.label)), changed))
        state |= step.changed
    first = tuple(Changed(name, "", cut(value)) for name, value in trace.first.items())[:CHANGES_MAX]
    return TraceFile("strandline trace", 2, subject, claims.world, law.law, first, tuple(steps), loop=trace.loop)


def _encoded(file: TraceFile) -> bytes:
    data = encode_file(file)
    if len(data) > BYTES_MAX:
        raise UnwritableError(f"it would have more than {BYTES_MAX:,} bytes")
    return data


def _free(name: str, taken: Collection[str]) -> str:
    """Give a file a name that no other one has, in capitals or not."""
    stem, folded = name.removesuffix(".json"), {other.casefold() for other in taken}
    names = (name, *(f"{stem}-{number}.json" for number in range(2, len(taken) + 2)))
    return next(one for one in names if one.casefold() not in folded)


def titled(action: str, label: str) -> str:
    """Call a step by its action, and by the label of the way in which it goes."""
    return f"{action} [{label}]" if label else action
