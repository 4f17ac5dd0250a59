"""The scanner for trio tasks: it never blocks the event loop on the log, and can be cancelled anywhere."""

from __future__ import annotations

import sqlite3
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import trio

from strandline.impl.memo.answer import Answer, Outcome, Unavailable
from strandline.impl.memo.codex import CODEX
from strandline.impl.memo.effects import Effect, Pause, ReadDate, Rested, Result, Swap
from strandline.impl.memo.files import Files, SystemFiles
from strandline.impl.memo.host import Host, Lease
from strandline.impl.memo.keeper import keeper_of
from strandline.impl.memo.memo import Limits
from strandline.impl.memo.refresh import State, start, step

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path
    from types import TracebackType
    from typing import Self

    from strandline.impl.memo.connection import ConnectionFactory
    from strandline.impl.memo.projection import Projection
    from strandline.impl.memo.shelf import Shelf
    from strandline.impl.memo.window import Window

WORKERS: Final = 8
"""How many worker threads one scanner uses at once; a refresh that finds none free waits for its turn."""

DEFAULT_LIMITS: Final = Limits()
_SYSTEM: Final = SystemFiles()


class TrioScanner:
    """Answers what a projection makes of a log, by default which turns ran on the priority tier, from a memo.

    One scanner serves one log and may be shared by any number of tasks; each call is a refresh
    of its own. Close it, or use it as an async context manager, to let its connections go.
    """

    def __init__(  # noqa: PLR0913 - everything that a scanner can be given
        self,
        path: Path,
        projection: Projection[Any, Any] = CODEX,
        *,
        limits: Limits = DEFAULT_LIMITS,
        files: Files = _SYSTEM,
        connect: ConnectionFactory = sqlite3.connect,
        memo: Path | Shelf | None = None,
    ) -> None:
        """Scan the log at a path.

        Args:
            path: a database, for codex its ``logs_2.sqlite``; it need not exist yet.
            projection: the table, and what its rows mean.
            limits: every bound of a refresh.
            files: the file system; called in worker threads.
            connect: makes a connection, as ``sqlite3.connect`` does; called in worker threads.
            memo: the file that the memo is kept in, for other processes and later ones; None keeps it in this one.

        Raises:
            ValueError: a memo is to be kept that cannot be: the projection names no type for what it says.
        """
        keeper = keeper_of(path, projection, memo)
        self._host = Host(path, limits=limits, projection=projection, files=files, connect=connect, keeper=keeper)
        self._workers = trio.CapacityLimiter(WORKERS)

    async def turns(self, window: Window) -> Outcome:
        """Give the turns of a window, or why there is no answer.

        Waits no longer for a busy log than its limits allow. When it is cancelled, the query
        that runs is interrupted and its connection closed before this raises; the memo is then
        as it was.
        """
        perform = partial(perform_effect, workers=self._workers)
        outcome = await drive(self._host.lease(), start(window, self._host.limits, self._host.projection), perform)
        if self._host.keeper is not None and self._host.keeper.is_due:
            await self._save(now=False)
        return outcome

    async def _save(self, *, now: bool) -> None:
        """Save the memo in a worker thread; a cancellation that came after the refresh is for the next checkpoint."""
        with trio.CancelScope(shield=True):
            await trio.to_thread.run_sync(partial(self._host.save, now=now))

    def drop(self) -> None:
        """Forget the memo, in every process that keeps it in the same file; no refresh in flight brings it back.

        It writes that file by itself, and so takes some milliseconds.

        Raises:
            ShelfError: the file cannot be written, so that other processes may still use it.
        """
        self._host.drop()

    async def aclose(self) -> None:
        """Save the memo, if it is kept in a file, and close what is kept between refreshes, even when cancelled."""
        if self._host.keeper is not None:
            await self._save(now=True)
        self._host.close()
        await trio.lowlevel.checkpoint()

    async def __aenter__(self) -> Self:
        """Give the scanner itself."""
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the scanner."""
        await self.aclose()


async def drive(
    lease: Lease, begun: tuple[State, Effect], perform: Callable[[Lease, Effect], Awaitable[Result]]
) -> Outcome:
    """Run a refresh to its end, and let its lease go whatever happens.

    Args:
        lease: what the refresh holds.
        begun: its first state and effect.
        perform: executes one effect.
    """
    sound = False
    try:
        state, effect = begun
        while True:
            following = step(state, await perform(lease, effect))
            if isinstance(following, (Answer, Unavailable)):
                sound = isinstance(following, Answer)
                return following
            state, effect = following
    finally:
        lease.release(sound=sound)


async def perform_effect(lease: Lease, effect: Effect, workers: trio.CapacityLimiter) -> Result:
    """Execute one effect without blocking the event loop."""
    match effect:
        case ReadDate(zone):
            return datetime.now(zone).date()
        case Pause(seconds):
            await trio.sleep(seconds)
            return Rested()
        case Swap():
            # Here and not in a worker: a cancellation between the swap and the return would
            # raise from a refresh that has moved the memo.
            return lease.perform(effect)
        case _:
            async with workers:
                result = await _in_worker(lambda: lease.perform(effect), lease.cancel)
            await trio.lowlevel.checkpoint_if_cancelled()
            return result


@trio.lowlevel.enable_ki_protection
async def _in_worker(work: Callable[[], Result], interrupt: Callable[[], None]) -> Result:
    """Run work in a worker thread; when cancelled, interrupt it, and still wait until it has ended.

    ``trio.to_thread.run_sync`` either leaves the thread behind with the connection in its hands,
    or waits for a query that nobody stops. Ctrl-C comes as a cancellation too: raised between
    the start and the wait, it would close the connection under the thread.
    """
    task = trio.lowlevel.current_task()
    token = trio.lowlevel.current_trio_token()

    def stop(_: object) -> trio.lowlevel.Abort:
        interrupt()
        return trio.lowlevel.Abort.FAILED

    trio.lowlevel.start_thread_soon(work, partial(token.run_sync_soon, trio.lowlevel.reschedule, task))
    done: Result = await trio.lowlevel.wait_task_rescheduled(stop)
    return done
