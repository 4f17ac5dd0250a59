"""Somebody else's scanner as a system: moved on real files, and judged by what can be seen from outside."""

from __future__ import annotations

from collections import Counter
from contextlib import ExitStack, contextmanager, suppress
from typing import TYPE_CHECKING, Final, NamedTuple

from strandline.properties.core.space import Space
from strandline.properties.core.system import Shrink, System, Words, Worlds
from strandline.properties.evidence.lanes import LEGEND
from strandline.properties.systems.memo.blackbox import frames, scenarios
from strandline.properties.systems.memo.blackbox.driver import BlackBoxDriver, Ended, LawBrokenOutsideError
from strandline.properties.systems.memo.blackbox.outside import OUTSIDE
from strandline.properties.systems.memo.blackbox.scenarios import SCENARIOS, SMALL, WIDE, Environment, endless

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date

    from strandline.model.memo.events import Event
    from strandline.model.terms import Step
    from strandline.properties.core.verdict import Frame
    from strandline.properties.systems.memo.blackbox.subject import Subject


UNOFFERED: Final = "the world does not offer it here"
"""Why a step does not fit."""


class Seen(NamedTuple):
    """A state, seen from outside: what is at the path and under way, and the refreshes that the last step ended."""

    environment: Environment
    last: tuple[Ended, ...] = ()


def outside(subject: Subject, today: date) -> System:
    """Give a subject as a system, in worlds whose rows lie around a day.

    Whoever takes its steps gets a ``SubjectBrokenError`` when the subject breaks.
    """

    @contextmanager
    def opened(_subject: str, world: str) -> Iterator[Space[Seen]]:
        scenario = endless(SCENARIOS[world])
        with ExitStack() as runs:

            def begun() -> BlackBoxDriver:
                driver = BlackBoxDriver(scenario, today, subject, Counter())
                runs.callback(driver.close)
                return driver

            driver = begun()

            def anew() -> None:
                nonlocal driver
                runs.pop_all().close()
                driver = begun()

            def step(_: Seen, action: Step) -> tuple[Seen, tuple[Event, ...]]:
                with suppress(LawBrokenOutsideError):
                    driver.take(action)
                return Seen(driver.environment, tuple(driver.last)), tuple(driver.events)

            yield Space(Seen(driver.environment), lambda _: (), step, lambda _: (), anew=anew)

    def misfit(world: str, action: Step, now: Seen) -> str | None:
        scenario = endless(SCENARIOS[world])
        return (
            None if scenarios.fits(action, now.environment, scenario, scenarios.dated(scenario, today)) else UNOFFERED
        )

    def frame(world: str, action: Step, states: tuple[Seen, Seen], _events: tuple[Event, ...]) -> Frame:
        (before, _), (after, last) = states
        return frames.frame(endless(SCENARIOS[world]), today, action, (before, after), last)

    return System(
        name="somebody else's scanner",
        where="",
        laws=OUTSIDE,
        laws_of=lambda _world: OUTSIDE,
        worlds=Worlds(small=tuple(SMALL), wide=tuple(WIDE)),
        opened=opened,
        misfit=misfit,
        words=Words(
            legend=LEGEND,
            seen=lambda state: state,
            first=lambda state: (("log", frames.log(state.environment)),),
            frame=frame,
            ending=frames.ending,
        ),
        shrink=Shrink(seated=_seated),
    )


def _seated(steps: Iterable[Step]) -> tuple[Step, ...]:
    """Give each refresh the first actor that is free, as a scenario does: without the first the second is first."""
    seats: dict[int | None, int] = {}
    seated: list[Step] = []
    for step in steps:
        if step.name == "start":
            seats[step.actor] = min(set(range(len(seats) + 1)) - set(seats.values()))
        seated.append(step._replace(actor=seats.get(step.actor, step.actor)))
        if step.name == "end":
            seats.pop(step.actor, None)
    return tuple(seated)
