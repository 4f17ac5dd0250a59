"""What tests of several commands ask: a log that the writer wrote."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest

from strandline.impl.memo.product.writer.write import Plan, write

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "log.sqlite"
    write(path, Plan(codex="0.158", rows=400, noise=0.1), threading.Event())
    return path
