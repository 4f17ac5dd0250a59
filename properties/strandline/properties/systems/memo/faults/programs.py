"""Faults of whole commands, each in a process of its own: of subjects, of workers, of signals, of documents.

A command ends before a deadline, with an exit code of its own and without a traceback, and what it wrote is whole.
"""

from __future__ import annotations

import json
import os
import pickle
import shlex
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Final

from strandline.properties.core.counting import many
from strandline.properties.harness.interruption import undisturbed
from strandline.properties.systems.memo.faults.bench import DEADLINE
from strandline.properties.systems.memo.faults.fault import Fault

if TYPE_CHECKING:
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

MAIN: Final = "from strandline.properties.commands.entry import main; main()"
_CODES: Final = {0: DONE, 1: DONE, 2: REFUSED, 3: INCONCLUSIVE, 4: FAILED, -signal.SIGKILL.value: KILLED}


def started(bench: Bench, *words: str, under: tuple[str, ...] = ()) -> subprocess.Popen[str]:
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


def ended(bench: Bench, process: subprocess.Popen[str], what: str) -> tuple[str, str]:
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


def ran(bench: Bench, *words: str, under: tuple[str, ...] = ()) -> tuple[str, str]:
    """Run a command to its end, and note how that was."""
    outcome, said = ended(bench, started(bench, *words, under=under), words[0])
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
            ran(bench, command, str(path))
    os.mkfifo(bench.folder / "fifo")
    ran(bench, "report", "fifo")


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
        outcome, _ = ended(bench, started(bench, "check", *words), script)
        told = json.loads((bench.folder / "evidence" / "evidence.json").read_bytes())
        verdict = told["claims"]["verdict"]
        bench.seen.outcomes[verdict if outcome == FAILED else outcome] += 1


def _signals(bench: Bench) -> None:
    """Ask a check to end in its midst; it leaves evidence, and nothing else."""
    for number, name in enumerate(("SIGINT", "SIGTERM", "SIGHUP")):
        out = bench.folder / f"check-{number}"
        process = started(bench, "check", "--engine", "fuzz", "--out", str(out))
        until = time.monotonic() + DEADLINE
        assert process.stderr is not None  # noqa: S101 - it was started with one
        while "fuzz" not in process.stderr.readline() and time.monotonic() < until:
            pass
        process.send_signal(signal.Signals[name])
        outcome, _ = ended(bench, process, name)
        told = json.loads((out / "evidence.json").read_bytes())
        bench.seen.outcomes[told["claims"]["verdict"] if outcome == INCONCLUSIVE else outcome] += 1
        if list((bench.folder / "temporary").iterdir()):
            bench.seen.wrong.append(f"{name}: something is left in the folder for temporary files")


def _worker_lost(bench: Bench) -> None:
    """Kill a worker of a soak; another one takes its place, and it is counted."""
    out = bench.folder / "soak"
    process = started(bench, "soak", "--cases", "12", "--steps", "6", "-n", "1", "--out", str(out), "--format", "json")
    until = time.monotonic() + DEADLINE
    while not (begun := [path for path in out.glob("gw*.jsonl") if b'"cases"' in path.read_bytes()]):
        if time.monotonic() > until:
            raise RuntimeError("no worker came to play a case")
        time.sleep(LOOK)
    os.kill(int(begun[0].stem.rpartition("-")[2]), signal.SIGKILL)
    outcome, said = ended(bench, process, "soak")
    found = json.loads(said)
    if found["lost"] != ["gw0"] or found["cases"] < 12:  # noqa: PLR2004 - as many as were asked for
        bench.seen.wrong.append(f"{many(found['cases'], 'case')}, lost {found['lost']}")
    bench.seen.outcomes[outcome] += 1


PROGRAMS: Final = (
    Fault("F-P1", "subjects that die, flood and leave others behind", "command", _subjects, (BROKEN,)),
    Fault("F-P3", "a worker of a soak killed", "command", _worker_lost, (INCONCLUSIVE, DONE), ()),
    Fault("F-P4", "signals in the midst of a check", "command", _signals, (INCONCLUSIVE,)),
    Fault("F-X1", "documents of strangers", "files", _documents, (REFUSED,)),
)
"""Every fault of whole commands but those of rollouts."""
