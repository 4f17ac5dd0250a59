"""Claims about one read of the log, on real SQLite: how far a memo is believed, and what is read on from there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from strandline.impl.memo.answer import Snapshot
from strandline.impl.memo.memo import NOTHING, OPEN, Place
from tests.impl.memo.reads import CHATTER, anchors, completed, delete, insert, look, request, sources

if TYPE_CHECKING:
    import sqlite3


# Why the whole log is read


def test_a_first_read_goes_through_the_whole_log(database: sqlite3.Connection) -> None:
    for row_id, body in enumerate((request(), CHATTER, completed(), CHATTER), 1):
        insert(database, row_id, body)
    reading = look(database)
    assert (reading.cause, reading.rows, reading.keys, reading.anchors, reading.complete) == ("no memo", 4, 0, 0, True)
    assert (sources(reading), anchors(reading), reading.memo.cursor) == ([1, 3], [4], 4)
    assert reading.memo.gaps == ((OPEN, 0),)
    assert reading.memo.snapshot == Snapshot(1, 2, 3, 4, 4, 1)


def test_a_memo_of_another_file_is_not_believed(database: sqlite3.Connection) -> None:
    insert(database, 1, request())
    for place in (Place(1, 3), Place(9, 2), Place(1, 1), Place(0, 3)):
        reading = look(database, look(database).memo, place=place)
        assert (reading.cause, reading.rows, reading.anchors, sources(reading)) == ("file replaced", 1, 0, [1])
        assert reading.memo.place == place


def test_a_window_that_reaches_back_further_is_read_anew_and_a_narrower_one_is_not(
    database: sqlite3.Connection,
) -> None:
    insert(database, 1, request("a"), ts=49)
    insert(database, 2, request("b"), ts=50)
    base = look(database, wanted=50)
    assert sources(base) == [2]
    wider, narrower = look(database, base.memo, wanted=49), look(database, base.memo, wanted=51)
    assert (wider.cause, sources(wider), wider.memo.coverage, wider.anchors) == ("window widened", [1, 2], 49, 0)
    assert (narrower.cause, sources(narrower), narrower.memo.coverage) == (None, [2], 50)


def test_a_memo_of_an_empty_log_is_not_gone_on_from(database: sqlite3.Connection) -> None:
    """H02: it is stored all the same, so that what was there before the emptying cannot come back."""
    empty = look(database)
    assert (empty.memo.cursor, empty.memo.anchors, empty.memo.snapshot.highest) == (NOTHING, (), None)
    insert(database, 1, request())
    reading = look(database, empty.memo)
    assert (reading.cause, sources(reading), reading.anchors) == ("log was empty", [1], 0)


def test_with_every_anchor_gone_the_whole_log_is_read(database: sqlite3.Connection) -> None:
    """H02: request a, refresh, delete all, request b, refresh: a must not be reported."""
    insert(database, 1, request("a"))
    base = look(database).memo
    delete(database, 1)
    insert(database, 2, request("b"))
    reading = look(database, base)
    assert (reading.cause, reading.anchors, sources(reading), reading.memo.cursor) == ("anchors lost", 1, [2], 2)


@pytest.mark.parametrize("change", ["body = 'other'", "ts = 101", "ts_nanos = 9", "process_uuid = 'q'"])
def test_an_anchor_that_is_another_row_now_tells_of_another_history(database: sqlite3.Connection, change: str) -> None:
    """H07, H15: an older copy that grew on has other rows under the same ids."""
    insert(database, 1, request(), thread_id="a")
    insert(database, 2, thread_id="b")
    insert(database, 3, thread_id="c")
    base = look(database).memo
    change = change.replace("body", "feedback_log_body")
    database.execute(f"UPDATE logs SET {change} WHERE id = 2")  # noqa: S608 - the changes above
    reading = look(database, base)
    assert (reading.cause, reading.rows, reading.keys) == ("rows rewritten", 3, 1)


@pytest.mark.parametrize("change", ["ts = 101", "ts_nanos = 9", "ts = 'soon'"])
def test_a_source_that_is_another_row_now_tells_of_another_history(database: sqlite3.Connection, change: str) -> None:
    insert(database, 1, request())
    insert(database, 2)
    base = look(database).memo
    database.execute(f"UPDATE logs SET {change} WHERE id = 1")  # noqa: S608 - the changes above
    assert look(database, base).cause == "rows rewritten"


def test_a_deleted_row_that_is_back_tells_of_an_older_copy(database: sqlite3.Connection) -> None:
    """H07: back up, delete a, refresh, restore: no anchor differs, only the gap can tell."""
    insert(database, 1, request("a"), thread_id="a")
    insert(database, 2, thread_id="b")
    delete(database, 1)
    base = look(database).memo
    insert(database, 1, request("a"), thread_id="a")
    reading = look(database, base)
    assert (reading.cause, reading.rows, sources(reading)) == ("deleted row is back", 2, [1])


def test_a_source_whose_deletion_was_noticed_is_a_witness_as_well(database: sqlite3.Connection) -> None:
    insert(database, 1, thread_id="a")
    insert(database, 2, request(), thread_id="b")
    insert(database, 3, thread_id="c")
    first = look(database).memo
    delete(database, 2)
    second = look(database, first)
    assert (second.cause, sources(second), second.memo.gaps) == (None, [], ((OPEN, 0), (2, 2)))
    insert(database, 2, request(), thread_id="b")
    assert look(database, second.memo).cause == "deleted row is back"


# How far a memo is believed


def test_a_second_read_tests_no_row_and_looks_sources_and_anchors_up(database: sqlite3.Connection) -> None:
    for row_id, body in enumerate((request("a"), CHATTER, completed("z")), 1):
        insert(database, row_id, body, thread_id=str(row_id))
    first = look(database)
    second = look(database, first.memo)
    assert (second.cause, second.rows, second.keys, second.anchors) == (None, 0, 2, 3)
    assert (second.memo.sources, second.memo.anchors, second.memo.gaps) == (
        first.memo.sources,
        first.memo.anchors,
        first.memo.gaps,
    )


def test_what_was_appended_is_read_and_nothing_else(database: sqlite3.Connection) -> None:
    insert(database, 1, request("a"))
    first = look(database).memo
    insert(database, 2, thread_id="b")
    insert(database, 5, request("b"), thread_id="c")
    reading = look(database, first)
    assert (reading.rows, sources(reading), anchors(reading), reading.memo.cursor) == (2, [1, 5], [1, 2, 5], 5)
    assert reading.memo.gaps == ((OPEN, 0), (3, 4))


def test_a_source_that_was_pruned_no_longer_counts(database: sqlite3.Connection) -> None:
    """H01: request a, request b, refresh, delete a, refresh: a must not be reported."""
    insert(database, 1, request("a"))
    insert(database, 2, request("b"))
    first = look(database).memo
    delete(database, 1)
    reading = look(database, first)
    assert (reading.cause, reading.rows, sources(reading), reading.memo.gaps) == (None, 0, [2], ((OPEN, 1),))


def test_a_read_goes_on_from_the_highest_anchor_that_matches(database: sqlite3.Connection) -> None:
    """H16: the newest row of a busy partition lives for seconds."""
    for row_id, body in enumerate((CHATTER, request("b"), request("c"), CHATTER), 1):
        insert(database, row_id, body, thread_id=str(row_id))
    first = look(database).memo
    delete(database, 4)
    reading = look(database, first)
    assert (reading.cause, reading.rows, anchors(reading), reading.memo.cursor) == (None, 0, [1, 2, 3], 4)
    delete(database, 3)
    insert(database, 5, request("e"))
    reading = look(database, first)
    assert (reading.cause, reading.rows, sources(reading), anchors(reading)) == (None, 1, [2, 5], [1, 2, 5])
    assert reading.memo.gaps == ((OPEN, 0), (3, 4))


def test_a_source_above_the_point_is_read_again_and_not_looked_up(database: sqlite3.Connection) -> None:
    insert(database, 1, thread_id="a")
    insert(database, 2, request("b"), thread_id="b")
    insert(database, 3, thread_id="b")
    first = look(database).memo
    delete(database, 3)
    reading = look(database, first)
    assert (reading.cause, reading.rows, reading.keys, sources(reading), anchors(reading)) == (None, 1, 0, [2], [1, 2])


def test_a_row_above_the_point_may_be_another_one(database: sqlite3.Connection) -> None:
    insert(database, 1, thread_id="a")
    insert(database, 2, request("old"), thread_id="b")
    first = look(database).memo
    delete(database, 2)
    insert(database, 2, request("new"), ts=200, thread_id="b")
    reading = look(database, first)
    assert (reading.cause, reading.rows, reading.memo.sources[0].says.turn) == (None, 1, "new")


def test_a_gap_above_the_point_may_be_filled(database: sqlite3.Connection) -> None:
    for row_id in (1, 2, 5):
        insert(database, row_id, thread_id=str(row_id))
    first = look(database).memo
    assert first.gaps == ((OPEN, 0), (3, 4))
    delete(database, 5)
    insert(database, 4, request())
    reading = look(database, first)
    assert (reading.cause, sources(reading), reading.memo.gaps) == (None, [4], ((OPEN, 0), (3, 3)))


def test_a_prune_never_lowers_the_cursor(database: sqlite3.Connection) -> None:
    insert(database, 1, thread_id="a")
    insert(database, 2, thread_id="b")
    first = look(database).memo
    delete(database, 2)
    assert look(database, first).memo.cursor == 2


def test_nanoseconds_that_are_no_integer_do_not_make_another_row(database: sqlite3.Connection) -> None:
    insert(database, 1, request(), ts_nanos=1.5)
    reading = look(database, look(database).memo)
    assert (reading.cause, reading.rows) == (None, 0)
