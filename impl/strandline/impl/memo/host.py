"""Executes the effects of a refresh against the file system, SQLite and the memo store.

It decides nothing: every choice is the core's. It keeps what cannot be a value, the pinned
connections: one leased to each refresh, and a few idle ones for the next.
"""

from __future__ import annotations

import sqlite3
from contextlib import suppress
from threading import Lock
from typing import TYPE_CHECKING, Any

from strandline.impl.memo import scan
from strandline.impl.memo.codex import CODEX
from strandline.impl.memo.connection import Connection, ConnectionFactory
from strandline.impl.memo.effects import (
    Check,
    Connect,
    Connected,
    Failure,
    Glimpsed,
    Locate,
    Located,
    Lost,
    Missing,
    Observed,
    ReadLog,
    ReadOnce,
    Swap,
    Swapped,
    Unchanged,
)
from strandline.impl.memo.failures import FAILURES, failure
from strandline.impl.memo.files import Files, Pin, Sighting, SystemFiles
from strandline.impl.memo.store import MemoStore, Slot

if TYPE_CHECKING:
    from pathlib import Path

    from strandline.impl.memo.keeper import Keeper
    from strandline.impl.memo.log import LogReader
    from strandline.impl.memo.memo import Limits, Memo
    from strandline.impl.memo.projection import Projection
    from strandline.impl.memo.shelved import Mark

_SYSTEM = SystemFiles()


class Host:
    """What the refreshes of one log share: the path, the store, and the idle connections."""

    def __init__(  # noqa: PLR0913 - what the refreshes of one log share
        self,
        path: Path,
        *,
        limits: Limits,
        projection: Projection[Any, Any] = CODEX,
        store: MemoStore | None = None,
        files: Files = _SYSTEM,
        connect: ConnectionFactory = sqlite3.connect,
        keeper: Keeper | None = None,
    ) -> None:
        """Serve the log at a path.

        Args:
            path: where the log is; it need not exist.
            limits: bounds; ``chunk`` and ``idle`` matter here.
            projection: the table, and what its rows mean.
            store: where the memo is kept.
            files: the file system.
            connect: makes a connection, as ``sqlite3.connect`` does.
            keeper: keeps the memo for other processes and later ones, None for nobody.
        """
        for name in ("sources", "chunk", "chunks", "tries", "swaps"):
            if getattr(limits, name) < 1:
                raise ValueError(f"the limit {name!r} must be at least 1, not {getattr(limits, name)}")
        self.path = path
        self.limits = limits
        self.projection = projection
        self.store = store if store is not None else MemoStore()
        self.files = files
        self.connect = connect
        self.keeper = keeper
        self._lock = Lock()
        self._idle: list[Connection] = []
        self._closed = False

    def lease(self, connection: Connection | None = None) -> Lease:
        """Begin to serve one refresh, or go on with one that holds a connection already."""
        return Lease(self, connection)

    def take(self, sighting: Sighting | None) -> Connection | None:
        """Give an idle connection to this file as it is now, and close every other one."""
        with self._lock:
            same = [connection for connection in self._idle if connection.sighting == sighting]
            others = [connection for connection in self._idle if connection.sighting != sighting]
            taken = same.pop() if same else None
            self._idle = same
        for connection in others:
            connection.close()
        return taken

    def keep(self, connection: Connection) -> None:
        """Keep a connection for the next refresh while there is room, else close it."""
        with self._lock:
            room = not self._closed and len(self._idle) < self.limits.idle
            if room:
                self._idle.append(connection)
        if not room:
            connection.close()

    def drop(self) -> None:
        """Forget the memo by force, on the disk first: a refresh that starts after this goes on from neither.

        Raises:
            ShelfError: the memo on the disk cannot be forgotten; the one of this process is.
        """
        try:
            if self.keeper is not None:
                self.keeper.drop()
        finally:
            self.store.drop()

    def save(self, *, now: bool = False) -> bool:
        """Save the memo if it is time to, or if it must be now; see :meth:`Keeper.save`."""
        return self.keeper is None or self.keeper.save(now=now)

    def close(self) -> None:
        """Close idle connections and the file of the memo; a refresh in flight closes its connection when it ends."""
        with self._lock:
            self._closed = True
        self.take(None)
        if self.keeper is not None:
            self.keeper.close()


class Lease:
    """What one refresh holds: at most one connection."""

    def __init__(self, host: Host, connection: Connection | None) -> None:
        """Hold this connection, or nothing yet."""
        self._host = host
        self._connection = connection
        self._beside: Mark | None = None

    def perform(
        self, effect: Locate | Connect | ReadLog | ReadOnce | Check | Swap
    ) -> Located | Missing | Connected | Observed | Unchanged | Glimpsed | Swapped | Lost | Failure:
        """Execute one effect; every failure of the system is a result."""
        try:
            match effect:
                case Locate():
                    return self._locate()
                case Connect():
                    return self._connect()
                case ReadLog():
                    return self._read(effect)
                case ReadOnce():
                    return self._read_once(effect)
                case Check():
                    found = self._host.files.locate(self._host.path)
                    return Located(found.place) if isinstance(found, Sighting) else found
                case Swap(version, memo, joined):
                    slot = self._host.store.swap(version, memo, joined)
                    if slot is None and self._host.keeper is not None:
                        self._host.keeper.offer(memo, self._beside)
                    return Swapped() if slot is None else Lost(slot)
        except FAILURES as error:
            connection = self._connection
            if connection is None:
                return failure(self._host.path, error)
            return failure(self._host.path, connection.cause(error), connection.refused_lock)

    def cancel(self) -> None:
        """Stop the query that runs; may be called from any thread."""
        connection = self._connection
        if connection is not None:
            connection.cancel()

    def release(self, *, sound: bool) -> None:
        """End the refresh: keep its connection if all went well, close it if not."""
        connection, self._connection = self._connection, None
        if connection is None:
            return
        if sound and not connection.cancelled:
            self._host.keep(connection)
        else:
            with suppress(sqlite3.Error, MemoryError):  # to end a transaction takes memory, to close does not
                connection.end()
            connection.close()

    def _locate(self) -> Located | Missing | Failure:
        """Stat the path; an idle connection pins its file, so an equal number is the same file."""
        self.release(sound=False)
        found = self._host.files.locate(self._host.path)
        self._connection = self._host.take(found if isinstance(found, Sighting) else None)
        if not isinstance(found, Sighting):
            return found
        if self._connection is not None:
            return Located(found.place, connected=True)
        pinned = self._host.files.pin(self._host.path)
        if not isinstance(pinned, Pin):
            return pinned
        self._connection = Connection(pinned)
        return Located(pinned.sighting.place)

    def _connect(self) -> Connected | Missing:
        connection = self._leased()
        try:
            connection.open(self._host.path, self._host.connect, self._host.projection)
        except sqlite3.OperationalError:
            if isinstance(self._host.files.locate(self._host.path), Missing):
                return Missing()
            raise
        return Connected() if connection.is_to_its_pin else Missing()

    def _read(self, effect: ReadLog) -> Observed | Unchanged:
        """Fix the snapshot, number it and look at the slot under one lock; read after it."""
        connection = self._leased()
        kept = self._look()
        version, observation, slot = self._host.store.observe(connection.begin)
        with connection.transaction() as log:
            if effect.base is None and connection.is_unchanged(version, slot.memo, effect.wanted):
                return Unchanged(slot)
            log.verify()
            base, epoch = _base(effect, slot)
            if effect.base is None and kept is not None and kept.epoch == epoch and self._is_of_this_log(kept, log):
                base = kept
            rank = scan.Rank(epoch, connection.place, observation, version)
            reading = scan.read(log, base, effect.wanted, rank, self._host.limits.chunk)
        connection.seen = (version, observation)
        return Observed(reading, slot)

    def _read_once(self, effect: ReadOnce) -> Glimpsed:
        connection = self._leased()
        version, observation, _ = self._host.store.observe(connection.begin)
        with connection.transaction() as log:
            log.verify()
            rank = scan.Rank(0, connection.place, observation, version)
            return Glimpsed(scan.glance(log, effect.span, rank))

    def _look(self) -> Memo | None:
        """Look at the persisted memo; give it if it is to be gone on from."""
        keeper = self._host.keeper
        if keeper is None:
            return None  # the store is looked at once between two gates, and that is when the snapshot is fixed
        slot = self._host.store.slot
        self._beside, base = keeper.look(slot.memo, slot.epoch, self._host.store.drop)
        return base

    def _is_of_this_log(self, kept: Memo, log: LogReader) -> bool:
        """Tell whether a persisted memo may be of the log that is read: of this file, and of no later state of it."""
        if kept.place != self._leased().place:
            return False
        if log.sequence() >= kept.snapshot.sequence:
            return True
        if self._host.keeper is not None:
            self._host.keeper.refuse("another history: the log's sequence is lower than it was")
        return False

    def _leased(self) -> Connection:
        if self._connection is None:
            message = "a refresh reads before it is located"
            raise RuntimeError(message)
        return self._connection


def _base(effect: ReadLog, slot: Slot) -> tuple[Memo | None, int]:
    """Choose the memo to go on from, and the epoch of what comes of it.

    A read that goes on from a memo of its own keeps that memo's epoch: were it given the
    present one, the first part of a long scan would outlive a drop.
    """
    if effect.base is None:
        return slot.memo, slot.epoch
    return effect.base, effect.base.epoch
