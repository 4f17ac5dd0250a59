"""A log, a file system that waits and a loop with a bound, for the claims about the scanner for trio."""

from __future__ import annotations

import sqlite3
import threading
from contextlib import closing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import trio
import trio.testing

from strandline.impl.memo.files import Sighting, SystemFiles
from strandline.impl.memo.memo import Limits
from strandline.impl.memo.window import Window
from tests.impl.memo.machine import SCHEMA, request

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path

    from strandline.impl.memo.effects import Failure, Missing
    from strandline.impl.memo.store import Slot
    from strandline.impl.memo.trio import TrioScanner


UTC = ZoneInfo("UTC")


ALWAYS = Window(None, None, UTC)


LIMITS = Limits(waits=2, pause=0)


PATIENCE = 30
"""Seconds after which a test that waits for an event has failed."""


def write(path: Path, *turns: str, patience: float = 0) -> None:
    """Commit turns to the log, in rollback mode; without patience this fails if a reader left a lock."""
    with closing(sqlite3.connect(path, isolation_level=None, timeout=patience)) as writer:
        writer.execute(SCHEMA.replace("TABLE", "TABLE IF NOT EXISTS"))
        for turn in turns:
            writer.execute("INSERT INTO logs (ts, ts_nanos, feedback_log_body) VALUES (1, 0, ?)", (request(turn),))


def run(main: Callable[[], Awaitable[None]]) -> None:
    async def bounded() -> None:
        with trio.fail_after(PATIENCE):
            await main()

    trio.run(bounded)


def slot(scanner: TrioScanner) -> Slot:
    return scanner._host.store.slot  # noqa: SLF001 - a cancelled refresh must not move it


@dataclass(frozen=True, slots=True)
class Gate(SystemFiles):
    """The file system, whose every look at the path waits for the test; never longer than its patience."""

    inside: threading.Event = field(default_factory=threading.Event)
    go: threading.Event = field(default_factory=threading.Event)

    def locate(self, path: Path) -> Sighting | Missing | Failure:
        self.inside.set()
        assert self.go.wait(PATIENCE)
        return SystemFiles.locate(self, path)
