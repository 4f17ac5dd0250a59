"""The memo: what a scan leaves in memory, and what becomes of it beside another one.

A memo rests on exactly one snapshot. It may be gone on from as long as the log bears out what
it remembers; :mod:`strandline.impl.memo.scan` finds that out.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple, TypeAlias

from strandline.impl.memo import order

if TYPE_CHECKING:
    from collections.abc import Iterable

    from strandline.impl.memo.answer import Snapshot
    from strandline.impl.memo.projection import Fact

OPEN: Final = -(2**63)
"""The coverage of a memo whose window has no first day, in unix seconds."""

NOTHING: Final = -(2**63) - 1
"""The cursor before any row was read: below every id that SQLite can hold."""

ANCHORS_MAX: Final = 16
"""How many remembered rows a lineage is recognized by."""

GAPS_MAX: Final = 64
"""How many stretches of deleted ids are remembered as witnesses."""

Partition: TypeAlias = tuple[int, object] | None
"""Whose rows are pruned together: which column of owners is the first not to be NULL, and its value, else None."""

Gap: TypeAlias = tuple[int, int]
"""Ids, from the first to the last inclusive, of which no row survives."""


class Place(NamedTuple):
    """Which file: its device and inode number."""

    device: int
    inode: int


class Anchor(NamedTuple):
    """A remembered row: its id, its partition, and the digest that tells it from any other row."""

    id: int
    partition: Partition
    digest: bytes


class Limits(NamedTuple):
    """Every bound of a refresh.

    ``sources`` bounds the rows that a stored memo rests on, ``chunk`` the rows that one read
    transaction goes through, ``chunks`` the transactions of one read, ``tries`` the starts
    over because the file was replaced, ``swaps`` the tries to store, ``waits`` the pauses
    for a busy log, each of ``pause`` seconds, and ``idle`` the connections kept for the next
    refresh.
    """

    sources: int = 131_072
    chunk: int = 65_536
    chunks: int = 65_536
    tries: int = 3
    swaps: int = 3
    waits: int = 20
    pause: float = 0.25
    idle: int = 4


@dataclass(frozen=True, slots=True)
class Memo:
    """What one snapshot left in memory.

    ``sources`` are the facts that the answer rests on and those that lack another one to count
    (pending), by ascending id, from ``coverage`` on. ``anchors`` are the newest
    surviving rows of the latest partitions, by ascending id; ``gaps`` are ids known to be
    deleted. ``cursor`` is the highest id read; a prune never lowers it. ``full`` tells
    that it was cut at its limit, so that sources beyond the cursor are left out.
    """

    epoch: int
    place: Place
    observation: int
    coverage: int
    cursor: int
    sources: tuple[Fact[Any], ...]
    anchors: tuple[Anchor, ...]
    gaps: tuple[Gap, ...]
    snapshot: Snapshot
    full: bool = False


WriteBack: TypeAlias = Literal["put", "discard", "top up mine", "top up theirs"]

TOP_UPS: Final = ("top up mine", "top up theirs")
"""The decisions that ask for one more read."""


def dominates(newer: Memo, older: Memo) -> bool:
    """Tell whether one memo is at least as new as another, and reaches back at least as far."""
    return order.dominates(
        newer.epoch, newer.observation, newer.coverage, older.epoch, older.observation, older.coverage
    )


def write_back(mine: Memo, stored: Memo | None, epoch: int) -> WriteBack:
    """Decide what a finished read does to the memo that is stored now.

    Args:
        mine: the memo of the finished read.
        stored: the memo that is stored, if any.
        epoch: the epoch of the store; a forced drop raised it.

    Returns:
        ``put`` and ``discard`` say whose memo stays. Two memos of one file of which one is
        newer and the other wider are incomparable: the wider is topped up by one more read,
        whose result dominates both. Throwing either away instead costs a full scan for each
        narrow refresh that overtakes a wide one.
    """
    if mine.epoch < epoch:
        return "discard"
    if stored is None or dominates(mine, stored):
        return "put"
    if dominates(stored, mine):
        return "discard"
    if mine.place != stored.place:
        return "put" if mine.observation > stored.observation else "discard"
    return "top up mine" if mine.coverage < stored.coverage else "top up theirs"


def bounded(memo: Memo, sources_max: int) -> Memo:
    """Cut a memo that would outgrow its limit at the last source that fits.

    The cursor stops where the memo is full. What lies beyond is read again by each refresh:
    that stays exact, costs those rows and never a full scan, and it mends itself when old
    sources are pruned. Forgetting the oldest sources instead would need them back later.
    """
    if len(memo.sources) <= sources_max:
        return memo
    cursor = memo.sources[sources_max].id - 1
    sources = memo.sources[:sources_max]
    anchors = {anchor.id: anchor for anchor in memo.anchors if anchor.id <= cursor}
    for fact in sources[-ANCHORS_MAX:]:
        anchors.setdefault(fact.id, Anchor(fact.id, fact.partition, fact.digest))
    return replace(
        memo,
        cursor=cursor,
        sources=sources,
        anchors=tuple(anchors[key] for key in sorted(anchors)[-ANCHORS_MAX:]),
        gaps=clipped(memo.gaps, cursor),
        full=True,
    )


def clipped(gaps: Iterable[Gap], point: int) -> tuple[Gap, ...]:
    """Keep of each gap what lies at or below an id."""
    return tuple((low, min(high, point)) for low, high in gaps if low <= point)


def merged(gaps: Iterable[Gap]) -> tuple[Gap, ...]:
    """Sort gaps and join those that touch.

    Of more than ``GAPS_MAX`` the lowest stays, since all that was pruned before the first
    scan is in it, and then the highest, since what was deleted last is what an older copy
    brings back first.
    """
    joined: list[Gap] = []
    for low, high in sorted(gaps):
        if joined and low <= joined[-1][1] + 1:
            joined[-1] = (joined[-1][0], max(high, joined[-1][1]))
        else:
            joined.append((low, high))
    if len(joined) > GAPS_MAX:
        joined[1 : len(joined) - GAPS_MAX + 1] = []
    return tuple(joined)
