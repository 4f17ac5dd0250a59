"""The profiles of Hypothesis; ``--hypothesis-profile dev`` takes the second one.

Time is no law here: a shared machine takes as long as it takes, so there is no deadline, and a
slow example is no fault of the strategy that made it.
"""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

# Where Hypothesis is missing, the tests that rest on it fail by their own imports, and no others fail with them.
if find_spec("hypothesis") is not None:
    from hypothesis import HealthCheck, settings

    UNTIMED = (HealthCheck.too_slow,)

    settings.register_profile(
        "ci", derandomize=True, database=None, deadline=None, print_blob=True, suppress_health_check=UNTIMED
    )
    settings.register_profile("dev", derandomize=False, deadline=None, print_blob=True, suppress_health_check=UNTIMED)
    settings.load_profile("ci")


def pytest_configure(config: pytest.Config) -> None:
    """Let no command that a test calls keep its memo where the user's own are."""
    folder = tempfile.mkdtemp(prefix="strandline-memos-")
    os.environ["STRANDLINE_MEMO"] = str(Path(folder) / "memos.sqlite")
    config.add_cleanup(lambda: shutil.rmtree(folder, ignore_errors=True))


@pytest.fixture
def hangups() -> Iterator[None]:
    """Let SIGHUP end what the test starts: under nohup it is ignored, by each child too, and that is right."""
    if not hasattr(signal, "SIGHUP"):
        yield
        return
    before = signal.signal(signal.SIGHUP, signal.SIG_DFL)
    yield
    signal.signal(signal.SIGHUP, before)
