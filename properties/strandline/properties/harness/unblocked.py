"""Lets nobody wait for the other end of a FIFO that was put in the place of a file after the look at it.

SQLite opens by name, and what is at a name may be another thing by then. To open a FIFO waits for somebody who writes
to it, and no signal ends that wait. So the other end is opened here, and what was opened is refused as no database.
"""

from __future__ import annotations

import os
import stat
import threading
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

EVERY: Final = 0.5
"""Seconds between two looks."""

_ENDS: Final = ("", "-journal", "-wal", "-shm")
_O_PATH: Final[int | None] = getattr(os, "O_PATH", None)


@contextmanager
def unblocked(database: Path) -> Iterator[None]:
    """Let no opening of a database, or of a file that SQLite keeps beside it, wait within the block.

    Only Linux opens a file without touching it; elsewhere nothing is done.
    """
    if _O_PATH is None:
        yield
        return
    ended = threading.Event()
    thread = threading.Thread(target=_watch, args=(database, ended), name="unblocked", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def _watch(database: Path, ended: threading.Event) -> None:
    while not ended.wait(EVERY):
        for end in _ENDS:
            with suppress(OSError, ValueError):
                _release(f"{os.path.realpath(database)}{end}")


def _release(path: str) -> None:
    """Open the other end of a FIFO and let it go; a file is never opened, since to close it would drop its locks."""
    held = os.open(path, (_O_PATH or 0) | os.O_CLOEXEC)
    try:
        if stat.S_ISFIFO(os.fstat(held).st_mode):
            os.close(os.open(f"/proc/self/fd/{held}", os.O_WRONLY | os.O_NONBLOCK | os.O_CLOEXEC))
    finally:
        os.close(held)
