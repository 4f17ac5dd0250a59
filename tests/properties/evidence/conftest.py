"""A browser for the tests of the page."""

from __future__ import annotations

import os
import shutil
from typing import Final

import pytest

REQUIRED: Final = "STRANDLINE_BROWSER_REQUIRED"
"""The variable by which CI says that there is a browser, so that no test may be skipped for want of one."""


@pytest.fixture(scope="session")
def browser() -> str:
    """Give the path of a Chromium; without one, skip, or fail where there has to be one."""
    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if found is None and os.environ.get(REQUIRED):
        pytest.fail(f"{REQUIRED} is set, and there is no Chromium on the path")
    if found is None:
        pytest.skip("there is no Chromium here")
    return found
