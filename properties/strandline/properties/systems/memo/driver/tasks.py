"""Runs the real refreshes of a lockstep harness as trio tasks, each parked at its gates until it is let through."""

from __future__ import annotations

from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any, Final

import trio

from strandline.impl.memo.effects import Pause
from strandline.impl.memo.trio import WORKERS, drive, perform_effect
from strandline.properties.core.verdict import PartedError

if TYPE_CHECKING:
    from collections.abc import Callable

    from strandline.impl.memo.answer import Outcome
    from strandline.impl.memo.effects import Effect, Result
    from strandline.impl.memo.host import Host, Lease
    from strandline.impl.memo.refresh import State

HANG: Final = 30.0
"""Seconds without a sign of life after which a loop counts as hanging."""


class TrioShell:
    """Trio tasks, each parked before every effect until it is released or cancelled.

    The event loop runs as a guest of this thread: it moves only while a call here waits for a
    task to park again or to end, so who goes next is the caller's choice and not the loop's.
    """

    def __init__(self, host: Host) -> None:
        """Run refreshes against a host, in an event loop of their own."""
        self._host = host
        self._soon: SimpleQueue[Callable[[], object]] = SimpleQueue()
        self._parked: dict[int, tuple[Effect, trio.Event]] = {}
        self._amend: dict[int, Callable[[Result], Result]] = {}
        self._results: dict[int, Result] = {}
        self._outcomes: dict[int, Outcome | None] = {}
        self._scopes: dict[int, trio.CancelScope] = {}
        self._ended: Callable[[], object] | None = None
        trio.lowlevel.start_guest_run(
            self._main,
            run_sync_soon_threadsafe=self._soon.put,
            done_callback=self._done,
            host_uses_signal_set_wakeup_fd=True,
        )
        self._pump(lambda: hasattr(self, "_token"))

    def begin(self, actor: int, begun: tuple[State, Effect]) -> None:
        """Start a task and wait until it is parked."""
        self._token.run_sync_soon(self._nursery.start_soon, self._refresh, actor, begun)
        self._pump(lambda: actor in self._parked)

    def perform(self, actor: int, effect: Effect, amend: Callable[[Result], Result]) -> Result:
        """Release a task, and wait until it is parked again or has ended."""
        waiting, released = self._parked.pop(actor)
        if waiting != effect:
            raise PartedError(f"the task waits for {waiting}, the core for {effect}")
        self._amend[actor] = amend
        self._token.run_sync_soon(released.set)
        self._pump(lambda: actor in self._parked or actor in self._outcomes)
        return self._results.pop(actor)

    def end(self, actor: int, outcome: Outcome) -> None:
        """Hold the outcome of a task against the core's."""
        ended = self._outcomes.pop(actor)
        if ended != outcome:
            raise PartedError(f"the task ended in {ended}, the core in {outcome}")

    def cancel(self, actor: int, *, midway: bool) -> None:
        """Cancel a task where it is parked, or just after it is released, and wait for its end."""
        _, released = self._parked.pop(actor)
        if midway:
            self._token.run_sync_soon(released.set)
        self._token.run_sync_soon(self._scopes[actor].cancel)
        self._pump(lambda: actor in self._outcomes)
        ended = self._outcomes.pop(actor)
        if ended is not None:
            raise PartedError(f"a cancelled task still ended in {ended}")

    def close(self) -> None:
        """Cancel every task and end the loop, unless it has ended and said why."""
        if self._ended is None:
            self._token.run_sync_soon(self._nursery.cancel_scope.cancel)
            self._pump(lambda: self._ended is not None)

    async def _main(self) -> None:
        interrupted = False
        try:
            async with trio.open_nursery() as self._nursery:
                self._workers = trio.CapacityLimiter(WORKERS)
                self._token = trio.lowlevel.current_trio_token()
                await trio.sleep_forever()
        except* KeyboardInterrupt:  # it is no news of a nursery's, and goes out as it came in
            interrupted = True
        if interrupted:
            raise KeyboardInterrupt

    def _done(self, ended: Any) -> None:  # noqa: ANN401 - of a package of trio's
        self._ended = ended.unwrap

    async def _refresh(self, actor: int, begun: tuple[State, Effect]) -> None:
        async def parked(lease: Lease, effect: Effect) -> Result:
            if not isinstance(effect, Pause):
                released = trio.Event()
                self._parked[actor] = (effect, released)
                await released.wait()
            result = await perform_effect(lease, effect, self._workers)
            if not isinstance(effect, Pause):
                self._results[actor] = result = self._amend.pop(actor)(result)
            return result

        outcome = None
        with trio.CancelScope() as self._scopes[actor]:
            outcome = await drive(self._host.lease(), begun, parked)
        self._outcomes[actor] = outcome

    def _pump(self, until: Callable[[], bool]) -> None:
        """Let the loop move until something is so; what does not move for long hangs."""
        while not until():
            if self._ended is not None:
                self._ended()  # Ctrl-C strikes in the loop, and is the caller's
                raise PartedError("the event loop has ended by itself")
            try:
                self._soon.get(timeout=HANG)()
            except Empty:
                raise PartedError(f"the event loop has not moved for {HANG:g} seconds") from None
