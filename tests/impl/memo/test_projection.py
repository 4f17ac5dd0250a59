"""Claims about projections: what is refused, how names get into SQL, and what a scan needs of a table."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest

from strandline.impl.memo.answer import Answer, Unavailable
from strandline.impl.memo.codex import CODEX
from strandline.impl.memo.joined import joined
from strandline.impl.memo.log import LogReader
from strandline.impl.memo.memo import OPEN, Place
from strandline.impl.memo.projection import Fact, Projection, Skipped
from strandline.impl.memo.scan import Rank, Reading, glance, read
from strandline.impl.memo.scanner import Scanner
from strandline.impl.memo.sql import statements
from strandline.impl.memo.window import Span, Window

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

EVERY = 1_000
EVERYTHING = Window(None, None, ZoneInfo("UTC"))
ODD = "we\"ird 'x'; --"
"""A name that SQL has to quote twice over."""


def words(facts: Iterable[Fact[str]], span: Span) -> tuple[str, ...]:
    return tuple(fact.says for fact in facts if span.holds(fact.ts))


PLAIN: Projection[str, str] = Projection(
    table="notes", id="n", ts="at", body="note", markers=("!",), rules=1, parse=bytes.decode, join=words
)


@pytest.fixture
def notes() -> Iterator[sqlite3.Connection]:
    """A table with nothing but what a projection must have."""
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        connection.text_factory = bytes
        connection.execute("CREATE TABLE notes (n INTEGER PRIMARY KEY, at INTEGER, note TEXT)")
        yield connection


def look(database: sqlite3.Connection, projection: Projection[Any, Any]) -> Reading:
    return read(LogReader(database, projection), None, OPEN, Rank(0, Place(1, 1), 1, 1), EVERY)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"table": ""}, "the table is an empty text; give its name"),
        ({"id": "a\0b"}, r"the column 'a\\x00b' holds a NUL, at which SQLite would end the statement; leave it out"),
        ({"body": "\ud800"}, r"the column '\\ud800' holds a lone surrogate, which has no UTF-8; leave it out"),
        ({"nanos": ""}, "the column is an empty text; give its name"),
        ({"owners": ("a", "")}, "the column is an empty text; give its name"),
        ({"markers": ("!", "\0")}, r"the marker '\\x00' holds a NUL, at which SQLite would end the statement"),
        ({"markers": ("",)}, "the marker is an empty text; give its name"),
        ({"ts": "N"}, "the column 'n' of the table 'notes' is named twice; name each once"),
        ({"owners": ("note",)}, "the column 'note' of the table 'notes' is named twice; name each once"),
    ],
)
def test_what_no_statement_can_hold_is_refused_when_the_projection_is_made(
    change: dict[str, Any], message: str
) -> None:
    with pytest.raises(ValueError, match=f"^{message}") as caught:
        replace(PLAIN, **change)
    assert "\n" not in str(caught.value)


def test_a_projection_is_equal_to_itself_only() -> None:
    """What its functions do cannot be compared, and statements are kept by projection."""
    assert len({PLAIN, PLAIN, replace(PLAIN)}) == 2


def test_columns_are_one_if_sqlite_takes_them_for_one_and_only_then() -> None:
    """SQLite folds ASCII letters alone."""
    assert replace(PLAIN, owners=("\u00e9", "\u00c9")).owners == ("\u00e9", "\u00c9")


def test_any_other_name_and_marker_is_quoted() -> None:
    names: dict[str, Any] = {part: f"{part} {ODD}" for part in ("table", "id", "ts", "body", "nanos")}
    owners = (f"owner {ODD}", "select")
    odd = replace(PLAIN, **names, owners=owners, markers=(f"marker {ODD}", "100%_"))
    columns = [f'"{names[part]}"'.replace('we"ird', 'we""ird') for part in ("id", "ts", "body", "nanos")]
    table, *others = [f'"{name}"'.replace('we"ird', 'we""ird') for name in (names["table"], *owners)]
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as database:
        database.text_factory = bytes
        rest = ", ".join([*columns[1:], *others])
        database.execute(f"CREATE TABLE {table} ({columns[0]} INTEGER PRIMARY KEY, {rest})")
        rows = [
            (1, 5, f"a marker {ODD}", 0, "o", None),
            (2, 6, "b 100%_", 1, None, "s"),
            (3, 7, "100 _", 2, None, None),
        ]
        database.executemany(f"INSERT INTO {table} VALUES (?, ?, ?, ?, ?, ?)", rows)  # noqa: S608 - quoted above
        log = LogReader(database, odd)
        log.verify()
        reading = look(database, odd)
        assert words(reading.memo.sources, Span(None, None)) == (f"a marker {ODD}", "b 100%_")
        assert [anchor.partition for anchor in reading.memo.anchors] == [(0, b"o"), (1, b"s"), None]
        assert glance(log, Span(6, None), Rank(0, Place(1, 1), 1, 1)).turns == ("b 100%_",)
        assert log.stamps([1, 2]) == {1: (5, 0), 2: (6, 1)}
        assert (log.highest(), log.odd_times(), log.is_occupied([(3, 9)]), log.sequence()) == (3, 0, True, 0)
        again = read(log, reading.memo, OPEN, Rank(0, Place(1, 1), 2, 1), EVERY)
        assert (again.cause, again.rows, again.keys) == (None, 0, 2)


def test_a_table_without_a_fraction_of_the_second_has_rows_at_full_seconds(notes: sqlite3.Connection) -> None:
    notes.execute("INSERT INTO notes VALUES (1, 5, 'a!')")
    (fact,) = look(notes, PLAIN).memo.sources
    assert (fact.ts, fact.nanos) == (5, 0)
    assert LogReader(notes, PLAIN).stamps([1]) == {1: (5, 0)}


def test_a_table_without_owners_is_one_partition(notes: sqlite3.Connection) -> None:
    notes.executemany("INSERT INTO notes VALUES (?, 5, 'a!')", [(1,), (2,)])
    (anchor,) = look(notes, PLAIN).memo.anchors
    assert (anchor.id, anchor.partition) == (2, None)


def test_without_markers_every_body_is_fetched(notes: sqlite3.Connection) -> None:
    notes.executemany("INSERT INTO notes VALUES (?, 5, ?)", [(1, ""), (2, "b"), (3, None)])
    null = Skipped("null")
    assert [fact.says for fact in look(notes, replace(PLAIN, markers=())).memo.sources] == ["", "b", null]
    assert [fact.says for fact in look(notes, PLAIN).memo.sources] == [null]


def test_a_join_and_a_summary_get_what_their_own_parser_said_and_no_row_that_was_skipped(
    notes: sqlite3.Connection,
) -> None:
    def said(facts: Iterable[Fact[str]], span: Span) -> list[object]:
        return [fact.says for fact in facts if span.holds(fact.ts)]

    notes.executemany(
        "INSERT INTO notes VALUES (?, ?, ?)", [(1, 5, "a!"), (2, 5, None), (3, "soon", "c!"), (4, 5, b"!")]
    )
    telling = replace(PLAIN, summarize=said)
    found = glance(LogReader(notes, telling), Span(None, None), Rank(0, Place(1, 1), 1, 1))
    assert (found.turns, found.summary) == (("a!",), ["a!"])
    assert found.skipped == (("blob", 1), ("null", 1), ("ts", 1))
    again = joined(telling, look(notes, telling).memo.sources, Span(None, None))
    assert (again.turns, again.summary, again.skipped) == (found.turns, found.summary, found.skipped)


def test_a_projection_without_a_summary_says_none(notes: sqlite3.Connection) -> None:
    notes.execute("INSERT INTO notes VALUES (1, 5, 'a!')")
    assert joined(PLAIN, look(notes, PLAIN).memo.sources, Span(None, None)).summary is None


def test_a_parser_that_cannot_decode_a_body_skips_the_row(notes: sqlite3.Connection) -> None:
    notes.execute("INSERT INTO notes VALUES (1, 5, CAST(x'ff21' AS TEXT))")
    (fact,) = look(notes, PLAIN).memo.sources
    assert fact.says == Skipped("utf8")


def test_a_join_gets_the_facts_of_the_one_shot_path_by_ascending_id_though_they_come_by_time(
    notes: sqlite3.Connection,
) -> None:
    notes.execute("CREATE INDEX by_time ON notes (at)")
    notes.executemany("INSERT INTO notes VALUES (?, ?, ?)", [(1, 9, "a!"), (2, 8, "b!"), (3, 7, "c!")])
    assert glance(LogReader(notes, PLAIN), Span(5, 10), Rank(0, Place(1, 1), 1, 1)).turns == ("a!", "b!", "c!")


def test_the_statements_of_a_projection_are_written_once() -> None:
    assert statements(PLAIN) is statements(PLAIN)
    assert statements(PLAIN) != statements(CODEX)


@pytest.mark.parametrize(
    ("made", "detail"),
    [
        ("CREATE TABLE logs (n INTEGER PRIMARY KEY)", "there is no table named notes"),
        ("CREATE TABLE notes (n INTEGER PRIMARY KEY, note TEXT)", "the table notes has no column at"),
        ("CREATE TABLE notes (n INTEGER, at INTEGER PRIMARY KEY, note TEXT)", "the column n of the table notes is not"),
    ],
)
def test_a_table_that_is_not_the_projections_is_unavailable_and_named(tmp_path: Path, made: str, detail: str) -> None:
    path = tmp_path / "app.sqlite"
    with closing(sqlite3.connect(path)) as database:
        database.execute(made)
    with Scanner(path, PLAIN) as scanner:
        outcome = scanner.turns(EVERYTHING)
    assert isinstance(outcome, Unavailable)
    assert outcome.reason == "schema"
    assert detail in outcome.detail


def test_a_scanner_of_another_table_answers_goes_on_and_finds_nothing_new(tmp_path: Path) -> None:
    path = tmp_path / "app.sqlite"
    with closing(sqlite3.connect(path, isolation_level=None)) as database, Scanner(path, PLAIN) as scanner:
        database.execute("CREATE TABLE notes (n INTEGER PRIMARY KEY, at INTEGER, note TEXT)")
        database.execute("INSERT INTO notes VALUES (1, 5, 'a!')")
        assert answered(scanner) == (("a!",), "memo", 1)
        assert answered(scanner) == (("a!",), "unchanged", 0)
        database.execute("INSERT INTO notes VALUES (2, 6, 'b!')")
        assert answered(scanner) == (("a!", "b!"), "memo", 1)


def answered(scanner: Scanner) -> tuple[tuple[str, ...], str, int]:
    outcome = scanner.turns(EVERYTHING)
    assert isinstance(outcome, Answer)
    return outcome.turns, outcome.statistics.path, outcome.statistics.rows
