"""The world: where it starts, and a table of what can happen, for a plain search as for one that reads lazily."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final, TypeAlias

from strandline.model.memo import refresh
from strandline.model.memo.bounds import births_max
from strandline.model.memo.environment import CHANGES, append_and_prune, cancel, start
from strandline.model.memo.events import Discarded, Event, Outline, Stored
from strandline.model.memo.log import Log, append
from strandline.model.memo.ranks import canonical
from strandline.model.memo.state import Connection, File, Left, Phase, Scope, Slot, Task, World, drafted
from strandline.model.terms import Action, Step, replace

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


Outcome: TypeAlias = tuple[World, tuple[Event, ...]]

AMID: Final = "commit amid"
"""A refresh reads, and between two statements of that read a row is appended and its partition pruned.

The read is of one snapshot, so it is as if the commit came right after it.
"""

ELSEWHERE: Final = "elsewhere"
"""Another scanner of the same log refreshes. It has a memo of its own, so nothing moves here."""

GATES: Final = frozenset({*refresh.STEPS, AMID})
"""The actions by which a refresh gets through its gate, or fails there."""

OF_A_REFRESHER: Final = frozenset({*GATES, "start", "cancel"})
"""The actions that each refresher has of its own."""

OFFERED: Final = frozenset({*CHANGES, *refresh.FAULTS, "start", "cancel", AMID, ELSEWHERE})
"""The actions that a budget bounds; the rest are the gates of a refresh."""

PHASES: Final[tuple[Phase, ...]] = ("locate", "connect", "read", "check", "store")
"""The gates of a refresh, in order."""


def init(scope: Scope) -> World:
    """Give the first state: file 1 at the path, with the rows that the scope starts with."""
    world = World(
        path=File(serial=1, inode=1),
        log=Log(),
        commit=1,
        slot=Slot(),
        tasks=(Task(),) * scope.refreshers,
        idle=(Connection(),) * scope.idle,
        left=tuple(Left(count) for _, count in scope.budget),
    )
    for template in scope.born_with:
        log = append(world.log, (drafted(world, scope, template),))
        world = replace(world, log=log, births=world.births + 1)
    return world


def table(scope: Scope) -> tuple[Action, ...]:
    """Give the table of all that can happen in a scope, each action with its guard inside."""
    names = (*(name for name, _ in scope.budget), *PHASES)
    ids = range(1, births_max(scope) + 1)
    return tuple(
        Action(
            name,
            partial(_taken_by if name in OF_A_REFRESHER else _taken, scope, name),
            "tasks" if name in OF_A_REFRESHER else None,
            tuple(arguments(scope, name, ids)),
        )
        for name in names
    )


def arguments(scope: Scope, name: str, ids: Iterable[int]) -> Iterable[int]:
    """Give the arguments that an action may be taken with where these are the ids of rows."""
    match name:
        case "append" | "append and prune" | "commit amid":
            return range(len(scope.templates))
        case "start" | "elsewhere":
            return range(len(scope.windows))
        case "replace" | "reissue":
            return range(len(scope.templates) + 1)
        case "delete":
            return ids
        case "rewrite":
            each = len(scope.templates) * len(scope.rewrites)
            return (row_id * each + one for row_id in ids for one in range(each))
    return range(1)


def actions(world: World, scope: Scope) -> Iterator[Step]:
    """List what can happen next; what the budget names happens at most that often."""
    for (name, _), left in zip(scope.budget, world.left, strict=True):
        if left.times:
            yield from offers(world, scope, name)
    for actor, task in enumerate(world.tasks):
        if task.phase is not None:
            yield Step(task.phase, actor)


def offers(world: World, scope: Scope, name: str) -> Iterator[Step]:
    """List the steps of a name that can be taken, whatever is left of the budget.

    Raises:
        KeyError: no such action.
    """
    for arg in arguments(scope, name, (row.id for row in world.log.rows)) if name not in OF_A_REFRESHER else ():
        if name == ELSEWHERE or CHANGES[name](world, scope, arg) is not None:
            yield Step(name, None, arg)
    for actor in range(len(world.tasks)) if name in OF_A_REFRESHER else ():
        if waits(world, name, actor):
            yield from (Step(name, actor, arg) for arg in arguments(scope, name, ()))


def waits(world: World, name: str, actor: int) -> bool:
    """Tell whether an action of a refresher can be its next one."""
    task = world.tasks[actor]
    match name:
        case "start":
            return task.phase is None
        case "cancel":
            return task.phase is not None
        case "commit amid":
            return task.phase == "read" and task.connection.follows
    return task.phase == refresh.FAULTS.get(name, name)


def step(world: World, scope: Scope, action: Step) -> Outcome:
    """Take one step; give the world after it and the events that the laws judge.

    Raises:
        KeyError: no such action.
        ValueError: it cannot be taken.
    """
    after, events = _required(_happened(spend(world, scope, action), scope, action), action)
    return canonical(after), tuple(_told_whole(event, world) for event in events)


def _told_whole(event: Event, before: World) -> Event:
    """Tell what people ask of a memo that another one met, and no law does: a step in a table need not look at it."""
    held = before.slot.body
    match event:
        case Stored(old=Outline() as old) if held is not None:
            return event._replace(old=old._replace(rows=held.rows))
        case Discarded(theirs=Outline() as theirs) if held is not None:
            return event._replace(theirs=theirs._replace(rows=held.rows))
    return event


def change(world: World, scope: Scope, action: Step) -> World:
    """Let the environment act, or a refresh begin or be cancelled; what it changed is not renumbered yet.

    Raises:
        KeyError: the environment knows no such action.
        ValueError: it cannot be taken.
    """
    if action.name in GATES:
        raise KeyError(action.name)
    return _required(_happened(spend(world, scope, action), scope, action), action)[0]


def _required(happened: Outcome | None, action: Step) -> Outcome:
    if happened is None:
        who = "" if action.actor is None else f" as actor {action.actor}"
        raise ValueError(f"{action.name!r}{who} cannot be taken here with argument {action.arg}")
    return happened


def _happened(world: World, scope: Scope, action: Step) -> Outcome | None:
    """Let something happen, whatever is left of its budget; None where it cannot."""
    name, actor, arg = action
    if name == ELSEWHERE:
        return refresh.elsewhere(world, scope, arg)
    if name not in OF_A_REFRESHER:
        changed = CHANGES[name](world, scope, arg)
        return None if changed is None else (changed, ())
    if actor is None or not waits(world, name, actor):
        return None
    if name == "start":
        return start(world, actor, arg), ()
    if name == "cancel":
        return cancel(world, actor), ()
    if name != AMID:
        return refresh.STEPS[name](world, scope, actor, world.tasks[actor])
    read, events = refresh.STEPS["read"](world, scope, actor, world.tasks[actor])
    return append_and_prune(read, scope, arg), events


def _taken(scope: Scope, name: str, world: World, arg: int, actor: int | None = None) -> Outcome | None:
    """Take a step as an entry of a table."""
    place = _place(scope, name)
    if place is None:
        return _happened(world, scope, Step(name, actor, arg))
    if not world.left[place].times:
        return None
    return _happened(_spent(world, place), scope, Step(name, actor, arg))


def _taken_by(scope: Scope, name: str, world: World, actor: int, arg: int) -> Outcome | None:
    return _taken(scope, name, world, arg, actor)


def spend(world: World, scope: Scope, action: Step) -> World:
    """Take an action from what is left of its budget."""
    place = _place(scope, action.name)
    return world if place is None else _spent(world, place)


def _place(scope: Scope, name: str) -> int | None:
    return next((place for place, (budgeted, _) in enumerate(scope.budget) if budgeted == name), None)


def _spent(world: World, place: int) -> World:
    spent = Left(world.left[place].times - 1)
    return replace(world, left=(*world.left[:place], spent, *world.left[place + 1 :]))
