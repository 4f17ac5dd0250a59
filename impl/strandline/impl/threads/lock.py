"""One writer to a rollout: a lock that belongs to an open file, and who else holds it.

``flock`` on Unix, so that no other descriptor of the same process drops the lock when it is closed,
as it would drop a POSIX lock. Two writers in one process exclude each other too.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Final

from strandline.impl.threads.errors import HeldError

LOCKS: Final = Path("/proc/locks")
"""Where Linux tells who holds which lock."""
_FAR: Final = 2**62  # a byte behind every rollout: locks on Windows keep others from reading what they cover


def lock(descriptor: int, path: Path) -> bool:
    """Take the lock of an open rollout at once, or raise.

    Returns:
        Whether the path still leads to the locked file. If not, whoever removed or replaced it held
        the lock before, and this one is of no use.

    Raises:
        HeldError: another writer holds it.
        OSError: the file system has no locks.
    """
    try:
        _take(descriptor)
    except (BlockingIOError, PermissionError):
        pid = holder(descriptor)
        who = "another writer" if pid is None else "this process" if pid == os.getpid() else f"process {pid}"
        raise HeldError(f"{path}: {who} writes this rollout; read it, or wait until it is shut down", pid) from None
    return leads_to(path, os.fstat(descriptor))


def leads_to(path: Path | str, opened: os.stat_result) -> bool:
    """Tell whether a path leads to a file that is open."""
    try:
        return os.path.samestat(os.stat(path), opened)  # noqa: PTH116 - a text is looked up sooner
    except (FileNotFoundError, NotADirectoryError):
        return False


def holder(descriptor: int) -> int | None:
    """Give the process that holds the lock of an open file, None where the system does not tell."""
    found = os.fstat(descriptor)
    place = (
        f"{os.major(found.st_dev):02x}:{os.minor(found.st_dev):02x}:{found.st_ino}" if sys.platform != "win32" else ""
    )
    try:
        lines = LOCKS.read_text("ascii").splitlines()
    except (OSError, UnicodeDecodeError):
        return None
    for line in lines:
        words = line.split()
        if "->" not in words and words[1:2] == ["FLOCK"] and words[5:6] == [place]:
            return int(words[4]) if int(words[4]) > 0 else None
    return None


def _take(descriptor: int) -> None:
    if sys.platform == "win32":
        import msvcrt  # noqa: PLC0415 - there is none elsewhere

        os.lseek(descriptor, _FAR, os.SEEK_SET)
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
    else:
        import fcntl  # noqa: PLC0415 - there is none on Windows

        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
