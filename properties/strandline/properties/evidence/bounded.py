"""Reads a file that anybody may have named, within a bound, and without waiting for what is no file."""

from __future__ import annotations

import os
import stat
import sys
from typing import Final

# It is opened first and looked at then: between a look and an opening the name can be given to something else. A FIFO
# is not waited for, and a terminal that is opened does not become that of this process.
_FLAGS: Final = os.O_RDONLY | sum(getattr(os, name, 0) for name in ("O_NONBLOCK", "O_NOCTTY", "O_CLOEXEC", "O_BINARY"))


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
        with os.fdopen(os.open(source, _FLAGS), "rb") as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise UnreadableError("cannot be read: not a regular file")
            return file.read(bytes_max + 1)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise UnreadableError(f"cannot be read: {reason.lower()}") from error
