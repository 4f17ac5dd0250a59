"""The memo: what a scanner remembers, when it may still be believed, and which of two is newer.

The implementation has its own text of all of this, written from the same definition. That is
deliberate: if both used one order, their agreement would be a tautology.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

from strandline.model.memo import order
from strandline.model.memo.rules import CODEX, Rules

if TYPE_CHECKING:
    from strandline.model.memo.log import Log, Partition, Row

OPEN = -(2**63)
"""The coverage of a memo whose window has no first day: before every instant."""

NOTHING = -(2**63) - 1
"""The cursor before any row was read: below every id."""

ANCHORS_MAX = 16
GAPS_MAX = 64

Gap: TypeAlias = tuple[int, int]
"""Ids, from the first to the last inclusive, of which no row survives."""

Cause: TypeAlias = Literal[
    "no memo",
    "file replaced",
    "window widened",
    "log was empty",
    "anchors lost",
    "rows rewritten",
    "deleted row is back",
]
"""Why a refresh read the whole log."""


class Limits(NamedTuple):
    """How much is remembered, how much is read in one transaction, and how often a refresh tries.

    ``sources`` bounds the rows a stored memo rests on, ``chunk`` the rows of one read. A refresh starts over
    because the file was replaced under it fewer than ``tries`` times, loses the swap of the memo fewer than
    ``swaps`` times before it answers without storing, and waits for a busy log ``waits`` times; the scanner that is
    shipped waits more often.
    """

    sources: int = 131_072
    chunk: int = 65_536
    tries: int = 3
    swaps: int = 3
    waits: int = 2


@dataclass(frozen=True, slots=True)
class Memo:
    """What one snapshot left in memory.

    ``sources`` are the rows that the answer rests on and those that lack another one
    to count (pending), from ``coverage`` on. ``anchors`` are the newest surviving rows
    of the latest partitions, by ascending id; ``gaps`` are ids known to be deleted. ``full``
    tells that it was cut at its limit, so that sources beyond the cursor are left out.
    """

    epoch: int
    inode: int
    observation: int
    coverage: int
    cursor: int
    sources: tuple[Row, ...]
    anchors: tuple[Row, ...]
    gaps: tuple[Gap, ...]
    full: bool = False


class Reading(NamedTuple):
    """What one read transaction found: the memo it leads to, and what it cost.

    ``complete`` is false when the chunk ended before the log did.
    """

    memo: Memo
    complete: bool
    cause: Cause | None
    rows: int
    keys: int
    anchors: int


def dominates(newer: Memo, older: Memo) -> bool:
    """Tell whether one memo is at least as new as another, and covers at least as much."""
    return order.dominates(
        newer.epoch, newer.observation, newer.coverage, older.epoch, older.observation, older.coverage
    )


WriteBack: TypeAlias = Literal["put", "discard", "top up mine", "top up theirs"]


def write_back(mine: Memo, stored: Memo | None, epoch: int) -> WriteBack:
    """Decide what a finished read does to the memo that is stored now.

    Two memos of one file of which one is newer and the other wider are incomparable: the
    wider becomes the base of one more read, whose result dominates both.
    """
    if stored is None or mine.epoch < epoch:
        return "put" if mine.epoch >= epoch else "discard"
    ahead, behind = dominates(mine, stored), dominates(stored, mine)
    if not ahead and not behind and mine.inode == stored.inode:
        return "top up mine" if mine.coverage < stored.coverage else "top up theirs"
    return "put" if ahead or (not behind and mine.observation > stored.observation) else "discard"


def latest(rows: tuple[Row, ...]) -> tuple[Row, ...]:
    """Pick the newest row of each of the latest partitions, by ascending id."""
    newest: dict[Partition, Row] = {}
    for row in reversed(rows):
        newest.setdefault(row.partition, row)
    return tuple(sorted(newest.values())[-ANCHORS_MAX:])


def _absent(rows: tuple[Row, ...]) -> list[Gap]:
    """Give the ids that are seen to be missing on the way back to the newest rows of the latest partitions.

    An anchor that states nothing is deleted; a restore brings it back. Nobody would know that it had been gone,
    and so that it is the newest of its partition again.
    """
    passed: list[int] = []
    partitions: set[Partition] = set()
    for row in reversed(rows):
        passed.append(row.id)
        partitions.add(row.partition)
        if len(partitions) == ANCHORS_MAX:
            break
    else:
        passed.append(NOTHING)
    return [(low + 1, high - 1) for high, low in pairwise(passed)]


def absorb(  # noqa: PLR0913 - one argument for each thing that is read
    base: Memo | None,
    log: Log,
    coverage: int,
    identity: tuple[int, int, int],
    limits: Limits,
    rules: Rules = CODEX,
) -> Reading:
    """Read the log from where the base memo can be believed, or from the start.

    Args:
        base: the memo to go on from.
        log: the snapshot.
        coverage: the earliest instant that the window needs.
        identity: epoch, inode and observation of this read.
        limits: bounds of the read.
        rules: what the rows mean.
    """
    epoch, inode, observation = identity
    point, cause, keys = _resume(base, log, coverage, inode)
    if base is not None:
        coverage = min(coverage, base.coverage)
    believed = base if base is not None and cause is None else None

    surviving = set(log.rows)
    present = {row.id for row in log.rows}
    known = [row for row in believed.sources if row.id <= point] if believed else []
    kept = [row for row in known if row.id in present]
    gone = [(row.id, row.id) for row in known if row.id not in present]
    old_gaps = [(low, min(high, point)) for low, high in believed.gaps if low <= point] if believed else []

    ahead = [row for row in log.rows if row.id > point]
    tail = ahead[: limits.chunk]
    complete = len(tail) == len(ahead)
    reached = tail[-1].id if tail else point
    new_gaps = [(low + 1, high - 1) for low, high in pairwise([point, *(row.id for row in tail)])]
    read = tuple(row for row in log.rows if row.id <= reached)
    ranked = believed is None or (surviving.issuperset(believed.anchors) and not believed.full)
    memo = Memo(
        epoch=epoch,
        inode=inode,
        observation=observation,
        coverage=coverage,
        cursor=max(believed.cursor, reached) if believed and complete else reached,
        sources=(*kept, *(row for row in tail if rules.is_source(row, coverage))),
        anchors=latest(read),
        gaps=_merged([*old_gaps, *gone, *new_gaps, *([] if ranked else _absent(read))]),
    )
    compared = len(base.anchors) if base is not None and cause not in {"file replaced", "window widened"} else 0
    return Reading(memo, complete, cause, len(tail), keys, compared)


def bounded(memo: Memo, limits: Limits) -> Memo:
    """Cut a memo that would outgrow its limit at the last source that fits.

    The cursor stops where the memo is full: what lies beyond is read again by each refresh,
    which stays exact and costs those rows, never a full scan.
    """
    if len(memo.sources) <= limits.sources:
        return memo
    cursor = memo.sources[limits.sources].id - 1
    sources = memo.sources[: limits.sources]
    below = {row for row in memo.anchors if row.id <= cursor}
    return replace(
        memo,
        cursor=cursor,
        sources=sources,
        anchors=tuple(sorted(below | set(sources))[-ANCHORS_MAX:]),
        gaps=tuple((low, min(high, cursor)) for low, high in memo.gaps if low <= cursor),
        full=True,
    )


def _resume(base: Memo | None, log: Log, coverage: int, inode: int) -> tuple[int, Cause | None, int]:
    """Find the id up to which the base memo can be believed, or why it cannot be.

    The last number counts the sources that were looked up to find out.
    """
    if base is None:
        return NOTHING, "no memo", 0
    if base.inode != inode:
        return NOTHING, "file replaced", 0
    if coverage < base.coverage:
        return NOTHING, "window widened", 0
    if not base.anchors:
        return NOTHING, "log was empty", 0
    present = {row.id: row for row in log.rows}
    matching = [row.id for row in base.anchors if present.get(row.id) == row]
    if not matching:
        return NOTHING, "anchors lost", 0
    point = matching[-1]
    known = [row for row in base.sources if row.id <= point]
    # Of a source its moment is compared and not its body: fetching every body again would cost what a full scan does.
    reborn = any(_moment(row) != _moment(present.get(row.id, row)) for row in known)
    if reborn or any(row != present.get(row.id, row) for row in base.anchors if row.id <= point):
        return NOTHING, "rows rewritten", len(known)
    if any(low <= row_id <= min(high, point) for low, high in base.gaps for row_id in present):
        return NOTHING, "deleted row is back", len(known)
    return point, None, len(known)


def _moment(row: Row) -> tuple[object, int]:
    """Give what a source is recognized by besides its id: when it was born."""
    return row.ts, row.nanos


def _merged(gaps: list[Gap]) -> tuple[Gap, ...]:
    """Join gaps that touch, and forget the oldest but the first when there are too many."""
    merged: list[Gap] = []
    for low, high in sorted(gap for gap in gaps if gap[0] <= gap[1]):
        if merged and low <= merged[-1][1] + 1:
            merged[-1] = (merged[-1][0], max(high, merged[-1][1]))
        else:
            merged.append((low, high))
    if len(merged) > GAPS_MAX:
        merged = [merged[0], *merged[-(GAPS_MAX - 1) :]]
    return tuple(merged)
