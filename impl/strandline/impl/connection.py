"""Connections to the log: read-only for good, and typed when they fail."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Final, TypeAlias

from strandline.impl.effects import Failure
from strandline.impl.log import EmptyDatabaseError, LogReader, SchemaError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from strandline.impl.answer import Reason
    from strandline.impl.files import Pin
    from strandline.impl.memo import Memo, Place

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
        return self._pin.place

    def open(self, path: Path, factory: ConnectionFactory) -> None:
        """Connect to the database at the path, so that it can never be written through this.

        Raises:
            sqlite3.Error: it cannot be opened.
        """
        uri = f"{path.absolute().as_uri()}?mode=ro"
        database = factory(uri, uri=True, timeout=0, isolation_level=None, check_same_thread=False)
        self._database = database
        database.text_factory = bytes
        database.set_progress_handler(lambda: self._cancelled, PROGRESS)
        database.execute("PRAGMA query_only = ON")
        database.execute("PRAGMA trusted_schema = OFF")
        self._reader = LogReader(database)

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
        """Tell that a memo still rests on the latest commit and reaches back far enough.

        The data version tells that nothing was committed since the last snapshot read through
        this connection, so every memo made since then rests on it.
        """
        return (
            self.seen is not None
            and memo is not None
            and version == self.seen[0]
            and memo.place == self.place
            and memo.observation >= self.seen[1]
            and memo.coverage <= wanted
        )

    def cancel(self) -> None:
        """Stop the query that runs, and every later one; may be called from any thread."""
        self._cancelled = True

    def close(self) -> None:
        """Close the connection and let the inode number go, in this order."""
        with closing(self._pin):
            if self._database is not None:
                self._database.close()


_REASONS: Final[dict[int, Reason]] = {
    sqlite3.SQLITE_BUSY: "busy",
    sqlite3.SQLITE_LOCKED: "busy",
    sqlite3.SQLITE_CORRUPT: "corrupt",
    sqlite3.SQLITE_NOTADB: "not a database",
    sqlite3.SQLITE_PERM: "permission",
    sqlite3.SQLITE_AUTH: "permission",
    sqlite3.SQLITE_READONLY: "permission",
    sqlite3.SQLITE_CANTOPEN: "cannot open",
    sqlite3.SQLITE_NOMEM: "no memory",
    sqlite3.SQLITE_INTERRUPT: "interrupted",
    sqlite3.SQLITE_ERROR: "schema",
}
"""What each primary result code means to the caller; every other one is an I/O failure."""

_RECOVERY: Final = {sqlite3.SQLITE_READONLY_ROLLBACK, sqlite3.SQLITE_READONLY_RECOVERY, sqlite3.SQLITE_BUSY_RECOVERY}


def failure(path: Path, error: Exception) -> Failure:
    """Name what went wrong with a database, in a word for programs and a line for people."""
    if isinstance(error, EmptyDatabaseError):
        return Failure("empty database", f"{path}: {error}")
    if isinstance(error, SchemaError):
        return Failure("schema", f"{path}: {error}")
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_IOERR)
    if code in _RECOVERY:
        return Failure("needs recovery", f"{path}: its writer did not finish; open it once with that program")
    return Failure(_REASONS.get(code & 0xFF, "io"), f"{path}: {error}")
