"""Threads that work for trio tasks: a cancelled task interrupts the work, and still waits until it has ended."""

from __future__ import annotations

import threading
from queue import SimpleQueue
from typing import TYPE_CHECKING, TypeVar

import trio

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")


class Owner:
    """A thread of its own, for the connection that writes."""

    def __init__(self) -> None:
        """Start with the first piece of work."""
        self._jobs: SimpleQueue[Callable[[], None] | None] = SimpleQueue()
        self._thread: threading.Thread | None = None

    async def run(self, work: Callable[[], T], interrupt: Callable[[], None]) -> T:
        """Run work in the thread; when cancelled, interrupt it, and still wait until it has ended."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._loop, name="strandline-threads", daemon=True)
            self._thread.start()
        return await outside(work, self._jobs.put, interrupt)

    def stop(self) -> None:
        """End the thread, after the work that it has."""
        if self._thread is not None:
            self._jobs.put(None)
            self._thread.join()

    def _loop(self) -> None:
        while (job := self._jobs.get()) is not None:
            job()


@trio.lowlevel.enable_ki_protection
async def outside(
    work: Callable[[], T], submit: Callable[[Callable[[], None]], None], interrupt: Callable[[], None]
) -> T:
    """Have work done in another thread; a cancellation interrupts it, and is raised after it has ended."""
    task, token = trio.lowlevel.current_task(), trio.lowlevel.current_trio_token()
    results: list[T] = []
    errors: list[BaseException] = []

    def job() -> None:
        try:
            results.append(work())
        except BaseException as error:  # noqa: BLE001 - raised in the task that waits
            errors.append(error)
        token.run_sync_soon(trio.lowlevel.reschedule, task)

    def stop(_: object) -> trio.lowlevel.Abort:
        interrupt()
        return trio.lowlevel.Abort.FAILED

    submit(job)
    await trio.lowlevel.wait_task_rescheduled(stop)
    if errors:
        raise errors[0]
    return results[0]


def in_a_thread(job: Callable[[], None]) -> None:
    """Have a job done by any thread, as ``submit`` of ``outside``."""
    trio.lowlevel.start_thread_soon(job, lambda _: None)
