"""The rows of a file of memos: its tables, and the statements by which one memo is found and written.

A memo is one row, which has its head, and one row for each part of its sources. What is read may be anything, since the
file may be damaged; a digest over key, mark and head tells whether a head is what was written.
"""

from __future__ import annotations

import sqlite3
import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Final, NamedTuple

from strandline.impl.memo.encoding import FORMAT, digest

if TYPE_CHECKING:
    from collections.abc import Iterator

APPLICATION: Final = 0x5374726E
"""What SQLite's ``application_id`` says in a file of memos."""

MEMOS_MAX: Final = 16
"""How many memos one file holds; the one that was saved longest ago goes first."""

CREATE: Final = (
    """CREATE TABLE memos (id INTEGER PRIMARY KEY, log BLOB NOT NULL, rules BLOB NOT NULL, version INTEGER NOT NULL,
    epoch INTEGER NOT NULL, saved INTEGER NOT NULL, head BLOB, UNIQUE (log, rules))""",
    "CREATE TABLE parts (memo INTEGER NOT NULL, number INTEGER NOT NULL, said BLOB NOT NULL, UNIQUE (memo, number))",
    f"PRAGMA application_id = {APPLICATION}",
    f"PRAGMA user_version = {FORMAT}",
)
"""The statements that make an empty file one of memos."""


class Key(NamedTuple):
    """Whose memo: the path of the log as the system writes it, and the rules by which its rows are read."""

    log: bytes
    rules: bytes


class Mark(NamedTuple):
    """What is stored of a key: a version that each save changes, an epoch that each forced drop changes; 0 for none.

    ``file`` is the inode number of the file, so that one that was put in its place is noticed.
    """

    version: int = 0
    epoch: int = 0
    file: int = 0


def row(connection: sqlite3.Connection, key: Key, file: int) -> tuple[int, Mark]:
    """Find the row of a key, 0 if there is none, and its mark; ``file`` is the inode number of the file."""
    select = "SELECT id, version, epoch FROM memos WHERE log = ? AND rules = ?"
    memo, version, epoch = connection.execute(select, key).fetchone() or (0, 0, 0)
    return memo, Mark(version, epoch, file)


@contextmanager
def transaction(connection: sqlite3.Connection, begin: str) -> Iterator[None]:
    """Run statements in a transaction, which is rolled back unless they commit it."""
    connection.execute(begin)
    try:
        yield
    finally:
        if connection.in_transaction:
            with suppress(sqlite3.Error):  # what failed before is what is told
                connection.execute("ROLLBACK")


def put(connection: sqlite3.Connection, key: Key, memo: int, mark: Mark, head: bytes | None) -> int:
    """Write the row of a key, a new one if ``memo`` is 0; more rows than there may be go. Give its number."""
    values = (mark.version, mark.epoch, int(time.time()), head)
    if memo:
        connection.execute("UPDATE memos SET version = ?, epoch = ?, saved = ?, head = ? WHERE id = ?", (*values, memo))
        return memo
    insert = "INSERT INTO memos (version, epoch, saved, head, log, rules) VALUES (?, ?, ?, ?, ?, ?)"
    memo = connection.execute(insert, (*values, *key)).lastrowid or 0
    oldest = "SELECT id FROM memos WHERE id <> ? ORDER BY saved DESC, id DESC LIMIT -1 OFFSET ?"
    for (one,) in connection.execute(oldest, (memo, MEMOS_MAX - 1)).fetchall():
        connection.execute("DELETE FROM memos WHERE id = ?", (one,))
        connection.execute("DELETE FROM parts WHERE memo = ?", (one,))
    return memo


def sealed(key: Key, mark: Mark, head: bytes) -> bytes:
    """Put before a head what tells that it is whole, and the one that was stored with this mark under this key."""
    return digest(*key, repr((mark.version, mark.epoch)).encode(), head) + head


def blob(value: object) -> bytes:
    """Give the bytes of a value; a number or NULL, which only damage puts there, has none."""
    return value if isinstance(value, bytes) else b""
