"""What the mutants put in place of shipped code, one function or class for each, and what is wrong with it.

:mod:`strandline.properties.mutants` says which hazard each stands for, and which law must catch it.
"""

from __future__ import annotations

import sqlite3
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar, cast

from strandline.impl import memo as memos
from strandline.impl import refresh, scan
from strandline.impl.answer import Statistics
from strandline.impl.connection import Connection
from strandline.impl.effects import Connected, Located, Unchanged
from strandline.impl.host import Host, Lease
from strandline.impl.log import LogReader
from strandline.impl.parse import Parsed
from strandline.impl.store import EMPTY, MemoStore, Slot

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from strandline.impl.effects import Failure, Missing, Observed, ReadLog
    from strandline.impl.log import LogRow
    from strandline.impl.memo import Memo, Place, WriteBack
    from strandline.impl.store import Joined
    from strandline.impl.window import Span


def no_digest(row: LogRow) -> bytes:
    return b""


def cursor_dominance(mine: Memo, stored: Memo | None, epoch: int) -> WriteBack:
    if mine.epoch < epoch:
        return "discard"
    dominated = (
        stored is not None
        and stored.place == mine.place
        and stored.coverage <= mine.coverage
        and stored.cursor >= mine.cursor
    )
    return "discard" if dominated else "put"


def forgetting_emptiness(mine: Memo, stored: Memo | None, epoch: int) -> WriteBack:
    return "discard" if stored is not None and not mine.anchors else _WRITE_BACK(mine, stored, epoch)


def newest_takes_all(mine: Memo, stored: Memo | None, epoch: int) -> WriteBack:
    if _WRITE_BACK(mine, stored, epoch) not in memos.TOP_UPS or stored is None:
        return _WRITE_BACK(mine, stored, epoch)
    return "put" if mine.observation > stored.observation else "discard"


def begin_without_a_transaction(self: Connection) -> int:
    if self._database is None:
        raise sqlite3.ProgrammingError("the connection is not open")
    version: int = self._database.execute("PRAGMA data_version").fetchone()[0]
    return version


class EarlyLease(Lease):
    """Numbers a refresh as soon as it has its connection, before it has a snapshot."""

    def _locate(self) -> Located | Missing | Failure:
        found = super()._locate()
        if isinstance(found, Located) and found.connected:
            self._number()
        return found

    def _connect(self) -> Connected | Missing:
        found = super()._connect()
        if isinstance(found, Connected):
            self._number()
        return found

    def _number(self) -> None:
        connection = self._leased()
        _, number, _ = self._host.store.observe(lambda: None)
        connection.seen = (connection.seen[0] if connection.seen else -1, number)

    def _read(self, effect: ReadLog) -> Observed | Unchanged:
        connection = self._leased()
        version, number = connection.seen or (-1, 0)
        connection.seen = (version, 0)
        try:
            found = super()._read(effect)
        finally:
            connection.seen = (connection.seen[0], number)
        if isinstance(found, Unchanged):
            return found
        memo = found.reading.memo
        memo = replace(memo, observation=number, snapshot=replace(memo.snapshot, observation=number))
        return replace(found, reading=found.reading._replace(memo=memo))


def numbering_what_it_stores(self: MemoStore, version: int, memo: Memo, joined: Joined) -> Slot | None:
    with self._lock:
        if self._slot.version != version:
            return self._slot
        self._observations += 1
        self._slot = Slot(version + 1, self._slot.epoch, replace(memo, observation=self._observations), joined)
        return None


def tail_up_to_an_error(self: LogReader, after: int, limit: int) -> Iterator[LogRow]:
    with suppress(sqlite3.Error):
        yield from _TAIL(self, after, limit)


def evicting(memo: Memo, sources_max: int) -> Memo:
    beyond = max(0, len(memo.sources) - sources_max)
    evicted = {fact for fact in memo.sources if isinstance(fact.says, Parsed) and fact.says.kind == "completed"}
    evicted = set(sorted(evicted)[:beyond])
    return replace(memo, sources=tuple(fact for fact in memo.sources if fact not in evicted))


class _SharedStore(MemoStore):
    """Keeps its slot where every store of this log keeps it, and numbers observations by itself."""

    _slots: ClassVar[dict[Path, Slot]] = {}

    def __init__(self, path: Path) -> None:
        self._path = path
        super().__init__(self._slots.get(path, EMPTY))

    @property
    def _slot(self) -> Slot:
        return self._slots[self._path]

    @_slot.setter
    def _slot(self, slot: Slot) -> None:
        self._slots[self._path] = slot


def host_of_a_shared_store(self: Host, path: Path, **settings: Any) -> None:
    _HOST(self, path, **settings)
    if "store" not in settings:
        self.store = _SharedStore(path)


def blind_swap(self: MemoStore, version: int, memo: Memo, joined: Joined) -> Slot | None:
    with self._lock:
        self._slot = Slot(self._slot.version + 1, self._slot.epoch, memo, joined)
    return None


def believing_sources(log: LogReader, base: Memo | None, wanted: int, place: Place) -> tuple[Any, Any]:
    believed, cause = _BELIEVE(log, base, wanted, place)
    if base is None or cause is not None:
        return believed, cause
    return believed._replace(sources=tuple(fact for fact in base.sources if fact.id <= believed.point)), cause


def believing_gaps(log: LogReader, base: Memo | None, wanted: int, place: Place) -> tuple[Any, Any]:
    return _BELIEVE(log, replace(base, gaps=()) if base is not None else None, wanted, place)


def believing_cursor(log: LogReader, base: Memo | None, wanted: int, place: Place) -> tuple[Any, Any]:
    believed, cause = _BELIEVE(log, base, wanted, place)
    if base is None or cause not in {"rows rewritten", "deleted row is back", "anchors lost", "file replaced"}:
        return believed, cause
    kept = log.stamps(fact.id for fact in base.sources)
    sources = tuple(fact for fact in base.sources if fact.id in kept)
    return scan._Believed(base.cursor, base.cursor, sources, base.anchors, base.gaps, len(kept), ranked=True), None


def never_believing(log: LogReader, base: Memo | None, wanted: int, place: Place) -> tuple[Any, Any]:
    believed, cause = _BELIEVE(log, base, wanted, place)
    return (believed, cause) if cause is not None else (scan._NOTHING_BELIEVED, "anchors lost")


def walking_unaware(log: LogReader, reached: int) -> tuple[Any, Any]:
    newest, _ = _WALKED_BACK(log, reached)
    return newest, ()


def one_anchor(
    log: LogReader, believed: Any, newest: Any, reached: int
) -> tuple[tuple[memos.Anchor, ...], tuple[memos.Gap, ...]]:
    anchors, absent = _ANCHORS(log, believed, newest, reached)
    return anchors[-1:], absent


def empty_on_error(
    state: refresh.Locating | refresh.Connecting | refresh.Reading | refresh.Checking, failure: Failure
) -> refresh.Next:
    return refresh._answer(state.ask.joined(()), None, Statistics("memo"))


def drop_without_epoch(self: MemoStore) -> None:
    with self._lock:
        self._slot = Slot(self._slot.version + 1, self._slot.epoch)


def unbounded(memo: Memo, sources_max: int) -> Memo:
    return memo


def full_and_unchanged(self: Connection, version: int, memo: Memo | None, wanted: int) -> bool:
    return _IS_UNCHANGED(self, version, memo and replace(memo, full=False), wanted)


def unchecked(state: refresh.Checking, found: Any) -> refresh.Next:
    return _CHECKED(state, Located(state.place))


def never_unchanged(self: Connection, version: int, memo: Memo | None, wanted: int) -> bool:
    return False


def reading_twice(log: LogReader, base: Memo | None, wanted: int, rank: scan.Rank, chunk: int) -> scan.Reading:
    for _ in log.tail(memos.NOTHING, memos.Limits().sources):
        pass
    return _READ(log, base, wanted, rank, chunk)


def stamps_of_everything(self: LogReader, ids: Iterable[int]) -> dict[int, tuple[object, object]]:
    asked = set(ids)
    found = _STAMPS(self, range(1, (self.highest() or 0) + 1))
    return {row_id: stamp for row_id, stamp in found.items() if row_id in asked}


def dropping_on_error(self: Lease, effect: ReadLog) -> Observed | Unchanged:
    try:
        return _LEASE_READ(self, effect)
    except sqlite3.Error:
        self._host.store.drop()
        raise


def answering_unread(state: refresh.Reading) -> refresh.Next:
    return refresh._answer(state.ask.joined(()), None, Statistics("missing"))


class _WithoutCompletions:
    """A log reader that does not see the rows of websocket events."""

    def __init__(self, log: LogReader) -> None:
        self._log = log

    def spanned(self, span: Span) -> Iterator[LogRow]:
        return (row for row in self._log.spanned(span) if b"websocket event:" not in (row.body or b""))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._log, name)


def glance_at_requests(log: LogReader, span: Span, rank: scan.Rank) -> scan.Glance:
    return _GLANCE(cast("LogReader", _WithoutCompletions(log)), span, rank)


_WRITE_BACK = memos.write_back
_TAIL = LogReader.tail
_STAMPS = LogReader.stamps
_LEASE_READ = Lease._read
_HOST = Host.__init__
_READ = scan.read
_GLANCE = scan.glance
_BELIEVE = scan._believe
_ANCHORS = scan._anchors
_WALKED_BACK = scan._walked_back
_IS_UNCHANGED = Connection.is_unchanged
_CHECKED = refresh._checked
