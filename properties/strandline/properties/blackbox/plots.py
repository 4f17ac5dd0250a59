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

from strandline.model import days
from strandline.model.environment import CHANGES, OFFERS
from strandline.model.state import Action, Scope, Template, World
from strandline.model.world import init, spend
from strandline.properties.blackbox.misread import EDGES, LONG_AGO, MISREAD, TWICE
from strandline.properties.blackbox.subject import OVERLAP_MAX, Window
from strandline.properties.fields import TEMPLATES as FIELD_TEMPLATES
from strandline.properties.worlds import ASKED, OVERRULED, P_DONE, UNTOLD, P, Q

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date

    from strandline.model.days import Span
    from strandline.model.log import Row
    from strandline.properties.harness.disk import Journal

TODAY: Final = 25
"""The number that stands for today; the rows of the small worlds lie some days before it."""

FUTURE_MAX: Final = 400
"""The number of the last day that a row may lie on: more than a year ahead, and well within the calendar."""

SPOILS: Final = ("text", "no header", "no table", "torn pages")
"""What may stand at the path that is no log: no database, one by its first bytes only, one of something else, and a log
of whose pages only the first is left."""

FILE_CHANGES: Final = frozenset({"remove", "replace", "reissue", "spoil"})
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

SETTLE: Final = Action("settle", 0)
"""The world is left in peace: the widest window is asked for twice."""

COMPARE: Final = Action("compare", 0)
"""Two windows are asked for, one of which has ended; they differ in nothing else where today has no row."""


@dataclass(frozen=True, slots=True)
class Plot:
    """A world as it is declared: its bounds, the windows that are asked for, the journal mode, the zone of its days."""

    scope: Scope
    windows: tuple[int, ...] = (EVER,)
    journal: Journal = "delete"
    zone: str = "UTC"


class Yard(NamedTuple):
    """A state of a world: the model's, what spoiled the path, and the window of each refresh under way."""

    world: World
    spoil: int | None
    under_way: tuple[int | None, ...]


class Sight(NamedTuple):
    """What the path led to at an instant: ``rows`` of a log, none if nothing was there; or what is no log."""

    rows: tuple[Row, ...]
    readable: bool


@lru_cache(maxsize=CACHED_MAX)
def dated(plot: Plot, today: date) -> Scope:
    """Give the bounds of a plot with rows on real days."""
    zone = ZoneInfo(plot.zone)
    return replace(plot.scope, templates=tuple(_dated(template, today, zone) for template in plot.scope.templates))


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


def window(number: int, plot: Plot, today: date) -> Window:
    """Give a window by its number, as a subject is asked for it."""
    since, until = (None if day is None else _day(day, today) for day in WINDOWS[number])
    return Window(since, until, ZoneInfo(plot.zone))


@lru_cache(maxsize=CACHED_MAX)
def span(asked: Window) -> Span:
    """Give the instants of a window, by the model's own reckoning."""
    return days.span(asked.since, asked.until, asked.zone)


def begin(scope: Scope) -> Yard:
    """Give the first state."""
    return Yard(init(scope), None, (None,) * scope.refreshers)


def sight(yard: Yard) -> Sight:
    """Tell what the path leads to."""
    return Sight(yard.world.log.rows, yard.spoil is None)


def offers(yard: Yard, plot: Plot, scope: Scope) -> Iterator[Action]:
    """List what can happen next; what the budget names happens at most that often."""
    for (name, _), left in zip(scope.budget, yard.world.left, strict=True):
        if left:
            yield from _offered(name, yard, plot, scope)
    for actor, asked in enumerate(yard.under_way):
        if asked is not None:
            yield Action("end", actor)


def _offered(name: str, yard: Yard, plot: Plot, scope: Scope) -> Iterator[Action]:
    busy = any(asked is not None for asked in yard.under_way)
    if name == "start":
        if None in yard.under_way:  # whose turn it is makes no difference, so the first one that is free starts
            yield from (Action("start", yard.under_way.index(None), number) for number in plot.windows)
    elif name in {SETTLE.name, COMPARE.name}:
        if not busy:
            yield Action(name, 0)
    elif name == "copy" and (busy or plot.journal == "wal"):
        return  # SQLite forbids to write over a file that is being read, and in WAL mode over one that is open
    elif name in FILE_CHANGES and busy and plot.journal == "wal":
        return  # not one step: between the removal of its -wal and its own, a file shows a snapshot that never was
    elif name == "spoil":
        if yard.spoil is None:
            yield from (Action("spoil", None, kind) for kind in range(len(SPOILS)))
    else:
        yield from OFFERS[name](yard.world, scope)


def after(yard: Yard, scope: Scope, action: Action) -> Yard:
    """Take one step."""
    actor = action.actor or 0
    match action.name:
        case "start":
            world = spend(yard.world, scope, action)
            return yard._replace(world=world, under_way=_put(yard.under_way, actor, action.arg))
        case "end":
            return yard._replace(under_way=_put(yard.under_way, actor, None))
        case "settle" | "compare":
            return yard._replace(world=spend(yard.world, scope, action))
        case "spoil":
            return yard._replace(world=replace(spend(yard.world, scope, action), path=None), spoil=action.arg)
        case name:
            world = CHANGES[name](spend(yard.world, scope, action), scope, action)
            return yard._replace(world=world, spoil=None if name in FILE_CHANGES else yard.spoil)


def _put(under_way: tuple[int | None, ...], actor: int, asked: int | None) -> tuple[int | None, ...]:
    return (*under_way[:actor], asked, *under_way[actor + 1 :])


def orders(plot: Plot, scope: Scope) -> Iterator[tuple[Action, ...]]:
    """Give every order in which the budget of a world can be spent, to its end; every shorter one begins one of them.

    Each ends in peace, with the two ways to look at a quiet world.
    """

    def spent(yard: Yard, path: tuple[Action, ...]) -> Iterator[tuple[Action, ...]]:
        following = list(offers(yard, plot, scope))
        if not following:
            yield (*path, SETTLE, COMPARE)
        for action in following:
            yield from spent(after(yard, scope, action), (*path, action))

    yield from spent(begin(scope), ())


def hurried(steps: Iterable[Action]) -> bool:
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


SMALL: Final[dict[str, Plot]] = {
    "outside prune": Plot(_small((("append and prune", 1), ("delete", 1), ("start", 2)), refreshers=2), journal="wal"),
    "outside three": Plot(_small((("append and prune", 1), ("start", 3)), refreshers=OVERLAP_MAX), journal="wal"),
    "outside deleted": Plot(_small((("delete", 2), ("start", 3)), (P, Q), (0, 1)), journal="wal"),
    "outside emptied": Plot(_small((("append", 1), ("empty", 1), ("start", 3)), (P, Q))),
    "outside pending": Plot(_small((("append", 1), ("delete", 1), ("start", 3)), (P, P_DONE), (1,)), journal="wal"),
    "outside overruled": Plot(_small((("delete", 1), ("start", 3)), (OVERRULED, ASKED), (0, 1)), (EVER, SINCE), "wal"),
    "outside untold": Plot(_small((("append", 1), ("delete", 1), ("start", 2)), (UNTOLD, Q), (0,)), journal="wal"),
    "outside reset": Plot(
        _small((("append", 1), ("delete", 1), ("reset", 1), ("start", 2)), (P, Q), (0,)), journal="wal"
    ),
    "outside windows": Plot(_small((("append", 1), ("start", 3)), (Q,), (0,)), (EVER, SINCE, PAST), journal="wal"),
    "outside files": Plot(_small((("replace", 1), ("reissue", 1), ("start", 2)))),
    "outside replaced": Plot(_small((("replace", 1), ("start", 2)), refreshers=2)),
    "outside gone": Plot(_small((("remove", 1), ("replace", 1), ("start", 3)))),
    "outside restore": Plot(
        _small((("append", 2), ("backup", 1), ("restore", 1), ("start", 2)), (Q,), (0,)), journal="wal"
    ),
    "outside copy": Plot(_small((("append", 2), ("backup", 1), ("copy", 1), ("start", 2)), (Q,), (0,))),
    "outside unreadable": Plot(_small((("spoil", 1), ("replace", 1), ("start", 2)))),
    "outside twice": Plot(_small((("delete", 1), ("start", 2)), TWICE, (0, 1, 2, 3)), journal="wal"),
    "outside edges": Plot(_small((("start", 1),), EDGES, (0, 1, 2, 3)), (LONG_PAST,), zone="America/New_York"),
    **{name: Plot(_small((("start", 1),), rows, tuple(range(len(rows))))) for name, rows in MISREAD.items()},
}
"""The small worlds: every order of their budgets is played."""

OFTEN: Final = 1_000_000
"""More than a case can spend: chance decides how often something happens."""

_ANYTHING: Final = tuple(
    (name, OFTEN)
    for name in (
        *("append", "append and prune", "delete", "empty", "reset", "backup", "restore"),
        *("copy", "remove", "replace", "reissue", "spoil", "start", "settle", "compare"),
    )
)


def _wide(journal: Journal, zone: str) -> Plot:
    scope = Scope(windows=(), templates=FIELD_TEMPLATES, budget=_ANYTHING, refreshers=OVERLAP_MAX, keep=2)
    return Plot(scope, tuple(range(LONG_PAST)), journal, zone)


WIDE: Final[dict[str, Plot]] = {
    "outside field": _wide("wal", "UTC"),
    "outside field of New York": _wide("delete", "America/New_York"),
}
"""The wide worlds: chance plays in them."""

PLOTS: Final[dict[str, Plot]] = SMALL | WIDE


def endless(plot: Plot) -> Plot:
    """Give a plot without its budget, in which a trace fits whatever is left to spend."""
    return replace(plot, scope=replace(plot.scope, budget=_ANYTHING))
