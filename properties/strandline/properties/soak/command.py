"""Runs a soak as a child: pytest on nothing but the shifts, watched through its journals."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Final, NamedTuple

from strandline.properties.counting import many
from strandline.properties.report.folder import write
from strandline.properties.report.runs import finish
from strandline.properties.soak.report import REPORT, encode, report
from strandline.properties.soak.totals import Totals

if TYPE_CHECKING:
    import threading
    from collections.abc import Iterator
    from pathlib import Path

    from strandline.properties.soak.report import Report
    from strandline.properties.verdict import Report as Say

LOOK: Final = 1.0
"""Seconds between two looks at the journals."""

OVERRUN_MAX: Final = 600.0
"""Seconds past its time after which a soak is ended as if by Ctrl-C: its slices are short, so something hangs."""

GRACE: Final = 30.0
"""Seconds that a child has to end in by itself after Ctrl-C."""

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
        }
        for name, value in given.items():
            if value is not None:
                yield from (name, f"{value:f}" if isinstance(value, float) else str(value))


class NeverBeganError(Exception):
    """The child ended before the soak began; the message is what it said last."""


def soaked(wanted: Wanted, folder: Path, stop: threading.Event, say: Say) -> Report:
    """Run a soak to its end and give its report.

    Args:
        wanted: what is asked of it.
        folder: a new folder for its journals, traces and report.
        stop: ends it early once it is set, as inconclusive.
        say: takes a passing line of progress.

    Raises:
        NeverBeganError: the child ended at once, and nobody had asked it to.
        OSError: the folder cannot be written to.
        UnwrittenError: the child left no report, and none can be written for it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    (folder / INI).write_text("[pytest]\n", "utf-8")
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-c", str(folder / INI)]
    outside = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    totals = Totals(folder)
    with (folder / OUTPUT).open("wb") as output:
        child = subprocess.Popen(  # noqa: S603 - this Python's own pytest
            [*command, "--rootdir", str(folder), "--soak-out", str(folder), *wanted.options()],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=outside,
            start_new_session=True,  # Ctrl-C reaches it once, from here, and by force its workers end with it
        )
        try:
            _watch(child, totals, wanted.seconds, stop, say)
        finally:
            _end(child)
    totals.read()
    if totals.plan is None and not stop.is_set():
        raise NeverBeganError(_last_words(folder / OUTPUT))
    told = report(totals)
    if not (folder / REPORT).exists():  # the child was ended before it could write it, or before it began
        write(folder / REPORT, encode(told))
        finish(folder)
    return told


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
    if child.poll() is not None:
        return
    _signal(child, signal.SIGINT)
    try:
        child.wait(GRACE)
    except subprocess.TimeoutExpired:
        _signal(child, None)
        child.wait(GRACE)


def _signal(child: subprocess.Popen[bytes], number: signal.Signals | None) -> None:
    """Send a signal to the child, or end it and its workers; Windows knows no signals, and ends the child at once."""
    if sys.platform == "win32":
        child.kill()
    elif number is None:
        os.killpg(child.pid, signal.SIGKILL)
    else:
        child.send_signal(number)


def _last_words(path: Path) -> str:
    """Give the last line of what the child said."""
    said = path.read_text("utf-8", errors="replace").split("\n")
    return next((line.strip() for line in reversed(said) if line.strip()), "nothing")
