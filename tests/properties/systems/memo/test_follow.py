"""Following a log that others write to, replace and delete, with the oracle beside each refresh."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import closing, contextmanager
from itertools import islice, takewhile
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest

from strandline.impl.memo.answer import Answer, Unavailable
from strandline.impl.memo.codex import Turn as ScannerTurn
from strandline.impl.memo.memo import Limits
from strandline.impl.memo.product import follow, refreshes, transactions
from strandline.impl.memo.product.follow import Refresh, Totals
from strandline.impl.memo.product.query import Query
from strandline.impl.memo.product.writer.write import Plan, write
from strandline.impl.memo.refresh import Ask
from strandline.model.memo.oracle import Turn as OracleTurn
from strandline.properties.systems.memo.live import truth
from strandline.properties.systems.memo.live.judge import DIFFERENCES_MAX, Difference, Judged, Oracle, differences

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator
    from pathlib import Path

    from strandline.impl.memo.projection import Fact
    from strandline.impl.memo.store import Joined
    from strandline.model.memo import days

UTC = ZoneInfo("UTC")
PATIENCE = 60.0
"""Seconds that another process is followed at most; only used up when it does not write."""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "log.sqlite"


def grow(path: Path, rows: int = 200, seed: int = 0) -> None:
    write(path, Plan("0.158", rows=rows, seed=seed, partition_rows=20, noise=0.1), threading.Event())


def following(path: Path, *, judging: bool = True) -> Generator[Refresh, None, None]:
    return follow.follow(Query(path, None, None, UTC), Oracle() if judging else None, interval=0.0, duration=None)


def answered(refresh: Refresh) -> Answer:
    assert isinstance(refresh.outcome, Answer)
    return refresh.outcome


def judged(refresh: Refresh) -> Judged:
    assert isinstance(refresh.judgement, Judged)
    return refresh.judgement


def test_a_log_may_appear_grow_be_replaced_and_vanish_while_it_is_followed(path: Path) -> None:
    following_it = following(path)
    totals = Totals()
    seen = []

    def next_one() -> Refresh:
        refresh = next(following_it)
        totals.add(refresh)
        seen.append(refreshes.line(refresh, UTC))
        return refresh

    assert answered(next_one()).statistics.path == "missing"
    grow(path)
    assert answered(next_one()).statistics.cause == "no memo"
    grow(path, rows=15, seed=1)
    third = next_one()
    assert (answered(third).statistics.cause, answered(third).statistics.rows, third.appended) == (None, 15, 15)
    assert answered(next_one()).statistics.path == "unchanged"
    path.write_bytes(b"no database " * 100)
    path.with_name(path.name + "-wal").unlink(missing_ok=True)
    path.with_name(path.name + "-shm").unlink(missing_ok=True)
    assert isinstance(next_one().outcome, Unavailable)
    path.unlink()
    assert answered(next_one()).turns == ()
    following_it.close()

    assert (totals.refreshes, totals.answered, totals.compared, totals.differences) == (6, 5, 5, 0)
    assert totals.full_scans == {"no memo": 1}
    assert totals.appended == 15
    assert "unavailable: " in seen[4]
    assert "full scan: no memo" in seen[1]
    assert "15 appended" in seen[2]
    assert "oracle agrees" in seen[2]
    assert all(" held " in seen[place] for place in (1, 2, 3))
    assert "no log there" in seen[5]


def test_an_answer_with_a_turn_left_out_is_caught(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    grow(path)
    joined = Ask.joined

    def without_the_first(ask: Ask, sources: tuple[Fact[Any], ...]) -> Joined:
        whole = joined(ask, sources)
        return whole._replace(turns=whole.turns[1:])

    monkeypatch.setattr(Ask, "joined", without_the_first)
    (refresh,) = islice(following(path), 1)
    (difference,) = judged(refresh).differences
    assert difference.scanner is None
    assert difference.oracle is not None
    shown = [*judged(refresh).sides(UTC)]
    assert shown[0] == f"  missing: turn {difference.oracle.turn}"
    assert "(no such turn)" in shown[1]
    document = json.loads(json.dumps(refreshes.document(refresh, UTC)))
    assert document["oracle"]["differences"][0]["oracle"]["turn"] == difference.oracle.turn
    totals = Totals()
    totals.add(refresh)
    assert totals.exit_code(judging=True) == 1


def test_an_oracle_that_cannot_read_is_no_agreement(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def unreadable(_connection: sqlite3.Connection, _span: object) -> None:
        raise sqlite3.OperationalError("disk I/O error")

    grow(path)
    monkeypatch.setattr("strandline.properties.systems.memo.live.truth.full_scan", unreadable)
    (refresh,) = islice(following(path), 1)
    assert "not compared: disk I/O error" in refreshes.line(refresh, UTC)
    totals = Totals()
    totals.add(refresh)
    assert (totals.compared, totals.unjudged, totals.exit_code(judging=True)) == (0, 1, 4)


def test_the_oracle_is_not_asked_unless_wanted(path: Path) -> None:
    grow(path)
    (refresh,) = islice(following(path, judging=False), 1)
    assert refresh.judgement is None
    assert "oracle" not in refreshes.line(refresh, UTC)


@pytest.mark.parametrize(("duration", "refreshes"), [(0.0, 1), (1.5, 1), (2.0, 2), (5.0, 3), (6.0, 4)])
def test_no_refresh_begins_after_the_duration(
    path: Path, monkeypatch: pytest.MonkeyPatch, duration: float, refreshes: int
) -> None:
    monkeypatch.setattr(follow, "time", Clock())  # on which nothing but a rest takes time
    query = Query(path, None, None, UTC)
    assert len([*follow.follow(query, None, interval=2.0, duration=duration)]) == refreshes


class Clock:
    """A clock on which only what a test says takes time; ``during`` is done as time passes, ten times a second."""

    def __init__(self, during: Callable[[], object] = lambda: None) -> None:
        self._during = during
        self._ticks = 0
        self.rests: list[float] = []
        self.time = time.time

    def perf_counter(self) -> float:
        return self._ticks / 10

    monotonic = perf_counter

    def sleep(self, seconds: float) -> None:
        self.rests.append(seconds)
        self.let_pass(seconds)

    def let_pass(self, seconds: float) -> None:
        for _ in range(round(seconds * 10)):
            self._during()
            self._ticks += 1


def slowly(monkeypatch: pytest.MonkeyPatch, clock: Clock, seconds: float) -> None:
    """Let each full scan take so many seconds of a clock that is put in place of the real one."""

    def full_scan(connection: sqlite3.Connection, span: days.Span) -> truth.FullScan:
        clock.let_pass(seconds)
        return scan(connection, span)

    scan = truth.full_scan
    monkeypatch.setattr(follow, "time", clock)
    monkeypatch.setattr(transactions, "time", clock)
    monkeypatch.setattr(truth, "time", clock)
    monkeypatch.setattr(truth, "full_scan", full_scan)


@pytest.mark.parametrize(("interval", "rest"), [(0.0, 2.0), (1.0, 2.0), (2.0, 2.0), (3.0, 3.0)])
def test_a_refresh_is_rested_after_four_times_as_long_as_it_held_its_snapshot(
    path: Path, monkeypatch: pytest.MonkeyPatch, interval: float, rest: float
) -> None:
    clock = Clock()
    slowly(monkeypatch, clock, 0.5)
    grow(path)
    seen = [*follow.follow(Query(path, None, None, UTC), Oracle(), interval=interval, duration=2 * rest + 1.5)]
    assert [refresh.held for refresh in seen] == [0.5, 0.5, 0.5]
    assert clock.rests == [rest, rest]
    assert "  held 500 ms  " in refreshes.line(seen[0], UTC)
    assert refreshes.document(seen[0], UTC)["held_milliseconds"] == 500


def test_a_snapshot_that_was_held_by_a_failed_refresh_counts_as_well(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = Clock()
    slowly(monkeypatch, clock, 0.0)

    def failing(*_: object) -> None:
        clock.let_pass(0.5)
        raise sqlite3.OperationalError("disk I/O error")

    grow(path)
    monkeypatch.setattr("strandline.impl.memo.scan.read", failing)
    (refresh,) = follow.follow(Query(path, None, None, UTC), Oracle(), interval=0.0, duration=1.0)
    assert isinstance(refresh.outcome, Unavailable)
    assert refresh.held == 0.5
    assert refreshes.line(refresh, UTC).endswith("  held 500 ms")


def test_the_wait_for_a_busy_log_holds_no_snapshot_and_is_not_rested_after(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A transaction was begun, and there was no snapshot: two seconds of waiting were rested after for eight."""
    clock = Clock()
    slowly(monkeypatch, clock, 0.0)
    grow(path)
    monkeypatch.setattr("strandline.impl.memo.scanner.time", clock)
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("PRAGMA locking_mode = EXCLUSIVE")
        other.execute("BEGIN EXCLUSIVE")
        (refresh,) = follow.follow(Query(path, None, None, UTC), None, interval=0.0, duration=0.0)
    assert isinstance(refresh.outcome, Unavailable)
    assert refresh.outcome.reason == "busy"
    assert clock.rests
    assert refresh.held == 0


def test_the_wal_of_a_busy_log_is_begun_anew_between_two_comparisons(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its writer commits at each tick, in a comparison and in a rest alike; nothing here hangs on a real clock."""
    grow(path)
    wal = path.with_name(path.name + "-wal")
    with closing(sqlite3.connect(path, isolation_level=None)) as writer:
        writer.execute("PRAGMA wal_autocheckpoint = 1")
        writer.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        clock = Clock(lambda: writer.execute("UPDATE logs SET feedback_log_body = randomblob(4000)"))
        slowly(monkeypatch, clock, 0.5)
        with closing(following(path)) as refreshes:
            sizes = [wal.stat().st_size for _ in islice(refreshes, 8)]
    assert sizes[0] > 400_000
    assert max(sizes) <= 3 * sizes[0]


@pytest.mark.parametrize("judging", [False, True])
def test_a_connection_that_is_kept_between_refreshes_holds_no_snapshot(path: Path, *, judging: bool) -> None:
    grow(path)
    with (
        closing(sqlite3.connect(path, isolation_level=None)) as writer,
        closing(following(path, judging=judging)) as refreshes,
    ):
        for _ in islice(refreshes, 3):
            writer.execute("DELETE FROM logs WHERE id % 7 = 0")
            assert writer.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone() == (0, 0, 0)


def test_a_log_is_judged_in_one_transaction_and_read_in_parts_otherwise(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    grow(path, rows=100)
    monkeypatch.setattr(follow, "DEFAULT_LIMITS", Limits(chunk=30))
    judged, alone = (next(following(path, judging=judging)) for judging in (True, False))
    assert (answered(judged).statistics.transactions, answered(alone).statistics.transactions) == (1, 3)


def test_ids_issued_in_another_file_do_not_count_as_appended(path: Path) -> None:
    grow(path, rows=10)
    refreshes = following(path, judging=False)
    next(refreshes)
    for name in (path, path.with_name(path.name + "-wal"), path.with_name(path.name + "-shm")):
        name.unlink(missing_ok=True)
    grow(path, rows=200)
    assert next(refreshes).appended == 0
    refreshes.close()


def test_turns_that_differ_in_any_field_are_set_side_by_side() -> None:
    ours = (
        ScannerTurn("a", "in force", None, 1, "m"),
        ScannerTurn("b", "in force", "t", 1, "m"),
        ScannerTurn("c", "in force", "t", 1, "m"),
        ScannerTurn("x", "in force", "t", 1, "m"),
    )
    theirs = (
        OracleTurn("a", "in force", None, 1, "m"),
        OracleTurn("b", "in force", "t", 1, None),
        OracleTurn("c", "requested", "t", 1, "m"),
        OracleTurn("y", "in force", "t", 1, "m"),
    )
    found = differences(ours, theirs)
    assert found == (
        Difference(ours[1], theirs[1]),
        Difference(ours[2], theirs[2]),
        Difference(ours[3], None),
        Difference(None, theirs[3]),
    )
    assert [line.split(":")[0].strip() for line in Judged(0, 0.0, None, found).sides(UTC)][::3] == [
        "different",
        "different",
        "extra",
        "missing",
    ]


def test_the_same_turns_out_of_order_or_twice_are_a_difference() -> None:
    a, b = ScannerTurn("a", "asked for", None, 1, None), ScannerTurn("b", "asked for", None, 1, None)
    ordered = (OracleTurn(*a), OracleTurn(*b))
    assert differences((a, b), ordered) == ()
    assert len(differences((b, a), ordered)) == 2
    assert differences((a, b, b), ordered)


def test_many_differences_are_cut_for_a_person() -> None:
    found = differences((), tuple(OracleTurn(f"{n:03}", "asked for", None, 1, None) for n in range(50)))
    shown = [*Judged(0, 0.0, None, found).sides(UTC)]
    assert len(shown) == 3 * DIFFERENCES_MAX + 1
    assert shown[-1] == "  and 30 more"


def test_following_with_no_answer_at_all_is_no_success() -> None:
    totals = Totals()
    totals.add(Refresh(1, 0.0, Unavailable("busy", "locked"), 0.0, 0.0, 0, None))
    assert totals.exit_code(judging=False) == 4
    assert "unavailable: 1 busy" in refreshes.summary(totals, judging=False)


def test_a_log_locked_for_writing_by_another_is_still_compared(path: Path) -> None:
    grow(path)
    with closing(sqlite3.connect(path, isolation_level=None)) as writer:
        writer.execute("BEGIN IMMEDIATE")
        writer.execute("DELETE FROM logs")
        (refresh,) = islice(following(path), 1)
        writer.execute("ROLLBACK")
    assert judged(refresh).rows > 0
    assert judged(refresh).differences == ()


def in_time(refreshes: Iterator[Refresh]) -> Iterator[Refresh]:
    """Bound refreshes by time and by no count: while the other process gets no processor, they are many."""
    deadline = time.monotonic() + PATIENCE
    return takewhile(lambda _: time.monotonic() < deadline, refreshes)


@contextmanager
def another_process_writing(path: Path, *options: str) -> Iterator[None]:
    """Write to a log from another process until the block ends; begin when its first transaction is committed."""
    program = "from strandline.properties.cli import main; main()"
    command = [sys.executable, "-c", program, "writer", str(path), "--until-interrupted", *options]
    with subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    ) as child:
        assert child.stderr is not None
        assert b"rows written" in child.stderr.readline()
        try:
            yield
        finally:
            child.kill()


def test_no_refresh_differs_while_another_process_writes_and_prunes_at_full_speed(path: Path) -> None:
    totals = Totals()
    with another_process_writing(path, "--partition-rows", "50"), closing(following(path)) as refreshes:
        for refresh in in_time(refreshes):
            totals.add(refresh)
            if totals.appended > 20_000:
                break
    assert totals.appended > 20_000
    assert totals.compared == totals.refreshes
    assert totals.differences == 0
    assert set(totals.full_scans) <= {"no memo", "log was empty", "anchors lost"}


def test_a_refresh_reads_as_many_rows_as_another_process_appended(path: Path) -> None:
    warm = []
    with another_process_writing(path, "--rate", "2000"), closing(following(path)) as refreshes:
        for refresh in in_time(refreshes):
            cost = answered(refresh).statistics
            if cost.cause is None:
                warm.append((cost.rows, refresh.appended))
            if sum(rows for rows, _ in warm) > 500:
                break
    assert sum(rows for rows, _ in warm) > 500
    assert all(rows == appended for rows, appended in warm)
