"""How the oracle opens a log that a stranger may have written: it reads tables, within bounds, and does nothing else.

The scanner opens a log by promises that are the same, in code of its own: what judges shares none with what is judged.
"""

from __future__ import annotations

import sqlite3
import threading
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LONGEST: Final = 67_108_864
"""The longest body that is read, in bytes of UTF-8; no value of any kind may be longer."""

EVERY: Final = 10_000
"""How many steps SQLite takes before it asks whether to go on."""

FEW: Final = 1_000_000_000
"""Steps that are taken of whatever file."""

A_BYTE: Final = 32
"""Steps that are taken besides for each byte of it: what needs more holds pages that lead in circles."""

_MAY: Final = frozenset(
    {sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_FUNCTION, sqlite3.SQLITE_TRANSACTION}
)
_MAY_NOT_CALL: Final = frozenset({"load_extension", "fts3_tokenizer", "readfile", "writefile", "edit"})


class EndlessError(Exception):
    """The file takes more work than a sound one of its size."""


@contextmanager
def opened(path: Path, size: int, patience: float) -> Iterator[sqlite3.Connection]:
    """Open a log to read it, for the time of a block.

    Args:
        path: the log.
        size: the bytes of its file.
        patience: seconds to wait for a lock.

    Raises:
        sqlite3.Error: it cannot be opened, or cannot be read on.
        EndlessError: it takes too much work.
        KeyboardInterrupt: that came while SQLite worked, which makes an error of it.
    """
    uri = f"{path.absolute().as_uri()}?mode=ro"
    left = (FEW + size * A_BYTE) // EVERY

    def ends() -> bool:
        nonlocal left
        left -= 1
        return left < 0

    with closing(sqlite3.connect(uri, uri=True, timeout=patience, isolation_level=None)) as connection:
        connection.text_factory = bytes
        connection.set_progress_handler(ends, EVERY)
        connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, LONGEST)
        connection.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)
        for pragma in ("trusted_schema = ON", "cell_size_check = ON", "mmap_size = 0"):
            # Without the first one some builds of SQLite refuse healthy files: they take JSON for unsafe.
            connection.execute(f"PRAGMA {pragma}")
        connection.set_authorizer(_judge)
        try:
            yield connection
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_INTERRUPT:
                raise
            if left < 0:
                raise EndlessError("to read it takes more work than a sound log of its size") from error
            if threading.current_thread() is threading.main_thread():
                raise KeyboardInterrupt from error
            raise


def _judge(action: int, first: str | None, second: str | None, _database: str | None, within: str | None) -> int:
    """Allow what reads tables. ``within`` names a view or a trigger, and nothing of either is read."""
    if action == sqlite3.SQLITE_PRAGMA and first == "page_size" and second is None:
        return sqlite3.SQLITE_OK
    if within is not None or action not in _MAY:
        return sqlite3.SQLITE_DENY
    if action == sqlite3.SQLITE_FUNCTION and (second or first or "").lower() in _MAY_NOT_CALL:
        return sqlite3.SQLITE_DENY
    return sqlite3.SQLITE_OK
