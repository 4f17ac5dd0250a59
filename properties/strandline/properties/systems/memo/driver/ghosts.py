"""The ghosts of real refreshes: what the checker knows of each, and what the laws are told.

The real scanner moves through its gates; beside it, the ghosts keep which file each connection
really opened, which snapshot each memo really rests on, and what was led where. They are moved
by what the effects returned, never by the scanner's own numbers.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from strandline.impl.memo import refresh as impl
from strandline.impl.memo.answer import Answer, Unavailable
from strandline.impl.memo.effects import (
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
from strandline.impl.memo.memo import Memo
from strandline.model.memo.environment import put
from strandline.model.memo.events import Answered, Discarded, Event, Failed, GaveUp, Holding, Looked, Outline, Stored
from strandline.model.memo.refresh import OUTSIDER, asked, keep, read_to, seen_by, window_of
from strandline.model.memo.state import Beside, Connection, Ghost, Held, Link, Scope, Task, World
from strandline.model.terms import replace
from strandline.properties.systems.memo.driver import view

if TYPE_CHECKING:
    from collections.abc import Callable

    from strandline.impl.memo.answer import Outcome
    from strandline.impl.memo.effects import Effect, Result
    from strandline.impl.memo.store import Slot
    from strandline.model.memo.days import Span
    from strandline.model.memo.log import Row
    from strandline.model.memo.state import Phase
    from strandline.model.memo.state import Slot as Kept
    from strandline.model.memo.truth import Truth
    from strandline.properties.systems.memo.driver.meter import Cost


@dataclass(frozen=True, slots=True)
class Move:
    """One step of a real refresh: where it stood, what its effect found, what came of it.

    ``before`` and ``after`` are the slot around the step, ``cost`` is what it read as the meter
    counted it: the scanner's own count is not asked. ``failed`` tells that the world let the effect fail. ``seen`` is
    the number that an effect without a read gave to its connection: the shipped one gives none. ``astray`` tells that
    the connection is to another file than the one that was pinned.
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
    astray: bool = False


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
        if task.phase is None:
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
            return put(world, move.actor, Task()), (told,)
        if isinstance(move.following, Unavailable):
            failed = Failed(move.actor, move.following.reason, answered=False, moved=move.before != move.after)
            return put(world, move.actor, Task()), (*events, failed)
        if isinstance(move.following, Answer):
            answered = self._answered(world, task, move)
            return put(keep(world, task.connection), move.actor, Task()), (*events, answered)
        state = move.following[0]
        if isinstance(state, impl.Locating):
            task = Task("locate", task.ask, swaps=task.swaps)
        elif isinstance(state, impl.Reading) and isinstance(move.state, (impl.Reading, impl.Checking, impl.Storing)):
            task = self._reads_again(world, task, move)
        elif isinstance(state, impl.Storing):
            task = replace(task, beside=None)
        return put(world, move.actor, replace(task, phase=_gate(state))), events

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
        ghost = Ghost(world.commit, world.log.rows, forgotten=False)
        event = Stored(OUTSIDER, _holding(after.memo, ghost), _outline(before, world.slot))
        return replace(world, slot=_resting_on(world.slot, ghost)), (event,)

    def _found(self, world: World, task: Task, move: Move) -> tuple[World, Task, tuple[Event, ...]]:
        match move.result:
            case Located(_, connected) if not isinstance(move.effect, Check):
                return self._located(world, task, move, connected=connected)
            case Missing() if not isinstance(move.effect, Check):
                idle = (Connection(),) * len(world.idle) if task.connection.link is None else world.idle
                return replace(world, idle=idle), replace(task, connection=Connection()), ()
            case Connected():
                link = _linked(task)._replace(serial=world.path and world.path.serial)
                return world, replace(task, connection=Connection(link, seen=move.seen)), ()
            case Observed() | Unchanged():
                return self._looked(world, task, move)
            case Glimpsed():
                log, _ = seen_by(world, task.connection)
                return world, replace(task, found=Held(None, log.rows)), ()
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
        pin, nowhere = Link(file.inode, file.stamp), (Connection(),) * len(world.idle)
        same = [one for one in world.idle if one.link is not None and one.link[:2] == pin[:2]]
        connection = same.pop() if connected else Connection(pin)
        if move.seen:
            connection = replace(connection, seen=move.seen)
        return replace(world, idle=(*same, *nowhere)[: len(nowhere)]), replace(task, connection=connection), ()

    def _looked(self, world: World, task: Task, move: Move) -> tuple[World, Task, tuple[Event, ...]]:
        link, effect = _linked(task), move.effect
        if link.serial is None or not isinstance(effect, ReadLog):
            message = "a refresh read without a connection"
            raise ValueError(message)
        log, commit = seen_by(world, task.connection)
        stored = effect.base is None
        base, held, forgotten = effect.base, task.base, not task.trusted
        if stored:
            base, held, forgotten = move.before.memo, world.slot.body, world.slot.forgotten
        known = None if base is None or held is None else _holding(base, Ghost(0, held.rows, forgotten))
        looked = Looked(move.actor, known, stored, log.rows, link.inode, effect.wanted, None, *move.cost)
        task = replace(task, found=Held(None, log.rows))
        if not isinstance(move.result, Observed):
            return world, task, (looked,)
        reading = move.result.reading
        seen = replace(
            task,
            connection=replace(task.connection.read(), seen=reading.memo.observation),
            ghost=commit,
            trusted=stored or task.trusted,
            base=None,
            beside=Beside("top up theirs", world.slot.body) if reading.complete else None,
        )
        return world, seen, (looked._replace(cause=reading.cause),)

    def _reads_again(self, world: World, task: Task, move: Move) -> Task:
        """Tell the ghost of the memo that the next read goes on from."""
        if isinstance(move.result, Failure):
            return task
        _, effect = move.following if isinstance(move.following, tuple) else (None, None)
        base = effect.base if isinstance(effect, ReadLog) else None
        held = task.found
        if isinstance(move.result, Lost):
            if base == move.result.slot.memo:
                held, task = world.slot.body, replace(task, trusted=not world.slot.forgotten)
        elif isinstance(move.state, impl.Checking) and move.state.slot is not None and task.beside is not None:
            held = task.beside.held if base == move.state.slot.memo else held
        elif held is not None and base is not None:
            held = Held(None, read_to(held.rows, base.cursor))
        return replace(task, base=held, found=None, ghost=0, beside=None)

    def _swapped(self, world: World, task: Task, move: Move) -> tuple[World, Task, tuple[Event, ...]]:
        if not isinstance(move.effect, Swap) or task.found is None:
            message = "a refresh stored without a swap, or a memo that rests on no snapshot"
            raise TypeError(message)
        if isinstance(move.result, Swapped):
            memo = move.effect.memo
            ghost = Ghost(task.ghost, read_to(task.found.rows, memo.cursor), forgotten=not task.trusted)
            event = Stored(move.actor, _holding(memo, ghost), _outline(move.before, world.slot))
            slot = replace(_resting_on(world.slot, ghost), epoch=move.after.epoch)
            return replace(world, slot=slot), task, (event,)
        task = replace(task, swaps=task.swaps + 1)
        return world, task, self._gave_way(task, move, world.slot)

    def _checked(self, world: World, task: Task, move: Move) -> tuple[World, Task, tuple[Event, ...]]:
        """Notice a refresh that answers right after the check: it has thrown its memo away."""
        if not isinstance(move.state, impl.Checking) or not isinstance(move.state.found, Memo):
            return world, task, ()
        overtaken = isinstance(move.following, tuple) and isinstance(move.following[0], impl.Reading)
        if overtaken or self._claims_to_give_up(move):
            task = replace(task, swaps=task.swaps + 1)
        return world, task, self._gave_way(task, move, world.slot)

    def _gave_way(self, task: Task, move: Move, stored: Kept) -> tuple[Event, ...]:
        """Tell how a refresh that answered without storing came to do so."""
        found = move.state.memo if isinstance(move.state, impl.Storing) else getattr(move.state, "found", None)
        if not isinstance(move.following, Answer) or not isinstance(found, Memo):
            return ()
        if task.swaps >= self._scope.limits.swaps and self._claims_to_give_up(move):
            return (GaveUp(move.actor),)
        if task.found is None:
            return ()
        ghost = Ghost(task.ghost, task.found.rows, forgotten=not task.trusted)
        return (Discarded(move.actor, _holding(found, ghost), _outline(move.before, stored)),)

    def _claims_to_give_up(self, move: Move) -> bool:
        """Tell whether a refresh says that it came second as often as it may; the ghost keeps its own count."""
        ended = move.following
        return isinstance(ended, Answer) and ended.statistics.lost_swaps >= self._scope.limits.swaps

    def _answered(self, world: World, task: Task, move: Move) -> Answered:
        if not isinstance(move.following, Answer):
            message = "a refresh that has not ended has no answer"
            raise TypeError(message)
        answer, link = view.truth(move.following), task.connection.link
        span = window_of(self._scope, task).span
        if link is None or link.serial is None or task.found is None:
            # Without a read only a path that led nowhere makes an answer true.
            led, rows = isinstance(move.result, Missing), world.log.rows
            named = move.following.snapshot is None
            return Answered(move.actor, span, answer, rows, named, led, self._one_shot(rows, span))
        rows, led = task.found.rows, link.serial >= asked(task).since
        named = _names(move.following, NO_FILE if move.astray else link.inode, rows)
        return Answered(move.actor, span, answer, rows, named, led, self._one_shot(rows, span))


NO_FILE: Final = -1
"""The inode number of no file that was ever pinned."""


def strayed(world: World, move: Move) -> bool:
    """Tell whether a refresh is connected, after a step, to another file than the one that it has pinned.

    Args:
        world: the world before the step.
        move: the step.
    """
    if not isinstance(move.following, tuple) or isinstance(move.following[0], impl.Locating):
        return False
    match move.result:
        case Located() if not isinstance(move.effect, Check):
            return False
        case Connected():
            return world.path is not None and world.path.inode != _linked(world.tasks[move.actor]).inode
    return move.astray


def _holding(memo: Memo, ghost: Ghost) -> Holding:
    return Holding(
        ghost,
        memo.place.inode,
        memo.coverage,
        len(memo.sources),
        len(memo.anchors),
        len(memo.gaps),
        full=memo.full,
    )


def _outline(real: Slot, ghost: Kept) -> Outline | None:
    memo = real.memo
    if memo is None or ghost.body is None:
        return None
    return Outline(ghost.commit, memo.place.inode, memo.coverage, ghost.forgotten, ghost.body.rows)


def _resting_on(slot: Kept, ghost: Ghost) -> Kept:
    return replace(slot, body=Held(None, ghost.rows), commit=ghost.commit, forgotten=ghost.forgotten)


def _names(answer: Answer, inode: int | None, rows: tuple[Row, ...]) -> bool:
    """Tell whether the token of an answer fits a snapshot of a file; without a file there is no token."""
    token = answer.snapshot
    if token is None or inode is None:
        return token is None and inode is None
    return (token.inode, token.highest) == (inode, rows[-1].id if rows else None)


def _linked(task: Task) -> Link:
    if task.connection.link is None:
        message = "a refresh got past its first gate without a link"
        raise ValueError(message)
    return task.connection.link


def _gate(state: impl.State) -> Phase:
    return "read" if isinstance(state, impl.Resting) else view.phase(state)
