"""Faults of calls: each call of SQLite to its VFS or its allocator fails, and of the process to the system."""

from __future__ import annotations

import re
import shutil
import subprocess
import threading
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from strandline.properties.core.counting import many
from strandline.properties.harness.interruption import undisturbed
from strandline.properties.systems.memo.faults import vfs
from strandline.properties.systems.memo.faults.bench import DEADLINE, rows, truth
from strandline.properties.systems.memo.faults.fault import EXACT, Fault
from strandline.properties.systems.memo.traps.trap import request

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from strandline.properties.systems.memo.driver.disk import Journal
    from strandline.properties.systems.memo.faults.bench import Bench, Process

STRIDE: Final = 47
"""In a suite of tests each so many-th call to the allocator fails."""

CODES_FEW: Final = ("IOERR", "BUSY", "NOMEM")
"""The codes with which calls fail in a suite of tests."""

WAYS: Final = ((False, False), (True, True), (False, True), (True, False))
"""Whether all calls after the n-th fail as well, and whether there is a memo before."""

WAYS_FEW: Final = WAYS[:2]
"""The ways of a suite of tests."""

SYSCALLS_MAX: Final = 200
"""Calls of one kind to the system after which the loop over them has failed to end."""

SYSCALLS_FEW: Final = 4
"""Calls of each kind to the system that fail in a suite of tests."""

OPEN_MAX: Final = 40
"""Open files with which any refresh must go well."""

FAILING: Final = (
    ("pread64", "EIO"),
    ("openat", "EMFILE"),
    ("openat", "EIO"),
    ("fcntl", "ENOLCK"),
    ("newfstatat", "EIO"),
    ("fstat", "EIO"),
)
"""Calls to the system, and the error with which each is let fail."""

_ERRORS: Final = ("busy", "io", "no memory", "disk full", "corrupt", "cannot open", "permission", "locks refused")
_NAMED: Final = (*_ERRORS, "folder not writable", "lost wal", "foreign wal", "locking protocol", "too many open files")


def _looped(shim: str, calls: tuple[str, ...], codes: tuple[str, ...], journal: Journal) -> Callable[[Bench], None]:
    """Let each call of some kinds fail, without a memo and with one, once and ever after."""

    def run(bench: Bench) -> None:
        stride = STRIDE if shim == "memory" and not bench.whole else 1
        codes_few = [code for code in codes if code in CODES_FEW]
        with closing(bench.book(journal)) as book, bench.subject(shim=shim) as process:
            bench.ask(process)
            process.do("prepare")
            book.commit(rows(7, 12))
            right = truth(bench.path)
            assert isinstance(right, dict)  # noqa: S101 - it was just made
            struck = 0
            for call in calls:
                for code in codes if bench.whole else codes_few:
                    for ever, warm in WAYS if bench.whole else WAYS_FEW:
                        process.tell("loop", call=call, code=vfs.CODES[code], ever=ever, warm=warm, stride=stride)
                        struck += _heard(bench, process, right, f"{call} {code}")
            bench.seen.notes.append(f"{many(struck, 'call')} failed")

    return run


def _heard(bench: Bench, process: Process, right: dict[str, Any], what: str) -> int:
    """Judge what a loop says, and count what was struck."""
    struck = 0
    while not (found := process.hear()).get("ended"):
        outcome = bench.known(found, right)
        if found.get("after") and outcome != EXACT:
            bench.seen.wrong.append(f"after {what} was lifted: {outcome}")
        if found.get("writes"):
            bench.seen.wrong.append("the log was written to")
        struck += found.get("struck", 0) > 0
    return struck


def _descriptors(bench: Bench) -> None:
    """So many open files and no more, from none to enough, in both modes; then as many as are wanted."""
    for journal in ("delete", "wal"):
        path = bench.folder / journal
        with closing(bench.book(journal, path=path)), bench.subject(path) as process:
            for number in range(3, OPEN_MAX):
                process.do("limit", name="RLIMIT_NOFILE", number=number)
                outcome = bench.judge(process.do("fresh"), path)
                process.do("limit", name="RLIMIT_NOFILE", number=OPEN_MAX)
                bench.judge(process.do("fresh"), path)
                if outcome == EXACT:
                    break


def _address_space(bench: Bench) -> None:
    """Little memory, and a body that takes much of it, which fits in the end."""
    with closing(bench.book()) as book:
        book.commit([rows(50, 50)[0]._replace(body=request("large", input="." * 4_000_000))])
    with bench.subject() as process:
        for megabytes in (2, 16, 200):
            status = Path(f"/proc/{process.id}/status").read_text("utf-8")
            used = int(next(line for line in status.splitlines() if line.startswith("VmSize")).split()[1])
            process.do("limit", name="RLIMIT_AS", number=used * 1_024 + megabytes * 1_048_576)
            bench.judge(process.do("fresh"), bench.path)


def _failing_syscalls(bench: Bench) -> None:
    """Let the n-th call of each kind fail, and then look whether all is well without."""
    struck = 0
    with closing(bench.book("wal")), bench.subject() as process:
        bench.judge(process.do("fresh"), bench.path)
        for call, error in FAILING:
            for number in range(1, SYSCALLS_MAX if bench.whole else SYSCALLS_FEW):
                report = bench.folder / "trace"
                inject = f"inject={call}:error={error}:when={number}"
                with attached(process, report, "-e", f"trace={call}", "-e", inject):
                    found = process.do("fresh")
                bench.judge(found, bench.path)
                if "INJECTED" not in report.read_text("utf-8", "replace"):
                    break
                struck += 1
                bench.judge(process.do("fresh"), bench.path)
    bench.seen.notes.append(f"{many(struck, 'call')} failed")
    if not struck:
        raise RuntimeError("strace let no call fail")


@contextmanager
def attached(process: Process, report: Path, *words: str) -> Iterator[None]:
    """Attach strace to the scanner's process while the block runs; what it sees goes to a file."""
    strace = shutil.which("strace")
    assert strace is not None  # noqa: S101 - its injector is there
    with undisturbed():
        tracer = subprocess.Popen(  # noqa: S603 - found above
            [strace, "-f", "-y", "-s", "0", "-o", str(report), *words, "-p", str(process.id)],
            stderr=subprocess.PIPE,
            text=True,
        )
    said = tracer.stderr
    assert said is not None  # noqa: S101 - it was started with one
    timer = threading.Timer(DEADLINE, tracer.kill)
    timer.start()
    try:
        line = said.readline()
        if "attached" not in line:
            raise RuntimeError(f"strace cannot attach: {line.strip()}")
        yield
    finally:
        tracer.terminate()
        with suppress(subprocess.TimeoutExpired):
            tracer.wait(DEADLINE)
        timer.cancel()
        tracer.kill()
        tracer.wait()
        said.close()


_CALL: Final = re.compile(r"^\d+\s+(?P<name>\w+)\((?P<arguments>.*)\)\s+= (?P<result>-?\d+)(?:<(?P<opened>[^>]*)>)?")
_SHARED: Final = "l_start=1073741826"  # the bytes of a database that a reader locks
_FILE: Final = re.compile(r"^(?P<number>\d+)<(?P<path>[^>]*)>")


def closed_under_a_lock(lines: Iterator[str], log: Path) -> list[str]:
    """Give the closes of a descriptor of the log while the process held a lock on it: each drops the lock.

    Args:
        lines: what strace saw, each descriptor with its path.
        log: the path.
    """
    pins: set[int] = set()
    held, found = False, []
    for line in lines:
        call = _CALL.match(line)
        if call is None:
            continue
        if call["name"].startswith("open") and call["opened"] == str(log) and "O_PATH" in call["arguments"]:
            pins.add(int(call["result"]))
            continue
        file = _FILE.match(call["arguments"])
        if file is None or file["path"].removesuffix(" (deleted)") != str(log):
            continue
        number = int(file["number"])
        if call["name"] == "fcntl" and "F_SETLK" in call["arguments"] and call["result"] == "0":
            held = _is_held_after(call["arguments"], held=held)
        elif call["name"] == "close" and number in pins:
            pins.discard(number)
        elif call["name"] == "close" and held:
            found.append(line.strip())
    return found


def _is_held_after(arguments: str, *, held: bool) -> bool:
    """Tell whether a process holds SQLite's shared lock after a lock or an unlock that went well."""
    if "F_UNLCK" in arguments:
        return held and _SHARED not in arguments and "l_len=0" not in arguments
    return held or _SHARED in arguments


def _never_closed(bench: Bench) -> None:
    """Look at every open, close and lock of the scanner's process; one that opens and closes the log is caught."""
    for careless in (True, False):
        report = bench.folder / f"trace-{careless}"
        path = bench.folder / f"log-{careless}"
        with (
            closing(bench.book("wal", path=path)) as book,
            bench.subject(path, careless=careless) as process,
            attached(process, report, "-e", "trace=open,openat,close,fcntl,dup,dup2,dup3"),
        ):
            for number in range(7, 12):
                bench.ask(process, path=path)
                bench.ask(process, "2024-05-15", "2024-05-15", path=path)
                book.commit(rows(number, number))
            process.do("close")
        with report.open(encoding="utf-8", errors="replace") as lines:
            found = closed_under_a_lock(iter(lines), path)
        if careless and not found:
            raise RuntimeError("the trace does not catch a scanner that closes the log while it reads it")
        if not careless:
            bench.seen.wrong += found


CALLS: Final = (
    *(
        Fault(
            "F-L13",
            f"each call of the VFS fails, journal {journal}",
            "vfs",
            _looped("vfs", vfs.CALLS, tuple(vfs.CODES), journal),
            (EXACT, *_NAMED),
            (EXACT, "io", "busy", "no memory"),
        )
        for journal in ("delete", "wal")
    ),
    Fault(
        "F-L13",
        "each allocation fails",
        "vfs",
        _looped("memory", ("xMalloc",), ("NOMEM",), "wal"),
        (EXACT, *_NAMED),
        (EXACT, "no memory"),
    ),
    Fault("F-L13", "little memory", "limit", _address_space, (EXACT, "no memory"), (EXACT,)),
    Fault("F-L13", "calls to the system fail", "strace", _failing_syscalls, (EXACT, *_NAMED), (EXACT, "io")),
    Fault("F-L14", "the log closed while it is read", "strace", _never_closed, (EXACT,)),
    Fault("F-M6", "out of descriptors", "limit", _descriptors, (EXACT, "too many open files")),
)
"""Every fault of calls."""
