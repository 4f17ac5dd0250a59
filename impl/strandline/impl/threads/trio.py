"""Threads for trio tasks: it never blocks the event loop on a slow disk, and can be cancelled anywhere."""

from __future__ import annotations

from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import trio

from strandline.impl.threads import calls
from strandline.impl.threads.calls import INSIDE, Call, judged
from strandline.impl.threads.errors import ClosedError, NotFoundError, ThreadError
from strandline.impl.threads.limits import Limits
from strandline.impl.threads.opening import NO_TRACER, Opening, stale
from strandline.impl.threads.shell import Shell

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence
    from pathlib import Path
    from types import TracebackType
    from typing import Self

    from strandline.impl.threads.calls import OnFailure
    from strandline.impl.threads.database import MetadataStore, Synchronous
    from strandline.impl.threads.effects import Outcome
    from strandline.impl.threads.generation import Generation
    from strandline.impl.threads.host import Live, Statistics
    from strandline.impl.threads.lines import Item, Torn
    from strandline.impl.threads.reader import Reader
    from strandline.impl.threads.row import Page, Position, Row
    from strandline.impl.threads.tracing import Tracer

DEFAULT_LIMITS: Final = Limits()


class TrioLiveThread:
    """A thread that this process writes, for tasks.

    The calls are those of :class:`~strandline.impl.threads.store.LiveThread`. A cancelled append is
    either not in the rollout, or returns; a cancelled barrier leaves its facts to be projected.
    """

    def __init__(self, live: Live, shell: Shell) -> None:
        """Use ``TrioThreadStore.create`` or ``TrioThreadStore.resume``."""
        self._live = live
        self._shell = shell

    @property
    def id(self) -> str:
        """The id of the thread."""
        return self._live.thread

    @property
    def torn(self) -> Torn | None:
        """What was behind the last whole line of the rollout when it was resumed, and is not part of it."""
        return self._live.rollout.torn

    @property
    def generation(self) -> Generation:
        """The last line, as a token."""
        return self._live.state.tail

    async def append(self, items: Sequence[Item]) -> Generation:
        """Append lines, and give the token of the last one."""
        outcome = await self._call(calls.appending(items), None, "raise")
        return self.generation if outcome.generation is None else outcome.generation

    async def append_and_flush(
        self, items: Sequence[Item], *, deadline: float | None = None, on_failure: OnFailure = "raise"
    ) -> Outcome:
        """Append lines and wait for the row; a failure after they were durable says so."""
        return await self._call(calls.appending(items, flush=True), deadline, on_failure)

    async def flush(self, *, deadline: float | None = None, on_failure: OnFailure = "raise") -> Outcome:
        """Wait until the row has every line of now, less what is deferred."""
        return await self._call(Call("flush"), deadline, on_failure)

    async def persist(self, *, deadline: float | None = None, on_failure: OnFailure = "raise") -> Outcome:
        """Wait until the row has every line of now, also what is deferred; write the first line if there is none."""
        return await self._call(Call("persist"), deadline, on_failure)

    async def rename(
        self, title: str | None, *, deadline: float | None = None, on_failure: OnFailure = "raise"
    ) -> Outcome:
        """Set the title; None clears it."""
        return await self._call(calls.changing({"title": title}), deadline, on_failure)

    async def set_memory_mode(
        self, mode: str | None, *, deadline: float | None = None, on_failure: OnFailure = "raise"
    ) -> Outcome:
        """Set the memory mode; None clears it."""
        return await self._call(calls.changing({"memory_mode": mode}), deadline, on_failure)

    async def update_metadata(
        self, *, deadline: float | None = None, on_failure: OnFailure = "raise", **values: str | int | None
    ) -> Outcome:
        """Set columns of the row; None clears. What is set so is not replaced by what lines say later."""
        return await self._call(calls.changing(values), deadline, on_failure)

    async def shutdown(self, *, deadline: float | None = None, on_failure: OnFailure = "raise") -> Outcome:
        """Append no more, wait for the row, and release the rollout whatever comes of that."""
        return await self._call(Call("shutdown"), deadline, on_failure)

    async def discard(self, *, deadline: float | None = None, on_failure: OnFailure = "raise") -> Outcome:
        """Remove the rollout and then the row; the deadline cuts short the wait for the row only."""
        return await self._call(Call("discard"), deadline, on_failure)

    def statistics(self) -> Statistics:
        """Tell how far the row is behind the rollout, and why."""
        return self._live.statistics

    async def _call(self, call: Call, deadline: float | None, on_failure: OnFailure) -> Outcome:
        raises, within = calls.failing(on_failure), calls.seconds(deadline)
        calls.outside(call)
        await trio.lowlevel.checkpoint_if_cancelled()
        outcome = await self._shell.drive(self._live, self._live.begin(call), within)
        return judged(outcome, raises=raises or call.kind == "append")


@dataclass(frozen=True)
class Snapshot:
    """Reads that are all of one moment."""

    reader: Reader

    async def read(self, thread: str) -> Row | None:
        """Give the row of a thread, None if it has none or its rollout is gone."""
        return await trio.to_thread.run_sync(self.reader.read, calls.thread_id(thread))

    async def page(self, limit: int = 50, after: Position | None = None) -> Page:
        """Give at most so many rows, the most recent first, after a position."""
        return await trio.to_thread.run_sync(self.reader.page, *calls.page(limit, after))


class TrioThreadStore:
    """Threads in a folder, for tasks; an async context manager, which shuts its threads down at the end.

    One worker task serves all threads, in a nursery of the store; its death is a state, and ends
    nothing else. The calls are those of :class:`~strandline.impl.threads.store.ThreadStore`.
    """

    def __init__(  # noqa: PLR0913 - all that a store can be given
        self,
        folder: Path,
        *,
        limits: Limits = DEFAULT_LIMITS,
        sync: bool = False,
        synchronous: Synchronous = "normal",
        tracer: Tracer = NO_TRACER,
        database: MetadataStore | None = None,
    ) -> None:
        """Serve a folder; the arguments are those of ``ThreadStore``."""
        self._opening = Opening(
            folder,
            limits=limits,
            sync=sync,
            synchronous=synchronous,
            tracer=tracer,
            database=database,
            clock=trio.current_time,
        )
        self._host = self._opening.host
        self._entered: Shell | None = None
        self._nursery = trio.open_nursery()
        self._working = trio.CancelScope(shield=True)

    async def create(self, thread: str | None = None, **facts: object) -> TrioLiveThread:
        """Make a thread; it has no row until it has history, or is persisted."""
        found, shell = calls.facts(facts), self._shell
        live = await trio.to_thread.run_sync(self._opening.create, thread, found)
        return TrioLiveThread(live, shell)

    async def resume(self, thread: str) -> TrioLiveThread:
        """Take up a thread that another process left, or this one shut down."""
        shell = self._shell
        try:
            live, rebuild = await trio.to_thread.run_sync(self._opening.resume, thread)
        except NotFoundError:
            judged(await shell.drive(None, self._host.sweep(thread), None), raises=True)
            raise
        if rebuild:
            try:
                await shell.drive(live, live.begin(Call("flush")), self._host.limits.resume)
            except BaseException:
                with trio.CancelScope(shield=True):
                    await shell.drive(live, live.begin(Call("shutdown")), 0)
                raise
        return TrioLiveThread(live, shell)

    async def read(
        self, thread: str, *, at_least: Generation | None = None, deadline: float | None = 0.0
    ) -> Row | None:
        """Give the row of a thread, None if it has none yet; see ``ThreadStore.read``."""
        shell, token, within = self._shell, calls.token(at_least), calls.seconds(deadline)
        row = await trio.to_thread.run_sync(self._opening.row, thread)
        if token is None:
            return row
        calls.outside(Call("flush"))
        if not await trio.to_thread.run_sync(self._opening.holds, thread, token):
            raise calls.foreign(thread)
        live = self._host.live(thread)
        if live is not None and not await self._is_at_least(row, token):
            await shell.drive(live, live.begin(Call("flush")), within)
            row = await trio.to_thread.run_sync(self._opening.row, thread)
        end = trio.current_time() + (float("inf") if within is None else within)
        while not await self._is_at_least(row, token):
            if live is not None or trio.current_time() >= end:
                raise stale(thread, row, token)
            await trio.sleep(self._host.limits.poll)  # another process writes it, and nothing wakes this one
            row = await trio.to_thread.run_sync(self._opening.row, thread)
        return row

    async def list(self, limit: int = 50, after: Position | None = None) -> Page:
        """Give threads that have a row and a rollout, the most recent first."""
        self._opening.ensure_open()
        limit, after = calls.page(limit, after)
        return await trio.to_thread.run_sync(self._host.database.reader.page, limit, after)

    @asynccontextmanager
    async def snapshot(self) -> AsyncIterator[Snapshot]:
        """Give reads that are all of one moment; barriers are refused meanwhile."""
        self._opening.ensure_open()
        inside = INSIDE.set(True)
        try:
            with self._host.database.snapshot() as reader:
                yield Snapshot(reader)
        finally:
            INSIDE.reset(inside)

    async def _is_at_least(self, row: Row | None, token: Generation) -> bool:
        return await trio.to_thread.run_sync(self._opening.is_at_least, row, token)

    def statistics(self) -> dict[str, Statistics]:
        """Tell of each thread that this store writes how far its row is behind."""
        return {live.thread: live.statistics for live in self._host.lives}

    async def aclose(self, *, deadline: float | None = None, on_failure: OnFailure = "raise") -> dict[str, Outcome]:
        """Shut every thread down, also when cancelled, within a deadline; by default the limit ``drain``.

        Raises:
            ExceptionGroup: what went wrong with each thread.
        """
        raises, within = calls.failing(on_failure), calls.seconds(deadline)
        if self._entered is None:
            self._opening.closed = True
            return {}
        self._opening.closed = True
        shell = self._entered
        end = trio.current_time() + (self._host.limits.drain if within is None else within)
        outcomes: dict[str, Outcome] = {}
        with trio.CancelScope(shield=True):
            tickets = [(live, live.begin(Call("shutdown"))) for live in self._host.lives]
            for live, ticket in tickets:
                outcomes[live.thread] = await shell.drive(live, ticket, max(0.0, end - trio.current_time()))
        failed: list[ThreadError] = [calls.error(found) for found in outcomes.values() if found.status != "done"]
        if failed and raises:
            raise ExceptionGroup("threads were shut down, and their rows are behind: resume them", failed)
        return outcomes

    @property
    def _shell(self) -> Shell:
        self._opening.ensure_open()
        if self._entered is None:
            raise ClosedError("the store is not entered: use it in an 'async with'")
        return self._entered

    async def __aenter__(self) -> Self:
        """Start the worker."""
        self._opening.ensure_open()
        nursery = await self._nursery.__aenter__()
        self._entered = Shell(self._host)
        nursery.start_soon(self._work, self._entered)
        return self

    async def _work(self, shell: Shell) -> None:
        with self._working:
            await shell.work()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool | None:
        """Close the store; what goes wrong then does not hide an error from inside."""
        try:
            await self.aclose(on_failure="raise" if error is None else "return")
        finally:
            self._working.cancel()
            ended = await self._nursery.__aexit__(kind, error, trace)
            if self._entered is not None:
                await self._entered.close()
        return ended
