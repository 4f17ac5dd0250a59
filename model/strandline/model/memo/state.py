"""The state of a world: the path, what it leads to, the stored memo, the refreshes in flight, as plain records.

A number that only its order counts of is a rank in a field of its own, so that values in which nothing but a number
differs are one value. A connection names its file by its serial; only when the path has left that file does it hold
the rows. What no step looks at again is not held: so a kept connection to a file that the path has left pins its inode
number, and no more. Ghosts are what the checker knows and the code under test never sees.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Final, Literal, NamedTuple, TypeAlias

from strandline.model.memo.log import Body, Draft, Log, Row
from strandline.model.memo.memo import NOTHING, Limits, Memo, WriteBack
from strandline.model.memo.rules import CODEX, Rules
from strandline.model.terms import ACTORS, NEXT, WHOLE, Rank, replace

if TYPE_CHECKING:
    from collections.abc import Callable

    from strandline.model.memo.days import Span

SHIPPED_LIMITS = Limits()

Rewrite: TypeAlias = "Callable[[Log, int, Draft], Log]"
"""What a statement that writes over a row makes of a log: given the id of that row, and what is to stand there."""

Phase: TypeAlias = Literal["locate", "connect", "read", "check", "store"]
"""The gates of a refresh, in order."""


Observation: TypeAlias = Annotated[int, Rank("observation")]
"""The number of a snapshot among all that were looked at, 0 for none."""

Commit: TypeAlias = Annotated[int, Rank("commit")]
"""The number of a commit among those of all files, 0 for none."""

GONE: Final = -1
"""The stamp of a kept connection that is of no more use: it is never that of a file."""


class File(NamedTuple):
    """The file at the path: its inode number may be reissued, its serial never is.

    ``stamp`` moves when it is written over in place by something that is not SQLite.
    """

    serial: int
    inode: int
    stamp: int = 0


class Link(NamedTuple):
    """A pinned inode number, the stamp of the file then, and the serial of the file that was opened, None before that.

    ``left`` tells that the path has left that file.
    """

    inode: int
    stamp: int = 0
    serial: int | None = None
    left: bool = False


class View(NamedTuple):
    """What a connection sees of a file that the path has left, which does not change any more."""

    log: Log
    clean: bool


@dataclass(frozen=True, slots=True)
class Connection:
    """A connection, or a place for one.

    ``seen`` is the last observation made through it; ``clean`` tells that nothing was committed since. ``view`` is
    what it sees of a file that the path has left, and ``left`` the last commit to that file.
    """

    link: Annotated[Link | None, WHOLE] = None
    clean: bool = False
    seen: Observation = 0
    view: Annotated[View | None, WHOLE] = None
    left: Commit = 0

    @property
    def follows(self) -> bool:
        """Whether it is open to the file at the path."""
        return self.link is not None and self.link.serial is not None and not self.link.left

    @property
    def up_to_date(self) -> bool:
        """Whether nothing was committed to its file since the last observation through it."""
        return self.clean if self.view is None else self.view.clean

    def read(self) -> Connection:
        """Give the connection after an observation through it."""
        if self.view is None:
            return replace(self, seen=NEXT, clean=True)
        return replace(self, seen=NEXT, view=self.view._replace(clean=True))


class Ghost(NamedTuple):
    """What the checker knows of a snapshot, and the code under test never sees."""

    commit: int
    rows: tuple[Row, ...]
    forgotten: bool


class Held(NamedTuple):
    """A memo, but for its observation, and the rows of its snapshot; a one-shot read has no memo."""

    memo: Memo | None
    rows: tuple[Row, ...]


class Head(NamedTuple):
    """Of the stored memo, what decides whether another one may replace it."""

    epoch: int
    inode: int
    coverage: int


@dataclass(frozen=True, slots=True)
class Slot:
    """Where the memo is stored; a forced drop raises the epoch.

    ``observation`` is that of the memo, ``commit`` and ``forgotten`` are the ghost of its snapshot.
    """

    epoch: int = 0
    head: Annotated[Head | None, WHOLE] = None
    body: Annotated[Held | None, WHOLE] = None
    observation: Observation = 0
    commit: Commit = 0
    forgotten: bool = False

    @property
    def outline(self) -> Memo | None:
        """The stored memo as far as it decides whether another one may replace it."""
        if self.head is None:
            return None
        return Memo(self.head.epoch, self.head.inode, self.observation, self.head.coverage, NOTHING, (), (), ())

    @property
    def memo(self) -> Memo | None:
        """The stored memo, with its observation."""
        held = self.body
        return None if held is None or held.memo is None else replace(held.memo, observation=self.observation)

    @property
    def ghost(self) -> Ghost | None:
        """The ghost of the snapshot that the stored memo rests on."""
        return None if self.body is None else Ghost(self.commit, self.body.rows, self.forgotten)


class Window(NamedTuple):
    """A window as the world offers it: its span, and whether it ended before today."""

    span: Span
    ended: bool = False


class Ask(NamedTuple):
    """What a refresh was asked for: the number of its window, and the serial of the first file that it may have seen.

    The path leads to a file with a higher serial each time, so it led to all from there on.
    """

    window: int
    since: int


class Beside(NamedTuple):
    """What the memo that a read came to does to the one that lay in the slot then; that one, if it is gone on from."""

    decision: WriteBack
    held: Held | None = None


@dataclass(frozen=True, slots=True)
class Task:
    """A refresh at the gate that it waits for; one that has none is at rest.

    ``base`` is the memo to go on from when it is not the stored one: the first part of a
    long scan, or the wider of two incomparable memos. ``found`` is the memo of a finished
    read, of the last observation through its connection, ``ghost`` the commit that it rests on.
    ``unmoved`` tells that the stored memo is still the one that this refresh looked at, ``trusted`` that no drop came
    since the memo that it found or goes on from was read.
    """

    phase: Phase | None = None
    ask: Annotated[Ask | None, WHOLE] = None
    connection: Connection = Connection()
    base: Annotated[Held | None, WHOLE] = None
    found: Annotated[Held | None, WHOLE] = None
    beside: Annotated[Beside | None, WHOLE] = None
    ghost: Commit = 0
    unmoved: bool = False
    trusted: bool = False
    tries: int = 0
    swaps: int = 0
    waits: int = 0


class Left(NamedTuple):
    """How often something may still happen."""

    times: int


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
    """One state of everything.

    ``commit`` is the last one to the file at the path, ``idle`` are the kept connections, the last one kept last, and
    ``left`` is what is left of each part of the budget. A field marked ACTORS always holds as many records.
    """

    path: Annotated[File | None, WHOLE]
    log: Annotated[Log, WHOLE]
    commit: Commit
    slot: Slot
    tasks: Annotated[tuple[Task, ...], ACTORS]
    idle: Annotated[tuple[Connection, ...], ACTORS]
    left: Annotated[tuple[Left, ...], ACTORS]
    backup: Annotated[Log | None, WHOLE] = None
    births: int = 0
    serials: int = 1

    @property
    def connections(self) -> tuple[Connection, ...]:
        """Every place for a connection, idle or in flight."""
        return (*self.idle, *(task.connection for task in self.tasks))

    @property
    def links(self) -> tuple[Link, ...]:
        """Every link that is pinned or connected."""
        return tuple(one.link for one in self.connections if one.link is not None)


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
