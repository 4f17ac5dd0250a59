"""The doctor: what a report of a fault needs to say about this machine and a log, without the log's contents."""

from __future__ import annotations

import platform
import sqlite3
import stat
from contextlib import closing
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from strandline.impl.memo.answer import Unavailable
from strandline.impl.memo.codex import CODEX
from strandline.impl.memo.connection import Connection
from strandline.impl.memo.failures import FAILURES, failure
from strandline.impl.memo.files import Pin, SystemFiles, shown
from strandline.impl.memo.guard import Guard, guarded
from strandline.impl.memo.memo import NOTHING
from strandline.impl.memo.product.header import header, wal_page_size
from strandline.impl.memo.product.known_bugs import bugs_in, dotted, told
from strandline.impl.memo.product.turns import exit_code, reasons, why

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from strandline.impl.memo.product.header import Header

SIDECARS: Final = ("-wal", "-shm", "-journal")
"""How the names of the files end that SQLite keeps beside a database."""

STATEMENTS_MAX: Final = 100
STATEMENT_MAX: Final = 10_000
"""Statements of the schema that are told, and characters of each; the others are counted."""

_KINDS: Final = frozenset({"table", "index", "view", "trigger"})
_STRANGE: Final = "that is another file's. Keep both, and read a copy of the log that was made without the -wal."
_OBJECTS: Final = """SELECT type, tbl_name = ? COLLATE NOCASE, sql FROM sqlite_schema ORDER BY type <> 'table', name"""


class Readable(NamedTuple):
    """A log that the scanner can read: its highest id, and the highest that it ever issued."""

    highest: int | None
    sequence: int


class Finding(NamedTuple):
    """What was found: a document for programs, what to look at for people, and the exit code."""

    document: dict[str, Any]
    notes: tuple[str, ...]
    exit_code: int


def examine(path: Path | None, release: str) -> Finding:
    """Find out what is to be said of this machine, and of the log at a path if one is named.

    ``release`` is that of strandline.
    """
    document: dict[str, Any] = {
        "strandline": release,
        "python": f"{platform.python_version()} ({platform.python_implementation()})",
        "system": platform.platform(),
        "sqlite": {"version": sqlite3.sqlite_version, **_build()},
    }
    version = sqlite3.sqlite_version_info
    notes = [
        f"{told(version, bug)}. It is that of this Python. The scanner only reads; strandline writer is at risk."
        for bug in bugs_in(version)
    ]
    ends = 0
    if path is not None:
        log, found, ends = _log(path)
        document["log"] = log
        notes += found
    return Finding({**document, "notes": notes}, tuple(notes), ends)


def _build() -> dict[str, object]:
    with closing(sqlite3.connect(":memory:")) as database:
        (source,) = database.execute("SELECT sqlite_source_id()").fetchone()
        options = [option for (option,) in database.execute("PRAGMA compile_options")]
    return {"source": source, "compile_options": options}


def _log(path: Path) -> tuple[dict[str, Any], list[str], int]:
    """Describe what is at a path; also what is to be looked at, and the exit code."""
    said: dict[str, Any] = {"path": shown(path)}
    try:
        status = path.stat()
    except FileNotFoundError:
        return said | {"is": "missing"}, [f"nothing is at {shown(path)}: check the path"], 2
    except (OSError, ValueError):
        status = None
    if status is None or not stat.S_ISREG(status.st_mode):
        outcome = _try(path)
        return said | {"is": "no file that can be read", **_reader(outcome)}, *_judged(outcome)
    said |= {"is": "a file", "bytes": status.st_size, "beside": dict(_beside(path))}
    head, problem = _head(path)
    said |= {"header": None if head is None else {**head._asdict(), "writer": dotted(head.writer)}}
    notes = problem + ([] if head is None else _suspicions(path, head))
    outcome = _try(path)
    is_one = isinstance(outcome, Readable) or outcome.reason in {"schema", "empty database"}
    schema = _schema(path) if is_one else None
    further, ends = _judged(outcome)
    return said | {"schema": schema, **_reader(outcome)}, notes + further, ends


def _beside(path: Path) -> Iterator[tuple[str, int]]:
    for end in SIDECARS:
        try:
            yield end, path.with_name(path.name + end).stat().st_size
        except OSError:
            continue


def _head(path: Path) -> tuple[Header | None, list[str]]:
    """Read the head of the file, before this process has a connection to it: see :func:`header`."""
    try:
        return header(path), []
    except OSError as error:
        return None, [f"{shown(path)} cannot be read: {error.strerror}"]


def _suspicions(path: Path, head: Header) -> list[str]:
    """Say what the head of the file shows to be wrong, or to be a danger."""
    notes = [
        f"{told(head.writer, bug)}. It last wrote this log: get a newer version of the program that writes it."
        for bug in bugs_in(head.writer)
        if head.journal == "wal" or not bug.in_wal_mode
    ]
    size = wal_page_size(path)
    if size not in {None, head.page_size}:
        notes.append(f"the -wal beside it has pages of {size} bytes, and it has others: {_STRANGE}")
    elif size is not None and head.journal != "wal":
        notes.append(f"it is not in WAL mode, but there is a -wal beside it: {_STRANGE}")
    return notes


def _try(path: Path) -> Readable | Unavailable:
    """Open the log as the scanner does, and read one row of it."""
    pinned = SystemFiles().pin(path)
    if not isinstance(pinned, Pin):
        detail = getattr(pinned, "detail", f"nothing is at {shown(path)}")
        return Unavailable(getattr(pinned, "reason", "replaced"), detail)
    with closing(Connection(pinned)) as connection:
        try:
            connection.open(path, sqlite3.connect)
            connection.begin()
            with connection.transaction() as log:
                log.verify()
                list(log.tail(NOTHING, 1))
                return Readable(log.highest(), log.sequence())
        except FAILURES as error:
            failed = failure(path, connection.cause(error), connection.refused_lock)
            return Unavailable(failed.reason, failed.detail, failed.code)


def _reader(outcome: Readable | Unavailable) -> dict[str, object]:
    """Say which reader the log gets: the projection of codex is the one that the command line has."""
    reader: dict[str, object] = {"projection": "codex", "table": CODEX.table, "readable": isinstance(outcome, Readable)}
    found = outcome._asdict() if isinstance(outcome, Readable) else reasons(outcome)
    return {"reader": {**reader, **found}}


def _judged(outcome: Readable | Unavailable) -> tuple[list[str], int]:
    return ([], 0) if isinstance(outcome, Readable) else ([why(outcome)], exit_code(outcome))


def _schema(path: Path) -> dict[str, object] | None:
    """Give the statements that make the table and what hangs on it, and count the rest."""
    others: dict[str, int] = {}
    own: list[str] = []
    guard = Guard(0)
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=0)) as database:
            guard = guarded(database, path.stat().st_size)
            for kind, is_own, sql in database.execute(_OBJECTS, (CODEX.table,)):
                if not is_own:
                    known = kind if kind in _KINDS else "other"
                    others[known] = others.get(known, 0) + 1
                elif sql is not None:
                    own.append(str(sql)[:STATEMENT_MAX])
    except FAILURES as error:
        guard.cause(error)
        return None  # it could be read a moment ago, and the reader's own outcome has been told
    left = {"left_out": len(own) - STATEMENTS_MAX} if len(own) > STATEMENTS_MAX else {}
    return {"of_the_table": own[:STATEMENTS_MAX], **left, "others": others}


def lines(finding: Finding) -> Iterator[str]:
    """Write what was found for people: a line for each fact, then what to look at."""
    yield from _told(finding.document, "")
    yield ""
    yield from (f"look at: {note}" for note in finding.notes) if finding.notes else ("nothing to look at",)


def _told(facts: Mapping[str, Any], indent: str) -> Iterator[str]:
    for name, value in facts.items():
        label = f"{indent}{name.replace('_', ' ')}:"
        if name == "notes":
            continue
        if isinstance(value, dict):
            yield label
            yield from _told(value, f"{indent}  ")
        elif isinstance(value, list) and name == "compile_options":
            yield f"{label} {', '.join(value)}"
        elif isinstance(value, list):
            yield label
            yield from (f"{indent}  {' '.join(item.split())}" for item in value)
        else:
            yield f"{label} {_spoken(value)}"


def _spoken(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "none" if value is None else f"{value:,}" if isinstance(value, int) else str(value)
