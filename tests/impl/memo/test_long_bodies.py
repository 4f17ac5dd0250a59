"""Claims about rows whose body is longer than any that is loaded, on real SQLite.

What is long is a few thousand bytes here: SQLite is told to load no value above that, as it is in use with more.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from strandline.impl.memo import log
from strandline.impl.memo.failures import failure
from strandline.impl.memo.log import LogReader, LogRow
from strandline.impl.memo.memo import NOTHING
from strandline.impl.memo.parse import MARKERS
from strandline.impl.memo.product.writer.schema import CREATE
from strandline.impl.memo.projection import BODY_MAX
from strandline.impl.memo.window import Span

if TYPE_CHECKING:
    from collections.abc import Iterator

EVER = Span(None, None)
LONGEST = 5000
BODIES: dict[str, str | bytes | None] = {
    "s": MARKERS[0],
    "c": "chatter",
    "m": MARKERS[0].ljust(LONGEST),
    "L": MARKERS[0].ljust(LONGEST + 1),
    "l": "chatter".ljust(LONGEST + 1),
    "B": bytes(LONGEST + 1),
    "b": b"blob",
    "n": None,
}
"""A body for each letter of a layout; those of L, l and B are too long."""

LAYOUTS = ["".join(letters) for length in (1, 2, 3, 4) for letters in product("sLB", repeat=length)]
EVERY_KIND = "cLmslLbnBLLs"


@pytest.fixture(autouse=True)
def longest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log, "BODY_MAX", LONGEST)


def lay_out(database: sqlite3.Connection, layout: str) -> LogReader:
    """Make a log of a row for each letter, at every second id."""
    for place, letter in enumerate(layout, 1):
        database.execute(
            "INSERT INTO logs (id, ts, ts_nanos, level, target, feedback_log_body) VALUES (?, ?, 7, '', '', ?)",
            (2 * place, 1000 - place // 2, BODIES[letter]),
        )
    return LogReader(database)


def read(reader: LogReader, *, whole: bool) -> dict[str, list[LogRow]]:
    """Give the rows in every way that they can be read in."""
    found = {
        "tail": [*reader.tail(NOTHING, 100)],
        "some of the tail": [*reader.tail(2, 2)],
        "span": [*reader.spanned(EVER)],
        "part of a span": [*reader.spanned(Span(999, 1000))],
    }
    return {**found, "whole": [*reader.whole([2, 4, 6, 8])]} if whole else found


def known(rows: list[LogRow]) -> list[tuple[object, ...]]:
    return [(row[:4], row.is_too_long(), None if row.is_too_long() else row.body, row.digest) for row in rows]


@pytest.mark.parametrize("layout", [*LAYOUTS, EVERY_KIND])
def test_the_rows_are_those_that_are_read_if_everything_is_loaded(database: sqlite3.Connection, layout: str) -> None:
    reader = lay_out(database, layout)
    loaded = {how: known(rows) for how, rows in read(reader, whole=True).items()}
    database.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, LONGEST)
    assert {how: known(rows) for how, rows in read(reader, whole=True).items()} == loaded


def test_a_text_that_is_too_long_is_not_loaded_and_a_blob_never(database: sqlite3.Connection) -> None:
    reader = lay_out(database, EVERY_KIND)
    database.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, LONGEST)
    rows = [*reader.whole(range(30))]
    assert "".join("L" if row.is_too_long() else "." for row in rows) == ".L..LL...LL."
    assert all(row.body is None and row.size is None for row in rows if row.is_too_long())
    assert [row.size for row in rows if row.kind == b"blob"] == [4, LONGEST + 1]
    assert all(row.body is None for row in rows if row.kind == b"blob")


def test_a_row_has_one_digest_however_it_is_read(database: sqlite3.Connection) -> None:
    """Of a row that is no source only the look-up has the body, unless there is none to be had."""
    reader = lay_out(database, EVERY_KIND)
    database.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, LONGEST)
    digests = [{row.id: row.digest for row in rows} for rows in read(reader, whole=False).values()]
    for place, letter in enumerate(EVERY_KIND, 1):
        (row,) = reader.whole([2 * place])
        assert letter == "c" or all(found.get(row.id, row.digest) == row.digest for found in digests)


def test_rows_that_are_too_long_are_told_apart_by_all_but_their_bodies(database: sqlite3.Connection) -> None:
    reader = lay_out(database, "LL")
    database.execute("UPDATE logs SET ts = 1, ts_nanos = 7")
    database.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, LONGEST)
    same, other = reader.whole([2, 4])
    assert same.digest == other.digest
    database.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, BODY_MAX)
    database.execute("UPDATE logs SET ts_nanos = 8 WHERE id = 4")
    database.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, LONGEST)
    same, other = reader.whole([2, 4])
    assert same.digest != other.digest


@pytest.mark.parametrize(("encoding", "most"), [("UTF-8", 67_108_864), ("UTF-16le", 44_739_242)])
def test_no_more_is_loaded_than_the_longest_body_takes_in_the_encoding_of_the_file(
    monkeypatch: pytest.MonkeyPatch, encoding: str, most: int
) -> None:
    monkeypatch.setattr(log, "BODY_MAX", BODY_MAX)
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as database:
        database.execute(f"PRAGMA encoding = '{encoding}'")
        for statement in CREATE:
            database.execute(statement)
        database.text_factory = bytes
        LogReader(database).verify()
        assert database.getlimit(sqlite3.SQLITE_LIMIT_LENGTH) == most


def test_an_owner_that_is_too_long_is_a_failure_and_no_endless_read(database: sqlite3.Connection) -> None:
    reader = lay_out(database, "ss")
    database.execute("UPDATE logs SET thread_id = ? WHERE id = 4", ("t" * (LONGEST + 1),))
    database.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, LONGEST)
    rows: Iterator[LogRow] = reader.tail(NOTHING, 100)
    with pytest.raises(sqlite3.DataError) as failed:
        list(rows)
    assert failure(Path("log"), failed.value).reason == "io"
