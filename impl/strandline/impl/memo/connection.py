"""Connections to the log: read-only for good, and typed when they fail."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing, contextmanager, suppress
from typing import TYPE_CHECKING, Any, TypeAlias

from strandline.impl.memo.codex import CODEX
from strandline.impl.memo.failures import PRIMARY
from strandline.impl.memo.guard import Guard, guarded
from strandline.impl.memo.log import LogReader

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from strandline.impl.memo.files import Pin, Sighting
    from strandline.impl.memo.memo import Memo, Place
    from strandline.impl.memo.projection import Projection

ConnectionFactory: TypeAlias = Callable[..., sqlite3.Connection]
"""What makes a connection: ``sqlite3.connect``, or something that takes the same arguments."""


class Connection:
    """One connection to one log, pinned, owned by one refresh at a time.

    ``seen`` is the data version and the observation number of the last snapshot that was read
    through it.
    """

    def __init__(self, pin: Pin) -> None:
        """Begin with a pinned file; :meth:`open` makes the connection."""
        self._pin = pin
        self._database: sqlite3.Connection | None = None
        self._reader: LogReader | None = None
        self._cancelled = False
        self._guard = Guard(0)
        self.seen: tuple[int, int] | None = None

    @property
    def place(self) -> Place:
        """The pinned file."""
        return self._pin.sighting.place

    @property
    def sighting(self) -> Sighting:
        """The pinned file, as it was when it was pinned."""
        return self._pin.sighting

    @property
    def is_to_its_pin(self) -> bool:
        """Whether what was opened is the pinned file, as far as the system can tell."""
        return self._pin.is_opened()

    def refused_lock(self) -> str | None:
        """Name the error with which the file system refuses locks; None if it does not, or the system cannot tell."""
        return self._pin.refused_lock()

    def open(self, path: Path, factory: ConnectionFactory, projection: Projection[Any, Any] = CODEX) -> None:
        """Connect to the database at the path, so that it can never be written through this.

        Raises:
            sqlite3.Error: it cannot be opened.
        """
        uri = f"{path.absolute().as_uri()}?mode=ro"
        database = factory(uri, uri=True, timeout=0, isolation_level=None, check_same_thread=False)
        self._database = database
        database.text_factory = bytes
        self._guard = guarded(database, self._pin.sighting.size)
        self._guard.cancelled = self._cancelled
        self._reader = LogReader(database, projection, self._pin.sighting.size)
        self._open_journal()

    def _open_journal(self) -> None:
        """Let SQLite open the -wal and -shm now, while they are those of this file.

        It opens them at the first read, by name. Let another file be renamed over the path
        before that, and the old database is read through the journal of the new one.
        """
        try:
            self.begin()
        except sqlite3.OperationalError as error:
            if getattr(error, "sqlite_errorcode", 0) & PRIMARY != sqlite3.SQLITE_BUSY:
                raise
        finally:
            self.end()

    def begin(self) -> int:
        """Begin a read transaction and fix its snapshot; give the data version.

        Raises:
            sqlite3.Error: the snapshot cannot be fixed now.
        """
        if self._database is None:
            message = "the connection is not open"
            raise sqlite3.ProgrammingError(message)
        if not self._database.in_transaction:
            self._guard.renew()
            self._database.execute("BEGIN")
        version: int = self._database.execute("PRAGMA data_version").fetchone()[0]
        return version

    @contextmanager
    def transaction(self) -> Iterator[LogReader]:
        """Read inside the transaction that was begun, and end it whatever happens."""
        if self._database is None or self._reader is None:
            message = "the connection is not open"
            raise sqlite3.ProgrammingError(message)
        try:
            yield self._reader
        finally:
            self.end()

    def end(self) -> None:
        """End the read transaction, if there is one."""
        if self._database is not None and self._database.in_transaction:
            self._database.execute("ROLLBACK")

    def is_unchanged(self, version: int, memo: Memo | None, wanted: int) -> bool:
        """Tell that a memo still rests on the latest commit, reaches back far enough and on to the end.

        The data version tells that nothing was committed since the last snapshot read through
        this connection, so every memo made since then rests on it. A memo that was cut at its
        limit does not reach the end of the log, and cannot answer by itself.
        """
        return (
            self.seen is not None
            and memo is not None
            and version == self.seen[0]
            and memo.place == self.place
            and memo.observation >= self.seen[1]
            and memo.coverage <= wanted
            and not memo.full
        )

    def cause(self, error: Exception) -> Exception:
        """Give what is behind an error: see :meth:`strandline.impl.memo.guard.Guard.cause`.

        Raises:
            KeyboardInterrupt: that was behind it.
        """
        return self._guard.cause(error)

    def cancel(self) -> None:
        """Stop the query that runs, and every later one; may be called from any thread.

        Both are needed: the flag stops queries yet to come, and the interrupt is heard at every
        row. Rows with large bodies can take seconds between two looks at the flag.
        """
        self._cancelled = self._guard.cancelled = True
        with suppress(sqlite3.ProgrammingError):  # its owner may be closing it just now
            if self._database is not None:
                self._database.interrupt()

    @property
    def cancelled(self) -> bool:
        """Whether every query from now on is stopped."""
        return self._cancelled

    def close(self) -> None:
        """Close the connection and let the inode number go, in this order.

        A close that fails is no news: nothing was written, and what was read has been read.
        """
        with closing(self._pin), suppress(sqlite3.Error):
            if self._database is not None:
                self._database.close()
