"""Claims about databases that are made to do harm: each is read within bounds, or refused, and Ctrl-C ends it."""

from __future__ import annotations

import os
import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

import pytest

from strandline.impl.memo import guard
from strandline.impl.memo.answer import Answer, Unavailable
from strandline.impl.memo.failures import failure
from strandline.impl.memo.guard import EndlessError, Guard, guarded
from strandline.impl.memo.product.doctor import STATEMENT_MAX, STATEMENTS_MAX, examine
from strandline.impl.memo.product.writer.schema import CREATE
from strandline.impl.memo.product.writer.write import Plan, WriterError, write
from strandline.impl.memo.scanner import Scanner
from strandline.impl.memo.window import Window

if TYPE_CHECKING:
    from pathlib import Path

EVER: Final = Window(None, None, ZoneInfo("UTC"))
ROW: Final = "INSERT INTO logs (ts, ts_nanos, level, target, feedback_log_body) VALUES (1, 1, 'a', 'b', 'c')"
NO_SEQUENCE: Final = CREATE[0].replace(" AUTOINCREMENT", "")
ENDLESS: Final = "WITH RECURSIVE c (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c)"


def made(path: Path, *statements: str) -> Path:
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        for statement in statements:
            database.execute(statement)
    return path


def posing(path: Path, name: str, kind: str, *statements: str) -> Path:
    """Make a database, the last statement of which makes what then poses under another name and as another kind."""
    made(path, *statements)
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        database.execute("PRAGMA writable_schema = ON")
        database.execute(
            "UPDATE sqlite_schema SET name = :name, tbl_name = :name, type = :kind, sql = replace(sql, 'posing', :name)"
            " WHERE name = 'posing'",
            {"name": name, "kind": kind},
        )
    return path


def circles(path: Path, rows: int = 12_000) -> Path:
    """Make a log of some hundred kilobytes with more rows than can be counted: each page leads to one and the same."""
    made(path, "PRAGMA page_size = 512", CREATE[0])
    with closing(sqlite3.connect(path)) as database, database:
        database.executemany(ROW, [()] * rows)
        (root,) = database.execute("SELECT rootpage FROM sqlite_schema WHERE name = 'logs'").fetchone()
    data = bytearray(path.read_bytes())
    pages = range(2, len(data) // 512 + 1)
    inner = [root, *(page for page in pages if data[(page - 1) * 512] == 5 and page != root)]
    leaf = next(page for page in pages if data[(page - 1) * 512] == 13)
    assert len(inner) > 6
    for page, following in zip(inner, [*inner[1:15], *[leaf] * len(inner)], strict=False):
        at, to = (page - 1) * 512, following.to_bytes(4, "big")
        cells = int.from_bytes(data[at + 3 : at + 5], "big")
        starts = [int.from_bytes(data[at + 12 + 2 * n : at + 14 + 2 * n], "big") for n in range(cells)]
        for start in [*starts, 8]:
            data[at + start : at + start + 4] = to
    path.write_bytes(data)
    return path


def ask(path: Path) -> Answer | Unavailable:
    with Scanner(path) as scanner:
        return scanner.turns(EVER)


def test_a_sequence_that_is_a_view_is_not_asked(tmp_path: Path) -> None:
    """It once was, and a cross join behind it kept the scanner busy for ever."""
    view = "CREATE VIEW posing AS SELECT 'logs' AS name, count(*) AS seq FROM t a, t b, t c, t d, t e"
    rows = "INSERT INTO t SELECT value FROM json_each(json_array(1, 2, 3, 4, 5, 6, 7, 8, 9))"
    path = posing(
        tmp_path / "log", "sqlite_sequence", "view", NO_SEQUENCE, ROW, "CREATE TABLE t (x)", rows, *[rows] * 50, view
    )
    outcome = ask(path)
    assert isinstance(outcome, Answer)
    assert outcome.snapshot is not None
    assert outcome.snapshot.sequence == 0


@pytest.mark.parametrize("kind", ["view", "table"])
def test_a_view_in_the_place_of_the_table_is_refused_whatever_it_calls_itself(tmp_path: Path, kind: str) -> None:
    columns = "x AS id, 1 AS ts, 1 AS ts_nanos, 'c' AS feedback_log_body, NULL AS thread_id, NULL AS process_uuid"
    view = f"CREATE VIEW posing AS {ENDLESS} SELECT {columns} FROM c"  # noqa: S608 - texts of this module
    outcome = ask(posing(tmp_path / "log", "logs", kind, "CREATE TABLE t (x)", view))
    assert isinstance(outcome, Unavailable)
    assert outcome.reason in {"schema", "corrupt"}


@pytest.mark.parametrize("name", ["json_each", "pragma_table_info", "generate_series"])
def test_a_table_that_has_the_name_of_a_function_is_a_table(tmp_path: Path, name: str) -> None:
    outcome = ask(made(tmp_path / "log", *CREATE, ROW, f"CREATE TABLE {name} (value)"))
    assert isinstance(outcome, Answer)
    assert outcome.statistics.rows == 1


def test_pages_that_lead_in_circles_come_to_an_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guard, "STEPS_FREE", 1_000_000)
    path = circles(tmp_path / "log")
    with closing(sqlite3.connect(path)) as database:
        limit = guarded(database, path.stat().st_size)
        with pytest.raises(sqlite3.OperationalError) as stopped:
            database.execute("SELECT max(l.ts) FROM logs AS l")
    assert isinstance(limit.cause(stopped.value), EndlessError)


def test_a_log_whose_pages_lead_in_circles_is_corrupt(tmp_path: Path) -> None:
    """Its ids come out of order, and that is noticed before the work is too much."""
    outcome = ask(circles(tmp_path / "log"))
    assert isinstance(outcome, Unavailable)
    assert (outcome.reason, outcome.code) == ("corrupt", "SQLITE_CORRUPT")


def test_a_log_that_takes_too_much_work_is_corrupt(tmp_path: Path) -> None:
    assert failure(tmp_path / "log", EndlessError("too much")).reason == "corrupt"


def test_no_statement_reads_through_a_view(tmp_path: Path) -> None:
    path = made(tmp_path / "log", "CREATE TABLE t (x)", "CREATE VIEW v AS SELECT x FROM t")
    with closing(sqlite3.connect(path)) as database:
        guarded(database, 0)
        database.execute("SELECT x FROM t")
        with pytest.raises(sqlite3.DatabaseError, match=r"prohibited|not authorized"):
            database.execute("SELECT x FROM v")


@pytest.mark.parametrize("function", ["load_extension('x')", "fts3_tokenizer('x')"])
def test_no_function_is_called_that_does_more_than_compute(function: str) -> None:
    with closing(sqlite3.connect(":memory:")) as database:
        guarded(database, 0)
        with pytest.raises(sqlite3.Error):
            database.execute(f"SELECT {function}")


@pytest.fixture
def pressed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Press Ctrl-C while SQLite works: Python raises it where SQLite asks whether to go on."""

    def stops(_guard: Guard) -> bool:
        raise KeyboardInterrupt

    monkeypatch.setattr(Guard, "stops", stops)


MANY: Final = ROW.partition("VALUES")[0] + f"{ENDLESS} SELECT x, 1, 'a', 'b', 'c' FROM c LIMIT 5000"  # noqa: S608 - texts of this module


@pytest.mark.usefixtures("pressed")
def test_ctrl_c_in_a_query_is_no_outcome_of_it(tmp_path: Path) -> None:
    path = made(tmp_path / "log", *CREATE, MANY)
    with pytest.raises(KeyboardInterrupt):
        ask(path)


@pytest.mark.usefixtures("pressed")
def test_ctrl_c_ends_a_writer_in_the_midst_of_its_transaction(tmp_path: Path) -> None:
    path = made(tmp_path / "log", *CREATE, MANY)
    with pytest.raises(KeyboardInterrupt):
        write(path, Plan(rows=10, journal="delete"), threading.Event())


@pytest.mark.usefixtures("pressed")
def test_a_query_in_another_thread_hears_no_ctrl_c_and_ends_in_an_outcome(tmp_path: Path) -> None:
    path = made(tmp_path / "log", *CREATE, MANY)
    with ThreadPoolExecutor(1) as pool:
        outcome = pool.submit(ask, path).result()
    assert isinstance(outcome, Unavailable)
    assert outcome.reason == "interrupted"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no FIFOs here")
@pytest.mark.parametrize("end", ["-journal", "-wal", "-shm"])
def test_a_fifo_beside_a_log_is_not_waited_for(tmp_path: Path, end: str) -> None:
    path = made(tmp_path / "log", *CREATE, ROW)
    os.mkfifo(f"{path}{end}")
    outcomes: list[object] = []

    def look() -> None:
        outcomes.extend((ask(path), examine(path, "").exit_code))

    thread = threading.Thread(target=look, daemon=True)
    thread.start()
    thread.join(60)
    outcome, code = outcomes
    assert isinstance(outcome, Unavailable)
    assert (outcome.reason, code) == ("not a regular file", 2)


STRANGE: Final = {
    "trigger": "CREATE TRIGGER t AFTER INSERT ON logs BEGIN DELETE FROM logs WHERE id < 0; END",
    "view": f"CREATE VIEW v AS {ENDLESS} SELECT x FROM c",  # noqa: S608 - a text of this module
    "table": "CREATE TABLE other (x)",
    "index": "CREATE INDEX i ON logs (hex(zeroblob(line)))",
}
"""What no writer made, by its kind."""


@pytest.mark.parametrize("kind", STRANGE)
def test_the_writer_looks_at_the_whole_schema_before_it_writes(tmp_path: Path, kind: str) -> None:
    path = made(tmp_path / "log", *CREATE, STRANGE[kind])
    before = path.read_bytes()
    with pytest.raises(WriterError, match=f"it has the {kind} . besides|it has the {kind} other besides"):
        write(path, Plan(rows=10), threading.Event())
    assert path.read_bytes() == before


def test_the_writer_refuses_a_table_that_checks_and_computes(tmp_path: Path) -> None:
    path = made(tmp_path / "log", CREATE[0].replace("line INTEGER", "line INTEGER CHECK (line < 9)"))
    with pytest.raises(WriterError, match="declared otherwise"):
        write(path, Plan(rows=10), threading.Event())


def test_a_trigger_that_comes_while_the_writer_writes_is_seen(tmp_path: Path) -> None:
    path = tmp_path / "log"

    def meanwhile(progress: object) -> None:
        if getattr(progress, "rows", 0) == 128:
            made(path, STRANGE["trigger"])

    with pytest.raises(WriterError, match="it has the trigger t besides"):
        write(path, Plan(rows=1000), threading.Event(), meanwhile)


def test_the_writer_comes_to_an_end_over_pages_that_lead_in_circles(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guard, "STEPS_FREE", 1_000_000)
    path = circles(tmp_path / "log")
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        database.execute("PRAGMA user_version = 1")
    with pytest.raises(WriterError):
        write(path, Plan(rows=10, journal="delete"), threading.Event())


def test_the_doctor_tells_so_much_of_a_schema_and_no_more(tmp_path: Path) -> None:
    indexes = [f"CREATE INDEX i{n} ON logs (line) WHERE line <> '{'x' * 20_000}'" for n in range(STATEMENTS_MAX + 7)]
    finding = examine(made(tmp_path / "log", *CREATE, *indexes), "")
    told = finding.document["log"]["schema"]
    assert (len(told["of_the_table"]), told["left_out"]) == (STATEMENTS_MAX, 7 + len(CREATE))
    assert max(map(len, told["of_the_table"])) <= STATEMENT_MAX
