"""Why the oracle has no truth about a log: what went wrong, in the words that an answer has for it.

The scanner names its failures by a table of its own. What judges a name does not take it from whoever is judged.
"""

from __future__ import annotations

import errno
import os
import re
import sqlite3
from contextlib import closing, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

from strandline.impl.memo.answer import Unavailable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from strandline.impl.memo.answer import Reason

EXPECTED: Final = (sqlite3.Error, OSError, MemoryError, UnicodeDecodeError)
"""What to read a database may raise."""

_BY_CODE: Final[tuple[tuple[str, Reason], ...]] = (
    ("SQLITE_BUSY", "busy"),
    ("SQLITE_LOCKED", "busy"),
    ("SQLITE_PROTOCOL", "locking protocol"),
    ("SQLITE_CORRUPT", "corrupt"),
    ("SQLITE_NOTADB", "not a database"),
    ("SQLITE_READONLY_ROLLBACK", "needs recovery"),
    ("SQLITE_READONLY_RECOVERY", "needs recovery"),
    ("SQLITE_READONLY_DIRECTORY", "folder not writable"),
    ("SQLITE_READONLY_CANTINIT", "folder not writable"),
    ("SQLITE_READONLY", "permission"),
    ("SQLITE_PERM", "permission"),
    ("SQLITE_AUTH", "permission"),
    ("SQLITE_CANTOPEN", "cannot open"),
    ("SQLITE_NOMEM", "no memory"),
    ("SQLITE_FULL", "disk full"),
    ("SQLITE_IOERR_NOMEM", "no memory"),
    ("SQLITE_IOERR_SHMSIZE", "disk full"),
    ("SQLITE_IOERR_SHMOPEN", "disk full"),
    ("SQLITE_IOERR_SHORT_READ", "lost wal"),
    ("SQLITE_IOERR_LOCK", "locks refused"),
    ("SQLITE_IOERR_RDLOCK", "locks refused"),
    ("SQLITE_IOERR_UNLOCK", "locks refused"),
    ("SQLITE_IOERR_CHECKRESERVEDLOCK", "locks refused"),
    ("SQLITE_IOERR_SHMLOCK", "locks refused"),
    ("SQLITE_INTERRUPT", "interrupted"),
    ("SQLITE_ERROR", "schema"),
)
"""How the name of a result code begins, and what it means; the first one that fits counts. All others are "io"."""

_BY_WORDS: Final[tuple[tuple[str, Reason], ...]] = (
    (r"SQLITE_ERROR.*: (unknown|no such) function: ", "unknown function"),
    (r"SQLITE_ERROR.*: no such collation sequence: ", "unknown collation"),
    (r"SQLITE_ERROR.*: unsupported file format$", "newer schema"),
    (
        r"SQLITE_CORRUPT.*: malformed database schema \(.*\) - (.*syntax error$|unrecognized token|unknown |unsafe )",
        "newer schema",
    ),
)
"""How the name of a code and SQLite's words begin where the code says too little."""

_BY_ERRNO: Final[dict[int | None, Reason]] = {
    errno.EMFILE: "too many open files",
    errno.ENFILE: "too many open files",
    errno.ENOMEM: "no memory",
}

_CHECKED: Final = 4_000_000
"""Steps for which a damaged log is looked through without its -wal."""


def refusal(path: Path, error: Exception) -> Unavailable:
    """Say why a log could not be read.

    Args:
        path: the log.
        error: what was raised, one of :data:`EXPECTED`.
    """
    undecoded = isinstance(error, UnicodeDecodeError)  # Python cannot decode what SQLite says of a damaged schema
    code: str | None = "SQLITE_CORRUPT" if undecoded else getattr(error, "sqlite_errorname", None)
    reason = _reason(path, error, code or "")
    return Unavailable(reason, " ".join(f"{path}: {error}".split()), code)


def _reason(path: Path, error: Exception, code: str) -> Reason:
    if isinstance(error, MemoryError):
        return "no memory"
    if isinstance(error, OSError):
        return _BY_ERRNO.get(error.errno, "io")
    said: Reason | None = next((means for words, means in _BY_WORDS if re.match(words, f"{code}: {error}")), None)
    if said is not None:
        return said
    reason: Reason = next((means for begins, means in _BY_CODE if code.startswith(begins)), "io")
    if reason == "cannot open":
        return _unopened(path)
    if reason in {"corrupt", "not a database"}:
        return "foreign wal" if _is_sound_alone(path) else reason
    return "locks refused" if reason == "busy" and _refuses_locks(path) else reason


def _unopened(path: Path) -> Reason:
    """Find out which of the files of a database cannot be opened, and why."""
    try:
        with open(os.devnull, "rb"):  # noqa: PTH123 - a name of the system's
            pass
    except OSError:
        return "too many open files"
    parts = [path, path.with_name(f"{path.name}-wal"), path.with_name(f"{path.name}-shm")]
    if any(part.exists() and not os.access(part, os.R_OK) for part in parts):
        return "permission"
    makes = os.access(path.parent, os.W_OK | os.X_OK)
    return "folder not writable" if path.exists() and not parts[-1].exists() and not makes else "cannot open"


def _is_sound_alone(path: Path) -> bool:
    """Tell whether a log that is damaged with the -wal beside it is sound without it."""
    try:
        if path.with_name(f"{path.name}-wal").stat().st_size <= 32:  # noqa: PLR2004 - the head of a -wal
            return False
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True)) as alone:
            alone.set_progress_handler(lambda: True, _CHECKED)
            alone.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, 1 << 26)
            alone.execute("PRAGMA trusted_schema = OFF")
            return [*alone.execute("PRAGMA quick_check(1)")] == [("ok",)]
    except (OSError, sqlite3.Error):
        return False


def _refuses_locks(path: Path) -> bool:
    """Tell whether the file system lets nobody lock; asked of a descriptor that is open, since a new one would unlock.

    The byte that is asked for is one that SQLite leaves alone.
    """
    with suppress(OSError, ImportError):
        import fcntl  # noqa: PLC0415 - there is none on Windows

        status = path.stat()
        for descriptor in _opened_here():
            with suppress(OSError):
                if not os.path.samestat(os.fstat(descriptor), status):
                    continue
                try:
                    fcntl.lockf(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB, 1, (1 << 30) - 1)
                    fcntl.lockf(descriptor, fcntl.LOCK_UN, 1, (1 << 30) - 1)
                except OSError as error:
                    return error.errno not in {errno.EAGAIN, errno.EACCES, errno.EBADF}
    return False


def _opened_here() -> Iterator[int]:
    """List the descriptors of this process, where the system does."""
    return (int(entry.name) for entry in [*Path("/proc/self/fd").iterdir()])
