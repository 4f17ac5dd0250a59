"""Claims about the scanner for trio: cancelled anywhere, it leaves nothing, and it never blocks the loop."""

from __future__ import annotations

import sqlite3
import threading
from contextlib import closing
from dataclasses import dataclass, field
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
    from datetime import date

    from strandline.impl.effects import Effect, Failure, Missing, Result
    from strandline.impl.store import Joined, Slot
    from strandline.impl.memo import Memo

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


def write(path: Path, *turns: str) -> None:
    """Commit turns to the log, in rollback mode and without waiting: this fails if a reader left a lock."""
    with closing(sqlite3.connect(path, isolation_level=None, timeout=0)) as writer:
        writer.execute(SCHEMA.replace("TABLE", "TABLE IF NOT EXISTS"))
        for turn in turns:
            body = f'turn.id={turn} websocket request: {{"type": "response.create", "service_tier": "priority"}}'
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


def test_a_log_that_stays_locked_is_busy_after_the_pauses(path: Path, busy: sqlite3.Connection) -> None:
    async def main() -> None:
        async with TrioScanner(path, limits=LIMITS) as scanner:
            busy.execute("BEGIN EXCLUSIVE")
            outcome = await scanner.turns(ALWAYS)
            assert isinstance(outcome, Unavailable)
            assert outcome.reason == "busy"
            busy.execute("ROLLBACK")
            assert names(await scanner.turns(ALWAYS)) == ["a", "b"]

    run(main)


@pytest.mark.parametrize("kind", ["cold", "appended", "unchanged", "one-shot", "chunks"])
def test_cancelled_at_any_await_it_leaves_no_connection_no_lock_and_the_memo_as_it_was(
    path: Path, made: Made, kind: str
) -> None:
    window = Window(None, _first_day(), UTC) if kind == "one-shot" else ALWAYS
    limits = LIMITS._replace(chunk=1) if kind == "chunks" else LIMITS

    async def main() -> None:
        present = ["a", "b"]
        for wait in range(1, AWAITS_MAX):
            async with TrioScanner(path, limits=limits, connect=made) as scanner:
                if kind in {"appended", "unchanged"}:
                    await scanner.turns(window)
                if kind == "appended":
                    write(path, f"c{wait:03}")
                    present.append(f"c{wait:03}")
                before, seen = slot(scanner), (made.opened, descriptors())
                outcome, waits = await cancelled_at(wait, lambda: scanner.turns(window))  # noqa: B023 - awaited here
                if outcome is None:
                    assert slot(scanner) is before
                    assert made.opened == 0
                else:
                    assert names(outcome) == present
                present.append(f"d{wait:03}")
                write(path, present[-1])
                assert names(await scanner.turns(window)) == sorted(present)
            assert made.opened == 0
            if waits < wait:
                assert outcome is not None
                break
            assert seen is not None
        else:
            pytest.fail("no refresh ran to its end")
        assert wait > 3

    run(main)


def _first_day() -> date:
    from datetime import date

    return date(1970, 1, 1)
