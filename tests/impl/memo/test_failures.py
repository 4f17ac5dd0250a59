"""Each reason for unavailable: a log that has it, what it is called, and what helps."""

from __future__ import annotations

import errno
import os
import re
import shutil
import sqlite3
import tempfile
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, get_args
from zoneinfo import ZoneInfo

import pytest

from strandline.impl.memo.answer import REMEDIES, Reason, Unavailable
from strandline.impl.memo.failures import failure
from strandline.impl.memo.memo import Limits
from strandline.impl.memo.scanner import Scanner
from strandline.impl.memo.window import Window
from tests.impl.memo.machine import SCHEMA, unavailable, unprivileged

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from strandline.impl.memo.connection import ConnectionFactory

ALWAYS: Final = Window(None, None, ZoneInfo("UTC"))
LIMITS: Final = Limits(waits=2, pause=0.0)
ROWS: Final = """WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n LIMIT 400)
    INSERT INTO logs (ts, ts_nanos, feedback_log_body) SELECT n, 0, hex(zeroblob(200)) FROM n"""

on_linux = pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="the system does not list a process's files")
with_users = pytest.mark.skipif(not hasattr(os, "seteuid"), reason="the system has no effective user")


def log(path: Path, *statements: str, journal: str = "delete") -> sqlite3.Connection:
    database = sqlite3.connect(path, isolation_level=None, timeout=0)
    for statement in (f"PRAGMA journal_mode = {journal}", *statements):
        database.execute(statement)
    return database


def ask(
    path: Path, limits: Limits = LIMITS, connect: Callable[..., sqlite3.Connection] = sqlite3.connect
) -> Unavailable:
    with Scanner(path, limits=limits, connect=connect) as scanner:
        outcome = scanner.turns(ALWAYS)
    assert isinstance(outcome, Unavailable)
    return outcome


def failing(name: str) -> ConnectionFactory:
    """Make connections whose snapshots fail with a code of SQLite."""

    class Failing(sqlite3.Connection):
        def execute(self, sql: str, parameters: Any = (), /) -> sqlite3.Cursor:  # noqa: ANN401 - as in sqlite3
            if sql == "BEGIN":
                error = sqlite3.OperationalError("what SQLite says")
                error.sqlite_errorcode, error.sqlite_errorname = getattr(sqlite3, name), name
                raise error
            return super().execute(sql, parameters)

    return lambda *args, **settings: sqlite3.connect(*args, factory=Failing, **settings)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "log"


def busy(path: Path) -> Unavailable:
    with closing(log(path, SCHEMA, "BEGIN EXCLUSIVE")):
        return ask(path)


def foreign_wal(path: Path) -> Unavailable:
    """Leave the -wal of a larger log beside a smaller one; its root leads to pages that only the larger one has."""
    other = path.with_name("other")
    log(path, SCHEMA).close()
    checkpoint = "PRAGMA wal_checkpoint(TRUNCATE)"
    with closing(log(other, "PRAGMA wal_autocheckpoint = 0", SCHEMA, ROWS, checkpoint, ROWS, journal="wal")):
        shutil.copy(f"{other}-wal", f"{path}-wal")
    return ask(path)


def newer_schema(path: Path) -> Unavailable:
    with closing(log(path, SCHEMA, "CREATE TABLE other (a)", "PRAGMA writable_schema = ON")) as database:
        database.execute("UPDATE sqlite_schema SET sql = 'CREATE TABLE other (a) FROM THE FUTURE' WHERE name = 'other'")
    return ask(path)


def damaged(path: Path) -> Unavailable:
    log(path, SCHEMA, ROWS).close()
    content = path.read_bytes()
    path.write_bytes(content[:8192] + b"\xee" * (len(content) - 8192))
    return ask(path)


def left_in_the_middle(path: Path) -> Unavailable:
    other = path.with_name("other")
    with closing(log(other, "PRAGMA cache_size = 1", SCHEMA, ROWS, "BEGIN", "UPDATE logs SET ts = 0")):
        for tail in ("", "-journal"):
            shutil.copy(f"{other}{tail}", f"{path}{tail}")
    return ask(path)


def replaced(path: Path) -> Unavailable:
    log(path, SCHEMA).close()

    def connect(*args: Any, **settings: Any) -> sqlite3.Connection:  # noqa: ANN401 - as in sqlite3
        path.rename(path.with_name("old"))
        shutil.copy(path.with_name("old"), path)
        made: sqlite3.Connection = sqlite3.connect(*args, **settings)
        return made

    return ask(path, Limits(tries=1), connect)


def long(path: Path) -> Unavailable:
    log(path, SCHEMA, ROWS).close()
    return ask(path, Limits(chunk=1, chunks=1))


def with_code(name: str) -> Callable[[Path], Unavailable]:
    def make(path: Path) -> Unavailable:
        log(path, SCHEMA).close()
        return ask(path, connect=failing(name))

    return make


def with_table(*statements: str) -> Callable[[Path], Unavailable]:
    def make(path: Path) -> Unavailable:
        log(path, *statements).close()
        return ask(path)

    return make


def with_function(path: Path) -> Unavailable:
    database = log(path)
    with closing(database):
        database.create_function("own", 1, abs, deterministic=True)
        database.execute(SCHEMA.replace("ts INTEGER NOT NULL", "ts INTEGER AS (own(ts_nanos))"))
    return ask(path)


def with_collation(path: Path) -> Unavailable:
    database = log(path)
    with closing(database):
        database.create_collation("own", lambda _one, _two: 0)
        database.execute(SCHEMA.replace("ts INTEGER NOT NULL", "ts INTEGER COLLATE own"))
    with Scanner(path, limits=LIMITS) as scanner:
        outcome = scanner.turns(Window(None, date(2000, 1, 1), ZoneInfo("UTC")))  # only such a window compares
    assert isinstance(outcome, Unavailable)
    return outcome


def unreadable(path: Path) -> Unavailable:
    log(path, SCHEMA).close()
    path.chmod(0)
    with unprivileged():
        return ask(path)


def unwritable(path: Path) -> Unavailable:
    log(path, SCHEMA, journal="wal").close()
    path.parent.chmod(0o555)
    with unprivileged():
        return ask(path)


def without_locks(path: Path) -> Unavailable:
    """Play a file system that has no locks: SQLite then says *busy*, for ENOLCK as for a lock that is held."""

    def refuse(*_: object) -> None:
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("fcntl.lockf", refuse)
        return busy(path)


def without_descriptors(path: Path) -> Unavailable:
    """Leave room for the pin, and none for what SQLite opens."""
    import resource  # noqa: PLC0415 - a system without it never comes here

    log(path, SCHEMA).close()
    last = os.open(path.parent, os.O_RDONLY)
    os.close(last)
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (last + 1, hard))
    try:
        return ask(path)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def by_another_name(path: Path) -> Unavailable:
    """Beside the other name there is no -wal, and the newest rows are in it."""
    with closing(log(path, SCHEMA, "PRAGMA wal_checkpoint(TRUNCATE)", ROWS, journal="wal")):
        path.with_name("alias").hardlink_to(path)
        return ask(path.with_name("alias"))


def lost_wal(path: Path) -> Unavailable:
    with closing(log(path, SCHEMA, "PRAGMA wal_checkpoint(TRUNCATE)", ROWS, journal="wal")):
        Path(f"{path}-wal").unlink()
        return ask(path)


def a_folder(path: Path) -> Unavailable:
    path.mkdir()
    return ask(path)


def a_text(path: Path) -> Unavailable:
    path.write_text("no database\n" * 100)
    return ask(path)


def no_such_path(path: Path) -> Unavailable:
    path.touch()
    return ask(path / "below a file")


def in_a_thread(make: Callable[[Path], Unavailable]) -> Callable[[Path], Unavailable]:
    """Ask in a thread that hears no Ctrl-C, so that something else has interrupted the query."""

    def made(path: Path) -> Unavailable:
        with ThreadPoolExecutor(1) as pool:
            return pool.submit(make, path).result()

    return made


WAYS: Final[dict[Reason, tuple[Callable[[Path], Unavailable], str | None]]] = {
    "busy": (busy, "SQLITE_BUSY"),
    "locks refused": (without_locks, "SQLITE_BUSY"),
    "locking protocol": (with_code("SQLITE_PROTOCOL"), "SQLITE_PROTOCOL"),
    "io": (with_code("SQLITE_IOERR_READ"), "SQLITE_IOERR_READ"),
    "corrupt": (damaged, "SQLITE_CORRUPT"),
    "foreign wal": (foreign_wal, "SQLITE_CORRUPT"),
    "lost wal": (lost_wal, "SQLITE_IOERR_SHORT_READ"),
    "not a database": (a_text, "SQLITE_NOTADB"),
    "empty database": (with_table(), None),
    "schema": (with_table("CREATE TABLE other (a)"), None),
    "newer schema": (newer_schema, "SQLITE_CORRUPT"),
    "unknown function": (with_function, "SQLITE_ERROR"),
    "unknown collation": (with_collation, "SQLITE_ERROR_MISSING_COLLSEQ"),
    "permission": (unreadable, "SQLITE_CANTOPEN"),
    "folder not writable": (unwritable, "SQLITE_READONLY_DIRECTORY"),
    "not a regular file": (a_folder, None),
    "cannot open": (no_such_path, None),
    "too many open files": (without_descriptors, "SQLITE_CANTOPEN"),
    "hard link": (by_another_name, None),
    "replaced": (replaced, None),
    "needs recovery": (left_in_the_middle, "SQLITE_READONLY_ROLLBACK"),
    "no memory": (with_code("SQLITE_NOMEM"), "SQLITE_NOMEM"),
    "disk full": (with_code("SQLITE_FULL"), "SQLITE_FULL"),
    "interrupted": (in_a_thread(with_code("SQLITE_INTERRUPT")), "SQLITE_INTERRUPT"),
    "too many rewinds": (long, None),
}
"""A log for each reason, and the code that SQLite has for it."""


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that any user may enter, unlike pytest's own."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        yield Path(name)
        Path(name).chmod(0o755)


@on_linux
@with_users
@pytest.mark.parametrize("reason", get_args(Reason))
def test_each_reason_is_that_of_a_log_and_has_sqlites_code_and_one_remedy(reason: Reason, open_folder: Path) -> None:
    make, code = WAYS[reason]
    outcome = make(open_folder / "log")
    assert (outcome.reason, outcome.code) == (reason, code)
    assert outcome.remedy == REMEDIES[reason]
    assert str(open_folder) in outcome.detail or reason in {"replaced", "too many rewinds"}
    assert "\n" not in outcome.detail


def test_remedies_are_given_for_every_reason_and_in_one_line() -> None:
    assert sorted(REMEDIES) == sorted(get_args(Reason))
    assert all(re.fullmatch(r"[a-z].*[^.\n]", remedy) for remedy in REMEDIES.values())


@on_linux
@pytest.mark.parametrize("code", [errno.ENOLCK, errno.EOPNOTSUPP, errno.EINVAL, errno.EACCES])
def test_locks_that_do_not_work_are_told_at_once_and_by_name(
    path: Path, code: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SQLite says *busy* for some of them, and a refresh waited for as long as its limits allow."""

    def refuse(*_: object) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr("fcntl.lockf", refuse)
    waits: list[None] = []
    with (
        closing(log(path, SCHEMA, "BEGIN EXCLUSIVE")),
        Scanner(path, limits=LIMITS, waiting=lambda: waits.append(None)) as scanner,
    ):
        outcome = scanner.turns(ALWAYS)
    assert isinstance(outcome, Unavailable)
    assert outcome.reason == "locks refused"
    assert errno.errorcode[code] in outcome.detail
    assert waits == []


@on_linux
def test_a_log_that_another_program_locks_whole_is_busy_and_its_locks_stay(path: Path) -> None:
    """The probe locks a byte that no SQLite locks, and lets go of it; SQLite's own locks are other ones."""
    with closing(log(path, SCHEMA, ROWS)) as writer:
        waits: list[None] = []
        writer.execute("BEGIN EXCLUSIVE")
        with Scanner(path, limits=LIMITS, waiting=lambda: waits.append(None)) as scanner:
            outcome = scanner.turns(ALWAYS)
        assert unavailable(outcome) == "busy"
        assert len(waits) == LIMITS.waits
        with (
            closing(sqlite3.connect(path, timeout=0)) as other,
            pytest.raises(sqlite3.OperationalError, match="locked"),
        ):
            other.execute("SELECT count(*) FROM logs").fetchone()
        writer.execute("ROLLBACK")


def test_a_damaged_log_with_its_own_wal_is_damaged(path: Path) -> None:
    damaged(path)
    Path(f"{path}-wal").write_bytes(b"\0" * 4096)
    error = sqlite3.DatabaseError("database disk image is malformed")
    error.sqlite_errorcode = sqlite3.SQLITE_CORRUPT
    assert failure(path, error).reason == "corrupt"


@pytest.mark.parametrize(
    ("words", "code", "reason"),
    [
        ("no such function: own", "SQLITE_ERROR", "unknown function"),
        ("unknown function: own()", "SQLITE_ERROR", "unknown function"),
        ("no such collation sequence: own", "SQLITE_ERROR_MISSING_COLLSEQ", "unknown collation"),
        ("unsupported file format", "SQLITE_ERROR", "newer schema"),
        ('malformed database schema (a) - near "STRICT": syntax error', "SQLITE_CORRUPT", "newer schema"),
        ("malformed database schema (a) - unsafe use of json_extract()", "SQLITE_CORRUPT", "newer schema"),
        ("malformed database schema (a) - invalid rootpage", "SQLITE_CORRUPT", "corrupt"),
        ("malformed database schema (?)", "SQLITE_CORRUPT", "corrupt"),
        ("no such table: logs", "SQLITE_ERROR", "schema"),
    ],
)
def test_words_of_sqlite_tell_what_its_code_does_not(words: str, code: str, reason: str) -> None:
    error = sqlite3.OperationalError(words)
    error.sqlite_errorcode = getattr(sqlite3, code)
    assert failure(Path("log"), error).reason == reason
