"""The file that persisted memos are in: one row for each log and version of the rules, and their sources in parts.

It is a small SQLite file, so that a write of it is whole or not at all, whatever is killed in its midst. It knows bytes
and digests, and no memo. Versions and epochs are drawn by chance, and are only ever compared for being the same: a file
that was deleted and made again does not count from one again.
"""

from __future__ import annotations

import errno
import os
import sqlite3
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from strandline.impl.memo import shelved
from strandline.impl.memo.encoding import DIGEST, FORMAT, digest
from strandline.impl.memo.failures import PRIMARY
from strandline.impl.memo.privacy import unsafe
from strandline.impl.memo.shelved import Key, Mark

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from strandline.impl.memo.encoding import Part

Reason: TypeAlias = Literal[
    "damaged", "foreign", "newer", "not a regular file", "not yours", "permission", "full", "busy", "io"
]
"""Why the file of memos cannot be used."""

VALUE_MAX: Final = 16 * 1024 * 1024
"""The largest head or part that is read, in bytes."""

PARTS_MAX: Final = 65_536
"""The most parts that a memo is read of."""

BUSY: Final = 0.5
"""Seconds to wait for another process that reads or saves at this moment."""

_STEPS: Final = 100_000  # of SQLite's virtual machine between two looks at its bound
_LOOKS: Final = 2_000  # until a statement on a damaged file is taken for endless; some seconds
_REASONS: Final[dict[int, Reason]] = {
    sqlite3.SQLITE_BUSY: "busy",
    sqlite3.SQLITE_LOCKED: "busy",
    sqlite3.SQLITE_FULL: "full",
    sqlite3.SQLITE_PERM: "permission",
    sqlite3.SQLITE_READONLY: "permission",
    sqlite3.SQLITE_CANTOPEN: "permission",
    sqlite3.SQLITE_IOERR: "io",
    sqlite3.SQLITE_NOMEM: "io",
}
"""What a result code of SQLite means here; every other one says that the file is damaged."""


HEADER: Final = 100
"""Bytes of the header of a database; SQLite may take a shorter file for an empty one, and would write over it."""


class ShelfError(Exception):
    """The file of memos cannot be used: why, by a word, and a line for a person."""

    def __init__(self, reason: Reason, detail: str) -> None:
        """Say why."""
        super().__init__(f"{reason}: {detail}")
        self.reason: Reason = reason


def drawn() -> int:
    """Draw a number that no other one is ever the same as; never 0."""
    return int.from_bytes(os.urandom(8)) >> 2 or 1


class Shelf:
    """One file of memos; it is made by the first save. The caller lets one thread in at a time."""

    def __init__(
        self,
        path: Path,
        *,
        ours: bool = False,
        connect: Callable[..., sqlite3.Connection] = sqlite3.connect,
        draw: Callable[[], int] = drawn,
    ) -> None:
        """Use the file at a path.

        Args:
            path: where it is; its folder must exist.
            ours: nobody else has business at this path, so that a damaged file is replaced whatever it is.
            connect: makes a connection, as ``sqlite3.connect`` does.
            draw: gives a version or an epoch that was never given before.
        """
        self.path = path
        self._ours = ours
        self._connect = connect
        self._draw = draw
        self._connection: sqlite3.Connection | None = None
        self._inode = 0
        self._was_ours = False
        self._looks = iter(range(_LOOKS))
        self._seen: tuple[int, Key, Mark] | None = None

    def mark(self, key: Key) -> Mark:
        """Tell what is stored of a key; asked again, and with nothing changed, it costs some microseconds.

        Raises:
            ShelfError: the file cannot be used.
        """
        if not self._is_open():
            return Mark()
        with self._failing() as connection:
            (changes,) = connection.execute("PRAGMA data_version").fetchone()
            if self._seen is None or self._seen[:2] != (changes, key):
                self._seen = changes, key, shelved.row(connection, key, self._inode)[1]
            return self._seen[2]

    def load(self, key: Key, mark: Mark) -> bytes | None:
        """Read the head of the memo that is stored under a mark; None if there is none.

        Raises:
            ShelfError: the file cannot be used; ``damaged`` if the head is not what was written, ``busy`` if another
                memo was stored meanwhile.
        """
        if mark.version == 0:
            return None
        with self._failing() as connection, shelved.transaction(connection, "BEGIN"):
            memo = self._found(connection, key, mark)
            (said,) = connection.execute("SELECT head FROM memos WHERE id = ?", (memo,)).fetchone()
            head = None if said is None else shelved.blob(said)
        if head is not None and shelved.sealed(key, mark, head[DIGEST:]) != head:
            raise ShelfError("damaged", f"{self.path}: the head of the memo is not what was written")
        return None if head is None else head[DIGEST:]

    def parts(self, key: Key, mark: Mark, wanted: Sequence[Part]) -> list[bytes]:
        """Read the parts of a memo that is stored under a mark.

        Raises:
            ShelfError: the file cannot be used; ``damaged`` if a part is not what was written, ``busy`` if another
                memo was stored meanwhile.
        """
        if len(wanted) > PARTS_MAX:
            raise ShelfError("damaged", f"{self.path}: the memo has more parts than any can have")
        with self._failing() as connection, shelved.transaction(connection, "BEGIN"):
            memo = self._found(connection, key, mark)
            select = "SELECT said FROM parts WHERE memo = ? AND number = ?"
            found = [connection.execute(select, (memo, part.number)).fetchone() or (b"",) for part in wanted]
        said = [shelved.blob(one) for (one,) in found]
        if any(digest(one) != part.digest for one, part in zip(said, wanted, strict=True)):
            raise ShelfError("damaged", f"{self.path}: a part of the memo is not what was written")
        return said

    def save(
        self, key: Key, before: Mark, head: bytes, fresh: Mapping[int, bytes], gone: Sequence[int] | None
    ) -> Mark | None:
        """Store a memo in one transaction if nothing was stored since the mark.

        Args:
            key: whose memo.
            before: the mark that the memo was made beside.
            head: its head.
            fresh: the parts to write, by number.
            gone: the numbers of the parts to delete; None for all that were there before.

        Returns:
            The new mark; None if another one was stored meanwhile, or the file is another one.

        Raises:
            ShelfError: the file cannot be used; it is as it was.
        """
        made = self._open()
        with self._failing() as connection, shelved.transaction(connection, "BEGIN IMMEDIATE"):
            if made:
                self._make(connection)
            memo, now = shelved.row(connection, key, self._inode)
            if now != before and not (before == Mark() == now._replace(file=0)):
                return None
            mark = Mark(self._draw(), now.epoch, self._inode)
            memo = shelved.put(connection, key, memo, mark, shelved.sealed(key, mark, head))
            if gone is None:
                connection.execute("DELETE FROM parts WHERE memo = ?", (memo,))
            else:
                connection.executemany("DELETE FROM parts WHERE memo = ? AND number = ?", ((memo, one) for one in gone))
            connection.executemany(
                "INSERT OR REPLACE INTO parts VALUES (?, ?, ?)", ((memo, *part) for part in fresh.items())
            )
            connection.execute("COMMIT")
        self._seen = None  # the data version does not tell of what this connection itself commits
        return mark

    def drop(self, key: Key) -> Mark:
        """Forget a memo by force, and let every process that uses the file know.

        Raises:
            ShelfError: the file cannot be used.
        """
        made = self._open()
        with self._failing() as connection, shelved.transaction(connection, "BEGIN IMMEDIATE"):
            if made:
                self._make(connection)
            memo, _ = shelved.row(connection, key, self._inode)
            mark = Mark(self._draw(), self._draw(), self._inode)
            memo = shelved.put(connection, key, memo, mark, None)
            connection.execute("DELETE FROM parts WHERE memo = ?", (memo,))
            connection.execute("COMMIT")
        self._seen = None  # the data version does not tell of what this connection itself commits
        return mark

    def replace(self) -> None:
        """Delete the file if it is one of memos, or nobody else's; the next save makes it anew.

        Raises:
            ShelfError: it is neither, or cannot be deleted.
        """
        self.close()
        if not self._ours and not self._was_ours:
            raise ShelfError("foreign", f"{self.path}: it is no file of memos; delete it or name another one")
        try:
            for end in ("-journal", ""):
                self.path.with_name(self.path.name + end).unlink(missing_ok=True)
        except OSError as error:
            raise ShelfError("permission", f"{self.path}: {(error.strerror or str(error)).lower()}") from error

    def close(self) -> None:
        """Let the file go."""
        connection, self._connection, self._seen = self._connection, None, None
        if connection is not None:
            with suppress(sqlite3.Error):
                connection.close()

    def _is_open(self) -> bool:
        """Tell whether there is a file, and let it be open. One that took its place is opened instead."""
        try:
            found = self.path.lstat()
        except FileNotFoundError:
            self.close()
            return False
        except (OSError, ValueError) as error:
            raise ShelfError("permission", f"{self.path} cannot be reached: {error}") from error
        if self._connection is not None and found.st_ino == self._inode:
            return True
        self.close()
        _refuse(self.path, found)
        self._attach(found.st_ino)
        return self._connection is not None

    def _open(self) -> bool:
        """Open the file for writing, and make an empty one if there is none; tell whether its tables are to be made."""
        if self._is_open():
            return False
        _refuse(self.path, None)
        try:
            # Exclusively: had this process the file open, to close it here would drop the locks that SQLite has on it.
            os.close(os.open(self.path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
        except FileExistsError:
            pass
        except (OSError, ValueError) as error:
            raise ShelfError(_reason_of(error), f"{self.path} cannot be made: {error}") from error
        found = self.path.lstat()
        _refuse(self.path, found)
        self._attach(found.st_ino, made=True)
        return True

    def _attach(self, inode: int, *, made: bool = False) -> None:
        """Connect to the file, and look whether it is one of memos; an empty one is left, unless it is to be made."""
        uri = f"{self.path.absolute().as_uri()}?mode=rw"
        try:
            self._connection = self._connect(uri, uri=True, timeout=BUSY, isolation_level=None, check_same_thread=False)
            self._connection.set_progress_handler(lambda: next(self._looks, None) is None, _STEPS)
        except sqlite3.Error as error:
            raise ShelfError(_reason(error), f"{self.path}: {error}") from error
        self._inode = inode
        with self._failing() as connection:
            connection.text_factory = bytes  # whatever stands there can be fetched
            connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, VALUE_MAX)
            connection.execute("PRAGMA trusted_schema = OFF")
            connection.execute("PRAGMA synchronous = NORMAL")
            ((application,), (version,)) = (
                connection.execute(f"PRAGMA {name}").fetchone() for name in ("application_id", "user_version")
            )
            if application == 0 and connection.execute("SELECT count(*) FROM sqlite_schema").fetchone() == (0,):
                if 0 < self.path.stat().st_size < HEADER:
                    raise ShelfError("foreign", f"{self.path}: it is no file of memos; name another one")
                if not made:
                    self.close()
                return
            self._was_ours = application == shelved.APPLICATION
            if application != shelved.APPLICATION:
                raise ShelfError("foreign", f"{self.path}: it is no file of memos; name another one")
            if version != FORMAT:
                newer = version > FORMAT
                raise ShelfError("newer" if newer else "damaged", f"{self.path}: its format is {version}, not {FORMAT}")

    def _make(self, connection: sqlite3.Connection) -> None:
        """Make the tables, unless another process made them meanwhile."""
        if connection.execute("SELECT count(*) FROM sqlite_schema").fetchone() == (0,):
            for statement in shelved.CREATE:
                connection.execute(statement)
            self._was_ours = True

    def _found(self, connection: sqlite3.Connection, key: Key, mark: Mark) -> int:
        """Find the row of a key if it is still stored under this mark."""
        memo, now = shelved.row(connection, key, self._inode)
        if now != mark:
            raise ShelfError("busy", f"{self.path}: another memo was saved just now")
        return memo

    @contextmanager
    def _failing(self) -> Iterator[sqlite3.Connection]:
        """Give the connection; name what goes wrong with it, and let it go then."""
        if self._connection is None:
            raise ShelfError("io", f"{self.path}: it is not open")
        self._looks = iter(range(_LOOKS))
        try:
            yield self._connection
        except ShelfError as error:
            if error.reason != "busy":
                self.close()
            raise
        except sqlite3.Error as error:
            self.close()
            raise ShelfError(_reason(error), f"{self.path}: {error}") from error
        except (TypeError, ValueError) as error:
            self.close()
            raise ShelfError("damaged", f"{self.path}: {error}") from error


def _refuse(path: Path, found: os.stat_result | None) -> None:
    strange = unsafe(path, found)
    if strange is not None:
        raise ShelfError(*strange)


def _reason(error: sqlite3.Error) -> Reason:
    return _REASONS.get(getattr(error, "sqlite_errorcode", sqlite3.SQLITE_IOERR) & PRIMARY, "damaged")


def _reason_of(error: OSError | ValueError) -> Reason:
    full = isinstance(error, OSError) and error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
    return "full" if full else "permission" if isinstance(error, PermissionError) else "io"
