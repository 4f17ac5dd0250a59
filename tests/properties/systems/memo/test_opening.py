"""Claims about how the oracle opens a log: as guarded as the scanner, in code of its own."""

from __future__ import annotations

import ast
import sqlite3
from pathlib import Path
from typing import Final

import pytest

from strandline.impl.memo.answer import Unavailable
from strandline.impl.memo.product.writer.schema import CREATE
from strandline.model.memo.days import Span
from strandline.properties.systems.memo.live import opening
from strandline.properties.systems.memo.live.opening import EndlessError, opened
from strandline.properties.systems.memo.live.truth import FullScan, read_truth
from tests.impl.memo.test_guard import ENDLESS, MANY, ROW, circles, made, posing

EVER: Final = Span(None, None)


def test_the_two_openings_share_no_code() -> None:
    tree = ast.parse(Path(opening.__file__).read_text("utf-8"))
    taken = {name.module or "" for name in ast.walk(tree) if isinstance(name, ast.ImportFrom)}
    assert not {name for name in taken if name.startswith("strandline")}


def test_a_body_that_is_computed_and_too_long_is_refused_before_it_is_made(tmp_path: Path) -> None:
    """It once took four gigabytes, and then "0 turns"."""
    long = CREATE[0].replace("feedback_log_body TEXT", "feedback_log_body TEXT AS (hex(zeroblob(200000000)))")
    row = ROW.replace(", feedback_log_body", "").replace(", 'c'", "")
    path = made(tmp_path / "log", long, row)
    outcome = read_truth(path, EVER)
    assert isinstance(outcome, Unavailable)
    assert outcome.code == "SQLITE_TOOBIG"


@pytest.mark.parametrize("kind", ["view", "table"])
def test_a_view_in_the_place_of_the_table_is_refused(tmp_path: Path, kind: str) -> None:
    columns = "x AS id, 1 AS ts, 1 AS ts_nanos, 'c' AS feedback_log_body, NULL AS thread_id, NULL AS process_uuid"
    view = f"CREATE VIEW posing AS {ENDLESS} SELECT {columns} FROM c"  # noqa: S608 - texts of these modules
    outcome = read_truth(posing(tmp_path / "log", "logs", kind, "CREATE TABLE t (x)", view), EVER)
    assert isinstance(outcome, Unavailable)
    assert outcome.reason in {"schema", "corrupt"}


def test_a_table_that_has_the_name_of_a_function_changes_nothing(tmp_path: Path) -> None:
    outcome = read_truth(made(tmp_path / "log", *CREATE, ROW, "CREATE TABLE json_each (x)"), EVER)
    assert isinstance(outcome, FullScan)
    assert outcome.rows == 1


def test_pages_that_lead_in_circles_are_corrupt(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opening, "FEW", 1_000_000)
    monkeypatch.setattr(opening, "A_BYTE", 0)
    path = circles(tmp_path / "log")
    with pytest.raises(EndlessError), opened(path, path.stat().st_size, 0) as connection:
        connection.execute("SELECT max(l.ts) FROM logs AS l")
    outcome = read_truth(path, EVER)
    assert isinstance(outcome, Unavailable)
    assert outcome.reason == "corrupt"


@pytest.mark.parametrize(
    "statement", ["ATTACH 'other' AS o", "VACUUM INTO 'other'", "SELECT load_extension('x')", "SELECT x FROM v"]
)
def test_nothing_but_tables_is_read(tmp_path: Path, statement: str) -> None:
    path = made(tmp_path / "log", "CREATE TABLE t (x)", "CREATE VIEW v AS SELECT x FROM t")
    with opened(path, 0, 0) as connection:
        connection.execute("SELECT x FROM t")
        with pytest.raises(sqlite3.DatabaseError):
            connection.execute(statement)


def test_ctrl_c_in_a_query_is_no_outcome_of_it(tmp_path: Path) -> None:
    path = made(tmp_path / "log", *CREATE, MANY)
    with pytest.raises(KeyboardInterrupt), opened(path, path.stat().st_size, 0) as connection:
        _pressed(connection).execute("SELECT sum(l.id + m.id) FROM logs AS l, logs AS m")


def _pressed(connection: sqlite3.Connection) -> sqlite3.Connection:
    """Raise Ctrl-C where Python does if it is pressed while SQLite works."""

    def asked() -> bool:
        raise KeyboardInterrupt

    connection.set_progress_handler(asked, 1_000)
    return connection
