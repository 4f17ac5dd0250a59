"""Claims about the way round: what fails is printed, pasted into a shell, replayed, and fails in the same way."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from strandline.properties.cli import main
from strandline.properties.engines.replay.committed import FOLDER
from strandline.properties.engines.replay.regression import Step, again
from strandline.properties.evidence.replay import load
from strandline.properties.systems.memo.mutants.registry import MUTANTS
from strandline.properties.systems.memo.system import SYSTEM

if TYPE_CHECKING:
    from collections.abc import Callable

KEPT = Path(__file__).parents[3] / "traces"
PATIENCE = 300.0

pytestmark = [
    pytest.mark.checkout,
    pytest.mark.skipif(shutil.which("sh") is None, reason="the line to be pasted is for a POSIX shell"),
]

ONE_OF_EACH = ("M1-torn", "M2-empty-on-error", "M3-shared-slot", "M5-never-unchanged", "M6-one-anchor", "M10-no-limit")


@pytest.fixture
def shell(tmp_path: Path) -> Callable[[str], subprocess.CompletedProcess[str]]:
    """A shell that knows strandline."""
    program = tmp_path / "bin" / "strandline"
    program.parent.mkdir()
    command = "import sys; from strandline.properties.cli import main; sys.exit(main())"
    program.write_text(f'#!/bin/sh\nexec {shlex.join([sys.executable, "-c", command])} "$@"\n')
    program.chmod(0o755)

    def run(line: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["sh", "-c", line],  # noqa: S607 - whichever shell is there
            env=os.environ | {"PATH": f"{program.parent}{os.pathsep}{os.environ['PATH']}"},
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
            stdin=subprocess.DEVNULL,
        )

    return run


def verdict(lines: list[str]) -> list[str]:
    """Give what a drawing says of the law: from its name to the next empty line."""
    start = next(place for place, line in enumerate(lines) if line.endswith(" is broken:"))
    return lines[start : lines.index("", start)]


def test_a_violation_of_a_check_comes_again_from_the_lines_that_it_prints(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, shell: Callable[[str], subprocess.CompletedProcess[str]]
) -> None:
    monkeypatch.chdir(tmp_path)
    FOLDER.mkdir(parents=True)
    shutil.copy(KEPT / "M3-split.json", FOLDER)
    checked = CliRunner().invoke(main, ["check", "--mutant", "split", "--engine", "traces", "--out", "out of the way"])
    assert checked.exit_code == 1
    lines = checked.stdout.splitlines()
    pasted, from_the_file = lines[-3].strip(), lines[-1].strip()
    assert pasted.startswith("printf %s ")
    for line in (pasted, from_the_file):
        again = shell(line)
        assert (again.returncode, again.stderr) == (1, "")
        assert verdict(again.stdout.splitlines()) == verdict(lines)


@pytest.mark.parametrize("name", ONE_OF_EACH)
def test_a_failed_test_prints_what_fails_again_in_a_shell(
    name: str, shell: Callable[[str], subprocess.CompletedProcess[str]]
) -> None:
    trace = load(str(KEPT / f"{name}.json"))
    assert trace.subject in MUTANTS
    steps = [Step(step.name, None if step.actor is None else f"r{step.actor + 1}", step.arg) for step in trace.steps]
    failed = again(SYSTEM, steps, world=trace.world, law=trace.law, on=trace.subject).drawing.splitlines()
    replayed = shell(failed[-1].strip())
    assert (replayed.returncode, replayed.stderr) == (1, "")
    assert replayed.stdout.splitlines()[: len(failed) - 3] == failed[:-3]
