"""The full scan of a real log, by itself and inside the scanner's own transactions."""

from __future__ import annotations

import errno
import os
import sqlite3
import threading
from contextlib import closing, contextmanager
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING
from unittest.mock import Mock
from zoneinfo import ZoneInfo

import pytest

from strandline.impl.memo import log as log_of_scanner
from strandline.impl.memo.answer import Answer, Unavailable
from strandline.impl.memo.product.writer import schema
from strandline.impl.memo.product.writer.write import Plan, write
from strandline.impl.memo.scanner import Scanner
from strandline.impl.memo.window import Window
from strandline.model.memo.days import Span
from strandline.properties.systems.memo.live import truth
from strandline.properties.systems.memo.live.truth import FullScan, Witness, read_truth

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

EVER = Span(None, None)
ALL = Window(None, None, ZoneInfo("UTC"))
NOW = int(datetime(2026, 3, 1, 12, tzinfo=UTC).timestamp())
REQUEST = 'turn{turn.id=%s}: websocket request: {"type":"response.create","service_tier":"priority","model":"m"}'


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "a log?#%20.sqlite"
    write(path, Plan(codex="0.158", rows=600, noise=0.1), threading.Event(), now=NOW)
    return path


def empty_log(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        for statement in schema.CREATE:
            connection.execute(statement)
        connection.commit()


def insert(path: Path, ts: object, body: object) -> None:
    with closing(sqlite3.connect(path)) as connection:
        row = (ts, 0, "TRACE", "t", body, None, None, None, None, None, 0)
        connection.execute(schema.INSERT, row)
        connection.commit()


def found(path: Path, span: Span = EVER) -> FullScan:
    scan = read_truth(path, span)
    assert isinstance(scan, FullScan)
    return scan


def test_the_full_scan_of_a_written_log_agrees_with_the_scanner(log: Path) -> None:
    with Scanner(log) as scanner:
        answer = scanner.turns(ALL)
    assert isinstance(answer, Answer)
    scan = found(log)
    assert scan.rows == 600
    assert len(scan.truth.turns) > 10
    assert [*map(tuple, scan.truth.turns)] == [*map(tuple, answer.turns)]


def test_text_blob_null_and_bytes_that_do_not_decode_are_told_apart(tmp_path: Path) -> None:
    path = tmp_path / "log"
    empty_log(path)
    insert(path, 10, REQUEST % "a")
    insert(path, 10, (REQUEST % "b").encode())
    insert(path, 10, None)
    insert(path, "no time", REQUEST % "c")
    insert(path, 99, REQUEST % "d")
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(
            "UPDATE logs SET feedback_log_body = CAST(? AS TEXT) WHERE id = 5", (b"websocket event: \xff",)
        )
        connection.commit()
    scan = found(path, Span(0, 100))
    assert [turn.turn for turn in scan.truth.turns] == ["a"]
    assert dict(scan.truth.skipped) == {"blob": 1, "null": 1, "ts": 1, "utf8": 1}


@pytest.mark.parametrize("encoding", ["UTF-8", "UTF-16le", "UTF-16be"])
def test_a_text_that_is_too_long_is_skipped_whatever_it_holds_and_by_the_scanner_alike(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, encoding: str
) -> None:
    monkeypatch.setattr(truth, "LONGEST", 9000)
    monkeypatch.setattr(truth, "LONGEST_OF_UTF_16", 6000)
    monkeypatch.setattr(log_of_scanner, "BODY_MAX", 9000)
    longest = 9000 if encoding == "UTF-8" else 3000  # more than a page, as in use
    path = tmp_path / "log"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(f"PRAGMA encoding = '{encoding}'")
        for statement in schema.CREATE:
            connection.execute(statement)
        connection.commit()
    insert(path, 10, (REQUEST % "a").rjust(longest))
    insert(path, 10, (REQUEST % "b").rjust(longest + 1))
    insert(path, 10, "chatter".ljust(longest + 1))
    insert(path, 10, bytes(9001))
    insert(path, "no time", (REQUEST % "c").rjust(longest + 1))
    insert(path, 1_000_000, (REQUEST % "d").rjust(longest + 1))
    first = date(1970, 1, 1)
    scan = found(path, Span(0, 86_400))
    assert [turn.turn for turn in scan.truth.turns] == ["a"]
    assert dict(scan.truth.skipped) == {"blob": 1, "size": 2, "ts": 1}
    with Scanner(path) as scanner:
        answer = scanner.turns(Window(first, first, ZoneInfo("UTC")))
    assert isinstance(answer, Answer)
    assert ([*map(tuple, answer.turns)], answer.skipped) == (
        [*map(tuple, scan.truth.turns)],
        scan.truth.skipped,
    )


def test_a_thread_that_does_not_decode_is_none_and_the_spans_are_asked_by_the_scanner_alike(tmp_path: Path) -> None:
    path = tmp_path / "log"
    empty_log(path)
    insert(path, 10, (REQUEST % "a").replace("turn.id=a", "turn.id=a thread_id=span"))
    insert(path, 10, REQUEST % "b")
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("UPDATE logs SET thread_id = CAST(? AS TEXT)", (b"\xff",))
        connection.commit()
    with Scanner(path) as scanner:
        answer = scanner.turns(ALL)
    assert isinstance(answer, Answer)
    assert [turn.thread for turn in found(path).truth.turns] == ["span", None]
    assert [*map(tuple, answer.turns)] == [*map(tuple, found(path).truth.turns)]


def test_what_sqlite_may_load_is_again_what_it_was_after_a_full_scan(log: Path) -> None:
    with closing(sqlite3.connect(log)) as connection:
        connection.text_factory = bytes
        before = connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, 70_000_000)
        truth.full_scan(connection, EVER)
        assert connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, before) == 70_000_000


def test_a_span_leaves_out_what_lies_outside(log: Path) -> None:
    assert found(log, Span(NOW + 10_000, None)).truth.turns == ()


def test_nothing_at_the_path_is_no_failure(tmp_path: Path) -> None:
    assert read_truth(tmp_path / "missing", EVER) is None
    assert list(tmp_path.iterdir()) == []


def test_what_is_no_log_is_unavailable_with_its_reason(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(truth, "BUSY", 0.0)
    text = tmp_path / "text"
    text.write_text("hello, this is no database at all" * 40)
    other = tmp_path / "other"
    view = tmp_path / "view"
    locked = tmp_path / "locked"
    with closing(sqlite3.connect(other)) as connection:
        connection.execute("CREATE TABLE things (id INTEGER)")
    with closing(sqlite3.connect(view)) as connection:
        connection.execute("CREATE VIEW logs AS SELECT 1 AS id")
    empty_log(locked)
    with closing(sqlite3.connect(locked, isolation_level=None)) as holder:
        holder.execute("BEGIN EXCLUSIVE")
        reasons = {
            path.name: outcome.reason if isinstance(outcome := read_truth(path, EVER), Unavailable) else outcome
            for path in (tmp_path, text, other, view, locked)
        }
    assert reasons == {
        tmp_path.name: "not a regular file",
        "text": "not a database",
        "other": "schema",
        "view": "schema",
        "locked": "busy",
    }


def test_a_path_that_may_not_be_looked_at_is_a_matter_of_permission(log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def forbidden(self: Path) -> os.stat_result:
        raise PermissionError(errno.EACCES, "Permission denied", str(self))

    monkeypatch.setattr(type(log), "stat", forbidden)
    assert read_truth(log, EVER) == Unavailable("permission", f"{log} cannot be reached: Permission denied")


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("SQLITE_READONLY_ROLLBACK", "needs recovery"),
        ("SQLITE_READONLY_RECOVERY", "needs recovery"),
        ("SQLITE_READONLY_CANTINIT", "folder not writable"),
        ("SQLITE_READONLY", "permission"),
    ],
)
def test_only_a_log_left_in_the_middle_needs_recovery(
    log: Path, monkeypatch: pytest.MonkeyPatch, code: str, reason: str
) -> None:
    def failing(_connection: sqlite3.Connection, _span: Span) -> FullScan:
        error = sqlite3.OperationalError("read only")
        error.sqlite_errorname, error.sqlite_errorcode = code, getattr(sqlite3, code)
        raise error

    monkeypatch.setattr(truth, "full_scan", failing)
    outcome = read_truth(log, EVER)
    assert isinstance(outcome, Unavailable)
    assert outcome.reason == reason


def test_a_file_with_a_second_name_is_refused_as_by_the_scanner(log: Path) -> None:
    log.with_name("alias").hardlink_to(log)
    outcome = read_truth(log.with_name("alias"), EVER)
    assert isinstance(outcome, Unavailable)
    assert outcome.reason == "hard link"


def test_a_log_that_is_cut_within_its_last_page_is_damaged_as_for_the_scanner(log: Path) -> None:
    log.write_bytes(log.read_bytes()[:-100])
    outcome = read_truth(log, EVER)
    assert isinstance(outcome, Unavailable)
    assert outcome.reason == "corrupt"


def test_a_row_that_is_not_found_by_its_key_is_damage_and_no_type_error(
    log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(truth, "_TEXT", "SELECT 1 WHERE ? IS NULL")
    outcome = read_truth(log, EVER)
    assert isinstance(outcome, Unavailable)
    assert (outcome.reason, outcome.code) == ("corrupt", "SQLITE_CORRUPT")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no FIFOs here")
def test_a_fifo_is_refused_and_does_not_hang(tmp_path: Path) -> None:
    path = tmp_path / "fifo"
    os.mkfifo(path)
    outcome = read_truth(path, EVER)
    assert isinstance(outcome, Unavailable)
    assert outcome.reason == "not a regular file"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no FIFOs here")
@pytest.mark.parametrize("suffix", ["-wal", "-shm", "-journal"])
def test_a_fifo_beside_a_log_is_refused_and_does_not_hang(log: Path, suffix: str) -> None:
    beside = log.with_name(log.name + suffix)
    beside.unlink(missing_ok=True)
    os.mkfifo(beside)
    outcome = read_truth(log, EVER)
    assert isinstance(outcome, Unavailable)
    assert (outcome.reason, beside.name in outcome.detail) == ("not a regular file", True)


def test_a_witness_sees_the_snapshot_of_the_refresh_and_nothing_later(log: Path) -> None:
    class Late(Witness):
        """Lets a row be committed after the refresh has read, before the witness looks."""

        late = False

        def ending(self, connection: sqlite3.Connection) -> None:
            if self.late:
                insert(log, NOW, REQUEST % "late")
            super().ending(connection)

    witness = Late()
    with Scanner(log, connect=witness.connect) as scanner:
        scanner.turns(ALL)
        witness.late = True
        witness.expect(EVER)
        answer = scanner.turns(ALL)
    assert isinstance(answer, Answer)
    assert witness.last is not None
    assert witness.last.rows == 600
    assert [*map(tuple, witness.last.truth.turns)] == [*map(tuple, answer.turns)]
    assert "late" in {turn.turn for turn in found(log).truth.turns}


def test_a_witness_looks_in_an_unchanged_refresh_too(log: Path) -> None:
    witness = Witness()
    with Scanner(log, connect=witness.connect) as scanner:
        scanner.turns(ALL)
        witness.expect(EVER)
        answer = scanner.turns(ALL)
    assert isinstance(answer, Answer)
    assert answer.statistics.path == "unchanged"
    assert witness.last is not None
    assert witness.last.rows == 600
    assert witness.seconds > 0


def test_a_witness_does_not_look_while_a_connection_is_only_made(log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Beside a busy writer each refresh makes one, since each checkpoint writes to the file."""
    look = Mock(wraps=truth.full_scan)
    monkeypatch.setattr(truth, "full_scan", look)
    witness = Witness()
    with Scanner(log, connect=witness.connect) as scanner:
        scanner.turns(ALL)
    look.assert_called_once()
    assert witness.held >= witness.seconds > 0


def test_a_witness_that_cannot_read_says_so_and_the_refresh_still_ends(log: Path) -> None:
    witness = Witness()
    connection = witness.connect(str(log), isolation_level=None)
    with closing(connection):
        connection.execute("BEGIN")
        connection.execute("DROP TABLE logs")
        connection.execute("ROLLBACK")
        assert not connection.in_transaction
    assert witness.last is None
    assert witness.problem == "no such table: logs"


def test_a_transaction_that_ends_in_an_exception_is_not_witnessed(log: Path) -> None:
    @contextmanager
    def transaction(connection: sqlite3.Connection) -> Iterator[None]:
        connection.execute("BEGIN")
        connection.execute("SELECT max(id) FROM logs")
        try:
            yield
        finally:
            connection.execute("ROLLBACK")

    witness = Witness()
    with closing(witness.connect(str(log), isolation_level=None)) as connection:
        with pytest.raises(KeyboardInterrupt), transaction(connection):
            raise KeyboardInterrupt
        assert (witness.last, witness.problem) == (None, None)
        with transaction(connection):
            pass
        assert witness.last is not None


def test_a_database_without_any_table_is_empty_for_the_full_scan_and_the_scanner_alike(tmp_path: Path) -> None:
    path = tmp_path / "logs.sqlite"
    path.touch()
    found = read_truth(path, EVER)
    with Scanner(path) as scanner:
        assert scanner.turns(ALL) == found
    assert isinstance(found, Unavailable)
    assert found.reason == "empty database"
