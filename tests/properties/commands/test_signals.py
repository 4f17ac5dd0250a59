"""INT, TERM and HUP end every command alike: told, written down, and with nobody left behind.

Each test drives a real command, and waits for a line of it that says that its workers work.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Final, NamedTuple

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PS: Final = shutil.which("ps")

pytestmark = [
    pytest.mark.usefixtures("hangups"),
    pytest.mark.skipif(sys.platform == "win32", reason="Windows knows none of these signals"),
    pytest.mark.skipif(PS is None, reason="the system has no ps, which tells what a process has started"),
]

PATIENCE: Final = 120.0
"""Seconds to wait for a line of a command; they are only used up when something is wrong."""

SOON: Final = 5.0 + 10.0
"""Seconds in which a command ends with all that it started: five, and ten more for a machine that is busy."""

LOOK: Final = 0.05
"""Seconds between two looks at what runs."""

TRACKER: Final = "multiprocessing.resource_tracker"
"""A helper of Python's own, which stays while one worker after the other comes and goes; it is no worker."""

ENTRY: Final = "from strandline.properties.commands.entry import main; main()"

IGNORING: Final = "/bin/sh", "-c", 'trap "" $0; exec "$@"'
"""Starts a program with a signal ignored: SIGINT, as a script does in the background, or SIGHUP, as nohup does."""


class Command(NamedTuple):
    """A command, the line of its standard error (or output) that says it is at work, how it ends, and its workers."""

    words: tuple[str, ...]
    ready: str
    code: int
    evidence: str = ""
    workers: int = 0


COMMANDS: Final = {
    "check": Command(("check", "--engine", "exhaust model"), r"^world '", 3, ".strandline/evidence.json", 1),
    "exhaust": Command(("exhaust",), r": depth ", 3, ".strandline/exhaust.json", 1),
    "soak": Command(("soak", "-n", "1", "--for", "1h", "--out", "out"), r": [1-9]\d* cases", 3, "out/soak.json", 2),
    "teeth": Command(
        ("teeth", "--mutant", "dominance", "--full", "--seeds", "10000"), r": killed in", 3, ".strandline/teeth.json", 1
    ),
    "faults": Command(("faults", "--whole"), r"^1 of ", 3, ".strandline/faults.json", 1),
    "prove": Command(("prove", "--full"), r": confirmed", 130, "", 1),
    "bench": Command(("bench", "exhaust", "--rounds", "99", "--no-shapes"), r"two refreshers: ", 3, "", 1),
    "turns": Command(("turns", "log.sqlite", "--follow"), r"missing", 0),
    "writer": Command(("writer", "log.sqlite", "--until-interrupted", "--rate", "100"), r"rows written", 0),
}
"""As each says its line, it has more left to do than any machine does while a test looks at it."""


def below(process: int) -> dict[int, str]:
    """Give what runs below a process, each with the words it was started with."""
    columns = [str(PS), "-wweo", "pid=,ppid=,stat=,args="]
    listed = subprocess.run(columns, capture_output=True, text=True, check=True).stdout
    split = [line.split(maxsplit=3) for line in listed.splitlines()]
    rows = [(int(pid), int(parent), words) for pid, parent, state, *words in split if not state.startswith("Z")]
    found: dict[int, str] = {}
    todo = [process]
    while todo:
        above = todo.pop()
        children = {pid: " ".join(words) for pid, parent, words in rows if parent == above}
        found |= children
        todo += children
    return found


def kill(process: int) -> None:
    """Kill a process, unless it has gone with another one."""
    with suppress(ProcessLookupError):
        os.kill(process, signal.SIGKILL)


def alive(process: int) -> bool:
    """Tell whether a process still runs: one that has ended, and that nobody has waited for, is listed all the same."""
    listed = subprocess.run([str(PS), "-o", "stat=", "-p", str(process)], capture_output=True, text=True, check=False)
    return not listed.stdout.strip().startswith("Z") if listed.stdout.strip() else False


class Running:
    """A command that runs; what it says is read by a thread, so that it never waits for a reader."""

    def __init__(self, words: tuple[str, ...], folder: Path, ignoring: str) -> None:
        self.said: list[str] = []
        self._news = threading.Condition()
        outside = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
        (folder / "tmp").mkdir()
        self.process = subprocess.Popen(
            [*((*IGNORING, ignoring) if ignoring else ()), sys.executable, "-u", "-c", ENTRY, *words],
            cwd=folder,
            env=outside | {"TMPDIR": str(folder / "tmp")},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            start_new_session=True,
        )
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def _read(self) -> None:
        for line in self.process.stdout or ():
            with self._news:
                self.said.append(line)
                self._news.notify_all()

    def wait_for(self, pattern: str) -> None:
        """Wait for a line."""
        with self._news:
            assert self._news.wait_for(lambda: any(re.search(pattern, line) for line in self.said), PATIENCE), self.said

    def started(self, workers: int) -> dict[int, str]:
        """Wait until so many workers run, and give all that runs below: one may have ended and the next not begun."""
        until = time.monotonic() + PATIENCE
        while True:
            found = below(self.process.pid)
            if sum(TRACKER not in words for words in found.values()) >= workers:
                return found
            assert self.process.poll() is None, self.said
            assert time.monotonic() < until, (found, self.said)
            threading.Event().wait(LOOK)

    def ended(self) -> int:
        """Wait for the end, and give the exit code."""
        return self.process.wait(SOON)

    def close(self) -> None:
        """End what is left."""
        for process in (self.process.pid, *below(self.process.pid)):
            kill(process)
        self.process.wait()
        self._reader.join()
        if self.process.stdout is not None:
            self.process.stdout.close()


@contextmanager
def running(words: tuple[str, ...], folder: Path, ignoring: str = "") -> Iterator[Running]:
    command = Running(words, folder, ignoring)
    try:
        yield command
    finally:
        command.close()


def all_gone(processes: dict[int, str]) -> bool:
    """Wait until all of some processes are gone."""
    until = time.monotonic() + SOON
    while any(map(alive, processes)):
        if time.monotonic() > until:
            return False
        threading.Event().wait(LOOK)
    return True


@pytest.mark.parametrize(
    "asked",
    [
        signal.SIGTERM,
        pytest.param(signal.SIGINT, marks=pytest.mark.search),
        pytest.param(signal.SIGHUP, marks=[pytest.mark.search, pytest.mark.night]),
    ],
)
@pytest.mark.parametrize("name", COMMANDS)
def test_a_signal_ends_a_command_with_all_that_it_started_and_leaves_evidence(
    name: str, asked: signal.Signals, tmp_path: Path
) -> None:
    """SIGINT came in ignored, as it does in the background of a script."""
    words, ready, code, evidence, workers = COMMANDS[name]
    with running(words, tmp_path, "INT" if asked == signal.SIGINT else "") as command:
        command.wait_for(ready)
        started = command.started(workers)
        command.process.send_signal(asked)
        assert command.ended() == code, command.said
        assert all_gone(started)
    assert "Traceback" not in "".join(command.said)
    assert not list((tmp_path / "tmp").iterdir())
    if evidence:
        told = json.loads((tmp_path / evidence).read_bytes())
        assert told.get("claims", told)["verdict"] == "inconclusive"


@pytest.mark.parametrize("name", ["exhaust", "soak", "teeth", pytest.param("prove", marks=pytest.mark.search)])
def test_no_worker_outlives_a_command_that_was_killed(name: str, tmp_path: Path) -> None:
    with running(COMMANDS[name].words, tmp_path) as command:
        command.wait_for(COMMANDS[name].ready)
        started = command.started(COMMANDS[name].workers)
        command.process.kill()
        assert all_gone(started)


@pytest.mark.parametrize(
    ("name", "code", "says"),
    [
        ("check", 4, "broken: WorkerLostError"),
        ("exhaust", 3, "ended without an answer"),
        ("teeth", 3, "ended without an answer"),
        ("bench", 4, "the process of a measurement ended with -9"),
    ],
)
def test_a_worker_that_is_killed_is_told(name: str, code: int, says: str, tmp_path: Path) -> None:
    """So does a system that is short of memory."""
    with running(COMMANDS[name].words, tmp_path) as command:
        command.wait_for(COMMANDS[name].ready)
        for process in command.started(COMMANDS[name].workers):
            kill(process)
        assert command.ended() == code
    assert says in "".join(command.said)
    assert "Traceback" not in "".join(command.said)


def test_a_signal_that_is_sent_twice_counts_once(tmp_path: Path) -> None:
    """As by timeout(1), which sends its own to the command and then to the group of both."""
    words, ready, code, evidence, _ = COMMANDS["exhaust"]
    with running(words, tmp_path) as command:
        command.wait_for(ready)
        command.process.send_signal(signal.SIGTERM)
        os.killpg(command.process.pid, signal.SIGTERM)
        assert command.ended() == code
    assert (tmp_path / evidence).exists()


def test_a_hangup_that_came_in_ignored_stays_so(tmp_path: Path) -> None:
    """Whoever says nohup wants to close the terminal and keep the command."""
    words, ready, code, *_ = COMMANDS["turns"]
    with running((*words, "--interval", "0.1"), tmp_path, "HUP") as command:
        command.wait_for(ready)
        command.process.send_signal(signal.SIGHUP)
        told = len(command.said)
        command.wait_for(f" {told + 2}  missing")
        command.process.send_signal(signal.SIGTERM)
        assert command.ended() == code


EARLY: Final = """
import os, signal, sys
class Finder:
    def find_spec(self, name, path=None, target=None):
        if name == {name!r}:
            os.kill(os.getpid(), signal.{asked})
sys.meta_path.insert(0, Finder())
from strandline.properties.commands.entry import main
main()
"""
"""A command that a signal meets as a module of it is imported."""


@pytest.mark.parametrize("asked", ["SIGINT", "SIGTERM", "SIGHUP"])
@pytest.mark.parametrize(
    "name", ["strandline.properties.commands.program", "click", "strandline.properties.commands.turns"]
)
def test_a_signal_that_comes_while_a_command_is_imported_is_no_traceback(name: str, asked: str, tmp_path: Path) -> None:
    program = [sys.executable, "-c", EARLY.format(name=name, asked=asked), "turns", "log.sqlite"]
    done = subprocess.run(program, cwd=tmp_path, capture_output=True, timeout=PATIENCE, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (130, b"", b"")
