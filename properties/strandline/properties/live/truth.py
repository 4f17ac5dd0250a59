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
from collections import Counter
from contextlib import contextmanager
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

LONGEST: Final = 67_108_864
"""The longest body that is read, in bytes of UTF-8."""

LONGEST_OF_UTF_16: Final = 44_739_242
"""The same for a database in UTF-16, in bytes of it: two of them can become three of UTF-8."""

_ROWS: Final = """SELECT l."id", l."ts", l."ts_nanos", l."thread_id", l."process_uuid",
    typeof(l."feedback_log_body") FROM "logs" AS l"""
_TEXT: Final = 'SELECT l."feedback_log_body" FROM "logs" AS l WHERE l."id" = ?'
_LETTER: Final = "SELECT length(CAST('x' AS BLOB))"
# A trigger may have the name of its table, and a name is the same in capitals.
_KIND: Final = "SELECT type FROM sqlite_schema WHERE name = 'logs' COLLATE NOCASE AND type IN ('table', 'view')"


class FullScan(NamedTuple):
    """The truth about one snapshot, how many rows it took, and how long, in seconds."""

    truth: Truth
    rows: int
    seconds: float


class _Watched(sqlite3.Connection):
    """A connection that lets its witness read before a read transaction ends, and tells it how long that was."""

    witness: Witness
    _began = 0.0
    _used = False

    def execute(self, sql: str, parameters: Any = (), /) -> sqlite3.Cursor:  # noqa: ANN401 - as in sqlite3
        """Run a statement; at the end of a transaction that went well, the witness reads first."""
        if sql == "BEGIN":
            self._began = time.perf_counter()
        elif self.in_transaction and sql not in {"PRAGMA data_version", "ROLLBACK"}:
            self._used = True
        # The scanner's first transaction only lets SQLite open its files. One that ends in an exception gives no answer
        # to judge; on Ctrl-C a full scan would be in the way.
        elif sql == "ROLLBACK" and self._used and self.witness.judging and sys.exc_info()[0] is None:
            self.witness.read(self)
        cursor = super().execute(sql, parameters)
        if sql == "ROLLBACK":
            self.witness.held += time.perf_counter() - self._began
        return cursor


class Witness:
    """Finds out what the answer of each refresh ought to be, inside its own read transactions.

    ``last`` is the truth about the last transaction since :meth:`expect`, None if there was none or it could not be
    read; ``problem`` then says why. ``held`` is how long the transactions were open, ``seconds`` how much of this the
    witness itself took.
    """

    def __init__(self, *, judging: bool = True) -> None:
        """Expect answers about all instants; one that is not judging reads nothing and only keeps the time."""
        self.judging = judging
        self.held = 0.0
        self._span = Span(None, None)
        self.last: FullScan | None = None
        self.problem: str | None = None
        self.seconds = 0.0

    def expect(self, span: Span) -> None:
        """Forget what was seen; the next refresh asks for this span."""
        self._span, self.last, self.problem, self.seconds, self.held = span, None, None, 0.0, 0.0

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

    The body of a row is fetched by itself, if it is a TEXT. One that is too long is never in memory: SQLite, told the
    longest value that it may load, refuses it before it reads it. Such a row is counted here and the oracle not asked.

    Args:
        connection: one that hands text out as bytes; the caller holds the transaction.
        span: what to answer for.

    Raises:
        sqlite3.Error: the rows cannot be read.
    """
    began = time.perf_counter()
    count = too_long = 0

    def rows() -> Iterator[Row]:
        nonlocal count, too_long
        for row_id, ts, nanos, thread, process, kind in connection.execute(_ROWS):
            count += 1
            text = _text(connection, row_id) if kind == b"text" else b""
            if text is None and isinstance(ts, int):
                too_long += span.holds(ts)
            else:
                yield Row(row_id, ts, nanos, _name(thread), _name(process), _body(kind, text or b""))

    with _bounded(connection):
        truth = oracle(rows(), span)
    skipped = Counter(dict(truth.skipped)) + Counter(size=too_long)
    return FullScan(truth._replace(skipped=tuple(sorted(skipped.items()))), count, time.perf_counter() - began)


@contextmanager
def _bounded(connection: sqlite3.Connection) -> Iterator[None]:
    """Let SQLite load no value that is longer than the longest body."""
    (letter,) = connection.execute(_LETTER).fetchone()
    longest = LONGEST if letter == 1 else LONGEST_OF_UTF_16
    before = connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, longest)
    try:
        yield
    finally:
        connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, before)


def _text(connection: sqlite3.Connection, row_id: int) -> bytes | None:
    """Fetch the TEXT body of a row, None if it is too long."""
    try:
        (text,) = connection.execute(_TEXT, (row_id,)).fetchone()
    except sqlite3.DataError as error:
        if error.sqlite_errorcode != sqlite3.SQLITE_TOOBIG:
            raise
        return None
    return bytes(text)


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
    if connection.execute("SELECT 1 FROM sqlite_schema").fetchone() is None:
        return Unavailable("empty database", f"{path}: the database is empty: it has no table yet")
    if connection.execute(_KIND).fetchone() != (b"table",):
        return Unavailable("schema", f"{path}: there is no table named logs")
    return full_scan(connection, span)


def _name(value: object) -> str | None:
    """Give what a column names; one that does not decode names nothing."""
    try:
        return value.decode() if isinstance(value, bytes) else None
    except UnicodeDecodeError:
        return None


def _body(kind: bytes, text: bytes) -> Body:
    """Give the oracle a TEXT, or of a BLOB only that it is one; a number, which no writer stores, states nothing."""
    if kind == b"null":
        return None
    return b"" if kind == b"blob" else Raw(text)
