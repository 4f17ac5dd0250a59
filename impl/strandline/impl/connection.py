"""Connections to the log: read-only for good, and typed when they fail."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing, contextmanager, suppress
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from strandline.impl.codex import CODEX
from strandline.impl.effects import Failure
from strandline.impl.files import shown
from strandline.impl.log import EmptyDatabaseError, LogReader, SchemaError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from strandline.impl.answer import Reason
    from strandline.impl.files import Pin, Sighting
    from strandline.impl.memo import Memo, Place
    from strandline.impl.projection import Projection

ConnectionFactory: TypeAlias = Callable[..., sqlite3.Connection]
"""What makes a connection: ``sqlite3.connect``, or something that takes the same arguments."""

PRIMARY: Final = 0xFF
"""Masks an extended result code of SQLite down to its primary one."""

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
        database.execute("PRAGMA query_only = ON")
        database.execute("PRAGMA trusted_schema = OFF")
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
    "table_info": True,
    "index_list": True,
    "index_info": True,
}
"""The pragmas that only look, and whether each takes an argument; one that takes none would write with it."""


def _authorize(
    action: int, subject: str | None, argument: str | None, _database: str | None, _trigger: str | None
) -> int:
    """Let statements be compiled that read, and none besides.

    A read-only connection with ``query_only`` still makes files: ATTACH and VACUUM INTO create
    the one they name.
    """
    if action == sqlite3.SQLITE_PRAGMA:
        allowed = subject in _PRAGMAS and (_PRAGMAS[subject] or argument is None)
    else:
        # A table-valued function declares its columns, which SQLite asks about as an update of the schema table.
        declares = action == sqlite3.SQLITE_UPDATE and subject == "sqlite_master"
        allowed = declares or action in _ACTIONS
    return sqlite3.SQLITE_OK if allowed else sqlite3.SQLITE_DENY


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
        return Failure("empty database", f"{shown(path)}: {error}")
    if isinstance(error, SchemaError):
        return Failure("schema", f"{shown(path)}: {error}")
    if isinstance(error, MemoryError):
        return Failure("no memory", f"{shown(path)}: not enough memory to read it")
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_IOERR)
    if code in _RECOVERY:
        return Failure("needs recovery", f"{shown(path)}: its writer did not finish; open it once with that program")
    return Failure(_REASONS.get(code & PRIMARY, "io"), f"{shown(path)}: {error}")
