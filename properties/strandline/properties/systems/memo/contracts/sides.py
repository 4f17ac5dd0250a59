"""The texts of model and scanner that are asked about, as functions over ints, bools and small tuples.

What is not an int is fixed: partitions are two, bodies state something or nothing. Nothing is decided here, so that
what is proved is what is shipped.
"""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import TYPE_CHECKING, Final, TypeAlias

from strandline.impl.memo import memo as impl
from strandline.impl.memo import scan, window
from strandline.impl.memo.answer import Snapshot
from strandline.impl.memo.connection import Connection
from strandline.impl.memo.projection import Fact
from strandline.model.memo import days, refresh, state
from strandline.model.memo import memo as model
from strandline.model.memo.log import Log, Row
from strandline.model.memo.rules import Rules
from strandline.properties.engines.contracts.condition import Texts
from strandline.properties.systems.memo.contracts.rows import Rows

if TYPE_CHECKING:
    from collections.abc import Iterable

Placed: TypeAlias = tuple[int, int, int, int]
"""Epoch, inode, observation and coverage of a memo."""

Gap: TypeAlias = tuple[int, int]
"""Ids from the first to the last, both included."""

Side3: TypeAlias = tuple[bool, bool, bool]
"""One answer for each of three rows: is it there, or is it in the first partition?"""

Seen: TypeAlias = tuple[str | None, int, tuple[int, ...], tuple[int, ...], tuple[Gap, ...]]
"""What a read led to: the cause of a full scan, and the memo's cursor, sources, anchors and gaps, by their ids."""

IDS: Final = (10, 20, 30)
"""The ids of the rows of a small log."""

_SNAPSHOT: Final = Snapshot(0, 0, 0, None, 0, 0)
_ALL: Final = Rules("ints", lambda body: body, lambda _rows, _span: ())
_WIDE: Final = 1_000
"""More rows than a small log has."""


def model_memo(placed: Placed) -> model.Memo:
    """Make a memo of the model that holds nothing."""
    epoch, inode, observation, coverage = placed
    return model.Memo(epoch, inode, observation, coverage, 0, (), (), ())


def impl_memo(placed: Placed) -> impl.Memo:
    """Make a memo of the scanner that holds nothing."""
    epoch, inode, observation, coverage = placed
    return impl.Memo(epoch, impl.Place(0, inode), observation, coverage, 0, (), (), (), _SNAPSHOT)


def model_decide(mine: Placed, stored: Placed, epoch: int) -> str:
    """Decide what becomes of a finished read."""
    return model.write_back(model_memo(mine), model_memo(stored), epoch)


def impl_decide(mine: Placed, stored: Placed, epoch: int) -> str:
    """Decide what becomes of a finished read."""
    return impl.write_back(impl_memo(mine), impl_memo(stored), epoch)


def model_merged(gaps: tuple[Gap, ...]) -> tuple[Gap, ...]:
    """Merge gaps."""
    return model._merged(list(gaps))  # noqa: SLF001 - the text that is proved


def impl_merged(gaps: tuple[Gap, ...]) -> tuple[Gap, ...]:
    """Merge gaps."""
    return impl.merged(gaps)


def impl_clipped(gaps: tuple[Gap, ...], point: int) -> tuple[Gap, ...]:
    """Cut gaps at an id; the model does so within its read."""
    return impl.clipped(gaps, point)


def model_holds(start: int, end: int, instant: int) -> bool:
    """Tell whether an instant lies in a span."""
    return days.Span(start, end).holds(instant)


def impl_holds(start: int, end: int, instant: int) -> bool:
    """Tell whether an instant lies in a span."""
    return window.Span(start, end).holds(instant)


def model_holds_open(opened: tuple[bool, bool], start: int, end: int, instant: int) -> bool:
    """Tell whether an instant lies in a span, either side of which may be open."""
    return days.Span(None if opened[0] else start, None if opened[1] else end).holds(instant)


def impl_holds_open(opened: tuple[bool, bool], start: int, end: int, instant: int) -> bool:
    """Tell whether an instant lies in a span, either side of which may be open."""
    return window.Span(None if opened[0] else start, None if opened[1] else end).holds(instant)


def model_unchanged(same: bool, seen: int, stored: Placed, full: bool, wanted: int) -> bool:
    """Tell whether a stored memo answers by itself; ``same`` that nothing was committed since the snapshot seen."""
    connection = state.Connection(state.Link(stored[1]), same, seen)
    memo = replace(model_memo(stored), full=full)
    return refresh._is_unchanged(connection, memo, wanted)  # noqa: SLF001 - the text that is proved


def impl_unchanged(same: bool, seen: int, stored: Placed, full: bool, wanted: int) -> bool:
    """Tell whether a stored memo answers by itself; ``same`` that nothing was committed since the snapshot seen."""
    connection = SimpleNamespace(seen=(0, seen), place=impl.Place(0, stored[1]))
    memo = replace(impl_memo(stored), full=full)
    return Connection.is_unchanged(connection, 0 if same else 1, memo, wanted)  # type: ignore[arg-type] # what it looks at


def _row(row_id: int, *, first: bool = True, born: int = 0) -> Row:
    return Row(row_id, 0, born, "t" if first else "u", None, "text")


def _fact(row_id: int, born: int = 0) -> Fact[str]:
    return Fact(row_id, 0, born, "text", (0, "t"), str(born).encode())


def _anchor(row_id: int, *, first: bool = True, born: int = 0) -> impl.Anchor:
    return impl.Anchor(row_id, (0, "t" if first else "u"), str(born).encode())


def model_bounded(limit: int, gap: Gap) -> Seen:
    """Cut a memo of three sources, whose newest one is its anchor, at a limit."""
    memo = model.Memo(0, 0, 0, 0, IDS[-1], tuple(map(_row, IDS)), (_row(IDS[-1]),), (gap,))
    return _of_model(None, model.bounded(memo, model.Limits(limit)))


def impl_bounded(limit: int, gap: Gap) -> Seen:
    """Cut a memo of three sources, whose newest one is its anchor, at a limit."""
    held, anchors = tuple(map(_fact, IDS)), (_anchor(IDS[-1]),)
    memo = impl.Memo(0, impl.Place(0, 0), 0, 0, IDS[-1], held, anchors, (gap,), _SNAPSHOT)
    return _of_impl(None, impl.bounded(memo, limit))


def model_bounded_from_one(limit: int, gap: Gap) -> Seen:
    """Cut a memo at a limit; one below 1 counts as 1, since none is allowed."""
    return model_bounded(max(limit, 1), gap)


def impl_bounded_from_one(limit: int, gap: Gap) -> Seen:
    """Cut a memo at a limit; one below 1 counts as 1, since none is allowed."""
    return impl_bounded(max(limit, 1), gap)


def model_latest(first: Side3) -> tuple[int, ...]:
    """Choose anchors among three rows, each in the first or the second partition."""
    return _ids(model.latest(tuple(_row(row_id, first=one) for row_id, one in zip(IDS, first, strict=True))))


def impl_latest(first: Side3) -> tuple[int, ...]:
    """Choose anchors among three rows, each in the first or the second partition."""
    log = Rows(tuple((row_id, one, 0) for row_id, one in zip(IDS, first, strict=True)))
    return _of_impl(None, _scanned(log, None, 0).memo)[3]


def model_latest_of_many(lowest: int, count: int) -> tuple[int, ...]:
    """Choose anchors among rows that follow on one another, each in a partition of its own."""
    rows = tuple(Row(lowest + place, 0, 0, str(place), None, "text") for place in range(count))
    return _ids(model.latest(rows))


def model_read(there: Side3, after: Side3, changed: bool) -> Seen:
    """Read a small log, and once more after rows came and went, the first perhaps as another one."""
    before = _log(there, 0)
    memo = model.absorb(None, before, 0, (0, 0, 1), model.Limits(_WIDE, _WIDE), _ALL).memo
    reading = model.absorb(memo, _log(after, int(changed)), 0, (0, 0, 2), model.Limits(_WIDE, _WIDE), _ALL)
    return _of_model(reading.cause, reading.memo)


def impl_read(there: Side3, after: Side3, changed: bool) -> Seen:
    """Read a small log, and once more after rows came and went, the first perhaps as another one."""
    memo = _scanned(_rows(there, 0), None, 0).memo
    reading = _scanned(_rows(after, int(changed)), memo, 0)
    return _of_impl(reading.cause, reading.memo)


def model_read_on(after: Side3, changed: bool) -> Seen:
    """Read a small log whole, and once more after rows went, the first perhaps as another one."""
    return model_read((True, True, True), after, changed)


def impl_read_on(after: Side3, changed: bool) -> Seen:
    """Read a small log whole, and once more after rows went, the first perhaps as another one."""
    return impl_read((True, True, True), after, changed)


def model_resumed(inode: int, coverage: int, wanted: int, left: tuple[bool, bool]) -> str | None:
    """Give the cause of a full scan from a memo of the file 0, None if it is gone on from.

    Its first and its last row are anchors, and may be gone.
    """
    held = tuple(_row(row_id, first=row_id == IDS[0]) for row_id in IDS)
    memo = model.Memo(0, 0, 1, coverage, IDS[-1], held, model.latest(held), ())
    log = Log(tuple(row for row, one in zip(held, (left[0], True, left[1]), strict=True) if one))
    return model.absorb(memo, log, wanted, (0, inode, 2), model.Limits(_WIDE, _WIDE), _ALL).cause


def impl_resumed(inode: int, coverage: int, wanted: int, left: tuple[bool, bool]) -> str | None:
    """Give the cause of a full scan from a memo of the file 0, None if it is gone on from.

    Its first and its last row are anchors, and may be gone.
    """
    facts = tuple(map(_fact, IDS))
    anchors = (_anchor(IDS[0]), _anchor(IDS[-1], first=False))
    memo = impl.Memo(0, impl.Place(0, 0), 1, coverage, IDS[-1], facts, anchors, (), _SNAPSHOT)
    log = Rows(
        tuple((row_id, row_id == IDS[0], 0) for row_id, one in zip(IDS, (left[0], True, left[1]), strict=True) if one)
    )
    return scan.read(log, memo, wanted, scan.Rank(0, impl.Place(0, inode), 2, 0), _WIDE).cause  # type: ignore[arg-type] # as LogReader


def _log(there: Side3, born: int) -> Log:
    """Make the log of the rows that are there; the first one was born at a moment that may differ."""
    held = (_row(IDS[0], born=born), *(_row(row_id, first=False) for row_id in IDS[1:]))
    return Log(tuple(row for row, one in zip(held, there, strict=True) if one))


def _rows(there: Side3, born: int) -> Rows:
    born_at = (born, 0, 0)
    given = zip(IDS, there, born_at, strict=True)
    return Rows(tuple((row_id, row_id == IDS[0], moment) for row_id, one, moment in given if one))


def _scanned(log: Rows, base: impl.Memo | None, wanted: int) -> scan.Reading:
    return scan.read(log, base, wanted, scan.Rank(0, impl.Place(0, 0), 0, 0), _WIDE)  # type: ignore[arg-type] # as LogReader


def _of_model(cause: str | None, memo: model.Memo) -> Seen:
    return cause, memo.cursor, _ids(memo.sources), _ids(memo.anchors), memo.gaps


def _of_impl(cause: str | None, memo: impl.Memo) -> Seen:
    return cause, memo.cursor, _ids(memo.sources), _ids(memo.anchors), memo.gaps


def _ids(rows: Iterable[Row | Fact[str] | impl.Anchor]) -> tuple[int, ...]:
    return tuple(row.id for row in rows)


DECIDE: Final = Texts(model_decide, impl_decide)
MERGED: Final = Texts(model_merged, impl_merged)
HOLDS: Final = Texts(model_holds, impl_holds)
UNCHANGED: Final = Texts(model_unchanged, impl_unchanged)
BOUNDED: Final = Texts(model_bounded, impl_bounded)
LATEST: Final = Texts(model_latest, impl_latest)
READ: Final = Texts(model_read, impl_read)
RESUMED: Final = Texts(model_resumed, impl_resumed)
"""What both have, for the contracts."""
