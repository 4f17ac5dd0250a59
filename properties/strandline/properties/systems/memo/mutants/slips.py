"""Slips: single faults of a kind that any change may bring, each in one function or method of the real scanner."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from strandline.impl.memo import host, refresh, scan, window
from strandline.impl.memo import memo as memos
from strandline.impl.memo.connection import Connection
from strandline.impl.memo.joined import joined
from strandline.impl.memo.log import LogReader
from strandline.impl.memo.refresh import Ask
from strandline.impl.memo.store import MemoStore, Slot
from strandline.properties.core.mutant import AGREE, EXHAUST, FUZZ, Catalogue

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from strandline.impl.memo.effects import ReadLog
    from strandline.impl.memo.log import LogRow
    from strandline.impl.memo.memo import Gap, Memo, Place
    from strandline.impl.memo.projection import Fact
    from strandline.impl.memo.store import Joined
    from strandline.impl.memo.window import Span

SLIPS: Final = Catalogue("mutant of the scanner", EXHAUST)
"""Every slip, in the order of the docs; one that is equivalent makes no difference, and says why."""

_READ = scan.read
_TAIL = LogReader.tail
_BELIEVE = scan._believe
_IS_UNCHANGED = Connection.is_unchanged
_UNCHANGED = refresh._unchanged
_BOUNDED = memos.bounded


@SLIPS("narrowing", "M5", "M5", "wide and narrow", scan, "read")
def narrowing(log: LogReader, base: Memo | None, wanted: int, rank: scan.Rank, chunk: int) -> scan.Reading:
    """Forgets how far back its base reached."""
    reading = _READ(log, base, wanted, rank, chunk)
    return reading._replace(memo=replace(reading.memo, coverage=wanted))


@SLIPS("end of the chunk", "M1", "M1", "limits", scan, "read")
def ending_with_the_chunk(log: LogReader, base: Memo | None, wanted: int, rank: scan.Rank, chunk: int) -> scan.Reading:
    """Takes the first part of a long read for the whole."""
    return _READ(log, base, wanted, rank, chunk)._replace(complete=True)


@SLIPS("one row too far", "M1", "M1", "pending", LogReader, "tail")
def tail_after_the_next(self: LogReader, after: int, limit: int) -> Iterator[LogRow]:
    """Reads on from the row after the next."""
    return _TAIL(self, after + 1, limit)


@SLIPS("forgotten deletions", "H07", "M5", "restore", scan, "_believe")
def believing_without_deletions(log: LogReader, base: Memo | None, wanted: int, place: Place) -> tuple[Any, Any]:
    """Does not remember which of its sources were deleted."""
    believed, cause = _BELIEVE(log, base, wanted, place)
    if base is None or cause is not None:
        return believed, cause
    return believed._replace(gaps=memos.clipped(base.gaps, believed.point)), cause


@SLIPS("backwards", "M1", "M1", "", Ask, "joined", engine=FUZZ)
def joined_backwards(self: Ask, sources: tuple[Fact[Any], ...]) -> Joined:
    """Joins its sources newest first."""
    return joined(self.projection, sources[::-1], self.span)


@SLIPS("closed window", "M1", "M1", "joins", window.Span, "holds", engine=AGREE)
def holding_the_end(self: Span, ts: int) -> bool:
    """Counts the first instant of the next day in."""
    return (self.start is None or self.start <= ts) and (self.end is None or ts <= self.end)


@SLIPS("long way round", "H13", "M8", "drop", host, "_base")
def base_of_this_epoch(effect: ReadLog, slot: Slot) -> tuple[Memo | None, int]:
    """Gives the rest of a long read the epoch of a drop that came meanwhile."""
    return (slot.memo if effect.base is None else effect.base), slot.epoch


@SLIPS("unverified", "M2", "M2", "no logs", LogReader, "verify", engine=AGREE)
def unverified(self: LogReader) -> None:
    """Does not look at the columns of the table."""
    return


@SLIPS("asleep", "M1", "M1", "prune", Connection, "is_unchanged")
def unchanged_since_ever(self: Connection, version: int, memo: Memo | None, wanted: int) -> bool:
    """Answers from the stored memo whatever was committed since."""
    return _IS_UNCHANGED(self, self.seen[0] if self.seen else version, memo, wanted)


@SLIPS("other window", "M1", "M1", "windows", refresh, "_unchanged")
def unchanged_turns(state: refresh.Reading, slot: Slot) -> refresh.Next:
    """Gives the turns of the window that was asked for before."""
    if slot.joined is None:
        return _UNCHANGED(state, slot)
    return _UNCHANGED(state, replace(slot, joined=slot.joined._replace(span=state.ask.span)))


@SLIPS("unmoved version", "H11", "M3", "prune", MemoStore, "swap")
def unmoved_swap(self: MemoStore, version: int, memo: Memo, joined: Joined) -> Slot | None:
    """Stores and leaves the version of the slot as it was."""
    with self._lock:
        if self._slot.version != version:
            return self._slot
        self._slot = Slot(version, self._slot.epoch, memo, joined)
        return None


@SLIPS("cut unmarked", "M10", "M1", "limits", refresh, "bounded")
def bounded_unmarked(memo: Memo, sources_max: int) -> Memo:
    """Cuts a memo at its limit and does not say so."""
    return replace(_BOUNDED(memo, sources_max), full=False)


@SLIPS(
    "gap at the point",
    "M1",
    "M1",
    "copy",
    scan,
    "clipped",
    equivalent="the row to go on from is there, so no gap begins at it",
)
def clipped_below(gaps: Iterable[Gap], point: int) -> tuple[Gap, ...]:
    """Forgets a gap that begins at the row to go on from."""
    return tuple((low, min(high, point)) for low, high in gaps if low < point)
