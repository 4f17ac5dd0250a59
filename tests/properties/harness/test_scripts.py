"""A script that searches a world of its own, and what its fresh process makes of it."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

PATIENCE = 120
"""Seconds to wait for a child; it is only used up when something is wrong."""

SCRIPT = """
from strandline.properties.engines.exhaust.engine import search
from strandline.properties.engines.exhaust.world import Action, Component, Sometimes, World

def up(at):
    return {"n": at["n"] + 1} if at["n"] < 4 else None

def top(at):
    return at["n"] == 4

world = World("counter", (Component("n", 0),), (Action("up", ("n",), ("n",), up),), (Sometimes("top", ("n",), top),))
"""

UNGUARDED = SCRIPT + "print('begins')\nprint(search(world).verdict)\nprint('ends')\n"
GUARDED = SCRIPT + "if __name__ == '__main__':\n    print(search(world).verdict)\n"


def ran(folder: Path, *arguments: str, stdin: str | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        input=stdin,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )


@pytest.mark.parametrize("called", [("counter.py",), ("-m", "counter")])
@pytest.mark.parametrize(("script", "says"), [(UNGUARDED, ["begins", "holds", "ends"]), (GUARDED, ["holds"])])
def test_a_script_searches_its_own_world_with_a_guard_or_without(
    tmp_path: Path, called: tuple[str, ...], script: str, says: list[str]
) -> None:
    """Without one the fresh process would search in its turn, and tell a wall of tracebacks."""
    (tmp_path / "counter.py").write_text(script)
    done = ran(tmp_path, *called)
    assert (done.returncode, done.stdout.split(), done.stderr) == (0, says, "")


def test_a_script_whose_world_is_a_modules_is_not_run_again(tmp_path: Path) -> None:
    (tmp_path / "counter.py").write_text(SCRIPT)
    script = "import sys\nfrom counter import *\nopen('runs', 'a').write('x')\nprint(search(world).verdict)\n"
    (tmp_path / "script.py").write_text(script)
    done = ran(tmp_path, "script.py")
    assert (done.stdout, done.stderr) == ("holds\n", "")
    assert (tmp_path / "runs").read_text() == "x"


LATE = """
def late(at):
    print("is asked")

second = World("late", (Component("n", 0),), (Action("up", ("n",), ("n",), late),))
search(second)
"""
"""A second world, whose function tells when it is asked."""


def refused(done: subprocess.CompletedProcess[str]) -> str:
    """Give the line that a search was refused with, before any function was asked."""
    assert done.returncode == 1
    assert "is asked" not in done.stdout
    return done.stderr.splitlines()[-1]


def test_a_world_that_no_process_could_find_again_is_refused_before_the_search_with_what_to_do(tmp_path: Path) -> None:
    """Typed at a prompt, or piped into Python, whose script then calls itself <stdin>."""
    says = "its functions were typed at a prompt, or came from standard input; define them in a file"
    assert refused(ran(tmp_path, "-c", SCRIPT + LATE)).endswith(says)
    assert refused(ran(tmp_path, stdin=SCRIPT + LATE)).endswith(says)
    assert refused(ran(tmp_path, "-", stdin=SCRIPT + LATE)).endswith(says)


@pytest.mark.parametrize(
    "script",
    [SCRIPT + "search(world)\n" + LATE, SCRIPT + "if __name__ == '__main__':\n" + textwrap.indent(LATE, "    ")],
    ids=["after the first search", "below a guard"],
)
def test_a_function_that_the_fresh_process_does_not_come_to_is_named_before_the_search(
    tmp_path: Path, script: str
) -> None:
    (tmp_path / "counter.py").write_text(script)
    says = "the script does not define 'late' before its first search, or does below a guard; define it in a module"
    assert says in refused(ran(tmp_path, "counter.py"))


def test_a_script_that_cannot_be_run_again_is_told_in_a_line(tmp_path: Path) -> None:
    once = "from pathlib import Path\nPath('once').mkdir()\n"
    (tmp_path / "counter.py").write_text(once + UNGUARDED)
    done = ran(tmp_path, "counter.py")
    last = done.stderr.splitlines()[-1]
    assert "cannot be asked in a fresh process: FileExistsError" in last
    assert done.stderr.count("Traceback") == 1
