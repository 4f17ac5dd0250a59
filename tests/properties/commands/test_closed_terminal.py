"""A terminal that is closed ends a command as SIGTERM does: nothing lives on, nothing is left, evidence is written."""

from __future__ import annotations

import json
import os
import shlex
import sys
import time
from typing import TYPE_CHECKING, Final

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

pytestmark = [
    pytest.mark.search,
    pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks processes up in /proc"),
]

DEAF: Final = """
import os, pathlib, signal, sys
for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
    signal.signal(number, signal.SIG_IGN)
pathlib.Path("pid.new").write_text(str(os.getpid()))
os.rename("pid.new", "pid")
for line in sys.stdin:
    pass
signal.pause()
"""
"""A subject that answers nothing, and ends for nobody's asking."""

PATIENCE: Final = 60.0


def until(said: Callable[[], bool], what: str) -> None:
    """Wait for something to be so, with a bound."""
    ends = time.monotonic() + PATIENCE
    while not said():
        assert time.monotonic() < ends, what
        os.sched_yield()


def lives(process: int) -> bool:
    try:
        with open(f"/proc/{process}/stat", encoding="ascii") as file:  # noqa: PTH123 - no path of the system's tests
            return file.read().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_a_subject_that_ignores_every_signal_ends_with_the_terminal(tmp_path: Path) -> None:
    import pty  # noqa: PLC0415 - there is none on Windows

    (tmp_path / "tmp").mkdir()
    (tmp_path / "deaf.py").write_text(DEAF)
    subject = shlex.join([sys.executable, "deaf.py"])
    command = [sys.executable, "-c", "from strandline.properties.commands.entry import main; main()"]
    process, terminal = pty.fork()
    if process == 0:  # the new process, which leads a session whose terminal this is
        os.chdir(tmp_path)
        os.environ["TMPDIR"] = str(tmp_path / "tmp")
        os.execv(sys.executable, [*command, "check", "--subject-cmd", subject])  # noqa: S606 - this Python itself
    until((tmp_path / "pid").exists, "the subject did not begin")
    deaf = int((tmp_path / "pid").read_text())
    os.close(terminal)
    until(lambda: os.waitpid(process, os.WNOHANG)[0] == process, "the command did not end")
    until(lambda: not lives(deaf), "the subject lives on")
    assert [*(tmp_path / "tmp").iterdir()] == []
    claims = json.loads((tmp_path / ".strandline" / "evidence.json").read_text())["claims"]
    assert claims["verdict"] in {"inconclusive", "broken"}
