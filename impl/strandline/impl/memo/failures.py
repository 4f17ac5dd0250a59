"""Names what went wrong with a database: in a word for programs, in SQLite's own code, and in a line for people."""

from __future__ import annotations

import os
import re
import sqlite3
from contextlib import closing, suppress
from typing import TYPE_CHECKING, Final

from strandline.impl.memo.effects import Failure
from strandline.impl.memo.files import is_out_of_descriptors, may, reason_of, shown
from strandline.impl.memo.guard import LOOK, EndlessError, Guard
from strandline.impl.memo.log import damaged
from strandline.impl.memo.projection import BODY_MAX
from strandline.impl.memo.schema import EmptyDatabaseError, SchemaError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from strandline.impl.memo.answer import Reason

PRIMARY: Final = 0xFF
"""Masks an extended result code of SQLite down to its primary one."""

FAILURES: Final = (sqlite3.Error, SchemaError, MemoryError, UnicodeDecodeError, OSError)
"""What a database or the system can raise; anything else is a mistake in a program."""

CHECKED_MAX: Final = 200
"""For how many looks of SQLite at its progress handler a file is checked without its -wal; about a second."""

_WAL_HEAD: Final = 32  # bytes of a -wal that holds no page yet

_REASONS: Final[dict[int, Reason]] = {
    sqlite3.SQLITE_BUSY: "busy",
    sqlite3.SQLITE_LOCKED: "busy",
    sqlite3.SQLITE_PROTOCOL: "locking protocol",
    sqlite3.SQLITE_CORRUPT: "corrupt",
    sqlite3.SQLITE_NOTADB: "not a database",
    sqlite3.SQLITE_PERM: "permission",
    sqlite3.SQLITE_AUTH: "permission",
    sqlite3.SQLITE_READONLY: "permission",
    sqlite3.SQLITE_CANTOPEN: "cannot open",
    sqlite3.SQLITE_NOMEM: "no memory",
    sqlite3.SQLITE_FULL: "disk full",
    sqlite3.SQLITE_INTERRUPT: "interrupted",
    sqlite3.SQLITE_ERROR: "schema",
}
"""What each primary result code means to the caller; every other one is an I/O failure."""

_EXTENDED: Final[dict[int, Reason]] = {
    sqlite3.SQLITE_READONLY_ROLLBACK: "needs recovery",
    sqlite3.SQLITE_READONLY_RECOVERY: "needs recovery",
    sqlite3.SQLITE_READONLY_DIRECTORY: "folder not writable",
    sqlite3.SQLITE_READONLY_CANTINIT: "folder not writable",
    sqlite3.SQLITE_IOERR_NOMEM: "no memory",
    sqlite3.SQLITE_IOERR_SHMSIZE: "disk full",
    sqlite3.SQLITE_IOERR_SHMOPEN: "disk full",  # or no file may be as long as three bytes
    sqlite3.SQLITE_IOERR_SHORT_READ: "lost wal",  # SQLite takes a short read of the log itself for a page of zeros
    sqlite3.SQLITE_IOERR_LOCK: "locks refused",
    sqlite3.SQLITE_IOERR_RDLOCK: "locks refused",
    sqlite3.SQLITE_IOERR_UNLOCK: "locks refused",
    sqlite3.SQLITE_IOERR_CHECKRESERVEDLOCK: "locks refused",
    sqlite3.SQLITE_IOERR_SHMLOCK: "locks refused",
}
"""The extended result codes that mean something else than their primary one."""

_SAID: Final[tuple[tuple[int, re.Pattern[str], Reason], ...]] = (
    (sqlite3.SQLITE_ERROR, re.compile(r"(?:unknown|no such) function: (?P<name>.*?)(?:\(\))?"), "unknown function"),
    (sqlite3.SQLITE_ERROR, re.compile(r"no such collation sequence: (?P<name>.*)"), "unknown collation"),
    (sqlite3.SQLITE_ERROR, re.compile(r"unsupported file format"), "newer schema"),
    # A schema that is damaged says so in other words, or in none.
    (
        sqlite3.SQLITE_CORRUPT,
        re.compile(r"malformed database schema \(.*\) - (?:.*syntax error|unrecognized token.*|unknown .*|unsafe .*)"),
        "newer schema",
    ),
)
"""What only SQLite's words tell, since its code is that of many other errors."""

_TELLS: Final[dict[Reason, str]] = {
    "folder not writable": "it is in WAL mode, for which SQLite makes and writes a -wal and a -shm beside it,"
    " and that is not permitted there",
    "disk full": "it is in WAL mode, and the -shm beside it cannot be made as long as it must be",
    "foreign wal": "with the -wal beside it SQLite finds it damaged, and without it sound:"
    " the -wal seems to be another file's",
    "lost wal": "a program uses it in WAL mode, and its -wal is gone or cut short:"
    " it was deleted, or replaced by a copy",
    "locking protocol": "the locks on the -shm beside it could not be had in ten seconds: they do not work there, or a"
    " program never lets go of them",
    "needs recovery": "its writer did not finish",
    "newer schema": f"its schema has what SQLite {sqlite3.sqlite_version} does not know: ",
    "unknown function": "its schema computes a column by a function that SQLite has not, and the log's program must"
    " define: ",
    "unknown collation": "its schema compares a column by a collation that SQLite has not, and the log's program must"
    " define: ",
}
"""A line for people where SQLite's own words are not enough; those that end in a colon and a space go on with them."""


def failure(path: Path, error: Exception, probe: Callable[[], str | None] | None = None) -> Failure:
    """Name what went wrong with a database.

    Args:
        path: the database.
        error: what was raised.
        probe: names the error with which the file system refuses locks; asked when a lock could not be had.
    """
    if isinstance(error, EmptyDatabaseError):
        return Failure("empty database", f"{shown(path)}: {error}")
    if isinstance(error, EndlessError):
        return Failure("corrupt", f"{shown(path)}: {error}")
    if isinstance(error, SchemaError):
        return Failure("schema", f"{shown(path)}: {error}")
    if isinstance(error, MemoryError):
        return Failure("no memory", f"{shown(path)}: not enough memory to read it")
    if isinstance(error, OSError):
        return Failure(reason_of(error) or "io", f"{shown(path)}: {(error.strerror or str(error)).lower()}")
    if isinstance(error, UnicodeDecodeError):  # Python cannot decode what SQLite says of a schema that is damaged
        error = damaged("its schema is no UTF-8")
    reason, name = _reason(path, error)
    code = getattr(error, "sqlite_errorname", None)
    if reason in {"busy", "locks refused"} and probe is not None and (refused := probe()) is not None:
        return Failure("locks refused", f"{shown(path)}: its file system refuses locks: {refused}", code)
    tells = _TELLS.get(reason, "")
    words = f"{tells}{name or error}" if not tells or tells.endswith(": ") else tells
    return Failure(reason, f"{shown(path)}: {' '.join(words.split())}", code)  # SQLite may quote a schema


def _reason(path: Path, error: Exception) -> tuple[Reason, str | None]:
    """Find the reason, and the name of what SQLite does not know."""
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_IOERR)
    for primary, pattern, reason in _SAID:
        if code & PRIMARY == primary and (said := pattern.fullmatch(str(error))) is not None:
            return reason, said.groupdict().get("name")
    if code in _EXTENDED:
        return _EXTENDED[code], None
    reason = _REASONS.get(code & PRIMARY, "io")
    if reason == "cannot open":
        return _closed(path), None
    if reason in {"corrupt", "not a database"} and _is_spoiled_by_its_wal(path):
        return "foreign wal", None
    return reason, None


def _closed(path: Path) -> Reason:
    """Tell why SQLite cannot open a file or one of those beside it: it has one code for all of them."""
    if is_out_of_descriptors():
        return "too many open files"
    wal, shm = (path.with_name(path.name + end) for end in ("-wal", "-shm"))
    if any(may(file, os.F_OK) and not may(file, os.R_OK) for file in (path, wal, shm)):
        return "permission"
    if may(path, os.F_OK) and not may(shm, os.F_OK) and not may(path.parent, os.W_OK | os.X_OK):
        return "folder not writable"
    return "cannot open"


def _is_spoiled_by_its_wal(path: Path) -> bool:
    """Tell whether a damaged database is sound without its -wal, as far as a second of checking shows.

    As immutable it is read without its -wal, and closed without a word to any lock.
    """
    with suppress(OSError, sqlite3.Error):
        if path.with_name(f"{path.name}-wal").stat().st_size <= _WAL_HEAD:
            return False
        uri = f"{path.absolute().as_uri()}?mode=ro&immutable=1"
        with closing(sqlite3.connect(uri, uri=True, timeout=0)) as alone:
            guard = Guard(0, CHECKED_MAX)
            alone.set_progress_handler(guard.stops, LOOK)
            alone.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, BODY_MAX)  # it computes columns, and what they are checked by
            alone.execute("PRAGMA trusted_schema = OFF")
            try:
                return bool(alone.execute("PRAGMA quick_check(1)").fetchall() == [("ok",)])
            except sqlite3.OperationalError as interrupted:
                guard.cause(interrupted)
    return False
