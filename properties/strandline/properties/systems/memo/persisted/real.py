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
from strandline.impl.memo.shelf import Key, Mark, Shelf
from strandline.model.memo import persisted
from strandline.model.memo.persisted import Process
from strandline.model.terms import NEXT, replace
from strandline.properties.core.own import Real

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

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
    """What a call left: the process, and the file."""

    process: Process
    file: File


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


def dump(_desk: Desk, after: State, me: int, left: Left) -> State:
    """Put what a call left into the state that the model gave."""
    return persisted.put(replace(after, file=left.file), me, left.process)


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
        use = persisted.Memo() if looked.base is None else left.process.base
        return left._replace(process=replace(left.process, use=use))


def save(desk: Desk, state: State, me: int) -> Left:
    """Save the memo of a process."""
    mine = state.processes[me]
    with _Call(desk.kinds, state, mine) as call:
        call.keeper.save(now=True)
        return call.left(mine, mine.memo)


def drop(desk: Desk, state: State, me: int) -> Left:
    """Drop the memo by force."""
    mine = state.processes[me]
    with _Call(desk.kinds, state, mine) as call:
        call.keeper.drop()
        return call.left(Process(), persisted.Memo())


class _Call:
    """One call: a keeper that knows what a process knows, beside a file as it is in a state."""

    def __init__(self, kinds: Kinds, state: State, mine: Process) -> None:
        self._state = state
        self._mine = mine
        self._folder = tempfile.TemporaryDirectory()
        self._path = Path(self._folder.name) / "memos.sqlite"
        if state.file.mark.file:
            mark, memo = state.file.mark, state.file.memo
            self._path.write_bytes(_written(mark.version, mark.epoch, *memo[:3], state.file.sound))
            self._path.chmod(0o600)
        self._before = self._known()
        shelf = kinds.shelf(self._path, draw=lambda: DRAWN)
        self.keeper = kinds.keeper(LOG, CODEX, shelf, every=0.0, known=self._before)
        if mine.pending:
            memo = _memo(mine.memo)
            assert memo is not None
            self.keeper.offer(memo, self._before.seen)

    def __enter__(self) -> _Call:
        return self

    def __exit__(self, *_: object) -> None:
        self.keeper.close()
        self._folder.cleanup()

    def left(self, mine: Process, source: persisted.Memo) -> Left:
        """Give what the call left; whatever it learned of the file is this memo.

        Raises:
            ValueError: it knows of a memo that is another one.
        """
        known = self.keeper.known
        mine = replace(mine, pending=self.keeper.is_due)
        if known != self._before:
            head, base = known.stored.head, known.base
            mine = replace(
                mine,
                looked=known.seen is not None,
                seen=persisted.Mark() if known.seen is None else self._mark(known.seen),
                head=persisted.Memo() if head is None else _named(source, head.cursor, head.place[1], head.coverage),
                base=persisted.Memo() if base is None else _named(source, base.cursor, base.place[1], base.coverage),
            )
        return Left(mine, self._file())

    def _known(self) -> Known:
        mine = self._mine
        if not mine.looked:
            return Known()
        head = _memo(mine.head)
        said = None if head is None else CODEC.head(head, ())
        stored = Stored() if said is None else Stored(CODEC.read_head(said), said)
        return Known(Mark(mine.seen.version, mine.seen.epoch, self._inode(mine.seen.file)), stored, _memo(mine.base))

    def _inode(self, file: int) -> int:
        """Give the number of a file: the one that lies there, or one that is another one."""
        if file == 0 or not self._path.exists():
            return file
        here = self._path.stat().st_ino
        return here if file == self._state.file.mark.file else here + file

    def _mark(self, mark: Mark) -> persisted.Mark:
        state = self._state
        here = mark.file != 0 and self._path.exists() and mark.file == self._path.stat().st_ino
        new = state.file.mark.file or state.last + 1
        return persisted.Mark(new if here else self._mine.seen.file if mark.file else 0, *_ranks(mark))

    def _file(self) -> File:
        """Read the file, as whoever opens it would."""
        state = self._state
        if not self._path.exists() or not self._path.stat().st_size:
            return persisted.File()
        with closing(sqlite3.connect(self._path)) as database:
            found = database.execute("SELECT version, epoch, head FROM memos").fetchone()
        if found is None:
            return persisted.File()
        version, epoch, head = found
        mark = persisted.Mark(state.file.mark.file or state.last + 1, *_ranks(Mark(version, epoch)))
        if mark == state.file.mark:
            return state.file
        return persisted.File(mark, persisted.Memo() if head is None else self._mine.memo)


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


@cache
def _made(commit: int, history: int, reach: int) -> Memo:
    place = Place(DEVICE, history)
    snapshot = Snapshot(*place, 0, None, commit, 0)
    return Memo(0, place, 0, -reach, commit, (), (), (), snapshot)


@cache
def _written(version: int, epoch: int, commit: int, history: int, reach: int, sound: bool) -> bytes:  # noqa: FBT001
    """Give the bytes of a file as the shelf writes it, with a damaged head if it is not sound."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "memos.sqlite"
        numbers = iter((version, epoch, version) if epoch else (version,))
        shelf = Shelf(path, draw=numbers.__next__)
        mark = shelf.drop(KEY) if epoch else Mark()
        if commit:
            shelf.save(KEY, mark, CODEC.head(_made(commit, history, reach), ()), {}, None)
        shelf.close()
        if not sound:
            with closing(sqlite3.connect(path)) as database, database:
                (head,) = database.execute("SELECT head FROM memos").fetchone()
                other = CODEC.head(_made(commit + 1, history, reach), ())
                database.execute("UPDATE memos SET head = ?", (head[: -len(other)] + other,))
        return path.read_bytes()
