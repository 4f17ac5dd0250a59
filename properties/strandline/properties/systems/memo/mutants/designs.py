"""Known-bad designs of a memo, published or near at hand: one function, method or class of the scanner each.

A law that no mutant breaks is a guess. Each mutant names the hazard that it stands for, the law that it breaks, and
the world in which the search kills it soonest; its docstring says what is wrong with it.
"""

from __future__ import annotations

import sqlite3
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar, Final, cast

from strandline.impl.memo import host, refresh, scan
from strandline.impl.memo import memo as memos
from strandline.impl.memo.answer import Statistics
from strandline.impl.memo.connection import Connection
from strandline.impl.memo.effects import Connected, Located, Unchanged
from strandline.impl.memo.host import Host, Lease
from strandline.impl.memo.log import LogReader, LogRow
from strandline.impl.memo.parse import Parsed
from strandline.impl.memo.store import EMPTY, MemoStore, Slot
from strandline.properties.core.mutant import EXHAUST, FUZZ, Catalogue

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from strandline.impl.memo.effects import Failure, Missing, Observed, ReadLog
    from strandline.impl.memo.memo import Memo, Place, WriteBack
    from strandline.impl.memo.store import Joined
    from strandline.impl.memo.window import Span

DESIGNS: Final = Catalogue("mutant of the scanner", EXHAUST)
"""Every design, in the order of the docs."""

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


@DESIGNS("blind sources", "H01", "M1", "limits", scan, "_believe")
def believing_sources(log: LogReader, base: Memo | None, wanted: int, place: Place) -> tuple[Any, Any]:
    """Goes on from its sources without looking whether they are still there."""
    believed, cause = _BELIEVE(log, base, wanted, place)
    if base is None or cause is not None:
        return believed, cause
    return believed._replace(sources=tuple(fact for fact in base.sources if fact.id <= believed.point)), cause


@DESIGNS("emptiness forgotten", "H02", "M3", "empty", refresh, "write_back")
def forgetting_emptiness(mine: Memo, stored: Memo | None, epoch: int) -> WriteBack:
    """Throws its memo away if it found the log empty."""
    return "discard" if stored is not None and not mine.anchors else _WRITE_BACK(mine, stored, epoch)


@DESIGNS("torn", "H04", "M1", "torn", Connection, "begin")
def begin_without_a_transaction(self: Connection) -> int:
    """Reads without a transaction, each statement a snapshot of its own."""
    if self._database is None:
        raise sqlite3.ProgrammingError("the connection is not open")
    version: int = self._database.execute("PRAGMA data_version").fetchone()[0]
    return version


@DESIGNS("early number", "H08", "M3", "torn", host, "Lease")
class EarlyLease(Lease):
    """Numbers a refresh when it has its connection, and not with its snapshot."""

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


@DESIGNS("late number", "H08", "M3", "torn", MemoStore, "swap")
def numbering_what_it_stores(self: MemoStore, version: int, memo: Memo, joined: Joined) -> Slot | None:
    """Numbers a memo when it is stored, and not with its snapshot."""
    with self._lock:
        if self._slot.version != version:
            return self._slot
        self._observations += 1
        self._slot = Slot(version + 1, self._slot.epoch, replace(memo, observation=self._observations), joined)
        return None


@DESIGNS("newest takes all", "H09", "M3", "wide and narrow", refresh, "write_back")
def newest_takes_all(mine: Memo, stored: Memo | None, epoch: int) -> WriteBack:
    """Lets the newer of two memos win, however much the other one covers."""
    if _WRITE_BACK(mine, stored, epoch) not in memos.TOP_UPS or stored is None:
        return _WRITE_BACK(mine, stored, epoch)
    return "put" if mine.observation > stored.observation else "discard"


@DESIGNS("read to the error", "H10", "M2", "faults", LogReader, "tail")
def tail_up_to_an_error(self: LogReader, after: int, limit: int) -> Iterator[LogRow]:
    """Takes the rows before an error for all there are."""
    with suppress(sqlite3.Error):
        yield from _TAIL(self, after, limit)


@DESIGNS("evicted completions", "H12", "M1", "evicted", refresh, "bounded")
def evicting(memo: Memo, sources_max: int) -> Memo:
    """Makes room by forgetting the oldest completions."""
    beyond = max(0, len(memo.sources) - sources_max)
    evicted = {fact for fact in memo.sources if isinstance(fact.says, Parsed) and fact.says.kind == "completed"}
    evicted = set(sorted(evicted)[:beyond])
    return replace(memo, sources=tuple(fact for fact in memo.sources if fact not in evicted))


def _no_digest(_row: LogRow) -> bytes:
    """Takes a row for the one remembered if it has the id."""
    return b""


DESIGNS("ids alone", "H15", "M1", "reused", LogRow, "digest")(property(_no_digest))


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


@DESIGNS("shared slot", "H17", "M3", "", Host, "__init__", engine=FUZZ)
def host_of_a_shared_store(self: Host, path: Path, **settings: Any) -> None:
    """Keeps one memo for two scanners, each of which numbers by itself."""
    _HOST(self, path, **settings)
    if "store" not in settings:
        self.store = _SharedStore(path)


@DESIGNS("dominance", "H03", "M3", "prune", refresh, "write_back")
def cursor_dominance(mine: Memo, stored: Memo | None, epoch: int) -> WriteBack:
    """Throws its memo away if the stored one has read as far (D1's rule)."""
    if mine.epoch < epoch:
        return "discard"
    dominated = (
        stored is not None
        and stored.place == mine.place
        and stored.coverage <= mine.coverage
        and stored.cursor >= mine.cursor
    )
    return "discard" if dominated else "put"


@DESIGNS("no second look", "H05", "M3", "gone", refresh, "_checked")
def unchecked(state: refresh.Checking, found: Any) -> refresh.Next:
    """Stores without looking at the path again."""
    return _CHECKED(state, Located(state.place))


@DESIGNS("cursor only", "H06", "M1", "pending", scan, "_believe")
def believing_cursor(log: LogReader, base: Memo | None, wanted: int, place: Place) -> tuple[Any, Any]:
    """Goes on from its cursor whatever became of the rows it remembers."""
    believed, cause = _BELIEVE(log, base, wanted, place)
    if base is None or cause not in {"rows rewritten", "deleted row is back", "anchors lost", "file replaced"}:
        return believed, cause
    kept = log.stamps(fact.id for fact in base.sources)
    sources = tuple(fact for fact in base.sources if fact.id in kept)
    return scan._Believed(base.cursor, base.cursor, sources, base.anchors, base.gaps, len(kept), ranked=True), None


@DESIGNS("no witnesses", "H07", "M1", "copy", scan, "_believe")
def believing_gaps(log: LogReader, base: Memo | None, wanted: int, place: Place) -> tuple[Any, Any]:
    """Forgets which rows it knows to be deleted."""
    return _BELIEVE(log, replace(base, gaps=()) if base is not None else None, wanted, place)


@DESIGNS("unwitnessed return", "H07", "M6", "returned", scan, "_walked_back")
def walking_unaware(log: LogReader, reached: int) -> tuple[Any, Any]:
    """Does not remember which ids it saw to be gone when it looked for its anchors."""
    newest, _ = _WALKED_BACK(log, reached)
    return newest, ()


@DESIGNS("split", "H11", "M3", "wide and narrow", MemoStore, "swap")
def blind_swap(self: MemoStore, version: int, memo: Memo, joined: Joined) -> Slot | None:
    """Decides at one gate and stores at the next, whatever came between."""
    with self._lock:
        self._slot = Slot(self._slot.version + 1, self._slot.epoch, memo, joined)
    return None


@DESIGNS("undone drop", "H13", "M8", "drop", MemoStore, "drop")
def drop_without_epoch(self: MemoStore) -> None:
    """Drops the memo and keeps the epoch."""
    with self._lock:
        self._slot = Slot(self._slot.version + 1, self._slot.epoch)


@DESIGNS("one anchor", "H16", "M6", "limits", scan, "_anchors")
def one_anchor(
    log: LogReader, believed: Any, newest: Any, reached: int
) -> tuple[tuple[memos.Anchor, ...], tuple[memos.Gap, ...]]:
    """Recognizes a lineage by its newest row alone."""
    anchors, absent = _ANCHORS(log, believed, newest, reached)
    return anchors[-1:], absent


@DESIGNS("empty on error", "M2", "M2", "faults", refresh, "_failed")
def empty_on_error(
    state: refresh.Locating | refresh.Connecting | refresh.Reading | refresh.Checking, failure: Failure
) -> refresh.Next:
    """Answers that there was nothing when the read failed."""
    return refresh._answer(state.ask.joined(()), None, Statistics("memo"))


@DESIGNS("drop on error", "M2", "M2", "faults", Lease, "_read")
def dropping_on_error(self: Lease, effect: ReadLog) -> Observed | Unchanged:
    """Forgets the stored memo when a read fails."""
    try:
        return _LEASE_READ(self, effect)
    except sqlite3.Error:
        self._host.store.drop()
        raise


@DESIGNS("always scans", "M6", "M6", "drop", scan, "_believe")
def never_believing(log: LogReader, base: Memo | None, wanted: int, place: Place) -> tuple[Any, Any]:
    """Reads the whole log whenever anything changed."""
    believed, cause = _BELIEVE(log, base, wanted, place)
    return (believed, cause) if cause is not None else (scan._NOTHING_BELIEVED, "anchors lost")


@DESIGNS("silent scan", "M6", "M6", "empty", scan, "read")
def reading_twice(log: LogReader, base: Memo | None, wanted: int, rank: scan.Rank, chunk: int) -> scan.Reading:
    """Reads the whole log besides, and says nothing of it."""
    for _ in log.tail(memos.NOTHING, memos.Limits().sources):
        pass
    return _READ(log, base, wanted, rank, chunk)


@DESIGNS("hidden look-ups", "M6", "M6", "empty", LogReader, "stamps")
def stamps_of_everything(self: LogReader, ids: Iterable[int]) -> dict[int, tuple[object, object]]:
    """Looks every row up by key, and says that it did so with its sources alone."""
    asked = set(ids)
    found = _STAMPS(self, range(1, (self.highest() or 0) + 1))
    return {row_id: stamp for row_id, stamp in found.items() if row_id in asked}


@DESIGNS("unread", "M1", "M1", "empty", refresh, "_read")
def answering_unread(state: refresh.Reading) -> refresh.Next:
    """Answers that there is nothing as soon as the file is found."""
    return refresh._answer(state.ask.joined(()), None, Statistics("missing"))


@DESIGNS("never unchanged", "M5", "M5", "pending", Connection, "is_unchanged")
def never_unchanged(self: Connection, version: int, memo: Memo | None, wanted: int) -> bool:
    """Looks its sources up again when nothing changed."""
    return False


class _WithoutCompletions:
    """A log reader that does not see the rows of websocket events."""

    def __init__(self, log: LogReader) -> None:
        self._log = log

    def spanned(self, span: Span) -> Iterator[LogRow]:
        return (row for row in self._log.spanned(span) if b"websocket event:" not in (row.body or b""))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._log, name)


@DESIGNS("two truths", "M7", "M7", "pending", scan, "glance")
def glance_at_requests(log: LogReader, span: Span, rank: scan.Rank) -> scan.Glance:
    """Leaves completions out on the one-shot path."""
    return _GLANCE(cast("LogReader", _WithoutCompletions(log)), span, rank)


@DESIGNS("full and unchanged", "M10", "M1", "limits", Connection, "is_unchanged")
def full_and_unchanged(self: Connection, version: int, memo: Memo | None, wanted: int) -> bool:
    """Answers from a memo that was cut at its limit."""
    return _IS_UNCHANGED(self, version, memo and replace(memo, full=False), wanted)


@DESIGNS("no limit", "M10", "M10", "limits", refresh, "bounded")
def unbounded(memo: Memo, sources_max: int) -> Memo:
    """Stores as many sources as there are."""
    return memo
