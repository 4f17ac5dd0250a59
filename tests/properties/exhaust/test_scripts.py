"""A script that searches a world of its own, and what its fresh process makes of it."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

PATIENCE = 120
"""Seconds to wait for a child; it is only used up when something is wrong."""

SCRIPT = """
from strandline.properties.exhaust.engine import search
from strandline.properties.exhaust.world import Action, Component, World

def up(at):
    return {"n": at["n"] + 1} if at["n"] < 4 else None

world = World("counter", (Component("n", 0),), (Action("up", ("n",), ("n",), up),))
"""

UNGUARDED = SCRIPT + "print('begins')\nprint(search(world).verdict)\nprint('ends')\n"
GUARDED = SCRIPT + "if __name__ == '__main__':\n    print(search(world).verdict)\n"


def ran(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments], cwd=folder, capture_output=True, text=True, timeout=PATIENCE, check=False
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


def test_a_world_that_was_typed_at_a_prompt_is_refused_with_what_to_do(tmp_path: Path) -> None:
    done = ran(tmp_path, "-c", UNGUARDED)
    assert done.stderr.splitlines()[-1].endswith("its functions were typed at a prompt; define them in a file")


def test_a_script_that_cannot_be_run_again_is_told_in_a_line(tmp_path: Path) -> None:
    once = "from pathlib import Path\nPath('once').mkdir()\n"
    (tmp_path / "counter.py").write_text(once + UNGUARDED)
    done = ran(tmp_path, "counter.py")
    last = done.stderr.splitlines()[-1]
    assert "cannot be asked in a fresh process: FileExistsError" in last
    assert done.stderr.count("Traceback") == 1
