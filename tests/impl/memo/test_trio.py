"""Claims about the scanner for trio: it answers as the blocking one does, and never blocks the loop."""

from __future__ import annotations

import sqlite3
import threading
from contextlib import closing
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
import trio
import trio.testing

from strandline.impl.memo.answer import Answer, Unavailable
from strandline.impl.memo.files import Sighting, SystemFiles
from strandline.impl.memo.host import Lease
from strandline.impl.memo.memo import Limits
from strandline.impl.memo.scanner import Scanner
from strandline.impl.memo.trio import WORKERS, TrioScanner
from tests.impl.memo.machine import Made, names
from tests.impl.memo.tasks import ALWAYS, LIMITS, PATIENCE, Gate, run, slot, write

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from strandline.impl.memo.effects import Effect, Failure, Missing, Result


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
