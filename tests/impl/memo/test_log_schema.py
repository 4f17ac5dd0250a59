"""Claims about which table is a log, on real SQLite."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from strandline.impl.memo.codex import CODEX
from strandline.impl.memo.log import LogReader
from strandline.impl.memo.memo import NOTHING
from strandline.impl.memo.schema import EmptyDatabaseError, SchemaError
from strandline.impl.memo.sql import KEYS
from strandline.impl.memo.window import Span

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

TABLE = """CREATE TABLE logs (id INTEGER PRIMARY KEY, ts INTEGER, ts_nanos INTEGER, feedback_log_body TEXT,
    thread_id TEXT, process_uuid TEXT)"""


def table_without(column: str) -> str:
    return re.sub(rf"\b{column} ", f"{column}_ ", TABLE)


@pytest.fixture
def other() -> Iterator[sqlite3.Connection]:
    """A database without any table."""
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        connection.text_factory = bytes
        yield connection


def test_the_table_of_codex_is_a_log(database: sqlite3.Connection) -> None:
    LogReader(database).verify()


def test_six_columns_are_enough_and_keep_no_sequence(other: sqlite3.Connection) -> None:
    other.execute(TABLE)
    log = LogReader(other)
    log.verify()
    assert (log.highest(), log.sequence()) == (None, 0)


def test_a_database_without_tables_is_told_from_one_with_others(other: sqlite3.Connection) -> None:
    with pytest.raises(EmptyDatabaseError):
        LogReader(other).verify()
    other.execute("CREATE TABLE notes (text)")
    with pytest.raises(SchemaError, match="no table named logs") as caught:
        LogReader(other).verify()
    assert not isinstance(caught.value, EmptyDatabaseError)


def test_a_view_is_no_log(other: sqlite3.Connection) -> None:
    other.execute(TABLE.replace("logs", "kept", 1))
    other.execute("CREATE VIEW logs AS SELECT * FROM kept")
    with pytest.raises(SchemaError, match="no table named logs"):
        LogReader(other).verify()


def test_an_index_is_no_log(other: sqlite3.Connection) -> None:
    other.execute("CREATE TABLE notes (text)")
    other.execute("CREATE INDEX logs ON notes (text)")
    with pytest.raises(SchemaError, match="no table named logs"):
        LogReader(other).verify()


def test_a_log_may_have_indexes_and_columns_that_are_unique(other: sqlite3.Connection) -> None:
    other.execute(TABLE.replace("ts_nanos INTEGER", "ts_nanos INTEGER UNIQUE"))
    other.execute("CREATE INDEX by_thread ON logs (thread_id)")
    LogReader(other).verify()


@pytest.mark.parametrize("column", CODEX.columns)
def test_a_missing_column_is_named(other: sqlite3.Connection, column: str) -> None:
    other.execute(table_without(column))
    with pytest.raises(SchemaError, match=f"no column {column}$"):
        LogReader(other).verify()


def test_all_missing_columns_are_named(other: sqlite3.Connection) -> None:
    other.execute("CREATE TABLE logs (id INTEGER PRIMARY KEY, ts, ts_nanos, feedback_log_body)")
    with pytest.raises(SchemaError, match="no column thread_id, process_uuid"):
        LogReader(other).verify()


@pytest.mark.parametrize(
    "key", ["INTEGER", "INT PRIMARY KEY", "TEXT PRIMARY KEY", "INTEGER UNIQUE", "INTEGER PRIMARY KEY DESC"]
)
def test_an_id_that_is_not_the_rows_own_key_is_refused(other: sqlite3.Connection, key: str) -> None:
    other.execute(TABLE.replace("INTEGER PRIMARY KEY", key))
    with pytest.raises(SchemaError, match="column id"):
        LogReader(other).verify()


@pytest.mark.parametrize("column", ["a", "z"])
def test_an_id_beside_another_key_is_refused(other: sqlite3.Connection, column: str) -> None:
    other.execute(TABLE.replace("id INTEGER PRIMARY KEY", f"{column} INTEGER PRIMARY KEY, id INTEGER"))
    with pytest.raises(SchemaError, match="column id"):
        LogReader(other).verify()


def test_an_id_that_is_one_of_several_keys_is_refused(other: sqlite3.Connection) -> None:
    other.execute(
        TABLE.replace(" PRIMARY KEY", "").replace("process_uuid TEXT", "process_uuid TEXT, PRIMARY KEY (id, ts)")
    )
    with pytest.raises(SchemaError, match="column id"):
        LogReader(other).verify()


def test_a_table_without_row_ids_is_refused(other: sqlite3.Connection) -> None:
    other.execute(f"{TABLE} WITHOUT ROWID")
    with pytest.raises(SchemaError, match="WITHOUT ROWID"):
        LogReader(other).verify()


def test_a_virtual_table_is_refused(other: sqlite3.Connection) -> None:
    other.execute("CREATE VIRTUAL TABLE logs USING rtree(id, ts, ts_nanos)")
    with pytest.raises(SchemaError, match="virtual"):
        LogReader(other).verify()


def test_a_trigger_or_an_index_may_have_any_name(other: sqlite3.Connection) -> None:
    """A trigger and its table may have one name; the scanner took the one for the other."""
    other.execute(TABLE)
    other.execute("CREATE TRIGGER logs AFTER INSERT ON logs BEGIN SELECT 1; END")
    LogReader(other).verify()


def test_names_in_capitals_are_the_same_names(other: sqlite3.Connection) -> None:
    other.execute(TABLE.upper().replace("PRIMARY KEY", "PRIMARY KEY AUTOINCREMENT"))
    other.execute("INSERT INTO logs (id, ts) VALUES (7, 1)")
    other.execute("DELETE FROM logs")
    log = LogReader(other)
    log.verify()
    assert log.sequence() == 7


def test_a_column_that_is_generated_is_a_column(other: sqlite3.Connection) -> None:
    other.execute(TABLE.replace("ts INTEGER", "ts INTEGER AS (ts_nanos + 1)"))
    LogReader(other).verify()


def test_ids_are_found_however_many_are_asked_for(other: sqlite3.Connection) -> None:
    other.execute(TABLE)
    other.executemany("INSERT INTO logs (id, ts, ts_nanos) VALUES (?, 1, 0)", [(2 * n,) for n in range(3 * KEYS)])
    log = LogReader(other)
    asked = range(4 * KEYS + 1)
    assert sorted(log.stamps(asked)) == [row_id for row_id in asked if row_id % 2 == 0]
    assert sorted(row.id for row in log.whole(asked)) == sorted(log.stamps(asked))
    assert log.stamps([]) == {}


def test_a_schema_that_moves_is_looked_at_again(database: sqlite3.Connection) -> None:
    log = LogReader(database)
    log.verify()
    database.execute("ALTER TABLE logs RENAME COLUMN feedback_log_body TO body")
    with pytest.raises(SchemaError, match="feedback_log_body"):
        log.verify()
    with pytest.raises(SchemaError, match="feedback_log_body"):
        log.verify()
    database.execute("ALTER TABLE logs RENAME COLUMN body TO feedback_log_body")
    log.verify()


def test_a_schema_that_stays_is_looked_at_once(database: sqlite3.Connection) -> None:
    log = LogReader(database)
    log.verify()
    statements: list[str] = []
    database.set_trace_callback(statements.append)
    log.verify()
    assert statements == ["PRAGMA schema_version"]


READS: dict[str, Callable[[LogReader], object]] = {
    "highest": lambda log: log.highest(),
    "tail": lambda log: list(log.tail(0, 1)),
    "start": lambda log: list(log.tail(NOTHING, 1)),
    "spanned": lambda log: list(log.spanned(Span(None, None))),
    "odd_times": lambda log: log.odd_times(),
    "stamps": lambda log: log.stamps([1]),
    "whole": lambda log: list(log.whole([1])),
    "is_occupied": lambda log: log.is_occupied([(1, 1)]),
    "newest": lambda log: list(log.newest(1)),
}
USES = {
    "highest": ["id"],
    "tail": CODEX.columns,
    "start": CODEX.columns,
    "spanned": CODEX.columns,
    "odd_times": ["ts"],
    "stamps": ["id", "ts", "ts_nanos"],
    "whole": CODEX.columns,
    "is_occupied": ["id"],
    "newest": ["id", "thread_id", "process_uuid"],
}


@pytest.mark.parametrize(("read", "column"), [(read, column) for read in READS for column in USES[read]])
def test_a_column_that_is_missing_is_an_error_and_never_read_as_a_string(
    other: sqlite3.Connection, read: str, column: str
) -> None:
    """SQLite takes a quoted name that it does not know for a string: the id of each row would be the text id."""
    other.execute(table_without(column))
    with pytest.raises(sqlite3.OperationalError, match="no such column"):
        READS[read](LogReader(other))


def test_a_body_in_a_column_without_a_type_may_be_a_number(other: sqlite3.Connection) -> None:
    other.execute(
        "CREATE TABLE logs (id INTEGER PRIMARY KEY, ts, ts_nanos, feedback_log_body, thread_id, process_uuid)"
    )
    other.execute("INSERT INTO logs VALUES (1, 100, 7, 5, 'h', 'p')")
    log = LogReader(other)
    log.verify()
    assert [len(row.digest) for row in log.whole([1])] == [16]
