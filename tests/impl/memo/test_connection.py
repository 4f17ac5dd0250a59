"""Claims about one connection: what it can never do, which rows it sees, and how it fails."""

from __future__ import annotations

import os
import sqlite3
import threading
from contextlib import closing
from typing import TYPE_CHECKING, Any, NoReturn

import pytest

from strandline.impl.memo.answer import Snapshot
from strandline.impl.memo.connection import Connection
from strandline.impl.memo.files import Pin, Sighting, SystemFiles
from strandline.impl.memo.memo import Memo, Place
from tests.impl.memo.machine import SCHEMA

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

INSERT = "INSERT INTO logs (ts, ts_nanos) VALUES (1, 2)"
MANY = """WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n LIMIT 5000)
    INSERT INTO logs (ts, ts_nanos) SELECT n, 0 FROM n"""
COUNT = "SELECT count(*) FROM logs"
LONG = "SELECT count(mark()) FROM logs a, logs b, logs c, logs d, logs e, logs f"
PATIENCE = 30
"""Seconds after which a test that waits for an event has failed."""

JOURNALS = pytest.mark.parametrize("journal", ["wal", "delete"])


def write(path: Path, journal: str = "delete") -> sqlite3.Connection:
    writer = sqlite3.connect(path, isolation_level=None, timeout=0)
    writer.execute(f"PRAGMA journal_mode = {journal}")
    writer.execute(SCHEMA)
    writer.execute("CREATE INDEX logs_by_ts ON logs (ts)")
    writer.execute(INSERT)
    return writer


def connect(path: Path, factory: Callable[..., sqlite3.Connection] = sqlite3.connect) -> Connection:
    pinned = SystemFiles().pin(path)
    assert isinstance(pinned, Pin)
    connection = Connection(pinned)
    connection.open(path, factory)
    return connection


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


class Raw:
    """A factory that keeps what it made, so that a test can run a statement through it."""

    made: sqlite3.Connection

    def __call__(self, *arguments: Any, **options: Any) -> sqlite3.Connection:  # noqa: ANN401 - as in sqlite3
        self.made = sqlite3.connect(*arguments, **options)
        return self.made


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "logs_2.sqlite"


@pytest.fixture
def raw() -> Raw:
    return Raw()


@pytest.fixture
def connection(path: Path, raw: Raw) -> Iterator[Connection]:
    write(path).close()
    opened = connect(path, raw)
    yield opened
    opened.close()


@pytest.mark.usefixtures("connection")
@pytest.mark.parametrize(
    "statement",
    [
        INSERT,
        "UPDATE logs SET ts = 9",
        "DELETE FROM logs",
        "DROP TABLE logs",
        "CREATE TABLE other (a)",
        "CREATE TEMP TABLE other (a)",
        "CREATE INDEX other ON logs (ts)",
        "CREATE VIEW other AS SELECT 1",
        "CREATE TEMP TRIGGER other AFTER INSERT ON logs BEGIN DELETE FROM logs; END",
        "CREATE VIRTUAL TABLE other USING fts5(a)",
        "ALTER TABLE logs ADD COLUMN other",
        "UPDATE sqlite_master SET sql = ''",
        "ATTACH 'other.sqlite' AS other",
        "ATTACH 'file:other.sqlite?mode=rwc' AS other",
        "ATTACH ':memory:' AS other",
        "VACUUM",
        "VACUUM INTO 'other.sqlite'",
        "REINDEX",
        "ANALYZE",
        "PRAGMA writable_schema = ON",
        "PRAGMA trusted_schema = OFF",
        "PRAGMA journal_mode = WAL",
        "PRAGMA locking_mode = EXCLUSIVE",
        "PRAGMA wal_checkpoint(TRUNCATE)",
        "PRAGMA schema_version = 9",
        "PRAGMA page_size = 512",
        "PRAGMA data_version = 9",
        "PRAGMA user_version = 9",
        "SAVEPOINT other",
        "SELECT load_extension('other')",
    ],
)
def test_no_statement_writes_or_makes_a_file_or_changes_a_setting(
    path: Path, raw: Raw, statement: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(path.parent)
    before = path.read_bytes()
    with pytest.raises(sqlite3.DatabaseError, match=r"authoriz|prohibited|may not be modified"):
        raw.made.execute(statement).fetchall()
    assert path.read_bytes() == before
    assert names(path.parent) == [path.name]


@pytest.mark.usefixtures("connection")
def test_nothing_can_be_written_even_without_the_authorizer(path: Path, raw: Raw) -> None:
    raw.made.set_authorizer(None)
    before = path.read_bytes()
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        raw.made.execute(INSERT)
    assert path.read_bytes() == before


@pytest.mark.usefixtures("connection")
@pytest.mark.parametrize("pragma", ["data_version", "schema_version", "page_size", 'table_xinfo("logs")'])
def test_the_pragmas_that_only_look_are_allowed(raw: Raw, pragma: str) -> None:
    assert raw.made.execute(f"PRAGMA {pragma}").fetchall()


@JOURNALS
def test_what_is_committed_right_after_the_snapshot_was_fixed_is_not_seen(path: Path, journal: str) -> None:
    """The data version alone fixes the snapshot: a number read before it would belong to an older one."""
    with closing(write(path, journal)) as writer, closing(connect(path)) as connection:
        before = connection.begin()
        with connection.transaction() as log:
            if journal == "wal":
                writer.execute(INSERT)
            else:
                with pytest.raises(sqlite3.OperationalError, match="locked"):
                    writer.execute(INSERT)
            assert log.highest() == 1
        if journal == "delete":
            writer.execute(INSERT)
        after = connection.begin()
        with connection.transaction() as log:
            assert log.highest() == 2
        assert after != before


@JOURNALS
def test_the_data_version_stays_while_nothing_is_committed(path: Path, journal: str) -> None:
    with closing(write(path, journal)), closing(connect(path)) as connection:
        versions = set()
        for _ in range(3):
            versions.add(connection.begin())
            connection.end()
        assert len(versions) == 1


@JOURNALS
def test_a_writer_is_free_as_soon_as_the_transaction_ends_even_in_an_exception(path: Path, journal: str) -> None:
    def fail(connection: Connection) -> NoReturn:
        connection.begin()
        with connection.transaction() as log:
            next(log.tail(0, 9))
            message = "in the middle of a read"
            raise RuntimeError(message)

    with closing(write(path, journal)) as writer, closing(connect(path)) as connection:
        with pytest.raises(RuntimeError, match="in the middle"):
            fail(connection)
        writer.execute("BEGIN EXCLUSIVE")
        writer.execute(INSERT)
        writer.execute("COMMIT")
        connection.begin()
        with connection.transaction() as log:
            assert log.highest() == 2


def test_a_begin_that_found_the_log_locked_can_be_tried_again(path: Path) -> None:
    with closing(write(path)) as writer, closing(connect(path)) as connection:
        writer.execute("BEGIN EXCLUSIVE")
        writer.execute(INSERT)
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            connection.begin()
        writer.execute("COMMIT")
        connection.begin()
        with connection.transaction() as log:
            assert log.highest() == 2


def test_the_last_reader_leaves_the_wal_to_its_writer(path: Path) -> None:
    """A connection that can write checkpoints and deletes the -wal when it is the last one to close."""
    writer = write(path, "wal")
    with closing(connect(path)) as reader:
        reader.begin()
        reader.end()
        writer.execute(INSERT)
        writer.close()
        wal = path.with_name(path.name + "-wal")
        before = wal.read_bytes()
    assert wal.read_bytes() == before
    with closing(sqlite3.connect(path)) as again:
        assert again.execute(COUNT).fetchone() == (2,)


def test_to_open_what_is_not_there_makes_nothing(path: Path) -> None:
    path.touch()
    pinned = SystemFiles().pin(path)
    assert isinstance(pinned, Pin)
    path.unlink()
    with closing(Connection(pinned)) as connection, pytest.raises(sqlite3.OperationalError, match="unable to open"):
        connection.open(path, sqlite3.connect)
    assert names(path.parent) == []


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such names")
@pytest.mark.parametrize(
    "name", ["a?mode=memory", "a#b", "a%20b", "a%00b", "a b", "a\nb", "ä", "a&b=c", "\udcff", ":memory:", "file:a"]
)
def test_any_file_name_leads_to_that_very_file(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    with closing(write(tmp_path / "plain")) as writer:
        writer.execute(INSERT)
    (tmp_path / "plain").rename(path)
    with closing(connect(path)) as connection:
        connection.begin()
        with connection.transaction() as log:
            assert log.highest() == 2
    assert names(tmp_path) == [name]


def test_a_connection_that_is_not_open_says_so(path: Path) -> None:
    connection = Connection(Pin(Sighting(Place(0, 0), ()), None))
    with pytest.raises(sqlite3.ProgrammingError, match="not open"):
        connection.begin()
    with pytest.raises(sqlite3.ProgrammingError, match="not open"), connection.transaction():
        pass
    connection.end()
    connection.cancel()
    connection.close()
    assert not path.exists()


def test_to_cancel_stops_the_query_that_runs(connection: Connection, raw: Raw) -> None:
    """The query goes through 2 ** 24 rows, which takes seconds, and would end without an error."""
    running = threading.Event()
    errors: list[sqlite3.Error] = []
    raw.made.set_authorizer(None)
    raw.made.set_progress_handler(None, 0)  # only the interrupt is left
    raw.made.create_function("mark", 0, running.set)
    rows = " UNION ALL ".join(["SELECT 1"] * 16)
    statement = LONG.replace("logs", f"({rows})")

    def query() -> None:
        try:
            raw.made.execute(statement)
        except sqlite3.Error as error:
            errors.append(error)

    thread = threading.Thread(target=query, daemon=True)
    thread.start()
    assert running.wait(PATIENCE)
    connection.cancel()
    thread.join(PATIENCE)
    assert [error.sqlite_errorcode for error in errors] == [sqlite3.SQLITE_INTERRUPT]


def test_to_cancel_stops_every_later_query_that_takes_long(path: Path, raw: Raw) -> None:
    with closing(write(path)) as writer:
        writer.execute(MANY)
    with closing(connect(path, raw)) as connection:
        connection.cancel()
        assert connection.cancelled
        connection.begin()
        with pytest.raises(sqlite3.OperationalError, match="interrupted"), connection.transaction() as log:
            list(log.tail(0, 9999))


def test_to_cancel_while_the_owner_closes_is_harmless(connection: Connection) -> None:
    connection.close()
    connection.cancel()
    assert connection.cancelled


def test_a_close_that_fails_still_lets_the_inode_number_go(path: Path) -> None:
    class Stubborn(sqlite3.Connection):
        def close(self) -> None:
            super().close()
            message = "cannot be closed"
            raise sqlite3.OperationalError(message)

    class Watched(Pin):
        closed = False

        def close(self) -> None:
            super().close()
            self.closed = True

    write(path).close()
    pinned = Watched(Sighting(Place(0, 0), ()), None)
    connection = Connection(pinned)
    connection.open(path, lambda *a, **k: sqlite3.connect(*a, factory=Stubborn, **k))
    connection.close()
    assert pinned.closed


PLACE = Place(1, 2)


def remembered(*, place: Place = PLACE, observation: int = 5, coverage: int = 100, full: bool = False) -> Memo:
    snapshot = Snapshot(*place, data_version=3, highest=7, sequence=7, observation=observation)
    return Memo(0, place, observation, coverage, 7, (), (), (), snapshot, full=full)


@pytest.mark.parametrize(
    ("seen", "version", "memo", "wanted"),
    [
        pytest.param(None, 3, remembered(), 100, id="nothing was read through it"),
        pytest.param((3, 5), 3, None, 100, id="there is no memo"),
        pytest.param((3, 5), 4, remembered(), 100, id="something was committed"),
        pytest.param((3, 5), 3, remembered(observation=4), 100, id="the memo is from before its last look"),
        pytest.param((3, 5), 3, remembered(place=Place(1, 3)), 100, id="the memo is of another file"),
        pytest.param((3, 5), 3, remembered(), 99, id="the memo does not reach back far enough"),
        pytest.param((3, 5), 3, remembered(full=True), 100, id="the memo was cut at its limit"),
    ],
)
def test_a_memo_is_not_taken_for_unchanged_if(
    seen: tuple[int, int] | None, version: int, memo: Memo | None, wanted: int
) -> None:
    connection = Connection(Pin(Sighting(PLACE, ()), None))
    connection.seen = seen
    assert not connection.is_unchanged(version, memo, wanted)


def test_a_memo_made_since_the_last_look_is_unchanged_while_nothing_is_committed() -> None:
    connection = Connection(Pin(Sighting(PLACE, ()), None))
    connection.seen = (3, 5)
    assert connection.is_unchanged(3, remembered(), 100)
    assert connection.is_unchanged(3, remembered(observation=6), 101)
