"""What keeps a database of rows that a stranger may have made from doing more than being read."""

from __future__ import annotations

import sqlite3
import threading
from typing import Final

ROW_MAX: Final = 4 << 20
"""Bytes of a row, and of any value in it: all that a store writes into one row is less."""

LOOK: Final = 20_000
"""After how many steps of its virtual machine SQLite asks whether to go on."""

LOOKS_MAX: Final = 50_000
"""How often it may ask over one statement: some seconds, for more rows than a folder can hold rollouts."""


class Guard:
    """Bounds the work of each statement of one connection."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        """Guard a connection before anything is asked of its schema."""
        self._looks = 0
        connection.set_progress_handler(self._stops, LOOK)
        connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, ROW_MAX)
        connection.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)
        connection.execute("PRAGMA trusted_schema = OFF")
        connection.execute("PRAGMA cell_size_check = ON")

    def renew(self) -> None:
        """Begin to count anew, for another statement."""
        self._looks = 0

    def _stops(self) -> bool:
        self._looks += 1
        return self._looks > LOOKS_MAX

    def cause(self, error: Exception) -> Exception:
        """Give what is behind an error: SQLite says "interrupted" of whatever stopped a statement.

        Raises:
            KeyboardInterrupt: it was Ctrl-C, which SQLite lets not pass.
        """
        if getattr(error, "sqlite_errorcode", None) != sqlite3.SQLITE_INTERRUPT:
            return error
        if self._looks > LOOKS_MAX:
            endless = sqlite3.DatabaseError("its pages lead in circles")
            endless.sqlite_errorcode, endless.sqlite_errorname = sqlite3.SQLITE_CORRUPT, "SQLITE_CORRUPT"
            return endless
        if threading.current_thread() is threading.main_thread():
            raise KeyboardInterrupt from error
        return error
