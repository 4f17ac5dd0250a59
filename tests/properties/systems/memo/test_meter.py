"""The meter counts what SQLite hands out, and strikes in the midst of a read, once."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from strandline.impl.memo.codex import CODEX
from strandline.impl.memo.product.writer import schema
from strandline.impl.memo.sql import statements
from strandline.properties.systems.memo.driver.meter import BY_KEY, Cost, Meter, let_fail, metered

if TYPE_CHECKING:
    from collections.abc import Iterator

BODIES = 'SELECT "feedback_log_body" FROM logs'
BY_ID = f" WHERE id{BY_KEY}"


@pytest.fixture
def meter() -> Meter:
    return Meter("feedback_log_body")


@pytest.fixture
def database(meter: Meter) -> Iterator[sqlite3.Connection]:
    with closing(metered(meter)(":memory:", isolation_level=None)) as opened:
        for statement in schema.CREATE:
            opened.execute(statement)
        for body in ("a", "b", "c"):
            opened.execute(
                "INSERT INTO logs (ts, ts_nanos, level, target, feedback_log_body) VALUES (1, 0, 'INFO', 't', ?)",
                (body,),
            )
        meter.cost = Cost()
        yield opened


def test_only_rows_that_are_handed_out_with_their_bodies_count(meter: Meter, database: sqlite3.Connection) -> None:
    database.execute("SELECT id FROM logs").fetchall()
    assert meter.cost == Cost()
    cursor = iter(database.execute(BODIES))
    next(cursor)
    next(cursor)
    assert meter.cost == Cost(bodies=2)


def test_each_id_that_is_looked_up_counts_whether_it_has_a_row_or_not(
    meter: Meter, database: sqlite3.Connection
) -> None:
    """With bodies before the log is gone through, without them, and with them afterwards."""
    assert len(list(database.execute(f"{BODIES}{BY_ID}, ?, ?)", (1, 7, None)))) == 1
    assert meter.cost == Cost(anchors=2)
    assert len(list(database.execute(f"SELECT id FROM logs{BY_ID}, ?, ?)", (1, 2, 3)))) == 3  # noqa: S608 - constants only
    list(database.execute(f"{BODIES} WHERE id > 2"))
    list(database.execute(f"{BODIES}{BY_ID})", (3,)))
    assert meter.cost == Cost(bodies=1, keys=3, anchors=2, renewed=1)


def test_the_next_read_begins_before_the_log_is_gone_through(meter: Meter, database: sqlite3.Connection) -> None:
    list(database.execute(BODIES))
    before = meter.cost
    database.execute("PRAGMA data_version")
    list(database.execute(f"{BODIES}{BY_ID})", (3,)))
    assert meter.cost.since(before) == Cost(anchors=1)


def test_the_scanner_looks_rows_up_by_the_statements_that_count() -> None:
    sql = statements(CODEX)
    assert [name for name, text in zip(sql._fields, sql, strict=True) if BY_KEY in text] == [
        "whole",
        "stamps",
    ]


def test_a_read_fails_after_its_first_row_and_the_next_one_does_not(meter: Meter, database: sqlite3.Connection) -> None:
    let_fail(meter, "fail")
    cursor = iter(database.execute(BODIES))
    assert next(cursor) == ("a",)
    with pytest.raises(sqlite3.OperationalError, match="disk I/O error") as failed:
        next(cursor)
    assert failed.value.sqlite_errorcode == sqlite3.SQLITE_IOERR
    assert [body for (body,) in database.execute(BODIES)] == ["a", "b", "c"]


def test_a_read_of_no_row_fails_as_well(meter: Meter, database: sqlite3.Connection) -> None:
    let_fail(meter, "fail")
    with pytest.raises(sqlite3.OperationalError):
        list(database.execute(f"{BODIES} WHERE id > 3"))


def test_a_busy_log_fails_before_the_snapshot_is_fixed(meter: Meter, database: sqlite3.Connection) -> None:
    let_fail(meter, "busy")
    database.execute("SELECT id FROM logs")
    with pytest.raises(sqlite3.OperationalError, match="locked"):
        database.execute("PRAGMA data_version")
    assert not meter.disarm()


def test_what_was_not_reached_is_told_and_strikes_no_more(meter: Meter, database: sqlite3.Connection) -> None:
    let_fail(meter, "fail")
    assert meter.disarm()
    assert len(list(database.execute(BODIES))) == 3
