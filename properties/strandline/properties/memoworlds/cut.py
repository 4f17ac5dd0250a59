"""Cuts a world of the model into its parts; of a world after a step, those that the step may have changed."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from strandline.model import refresh
from strandline.properties.memoworlds.hidden import Hidden, HiddenNumber, Looked, Since
from strandline.properties.memoworlds.parts import (
    GONE,
    REST,
    Ask,
    At,
    Beside,
    Body,
    Head,
    Held,
    Line,
    View,
    of,
    uncounted,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from strandline.model.memo import Memo
    from strandline.model.state import File, Ghost, Link, Scope, Slot, Task, World
    from strandline.properties.exhaust.world import Value

V = TypeVar("V")


def parted(world: World, scope: Scope, before: World | None = None) -> dict[str, Value]:
    """Cut a world into its parts; what is hidden in it stays away.

    Args:
        world: the world.
        scope: its bounds.
        before: the world that a step led here from; what is the very same in both stays away too.

    Raises:
        Looked: a hidden part has been put in another one's place.
        ValueError: what a refresh holds does not fit together as it does in the model: a memo that was found is not of
            the last observation through its connection, or of two memos only one is forgotten.
    """
    return dict(_Cut(world, scope, before).parts())


class _Cut:
    """Cuts one world."""

    def __init__(self, world: World, scope: Scope, before: World | None) -> None:
        self._world = world
        self._scope = scope
        self._before = before
        self._moved = (
            before is not None and before.path is not world.path and _serial(before.path) != _serial(world.path)
        )

    def parts(self) -> Iterator[tuple[str, Value]]:
        world, before = self._world, self._before
        if before is None or world.path is not before.path:
            yield from self._path()
        for part in ("backup", "births", "serials"):
            value = getattr(world, part)
            if (before is None or value is not getattr(before, part)) and not _hidden(value, part):
                yield part, value
        if before is None or world.slot is not before.slot:
            yield from self._slot()
        if before is None:
            yield from (
                (f"budget.{name}", left) for (name, _), left in zip(self._scope.budget, world.left, strict=True)
            )
        if before is None or self._moved or world.idle is not before.idle:
            yield from self._kept()
        for actor, task in enumerate(world.tasks):
            old = before.tasks[actor] if before is not None else None
            if before is None or task is not old or (task is not None and self._moved):
                of_it = REST.items() if task is None else _CutTask(self, actor, task, old).parts()
                yield from ((of(part, actor), value) for part, value in of_it)

    def _path(self) -> Iterator[tuple[str, Value]]:
        file = self._world.path
        if file is None:
            yield from (("path", None), ("commit", 0), ("log", self._world.log))
        elif not _hidden(file, "path"):
            yield "path", At(file.serial, file.inode, file.stamp)
            yield from _shown("commit", file.commit)
            yield from _shown("log", file.log)

    def _slot(self) -> Iterator[tuple[str, Value]]:
        memo, ghost, epoch = self._world.slot
        yield from _shown("epoch", epoch)
        if memo is None or ghost is None:
            yield from (("slot", None), ("slot.body", None), ("slot.observation", 0), ("slot.commit", 0))
        elif not _hidden(memo, "slot"):
            yield "slot", Head(memo.epoch, memo.inode, memo.coverage, _plain(ghost.forgotten))
            if not _hidden(memo.sources, "slot.body"):
                yield "slot.body", Body(memo.cursor, memo.sources, memo.anchors, memo.gaps, memo.full, ghost.rows)
            yield from _shown("slot.observation", memo.observation)
            yield from _shown("slot.commit", ghost.commit)

    def _kept(self) -> Iterator[tuple[str, Value]]:
        if _hidden(self._world.idle, "idle"):
            return
        for place in range(self._scope.idle):
            name = f"idle.{place}"
            link = self._world.idle[place] if place < len(self._world.idle) else None
            if link is None:
                yield from ((name, None), (f"{name}.clean", False), (f"{name}.seen", 0))
            elif not _hidden(link, name):
                yield from self._kept_link(name, link)

    def _kept_link(self, name: str, link: Link) -> Iterator[tuple[str, Value]]:
        if not _hidden(link.inode, name):
            if link.file is None or self.left(link.file):
                yield from ((name, Line(link.inode, GONE)), (f"{name}.clean", False), (f"{name}.seen", 0))
                return
            yield name, Line(link.inode, link.stamp, link.file.serial)
        yield from _shown(f"{name}.clean", link.clean)
        yield from _shown(f"{name}.seen", link.seen)

    def left(self, file: File) -> bool:
        """Tell whether the path has left a file."""
        path = _plain(self._world.path)
        return path is None or path.serial != file.serial

    def beside(self, found: Memo | None, beside: Slot) -> Beside:
        """Give what lay in the slot as far as it decides something: nothing, if the memo found goes in or is let go."""
        if found is not None:
            decide = refresh.write_back  # type: ignore[attr-defined] # the very one that the steps take
            decision = decide(found, beside.memo, beside.epoch)
            if decision in {"put", "discard"}:
                return Beside(None, found.epoch + (decision == "discard"))
        return Beside(_held(beside.memo, beside.ghost), beside.epoch)

    def since(self, task: Task) -> int:
        """Give the serial of the first file that a refresh may have seen."""
        led: object = task.led
        return led.first if isinstance(led, Since) else min(task.led, default=self._world.serials + 1)

    def ask(self, task: Task) -> Ask:
        """Give what a refresh was asked for."""
        return Ask(self._scope.windows.index(task.window), self.since(task))

    @property
    def drops(self) -> bool:
        """Whether anything can be forgotten in this scope."""
        return "drop" in dict(self._scope.budget)

    @property
    def uncounted(self) -> frozenset[str]:
        """The counts that decide nothing in this scope."""
        return uncounted(self._scope)

    @property
    def moved(self) -> bool:
        """Whether the path leads to another file than before."""
        return self._moved


class _CutTask:
    """Cuts one refresh out of a world."""

    def __init__(self, cut: _Cut, actor: int, task: Task, old: Task | None) -> None:
        self._cut = cut
        self._actor = actor
        self._task = task
        self._old = old

    def parts(self) -> Iterator[tuple[str, Value]]:
        task = self._task
        yield from self._counted()
        if self._new("window", "led") and not self._hides("ask", task.window):
            yield "ask", self._cut.ask(task)
        if not self._hides("link", task.link):
            yield from self._link()
        if self._new("base", "base_ghost") and not self._hides("base", task.base):
            yield "base", _held(task.base, task.base_ghost)
        yield from self._found()

    def _new(self, *fields: str) -> bool:
        return self._old is None or any(getattr(self._task, one) is not getattr(self._old, one) for one in fields)

    def _hides(self, part: str, value: object) -> bool:
        return _hidden(value, of(part, self._actor))

    def _counted(self) -> Iterator[tuple[str, Value]]:
        task = self._task
        for part, value in (("gate", task.phase), ("tries", task.tries), ("swaps", task.swaps), ("waits", task.waits)):
            if not self._hides(part, value):
                yield part, REST[part] if part in self._cut.uncounted else value

    def _found(self) -> Iterator[tuple[str, Value]]:
        task = self._task
        if self._new("found", "ghost") and not self._hides("found", task.found):
            yield "found", _held(task.found, task.ghost)
            commit = self._rested()
            if not self._hides("ghost", commit):
                yield "ghost", commit
        if self._cut.drops and self._new("found", "ghost", "base", "base_ghost"):
            yield from self._trusted()
        if self._new("found", "stale") and not self._hides("unmoved", task.stale):
            yield "unmoved", task.found is not None and not task.stale
        if self._new("found", "beside"):
            if task.beside is None:
                yield "beside", None
            elif not self._hides("beside", task.beside.memo):
                beside = self._cut.beside(task.found, task.beside)
                self._require_alike(beside, task.beside.ghost)
                yield "beside", beside

    def _require_alike(self, beside: Beside, ghost: Ghost | None) -> None:
        """Hold what lies beside a memo against it: both are forgotten, or none is."""
        mine = self._task.ghost
        if beside.held is None or ghost is None or mine is None:
            return
        if _plain(ghost.forgotten) != _plain(mine.forgotten):
            message = f"of the two memos that refresh {self._actor} holds only one is forgotten"
            raise ValueError(message)

    def _trusted(self) -> Iterator[tuple[str, Value]]:
        """Tell whether the snapshot of the memo that was found, or is read on from, is not forgotten."""
        task = self._task
        ghost = task.ghost if task.found is not None else task.base_ghost
        if ghost is None or not self._hides("trusted", ghost.forgotten):
            yield "trusted", ghost is not None and not ghost.forgotten

    def _rested(self) -> int:
        """Give the number of the commit that a finished read rests on; of a one-shot read nobody asks for it."""
        task = self._task
        if task.found is None or task.ghost is None:
            return 0
        seen = task.link.seen if task.link is not None else None
        if task.found.observation != seen:
            message = f"the memo that refresh {self._actor} found is not of the last observation through its connection"
            raise ValueError(message)
        return task.ghost.commit

    def _link(self) -> Iterator[tuple[str, Value]]:
        link = self._task.link
        if not self._new("link") and (link is None or link.file is None or not self._cut.moved):
            return
        if link is None:
            yield from ((part, REST[part]) for part in ("link", "view", "clean", "seen", "left"))
            return
        left = False
        if not self._hides("link", link.inode):
            left = link.file is not None and self._cut.left(link.file)
            yield "link", Line(link.inode, link.stamp, link.file.serial if link.file is not None else None, left)
            yield from self._view(link.file) if left and link.file is not None else (("view", None), ("left", 0))
        if left:
            yield "clean", False
        elif not self._hides("clean", link.clean):
            yield "clean", link.clean
        if not self._hides("seen", link.seen):
            yield "seen", link.seen

    def _view(self, file: File) -> Iterator[tuple[str, Value]]:
        """Give what a connection sees of a file that the path has left."""
        link = self._task.link
        if link is not None and not self._hides("view", file.log):
            yield "view", View(file.log, _plain(link.clean))
        if not self._hides("left", file.commit):
            yield "left", file.commit


def _held(memo: Memo | None, ghost: Ghost | None) -> Held | None:
    """Give a memo and what it rests on without their numbers."""
    if ghost is None:
        return None
    return Held(memo and replace(memo, observation=0), _plain(ghost.rows))


def _serial(file: File | None) -> int | None:
    return None if file is None else file.serial


def _shown(part: str, value: Value) -> Iterator[tuple[str, Value]]:
    """Give a part, unless it is hidden."""
    if not _hidden(value, part):
        yield part, value


def _hidden(value: object, part: str) -> bool:
    """Tell whether a part is hidden where it belongs.

    Raises:
        Looked: another one is.
    """
    if isinstance(value, (Hidden, HiddenNumber)):
        if value.part != part:
            raise Looked(value.part, part)
        return True
    return False


def _plain(value: V) -> V:
    """Give a value that goes into another part; a hidden one is asked for."""
    if isinstance(value, Hidden):
        raise Looked(value.part, value.place)
    return value
