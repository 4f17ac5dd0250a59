"""Connections to the log: read-only for good, and typed when they fail."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing, contextmanager, suppress
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from strandline.impl.codex import CODEX
from strandline.impl.failures import PRIMARY
from strandline.impl.log import LogReader

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from strandline.impl.files import Pin, Sighting
    from strandline.impl.memo import Memo, Place
    from strandline.impl.projection import Projection

ConnectionFactory: TypeAlias = Callable[..., sqlite3.Connection]
"""What makes a connection: ``sqlite3.connect``, or something that takes the same arguments."""

PROGRESS: Final = 20_000
"""After how many steps of its virtual machine SQLite asks whether to go on."""


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
        database.set_progress_handler(lambda: self._cancelled, PROGRESS)
        # The functions that a schema may call are SQLite's own, and those that the factory registered because it
        # trusts them. A SQLite that is built not to trust a schema refuses healthy files: 3.40 takes JSON for unsafe.
        database.execute("PRAGMA trusted_schema = ON")
        database.set_authorizer(_authorize)
        self._reader = LogReader(database, projection)
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

    def cancel(self) -> None:
        """Stop the query that runs, and every later one; may be called from any thread.

        Both are needed: the flag stops queries yet to come, and the interrupt is heard at every
        row. Rows with large bodies can take seconds between two looks at the flag.
        """
        self._cancelled = True
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


_ACTIONS: Final = {sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_FUNCTION, sqlite3.SQLITE_TRANSACTION}
_PRAGMAS: Final = {
    "data_version": False,
    "schema_version": False,
    "table_xinfo": True,
    "index_list": True,
    "index_info": True,
}
"""The pragmas that only look, and whether each takes an argument; one that takes none would write with it."""


def _authorize(
    action: int, subject: str | None, argument: str | None, _database: str | None, _trigger: str | None
) -> int:
    """Let statements be compiled that read, and none besides.

    It is asked about our own statements and what they name. Of the schema that is the columns that are read, and the
    functions that generate them; nothing else in a file can be refused by it.

    ``mode=ro`` keeps the log from being written. It does not keep a connection from making files, which is why this is
    here: ATTACH and VACUUM INTO create the one they name.
    """
    if action == sqlite3.SQLITE_PRAGMA:
        allowed = subject in _PRAGMAS and (_PRAGMAS[subject] or argument is None)
    else:
        allowed = action in _ACTIONS
    return sqlite3.SQLITE_OK if allowed else sqlite3.SQLITE_DENY
