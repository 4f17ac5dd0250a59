"""One refresh, gate by gate: locate, connect, read, check, store.

Between two gates a refresh does nothing that another could see, so the gates are all the
places at which the world may move. Each function takes the world with a refresh at its gate
and gives the world after it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final, TypeAlias

from strandline.model.events import Answered, Discarded, Event, Failed, GaveUp, Holding, Looked, Stored
from strandline.model.memo import OPEN, absorb, bounded, write_back
from strandline.model.ranks import next_observation
from strandline.model.state import Action, Ghost, Link, Scope, Slot, Task, World

if TYPE_CHECKING:
    from collections.abc import Callable

    from strandline.model.log import Row
    from strandline.model.memo import Memo

OUTSIDER: Final = -1
"""The actor of a refresh by another scanner."""

Moved: TypeAlias = tuple[World, tuple[Event, ...]]


def advance(world: World, scope: Scope, action: Action) -> Moved:
    """Let a refresh through its gate, or let the gate fail.

    Raises:
        KeyError: no such gate.
        ValueError: that refresh does not wait there.
    """
    actor = action.actor
    task = world.tasks[actor] if actor is not None else None
    if actor is None or task is None or task.phase != FAULTS.get(action.name, action.name):
        message = f"no refresh waits at {action.name!r} as actor {actor}"
        raise ValueError(message)
    return STEPS[action.name](world, scope, actor, task)


def _put(world: World, actor: int, task: Task | None) -> World:
    tasks = (*world.tasks[:actor], task, *world.tasks[actor + 1 :])
    return replace(world, tasks=tasks)


def _finish(world: World, scope: Scope, actor: int, *events: Event) -> Moved:
    """End a refresh; its connection is kept for the next one while there is room."""
    task = world.tasks[actor]
    idle = world.idle
    if task is not None and task.link is not None and len(idle) < scope.idle:
        idle = (*idle, task.link)
    return replace(_put(world, actor, None), idle=idle), events


def _fail(world: World, actor: int, reason: str) -> Moved:
    """End a refresh without an answer; its connection is closed."""
    return _put(world, actor, None), (Failed(actor, reason, answered=False, moved=False),)


def _start_over(world: World, scope: Scope, actor: int, task: Task) -> Moved:
    if task.tries + 1 >= scope.limits.tries:
        return _fail(world, actor, "replaced")
    fresh = Task(task.window, "locate", task.led, tries=task.tries + 1, swaps=task.swaps, waits=task.waits)
    return _put(world, actor, fresh), ()


def _answer(scope: Scope, actor: int, task: Task, sources: tuple[Row, ...], rows: tuple[Row, ...]) -> Answered:
    span = task.window.span
    led = task.link is None or task.link.file is None or task.link.file.serial in task.led
    truth = scope.rules.truth
    return Answered(actor, span, truth(sources, span), rows, named=True, led=led, one_shot=truth(rows, span))


def elsewhere(world: World, scope: Scope, window: int) -> Answered:
    """Give the answer of another scanner of the same log to which nobody comes in between."""
    span = scope.windows[window].span
    truth = scope.rules.truth(world.log.rows, span)
    return Answered(OUTSIDER, span, truth, world.log.rows, named=True, led=True, one_shot=truth)


def read_to(ghost: Ghost, cursor: int) -> Ghost:
    """Keep of a snapshot the rows that a memo with this cursor has read."""
    return ghost._replace(rows=tuple(row for row in ghost.rows if row.id <= cursor))


def holding(memo: Memo, ghost: Ghost) -> Holding:
    """Describe a memo to the laws."""
    return Holding(
        ghost,
        memo.inode,
        memo.coverage,
        len(memo.sources),
        len(memo.anchors),
        len(memo.gaps),
        full=memo.full,
    )


def _locate(world: World, scope: Scope, actor: int, task: Task) -> Moved:
    """Stat the path; take a kept connection to that very file, or pin its inode number."""
    if world.path is None:
        return _finish(replace(world, idle=()), scope, actor, _answer(scope, actor, task, (), ()))
    inode, stamp = world.path.inode, world.path.stamp
    same = tuple(link for link in world.idle if (link.inode, link.stamp) == (inode, stamp))
    if same:
        found = task._replace(phase="read", link=same[-1])
        return replace(_put(world, actor, found), idle=same[:-1]), ()
    pinned = task._replace(phase="connect", link=Link(inode, None, stamp))
    return replace(_put(world, actor, pinned), idle=()), ()


def _connect(world: World, scope: Scope, actor: int, task: Task) -> Moved:
    """Open whatever is at the path by now; the check finds out if it was the pinned file."""
    if world.path is None or task.link is None:
        return _start_over(world, scope, actor, task)
    link = task.link._replace(file=world.path)
    return _put(world, actor, task._replace(phase="read", link=link)), ()


def _read(world: World, scope: Scope, actor: int, task: Task) -> Moved:
    """Fix the snapshot, number it and look at the stored memo, all at once; then read."""
    link = task.link
    if link is None or link.file is None:
        message = f"refresh {actor} reads without a connection"
        raise ValueError(message)
    log, commit = link.file.log, link.file.commit
    if task.window.ended:
        seen = task._replace(phase="check", ghost=Ghost(commit, log.rows, forgotten=False))
        return _put(world, actor, seen), ()

    wanted = OPEN if task.window.span.start is None else task.window.span.start
    base, base_ghost = (world.slot.memo, world.slot.ghost) if task.base is None else (task.base, task.base_ghost)
    held = holding(base, base_ghost) if base is not None and base_ghost is not None else None
    looked = Looked(actor, held, task.base is None, log.rows, link.inode, wanted, None, 0, 0, 0, 0)
    if task.base is None and base is not None and _is_unchanged(link, base, wanted):
        return _finish(world, scope, actor, looked, _answer(scope, actor, task, base.sources, log.rows))

    observation = next_observation(world)
    epoch = world.slot.epoch if task.base is None else task.base.epoch
    reading = absorb(base, log, wanted, (epoch, link.inode, observation), scope.limits, scope.rules)
    forgotten = task.base_ghost is not None and task.base_ghost.forgotten
    ghost = Ghost(commit, log.rows, forgotten)
    after = task._replace(link=link._replace(seen=observation, clean=True))
    if reading.complete:
        after = after._replace(
            phase="check", base=None, base_ghost=None, found=reading.memo, ghost=ghost, beside=world.slot
        )
    else:
        after = after._replace(base=reading.memo, base_ghost=read_to(ghost, reading.memo.cursor))
    believed = base.anchors if base is not None and reading.cause is None else ()
    looked = looked._replace(
        cause=reading.cause,
        tested=reading.rows,
        keys=reading.keys,
        anchors=reading.anchors,
        renewed=len(set(reading.memo.anchors).difference(believed)),
    )
    return _put(world, actor, after), (looked,)


def _is_unchanged(link: Link, stored: Memo, wanted: int) -> bool:
    """Tell that nothing was committed since the stored memo's snapshot, by this connection.

    A memo that was cut at its limit holds too little to answer from alone.
    """
    latest = link.clean and link.inode == stored.inode and link.seen <= stored.observation
    return latest and not stored.full and stored.coverage <= wanted


def _check(world: World, scope: Scope, actor: int, task: Task) -> Moved:
    """Stat the path again: only then does the order of observations order files as well."""
    if world.path is None or task.link is None or world.path.inode != task.link.inode:
        return _start_over(world, scope, actor, task)
    if task.ghost is not None and task.window.ended:
        return _finish(world, scope, actor, _answer(scope, actor, task, task.ghost.rows, task.ghost.rows))
    if task.beside is None:
        message = f"refresh {actor} checks before it read"
        raise ValueError(message)
    found, ghost = _finished(actor, task)
    decision = write_back(found, task.beside.memo, task.beside.epoch)
    if decision == "put":
        return _put(world, actor, task._replace(phase="store", beside=None)), ()
    if decision == "discard":
        discarded = Discarded(actor, holding(found, ghost), _held(world.slot))
        return _finish(world, scope, actor, discarded, _answer(scope, actor, task, found.sources, ghost.rows))
    return _overtaken(world, scope, actor, task, task.beside)


def _store(world: World, scope: Scope, actor: int, task: Task) -> Moved:
    """Swap the memo in if the stored one is still the one looked at; else decide again."""
    found, ghost = _finished(actor, task)
    slot = world.slot
    if task.stale:
        return _overtaken(world, scope, actor, task, slot)
    mine = bounded(found, scope.limits)
    kept = read_to(ghost, mine.cursor)
    stored = replace(
        world,
        slot=Slot(mine, kept, slot.epoch),
        tasks=tuple(other and other._replace(stale=other.found is not None) for other in world.tasks),
    )
    event = Stored(actor, holding(mine, kept), _held(slot))
    return _finish(stored, scope, actor, event, _answer(scope, actor, task, found.sources, ghost.rows))


def _finished(actor: int, task: Task) -> tuple[Memo, Ghost]:
    """Give the memo of a finished read, and the snapshot that it rests on."""
    if task.found is None or task.ghost is None:
        message = f"refresh {actor} {task.phase}s before it read"
        raise ValueError(message)
    return task.found, task.ghost


def _overtaken(world: World, scope: Scope, actor: int, task: Task, slot: Slot) -> Moved:
    """Decide beside what came first, a bounded number of times."""
    found, ghost = _finished(actor, task)
    answer = _answer(scope, actor, task, found.sources, ghost.rows)
    if task.swaps + 1 >= scope.limits.swaps:
        return _finish(world, scope, actor, GaveUp(actor), answer)
    again = task._replace(swaps=task.swaps + 1, found=None, ghost=None, beside=None, stale=False)
    decision = write_back(found, slot.memo, slot.epoch)
    if decision == "discard":
        discarded = Discarded(actor, holding(found, ghost), _held(world.slot))
        return _finish(world, scope, actor, discarded, answer)
    if decision == "put":
        return _put(world, actor, again._replace(phase="store", found=found, ghost=ghost)), ()
    base, base_ghost = (found, ghost) if decision == "top up mine" else (slot.memo, slot.ghost)
    return _put(world, actor, again._replace(phase="read", base=base, base_ghost=base_ghost)), ()


def _held(slot: Slot) -> Holding | None:
    return holding(slot.memo, slot.ghost) if slot.memo is not None and slot.ghost is not None else None


def _io_error(world: World, _scope: Scope, actor: int, _task: Task) -> Moved:
    return _fail(world, actor, "io")


def _busy(world: World, scope: Scope, actor: int, task: Task) -> Moved:
    if task.waits + 1 > scope.limits.waits:
        return _fail(world, actor, "busy")
    return _put(world, actor, task._replace(waits=task.waits + 1)), ()


STEPS: dict[str, Callable[[World, Scope, int, Task], Moved]] = {
    "locate": _locate,
    "connect": _connect,
    "read": _read,
    "check": _check,
    "store": _store,
    "fail": _io_error,
    "busy": _busy,
}
"""What each gate does, and what each fault does in place of it."""

FAULTS = {"fail": "read", "busy": "read"}
"""The gate that each fault strikes."""
