"""Slips: single faults of a kind that any change may bring, each in one function or method of the real scanner."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from strandline.impl import host, refresh, scan, window
from strandline.impl import memo as memos
from strandline.impl.connection import Connection
from strandline.impl.joined import joined
from strandline.impl.log import LogReader
from strandline.impl.refresh import Ask
from strandline.impl.store import MemoStore, Slot
from strandline.properties.mutant import AGREE, EXHAUST, FUZZ, Mutant

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from strandline.impl.effects import ReadLog
    from strandline.impl.log import LogRow
    from strandline.impl.memo import Gap, Memo, Place
    from strandline.impl.projection import Fact
    from strandline.impl.store import Joined
    from strandline.impl.window import Span


def narrowing(log: LogReader, base: Memo | None, wanted: int, rank: scan.Rank, chunk: int) -> scan.Reading:
    reading = _READ(log, base, wanted, rank, chunk)
    return reading._replace(memo=replace(reading.memo, coverage=wanted))


def ending_with_the_chunk(log: LogReader, base: Memo | None, wanted: int, rank: scan.Rank, chunk: int) -> scan.Reading:
    return _READ(log, base, wanted, rank, chunk)._replace(complete=True)


def tail_after_the_next(self: LogReader, after: int, limit: int) -> Iterator[LogRow]:
    return _TAIL(self, after + 1, limit)


def believing_without_deletions(log: LogReader, base: Memo | None, wanted: int, place: Place) -> tuple[Any, Any]:
    believed, cause = _BELIEVE(log, base, wanted, place)
    if base is None or cause is not None:
        return believed, cause
    return believed._replace(gaps=memos.clipped(base.gaps, believed.point)), cause


def joined_backwards(self: Ask, sources: tuple[Fact[Any], ...]) -> Joined:
    return joined(self.projection, sources[::-1], self.span)


def holding_the_end(self: Span, ts: int) -> bool:
    return (self.start is None or self.start <= ts) and (self.end is None or ts <= self.end)


def base_of_this_epoch(effect: ReadLog, slot: Slot) -> tuple[Memo | None, int]:
    return (slot.memo if effect.base is None else effect.base), slot.epoch


def unverified(self: LogReader) -> None:
    return None


def unchanged_since_ever(self: Connection, version: int, memo: Memo | None, wanted: int) -> bool:
    return _IS_UNCHANGED(self, self.seen[0] if self.seen else version, memo, wanted)


def unchanged_turns(state: refresh.Reading, slot: Slot) -> refresh.Next:
    if slot.joined is None:
        return _UNCHANGED(state, slot)
    return _UNCHANGED(state, replace(slot, joined=slot.joined._replace(span=state.ask.span)))


def unmoved_swap(self: MemoStore, version: int, memo: Memo, joined: Joined) -> Slot | None:
    with self._lock:
        if self._slot.version != version:
            return self._slot
        self._slot = Slot(version, self._slot.epoch, memo, joined)
        return None


def bounded_unmarked(memo: Memo, sources_max: int) -> Memo:
    return replace(_BOUNDED(memo, sources_max), full=False)


def clipped_below(gaps: Iterable[Gap], point: int) -> tuple[Gap, ...]:
    return tuple((low, min(high, point)) for low, high in gaps if low < point)


_READ = scan.read
_TAIL = LogReader.tail
_BELIEVE = scan._believe
_IS_UNCHANGED = Connection.is_unchanged
_UNCHANGED = refresh._unchanged
_BOUNDED = memos.bounded

SLIPS: Final[tuple[Mutant, ...]] = (
    Mutant(
        "narrowing",
        "M5",
        "forgets how far back its base reached",
        "M5",
        scan,
        "read",
        narrowing,
        EXHAUST,
        "wide and narrow",
    ),
    Mutant(
        "end of the chunk",
        "M1",
        "takes the first part of a long read for the whole",
        "M1",
        scan,
        "read",
        ending_with_the_chunk,
        EXHAUST,
        "limits",
    ),
    Mutant(
        "one row too far",
        "M1",
        "reads on from the row after the next",
        "M1",
        LogReader,
        "tail",
        tail_after_the_next,
        EXHAUST,
        "pending",
    ),
    Mutant(
        "forgotten deletions",
        "H07",
        "does not remember which of its sources were deleted",
        "M5",
        scan,
        "_believe",
        believing_without_deletions,
        EXHAUST,
        "restore",
    ),
    Mutant(
        "backwards",
        "M1",
        "joins its sources newest first",
        "M1",
        Ask,
        "joined",
        joined_backwards,
        FUZZ,
    ),
    Mutant(
        "closed window",
        "M1",
        "counts the first instant of the next day in",
        "M1",
        window.Span,
        "holds",
        holding_the_end,
        AGREE,
        "joins",
    ),
    Mutant(
        "long way round",
        "H13",
        "gives the rest of a long read the epoch of a drop that came meanwhile",
        "M8",
        host,
        "_base",
        base_of_this_epoch,
        EXHAUST,
        "drop",
    ),
    Mutant(
        "unverified",
        "M2",
        "does not look at the columns of the table",
        "M2",
        LogReader,
        "verify",
        unverified,
        AGREE,
        "no logs",
    ),
    Mutant(
        "asleep",
        "M1",
        "answers from the stored memo whatever was committed since",
        "M1",
        Connection,
        "is_unchanged",
        unchanged_since_ever,
        EXHAUST,
        "prune",
    ),
    Mutant(
        "other window",
        "M1",
        "gives the turns of the window that was asked for before",
        "M1",
        refresh,
        "_unchanged",
        unchanged_turns,
        EXHAUST,
        "windows",
    ),
    Mutant(
        "unmoved version",
        "H11",
        "stores and leaves the version of the slot as it was",
        "M3",
        MemoStore,
        "swap",
        unmoved_swap,
        EXHAUST,
        "prune",
    ),
    Mutant(
        "cut unmarked",
        "M10",
        "cuts a memo at its limit and does not say so",
        "M1",
        refresh,
        "bounded",
        bounded_unmarked,
        EXHAUST,
        "limits",
    ),
)
"""Every slip, in the order of the docs."""

EQUIVALENT: Final[tuple[Mutant, ...]] = (
    Mutant(
        "gap at the point",
        "M1",
        "forgets a gap that begins at the row to go on from",
        "M1",
        scan,
        "clipped",
        clipped_below,
        EXHAUST,
        "copy",
        "the row to go on from is there, so no gap begins at it",
    ),
)
"""Slips that make no difference, each with the reason; an engine that catches one shows the reason to be wrong."""
