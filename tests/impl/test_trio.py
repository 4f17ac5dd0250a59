"""Claims about the scanner for trio: cancelled anywhere, it leaves nothing, and it never blocks the loop."""

from __future__ import annotations

import sqlite3
import threading
from contextlib import closing
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest
import trio
import trio.testing

from strandline.impl.answer import Answer, Outcome, Unavailable
from strandline.impl.files import Sighting, SystemFiles
from strandline.impl.host import Lease
from strandline.impl.memo import Limits
from strandline.impl.scanner import Scanner
from strandline.impl.store import MemoStore
from strandline.impl.trio import WORKERS, TrioScanner
from strandline.impl.window import Window

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator

    from strandline.impl.effects import Effect, Failure, Missing, Result
    from strandline.impl.memo import Memo
    from strandline.impl.store import Joined, Slot

SCHEMA = """CREATE TABLE logs (id INTEGER PRIMARY KEY AUTOINCREMENT, ts INTEGER NOT NULL, ts_nanos INTEGER NOT NULL,
    feedback_log_body TEXT, thread_id TEXT, process_uuid TEXT)"""
MANY = """WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n LIMIT 20000)
    INSERT INTO logs (ts, ts_nanos) SELECT n, 0 FROM n"""
UTC = ZoneInfo("UTC")
ALWAYS = Window(None, None, UTC)
LIMITS = Limits(waits=2, pause=0)
PATIENCE = 30
"""Seconds after which a test that waits for an event has failed."""
AWAITS_MAX = 100
"""Awaits of one refresh after which the search for the last one has failed."""
DESCRIPTORS = Path("/proc/self/fd")


def write(path: Path, *turns: str, patience: float = 0) -> None:
    """Commit turns to the log, in rollback mode; without patience this fails if a reader left a lock."""
    with closing(sqlite3.connect(path, isolation_level=None, timeout=patience)) as writer:
        writer.execute(SCHEMA.replace("TABLE", "TABLE IF NOT EXISTS"))
        for turn in turns:
            body = (
                f'turn{{turn.id={turn}}}: websocket request: {{"type": "response.create", "service_tier": "priority"}}'
            )
            writer.execute("INSERT INTO logs (ts, ts_nanos, feedback_log_body) VALUES (1, 0, ?)", (body,))


def run(main: Callable[[], Awaitable[None]]) -> None:
    async def bounded() -> None:
        with trio.fail_after(PATIENCE):
            await main()

    trio.run(bounded)


def names(outcome: Outcome) -> list[str]:
    assert isinstance(outcome, Answer), outcome
    return [turn.turn for turn in outcome.turns]


def slot(scanner: TrioScanner) -> Slot:
    return scanner._host.store.slot  # noqa: SLF001 - a cancelled refresh must not move it


def descriptors() -> int | None:
    """Count what is open, where the system tells."""
    return len(list(DESCRIPTORS.iterdir())) if DESCRIPTORS.exists() else None


@dataclass
class Made:
    """A factory that keeps what it made, to see what is still open."""

    factory: type[sqlite3.Connection] = sqlite3.Connection
    every: list[sqlite3.Connection] = field(default_factory=list)

    def __call__(self, *arguments: Any, **options: Any) -> sqlite3.Connection:  # noqa: ANN401 - as in sqlite3
        self.every.append(sqlite3.connect(*arguments, factory=self.factory, **options))
        return self.every[-1]

    @property
    def opened(self) -> int:
        return sum(1 for connection in self.every if _is_open(connection))


def _is_open(connection: sqlite3.Connection) -> bool:
    try:
        connection.total_changes  # noqa: B018 - it raises once closed
    except sqlite3.ProgrammingError:
        return False
    return True


class CancelAt(trio.abc.Instrument):
    """Cancels a scope when its task waits for the n-th time, so n = 1, 2, 3 … is every await in turn."""

    def __init__(self, task: trio.lowlevel.Task, scope: trio.CancelScope, wait: int) -> None:
        self._task = task
        self._scope = scope
        self._wait = wait
        self.waits = 0

    def after_task_step(self, task: trio.lowlevel.Task) -> None:
        if task is self._task:
            self.waits += 1
            if self.waits == self._wait:
                self._scope.cancel()


async def cancelled_at(wait: int, work: Callable[[], Awaitable[Outcome]]) -> tuple[Outcome | None, int]:
    """Run work, cancelled at its n-th wait; give its outcome, None if it was cancelled, and its waits."""
    outcome = None
    with trio.CancelScope() as scope:
        instrument = CancelAt(trio.lowlevel.current_task(), scope, wait)
        trio.lowlevel.add_instrument(instrument)
        try:
            outcome = await work()
        finally:
            trio.lowlevel.remove_instrument(instrument)
    return outcome, instrument.waits


@dataclass(frozen=True, slots=True)
class Gate(SystemFiles):
    """The file system, whose every look at the path waits for the test; never longer than its patience."""

    inside: threading.Event = field(default_factory=threading.Event)
    go: threading.Event = field(default_factory=threading.Event)

    def locate(self, path: Path) -> Sighting | Missing | Failure:
        self.inside.set()
        assert self.go.wait(PATIENCE)
        return SystemFiles.locate(self, path)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    log = tmp_path / "logs_2.sqlite"
    write(log, "a", "b")
    return log


@pytest.fixture
def made() -> Made:
    return Made()


@pytest.fixture
def busy(path: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(path, isolation_level=None, timeout=0)) as writer:
        yield writer


def test_it_answers_as_the_blocking_scanner_does(path: Path) -> None:
    async def main() -> None:
        async with TrioScanner(path) as scanner:
            with Scanner(path) as blocking:
                for _ in range(3):
                    found, expected = await scanner.turns(ALWAYS), blocking.turns(ALWAYS)
                    assert isinstance(found, Answer)
                    assert isinstance(expected, Answer)
                    assert (found.turns, found.statistics) == (expected.turns, expected.statistics)
                    write(path, "c")

    run(main)


def test_an_unchanged_answer_is_the_very_same_turns(path: Path) -> None:
    async def main() -> None:
        async with TrioScanner(path) as scanner:
            first, second = await scanner.turns(ALWAYS), await scanner.turns(ALWAYS)
            assert isinstance(first, Answer)
            assert isinstance(second, Answer)
            assert second.turns is first.turns

    run(main)


def test_a_dropped_memo_is_scanned_for_anew(path: Path) -> None:
    async def main() -> None:
        async with TrioScanner(path) as scanner:
            await scanner.turns(ALWAYS)
            scanner.drop()
            assert slot(scanner).memo is None
            outcome = await scanner.turns(ALWAYS)
            assert isinstance(outcome, Answer)
            assert outcome.statistics.cause == "no memo"

    run(main)


def test_a_log_that_stays_locked_is_busy_after_the_pauses_and_its_connection_is_closed(
    path: Path, made: Made, busy: sqlite3.Connection
) -> None:
    async def main() -> None:
        async with TrioScanner(path, limits=LIMITS, connect=made) as scanner:
            busy.execute("BEGIN EXCLUSIVE")
            outcome = await scanner.turns(ALWAYS)
            assert isinstance(outcome, Unavailable)
            assert outcome.reason == "busy"
            assert made.opened == 0
            busy.execute("ROLLBACK")
            assert names(await scanner.turns(ALWAYS)) == ["a", "b"]

    run(main)


@pytest.mark.parametrize("kind", ["cold", "appended", "unchanged", "one-shot", "chunks", "busy"])
def test_cancelled_at_any_await_it_leaves_no_connection_no_lock_and_the_memo_as_it_was(
    path: Path, made: Made, busy: sqlite3.Connection, kind: str
) -> None:
    window = Window(None, date(1970, 1, 1), UTC) if kind == "one-shot" else ALWAYS
    limits = LIMITS._replace(chunk=4) if kind == "chunks" else LIMITS
    present = ["a", "b"]

    async def cancelled(wait: int) -> bool:
        async with TrioScanner(path, limits=limits, connect=made) as scanner:
            if kind in {"appended", "unchanged"}:
                await scanner.turns(window)
            if kind == "appended":
                present.append(f"c{wait:03}")
                write(path, present[-1])
            if kind == "busy":
                busy.execute("BEGIN EXCLUSIVE")
            before = slot(scanner)
            outcome, waits = await cancelled_at(wait, lambda: scanner.turns(window))
            if kind == "busy":
                busy.execute("ROLLBACK")
            if outcome is None:
                assert slot(scanner) is before
                assert made.opened == 0
            elif kind != "busy":
                assert names(outcome) == sorted(present)
            present.append(f"d{wait:03}")
            write(path, present[-1])
            assert names(await scanner.turns(window)) == sorted(present)
        assert made.opened == 0
        return waits >= wait

    async def main() -> None:
        open_before = descriptors()
        wait = 1
        while await cancelled(wait):
            assert descriptors() == open_before
            wait += 1
            assert wait < AWAITS_MAX
        assert wait > 4

    run(main)


def test_every_wait_of_a_refresh_but_the_last_can_end_in_its_cancellation(path: Path) -> None:
    async def main() -> None:
        async with TrioScanner(path) as scanner:
            ended = []
            for wait in range(1, AWAITS_MAX):
                scanner.drop()
                outcome, waits = await cancelled_at(wait, lambda: scanner.turns(ALWAYS))
                if waits < wait:
                    break
                ended.append(outcome is None)
            assert ended
            assert all(ended)

    run(main)


def test_a_refresh_whose_cancellation_comes_during_the_swap_has_finished(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def main() -> None:
        with trio.CancelScope() as scope:
            real = MemoStore.swap

            def swap(store: MemoStore, version: int, memo: Memo, joined: Joined) -> Slot | None:
                scope.cancel()
                return real(store, version, memo, joined)

            monkeypatch.setattr(MemoStore, "swap", swap)
            scanner = TrioScanner(path)
            outcome = await scanner.turns(ALWAYS)
        assert names(outcome) == ["a", "b"]
        assert slot(scanner).memo is not None
        await scanner.aclose()

    run(main)


@pytest.mark.parametrize("effects", range(5))
def test_an_exception_in_any_effect_is_raised_as_it_is_and_leaves_nothing(
    path: Path, made: Made, effects: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    real: Any = Lease.perform
    left = iter(range(effects))

    def perform(lease: Lease, effect: Effect) -> Result:
        if next(left, None) is None:
            raise ZeroDivisionError(type(effect).__name__)
        result: Result = real(lease, effect)
        return result

    async def main() -> None:
        async with TrioScanner(path, limits=LIMITS, connect=made) as scanner:
            before = slot(scanner)
            with monkeypatch.context() as patch:
                patch.setattr(Lease, "perform", perform)
                with pytest.raises(ZeroDivisionError) as caught:
                    await scanner.turns(ALWAYS)
            assert str(caught.value) == ["Locate", "Connect", "ReadLog", "Check", "Swap"][effects]
            assert slot(scanner) is before
            assert made.opened == 0
            write(path, "c")
            assert names(await scanner.turns(ALWAYS)) == ["a", "b", "c"]
        assert made.opened == 0

    run(main)


def test_a_query_that_takes_long_is_interrupted_at_the_next_look_at_the_flag(
    path: Path, busy: sqlite3.Connection
) -> None:
    """The query stands still inside its first look until it is cancelled, so it has long to go then."""
    busy.execute(MANY)
    running, cancelled = threading.Event(), threading.Event()
    looks = []

    class Watched(sqlite3.Connection):
        def set_progress_handler(self, progress_handler: Callable[[], Any] | None, n: int) -> None:
            assert progress_handler is not None
            handler = progress_handler

            def look() -> bool:
                running.set()
                assert cancelled.wait(PATIENCE)
                looks.append(bool(handler()))
                return looks[-1]

            super().set_progress_handler(look, n)

        def interrupt(self) -> None:
            """Leave it to the flag."""

    made = Made(Watched)

    async def main() -> None:
        async with TrioScanner(path, connect=made) as scanner:
            with trio.CancelScope() as scope:
                async with trio.open_nursery() as nursery:
                    nursery.start_soon(scanner.turns, ALWAYS)
                    assert await trio.to_thread.run_sync(running.wait, PATIENCE)
                    scope.cancel()
                    cancelled.set()
            assert looks == [True]
            assert made.opened == 0
            assert slot(scanner).memo is None

    run(main)


def test_a_cancelled_refresh_waits_until_its_worker_has_let_go(path: Path) -> None:
    """A task that went on alone would close the connection in the hands of the worker."""
    gate = Gate()
    ended = []

    async def refresh(scanner: TrioScanner, scope: trio.CancelScope) -> None:
        with scope:
            await scanner.turns(ALWAYS)
        ended.append(scope.cancelled_caught)

    async def main() -> None:
        async with TrioScanner(path, files=gate) as scanner, trio.open_nursery() as nursery:
            scope = trio.CancelScope()
            nursery.start_soon(refresh, scanner, scope)
            assert await trio.to_thread.run_sync(gate.inside.wait, PATIENCE)
            scope.cancel()
            await trio.testing.wait_all_tasks_blocked()
            assert ended == []
            gate.go.set()
        assert ended == [True]

    run(main)


def test_a_refresh_that_waits_for_a_worker_can_be_cancelled(path: Path) -> None:
    gate = Gate()

    async def main() -> None:
        async with TrioScanner(path, files=gate) as scanner, trio.open_nursery() as nursery:
            for _ in range(WORKERS):
                nursery.start_soon(scanner.turns, ALWAYS)
            await trio.testing.wait_all_tasks_blocked()
            with trio.move_on_after(0) as scope:
                await scanner.turns(ALWAYS)
            assert scope.cancelled_caught
            gate.go.set()

    run(main)


def test_the_loop_goes_on_while_a_worker_waits_for_the_file_system(path: Path) -> None:
    gate = Gate()

    async def main() -> None:
        async with TrioScanner(path, files=gate) as scanner, trio.open_nursery() as nursery:
            nursery.start_soon(scanner.turns, ALWAYS)
            assert await trio.to_thread.run_sync(gate.inside.wait, PATIENCE)
            await trio.testing.wait_all_tasks_blocked()
            gate.go.set()

    run(main)


def test_many_tasks_share_one_scanner_and_no_more_workers_than_it_may_use(path: Path, made: Made) -> None:
    """The first workers meet inside, so there are that many; one more would be counted."""
    crowd = threading.Barrier(WORKERS)
    lock = threading.Lock()
    inside = most = met = 0

    class Crowded(SystemFiles):
        def locate(self, path: Path) -> Sighting | Missing | Failure:
            nonlocal inside, most, met
            with lock:
                inside += 1
                most = max(most, inside)
                met += 1
                first = met <= WORKERS
            if first:
                crowd.wait(PATIENCE)
            found = SystemFiles.locate(self, path)
            with lock:
                inside -= 1
            return found

    given: list[list[str]] = []

    async def refresh(scanner: TrioScanner) -> None:
        given.append(names(await scanner.turns(ALWAYS)))
        given.append(names(await scanner.turns(ALWAYS)))

    async def main() -> None:
        async with TrioScanner(path, files=Crowded(), connect=made) as scanner:
            async with trio.open_nursery() as nursery:
                for _ in range(3 * WORKERS):
                    nursery.start_soon(refresh, scanner)
            assert made.opened <= Limits().idle
        assert most == WORKERS
        assert given == [["a", "b"]] * 6 * WORKERS
        assert made.opened == 0

    run(main)


def test_tasks_beside_a_writer_give_only_answers_that_were_true(path: Path, busy: sqlite3.Connection) -> None:
    """Turns are appended one by one, so a true answer is the first ones, and a task never sees fewer than before."""
    busy.execute("PRAGMA journal_mode = WAL")
    present = ["a", "b", *(f"c{number:02}" for number in range(40))]

    async def refresh(scanner: TrioScanner, done: trio.Event) -> None:
        seen = 0
        while True:
            last = done.is_set()
            found = names(await scanner.turns(ALWAYS))
            assert found == present[: len(found)]
            assert len(found) >= seen
            seen = len(found)
            if last:
                break
        assert found == present

    async def main() -> None:
        done = trio.Event()
        async with TrioScanner(path) as scanner, trio.open_nursery() as nursery:
            for _ in range(4):
                nursery.start_soon(refresh, scanner, done)
            for turn in present[2:]:
                await trio.to_thread.run_sync(partial(write, path, turn, patience=PATIENCE))
            done.set()

    run(main)


def test_to_close_is_done_even_when_cancelled(path: Path, made: Made) -> None:
    async def main() -> None:
        scanner = TrioScanner(path, connect=made)
        await scanner.turns(ALWAYS)
        assert made.opened == 1
        with trio.CancelScope() as scope:
            scope.cancel()
            await scanner.aclose()
        assert scope.cancelled_caught
        assert made.opened == 0

    run(main)


def test_a_refresh_that_outlives_its_scanner_leaves_nothing_open(path: Path, made: Made) -> None:
    gate = Gate()
    given: list[list[str]] = []

    async def refresh(scanner: TrioScanner) -> None:
        given.append(names(await scanner.turns(ALWAYS)))

    async def main() -> None:
        async with trio.open_nursery() as nursery:
            async with TrioScanner(path, files=gate, connect=made) as scanner:
                nursery.start_soon(refresh, scanner)
                assert await trio.to_thread.run_sync(gate.inside.wait, PATIENCE)
            gate.go.set()
        assert given == [["a", "b"]]
        assert made.opened == 0

    run(main)
