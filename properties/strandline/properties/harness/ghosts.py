"""The ghosts of real refreshes: what the checker knows of each, and what the laws are told.

The real scanner moves through its gates; beside it, the ghosts keep which file each connection
really opened, which snapshot each memo really rests on, and what was led where. They are moved
by what the effects returned, never by the scanner's own numbers.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from strandline.impl import refresh as impl
from strandline.impl.answer import Answer, Unavailable
from strandline.impl.effects import (
    Check,
    Connected,
    Failure,
    Glimpsed,
    Located,
    Lost,
    Missing,
    Observed,
    ReadLog,
    Swap,
    Swapped,
    Unchanged,
)
from strandline.impl.memo import Memo
from strandline.model.events import Answered, Discarded, Event, Failed, GaveUp, Holding, Looked, Stored
from strandline.model.refresh import OUTSIDER, read_to
from strandline.model.state import Ghost, Link, Scope, Task, World
from strandline.properties.harness import view

if TYPE_CHECKING:
    from collections.abc import Callable

    from strandline.impl.answer import Outcome
    from strandline.impl.effects import Effect, Result
    from strandline.impl.store import Slot
    from strandline.model.days import Span
    from strandline.model.log import Row
    from strandline.model.state import Phase
    from strandline.model.truth import Truth
    from strandline.properties.harness.meter import Cost


@dataclass(frozen=True, slots=True)
class Move:
    """One step of a real refresh: where it stood, what its effect found, what came of it.

    ``before`` and ``after`` are the slot around the step, ``cost`` is what it read as the meter
    counted it: the scanner's own count is not asked. ``failed`` tells that the world let the effect fail. ``seen`` is
    the number that an effect without a read gave to its connection: the shipped one gives none.
    """

    actor: int
    state: impl.State
    effect: Effect
    result: Result
    following: impl.Next
    before: Slot
    after: Slot
    cost: Cost
    failed: bool
    seen: int = 0


class Ghosts:
    """Moves the ghosts of one world beside its real refreshes."""

    def __init__(self, scope: Scope, one_shot: Callable[[tuple[Row, ...], Span], Truth]) -> None:
        """Watch a world of this scope.

        Args:
            scope: the bounds of the world.
            one_shot: answers a window by the real one-shot path over a snapshot.
        """
        self._scope = scope
        self._one_shot = one_shot

    def moved(self, world: World, move: Move) -> tuple[World, tuple[Event, ...]]:
        """Give the world after a step of a real refresh, and the events that the laws judge."""
        task = world.tasks[move.actor]
        if task is None:
            message = f"refresh {move.actor} is not in flight"
            raise ValueError(message)
        world, task, events = self._found(world, task, move)
        if move.failed and not isinstance(move.result, Failure):
            events = (*events, Failed(move.actor, "io", answered=True, moved=move.before != move.after))
        if isinstance(move.result, Failure) and not isinstance(move.following, tuple):
            told = Failed(
                move.actor,
                move.result.reason,
                answered=isinstance(move.following, Answer),
                moved=move.before != move.after,
            )
            return _put(world, move.actor, None), (told,)
        if isinstance(move.following, Unavailable):
            failed = Failed(move.actor, move.following.reason, answered=False, moved=move.before != move.after)
            return _put(world, move.actor, None), (*events, failed)
        if isinstance(move.following, Answer):
            answered = self._answered(world, task, move)
            return _put(self._kept(world, task), move.actor, None), (*events, answered)
        state = move.following[0]
        if isinstance(state, impl.Locating):
            task = Task(task.window, "locate", task.led, swaps=task.swaps)
        elif isinstance(state, impl.Reading) and isinstance(move.state, (impl.Reading, impl.Checking, impl.Storing)):
            task = self._reads_again(world, task, move)
        elif isinstance(state, impl.Storing):
            task = task._replace(beside=None)
        return _put(world, move.actor, task._replace(phase=_gate(state))), events

    def elsewhere(self, world: World, window: int, outcome: Outcome) -> Event:
        """Give what the laws are told of a refresh by another scanner of the same log."""
        if not isinstance(outcome, Answer):
            return Failed(OUTSIDER, outcome.reason, answered=False, moved=False)
        span, rows = self._scope.windows[window].span, world.log.rows
        answer = view.truth(outcome)
        named = _names(outcome, world.path and world.path.inode, rows)
        return Answered(OUTSIDER, span, answer, rows, named=named, led=True, one_shot=self._one_shot(rows, span))

    def stored_elsewhere(self, world: World, before: Slot, after: Slot) -> tuple[World, tuple[Event, ...]]:
        """Give the world after another scanner stored its memo here, and what the laws are told of it."""
        if after is before or after.memo is None or world.path is None:
            return world, ()
        ghost = Ghost(world.path.commit, world.log.rows, forgotten=False)
        mine, old = self._holding(after.memo, ghost), self._holding(before.memo, world.slot.ghost)
        stored = replace(world, slot=world.slot._replace(ghost=ghost))
        return stored, (Stored(OUTSIDER, mine, old),) if mine is not None else ()

    def _found(self, world: World, task: Task, move: Move) -> tuple[World, Task, tuple[Event, ...]]:
        match move.result:
            case Located(_, connected) if not isinstance(move.effect, Check):
                return self._located(world, task, move, connected=connected)
            case Missing() if not isinstance(move.effect, Check):
                return replace(world, idle=() if task.link is None else world.idle), task._replace(link=None), ()
            case Connected():
                return world, task._replace(link=_linked(task)._replace(file=world.path, seen=move.seen)), ()
            case Observed() | Unchanged():
                return self._looked(world, task, move)
            case Glimpsed():
                file = _linked(task).file
                seen = Ghost(file.commit, file.log.rows, forgotten=False) if file else None
                return world, task._replace(ghost=seen), ()
            case Swapped() | Lost():
                return self._swapped(world, task, move)
            case Failure():
                return world, task, ()
            case _:
                return self._checked(world, task, move)

    def _located(
        self, world: World, task: Task, move: Move, *, connected: bool
    ) -> tuple[World, Task, tuple[Event, ...]]:
        file = world.path
        if file is None:
            message = "a refresh located a file where there is none"
            raise ValueError(message)
        same = tuple(link for link in world.idle if (link.inode, link.stamp) == (file.inode, file.stamp))
        link = same[-1] if connected else Link(file.inode, None, file.stamp)
        if move.seen:
            link = link._replace(seen=move.seen)
        return replace(world, idle=same[:-1] if connected else same), task._replace(link=link), ()

    def _looked(self, world: World, task: Task, move: Move) -> tuple[World, Task, tuple[Event, ...]]:
        link = _linked(task)
        effect = move.effect
        if link.file is None or not isinstance(effect, ReadLog):
            message = "a refresh read without a connection"
            raise ValueError(message)
        rows = link.file.log.rows
        base, ghost = (
            (effect.base, task.base_ghost) if effect.base is not None else (move.before.memo, world.slot.ghost)
        )
        held = self._holding(base, ghost)
        looked = Looked(move.actor, held, effect.base is None, rows, link.inode, effect.wanted, None, *move.cost)
        if not isinstance(move.result, Observed):
            return world, task._replace(ghost=Ghost(link.file.commit, rows, forgotten=False)), (looked,)
        reading = move.result.reading
        looked = looked._replace(cause=reading.cause)
        forgotten = effect.base is not None and task.base_ghost is not None and task.base_ghost.forgotten
        seen = task._replace(
            link=link._replace(seen=reading.memo.observation, clean=True),
            ghost=Ghost(link.file.commit, rows, forgotten),
            base_ghost=None,
            beside=world.slot if reading.complete else None,
        )
        return world, seen, (looked,)

    def _reads_again(self, world: World, task: Task, move: Move) -> Task:
        """Tell the ghost of the memo that the next read goes on from."""
        _, effect = move.following if isinstance(move.following, tuple) else (None, None)
        base = effect.base if isinstance(effect, ReadLog) else None
        ghost = task.ghost
        if isinstance(move.result, Failure):
            return task
        if isinstance(move.result, Lost):
            ghost = world.slot.ghost if base == move.result.slot.memo else task.ghost
        elif isinstance(move.state, impl.Checking) and move.state.slot is not None and task.beside is not None:
            ghost = task.beside.ghost if base == move.state.slot.memo else task.ghost
        elif ghost is not None and base is not None:
            ghost = read_to(ghost, base.cursor)
        return task._replace(base_ghost=ghost, ghost=None, beside=None)

    def _swapped(self, world: World, task: Task, move: Move) -> tuple[World, Task, tuple[Event, ...]]:
        if not isinstance(move.effect, Swap) or task.ghost is None:
            message = "a refresh stored without a swap, or a memo that rests on no snapshot"
            raise TypeError(message)
        if isinstance(move.result, Swapped):
            old = self._holding(move.before.memo, world.slot.ghost)
            ghost = read_to(task.ghost, move.effect.memo.cursor)
            mine = self._holding(move.effect.memo, ghost)
            stored = replace(world, slot=world.slot._replace(ghost=ghost, epoch=move.after.epoch))
            return stored, task, (Stored(move.actor, mine, old),) if mine is not None else ()
        task = task._replace(swaps=task.swaps + 1)
        return world, task, self._gave_way(task, move, world.slot.ghost)

    def _checked(self, world: World, task: Task, move: Move) -> tuple[World, Task, tuple[Event, ...]]:
        """Notice a refresh that answers right after the check: it has thrown its memo away."""
        if not isinstance(move.state, impl.Checking) or not isinstance(move.state.found, Memo):
            return world, task, ()
        overtaken = isinstance(move.following, tuple) and isinstance(move.following[0], impl.Reading)
        if overtaken or self._claims_to_give_up(move):
            task = task._replace(swaps=task.swaps + 1)
        return world, task, self._gave_way(task, move, world.slot.ghost)

    def _gave_way(self, task: Task, move: Move, stored: Ghost | None) -> tuple[Event, ...]:
        """Tell how a refresh that answered without storing came to do so."""
        found = move.state.memo if isinstance(move.state, impl.Storing) else getattr(move.state, "found", None)
        if not isinstance(move.following, Answer) or not isinstance(found, Memo):
            return ()
        if task.swaps >= self._scope.limits.swaps and self._claims_to_give_up(move):
            return (GaveUp(move.actor),)
        mine, theirs = self._holding(found, task.ghost), self._holding(move.before.memo, stored)
        return (Discarded(move.actor, mine, theirs),) if mine is not None else ()

    def _claims_to_give_up(self, move: Move) -> bool:
        """Tell whether a refresh says that it came second as often as it may; the ghost keeps its own count."""
        ended = move.following
        return isinstance(ended, Answer) and ended.statistics.lost_swaps >= self._scope.limits.swaps

    def _answered(self, world: World, task: Task, move: Move) -> Answered:
        if not isinstance(move.following, Answer):
            message = "a refresh that has not ended has no answer"
            raise TypeError(message)
        answer = view.truth(move.following)
        span = task.window.span
        file = task.link.file if task.link is not None else None
        if file is None or task.ghost is None:
            # Without a read only a path that led nowhere makes an answer true.
            led, rows = isinstance(move.result, Missing), world.log.rows
            named = move.following.snapshot is None
            return Answered(move.actor, span, answer, rows, named, led, self._one_shot(rows, span))
        rows = task.ghost.rows
        named = _names(move.following, file.inode, rows)
        return Answered(move.actor, span, answer, rows, named, file.serial in task.led, self._one_shot(rows, span))

    def _kept(self, world: World, task: Task) -> World:
        """Keep the connection of a refresh that ended well, while there is room."""
        if task.link is None or len(world.idle) >= self._scope.idle:
            return world
        return replace(world, idle=(*world.idle, task.link))

    def _holding(self, memo: Memo | None, ghost: Ghost | None) -> Holding | None:
        if memo is None or ghost is None:
            return None
        return Holding(
            ghost,
            memo.place.inode,
            memo.coverage,
            len(memo.sources),
            len(memo.anchors),
            len(memo.gaps),
            full=memo.full,
        )


def _names(answer: Answer, inode: int | None, rows: tuple[Row, ...]) -> bool:
    """Tell whether the token of an answer fits a snapshot of a file; without a file there is no token."""
    token = answer.snapshot
    if token is None or inode is None:
        return token is None and inode is None
    return (token.inode, token.highest) == (inode, rows[-1].id if rows else None)


def _put(world: World, actor: int, task: Task | None) -> World:
    return replace(world, tasks=(*world.tasks[:actor], task, *world.tasks[actor + 1 :]))


def _linked(task: Task) -> Link:
    if task.link is None:
        message = "a refresh got past its first gate without a link"
        raise ValueError(message)
    return task.link


def _gate(state: impl.State) -> Phase:
    return "read" if isinstance(state, impl.Resting) else view.phase(state)
