"""Claims about what a read of the log, on real SQLite, leaves to be recognized by: anchors, gaps, chunks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from strandline.impl.memo import scan
from strandline.impl.memo.memo import ANCHORS_MAX, GAPS_MAX, OPEN, bounded
from tests.impl.memo.reads import CHATTER, anchors, completed, delete, insert, look, request, sources

if TYPE_CHECKING:
    import sqlite3

    from strandline.impl.memo.memo import Gap


# Anchors


def test_anchors_are_the_newest_rows_of_the_latest_16_partitions(database: sqlite3.Connection) -> None:
    for row_id in range(1, 41):
        insert(database, row_id, thread_id=str((row_id - 1) // 2))
    reading = look(database)
    assert anchors(reading) == list(range(10, 41, 2))
    assert len(anchors(reading)) == ANCHORS_MAX


def test_rows_without_a_thread_are_anchored_by_process_and_those_with_neither_together(
    database: sqlite3.Connection,
) -> None:
    insert(database, 1, thread_id="x", process_uuid="x")
    insert(database, 2, thread_id=None, process_uuid="x")
    insert(database, 3, thread_id=None)
    insert(database, 4, thread_id=None)
    reading = look(database)
    assert [anchor.partition for anchor in reading.memo.anchors] == [(0, b"x"), (1, b"x"), None]
    assert anchors(reading) == [1, 2, 4]


def test_once_an_anchor_is_pruned_another_partition_moves_up(database: sqlite3.Connection) -> None:
    """With 17 partitions the oldest has no anchor; it gets one when another partition is gone."""
    for row_id in range(1, 18):
        insert(database, row_id, thread_id=str(row_id))
    first = look(database)
    assert anchors(first) == list(range(2, 18))
    delete(database, 9)
    reading = look(database, first.memo)
    assert (reading.cause, reading.rows, anchors(reading)) == (None, 0, [row for row in range(1, 18) if row != 9])


def test_once_an_anchor_is_pruned_an_older_row_of_its_partition_takes_its_place(database: sqlite3.Connection) -> None:
    for row_id, thread in enumerate("abab", 1):
        insert(database, row_id, thread_id=thread)
    first = look(database)
    assert anchors(first) == [3, 4]
    delete(database, 4)
    assert anchors(look(database, first.memo)) == [2, 3]


def test_the_walk_back_for_lost_anchors_is_bounded(
    database: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scan, "WALK_MAX", 2)
    for row_id, thread in enumerate("abcde", 1):
        insert(database, row_id, thread_id=thread)
    first = look(database)
    delete(database, 5)
    assert anchors(look(database, first.memo)) == [3, 4]


@pytest.mark.parametrize(("pruned", "gaps"), [(1, ((OPEN, 1),)), (2, ((OPEN, 0), (2, 2)))])
def test_an_id_that_a_walk_back_passed_over_is_a_witness(
    database: sqlite3.Connection, pruned: int, gaps: tuple[Gap, ...]
) -> None:
    for row_id, thread in enumerate("abc", 1):
        insert(database, row_id, thread_id=thread)
    first = look(database).memo
    delete(database, pruned)
    second = look(database, first).memo
    assert second.gaps == gaps
    insert(database, pruned, thread_id="z")
    assert look(database, second).cause == "deleted row is back"


def test_a_walk_back_to_the_beginning_has_passed_over_the_lowest_id_there_can_be(database: sqlite3.Connection) -> None:
    insert(database, OPEN, thread_id="a")
    insert(database, 1, thread_id="b")
    first = look(database).memo
    delete(database, OPEN)
    assert (first.gaps, look(database, first).memo.gaps) == (((OPEN + 1, 0),), ((OPEN, 0),))


def test_a_walk_back_goes_no_further_than_the_sixteenth_partition(database: sqlite3.Connection) -> None:
    for row_id in range(1, ANCHORS_MAX + 5):
        insert(database, row_id, thread_id=str(row_id))
    first = look(database).memo
    delete(database, 3, ANCHORS_MAX + 4)
    reading = look(database, first)
    assert anchors(reading) == list(range(4, ANCHORS_MAX + 4))
    assert reading.memo.gaps == ((OPEN, 0),)


def test_what_lies_below_a_walk_back_that_was_cut_short_is_no_witness(
    database: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scan, "WALK_MAX", 2)
    for row_id, thread in enumerate("abcde", 1):
        insert(database, row_id, thread_id=thread)
    first = look(database).memo
    delete(database, 5)
    assert look(database, first).memo.gaps == ((OPEN, 0),)


def test_a_partition_that_was_quiet_keeps_its_anchor(database: sqlite3.Connection) -> None:
    insert(database, 1, thread_id="quiet")
    insert(database, 2, thread_id="busy")
    memo = look(database).memo
    for row_id in (3, 4, 5):
        insert(database, row_id, thread_id="busy")
        memo = look(database, memo).memo
    assert [anchor.id for anchor in memo.anchors] == [1, 5]


def test_a_memo_that_is_no_longer_full_has_every_anchor_again(database: sqlite3.Connection) -> None:
    """Sources crowd out the anchor of the quiet partition; then one of them is pruned, and nothing is cut any more."""
    insert(database, 1, thread_id="quiet")
    for row_id in range(2, 20):
        insert(database, row_id, request(str(row_id)), thread_id="busy")
    cut = bounded(look(database).memo, 17)
    delete(database, 2)
    reading = look(database, cut)
    assert not bounded(reading.memo, 17).full
    assert anchors(reading) == [1, 19]


# Chunks


def test_a_log_is_read_in_chunks_and_ends_as_if_read_at_once(database: sqlite3.Connection) -> None:
    for row_id, body in zip(
        (1, 2, 5, 8, 9), (request("a"), CHATTER, request("c"), CHATTER, completed("a")), strict=True
    ):
        insert(database, row_id, body, thread_id=str(row_id % 2))
    reading = look(database, chunk=2)
    assert (reading.complete, reading.rows, sources(reading), reading.memo.cursor) == (False, 2, [1], 2)
    causes = []
    while not reading.complete:
        reading = look(database, reading.memo, chunk=2)
        causes.append((reading.cause, reading.rows))
    assert causes == [(None, 2), (None, 1)]
    whole = look(database).memo
    found = reading.memo
    assert (found.sources, found.anchors, found.gaps, found.cursor) == (
        whole.sources,
        whole.anchors,
        whole.gaps,
        whole.cursor,
    )


def test_a_chunk_that_ends_with_the_log_is_complete(database: sqlite3.Connection) -> None:
    for row_id in (1, 2):
        insert(database, row_id)
    assert look(database, chunk=2).complete
    assert not look(database, chunk=1).complete


def test_anchors_and_cursor_of_a_chunk_lie_within_it(database: sqlite3.Connection) -> None:
    for row_id, thread in enumerate("abbb", 1):
        insert(database, row_id, thread_id=thread)
    full = look(database)
    delete(database, 4)
    insert(database, 5, thread_id="c")
    reading = look(database, full.memo, chunk=1)
    assert (reading.complete, reading.memo.cursor, anchors(reading)) == (False, 2, [1, 2])


# Gaps


def test_gaps_are_bounded(database: sqlite3.Connection) -> None:
    for row_id in range(1, 402, 2):
        insert(database, row_id)
    gaps = look(database).memo.gaps
    assert len(gaps) == GAPS_MAX
    assert (gaps[0], gaps[-1]) == ((OPEN, 0), (400, 400))


def test_ids_at_both_ends_leave_no_gap_beyond_them(database: sqlite3.Connection) -> None:
    insert(database, OPEN, request("a"))
    insert(database, 2**63 - 1, request("b"), thread_id="x")
    reading = look(database)
    assert (sources(reading), reading.memo.cursor) == ([OPEN, 2**63 - 1], 2**63 - 1)
    assert reading.memo.gaps == ((OPEN + 1, 2**63 - 2),)
    again = look(database, reading.memo)
    assert (again.cause, again.rows, again.complete) == (None, 0, True)
    insert(database, 7, thread_id="y")
    assert look(database, reading.memo).cause == "deleted row is back"
