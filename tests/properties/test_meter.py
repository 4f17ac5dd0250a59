"""The meter counts what SQLite hands out, and strikes in the midst of a read, once."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from strandline.properties import schema
from strandline.properties.meter import Meter, let_fail, metered

if TYPE_CHECKING:
    from collections.abc import Iterator

BODIES = 'SELECT "feedback_log_body" FROM logs'


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
        meter.bodies = 0
        yield opened


def test_only_rows_that_are_handed_out_with_their_bodies_count(meter: Meter, database: sqlite3.Connection) -> None:
    database.execute("SELECT id FROM logs").fetchall()
    assert meter.bodies == 0
    cursor = iter(database.execute(BODIES))
    next(cursor)
    next(cursor)
    assert meter.bodies == 2


def test_a_row_looked_up_by_key_does_not_count(meter: Meter, database: sqlite3.Connection) -> None:
    statement = BODIES + " WHERE id IN (SELECT value FROM json_each('[1]'))"  # noqa: S608 - constants only
    assert len(list(database.execute(statement))) == 1
    assert meter.bodies == 0


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
