"""Executes the effects of live threads: rollouts, the database, the queue of the store, and callers who wait.

It decides nothing about projection: every such choice is the core's.
"""

from __future__ import annotations

import logging
import time
from collections import deque
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import count
from threading import Lock
from typing import TYPE_CHECKING, Final, TypeAlias

from strandline.impl.threads.agenda import INTERRUPTED, Agenda, Batch
from strandline.impl.threads.database import Change, MetadataStore
from strandline.impl.threads.effects import (
    Answer,
    Arm,
    Delete,
    Died,
    Due,
    Effect,
    Failed,
    Folded,
    Input,
    Interrupt,
    Lost,
    NotWritten,
    Outcome,
    Refold,
    Release,
    Remove,
    Removed,
    Request,
    Result,
    Upsert,
    Write,
    Wrote,
)
from strandline.impl.threads.errors import ThreadError
from strandline.impl.threads.failures import Failure
from strandline.impl.threads.projector import State, step
from strandline.impl.threads.reader import sighting_of
from strandline.impl.threads.tracing import context_of, traced

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from strandline.impl.threads.calls import Call
    from strandline.impl.threads.generation import Generation
    from strandline.impl.threads.limits import Limits
    from strandline.impl.threads.reader import Sighting
    from strandline.impl.threads.rollout import Rollout
    from strandline.impl.threads.tracing import Tracer

Mail: TypeAlias = Write | Remove | Answer

LOG: Final = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Statistics:
    """How far the row of a thread is behind its rollout, and why."""

    generation: Generation
    """The last line of the rollout."""
    lag: int
    """Lines that the row does not know of."""
    oldest_pending: float | None
    """Seconds since the oldest fact came that the row does not have, None if there is none."""
    attempts: int
    failures: int
    last_error: Failure | None
    """The last failure, until an attempt succeeds."""
    dead: Failure | None
    """Why the worker is dead, if it is."""


class Ticket:
    """One call: what its caller is to do next."""

    __slots__ = ("_mail", "number", "wake")

    def __init__(self, number: int) -> None:
        """Wait for a first piece of mail."""
        self.number = number
        self.wake: Callable[[], None] | None = None
        """Called when mail comes; set it, and look for mail again before waiting."""
        self._mail: deque[Mail] = deque()

    def put(self, mail: Mail) -> None:
        """Give something to the caller, from any thread."""
        self._mail.append(mail)
        if self.wake is not None:
            self.wake()

    @property
    def has_mail(self) -> bool:
        """Whether mail waits."""
        return bool(self._mail)

    def get(self) -> Mail | None:
        """Take the next piece of mail, None if there is none yet."""
        return self._mail.popleft() if self._mail else None


class Live:
    """A thread that this process writes: its rollout and the state of its core."""

    def __init__(self, host: Host, rollout: Rollout, state: State) -> None:
        """Begin with what was created or resumed."""
        self.thread = rollout.thread
        self.rollout = rollout
        self.state = state
        self._host = host
        self._lock = Lock()
        self._tickets: dict[int, Ticket] = {}
        self._since: float | None = None
        self._flying: float | None = None
        self._attempts = 0
        self._failures = 0
        self._error: Failure | None = None

    def begin(self, call: Call) -> Ticket:
        """Begin a call; its caller does what comes to the ticket until the answer."""
        if call.is_barrier:
            self._host.look_for_database()
        ticket = Ticket(next(self._host.numbers))
        self._tickets[ticket.number] = ticket
        self.feed(Request(ticket.number, call.kind, call.items, context_of(self._host.tracer)))
        return ticket

    def feed(self, given: Input) -> None:
        """Let the core take one step, and pass its effects on."""
        with self._lock:
            former = self.state
            self.state, effects = step(former, given)
            self._note(former, self.state)
            for effect in effects:
                self._pass_on(effect)

    def _note(self, former: State, state: State) -> None:
        """Note since when facts are pending, and since when those in flight were."""
        if former.flight is None and state.flight is not None:
            self._flying, self._since = self._since, None
        elif former.flight is not None and state.flight is None:
            if state.applied != former.flight.target and self._flying is not None:
                self._since = self._flying
            self._flying = None
        if not state.pending:
            self._since = None
        elif self._since is None:
            self._since = time.monotonic()

    def perform(self, mail: Write | Remove) -> None:
        """Execute what the caller of a ticket is to do, and go on with what came of it."""
        before = self.rollout.tail
        try:
            given = self.execute(mail)
        except BaseException as error:
            # Ctrl-C: what the rollout holds decides.
            written = self.rollout.last
            if isinstance(mail, Remove):
                self.feed(Removed(mail.ticket, error if self.rollout.path.exists() else None))
            elif written is None or self.rollout.tail == before:
                self.feed(NotWritten(mail.ticket, error))
            else:
                self.feed(Wrote(mail.ticket, written.generation, written.patch))
            raise
        self.feed(given)

    def execute(self, mail: Write | Remove) -> Input:
        """Execute what the caller of a ticket is to do, in any thread; what the system says is an input."""
        try:
            if isinstance(mail, Remove):
                self.rollout.remove()
                return Removed(mail.ticket)
            written = self.rollout.append(mail.items)
        except ThreadError as error:
            return Removed(mail.ticket, error) if isinstance(mail, Remove) else NotWritten(mail.ticket, error)
        return Wrote(mail.ticket, written.generation, written.patch)

    def due(self) -> None:
        """Go on after a wait."""
        self.feed(Due())

    def result(self, result: Result) -> None:
        """Go on with what came of an attempt."""
        if isinstance(result, Failed):
            self._failures += 1
            self._error = result.failure
            LOG.warning("thread %s: its metadata could not be projected: %s", self.thread, result.failure.detail)
        elif not isinstance(result, Folded):
            self._error = None
        self.feed(result)

    @property
    def statistics(self) -> Statistics:
        """How far the row is behind."""
        with self._lock:
            state = self.state
            since = self._since if self._flying is None else self._flying
        applied = 0 if state.applied is None else state.applied.ordinal
        waited = None if since is None else time.monotonic() - since
        return Statistics(
            state.tail, state.tail.ordinal - applied, waited, self._attempts, self._failures, self._error, state.dead
        )

    def _pass_on(self, effect: Effect) -> None:
        agenda = self._host.agenda
        match effect:
            case Write() | Remove():
                self._tickets[effect.ticket].put(effect)
            case Answer():
                self._tickets.pop(effect.ticket).put(effect)
            case Release():
                agenda.disarm(self)
                self.rollout.close()
                self._host.forget(self)
            case Upsert() | Refold() | Delete():
                self._attempts += not isinstance(effect, Refold)
                agenda.push(self, effect)
            case Interrupt():
                agenda.withdraw(self)
            case Arm(wait, failures):
                limits = self._host.limits
                backoff = min(limits.backoff * 2 ** max(failures - 1, 0), limits.backoff_max)
                seconds = {"pace": limits.pace, "touch": limits.touch, "retry": backoff}[wait]
                agenda.arm(self, self._host.clock() + seconds)


class Sweep:
    """The deletion of a row whose rollout is gone; its caller waits for the answer."""

    def __init__(self, thread: str, ticket: Ticket) -> None:
        """Delete for a caller."""
        self.thread = thread
        self._ticket = ticket

    def due(self) -> None:
        """Nothing of it waits."""

    def result(self, result: Result) -> None:
        """Tell the caller."""
        failure = result.failure if isinstance(result, Failed) else None
        outcome = Outcome("done" if failure is None else "failed", durable=True, error=failure)
        self._ticket.put(Answer(self._ticket.number, outcome))


class Host:
    """What the live threads of one store share."""

    def __init__(self, database: MetadataStore, limits: Limits, tracer: Tracer, clock: Callable[[], float]) -> None:
        """Serve the threads of one store.

        Args:
            database: their rows.
            limits: every bound.
            tracer: where trace contexts come from.
            clock: the worker's clock, in seconds.
        """
        self.database = database
        self.limits = limits
        self.tracer = tracer
        self.clock = clock
        self.agenda = Agenda(database.interrupt)
        self.numbers = count(1)
        self.dead: Failure | None = None
        self._lives: dict[str, Live] = {}
        self._sighting: Sighting | None = None
        self._epoch = 0
        self._lock = Lock()

    def add(self, live: Live) -> None:
        """Serve one thread more, and repair its row if it is behind."""
        with self._lock:
            self._lives[live.thread] = live
        live.feed(Due() if self.dead is None else Died(self.dead))

    def forget(self, live: Live) -> None:
        """Serve a thread no longer."""
        with self._lock:
            if self._lives.get(live.thread) is live:
                del self._lives[live.thread]

    def live(self, thread: str) -> Live | None:
        """Give a thread that this store writes."""
        with self._lock:
            return self._lives.get(thread)

    @property
    def lives(self) -> list[Live]:
        """All threads that this store writes."""
        with self._lock:
            return list(self._lives.values())

    def sweep(self, thread: str) -> Ticket:
        """Delete a row whose rollout is gone, of whatever history."""
        ticket = Ticket(next(self.numbers))
        sweep = Sweep(thread, ticket)
        if self.dead is None:
            self.agenda.push(sweep, Delete(""))
        else:
            sweep.result(Failed(self.dead))
        return ticket

    def look_for_database(self) -> None:
        """Notice that the database was removed or replaced: then no row is known."""
        sighting = self._sighting
        if sighting is None:
            return
        if self.database.sighting != sighting or sighting_of(self.database.path) != sighting:
            self._sighting = None
            self._lose()

    # For the worker: take a turn, execute its batch in the thread of the connection, and end it.

    def turn(self) -> Batch | float:
        """Give the next batch, or the seconds to wait for one unless woken."""
        while True:
            due, ended, batch, wait = self.agenda.next(self.clock())
            for client in due:
                client.due()
            for client in ended:
                client.result(INTERRUPTED)
            if not due and not ended:
                return wait if batch is None else batch

    def execute(self, batch: Batch) -> list[Result]:
        """Make the attempts of a batch; what the system says is a result."""
        changes = [Change(task.client.thread, task.work) for task in batch.tasks if not isinstance(task.work, Refold)]
        with ExitStack() as stack:
            for task in batch.tasks:
                if isinstance(task.work, Upsert):
                    work = task.work
                    stack.enter_context(traced(self.tracer, task.client.thread, work.trace, work.links))
            applied = iter(self.database.apply(changes, batch.stop) if changes else ())
        return [
            self._refold(task.client, task.work) if isinstance(task.work, Refold) else next(applied)
            for task in batch.tasks
        ]

    def finish(self, batch: Batch, results: Iterable[Result]) -> None:
        """Pass on what came of a batch."""
        for client, result in self.agenda.finish(batch, list(results)):
            client.result(result)
        sighting = self.database.sighting
        if sighting is not None:
            self._sighting = sighting
        if self.database.epoch != self._epoch:
            self._epoch = self.database.epoch
            self._lose()

    def died(self, error: BaseException) -> None:
        """Tell everybody who waits that the worker is dead, and why; SQLite is idle by now."""
        cause = Failure("dead", f"the worker of the store died of {type(error).__name__}: {error}; open the store anew")
        LOG.error("%s", cause.detail)
        self.dead = cause
        clients = self.agenda.abandon()
        for live in self.lives:
            live.feed(Died(cause))
        for client in clients:
            if isinstance(client, Sweep):
                client.result(Failed(cause))

    def _lose(self) -> None:
        for live in self.lives:
            live.feed(Lost())

    @staticmethod
    def _refold(client: object, work: Refold) -> Result:
        if not isinstance(client, Live):
            raise TypeError("only a live thread has a rollout to read")
        try:
            return Folded(client.rollout.refold(work.through).patch)
        except (ThreadError, OSError) as error:
            return Failed(Failure("rollout", str(error)))
