"""Counts what a scanner really reads: not by its own statistics, but at its connection to SQLite."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable


class Meter:
    """How many rows were handed out by statements that test or fetch bodies other than by key."""

    def __init__(self) -> None:
        """Begin at nothing."""
        self.bodies = 0


def metered(
    meter: Meter, closed: Callable[[sqlite3.Connection], None] = lambda _: None
) -> Callable[..., sqlite3.Connection]:
    """Make a factory of connections that run this meter, and tell when they are closed."""

    class Cursor(sqlite3.Cursor):
        def execute(self, sql: str, parameters: Any = ()) -> Cursor:  # noqa: ANN401 - as sqlite3.Cursor
            self._counts = "feedback_log_body" in sql and "json_each" not in sql
            super().execute(sql, parameters)
            return self

        def __next__(self) -> Any:  # noqa: ANN401 - a row has columns of any kind
            row = super().__next__()
            meter.bodies += self._counts
            return row

    class Connection(sqlite3.Connection):
        def execute(self, sql: str, parameters: Any = ()) -> Cursor:  # noqa: ANN401 - as sqlite3.Connection
            return self.cursor(Cursor).execute(sql, parameters)

        def close(self) -> None:
            closed(self)
            super().close()

    def connect(*args: Any, **settings: Any) -> sqlite3.Connection:  # noqa: ANN401 - as sqlite3.connect
        return sqlite3.connect(*args, factory=Connection, **settings)

    return connect
