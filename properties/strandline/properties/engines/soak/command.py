"""Runs a soak as a child: pytest on nothing but the shifts, watched through its journals."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager, suppress
from typing import IO, TYPE_CHECKING, Final, NamedTuple

from strandline.properties.core.counting import many
from strandline.properties.engines.soak.journal import Over
from strandline.properties.engines.soak.report import REPORT, report
from strandline.properties.engines.soak.totals import Totals
from strandline.properties.evidence.evidence import encode
from strandline.properties.evidence.folder import write
from strandline.properties.evidence.runs import finish
from strandline.properties.harness.interruption import undisturbed
from strandline.properties.harness.processes import SAFE_PATH

if TYPE_CHECKING:
    import threading
    from collections.abc import Iterator
    from pathlib import Path

    from strandline.properties.core.system import System
    from strandline.properties.core.verdict import Report as Say
    from strandline.properties.engines.soak.report import Report

LOOK: Final = 1.0
"""Seconds between two looks at the journals."""

OVERRUN_MAX: Final = 600.0
"""Seconds past its time after which a soak is ended as if by Ctrl-C: its slices are short, so something hangs."""

GRACE: Final = 3.0
"""Seconds that a child has to end in by itself after Ctrl-C: a worker ends after the case at hand."""

INI: Final = "pytest.ini"
OUTPUT: Final = "pytest.txt"
"""Names in the folder of a soak: the settings of its pytest, so that those of the folder at hand do not count, and
what it said."""


class Wanted(NamedTuple):
    """What is asked of a soak; None leaves it to pytest's own option."""

    seconds: float | None
    cases: int | None
    number: int | None
    workers: str
    mutant: str
    steps: int
    seed: int | None
    system: str = ""
    """Where the system is; empty for the one that is built in."""

    def options(self) -> Iterator[str]:
        """Give these as options of pytest."""
        given = {
            "-n": self.workers if self.number is None else "0",
            "--soak": self.seconds,
            "--soak-cases": self.cases,
            "--soak-slice": self.number,
            "--soak-mutant": self.mutant,
            "--soak-steps": self.steps,
            "--soak-seed": self.seed,
            "--soak-system": self.system or None,
        }
        for name, value in given.items():
            if value is not None:
                yield from (name, f"{value:f}" if isinstance(value, float) else str(value))


class NeverBeganError(Exception):
    """The child ended before the soak began; the message is what it said last."""


def soaked(wanted: Wanted, system: System, folder: Path, stop: threading.Event, say: Say) -> Report:
    """Run a soak to its end and give its report.

    Args:
        wanted: what is asked of it.
        system: the system that it plays, for the report.
        folder: a new folder for its journals, traces and report.
        stop: ends it early once it is set, as inconclusive.
        say: takes a passing line of progress.

    Raises:
        NeverBeganError: the child ended at once, and nobody had asked it to.
        OSError: the folder cannot be written to.
        UnwrittenError: the child left no report, and none can be written for it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    folder = folder.resolve()  # the child begins in it
    (folder / INI).write_text("[pytest]\n", "utf-8")
    totals = Totals(folder)
    began = time.monotonic()
    with (
        (folder / OUTPUT).open("wb") as output,
        tempfile.TemporaryDirectory(prefix="strandline-", ignore_cleanup_errors=True) as temporary,
        _started([*wanted.options()], folder, temporary, output, is_own=bool(wanted.system)) as child,
    ):
        _watch(child, totals, wanted.seconds, stop, say)
    totals.read()
    if totals.plan is None and not stop.is_set():
        raise NeverBeganError(_last_words(folder / OUTPUT))
    if totals.over is None and stop.is_set():  # the child was asked to end, and was ended before it wrote that down
        totals.over = Over(round(time.monotonic() - began, 3), "interrupted")
    told = report(totals, system)
    if not (folder / REPORT).exists():  # the child was ended before it could write it, or before it began
        write(folder / REPORT, encode(told))
    finish(folder)
    return told


@contextmanager
def _started(
    options: list[str], folder: Path, temporary: str, output: IO[bytes], *, is_own: bool
) -> Iterator[subprocess.Popen[bytes]]:
    """Start pytest; it ends with the block, with all that it started, and by itself when this process is gone.

    Nothing of the working folder takes part: no module, no conftest.py, no settings. Only a system of somebody's own,
    which ``is_own`` tells, is found there.
    """
    # What a worker leaves that is ended by force goes with the folder for temporary files.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    environment |= {"TMPDIR": temporary, SAFE_PATH: "1"}
    own, there = ("-c", str(folder / INI), "--noconftest"), ("--rootdir", str(folder), "--soak-out", str(folder))
    # Standard input is a pipe that this process holds, so pytest must not put another one in its place.
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "--capture=sys", *own, *there, "--soak-held"]
    with undisturbed():
        child = subprocess.Popen(  # noqa: S603 - this Python's own pytest
            [*command, *options],
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd=None if is_own else folder,
            env=environment,
            start_new_session=True,  # Ctrl-C reaches it once, from here, and by force its workers end with it
        )
    try:
        yield child
    finally:
        _end(child)


def _watch(
    child: subprocess.Popen[bytes], totals: Totals, seconds: float | None, stop: threading.Event, say: Say
) -> None:
    """Wait for the child, and tell how far it has come, until it ends or is to be ended."""
    began = time.monotonic()
    latest = None if seconds is None else began + seconds + OVERRUN_MAX
    while child.poll() is None and not stop.is_set() and (latest is None or time.monotonic() < latest):
        with suppress(subprocess.TimeoutExpired):
            child.wait(LOOK)
        totals.read()
        counts = totals.counts
        say(f"{time.monotonic() - began:,.0f} s: {many(counts['cases'], 'case')}, {many(counts['steps'], 'step')}")


def _end(child: subprocess.Popen[bytes]) -> None:
    """End a child that has not ended by itself: by Ctrl-C, so that it can report, and by force if it does not."""
    try:
        if child.poll() is None and sys.platform != "win32":  # Windows knows no signals
            child.send_signal(signal.SIGINT)
            with suppress(subprocess.TimeoutExpired):
                child.wait(GRACE)
    finally:  # the child may have been killed, and its workers not
        if sys.platform == "win32":
            child.kill()
        else:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(child.pid, signal.SIGKILL)
        child.wait()
        if child.stdin is not None:
            child.stdin.close()


def _last_words(path: Path) -> str:
    """Give the last line of what the child said."""
    said = path.read_text("utf-8", errors="replace").split("\n")
    return next((line.strip() for line in reversed(said) if line.strip()), "nothing")
