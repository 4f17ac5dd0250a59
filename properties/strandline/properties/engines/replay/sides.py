"""A trace on the real code and on the model, side by side: up to where they show the same, and where they part."""

from __future__ import annotations

from itertools import zip_longest
from textwrap import wrap
from typing import TYPE_CHECKING, Final, NamedTuple

from strandline.properties.core.counting import many
from strandline.properties.core.line import printable
from strandline.properties.core.system import MODEL
from strandline.properties.engines.replay.retrace import retrace
from strandline.properties.evidence.lanes import WIDTH, called

if TYPE_CHECKING:
    from strandline.properties.core.system import System
    from strandline.properties.core.verdict import Change, Exhibit, Frame, Trace

_INDENT: Final = 4
_HALF: Final = (WIDTH - _INDENT) // 2


class Sides(NamedTuple):
    """Two exhibits of one trace; ``parted`` is the number of the first step that they show differently, from 1."""

    real: Exhibit
    model: Exhibit
    parted: int | None


def beside(system: System, trace: Trace, until: int | None = None) -> Sides:
    """Take the steps of a trace on the real code that it names, and on the model.

    Raises:
        KeyError: there is no such world, mutant or law.
    """
    real, model = (retrace(system, trace._replace(subject=one), until) for one in (trace.subject, MODEL))
    return Sides(real, model, parted(real.frames, model.frames))


def parted(some: tuple[Frame, ...], others: tuple[Frame, ...]) -> int | None:
    """Give the number of the first step that is not the same, from 1; None if all are."""
    pairs = enumerate(zip_longest(some, others), 1)
    return next((number for number, (one, other) in pairs if one != other), None)


def side_by_side(sides: Sides) -> list[str]:
    """Say up to where both show the same, what either shows where they part, and how the model ends."""
    steps, taken = len(sides.real.trace.steps), sides.real.fits
    return [
        *_parting(sides, "all steps" if taken == steps else f"these {many(taken, 'step')}"),
        "",
        _verdict(sides.model),
    ]


def _parting(sides: Sides, taken: str) -> list[str]:
    if sides.parted is None:
        return [f"Beside it the model shows the same in {taken}."]
    step = sides.real.trace.steps[sides.parted - 1]
    before = f"the same up to step {sides.parted - 1}" if sides.parted > 1 else "something else from the first step on"
    return [
        f"Beside it the model shows {before}.",
        f"They part at step {sides.parted}, {printable(step.name)} by {called(sides.real)(step.actor)}:",
        "",
        *columns(
            (f"real code, {sides.real.trace.subject}", _side(sides.real, sides.parted)),
            ("model", _side(sides.model, sides.parted)),
        ),
    ]


def _verdict(model: Exhibit) -> str:
    """Say how the law fares on the model."""
    if model.broken:
        return f"On the model {model.trace.law} is broken too."
    if model.fits == len(model.trace.steps) and not model.judged:
        return f"On the model nothing happens in these steps that {model.trace.law} could judge."
    rest = "" if model.fits == len(model.trace.steps) else f" of {len(model.trace.steps)}: the next does not fit"
    return f"On the model {model.trace.law} is not broken, in {many(model.fits, 'step')}{rest}."


def columns(left: tuple[str, list[str]], right: tuple[str, list[str]]) -> list[str]:
    """Draw two lists side by side, each below its head."""
    sides = [
        [name, "-" * (_HALF - 2), *(part for line in lines for part in wrap(printable(line), _HALF - 2))]
        for name, lines in (left, right)
    ]
    rows = zip_longest(*sides, fillvalue="")
    return [f"{' ' * _INDENT}{one.ljust(_HALF)}{other}".rstrip() for one, other in rows]


def shown(frame: Frame) -> list[str]:
    """Say what a step shows."""
    return [said(change) for change in frame.changes] or ["nothing changes"]


def said(change: Change) -> str:
    """Put a change on one line."""
    return f"{change.what}: {change.before} -> {change.after}" if change.before else f"{change.what}: {change.after}"


def _side(exhibit: Exhibit, number: int) -> list[str]:
    """Say what one side shows of a step, or why it cannot take it."""
    if number > len(exhibit.frames):
        return [f"cannot take it: {exhibit.why}" if exhibit.why else "not taken"]
    return shown(exhibit.frames[number - 1])
