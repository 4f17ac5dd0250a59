"""The real keeper and the real file in the place of the model's: made as they are in a state, called, and looked at.

A call has a file of its own, of which every byte is as the shelf writes it, and a keeper that knows what the process
knows. What is told of a snapshot, its commit, its history and how far it reaches back, is in the fields of the memo
that say that. Nothing is left in an object between two calls.
"""

from __future__ import annotations

import os
import sqlite3
import tempfile
from contextlib import closing
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from strandline.impl.memo.answer import Snapshot
from strandline.impl.memo.codex import CODEX
from strandline.impl.memo.encoding import Codec
from strandline.impl.memo.keeper import Keeper, Known, Stored
from strandline.impl.memo.memo import Memo, Place
from strandline.impl.memo.shelf import Shelf
from strandline.impl.memo.shelved import Key, Mark
from strandline.model.memo import persisted
from strandline.model.memo.persisted import Process
from strandline.model.terms import NEXT, replace
from strandline.properties.core.own import Real

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Self

    from strandline.model.memo.persisted import File, State

LOG: Final = Path("/log")
CODEC: Final = Codec(CODEX)
KEY: Final = Key(os.fsencode(LOG), CODEC.rules)
DRAWN: Final = 2**40
"""The version or epoch that a call draws: above all that a state has."""

DEVICE: Final = 1


class Kinds(NamedTuple):
    """The classes that are called: those of the implementation, or mutants of them."""

    keeper: type[Keeper] = Keeper
    shelf: type[Shelf] = Shelf


class Left(NamedTuple):
    """What a call left, the process and the file, and what happened."""

    process: Process
    file: File
    events: tuple[tuple[Any, ...], ...] = ()


class Desk:
    """Where one call is made; it has nothing of its own."""

    def __init__(self, kinds: Kinds) -> None:
        """Call these classes."""
        self.kinds = kinds


def real(kinds: Kinds = Kinds()) -> Real:  # noqa: B008 - a frozen value
    """Declare the real keeper and file, or mutants of them."""
    calls: dict[str, Callable[..., Any]] = {"look": look, "save": save, "drop": drop}
    return Real(partial(_desk, kinds), calls, dump)


def _desk(kinds: Kinds, _state: State) -> Desk:
    return Desk(kinds)


def dump(_desk: Desk, after: State, me: int, left: Left) -> tuple[State, tuple[tuple[Any, ...], ...]]:
    """Put what a call left into the state that the model gave, and say what happened."""
    return persisted.put(replace(after, file=left.file), me, left.process), left.events


def look(desk: Desk, state: State, me: int, wants: int) -> Left:
    """Look at the file as a process does before its snapshot."""
    mine = state.processes[me]
    with _Call(desk.kinds, state, mine) as call:
        dropped: list[int] = []

        def forget() -> int:
            dropped.append(1)
            return 1

        looked = call.keeper.look(_memo(mine.memo), 0, forget)
        memo = persisted.Memo() if dropped else mine.memo
        there = state.file.memo if state.file.sound else persisted.Memo()
        left = call.left(replace(mine, wants=wants, memo=memo, there=there), state.file.memo)
        process = replace(left.process, use=persisted.Memo() if looked.base is None else left.process.base)
        read = call.has_learned and call.keeper.known.base is not None
        sound = not call.has_learned or state.file.sound
        events = (*((("dropped",),) if dropped else ()), ("looked", process.base if read else persisted.Memo(), sound))
        return Left(process, left.file, events)


def save(desk: Desk, state: State, me: int) -> Left:
    """Save the memo of a process."""
    mine = state.processes[me]
    with _Call(desk.kinds, state, mine) as call:
        saved = call.keeper.save(now=True)
        left = call.left(mine, mine.memo)
        if left.file is not state.file:
            was = state.file.memo if state.file.sound else persisted.Memo()
            return left._replace(events=(("saved", was, mine.memo, state.file.mark.epoch),))
        return left if saved else left._replace(events=(("lost", mine.seen != state.file.mark),))


def drop(desk: Desk, state: State, me: int) -> Left:
    """Drop the memo by force."""
    mine = state.processes[me]
    with _Call(desk.kinds, state, mine) as call:
        call.keeper.drop()
        return call.left(Process(), persisted.Memo())._replace(events=(("forced",),))


class _Call:
    """One call: a keeper that knows what a process knows, beside a file as it is in a state."""

    def __init__(self, kinds: Kinds, state: State, mine: Process) -> None:
        self._state = state
        self._mine = mine
        # All is looked at before anything is made: a state that is read lazily ends a call that looks further.
        file = state.file
        mark, seen = file.mark[:], mine.seen[:] if mine.looked else None
        written = _written(*mark[1:], file.memo[:3], sound=file.sound) if mark[0] else None
        head, base = _memo(mine.head), _memo(mine.base)
        offered = _made(*mine.memo[:3]) if mine.pending else None
        self._folder = tempfile.TemporaryDirectory()
        self._path = Path(self._folder.name) / "memos.sqlite"
        if written is not None:
            self._path.write_bytes(written)
            self._path.chmod(0o600)
        self._before = Known() if seen is None else Known(self._known_mark(*seen), _stored(head), base)
        shelf = kinds.shelf(self._path, draw=lambda: DRAWN)
        self.keeper = kinds.keeper(LOG, CODEX, shelf, every=0.0, known=self._before)
        if offered is not None:
            self.keeper.offer(offered, self._before.seen)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.keeper.close()
        self._folder.cleanup()

    @property
    def has_learned(self) -> bool:
        """Whether the call found the file to be another one than it knew."""
        return self.keeper.known != self._before

    def left(self, mine: Process, source: persisted.Memo) -> Left:
        """Give what the call left; whatever it learned of the file is this memo.

        Raises:
            ValueError: it knows of a memo that is another one.
        """
        known = self.keeper.known
        mine = replace(mine, pending=self.keeper.is_due)
        if self.has_learned:
            head, base = known.stored.head, known.base
            mine = replace(
                mine,
                looked=known.seen is not None,
                seen=persisted.Mark() if known.seen is None else self._mark(known.seen),
                head=persisted.Memo() if head is None else _named(source, head.cursor, head.place[1], head.coverage),
                base=persisted.Memo() if base is None else _named(source, base.cursor, base.place[1], base.coverage),
            )
        return Left(mine, self._file())

    def _known_mark(self, file: int, version: int, epoch: int) -> Mark:
        """Give a mark that a process saw, with the number of the file that lies there, or of another one."""
        if file and self._path.exists():
            here = self._path.stat().st_ino
            file = here if file == self._state.file.mark.file else here + file
        return Mark(version, epoch, file)

    def _mark(self, mark: Mark) -> persisted.Mark:
        state = self._state
        here = mark.file != 0 and self._path.exists() and mark.file == self._path.stat().st_ino
        new = state.file.mark.file or state.last + 1
        return persisted.Mark(new if here else self._mine.seen.file if mark.file else 0, *_ranks(mark))

    def _file(self) -> File:
        """Read the file, as whoever opens it would; what is as it was is given as it was.

        Raises:
            ValueError: there is another memo in it than that of the process.
        """
        state = self._state
        there = self._path.exists() and self._path.stat().st_size > 0
        if not there:
            return persisted.File() if state.file.mark.file else state.file
        with closing(sqlite3.connect(self._path)) as database:
            ((version, epoch, head),) = database.execute("SELECT version, epoch, head FROM memos").fetchall()
        mark = persisted.Mark(state.file.mark.file or state.last + 1, *_ranks(Mark(version, epoch)))
        if mark == state.file.mark:
            return state.file
        if head is None:
            return persisted.File(mark)
        with closing(Shelf(self._path)) as shelf:
            written = CODEC.read_head(shelf.load(KEY, shelf.mark(KEY)) or b"")
        return persisted.File(mark, _named(self._mine.memo, written.cursor, written.place[1], written.coverage))


def _ranks(mark: Mark) -> Iterator[Any]:
    return (NEXT if number == DRAWN else number for number in (mark.version, mark.epoch))


def _named(source: persisted.Memo, commit: int, history: int, coverage: int) -> persisted.Memo:
    if source[:3] != (commit, history, -coverage):
        raise ValueError(f"a memo that nobody had: {commit}, {history}, {-coverage}")
    return source


def _memo(memo: persisted.Memo) -> Memo | None:
    """Give a memo of the implementation that says what one of the model says."""
    commit, history, reach, _ = memo
    return _made(commit, history, reach) if commit else None


def _stored(head: Memo | None) -> Stored:
    """Give what is known to be stored."""
    if head is None:
        return Stored()
    said = CODEC.head(head, ())
    return Stored(CODEC.read_head(said), said)


@cache
def _made(commit: int, history: int, reach: int) -> Memo:
    place = Place(DEVICE, history)
    snapshot = Snapshot(*place, 0, None, commit, 0)
    return Memo(0, place, 0, -reach, commit, (), (), (), snapshot)


@cache
def _written(version: int, epoch: int, memo: tuple[int, int, int], *, sound: bool) -> bytes:
    """Give the bytes of a file as the shelf writes it, with a damaged head if it is not sound."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "memos.sqlite"
        numbers = iter((version, epoch, version) if epoch else (version,))
        shelf = Shelf(path, draw=numbers.__next__)
        mark = shelf.drop(KEY) if epoch else Mark()
        if memo[0]:
            shelf.save(KEY, mark, CODEC.head(_made(*memo), ()), {}, None)
        shelf.close()
        if not sound:
            with closing(sqlite3.connect(path)) as database, database:
                ((head,),) = database.execute("SELECT head FROM memos").fetchall()
                database.execute("UPDATE memos SET head = ?", (bytes([head[0] ^ 1]) + head[1:],))
        return path.read_bytes()
