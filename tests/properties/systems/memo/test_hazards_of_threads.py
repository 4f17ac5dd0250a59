"""Hazard H11, two write-backs that both pass the check, told with eight real threads on one store.

The threads meet at a barrier in the gap between look and store, and leave it newest first, so that the race is run
in every run and not only when the scheduler likes. The store that checks and stores under two holdings of its lock
must lose a newer memo there; the shipped one must not.
"""

from __future__ import annotations

import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from time import monotonic
from typing import TYPE_CHECKING, Final
from unittest.mock import patch
from zoneinfo import ZoneInfo

from strandline.impl.memo import host as hosts
from strandline.impl.memo.answer import Answer
from strandline.impl.memo.effects import Swap
from strandline.impl.memo.host import Host
from strandline.impl.memo.memo import Limits
from strandline.impl.memo.product.writer import schema
from strandline.impl.memo.product.writer.write import Plan, Progress, write
from strandline.impl.memo.refresh import Ask, locate, step
from strandline.impl.memo.scanner import Scanner
from strandline.impl.memo.store import MemoStore, Slot
from strandline.impl.memo.window import Span, Window
from strandline.model.memo.days import Span as ModelSpan
from strandline.properties.systems.memo.live.truth import FullScan, read_truth

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from strandline.impl.memo.memo import Memo
    from strandline.impl.memo.store import Joined

THREADS: Final = 8
PATIENCE: Final = 60.0
"""Seconds after which a thread that is waited for is given up, and the test fails."""

GATES_MAX: Final = 50
ROUNDS: Final = 5
ALWAYS = Window(None, None, ZoneInfo("UTC"))


class RecordingStore(MemoStore):
    """The shipped store, which also notes the observation of each memo by the version that it got."""

    def __init__(self) -> None:
        super().__init__()
        self.history: dict[int, int] = {}

    def swap(self, version: int, memo: Memo, joined: Joined) -> Slot | None:
        found = super().swap(version, memo, joined)
        if found is None:
            self.history[version + 1] = memo.observation
        return found

    def stored(self) -> list[int]:
        """Give the observations of the stored memos, in the order in which they were stored."""
        return [self.history[version] for version in sorted(self.history)]


class SplitStore(RecordingStore):
    """A store that checks under one holding of its lock and stores under another."""

    def __init__(self, gap: Gap) -> None:
        super().__init__()
        self._gap = gap

    def swap(self, version: int, memo: Memo, joined: Joined) -> Slot | None:
        with self._lock:
            if self._slot.version != version:
                return self._slot
        with self._gap.passed(memo.observation), self._lock:
            self._slot = Slot(self._slot.version + 1, self._slot.epoch, memo, joined)
            self.history[self._slot.version] = memo.observation
        return None


class Gap:
    """Where eight threads meet, and which they leave one by one, that of the newest memo first."""

    def __init__(self) -> None:
        self._barrier = threading.Barrier(THREADS)
        self._lock = threading.Lock()
        self._present: dict[int, threading.Event] = {}

    @contextmanager
    def passed(self, observation: int) -> Iterator[None]:
        """Wait for the others and then for all newer ones; the next one goes when the block ends."""
        done = threading.Event()
        with self._lock:
            self._present[observation] = done
        self._barrier.wait(PATIENCE)
        for newer in sorted(self._present):
            if newer > observation:
                assert self._present[newer].wait(PATIENCE)
        yield
        done.set()


@contextmanager
def log(path: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(path, isolation_level=None)) as writer:
        writer.execute("PRAGMA journal_mode = WAL")
        for statement in schema.CREATE:
            writer.execute(statement)
        yield writer


def append(writer: sqlite3.Connection, turn: str) -> None:
    body = f'turn{{turn.id={turn}}}: websocket request: {{"type": "response.create", "service_tier": "priority"}}'
    writer.execute(
        "INSERT INTO logs (ts, ts_nanos, level, target, feedback_log_body) VALUES (1, 0, 'INFO', 'race', ?)", (body,)
    )


def raced(path: Path, store: RecordingStore, gap: Gap | None) -> list[int]:
    """Let eight refreshes read eight snapshots and store at once; give what was stored, in order.

    The gap, if one is given, is between read and swap; else the store has one of its own.
    """
    with log(path) as writer, closing(Host(path, limits=Limits(swaps=THREADS + 1), store=store)) as host:
        waiting = []
        for number in range(THREADS):
            append(writer, f"t{number}")
            lease = host.lease()
            following = locate(Ask(Span(None, None), ended=False, limits=host.limits))
            for _ in range(GATES_MAX):
                if isinstance(following[1], Swap):
                    break
                found = step(following[0], lease.perform(following[1]))  # type: ignore[arg-type] # no date, no pause
                assert isinstance(found, tuple)
                following = found
            waiting.append((lease, *following))

        def write_back(number: int) -> int:
            lease, state, effect = waiting[number]
            assert isinstance(effect, Swap)
            if gap is None:
                result = lease.perform(effect)
            else:
                with gap.passed(effect.memo.observation):
                    result = lease.perform(effect)
            for _ in range(GATES_MAX):
                following = step(state, result)
                if isinstance(following, Answer):
                    lease.release(sound=True)
                    return len(following.turns)
                assert isinstance(following, tuple)
                state, effect = following
                result = lease.perform(effect)  # type: ignore[arg-type] # no date, no pause
            raise AssertionError(f"no answer within {GATES_MAX} gates")

        with ThreadPoolExecutor(THREADS) as pool:
            answers = [pool.submit(write_back, number) for number in range(THREADS)]
            assert [answer.result(PATIENCE) for answer in answers] == list(range(1, THREADS + 1))
    return store.stored()


def test_h11_a_store_that_checks_and_stores_apart_loses_a_newer_memo_every_time(tmp_path: Path) -> None:
    """Eight threads pass the check together; the one with the newest memo stores first, and seven older ones after."""
    for number in range(ROUNDS):
        order = raced(tmp_path / f"{number}.log", SplitStore(Gap()), None)
        assert order == list(range(THREADS, 0, -1))


def test_h11_the_shipped_store_keeps_the_newest_memo_when_eight_threads_store_at_once(tmp_path: Path) -> None:
    for number in range(ROUNDS):
        order = raced(tmp_path / f"{number}.log", RecordingStore(), Gap())
        assert order == [THREADS]


class _EveryoneAtOnce(Gap):
    """A gap that is left by all at once, in whatever order the machine likes."""

    @contextmanager
    def passed(self, observation: int) -> Iterator[None]:
        del observation
        self._barrier.wait(PATIENCE)
        yield


def test_h11_what_the_shipped_store_keeps_gets_newer_in_whatever_order_eight_threads_come(tmp_path: Path) -> None:
    for number in range(ROUNDS):
        order = raced(tmp_path / f"{number}.log", RecordingStore(), _EveryoneAtOnce())
        assert order == sorted(order)
        assert order[-1] == THREADS


def test_eight_threads_and_a_writer_that_prunes_every_answer_is_the_truth_of_its_snapshot(tmp_path: Path) -> None:
    """A ninth thread writes; each of its commits issues new ids, so the sequence of an answer names its snapshot."""
    path = tmp_path / "log"
    plan = Plan("0.158", rows=400, batch=4, partition_rows=5, body_bytes=8, noise=0.1, processes=1, threads=3)
    true: dict[int, tuple[str, ...]] = {}
    ready, written = threading.Event(), threading.Event()

    def noted(progress: Progress) -> None:
        found = read_truth(path, ModelSpan(None, None))
        assert isinstance(found, FullScan)
        true[progress.highest] = tuple(turn.turn for turn in found.truth.turns)
        ready.set()

    def written_through() -> None:
        try:
            write(path, plan, threading.Event(), noted, now=1_000_000)
        finally:
            ready.set()
            written.set()

    def refreshed(scanner: Scanner) -> set[tuple[int, tuple[str, ...]]]:
        assert ready.wait(PATIENCE)
        given = set()
        deadline = monotonic() + PATIENCE  # and no count: while the writer gets no processor, refreshes are many
        while monotonic() < deadline:
            last = written.is_set()
            answer = scanner.turns(ALWAYS)
            assert isinstance(answer, Answer), answer
            assert answer.snapshot is not None
            given.add((answer.snapshot.sequence, tuple(turn.turn for turn in answer.turns)))
            if last:
                return given
        raise AssertionError("the writer does not end")

    store = RecordingStore()
    with (
        patch.object(hosts, "MemoStore", lambda: store),
        Scanner(path) as scanner,
        ThreadPoolExecutor(THREADS + 1) as pool,
    ):
        asked = [pool.submit(refreshed, scanner) for _ in range(THREADS)]
        pool.submit(written_through).result(PATIENCE)
        answers = {answer for future in asked for answer in future.result(PATIENCE)}
        assert {sequence: turns for sequence, turns in answers if turns != true[sequence]} == {}
        assert max(sequence for sequence, _ in answers) == max(true)
        assert store.stored() == sorted(store.stored())
        final = scanner.turns(ALWAYS)
    assert isinstance(final, Answer)
    assert (final.statistics.path, tuple(turn.turn for turn in final.turns)) == ("unchanged", true[max(true)])
