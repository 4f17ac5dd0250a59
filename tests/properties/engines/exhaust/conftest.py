"""What tests of the command that searches ask: a module of somebody's own, in a folder of its own."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from tests.properties.engines.exhaust.worlds_of_ones_own import HEAD, fresh_names

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Write no more than the head of a module, and give its name; tests add to it."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.path", [*sys.path])
    name = next(fresh_names)
    (tmp_path / f"{name}.py").write_text(HEAD)
    return name
