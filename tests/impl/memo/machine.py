"""What claims about the scanner on a machine share: the smallest table of a log, connections, descriptors, users."""

from __future__ import annotations

import os
import sqlite3
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest

from strandline.impl.memo.answer import Answer, Outcome, Unavailable

if TYPE_CHECKING:
    from collections.abc import Iterator

SCHEMA = """CREATE TABLE logs (id INTEGER PRIMARY KEY AUTOINCREMENT, ts INTEGER NOT NULL, ts_nanos INTEGER NOT NULL,
    feedback_log_body TEXT, thread_id TEXT, process_uuid TEXT)"""
NOBODY: Final = 65534
_DESCRIPTORS: Final = Path("/proc/self/fd")

needs_descriptors = pytest.mark.skipif(not _DESCRIPTORS.exists(), reason="the system does not list descriptors")


def request(turn: str) -> str:
    return f'turn{{turn.id={turn}}}: websocket request: {{"type": "response.create", "service_tier": "priority"}}'


def answer(outcome: Outcome) -> Answer:
    assert isinstance(outcome, Answer), outcome
    return outcome


def names(outcome: Outcome) -> list[str]:
    return [turn.turn for turn in answer(outcome).turns]


def unavailable(outcome: Outcome) -> str:
    assert isinstance(outcome, Unavailable), outcome
    return outcome.reason


def descriptors() -> int:
    """Count what is open; 0 where the system does not tell."""
    return len(list(_DESCRIPTORS.iterdir())) if _DESCRIPTORS.exists() else 0


@contextmanager
def unprivileged() -> Iterator[None]:
    """Act as a user who is not root: root may read and write everything."""
    root = os.geteuid() == 0
    if root:
        os.seteuid(NOBODY)
    try:
        yield
    finally:
        if root:
            os.seteuid(0)


@dataclass
class Made:
    """A factory that keeps what it made, to see what is still open."""

    factory: type[sqlite3.Connection] = sqlite3.Connection
    every: list[sqlite3.Connection] = field(default_factory=list)

    def __call__(self, *arguments: Any, **options: Any) -> sqlite3.Connection:  # noqa: ANN401 - as in sqlite3
        self.every.append(sqlite3.connect(*arguments, factory=self.factory, **options))
        return self.every[-1]

    @property
    def opened(self) -> int:
        return sum(map(_is_open, self.every))


def _is_open(connection: sqlite3.Connection) -> bool:
    try:
        connection.total_changes  # noqa: B018 - it raises once closed
    except sqlite3.ProgrammingError:
        return False
    return True
