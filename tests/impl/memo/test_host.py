"""Claims about who holds which connection, and about files that change between two effects."""

from __future__ import annotations

import os
import sqlite3
import tempfile
from contextlib import closing
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn
from zoneinfo import ZoneInfo

import pytest

from strandline.impl.memo.effects import (
    Check,
    Connect,
    Connected,
    Effect,
    Failure,
    Locate,
    Located,
    Lost,
    Missing,
    Observed,
    ReadLog,
    ReadOnce,
    Swap,
    Swapped,
    Unchanged,
)
from strandline.impl.memo.files import Pin, Sighting, SystemFiles
from strandline.impl.memo.host import Host, Lease
from strandline.impl.memo.memo import OPEN, Limits
from strandline.impl.memo.scanner import Scanner
from strandline.impl.memo.store import Joined
from strandline.impl.memo.window import Span, Window
from tests.impl.memo.machine import SCHEMA, Made, answer, descriptors, names, needs_descriptors, request, unavailable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ALWAYS = Window(None, None, ZoneInfo("UTC"))
SPAN = Span(None, None)
LIMITS = Limits(waits=2, pause=0)
READ = ReadLog(OPEN, None)
ROUNDS = 50


def write(path: Path, *turns: str, journal: str = "wal") -> None:
    with closing(sqlite3.connect(path, isolation_level=None, timeout=0)) as writer:
        writer.execute(f"PRAGMA journal_mode = {journal}")
        writer.execute(SCHEMA.replace("TABLE", "TABLE IF NOT EXISTS"))
        for turn in turns:
            writer.execute("INSERT INTO logs (ts, ts_nanos, feedback_log_body) VALUES (1, 2, ?)", (request(turn),))


def replace(path: Path, *turns: str) -> None:
    """Put another log at the path, as a writer does that rebuilds a corrupt one."""
    other = path.with_name("other")
    write(other, *turns, journal="delete")
    other.rename(path)


@dataclass(frozen=True, slots=True)
class Moving(SystemFiles):
    """The file system, with something that happens to the path right after it was pinned."""

    then: Callable[[Path], None]

    def pin(self, path: Path) -> Pin | Missing | Failure:
        pinned = SystemFiles.pin(self, path)
        self.then(path)
        return pinned


@pytest.fixture
def path(tmp_path: Path) -> Path:
    log = tmp_path / "logs_2.sqlite"
    write(log, "first")
    return log


@pytest.fixture
def made() -> Made:
    return Made()


@pytest.fixture
def host(path: Path, made: Made) -> Iterator[Host]:
    host = Host(path, limits=LIMITS._replace(idle=2), connect=made)
    yield host
    host.close()


def located(lease: Lease) -> Located:
    found = lease.perform(Locate())
    assert isinstance(found, Located)
    return found


def connected(host: Host) -> Lease:
    lease = host.lease()
    if not located(lease).connected:
        assert lease.perform(Connect()) == Connected()
    return lease


def test_a_kept_connection_is_taken_by_the_next_refresh(host: Host, made: Made) -> None:
    connected(host).release(sound=True)
    lease = host.lease()
    assert located(lease).connected
    assert len(made.every) == 1
    lease.release(sound=True)


def test_two_refreshes_at_once_never_share_a_connection(host: Host, made: Made) -> None:
    connected(host).release(sound=True)
    one, other = connected(host), connected(host)
    assert made.opened == 2
    assert isinstance(one.perform(READ), Observed)
    assert isinstance(other.perform(READ), Observed)
    one.release(sound=True)
    other.release(sound=True)


def test_no_more_connections_are_kept_than_the_limit_says(host: Host, made: Made) -> None:
    leases = [connected(host) for _ in range(5)]
    assert made.opened == 5
    for lease in leases:
        lease.release(sound=True)
    assert made.opened == host.limits.idle == 2


def test_an_unsound_or_cancelled_connection_is_closed_and_not_kept(host: Host, made: Made) -> None:
    """A cancelled connection stops every query, so a refresh that took it could never answer."""
    connected(host).release(sound=False)
    cancelled = connected(host)
    cancelled.cancel()
    cancelled.release(sound=True)
    assert len(made.every) == 2
    assert made.opened == 0


def test_a_refresh_that_outlives_the_host_leaves_nothing_open(host: Host, made: Made) -> None:
    lease = connected(host)
    host.close()
    assert isinstance(lease.perform(READ), Observed)
    lease.release(sound=True)
    assert made.opened == 0


def test_a_lease_that_holds_nothing_can_be_cancelled_and_released(host: Host) -> None:
    lease = host.lease()
    lease.cancel()
    lease.release(sound=False)
    lease.release(sound=True)


def test_an_idle_connection_to_a_replaced_file_is_closed(path: Path, host: Host, made: Made) -> None:
    connected(host).release(sound=True)
    replace(path, "second")
    lease = host.lease()
    assert not located(lease).connected
    assert made.opened == 0
    lease.release(sound=False)


def test_an_idle_connection_to_a_deleted_file_is_closed(path: Path, host: Host, made: Made) -> None:
    connected(host).release(sound=True)
    path.unlink()
    assert host.lease().perform(Locate()) == Missing()
    assert made.opened == 0


def test_to_locate_again_lets_the_first_connection_go(host: Host, made: Made) -> None:
    lease = connected(host)
    lease.perform(Locate())
    assert made.opened == 0
    lease.release(sound=False)


@pytest.mark.parametrize("effect", [Connect(), READ, ReadOnce(SPAN)])
def test_nothing_is_read_before_it_is_located(host: Host, effect: Effect) -> None:
    assert isinstance(effect, (Connect, ReadLog, ReadOnce))
    with pytest.raises(RuntimeError, match="before it is located"):
        host.lease().perform(effect)


def test_a_memo_that_was_just_stored_is_unchanged_until_the_next_commit(path: Path, host: Host) -> None:
    lease = connected(host)
    found = lease.perform(READ)
    assert isinstance(found, Observed)
    swap = Swap(found.slot.version, found.reading.memo, Joined(SPAN, ()))
    assert lease.perform(swap) == Swapped()
    assert lease.perform(READ) == Unchanged(host.store.slot)
    assert isinstance(lease.perform(swap), Lost)
    write(path, "second")
    again = lease.perform(READ)
    assert isinstance(again, Observed)
    assert again.reading.rows == 1
    lease.release(sound=True)


@pytest.mark.parametrize("kind", ["read", "read once"])
def test_no_lock_is_left_between_two_effects(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "log"
    write(path, "first", journal="delete")
    host = Host(path, limits=LIMITS)
    lease = connected(host)
    lease.perform(READ if kind == "read" else ReadOnce(SPAN))
    write(path, "second", journal="delete")
    lease.release(sound=True)
    host.close()


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (sqlite3.OperationalError("disk I/O error"), "io"),
        (sqlite3.DatabaseError("odd"), "io"),
        (MemoryError(), "no memory"),
    ],
)
def test_a_connection_that_cannot_be_made_is_a_failure(path: Path, error: Exception, reason: str) -> None:
    def refuse(*_: object, **__: object) -> NoReturn:
        raise error

    with Scanner(path, limits=LIMITS, connect=refuse) as scanner:
        outcome = scanner.turns(ALWAYS)
    assert unavailable(outcome) == reason


def test_an_error_that_is_no_failure_of_the_system_is_raised_and_leaves_nothing(path: Path) -> None:
    def fail(*_: object, **__: object) -> NoReturn:
        message = "a fault of the program"
        raise ZeroDivisionError(message)

    before = descriptors()
    with Scanner(path, limits=LIMITS, connect=fail) as scanner, pytest.raises(ZeroDivisionError):
        scanner.turns(ALWAYS)
    assert descriptors() == before


def test_a_file_deleted_between_pin_and_connect_is_looked_for_again_and_then_missing(path: Path) -> None:
    with Scanner(path, limits=LIMITS, files=Moving(Path.unlink)) as scanner:
        outcome = scanner.turns(ALWAYS)
    found = answer(outcome)
    assert (found.turns, found.statistics.path, found.statistics.tries) == ((), "missing", 2)
    assert not path.exists()


def test_a_file_replaced_once_between_pin_and_connect_is_answered_from_its_successor(path: Path) -> None:
    happened: list[Path] = []

    def once(at: Path) -> None:
        if not happened:
            happened.append(at)
            replace(at, "second")

    with Scanner(path, limits=LIMITS, files=Moving(once)) as scanner:
        outcome = scanner.turns(ALWAYS)
        assert names(outcome) == ["second"]
        assert answer(outcome).statistics.tries == 2
        assert names(scanner.turns(ALWAYS)) == ["second"]


def test_a_file_replaced_under_every_try_is_unavailable_and_stores_nothing(path: Path, made: Made) -> None:
    files = Moving(lambda at: replace(at, "second"))
    host = Host(path, limits=LIMITS, files=files, connect=made)
    with Scanner(path, limits=LIMITS, files=files, connect=made) as scanner:
        outcome = scanner.turns(ALWAYS)
    assert unavailable(outcome) == "replaced"
    assert host.store.slot.memo is None
    assert made.opened == 0
    stray = {found.name for found in path.parent.iterdir()} - {path.name, path.name + "-wal", path.name + "-shm"}
    assert stray == set()


@pytest.mark.parametrize(
    ("kind", "says"),
    [("directory", "io"), ("garbage", "not a database"), ("empty", "empty database"), ("no table", "schema")],
)
def test_a_file_replaced_by_what_is_no_log_between_pin_and_connect_has_its_reason(
    path: Path, kind: str, says: str
) -> None:
    def spoil(at: Path) -> None:
        at.unlink()
        if kind == "directory":
            at.mkdir()
        elif kind == "no table":
            with closing(sqlite3.connect(at)) as writer:
                writer.execute("CREATE TABLE other (a)")
        else:
            at.write_bytes(b"no database" * 500 if kind == "garbage" else b"")

    happened: list[Path] = []

    def once(at: Path) -> None:
        if not happened:
            happened.append(at)
            spoil(at)

    for end in ("-wal", "-shm"):
        path.with_name(path.name + end).unlink(missing_ok=True)
    with Scanner(path, limits=LIMITS, files=Moving(once)) as scanner:
        outcome = scanner.turns(ALWAYS)
    assert unavailable(outcome) == says


def test_a_log_that_was_at_the_path_only_while_connecting_is_not_answered_from_again(path: Path, made: Made) -> None:
    """Pin A, let B be there while connecting, put A back: the connection reads B, and the place says A."""
    away, other = path.with_name("away"), path.with_name("other")

    @dataclass(frozen=True, slots=True)
    class Dancing(SystemFiles):
        """The path leads to the other file exactly while the connection is made."""

        looks: list[Path] = field(default_factory=list)

        def pin(self, at: Path) -> Pin | Missing | Failure:
            pinned = SystemFiles.pin(self, at)
            if len(self.looks) == 1:
                at.rename(away)
                replace(at, "impostor")
            return pinned

        def locate(self, at: Path) -> Sighting | Missing | Failure:
            self.looks.append(at)
            if len(self.looks) == 2:
                at.rename(other)
                away.rename(at)
            return SystemFiles.locate(self, at)

    with closing(sqlite3.connect(path)) as writer:
        writer.execute("PRAGMA journal_mode = DELETE")
    files = Dancing()
    with Scanner(path, limits=LIMITS, files=files, connect=made) as scanner:
        scanner.turns(ALWAYS)
        assert names(scanner.turns(ALWAYS)) == ["first"]


@pytest.mark.skipif(not hasattr(os, "O_PATH"), reason="the system has no descriptors that only pin")
@pytest.mark.parametrize("folder", [None, "/dev/shm"], ids=["temporary folder", "memory"])  # noqa: S108 - a tmpfs, only to be used
def test_while_a_lease_holds_a_file_its_number_is_never_given_to_another(folder: str | None) -> None:
    if folder is not None and not Path(folder).is_dir():
        pytest.skip(f"{folder} is not there")
    with tempfile.TemporaryDirectory(dir=folder) as name:
        path = Path(name) / "log"
        write(path, "first", journal="delete")
        host = Host(path, limits=LIMITS)
        lease = connected(host)
        found = lease.perform(Check())
        for _ in range(ROUNDS):
            path.unlink()
            path.touch()
            assert lease.perform(Check()) != found
        lease.release(sound=True)
        host.close()


@pytest.mark.parametrize("name", ["sources", "chunk", "chunks", "tries", "swaps"])
def test_a_limit_that_would_let_nothing_through_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError, match=name):
        Host(tmp_path / "logs.sqlite", limits=Limits()._replace(**{name: 0}))


@needs_descriptors
def test_a_path_that_leads_elsewhere_just_while_it_is_opened_is_no_connection(tmp_path: Path) -> None:
    one, other, path = tmp_path / "one.sqlite", tmp_path / "other.sqlite", tmp_path / "logs.sqlite"
    write(one, "a")
    write(other, "b")
    path.symlink_to(one)

    def lead_to(target: Path) -> None:
        path.unlink()
        path.symlink_to(target)

    def elsewhere(*args: Any, **settings: Any) -> sqlite3.Connection:  # noqa: ANN401 - as sqlite3.connect
        lead_to(other)
        database: sqlite3.Connection = sqlite3.connect(*args, **settings)
        lead_to(one)
        return database

    lease = Host(path, limits=LIMITS, connect=elsewhere).lease()
    assert isinstance(lease.perform(Locate()), Located)
    assert isinstance(lease.perform(Connect()), Missing)
    lease.release(sound=False)


def test_a_past_window_without_a_first_day_says_why_it_reads_from_the_beginning(tmp_path: Path) -> None:
    path = tmp_path / "logs.sqlite"
    write(path, "a")
    with Scanner(path) as scanner:
        open_start = scanner.turns(Window(None, date(2020, 1, 1), ZoneInfo("UTC")))
        bounded = scanner.turns(Window(date(2019, 1, 1), date(2020, 1, 1), ZoneInfo("UTC")))
    found = [(one.statistics.path, one.statistics.cause) for one in map(answer, (open_start, bounded))]
    assert found == [("one-shot", "past window without a first day"), ("one-shot", None)]
