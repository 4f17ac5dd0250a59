"""What the tests of stores share: their limits, and a lock that another process would hold."""

from __future__ import annotations

import sqlite3
import sys
import threading
import time
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

import pytest

from strandline.impl.threads.limits import Limits
from tests.impl.threads.items import PATIENCE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from strandline.impl.threads.row import Row
    from strandline.impl.threads.store import LiveThread, ThreadStore


QUICK = Limits(pace=0.001, touch=0.001, backoff=0.001, backoff_max=0.01, busy=0.05, resume=0.5, drain=PATIENCE)


LAZY = Limits(pace=PATIENCE, touch=PATIENCE, busy=0.05, drain=PATIENCE)
"""Projects when somebody waits, and not before."""


unix = pytest.mark.skipif(sys.platform == "win32", reason="a file that is open cannot be removed there")


def row_of(store: ThreadStore, thread: LiveThread) -> Row:
    row = store.read(thread.id)
    assert row is not None
    return row


def eventually(holds: Callable[[], bool]) -> None:
    """Wait until something holds that another thread brings about."""
    until = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < until
        threading.Event().wait(0.001)


@contextmanager
def lock(path: Path) -> Iterator[None]:
    """Hold the lock of a database, as another process would."""
    with closing(sqlite3.connect(path, isolation_level=None, check_same_thread=False)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield
