"""What goes on behind an append: projections that are blocked, counted, waited for, and caught up with."""

from __future__ import annotations

import sqlite3
import threading
import time
from contextlib import closing
from functools import partial
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from strandline.impl.threads.database import MetadataStore
from strandline.impl.threads.limits import Limits
from strandline.impl.threads.opening import DATABASE, ROLLOUTS
from strandline.impl.threads.product.bench.sampled import Times, middle, peak, timed, times, turn
from strandline.impl.threads.store import ThreadStore

if TYPE_CHECKING:
    from pathlib import Path

BLOCKED: Final = 1.0
"""Seconds that projections are blocked, by a process that holds the lock of the database."""
FLUSHES: Final = 200
"""Barriers of a round."""
BURST: Final = 10_000
"""Appends of a burst."""
SHORT: Final = 1_000
"""Appends of a short burst, to compare the memory with."""


class Blocked(NamedTuple):
    """An append while projections go on, and while they are blocked."""

    idle: Times
    blocked: Times

    @property
    def ratio(self) -> float:
        """How many times as long the slowest appends take while projections are blocked."""
        return self.blocked.p99 / self.idle.p99


class Burst(NamedTuple):
    """A burst of appends, and what it cost."""

    appends: int
    seconds: float
    projections: int
    catch_up: float
    """Seconds of the barrier behind it."""
    grown: int | None
    """Bytes by which the peak of memory rose from that of a short burst to that of this one."""
    peak: int | None
    """Bytes at the peak of the whole process."""


def blocked(folder: Path, rounds: int) -> Blocked:
    """Measure appends while projections go on and while they are blocked, in turn."""
    found: list[Blocked] = []
    with ThreadStore(folder, limits=Limits(busy=4 * BLOCKED)) as store:
        thread = store.create()
        thread.append_and_flush(turn(0))
        for _ in range(rounds):
            both = []
            for holds in (False, True):
                with closing(sqlite3.connect(folder / DATABASE, isolation_level=None)) as other:
                    if holds:
                        other.execute("BEGIN IMMEDIATE")
                    seen: list[float] = []
                    end = time.monotonic() + BLOCKED
                    while time.monotonic() < end:
                        seen.append(timed(partial(thread.append, turn(len(seen)))))
                both.append(times(seen))
                thread.flush()
            found.append(Blocked(*both))
    return Blocked(middle([one.idle for one in found]), middle([one.blocked for one in found]))


class _Told(MetadataStore):
    """A database that tells when its last transaction ended."""

    ended = 0.0

    def apply(self, *arguments: Any) -> Any:  # noqa: ANN401 - as the store's
        results = super().apply(*arguments)
        self.ended = time.perf_counter()
        return results


def over_wait(folder: Path, rounds: int) -> Times:
    """Measure how long after its generation is in the row a barrier returns."""
    (folder / ROLLOUTS).mkdir(parents=True)
    database = _Told(folder / DATABASE, folder / ROLLOUTS)
    found = []
    with ThreadStore(folder, database=database) as store:
        thread = store.create()
        for _ in range(rounds):
            waits = []
            for number in range(FLUSHES):
                thread.append_and_flush(turn(number))
                waits.append((time.perf_counter() - database.ended) * 1_000_000)
            found.append(times(waits))
    return middle(found)


def burst(folder: Path) -> Burst:
    """Append as fast as it goes, and count what that costs; the memory of ten times as much is compared."""
    with ThreadStore(folder) as store:
        thread = store.create()
        for number in range(SHORT):
            thread.append(turn(number))
        thread.flush()
        before, attempts = peak(), thread.statistics().attempts
        begun = time.perf_counter()
        for number in range(BURST):
            thread.append(turn(number))
        took = time.perf_counter() - begun
        catch_up = timed(thread.flush) / 1_000_000
        after, projections = peak(), thread.statistics().attempts - attempts
    grown = None if before is None or after is None else after - before
    return Burst(BURST, round(took, 3), projections, round(catch_up, 4), grown, after)


def paced(folder: Path, threads: int) -> float:
    """Count projections for each 1,000 appends that several threads of the process make at once."""
    with ThreadStore(folder) as store:
        live = [store.create() for _ in range(threads)]
        each = BURST // threads

        def work(number: int) -> None:
            for place in range(each):
                live[number].append(turn(place))

        helpers = [threading.Thread(target=work, args=(number,)) for number in range(threads)]
        for helper in helpers:
            helper.start()
        for helper in helpers:
            helper.join()
        for thread in live:
            thread.flush()
        return sum(thread.statistics().attempts for thread in live) * 1_000 / (each * threads)
