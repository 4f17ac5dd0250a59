"""Claims about what a read of the log, on real SQLite, leaves to be recognized by: anchors and gaps."""

from __future__ import annotations

from typing import TYPE_CHECKING

from strandline.impl.memo import scan
from strandline.impl.memo.memo import OPEN, bounded
from tests.impl.memo.reads import anchors, delete, insert, look, request, sources

if TYPE_CHECKING:
    import sqlite3

    import pytest


def test_a_partition_is_that_of_the_thread_else_that_of_the_process(database: sqlite3.Connection) -> None:
    insert(database, 1, thread_id="x", process_uuid="x")
    insert(database, 2, thread_id=None, process_uuid="x")
    insert(database, 3, thread_id=None)
    assert [anchor.partition for anchor in look(database).memo.anchors] == [(0, b"x"), (1, b"x"), None]


def test_the_walk_back_for_lost_anchors_is_bounded(
    database: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scan, "WALK_MAX", 2)
    for row_id, thread in enumerate("abcde", 1):
        insert(database, row_id, thread_id=thread)
    first = look(database)
    delete(database, 5)
    assert anchors(look(database, first.memo)) == [3, 4]


def test_a_walk_back_to_the_beginning_has_passed_over_the_lowest_id_there_can_be(database: sqlite3.Connection) -> None:
    insert(database, OPEN, thread_id="a")
    insert(database, 1, thread_id="b")
    first = look(database).memo
    delete(database, OPEN)
    assert (first.gaps, look(database, first).memo.gaps) == (((OPEN + 1, 0),), ((OPEN, 0),))


def test_what_lies_below_a_walk_back_that_was_cut_short_is_no_witness(
    database: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scan, "WALK_MAX", 2)
    for row_id, thread in enumerate("abcde", 1):
        insert(database, row_id, thread_id=thread)
    first = look(database).memo
    delete(database, 5)
    assert look(database, first).memo.gaps == ((OPEN, 0),)


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
