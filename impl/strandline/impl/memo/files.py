"""Where the path leads, without ever opening what is there.

POSIX locks belong to the process: were this process to open and close the log, the locks that
SQLite holds on it would be gone, and a writer could commit under a reader. ``stat`` and an
``O_PATH`` descriptor are harmless.
"""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from dataclasses import dataclass
from errno import EAGAIN, EBADF, EMFILE, ENFILE, ENOMEM, errorcode
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple, Protocol

from strandline.impl.memo.effects import Failure, Missing
from strandline.impl.memo.memo import Place

if TYPE_CHECKING:
    from strandline.impl.memo.answer import Reason

_O_PATH: Final[int | None] = getattr(os, "O_PATH", None)
_OPEN_FILES: Final = Path("/proc/self/fd")
_REASONS: Final[dict[int | None, Reason]] = {
    EMFILE: "too many open files",
    ENFILE: "too many open files",
    ENOMEM: "no memory",
}
_UNUSED: Final = 0x3FFFFFFF  # the byte before those that SQLite locks


class Sighting(NamedTuple):
    """Which file is at the path, a stamp that moves when its content is written in place, and its size in bytes.

    The stamp only ever speaks against a kept connection. Copy an older database over the log,
    commit until its change counter is where it was, and SQLite itself believes its cache.
    """

    place: Place
    stamp: tuple[int, ...]
    size: int = 0


class Pin:
    """Keeps the inode number of a file from being given to another one, where the system can."""

    def __init__(self, sighting: Sighting, descriptor: int | None) -> None:
        """Hold a descriptor that cannot read; None where the system has no such thing."""
        self.sighting = sighting
        self._descriptor = descriptor

    def is_opened(self) -> bool:
        """Tell whether this process has the pinned file open; true where the system cannot tell.

        A path may lead elsewhere for the moment in which it is opened, and back: every stat
        then shows the pinned file, and the connection reads another one.

        Raises:
            OSError: no more files can be opened, and the list of those that are is one.
        """
        if self._descriptor is None or not _OPEN_FILES.is_dir():
            return True
        return any(_is_open(int(entry.name), self.sighting.place) for entry in _OPEN_FILES.iterdir())

    def refused_lock(self) -> str | None:
        """Name the error with which the file system refuses locks; None if it does not, or the system cannot tell."""
        return None if self._descriptor is None else refused_lock(self.sighting.place)

    def close(self) -> None:
        """Let the inode number go."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None


class Files(Protocol):
    """What a refresh asks of the file system; a checker puts its own world in its place."""

    def locate(self, path: Path) -> Sighting | Missing | Failure:
        """Tell which file the path leads to."""

    def pin(self, path: Path) -> Pin | Missing | Failure:
        """Pin the file that the path leads to."""


@dataclass(frozen=True, slots=True)
class SystemFiles:
    """The file system of this machine."""

    def locate(self, path: Path) -> Sighting | Missing | Failure:
        """Tell which file the path leads to."""
        try:
            return _sighting(path, path.stat())
        except FileNotFoundError:
            return Missing()
        except (OSError, ValueError) as error:
            return _refusal(path, error)

    def pin(self, path: Path) -> Pin | Missing | Failure:
        """Pin the file that the path leads to; its number is taken from the pin, not from the path."""
        if _O_PATH is None:
            found = self.locate(path)
            return Pin(found, None) if isinstance(found, Sighting) else found
        try:
            descriptor = os.open(path, _O_PATH | os.O_CLOEXEC)
        except FileNotFoundError:
            return Missing()
        except (OSError, ValueError) as error:
            return _refusal(path, error)
        found = _sighting(path, os.fstat(descriptor))
        strange = strange_beside(path) if isinstance(found, Sighting) else found
        if isinstance(found, Sighting) and strange is None:
            return Pin(found, descriptor)
        os.close(descriptor)
        return strange or found  # type: ignore[return-value] # one of them is a failure


def strange_beside(path: Path) -> Failure | None:
    """Refuse what has the name of a file that SQLite keeps beside a database, and is none: a FIFO it would wait for."""
    for end in ("-journal", "-wal", "-shm"):
        with suppress(OSError, ValueError):
            beside = Path(f"{os.path.realpath(path)}{end}")
            mode = beside.stat().st_mode
            if not stat.S_ISREG(mode):
                return Failure("not a regular file", f"{shown(beside)} is {_kind(mode)}, not a file that SQLite keeps")
    return None


def refused_lock(place: Place) -> str | None:
    """Name the error with which the file system refuses a lock that nobody holds.

    SQLite says *busy* for ENOLCK as for a lock that is held. So a byte that no SQLite ever locks is locked, through a
    descriptor that SQLite has open, and let go of: its own locks stay as they are.

    Returns:
        The name and the system's words; None if locks work, the file is not open, or the system cannot tell.
    """
    if not _OPEN_FILES.is_dir():
        return None
    from fcntl import LOCK_NB, LOCK_SH, LOCK_UN, lockf  # noqa: PLC0415 - a system without it never comes here

    try:
        descriptors = [int(entry.name) for entry in _OPEN_FILES.iterdir()]
    except OSError:  # no more files can be opened, and the list of those that are is one
        return None
    for descriptor in descriptors:
        if _is_open(descriptor, place):
            try:
                lockf(descriptor, LOCK_SH | LOCK_NB, 1, _UNUSED)
                lockf(descriptor, LOCK_UN, 1, _UNUSED)
            except OSError as error:
                code = error.errno or EBADF
                # A program may hold a lock on all of the file, and a descriptor may have been closed just now.
                return None if code in {EAGAIN, EBADF} else f"{errorcode.get(code, code)} ({error.strerror})"
            return None
    return None


def is_out_of_descriptors() -> bool:
    """Tell whether this process can open no more files."""
    try:
        os.close(os.open(os.devnull, os.O_RDONLY))
    except OSError as error:
        return error.errno in {EMFILE, ENFILE}
    return False


def reason_of(error: OSError) -> Reason | None:
    """Name what the system lacks; None if it lacks nothing that has a name here."""
    return _REASONS.get(error.errno)


def may(path: Path, mode: int) -> bool:
    """Tell whether this process may use what is at a path so; ``mode`` is as in ``os.access``."""
    return os.access(path, mode, effective_ids=os.access in os.supports_effective_ids)


def _is_open(descriptor: int, place: Place) -> bool:
    """Tell whether a descriptor can read the file at a place; a pin cannot."""
    from fcntl import F_GETFL, fcntl  # noqa: PLC0415 - a system without it never comes here

    try:
        status = os.fstat(descriptor)
        reads = not fcntl(descriptor, F_GETFL) & (_O_PATH or 0)
    except OSError:
        return False
    return reads and Place(status.st_dev, status.st_ino) == place


def _sighting(path: Path, status: os.stat_result) -> Sighting | Failure:
    """Refuse what is no regular file before SQLite sees it, and what has two names.

    A FIFO would make SQLite wait for ever. A -wal and a -journal are found by the name of the log: under another name
    of the file there is none, and rows that were committed are silently missing.
    """
    if not stat.S_ISREG(status.st_mode):
        return Failure("not a regular file", f"{shown(path)} is {_kind(status.st_mode)}, not a database file")
    if status.st_nlink > 1:
        names = f"{status.st_nlink} names, and a -wal or -journal beside one of them is not found by another"
        return Failure("hard link", f"{shown(path)} is a file that has {names}")
    stamp = (status.st_size, status.st_mtime_ns, status.st_ctime_ns)
    return Sighting(Place(status.st_dev, status.st_ino), stamp, status.st_size)


def shown(path: Path) -> str:
    """Give a path as text for one line of a terminal, quoted if it has a line break or bytes that are no text."""
    text = str(path)
    return text if text.isprintable() else repr(text)


def _kind(mode: int) -> str:
    kinds = {stat.S_IFDIR: "a directory", stat.S_IFIFO: "a FIFO", stat.S_IFSOCK: "a socket"}
    return kinds.get(stat.S_IFMT(mode), "a device")


def _refusal(path: Path, error: OSError | ValueError) -> Failure:
    text = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    named = reason_of(error) if isinstance(error, OSError) else None
    reason: Reason = named or ("permission" if isinstance(error, PermissionError) else "cannot open")
    return Failure(reason, f"{shown(path)} cannot be reached: {text.lower()}")
