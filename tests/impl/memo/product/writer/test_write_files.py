"""Claims about the files that the writer writes to, and about those that it refuses."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from strandline.impl.memo.product.writer import schema
from strandline.impl.memo.product.writer.write import COMMIT_MAX, Plan, WriterError
from tests.impl.memo.product.writer.writing import SMALL, ids, names, query, run

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "logs.sqlite"


# The file


ODD = pytest.mark.skipif(os.name == "nt", reason="Windows has no such file names")


@pytest.mark.parametrize(
    "name",
    [
        "#1 & 100%.db",
        "%3Fmode=ro",
        pytest.param("what? 'so\".db", marks=ODD),
        pytest.param("file:x", marks=ODD),
        pytest.param("two\nlines", marks=ODD),
    ],
)
def test_any_file_name_will_do(tmp_path: Path, name: str) -> None:
    run(tmp_path / name, SMALL)
    assert names(tmp_path) == [name]


def test_an_empty_file_becomes_a_log(path: Path) -> None:
    path.touch()
    assert run(path, SMALL).rows == 400


@pytest.mark.parametrize("journal", ["wal", "delete"])
def test_the_journal_mode_is_the_plans(path: Path, journal: str) -> None:
    plan = Plan(rows=32, journal="wal" if journal == "wal" else "delete")
    beside: set[str] = set()
    run(path, plan, lambda _: beside.update(names(path.parent)))
    assert query(path, "PRAGMA journal_mode") == [(journal,)]
    assert (f"{path.name}-wal" in beside) == (journal == "wal")


def no_database(path: Path) -> None:
    path.write_bytes(b"just some notes, long enough to have a header\n" * 9)


def foreign(*statements: str) -> Callable[[Path], None]:
    def make(path: Path) -> None:
        with closing(sqlite3.connect(path)) as connection:
            connection.executescript(";".join(statements))

    return make


def altered(old: str, new: str) -> Callable[[Path], None]:
    return foreign(schema.CREATE[0].replace(old, new))


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (Path.mkdir, "a directory"),
        (no_database, "not a database"),
        (foreign("CREATE TABLE notes (text)"), "no table named logs"),
        (foreign("CREATE VIEW logs AS SELECT 1 AS id"), "no table named logs"),
        (altered("feedback_log_body TEXT", "body TEXT"), "column logs.feedback_log_body"),
        (altered("ts INTEGER", "ts TEXT"), "column logs.ts"),
        (altered("line INTEGER", "line INTEGER, more TEXT"), "column logs.more"),
        (altered("AUTOINCREMENT", ""), "no AUTOINCREMENT"),
        (foreign(*schema.CREATE, "CREATE TABLE _sqlx_migrations (version)"), "made by codex itself"),
        (foreign(*schema.CREATE, f"PRAGMA user_version = {COMMIT_MAX}"), "no commit number"),
    ],
)
def test_what_is_not_a_log_is_refused_in_one_line_and_stays_as_it_is(
    path: Path, make: Callable[[Path], None], reason: str
) -> None:
    make(path)
    before = None if path.is_dir() or reason == "no commit number" else path.read_bytes()
    with pytest.raises(WriterError) as caught:
        run(path, SMALL)
    message = str(caught.value)
    assert message.startswith(f"{path}: ")
    assert reason in message
    assert "\n" not in message
    assert before is None or path.read_bytes() == before
    assert names(path.parent) == [path.name]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no FIFOs")
def test_a_fifo_is_refused_and_not_waited_for(path: Path) -> None:
    os.mkfifo(path)
    with pytest.raises(WriterError, match="not a regular file"):
        run(path, SMALL)


@pytest.mark.parametrize("journal", ["wal", "delete"])
def test_a_lock_that_stays_is_one_line(path: Path, journal: str) -> None:
    plan = Plan(rows=32, journal="wal" if journal == "wal" else "delete", busy=0.0)
    run(path, plan)
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        with pytest.raises(WriterError, match=r"^[^\n]*: locked for 0 s: [^\n]*$"):
            run(path, plan)


@pytest.mark.parametrize("size", [1, 99])
def test_a_file_too_short_for_a_database_is_not_written_over(path: Path, size: int) -> None:
    path.write_bytes(b"x" * size)
    with pytest.raises(WriterError, match="not a database"):
        run(path, Plan(rows=1))
    assert path.read_bytes() == b"x" * size


def test_a_missing_folder_is_one_line(path: Path) -> None:
    with pytest.raises(WriterError, match=r"^[^\n]*cannot be opened: [^\n]*$"):
        run(path / "below", SMALL)


@pytest.mark.parametrize("name", ["nul\0.db", "x" * 5000, "a\nb/c.db"])
def test_an_impossible_path_is_one_line(tmp_path: Path, name: str) -> None:
    with pytest.raises(WriterError) as caught:
        run(tmp_path / name, SMALL)
    assert "\n" not in str(caught.value)


def test_a_log_above_the_cap_on_its_size_is_not_grown(path: Path) -> None:
    with pytest.raises(WriterError, match="above the cap of 200000"):
        run(path, Plan(rows=10_000, bytes_max=200_000))
    assert 0 < len(ids(path)) < 2000


def test_a_wal_that_a_reader_pins_counts_towards_the_cap_on_size(path: Path) -> None:
    run(path, SMALL)
    with closing(sqlite3.connect(path, isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM logs").fetchone()
        with pytest.raises(WriterError, match="above the cap of 2000000"):
            run(path, Plan(rows=10_000, batch=16, partition_rows=5, bytes_max=2_000_000))
    assert path.stat().st_size < 1_000_000
