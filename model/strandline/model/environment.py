"""What the environment may do to a world: when each change is offered, and what it changes."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final, TypeAlias

from strandline.model import log as logs
from strandline.model.log import Log
from strandline.model.ranks import next_commit
from strandline.model.state import Action, File, Link, Scope, Slot, Task, World, drafted, rewriting

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from strandline.model.state import Ghost

REWRITE: Final = "rewrite"
"""A row is written over in place. No writer of codex does it; a world in which it happens says how."""

Offer: TypeAlias = "Callable[[World, Scope], Iterator[Action]]"
Change: TypeAlias = "Callable[[World, Scope, Action], World]"


def commit(world: World, log: Log) -> World:
    """Commit a new content to the file that the path leads to; every connection to it notices."""
    if world.path is None:
        return world
    after = world.path._replace(log=log, commit=next_commit(world))

    def noticed(link: Link) -> Link:
        if link.file is None or link.file.serial != after.serial:
            return link
        return link._replace(file=after, clean=False)

    return replace(
        world,
        path=after,
        idle=tuple(noticed(link) for link in world.idle),
        tasks=tuple(
            task._replace(link=noticed(task.link)) if task is not None and task.link is not None else task
            for task in world.tasks
        ),
    )


def _lead_to(world: World, file: File | None) -> World:
    """Let the path lead elsewhere; every refresh in flight may have seen it."""
    serials = frozenset() if file is None else frozenset({file.serial})
    return replace(
        world,
        path=file,
        serials=world.serials + (file is not None),
        tasks=tuple(task and task._replace(led=task.led | serials) for task in world.tasks),
    )


def _offer_templates(name: str) -> Offer:
    def offer(world: World, scope: Scope) -> Iterator[Action]:
        if world.path is not None:
            yield from (Action(name, None, template) for template in range(len(scope.templates)))

    return offer


def _append(world: World, scope: Scope, action: Action) -> World:
    born = replace(world, births=world.births + 1)
    return commit(born, logs.append(world.log, (drafted(world, scope, action.arg),)))


def append_and_prune(world: World, scope: Scope, action: Action) -> World:
    """Append a row and prune its partition, in one transaction."""
    born = replace(world, births=world.births + 1)
    return commit(born, logs.append_and_prune(world.log, (drafted(world, scope, action.arg),), scope.keep))


def _offer_delete(world: World, _scope: Scope) -> Iterator[Action]:
    return (Action("delete", None, row.id) for row in world.log.rows)


def _delete(world: World, _scope: Scope, action: Action) -> World:
    return commit(world, logs.delete(world.log, action.arg))


def _offer_rewrite(world: World, scope: Scope) -> Iterator[Action]:
    """Offer to write over each row, with each template, in each way."""
    each = len(scope.templates) * len(scope.rewrites)
    return (Action(REWRITE, None, row.id * each + one) for row in world.log.rows for one in range(each))


def _rewrite(world: World, scope: Scope, action: Action) -> World:
    row_id, template, way = rewriting(scope, action.arg)
    born = replace(world, births=world.births + 1)
    log = scope.rewrites[way](world.log, row_id, drafted(world, scope, template))
    return commit(born, log) if log != world.log else born  # a statement that changes nothing is no commit


def _offer_if_rows(name: str) -> Offer:
    def offer(world: World, _scope: Scope) -> Iterator[Action]:
        if world.log.rows:
            yield Action(name)

    return offer


def _empty(world: World, _scope: Scope, _action: Action) -> World:
    return commit(world, logs.empty(world.log))


def _reset(world: World, _scope: Scope, _action: Action) -> World:
    return commit(world, logs.reset_sequence(world.log))


def _offer_reset(world: World, _scope: Scope) -> Iterator[Action]:
    if world.log.sequence != (world.log.highest or 0):
        yield Action("reset")


def _backup(world: World, _scope: Scope, _action: Action) -> World:
    return replace(world, backup=world.log)


def _offer_restore(world: World, _scope: Scope) -> Iterator[Action]:
    if world.backup is not None and world.path is not None and world.backup != world.path.log:
        yield Action("restore")


def _restore(world: World, _scope: Scope, _action: Action) -> World:
    return commit(world, world.backup or Log())


def _offer_copy(world: World, scope: Scope) -> Iterator[Action]:
    """Offer a copy in place where SQLite allows one: under no connection that has read yet."""
    in_flight = [task.link for task in world.tasks if task is not None and task.link is not None]
    if not any(link.seen for link in in_flight):
        yield from (Action("copy") for _ in _offer_restore(world, scope))


def _copy(world: World, scope: Scope, action: Action) -> World:
    """Copy the backup over the file, as a person does: SQLite takes no part in it."""
    restored = _restore(world, scope, action)
    return replace(restored, path=restored.path and restored.path._replace(stamp=restored.path.stamp + 1))


def _offer_remove(world: World, _scope: Scope) -> Iterator[Action]:
    if world.path is not None:
        yield Action("remove")


def _remove(world: World, _scope: Scope, _action: Action) -> World:
    return _lead_to(world, None)


def _offer_replace(name: str) -> Offer:
    def offer(world: World, scope: Scope) -> Iterator[Action]:
        if name == "reissue" and (world.path is None or world.path.inode in {link.inode for link in world.links()}):
            return
        yield from (Action(name, None, rows) for rows in range(len(scope.templates) + 1))

    return offer


def _replace(world: World, scope: Scope, action: Action) -> World:
    """Let a new file with some rows of its own stand at the path.

    ``replace`` renames it over the old one, so its inode number is a new one; ``reissue``
    deletes the old file first, and the file system gives its number out again.
    """
    taken = {link.inode for link in world.links()} | ({world.path.inode} if world.path else set())
    fresh = min(set(range(1, len(taken) + 2)) - taken)
    inode = world.path.inode if world.path and action.name == "reissue" else fresh
    log = Log()
    for template in range(action.arg):
        log = logs.append(log, (drafted(world, scope, template),))
        world = replace(world, births=world.births + 1)
    return _lead_to(world, File(world.serials + 1, inode, next_commit(world), log))


def _drop(world: World, _scope: Scope, _action: Action) -> World:
    """Forget the memo by force; what is in flight rests on a snapshot from before."""

    def forgotten(ghost: Ghost | None) -> Ghost | None:
        return ghost and ghost._replace(forgotten=True)

    return replace(
        world,
        slot=Slot(epoch=world.slot.epoch + 1),
        tasks=tuple(
            task
            and task._replace(
                ghost=forgotten(task.ghost),
                base_ghost=forgotten(task.base_ghost),
                beside=task.beside and task.beside._replace(ghost=forgotten(task.beside.ghost)),
                stale=task.found is not None,
            )
            for task in world.tasks
        ),
    )


def _offer_always(name: str) -> Offer:
    return lambda _world, _scope: iter((Action(name),))


def _offer_hang_up(world: World, _scope: Scope) -> Iterator[Action]:
    if world.idle:
        yield Action("hang up")


def _hang_up(world: World, _scope: Scope, _action: Action) -> World:
    return replace(world, idle=())


def _offer_start(world: World, scope: Scope) -> Iterator[Action]:
    for actor, task in enumerate(world.tasks):
        if task is None:
            yield from (Action("start", actor, window) for window in range(len(scope.windows)))


def _start(world: World, scope: Scope, action: Action) -> World:
    led = frozenset() if world.path is None else frozenset({world.path.serial})
    task = Task(scope.windows[action.arg], "locate", led)
    return replace(world, tasks=(*world.tasks[: action.actor or 0], task, *world.tasks[(action.actor or 0) + 1 :]))


def _offer_cancel(world: World, _scope: Scope) -> Iterator[Action]:
    return (Action("cancel", actor) for actor, task in enumerate(world.tasks) if task is not None)


def _cancel(world: World, _scope: Scope, action: Action) -> World:
    """Cancel a refresh where it stands; its connection is closed and nothing else moves."""
    actor = action.actor or 0
    return replace(world, tasks=(*world.tasks[:actor], None, *world.tasks[actor + 1 :]))


def _offer_failures(name: str) -> Offer:
    def offer(world: World, _scope: Scope) -> Iterator[Action]:
        for actor, task in enumerate(world.tasks):
            if task is not None and task.phase == "read":
                yield Action(name, actor)

    return offer


def _offer_commits_amid(world: World, scope: Scope) -> Iterator[Action]:
    """Offer a commit in the midst of each read of the file that the path leads to."""
    for actor, task in enumerate(world.tasks):
        read = task.link.file if task is not None and task.phase == "read" and task.link is not None else None
        if read is not None and world.path is not None and read.serial == world.path.serial:
            yield from (Action("commit amid", actor, template) for template in range(len(scope.templates)))


def _offer_elsewhere(_world: World, scope: Scope) -> Iterator[Action]:
    yield from (Action("elsewhere", None, window) for window in range(len(scope.windows)))


OFFERS: dict[str, Offer] = {
    "append": _offer_templates("append"),
    "append and prune": _offer_templates("append and prune"),
    "delete": _offer_delete,
    REWRITE: _offer_rewrite,
    "empty": _offer_if_rows("empty"),
    "reset": _offer_reset,
    "backup": _offer_if_rows("backup"),
    "restore": _offer_restore,
    "copy": _offer_copy,
    "remove": _offer_remove,
    "replace": _offer_replace("replace"),
    "reissue": _offer_replace("reissue"),
    "drop": _offer_always("drop"),
    "hang up": _offer_hang_up,
    "start": _offer_start,
    "cancel": _offer_cancel,
    "fail": _offer_failures("fail"),
    "busy": _offer_failures("busy"),
    "commit amid": _offer_commits_amid,
    "elsewhere": _offer_elsewhere,
}

CHANGES: dict[str, Change] = {
    "append": _append,
    "append and prune": append_and_prune,
    "delete": _delete,
    REWRITE: _rewrite,
    "empty": _empty,
    "reset": _reset,
    "backup": _backup,
    "restore": _restore,
    "copy": _copy,
    "remove": _remove,
    "replace": _replace,
    "reissue": _replace,
    "drop": _drop,
    "hang up": _hang_up,
    "start": _start,
    "cancel": _cancel,
}
