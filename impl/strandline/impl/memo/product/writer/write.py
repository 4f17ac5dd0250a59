"""A synthetic codex writer: rows like those of a codex process, in transactions like its own.

The rows themselves are :mod:`strandline.impl.memo.product.writer.drafts`. ``write`` carries them into SQLite:
each batch is one transaction that inserts, prunes the partitions it touched, and raises the commit
number (``PRAGMA user_version``), so that no reader sees rows that the prune is about to take.
"""

from __future__ import annotations

import sqlite3
import stat
import time
from contextlib import closing, suppress
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Final

from strandline.impl.memo.guard import LOOK, EndlessError, Guard
from strandline.impl.memo.product.writer import schema
from strandline.impl.memo.product.writer.drafts import Line, lines
from strandline.impl.memo.product.writer.plan import Plan

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from strandline.impl.memo.product.writer.schema import Partition

__all__ = ["AGE_MAX", "COMMIT_MAX", "FLUSH", "Plan", "Progress", "WriterError", "write"]

AGE_MAX: Final = 10 * 24 * 3600
"""Seconds a row lives: at start, older ones are deleted."""
FLUSH: Final = 2.0
"""Seconds a paced writer collects rows before it commits a batch that is not full."""
COMMIT_MAX: Final = 2**31 - 1
"""The highest commit number; ``user_version`` has 32 bits."""


_HEADER: Final = 100  # bytes; no database is shorter, but SQLite takes a file of one byte for empty and writes over it


class WriterError(Exception):
    """The writer cannot go on; one line says where, what, and what to do."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the writer has come.

    Args:
        rows: rows inserted by this run.
        pruned: rows deleted by this run, the cut at its start included.
        commits: the log's commit number.
        highest: the highest id ever issued in the log.
    """

    rows: int
    pruned: int
    commits: int
    highest: int


def write(
    path: Path,
    plan: Plan,
    stop: threading.Event,
    report: Callable[[Progress], None] = lambda _: None,
    *,
    now: int | None = None,
) -> Progress:
    """Write rows into a log, which is created if it is missing, until the plan is done or ``stop`` is set.

    Args:
        path: the log; any file name will do.
        plan: what to write.
        stop: ends the run after the transaction at hand, and cuts a wait for the next one short.
        report: called after each commit; an exception it raises ends the run.
        now: the time of the first row in unix seconds, None for the wall clock.

    Returns:
        How far it came.

    Raises:
        WriterError: the file cannot be a log, stays locked, cannot be written to, or is too large.
    """
    start = int(time.time()) if now is None else now
    try:
        _refuse(path)
        uri = path.absolute().as_uri() + "?mode=rwc"
        with closing(sqlite3.connect(uri, uri=True, timeout=plan.busy, isolation_level=None)) as connection:
            guard = Guard(_size(path))
            connection.set_progress_handler(guard.stops, LOOK)
            connection.execute("PRAGMA trusted_schema = OFF")
            connection.execute("PRAGMA cell_size_check = ON")
            try:
                return _written(connection, path, plan, start, stop, report, guard)
            except sqlite3.OperationalError as error:
                raise guard.cause(error) from error
    except _RefusedError as refusal:
        raise WriterError(f"{_show(path)}: {refusal}") from refusal
    except EndlessError as error:
        raise WriterError(f"{_show(path)}: {error}: name a new file") from error
    except sqlite3.Error as error:
        raise WriterError(f"{_show(path)}: {_explain(error, plan)}") from error


def _written(  # noqa: PLR0913 - what is written, where, until when, and what hears of it
    connection: sqlite3.Connection,
    path: Path,
    plan: Plan,
    start: int,
    stop: threading.Event,
    report: Callable[[Progress], None],
    guard: Guard,
) -> Progress:
    progress = _begin(connection, plan, start)
    report(progress)
    pruner = schema.Pruner(plan.partition_rows, plan.partition_bytes)
    for batch in _batches(plan, start, stop):
        guard.renew(_checked_size(path, plan))
        progress = _commit(connection, pruner, batch, progress)
        report(progress)
    return progress


class _RefusedError(Exception):
    """What is wrong and what to do; ``write`` adds where."""


def _batches(plan: Plan, start: int, stop: threading.Event) -> Iterator[tuple[Line, ...]]:
    """One batch per transaction, each when it is due, until the plan is done or ``stop`` is set."""
    source = lines(plan, start)
    most = plan.batch if plan.rate is None else max(1, min(plan.batch, int(plan.rate * FLUSH)))
    left = plan.rows
    due = time.monotonic()
    while left != 0 and not stop.is_set():
        size = most if left is None else min(most, left)
        if plan.rate is not None:
            # A writer that fell behind catches up by at most one flush, not by a flood.
            due = max(due + size / plan.rate, time.monotonic() - FLUSH)
            if stop.wait(max(0.0, due - time.monotonic())):
                return
        yield tuple(islice(source, size))
        left = None if left is None else left - size


def _begin(connection: sqlite3.Connection, plan: Plan, start: int) -> Progress:
    """Make the log or cut the old rows off it, in one transaction; then checkpoint."""
    _verify(connection)  # before the journal mode is set: it would stay with a file that is no log
    if schema.is_empty(connection):
        connection.execute(schema.VACUUM)
    (mode,) = connection.execute(f"PRAGMA journal_mode = {plan.journal}").fetchone()
    if mode != plan.journal:
        raise _RefusedError(f"its journal mode stays {mode}, not {plan.journal}: name a file on a local disk")
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute("BEGIN IMMEDIATE")
    if schema.is_empty(connection):
        for statement in schema.CREATE:
            connection.execute(statement)
    _verify(connection)
    gone = connection.execute(schema.CUT, (start - AGE_MAX,)).rowcount
    progress = _finish(connection, 0, gone)
    connection.execute("PRAGMA wal_checkpoint(PASSIVE)")
    return progress


def _commit(
    connection: sqlite3.Connection, pruner: schema.Pruner, batch: tuple[Line, ...], before: Progress
) -> Progress:
    """Insert a batch and prune the partitions it touched, in one transaction."""
    rows = [schema.values(line.draft, line.entry.place) for line in batch]
    added: dict[Partition, int] = {}
    for line, row in zip(batch, rows, strict=True):
        partition = schema.partition_of(line.draft)
        added[partition] = added.get(partition, 0) + row.estimated_bytes
    connection.execute("BEGIN IMMEDIATE")
    if schema.one(connection, "PRAGMA schema_version") != pruner.schema_version:
        _verify(connection)  # somebody has changed it since it was looked at
        pruner.schema_version = schema.one(connection, "PRAGMA schema_version")
    connection.executemany(schema.INSERT, rows)
    gone = pruner.prune(connection, added)
    return _finish(connection, before.rows + len(batch), before.pruned + gone)


def _finish(connection: sqlite3.Connection, rows: int, pruned: int) -> Progress:
    """Raise the commit number and commit.

    The number is read inside the transaction, so that two writers never give one number to two commits.
    """
    number = schema.one(connection, "PRAGMA user_version") + 1
    if number > COMMIT_MAX:
        raise _RefusedError("no commit number is left: name a new file")
    connection.execute(f"PRAGMA user_version = {number:d}")
    highest = schema.one(connection, schema.HIGHEST)
    connection.execute("COMMIT")
    return Progress(rows, pruned, number, highest)


def _verify(connection: sqlite3.Connection) -> None:
    found = None if schema.is_empty(connection) else schema.difference(connection)
    if found is not None:
        raise _RefusedError(f"not a log to write to ({found}): name a new file")


def _refuse(path: Path) -> None:
    """Refuse by stat alone what must not be opened: opening a FIFO can hang."""
    try:
        found = path.stat()
    except FileNotFoundError:
        return
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise _RefusedError(f"cannot be looked at ({reason}): check the path") from error
    if not stat.S_ISREG(found.st_mode):
        what = "a directory" if stat.S_ISDIR(found.st_mode) else "not a regular file"
        raise _RefusedError(f"{what}: name a log, or a path where one can be made")
    if 0 < found.st_size < _HEADER:
        raise _RefusedError("not a database: name a new file")


def _checked_size(path: Path, plan: Plan) -> int:
    """Give the size of the log, unless it is above the cap."""
    total = _size(path)
    if total > plan.bytes_max:
        raise _RefusedError(f"{total} bytes, above the cap of {plan.bytes_max}: raise the cap or name a new file")
    return total


def _size(path: Path) -> int:
    """Weigh the log with its -wal, which a reader that never ends keeps from being reused."""
    total = 0
    for part in (path, path.with_name(path.name + "-wal")):
        with suppress(OSError):  # deleted by hand meanwhile: SQLite goes on with the file it holds
            total += part.stat().st_size
    return total


def _explain(error: sqlite3.Error, plan: Plan) -> str:
    reasons = {
        sqlite3.SQLITE_BUSY: f"locked for {plan.busy:g} s: end the process that holds the lock, then run again",
        sqlite3.SQLITE_NOTADB: "not a database: name a new file",
        sqlite3.SQLITE_CORRUPT: "damaged: name a new file",
        sqlite3.SQLITE_CANTOPEN: "cannot be opened: check that its folder exists and may be written to",
        sqlite3.SQLITE_READONLY: "may not be written to: check the permissions of the file and its folder",
        sqlite3.SQLITE_FULL: "the disk, or the sequence of ids, is full: make room or name a new file",
    }
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF  # an extended code holds its primary one in the low byte
    return reasons.get(code, f"SQLite failed ({error}): check the file and its disk, then run again")


def _show(path: Path) -> str:
    """Write the path on one line, whatever its name."""
    text = str(path)
    return text if text.isprintable() else ascii(text)
