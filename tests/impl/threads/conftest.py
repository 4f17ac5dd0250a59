"""A store for the tests of threads, and their order: another one for each number in STRANDLINE_ORDER."""

from __future__ import annotations

import os
import random
from typing import TYPE_CHECKING

import pytest

from strandline.impl.threads.store import ThreadStore
from tests.impl.threads.stores import LAZY

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the tests into an order of chance, the same one in each process of xdist; none may rest on another."""
    seed = os.environ.get("STRANDLINE_ORDER")
    if seed is not None:
        random.Random(int(seed)).shuffle(items)  # noqa: S311 - an order


@pytest.fixture
def store(tmp_path: Path) -> Iterator[ThreadStore]:
    with ThreadStore(tmp_path, limits=LAZY) as made:
        yield made
        made.close(deadline=0, on_failure="return")
