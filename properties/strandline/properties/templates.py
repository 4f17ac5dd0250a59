"""Real SQLite files for logs that are values: one file for each distinct log, made once."""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from strandline.impl import scan
from strandline.impl.connection import Connection, ConnectionFactory
from strandline.impl.files import Pin, Sighting
from strandline.impl.memo import Place
from strandline.impl.window import Span
from strandline.model.log import Log, Raw
from strandline.properties import schema, view

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import TracebackType
    from typing import Self

    from strandline.model.days import Span as ModelSpan
    from strandline.model.log import Row
    from strandline.model.oracle import Turn


def opened(path: Path, sighting: Sighting, connect: ConnectionFactory = sqlite3.connect) -> Connection:
    """Open the scanner's own kind of connection to a file, pinned as sighted."""
    connection = Connection(Pin(sighting, None))
    connection.open(path, connect)
    return connection


UNSIGHTED = Sighting(Place(0, 0), ())
"""Where a template is when nobody asks."""


def insert(database: sqlite3.Connection, row: Row) -> None:
    """Write a row of the model as it stands, id included."""
    database.execute(
        """INSERT INTO logs (id, ts, ts_nanos, level, target, feedback_log_body, thread_id, process_uuid)
        VALUES (?, ?, ?, 'INFO', 'world', CASE WHEN ? THEN CAST(? AS TEXT) ELSE ? END, ?, ?)""",
        (
            row.id,
            row.ts,
            row.nanos,
            isinstance(row.body, Raw),
            row.body.data if isinstance(row.body, Raw) else None,
            None if isinstance(row.body, Raw) else row.body,
            row.thread,
            row.process,
        ),
    )


def set_sequence(database: sqlite3.Connection, sequence: int) -> None:
    """Let AUTOINCREMENT go on after this id."""
    database.execute("DELETE FROM sqlite_sequence WHERE name = 'logs'")
    database.execute("INSERT INTO sqlite_sequence (name, seq) VALUES ('logs', ?)", (sequence,))


def commit(writer: sqlite3.Connection, before: Log, after: Log) -> None:
    """Turn one log into another by one transaction: births first, as a codex writer prunes after it."""
    known, wanted = set(before.rows), set(after.rows)
    writer.execute("BEGIN IMMEDIATE")
    for row in after.rows:
        if row not in known:
            insert(writer, row)
    for row in before.rows:
        if row not in wanted:
            writer.execute("DELETE FROM logs WHERE id = ?", (row.id,))
    set_sequence(writer, after.sequence)
    writer.execute("COMMIT")


class Templates:
    """Makes the file of a log when it is first asked for."""

    def __init__(self) -> None:
        """Begin with no file."""
        self._folder = tempfile.TemporaryDirectory(prefix="strandline-", ignore_cleanup_errors=True)
        self._paths: dict[Log, Path] = {}
        self._answers: dict[tuple[tuple[Row, ...], ModelSpan], tuple[Turn, ...]] = {}

    def path(self, log: Log) -> Path:
        """Give the file that holds exactly this log."""
        if log not in self._paths:
            path = Path(self._folder.name) / f"{len(self._paths)}.sqlite"
            with closing(sqlite3.connect(path, isolation_level=None)) as database:
                database.execute("PRAGMA synchronous = OFF")
                database.execute("PRAGMA journal_mode = MEMORY")
                database.execute("BEGIN")
                for statement in schema.CREATE:
                    database.execute(statement)
                for row in log.rows:
                    insert(database, row)
                set_sequence(database, log.sequence)
                database.execute("COMMIT")
            self._paths[log] = path
        return self._paths[log]

    @property
    def nowhere(self) -> Path:
        """A path at which nothing is."""
        return Path(self._folder.name) / "nowhere.sqlite"

    def connection(self, log: Log, sighting: Sighting, connect: ConnectionFactory = sqlite3.connect) -> Connection:
        """Open the scanner's own kind of connection to the file of a log, pinned as sighted."""
        return opened(self.path(log), sighting, connect)

    @contextmanager
    def changing(self, log: Log) -> Iterator[tuple[Path, sqlite3.Connection]]:
        """Give a file of its own that holds a log, and a writer that may commit to it while it is read."""
        path = Path(self._folder.name) / "changing.sqlite"
        shutil.copyfile(self.path(log), path)
        with closing(sqlite3.connect(path, isolation_level=None)) as writer:
            writer.execute("PRAGMA synchronous = OFF")
            writer.execute("PRAGMA journal_mode = WAL")
            yield path, writer
        for left in path.parent.glob(f"{path.name}*"):
            left.unlink()

    def one_shot(self, rows: tuple[Row, ...], span: ModelSpan) -> tuple[Turn, ...]:
        """Answer a window by the scanner's one-shot path over the file of a log with these rows."""
        log = Log(rows, rows[-1].id if rows else 0)
        key = (rows, span)
        if key not in self._answers:
            connection = self.connection(log, UNSIGHTED)
            version = connection.begin()
            with closing(connection), connection.transaction() as reader:
                found = scan.glance(reader, Span(*span), scan.Rank(0, UNSIGHTED.place, 0, version))
            self._answers[key] = view.turns(found.turns)
        return self._answers[key]

    def close(self) -> None:
        """Remove the files."""
        self._folder.cleanup()

    def __enter__(self) -> Self:
        """Give the templates themselves."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the templates."""
        self.close()
