"""Takes the steps of a trace on somebody else's scanner, shows what happened, and makes the trace shorter."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from strandline.properties.blackbox import frames
from strandline.properties.blackbox.bystander import Bystander, LawBrokenOutsideError
from strandline.properties.blackbox.plots import PLOTS, endless
from strandline.properties.verdict import Exhibit, Frame, Trace

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from strandline.model.state import Action
    from strandline.properties.blackbox.subject import Subject

SHORTER_MAX: Final = 200
"""Runs that may be spent on making a trace shorter."""


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
    at = len(shown) if broken else None
    return Exhibit(taken, tuple(shown), ending, len(shown), broken=broken, first=first, at=at)


def shortest(found: Exhibit, subject: Subject, today: date) -> Exhibit:
    """Leave out steps as long as the law still breaks without them; a refresh goes with its end."""
    tries = 0
    place = length = len(found.trace.steps)
    while place and tries < SHORTER_MAX:
        place -= 1
        tries += 1
        steps = _without(found.trace.steps, place)
        again = run(found.trace._replace(steps=steps), subject, today) if steps else found._replace(broken=False)
        if again.broken:
            found = again
            place = min(place, len(found.trace.steps))
        if not place and len(found.trace.steps) < length:  # what was needed before may be needed no longer
            place = length = len(found.trace.steps)
    return found


def _without(steps: tuple[Action, ...], place: int) -> tuple[Action, ...]:
    """Leave out a step; if a refresh begins there, its end as well."""
    gone = {place}
    if steps[place].name == "start":
        ends = (
            later
            for later in range(place + 1, len(steps))
            if steps[later].name == "end" and steps[later].actor == steps[place].actor
        )
        gone.add(next(ends, place))
    return _seated(step for number, step in enumerate(steps) if number not in gone)


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
