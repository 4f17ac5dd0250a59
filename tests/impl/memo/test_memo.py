"""Claims about memos: what is cut from one that is too large, and which of two stays."""

from __future__ import annotations

import pytest

from strandline.impl.memo.answer import Snapshot
from strandline.impl.memo.memo import (
    ANCHORS_MAX,
    GAPS_MAX,
    NOTHING,
    OPEN,
    Anchor,
    Gap,
    Memo,
    Place,
    bounded,
    clipped,
    dominates,
    merged,
    write_back,
)
from strandline.impl.memo.projection import Fact
from tests.claims.order import Order, Rank

HERE = Place(1, 1)
THREAD = (0, b"h")


def fact(row: int) -> Fact[str]:
    return Fact(row, 100, 0, f"t{row}", THREAD, bytes([row % 256]))


def memo(  # noqa: PLR0913 - the fields that differ between tests
    observation: int = 1,
    coverage: int = 0,
    *,
    epoch: int = 0,
    place: Place = HERE,
    sources: tuple[int, ...] = (),
    anchors: tuple[int, ...] = (),
    gaps: tuple[Gap, ...] = (),
    cursor: int = 100,
) -> Memo:
    return Memo(
        epoch,
        place,
        observation,
        coverage,
        cursor,
        tuple(map(fact, sources)),
        tuple(Anchor(row, (1, b"p"), b"anchor") for row in anchors),
        gaps,
        Snapshot(*place, 1, cursor, cursor, observation),
    )


def ids(rows: tuple[Fact[str], ...] | tuple[Anchor, ...]) -> list[int]:
    return [row.id for row in rows]


# Order


class TestOrder(Order):
    def dominates(self, one: Rank, other: Rank) -> bool:
        return dominates(ranked(one), ranked(other))

    def write_back(self, mine: Rank, stored: Rank | None, epoch: int = 0) -> str:
        return write_back(ranked(mine), stored and ranked(stored), epoch)


def ranked(rank: Rank) -> Memo:
    return memo(rank.observation, rank.coverage, epoch=rank.epoch, place=Place(1, rank.file))


def test_what_a_memo_holds_and_how_far_it_has_read_decide_nothing() -> None:
    assert dominates(memo(2, cursor=10), memo(1, sources=(1, 2), cursor=99))


def test_a_late_write_back_never_replaces_a_newer_memo() -> None:
    """H03: request p, refresh, delete p, refresh: the memo with fewer sources is the newer one."""
    saw_it, saw_it_gone = memo(1, sources=(1,)), memo(2)
    assert write_back(saw_it, saw_it_gone, 0) == "discard"
    assert write_back(saw_it_gone, saw_it, 0) == "put"


# Bounds


def test_a_memo_within_its_limit_stays_as_it_is() -> None:
    within = memo(sources=(1, 2, 3), anchors=(3, 9))
    assert bounded(within, 3) is within
    assert not within.full


def test_a_memo_beyond_its_limit_is_cut_below_the_first_source_that_does_not_fit() -> None:
    cut = bounded(memo(sources=(2, 4, 8, 9), anchors=(1, 7, 50), gaps=((OPEN, 1), (5, 20), (30, 40))), 2)
    assert (ids(cut.sources), cut.cursor, cut.full) == ([2, 4], 7, True)
    assert ids(cut.anchors) == [1, 2, 4, 7]
    assert cut.gaps == ((OPEN, 1), (5, 7))


def test_the_rank_of_a_memo_is_that_of_the_memo_that_was_cut() -> None:
    whole = memo(3, 7, epoch=2, sources=(1, 2))
    assert dominates(bounded(whole, 1), whole)
    assert dominates(whole, bounded(whole, 1))
    assert bounded(whole, 1).snapshot == whole.snapshot


def test_a_cut_memo_keeps_its_latest_anchors_and_adds_its_latest_sources() -> None:
    cut = bounded(memo(sources=tuple(range(10, 40)), anchors=(1, 20, 26, 60)), 18)
    assert ids(cut.anchors) == list(range(12, 28))
    assert len(cut.anchors) == ANCHORS_MAX


def test_an_anchor_that_is_a_source_too_is_remembered_once() -> None:
    cut = bounded(memo(sources=(5, 6, 7), anchors=(5,)), 2)
    assert ids(cut.anchors) == [5, 6]
    assert cut.anchors[0].digest == b"anchor"


def test_an_anchor_made_of_a_source_has_its_partition_and_digest() -> None:
    assert bounded(memo(sources=(5, 6)), 1).anchors == (Anchor(5, THREAD, bytes([5])),)


def test_a_memo_without_room_for_any_source_has_no_anchor_above_its_cursor() -> None:
    cut = bounded(memo(sources=(5, 6), anchors=(3, 9)), 0)
    assert (cut.sources, cut.cursor, ids(cut.anchors)) == ((), 4, [3])


# Gaps


@pytest.mark.parametrize(
    ("gaps", "joined"),
    [
        ([], ()),
        ([(5, 6), (1, 2)], ((1, 2), (5, 6))),
        ([(1, 2), (3, 4)], ((1, 4),)),
        ([(1, 2), (4, 5)], ((1, 2), (4, 5))),
        ([(1, 9), (2, 3), (10, 10)], ((1, 10),)),
        ([(1, 2), (5, 20), (6, 8)], ((1, 2), (5, 20))),
        ([(OPEN, 0), (1, 1)], ((OPEN, 1),)),
        ([(3, 3), (3, 3)], ((3, 3),)),
        ([(2**63 - 1, 2**63 - 1), (NOTHING + 1, 5)], ((OPEN, 5), (2**63 - 1, 2**63 - 1))),
    ],
)
def test_gaps_are_sorted_and_those_that_touch_are_one(gaps: list[Gap], joined: tuple[Gap, ...]) -> None:
    assert merged(gaps) == joined


@pytest.mark.parametrize("room", [0, 1, 4])
def test_as_many_gaps_as_fit_are_all_kept(room: int) -> None:
    gaps = tuple((at, at) for at in range(0, 2 * (GAPS_MAX - room), 2))
    assert merged(gaps) == gaps


@pytest.mark.parametrize("extra", [1, 2, 100])
def test_of_too_many_gaps_the_lowest_and_the_highest_stay(extra: int) -> None:
    gaps = [(at, at) for at in range(0, 2 * (GAPS_MAX + extra), 2)]
    kept = merged(gaps)
    assert len(kept) == GAPS_MAX
    assert kept == (gaps[0], *gaps[1 + extra :])


def test_a_gap_is_clipped_at_the_point_and_one_above_it_is_left_out() -> None:
    assert clipped([(OPEN, 0), (3, 9), (5, 5), (6, 7)], 5) == ((OPEN, 0), (3, 5), (5, 5))
    assert clipped([(3, 9)], NOTHING) == ()
