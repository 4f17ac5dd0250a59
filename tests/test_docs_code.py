"""The code that the docs show is run as it stands, and prints what they say."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

pytestmark = pytest.mark.checkout

CHECKOUT: Final = Path(__file__).parent.parent
PAGES: Final = sorted([*CHECKOUT.glob("*.md"), *(CHECKOUT / "docs").rglob("*.md")])
TABLE: Final = "docs/your-table.md"
WORLD: Final = CHECKOUT / "docs" / "your-own-world.md"
BLOCK_TIMEOUT: Final = 300
"""Seconds; a block that is still running then hangs."""

EXAMPLE_MAX: Final = 40
"""Lines; more of a first example is not read."""


def programs() -> dict[str, str]:
    """Return the Python blocks of each page as one program: each block stands on those above it."""
    block = re.compile(r"^```python\n(.*?)^```$", flags=re.MULTILINE | re.DOTALL)
    shown = {path.relative_to(CHECKOUT).as_posix(): "".join(block.findall(path.read_text("utf-8"))) for path in PAGES}
    return {path: program for path, program in shown.items() if program}


def printed(program: str, folder: Path) -> str:
    """Run a program in a folder of its own, in which it leaves nothing, and give what it prints."""
    here = folder / "here"
    here.mkdir()
    home = {"HOME": str(here), "USERPROFILE": str(here)}  # so that no log of this machine is read
    home["HYPOTHESIS_STORAGE_DIRECTORY"] = str(folder / "hypothesis")  # what Hypothesis notes for itself
    # A file, because a world is asked again in a process that has to find its functions.
    (folder / "page.py").write_text(program, "utf-8")
    done = subprocess.run(
        [sys.executable, "-W", "error", folder / "page.py"],
        env=os.environ | home,
        cwd=here,
        capture_output=True,
        text=True,
        timeout=BLOCK_TIMEOUT,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert list(here.iterdir()) == []
    return done.stdout


@pytest.mark.parametrize("program", [pytest.param(code, id=page) for page, code in programs().items() if page != TABLE])
def test_the_blocks_of_python_on_a_page_run_as_they_stand(program: str, tmp_path: Path) -> None:
    assert printed(program, tmp_path)


@pytest.mark.search
def test_the_blocks_about_a_table_of_ones_own_end_with_a_trial_that_it_passes_with_everything_seen(
    tmp_path: Path,
) -> None:
    *_, jobs, jobs_too, few, few_too, games, verdict = printed(programs()[TABLE], tmp_path).splitlines()
    assert [line.split(":")[0] for line in (jobs, jobs_too, few, few_too, games, verdict)] == [
        *("world 'jobs', model", "world 'jobs', shipped"),
        *("world 'few jobs', model", "world 'few jobs', shipped"),
        *("games, shipped", "holds"),
    ]


def test_the_example_of_a_world_of_ones_own_is_short_and_prints_what_the_page_says(tmp_path: Path) -> None:
    program, wanted = re.findall(r"^```\w*\n(.*?)^```$", WORLD.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    path = tmp_path / "world.py"
    path.write_text(program, "utf-8")
    assert len(program.splitlines()) <= EXAMPLE_MAX
    done = subprocess.run(
        [sys.executable, path], capture_output=True, text=True, timeout=BLOCK_TIMEOUT, check=True, cwd=tmp_path
    )
    assert done.stdout == wanted
