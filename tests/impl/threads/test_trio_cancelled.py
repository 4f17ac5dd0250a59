"""Claims about cancellation under trio: cancelled anywhere, a call loses nothing."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest
import trio
import trio.testing

from strandline.impl.threads.database import MetadataStore
from strandline.impl.threads.errors import (
    ClosedError,
    DeadlineError,
    NotFoundError,
)
from strandline.impl.threads.limits import Limits
from strandline.impl.threads.rollout import Rollout
from strandline.impl.threads.trio import TrioLiveThread, TrioThreadStore
from tests.impl.threads.gated import LAZY, Gated, arrived, row_of, run
from tests.impl.threads.items import PATIENCE, counted, model, noise, said

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path


AWAITS_MAX = 200
"""Awaits of one call after which the search for the last one has failed."""


class CancelAt(trio.abc.Instrument):
    """Cancels a scope when its task is about to run for the nth time."""

    def __init__(self, task: trio.lowlevel.Task, scope: trio.CancelScope, number: int) -> None:
        self.task, self.scope, self.left = task, scope, number

    def after_task_step(self, task: trio.lowlevel.Task) -> None:
        if task is self.task:
            self.left -= 1
            if self.left == 0:
                self.scope.cancel()


CALLS: dict[str, Callable[[TrioThreadStore, TrioLiveThread], Awaitable[object]]] = {
    "append": lambda _, thread: thread.append([model("m")]),
    "append of much": lambda _, thread: thread.append([noise("x" * 100_000)]),
    "append and flush": lambda _, thread: thread.append_and_flush([model("m")]),
    "flush": lambda _, thread: thread.flush(),
    "persist": lambda _, thread: thread.persist(),
    "rename": lambda _, thread: thread.rename("mine"),
    "read": lambda store, thread: store.read(thread.id, at_least=thread.generation, deadline=5),
    "list": lambda store, _: store.list(),
    "create": lambda store, _: store.create(),
    "shutdown": lambda _, thread: thread.shutdown(),
    "discard": lambda _, thread: thread.discard(),
}


@pytest.mark.parametrize("name", CALLS)
@pytest.mark.parametrize("sync", [False, True])
def test_a_call_that_is_cancelled_at_any_await_hurts_nothing(tmp_path: Path, name: str, sync: bool) -> None:  # noqa: FBT001
    """The rollout holds whole calls, the row becomes its fold, and the thread goes on or is closed."""

    async def once(number: int) -> bool:
        folder = tmp_path / str(number)
        async with TrioThreadStore(folder, limits=LAZY, sync=sync) as store:
            thread = await store.create("t")
            await thread.append([said("a")])
            finished = False
            with trio.CancelScope() as scope:
                watch = CancelAt(trio.lowlevel.current_task(), scope, number)
                trio.lowlevel.add_instrument(watch)
                try:
                    await CALLS[name](store, thread)
                    finished = True
                finally:
                    trio.lowlevel.remove_instrument(watch)
            if name not in {"shutdown", "discard"}:
                before = thread.generation
                if name.startswith("append") and not scope.cancelled_caught:
                    assert before.ordinal == 3
                await thread.append([counted(7)])
                await thread.flush()
                row = await row_of(store, thread)
                assert (row.generation, row["tokens"]) == (thread.generation, 7)
            elif name == "shutdown":
                with pytest.raises(ClosedError):
                    await thread.append([noise()])
                thread = await store.resume("t")
                await thread.flush()
                assert (await row_of(store, thread))["title"] == "a"
            else:
                with pytest.raises(NotFoundError):
                    await store.resume("t")
        if name != "discard":
            with Rollout.resume(folder / "rollouts" / "t.jsonl", "t") as rollout:
                assert rollout.torn is None
                assert rollout.found is not None
                assert row_patch(folder) == rollout.found.patch or name == "shutdown"
        return finished and watch.left > 0

    async def main() -> None:
        for number in range(1, AWAITS_MAX):
            if await once(number):
                return
        raise AssertionError("the call has no last await")

    run(main)


def row_patch(folder: Path) -> object:
    with closing(MetadataStore(folder / "threads.sqlite", folder / "rollouts")) as store:
        row = store.reader.read("t")
        return None if row is None else row.patch


def test_a_barrier_that_is_cancelled_leaves_its_facts_to_the_next_one(tmp_path: Path) -> None:
    async def main() -> None:
        database = Gated(tmp_path)
        async with TrioThreadStore(tmp_path, limits=LAZY, database=database) as store:
            thread = await store.create()
            database.open.clear()
            results: list[str] = []

            async def barrier(scope: trio.CancelScope) -> None:
                with scope:
                    results.append((await thread.append_and_flush([said("a")])).status)

            scopes = [trio.CancelScope() for _ in range(3)]
            async with trio.open_nursery() as nursery:
                for scope in scopes:
                    nursery.start_soon(barrier, scope)
                await arrived(database)
                await trio.testing.wait_all_tasks_blocked()
                scopes[0].cancel()
                scopes[2].cancel()
                await trio.testing.wait_all_tasks_blocked()
                database.open.set()
            assert results == ["done"]
            await thread.flush()
            assert (await row_of(store, thread)).generation.ordinal == 4

    run(main)


def test_the_store_that_is_left_by_a_cancellation_still_drains(tmp_path: Path) -> None:
    async def main() -> None:
        with trio.CancelScope() as scope:
            async with TrioThreadStore(tmp_path, limits=LAZY) as store:
                thread = await store.create("t")
                await thread.append([said("a")])
                scope.cancel()
                await trio.sleep_forever()
        assert scope.cancelled_caught

    run(main)
    with closing(MetadataStore(tmp_path / "threads.sqlite", tmp_path / "rollouts")) as found:
        assert found.reader.page(5).rows[0]["title"] == "a"
    Rollout.resume(tmp_path / "rollouts" / "t.jsonl", "t").close()


def test_a_drain_ends_at_its_deadline_and_releases_the_rollouts(tmp_path: Path) -> None:
    async def main() -> None:
        limits = Limits(pace=PATIENCE, busy=PATIENCE, drain=0.05)
        async with TrioThreadStore(tmp_path, limits=limits) as store:
            thread = await store.create("t")
            await thread.append_and_flush([said("a")])
            await thread.append([model("m")])
            with closing(sqlite3.connect(tmp_path / "threads.sqlite", isolation_level=None)) as other:
                other.execute("BEGIN IMMEDIATE")
                with pytest.raises(ExceptionGroup) as caught:
                    await store.aclose()
        assert isinstance(caught.value.exceptions[0], DeadlineError)

    run(main)
    Rollout.resume(tmp_path / "rollouts" / "t.jsonl", "t").close()
