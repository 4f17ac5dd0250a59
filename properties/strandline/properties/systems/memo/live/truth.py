"""The truth about a real log: every row of one snapshot, read without a filter, judged by the model's oracle.

Two ways to it. :func:`read_truth` opens the log by itself. A :class:`Witness` sits in the scanner's own connections
and reads inside the scanner's own read transactions, so that answer and truth speak of the same snapshot even while
another process writes.
"""

from __future__ import annotations

import sqlite3
import stat
import time
from collections import Counter
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final, NamedTuple

from strandline.impl.memo.answer import Unavailable
from strandline.impl.memo.product.transactions import Watch
from strandline.model.memo.days import Span
from strandline.model.memo.log import Body, Raw, Row
from strandline.model.memo.oracle import Truth, oracle
from strandline.properties.systems.memo.live.opening import LONGEST, EndlessError, opened
from strandline.properties.systems.memo.live.refusal import EXPECTED, refusal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from strandline.impl.memo.answer import Reason

BUSY: Final = 5.0
"""Seconds to wait for a lock, as a codex process does."""

PATIENCE: Final = 0.25
"""Seconds of one wait; between two of them it is told that the log is waited for."""

LONGEST_OF_UTF_16: Final = 44_739_242
"""The same for a database in UTF-16, in bytes of it: two of them can become three of UTF-8."""

_ROWS: Final = """SELECT l."id", l."ts", l."ts_nanos", l."thread_id", l."process_uuid",
    typeof(l."feedback_log_body") FROM "logs" AS l"""
_TEXT: Final = 'SELECT l."feedback_log_body" FROM "logs" AS l WHERE l."id" = ?'
_LETTER: Final = "SELECT length(CAST('x' AS BLOB))"
# A trigger may have the name of its table, and a name is the same in capitals.
_ROOT: Final = "SELECT rootpage FROM sqlite_schema WHERE name = 'logs' COLLATE NOCASE AND type = 'table'"


class FullScan(NamedTuple):
    """The truth about one snapshot, how many rows it took, and how long, in seconds."""

    truth: Truth
    rows: int
    seconds: float


class Witness(Watch):
    """Finds out what the answer of each refresh ought to be, inside its own read transactions.

    ``last`` is the truth about the last transaction since :meth:`expect`, None if there was none or it could not be
    read; ``problem`` then says why. ``held`` is how long the transactions were open, ``seconds`` how much of this the
    witness itself took.
    """

    def __init__(self) -> None:
        """Expect answers about all instants."""
        super().__init__()
        self._span = Span(None, None)
        self.last: FullScan | None = None
        self.problem: str | None = None
        self.seconds = 0.0

    def expect(self, span: Span) -> None:
        """Forget what was seen; the next refresh asks for this span."""
        self._span, self.last, self.problem, self.seconds, self.held = span, None, None, 0.0, 0.0

    def ending(self, connection: sqlite3.Connection) -> None:
        """Read the snapshot that the connection's transaction sees."""
        began = time.perf_counter()
        try:
            self.last, self.problem = full_scan(connection, self._span), None
        except (sqlite3.Error, UnicodeDecodeError) as error:
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
        found = connection.execute(_TEXT, (row_id,)).fetchone()
    except sqlite3.DataError as error:
        if error.sqlite_errorcode != sqlite3.SQLITE_TOOBIG:
            raise
        return None
    if found is None:
        lost = sqlite3.DatabaseError("the database is damaged: a row that was just read is not found by its key")
        lost.sqlite_errorcode, lost.sqlite_errorname = sqlite3.SQLITE_CORRUPT, "SQLITE_CORRUPT"
        raise lost
    return bytes(found[0])


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
    if (beside := _no_file_beside(path)) is not None:
        return Unavailable("not a regular file", f"{beside} is no file, and SQLite would take it for one of its own")
    if status.st_nlink > 1:  # what the -wal holds is found by one of its names alone
        return Unavailable("hard link", f"{path} has {status.st_nlink} names")
    until = time.monotonic() + BUSY
    while True:
        try:
            with opened(path, status.st_size, min(BUSY, PATIENCE)) as connection:
                return _read(connection, path, span, status.st_size)
        except EndlessError as error:
            return Unavailable("corrupt", f"{path}: {error}")
        except EXPECTED as error:
            refused = refusal(path, error)
        if refused.reason != "busy" or time.monotonic() >= until:
            return refused
        waiting()


def _no_file_beside(path: Path) -> Path | None:
    """Find what has the name of a journal of the log and is no file, as a FIFO: SQLite would wait for it."""
    log = path.resolve()
    for name in (f"{log.name}{suffix}" for suffix in ("-wal", "-shm", "-journal")):
        there = log.with_name(name)
        if there.exists() and not there.is_file():
            return there
    return None


def _read(connection: sqlite3.Connection, path: Path, span: Span, size: int) -> FullScan | Unavailable:
    connection.execute("BEGIN")
    if connection.execute("SELECT 1 FROM sqlite_schema").fetchone() is None:
        return Unavailable("empty database", f"{path}: the database is empty: it has no table yet")
    if size % connection.execute("PRAGMA page_size").fetchone()[0]:  # SQLite reads zeros for what is not there
        return Unavailable("corrupt", f"{path}: the database is damaged: its last page is cut short", "SQLITE_CORRUPT")
    found = connection.execute(_ROOT).fetchone()  # a virtual table has no page, and its rows are not the file's own
    if found is None or not found[0]:
        return Unavailable("schema", f"{path}: there is no table named logs that has rows of its own")
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
