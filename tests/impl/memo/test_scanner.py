"""Claims about the blocking scanner, on real files and with real threads."""

from __future__ import annotations

import os
import sqlite3
import tempfile
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest

from strandline.impl.memo.answer import Unavailable
from strandline.impl.memo.codex import Turn, summarize
from strandline.impl.memo.host import Lease
from strandline.impl.memo.memo import Limits
from strandline.impl.memo.scanner import Scanner
from strandline.impl.memo.window import Window
from tests.impl.memo.machine import (
    SCHEMA,
    Made,
    answer,
    descriptors,
    names,
    needs_descriptors,
    request,
    unavailable,
    unprivileged,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from strandline.impl.memo.effects import Effect, Result

UTC_ZONE = ZoneInfo("UTC")
ALWAYS = Window(None, None, UTC_ZONE)
LIMITS = Limits(waits=2, pause=0)
DAY = 86_400

not_windows = pytest.mark.skipif(os.name == "nt", reason="Windows has no such files")


def create(path: Path, *statements: str, journal: str = "delete") -> sqlite3.Connection:
    writer = sqlite3.connect(path, isolation_level=None, timeout=0, check_same_thread=False)
    writer.execute(f"PRAGMA journal_mode = {journal}")
    for statement in statements:
        writer.execute(statement)
    return writer


def insert(writer: sqlite3.Connection, turn: str, ts: int = 1) -> None:
    writer.execute("INSERT INTO logs (ts, ts_nanos, feedback_log_body) VALUES (?, 0, ?)", (ts, request(turn)))


def log(path: Path, *turns: str, journal: str = "wal") -> sqlite3.Connection:
    writer = create(path, SCHEMA, journal=journal)
    for turn in turns:
        insert(writer, turn)
    return writer


def refuse(path: Path) -> str:
    """Ask for a log that cannot be read; give the reason, and see that nothing was made beside it."""
    before = {found.name for found in path.parent.iterdir()}
    with Scanner(path, limits=LIMITS) as scanner:
        outcome = scanner.turns(ALWAYS)
        assert scanner.turns(ALWAYS) == outcome
    assert isinstance(outcome, Unavailable)
    assert "\n" not in outcome.detail
    assert {found.name for found in path.parent.iterdir()} == before
    return outcome.reason


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "logs_2.sqlite"


@pytest.fixture
def writer(path: Path) -> Iterator[sqlite3.Connection]:
    with closing(log(path, "a", "b")) as connection:
        yield connection


@pytest.fixture
def scanner(path: Path, writer: sqlite3.Connection) -> Iterator[Scanner]:
    assert writer.total_changes
    with Scanner(path, limits=LIMITS) as made:
        yield made


def test_the_first_answer_scans_and_the_next_one_gives_the_very_same_values(scanner: Scanner) -> None:
    first, second = answer(scanner.turns(ALWAYS)), answer(scanner.turns(ALWAYS))
    assert first.turns == (Turn("a", "requested", None, 1, None), Turn("b", "requested", None, 1, None))
    assert first.statistics.cause == "no memo"
    assert second.turns is first.turns
    assert second.summary is first.summary
    assert second.skipped is first.skipped
    assert (second.statistics.path, second.statistics.rows) == ("unchanged", 0)


def test_a_refresh_after_a_commit_reads_the_new_rows_alone(scanner: Scanner, writer: sqlite3.Connection) -> None:
    scanner.turns(ALWAYS)
    insert(writer, "c")
    after = answer(scanner.turns(ALWAYS))
    assert names(after) == ["a", "b", "c"]
    assert (after.statistics.cause, after.statistics.rows) == (None, 1)


def test_a_pruned_row_counts_no_more(scanner: Scanner, writer: sqlite3.Connection) -> None:
    scanner.turns(ALWAYS)
    writer.execute("DELETE FROM logs WHERE id = 1")
    assert names(scanner.turns(ALWAYS)) == ["b"]


def test_a_window_that_ended_is_answered_without_touching_the_memo(scanner: Scanner) -> None:
    ended = Window(None, date(1970, 1, 1), UTC_ZONE)
    assert answer(scanner.turns(ended)).statistics.path == "one-shot"
    assert answer(scanner.turns(ALWAYS)).statistics.cause == "no memo"


def test_a_window_of_today_goes_through_the_memo(scanner: Scanner, writer: sqlite3.Connection) -> None:
    """Midnight may come between the two questions, so the window begins a day earlier."""
    now = datetime.now(UTC)
    insert(writer, "now", int(now.timestamp()))
    today = Window(now.date() - timedelta(days=1), now.date() + timedelta(days=1), UTC_ZONE)
    found = answer(scanner.turns(today))
    assert names(found) == ["now"]
    assert found.statistics.path == "memo"


def test_an_unchanged_memo_that_was_cut_at_its_limit_still_answers_a_narrower_window_exactly(path: Path) -> None:
    with closing(log(path)) as writer, Scanner(path, limits=LIMITS._replace(sources=2)) as scanner:
        for day in range(6):
            insert(writer, f"turn {day}".replace(" ", "-"), day * DAY)
        assert len(names(scanner.turns(ALWAYS))) == 6
        for first in range(6):
            window = Window(date(1970, 1, 1) + timedelta(days=first), None, UTC_ZONE)
            assert names(scanner.turns(window)) == [f"turn-{day}" for day in range(first, 6)]


def test_a_dropped_memo_is_scanned_for_anew(scanner: Scanner) -> None:
    scanner.turns(ALWAYS)
    scanner.drop()
    assert answer(scanner.turns(ALWAYS)).statistics.cause == "no memo"


@needs_descriptors
def test_a_log_that_cannot_be_read_is_not_kept_open(path: Path) -> None:
    path.write_bytes(b"no database" * 500)
    before = descriptors()
    with Scanner(path, limits=LIMITS) as scanner:
        assert isinstance(scanner.turns(ALWAYS), Unavailable)
        assert descriptors() == before


@needs_descriptors
def test_descriptors_do_not_grow_with_refreshes_and_a_closed_scanner_holds_none(path: Path) -> None:
    """The writer is gone: as long as this process locks a file, SQLite keeps what was opened of it."""
    log(path, "a").close()
    before = descriptors()
    with Scanner(path, limits=LIMITS) as scanner:
        scanner.turns(ALWAYS)
        held = descriptors()
        for _ in range(20):
            scanner.turns(ALWAYS)
        assert descriptors() == held
    assert descriptors() == before


def test_a_closed_scanner_still_answers(path: Path, writer: sqlite3.Connection) -> None:
    scanner = Scanner(path, limits=LIMITS)
    scanner.close()
    insert(writer, "c")
    assert names(scanner.turns(ALWAYS)) == ["a", "b", "c"]


def test_a_missing_log_is_an_empty_answer_that_says_so(path: Path) -> None:
    with Scanner(path, limits=LIMITS) as scanner:
        found = answer(scanner.turns(ALWAYS))
        assert (found.turns, found.snapshot, found.statistics.path) == ((), None, "missing")
        assert (found.skipped, found.summary) == ((), summarize((), ALWAYS.span()))
        log(path, "a").close()
        assert names(scanner.turns(ALWAYS)) == ["a"]
        path.unlink()
        assert answer(scanner.turns(ALWAYS)).statistics.path == "missing"


def test_a_directory_is_not_a_regular_file(tmp_path: Path) -> None:
    assert refuse(tmp_path) == "not a regular file"


@not_windows
def test_a_fifo_is_not_a_regular_file_and_is_not_waited_for(path: Path) -> None:
    os.mkfifo(path)
    assert refuse(path) == "not a regular file"


@pytest.mark.parametrize(
    ("content", "reason"),
    [(b"", "empty database"), (b"x", "empty database"), (b"no database" * 500, "not a database")],
)
def test_a_file_that_holds_no_database_has_its_reason(path: Path, content: bytes, reason: str) -> None:
    path.write_bytes(content)
    assert refuse(path) == reason


@pytest.mark.parametrize(
    "statements",
    [
        ["CREATE TABLE other (a)"],
        [SCHEMA.replace("ts_nanos", "nanos")],
        [SCHEMA.replace("thread_id", "thread")],
        [SCHEMA.replace("logs", "other"), "CREATE VIEW logs AS SELECT * FROM other"],
        [SCHEMA.replace("INTEGER PRIMARY KEY AUTOINCREMENT", "INTEGER")],
        [SCHEMA.replace("INTEGER PRIMARY KEY AUTOINCREMENT", "TEXT PRIMARY KEY")],
    ],
    ids=["no table", "no column", "another column", "a view", "no key", "another key"],
)
def test_a_table_that_no_writer_made_is_a_matter_of_the_schema(path: Path, statements: list[str]) -> None:
    create(path, *statements).close()
    assert refuse(path) == "schema"


def test_a_log_that_becomes_a_table_again_is_answered_again(path: Path) -> None:
    with closing(log(path, "a")) as writer, Scanner(path, limits=LIMITS) as scanner:
        assert names(scanner.turns(ALWAYS)) == ["a"]
        writer.execute("ALTER TABLE logs RENAME COLUMN ts TO time")
        assert isinstance(scanner.turns(ALWAYS), Unavailable)
        writer.execute("ALTER TABLE logs RENAME COLUMN time TO ts")
        assert names(scanner.turns(ALWAYS)) == ["a"]


@pytest.mark.parametrize("journal", ["delete", "wal"])
def test_a_log_that_stays_locked_is_busy_after_the_pauses_that_the_limits_allow(path: Path, journal: str) -> None:
    looks: list[str] = []

    class Counting(sqlite3.Connection):
        def execute(self, sql: str, parameters: Any = (), /) -> sqlite3.Cursor:  # noqa: ANN401 - as in sqlite3
            looks.append(sql)
            return super().execute(sql, parameters)

    with closing(log(path, "a", journal=journal)) as writer:
        writer.execute("PRAGMA locking_mode = EXCLUSIVE")
        writer.execute("BEGIN EXCLUSIVE")
        insert(writer, "b")
        with Scanner(
            path, limits=LIMITS, connect=lambda *a, **k: sqlite3.connect(*a, factory=Counting, **k)
        ) as scanner:
            outcome = scanner.turns(ALWAYS)
        writer.execute("ROLLBACK")
    assert isinstance(outcome, Unavailable)
    assert outcome.reason == "busy"
    assert looks.count("PRAGMA data_version") == 2 + LIMITS.waits  # as it is opened, and before the first wait


def test_a_log_that_is_let_go_during_a_pause_is_answered(path: Path) -> None:
    looks: list[str] = []

    with closing(log(path, "a", journal="delete")) as writer:

        class Yielding(sqlite3.Connection):
            def execute(self, sql: str, parameters: Any = (), /) -> sqlite3.Cursor:  # noqa: ANN401 - as in sqlite3
                if sql == "PRAGMA data_version":
                    looks.append(sql)
                    if len(looks) == 2 + LIMITS.waits:
                        writer.execute("COMMIT")
                return super().execute(sql, parameters)

        writer.execute("BEGIN EXCLUSIVE")
        insert(writer, "b")
        with Scanner(
            path, limits=LIMITS, connect=lambda *a, **k: sqlite3.connect(*a, factory=Yielding, **k)
        ) as scanner:
            assert names(scanner.turns(ALWAYS)) == ["a", "b"]


class Forgetful(sqlite3.Connection):
    """A connection for which there is no memory in any transaction, not even to end it."""

    def execute(self, sql: str, parameters: Any = (), /) -> sqlite3.Cursor:  # noqa: ANN401 - as in sqlite3
        if sql in {"PRAGMA data_version", "ROLLBACK"}:
            raise MemoryError
        return super().execute(sql, parameters)


def test_no_memory_to_end_a_transaction_is_no_exception_and_leaves_nothing_open(path: Path) -> None:
    log(path, "a").close()
    made = Made(Forgetful)
    with Scanner(path, connect=made) as scanner:
        assert unavailable(scanner.turns(ALWAYS)) == "no memory"
    assert made.opened == 0


@pytest.mark.skipif(not hasattr(os, "seteuid"), reason="the system has no effective user")
@pytest.mark.parametrize(
    ("file", "folder", "reason"),
    [(0o000, 0o755, "permission"), (0o644, 0o000, "permission"), (0o644, 0o755, None)],
    ids=["file", "folder", "neither"],
)
def test_what_may_not_be_read_is_unavailable(file: int, folder: int, reason: str | None) -> None:
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "log"
        log(path, "a", journal="delete").close()
        path.chmod(file)
        path.parent.chmod(folder)
        with unprivileged(), Scanner(path, limits=LIMITS) as scanner:
            outcome = scanner.turns(ALWAYS)
        path.parent.chmod(0o755)
    assert (outcome.reason if isinstance(outcome, Unavailable) else None) == reason


@not_windows
@pytest.mark.parametrize("name", ["a?b#c%20d", "two words", "two\nlines", "ä", "\udcff"])
def test_any_file_name_will_do_and_nothing_is_made_beside_it_but_what_sqlite_keeps(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    log(tmp_path / "plain", "a").close()
    (tmp_path / "plain").rename(path)
    with Scanner(path, limits=LIMITS) as scanner:
        assert names(scanner.turns(ALWAYS)) == ["a"]
    assert {found.name for found in tmp_path.iterdir()} <= {name, f"{name}-wal", f"{name}-shm"}


@needs_descriptors
def test_an_exception_in_any_effect_leaves_no_connection_and_the_memo_as_it_was(
    path: Path, writer: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing_at(effects: int) -> Callable[[Lease, Effect], Result]:
        left = iter(range(effects))
        real: Any = Lease.perform

        def perform(lease: Lease, effect: Effect) -> Result:
            if next(left, None) is None:
                raise ZeroDivisionError("a fault of the program")
            result: Result = real(lease, effect)
            return result

        return perform

    for effects in range(20):
        with Scanner(path, limits=LIMITS) as scanner:
            scanner.turns(ALWAYS)
            slot = scanner._host.store.slot  # noqa: SLF001 - what must not move
            scanner.close()
            before = descriptors()
            insert(writer, f"turn-{effects}")
            with monkeypatch.context() as patch:
                patch.setattr(Lease, "perform", failing_at(effects))
                try:
                    outcome = scanner.turns(ALWAYS)
                except ZeroDivisionError:
                    assert scanner._host.store.slot is slot  # noqa: SLF001 - the same
                else:
                    assert f"turn-{effects}" in names(outcome)
                    break
            assert descriptors() == before
            assert f"turn-{effects}" in names(scanner.turns(ALWAYS))
    assert effects == 5


def test_eight_threads_share_one_scanner_and_every_answer_is_one_that_was_true(
    path: Path, writer: sqlite3.Connection
) -> None:
    """Turn n is inserted and turn n - 5 deleted in one commit, so the true answers are known."""
    writer.execute("PRAGMA busy_timeout = 30000")
    insert(writer, "start-0000")
    writer.execute("DELETE FROM logs WHERE id < 3")
    true: set[tuple[str, ...]] = {("start-0000",)}
    done = threading.Event()

    def refresh(scanner: Scanner) -> list[tuple[str, ...]]:
        given = []
        for _ in range(2000):
            given.append(tuple(names(scanner.turns(ALWAYS))))
            if done.is_set():
                break
        return given

    with Scanner(path) as scanner, ThreadPoolExecutor(8) as pool:
        asked = [pool.submit(refresh, scanner) for _ in range(8)]
        kept = ["start-0000"]
        for number in range(100):
            writer.execute("BEGIN IMMEDIATE")
            kept.append(f"turn-{number:04}")
            insert(writer, kept[-1])
            if len(kept) > 5:
                kept.pop(0)
            writer.execute("DELETE FROM logs WHERE id <= (SELECT max(id) FROM logs) - 5")
            true.add(tuple(kept))
            writer.execute("COMMIT")
        done.set()
        for future in asked:
            assert set(future.result()) <= true
        assert names(scanner.turns(ALWAYS)) == kept
