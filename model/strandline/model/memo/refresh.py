"""One refresh, gate by gate: locate, connect, read, check, store.

Between two gates a refresh does nothing that another could see, so the gates are all the
places at which the world may move. Each function takes the world with a refresh at its gate
and gives the world after it.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Final, TypeAlias

from strandline.model.memo.bounds import uncounted
from strandline.model.memo.environment import put
from strandline.model.memo.events import Answered, Discarded, Event, Failed, GaveUp, Holding, Looked, Outline, Stored
from strandline.model.memo.memo import OPEN, Memo, absorb, bounded, write_back
from strandline.model.memo.state import GONE, Beside, Connection, Ghost, Head, Held, Link, Slot, Task, World
from strandline.model.terms import NEXT, replace

if TYPE_CHECKING:
    from collections.abc import Callable

    from strandline.model.memo.log import Log, Row
    from strandline.model.memo.state import Ask, Phase, Scope, Window

OUTSIDER: Final = -1
"""The actor of a refresh by another scanner."""

Moved: TypeAlias = tuple[World, tuple[Event, ...]]


def keep(world: World, connection: Connection) -> World:
    """Keep a connection for the next refresh while there is room; one to a file that the path has left is of no use."""
    places = [place for place, kept in enumerate(world.idle) if kept.link is None]
    if not places or connection.link is None:
        return world
    kept = Connection(connection.link, connection.clean, connection.seen)
    if not connection.follows:
        kept = Connection(Link(connection.link.inode, GONE))
    return replace(world, idle=(*world.idle[: places[0]], kept, *world.idle[places[0] + 1 :]))


def _finish(world: World, actor: int, *events: Event) -> Moved:
    """End a refresh; its connection is kept."""
    return put(keep(world, world.tasks[actor].connection), actor, Task()), events


def _fail(world: World, actor: int, reason: str) -> Moved:
    """End a refresh without an answer; its connection is closed."""
    return put(world, actor, Task()), (Failed(actor, reason, answered=False, moved=False),)


def _one_more(scope: Scope, task: Task, count: str) -> dict[str, int]:
    """Count, where the count can come to its bound; below that it decides nothing."""
    return {count: getattr(task, count) + (count not in uncounted(scope))}


def _start_over(world: World, scope: Scope, actor: int, task: Task) -> Moved:
    if task.tries + 1 >= scope.limits.tries:
        return _fail(world, actor, "replaced")
    fresh = Task("locate", task.ask, tries=task.tries, swaps=task.swaps, waits=task.waits)
    return put(world, actor, replace(fresh, **_one_more(scope, task, "tries"))), ()


def asked(task: Task) -> Ask:
    """Give what a refresh in flight was asked for.

    Raises:
        ValueError: it is not in flight.
    """
    if task.ask is None:
        raise ValueError("a refresh at rest was asked for nothing")
    return task.ask


def window_of(scope: Scope, task: Task) -> Window:
    """Give the window that a refresh in flight was asked for."""
    return scope.windows[asked(task).window]


def _answer(scope: Scope, actor: int, task: Task, sources: tuple[Row, ...], rows: tuple[Row, ...]) -> Answered:
    span, link, truth = window_of(scope, task).span, task.connection.link, scope.rules.truth
    led = link is None or link.serial is None or link.serial >= asked(task).since
    return Answered(actor, span, truth(sources, span), rows, named=True, led=led, one_shot=truth(rows, span))


def elsewhere(world: World, scope: Scope, window: int) -> Moved:
    """Let another scanner of the same log answer, to which nobody comes in between."""
    span, rows = scope.windows[window].span, world.log.rows
    truth = scope.rules.truth(rows, span)
    return world, (Answered(OUTSIDER, span, truth, rows, named=True, led=True, one_shot=truth),)


def seen_by(world: World, connection: Connection) -> tuple[Log, int]:
    """Give what a connection sees: the content of its file, and the last commit to it.

    Raises:
        ValueError: it is not connected.
    """
    link = connection.link
    if link is None or link.serial is None or (link.left and connection.view is None):
        raise ValueError("a refresh reads without a connection")
    return (world.log, world.commit) if connection.view is None else (connection.view.log, connection.left)


def read_to(rows: tuple[Row, ...], cursor: int) -> tuple[Row, ...]:
    """Keep of a snapshot the rows that a memo with this cursor has read."""
    return tuple(row for row in rows if row.id <= cursor)


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


def outline(slot: Slot) -> Outline | None:
    """Describe the stored memo to the laws as far as it matters when another one comes."""
    head = slot.head
    return None if head is None else Outline(slot.commit, head.inode, head.coverage, slot.forgotten)


def _locate(world: World, scope: Scope, actor: int, task: Task) -> Moved:
    """Stat the path; take a kept connection to that very file, or pin its inode number."""
    path, nowhere = world.path, (Connection(),) * len(world.idle)
    if path is None:
        return _finish(replace(world, idle=nowhere), actor, _answer(scope, actor, task, (), ()))
    pin = Link(path.inode, path.stamp)
    same = [one for one in world.idle if one.link is not None and one.link[:2] == pin[:2]]
    if same:
        found = replace(task, phase="read", connection=same[-1])
        return put(replace(world, idle=(*same[:-1], *nowhere)[: len(nowhere)]), actor, found), ()
    pinned = replace(task, phase="connect", connection=Connection(pin))
    return put(replace(world, idle=nowhere), actor, pinned), ()


def _connect(world: World, scope: Scope, actor: int, task: Task) -> Moved:
    """Open whatever is at the path by now; the check finds out if it was the pinned file."""
    path, link = world.path, task.connection.link
    if path is None or link is None:
        return _start_over(world, scope, actor, task)
    opened = replace(task.connection, link=link._replace(serial=path.serial))
    return put(world, actor, replace(task, phase="read", connection=opened)), ()


def _read(world: World, scope: Scope, actor: int, task: Task) -> Moved:
    """Fix the snapshot, number it and look at the stored memo, all at once; then read."""
    one, slot, window = task.connection, world.slot, window_of(scope, task)
    log, commit = seen_by(world, one)
    if window.ended:
        return put(world, actor, replace(task, phase="check", found=Held(None, log.rows))), ()

    wanted = OPEN if window.span.start is None else window.span.start
    stored = slot.memo
    held, forgotten = (slot.body, slot.forgotten) if task.base is None else (task.base, not task.trusted)
    base = None if held is None else held.memo
    known = None if held is None or base is None else holding(base, Ghost(0, held.rows, forgotten))
    inode = 0 if one.link is None else one.link.inode
    looked = Looked(actor, known, task.base is None, log.rows, inode, wanted, None, 0, 0, 0, 0)
    if task.base is None and stored is not None and _is_unchanged(one, stored, wanted):
        return _finish(world, actor, looked, _answer(scope, actor, task, stored.sources, log.rows))

    epoch = slot.epoch if task.base is None or base is None else base.epoch
    reading = absorb(base, log, wanted, (epoch, inode, 0), scope.limits, scope.rules)
    believed = base.anchors if base is not None and reading.cause is None else ()
    looked = looked._replace(
        cause=reading.cause,
        tested=reading.rows,
        keys=reading.keys,
        anchors=reading.anchors,
        renewed=len(set(reading.memo.anchors).difference(believed)),
    )
    after = replace(task, connection=one.read(), trusted=task.base is None or task.trusted)
    if not reading.complete:
        part = Held(reading.memo, read_to(log.rows, reading.memo.cursor))
        return put(world, actor, replace(after, base=part)), (looked,)
    beside = _beside(dataclasses.replace(reading.memo, observation=NEXT), slot)
    found = Held(reading.memo, log.rows)
    after = replace(after, phase="check", base=None, found=found, ghost=commit, beside=beside, unmoved=True)
    return put(world, actor, after), (looked,)


def _beside(found: Memo, slot: Slot) -> Beside:
    """Decide what a memo does to the one that lies in the slot."""
    decision = write_back(found, slot.outline, slot.epoch)
    return Beside(decision, slot.body if decision == "top up theirs" else None)


def _is_unchanged(connection: Connection, stored: Memo, wanted: int) -> bool:
    """Tell that nothing was committed since the stored memo's snapshot, by this connection.

    A memo that was cut at its limit holds too little to answer from alone.
    """
    link = connection.link
    known = link is not None and link.inode == stored.inode and connection.seen <= stored.observation
    return known and connection.up_to_date and not stored.full and stored.coverage <= wanted


def _check(world: World, scope: Scope, actor: int, task: Task) -> Moved:
    """Stat the path again: only then does the order of observations order files as well."""
    link, beside = task.connection.link, task.beside
    if world.path is None or link is None or world.path.inode != link.inode:
        return _start_over(world, scope, actor, task)
    if task.found is not None and task.found.memo is None:
        return _finish(world, actor, _answer(scope, actor, task, task.found.rows, task.found.rows))
    if beside is None:
        message = f"refresh {actor} checks before it read"
        raise ValueError(message)
    if beside.decision == "put":
        return put(world, actor, replace(task, phase="store", beside=None)), ()
    if beside.decision == "discard":
        return _give_way(world, scope, actor, task)
    return _overtaken(world, scope, actor, task, beside)


def _store(world: World, scope: Scope, actor: int, task: Task) -> Moved:
    """Swap the memo in if the stored one is still the one looked at; else decide again."""
    found, rows = _finished(actor, task)
    slot = world.slot
    if not task.unmoved:
        beside = _beside(dataclasses.replace(found, observation=task.connection.seen), slot)
        if beside.held is not None:
            task = replace(task, trusted=not slot.forgotten)
        return _overtaken(world, scope, actor, task, beside)
    mine = bounded(found, scope.limits)
    kept = Held(mine, read_to(rows, mine.cursor))
    stored = Slot(
        slot.epoch,
        Head(mine.epoch, mine.inode, mine.coverage),
        kept,
        task.connection.seen,
        task.ghost,
        forgotten=not task.trusted,
    )
    after = replace(world, slot=stored, tasks=tuple(replace(one, unmoved=False) for one in world.tasks))
    event = Stored(actor, holding(mine, _ghost(task, kept.rows)), outline(slot))
    return _finish(after, actor, event, _answer(scope, actor, task, found.sources, rows))


def _finished(actor: int, task: Task) -> tuple[Memo, tuple[Row, ...]]:
    """Give the memo of a finished read, and the rows of the snapshot that it rests on."""
    if task.found is None or task.found.memo is None:
        message = f"refresh {actor} {task.phase}s before it read"
        raise ValueError(message)
    return task.found.memo, task.found.rows


def _ghost(task: Task, rows: tuple[Row, ...]) -> Ghost:
    return Ghost(task.ghost, rows, forgotten=not task.trusted)


def _give_way(world: World, scope: Scope, actor: int, task: Task) -> Moved:
    """Throw the memo away, and answer."""
    found, rows = _finished(actor, task)
    discarded = Discarded(actor, holding(found, _ghost(task, rows)), outline(world.slot))
    return _finish(world, actor, discarded, _answer(scope, actor, task, found.sources, rows))


def _overtaken(world: World, scope: Scope, actor: int, task: Task, beside: Beside) -> Moved:
    """Go on beside what came first, a bounded number of times."""
    if task.swaps + 1 >= scope.limits.swaps:
        found, rows = _finished(actor, task)
        return _finish(world, actor, GaveUp(actor), _answer(scope, actor, task, found.sources, rows))
    if beside.decision == "discard":
        return _give_way(world, scope, actor, task)
    again = replace(task, beside=None, **_one_more(scope, task, "swaps"))
    if beside.decision == "put":
        return put(world, actor, replace(again, unmoved=True)), ()
    base = task.found if beside.decision == "top up mine" else beside.held
    return put(world, actor, replace(again, phase="read", base=base, found=None, ghost=0, unmoved=False)), ()


def _io_error(world: World, _scope: Scope, actor: int, _task: Task) -> Moved:
    return _fail(world, actor, "io")


def _busy(world: World, scope: Scope, actor: int, task: Task) -> Moved:
    if task.waits + 1 > scope.limits.waits:
        return _fail(world, actor, "busy")
    return put(world, actor, replace(task, **_one_more(scope, task, "waits"))), ()


STEPS: Final[dict[str, Callable[[World, Scope, int, Task], Moved]]] = {
    "locate": _locate,
    "connect": _connect,
    "read": _read,
    "check": _check,
    "store": _store,
    "fail": _io_error,
    "busy": _busy,
}
"""What each gate does, and what each fault does in place of it."""

FAULTS: Final[dict[str, Phase]] = {"fail": "read", "busy": "read"}
"""The gate that each fault strikes."""
