"""Systems that break an assumption: connections under which something happens, file systems that tell no truth."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from strandline.impl.memo.files import Pin, Sighting, SystemFiles

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from strandline.impl.memo.effects import Failure, Missing


class Meddled(sqlite3.Connection):
    """A connection under which something happens: before or within the read of the tail."""

    def execute(self, statement: str, *parameters: Any) -> Any:  # noqa: ANN401 - as sqlite3's
        """Execute, and let it happen once the tail is asked for."""
        if 'ORDER BY l."id" LIMIT' not in statement or not HAPPENS:
            return super().execute(statement, *parameters)
        before, within = HAPPENS.pop()
        before()
        return _meddled(super().execute(statement, *parameters), within)


HAPPENS: list[tuple[Any, Any]] = []
"""What happens: before the tail is read, and after its first row."""


def _meddled(found: Iterator[Any], within: Any) -> Iterator[Any]:  # noqa: ANN401 - rows as sqlite3 gives them
    first = next(found)
    within()
    yield first
    yield from found


def meddling(*args: Any, **settings: Any) -> sqlite3.Connection:  # noqa: ANN401 - as sqlite3.connect
    return sqlite3.connect(*args, factory=Meddled, **settings)


@dataclass
class OddFiles:
    """A file system that tells what it is made to tell."""

    told: Sighting | None = None
    pins: bool = True
    _system: SystemFiles = field(default_factory=SystemFiles)

    def locate(self, path: Path) -> Sighting | Missing | Failure:
        """Tell the same file for ever, or the one that is there."""
        return self._system.locate(path) if self.told is None else self.told

    def pin(self, path: Path) -> Pin | Missing | Failure:
        """Pin it where the system can."""
        if self.pins and self.told is None:
            return self._system.pin(path)
        found = self.locate(path)
        return Pin(found, None) if isinstance(found, Sighting) else found


def seen(path: Path) -> Sighting:
    found = SystemFiles().locate(path)
    assert isinstance(found, Sighting)
    return found


# The file system


def as_ever(*args: Any, **settings: Any) -> sqlite3.Connection:  # noqa: ANN401 - as sqlite3.connect
    connection: sqlite3.Connection = sqlite3.connect(*args, **settings)
    return connection


@dataclass
class AwayAndBack:
    """Connects while another file is renamed over the path, and renames the first one back."""

    path: Path
    other: Path
    times: int

    def __call__(self, *args: Any, **settings: Any) -> sqlite3.Connection:  # noqa: ANN401 - as sqlite3.connect
        """Connect."""
        if not self.times:
            return as_ever(*args, **settings)
        self.times -= 1
        aside = self.path.with_name("aside.sqlite")
        self.path.rename(aside)
        self.other.rename(self.path)
        try:
            connection = as_ever(*args, **settings)
            connection.execute("SELECT * FROM logs").fetchall()
            return connection
        finally:
            self.path.rename(self.other)
            aside.rename(self.path)


# SQLite


class NoSnapshot(Meddled):
    """A connection whose transactions are none, so that each statement has a snapshot of its own."""

    def execute(self, statement: str, *parameters: Any) -> Any:  # noqa: ANN401 - as sqlite3's
        """Execute anything but BEGIN."""
        return super().execute("SELECT 0" if statement == "BEGIN" else statement, *parameters)


class StandingStill(sqlite3.Connection):
    """A connection whose data version does not move."""

    def execute(self, statement: str, *parameters: Any) -> Any:  # noqa: ANN401 - as sqlite3's
        """Execute anything but the pragma."""
        return super().execute("SELECT 1" if "data_version" in statement else statement, *parameters)
