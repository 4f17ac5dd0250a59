"""The first bytes of a database and of the -wal beside it: what they say before SQLite is asked."""

from __future__ import annotations

import os
import stat
import struct
from contextlib import suppress
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from pathlib import Path

    from strandline.impl.memo.product.known_bugs import Version

_MAGIC: Final = b"SQLite format 3\0"
_WAL_MAGICS: Final = {0x377F0682, 0x377F0683}
_ENCODINGS: Final = {1: "UTF-8", 2: "UTF-16le", 3: "UTF-16be"}
_WAL_MODE: Final = 2
_LONGEST: Final = 65_536  # a page of this size is written as 1


class Header(NamedTuple):
    """What the head of a database file says; in WAL mode the -wal may know better.

    ``writer`` is the release of SQLite that last wrote it.
    """

    journal: str
    page_size: int
    pages: int
    free_pages: int
    encoding: str
    auto_vacuum: str
    user_version: int
    writer: Version


def header(path: Path) -> Header | None:
    """Read the head of a database file, None if it has none.

    To close a file lets go of every POSIX lock that this process holds on it, SQLite's own included. So this is for a
    process that has no connection to the database.

    Raises:
        OSError: the file cannot be read.
    """
    head = _begins(path, 100)
    if len(head) < 100 or not head.startswith(_MAGIC):  # noqa: PLR2004 - the length of a header
        return None
    (size,) = struct.unpack_from(">H", head, 16)
    pages, free, roots, encoding, user, incremental, writer = (
        struct.unpack_from(">I", head, at)[0] for at in (28, 36, 52, 56, 60, 64, 96)
    )
    return Header(
        journal="wal" if head[18] == _WAL_MODE else "rollback",
        page_size=_LONGEST if size == 1 else size,
        pages=pages,
        free_pages=free,
        encoding=_ENCODINGS.get(encoding, "unknown"),
        auto_vacuum=("incremental" if incremental else "full") if roots else "none",
        user_version=user,
        writer=(writer // 1_000_000, writer // 1_000 % 1_000, writer % 1_000),
    )


def wal_page_size(path: Path) -> int | None:
    """Read the size of the pages in the -wal beside a database, None if it holds none."""
    with suppress(OSError):
        head = _begins(path.with_name(f"{path.name}-wal"), 33)
        if len(head) == 33 and struct.unpack_from(">I", head)[0] in _WAL_MAGICS:  # noqa: PLR2004 - a header and more
            size: int = struct.unpack_from(">I", head, 8)[0]
            return size
    return None


def _begins(path: Path, count: int) -> bytes:
    """Read the first bytes of a file, which is opened first and looked at then; a FIFO is not waited for."""
    with os.fdopen(
        os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)), "rb"
    ) as file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise OSError("not a regular file")
        return file.read(count)
