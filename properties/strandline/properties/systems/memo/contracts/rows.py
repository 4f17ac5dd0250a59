"""A log reader without SQLite, for the prover: rows as ints, of which each states something."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from strandline.impl.memo.memo import Gap, Partition


class Row(NamedTuple):
    """A row as the scanner reads it: its id, its partition, and the moment that tells it from any other."""

    id: int
    first: bool
    born: int
    ts: int = 0
    kind: bytes = b"text"
    body: bytes = b"text"

    def is_too_long(self) -> bool:
        """Tell that its body can be read."""
        return False

    @property
    def nanos(self) -> int:
        """The fraction of the second at which it was born."""
        return self.born

    @property
    def owners(self) -> tuple[object, ...]:
        """The thread that it belongs to, one of two."""
        return ("t" if self.first else "u",)

    @property
    def partition(self) -> Partition:
        """The partition of that thread."""
        return 0, self.owners[0]

    @property
    def digest(self) -> bytes:
        """What tells it from another row of its id."""
        return str(self.born).encode()

    @property
    def bare(self) -> bytes:
        """What tells it without its body: another text, which no anchor of a row that states something has."""
        return f"bare {self.born}".encode()


class Rows:
    """What :class:`strandline.impl.memo.log.LogReader` reads, by ascending id."""

    projection: Any = SimpleNamespace(read=lambda: lambda body: body)

    def __init__(self, rows: tuple[tuple[int, bool, int], ...]) -> None:
        """Hold these rows: id, partition, moment."""
        self._rows = tuple(Row(*row) for row in rows)

    def highest(self) -> int | None:
        """Give the highest id."""
        return self._rows[-1].id if self._rows else None

    def sequence(self) -> int:
        """Give the highest id ever issued: nobody keeps count."""
        return 0

    def tail(self, after: int, limit: int) -> list[Row]:
        """Give the rows above an id, at most so many."""
        return [row for row in self._rows if row.id > after][:limit]

    def whole(self, ids: Iterable[int]) -> list[Row]:
        """Look rows up by id."""
        asked = list(ids)
        return [row for row in self._rows if row.id in asked]

    def stamps(self, ids: Iterable[int]) -> dict[int, tuple[int, int]]:
        """Look the moments of rows up by id."""
        return {row.id: (row.ts, row.born) for row in self.whole(ids)}

    def is_occupied(self, gaps: Iterable[Gap]) -> bool:
        """Tell whether a row lies in one of these stretches."""
        held = list(gaps)
        return any(low <= row.id <= high for row in self._rows for low, high in held)

    def newest(self, through: int) -> Iterator[tuple[int, Partition]]:
        """Walk back from an id."""
        return ((row.id, row.partition) for row in reversed(self._rows) if row.id <= through)
