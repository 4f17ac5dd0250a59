"""Claims about the face for trio: nothing waits for ever, and its calls are those of the blocking face."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import pytest
import trio
import trio.testing

from strandline.impl.threads.effects import Outcome
from strandline.impl.threads.errors import (
    BadInputError,
    ClosedError,
    DeadlineError,
    ForeignTokenError,
    HeldError,
    SnapshotError,
    StaleError,
    WorkerDeadError,
)
from strandline.impl.threads.limits import Limits
from strandline.impl.threads.lines import Item
from strandline.impl.threads.rollout import Rollout
from strandline.impl.threads.trio import TrioLiveThread, TrioThreadStore
from tests.impl.threads.gated import LAZY, Gated, arrived, row_of, run
from tests.impl.threads.items import PATIENCE, counted, noise, said

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence
    from pathlib import Path


def test_an_append_returns_before_its_projection_and_a_barrier_after_it(tmp_path: Path) -> None:
    async def main() -> None:
        database = Gated(tmp_path)
        async with TrioThreadStore(tmp_path, limits=LAZY, database=database) as store:
            thread = await store.create(cwd="/w")
            database.open.clear()
            token = await thread.append([said("a")])
            results: list[Outcome] = []
            async with trio.open_nursery() as nursery:

                async def flush() -> None:
                    results.append(await thread.flush())

                nursery.start_soon(flush)
                await arrived(database)
                for number in range(20):
                    await thread.append([counted(number)])
                assert not results
                assert await store.read(thread.id) is None
                database.open.set()
            assert results == [Outcome("done", token)]
            assert (await row_of(store, thread)).generation == token
            await thread.rename("mine")
            row = await row_of(store, thread)
            assert (row["title"], row["tokens"]) == ("mine", 19)
            assert thread.statistics().lag == 0

    run(main)


def test_a_touch_is_projected_at_its_time_and_no_sooner(tmp_path: Path) -> None:
    async def main() -> None:
        async with TrioThreadStore(tmp_path, limits=Limits()) as store:
            thread = await store.create()
            await thread.append_and_flush([said("a")])
            begun = trio.current_time()
            token = await thread.append([noise()])
            while thread.statistics().lag:
                assert trio.current_time() - begun <= Limits().touch
                await trio.sleep(0.5)
            assert trio.current_time() - begun >= Limits().touch - 0.5
            assert (await row_of(store, thread)).generation == token

    clock = trio.testing.MockClock(autojump_threshold=0.05)
    trio.run(main, clock=clock)


def test_a_deadline_is_of_trios_clock(tmp_path: Path) -> None:
    async def main() -> None:
        database = Gated(tmp_path)
        async with TrioThreadStore(tmp_path, limits=LAZY, database=database) as store:
            thread = await store.create()
            await thread.append([said("a")])
            database.open.clear()
            begun = trio.current_time()
            with pytest.raises(DeadlineError):
                await thread.flush(deadline=1000)
            assert trio.current_time() - begun >= 1000
            database.open.set()
            await thread.flush()

    trio.run(main, clock=trio.testing.MockClock(autojump_threshold=0.05))


def test_a_dead_worker_wakes_every_waiter_with_its_cause_and_ends_nothing_else(tmp_path: Path) -> None:
    async def main() -> None:
        database = Gated(tmp_path)
        store = TrioThreadStore(tmp_path, limits=LAZY, database=database)
        async with store:
            thread = await store.create("t")
            await thread.append([said("a")])
            database.dies = RuntimeError("out of luck")
            seen: list[str] = []

            async def barrier() -> None:
                with pytest.raises(WorkerDeadError, match="out of luck"):
                    await thread.flush()
                seen.append("told")

            async with trio.open_nursery() as nursery:
                for _ in range(3):
                    nursery.start_soon(barrier)
            assert seen == ["told"] * 3
            await thread.append([noise()])
            with pytest.raises(WorkerDeadError):
                await thread.append_and_flush([noise()])
            assert thread.statistics().dead is not None
            with pytest.raises(ExceptionGroup):
                await store.aclose()
        Rollout.resume(tmp_path / "rollouts" / "t.jsonl", "t").close()

    run(main)


def test_no_wake_up_is_lost_between_nothing_to_do_and_waiting(tmp_path: Path) -> None:
    """Each barrier finds the worker idle, about to be idle, or at work, as chance has it."""

    async def main() -> None:
        async with TrioThreadStore(tmp_path, limits=LAZY) as store:
            threads = [await store.create() for _ in range(3)]

            async def work(thread: TrioLiveThread) -> None:
                for number in range(60):
                    await thread.append([counted(number)])
                    for _ in range(number % 4):
                        await trio.lowlevel.checkpoint()
                    await thread.flush(deadline=PATIENCE)

            async with trio.open_nursery() as nursery:
                for thread in threads:
                    nursery.start_soon(work, thread)
            for thread in threads:
                assert (await row_of(store, thread))["tokens"] == 59

    run(main)


def test_a_thousand_threads_cost_one_task_and_no_timer_each(tmp_path: Path) -> None:
    resource = pytest.importorskip("resource")
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < 1_200:
        pytest.skip(f"a process may hold {hard} files open here")

    async def main() -> None:
        async with TrioThreadStore(tmp_path, limits=Limits(drain=PATIENCE)) as store:
            one = trio.lowlevel.current_statistics().tasks_living
            threads = [await store.create(f"t{number}") for number in range(1_000)]
            for thread in threads:
                await thread.append([noise()])
            await trio.testing.wait_all_tasks_blocked()
            assert trio.lowlevel.current_statistics().tasks_living <= one + 1
            for thread in threads:
                await thread.flush()
            assert len((await store.list(1_000)).rows) == 1_000

    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, 1_200), hard))
    try:
        run(main)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_tokens_snapshots_and_bad_input_are_as_in_the_blocking_face(tmp_path: Path) -> None:
    async def main() -> None:
        async with TrioThreadStore(tmp_path, limits=LAZY) as store:
            one, other = await store.create(), await store.create()
            token, foreign = await one.append([said("a")]), await other.append([said("b")])
            assert await store.read(one.id, at_least=token, deadline=5) is not None
            with pytest.raises(ForeignTokenError):
                await store.read(one.id, at_least=foreign)
            async with store.snapshot() as snapshot:
                assert len((await snapshot.page(10)).rows) == 1
                assert await snapshot.read(one.id) is not None
                with pytest.raises(SnapshotError):
                    await one.flush()
            bad: Sequence[Callable[[], Awaitable[object]]] = [
                partial(one.append, []),
                partial(one.flush, deadline=-1),
                partial(one.rename, ""),
                partial(store.create, "a/b"),
                partial(store.list, 0),
                partial(store.read, "/"),
            ]
            for call in bad:
                with pytest.raises(BadInputError):
                    await call()
            with pytest.raises(HeldError):
                await store.resume(one.id)
        with pytest.raises(ClosedError):
            await store.list()

    run(main)


def test_a_token_of_a_thread_that_another_store_writes_waits_to_its_deadline(tmp_path: Path) -> None:
    async def main() -> None:
        async with TrioThreadStore(tmp_path, limits=LAZY) as writer, TrioThreadStore(tmp_path, limits=LAZY) as reader:
            thread = await writer.create("t")
            token = await thread.append([said("a")])
            with pytest.raises(StaleError):
                await reader.read("t", at_least=token, deadline=0.01)
            async with trio.open_nursery() as nursery:
                nursery.start_soon(thread.flush)
                assert await reader.read("t", at_least=token, deadline=PATIENCE) is not None

    run(main)


def test_a_store_that_was_not_entered_says_so(tmp_path: Path) -> None:
    async def main() -> None:
        store = TrioThreadStore(tmp_path)
        with pytest.raises(ClosedError, match="async with"):
            await store.create()
        await store.aclose()

    run(main)


def test_much_is_written_in_another_thread_and_order_is_kept(tmp_path: Path) -> None:
    async def main() -> None:
        async with TrioThreadStore(tmp_path, limits=LAZY) as store:
            thread = await store.create("t")
            async with trio.open_nursery() as nursery:
                for number in range(20):
                    items = [Item("turn_context", {"model": str(number), "rest": "x" * (100_000 * (number % 2))})]
                    nursery.start_soon(thread.append, items)
            await thread.flush()
            row = await row_of(store, thread)
        with Rollout.resume(tmp_path / "rollouts" / "t.jsonl", "t") as rollout:
            assert rollout.found is not None
            assert rollout.found.patch == row.patch

    run(main)
