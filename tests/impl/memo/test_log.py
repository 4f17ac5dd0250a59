"""Claims about the rows that the statements give, on real SQLite."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from strandline.impl.memo.log import ID_MAX, LogReader, LogRow
from strandline.impl.memo.memo import NOTHING, OPEN
from strandline.impl.memo.parse import MARKERS
from strandline.impl.memo.window import Span

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator

    from strandline.impl.memo.memo import Gap

EVERY = 1000
"""More rows than any log here has."""


def insert(database: sqlite3.Connection, row_id: int, body: object = "", ts: object = 100, **columns: object) -> None:
    """Insert a row; a body given as (bytes,) is TEXT of these bytes."""
    values = {"id": row_id, "ts": ts, "ts_nanos": 7, "level": "", "target": "", **columns}
    raw = isinstance(body, tuple)
    database.execute(
        f"INSERT INTO logs ({', '.join(values)}, feedback_log_body)"  # noqa: S608 - the names of this file
        f" VALUES ({', '.join('?' * len(values))}, {'CAST(? AS TEXT)' if raw else '?'})",
        (*values.values(), body[0] if isinstance(body, tuple) else body),
    )


def ids(rows: Iterator[LogRow]) -> list[int]:
    return [row.id for row in rows]


def only(rows: Iterator[LogRow]) -> LogRow:
    (row,) = rows
    return row


def tail(database: sqlite3.Connection, after: int = NOTHING, limit: int = EVERY) -> list[LogRow]:
    return list(LogReader(database).tail(after, limit))


# Rows


def test_the_tail_is_in_the_order_of_ids_above_one_and_not_longer_than_asked(database: sqlite3.Connection) -> None:
    for row_id in (5, 3, 9, 4):
        insert(database, row_id, ts=100 - row_id)
    log = LogReader(database)
    assert ids(log.tail(NOTHING, EVERY)) == [3, 4, 5, 9]
    assert ids(log.tail(4, EVERY)) == [5, 9]
    assert ids(log.tail(3, 2)) == [4, 5]
    assert ids(log.tail(9, EVERY)) == []


def test_a_row_has_every_column_that_is_read(database: sqlite3.Connection) -> None:
    insert(database, 1, MARKERS[0], ts=5, thread_id="h", process_uuid="p")
    row = LogRow(1, 5, 7, b"text", len(MARKERS[0]), MARKERS[0].encode(), (b"h", b"p"))
    assert tail(database) == [row]
    assert list(LogReader(database).whole([1])) == [row]
    assert list(LogReader(database).spanned(Span(None, None))) == [row]


@pytest.mark.parametrize("body", ["", "chatter", MARKERS[0], f"\u00e9{MARKERS[0]}", "a\0b", "\0" + MARKERS[1]])
def test_a_text_is_handed_out_whole_whatever_it_holds(database: sqlite3.Connection, body: str) -> None:
    """LIKE stops at a NUL, and so does SQLite's own length of a TEXT."""
    insert(database, 1, body)
    data = body.encode()
    assert tail(database) == [LogRow(1, 100, 7, b"text", len(data), data, (None, None))]


def test_a_body_need_not_decode(database: sqlite3.Connection) -> None:
    body = b"\xff" + MARKERS[0].encode() + b"\xff\0\xc0"
    insert(database, 1, (body,))
    assert tail(database) == [LogRow(1, 100, 7, b"text", len(body), body, (None, None))]


@pytest.mark.parametrize(("body", "kind"), [(None, b"null"), (b"", b"blob"), (MARKERS[0].encode(), b"blob")])
def test_null_and_blobs_are_told_by_their_kind_and_not_fetched(
    database: sqlite3.Connection, body: bytes | None, kind: bytes
) -> None:
    insert(database, 1, body)
    row = LogRow(1, 100, 7, kind, None if body is None else len(body), None, (None, None))
    assert tail(database) == list(LogReader(database).whole([1])) == [row]


def test_a_look_up_fetches_the_body_whatever_it_holds(database: sqlite3.Connection) -> None:
    insert(database, 1, "chatter")
    insert(database, 3, None)
    log = LogReader(database)
    assert [(row.id, row.body) for row in log.whole([3, 2, 1])] == [(1, b"chatter"), (3, None)]
    assert list(log.whole([])) == []


def test_stamps_are_those_of_the_rows_that_are_there(database: sqlite3.Connection) -> None:
    insert(database, 1, ts=5)
    insert(database, 2, ts="soon", ts_nanos=8)
    log = LogReader(database)
    assert log.stamps(iter([2, 1, 3])) == {1: (5, 7), 2: (b"soon", 8)}
    assert log.stamps([]) == {}


def test_more_rows_are_looked_up_at_once_than_a_statement_has_parameters(database: sqlite3.Connection) -> None:
    insert(database, 1)
    insert(database, 40_000)
    assert LogReader(database).stamps(range(1, 40_001)).keys() == {1, 40_000}


def test_a_span_holds_its_start_and_not_its_end(database: sqlite3.Connection) -> None:
    for row_id, ts in enumerate((9, 10, 19, 20), 1):
        insert(database, row_id, ts=ts)
    log = LogReader(database)
    for span, inside in (
        (Span(10, 20), [2, 3]),
        (Span(None, 20), [1, 2, 3]),
        (Span(10, None), [2, 3, 4]),
        (Span(20, 10), []),
    ):
        assert sorted(ids(log.spanned(span))) == inside


@pytest.mark.parametrize("ts", [-(2**63), 2**63 - 1])
def test_a_span_with_an_open_side_holds_the_outermost_instants(database: sqlite3.Connection, ts: int) -> None:
    insert(database, 1, ts=ts)
    assert ids(LogReader(database).spanned(Span(None, None))) == [1]


def test_times_that_are_no_integers_are_counted_and_lie_in_no_span_of_integers(database: sqlite3.Connection) -> None:
    for row_id, ts in enumerate(("soon", b"1", 1, "2", 3.0), 1):
        insert(database, row_id, ts=ts)
    log = LogReader(database)
    assert log.odd_times() == 2
    assert sorted(ids(log.spanned(Span(None, None)))) == [3, 4, 5]


def test_rows_are_walked_back_from_an_id_with_their_partitions(database: sqlite3.Connection) -> None:
    insert(database, 1, thread_id="h", process_uuid="p")
    insert(database, 2, process_uuid="p")
    insert(database, 3)
    insert(database, 4, thread_id="x")
    newest = LogReader(database).newest(3)
    assert list(newest) == [(3, None), (2, (1, b"p")), (1, (0, b"h"))]


# Ids


def test_the_highest_id_is_the_highest_that_survives_and_the_sequence_the_highest_issued(
    database: sqlite3.Connection,
) -> None:
    log = LogReader(database)
    assert (log.highest(), log.sequence()) == (None, 0)
    insert(database, 5)
    insert(database, 7)
    database.execute("DELETE FROM logs WHERE id = 7")
    assert (log.highest(), log.sequence()) == (5, 7)


@pytest.mark.parametrize("row_id", [-(2**63), 1 - 2**63, -1, 0, 1, 2**53 + 1, 2**63 - 2, 2**63 - 1])
def test_any_id_is_read_looked_up_and_found_in_a_gap(database: sqlite3.Connection, row_id: int) -> None:
    insert(database, row_id)
    log = LogReader(database)
    assert log.highest() == row_id
    assert ids(log.tail(NOTHING, EVERY)) == [row_id]
    assert ids(log.tail(row_id - 1, EVERY)) == [row_id]
    assert ids(log.tail(row_id, EVERY)) == []
    assert ids(log.whole([row_id])) == [row_id]
    assert log.stamps([row_id]) == {row_id: (100, 7)}
    assert list(log.newest(row_id)) == [(row_id, None)]
    assert log.is_occupied([(row_id, row_id)])
    assert log.is_occupied([(OPEN, row_id)])
    assert log.is_occupied([(row_id, ID_MAX)])


@pytest.mark.parametrize(
    ("gaps", "occupied"),
    [
        ([], False),
        ([(1, 4)], False),
        ([(6, 9)], False),
        ([(1, 5)], True),
        ([(5, 9)], True),
        ([(1, 2), (8, 9), (4, 6)], True),
        ([(OPEN, 4), (6, 2**53)], False),
        ([(NOTHING, 4)], False),
        ([(NOTHING, 5)], True),
        ([(9, 1)], False),
    ],
)
def test_a_gap_is_occupied_if_a_row_lies_within_it(
    database: sqlite3.Connection, gaps: list[Gap], *, occupied: bool
) -> None:
    insert(database, 5)
    assert LogReader(database).is_occupied(gaps) is occupied


def test_gaps_about_huge_ids_are_told_to_the_last_one(database: sqlite3.Connection) -> None:
    insert(database, ID_MAX - 1)
    log = LogReader(database)
    assert not log.is_occupied([(ID_MAX - 9, ID_MAX - 2), (ID_MAX, ID_MAX)])
    assert log.is_occupied([(ID_MAX - 1, ID_MAX - 1)])


# Digests


CHANGES: list[dict[str, object]] = [
    {"ts": 101},
    {"ts": "100x"},
    {"ts_nanos": 8},
    {"thread_id": "other"},
    {"thread_id": "h", "process_uuid": None},
    {"process_uuid": "other"},
    {"body": "chattes"},
    {"body": "chatter\0"},
    {"body": None},
    {"body": ""},
    {"body": b"chatter"},
]


@pytest.mark.parametrize("change", CHANGES)
def test_a_row_that_differs_in_anything_that_is_read_has_another_digest(
    database: sqlite3.Connection, change: dict[str, object]
) -> None:
    row: dict[str, object] = {"body": "chatter", "thread_id": "t", "process_uuid": "p"}
    insert(database, 1, **row)
    insert(database, 2, **row | change)
    first, second = LogReader(database).whole([1, 2])
    assert len(first.digest) == 16
    assert first.digest != second.digest


def test_equal_rows_have_equal_digests_however_they_were_read(database: sqlite3.Connection) -> None:
    insert(database, 1, MARKERS[0], thread_id="t")
    log = LogReader(database)
    read = {only(rows).digest for rows in (log.tail(0, 1), log.whole([1]), log.spanned(Span(None, None)))}
    assert len(read) == 1


def test_null_and_an_empty_text_and_an_empty_blob_are_three(database: sqlite3.Connection) -> None:
    for row_id, body in enumerate((None, "", b""), 1):
        insert(database, row_id, body)
    assert len({row.digest for row in LogReader(database).whole([1, 2, 3])}) == 3
