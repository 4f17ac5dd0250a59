"""The log as a refresh reads it: the rows of a projection's table, over one connection.

Text is fetched as bytes, because a body need not decode.
"""

from __future__ import annotations

import sqlite3
from hashlib import blake2b
from itertools import islice
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple, TypeAlias

from strandline.impl.memo import schema
from strandline.impl.memo.codex import CODEX
from strandline.impl.memo.projection import BODY_MAX
from strandline.impl.memo.schema import SchemaError
from strandline.impl.memo.sql import KEYS, statements

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from strandline.impl.memo.memo import Gap, Partition
    from strandline.impl.memo.projection import Projection
    from strandline.impl.memo.window import Span

ID_MIN: Final = -(2**63)
ID_MAX: Final = 2**63 - 1
PAGE_MIN: Final = 512
"""The smallest page of a database, in bytes; SQLite takes a file that is shorter for an empty one."""

EVERY: Final = 2**63 - 1
"""More rows than there can be."""

_new: Final = tuple.__new__  # makes a row in half the time that its class takes


_Rows: TypeAlias = Literal["tail", "beginning", "spanned", "whole"]
"""The statements that give rows with their bodies."""


class LogRow(NamedTuple):
    """A row as SQLite hands it out: ``body`` is there only if it is TEXT that may be loaded.

    ``kind`` is ``text``, ``blob``, ``null`` or ``number``. ``size`` is the length of a BLOB, or of a TEXT in UTF-8, in
    bytes; None for any other body and for a TEXT that is too long to be loaded. ``owners`` are the columns that say
    whose it is, in the order of the projection.
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
        """Sixteen bytes that tell this row from any other that was ever given its id.

        Of a BLOB they hold the length and not the bytes, of a TEXT that is too long neither: neither is ever loaded.
        """
        too_long = self.is_too_long()
        body = b"" if too_long or self.body is None else self.body
        head = repr((self.ts, self.nanos, *self.owners, self.kind, None if too_long else self.size))
        return blake2b(body, digest_size=16, key=blake2b(head.encode(), digest_size=32).digest()).digest()

    @property
    def bare(self) -> bytes:
        """Sixteen bytes that tell this row by all but its body, which a row that is skipped may be given without."""
        return blake2b(repr((self.ts, self.nanos, *self.owners, self.kind)).encode(), digest_size=16).digest()


def partition_of(owners: tuple[object, ...]) -> Partition:
    """Tell which partition a row belongs to: that of its first owner."""
    for column, owner in enumerate(owners):
        if owner is not None:
            return column, owner
    return None


def _lists(ids: Iterable[int]) -> Iterator[tuple[int | None, ...]]:
    """Give ids in lists as long as a statement takes, the last one filled up with None."""
    left = iter(ids)
    while some := tuple(islice(left, KEYS)):
        yield some + (None,) * (KEYS - len(some))


class LogReader:
    """Reads a projection's table over one connection; the caller holds the transaction."""

    def __init__(self, connection: sqlite3.Connection, projection: Projection[Any, Any] = CODEX, size: int = 0) -> None:
        """Read through this connection, which must hand text out as bytes.

        Args:
            connection: to the database.
            projection: the table, and what its rows mean.
            size: of the file in bytes when it was found; 0 if that is not known.
        """
        self.projection = projection
        self._connection = connection
        self._sql = statements(projection)
        self._bodiless = statements(projection, bodies=False)
        self._size = size
        self._verified: int | None = None

    def verify(self) -> None:
        """Check that the table is one to read, if the schema moved since it was last checked.

        Raises:
            SchemaError: it is none.
            sqlite3.DatabaseError: the file was cut short within its last page. SQLite reads zeros there, and rows
                of which every column is NULL.
        """
        version = self._one("PRAGMA schema_version")
        if version == self._verified:
            return
        page = self._one("PRAGMA page_size")
        if isinstance(page, int) and self._size >= PAGE_MIN and self._size % page:
            raise damaged("it is cut short within a page")
        schema.require(self._connection, self.projection)
        self._bound()
        self._verified = version if isinstance(version, int) else None

    def highest(self) -> int | None:
        """Give the highest id, None in an empty log."""
        highest = self._one(self._sql.highest)
        return highest if isinstance(highest, int) else None

    def sequence(self) -> int:
        """Give the highest id ever issued, 0 where the table does not keep count of it."""
        if self.projection.renumbered:
            return 0
        kept = self._one("SELECT 1 FROM sqlite_schema WHERE name = 'sqlite_sequence' AND type = 'table'")
        issued = self._one(self._sql.issued) if kept else 0
        return issued if isinstance(issued, int) else 0

    def tail(self, after: int, limit: int) -> Iterator[LogRow]:
        """Give the rows above an id, by ascending id, at most so many."""
        if after < ID_MIN:
            return self._rows("beginning", (ID_MIN,), limit)
        return self._rows("tail", (after,), limit)

    def spanned(self, span: Span) -> Iterator[LogRow]:
        """Give the rows whose instant is in a span, in no order."""
        low = ID_MIN if span.start is None else span.start
        high = ID_MAX if span.end is None else span.end - 1
        return self._rows("spanned", (low, high))

    def odd_times(self) -> int:
        """Count the rows whose instant is not an integer."""
        count = self._one(self._sql.odd_times)
        return count if isinstance(count, int) else 0

    def stamps(self, ids: Iterable[int]) -> dict[int, tuple[object, object]]:
        """Look rows up by primary key: the instant and its nanoseconds of each that is there."""
        rows = (row for keys in _lists(ids) for row in self._connection.execute(self._sql.stamps, keys))
        return {row[0]: (row[1], row[2]) for row in rows}

    def whole(self, ids: Iterable[int]) -> Iterator[LogRow]:
        """Look rows up by primary key."""
        for keys in _lists(ids):
            yield from self._rows("whole", keys)

    def is_occupied(self, gaps: Iterable[Gap]) -> bool:
        """Tell whether a row has an id in one of these stretches."""
        return any(self._one(self._sql.occupied, (max(low, ID_MIN), high)) for low, high in gaps)

    def newest(self, through: int) -> Iterator[tuple[int, Partition]]:
        """Walk back from an id: each row's id and partition."""
        for row in self._connection.execute(self._sql.newest, (through,)):
            yield row[0], partition_of(row[1:])

    def _bound(self) -> None:
        """Let SQLite load no value that is longer than the longest body, so that one is refused before it is read.

        In a database in UTF-16 it counts the bytes of that, of which two can become three of UTF-8. Which it is in, a
        connection knows only when it has read the schema.
        """
        letter = self._one("SELECT length(CAST('x' AS BLOB))")
        self._connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, BODY_MAX if letter == 1 else BODY_MAX * 2 // 3)

    def _rows(self, name: _Rows, parameters: tuple[object, ...], limit: int = EVERY) -> Iterator[LogRow]:
        """Give the rows of a statement. It ends at a TEXT that is too long; then it is run again from there on.

        A cold scan spends a third of its time here, so what nearly every row is, a TEXT, is told first.
        """
        given = 0
        while True:
            try:
                for row in self._connection.execute(getattr(self._sql, name), (*parameters, limit - given, given)):
                    given += 1
                    body = row[3]
                    if type(body) is bytes and type(row[0]) is int:
                        yield _new(LogRow, (row[0], row[1], row[2], b"text", len(body), body, row[4:]))
                    else:
                        yield self._row(row)
            except sqlite3.DataError as error:
                _refuse_all_but_length(error)
            else:
                return
            yield self._single(name, (*parameters, 1, given))
            given += 1

    def _single(self, name: _Rows, parameters: tuple[object, ...]) -> LogRow:
        """Give the one row that is asked for, if need be without its body.

        It need not be the one whose body is too long: Python goes a row ahead of what it gives.
        """
        try:
            row = self._connection.execute(getattr(self._sql, name), parameters).fetchone()
        except sqlite3.DataError as error:
            _refuse_all_but_length(error)
            # In the same order: the two statements differ in nothing that SQLite plans by.
            row = self._connection.execute(getattr(self._bodiless, name), parameters).fetchone()
        if row is None:
            raise damaged("a row that was just read is not found again")
        return self._row(row)

    def _row(self, row: tuple[Any, ...]) -> LogRow:
        """Read a row of a statement, whatever it holds."""
        row_id, ts, nanos, held, *owners = row
        if type(row_id) is not int:  # no primary key is, but a column that renumbers rows may hold anything
            table, key = self.projection.table, self.projection.id
            raise SchemaError(f"the column {key} of the table {table} holds {row_id!r}, which is no integer")
        match held:
            case bytes():
                return LogRow(row_id, ts, nanos, b"text", len(held), held, tuple(owners))
            case int() if held >= 0:
                return LogRow(row_id, ts, nanos, b"blob", held, None, tuple(owners))
            case int():
                return LogRow(row_id, ts, nanos, b"text", None, None, tuple(owners))
        return LogRow(row_id, ts, nanos, b"null" if held is None else b"number", None, None, tuple(owners))

    def _one(self, statement: str, parameters: tuple[object, ...] = ()) -> object:
        row = self._connection.execute(statement, parameters).fetchone()
        return row[0] if row else None


def damaged(says: str) -> sqlite3.DatabaseError:
    """Make the error of a database that contradicts itself where SQLite does not notice it."""
    error = sqlite3.DatabaseError(f"the database is damaged: {says}")
    error.sqlite_errorcode, error.sqlite_errorname = sqlite3.SQLITE_CORRUPT, "SQLITE_CORRUPT"
    return error


def _refuse_all_but_length(error: sqlite3.DataError) -> None:
    """Raise an error again unless SQLite says that a value is too long."""
    if error.sqlite_errorcode != sqlite3.SQLITE_TOOBIG:
        raise error
