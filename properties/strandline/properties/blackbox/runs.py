"""Takes the steps of a trace on somebody else's scanner, shows what happened, and makes the trace shorter."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from strandline.properties.blackbox import frames
from strandline.properties.blackbox.bystander import Bystander, LawBrokenOutsideError
from strandline.properties.blackbox.plots import PLOTS, endless
from strandline.properties.traces.shortest import smallest
from strandline.properties.verdict import Exhibit, Frame, Trace

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from strandline.model.state import Action
    from strandline.properties.blackbox.subject import Subject


UNOFFERED: Final = "the world does not offer it here"
"""Why a step does not fit."""


def run(trace: Trace, subject: Subject, today: date, until: int | None = None) -> Exhibit:
    """Take the steps of a trace until one does not fit, a law breaks, or so many are taken.

    Raises:
        KeyError: there is no such world.
        SubjectBrokenError: the subject broke.
    """
    plot = endless(PLOTS[trace.world])
    bystander = Bystander(plot, today, subject, Counter())
    shown: list[Frame] = []
    ending: tuple[str, ...] = ()
    broken = False
    first = (("log", frames.log(bystander.yard)),)
    try:
        for action in trace.steps[:until]:
            if not bystander.fits(action):
                return Exhibit(trace, tuple(shown), (), len(shown), broken=False, first=first, why=UNOFFERED)
            before = bystander.yard
            try:
                bystander.take(action)
            except LawBrokenOutsideError as error:
                broken = trace.law in error.broken
                ending = tuple(frames.ending(error.broken.get(trace.law) or next(iter(error.broken.values()))))
            shown.append(frames.frame(bystander, action, before))
            if ending:
                break
    finally:
        bystander.close()
    taken = trace._replace(steps=trace.steps[: len(shown)]) if ending else trace
    at, judged = len(shown) if broken else None, bystander.judged[trace.law]
    return Exhibit(taken, tuple(shown), ending, len(shown), broken=broken, first=first, at=at, judged=judged)


def shortest(found: Exhibit, subject: Subject, today: date) -> Exhibit:
    """Make a trace small; a refresh goes with its end.

    Raises:
        SubjectBrokenError: the subject broke.
    """
    steps = smallest(found.trace.steps, lambda tried: _broken_by(found.trace, _seated(tried), subject, today))
    again = run(found.trace._replace(steps=steps), subject, today) if steps is not None else found
    return again if again.broken else found


def _broken_by(trace: Trace, steps: tuple[Action, ...], subject: Subject, today: date) -> tuple[Action, ...] | None:
    """Take those of the steps that fit, and give them if they break the law of a trace."""
    bystander = Bystander(endless(PLOTS[trace.world]), today, subject, Counter())
    taken: list[Action] = []
    try:
        for action in filter(bystander.fits, steps):
            taken.append(action)
            bystander.take(action)
    except LawBrokenOutsideError as error:
        return tuple(taken) if trace.law in error.broken else None
    finally:
        bystander.close()
    return None


def _seated(steps: Iterable[Action]) -> tuple[Action, ...]:
    """Give each refresh the first actor that is free, as a plot does: without the first one the second is the first."""
    seats: dict[int | None, int] = {}
    seated: list[Action] = []
    for step in steps:
        if step.name == "start":
            seats[step.actor] = min(set(range(len(seats) + 1)) - set(seats.values()))
        seated.append(step._replace(actor=seats.get(step.actor, step.actor)))
        if step.name == "end":
            seats.pop(step.actor, None)
    return tuple(seated)
