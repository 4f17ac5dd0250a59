"""The recorder: stands between a scanner and what its refreshes share, and notes each access, step by step.

The scanner's own code runs: the store, the host and the leases are its own classes, with the places in them that hold
something shared made to tell of themselves.
"""

from __future__ import annotations

import gc
from functools import partial
from threading import get_ident
from typing import TYPE_CHECKING, Any, Final, TypeVar

from strandline.impl.memo.files import Files, Pin, Sighting
from strandline.impl.memo.host import Host, Lease
from strandline.impl.memo.store import EMPTY, MemoStore, Slot
from strandline.properties.harness.audit import AuditError, is_allowed
from strandline.properties.harness.sandbox import Sandbox

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable
    from pathlib import Path
    from types import TracebackType

    from strandline.impl.memo.connection import Connection, ConnectionFactory
    from strandline.impl.memo.effects import Failure, Missing
    from strandline.impl.memo.memo import Limits
    from strandline.impl.memo.projection import Projection

T = TypeVar("T")

OWN: Final = ("PRAGMA trusted_schema", "PRAGMA cell_size_check", "PRAGMA mmap_size")
"""How the statements begin that set up the connection itself and touch nothing that is shared."""

_MANY: Final = frozenset({"statement", "look", "number"})
"""Accesses that are noted once however often they follow on themselves: inside one section that is one access."""


class Recorder:
    """Notes what an atomic step touches, judges it at its end, and keeps the first fault until it is asked for.

    A fault is kept and not raised where it happens: that may be a worker thread, or a block that swallows errors.
    """

    def __init__(self) -> None:
        """Begin outside of any atomic step."""
        self._thread: int | None = None
        self._accesses: list[str] = []
        self._fault: tuple[str, tuple[str, ...]] | None = None
        self.sandbox = Sandbox(self.note)
        """To be on around every atomic step; many atomic steps in a row need it once."""

    @property
    def is_within(self) -> bool:
        """Whether this thread is in an atomic step."""
        return self._thread == get_ident()

    def note(self, access: str) -> None:
        """Note an access if it is made in an atomic step, by the thread of the atomic step."""
        if self._thread == get_ident() and not (access in _MANY and self._accesses and self._accesses[-1] == access):
            self._accesses.append(access)

    def atomic(self, name: str, run: Callable[..., T], *args: Any) -> T:  # noqa: ANN401 - whatever it takes
        """Note and judge what a call touches.

        No garbage is collected meanwhile: what a finalizer touches is not the call's doing.
        """
        collects = gc.isenabled()
        gc.disable()
        self._thread, self._accesses = get_ident(), []
        try:
            return run(*args)
        finally:
            self._thread = None
            if collects:
                gc.enable()
            touched = tuple(self._accesses)
            if self._fault is None and not is_allowed(name, touched):
                self._fault = name, touched

    def access(self, name: str, use: Callable[..., T], *args: Any) -> T:  # noqa: ANN401 - whatever it takes
        """Note one access, and nothing of what it does in turn."""
        self.note(name)
        thread, self._thread = self._thread, None
        try:
            return use(*args)
        finally:
            self._thread = thread

    def settle(self) -> None:
        """Give account of the atomic steps so far.

        Raises:
            AuditError: the first of them that touched what it may not.
        """
        fault, self._fault = self._fault, None
        if fault is not None:
            raise AuditError(*fault)

    def connecting(self, connect: ConnectionFactory) -> ConnectionFactory:
        """Make a factory whose connections have each of their statements noted."""

        def connected(*args: Any, **settings: Any) -> sqlite3.Connection:  # noqa: ANN401 - as sqlite3.connect
            database = self.access("connect", partial(connect, *args, **settings))
            self.listen(database)
            return database

        return connected

    def listen(self, database: sqlite3.Connection) -> None:
        """Note each statement that a connection runs, whoever gives it."""

        def said(statement: str) -> None:
            if statement.startswith(OWN):
                return
            if database.in_transaction:
                self.note("end" if statement in {"ROLLBACK", "COMMIT"} else "statement")
            else:
                self.note("begin" if statement == "BEGIN" else "loose statement")

        database.set_trace_callback(said)


class RecordedFiles:
    """A file system whose every use is noted."""

    def __init__(self, recorder: Recorder, files: Files) -> None:
        """Stand before these files."""
        self._recorder = recorder
        self._files = files

    def locate(self, path: Path) -> Sighting | Missing | Failure:
        """Tell which file the path leads to."""
        return self._recorder.access("stat", self._files.locate, path)

    def pin(self, path: Path) -> Pin | Missing | Failure:
        """Pin the file that the path leads to."""
        pinned = self._recorder.access("pin", self._files.pin, path)
        return RecordedPin(self._recorder, pinned) if isinstance(pinned, Pin) else pinned


class RecordedPin(Pin):
    """A pin that notes when it looks through the open files."""

    def __init__(self, recorder: Recorder, pin: Pin) -> None:
        """Stand before this pin, which holds what there is to hold."""
        super().__init__(pin.sighting, None)
        self._recorder = recorder
        self._pin = pin

    def is_opened(self) -> bool:
        """Tell whether this process has the pinned file open."""
        return self._recorder.access("opened", self._pin.is_opened)

    def close(self) -> None:
        """Let the inode number go."""
        self._pin.close()


class RecordedLock:
    """A lock that notes when it is taken and let go."""

    def __init__(self, recorder: Recorder, lock: Any) -> None:  # noqa: ANN401 - locks have no public type
        """Stand before this lock."""
        self._recorder = recorder
        self._lock = lock

    def __enter__(self) -> None:
        self._lock.acquire()
        self._recorder.note("lock")

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._recorder.note("unlock")
        self._lock.release()


class RecordedStore(MemoStore):
    """The scanner's store; its lock, its slot and its count of observations tell of themselves."""

    def __init__(self, recorder: Recorder, slot: Slot = EMPTY, observations: int = 0) -> None:
        """Start where another store left off."""
        self._recorder = recorder
        super().__init__(slot, observations)
        self._lock = RecordedLock(recorder, self._lock)  # type: ignore[assignment] # stands in for it

    @property
    def _slot(self) -> Slot:
        self._recorder.note("look")
        return self._kept

    @_slot.setter
    def _slot(self, slot: Slot) -> None:
        self._recorder.note("put")
        self._kept = slot

    @property
    def _observations(self) -> int:
        self._recorder.note("number")
        return self._counted

    @_observations.setter
    def _observations(self, count: int) -> None:
        self._recorder.note("number")
        self._counted = count


class RecordedHost(Host):
    """The scanner's host over recorded files, store and connections; each effect of its leases is an atomic step."""

    def __init__(  # noqa: PLR0913 - as the host's
        self,
        recorder: Recorder,
        path: Path,
        *,
        limits: Limits,
        projection: Projection[Any, Any],
        store: RecordedStore,
        files: Files,
        connect: ConnectionFactory,
    ) -> None:
        """Serve the log at a path."""
        shared = RecordedFiles(recorder, files)
        told = recorder.connecting(connect)
        super().__init__(path, limits=limits, projection=projection, store=store, files=shared, connect=told)
        self.recorder = recorder

    def lease(self, connection: Connection | None = None) -> Lease:
        """Begin to serve one refresh."""
        return RecordedLease(self, connection)

    def take(self, sighting: Sighting | None) -> Connection | None:
        """Give an idle connection to this file, and close every other one."""
        return self.recorder.access("take", super().take, sighting)

    def keep(self, connection: Connection) -> None:
        """Keep a connection for the next refresh."""
        self.recorder.access("keep", super().keep, connection)


class RecordedLease(Lease):
    """The scanner's lease; to perform an effect is an atomic step, and to let go at the end is another one."""

    def __init__(self, host: RecordedHost, connection: Connection | None) -> None:
        """Hold this connection, or nothing yet."""
        super().__init__(host, connection)
        self._recorder = host.recorder

    def perform(self, effect: Any) -> Any:  # noqa: ANN401 - as the lease's: one result for each effect
        """Execute one effect."""
        return self._recorder.atomic(type(effect).__name__, super().perform, effect)

    def release(self, *, sound: bool) -> None:
        """End the refresh; a lease that starts over lets go inside its effect."""
        if self._recorder.is_within:
            super().release(sound=sound)
        else:
            self._recorder.atomic("release", partial(super().release, sound=sound))
