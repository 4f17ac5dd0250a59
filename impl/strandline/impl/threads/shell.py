"""The shell for trio: one worker task for a store, and how a task waits for its call. It decides nothing."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Final

import trio

from strandline.impl.threads.agenda import Batch
from strandline.impl.threads.effects import Answer, Cancel, Expire, Outcome, Write
from strandline.impl.threads.owner import Owner, in_a_thread, outside

if TYPE_CHECKING:
    from strandline.impl.threads.effects import Result
    from strandline.impl.threads.host import Host, Live, Mail, Ticket

FOREVER: Final = float("inf")


class Shell:
    """What one store needs of trio."""

    def __init__(self, host: Host) -> None:
        """Serve the threads of a store, inside of a run of trio."""
        self._host = host
        self._token = trio.lowlevel.current_trio_token()
        self._thread = threading.get_ident()
        self._event = trio.Event()
        self._owner = Owner()
        host.agenda.wake = lambda: self._set(self._event)

    async def work(self) -> None:
        """Make attempts until cancelled; whatever else ends this is told to all who wait."""
        host = self._host
        try:
            while True:
                self._event = trio.Event()
                turn = host.turn()
                if isinstance(turn, Batch):
                    host.finish(turn, await self._execute(turn))
                    await trio.lowlevel.checkpoint()
                else:
                    with trio.move_on_after(turn):
                        await self._event.wait()
        except trio.Cancelled:
            raise
        except BaseException as error:  # noqa: BLE001 - a dead worker is told to all who wait
            with trio.CancelScope(shield=True):
                await self._owner.run(host.database.close_writer, lambda: None)
            host.died(error)

    async def close(self) -> None:
        """Close the database in the thread that wrote to it; the worker has ended."""
        with trio.CancelScope(shield=True):
            await self._owner.run(self._host.database.close, lambda: None)
        self._owner.stop()

    async def drive(self, live: Live | None, ticket: Ticket, within: float | None) -> Outcome:
        """Do what a call asks of its caller until it is answered.

        A cancelled call is answered before this raises; one that is done by then returns.

        Args:
            live: the thread; None if nothing but the answer can come.
            ticket: the call.
            within: seconds until its deadline.
        """
        try:
            return await self._drive(live, ticket, within)
        except trio.Cancelled:
            if live is None:
                raise
            live.feed(Cancel(ticket.number))
            with trio.CancelScope(shield=True):
                outcome = await self._drive(live, ticket, None)
            if outcome.status != "done":
                raise
            return outcome

    async def _drive(self, live: Live | None, ticket: Ticket, within: float | None) -> Outcome:
        end = FOREVER if within is None else trio.current_time() + within
        limit = end
        while True:
            mail = ticket.get()
            if isinstance(mail, Answer):
                await trio.lowlevel.cancel_shielded_checkpoint()
                return mail.outcome
            if mail is not None and live is not None:
                await self._perform(live, mail)
                limit = end
                continue
            event = trio.Event()
            ticket.wake = lambda event=event: self._set(event)
            with trio.move_on_at(limit) as scope:
                if not ticket.has_mail:
                    await event.wait()
            if scope.cancelled_caught and live is not None:
                limit = FOREVER  # its answer comes when nothing is in flight for it
                live.feed(Expire(ticket.number))

    async def _perform(self, live: Live, mail: Mail) -> None:
        """Write a small thing here and now, and a large one or to the disk in another thread."""
        if isinstance(mail, Answer):
            return
        size = sum(len(item.tail) for item in mail.items) if isinstance(mail, Write) else 0
        if isinstance(mail, Write) and not live.rollout.sync and size <= self._host.limits.inline:
            live.perform(mail)
        else:
            live.feed(await outside(lambda: live.execute(mail), in_a_thread, lambda: None))

    async def _execute(self, batch: Batch) -> list[Result]:
        def stop() -> None:
            batch.stop.set()
            self._host.database.interrupt()

        return await self._owner.run(lambda: self._host.execute(batch), stop)

    def _set(self, event: trio.Event) -> None:
        """Set an event of this run, from any thread."""
        if threading.get_ident() == self._thread:
            event.set()
        else:
            self._token.run_sync_soon(event.set)
