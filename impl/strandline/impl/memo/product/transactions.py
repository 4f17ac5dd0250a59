"""For how long a scanner's read transactions are open, and a place to read in them before they end."""

from __future__ import annotations

import sqlite3
import sys
import time
from typing import Any


class _Watched(sqlite3.Connection):
    """A connection that tells its watch of each read transaction."""

    watch: Watch
    _began: float | None = None
    _used = False

    def execute(self, sql: str, parameters: Any = (), /) -> sqlite3.Cursor:  # noqa: ANN401 - as in sqlite3
        """Run a statement; at the end of a transaction that went well, the watch may read first."""
        began = time.perf_counter()
        if self.in_transaction and sql not in {"PRAGMA data_version", "ROLLBACK"}:
            self._used = True
        # The scanner's first transaction only lets SQLite open its files. One that ends in an exception gives no answer
        # to judge; on Ctrl-C a full scan would be in the way.
        elif sql == "ROLLBACK" and self._used and sys.exc_info()[0] is None:
            self.watch.ending(self)
        cursor = super().execute(sql, parameters)
        # This is what fixes the snapshot: after BEGIN alone nothing is held, however long the log is busy.
        if sql == "PRAGMA data_version" and self._began is None:
            self._began = began
        elif sql == "ROLLBACK" and self._began is not None:
            self.watch.held += time.perf_counter() - self._began
            self._began = None
        return cursor


class Watch:
    """Sits in the connections of a scanner; ``held`` is for how many seconds their read transactions were open."""

    def __init__(self) -> None:
        """Begin at no time."""
        self.held = 0.0

    def connect(self, database: str, **options: Any) -> sqlite3.Connection:  # noqa: ANN401 - as in sqlite3
        """Make a connection as ``sqlite3.connect`` does, with this watch in it."""
        connection: _Watched = sqlite3.connect(database, factory=_Watched, **options)
        connection.watch = self
        return connection

    def ending(self, connection: sqlite3.Connection) -> None:
        """Look on as a read transaction is about to end that went well; here nothing is done."""
