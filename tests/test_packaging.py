"""What is shipped and what it rests on: the version, the lock, the wheel, and nothing of the machine it was made on."""

from __future__ import annotations

import ast
import importlib.metadata
import os
import re
import shutil
import subprocess
import sys
import tomllib
import venv
import zipfile
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from strandline.properties import __version__

CHECKOUT = Path(__file__).parent.parent
LOCK = CHECKOUT / "requirements" / "lock.txt"
ROOTS = ("model", "impl", "properties")

# The import names of dependencies whose projects go by another name.
PROJECTS = {"crosshair": "crosshair-tool", "xdist": "pytest-xdist"}

# Where people and machines keep their files, and where packages are kept. A path of an address follows a letter.
MACHINE = re.compile(rb"(?<![\w.~$}/-])/(?:home|opt|root|tmp|Users|work)/\w[^\s\"'`]*")
REGISTRY = re.compile(rb"pypi\.org|pythonhosted\.org|test\.pypi")


def run(*command: str, **environment: str) -> str:
    """Return what a program prints; a failure shows what it said."""
    done = subprocess.run(
        command,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        cwd=CHECKOUT,
        env=os.environ | environment,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def pyproject() -> dict[str, Any]:
    """Return pyproject.toml as it is read by the tools."""
    return tomllib.loads((CHECKOUT / "pyproject.toml").read_text("utf-8"))


def dependencies() -> dict[str, Requirement]:
    """Return the run-time dependencies by their normal names."""
    return {canonicalize_name(r.name): r for r in map(Requirement, pyproject()["project"]["dependencies"])}


def locked() -> dict[str, tuple[Requirement, str]]:
    """Return what the lock pins: for each project its requirement and the text that goes with it."""
    entries = re.split(r"^(?=\w)", LOCK.read_text("utf-8"), flags=re.MULTILINE)[1:]
    pins = [(Requirement(entry.splitlines()[0].rstrip(" \\")), entry) for entry in entries]
    return {canonicalize_name(requirement.name): (requirement, entry) for requirement, entry in pins}


def test_the_version_installed_is_the_version_in_the_source() -> None:
    assert importlib.metadata.version("strandline") == __version__


def test_the_command_line_prints_the_version() -> None:
    program = Path(sys.executable).with_name("strandline.exe" if os.name == "nt" else "strandline")
    assert __version__ in run(str(program), "--version")


def test_zones_are_known_on_a_machine_without_a_zone_database() -> None:
    ask = "import zoneinfo; print(zoneinfo.ZoneInfo('America/St_Johns').key)"
    assert run(sys.executable, "-c", ask, PYTHONTZPATH="").strip() == "America/St_Johns"


@pytest.mark.checkout
@pytest.mark.parametrize("engine", ["hypothesis", "pytest-xdist", "trio", "crosshair-tool"])
def test_what_the_checker_runs_on_is_a_run_time_dependency(engine: str) -> None:
    assert engine in dependencies()


@pytest.mark.checkout
def test_every_imported_project_is_declared() -> None:
    ours = {"strandline", "__future__"} | sys.stdlib_module_names
    for file in (file for root in ROOTS for file in (CHECKOUT / root).rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_bytes())):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and node.level == 0:
                names = [str(node.module)]
            for name in {name.split(".")[0] for name in names} - ours:
                assert PROJECTS.get(name, canonicalize_name(name)) in dependencies(), f"{file.name} imports {name}"


@pytest.mark.checkout
def test_the_lock_names_no_address() -> None:
    assert re.findall(r"\w+://\S+|^-.*|\s--(?!hash=)\S+|\s@\s", LOCK.read_text("utf-8"), flags=re.MULTILINE) == []


@pytest.mark.checkout
def test_the_lock_pins_one_version_and_its_hashes_for_each_project() -> None:
    assert locked()
    for requirement, entry in locked().values():
        assert [specifier.operator for specifier in requirement.specifier] == ["=="], entry
        assert re.search(r"--hash=sha256:[0-9a-f]{64}\b", entry), entry


@pytest.mark.checkout
def test_the_lock_satisfies_every_declared_requirement() -> None:
    groups = pyproject()["dependency-groups"].values()
    grouped = [Requirement(entry) for group in groups for entry in group if isinstance(entry, str)]
    for requirement in [*dependencies().values(), *grouped]:
        pinned, _ = locked()[canonicalize_name(requirement.name)]
        (version,) = [specifier.version for specifier in pinned.specifier]
        assert requirement.specifier.contains(version), requirement


@pytest.mark.checkout
def test_the_wheel_holds_the_three_layers_and_nothing_else(tmp_path: Path) -> None:
    run(sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(tmp_path))
    (wheel,) = tmp_path.iterdir()
    with zipfile.ZipFile(wheel) as archive:
        files = {name for name in archive.namelist() if ".dist-info/" not in name}
    expected = {
        file.relative_to(CHECKOUT / root).as_posix()
        for root in ROOTS
        for file in (CHECKOUT / root).rglob("*")
        if file.is_file() and file.suffix != ".pyc"
    }
    assert {f"strandline/{root}/py.typed" for root in ROOTS} <= files
    assert files == expected


@pytest.mark.checkout
def test_no_committed_file_names_a_machine_or_a_registry() -> None:
    listing = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    try:
        listed = subprocess.run(listing, cwd=CHECKOUT, capture_output=True, text=True, timeout=60, check=False)
    except FileNotFoundError:
        pytest.skip("without git there is no telling which files are committed")
    if listed.returncode != 0:
        pytest.skip(f"not in a git checkout: {listed.stderr.strip()}")
    named = {}
    for file in (CHECKOUT / name for name in listed.stdout.split("\0") if name):
        if file.is_file():
            text = file.read_bytes()
            if found := MACHINE.findall(text) + REGISTRY.findall(text):
                named[str(file)] = found
    assert named == {}


@pytest.mark.checkout
@pytest.mark.parametrize(
    ("maker", "helps"), [("", "leave this environment"), ("uv = 0.9.0\n", "uv run strandline check")]
)
def test_a_python_without_pip_is_told_in_one_line_what_to_do(tmp_path: Path, maker: str, helps: str) -> None:
    for name in ("run.py", "pyproject.toml", "requirements/lock.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        shutil.copy(CHECKOUT / name, tmp_path / name)
    venv.create(tmp_path / "bare", with_pip=False)
    with (tmp_path / "bare" / "pyvenv.cfg").open("a", encoding="utf-8") as settings:
        settings.write(maker)
    python = tmp_path / "bare" / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    done = subprocess.run([python, "run.py", "check"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (1, "", 1)
    assert done.stderr.startswith("run.py: needs pip, and ")
    assert helps in done.stderr
    assert not (tmp_path / ".venv-run").exists()


@pytest.mark.checkout
def test_a_python_that_is_too_old_can_still_read_run_py() -> None:
    ast.parse((CHECKOUT / "run.py").read_bytes(), feature_version=(3, 6))
