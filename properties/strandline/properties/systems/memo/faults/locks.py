"""Faults of locks and journals: what other processes hold, and what is left or missing beside the log."""

from __future__ import annotations

import errno
import os
import shutil
import sqlite3
import subprocess
import threading
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

from strandline.properties.systems.memo.faults import preload
from strandline.properties.systems.memo.faults.bench import NOBODY, execute, rows
from strandline.properties.systems.memo.faults.fault import EXACT, Fault
from strandline.properties.systems.memo.traps.files import NO_LOGS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from strandline.properties.systems.memo.driver.disk import Journal
    from strandline.properties.systems.memo.faults.bench import Bench

REFUSALS: Final = (errno.ENOLCK, errno.EOPNOTSUPP, errno.EIO)
"""How file systems without locks refuse them."""

CHECKPOINTED: Final = 40
"""Refreshes that are made beside a writer that commits and checkpoints in a loop."""

_SIDECARS: Final = ("-wal", "-shm")


@contextmanager
def held(path: Path, *statements: str) -> Iterator[None]:
    """Hold what some statements take, in this process, which is not the scanner's."""
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        for statement in statements:
            database.execute(statement).fetchall()
        yield


def _exclusive(bench: Bench) -> None:
    """Locked before there is a memo, and again when there is one."""
    bench.log()
    with bench.subject() as process:
        for _ in range(2):
            with held(bench.path, "BEGIN EXCLUSIVE"):
                bench.ask(process)
            bench.ask(process)
            with closing(sqlite3.connect(bench.path)) as database, database:
                database.execute("UPDATE logs SET line = 1")  # or it would be answered as unchanged


def _exclusive_wal(bench: Bench) -> None:
    bench.log("wal")
    with bench.subject() as process:
        with held(bench.path, "PRAGMA locking_mode = EXCLUSIVE", "BEGIN IMMEDIATE", "ROLLBACK"):
            bench.ask(process)
        bench.ask(process)


def _refused(bench: Bench) -> None:
    logs = [bench.log("delete", path=bench.folder / "one"), bench.log("wal", path=bench.folder / "other")]
    for code in REFUSALS:
        environment = {"LD_PRELOAD": str(preload.built()), preload.LOCKS: str(code)}
        with bench.subject(environment=environment) as process:
            for path in logs:
                bench.judge(process.do("fresh", path=str(path)), path)


def left(path: Path, bench: Bench, *tails: str, journal: Journal = "wal") -> None:
    """Leave a log as a writer does that was killed: with rows in its -wal, and with some of the files beside it."""
    other = bench.folder / "other"
    with closing(bench.book(journal, path=other)) as book:
        execute(other, "PRAGMA wal_checkpoint(TRUNCATE)")
        book.commit(rows(7, 12, "newest-"))
        for tail in ("", *tails):
            shutil.copy(f"{other}{tail}", f"{path}{tail}")
    other.unlink()


def _folder_not_writable(bench: Bench) -> None:
    """A log whose newest rows are in its -wal, and one that was closed well: both need a -shm that cannot be made."""
    inside = bench.folder / "inside"
    inside.mkdir()
    for name, tails in (("left", ("-wal",)), ("closed", None)):
        path = inside / name
        if tails is None:
            bench.log("wal", path=path)
        else:
            left(path, bench, *tails)
        _as_anybody(bench, path, inside, 0o555)


def _as_anybody(bench: Bench, path: Path, inside: Path, mode: int) -> None:
    """Ask as a user without rights, and once more when the folder may be written to."""
    inside.chmod(mode)
    with bench.subject(path) as process:
        process.do("become", user=NOBODY)
        bench.ask(process, path=path)
        inside.chmod(0o777)
        for one in inside.iterdir():
            one.chmod(0o666)
        bench.ask(process, path=path)


def _unreadable(tail: str) -> Callable[[Bench], None]:
    """Let one of the files be one that may not be read."""

    def run(bench: Bench) -> None:
        inside = bench.folder / "inside"
        inside.mkdir()
        path = inside / "log"
        left(path, bench, *_SIDECARS)
        Path(f"{path}{tail}").chmod(0)
        _as_anybody(bench, path, inside, 0o777)

    return run


def _no_room(bench: Bench) -> None:
    """A log in WAL mode on a file system that has no room for a -shm."""
    small = bench.folder / "small"
    small.mkdir()
    source = bench.folder / "source"
    left(source, bench, "-wal")
    _run("mount", "-t", "tmpfs", "-o", "size=256k,mode=755", "tmpfs", str(small))
    try:
        path = small / "log"
        for tail in ("", "-wal"):
            shutil.copy(f"{source}{tail}", f"{path}{tail}")
        filler = small / "filler"
        with filler.open("wb", buffering=0) as file:
            while _written(file.fileno()):
                pass
        with bench.subject(path) as process:
            bench.ask(process, path=path)
            filler.unlink()
            bench.ask(process, path=path)
    finally:
        _run("umount", "-l", str(small))


def _written(descriptor: int) -> bool:
    try:
        return os.write(descriptor, b"." * 4_096) > 0
    except OSError:
        return False


def _run(*words: str) -> None:
    subprocess.run(words, check=True, capture_output=True)  # noqa: S603 - the system's own


def _no_growth(bench: Bench) -> None:
    """The same, because the process may write no file that is longer than nothing."""
    left(bench.path, bench, "-wal")
    with bench.subject() as process:
        process.do("limit", name="RLIMIT_FSIZE", number=0)
        bench.ask(process)
        process.do("limit", name="RLIMIT_FSIZE", number=1 << 30)
        bench.ask(process)


def _hot_journal(bench: Bench) -> None:
    """A reader leaves the journal as it is; its owner recovers, and then it is answered."""
    (hot,) = (one for one in NO_LOGS if one.reason == "needs recovery")
    journal = Path(f"{bench.path}-journal")
    with hot.made(bench.path), bench.subject() as process:
        before = journal.read_bytes(), bench.path.read_bytes()
        bench.ask(process)
        if before != (journal.read_bytes(), bench.path.read_bytes()):
            bench.seen.wrong.append("the journal or the log was written to")
        execute(bench.path, "SELECT count(*) FROM logs")
        bench.ask(process)


def _lost_wal(bench: Bench) -> None:
    """The -wal is deleted while its writer uses it; when the writer ends, it saves what it has."""
    with bench.subject() as process:
        with closing(bench.book("wal")) as book:
            Path(f"{bench.path}-wal").unlink()
            bench.ask(process)
            book.commit(rows(7, 8))
            bench.ask(process)
        bench.ask(process)


def _foreign_wal(bench: Bench) -> None:
    """The -wal of a larger log beside a smaller one, whose root it leads to pages that are not there."""
    bench.log()
    other = bench.folder / "other"
    with closing(bench.book("wal", 900, other)) as book:
        execute(other, "PRAGMA wal_checkpoint(TRUNCATE)")
        book.commit(rows(901, 1_800))
        shutil.copy(f"{other}-wal", f"{bench.path}-wal")
        with bench.subject() as process:
            bench.ask(process)
            for tail in _SIDECARS:
                Path(f"{bench.path}{tail}").unlink(missing_ok=True)
            bench.ask(process)


def _without_wal(bench: Bench) -> None:
    """A copy of the log alone is an older state of it, and as such a log."""
    left(bench.path, bench)
    with bench.subject() as process:
        bench.ask(process)


def _damaged_for_a_while(bench: Bench) -> None:
    """What was found damaged is asked again, and is answered when it is sound again."""
    bench.log(turns=40)
    whole = bench.path.read_bytes()
    with bench.subject() as process:
        for _ in range(2):
            bench.path.write_bytes(whole[:4_096] + b"\xee" * (len(whole) - 4_096))
            bench.ask(process)
            bench.path.write_bytes(whole)
            bench.ask(process)


def _checkpoints(bench: Bench) -> None:
    """A writer commits, and checkpoints its whole -wal, as often as it can; an oracle reads in each transaction."""
    ended = threading.Event()
    with closing(bench.book("wal")) as book:
        writer = threading.Thread(target=_write, args=(book.path, ended))
        writer.start()
        try:
            with bench.subject(judged=True) as process:
                found = [process.do("ask", first=None, last=None, zone="UTC") for _ in range(CHECKPOINTED)]
        finally:
            ended.set()
            writer.join()
    for one in found:
        bench.seen.outcomes[bench.plain(one) or EXACT] += 1
    longest = max((one["held"] for one in found if "held" in one), default=0.0)
    bench.seen.notes.append(f"a snapshot was held for {longest * 1000:.1f} ms at most")


def _write(path: Path, ended: threading.Event) -> None:
    with closing(sqlite3.connect(path, isolation_level=None, timeout=5.0)) as database:
        number = 100
        while not ended.is_set():
            number += 1
            database.execute(
                "INSERT INTO logs (ts, ts_nanos, level, target, feedback_log_body) VALUES (1, 1, '', '', ?)",
                (rows(number, number)[0].body,),
            )
            database.execute("DELETE FROM logs WHERE id < ?", (number - 50,))
            database.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()


def _alias(bench: Bench) -> None:
    """Another name of the log, beside which there is no -wal, and the log by its own name."""
    alias = bench.folder / "alias"
    with closing(bench.book("wal")) as book, bench.subject(alias) as process:
        execute(bench.path, "PRAGMA wal_checkpoint(TRUNCATE)")
        book.commit(rows(7, 12, "newest-"))
        alias.hardlink_to(bench.path)
        bench.ask(process, path=bench.path)
    with bench.subject() as process:
        bench.ask(process)
        alias.unlink()
        bench.ask(process)


LOCKS: Final = (
    Fault("F-L1", "an exclusive lock", "process", _exclusive, ("busy", EXACT)),
    Fault("F-L1", "locks that are refused", "preload", _refused, ("locks refused",)),
    Fault("F-L2", "WAL mode, locked exclusively", "process", _exclusive_wal, ("busy", EXACT)),
    Fault("F-L3", "WAL where nothing may be made", "user", _folder_not_writable, ("folder not writable", EXACT)),
    Fault("F-L3", "no room for a -shm", "tmpfs", _no_room, ("disk full", EXACT)),
    Fault("F-L3", "no file may grow", "limit", _no_growth, ("disk full", EXACT)),
    Fault("F-L4", "a -shm that may not be read", "user", _unreadable("-shm"), ("permission", EXACT)),
    Fault("F-L5", "a -wal that may not be read", "user", _unreadable("-wal"), ("permission", EXACT)),
    Fault("F-L5", "a log that may not be read", "user", _unreadable(""), ("permission", EXACT)),
    Fault("F-L7", "a hot journal", "files", _hot_journal, ("needs recovery", EXACT)),
    Fault("F-L8", "a -wal that was deleted", "files", _lost_wal, ("lost wal", EXACT)),
    Fault("F-L9", "a -wal of another log", "files", _foreign_wal, ("foreign wal", EXACT)),
    Fault("F-L10", "copied without its -wal", "files", _without_wal, (EXACT,)),
    Fault("F-L10", "damaged for a while", "files", _damaged_for_a_while, ("corrupt", EXACT)),
    Fault("F-L11", "checkpoints while it is read", "process", _checkpoints, (EXACT, "busy"), (EXACT,)),
    Fault("F-L12", "another name of the file", "files", _alias, ("hard link", EXACT)),
)
"""Every fault of locks and journals."""
