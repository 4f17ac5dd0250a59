"""Nothing that lies in the working folder is run, but for what the caller names."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest
from click.testing import CliRunner

from strandline.properties.cli import main
from strandline.properties.core.named import find
from strandline.properties.engines.contracts.prover import prove
from strandline.properties.harness.alone import alone
from strandline.properties.harness.processes import SAFE_PATH
from strandline.properties.systems.memo import demo
from strandline.properties.systems.memo.contracts.engine import QUICK

if TYPE_CHECKING:
    from collections.abc import Iterator

TRAPS: Final = ("multiprocessing", "threading", "json", "sqlite3", "pytest", "conftest", "click", "hypothesis", "venv")
"""Modules that anything here may come to import, from one folder or another."""

TRAP: Final = """
import pathlib
pathlib.Path({ran!r}).open("a").write({name!r} + " ran\\n")
raise SystemExit(0)
"""


def trapped(folder: Path, ran: Path) -> None:
    """Put modules into a folder that tell when they are run."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in TRAPS:
        (folder / f"{name}.py").write_text(TRAP.format(ran=str(ran), name=name))
    (folder / "pytest.ini").write_text("[pytest]\naddopts = --collect-only\n")


@pytest.fixture
def ran(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Work in a stranger's folder, and find nothing in this file at the end."""
    ran = tmp_path / "ran"
    trapped(tmp_path / "here", ran)
    monkeypatch.chdir(tmp_path / "here")
    monkeypatch.setattr(sys, "path", [*sys.path])
    yield ran
    assert not ran.exists(), ran.read_text()


def how_it_looks() -> tuple[list[str], str | None]:
    return sys.path, os.environ.get(SAFE_PATH)


@pytest.mark.usefixtures("ran")
def test_a_process_that_works_runs_no_module_of_the_working_folder() -> None:
    path, safe = alone(how_it_looks)
    assert str(Path.cwd()) not in path
    assert safe is None  # which was for the start alone: a subject that is a script finds what lies beside it


@pytest.mark.usefixtures("ran")
def test_the_prover_runs_no_module_of_the_working_folder() -> None:
    (proof,) = prove(QUICK[:1])
    assert proof.outcome.words == ""


@pytest.mark.search
@pytest.mark.usefixtures("ran")
@pytest.mark.parametrize("workers", ["0", "1"])
def test_a_soak_runs_no_module_and_no_conftest_of_the_working_folder(workers: str) -> None:
    soak = ["soak", "--cases", "1", "--steps", "2", "-n", workers, "--format", "json"]
    result = CliRunner().invoke(main, soak)
    assert result.exit_code in {0, 3}, result.output
    assert '"cases": 1' in result.stdout


@pytest.mark.search
@pytest.mark.checkout
@pytest.mark.usefixtures("ran")
def test_a_soak_of_a_system_of_the_working_folder_runs_no_other_module_of_it() -> None:
    """Its folder is looked in after the standard library and what is installed; its conftest.py is nobody's."""
    Path("leases.py").write_bytes((Path(__file__).parents[3] / "docs" / "samples" / "leases.py").read_bytes())
    soak = ["soak", "leases:leases", "--cases", "1", "--steps", "2", "-n", "0", "--format", "json"]
    result = CliRunner().invoke(main, soak)
    assert result.exit_code in {0, 3}, result.output
    assert '"cases": 1' in result.stdout


@pytest.mark.search
def test_a_demonstration_runs_no_module_and_no_conftest_of_its_folder(ran: Path) -> None:
    trapped(Path("out"), ran)
    trapped(Path("out/planted"), ran)
    result = CliRunner().invoke(main, ["demo", "--out", "out"])
    assert result.exit_code == 0, result.output


@pytest.mark.parametrize(
    ("shipped", "planted", "strange"),
    [
        ("nothing", "1 failed, 2 passed", "nothing"),
        ("no tests ran in 0.01s", "1 failed, 2 passed", "no tests ran in 0.01s"),
        ("3 passed in 1 s", "nothing", "nothing"),
        ("3 passed in 1 s", "1 failed in 1 s", "1 failed in 1 s"),
        ("3 passed in 1 s", "3 passed in 1 s", "3 passed in 1 s"),
    ],
)
def test_a_demonstration_whose_test_says_nothing_is_broken(
    shipped: str, planted: str, strange: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def silent(_test: bytes, *, planting: bool) -> tuple[int, str]:
        return (1, planted) if planting else (0, shipped)

    monkeypatch.setattr(demo, "_pytest", silent)
    result = CliRunner().invoke(main, ["demo", "--out", str(tmp_path / "out")])
    assert result.exit_code == 4
    assert f"and said: {strange}" in result.stderr


def test_a_module_that_is_named_is_found_but_not_before_the_standard_library(ran: Path) -> None:
    Path("of_my_own.py").write_text("import json\nSYSTEM = json.dumps([1])\n")
    before = [*sys.path]
    try:
        assert find("of_my_own:SYSTEM", "system") == "[1]"
        standard = next(at for at, entry in enumerate(sys.path) if entry == str(Path(os.__file__).parent))
        assert sys.path.index(str(ran.parent / "here")) > standard
    finally:
        sys.path[:] = before
        sys.modules.pop("of_my_own", None)


def test_what_is_ours_is_found_without_the_working_folder(ran: Path) -> None:
    before = [*sys.path]
    find("strandline.properties.core.version:__version__", "text")
    assert sys.path == before
    assert str(ran.parent / "here") not in before


@pytest.mark.checkout
def test_the_first_run_takes_venv_and_pip_from_nowhere_but_python(ran: Path, tmp_path: Path) -> None:
    (tmp_path / "here" / "pip.py").write_text((tmp_path / "here" / "venv.py").read_text())
    checkout = Path(__file__).parents[3]
    copy = tmp_path / "copy"
    (copy / "requirements").mkdir(parents=True)
    (copy / "run.py").write_bytes((checkout / "run.py").read_bytes())
    (copy / "pyproject.toml").write_text("")
    (copy / "requirements" / "lock.txt").write_text("no requirement\n")  # at which pip stops
    base = getattr(sys, "_base_executable", sys.executable)  # the environment of the tests has no pip
    done = subprocess.run(
        [base, str(copy / "run.py"), "check"], capture_output=True, text=True, timeout=120, check=False
    )
    assert not ran.exists()
    assert "run.py: stopped, because this failed" in done.stderr or "needs pip" in done.stderr
