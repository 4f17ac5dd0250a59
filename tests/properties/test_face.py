"""The face of properties: what a user imports, found when it is asked for, and nothing besides."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import strandline.properties as face


@pytest.mark.parametrize("name", face.__all__)
def test_every_name_is_there(name: str) -> None:
    assert getattr(face, name) is not None


def test_a_name_that_is_not_there_is_said_to_be_missing() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'nothing'"):
        _ = face.nothing


def test_the_face_has_under_60_lines_and_imports_no_engine_by_itself() -> None:
    assert len(Path(face.__file__).read_text("utf-8").splitlines()) < 60
    program = "import sys, strandline.properties; sys.exit('numpy' in sys.modules or 'hypothesis' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False, timeout=60).returncode == 0
