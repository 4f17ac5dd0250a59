"""The log as SQL: every statement that a refresh runs, over one connection.

Columns are qualified (``l."ts"``), because SQLite reads a quoted name that it does not know as
a string and would answer with that. Text is fetched as bytes, because a body need not decode.
"""

from __future__ import annotations

import json
from hashlib import blake2b
from typing import TYPE_CHECKING, Final, NamedTuple

from strandline.impl.parse import MARKERS

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Iterator

    from strandline.impl.memo import Gap, Partition
    from strandline.impl.window import Span

COLUMNS: Final = ("id", "ts", "ts_nanos", "feedback_log_body", "thread_id", "process_uuid")
"""The columns of ``logs`` that the scanner reads."""

ID_MIN: Final = -(2**63)
ID_MAX: Final = 2**63 - 1

_MARKED: Final = " OR ".join(f"""instr(l."feedback_log_body", '{marker}')""" for marker in MARKERS)
"""The prefilter: a superset of the parser. Unlike LIKE, instr minds case and sees past a NUL."""

_ROW: Final = f"""l."id", l."ts", l."ts_nanos", l."thread_id", l."process_uuid",
    typeof(l."feedback_log_body"),
    CASE WHEN typeof(l."feedback_log_body") = 'text' AND ({_MARKED}) THEN l."feedback_log_body" END"""

_TAIL: Final = f"""SELECT {_ROW} FROM "logs" AS l WHERE l."id" > ? ORDER BY l."id" LIMIT ?"""  # noqa: S608 - constants only
_SPAN: Final = f"""SELECT {_ROW} FROM "logs" AS l WHERE l."ts" >= ? AND l."ts" <= ?"""  # noqa: S608 - constants only
_ODD_TIMES: Final = """SELECT count(*) FROM "logs" AS l WHERE typeof(l."ts") <> 'integer'"""
_STAMPS: Final = """SELECT l."id", l."ts", l."ts_nanos" FROM "logs" AS l
    WHERE l."id" IN (SELECT value FROM json_each(?))"""
_WHOLE: Final = """SELECT l."id", l."ts", l."ts_nanos", l."thread_id", l."process_uuid",
    typeof(l."feedback_log_body"),
    CASE WHEN typeof(l."feedback_log_body") IN ('text', 'blob') THEN l."feedback_log_body" END FROM "logs" AS l
    WHERE l."id" IN (SELECT value FROM json_each(?))"""
_OCCUPIED: Final = """SELECT EXISTS (SELECT 1 FROM json_each(?) AS g JOIN "logs" AS l
    ON l."id" BETWEEN json_extract(g.value, '$[0]') AND json_extract(g.value, '$[1]'))"""
_NEWEST: Final = """SELECT l."id", l."thread_id", l."process_uuid" FROM "logs" AS l
    WHERE l."id" <= ? ORDER BY l."id" DESC"""
_HIGHEST: Final = """SELECT max(l."id") FROM "logs" AS l"""


class SchemaError(Exception):
    """The database has no table that a codex writer could have made; the text says what is missing."""


class LogRow(NamedTuple):
    """A row as SQLite hands it out: ``body`` is there only if it is TEXT that bears a marker."""

    id: int
    ts: object
    nanos: object
    thread: bytes | None
    process: bytes | None
    kind: bytes
    body: bytes | None

    @property
    def partition(self) -> Partition:
        """The partition that this row is pruned with."""
        return partition_of(self.thread, self.process)

    @property
    def digest(self) -> bytes:
        """Sixteen bytes that tell this row from any other that was ever given its id."""
        head = repr((self.ts, self.nanos, self.thread, self.process, self.kind, len(self.body or b"")))
        return blake2b(self.body or b"", digest_size=16, key=blake2b(head.encode(), digest_size=32).digest()).digest()


class EmptyDatabaseError(SchemaError):
    """The database has no table at all, as one that was just created."""


def partition_of(thread: bytes | None, process: bytes | None) -> Partition:
    """Tell which partition a row belongs to, as the writer that prunes it does."""
    if thread is not None:
        return ("thread", thread)
    return ("process", process) if process is not None else None


class LogReader:
    """Reads the ``logs`` table of one connection; the caller holds the transaction."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        """Read through this connection, which must hand text out as bytes."""
        self._connection = connection
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
        if kinds.get(b"logs") != b"table":
            message = "there is no table named logs"
            raise SchemaError(message)
        table = self._connection.execute('PRAGMA table_info("logs")')
        columns = {name.decode(errors="replace"): (kind, key) for _, name, kind, _, _, key in table}
        missing = [name for name in COLUMNS if name not in columns]
        if missing:
            message = f"the table logs has no column {', '.join(missing)}"
            raise SchemaError(message)
        keys = [name for name, (_, key) in columns.items() if key]
        # Only a primary key that is the row id itself needs no index of its own; any other may hold text.
        indexed = any(origin == b"pk" for _, _, _, origin, _ in self._connection.execute('PRAGMA index_list("logs")'))
        if keys != ["id"] or columns["id"][0].upper() != b"INTEGER" or indexed:
            message = "the column id of the table logs is not its INTEGER PRIMARY KEY"
            raise SchemaError(message)
        self._verified = version if isinstance(version, int) else None

    def highest(self) -> int | None:
        """Give the highest id, None in an empty log."""
        highest = self._one(_HIGHEST)
        return highest if isinstance(highest, int) else None

    def sequence(self) -> int:
        """Give the highest id ever issued, 0 where the table does not keep count."""
        kept = self._one("SELECT 1 FROM sqlite_schema WHERE name = 'sqlite_sequence'")
        issued = self._one("SELECT seq FROM sqlite_sequence WHERE name = 'logs'") if kept else 0
        return issued if isinstance(issued, int) else 0

    def tail(self, after: int, limit: int) -> Iterator[LogRow]:
        """Give the rows above an id, by ascending id, at most so many."""
        if after < ID_MIN:
            yield from self._rows(_TAIL.replace('l."id" > ?', 'l."id" >= ?'), (ID_MIN, limit))
        else:
            yield from self._rows(_TAIL, (after, limit))

    def spanned(self, span: Span) -> Iterator[LogRow]:
        """Give the rows whose instant is in a span, in no order."""
        low = ID_MIN if span.start is None else span.start
        high = ID_MAX if span.end is None else span.end - 1
        return self._rows(_SPAN, (low, high))

    def odd_times(self) -> int:
        """Count the rows whose instant is not an integer."""
        count = self._one(_ODD_TIMES)
        return count if isinstance(count, int) else 0

    def stamps(self, ids: Iterable[int]) -> dict[int, tuple[object, object]]:
        """Look rows up by primary key: the instant and its nanoseconds of each that is there."""
        return {row[0]: (row[1], row[2]) for row in self._connection.execute(_STAMPS, (json.dumps([*ids]),))}

    def whole(self, ids: Iterable[int]) -> Iterator[LogRow]:
        """Look rows up by primary key, each with its body whatever it holds."""
        return self._rows(_WHOLE, (json.dumps([*ids]),))

    def is_occupied(self, gaps: Iterable[Gap]) -> bool:
        """Tell whether a row has an id in one of these stretches."""
        return bool(self._one(_OCCUPIED, (json.dumps([(max(low, ID_MIN), high) for low, high in gaps]),)))

    def newest(self, through: int) -> Iterator[tuple[int, Partition]]:
        """Walk back from an id: each row's id and partition."""
        for row_id, thread, process in self._connection.execute(_NEWEST, (through,)):
            yield row_id, partition_of(thread, process)

    def _rows(self, statement: str, parameters: tuple[object, ...]) -> Iterator[LogRow]:
        return map(LogRow._make, self._connection.execute(statement, parameters))

    def _one(self, statement: str, parameters: tuple[object, ...] = ()) -> object:
        row = self._connection.execute(statement, parameters).fetchone()
        return row[0] if row else None
