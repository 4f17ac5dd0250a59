"""The worlds in which somebody else's scanner is judged, and what can happen in them, as pure values.

The changes of the log are the model's own. What the model's refresh does at its gates is hidden here: a refresh begins,
and ends. The numbers of the small worlds stand for days, so that whoever is judged has to work with real days of a real
zone, and each row lies at one edge of its day.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple
from zoneinfo import ZoneInfo

from strandline.model.memo import days
from strandline.model.memo.log import Log
from strandline.model.memo.state import Scope, Template, World
from strandline.model.memo.world import change, init, spend
from strandline.model.memo.world import offers as offered
from strandline.model.terms import Step
from strandline.properties.systems.memo.blackbox.edge_cases import EDGE_CASES, EDGES, LONG_AGO, TWICE
from strandline.properties.systems.memo.blackbox.subject import OVERLAP_MAX, Window
from strandline.properties.systems.memo.driver.fields import TEMPLATES as FIELD_TEMPLATES
from strandline.properties.systems.memo.spec.worlds import ASKED, OVERRULED, P_DONE, UNTOLD, P, Q

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date

    from strandline.model.memo.days import Span
    from strandline.model.memo.log import Row
    from strandline.properties.systems.memo.driver.disk import Journal

TODAY: Final = 25
"""The number that stands for today; the rows of the small worlds lie some days before it."""

FUTURE_MAX: Final = 400
"""The number of the last day that a row may lie on: more than a year ahead, and well within the calendar."""

DAMAGE: Final = ("text", "no header", "no table", "torn pages")
"""What may stand at the path that is no log: no database, one by its first bytes only, one of something else, and a log
of whose pages only the first is left."""

FILE_CHANGES: Final = frozenset({"remove", "replace", "reissue", "damage"})
"""What makes the path lead elsewhere."""

EVER: Final = 0
SINCE: Final = 1
PAST: Final = 2
NOT_PAST: Final = 3
LONG_PAST: Final = 6
WINDOWS: Final = (
    *((None, None), (16, None), (None, TODAY - 2), (None, TODAY + 1), (16, 17), (None, 13)),
    (LONG_AGO, LONG_AGO + 1),
)
"""The windows by number: first and last day, both included.

The third has ended in every zone, and the fourth in none, wherever today's midnight has passed. The last lies half a
year back, where clocks mostly show another time than now.
"""

CACHED_MAX: Final = 64
"""Worlds and windows whose days are kept as instants; there are fewer of either."""

SETTLE: Final = Step("settle", 0)
"""The world is left in peace: the widest window is asked for twice."""

COMPARE: Final = Step("compare", 0)
"""Two windows are asked for, one of which has ended; they differ in nothing else where today has no row."""


@dataclass(frozen=True, slots=True)
class Scenario:
    """A world as it is declared: its bounds, the windows that are asked for, the journal mode, the zone of its days."""

    scope: Scope
    windows: tuple[int, ...] = (EVER,)
    journal: Journal = "delete"
    zone: str = "UTC"


class Environment(NamedTuple):
    """A state of a world: the model's, what damaged the path, and the window of each refresh under way."""

    world: World
    damage: int | None
    under_way: tuple[int | None, ...]


class Content(NamedTuple):
    """What the path led to at an instant: ``rows`` of a log, none if nothing was there; or what is no log."""

    rows: tuple[Row, ...]
    readable: bool


@lru_cache(maxsize=CACHED_MAX)
def dated(scenario: Scenario, today: date) -> Scope:
    """Give the bounds of a scenario with rows on real days."""
    zone = ZoneInfo(scenario.zone)
    return replace(
        scenario.scope, templates=tuple(_dated(template, today, zone) for template in scenario.scope.templates)
    )


def _dated(template: Template, today: date, zone: ZoneInfo) -> Template:
    """Put a row on the first second of its day, or on the last one if the number of the day is odd."""
    if not isinstance(template.ts, int):
        return template
    number = min(template.ts, FUTURE_MAX)
    day = _day(number, today)
    instant = days.start_of(day + timedelta(days=number % 2), zone)
    return template._replace(ts=(instant or 0) - number % 2)


def _day(number: int, today: date) -> date:
    return today + timedelta(days=number - TODAY)


def window(number: int, scenario: Scenario, today: date) -> Window:
    """Give a window by its number, as a subject is asked for it."""
    since, until = (None if day is None else _day(day, today) for day in WINDOWS[number])
    return Window(since, until, ZoneInfo(scenario.zone))


@lru_cache(maxsize=CACHED_MAX)
def span(asked: Window) -> Span:
    """Give the instants of a window, by the model's own reckoning."""
    return days.span(asked.since, asked.until, asked.zone)


def begin(scope: Scope) -> Environment:
    """Give the first state."""
    return Environment(init(scope), None, (None,) * scope.refreshers)


def content(environment: Environment) -> Content:
    """Tell what the path leads to."""
    return Content(environment.world.log.rows, environment.damage is None)


def fits(action: Step, environment: Environment, scenario: Scenario, scope: Scope) -> bool:
    """Tell whether a step can be taken; one that looks at a quiet world can wherever it is quiet."""
    if action in (SETTLE, COMPARE):
        return all(asked is None for asked in environment.under_way)
    return action in offers(environment, scenario, scope)


def offers(environment: Environment, scenario: Scenario, scope: Scope) -> Iterator[Step]:
    """List what can happen next; what the budget names happens at most that often."""
    for (name, _), left in zip(scope.budget, environment.world.left, strict=True):
        if left.times:
            yield from _offered(name, environment, scenario, scope)
    for actor, asked in enumerate(environment.under_way):
        if asked is not None:
            yield Step("end", actor)


def _offered(name: str, environment: Environment, scenario: Scenario, scope: Scope) -> Iterator[Step]:
    busy = any(asked is not None for asked in environment.under_way)
    if name == "start":
        if None in environment.under_way:  # whose turn it is makes no difference, so the first one that is free starts
            yield from (Step("start", environment.under_way.index(None), number) for number in scenario.windows)
    elif name in {SETTLE.name, COMPARE.name}:
        if not busy:
            yield Step(name, 0)
    elif name == "copy" and (busy or scenario.journal == "wal"):
        return  # SQLite forbids to write over a file that is being read, and in WAL mode over one that is open
    elif name in FILE_CHANGES and busy and scenario.journal == "wal":
        return  # not one step: between the removal of its -wal and its own, a file shows a snapshot that never was
    elif name == "damage":
        if environment.damage is None:
            yield from (Step("damage", None, kind) for kind in range(len(DAMAGE)))
    else:
        yield from offered(environment.world, scope, name)


def after(environment: Environment, scope: Scope, action: Step) -> Environment:
    """Take one step."""
    actor = action.actor or 0
    match action.name:
        case "start":
            world = spend(environment.world, scope, action)
            return environment._replace(world=world, under_way=_put(environment.under_way, actor, action.arg))
        case "end":
            return environment._replace(under_way=_put(environment.under_way, actor, None))
        case "settle" | "compare":
            return environment._replace(world=spend(environment.world, scope, action))
        case "damage":
            world = replace(spend(environment.world, scope, action), path=None, log=Log())
            return environment._replace(world=world, damage=action.arg)
        case name:
            world = change(environment.world, scope, action)
            return environment._replace(world=world, damage=None if name in FILE_CHANGES else environment.damage)


def _put(under_way: tuple[int | None, ...], actor: int, asked: int | None) -> tuple[int | None, ...]:
    return (*under_way[:actor], asked, *under_way[actor + 1 :])


def orders(scenario: Scenario, scope: Scope) -> Iterator[tuple[Step, ...]]:
    """Give every order in which the budget of a world can be spent, to its end; every shorter one begins one of them.

    Each ends in peace, with the two ways to look at a quiet world.
    """

    def spent(environment: Environment, path: tuple[Step, ...]) -> Iterator[tuple[Step, ...]]:
        following = list(offers(environment, scenario, scope))
        if not following:
            yield (*path, SETTLE, COMPARE)
        for action in following:
            yield from spent(after(environment, scope, action), (*path, action))

    yield from spent(begin(scope), ())


def hurried(steps: Iterable[Step]) -> bool:
    """Tell whether anything moves while a refresh is under way, so that what comes out hangs on who is faster."""
    waiting: int | None = None
    for step in steps:
        if waiting is not None and (step.name, step.actor) != ("end", waiting):
            return True
        waiting = step.actor if step.name == "start" else None
    return False


def _small(
    budget: tuple[tuple[str, int], ...],
    templates: tuple[Template, ...] = (P,),
    born_with: tuple[int, ...] = (0,),
    refreshers: int = 1,
) -> Scope:
    return Scope(windows=(), templates=templates, budget=budget, refreshers=refreshers, born_with=born_with)


SMALL: Final[dict[str, Scenario]] = {
    "outside prune": Scenario(
        _small((("append and prune", 1), ("delete", 1), ("start", 2)), refreshers=2), journal="wal"
    ),
    "outside three": Scenario(_small((("append and prune", 1), ("start", 3)), refreshers=OVERLAP_MAX), journal="wal"),
    "outside deleted": Scenario(_small((("delete", 2), ("start", 3)), (P, Q), (0, 1)), journal="wal"),
    "outside emptied": Scenario(_small((("append", 1), ("empty", 1), ("start", 3)), (P, Q))),
    "outside pending": Scenario(_small((("append", 1), ("delete", 1), ("start", 3)), (P, P_DONE), (1,)), journal="wal"),
    "outside overruled": Scenario(
        _small((("delete", 1), ("start", 3)), (OVERRULED, ASKED), (0, 1)), (EVER, SINCE), "wal"
    ),
    "outside untold": Scenario(_small((("append", 1), ("delete", 1), ("start", 2)), (UNTOLD, Q), (0,)), journal="wal"),
    "outside reset": Scenario(
        _small((("append", 1), ("delete", 1), ("reset", 1), ("start", 2)), (P, Q), (0,)), journal="wal"
    ),
    "outside windows": Scenario(_small((("append", 1), ("start", 3)), (Q,), (0,)), (EVER, SINCE, PAST), journal="wal"),
    "outside files": Scenario(_small((("replace", 1), ("reissue", 1), ("start", 2)))),
    "outside replaced": Scenario(_small((("replace", 1), ("start", 2)), refreshers=2)),
    "outside gone": Scenario(_small((("remove", 1), ("replace", 1), ("start", 3)))),
    "outside restore": Scenario(
        _small((("append", 2), ("backup", 1), ("restore", 1), ("start", 2)), (Q,), (0,)), journal="wal"
    ),
    "outside copy": Scenario(_small((("append", 2), ("backup", 1), ("copy", 1), ("start", 2)), (Q,), (0,))),
    "outside unreadable": Scenario(_small((("damage", 1), ("replace", 1), ("start", 2)))),
    "outside twice": Scenario(_small((("delete", 1), ("start", 2)), TWICE, (0, 1, 2, 3)), journal="wal"),
    "outside edges": Scenario(_small((("start", 1),), EDGES, (0, 1, 2, 3)), (LONG_PAST,), zone="America/New_York"),
    **{name: Scenario(_small((("start", 1),), rows, tuple(range(len(rows))))) for name, rows in EDGE_CASES.items()},
}
"""The small worlds: every order of their budgets is played."""

OFTEN: Final = 1_000_000
"""More than a case can spend: chance decides how often something happens."""

_ANYTHING: Final = tuple(
    (name, OFTEN)
    for name in (
        *("append", "append and prune", "delete", "empty", "reset", "backup", "restore"),
        *("copy", "remove", "replace", "reissue", "damage", "start", "settle", "compare"),
    )
)


def _wide(journal: Journal, zone: str) -> Scenario:
    scope = Scope(windows=(), templates=FIELD_TEMPLATES, budget=_ANYTHING, refreshers=OVERLAP_MAX, keep=2)
    return Scenario(scope, tuple(range(LONG_PAST)), journal, zone)


WIDE: Final[dict[str, Scenario]] = {
    "outside field": _wide("wal", "UTC"),
    "outside field of New York": _wide("delete", "America/New_York"),
}
"""The wide worlds: chance plays in them."""

SCENARIOS: Final[dict[str, Scenario]] = SMALL | WIDE


def endless(scenario: Scenario) -> Scenario:
    """Give a scenario without its budget, in which a trace fits whatever is left to spend."""
    return replace(scenario, scope=replace(scenario.scope, budget=_ANYTHING))
