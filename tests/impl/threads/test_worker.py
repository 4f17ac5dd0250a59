"""Claims about the worker of the blocking face: many threads, one worker, its death, and its traces."""

from __future__ import annotations

import threading
import time
from contextlib import AbstractContextManager, ExitStack, contextmanager
from typing import TYPE_CHECKING, Any

import pytest

from strandline.impl.threads.database import MetadataStore
from strandline.impl.threads.errors import (
    WorkerDeadError,
)
from strandline.impl.threads.limits import Limits
from strandline.impl.threads.rollout import Rollout
from strandline.impl.threads.store import ThreadStore
from tests.impl.threads.items import PATIENCE, counted, model, noise, said
from tests.impl.threads.stores import LAZY, QUICK, row_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class Dying(MetadataStore):
    """A database whose worker dies, when told to."""

    dies = False

    def apply(self, *arguments: Any) -> Any:  # noqa: ANN401 - as the store's
        if self.dies:
            raise RuntimeError("out of luck")
        return super().apply(*arguments)


def test_a_dead_worker_is_told_to_every_waiter_and_appends_go_on(tmp_path: Path) -> None:
    (tmp_path / "rollouts").mkdir()
    database = Dying(tmp_path / "threads.sqlite", tmp_path / "rollouts")
    store = ThreadStore(tmp_path, limits=LAZY, database=database)
    thread, other = store.create("t"), store.create("u")
    thread.append_and_flush([said("a")])
    database.dies = True
    thread.append([model("m")])
    with pytest.raises(WorkerDeadError, match="RuntimeError: out of luck; open the store anew"):
        thread.flush()
    with pytest.raises(WorkerDeadError) as caught:
        other.append_and_flush([said("b")])
    assert caught.value.durable
    thread.append([noise()])
    assert thread.statistics().dead is not None
    with pytest.raises(WorkerDeadError):
        store.create("v").discard()
    with pytest.raises(ExceptionGroup) as group:
        store.close()
    assert len(group.value.exceptions) == 2
    with ThreadStore(tmp_path, limits=LAZY) as again:
        assert again.resume("t").flush().status == "done"


def test_many_threads_append_at_once_and_the_row_is_the_fold(tmp_path: Path) -> None:
    with ThreadStore(tmp_path, limits=QUICK) as store:
        thread = store.create("t")

        def work(name: int) -> None:
            for number in range(30):
                thread.append([counted(number)])
                if number % 10 == 0:
                    thread.rename(f"{name}.{number}", deadline=PATIENCE)

        helpers = [threading.Thread(target=work, args=(name,)) for name in range(4)]
        for helper in helpers:
            helper.start()
        for helper in helpers:
            helper.join()
        thread.flush(deadline=PATIENCE)
        row = row_of(store, thread)
        assert row.generation == thread.generation
        assert row.generation.ordinal == 1 + 4 * 33
    with Rollout.resume(tmp_path / "rollouts" / "t.jsonl", "t") as rollout:
        assert rollout.found is not None
        assert row.patch == rollout.found.patch


def test_a_burst_costs_few_attempts(tmp_path: Path) -> None:
    with ThreadStore(tmp_path, limits=Limits()) as store:
        thread = store.create()
        begun = time.monotonic()
        for number in range(2_000):
            thread.append([counted(number)])
        took = time.monotonic() - begun
        thread.flush()
        assert thread.statistics().attempts <= 2 + took / Limits().pace
        assert row_of(store, thread)["tokens"] == 1_999


def test_a_thousand_threads_cost_one_worker_and_few_transactions(tmp_path: Path) -> None:
    resource = pytest.importorskip("resource")
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < 1_200:
        pytest.skip(f"a process may hold {hard} files open here")
    before = threading.active_count()
    with ExitStack() as stack:
        if soft < 1_200:
            resource.setrlimit(resource.RLIMIT_NOFILE, (1_200, hard))
            stack.callback(resource.setrlimit, resource.RLIMIT_NOFILE, (soft, hard))
        store = stack.enter_context(ThreadStore(tmp_path, limits=Limits(drain=PATIENCE)))
        threads = [store.create(f"t{number}") for number in range(1_000)]
        for thread in threads:
            thread.append([said(thread.id)])
        for thread in threads:
            thread.append([noise()])
        assert threading.active_count() == before + 1
        for thread in threads:
            thread.flush(deadline=PATIENCE)
        assert all(found.lag == 0 for found in store.statistics().values())
        assert len(store.list(1_000).rows) == 1_000
        store.close()


class Tracing:
    """Keeps what attempts are told of their context."""

    def __init__(self) -> None:
        self.context: str | None = None
        self.seen: list[tuple[str | None, tuple[str, ...]]] = []

    def current(self) -> str | None:
        return self.context

    @contextmanager
    def projecting(self, _thread: str, parent: str | None, links: tuple[str, ...]) -> Iterator[None]:
        self.seen.append((parent, links))
        yield


def test_attempts_run_under_the_context_of_what_began_them(tmp_path: Path) -> None:
    tracer = Tracing()
    with ThreadStore(tmp_path, limits=LAZY, tracer=tracer) as store:
        thread = store.create()
        for context in ("00-a", "00-b"):
            tracer.context = context
            thread.append([noise()])
        tracer.context = "00-flush"
        thread.flush()
        tracer.context = None
        assert tracer.seen == [("00-flush", ("00-a", "00-b"))]


@pytest.mark.parametrize("moment", ["context", "call", "enter", "exit"])
def test_a_tracer_that_fails_fails_no_append_and_kills_no_worker(tmp_path: Path, moment: str) -> None:
    class Failing(Tracing):
        def current(self) -> str | None:
            self.fail("context")
            return None

        def projecting(self, *_: object) -> AbstractContextManager[None]:  # type: ignore[override]
            self.fail("call")
            return self.around()

        @contextmanager
        def around(self) -> Iterator[None]:
            self.fail("enter")
            yield
            self.fail("exit")

        def fail(self, here: str) -> None:
            if here == moment:
                raise RuntimeError(here)

    with ThreadStore(tmp_path, limits=LAZY, tracer=Failing()) as store:
        thread = store.create()
        thread.append([noise()])
        assert thread.flush(deadline=PATIENCE).status == "done"
