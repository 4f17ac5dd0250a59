"""The table of a codex log in SQLite: how it is made, and how rows get in and out of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, TypeAlias

if TYPE_CHECKING:
    import sqlite3

    from strandline.impl.memo.product.writer.synthetic.entry import Place

Partition: TypeAlias = tuple[str, str] | None
"""Whose rows are pruned together: ``("thread", id)``, else ``("process", id)``, else None."""

CREATE: tuple[str, ...] = (
    """CREATE TABLE logs (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    ts INTEGER NOT NULL,
    ts_nanos INTEGER NOT NULL,
    level TEXT NOT NULL,
    target TEXT NOT NULL,
    feedback_log_body TEXT,
    module_path TEXT,
    file TEXT,
    line INTEGER,
    thread_id TEXT,
    process_uuid TEXT,
    estimated_bytes INTEGER NOT NULL DEFAULT 0
)""",
    "CREATE INDEX idx_logs_ts ON logs (ts DESC, ts_nanos DESC, id DESC)",
    "CREATE INDEX idx_logs_thread_id ON logs (thread_id)",
    "CREATE INDEX idx_logs_thread_id_ts ON logs (thread_id, ts DESC, ts_nanos DESC, id DESC)",
    """CREATE INDEX idx_logs_process_uuid_threadless_ts
    ON logs (process_uuid, ts DESC, ts_nanos DESC, id DESC) WHERE thread_id IS NULL""",
)
"""The statements that make an empty log; run them in one transaction."""

VACUUM = "PRAGMA auto_vacuum = INCREMENTAL"
"""How a log gives room back; SQLite heeds it only in an empty file, before anything else is written to it."""

INSERT = (
    "INSERT INTO logs (ts, ts_nanos, level, target, feedback_log_body, module_path, file, line,"
    " thread_id, process_uuid, estimated_bytes) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
"""Insert one row as ``values`` gives it; the sequence chooses its id."""

CUT = "DELETE FROM logs WHERE ts < ?"
"""Delete what is older than an instant, in unix seconds."""

HIGHEST = "SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = 'logs'"
"""The highest id ever issued, 0 in a new log."""

_SEQUENCE = "CREATE TABLE sqlite_sequence(name,seq)"  # SQLite's own
_OWNER = "_sqlx_migrations"  # the bookkeeping of codex's migrations: only a log that codex itself made has it
_COLUMNS = (
    ("id", "INTEGER", 0, 1),
    ("ts", "INTEGER", 1, 0),
    ("ts_nanos", "INTEGER", 1, 0),
    ("level", "TEXT", 1, 0),
    ("target", "TEXT", 1, 0),
    ("feedback_log_body", "TEXT", 0, 0),
    ("module_path", "TEXT", 0, 0),
    ("file", "TEXT", 0, 0),
    ("line", "INTEGER", 0, 0),
    ("thread_id", "TEXT", 0, 0),
    ("process_uuid", "TEXT", 0, 0),
    ("estimated_bytes", "INTEGER", 1, 0),
)  # name, declared type, NOT NULL, primary key


class Prune(NamedTuple):
    """How one kind of partition is pruned; each statement takes the partition's id first."""

    rows: str
    """Delete what lies beyond the newest rows; second parameter: how many stay."""
    size: str
    """Delete what lies beyond the newest bytes; second parameter: how many stay."""
    total: str
    """Sum the estimated bytes."""


def _prune(partition: str) -> Prune:
    newest = "ORDER BY ts DESC, ts_nanos DESC, id DESC"
    return Prune(
        rows=f"DELETE FROM logs WHERE id IN (SELECT id FROM logs WHERE {partition} {newest} LIMIT -1 OFFSET ?)",  # noqa: S608 - constants of this module
        size=(
            "DELETE FROM logs WHERE id IN (SELECT id FROM (SELECT id, sum(estimated_bytes)"  # noqa: S608 - constants of this module
            f" OVER ({newest} ROWS UNBOUNDED PRECEDING) AS kept FROM logs WHERE {partition}) WHERE kept > ?)"
        ),
        total=f"SELECT coalesce(sum(estimated_bytes), 0) FROM logs WHERE {partition}",  # noqa: S608 - constants of this module
    )


PRUNE_THREAD = _prune("thread_id = ?")
"""Rows with a thread id belong to the thread, whatever their process."""

PRUNE_PROCESS = _prune("thread_id IS NULL AND process_uuid IS ?")
"""Rows without one belong to the process; NULL names the bucket of rows that have neither."""


class Pruner:
    """Prunes partitions, and remembers how heavy each may be.

    Counting rows reads an index alone; weighing them reads the rows. So each partition keeps an
    upper bound of its bytes, and only a bound above the cap is replaced by the truth. A commit
    by anybody else voids all bounds.

    Args:
        rows: how many rows stay in a partition.
        size: how many estimated bytes stay in a partition.
    """

    def __init__(self, rows: int, size: int) -> None:
        """Start with no bounds."""
        self._rows = rows
        self._size = size
        self._bounds: dict[Partition, int] = {}  # one entry per partition that was ever pruned
        self._version: int | None = None
        self.schema_version: int | None = None

    def prune(self, connection: sqlite3.Connection, added: dict[Partition, int]) -> int:
        """Prune inside the open transaction, given the bytes it added per partition; return the rows deleted."""
        version = one(connection, "PRAGMA data_version")
        if version != self._version:
            self._bounds.clear()
            self._version = version
        return sum(self._prune(connection, partition, size) for partition, size in added.items())

    def _prune(self, connection: sqlite3.Connection, partition: Partition, added: int) -> int:
        kind, name = partition or (None, None)
        statements = PRUNE_THREAD if kind == "thread" else PRUNE_PROCESS
        gone = connection.execute(statements.rows, (name, self._rows)).rowcount
        bound = self._bounds.get(partition)
        if bound is None or bound + added > self._size:
            gone += connection.execute(statements.size, (name, self._size)).rowcount
            self._bounds[partition] = one(connection, statements.total, name)
        else:
            self._bounds[partition] = bound + added
        return gone


def one(connection: sqlite3.Connection, sql: str, *parameters: object) -> int:
    """Run a statement that yields one integer."""
    ((number,),) = connection.execute(sql, parameters)
    return int(number)


class Draft(NamedTuple):
    """What a row says before the table has given it an id."""

    ts: int
    nanos: int
    thread: str | None
    process: str | None
    body: str | None


Drafted: TypeAlias = tuple[object, int, str | None, str | None, object]
"""A draft of anybody's: the columns of :class:`Draft`, in its order, with whatever instant and body."""


def partition_of(draft: Drafted) -> Partition:
    """Give the partition that a row is pruned with: its thread's, else its process's."""
    _, _, thread, process, _ = draft
    if thread is not None:
        return "thread", thread
    return None if process is None else ("process", process)


class Values(NamedTuple):
    """What ``INSERT`` takes: every column but the id."""

    ts: object
    ts_nanos: int
    level: str
    target: str
    feedback_log_body: object
    module_path: str
    file: str
    line: int
    thread_id: str | None
    process_uuid: str | None
    estimated_bytes: int


def values(draft: Drafted, place: Place) -> Values:
    """Fill in the columns for one draft whose body is text or NULL; the estimate counts its texts, as codex does."""
    ts, nanos, thread, process, body = draft
    level, target, module, file, line = place
    estimate = len(level) + len(target) + len(module) + len(file)
    if isinstance(body, str):
        estimate += len(body) if body.isascii() else len(body.encode())
    return Values(ts, nanos, level, target, body, module, file, line, thread, process, estimate)


def is_empty(connection: sqlite3.Connection) -> bool:
    """Say whether the database holds no table, view, index or trigger at all."""
    return connection.execute("SELECT 1 FROM sqlite_schema LIMIT 1").fetchone() is None


def difference(connection: sqlite3.Connection) -> str | None:
    """Name the first way in which a database is not a log that a synthetic writer may write to.

    Returns:
        None if there is none, else a few words for a person.
    """
    kinds = dict(connection.execute("SELECT name, type FROM sqlite_schema WHERE name IN ('logs', ?)", (_OWNER,)))
    if _OWNER in kinds:
        return "it was made by codex itself"
    if kinds.get("logs") != "table":
        return "it has no table named logs"
    found = {row[1]: (*row[1:4], row[5]) for row in connection.execute("PRAGMA table_info(logs)")}
    for column in _COLUMNS:
        if found.pop(column[0], None) != column:
            return f"column logs.{column[0]} is missing or declared differently"
    if found:
        return f"column logs.{min(found)} is not in the schema"
    return _stranger(connection)


def _stranger(connection: sqlite3.Connection) -> str | None:
    """Name the first thing in the schema that the writer did not make: what it writes would set it to work."""
    expected = set(map(_plain, CREATE))
    for kind, name, sql in connection.execute("SELECT type, name, sql FROM sqlite_schema WHERE sql IS NOT NULL"):
        if name == "sqlite_sequence" and _plain(sql) == _SEQUENCE:
            continue
        if _plain(sql) in expected:
            continue
        if name == "logs":
            no_sequence = "AUTOINCREMENT" not in sql.upper()
            return "logs.id has no AUTOINCREMENT" if no_sequence else "logs is declared otherwise than a log is"
        return f"it has the {kind} {name} besides"
    return None


def _plain(sql: str) -> str:
    """Give a statement with one space between words, whatever stood there."""
    return " ".join(sql.split())
