"""What an exported test rests on: steps as data, taken again on the model, the real code, or a mutant of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from strandline.model.state import Action
from strandline.properties.laws import LAWS
from strandline.properties.mutants import MUTANTS, SHIPPED
from strandline.properties.nearest import meant
from strandline.properties.report.drawing import pasted
from strandline.properties.report.lanes import lanes
from strandline.properties.report.replay import BadTraceError, number_of
from strandline.properties.report.retrace import retrace
from strandline.properties.spaces import MODEL
from strandline.properties.verdict import Trace
from strandline.properties.worlds import WORLDS

if TYPE_CHECKING:
    from collections.abc import Iterable


class Step(NamedTuple):
    """One step: its name, who takes it (``r1``, ``r2``, ...; nobody for the environment), and its argument."""

    name: str
    by: str | None = None
    arg: int = 0


class Again(NamedTuple):
    """What came of steps taken again: whether the law is broken, how many steps fit, and a drawing of it all."""

    broken: bool
    fits: int
    drawing: str


def again(steps: Iterable[Step], *, world: str, law: str, on: str) -> Again:
    """Take steps again.

    Args:
        steps: what to take.
        world: the world that they belong to.
        law: the law that they are judged by, by its number.
        on: ``model``, ``impl`` for the real code as it is imported, or a mutant to be planted in it.

    Raises:
        ValueError: nothing here has one of these names, or a step is taken by somebody who is no refresh.
    """
    sides = (MODEL, "impl", *MUTANTS)
    if on not in sides:
        near = meant(on, sides)
        raise ValueError(f"there is nothing to take steps on named {on!r}{near}: it is model, impl, or a mutant")
    subject = SHIPPED if on == "impl" else on
    try:
        taken = tuple(Action(step.name, number_of(step.by), step.arg) for step in steps)
        trace = Trace(subject, world, law, taken)
        exhibit = retrace(trace)
    except BadTraceError as error:
        raise ValueError(str(error)) from error
    except KeyError as error:
        missing = error.args[0]
        near = meant(missing, (*WORLDS, *(law.number for law in LAWS)))
        raise ValueError(f"there is no world or law named {missing!r}{near}") from error
    return Again(exhibit.broken, exhibit.fits, "\n".join([*lanes(exhibit), "", *pasted(trace)]))
