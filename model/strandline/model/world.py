"""The world: three functions say where it starts, what can happen next, and what that leads to."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final, TypeAlias

from strandline.model import refresh
from strandline.model.environment import CHANGES, OFFERS, append_and_prune, commit
from strandline.model.events import Event
from strandline.model.log import Log, append
from strandline.model.ranks import canonical
from strandline.model.state import Action, File, Scope, Slot, World, drafted

if TYPE_CHECKING:
    from collections.abc import Iterator

Outcome: TypeAlias = tuple[World, tuple[Event, ...]]

AMID: Final = "commit amid"
"""A refresh reads, and between two statements of that read a row is appended and its partition pruned.

The read is of one snapshot, so it is as if the commit came right after it.
"""

ELSEWHERE: Final = "elsewhere"
"""Another scanner of the same log refreshes. It has a memo of its own, so nothing moves here."""

GATES: Final = frozenset({*refresh.STEPS, AMID})
"""The actions by which a refresh gets through its gate, or fails there."""


def init(scope: Scope) -> World:
    """Give the first state: file 1 at the path, with the rows that the scope starts with."""
    world = World(
        path=File(serial=1, inode=1, commit=1, log=Log()),
        slot=Slot(),
        tasks=(None,) * scope.refreshers,
        idle=(),
        left=tuple(count for _, count in scope.budget),
    )
    for template in scope.born_with:
        draft = drafted(world, scope, template)
        world = commit(replace(world, births=world.births + 1), append(world.log, (draft,)))
    return canonical(world)


def actions(world: World, scope: Scope) -> Iterator[Action]:
    """List what can happen next; what the budget names happens at most that often."""
    for (name, _), left in zip(scope.budget, world.left, strict=True):
        if left:
            yield from OFFERS[name](world, scope)
    for actor, task in enumerate(world.tasks):
        if task is not None:
            yield Action(task.phase, actor)


def step(world: World, scope: Scope, action: Action) -> Outcome:
    """Take one step; give the world after it and the events that the laws judge.

    Raises:
        KeyError: no such action.
        ValueError: no refresh waits at that gate.
    """
    if action.name == ELSEWHERE:
        return canonical(spend(world, scope, action)), (refresh.elsewhere(world, scope, action.arg),)
    if action.name not in GATES:
        return canonical(change(world, scope, action)), ()
    gate = action._replace(name="read") if action.name == AMID else action
    after, events = refresh.advance(spend(world, scope, action), scope, gate)
    if action.name == AMID:
        after = append_and_prune(after, scope, action)
    return canonical(after), events


def change(world: World, scope: Scope, action: Action) -> World:
    """Let the environment act; what it changed is not renumbered yet.

    Raises:
        KeyError: the environment knows no such action.
    """
    return CHANGES[action.name](spend(world, scope, action), scope, action)


def spend(world: World, scope: Scope, action: Action) -> World:
    """Take an action from what is left of its budget."""
    left = tuple(count - (name == action.name) for (name, _), count in zip(scope.budget, world.left, strict=True))
    return replace(world, left=left)
