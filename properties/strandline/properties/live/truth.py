"""The truth about a real log: every row of one snapshot, read without a filter, judged by the model's oracle.

Two ways to it. :func:`read_truth` opens the log by itself. A :class:`Witness` sits in the scanner's own connections
and reads inside the scanner's own read transactions, so that answer and truth speak of the same snapshot even while
another process writes.
"""

from __future__ import annotations

import sqlite3
import stat
import sys
import time
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from strandline.impl.answer import Unavailable
from strandline.impl.failures import failure
from strandline.impl.files import refused_lock
from strandline.impl.memo import Place
from strandline.model.days import Span
from strandline.model.log import Body, Raw, Row
from strandline.model.oracle import Truth, oracle

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from strandline.impl.answer import Reason

BUSY: Final = 5.0
"""Seconds to wait for a lock, as a codex process does."""

PATIENCE: Final = 0.25
"""Seconds of one wait; between two of them it is told that the log is waited for."""

_ROWS: Final = """SELECT l."id", l."ts", l."ts_nanos", l."thread_id", l."process_uuid",
    typeof(l."feedback_log_body"), l."feedback_log_body" FROM "logs" AS l"""
# A trigger may have the name of its table, and a name is the same in capitals.
_KIND: Final = "SELECT type FROM sqlite_schema WHERE name = 'logs' COLLATE NOCASE AND type IN ('table', 'view')"


class FullScan(NamedTuple):
    """The truth about one snapshot, how many rows it took, and how long, in seconds."""

    truth: Truth
    rows: int
    seconds: float


class _Watched(sqlite3.Connection):
    """A connection that lets its witness read before a read transaction ends."""

    witness: Witness | None = None

    def execute(self, sql: str, parameters: Any = (), /) -> sqlite3.Cursor:  # noqa: ANN401 - as in sqlite3
        """Run a statement; at the end of a transaction that went well, the witness reads first."""
        # A transaction that ends in an exception gives no answer to judge; on Ctrl-C a full scan would be in the way.
        if sql == "ROLLBACK" and self.witness is not None and sys.exc_info()[0] is None:
            self.witness.read(self)
        return super().execute(sql, parameters)


class Witness:
    """Finds out what the answer of each refresh ought to be, inside its own read transactions.

    ``last`` is the truth about the last transaction since :meth:`expect`, None if there was none or it could not be
    read; ``problem`` then says why. ``seconds`` is the time that the witness itself took.
    """

    def __init__(self) -> None:
        """Expect answers about all instants."""
        self._span = Span(None, None)
        self.last: FullScan | None = None
        self.problem: str | None = None
        self.seconds = 0.0

    def expect(self, span: Span) -> None:
        """Forget what was seen; the next refresh asks for this span."""
        self._span, self.last, self.problem, self.seconds = span, None, None, 0.0

    def connect(self, database: str, **options: Any) -> sqlite3.Connection:  # noqa: ANN401 - as in sqlite3
        """Make a connection as ``sqlite3.connect`` does, with this witness in it."""
        connection: _Watched = sqlite3.connect(database, factory=_Watched, **options)
        connection.witness = self
        return connection

    def read(self, connection: sqlite3.Connection) -> None:
        """Read the snapshot that the connection's transaction sees."""
        began = time.perf_counter()
        try:
            self.last, self.problem = full_scan(connection, self._span), None
        except sqlite3.Error as error:
            self.last, self.problem = None, str(error)
        self.seconds += time.perf_counter() - began


def full_scan(connection: sqlite3.Connection, span: Span) -> FullScan:
    """Read every row that the connection sees and ask the oracle.

    Args:
        connection: one that hands text out as bytes; the caller holds the transaction.
        span: what to answer for.

    Raises:
        sqlite3.Error: the rows cannot be read.
    """
    began = time.perf_counter()
    count = 0

    def rows() -> Iterator[Row]:
        nonlocal count
        for row_id, ts, nanos, thread, process, kind, body in connection.execute(_ROWS):
            count += 1
            yield Row(row_id, ts, nanos, _name(thread), _name(process), _body(kind, body))

    truth = oracle(rows(), span)
    return FullScan(truth, count, time.perf_counter() - began)


def read_truth(path: Path, span: Span, waiting: Callable[[], None] = lambda: None) -> FullScan | Unavailable | None:
    """Answer a span by a full scan of the log at a path, in one read transaction of its own.

    Args:
        path: where the log is.
        span: what to answer for.
        waiting: called when the log is locked, before each further try.

    Returns:
        The truth, why there is none, or None if nothing is at the path.
    """
    try:
        status = path.stat()
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        reason: Reason = "permission" if isinstance(error, PermissionError) else "cannot open"
        says = error.strerror if isinstance(error, OSError) and error.strerror else error
        return Unavailable(reason, f"{path} cannot be reached: {says}")
    if not stat.S_ISREG(status.st_mode):  # before SQLite sees it: a FIFO would make it wait for ever
        return Unavailable("not a regular file", f"{path} is not a database file")
    place = Place(status.st_dev, status.st_ino)
    uri = f"{path.absolute().as_uri()}?mode=ro"
    until = time.monotonic() + BUSY
    while True:
        connection: sqlite3.Connection | None = None
        try:
            connection = sqlite3.connect(uri, uri=True, timeout=min(BUSY, PATIENCE), isolation_level=None)
            connection.text_factory = bytes
            return _read(connection, path, span)
        except sqlite3.Error as error:
            failed = failure(path, error, lambda: refused_lock(place))
        finally:
            if connection is not None:
                connection.close()
        if failed.reason != "busy" or time.monotonic() >= until:
            return Unavailable(failed.reason, failed.detail, failed.code)
        waiting()


def _read(connection: sqlite3.Connection, path: Path, span: Span) -> FullScan | Unavailable:
    connection.execute("PRAGMA trusted_schema = ON")  # a SQLite that is built without it refuses healthy files
    connection.execute("BEGIN")
    if connection.execute(_KIND).fetchone() != (b"table",):
        return Unavailable("schema", f"{path}: there is no table named logs")
    return full_scan(connection, span)


def _name(value: object) -> str | None:
    return value.decode(errors="surrogateescape") if isinstance(value, bytes) else None


def _body(kind: bytes, body: object) -> Body:
    """Tell TEXT from BLOB, which both come as bytes; a number, which no writer stores, is text that states nothing."""
    if kind == b"null":
        return None
    data = body if isinstance(body, bytes) else b""
    return data if kind == b"blob" else Raw(data)
