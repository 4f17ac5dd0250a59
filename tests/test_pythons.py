"""The Pythons that strandline was tried on: each place names the same ones, and a newer one is told and goes on."""

from __future__ import annotations

import importlib.util
import re
import sys
import tomllib
from pathlib import Path
from typing import Any, Final

import pytest
from click.testing import CliRunner

from strandline.properties.cli import main
from strandline.properties.commands import pythons

CHECKOUT: Final = Path(__file__).parent.parent
TOLD: Final = r"Python \d+\.\d+ is newer than any that strandline was tried on, up to 3\.10\n"


def classified() -> list[str]:
    """Give the versions that pyproject.toml names."""
    classifiers = tomllib.loads((CHECKOUT / "pyproject.toml").read_text("utf-8"))["project"]["classifiers"]
    return re.findall(r"Python :: (3\.\d+)", "\n".join(classifiers))


def run_py(monkeypatch: pytest.MonkeyPatch, *arguments: str, is_made: bool) -> Any:  # noqa: ANN401 - a program
    """Load run.py, with an environment or without one; it makes none and starts nothing."""
    spec = importlib.util.spec_from_file_location("run_py", CHECKOUT / "run.py")
    assert spec is not None
    assert spec.loader is not None
    program = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(program)
    program.hear()  # it holds Ctrl-C back until it has begun, and this is the process of the tests
    stand_ins: dict[str, object] = {
        "STAMP": CHECKOUT / ("run.py" if is_made else "nothing"),
        "wanted": lambda: (CHECKOUT / "run.py").read_text("utf-8"),
        "unable": lambda: "",
        "make": lambda: None,
        "start": len,
    }
    for name, value in stand_ins.items():
        monkeypatch.setattr(program, name, value)
    monkeypatch.setattr(sys, "argv", ["run.py", *arguments])
    return program


@pytest.mark.checkout
def test_the_pythons_that_were_tried_are_named_alike_everywhere(monkeypatch: pytest.MonkeyPatch) -> None:
    names = classified()
    major, newest = pythons.NEWEST
    assert names == [f"{major}.{minor}" for minor in range(11, newest + 1)]
    assert run_py(monkeypatch, is_made=True).NEWEST == pythons.NEWEST
    workflow = (CHECKOUT / ".github" / "workflows" / "check.yml").read_text("utf-8")
    assert 'python: ["{}"]'.format('", "'.join(names)) in workflow
    scripts = "".join((CHECKOUT / ".ci" / name).read_text("utf-8") for name in ("run", "night"))
    assert set(re.findall(r"for version in (3\.11 .*);", scripts)) == {" ".join(names)}


def test_a_command_on_a_newer_python_says_so_in_one_line_and_goes_on(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(pythons, "NEWEST", (3, 10))
    ran = CliRunner().invoke(main, ["turns", str(tmp_path / "logs.sqlite")])
    assert ran.exit_code == 0
    assert re.match(f"strandline: {TOLD}", ran.stderr)
    assert len(re.findall(TOLD, ran.output)) == 1


def test_a_command_on_a_python_that_was_tried_says_nothing_of_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(pythons, "NEWEST", tuple(sys.version_info[:2]))
    ran = CliRunner().invoke(main, ["turns", str(tmp_path / "logs.sqlite")])
    assert ran.exit_code == 0
    assert "newer than" not in ran.output


@pytest.mark.checkout
@pytest.mark.parametrize(("program", "is_made"), [("ruff", True), ("ruff", False), ("check", False)])
def test_run_py_on_a_newer_python_says_so_in_one_line_and_goes_on(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], program: str, *, is_made: bool
) -> None:
    runner = run_py(monkeypatch, program, is_made=is_made)
    monkeypatch.setattr(runner, "NEWEST", (3, 10))
    assert runner.main() > 0
    assert re.fullmatch(f"run.py: {TOLD}", capsys.readouterr().err)


@pytest.mark.checkout
@pytest.mark.parametrize("program", ["check", "strandline"])
def test_run_py_leaves_it_to_a_command_that_says_so_itself(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], program: str
) -> None:
    runner = run_py(monkeypatch, program, is_made=True)
    monkeypatch.setattr(runner, "NEWEST", (3, 10))
    assert runner.main() > 0
    assert capsys.readouterr().err == ""
