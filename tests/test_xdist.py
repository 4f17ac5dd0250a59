"""The tests run on all cores: pytest-xdist gives two files to two processes."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pathlib import Path

PATIENCE: Final = 120.0
"""Seconds to wait for the child; they are only used up when something is wrong."""

TEST: Final = """
import os
import pathlib


def test_where_it_runs():
    said = os.environ["PYTEST_XDIST_WORKER"] + " " + str(os.getpid())
    pathlib.Path(__file__).with_suffix(".worker").write_text(said, "utf-8")
"""


def test_two_files_run_in_two_processes(tmp_path: Path) -> None:
    (tmp_path / "pytest.ini").write_text("[pytest]\n", "utf-8")
    for name in ("test_one.py", "test_two.py"):
        (tmp_path / name).write_text(TEST, "utf-8")
    command = [sys.executable, "-m", "pytest", "-n", "2", "-p", "no:cacheprovider", "--rootdir", str(tmp_path)]
    # This test may itself run in a worker, which tells its children so by such names.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    done = subprocess.run(
        [*command, "-c", str(tmp_path / "pytest.ini"), str(tmp_path)],
        cwd=tmp_path,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        timeout=PATIENCE,
        check=False,
    )
    assert done.returncode == 0, f"pytest -n 2 failed; is pytest-xdist installed?\n{done.stdout}{done.stderr}"
    said = [(tmp_path / f"test_{name}.worker").read_text("utf-8").split() for name in ("one", "two")]
    assert {worker for worker, _ in said} == {"gw0", "gw1"}
    assert len({process for _, process in said} | {str(os.getpid())}) == 3
