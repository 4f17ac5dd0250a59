"""The metadata database: one row a thread, each the fold of a prefix of its rollout.

One connection writes, and belongs to one thread at a time; another one reads. A failure is given
back only when SQLite is idle, so that what was reported failed cannot run later.
"""

from __future__ import annotations

import os
import secrets
import sqlite3
import time
from contextlib import suppress
from dataclasses import dataclass
from threading import Event, Lock
from typing import TYPE_CHECKING, Final, Literal, TypeAlias, TypeVar

from strandline.impl.threads.effects import Applied, Delete, Failed, Mismatch, Upsert
from strandline.impl.threads.errors import BadInputError
from strandline.impl.threads.failures import Failure, failure, is_busy
from strandline.impl.threads.guard import ROW_MAX
from strandline.impl.threads.patch import COLUMNS, EMPTY, at_rest, merge
from strandline.impl.threads.reader import Reader, place_of, rollout_path, sighting_of
from strandline.impl.threads.row import NAMES, SCHEMA, SELECTED, explicit_names, require_only_tables, row_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from strandline.impl.threads.patch import Patch
    from strandline.impl.threads.reader import Sighting

Synchronous: TypeAlias = Literal["normal", "full"]
Result: TypeAlias = Applied | Mismatch | Failed
T = TypeVar("T")

BUSY: Final = 2.0
"""Seconds that an attempt waits for another process's lock."""
IDENTITY_MAX: Final = 2**31 - 1
"""The highest number that a database is told by."""
_PASSING: Final = frozenset({"busy", "interrupted", "full"})
"""Failures of an attempt that say nothing against its connection."""
_POLLS: Final = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05)  # seconds between two tries; the last one goes on
_GENERATION: Final = ("rollout", "ordinal", "byte_offset", "digest", "explicit")
_INSERT: Final = (
    f"INSERT OR REPLACE INTO threads ({SELECTED}) VALUES ({', '.join('?' * (1 + len(_GENERATION) + len(NAMES)))})"  # noqa: S608 - names of ours
)


@dataclass(frozen=True, slots=True)
class Change:
    """What is to be done to the row of one thread."""

    thread: str
    work: Upsert | Delete


class MetadataStore:
    """The rows of a folder of rollouts, in SQLite, in WAL mode.

    ``apply`` is for one thread at a time; reads are for any. The database need not exist: it is
    made by the first change.
    """

    def __init__(
        self,
        path: Path,
        rollouts: Path,
        *,
        synchronous: Synchronous = "normal",
        busy: float = BUSY,
        connect: Callable[..., sqlite3.Connection] = sqlite3.connect,
    ) -> None:
        """Serve the database at a path.

        Args:
            path: the database.
            rollouts: the folder of the rollouts, each named after its thread.
            synchronous: SQLite's word for what a commit waits for.
            busy: seconds that an attempt waits for another process.
            connect: makes a connection, as ``sqlite3.connect`` does.

        Raises:
            BadInputError: an argument is of no use.
        """
        if synchronous not in {"normal", "full"}:
            raise BadInputError(f"synchronous must be 'normal' or 'full', not {synchronous!r}")
        self.path = path
        self._rollouts = rollouts
        self._synchronous = synchronous
        self._busy = busy
        self._connect = connect
        self._connection: sqlite3.Connection | None = None
        self._sighting: Sighting | None = None
        self._identity: int | None = None
        self.epoch = 0
        """How often another database than before was found at the path, told by a number in it: inodes are reissued."""
        self._guard = Lock()
        self.reader = Reader(path, rollouts, busy=busy, connect=connect)
        """Reads of this moment."""

    def apply(self, changes: Sequence[Change], stop: Event | None = None) -> list[Result]:
        """Do what is to be done to several rows in one transaction: all of it, or none.

        Args:
            changes: what to do.
            stop: gives up when it is set, and then rolls back.

        Returns:
            For each change, what came of it.
        """
        stop = Event() if stop is None else stop
        try:
            self._drop_if_replaced()
            connection = self._patiently(self._opened, stop)
            self._patiently(lambda: connection.execute("BEGIN IMMEDIATE"), stop)
            results = [self._one(connection, change) for change in changes]
            if stop.is_set():
                raise _interrupted()
            connection.execute("COMMIT")
        except (sqlite3.Error, OSError, UnicodeError) as error:
            found = failure(self.path, error)
            self._end(keep=found.reason in _PASSING)
            return [Failed(found)] * len(changes)
        if self._drop_if_replaced():
            gone = Failure("replaced", f"{self.path}: the database was replaced during the attempt; flush again")
            return [Failed(gone)] * len(changes)
        return results

    def interrupt(self) -> None:
        """Interrupt the change that runs; may be called from any thread."""
        with self._guard, suppress(sqlite3.Error):
            if self._connection is not None:
                self._connection.interrupt()

    @property
    def sighting(self) -> Sighting | None:
        """The files that the connection which writes is open to, None if there is no such connection."""
        return self._sighting

    def _end(self, *, keep: bool) -> None:
        """Roll back, and keep the connection if nothing is wrong with it."""
        try:
            if keep and self._connection is not None and self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
        except sqlite3.Error:
            keep = False
        if not keep:
            self.close_writer()

    def close_writer(self) -> None:
        """Close the connection that writes; what was not committed is rolled back."""
        with self._guard:
            connection, self._connection, self._sighting = self._connection, None, None
        if connection is not None:
            with suppress(sqlite3.Error):
                connection.rollback()
            with suppress(sqlite3.Error):
                connection.close()

    def close(self) -> None:
        """Close every connection; for the thread that calls ``apply``."""
        self.close_writer()
        self.reader.close()

    def snapshot(self) -> Reader:
        """Give a reader all of whose reads are of one moment; close it."""
        return Reader(self.path, self._rollouts, busy=self._busy, connect=self._connect, held=True)

    def has_rollout(self, thread: str) -> bool:
        """Tell whether the rollout of a thread exists."""
        return rollout_path(self._rollouts, thread).exists()

    def _drop_if_replaced(self) -> bool:
        """Close a connection to a file that the path no longer leads to: what it writes nobody would see."""
        sighting = self._sighting
        replaced = sighting is not None and sighting != sighting_of(self.path)
        if replaced:
            self.close_writer()
        return replaced

    def _opened(self) -> sqlite3.Connection:
        """Give the connection that writes; make it, and the table, if there is none."""
        if self._connection is not None:
            return self._connection
        before = place_of(self.path)
        with suppress(OSError):  # it holds what was said, for this user's eyes; SQLite says why it cannot be made
            os.close(os.open(self.path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
        connection = self._connect(self.path, isolation_level=None, timeout=0, check_same_thread=False)
        try:
            connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, ROW_MAX)
            connection.execute("PRAGMA trusted_schema = OFF")
            require_only_tables(connection)
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute(f"PRAGMA synchronous = {self._synchronous}")
            for statement in SCHEMA:
                connection.execute(statement)
            connection.execute(f"SELECT {SELECTED} FROM threads LIMIT 0")  # noqa: S608 - names of ours
            identity = _identity(connection)
            sighting = sighting_of(self.path)
            if before not in {None, sighting[0]}:
                raise sqlite3.OperationalError("the database was replaced while it was opened")  # noqa: TRY301
        except BaseException:
            connection.close()
            raise
        self.epoch += self._identity not in {None, identity}
        self._identity = identity
        with self._guard:
            self._connection, self._sighting = connection, sighting
        return connection

    def _patiently(self, work: Callable[[], T], stop: Event) -> T:
        """Try again while another process holds the lock: SQLite's own wait cannot be interrupted."""
        end = time.monotonic() + self._busy
        for turn in range(1 << 30):
            try:
                return work()
            except sqlite3.OperationalError as error:
                if not is_busy(error) or time.monotonic() >= end:
                    raise
            if stop.wait(_POLLS[min(turn, len(_POLLS) - 1)]):
                break
        raise _interrupted()

    def _one(self, connection: sqlite3.Connection, change: Change) -> Result:
        if isinstance(change.work, Delete):
            if not self.has_rollout(change.thread):
                rollout = change.work.rollout
                where = "thread = :thread AND (rollout = :rollout OR :rollout = '')"
                connection.execute(
                    f"DELETE FROM threads WHERE {where}",  # noqa: S608
                    {"thread": change.thread, "rollout": rollout},
                )
            return Applied()
        # Inside the transaction: a discard removes the rollout first, and then waits for this one to end.
        if not self.has_rollout(change.thread):
            detail = f"the rollout of {change.thread} is gone; discard the thread, or put the rollout back"
            return Failed(Failure("rollout gone", detail))
        return self._upsert(connection, change.thread, change.work)

    @staticmethod
    def _upsert(connection: sqlite3.Connection, thread: str, work: Upsert) -> Result:
        """Merge a patch into the row that it goes on from, column by column; any other row is left alone."""
        found = connection.execute(f"SELECT {SELECTED} FROM threads WHERE thread = ?", (thread,)).fetchone()  # noqa: S608
        row = None if found is None else row_of(found)
        if work.base is None or (row is None and work.base.ordinal == 0):
            patch = at_rest(merge(EMPTY, work.patch))
            values = [None if cell is None else cell.value for cell in patch.cells]
            connection.execute(_INSERT, (thread, *_generation(work, patch), *values))
            return Applied()
        if row is None or row.generation not in {work.base, work.target}:
            return Mismatch()
        # At the target already, if an attempt that was reported failed was committed: merged once more, it is the
        # same; and it may lack what was deferred by then.
        patch = at_rest(merge(row.patch, work.patch))
        changed = [
            (column.name, cell.value if cell is not None else None)
            for column, cell, former in zip(COLUMNS, patch.cells, row.patch.cells, strict=True)
            if cell != former
        ]
        names = ", ".join(f"{name} = ?" for name in (*_GENERATION, *(name for name, _ in changed)))
        values = [value for _, value in changed]
        connection.execute(
            f"UPDATE threads SET {names} WHERE thread = ?",  # noqa: S608 - names of ours
            (*_generation(work, patch), *values, thread),
        )
        return Applied()


def _identity(connection: sqlite3.Connection) -> int:
    """Give the number that tells this database from any other one; draw it if it has none."""
    found = int(connection.execute("PRAGMA user_version").fetchone()[0])
    if found:
        return found
    connection.execute("BEGIN IMMEDIATE")
    found = int(connection.execute("PRAGMA user_version").fetchone()[0])
    if not found:
        found = 1 + secrets.randbelow(IDENTITY_MAX)
        connection.execute(f"PRAGMA user_version = {found}")
    connection.execute("COMMIT")
    return found


def _generation(work: Upsert, patch: Patch) -> tuple[str, int, int, str, str]:
    target = work.target
    return target.rollout, target.ordinal, target.offset, target.digest, explicit_names(patch)


def _interrupted() -> sqlite3.OperationalError:
    error = sqlite3.OperationalError("interrupted")
    error.sqlite_errorcode = sqlite3.SQLITE_INTERRUPT
    return error
