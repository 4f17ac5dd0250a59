"""The doctor: what it says of a machine and of a log, and what it never says."""

from __future__ import annotations

import json
import shutil
import sqlite3
import threading
from contextlib import closing
from typing import TYPE_CHECKING, Any, Final

import pytest
from click.testing import CliRunner

from strandline.impl.memo.answer import REMEDIES
from strandline.impl.memo.product.known_bugs import KNOWN_BUGS, bugs_in
from strandline.impl.memo.product.writer import schema
from strandline.impl.memo.product.writer.write import Plan, write
from strandline.properties.cli import main

if TYPE_CHECKING:
    from pathlib import Path

    from strandline.impl.memo.answer import Reason
    from strandline.impl.memo.product.known_bugs import Version

PRIVATE: Final = "what was asked in confidence"
ROW: Final = (1, 0, "INFO", "t", f"turn{{turn.id=a}}: {PRIVATE}", "m", "f", 1, PRIVATE, PRIVATE, 0)


def ask(*arguments: object, code: int = 0) -> str:
    result = CliRunner().invoke(main, ["doctor", *map(str, arguments)])
    assert result.exit_code == code, result.output
    return result.stdout


def document(path: Path, code: int = 0) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(ask(path, "--format", "json", code=code))
    return found


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "log"
    with closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA auto_vacuum = INCREMENTAL")
        database.execute("PRAGMA journal_mode = WAL")
        for statement in (*schema.CREATE, "CREATE TABLE other (a)"):
            database.execute(statement)
        database.execute(schema.INSERT, ROW)
        database.commit()
    return path


def test_it_says_which_versions_there_are_without_a_log() -> None:
    said = ask()
    assert sqlite3.sqlite_version in said
    assert "compile options: " in said
    assert "log:" not in said


def test_it_says_what_a_log_is_and_that_it_can_be_read(log: Path) -> None:
    found = document(log)["log"]
    assert (found["is"], found["bytes"]) == ("a file", log.stat().st_size)
    assert found["header"] == {
        "journal": "wal",
        "page_size": 4096,
        "pages": found["bytes"] // 4096,
        "free_pages": 0,
        "encoding": "UTF-8",
        "auto_vacuum": "incremental",
        "user_version": 0,
        "writer": sqlite3.sqlite_version,
    }
    assert found["schema"]["of_the_table"] == [*schema.CREATE[:1], *sorted(schema.CREATE[1:])]
    assert found["schema"]["others"] == {"table": 2}
    assert found["reader"] == {
        "projection": "codex",
        "table": "logs",
        "readable": True,
        "highest": 1,
        "sequence": 1,
    }


@pytest.mark.parametrize("form", ["text", "json"])
def test_nothing_that_is_in_a_row_is_shown(log: Path, form: str) -> None:
    assert PRIVATE not in ask(log, "--format", form)
    log.write_bytes(log.read_bytes().replace(b"CREATE TABLE other", b"CREATE TABLE OTHER\xff"))
    assert PRIVATE not in CliRunner().invoke(main, ["doctor", str(log), "--format", form]).output


def test_the_log_is_as_it_was(log: Path) -> None:
    before = log.read_bytes()
    ask(log)
    assert log.read_bytes() == before


@pytest.mark.parametrize(
    ("name", "code", "reason"),
    [
        ("a folder", 2, "not a regular file"),
        ("a text", 2, "not a database"),
        ("another", 2, "schema"),
        ("locked", 4, "busy"),
    ],
)
def test_a_log_that_cannot_be_read_has_its_reason_and_remedy(log: Path, name: str, code: int, reason: Reason) -> None:
    path = log.with_name(name)
    holder = sqlite3.connect(log.with_name("locked"), isolation_level=None)
    with closing(holder):
        holder.execute(schema.CREATE[0])
        holder.execute("BEGIN EXCLUSIVE")
        log.with_name("a folder").mkdir()
        log.with_name("a text").write_text("no database\n" * 99)
        with closing(sqlite3.connect(log.with_name("another"))) as database:
            database.execute("CREATE TABLE other (a)")
        found = document(path, code)
        said = ask(path, code=code)
    reader = found["log"]["reader"]
    assert (reader["readable"], reader["reason"], reader["remedy"]) == (False, reason, REMEDIES[reason])
    assert f"look at: unavailable: {reason}: " in said


def test_a_path_where_nothing_is_says_so(tmp_path: Path) -> None:
    assert "look at: nothing is at" in ask(tmp_path / "none", code=2)
    assert list(tmp_path.iterdir()) == []


def test_a_wal_beside_a_log_that_has_none_is_told(tmp_path: Path) -> None:
    """SQLite reads it all the same, and answers with the other file's rows."""
    path, other = tmp_path / "log", tmp_path / "other"
    write(path, Plan(rows=20, journal="delete"), threading.Event())
    with closing(sqlite3.connect(other)) as database:
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("CREATE TABLE other (a)")
        database.commit()
        shutil.copy(f"{other}-wal", f"{path}-wal")
    said = CliRunner().invoke(main, ["doctor", str(path)]).stdout
    assert "there is a -wal beside it: that is another file's" in said


def test_a_wal_with_pages_of_another_size_is_told(log: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    with closing(sqlite3.connect(other)) as database:
        database.execute("PRAGMA page_size = 1024")
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("CREATE TABLE other (a)")
        database.commit()
        shutil.copy(f"{other}-wal", f"{log}-wal")
    said = CliRunner().invoke(main, ["doctor", str(log)]).stdout
    assert "the -wal beside it has pages of 1024 bytes" in said


@pytest.mark.parametrize(
    ("version", "names"),
    [
        ((3, 34, 1), ["WAL-reset"]),
        ((3, 37, 1), ["WAL-reset", "rolled back savepoint"]),
        ((3, 37, 2), ["WAL-reset"]),
        ((3, 44, 5), ["WAL-reset"]),
        ((3, 44, 6), []),
        ((3, 45, 0), ["WAL-reset"]),
        ((3, 46, 0), ["WAL-reset"]),
        ((3, 50, 6), ["WAL-reset"]),
        ((3, 50, 7), []),
        ((3, 51, 2), ["WAL-reset"]),
        ((3, 51, 3), []),
        ((3, 52, 0), []),
        ((3, 53, 1), []),
        ((3, 6, 23), []),
    ],
)
def test_a_version_has_the_bugs_that_were_not_yet_mended_in_its_branch(version: Version, names: list[str]) -> None:
    assert [bug.name for bug in bugs_in(version)] == names


def test_a_bug_says_where_it_is_described_and_was_there_before_it_was_mended() -> None:
    for bug in KNOWN_BUGS:
        assert bug.source.startswith("https://www.sqlite.org/")
        assert sorted(bug.mended) == [*bug.mended]
        assert bug.since < bug.mended[0]


def test_the_bugs_of_this_sqlite_and_of_the_logs_last_writer_are_named(
    log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The one at risk is who writes: codex has its own SQLite."""
    content = bytearray(log.read_bytes())
    content[96:100] = (3_046_000).to_bytes(4, "big")
    log.write_bytes(content)
    monkeypatch.setattr("sqlite3.sqlite_version_info", (3, 53, 1))
    notes = document(log)["notes"]
    assert [note.partition(" (")[0] for note in notes] == ["SQLite 3.46.0 can damage what it writes"]
    monkeypatch.setattr("sqlite3.sqlite_version_info", (3, 51, 2))
    assert len(document(log)["notes"]) == 2
