"""None"""

from __future__ import annotations

import sqlite3
import threading
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from strandline.impl.memo.product.writer import schema
from strandline.impl.memo.product.writer import write as writer
from strandline.impl.memo.product.writer.write import AGE_MAX, FLUSH, Plan, Progress, write
from tests.impl.memo.product.writer.writing import NOW, SMALL, ids, names, query, run

if TYPE_CHECKING:
    from pathlib import Path


def number(path: Path, sql: str) -> int:
    ((value,),) = query(path, sql)
    assert isinstance(value, int)
    return value


PARTITIONS = "FROM logs GROUP BY thread_id, iif(thread_id IS NULL, process_uuid, NULL)"


MOST_ROWS = f"SELECT max(n) FROM (SELECT count(*) AS n {PARTITIONS})"  # noqa: S608 - constants of this file


MOST_BYTES = f"SELECT coalesce(max(n), 0) FROM (SELECT sum(estimated_bytes) AS n {PARTITIONS})"  # noqa: S608 - constants of this file


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "logs.sqlite"


def test_one_seed_gives_one_content_whatever_the_batches(tmp_path: Path) -> None:
    contents = []
    for batch in (7, 128):
        run(tmp_path / str(batch), Plan(rows=300, batch=batch, seed=3))
        contents.append(query(tmp_path / str(batch), "SELECT * FROM logs ORDER BY id"))
    assert contents[0] == contents[1]


# The transactions


def test_a_row_born_after_a_clock_step_back_dies_in_its_own_transaction(path: Path) -> None:
    plan = Plan(rows=320, batch=16, partition_rows=1, threads=1, processes=1, body_bytes=0)
    before = run(path, plan, now=NOW + AGE_MAX // 2)
    alive = ids(path)
    seen: list[list[object]] = []
    after = run(path, plan, lambda _: seen.append(ids(path)))
    assert after.highest == before.highest + 320
    assert after.pruned == 320
    assert seen == [alive] * 21


def test_a_concurrent_reader_never_sees_a_partition_above_its_cap(path: Path) -> None:
    run(path, SMALL)
    over, sampled = threading.Event(), threading.Event()
    seen: set[int] = set()
    most: list[int] = []

    def read() -> None:
        with closing(sqlite3.connect(path, isolation_level=None)) as connection:
            while not over.is_set():  # the writer's end bounds this loop
                connection.execute("BEGIN")
                seen.add(schema.one(connection, "PRAGMA user_version"))
                most.append(schema.one(connection, MOST_ROWS))
                connection.execute("COMMIT")
                sampled.set()

    def let_read(progress: Progress) -> None:
        if progress.commits % 20 == 0:
            sampled.clear()
            assert sampled.wait(10)

    reader = threading.Thread(target=read)
    reader.start()
    try:
        run(path, Plan(rows=4000, batch=16, partition_rows=5, body_bytes=20), let_read)
    finally:
        over.set()
        reader.join()
    assert len(seen) > 5
    assert max(most) == 5


def test_each_transaction_raises_the_commit_number_by_one(path: Path) -> None:
    reports: list[Progress] = []
    for _ in range(2):
        run(path, SMALL, reports.append)
    assert [report.commits for report in reports] == list(range(1, 2 * 26 + 1))
    assert number(path, "PRAGMA user_version") == 52
    assert [report.highest for report in reports[:3]] == [0, 16, 32]


def test_two_writers_never_share_a_commit_number(path: Path) -> None:
    reports: list[Progress] = []
    plan = Plan(rows=400, batch=16, partition_rows=5)
    writers = [threading.Thread(target=run, args=(path, plan, reports.append)) for _ in range(2)]
    for thread in writers:
        thread.start()
    for thread in writers:
        thread.join()
    assert sorted(report.commits for report in reports) == list(range(1, 53))
    assert max(report.highest for report in reports) == 800


def test_a_partition_keeps_at_most_its_bytes_at_every_commit(path: Path) -> None:
    heaviest: list[int] = []
    plan = Plan(rows=800, batch=16, partition_bytes=3000, body_bytes=100)
    progress = run(path, plan, lambda _: heaviest.append(number(path, MOST_BYTES)))
    assert 2000 < max(heaviest) <= 3000
    assert progress.pruned > 0


def test_rows_of_another_writer_count_towards_the_cap_on_bytes(path: Path) -> None:
    light = Plan(rows=80, batch=8, partition_bytes=60_000, body_bytes=20, threads=1, processes=1)
    heavy = Plan(rows=64, partition_bytes=10**9, body_bytes=200, threads=1, processes=1)
    threads: list[int] = []

    def interleave(progress: Progress) -> None:
        if progress.rows:
            threads.append(number(path, "SELECT sum(estimated_bytes) FROM logs WHERE thread_id IS NOT NULL"))
        run(path, heavy)

    run(path, light, interleave)
    assert len(threads) == 10
    assert 50_000 < max(threads) <= 60_000


def test_the_start_deletes_what_is_older_than_ten_days_and_nothing_younger(path: Path) -> None:
    run(path, Plan(rows=0))
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        for ts in (NOW - AGE_MAX - 1, NOW - AGE_MAX, NOW):
            connection.execute("INSERT INTO logs (ts, ts_nanos, level, target) VALUES (?, 0, '', '')", (ts,))
    progress = run(path, Plan(rows=0))
    assert ids(path) == [2, 3]
    assert (progress.pruned, progress.commits, progress.highest) == (1, 2, 3)


def test_the_table_has_the_indexes_of_a_codex_log_and_gives_room_back_as_it_does(path: Path) -> None:
    run(path, SMALL)
    indexes = query(path, "SELECT name FROM sqlite_schema WHERE type = 'index' ORDER BY name")
    assert [name for (name,) in indexes] == [
        "idx_logs_process_uuid_threadless_ts",
        "idx_logs_thread_id",
        "idx_logs_thread_id_ts",
        "idx_logs_ts",
    ]
    assert number(path, "PRAGMA auto_vacuum") == 2  # incremental


def test_a_log_that_is_there_already_gives_room_back_as_before(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA auto_vacuum = FULL")
        connection.executescript(";".join(schema.CREATE))
    run(path, SMALL)
    assert number(path, "PRAGMA auto_vacuum") == 1


def test_each_row_says_how_loudly_and_where_it_was_logged_and_how_large_it_is(path: Path) -> None:
    run(path, Plan(rows=2000, malformed=0.0))
    columns = "level, target, module_path, file, line"
    found = query(path, f"SELECT DISTINCT {columns} FROM logs WHERE target = 'feedback_tags'")  # noqa: S608 - a constant
    assert found == [("INFO", "feedback_tags", "codex_core::session::turn", "core/src/session/turn.rs", 2960)]
    bytes_of_text = "length(CAST(level || target || module_path || file || feedback_log_body AS BLOB))"
    assert number(path, f"SELECT count(*) FROM logs WHERE estimated_bytes <> {bytes_of_text}") == 0  # noqa: S608 - a constant


# The end of a run


def test_the_stop_event_ends_the_run_after_the_transaction_at_hand(path: Path) -> None:
    stop = threading.Event()

    def report(progress: Progress) -> None:
        if progress.rows >= 48:
            stop.set()

    assert write(path, Plan(batch=16), stop, report, now=NOW).rows == 48


class Clock(threading.Event):
    """Stands for the clock and the event at once: a wait takes no time but its own, and the last one sees it set."""

    def __init__(self, waits: int) -> None:
        super().__init__()
        self.now = 0.0
        self.left = waits
        self.waits: list[float] = []

    def time(self) -> float:
        return NOW

    def monotonic(self) -> float:
        return self.now

    def wait(self, timeout: float | None = None) -> bool:
        assert timeout is not None
        self.waits.append(timeout)
        self.now += timeout
        self.left -= 1
        return self.left == 0


def paced(path: Path, monkeypatch: pytest.MonkeyPatch, plan: Plan, waits: int, stall: int = 0) -> tuple[Clock, int]:
    clock = Clock(waits)
    monkeypatch.setattr(writer, "time", clock)

    def report(progress: Progress) -> None:
        clock.now += stall if progress.rows == 16 else 0

    return clock, write(path, plan, clock, report).rows


def test_the_stop_event_cuts_a_wait_short(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    clock, rows = paced(path, monkeypatch, Plan(rows=100, rate=0.01), waits=1)
    assert (clock.waits, rows) == ([100], 0)


def test_a_paced_writer_commits_what_one_flush_collects(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    clock, rows = paced(path, monkeypatch, Plan(rows=1000, rate=8), waits=4)
    assert (clock.waits, rows) == ([FLUSH] * 4, 3 * 8 * FLUSH)


def test_a_paced_writer_that_stalled_catches_up_by_one_flush_at_most(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock, _ = paced(path, monkeypatch, Plan(rows=1000, rate=8), waits=5, stall=100)
    assert clock.waits == [FLUSH, 0, 0, FLUSH, FLUSH]


def test_a_failing_report_leaves_the_last_commit_and_no_lock(path: Path) -> None:
    def report(progress: Progress) -> None:
        if progress.rows == 32:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(path, SMALL, report)
    assert number(path, "SELECT seq FROM sqlite_sequence") == 32
    assert run(path, SMALL).rows == 400
    assert names(path.parent) == [path.name]
