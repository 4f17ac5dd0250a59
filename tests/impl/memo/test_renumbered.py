"""Claims about tables whose rows are updated in place: known by the column that every write raises, they are exact."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest

from strandline.impl.memo.answer import Answer, Unavailable
from strandline.impl.memo.projection import Fact, Projection
from strandline.impl.memo.scanner import Scanner
from strandline.impl.memo.sql import statements
from strandline.impl.memo.window import Span, Window

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

EVERYTHING = Window(None, None, ZoneInfo("UTC"))
TABLE = "CREATE TABLE tasks (task INTEGER PRIMARY KEY, at INTEGER, note TEXT, changed INTEGER NOT NULL UNIQUE)"

UPDATE = "UPDATE tasks SET note = :note, changed = :changed WHERE task = :task"
REPLACE = "INSERT OR REPLACE INTO tasks VALUES (:task, 5, :note, :changed)"
UPSERT = (
    "INSERT INTO tasks VALUES (:task, 5, :note, :changed)"
    " ON CONFLICT (task) DO UPDATE SET note = excluded.note, changed = excluded.changed"
)


def words(facts: Iterable[Fact[str]], span: Span) -> tuple[str, ...]:
    return tuple(fact.says for fact in facts if span.holds(fact.ts))


TASKS: Projection[str, str] = Projection(
    table="tasks",
    id="changed",
    ts="at",
    body="note",
    markers=("!",),
    rules=1,
    parse=bytes.decode,
    join=words,
    renumbered=True,
)


class Tasks:
    """A table of tasks, its writer, and a scanner of it."""

    def __init__(self, path: Path, table: str = TABLE, projection: Projection[Any, Any] = TASKS) -> None:
        self.writer = sqlite3.connect(path, isolation_level=None)
        self.writer.execute(table)
        self.scanner = Scanner(path, projection)
        self.changed = 0

    def write(self, statement: str, task: int, note: str) -> None:
        """Write a task; each write has a number of its own."""
        self.changed += 1
        self.writer.execute(statement, {"task": task, "note": note, "changed": self.changed})

    def answer(self) -> tuple[str, ...]:
        """Refresh; what a full scan says must be the same."""
        found = self.refresh()
        notes = self.writer.execute("SELECT note FROM tasks WHERE instr(note, '!') ORDER BY changed")
        assert found.turns == tuple(note for (note,) in notes)
        return found.turns

    def refresh(self) -> Answer:
        found = self.scanner.turns(EVERYTHING)
        assert isinstance(found, Answer), found
        return found

    def close(self) -> None:
        self.scanner.close()
        self.writer.close()


@pytest.fixture
def tasks(tmp_path: Path) -> Iterator[Tasks]:
    with closing(Tasks(tmp_path / "app.sqlite")) as made:
        yield made


@pytest.mark.parametrize("statement", [UPDATE, REPLACE, UPSERT], ids=["update", "replace", "upsert"])
def test_a_row_that_is_updated_in_place_is_seen_whatever_it_said_before(tasks: Tasks, statement: str) -> None:
    """The row that said nothing is the one that no look at the sources could find."""
    for task, note in ((1, "a!"), (2, "nothing"), (3, "c!")):
        tasks.write(REPLACE, task, note)
    assert tasks.answer() == ("a!", "c!")
    tasks.write(statement, 2, "b!")
    assert tasks.answer() == ("a!", "c!", "b!")
    tasks.write(statement, 1, "nothing")
    assert tasks.answer() == ("c!", "b!")
    tasks.write(statement, 3, "C!")
    assert tasks.answer() == ("b!", "C!")


def test_an_update_costs_the_row_that_it_changed_and_no_full_scan(tasks: Tasks) -> None:
    for task in range(1, 101):
        tasks.write(REPLACE, task, "a!" if task % 2 else "nothing")
    tasks.answer()
    tasks.write(UPDATE, 2, "b!")
    statistics = tasks.refresh().statistics
    assert (statistics.cause, statistics.rows, statistics.keys) == (None, 1, 50)


@pytest.mark.parametrize(("owners", "cause"), [((), "anchors lost"), (("task",), None)], ids=["no owners", "owners"])
def test_a_row_that_is_updated_again_and_again_costs_full_scans_unless_other_rows_are_anchors(
    tmp_path: Path, owners: tuple[str, ...], cause: str | None
) -> None:
    """H16: without owners the one anchor is the newest row, and it is the one that changes."""
    with closing(Tasks(tmp_path / "app.sqlite", projection=replace(TASKS, owners=owners))) as tasks:
        for task in range(1, 11):
            tasks.write(REPLACE, task, "a!")
        tasks.write(UPDATE, 7, "b!")
        tasks.answer()
        tasks.write(UPDATE, 7, "c!")
        assert tasks.refresh().statistics.cause == cause


@pytest.mark.parametrize(
    "table",
    [
        "CREATE TABLE tasks (task TEXT PRIMARY KEY, at INTEGER, note TEXT, changed INTEGER NOT NULL UNIQUE)",
        "CREATE TABLE tasks (at INTEGER, note TEXT, changed BIGINT NOT NULL PRIMARY KEY DESC) WITHOUT ROWID",
        "CREATE TABLE tasks (task TEXT, at INTEGER, note TEXT, changed INT NOT NULL UNIQUE, UNIQUE (task)) STRICT",
    ],
    ids=["any primary key", "without rowid", "strict"],
)
def test_the_column_that_every_write_raises_is_all_that_a_table_needs(tmp_path: Path, table: str) -> None:
    with closing(Tasks(tmp_path / "app.sqlite", table)) as tasks:
        for note in ("a!", "nothing"):
            tasks.write("INSERT INTO tasks (at, note, changed) VALUES (5, :note, :changed)", 0, note)
        assert tasks.answer() == ("a!",)
        tasks.write("UPDATE tasks SET note = :note, changed = :changed WHERE note = 'nothing'", 0, "b!")
        assert tasks.answer() == ("a!", "b!")


@pytest.mark.parametrize(
    "column",
    [
        "changed INTEGER NOT NULL",
        "changed INTEGER UNIQUE",
        "changed TEXT NOT NULL UNIQUE",
        "changed INTEGER NOT NULL, UNIQUE (task, changed)",
    ],
    ids=["not unique", "may be null", "text", "unique with another one"],
)
def test_a_column_that_cannot_tell_every_row_from_any_other_is_refused_and_named(tmp_path: Path, column: str) -> None:
    """A version that each row counts for itself is one: no tail can be read by it."""
    table = f"CREATE TABLE tasks (task INTEGER PRIMARY KEY, at INTEGER, note TEXT, {column})"
    assert refused(tmp_path / "app.sqlite", table)


@pytest.mark.parametrize("index", ["(changed) WHERE changed > 0", "(abs(changed))"], ids=["partial", "expression"])
def test_an_index_that_leaves_something_out_is_not_enough(tmp_path: Path, index: str) -> None:
    table = "CREATE TABLE tasks (task INTEGER PRIMARY KEY, at INTEGER, note TEXT, changed INTEGER NOT NULL)"
    assert refused(tmp_path / "app.sqlite", table, f"CREATE UNIQUE INDEX by_change ON tasks {index}")


def test_a_primary_key_that_an_update_leaves_alone_is_refused(tmp_path: Path) -> None:
    table = "CREATE TABLE tasks (changed INTEGER PRIMARY KEY, at INTEGER, note TEXT)"
    assert refused(tmp_path / "app.sqlite", table)


def test_a_number_that_is_none_is_unavailable_and_named(tasks: Tasks) -> None:
    tasks.write(REPLACE, 1, "a!")
    tasks.answer()
    tasks.writer.execute("UPDATE tasks SET changed = 'later'")
    found = tasks.scanner.turns(EVERYTHING)
    assert isinstance(found, Unavailable)
    assert found.reason == "schema"
    assert "the column changed of the table tasks holds b'later', which is no integer" in found.detail


def test_the_sequence_of_another_column_is_not_taken_for_that_of_the_numbers(tmp_path: Path) -> None:
    with closing(Tasks(tmp_path / "app.sqlite", TABLE.replace("KEY", "KEY AUTOINCREMENT"))) as tasks:
        tasks.write(REPLACE, 70, "a!")
        snapshot = tasks.refresh().snapshot
        assert snapshot is not None
        assert (snapshot.highest, snapshot.sequence) == (1, 0)


@pytest.mark.parametrize("name", ["tail", "beginning", "whole", "stamps", "newest", "occupied", "highest"])
def test_every_look_up_by_number_goes_by_its_index(tasks: Tasks, name: str) -> None:
    statement = getattr(statements(TASKS), name)
    asked = ("[]",) if "json_each" in statement else (0,) * statement.count("?")
    plan = [row[3] for row in tasks.writer.execute(f"EXPLAIN QUERY PLAN {statement}", asked)]
    assert any("INDEX sqlite_autoindex_tasks_1" in step for step in plan)
    assert not any(step.startswith("SCAN l") and "INDEX" not in step for step in plan)
    assert not any("TEMP B-TREE" in step for step in plan)


def refused(path: Path, *made: str) -> bool:
    """Tell whether a table is unavailable for the column that its rows should be known by."""
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        for statement in made:
            database.execute(statement)
    with Scanner(path, TASKS) as scanner:
        found = scanner.turns(EVERYTHING)
    assert isinstance(found, Unavailable)
    detail = "the column changed of the table tasks is not INTEGER NOT NULL with a UNIQUE index of its own"
    return (found.reason, detail in found.detail) == ("schema", True)
