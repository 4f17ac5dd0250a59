"""Reads a file that anybody may have named, within a bound, and without waiting for what is no file."""

from __future__ import annotations

import stat
import sys
from pathlib import Path


class UnreadableError(Exception):
    """A file cannot be read; one line says why."""


def read(source: str, bytes_max: int) -> bytes:
    """Read a regular file, or standard input for ``-``, up to one byte more than a bound.

    So whoever is given more than the bound knows that there is more.

    Raises:
        UnreadableError: there is no such file, it is not regular, or it cannot be read.
    """
    try:
        if source == "-":
            return sys.stdin.buffer.read(bytes_max + 1)
        if not stat.S_ISREG(Path(source).stat().st_mode):  # before it is opened: a FIFO would be waited for for ever
            raise UnreadableError("cannot be read: not a regular file")
        with Path(source).open("rb") as file:
            return file.read(bytes_max + 1)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise UnreadableError(f"cannot be read: {reason.lower()}") from error
