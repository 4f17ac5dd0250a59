"""Traps of files: what stands at the path and is no log that can be read, each with the reason written out by hand."""

from __future__ import annotations

import sqlite3
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from strandline.impl.memo.product.writer import schema
from strandline.properties.systems.memo.traps.trap import request

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

    from strandline.impl.memo.answer import Reason

_LOG: Final = schema.CREATE[0]
_COLUMNS: Final = ("ts", "ts_nanos", "feedback_log_body", "thread_id", "process_uuid")
_ROWS: Final = 400
_PAGE: Final = 4_096


class NoLog(NamedTuple):
    """What is at the path, why it is no answer, and how it comes there; it may be held for as long as it is asked."""

    name: str
    reason: Reason
    made: Callable[[Path], AbstractContextManager[None]]


def _databases(*statements: str) -> Callable[[Path], AbstractContextManager[None]]:
    """Make a database by statements."""

    @contextmanager
    def made(path: Path) -> Iterator[None]:
        with closing(sqlite3.connect(path)) as database, database:
            for statement in statements:
                database.execute(statement)
        yield

    return made


@contextmanager
def _directory(path: Path) -> Iterator[None]:
    path.mkdir()
    yield


@contextmanager
def _text(path: Path) -> Iterator[None]:
    path.write_text("no database\n" * 100, "utf-8")
    yield


@contextmanager
def _nothing_in_it(path: Path) -> Iterator[None]:
    path.touch()
    yield


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        database.execute(_LOG)
        database.execute("BEGIN EXCLUSIVE")
        yield


@contextmanager
def _damaged(path: Path) -> Iterator[None]:
    """Write over the inner pages of a log, and leave its schema as it is."""
    with closing(sqlite3.connect(path)) as database, database:
        database.execute(f"PRAGMA page_size = {_PAGE}")
        database.execute(_LOG)
        database.executemany(
            "INSERT INTO logs (ts, ts_nanos, level, target, feedback_log_body) VALUES (1, ?, '', '', ?)",
            ((nanos, request("a")) for nanos in range(_ROWS)),
        )
    content = path.read_bytes()
    path.write_bytes(content[: 2 * _PAGE] + b"\xee" * (len(content) - 2 * _PAGE))
    yield


@contextmanager
def _left_by_its_writer(path: Path) -> Iterator[None]:
    """Copy a log in the midst of a transaction: what is left when its writer dies there."""
    original, tail = path.with_name("original"), "-journal"
    with closing(sqlite3.connect(original, isolation_level=None)) as database:
        database.execute("PRAGMA cache_size = 1")  # or nothing is written before the commit
        database.execute(_LOG)
        insert = "INSERT INTO logs (ts, ts_nanos, level, target, feedback_log_body) VALUES (1, ?, '', '', ?)"
        rows = [(nanos, request("a")) for nanos in range(_ROWS)]
        database.execute("BEGIN")
        database.executemany(insert, rows)
        database.execute("COMMIT")
        database.execute("BEGIN")
        database.execute("UPDATE logs SET ts = 2")
        for part in ("", tail):
            Path(f"{path}{part}").write_bytes(Path(f"{original}{part}").read_bytes())
    yield


NO_LOGS: Final = (
    NoLog("a directory", "not a regular file", _directory),
    NoLog("a text", "not a database", _text),
    NoLog("a file of no length", "empty database", _nothing_in_it),
    NoLog("a database of another kind", "schema", _databases("CREATE TABLE other (id INTEGER PRIMARY KEY)")),
    NoLog(
        "a view in place of the table",
        "schema",
        _databases(_LOG.replace("logs", "rows"), "CREATE VIEW logs AS SELECT * FROM rows"),
    ),
    *(
        NoLog(
            f"a log whose column {name} has another name",
            "schema",
            _databases(_LOG.replace(f"    {name} ", f"    {name}s ")),
        )
        for name in _COLUMNS
    ),
    NoLog(
        "a log whose ids may be text",
        "schema",
        _databases(_LOG.replace("INTEGER PRIMARY KEY AUTOINCREMENT", "TEXT PRIMARY KEY")),
    ),
    NoLog(
        "a log whose ids are no row ids",
        "schema",
        _databases(_LOG.replace("INTEGER PRIMARY KEY AUTOINCREMENT", "INTEGER PRIMARY KEY DESC")),
    ),
    NoLog("a log that is locked", "busy", _locked),
    NoLog("a log that is damaged", "corrupt", _damaged),
    NoLog("a log whose writer died in a transaction", "needs recovery", _left_by_its_writer),
)
"""Each of them once."""
