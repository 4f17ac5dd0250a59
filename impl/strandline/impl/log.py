"""The log as a refresh reads it: the rows of a projection's table, over one connection.

Text is fetched as bytes, because a body need not decode.
"""

from __future__ import annotations

import json
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from strandline.impl.codex import CODEX
from strandline.impl.projection import BODY_MAX
from strandline.impl.sql import statements

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Iterator

    from strandline.impl.memo import Gap, Partition
    from strandline.impl.projection import Projection
    from strandline.impl.window import Span

ID_MIN: Final = -(2**63)
ID_MAX: Final = 2**63 - 1


class SchemaError(Exception):
    """The database has not the table that the projection reads; the text says what is missing."""


class LogRow(NamedTuple):
    """A row as SQLite hands it out: ``body`` is there only if it is TEXT that bears a marker.

    ``size`` is the length of a TEXT or a BLOB in bytes as they are stored, None for any other body. ``owners`` are the
    values of the columns that say whose it is, in the order of the projection.
    """

    id: int
    ts: object
    nanos: object
    kind: bytes
    size: int | None
    body: bytes | None
    owners: tuple[object, ...]

    def is_too_long(self) -> bool:
        """Tell whether the body is a TEXT that is too long to be read."""
        return self.kind == b"text" and (self.size is None or self.size > BODY_MAX)

    @property
    def partition(self) -> Partition:
        """The partition that this row is pruned with."""
        return partition_of(self.owners)

    @property
    def digest(self) -> bytes:
        """Sixteen bytes that tell this row from any other that was ever given its id."""
        head = repr((self.ts, self.nanos, *self.owners, self.kind, len(self.body or b"")))
        return blake2b(self.body or b"", digest_size=16, key=blake2b(head.encode(), digest_size=32).digest()).digest()

    @property
    def bare(self) -> bytes:
        """Sixteen bytes that tell this row by all but its body, which a row that is skipped may be given without."""
        return blake2b(repr((self.ts, self.nanos, *self.owners, self.kind)).encode(), digest_size=16).digest()


class EmptyDatabaseError(SchemaError):
    """The database has no table at all, as one that was just created."""


def partition_of(owners: tuple[object, ...]) -> Partition:
    """Tell which partition a row belongs to: that of its first owner."""
    for column, owner in enumerate(owners):
        if owner is not None:
            return column, owner
    return None


class LogReader:
    """Reads a projection's table over one connection; the caller holds the transaction."""

    def __init__(self, connection: sqlite3.Connection, projection: Projection[Any, Any] = CODEX) -> None:
        """Read through this connection, which must hand text out as bytes."""
        self.projection = projection
        self._connection = connection
        self._sql = statements(projection)
        self._verified: int | None = None

    def verify(self) -> None:
        """Check that the table has the columns that are read, if the schema moved since it was last checked.

        Raises:
            SchemaError: it has not; a view in its place counts as missing.
        """
        version = self._one("PRAGMA schema_version")
        if version == self._verified:
            return
        kinds = dict(self._connection.execute("SELECT name, type FROM sqlite_schema"))
        if not kinds:
            message = "the database is empty: it has no table yet"
            raise EmptyDatabaseError(message)
        table, key = self.projection.table, self.projection.id
        if kinds.get(table.encode()) != b"table":
            raise SchemaError(f"there is no table named {table}")
        described = self._connection.execute(self._sql.columns)
        columns = {name.decode(errors="replace"): (kind, number) for _, name, kind, _, _, number in described}
        missing = [name for name in self.projection.columns if name not in columns]
        if missing:
            raise SchemaError(f"the table {table} has no column {', '.join(missing)}")
        keys = [name for name, (_, number) in columns.items() if number]
        # Only a primary key that is the row id itself needs no index of its own; any other may hold text.
        indexed = any(origin == b"pk" for _, _, _, origin, _ in self._connection.execute(self._sql.indexes))
        if keys != [key] or columns[key][0].upper() != b"INTEGER" or indexed:
            raise SchemaError(f"the column {key} of the table {table} is not its INTEGER PRIMARY KEY")
        self._verified = version if isinstance(version, int) else None

    def highest(self) -> int | None:
        """Give the highest id, None in an empty log."""
        highest = self._one(self._sql.highest)
        return highest if isinstance(highest, int) else None

    def sequence(self) -> int:
        """Give the highest id ever issued, 0 where the table does not keep count."""
        kept = self._one("SELECT 1 FROM sqlite_schema WHERE name = 'sqlite_sequence'")
        issued = self._one(self._sql.issued) if kept else 0
        return issued if isinstance(issued, int) else 0

    def tail(self, after: int, limit: int) -> Iterator[LogRow]:
        """Give the rows above an id, by ascending id, at most so many."""
        if after < ID_MIN:
            yield from self._rows(self._sql.beginning, (ID_MIN, limit))
        else:
            yield from self._rows(self._sql.tail, (after, limit))

    def spanned(self, span: Span) -> Iterator[LogRow]:
        """Give the rows whose instant is in a span, in no order."""
        low = ID_MIN if span.start is None else span.start
        high = ID_MAX if span.end is None else span.end - 1
        return self._rows(self._sql.spanned, (low, high))

    def odd_times(self) -> int:
        """Count the rows whose instant is not an integer."""
        count = self._one(self._sql.odd_times)
        return count if isinstance(count, int) else 0

    def stamps(self, ids: Iterable[int]) -> dict[int, tuple[object, object]]:
        """Look rows up by primary key: the instant and its nanoseconds of each that is there."""
        return {row[0]: (row[1], row[2]) for row in self._connection.execute(self._sql.stamps, (json.dumps([*ids]),))}

    def whole(self, ids: Iterable[int]) -> Iterator[LogRow]:
        """Look rows up by primary key, each with its body whatever it holds."""
        return self._rows(self._sql.whole, (json.dumps([*ids]),))

    def is_occupied(self, gaps: Iterable[Gap]) -> bool:
        """Tell whether a row has an id in one of these stretches."""
        return bool(self._one(self._sql.occupied, (json.dumps([(max(low, ID_MIN), high) for low, high in gaps]),)))

    def newest(self, through: int) -> Iterator[tuple[int, Partition]]:
        """Walk back from an id: each row's id and partition."""
        for row in self._connection.execute(self._sql.newest, (through,)):
            yield row[0], partition_of(row[1:])

    def _rows(self, statement: str, parameters: tuple[object, ...]) -> Iterator[LogRow]:
        for row in self._connection.execute(statement, parameters):
            yield LogRow(row[0], row[1], row[2], row[3], row[4], row[5], row[6:])

    def _one(self, statement: str, parameters: tuple[object, ...] = ()) -> object:
        row = self._connection.execute(statement, parameters).fetchone()
        return row[0] if row else None
