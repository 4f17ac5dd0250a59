"""Names what went wrong with the metadata database: in a word for programs, and in a line for people."""

from __future__ import annotations

import errno
import sqlite3
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

if TYPE_CHECKING:
    from pathlib import Path

Reason: TypeAlias = Literal[
    "busy",
    "corrupt",
    "full",
    "permission",
    "interrupted",
    "io",
    "schema",
    "replaced",
    "rollout gone",
    "rollout",
    "dead",
]

_PRIMARY: Final = 0xFF
_REASONS: Final[dict[int, Reason]] = {
    sqlite3.SQLITE_BUSY: "busy",
    sqlite3.SQLITE_LOCKED: "busy",
    sqlite3.SQLITE_CORRUPT: "corrupt",
    sqlite3.SQLITE_NOTADB: "corrupt",
    sqlite3.SQLITE_FULL: "full",
    sqlite3.SQLITE_PERM: "permission",
    sqlite3.SQLITE_READONLY: "permission",
    sqlite3.SQLITE_CANTOPEN: "permission",
    sqlite3.SQLITE_INTERRUPT: "interrupted",
    sqlite3.SQLITE_ERROR: "schema",
    sqlite3.SQLITE_TOOBIG: "corrupt",
}
_ADVICE: Final[dict[Reason, str]] = {
    "busy": "another process holds its lock: let it end, and flush again",
    "corrupt": "it is damaged: move it away, with its -wal and -shm; threads that are resumed fill a new one",
    "full": "the disk is full: make room, and flush again",
    "permission": "it cannot be opened or written there: mend the permissions, or raise the limit of open files,"
    " and flush again",
    "interrupted": "the attempt was interrupted",
    "io": "the disk failed it",
    "schema": "its table is not the one that this store makes: move it away",
}


@dataclass(frozen=True, slots=True)
class Failure:
    """Why an access failed, for a program and for a person."""

    reason: Reason
    detail: str


def failure(path: Path, error: Exception) -> Failure:
    """Name what went wrong with a database.

    Args:
        path: the database.
        error: what was raised.
    """
    if isinstance(error, sqlite3.Error):
        code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_IOERR)
        reason = _REASONS.get(code & _PRIMARY, "io")
    else:
        many = getattr(error, "errno", None) in {errno.EMFILE, errno.ENFILE}
        reason = "permission" if many or isinstance(error, PermissionError) else "io"
    return Failure(reason, f"{path}: {error}; {_ADVICE[reason]}")


def is_busy(error: sqlite3.Error) -> bool:
    """Tell whether another connection holds what was asked for."""
    return _REASONS.get(getattr(error, "sqlite_errorcode", 0) & _PRIMARY) == "busy"
