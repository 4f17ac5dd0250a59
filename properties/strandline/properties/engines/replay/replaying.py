"""Taking a trace again at the command line: on what it is taken, what is shown of it, and the exit code."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from strandline.properties.core.system import MODEL, SHIPPED
from strandline.properties.core.verdict import EXIT_CODES, Exhibit, Frame, Verdict
from strandline.properties.engines.replay.retrace import retrace
from strandline.properties.engines.replay.sides import Sides, beside, columns, parted, shown, side_by_side
from strandline.properties.evidence import lanes, replay

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from strandline.properties.core.law import Law
    from strandline.properties.core.system import System
    from strandline.properties.core.verdict import Trace
    from strandline.properties.evidence.replay import TraceFile

ON: Final = ("model", "impl", "both")
"""What a trace can be taken on: the model, the real code, both side by side."""


class Asked(NamedTuple):
    """How a trace is to be taken again.

    ``on`` is one of :data:`ON`, ``mutant`` what to plant in the real code; either is None for what the trace names.
    ``until`` is how many steps to take at most, None for all.
    """

    on: str | None = None
    mutant: str | None = None
    until: int | None = None


class Taken(NamedTuple):
    """A trace taken again: what came of it, and the model's side of it if that was asked for.

    ``written`` is what was seen when the file was written, if anything; ``drifted`` the number of the first step that
    shows something else now, from 1.
    """

    exhibit: Exhibit
    written: tuple[Frame, ...]
    sides: Sides | None = None
    drifted: int | None = None


class NoSideError(Exception):
    """What the trace names cannot be taken on what was asked for; one line says so."""


def subject_on(system: System, trace: Trace, asked: Asked) -> str:
    """Give the subject to take a trace on.

    Raises:
        NoSideError: it is of one that is neither the model nor the real code.
    """
    if asked.on is None and asked.mutant is None:
        return trace.subject
    if trace.subject in system.apart:
        raise NoSideError(f"it is a trace of {trace.subject}, which has gates of its own: neither model nor real code")
    if asked.on == MODEL:
        return MODEL
    return asked.mutant or (SHIPPED if trace.subject == MODEL else trace.subject)


def take(system: System, file: TraceFile, asked: Asked) -> Taken:
    """Take the steps of a trace file again.

    Raises:
        KeyError: there is no such world, subject or law.
        NoSideError: it cannot be taken on that.
    """
    actors = system.words.actors
    trace = replay.to_trace(file, actors)
    chosen = trace._replace(subject=subject_on(system, trace, asked))
    written = replay.frames(file, actors) if chosen == trace else ()
    sides = beside(system, chosen, asked.until) if asked.on == "both" else None
    exhibit = sides.real if sides is not None else retrace(system, chosen, asked.until)
    drifted = parted(written[: exhibit.fits], exhibit.frames) if written else None
    return Taken(exhibit, written, sides, drifted)


def exit_code(taken: Taken) -> int:
    """Give 1 if the law is broken, 3 if not all steps were taken, 4 if model and real code part, 0 if all is well."""
    sides = taken.sides
    if sides is None or sides.real.broken or sides.model.broken:
        return 1 if sides is not None else replay.exit_code(taken.exhibit)
    if sides.parted is not None:
        return EXIT_CODES[Verdict.BROKEN]
    return replay.exit_code(taken.exhibit)


def document(taken: Taken) -> dict[str, object]:
    """Give what came of a trace as it goes into JSON."""
    found = replay.document(taken.exhibit) | {"drifted": taken.drifted}
    if taken.sides is not None:
        found |= {"parted": taken.sides.parted, "model": replay.document(taken.sides.model)}
    return found


def lines(taken: Taken, laws: tuple[Law, ...]) -> Iterator[str]:
    """Draw it whole."""
    yield from lanes.lanes(taken.exhibit, laws)
    yield from after(taken)


def after(taken: Taken) -> Iterator[str]:
    """Say what is to be said below the drawing: how the model went, and since when the trace is another."""
    if taken.sides is not None:
        yield from ["", *side_by_side(taken.sides)]
    if taken.drifted is not None:
        yield from ["", *_drift(taken.written, taken.exhibit.frames, taken.drifted)]


def _drift(written: tuple[Frame, ...], now: tuple[Frame, ...], number: int) -> Iterator[str]:
    """Say what a step showed when the file was written, and what it shows now."""
    yield f"From step {number} on it shows something else than when the trace was written:"
    yield ""
    yield from columns(("then", shown(written[number - 1])), ("now", shown(now[number - 1])))


def one_by_one(taken: Taken, laws: tuple[Law, ...], go_on: Callable[[], bool]) -> Iterator[str]:
    """Draw it step by step, for as long as ``go_on`` says so; its end is told only to whoever comes to it."""
    exhibit = taken.exhibit
    broken = exhibit.at, exhibit.trace.law
    yield from lanes.head(exhibit)
    for number, block in enumerate(lanes.blocks(exhibit.frames, lanes.called(exhibit), broken)):
        if number and not go_on():
            yield from lanes.foot(exhibit._replace(fits=number - 1, broken=False, ending=(), why=""), laws)
            return
        yield from block
    yield from lanes.foot(exhibit, laws)
    yield from after(taken)
