"""A healthy file is answered whatever its schema holds, and scanner and oracle agree about it."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import date
from typing import TYPE_CHECKING, Any, Final, NamedTuple
from zoneinfo import ZoneInfo

import pytest

from strandline.impl.memo.answer import Answer, Unavailable
from strandline.impl.memo.product.writer import schema
from strandline.impl.memo.scanner import Scanner
from strandline.impl.memo.window import Window
from strandline.model.memo.days import Span
from strandline.properties.systems.memo.live.truth import FullScan, Witness, read_truth
from strandline.properties.systems.memo.traps.trap import request

if TYPE_CHECKING:
    from pathlib import Path

UTC: Final = ZoneInfo("UTC")
ALL: Final = Window(None, None, UTC)
PAST: Final = Window(None, date(2000, 1, 1), UTC)
"""A window that the one-shot path answers."""

LOG: Final = schema.CREATE[0]
PLAIN: Final = "CREATE TABLE other (id INTEGER PRIMARY KEY, ts INTEGER, feedback_log_body, thread_id TEXT, level)"
BODIES: Final = ("no event", '{"level": "INFO"}', '{"level": ', "ä€😀", "a\0b", "", None, b"\x00\xff", 7)
INSERT: Final = """INSERT INTO {} (ts, ts_nanos, level, target, feedback_log_body, thread_id) VALUES (?, 0, 'INFO', 't',
    ?, 'h')"""


class Feature(NamedTuple):
    """What a schema may hold: a name, and what is run on each table ``{t}``, ``logs`` and another one alike."""

    name: str
    script: str


class File(NamedTuple):
    """A whole file: what is run before the log is made, how it is made, and what is run after the rows are in it."""

    name: str
    before: str = ""
    create: str = LOG
    after: str = ""


VALID: Final = "CASE WHEN json_valid(feedback_log_body) THEN feedback_log_body END"
FEATURES: Final = (
    Feature("an index on json_extract", f"CREATE INDEX i_{{t}} ON {{t}} (json_extract({VALID}, '$.level'))"),
    Feature("an index on ->>", f"CREATE INDEX i_{{t}} ON {{t}} (({VALID}) ->> '$.level')"),
    Feature("an index on lower", "CREATE INDEX i_{t} ON {t} (lower(thread_id))"),
    Feature("an index on date", "CREATE INDEX i_{t} ON {t} (date(ts, 'unixepoch'))"),
    Feature("an index on typeof", "CREATE INDEX i_{t} ON {t} (typeof(ts))"),
    Feature("an index on instr", "CREATE INDEX i_{t} ON {t} (instr(feedback_log_body, 'x'), substr(thread_id, 1, 2))"),
    Feature("an index on abs and coalesce", "CREATE INDEX i_{t} ON {t} (abs(ts), coalesce(thread_id, hex(id)))"),
    Feature("a partial index", "CREATE INDEX i_{t} ON {t} (ts) WHERE json_valid(feedback_log_body)"),
    Feature(
        "a partial index that looks alike", "CREATE INDEX i_{t} ON {t} (ts) WHERE ts >= 0 AND length(thread_id) > 0"
    ),
    Feature("a descending index without case", "CREATE INDEX i_{t} ON {t} (ts DESC, thread_id COLLATE NOCASE)"),
    Feature("a virtual column", f"ALTER TABLE {{t}} ADD COLUMN k AS (json_extract({VALID}, '$.level')) VIRTUAL"),
    Feature("an index on a virtual column", "ALTER TABLE {t} ADD k AS (upper(level)); CREATE INDEX i_{t} ON {t} (k)"),
    Feature("a view", "CREATE VIEW v_{t} AS SELECT json_extract(feedback_log_body, '$.a'), random() FROM {t}"),
    Feature("triggers", "CREATE TRIGGER g_{t} AFTER INSERT ON {t} BEGIN DELETE FROM {t} WHERE json('{{}}') = ''; END"),
    Feature("a trigger with the table's name", "CREATE TRIGGER {t} AFTER UPDATE ON {t} BEGIN SELECT random(); END"),
    Feature("an index with a quoted name", 'CREATE INDEX "main.i ""{t}""" ON {t} (ts)'),
    Feature("statistics", "ANALYZE {t}"),
    Feature("an index on a function of its own", "CREATE INDEX i_{t} ON {t} (own(thread_id))"),
    Feature("an index by a collation of its own", "CREATE INDEX i_{t} ON {t} (thread_id COLLATE own)"),
    Feature("a virtual column of a function of its own", "ALTER TABLE {t} ADD COLUMN k AS (own(thread_id)) VIRTUAL"),
)


def with_column(text: str) -> str:
    """Write the log's table with something more in it."""
    return LOG.rstrip().removesuffix(")") + f", {text})"


FILES: Final = (
    File("nothing more"),
    File("UTF-16, little end first", before="PRAGMA encoding = 'UTF-16le'"),
    File("UTF-16, big end first", before="PRAGMA encoding = 'UTF-16be'"),
    File("a STRICT log", create=f"{LOG} STRICT"),
    File("a stored column", create=with_column(f"k AS (json_extract({VALID}, '$.level')) STORED")),
    File("a body that is computed", create=LOG.replace("feedback_log_body TEXT", "raw, feedback_log_body AS (raw)")),
    File("checks", create=with_column("CHECK (json_valid('{}') AND ts IS NOT json('[]') AND date(ts) IS NOT 5)")),
    File("a check by a function of its own", create=with_column("CHECK (own(ts) IS NOT 5)")),
    File("names in capitals", create=LOG.replace("logs", "LOGS").replace("feedback_log_body", "Feedback_Log_BODY")),
    File("names in quotes", create=LOG.replace("logs", '"logs"').replace("feedback_log_body", "[feedback_log_body]")),
    File(
        "a body that is compared by a collation of its own", create=LOG.replace("_body TEXT", "_body TEXT COLLATE own")
    ),
    File("a full-text index", after="CREATE VIRTUAL TABLE f USING fts5(body); INSERT INTO f SELECT 'a'"),
    File(
        "a full-text index of the log",
        after="CREATE VIRTUAL TABLE f USING fts5(feedback_log_body, content='logs', content_rowid='id')",
    ),
    File("a spatial index", after="CREATE VIRTUAL TABLE r USING rtree(id, a, b); INSERT INTO r VALUES (1, 0, 1)"),
    File("another table that is STRICT", after="CREATE TABLE o (a INT) STRICT; INSERT INTO o VALUES (1)"),
    File("another table WITHOUT ROWID", after="CREATE TABLE o (a TEXT PRIMARY KEY) WITHOUT ROWID"),
    File("another table with names in quotes", after='CREATE TABLE "main.logs" ("a""b" TEXT, [c d], `e` AS ("c d"))'),
    File("tables named as functions of SQLite", after="CREATE TABLE json_each (value); CREATE TABLE instr (typeof)"),
    File("a table that takes JSON alone", after="CREATE TABLE o (x CHECK (json_valid(x)), y AS (x ->> '$.a') STORED)"),
    *(File(f"{name}, on the log", after=script.format(t="logs")) for name, script in FEATURES),
    *(File(f"{name}, on another table", after=f"{PLAIN}; {script.format(t='other')}") for name, script in FEATURES),
)


def connect(*args: Any, **settings: Any) -> sqlite3.Connection:  # noqa: ANN401 - as sqlite3.connect
    """Connect as a program that has a function and a collation of its own."""
    database: sqlite3.Connection = sqlite3.connect(*args, **settings)
    database.create_function("own", 1, lambda value: value, deterministic=True)
    database.create_collation("own", lambda one, two: (one > two) - (one < two))
    return database


def make(path: Path, file: File) -> None:
    """Make a log with turns and odd rows."""
    with closing(connect(path, isolation_level=None)) as database:
        database.executescript(f"{file.before}; {file.create};")
        fill(database, file, 0)
        database.executescript(file.after)


def fill(database: sqlite3.Connection, file: File, first: int) -> None:
    statement = INSERT.format("logs")
    bodies: tuple[object, ...] = BODIES
    if "raw" in file.create:
        statement = statement.replace("feedback_log_body", "raw")
    if file.create.endswith("STRICT"):
        bodies = tuple(body for body in BODIES if not isinstance(body, bytes))
    database.execute("BEGIN")
    rows = enumerate((request(f"turn-{first}"), *bodies, request(f"turn-{first + 1}")))
    database.executemany(statement, ((100 + number, body) for number, body in rows))
    database.execute("COMMIT")


def agree(path: Path, scanner: Scanner, window: Window, span: Span) -> tuple[str, ...]:
    """Ask both, and give the turns that they agree about."""
    answer, truth = scanner.turns(window), read_truth(path, span)
    assert isinstance(answer, Answer), answer
    assert isinstance(truth, FullScan), truth
    assert [*map(tuple, answer.turns)] == [*map(tuple, truth.truth.turns)]
    return tuple(turn.turn for turn in answer.turns)


@pytest.mark.parametrize("file", FILES, ids=[file.name for file in FILES])
def test_a_healthy_file_is_answered_and_both_agree(tmp_path: Path, file: File) -> None:
    path = tmp_path / "log"
    make(path, file)
    witness = Witness()
    with Scanner(path) as scanner, Scanner(path, connect=witness.connect) as watched:
        assert agree(path, scanner, ALL, Span(None, None)) == ("turn-0", "turn-1")
        assert agree(path, scanner, PAST, Span(None, 946_771_200)) == ("turn-0", "turn-1")
        with closing(connect(path, isolation_level=None)) as database:
            fill(database, file, 2)
            database.execute("DELETE FROM logs WHERE id = 1")
        assert agree(path, scanner, ALL, Span(None, None)) == ("turn-1", "turn-2", "turn-3")
        watched.turns(ALL)
        assert witness.problem is None
        assert witness.last is not None


UNKNOWN: Final = {
    "a function": (LOG.replace("ts INTEGER NOT NULL", "ts INTEGER AS (own(ts_nanos))"), "unknown function"),
    "a collation": (LOG.replace("ts INTEGER NOT NULL", "ts INTEGER COLLATE own"), "unknown collation"),
}


@pytest.mark.parametrize("name", UNKNOWN)
def test_what_only_the_logs_program_can_compute_is_named(tmp_path: Path, name: str) -> None:
    """With the function or collation that is named, the log is read."""
    create, reason = UNKNOWN[name]
    path = tmp_path / "log"
    with closing(connect(path)) as database:
        database.execute(create)
    with Scanner(path) as scanner:
        outcome = scanner.turns(PAST)
    assert isinstance(outcome, Unavailable)
    assert (outcome.reason, outcome.detail.rpartition(": ")[2]) == (reason, "own")
    assert "create_" in outcome.remedy
    with Scanner(path, connect=connect) as scanner:
        assert isinstance(scanner.turns(PAST), Answer)
