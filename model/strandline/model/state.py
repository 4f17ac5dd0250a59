"""The state of a world: one path, the files it led to, the stored memo, the refreshes in flight.

All of it is values. Ghosts are what the checker knows and the code under test never sees.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, NamedTuple, TypeAlias

from strandline.model.log import Body, Draft, Log, Row
from strandline.model.memo import Limits, Memo
from strandline.model.rules import CODEX, Rules

if TYPE_CHECKING:
    from collections.abc import Callable

    from strandline.model.days import Span

SHIPPED_LIMITS = Limits()

Rewrite: TypeAlias = "Callable[[Log, int, Draft], Log]"
"""What a statement that writes over a row makes of a log: given the id of that row, and what is to stand there."""

Phase: TypeAlias = Literal["locate", "connect", "read", "check", "store"]
"""The gates of a refresh, in order."""


class File(NamedTuple):
    """A file that is or was the log: its inode number may be reissued, its serial never is.

    ``commit`` numbers the last commit to it among the commits of all files; ``stamp`` moves
    when it is written over in place by something that is not SQLite.
    """

    serial: int
    inode: int
    commit: int
    log: Log
    stamp: int = 0


class Link(NamedTuple):
    """A pinned inode number and, once connected, the file that was really opened.

    ``seen`` is the last observation made through this connection, 0 before the first;
    ``clean`` tells that nothing was committed since. ``stamp`` is that of the file when it
    was pinned.
    """

    inode: int
    file: File | None
    stamp: int = 0
    seen: int = 0
    clean: bool = False


class Ghost(NamedTuple):
    """What the checker knows of a snapshot, and the code under test never sees."""

    commit: int
    rows: tuple[Row, ...]
    forgotten: bool


class Slot(NamedTuple):
    """Where the memo is stored; a forced drop raises the epoch."""

    memo: Memo | None = None
    ghost: Ghost | None = None
    epoch: int = 0


class Window(NamedTuple):
    """A window as the world offers it: its span, and whether it ended before today."""

    span: Span
    ended: bool = False


class Task(NamedTuple):
    """A refresh in flight, at the gate that it waits for.

    ``base`` is the memo to go on from when it is not the stored one: the first part of a
    long scan, or the wider of two incomparable memos. ``found`` is the memo of a finished
    read, ``ghost`` tells of the snapshot it rests on, ``beside`` is what was stored when it was
    taken. ``stale`` tells that the stored memo
    changed since this refresh looked at it. ``led`` holds the serials of the files that the
    path led to since the refresh started.
    """

    window: Window
    phase: Phase
    led: frozenset[int]
    link: Link | None = None
    base: Memo | None = None
    base_ghost: Ghost | None = None
    found: Memo | None = None
    ghost: Ghost | None = None
    beside: Slot | None = None
    stale: bool = False
    tries: int = 0
    swaps: int = 0
    waits: int = 0


BIRTH: Final = "{birth}"
"""Stands for the number of a birth in the body of a template."""


class Template(NamedTuple):
    """A row that a world may append: everything but its id and its moment of birth.

    :data:`BIRTH` in its body stands for the number of its birth, so that each row that is made of it can be a turn of
    its own. Rows of one turn hide each other: an answer is the same without all of them but one.
    """

    ts: object
    thread: str | None
    process: str | None
    body: Body


@dataclass(frozen=True, slots=True)
class Scope:
    """The bounds of a world: what may happen in it, how often, and what its rows mean.

    ``rewrites`` are the ways in which a row may be written over; a log that is appended to has none.
    """

    windows: tuple[Window, ...]
    templates: tuple[Template, ...]
    budget: tuple[tuple[str, int], ...]
    refreshers: int = 3
    keep: int = 1
    idle: int = 1
    limits: Limits = SHIPPED_LIMITS
    born_with: tuple[int, ...] = ()
    rules: Rules = CODEX
    rewrites: tuple[Rewrite, ...] = ()


@dataclass(frozen=True, slots=True)
class World:
    """One state of everything."""

    path: File | None
    slot: Slot
    tasks: tuple[Task | None, ...]
    idle: tuple[Link, ...]
    left: tuple[int, ...]
    backup: Log | None = None
    births: int = 0
    serials: int = 1

    @property
    def log(self) -> Log:
        """The rows at the path; none if nothing is there."""
        return self.path.log if self.path else Log()

    def links(self) -> tuple[Link, ...]:
        """Every pinned or connected link, idle or in flight."""
        return (*self.idle, *(task.link for task in self.tasks if task is not None and task.link is not None))


class Action(NamedTuple):
    """One step that somebody takes: a refresher by its number, or the environment (None)."""

    name: str
    actor: int | None = None
    arg: int = 0


class Rewriting(NamedTuple):
    """Which row is written over, what it is made into, and which of the ways to do it is taken."""

    row_id: int
    template: int
    way: int


def rewriting(scope: Scope, arg: int) -> Rewriting:
    """Give what the argument of a rewrite stands for."""
    rest, way = divmod(arg, len(scope.rewrites))
    return Rewriting(*divmod(rest, len(scope.templates)), way)


def born(body: Body, birth: str) -> Body:
    """Give the body of a template with a birth named in it."""
    return body.replace(BIRTH, birth) if isinstance(body, str) else body


def drafted(world: World, scope: Scope, template: int) -> Draft:
    """Give the next row that a template makes, with a moment of birth of its own.

    Where rows keep no fraction of the second the clock moves on by one for each birth.
    """
    ts, thread, process, body = scope.templates[template]
    birth = world.births + 1
    body = born(body, str(birth))
    if scope.rules.moments:
        return Draft(ts, birth, thread, process, body)
    return Draft(ts + birth if isinstance(ts, int) else ts, 0, thread, process, body)
