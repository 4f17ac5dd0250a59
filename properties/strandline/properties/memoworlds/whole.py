"""Puts the parts that a step has read together to a world of the model; the rest of it is hidden."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from strandline.model.memo import Memo
from strandline.model.state import File, Ghost, Link, Slot, Task, World
from strandline.properties.exhaust.world import NEXT
from strandline.properties.memoworlds.bystanders import bystander, bystanding
from strandline.properties.memoworlds.hidden import Hidden, Since, Uncounted, hiding, hiding_number
from strandline.properties.memoworlds.parts import GONE, Body, of, order_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from strandline.model.state import Scope
    from strandline.properties.exhaust.world import Value
    from strandline.properties.memoworlds.parts import Beside, Head, Line


class Whole:
    """Knows some parts of a world, and makes a world of them."""

    def __init__(self, scope: Scope, parts: Mapping[str, Any]) -> None:
        """Know these parts, and no others."""
        self._scope = scope
        self.parts = parts

    def world(self, actors: Iterable[int] = (), *, idle: bool = False) -> World:
        """Give the world in which only what was read can be looked at.

        Args:
            actors: the refreshers of whom something was read. For each other one stands a bystander: a refresh with
                a connection to the file at the path and a memo found.
            idle: whether the kept connections are hidden whole where they were not read; else there are bystanders.
        """
        scope, path = self._scope, self._path()
        return World(
            path=path,
            slot=self._slot(),
            tasks=tuple(
                self._task(actor) if actor in actors else bystander(actor, path) for actor in range(scope.refreshers)
            ),
            idle=self.kept(path, hidden=idle),
            left=tuple(self._get(f"budget.{name}") for name, _ in scope.budget),
            backup=self._get("backup"),
            births=self._get("births"),
            serials=self._get("serials"),
        )

    def resting(self) -> World:
        """Give a world in which no refresh is in flight, with everything there that a refresh could look at."""
        at, path = self.parts, self.parts["path"]
        file = None if path is None else File(path.serial, path.inode, 0, at["log"], path.stamp)
        memo, ghost, epoch = self._slot()
        return World(
            path=file,
            slot=Slot(memo, ghost and ghost._replace(commit=0, forgotten=False), epoch),
            tasks=(None,) * self._scope.refreshers,
            idle=tuple(
                link._replace(file=link.file and file)
                for place in range(self._scope.idle)
                if (link := self._kept_link(f"idle.{place}")) is not None
            ),
            left=tuple(0 for _ in self._scope.budget),
            serials=at["serials"],
        )

    def holds(self, part: str, value: Value) -> bool:
        """Tell whether a part was read and held this."""
        return part in self.parts and self.parts[part] == value

    def rank(self, part: str, number: Value) -> Value:
        """Give a number that a step made as an action writes it: one that was read, or the next one."""
        return number if number in (0, *self._given(order_of(part))) else NEXT

    def _given(self, order: str | None) -> list[Value]:
        return [value for part, value in self.parts.items() if order_of(part) == order]

    def _get(self, part: str) -> Any:  # noqa: ANN401 - a value of any type
        return self.parts[part] if part in self.parts else hiding(part)

    def _number(self, part: str) -> int:
        number: int = self.parts[part] if part in self.parts else hiding_number(part)
        return number

    def _path(self) -> Any:  # noqa: ANN401 - a file, none, or hidden
        if "path" not in self.parts:
            return Hidden("path")
        path = self.parts["path"]
        if path is None:
            return None
        return File(path.serial, path.inode, self._number("commit"), self._get("log"), path.stamp)

    def _slot(self) -> Slot:
        epoch, head = self._get("epoch"), self._get("slot")
        if isinstance(head, Hidden):
            stored: Any = head
            return Slot(stored, stored, epoch)
        return Slot(*self._stored(head), epoch)

    def _stored(self, head: Head | None) -> tuple[Memo | None, Ghost | None]:
        """Give the stored memo as far as it was read."""
        if head is None:
            return None, None
        body: Body = self.parts.get("slot.body", HIDDEN_BODY)
        memo = Memo(
            epoch=head.epoch,
            inode=head.inode,
            observation=self._number("slot.observation"),
            coverage=head.coverage,
            cursor=body.cursor,
            sources=body.sources,
            anchors=body.anchors,
            gaps=body.gaps,
            full=body.full,
        )
        return memo, Ghost(self._number("slot.commit"), body.rows, head.forgotten)

    def _forgotten(self, actor: int) -> Any:  # noqa: ANN401 - a flag, or hidden
        if "drop" not in dict(self._scope.budget):
            return False
        trusted = self._get(of("trusted", actor))
        return trusted if isinstance(trusted, Hidden) else not trusted

    def _held(self, held: Any, actor: int, observation: int = 0, commit: int = 0) -> tuple[Any, Any]:  # noqa: ANN401 - or hidden
        """Give a memo and its ghost, with these numbers, if anybody asks for them."""
        if held is None or isinstance(held, Hidden):
            return held, held
        if held.memo is None:
            return None, Ghost(commit, held.rows, forgotten=False)
        return replace(held.memo, observation=observation), Ghost(commit, held.rows, self._forgotten(actor))

    def kept(self, path: Any, *, hidden: bool = False) -> Any:  # noqa: ANN401 - links, or hidden
        """Give the kept connections; if they were not read, bystanders or nothing to look at."""
        names = [f"idle.{place}" for place in range(self._scope.idle)]
        if all(name in self.parts for name in names):
            return tuple(link for name in names if (link := self._kept_link(name)) is not None)
        return Hidden("idle") if hidden else tuple(bystanding(name, f"{name}.seen", path) for name in names)

    def _kept_link(self, name: str) -> Link | None:
        line: Line | None = self._get(name)
        if line is None or line.stamp == GONE:
            return line and Link(line.inode, None, GONE)
        file, seen, clean = self._current(line, name), self._number(f"{name}.seen"), self._get(f"{name}.clean")
        return Link(line.inode, file, line.stamp, seen, clean)

    def _link(self, actor: int) -> Any:  # noqa: ANN401 - a link, none, or hidden
        name = of("link", actor)
        line: Any = self._get(name)
        if line is None or isinstance(line, Hidden):
            return line
        if line.serial is None:
            return Link(line.inode, None, line.stamp)
        seen = self._number(of("seen", actor))
        if not line.left:
            return Link(line.inode, self._current(line, name), line.stamp, seen, self._get(of("clean", actor)))
        view, dead = self._get(of("view", actor)), _dead(name)
        file = File(line.serial, dead, self._number(of("left", actor)), view.log, dead)
        return Link(line.inode, file, line.stamp, seen, view.clean)

    def _current(self, line: Line, name: str) -> File:
        """Give the file at the path as a connection to it knows it."""
        dead = _dead(name)
        return File(line.serial or 0, dead, self._number("commit"), self._get("log"), dead)

    def _task(self, actor: int) -> Task | None:
        def get(part: str) -> Any:  # noqa: ANN401 - a value of any type
            return self._get(of(part, actor))

        if self.parts.get(of("gate", actor), actor) is None:
            return None
        window, led = self._asked(get("ask"))
        base, base_ghost = self._held(get("base"), actor)
        found, ghost = self._held(
            get("found"), actor, self._number(of("seen", actor)), self._number(of("ghost", actor))
        )
        return Task(
            window=window,
            phase=get("gate"),
            led=led,
            link=self._link(actor),
            base=base,
            base_ghost=base_ghost,
            found=found,
            ghost=ghost,
            beside=self._beside(get("beside"), actor),
            stale=_stale(get("unmoved"), found),
            tries=get("tries"),
            swaps=get("swaps"),
            waits=get("waits"),
        )

    def _asked(self, ask: Any) -> tuple[Any, Any]:  # noqa: ANN401 - an ask, or hidden
        """Give the window that a refresh was asked for, and the files that the path led to since."""
        if isinstance(ask, Hidden):
            return ask, Since(ask)
        return self._scope.windows[ask.window], Since(ask.since)

    def _beside(self, beside: Any, actor: int) -> Any:  # noqa: ANN401 - a slot, none, or hidden
        if beside is None or isinstance(beside, Hidden):
            return beside
        whole: Beside = beside
        return Slot(*self._held(whole.held, actor), whole.epoch)


def _stale(unmoved: Any, found: Any) -> Any:  # noqa: ANN401 - a flag, or hidden
    """Tell whether the stored memo changed since a refresh that has found one looked at it."""
    if isinstance(unmoved, Hidden):
        return unmoved
    return not unmoved and not isinstance(found, Hidden) and found is not None


def _dead(name: str) -> Any:  # noqa: ANN401 - stands for any value
    """Stand for what nobody asks a connection for: its file's inode number, and the stamp of that file by now."""
    return Hidden(name, f"the inode or the stamp of the file of {name!r}")


def _body() -> Body:
    hidden: Any = Hidden("slot.body")
    rows: Any = Uncounted("slot.body")
    return Body(hidden, rows, rows, rows, hidden, hidden)


HIDDEN_BODY: Final = _body()
"""What is shown of the stored memo to a step that has read its head only."""
