"""What the environment may do to a world, and to a refresh from outside: each change with its guard inside."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeAlias

from strandline.model.memo import log as logs
from strandline.model.memo.log import Log
from strandline.model.memo.state import GONE, Ask, Connection, File, Link, Slot, Task, View, World, drafted, rewriting
from strandline.model.terms import NEXT, replace

if TYPE_CHECKING:
    from collections.abc import Callable

    from strandline.model.memo.state import Scope

REWRITE: Final = "rewrite"
"""A row is written over in place. No writer of codex does it; a world in which it happens says how."""

Change: TypeAlias = "Callable[[World, Scope, int], World | None]"
"""Gives the world after a change with an argument, None where it cannot happen."""


def commit(world: World, log: Log) -> World:
    """Commit a new content to the file at the path, which is there; every connection to it notices."""
    return replace(
        world,
        log=log,
        commit=NEXT,
        idle=tuple(replace(one, clean=False) for one in world.idle),
        tasks=tuple(replace(one, connection=replace(one.connection, clean=False)) for one in world.tasks),
    )


def put(world: World, actor: int, task: Task) -> World:
    """Put a refresh in the place of another one."""
    return replace(world, tasks=(*world.tasks[:actor], task, *world.tasks[actor + 1 :]))


def append_and_prune(world: World, scope: Scope, template: int) -> World:
    """Append a row to the file at the path and prune its partition, in one transaction."""
    born = replace(world, births=world.births + 1)
    return commit(born, logs.append_and_prune(world.log, (drafted(world, scope, template),), scope.keep))


def _append(world: World, scope: Scope, template: int) -> World:
    return commit(replace(world, births=world.births + 1), logs.append(world.log, (drafted(world, scope, template),)))


def _to_a_file(change: Change) -> Change:
    """Let a change happen where there is a file."""
    return lambda world, scope, arg: None if world.path is None else change(world, scope, arg)


def _delete(world: World, _scope: Scope, row_id: int) -> World | None:
    if all(row.id != row_id for row in world.log.rows):
        return None
    return commit(world, logs.delete(world.log, row_id))


def _rewrite(world: World, scope: Scope, arg: int) -> World | None:
    row_id, template, way = rewriting(scope, arg)
    if all(row.id != row_id for row in world.log.rows):
        return None
    born = replace(world, births=world.births + 1)
    log = scope.rewrites[way](world.log, row_id, drafted(world, scope, template))
    return commit(born, log) if log != world.log else born  # a statement that changes nothing is no commit


def _empty(world: World, _scope: Scope, _arg: int) -> World | None:
    return commit(world, logs.empty(world.log)) if world.log.rows else None


def _reset(world: World, _scope: Scope, _arg: int) -> World | None:
    log = world.log
    return commit(world, logs.reset_sequence(log)) if log.sequence != (log.highest or 0) else None


def _backup(world: World, _scope: Scope, _arg: int) -> World | None:
    return replace(world, backup=world.log) if world.log.rows else None


def _restore(world: World, _scope: Scope, _arg: int) -> World | None:
    if world.path is None or world.backup is None or world.backup == world.log:
        return None
    return commit(world, world.backup)


def _copy(world: World, scope: Scope, arg: int) -> World | None:
    """Copy the backup over the file, as a person does, where SQLite allows it: under no connection that has read."""
    restored = _restore(world, scope, arg)
    if restored is None or world.path is None or any(task.connection.seen for task in world.tasks):
        return None
    return replace(restored, path=world.path._replace(stamp=world.path.stamp + 1))


def _lead_to(world: World, path: File | None, log: Log) -> World:
    """Let the path lead elsewhere; what is open to the old file goes on seeing that one, or is of no more use."""

    def left(task: Task) -> Task:
        one = task.connection
        if one.link is None or not one.follows:
            return task
        away = Connection(
            one.link._replace(left=True), seen=one.seen, view=View(world.log, one.clean), left=world.commit
        )
        return replace(task, connection=away)

    return replace(
        world,
        path=path,
        log=log,
        commit=0 if path is None else NEXT,
        idle=tuple(one if one.link is None else Connection(Link(one.link.inode, GONE)) for one in world.idle),
        tasks=tuple(map(left, world.tasks)),
    )


def _remove(world: World, _scope: Scope, _arg: int) -> World | None:
    return _lead_to(world, None, Log()) if world.path is not None else None


def _replace(world: World, scope: Scope, rows: int) -> World:
    """Rename a new file with some rows of its own over the path, so that its inode number is a new one."""
    taken = {link.inode for link in world.links} | ({world.path.inode} if world.path is not None else set())
    return _stand_in(world, scope, min(set(range(1, len(taken) + 2)) - taken), rows)


def _reissue(world: World, scope: Scope, rows: int) -> World | None:
    """Delete the file and make a new one: the file system gives its inode number out again, if nobody pins it."""
    if world.path is None or world.path.inode in {link.inode for link in world.links}:
        return None
    return _stand_in(world, scope, world.path.inode, rows)


def _stand_in(world: World, scope: Scope, inode: int, rows: int) -> World:
    log, serial = Log(), world.serials + 1
    for template in range(rows):
        log = logs.append(log, (drafted(world, scope, template),))
        world = replace(world, births=world.births + 1)
    return replace(_lead_to(world, File(serial, inode), log), serials=serial)


def _drop(world: World, _scope: Scope, _arg: int) -> World:
    """Forget the memo by force; what is in flight rests on a snapshot from before."""
    tasks = tuple(replace(one, unmoved=False, trusted=False) for one in world.tasks)
    return replace(world, slot=Slot(world.slot.epoch + 1), tasks=tasks)


def _hang_up(world: World, _scope: Scope, _arg: int) -> World | None:
    if all(one.link is None for one in world.idle):
        return None
    return replace(world, idle=(Connection(),) * len(world.idle))


CHANGES: Final[dict[str, Change]] = {
    "append": _to_a_file(_append),
    "append and prune": _to_a_file(append_and_prune),
    "delete": _delete,
    REWRITE: _rewrite,
    "empty": _empty,
    "reset": _reset,
    "backup": _backup,
    "restore": _restore,
    "copy": _copy,
    "remove": _remove,
    "replace": _replace,
    "reissue": _reissue,
    "drop": _drop,
    "hang up": _hang_up,
}
"""What the environment may do."""


def start(world: World, actor: int, window: int) -> World:
    """Begin a refresh of a window."""
    since = world.serials + 1 if world.path is None else world.path.serial
    return put(world, actor, Task("locate", Ask(window, since)))


def cancel(world: World, actor: int) -> World:
    """Cancel a refresh where it stands; its connection is closed and nothing else moves."""
    return put(world, actor, Task())
