"""Each error that a read can end in, by its code in SQLite or its kind, has one reason."""

from __future__ import annotations

import errno
import sqlite3
from pathlib import Path

import pytest

from strandline.impl.memo.effects import Failure
from strandline.impl.memo.failures import failure
from strandline.impl.memo.schema import EmptyDatabaseError, SchemaError


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("SQLITE_BUSY", "busy"),
        ("SQLITE_BUSY_SNAPSHOT", "busy"),
        ("SQLITE_LOCKED_SHAREDCACHE", "busy"),
        ("SQLITE_BUSY_RECOVERY", "busy"),
        ("SQLITE_READONLY_ROLLBACK", "needs recovery"),
        ("SQLITE_READONLY_RECOVERY", "needs recovery"),
        ("SQLITE_READONLY_CANTINIT", "folder not writable"),
        ("SQLITE_READONLY_DIRECTORY", "folder not writable"),
        ("SQLITE_PERM", "permission"),
        ("SQLITE_CORRUPT", "corrupt"),
        ("SQLITE_CORRUPT_VTAB", "corrupt"),
        ("SQLITE_NOTADB", "not a database"),
        ("SQLITE_CANTOPEN_ISDIR", "cannot open"),
        ("SQLITE_INTERRUPT", "interrupted"),
        ("SQLITE_ERROR", "schema"),
        ("SQLITE_IOERR_READ", "io"),
        ("SQLITE_FULL", "disk full"),
        ("SQLITE_IOERR_SHMSIZE", "disk full"),
        ("SQLITE_IOERR_SHMOPEN", "disk full"),
        ("SQLITE_IOERR_SHORT_READ", "lost wal"),
    ],
)
def test_each_code_of_sqlite_has_its_reason(name: str, reason: str) -> None:
    error = sqlite3.OperationalError("what SQLite says")
    error.sqlite_errorcode = getattr(sqlite3, name)
    assert failure(Path("log"), error).reason == reason


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (EmptyDatabaseError("no table"), Failure("empty database", "log: no table")),
        (SchemaError("no column"), Failure("schema", "log: no column")),
        (MemoryError(), Failure("no memory", "log: not enough memory to read it")),
        (sqlite3.ProgrammingError("closed"), Failure("io", "log: closed")),
        (OSError(errno.EMFILE, "Too many open files"), Failure("too many open files", "log: too many open files")),
        (OSError(errno.ENFILE, "Too many"), Failure("too many open files", "log: too many")),
        (OSError(errno.ENOMEM, "Cannot allocate"), Failure("no memory", "log: cannot allocate")),
        (OSError(errno.EIO, "Input/output error"), Failure("io", "log: input/output error")),
    ],
)
def test_each_error_without_a_code_has_its_reason(error: Exception, expected: Failure) -> None:
    assert failure(Path("log"), error) == expected


def test_a_failure_fits_on_one_line_whatever_the_file_is_called() -> None:
    assert "\n" not in failure(Path("two\nlines"), MemoryError()).detail
