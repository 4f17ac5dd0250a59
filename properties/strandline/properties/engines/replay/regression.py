"""What an exported test rests on: steps as data, taken again on the model, the real code, or a mutant of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from strandline.model.terms import Step as Taken
from strandline.properties.core.nearest import meant
from strandline.properties.core.system import MODEL, SHIPPED
from strandline.properties.core.verdict import Trace
from strandline.properties.engines.replay.drawing import pasted
from strandline.properties.engines.replay.retrace import retrace
from strandline.properties.evidence.lanes import lanes
from strandline.properties.evidence.replay import BadTraceError, number_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from strandline.properties.core.system import System


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


def again(system: System, steps: Iterable[Step], *, world: str, law: str, on: str) -> Again:
    """Take steps again.

    Args:
        system: what they are steps of.
        steps: what to take.
        world: the world that they belong to.
        law: the law that they are judged by, by its number.
        on: ``model``, ``impl`` for the real code as it is imported, or a mutant to be planted in it.

    Raises:
        ValueError: nothing here has one of these names, or a step is taken by nobody that is known.
    """
    sides = (MODEL, "impl", *system.mutants)
    if on not in sides:
        near = meant(on, sides)
        raise ValueError(f"there is nothing to take steps on named {on!r}{near}: it is model, impl, or a mutant")
    subject = SHIPPED if on == "impl" else on
    try:
        taken = tuple(Taken(step.name, number_of(step.by, system.words.actors), step.arg) for step in steps)
        trace = Trace(subject, world, law, taken)
        exhibit = retrace(system, trace)
    except BadTraceError as error:
        raise ValueError(str(error)) from error
    except KeyError as error:
        missing = error.args[0]
        near = meant(missing, (*system.worlds.small, *(law.number for law in system.laws)))
        raise ValueError(f"there is no world or law named {missing!r}{near}") from error
    return Again(exhibit.broken, exhibit.fits, "\n".join([*lanes(exhibit, system.laws), "", *pasted(trace)]))
