"""Claims about the scanner for trio when it is cancelled: whenever that is, it leaves nothing."""

from __future__ import annotations

import sqlite3
import threading
from contextlib import closing
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
import trio
import trio.testing

from strandline.impl.memo.store import MemoStore
from strandline.impl.memo.trio import WORKERS, TrioScanner
from strandline.impl.memo.window import Window
from tests.impl.memo.machine import Made, descriptors, names
from tests.impl.memo.tasks import ALWAYS, LIMITS, PATIENCE, UTC, Gate, run, slot, write

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator
    from pathlib import Path

    from strandline.impl.memo.answer import Outcome
    from strandline.impl.memo.memo import Memo
    from strandline.impl.memo.store import Joined, Slot


MANY = """WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n LIMIT 20000)
    INSERT INTO logs (ts, ts_nanos) SELECT n, 0 FROM n"""


AWAITS_MAX = 100
"""Awaits of one refresh after which the search for the last one has failed."""


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
