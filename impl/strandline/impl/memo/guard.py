"""What keeps a database that a stranger may have written from doing more than being read.

A file is data, but its schema is program text: a column may be computed, a view may stand in the place of a table, and
pages that lead back to pages make a small file endless. So a connection compiles only what reads tables, loads no
value beyond a bound, and asks here, again and again, whether to go on.

The oracle, which judges what is read, has a guard of its own that makes the same promises.
"""

from __future__ import annotations

import sqlite3
import threading
from typing import Final

from strandline.impl.memo.projection import BODY_MAX
from strandline.impl.memo.schema import SchemaError

LOOK: Final = 20_000
"""After how many steps of its virtual machine SQLite asks whether to go on."""

STEPS_FREE: Final = 1_000_000_000
"""The steps that may always be taken over one snapshot: some ten seconds, or the rows of a -wal of ten gigabytes."""

STEPS_A_BYTE: Final = 32
"""The steps that may be taken besides for each byte of the file; a row takes some fifty, and has a hundred bytes."""

_ACTIONS: Final = {sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_FUNCTION, sqlite3.SQLITE_TRANSACTION}
_FUNCTIONS: Final = {"load_extension", "fts3_tokenizer", "readfile", "writefile", "edit"}  # that do more than compute
_PRAGMAS: Final = {
    "data_version": False,
    "schema_version": False,
    "page_size": False,
    "table_xinfo": True,
    "table_list": True,
    "index_list": True,
    "index_info": True,
}
"""The pragmas that only look, and whether each takes an argument; one that takes none would write with it."""


class EndlessError(SchemaError):
    """To read the database takes more work than a sound one of its size does."""


class Guard:
    """Says when a query is to stop: when it was cancelled, or has taken more work than the file is worth."""

    def __init__(self, size: int, looks_max: int | None = None) -> None:
        """Begin for a file of so many bytes; ``looks_max`` is a bound of one's own on how often SQLite asks."""
        self._most = (STEPS_FREE + size * STEPS_A_BYTE) // LOOK if looks_max is None else looks_max
        self._looks = 0
        self.cancelled = False

    def renew(self, size: int | None = None) -> None:
        """Begin to count anew, for another snapshot; of a file that may have grown, if its size is given."""
        self._looks = 0
        if size is not None:
            self._most = (STEPS_FREE + size * STEPS_A_BYTE) // LOOK

    def stops(self) -> bool:
        """Tell whether the query is to stop; SQLite asks."""
        self._looks += 1
        return self.cancelled or self._looks > self._most

    def cause(self, error: Exception) -> Exception:
        """Give what is behind an error of SQLite's: it says "interrupted" of whatever stopped a query.

        Raises:
            KeyboardInterrupt: neither this nor a cancellation stopped the query of the main thread. So it was Ctrl-C,
                which Python raises there and then, and that was in the question whether to go on, out of which SQLite
                lets no exception pass.
        """
        if getattr(error, "sqlite_errorcode", None) != sqlite3.SQLITE_INTERRUPT or self.cancelled:
            return error
        if self._looks > self._most:
            return EndlessError("to read it takes more work than a sound log of its size: its pages lead in circles")
        if threading.current_thread() is threading.main_thread():
            raise KeyboardInterrupt from error
        return error


def guarded(database: sqlite3.Connection, size: int) -> Guard:
    """Guard a connection to a database whose file has so many bytes; what is to stop it is given.

    Raises:
        sqlite3.Error: it is none, or cannot be read now.
    """
    guard = Guard(size)
    database.set_progress_handler(guard.stops, LOOK)
    database.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, BODY_MAX)
    database.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)
    # The functions that a schema may call are SQLite's own, and those that the factory registered because it
    # trusts them. A SQLite that is built not to trust a schema refuses healthy files: 3.40 takes JSON for unsafe.
    database.execute("PRAGMA trusted_schema = ON")
    database.execute("PRAGMA cell_size_check = ON")  # a page that is damaged on purpose is found as it is read
    database.execute("PRAGMA mmap_size = 0")  # a file that is cut short meanwhile would end the process
    database.set_authorizer(_authorize)
    return guard


def _authorize(
    action: int, subject: str | None, argument: str | None, _database: str | None, inside: str | None
) -> int:
    """Let statements be compiled that read tables, and none besides.

    It is asked about our own statements and what they name. Of the schema that is the columns that are read, and the
    functions that generate them; nothing else in a file can be refused by it. ``inside`` is a view or a trigger that
    they came to, and they come to none in a file whose schema says what it is.

    ``mode=ro`` keeps the log from being written. It does not keep a connection from making files, which is why this is
    here: ATTACH and VACUUM INTO create the one they name.
    """
    if action == sqlite3.SQLITE_PRAGMA:
        allowed = subject in _PRAGMAS and (_PRAGMAS[subject] or argument is None)
    elif action == sqlite3.SQLITE_FUNCTION:
        allowed = str(argument).lower() not in _FUNCTIONS
    else:
        allowed = action in _ACTIONS
    return sqlite3.SQLITE_OK if allowed and inside is None else sqlite3.SQLITE_DENY
