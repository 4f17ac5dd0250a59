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
from contextlib import closing
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from strandline.impl.answer import Unavailable
from strandline.model.days import Span
from strandline.model.log import Body, Raw, Row
from strandline.model.oracle import Truth, oracle

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from strandline.impl.answer import Reason

BUSY: Final = 5.0
"""Seconds to wait for a lock, as a codex process does."""

_ROWS: Final = """SELECT l."id", l."ts", l."ts_nanos", l."thread_id", l."process_uuid",
    typeof(l."feedback_log_body"), l."feedback_log_body" FROM "logs" AS l"""
_KIND: Final = "SELECT type FROM sqlite_schema WHERE name = 'logs'"
_REASONS: Final[dict[int, Reason]] = {
    sqlite3.SQLITE_BUSY: "busy",
    sqlite3.SQLITE_LOCKED: "busy",
    sqlite3.SQLITE_CANTOPEN: "cannot open",
    sqlite3.SQLITE_CORRUPT: "corrupt",
    sqlite3.SQLITE_NOTADB: "not a database",
    sqlite3.SQLITE_ERROR: "schema",
    sqlite3.SQLITE_PERM: "permission",
    sqlite3.SQLITE_AUTH: "permission",
    sqlite3.SQLITE_READONLY: "permission",
}
_RECOVERY: Final = {sqlite3.SQLITE_READONLY_ROLLBACK, sqlite3.SQLITE_READONLY_RECOVERY}


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


def read_truth(path: Path, span: Span) -> FullScan | Unavailable | None:
    """Answer a span by a full scan of the log at a path, in one read transaction of its own.

    Returns:
        The truth, why there is none, or None if nothing is at the path.
    """
    try:
        regular = stat.S_ISREG(path.stat().st_mode)  # before SQLite sees it: a FIFO would make it wait for ever
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        reason: Reason = "permission" if isinstance(error, PermissionError) else "cannot open"
        says = error.strerror if isinstance(error, OSError) and error.strerror else error
        return Unavailable(reason, f"{path} cannot be reached: {says}")
    if not regular:
        return Unavailable("not a regular file", f"{path} is not a database file")
    try:
        uri = f"{path.absolute().as_uri()}?mode=ro"
        with closing(sqlite3.connect(uri, uri=True, timeout=BUSY, isolation_level=None)) as connection:
            connection.text_factory = bytes
            connection.execute("PRAGMA query_only = ON")
            connection.execute("BEGIN")
            if connection.execute(_KIND).fetchone() != (b"table",):
                return Unavailable("schema", f"{path}: there is no table named logs")
            return full_scan(connection, span)
    except sqlite3.Error as error:
        return Unavailable(_reason(error), f"{path}: {error}")


def _reason(error: sqlite3.Error) -> Reason:
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_IOERR)
    return "needs recovery" if code in _RECOVERY else _REASONS.get(code & 0xFF, "io")


def _name(value: object) -> str | None:
    return value.decode(errors="surrogateescape") if isinstance(value, bytes) else None


def _body(kind: bytes, body: object) -> Body:
    """Tell TEXT from BLOB, which both come as bytes; a number, which no writer stores, is text that states nothing."""
    if kind == b"null":
        return None
    data = body if isinstance(body, bytes) else b""
    return data if kind == b"blob" else Raw(data)
