"""Reads of the metadata database: of this moment each, or all of one moment."""

from __future__ import annotations

import sqlite3
from contextlib import suppress
from threading import Lock
from typing import TYPE_CHECKING, Final, TypeAlias

from strandline.impl.threads.errors import MetadataError
from strandline.impl.threads.failures import failure
from strandline.impl.threads.guard import Guard
from strandline.impl.threads.row import RECENCY, SELECTED, Page, Position, Row, require_only_tables, row_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from types import TracebackType
    from typing import Self

Place: TypeAlias = tuple[int, int]
"""The device and the number of a file."""

_ONE: Final = f"SELECT {SELECTED} FROM threads WHERE thread = ?"  # noqa: S608 - names of ours
_ALL: Final = "SELECT thread FROM threads"
_FIRST: Final = f"SELECT {SELECTED} FROM threads ORDER BY {RECENCY} DESC, thread LIMIT ?"  # noqa: S608
_NEXT: Final = f"""SELECT {SELECTED} FROM threads WHERE {RECENCY} <= ? AND ({RECENCY} < ? OR thread > ?)
    ORDER BY {RECENCY} DESC, thread LIMIT ?"""  # noqa: S608


Sighting: TypeAlias = "tuple[Place | None, Place | None]"


def place_of(path: Path) -> Place | None:
    """Give the place of a file, None if there is none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def sighting_of(path: Path) -> Sighting:
    """Give the places of a database and of its -wal: what is committed to one that is gone nobody sees."""
    return place_of(path), place_of(path.with_name(f"{path.name}-wal"))


def rollout_path(folder: Path, thread: str) -> Path:
    """Give the path of the rollout of a thread."""
    return folder / f"{thread}.jsonl"


class Reader:
    """Reads rows; safe from many threads. A row whose rollout is gone is never given."""

    def __init__(
        self,
        path: Path,
        rollouts: Path,
        *,
        busy: float,
        connect: Callable[..., sqlite3.Connection],
        held: bool = False,
    ) -> None:
        """Read the database at a path.

        Args:
            path: the database; one that does not exist has no rows.
            rollouts: the folder of the rollouts.
            busy: seconds to wait for another process.
            connect: makes a connection, as ``sqlite3.connect`` does.
            held: whether all reads are of one moment, that of the first.
        """
        self._path = path
        self._rollouts = rollouts
        self._busy = busy
        self._connect = connect
        self._held = held
        self._lock = Lock()
        self._connection: sqlite3.Connection | None = None
        self._place: Place | None = None
        self._guard: Guard | None = None

    def read(self, thread: str) -> Row | None:
        """Give the row of a thread, None if it has none or its rollout is gone."""
        row = self.any(thread)
        return row if self._is_living(thread) else None

    def any(self, thread: str) -> Row | None:
        """Give the row of a thread, whether or not its rollout is there."""
        found = self._select(_ONE, (thread,))
        return row_of(found[0]) if found else None

    def threads(self) -> list[str]:
        """Give all threads that have a row, whether or not their rollouts are there."""
        return [str(thread) for (thread,) in self._select(_ALL, ())]

    def page(self, limit: int, after: Position | None = None) -> Page:
        """Give at most so many rows, the most recent first."""
        rows: list[Row] = []
        while True:
            asked = limit - len(rows) + 1
            if after is None:
                found = self._select(_FIRST, (asked,))
            else:
                found = self._select(_NEXT, (after.recency, after.recency, after.thread, asked))
            for row in map(row_of, found):
                if len(rows) == limit:
                    return Page(tuple(rows), after)
                after = Position(row.recency, row.thread)
                if self._is_living(row.thread):
                    rows.append(row)
            if len(found) < asked:
                return Page(tuple(rows), None)

    def close(self) -> None:
        """Close the connection."""
        with self._lock:
            self._drop()

    def _is_living(self, thread: str) -> bool:
        return rollout_path(self._rollouts, thread).exists()

    def _select(self, statement: str, arguments: tuple[str | int, ...]) -> list[tuple[object, ...]]:
        with self._lock:
            try:
                connection = self._opened()
                if self._guard is not None:
                    self._guard.renew()
                return [] if connection is None else connection.execute(statement, arguments).fetchall()
            except (sqlite3.Error, OSError) as error:
                self._drop()
                found = failure(self._path, error if self._guard is None else self._guard.cause(error))
                raise MetadataError(found.detail, found.reason) from error

    def _opened(self) -> sqlite3.Connection | None:
        if self._held and self._connection is not None:
            return self._connection
        place = place_of(self._path)
        if place is None or place != self._place:
            self._drop()
        if place is None or (self._connection is None and self._path.stat().st_size == 0):
            return None
        if self._connection is None:
            uri = f"{self._path.absolute().as_uri()}?mode=rw"
            try:
                connection = self._connect(
                    uri, uri=True, isolation_level=None, timeout=self._busy, check_same_thread=False
                )
            except sqlite3.OperationalError:
                uri = f"{self._path.absolute().as_uri()}?mode=ro"
                connection = self._connect(
                    uri, uri=True, isolation_level=None, timeout=self._busy, check_same_thread=False
                )
            self._connection, self._place = connection, place
            self._guard = Guard(connection)
            connection.execute("PRAGMA query_only = ON")
            require_only_tables(connection)
            if not connection.execute("SELECT 1 FROM sqlite_schema WHERE name = 'threads'").fetchall():
                self._drop()  # it is being made
                return None
            if self._held:
                connection.execute("BEGIN")
        return self._connection

    def _drop(self) -> None:
        connection, self._connection, self._place = self._connection, None, None
        if connection is not None:
            with suppress(sqlite3.Error):
                connection.close()

    def __enter__(self) -> Self:
        """Give the reader itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close it."""
        self.close()
