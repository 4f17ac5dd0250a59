"""Threads for plain callers: blocking, safe from many threads."""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from strandline.impl.threads import calls
from strandline.impl.threads.agenda import Batch
from strandline.impl.threads.calls import INSIDE, Call, judged
from strandline.impl.threads.effects import Answer, Cancel, Expire, Outcome
from strandline.impl.threads.errors import NotFoundError, ThreadError
from strandline.impl.threads.limits import Limits
from strandline.impl.threads.opening import NO_TRACER, Opening, stale

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path
    from types import TracebackType
    from typing import Self

    from strandline.impl.threads.calls import OnFailure
    from strandline.impl.threads.database import MetadataStore, Synchronous
    from strandline.impl.threads.generation import Generation
    from strandline.impl.threads.host import Host, Live, Statistics, Ticket
    from strandline.impl.threads.lines import Item, Torn
    from strandline.impl.threads.reader import Reader
    from strandline.impl.threads.row import Page, Position, Row
    from strandline.impl.threads.tracing import Tracer

DEFAULT_LIMITS: Final = Limits()
FOREVER: Final = float("inf")


class LiveThread:
    """A thread that this process writes; safe from many threads.

    ``append`` returns when its lines are in the rollout, and never waits for the row, nor fails
    because of it. All other calls are barriers: they wait until the row has what they captured.
    Each takes a ``deadline`` in seconds from now (None: none), and ``on_failure``: whether it raises
    what went wrong, or returns an outcome that says so.
    """

    def __init__(self, live: Live) -> None:
        """Use ``ThreadStore.create`` or ``ThreadStore.resume``."""
        self._live = live

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

    def append(self, items: Sequence[Item]) -> Generation:
        """Append lines, and give the token of the last one."""
        outcome = judged(drive(self._live, self._live.begin(calls.appending(items)), None), raises=True)
        return self.generation if outcome.generation is None else outcome.generation

    def append_and_flush(
        self, items: Sequence[Item], *, deadline: float | None = None, on_failure: OnFailure = "raise"
    ) -> Outcome:
        """Append lines and wait for the row; a failure after they were durable says so."""
        return self._call(calls.appending(items, flush=True), deadline, on_failure)

    def flush(self, *, deadline: float | None = None, on_failure: OnFailure = "raise") -> Outcome:
        """Wait until the row has every line of now, less what is deferred."""
        return self._call(Call("flush"), deadline, on_failure)

    def persist(self, *, deadline: float | None = None, on_failure: OnFailure = "raise") -> Outcome:
        """Wait until the row has every line of now, also what is deferred; write the first line if there is none."""
        return self._call(Call("persist"), deadline, on_failure)

    def rename(self, title: str | None, *, deadline: float | None = None, on_failure: OnFailure = "raise") -> Outcome:
        """Set the title; None clears it."""
        return self._call(calls.changing({"title": title}), deadline, on_failure)

    def set_memory_mode(
        self, mode: str | None, *, deadline: float | None = None, on_failure: OnFailure = "raise"
    ) -> Outcome:
        """Set the memory mode; None clears it."""
        return self._call(calls.changing({"memory_mode": mode}), deadline, on_failure)

    def update_metadata(
        self, *, deadline: float | None = None, on_failure: OnFailure = "raise", **values: str | int | None
    ) -> Outcome:
        """Set columns of the row; None clears. What is set so is not replaced by what lines say later."""
        return self._call(calls.changing(values), deadline, on_failure)

    def shutdown(self, *, deadline: float | None = None, on_failure: OnFailure = "raise") -> Outcome:
        """Append no more, wait for the row, and release the rollout whatever comes of that."""
        return self._call(Call("shutdown"), deadline, on_failure)

    def discard(self, *, deadline: float | None = None, on_failure: OnFailure = "raise") -> Outcome:
        """Remove the rollout and then the row; the deadline cuts short the wait for the row only."""
        return self._call(Call("discard"), deadline, on_failure)

    def statistics(self) -> Statistics:
        """Tell how far the row is behind the rollout, and why."""
        return self._live.statistics

    def _call(self, call: Call, deadline: float | None, on_failure: OnFailure) -> Outcome:
        raises, within = calls.failing(on_failure), calls.seconds(deadline)
        calls.outside(call)
        return judged(drive(self._live, self._live.begin(call), within), raises=raises)


def drive(live: Live | None, ticket: Ticket, within: float | None) -> Outcome:
    """Do what a call asks of its caller until it is answered.

    Args:
        live: the thread; None if nothing but the answer can come.
        ticket: the call.
        within: seconds until its deadline.
    """
    end = FOREVER if within is None else time.monotonic() + within
    limit = end
    try:
        while True:
            mail = ticket.get()
            if isinstance(mail, Answer):
                return mail.outcome
            if mail is not None and live is not None:
                live.perform(mail)
                limit = end
            elif not _waited(ticket, limit) and live is not None:
                limit = FOREVER  # its answer comes when nothing is in flight for it
                live.feed(Expire(ticket.number))
    except BaseException:
        if live is not None:
            live.feed(Cancel(ticket.number))
        raise


def _waited(ticket: Ticket, end: float) -> bool:
    """Wait for mail, until a time."""
    event = threading.Event()
    ticket.wake = event.set
    mail = ticket.has_mail
    return mail or event.wait(None if end == FOREVER else max(0.0, end - time.monotonic()))


class ThreadStore:
    """Threads in a folder: a JSONL rollout each, and one SQLite database of their metadata.

    Close it, or use it as a context manager: that shuts its threads down.
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
        """Serve a folder.

        Args:
            folder: made if it does not exist.
            limits: every bound.
            sync: whether appends wait for the disk, so that they outlive power loss.
            synchronous: what a commit of the database waits for.
            tracer: where trace contexts come from and go to.
            database: the metadata, if it is somewhere else or opened otherwise.
        """
        self._opening = Opening(
            folder, limits=limits, sync=sync, synchronous=synchronous, tracer=tracer, database=database
        )
        self._host = self._opening.host
        self._worker: threading.Thread | None = None
        self._wake = threading.Event()
        self._stopping = False
        self._lock = threading.Lock()
        self._host.agenda.wake = self._wake.set

    def create(self, thread: str | None = None, **facts: object) -> LiveThread:
        """Make a thread; it has no row until it has history, or is persisted.

        Args:
            thread: its id; None for a new one.
            facts: ``cwd``, ``model`` and ``git``, told by its first line.
        """
        found = calls.facts(facts)
        self._start()
        return LiveThread(self._opening.create(thread, found))

    def resume(self, thread: str) -> LiveThread:
        """Take up a thread that another process left, or this one shut down.

        A torn tail of its rollout is told by ``LiveThread.torn``. A row that is ahead of the rollout,
        or of another history, is made anew first. A discard that was killed is finished.
        """
        self._start()
        try:
            live, rebuild = self._opening.resume(thread)
        except NotFoundError:
            judged(drive(None, self._host.sweep(thread), None), raises=True)
            raise
        if rebuild:
            drive(live, live.begin(Call("flush")), self._host.limits.resume)
        return LiveThread(live)

    def read(self, thread: str, *, at_least: Generation | None = None, deadline: float | None = 0.0) -> Row | None:
        """Give the row of a thread, None if it has none yet.

        Args:
            thread: its id.
            at_least: a token: wait until the row has that line. The process that writes the thread
                projects it then; any other one waits for that.
            deadline: seconds to wait.

        Raises:
            NotFoundError: there is no such thread.
            ForeignTokenError: the token is of another rollout, or of lines that this one lost.
            StaleError: the deadline passed first.
            MetadataError: the database cannot be read.
        """
        self._opening.ensure_open()
        token, within = calls.token(at_least), calls.seconds(deadline)
        row = self._opening.row(thread)
        if token is None:
            return row
        calls.outside(Call("flush"))
        if not self._opening.holds(thread, token):
            raise calls.foreign(thread)
        live = self._host.live(thread)
        if live is not None and not self._opening.is_at_least(row, token):
            drive(live, live.begin(Call("flush")), within)
            row = self._opening.row(thread)
        end = FOREVER if within is None else time.monotonic() + within
        while not self._opening.is_at_least(row, token):
            if live is not None or time.monotonic() >= end:
                raise stale(thread, row, token)
            time.sleep(self._host.limits.poll)  # another process writes it, and nothing wakes this one
            row = self._opening.row(thread)
        return row

    def list(self, limit: int = 50, after: Position | None = None) -> Page:
        """Give threads that have a row and a rollout, the most recent first.

        Args:
            limit: rows of the page.
            after: what the page before gave as ``after``.
        """
        self._opening.ensure_open()
        return self._host.database.reader.page(*calls.page(limit, after))

    @contextmanager
    def snapshot(self) -> Iterator[Reader]:
        """Give a reader all of whose reads are of one moment; barriers are refused meanwhile."""
        self._opening.ensure_open()
        inside = INSIDE.set(True)
        try:
            with self._host.database.snapshot() as reader:
                yield reader
        finally:
            INSIDE.reset(inside)

    def statistics(self) -> dict[str, Statistics]:
        """Tell of each thread that this store writes how far its row is behind."""
        return {live.thread: live.statistics for live in self._host.lives}

    def close(self, *, deadline: float | None = None, on_failure: OnFailure = "raise") -> dict[str, Outcome]:
        """Shut every thread down and stop the worker.

        Args:
            deadline: seconds for all of it; None for the limit ``drain``.
            on_failure: whether to raise what went wrong, once all are shut down.

        Raises:
            ExceptionGroup: what went wrong with each thread.
        """
        raises, within = calls.failing(on_failure), calls.seconds(deadline)
        self._opening.closed = True
        end = time.monotonic() + (self._host.limits.drain if within is None else within)
        tickets = [(live, live.begin(Call("shutdown"))) for live in self._host.lives]
        outcomes = {live.thread: drive(live, ticket, max(0.0, end - time.monotonic())) for live, ticket in tickets}
        self._stopping = True
        self._wake.set()
        if self._worker is not None:
            self._worker.join()
        self._host.database.close()
        failed: list[ThreadError] = [calls.error(found) for found in outcomes.values() if found.status != "done"]
        if failed and raises:
            raise ExceptionGroup("threads were shut down, and their rows are behind: resume them", failed)
        return outcomes

    def _start(self) -> None:
        self._opening.ensure_open()
        with self._lock:
            if self._worker is None:
                self._worker = threading.Thread(target=self._work, name="strandline-threads", daemon=True)
                self._worker.start()

    def _work(self) -> None:
        """Make attempts until the store is closed; this thread alone writes to the database."""
        try:
            while not self._stopping:
                self._wake.clear()
                work_once(self._host, self._wake)
        except BaseException as error:  # noqa: BLE001 - a dead worker is told to all who wait
            self._host.database.close_writer()
            self._host.died(error)
        finally:
            self._host.database.close_writer()

    def __enter__(self) -> Self:
        """Give the store itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the store; what goes wrong then does not hide an error from inside."""
        self.close(on_failure="raise" if error is None else "return")


def work_once(host: Host, wake: threading.Event) -> None:
    """Make the next batch of attempts, or wait for one."""
    turn = host.turn()
    if isinstance(turn, Batch):
        host.finish(turn, host.execute(turn))
    else:
        wake.wait(None if turn == FOREVER else max(0.0, turn))
