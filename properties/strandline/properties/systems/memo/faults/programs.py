"""Faults of whole commands, each in a process of its own: of subjects and signals, of documents, of rollouts and rows.

A command ends before a deadline, with an exit code of its own and without a traceback, and what it wrote is whole.
"""

from __future__ import annotations

import json
import os
import pickle
import shlex
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from typing import TYPE_CHECKING, Any, Final

from strandline.properties.harness.interruption import undisturbed
from strandline.properties.systems.memo.faults.bench import DEADLINE, execute
from strandline.properties.systems.memo.faults.fault import Fault

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from strandline.properties.systems.memo.faults.bench import Bench

DONE: Final = "done"
REFUSED: Final = "refused"
"""A mistake in the call, or a document that is none: exit code 2 and one line."""

FAILED: Final = "failed with its reason"
BROKEN: Final = "broken"
INCONCLUSIVE: Final = "inconclusive"
KILLED: Final = "killed"

LOOK: Final = 0.01
"""Seconds between two looks at what another process writes."""

CALLS_FEW: Final = 1
CALLS_MAX: Final = 200
"""Calls of one kind that are struck in a suite of tests, and at most."""

CUTS: Final = 61
"""In a suite of tests a line is torn at each so many-th byte."""

MAIN: Final = "from strandline.properties.commands.entry import main; main()"
_CODES: Final = {0: DONE, 1: DONE, 2: REFUSED, 3: INCONCLUSIVE, 4: FAILED, -signal.SIGKILL.value: KILLED}
_ROLLOUT: Final = ("write", "fdatasync", "fsync", "openat", "rename")


def _started(bench: Bench, *words: str, under: tuple[str, ...] = ()) -> subprocess.Popen[str]:
    """Start a command in the bench's folder, under another program if one is named."""
    temporary = bench.folder / "temporary"
    temporary.mkdir(exist_ok=True)
    places = {"PYTHONPATH": os.pathsep.join(filter(None, sys.path)), "TMPDIR": str(temporary)}
    with undisturbed():
        return subprocess.Popen(  # noqa: S603 - ourselves
            [*under, sys.executable, "-c", MAIN, *words],
            cwd=bench.folder,
            env=os.environ | places,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            errors="backslashreplace",
            start_new_session=True,
        )


def _ended(bench: Bench, process: subprocess.Popen[str], what: str) -> tuple[str, str]:
    """Wait for a command, and give how it ended and what it said; a hang and a traceback are wrong."""
    try:
        said, complained = process.communicate(timeout=DEADLINE)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        said, complained = process.communicate()
        bench.seen.wrong.append(f"{what}: it hangs")
    if "Traceback" in complained:
        bench.seen.wrong.append(f"{what}: {complained.strip().splitlines()[-1]}")
    outcome = _CODES.get(process.returncode, f"ended with {process.returncode}")
    if outcome == REFUSED and (said or complained.count("\n") != 1):
        bench.seen.wrong.append(f"{what}: refused in more than a line")
    return outcome, said


def _ran(bench: Bench, *words: str, under: tuple[str, ...] = ()) -> tuple[str, str]:
    """Run a command to its end, and note how that was."""
    outcome, said = _ended(bench, _started(bench, *words, under=under), words[0])
    bench.seen.outcomes[outcome] += 1
    return outcome, said


# Documents and subjects

DOCUMENTS: Final[tuple[bytes, ...]] = (
    b"[" * 100_000,
    b'{"version": 3, "version": 2}',
    b'{"version": NaN}',
    b'{"version": ' + b"9" * 5_000 + b"}",
    b"[" + b"[]," * 300_000 + b"[]]",
    b" " * (1 << 25),
    pickle.dumps(["a pickle"]),
)
"""What a stranger may hand over for a document."""


def _documents(bench: Bench) -> None:
    for number, content in enumerate(DOCUMENTS):
        path = bench.folder / f"{number}.json"
        path.write_bytes(content)
        for command in ("report", "replay", "verify") if bench.whole else ("report",):
            _ran(bench, command, str(path))
    os.mkfifo(bench.folder / "fifo")
    _ran(bench, "report", "fifo")


SUBJECTS: Final = (
    "raise SystemExit(7)",
    "print('x' * 100_000_000)",
    "import subprocess, sys; subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])",
    "print('[' * 100_000)",
)
"""Subjects that die, flood, leave a grandchild on the pipe, or talk nonsense."""

SUBJECTS_FEW: Final = 2
"""Of these, those of a suite of tests."""


def _subjects(bench: Bench) -> None:
    for script in SUBJECTS if bench.whole else SUBJECTS[:SUBJECTS_FEW]:
        words = ("--subject-cmd", shlex.join([sys.executable, "-c", script]), "--out", "evidence")
        outcome, _ = _ended(bench, _started(bench, "check", *words), script)
        told = json.loads((bench.folder / "evidence" / "evidence.json").read_bytes())
        verdict = told["claims"]["verdict"]
        bench.seen.outcomes[verdict if outcome == FAILED else outcome] += 1


def _signals(bench: Bench) -> None:
    """Ask a check to end in its midst; it leaves evidence, and nothing else."""
    for number, name in enumerate(("SIGINT", "SIGTERM", "SIGHUP")):
        out = bench.folder / f"check-{number}"
        process = _started(bench, "check", "--engine", "fuzz", "--out", str(out))
        until = time.monotonic() + DEADLINE
        assert process.stderr is not None  # noqa: S101 - it was started with one
        while "fuzz" not in process.stderr.readline() and time.monotonic() < until:
            pass
        process.send_signal(signal.Signals[name])
        outcome, _ = _ended(bench, process, name)
        told = json.loads((out / "evidence.json").read_bytes())
        bench.seen.outcomes[told["claims"]["verdict"] if outcome == INCONCLUSIVE else outcome] += 1
        if list((bench.folder / "temporary").iterdir()):
            bench.seen.wrong.append(f"{name}: something is left in the folder for temporary files")


def _worker_lost(bench: Bench) -> None:
    """Kill a worker of a soak; another one takes its place, and it is counted."""
    out = bench.folder / "soak"
    process = _started(bench, "soak", "--cases", "12", "--steps", "6", "-n", "1", "--out", str(out), "--format", "json")
    until = time.monotonic() + DEADLINE
    while not (begun := [path for path in out.glob("gw*.jsonl") if b'"cases"' in path.read_bytes()]):
        if time.monotonic() > until:
            raise RuntimeError("no worker came to play a case")
        time.sleep(LOOK)
    os.kill(int(begun[0].stem.rpartition("-")[2]), signal.SIGKILL)
    outcome, said = _ended(bench, process, "soak")
    found = json.loads(said)
    if found["lost"] != ["gw0"] or found["cases"] < 12:  # noqa: PLR2004 - as many as were asked for
        bench.seen.wrong.append(f"{found['cases']} cases, lost {found['lost']}")
    bench.seen.outcomes[outcome] += 1


# Rollouts and rows


def _threads(bench: Bench, *words: str, under: tuple[str, ...] = ()) -> tuple[str, str]:
    return _ran(bench, "threads", "notes", *words, under=under)


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


def _struck(*what: str) -> Callable[[Bench], None]:
    """Let something happen at the n-th call of each kind that an append makes on its rollout."""

    def run(bench: Bench) -> None:
        _append(bench)
        lines, struck = 2, 0
        for call in _ROLLOUT:
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


def _two_writers(bench: Bench) -> None:
    """Hold the lock of a rollout, as its writer does: another one is refused, and told which process that is."""
    import fcntl  # noqa: PLC0415 - there is none on Windows

    _append(bench)
    before = _rollout(bench).read_bytes()
    with _rollout(bench).open("rb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        process = _started(bench, "threads", "notes", "append", "t", "--message", "another")
        assert process.stderr is not None  # noqa: S101 - it was started with one
        complaint = process.stderr.readline()
        outcome, _ = _ended(bench, process, "append")
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
            bench.seen.wrong.append(f"{found['lines']} lines were imported, not {lines}")


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


PROGRAMS: Final = (
    Fault("F-P1", "subjects that die, flood and leave others behind", "command", _subjects, (BROKEN,)),
    Fault("F-P3", "a worker of a soak killed", "command", _worker_lost, (INCONCLUSIVE, DONE), ()),
    Fault("F-P4", "signals in the midst of a check", "command", _signals, (INCONCLUSIVE,)),
    Fault("F-R1", "the last line torn", "files", _torn, (DONE,)),
    Fault(
        "F-R2",
        "ENOSPC and EIO as a line is written",
        "strace",
        _struck("error=ENOSPC", "error=EIO"),
        (DONE, FAILED, REFUSED),
        (DONE, FAILED),
    ),
    Fault("F-R4", "two writers", "command", _two_writers, (DONE, FAILED, REFUSED), (DONE,)),
    Fault("F-R5", "lines of somebody else's", "files", _foreign, (DONE,)),
    Fault("F-R6", "killed as a line is written", "strace", _struck("signal=SIGKILL"), (DONE, KILLED)),
    Fault("F-R7", "a rollout shorter than its row, or another", "files", _shorter, (DONE,)),
    Fault("F-R8", "the database locked, damaged, deleted", "files", _rows, (DONE, FAILED)),
    Fault("F-X1", "documents of strangers", "files", _documents, (REFUSED,)),
)
"""Every fault of whole commands."""
