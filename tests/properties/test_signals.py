"""INT, TERM and HUP end every command alike: told, written down, and with nobody left behind.

Each test drives a real command, and waits for a line of it that says that its workers work.
"""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final, NamedTuple

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows knows none of these signals")

PATIENCE: Final = 120.0
"""Seconds to wait for a line of a command; they are only used up when something is wrong."""

SOON: Final = 5.0 + 10.0
"""Seconds in which a command ends with all that it started: five, and ten more for a machine that is busy."""

LOOK: Final = 0.05
"""Seconds between two looks whether a process is gone."""

ENTRY: Final = "from strandline.properties.entry import main; main()"

IGNORING: Final = ("/bin/sh", "-c", 'trap "" INT; exec "$@"', "sh")
"""Starts a program with SIGINT ignored, as a shell that is no terminal's does in the background."""


class Command(NamedTuple):
    """A command, the line of its standard error (or output) that says it is at work, and how it ends."""

    words: tuple[str, ...]
    ready: str
    code: int
    evidence: str = ""
    workers: int = 0


COMMANDS: Final = {
    "check": Command(("check", "--engine", "exhaust model"), r"depth \d", 3, ".strandline/evidence.json", 1),
    "exhaust": Command(("exhaust",), r": depth ", 3, ".strandline/exhaust.json", 1),
    "soak": Command(("soak", "-n", "1", "--for", "1h", "--out", "out"), r": [1-9]\d* cases", 3, "out/soak.json", 2),
    "teeth": Command(("teeth", "--engine", "exhaust impl"), r": caught in", 3, ".strandline/teeth.json", 1),
    "prove": Command(("prove", "--full"), r"", 3, "", 1),
    "bench": Command(("bench", "exhaust", "--rounds", "99"), r"two refreshers: ", 3, "", 1),
    "turns": Command(("turns", "log.sqlite", "--follow"), r"missing", 0),
    "writer": Command(("writer", "log.sqlite", "--until-interrupted", "--rate", "100"), r"rows written", 0),
}


def below(process: int) -> dict[int, str]:
    """Give what runs below a process, each by its number."""
    listed = subprocess.run(["ps", "-eo", "pid=,ppid=,stat="], capture_output=True, text=True, check=True).stdout
    rows = [(int(pid), int(parent), state) for pid, parent, state in map(str.split, listed.splitlines())]
    found, todo = {}, [process]
    while todo:
        above = todo.pop()
        children = {pid: state for pid, parent, state in rows if parent == above}
        found |= children
        todo += children
    return found


def alive(process: int) -> bool:
    """Tell whether a process still runs: one that nobody has waited for is there, and runs no more."""
    listed = subprocess.run(["ps", "-o", "stat=", "-p", str(process)], capture_output=True, text=True, check=False)
    return not listed.stdout.strip().startswith(("Z", "")) if listed.stdout.strip() == "" else "Z" not in listed.stdout


class Running:
    """A command that runs; what it says is read by a thread, so that it never waits for a reader."""

    def __init__(self, words: tuple[str, ...], folder: Path, *, ignoring: bool = False) -> None:
        self.said: list[str] = []
        self._news = threading.Condition()
        outside = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
        (folder / "tmp").mkdir()
        self.process = subprocess.Popen(
            [*(IGNORING if ignoring else ()), sys.executable, "-u", "-c", ENTRY, *words],
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

    def ended(self) -> int:
        """Wait for the end, and give the exit code."""
        return self.process.wait(SOON)

    def close(self) -> None:
        """End what is left."""
        for process in (self.process.pid, *below(self.process.pid)):
            if alive(process):
                os.kill(process, signal.SIGKILL)
        self.process.wait()
        self._reader.join()
        if self.process.stdout is not None:
            self.process.stdout.close()


@contextmanager
def running(words: tuple[str, ...], folder: Path, *, ignoring: bool = False) -> Iterator[Running]:
    command = Running(words, folder, ignoring=ignoring)
    try:
        yield command
    finally:
        command.close()


def all_gone(processes: dict[int, str]) -> bool:
    """Wait until all of some processes are gone."""
    until = time.monotonic() + SOON
    while left := [process for process in processes if alive(process)]:
        if time.monotonic() > until:
            return False
        threading.Event().wait(LOOK)
        del left
    return True
