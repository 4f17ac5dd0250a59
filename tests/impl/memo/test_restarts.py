"""Claims about scanners that share a persisted memo: right after a restart, beside others, and after a drop."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest
import trio

from strandline.impl.memo.answer import Answer
from strandline.impl.memo.scanner import Scanner
from strandline.impl.memo.trio import TrioScanner
from strandline.impl.memo.window import Window
from tests.impl.memo.machine import SCHEMA, request

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ALWAYS = Window(None, None, ZoneInfo("UTC"))
DAY = 86_400


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "logs.sqlite"


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    return tmp_path / "memos.sqlite"


@pytest.fixture
def writer(path: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute(SCHEMA)
        yield connection


def insert(writer: sqlite3.Connection, *turns: str, ts: int = 1) -> None:
    for turn in turns:
        body = request(turn)
        writer.execute("INSERT INTO logs (ts, ts_nanos, feedback_log_body) VALUES (?, 0, ?)", (ts, body))


def asked(scanner: Scanner, window: Window = ALWAYS) -> Answer:
    found = scanner.turns(window)
    assert isinstance(found, Answer)
    return found


def names(answer: Answer) -> list[str]:
    return [turn.turn for turn in answer.turns]


def once(path: Path, kept: Path, window: Window = ALWAYS) -> Answer:
    """Ask a scanner of its own, as a process of its own would."""
    with Scanner(path, memo=kept) as scanner:
        return asked(scanner, window)


def test_a_scanner_goes_on_from_where_the_one_before_it_stopped(
    path: Path, kept: Path, writer: sqlite3.Connection
) -> None:
    insert(writer, "a", "b")
    assert once(path, kept).statistics.cause == "no memo"
    again = once(path, kept)
    assert (names(again), again.statistics.cause, again.statistics.rows) == (["a", "b"], None, 0)
    writer.execute("DELETE FROM logs WHERE id = 1")
    insert(writer, "c")
    again = once(path, kept)
    assert (names(again), again.statistics.cause, again.statistics.rows) == (["b", "c"], None, 1)


def test_without_a_file_nothing_is_kept(path: Path, tmp_path: Path, writer: sqlite3.Connection) -> None:
    insert(writer, "a")
    with Scanner(path) as scanner:
        asked(scanner)
        assert scanner.persistence is None
    assert {one.name for one in tmp_path.iterdir()} == {"logs.sqlite"}


def test_two_scanners_in_turn_keep_each_others_news(path: Path, kept: Path, writer: sqlite3.Connection) -> None:
    insert(writer, "a")
    with Scanner(path, memo=kept) as one, Scanner(path, memo=kept) as other:
        for turn in "bcdef":
            asked(one)
            insert(writer, turn)
            asked(other)
    again = once(path, kept)
    assert (names(again), again.statistics.rows) == (list("abcdef"), 0)


def test_a_scanner_that_was_overtaken_reads_once_more_before_it_saves(
    path: Path, kept: Path, writer: sqlite3.Connection
) -> None:
    """Whose memo is newer nobody knows: the slow one may have read before the fast one began, or after it ended."""
    insert(writer, "a")
    slow = Scanner(path, memo=kept)
    asked(slow)
    insert(writer, "b")
    asked(slow)
    insert(writer, "c")
    once(path, kept)
    writer.execute("DELETE FROM logs WHERE id = 1")
    slow.close()
    assert slow.persistence is not None
    assert (slow.persistence.lost, slow.persistence.saves) == (1, 2)
    again = once(path, kept)
    assert (names(again), again.statistics.rows, again.statistics.keys) == (["b", "c"], 0, 2)


def test_a_narrow_scanner_does_not_replace_a_wide_memo(path: Path, kept: Path, writer: sqlite3.Connection) -> None:
    today = int(datetime.now(UTC).timestamp())
    insert(writer, "a")
    insert(writer, "b", ts=today)
    narrow = Window(date.fromtimestamp(today - 2 * DAY), None, ZoneInfo("UTC"))  # noqa: DTZ012 - some day or other
    with Scanner(path, memo=kept) as one:
        asked(one, narrow)
        once(path, kept)
        insert(writer, "c", ts=today)
        assert names(asked(one, narrow)) == ["b", "c"]
    again = once(path, kept)
    assert (names(again), again.statistics.cause) == (["a", "b", "c"], None)
    assert names(once(path, kept, narrow)) == ["b", "c"]
    assert once(path, kept).statistics.cause is None


def test_a_forced_drop_reaches_the_other_scanner_and_the_next(
    path: Path, kept: Path, writer: sqlite3.Connection
) -> None:
    insert(writer, "a")
    with Scanner(path, memo=kept) as one, Scanner(path, memo=kept) as other:
        asked(one)
        assert asked(other).statistics.cause is None
        one.drop()
        writer.execute("UPDATE logs SET feedback_log_body = ? WHERE id = 1", (request("z"),))
        assert names(asked(other)) == ["z"]
        assert names(asked(one)) == ["z"]
    assert names(once(path, kept)) == ["z"]


def test_a_log_that_was_replaced_is_read_anew(path: Path, kept: Path, writer: sqlite3.Connection) -> None:
    insert(writer, "a")
    once(path, kept)
    other = path.with_name("other")
    with closing(sqlite3.connect(other, isolation_level=None)) as connection:
        connection.execute(SCHEMA)
        insert(connection, "x", "y", "z")
    other.replace(path)
    again = once(path, kept)
    assert (names(again), again.statistics.cause) == (["x", "y", "z"], "no memo")
    assert once(path, kept).statistics.cause is None


def test_a_sequence_that_is_lower_than_it_was_tells_another_history(
    path: Path, kept: Path, writer: sqlite3.Connection
) -> None:
    """H07: a copy brings a row back into a gap that is forgotten; anchors, sources and gaps all agree with it."""
    for row in range(1, 141):
        insert(writer, f"t{row}")
    writer.execute("DELETE FROM logs WHERE id % 2 = 0 AND id < 140")
    copy = path.read_bytes()
    insert(writer, "u")
    writer.execute("DELETE FROM logs WHERE id = 141")
    writer.execute("DELETE FROM logs WHERE id = 3")
    once(path, kept)
    writer.close()
    path.write_bytes(copy)
    with Scanner(path, memo=kept) as scanner:
        again = asked(scanner)
        assert scanner.persistence is not None
        assert scanner.persistence.ignored == "another history: the log's sequence is lower than it was"
    assert "t3" in names(again)


def test_a_file_that_cannot_be_used_costs_the_memo_and_not_the_answer(
    path: Path, kept: Path, writer: sqlite3.Connection
) -> None:
    insert(writer, "a")
    kept.mkdir()
    with Scanner(path, memo=kept) as scanner:
        assert names(asked(scanner)) == ["a"]
        assert scanner.persistence is not None
        assert scanner.persistence.ignored is not None
        assert "not a regular file" in scanner.persistence.ignored


def test_a_trio_scanner_keeps_its_memo_as_well(path: Path, kept: Path, writer: sqlite3.Connection) -> None:
    insert(writer, "a", "b")

    async def ask() -> Answer:
        async with TrioScanner(path, memo=kept) as scanner:
            found = await scanner.turns(ALWAYS)
            assert isinstance(found, Answer)
            insert(writer, "c")
            await scanner.turns(ALWAYS)
            return found

    assert trio.run(ask).statistics.cause == "no memo"
    again = trio.run(ask)
    assert (names(again), again.statistics.cause, again.statistics.rows) == (["a", "b", "c"], None, 0)
