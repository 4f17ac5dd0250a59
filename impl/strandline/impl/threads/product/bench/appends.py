"""How long an append takes, beside one that projects before it returns, over a connection that is kept."""

from __future__ import annotations

from functools import partial
from itertools import count
from typing import TYPE_CHECKING, Final, NamedTuple

import trio

from strandline.impl.threads.database import Change, MetadataStore
from strandline.impl.threads.effects import Applied, Upsert
from strandline.impl.threads.lines import encode
from strandline.impl.threads.opening import DATABASE, ROLLOUTS
from strandline.impl.threads.product.bench.sampled import Times, allow, middle, timed, times, turn
from strandline.impl.threads.rollout import Rollout
from strandline.impl.threads.store import ThreadStore
from strandline.impl.threads.trio import TrioThreadStore

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path

    from strandline.impl.threads.database import Synchronous

APPENDS: Final = 2_000
"""Appends of a round."""
PROJECTED: Final = 200
"""Appends of a round that project before they return."""
SYNCED: Final = 200
"""Appends of a round that wait for the disk."""


class Case(NamedTuple):
    """What is measured: through which face, with how many live threads, and what a commit waits for."""

    face: str
    threads: int
    synchronous: Synchronous


class Appended(NamedTuple):
    """What was measured: an append, one that projects before it returns, and the projecting part of that alone."""

    append: Times
    then_project: Times
    projection: Times

    @property
    def ratio(self) -> float:
        """How many times sooner an append returns, by the medians."""
        return self.then_project.p50 / self.append.p50


class Whole:
    """Appends that project before they return: the baseline, with the same rollouts and the same statements."""

    def __init__(self, folder: Path, threads: int, synchronous: Synchronous) -> None:
        """Begin with a line and a row for each thread."""
        (folder / ROLLOUTS).mkdir(parents=True)
        self.database = MetadataStore(folder / DATABASE, folder / ROLLOUTS, synchronous=synchronous)
        names = [f"t{number}" for number in range(threads)]
        self.rollouts = [Rollout.create(folder / ROLLOUTS / f"{name}.jsonl", name) for name in names]
        self.projections: list[float] = []
        for number, _ in enumerate(self.rollouts):
            self.append(number)

    def append(self, number: int) -> None:
        """Append a line to one of the threads, and project it."""
        rollout = self.rollouts[number % len(self.rollouts)]
        base = rollout.tail
        written = rollout.append(encode(turn(number)))
        change = Change(rollout.thread, Upsert(base, written.generation, written.patch))
        self.projections.append(timed(partial(self._project, change)))

    def _project(self, change: Change) -> None:
        (result,) = self.database.apply([change])
        if not isinstance(result, Applied):
            message = f"the baseline could not project: {result}"
            raise TypeError(message)

    def close(self) -> None:
        """Close everything."""
        self.database.close()
        for rollout in self.rollouts:
            rollout.close()


def appends(folder: Path, case: Case, rounds: int) -> Appended | None:
    """Measure appends and the baseline in turn, so many rounds; None if the process may not open enough files."""
    if not allow(2 * case.threads):
        return None
    whole = Whole(folder / "baseline", case.threads, case.synchronous)
    try:
        if case.face == "trio":
            return trio.run(_tasks, folder / "store", case, whole, rounds)
        return _blocking(folder / "store", case, whole, rounds)
    finally:
        whole.close()


def _blocking(folder: Path, case: Case, whole: Whole, rounds: int) -> Appended:
    numbers = count(case.threads)
    found: list[Appended] = []
    with ThreadStore(folder, synchronous=case.synchronous) as store:
        threads = [store.create(f"t{number}") for number in range(case.threads)]
        for thread in threads:
            thread.append(turn(0))
        for thread in threads:
            thread.flush()
        for _ in range(rounds):
            plain = []
            for number in range(APPENDS):
                append = partial(threads[number % len(threads)].append, turn(number))
                plain.append(timed(append))
            whole.projections.clear()
            projected = [timed(partial(whole.append, next(numbers))) for _ in range(PROJECTED)]
            found.append(Appended(times(plain), times(projected), times(whole.projections)))
    return _middle(found)


async def _tasks(folder: Path, case: Case, whole: Whole, rounds: int) -> Appended:
    numbers = count(case.threads)
    found: list[Appended] = []
    async with TrioThreadStore(folder, synchronous=case.synchronous) as store:
        threads = [await store.create(f"t{number}") for number in range(case.threads)]
        for thread in threads:
            await thread.append(turn(0))
        for thread in threads:
            await thread.flush()
        for _ in range(rounds):
            plain = []
            for number in range(APPENDS):
                append = partial(threads[number % len(threads)].append, turn(number))
                plain.append(await _awaited(append))
            whole.projections.clear()
            projected = []
            for _ in range(PROJECTED):
                # A commit would hold up all other tasks: who projects under trio hands it to a thread.
                append_whole = partial(trio.to_thread.run_sync, whole.append, next(numbers))
                projected.append(await _awaited(append_whole))
            found.append(Appended(times(plain), times(projected), times(whole.projections)))
    return _middle(found)


async def _awaited(call: Callable[[], Awaitable[object]]) -> float:
    begun = trio.lowlevel.current_clock().current_time()
    await call()
    return (trio.lowlevel.current_clock().current_time() - begun) * 1_000_000


def _middle(found: list[Appended]) -> Appended:
    parts = zip(*found, strict=True)
    return Appended(*(middle(part) for part in parts))


def synced(folder: Path, rounds: int) -> Times:
    """Measure appends that wait for the disk."""
    with ThreadStore(folder, sync=True) as store:
        thread = store.create()
        return middle(
            [times([timed(partial(thread.append, turn(number))) for number in range(SYNCED)]) for _ in range(rounds)]
        )
