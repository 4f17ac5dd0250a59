"""A row of the metadata table, and how a list of rows is paged."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from strandline.impl.threads.generation import Generation
from strandline.impl.threads.patch import COLUMNS, Cell, Patch

if TYPE_CHECKING:
    from collections.abc import Sequence

    from strandline.impl.threads.patch import Value

NAMES: Final = tuple(column.name for column in COLUMNS)
SELECTED: Final = ", ".join(("thread", "rollout", "ordinal", "byte_offset", "digest", "explicit", *NAMES))
RECENCY: Final = "COALESCE(recency_at, created_at, 0)"
"""What lists are ordered by."""

SCHEMA: Final = (
    f"""CREATE TABLE IF NOT EXISTS threads (thread TEXT PRIMARY KEY, rollout TEXT NOT NULL, ordinal INTEGER NOT NULL,
    byte_offset INTEGER NOT NULL, digest TEXT NOT NULL, explicit TEXT NOT NULL,
    {", ".join(f"{column.name} {'TEXT' if column.kind is str else 'INTEGER'}" for column in COLUMNS)}) WITHOUT ROWID""",
    f"CREATE INDEX IF NOT EXISTS threads_by_recency ON threads ({RECENCY} DESC, thread)",
)


def require_only_tables(connection: sqlite3.Connection) -> None:
    """Refuse a database in which anything but tables and their indexes stands, before anything of it is asked.

    A view in the place of the table may be endless, and a trigger may do whatever its writer wanted.

    Raises:
        sqlite3.OperationalError: it has such a thing.
    """
    strange = "SELECT type FROM sqlite_schema WHERE rootpage IS NULL OR rootpage <= 0 LIMIT 1"
    if connection.execute(strange).fetchone() is not None:
        error = sqlite3.OperationalError("it has a view, a trigger or a virtual table")
        error.sqlite_errorcode, error.sqlite_errorname = sqlite3.SQLITE_ERROR, "SQLITE_ERROR"
        raise error


@dataclass(frozen=True, slots=True)
class Row:
    """The metadata of one thread, and through which line of its rollout it is known."""

    thread: str
    generation: Generation
    patch: Patch
    """Each column's value, and whether it is explicit."""

    def __getitem__(self, name: str) -> Value:
        """Give the value of a column, None if it has none."""
        return self.patch.value(name)

    @property
    def recency(self) -> int:
        """What a list orders this row by."""
        for name in ("recency_at", "created_at"):
            if isinstance(value := self[name], int):
                return value
        return 0


@dataclass(frozen=True, slots=True)
class Position:
    """Where the next page of a list begins."""

    recency: int
    thread: str


@dataclass(frozen=True, slots=True)
class Page:
    """Rows, the most recent first, and where to go on; ``after`` is None at the end."""

    rows: tuple[Row, ...]
    after: Position | None


def row_of(selected: Sequence[Any]) -> Row:
    """Make a row of the values of ``SELECTED``."""
    thread, rollout, ordinal, offset, digest, explicit, *values = selected
    asked = set(explicit.split())
    cells = tuple(
        None if value is None and name not in asked else Cell(value, name in asked)
        for name, value in zip(NAMES, values, strict=True)
    )
    return Row(thread, Generation(rollout, ordinal, offset, digest), Patch(cells))


def explicit_names(patch: Patch) -> str:
    """Give the names of the columns that somebody asked for, as the row keeps them."""
    return " ".join(name for name, cell in zip(NAMES, patch.cells, strict=True) if cell is not None and cell.explicit)
