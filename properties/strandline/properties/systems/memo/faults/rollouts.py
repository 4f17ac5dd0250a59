"""Faults of rollouts and their rows, struck at the command that writes them, in a process of its own.

After each, the next append goes well, every line of before is there in its order, and nothing is left to mend.
"""

from __future__ import annotations

import json
import os
import sqlite3
import time
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from strandline.properties.core.counting import many
from strandline.properties.systems.memo.faults.bench import DEADLINE, execute
from strandline.properties.systems.memo.faults.fault import Fault
from strandline.properties.systems.memo.faults.programs import DONE, FAILED, KILLED, LOOK, REFUSED, ended, ran, started

if TYPE_CHECKING:
    from collections.abc import Callable

    from strandline.properties.systems.memo.faults.bench import Bench

CALLS_FEW: Final = 1
CALLS_MAX: Final = 200
"""Calls of one kind that are struck in a suite of tests, and at most."""

CUTS: Final = 61
"""In a suite of tests a line is torn at each so many-th byte."""

DELAY: Final = 1_000_000
"""Microseconds for which a write is held back."""

WRITING: Final = ("openat", "write", "fsync")
"""Calls to the system by which an append writes."""

CALLS: Final = ("openat", "flock", "newfstatat", "lseek", "read", "write", "fsync", "close")
"""All of its calls on the rollout."""


def _threads(bench: Bench, *words: str, under: tuple[str, ...] = ()) -> tuple[str, str]:
    return ran(bench, "threads", str(bench.folder / "notes"), *words, under=under)


def _append(bench: Bench, under: tuple[str, ...] = ()) -> str:
    return _threads(bench, "append", "t", "--create", "--sync", "--message", "hello", under=under)[0]


def _rollout(bench: Bench) -> Path:
    return bench.folder / "notes" / "rollouts" / "t.jsonl"


def _is_whole(bench: Bench, lines: int, what: str) -> int:
    """See that the next append goes well, that every line of before is whole, and that nothing is left to mend."""
    if _append(bench) != DONE:
        bench.seen.wrong.append(f"{what}: no line can be appended after it")
    found = [json.loads(line) for line in _rollout(bench).read_bytes().splitlines()]
    if [line["ordinal"] for line in found] != list(range(1, len(found) + 1)) or len(found) <= lines:
        bench.seen.wrong.append(f"{what}: lines are lost, or out of order")
    if json.loads(_threads(bench, "doctor", "--format", "json")[1]) != {"findings": [], "left": 0}:
        bench.seen.wrong.append(f"{what}: something is left to mend")
    return len(found)


def _torn(bench: Bench) -> None:
    """Tear the last line at a byte; it is named, and the next append begins on a line of its own."""
    _append(bench)
    for cut in range(1, 1_000, 1 if bench.whole else CUTS):
        _append(bench)
        content = _rollout(bench).read_bytes()
        *kept, last = content.splitlines(keepends=True)
        if cut >= len(last):
            break
        _rollout(bench).write_bytes(b"".join(kept) + last[:cut])
        told: dict[str, Any] = json.loads(_threads(bench, "show", "t", "--format", "json")[1])
        if (told["rollout"]["torn"] or {}).get("length") != cut:
            bench.seen.wrong.append(f"torn at byte {cut}, and it says {told['rollout']['torn']}")
        _is_whole(bench, len(kept), f"torn at byte {cut}")


def _struck(calls: tuple[str, ...], *what: str) -> Callable[[Bench], None]:
    """Let something happen at the n-th call of each kind that an append makes on its rollout."""

    def run(bench: Bench) -> None:
        _append(bench)
        lines, struck = 2, 0
        for call in calls:
            for effect in what:
                for number in range(1, CALLS_MAX if bench.whole else 1 + CALLS_FEW):
                    report = bench.folder / "trace"
                    inject = f"inject={call}:{effect}:when={number}"
                    strace = ("strace", "-f", "-qq", "-o", str(report), "-P", str(_rollout(bench)))
                    outcome = _append(bench, (*strace, "-e", f"trace={call}", "-e", inject))
                    if outcome != KILLED and "INJECTED" not in report.read_text("utf-8", "replace"):
                        break
                    struck += 1
                    lines = _is_whole(bench, lines, f"{call} {effect}, call {number}")
        if not struck:
            raise RuntimeError("strace struck nothing")

    return run


def _rows(bench: Bench) -> None:
    """Lock, damage and delete the database: a line is kept all the same, and its row comes when that is over."""
    _append(bench)
    path = bench.folder / "notes" / "threads.sqlite"
    append = ("append", "t", "--message", "kept", "--deadline", "1s")
    with closing(sqlite3.connect(path, isolation_level=None)) as holder:
        holder.execute("BEGIN IMMEDIATE")
        _threads(bench, *append)
    _is_whole(bench, 3, "locked")
    content = path.read_bytes()
    path.write_bytes(b"x" * len(content))
    _threads(bench, *append)
    for part in path.parent.glob("threads.sqlite*"):
        part.unlink()
    _is_whole(bench, 5, "damaged, then deleted")
    execute(path, "DROP TABLE threads", "CREATE VIEW threads AS SELECT 1 AS thread")
    _threads(bench, *append)
    for part in path.parent.glob("threads.sqlite*"):
        part.unlink()
    _is_whole(bench, 7, "a view in the place of the table, then deleted")


def _delete(path: Path) -> None:
    path.unlink()


def _rename(path: Path) -> None:
    path.rename(path.with_suffix(".gone"))


def _taken_away(bench: Bench) -> None:
    """Delete and rename a rollout while its writer is about to write: the line is not said to be in it."""
    locks = Path("/proc/locks")
    for take in (_delete, _rename):
        _append(bench)
        path = _rollout(bench)
        lock = f":{path.stat().st_ino} "
        delay = f"inject=write:delay_enter={DELAY}:when=1"
        strace = ("strace", "-f", "-qq", "-o", os.devnull, "-P", str(path), "-e", "trace=write", "-e", delay)
        process = started(bench, "threads", "notes", "append", "t", "--message", "late", under=strace)
        until = time.monotonic() + DEADLINE
        while lock not in locks.read_text("ascii", "replace") and time.monotonic() < until:
            time.sleep(LOOK)
        take(path)
        outcome, said = ended(bench, process, "append")
        bench.seen.outcomes[outcome] += 1
        if said or path.exists():
            bench.seen.wrong.append(f"it went on without its rollout: {said.strip()}")


def _two_writers(bench: Bench) -> None:
    """Hold the lock of a rollout, as its writer does: another one is refused, and told which process that is."""
    import fcntl  # noqa: PLC0415 - there is none on Windows

    _append(bench)
    before = _rollout(bench).read_bytes()
    with _rollout(bench).open("rb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        process = started(bench, "threads", "notes", "append", "t", "--message", "another")
        assert process.stderr is not None  # noqa: S101 - it was started with one
        complaint = process.stderr.readline()
        outcome, _ = ended(bench, process, "append")
        bench.seen.outcomes[outcome] += 1
    if str(os.getpid()) not in complaint:
        bench.seen.wrong.append(f"the writer is not named: {complaint.strip()}")
    if _rollout(bench).read_bytes() != before:
        bench.seen.wrong.append("it was written to")
    _is_whole(bench, 2, "let go")


FOREIGN: Final = (
    b"no JSON\n",
    b"\0\0\0\n",
    b'\xef\xbb\xbf{"type": "a", "payload": {}}\n',
    b'{"type": "b", "payload": {}}\r\n',
    b'{"ordinal": 3, "ordinal": 4, "type": "c", "payload": {}}\n',
    b"x" * 20_000_000 + b"\n",
    b"[1, 2]\n",
)
"""Lines of somebody else's."""


def _foreign(bench: Bench) -> None:
    """Import a rollout with lines that nobody knows: each is kept, and importing again finds it."""
    _append(bench)
    sessions = bench.folder / "sessions"
    sessions.mkdir()
    head = b'{"timestamp": "2026-01-01T00:00:00Z", "type": "session_meta", "payload": {"id": "x"}}\n'
    (sessions / "rollout-x.jsonl").write_bytes(head + b"".join(FOREIGN))
    for lines in (1 + len(FOREIGN), 0):
        _, said = _threads(bench, "import", "sessions", "--format", "json")
        found = json.loads(said)
        if found["lines"] != lines:
            bench.seen.wrong.append(f"{many(found['lines'], 'line')} came in, not {lines}")


def _shorter(bench: Bench) -> None:
    """Take the last line away under the row, and put another history in the place of it: the row is made anew."""
    for _ in range(2):
        _append(bench)
    lines = _rollout(bench).read_bytes().splitlines(keepends=True)
    _rollout(bench).write_bytes(b"".join(lines[:-1]))
    _is_whole(bench, len(lines) - 1, "shorter than its row")
    database = bench.folder / "notes" / "threads.sqlite"
    content = database.read_bytes()
    _rollout(bench).unlink()
    _append(bench)
    database.write_bytes(content)
    _is_whole(bench, 2, "of another history than its row")


ROLLOUTS: Final = (
    Fault("F-R1", "the last line torn", "files", _torn, (DONE,)),
    Fault(
        "F-R2",
        "ENOSPC and EIO as a line is written",
        "strace",
        _struck(WRITING, "error=ENOSPC", "error=EIO"),
        (DONE, FAILED, REFUSED),
        (DONE, FAILED),
    ),
    Fault("F-R3", "the rollout deleted and renamed", "strace", _taken_away, (DONE, FAILED)),
    Fault("F-R4", "two writers", "command", _two_writers, (DONE, FAILED, REFUSED), (DONE,)),
    Fault("F-R5", "lines of somebody else's", "files", _foreign, (DONE,)),
    Fault("F-R6", "killed as a line is written", "strace", _struck(CALLS, "signal=SIGKILL"), (DONE, KILLED)),
    Fault("F-R7", "a rollout shorter than its row, or another", "files", _shorter, (DONE,)),
    Fault("F-R8", "the database locked, damaged, deleted", "files", _rows, (DONE, FAILED)),
)
"""Every fault of rollouts and their rows."""
