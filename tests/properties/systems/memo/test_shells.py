"""Both shells beside a writer that inserts and prunes, judged by the oracle once all is quiet."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from time import monotonic
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest
import trio

from strandline.impl.memo.answer import Answer, Outcome
from strandline.impl.memo.product.writer.write import Plan, write
from strandline.impl.memo.scanner import Scanner
from strandline.impl.memo.trio import TrioScanner
from strandline.impl.memo.window import Window
from strandline.model.memo.days import Span
from strandline.properties.systems.memo.live.truth import FullScan, read_truth

if TYPE_CHECKING:
    from pathlib import Path

    from strandline.impl.memo.product.writer.drafts import Journal

NOW = 1_800_000_000
ALWAYS = Window(None, None, ZoneInfo("UTC"))
THREADS = 8
PATIENCE = 60.0
"""Seconds that a thread asks at most, however often that is; the writer is done long before."""

JOURNALS = pytest.mark.parametrize("journal", ["wal", "delete"])


def plan(journal: Journal, seed: int) -> Plan:
    return Plan("0.158", rows=1500, batch=16, partition_rows=20, body_bytes=20, noise=0.1, seed=seed, journal=journal)


def is_true(path: Path, outcome: Outcome) -> bool:
    """Tell whether an answer equals the oracle's on the log as it is now."""
    truth = read_truth(path, Span(None, None))
    assert isinstance(truth, FullScan)
    assert truth.truth.turns
    assert isinstance(outcome, Answer)
    return [tuple(turn) for turn in outcome.turns] == [tuple(turn) for turn in truth.truth.turns]


@JOURNALS
def test_eight_threads_that_share_a_scanner_are_exact_once_the_writer_is_quiet(
    tmp_path: Path, journal: Journal
) -> None:
    path = tmp_path / "logs_2.sqlite"
    quiet = threading.Event()

    def refresh(scanner: Scanner) -> Outcome:
        deadline = monotonic() + PATIENCE
        while monotonic() < deadline:
            last = quiet.is_set()
            outcome = scanner.turns(ALWAYS)
            if last:
                return outcome
        pytest.fail("the writer never came to an end")

    with Scanner(path) as scanner, ThreadPoolExecutor(THREADS) as pool:
        asked = [pool.submit(refresh, scanner) for _ in range(THREADS)]
        try:
            write(path, plan(journal, 1), threading.Event(), now=NOW)
        finally:
            quiet.set()
        assert all(is_true(path, future.result()) for future in asked)
        again = scanner.turns(ALWAYS)
        assert is_true(path, again)
        assert isinstance(again, Answer)
        assert again.statistics.cause is None


@JOURNALS
def test_tasks_that_share_a_scanner_are_exact_once_the_writer_is_quiet(tmp_path: Path, journal: Journal) -> None:
    path = tmp_path / "logs_2.sqlite"
    given: list[Outcome] = []

    async def refresh(scanner: TrioScanner, quiet: trio.Event) -> None:
        while not quiet.is_set():
            await scanner.turns(ALWAYS)
        given.append(await scanner.turns(ALWAYS))

    async def main() -> None:
        quiet = trio.Event()
        async with TrioScanner(path) as scanner, trio.open_nursery() as nursery:
            for _ in range(THREADS):
                nursery.start_soon(refresh, scanner, quiet)
            await trio.to_thread.run_sync(lambda: write(path, plan(journal, 2), threading.Event(), now=NOW))
            quiet.set()

    trio.run(main)
    assert len(given) == THREADS
    assert all(is_true(path, outcome) for outcome in given)
