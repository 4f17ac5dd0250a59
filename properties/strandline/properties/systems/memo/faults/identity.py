"""Faults of identity: another file at the path, or another history in the file."""

from __future__ import annotations

import os
import shutil
import sqlite3
from contextlib import closing, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

from strandline.properties.systems.memo.faults.bench import execute, rows, says, truth
from strandline.properties.systems.memo.faults.fault import EXACT, MISSING, Fault

if TYPE_CHECKING:
    from collections.abc import Callable

    from strandline.properties.systems.memo.driver.disk import Journal
    from strandline.properties.systems.memo.faults.bench import Bench, Process

ROUNDS: Final = 12
"""Replacements of each kind in a suite of tests."""

ROUNDS_WHOLE: Final = 1_000
"""Replacements of each kind when the whole is asked for."""

GATES_MAX: Final = 60
"""Gates of two refreshes after which the loop over them has failed to end."""

_CYCLE: Final = 5  # changes between two backups
_RESTORES: Final = 4  # which of them restores the last one
_YEARS: Final = 300_000_000  # seconds


def _rounds(change: Callable[[Bench, int], None], journal: Journal = "delete") -> Callable[[Bench], None]:
    """Change the log again and again, and ask after each change.

    In the first half of the rounds the scanner keeps its connections, which pin the inode number of the file, in the
    second half it keeps none, and a number may be given to another file at once.
    """

    def run(bench: Bench) -> None:
        count = ROUNDS_WHOLE if bench.whole else ROUNDS
        bench.log(journal)
        reissued = 0
        with bench.subject() as process:
            bench.ask(process)
            for number in range(1, count + 1):
                if number == count // 2 + 1:
                    process.do("close")
                before = bench.path.stat().st_ino
                change(bench, number)
                reissued += bench.path.stat().st_ino == before
                bench.ask(process)
        bench.seen.notes.append(
            f"{count:,} changes on {file_system(bench.path)}, inode number the same in {reissued:,}"
        )

    return run


def file_system(path: Path) -> str:
    """Name the file system that a path is on; a question mark where the system does not tell."""
    found, longest = "?", -1
    with suppress(OSError):
        for line in Path("/proc/mounts").read_text("utf-8", "replace").splitlines():
            _, place, kind, *_ = line.split()
            if path.is_relative_to(place) and len(place) > longest:
                found, longest = kind, len(place)
    return found


def _another(bench: Bench, number: int, path: Path) -> None:
    """Make another log, with a larger highest id than every one before."""
    path.unlink(missing_ok=True)
    with closing(bench.book(turns=0, path=path)) as book:
        book.commit(rows(1, 6 + number % 50, f"history-{number}-"))


def _recreated(bench: Bench, number: int) -> None:
    bench.path.unlink()
    _another(bench, number, bench.path)


def _renamed_twice(bench: Bench, number: int) -> None:
    """Another log is renamed over the log, and then a third one over that."""
    for more in (0, 1):
        _another(bench, 2 * number + more, bench.folder / "other")
        (bench.folder / "other").replace(bench.path)


def _copied_over(bench: Bench, number: int) -> None:
    """A backup, which is now and then renewed, is copied over the file in place."""
    backup = bench.folder / "backup"
    if number % _CYCLE == 1:
        shutil.copyfile(bench.path, backup)
        with closing(sqlite3.connect(bench.path)) as database, database:
            _insert(database, number)
    elif number % _CYCLE == _RESTORES:
        shutil.copyfile(backup, bench.path)
    else:
        with closing(sqlite3.connect(bench.path)) as database, database:
            _insert(database, number)


def _backed_up(bench: Bench, number: int) -> None:
    """The same by SQLite's backup API, which other connections may watch."""
    backup = bench.folder / "backup"
    with closing(sqlite3.connect(bench.path)) as log, closing(sqlite3.connect(backup)) as other:
        if number % _CYCLE == 1:
            log.backup(other)
        if number % _CYCLE == _RESTORES:
            other.backup(log)
        else:
            with log:
                _insert(log, number)


def _insert(database: sqlite3.Connection, number: int) -> None:
    row = rows(number, number, "after-")[0]
    database.execute(
        "INSERT INTO logs (ts, ts_nanos, level, target, feedback_log_body, thread_id) VALUES (?, ?, '', '', ?, ?)",
        (row.ts, number, row.body, row.thread),
    )


def _regrown(bench: Bench, number: int) -> None:
    """The log is emptied, its sequence set back, and it grows beyond where it was; all of it by other processes."""
    with closing(sqlite3.connect(bench.path)) as database:
        with database:
            database.execute("DELETE FROM logs")
            database.execute("DELETE FROM sqlite_sequence")
        with database:
            for more in range(7 + number % 50):
                _insert(database, 1_000 * number + more)


def _symlink(bench: Bench) -> None:
    names = [bench.folder / name for name in "ab"]
    for number, name in enumerate(names):
        _another(bench, 5 * number, name)
    with bench.subject() as process:
        for number in range(ROUNDS):
            link = bench.folder / "link"
            link.symlink_to(names[number % 2])
            link.replace(bench.path)
            bench.ask(process)


def _old_times(bench: Bench) -> None:
    """Files of one size whose times are kept, or moved back by years; replaced, and written in place."""
    bench.log()
    with bench.subject() as process:
        bench.ask(process)
        for number in range(1, ROUNDS + 1):
            status = bench.path.stat()
            if number % 2:
                _another(bench, 50 * number, bench.folder / "other")
                (bench.folder / "other").replace(bench.path)
            else:
                with closing(sqlite3.connect(bench.path)) as database, database:
                    _insert(database, number)
            back = 0 if number % 3 else _YEARS * 10**9
            os.utime(bench.path, ns=(status.st_atime_ns, status.st_mtime_ns - back))
            bench.ask(process)


def _cheap(*changes: tuple[str, ...]) -> Callable[[Bench], None]:
    """Change what is no row; the answer is exact, and no full scan is made of it."""

    def run(bench: Bench) -> None:
        bench.log(turns=40)
        with bench.subject() as process:
            bench.ask(process)
            for statements in changes:
                execute(bench.path, *statements)
                found = bench.ask(process)
                if found.get("cause") is not None:
                    bench.seen.wrong.append(f"after {statements[0]}: a full scan, {found['cause']}")

    return run


def _between_steps(bench: Bench) -> None:
    """Replace the log before the n-th gate of two refreshes, in three ways; what it was or is may be answered."""
    ways: tuple[Callable[[Bench, Path], None], ...] = (_by_rename, _by_hand, _by_copy)
    gates = 0
    with bench.subject() as process:
        for way in ways:
            for number in range(1, GATES_MAX):
                _another(bench, 0, bench.path)
                _another(bench, 7, bench.folder / "next")
                if not _struck_at(bench, process, number, way):
                    break
                gates += 1
    bench.seen.notes.append(f"{gates} gates")


def _struck_at(bench: Bench, process: Process, number: int, way: Callable[[Bench, Path], None]) -> bool:
    """Let two refreshes go from gate to gate, strike at one, and judge; tell whether there was such a gate.

    The first refresh to begin after the replacement must see it.
    """
    old, new = truth(bench.path), truth(bench.folder / "next")
    struck = ended = passed = 0
    process.tell("gates")
    while ended < 2:  # noqa: PLR2004 - two refreshes
        found = process.hear()
        if "gate" in found:
            passed += 1
            if passed == number:
                way(bench, bench.folder / "next")
                struck = int(found["refresh"])
            process.send("go")
            continue
        ended += 1
        outcome = bench.plain(found)
        if outcome is None:
            right = (old,) if not struck else (old, new) if struck == ended else (new,)
            outcome = EXACT if says(found) in right else "neither what it was nor what it is"
        bench.seen.outcomes[outcome] += 1
    return bool(struck)


def _by_rename(bench: Bench, other: Path) -> None:
    other.replace(bench.path)


def _by_hand(bench: Bench, other: Path) -> None:
    bench.path.unlink()
    shutil.copyfile(other, bench.path)


def _by_copy(bench: Bench, other: Path) -> None:
    shutil.copyfile(other, bench.path)


_INDEX: Final = ("CREATE INDEX idx_more ON logs (line)",)
_COLUMN: Final = ("ALTER TABLE logs ADD COLUMN more TEXT",)
_TABLE: Final = ("CREATE TABLE more (a)", "DROP TABLE more")

IDENTITY: Final = (
    Fault("F-I1", "deleted and created again", "files", _rounds(_recreated), (EXACT,)),
    Fault("F-I2", "renamed over, twice", "files", _rounds(_renamed_twice), (EXACT,)),
    Fault("F-I3", "replaced between two steps", "files", _between_steps, (EXACT, MISSING, "replaced"), (EXACT,)),
    Fault("F-I4", "a backup copied over it", "files", _rounds(_copied_over), (EXACT,)),
    Fault("F-I4", "a backup restored by the API", "process", _rounds(_backed_up), (EXACT,)),
    Fault("F-I4", "a backup restored by the API, in WAL mode", "process", _rounds(_backed_up, "wal"), (EXACT,)),
    Fault("F-I5", "emptied, sequence reset, regrown", "process", _rounds(_regrown), (EXACT,)),
    Fault("F-I5", "the same in WAL mode", "process", _rounds(_regrown, "wal"), (EXACT,)),
    Fault("F-I6", "symlink swapped", "files", _symlink, (EXACT,)),
    Fault("F-I7", "times kept or moved back", "files", _old_times, (EXACT,)),
    Fault("F-I8", "VACUUM", "process", _cheap(("VACUUM",)), (EXACT,)),
    Fault("F-I9", "DDL", "process", _cheap(_INDEX, _COLUMN, _TABLE), (EXACT,)),
)
"""Every fault of identity."""
