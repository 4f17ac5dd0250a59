"""Trace files: the steps of a violation by name and argument, with what each of them changed.

One format for every engine. The steps are what counts: they survive upgrades, and are what is taken again. The values
are what was seen when the file was written, for whoever reads it, and to tell at which step things went another way.

A trace file is data only. Nothing in it is looked up but names of steps, worlds, laws and subjects, and all of it is
bounded, because it may come from a stranger's pull request. It has four levels, each of its own type, so one that is
nested deeper is refused where the fifth begins.
"""

from __future__ import annotations

import re
from typing import Annotated, Final, Literal, TypeAlias

import msgspec

from strandline.model.terms import Step as Taken
from strandline.properties.core.counting import many
from strandline.properties.core.verdict import Change, Exhibit, Frame, Trace
from strandline.properties.evidence import bounded, strict
from strandline.properties.evidence.lanes import called, who

VERSION: Final = 2
"""The version that is written and read; raised when the meaning of the format changes."""

BYTES_MAX: Final = 1024 * 1024
"""The largest trace file that is read, in bytes."""

STEPS_MAX: Final = 1_000
"""The longest trace."""

NAME_MAX: Final = 200
"""Characters of a name."""

VALUE_MAX: Final = 2_000
"""Characters of a value, or of a line about the end; a longer one is cut when it is written."""

CHANGES_MAX: Final = 50
"""What one step may change, and lines about the end."""

ACTORS_MAX: Final = 100
"""The highest number of a refresh."""

REFRESH: Final = re.compile(r"r([1-9][0-9]{0,3})")
"""What a refresh is called."""

PART_MAX: Final = 80
"""Characters of a law's or a subject's name in the name of a file."""

Name: TypeAlias = Annotated[str, msgspec.Meta(min_length=1, max_length=NAME_MAX)]
Value: TypeAlias = Annotated[str, msgspec.Meta(max_length=VALUE_MAX)]
Arg: TypeAlias = Annotated[int, msgspec.Meta(ge=-(2**63), le=2**63 - 1)]


class BadTraceError(Exception):
    """What was given is no trace file; one line says why."""


class Changed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a step changed: a value before, empty if it was only told, and after."""

    what: Name
    before: Value
    after: Value


class Step(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One step: its name, who takes it (nobody for the environment), its argument; and what was seen of it.

    ``says`` and ``changed`` are empty in a trace of bare steps.
    """

    name: Name
    actor: Name | None = None
    arg: Arg = 0
    says: Value = ""
    changed: Annotated[tuple[Changed, ...], msgspec.Meta(max_length=CHANGES_MAX)] = ()


class TraceFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What a trace file holds.

    ``first`` is what stood there before the first step, ``ending`` what was wrong. In a trace that goes round for ever
    ``loop`` is the number of steps before the round.
    """

    format: Literal["strandline trace"]
    version: Literal[2]
    subject: Name
    world: Name
    law: Name
    first: Annotated[tuple[Changed, ...], msgspec.Meta(max_length=CHANGES_MAX)] = ()
    steps: Annotated[tuple[Step, ...], msgspec.Meta(max_length=STEPS_MAX)] = ()
    ending: Annotated[tuple[Value, ...], msgspec.Meta(max_length=CHANGES_MAX)] = ()
    loop: Annotated[int, msgspec.Meta(ge=0, le=STEPS_MAX)] | None = None


OWN: Final = "world:"
"""Begins the subject of a trace of somebody's own world; the module and the name of the world follow."""


def is_own(file: TraceFile) -> bool:
    """Tell whether a trace is of somebody's own world."""
    return file.subject.startswith(OWN)


class _Head(msgspec.Struct):
    """What tells that a file is a trace, and of which version, whatever else there is to it."""

    format: Literal["strandline trace"]
    version: int


def to_file(trace: Trace, exhibit: Exhibit | None = None) -> TraceFile:
    """Give a trace as it is written down: with what came of it, or its bare steps, taken by refreshes."""
    named = who if exhibit is None else called(exhibit)
    steps = tuple(Step(step.name, None if step.actor is None else named(step.actor), step.arg) for step in trace.steps)
    file = TraceFile("strandline trace", 2, trace.subject, trace.world, trace.law, (), steps)
    if exhibit is None:
        return file
    seen = [
        msgspec.structs.replace(step, says=cut(frame.title), changed=tuple(map(_changed, frame.changes[:CHANGES_MAX])))
        for step, frame in zip(steps, exhibit.frames, strict=False)
    ]
    return msgspec.structs.replace(
        file,
        first=tuple(Changed(what, "", cut(value)) for what, value in exhibit.first),
        steps=(*seen, *steps[len(seen) :]),
        ending=tuple(map(cut, exhibit.ending[:CHANGES_MAX])),
    )


def to_trace(file: TraceFile, actors: tuple[str, ...] | None = None) -> Trace:
    """Give the steps of a file, to be taken again.

    Args:
        file: the trace.
        actors: what its actors are called, by number; by default they are refreshes.

    Raises:
        BadTraceError: a step is taken by somebody who is none of them.
    """
    steps = tuple(Taken(step.name, number_of(step.actor, actors), step.arg) for step in file.steps)
    return Trace(file.subject, file.world, file.law, steps)


def actors_of(file: TraceFile) -> tuple[str, ...] | None:
    """Give the names of the actors in a file, for whoever only shows it; None if they are refreshes."""
    names = {step.actor for step in file.steps if step.actor is not None}
    return None if all(map(REFRESH.fullmatch, names)) else tuple(sorted(names))


def frames(file: TraceFile, actors: tuple[str, ...] | None = None) -> tuple[Frame, ...]:
    """Give what was seen of the steps when the file was written; nothing if it has bare steps.

    Args:
        file: the trace.
        actors: what its actors are called, by number; by default they are refreshes.
    """
    if not any(step.says for step in file.steps):
        return ()
    return tuple(
        Frame(
            number_of(step.actor, actors),
            step.says,
            tuple(Change(one.what, one.before, one.after) for one in step.changed),
        )
        for step in file.steps
    )


def encode(trace: Trace, exhibit: Exhibit | None = None) -> bytes:
    """Write a trace down."""
    return encode_file(to_file(trace, exhibit))


def encode_file(file: TraceFile) -> bytes:
    """Write a trace file down, one step a line and one change a line, so that a change of it can be reviewed."""
    head = {field: getattr(file, field) for field in ("format", "version", "subject", "world", "law")}
    head |= {"loop": file.loop} if file.loop is not None else {}
    lines = [f"  {_json(name)}: {_json(value)}," for name, value in head.items()]
    lines += _listed("first", [_json(one) for one in file.first], ",") if file.first else []
    lines += _listed("steps", list(map(_step, file.steps)), "," if file.ending else "")
    lines += _listed("ending", [_json(one) for one in file.ending], "") if file.ending else []
    return "\n".join(["{", *lines, "}", ""]).encode()


def compact(trace: Trace) -> bytes:
    """Write the bare steps of a trace on one line, to be pasted."""
    return msgspec.json.encode(to_file(trace))


def parse(data: bytes) -> TraceFile:
    """Read a trace file.

    Raises:
        BadTraceError: it is too large, no JSON, of another version, or no trace.
    """
    if len(data) > BYTES_MAX:
        raise BadTraceError(f"a trace has at most {BYTES_MAX:,} bytes, and this is larger")
    try:
        version = strict.decode(data, _Head).version
        if version == VERSION:
            return _round(strict.decode(data, TraceFile))
    except strict.LooseError as error:
        raise BadTraceError(f"not a trace file: {error}") from error
    raise BadTraceError(f"a trace of version {version}; this strandline reads version {VERSION}, so write it anew")


def _round(file: TraceFile) -> TraceFile:
    """Give a file whose round, if it has one, is a round of its steps."""
    if file.loop is not None and not (is_own(file) and file.loop < len(file.steps)):
        raise BadTraceError(
            f"a round that begins after step {file.loop} is none of its {many(len(file.steps), 'step')}"
        )
    return file


def decode(data: bytes) -> Trace:
    """Read the steps of a trace file.

    Raises:
        BadTraceError: it is too large, no JSON, of another version, or no trace.
    """
    return to_trace(parse(data))


def read(source: str) -> TraceFile:
    """Read the trace file of that name, or on standard input for ``-``.

    Raises:
        BadTraceError: it cannot be read, or is no trace.
    """
    return parse(fetch(source))


def fetch(source: str) -> bytes:
    """Give the bytes of the trace file of that name, or of standard input for ``-``.

    Raises:
        BadTraceError: they cannot be read.
    """
    try:
        return bounded.read(source, BYTES_MAX)
    except bounded.UnreadableError as error:
        raise BadTraceError(str(error)) from error


def load(source: str) -> Trace:
    """Read the steps in a trace file, or on standard input for ``-``.

    Raises:
        BadTraceError: it cannot be read, or is no trace.
    """
    return to_trace(read(source))


def file_name(trace: Trace | TraceFile) -> str:
    """Name the file of a trace by law and subject."""
    parts = (re.sub(r"[^A-Za-z0-9._-]+", "-", part)[:PART_MAX] for part in (trace.law, trace.subject))
    return "-".join(parts) + ".json"


def exit_code(exhibit: Exhibit) -> int:
    """Give 1 if the law is still broken, 3 if the trace fits no longer or the law judges nothing in it, else 0."""
    if exhibit.broken:
        return 1
    return 0 if exhibit.fits == len(exhibit.trace.steps) and exhibit.judged else 3


def document(exhibit: Exhibit) -> dict[str, object]:
    """Give what came of a trace as it goes into JSON."""
    trace = exhibit.trace
    return {
        "subject": trace.subject,
        "world": trace.world,
        "law": trace.law,
        "broken": exhibit.broken,
        "steps": len(trace.steps),
        "fits": exhibit.fits,
        "judged": exhibit.judged,
        "actors": None if exhibit.actors is None else list(exhibit.actors),
        "why": exhibit.why,
        "at": exhibit.at,
        "first": dict(exhibit.first),
        "frames": [
            {"actor": frame.actor, "title": frame.title, "changes": [change._asdict() for change in frame.changes]}
            for frame in exhibit.frames
        ],
        "ending": list(exhibit.ending),
    }


def cut(text: str) -> str:
    """Give a value, or as much of it as a trace file holds."""
    return text if len(text) <= VALUE_MAX else f"{text[: VALUE_MAX - 4]} ..."


def number_of(actor: str | None, actors: tuple[str, ...] | None = None) -> int | None:
    """Give the number of an actor by its name, from 0; None for the environment, which has no name.

    Args:
        actor: the name.
        actors: what the actors are called, beside r1, r2 and so on; by default they are refreshes.

    Raises:
        BadTraceError: nobody has this name.
    """
    if actor is None:
        return None
    found = REFRESH.fullmatch(actor)
    if actors is not None:
        if actor in actors:
            return actors.index(actor)
        if found is not None and int(found[1]) <= len(actors):
            return int(found[1]) - 1
        raise BadTraceError(f"nobody is named {actor!r}; there are {', '.join(actors) or 'none'}")
    if found is None or int(found[1]) > ACTORS_MAX:
        raise BadTraceError(f"no refresh is named {actor!r}; they are r1 to r{ACTORS_MAX}")
    return int(found[1]) - 1


def _changed(change: Change) -> Changed:
    return Changed(*map(cut, change))


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()


def _listed(name: str, values: list[str], comma: str) -> list[str]:
    """Write a list, one value a line."""
    if not values:
        return [f'  "{name}": []{comma}']
    return [f'  "{name}": [', *(f"    {value}," for value in values[:-1]), f"    {values[-1]}", f"  ]{comma}"]


def _step(step: Step) -> str:
    """Write a step on one line, and below it what it changed."""
    bare = _json(msgspec.structs.replace(step, changed=()))
    if not step.changed:
        return bare
    changes = ",\n      ".join(map(_json, step.changed))
    return f'{bare[:-1]},"changed":[\n      {changes}]}}'
