"""A real log on a real disk that follows a log of the model, change by change.

Commits go through SQLite; files are replaced, removed and written over the way people and
programs do it.
"""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
from contextlib import closing
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from strandline.model.memo.log import Log
from strandline.properties.systems.memo.driver.plug import CODEX, Plug

if TYPE_CHECKING:
    from strandline.model.memo.state import World
    from strandline.model.terms import Step

Journal: TypeAlias = Literal["wal", "delete"]

PRIMARY: Final = 0xFF
"""The bits of an error code of SQLite that name its kind."""


EMPTY_MAX: Final = 16
"""How many kinds of empty files are kept."""


@lru_cache(EMPTY_MAX)
def empty(journal: Journal, plug: Plug) -> bytes:
    """Give the file of an empty log in a journal mode; it is made once, since a case makes several."""
    with tempfile.TemporaryDirectory(prefix="strandline-") as folder:
        path = Path(folder) / "empty.sqlite"
        with closing(sqlite3.connect(path, isolation_level=None)) as database:
            database.execute(f"PRAGMA journal_mode = {journal}")
            plug.make(database, Log())
        return path.read_bytes()


class Disk:
    """The file at the path, its writer, and its backup."""

    def __init__(self, journal: Journal, plug: Plug = CODEX) -> None:
        """Begin with an empty log of this plug, in this journal mode."""
        self._plug = plug
        self._folder = tempfile.TemporaryDirectory(prefix="strandline-", ignore_cleanup_errors=True)
        self.path = Path(self._folder.name) / "logs.sqlite"
        self.journal = journal
        self._backup = Path(self._folder.name) / "backup.sqlite"
        self._writer: sqlite3.Connection | None = self._made(self.path, Log())

    @property
    def is_wal(self) -> bool:
        """Whether the file at the path is in WAL mode: a backup is not, nor is what it was copied over."""
        return self._writer is not None and self._writer.execute("PRAGMA journal_mode").fetchone() == ("wal",)

    def follow(self, before: World, action: Step, after: World) -> None:
        """Do to the file what an action of the environment did to the world."""
        match action.name:
            case "backup":
                self._copy_to_backup()
            case "restore":
                self._restore()
            case "copy":
                self._hang_up()
                shutil.copyfile(self._backup, self.path)
                self._writer = self._opened(self.path)
            case "remove":
                self._hang_up()
                self.path.unlink()
            case "replace":
                fresh = self.path.with_name("fresh.sqlite")
                self._made(fresh, after.log).close()
                self._hang_up()
                fresh.replace(self.path)
                self._writer = self._opened(self.path)
            case "reissue":
                self._hang_up()
                self.path.unlink()
                self._writer = self._made(self.path, after.log)
            case _:
                if before.log != after.log:
                    self.commit(before.log, after.log)

    def damage(self, data: bytes) -> None:
        """Let a file of these bytes, which is no log to write to, stand at the path."""
        spoiled = self.path.with_name("spoiled.sqlite")
        spoiled.write_bytes(data)
        self._hang_up()
        spoiled.replace(self.path)

    def standing(self) -> tuple[int, int, int, int] | None:
        """Tell which file is at the path, how many bytes it has and when it was written to; None if there is none.

        It is not opened: to close it would let go of the locks that this process holds on it.
        """
        try:
            status = self.path.stat()
        except OSError:
            return None
        return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns

    def close(self) -> None:
        """Close the writer and remove everything."""
        self._hang_up()
        self._folder.cleanup()

    def _made(self, path: Path, log: Log) -> sqlite3.Connection:
        path.write_bytes(empty(self.journal, self._plug))
        database = self._opened(path)
        if log != Log():
            self._plug.commit(database, Log(), log)
        return database

    def _opened(self, path: Path) -> sqlite3.Connection:
        database = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        database.execute("PRAGMA synchronous = OFF")
        return database

    def _hang_up(self) -> None:
        """Close the writer, and take what it leaves beside the file away with it.

        No checkpoint: it would be news to a connection that still reads the old file.
        """
        if self._writer is not None:
            self._writer.close()
            self._writer = None
        for suffix in ("-wal", "-shm"):
            self.path.with_name(self.path.name + suffix).unlink(missing_ok=True)

    def _writing(self) -> sqlite3.Connection:
        if self._writer is None:
            message = "nothing is at the path to write to"
            raise ValueError(message)
        return self._writer

    def commit(self, before: Log, after: Log) -> None:
        """Make the file hold the new log by one transaction; any thread may ask for it."""
        self._plug.commit(self._writing(), before, after)

    def _copy_to_backup(self) -> None:
        self._backup.unlink(missing_ok=True)
        with closing(self._opened(self._backup)) as copy:
            self._writing().backup(copy, progress=_give_up)

    def _restore(self) -> None:
        with closing(self._opened(self._backup)) as copy:
            copy.backup(self._writing(), progress=_give_up)


def _give_up(status: int, _remaining: int, _total: int) -> None:
    """End a copy of pages that met a lock.

    SQLite has waited already, as long as the writer does for a commit. Python would try again without end: whoever
    never lets go of the log would hang the checker.
    """
    if status & PRIMARY in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}:
        error = sqlite3.OperationalError("database is locked")
        error.sqlite_errorcode = status
        raise error
