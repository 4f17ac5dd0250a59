"""Whether a database has the table that a projection reads, by its schema alone."""

from __future__ import annotations

from string import ascii_lowercase, ascii_uppercase
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from strandline.impl.memo.sql import quoted, statements

if TYPE_CHECKING:
    import sqlite3

    from strandline.impl.memo.projection import Projection

_SMALL: Final = str.maketrans(ascii_uppercase, ascii_lowercase)


class SchemaError(Exception):
    """The database has not the table that the projection reads; the text says what is missing."""


class EmptyDatabaseError(SchemaError):
    """The database has no table at all, as one that was just created."""


class _Column(NamedTuple):
    """A column as SQLite describes it; ``number`` is its place in the primary key, from 1."""

    kind: bytes
    not_null: int
    default: object
    number: int


class _Index(NamedTuple):
    """An index as SQLite describes it; ``origin`` is ``pk`` for that of a primary key."""

    name: bytes
    unique: int
    origin: bytes
    partial: int


def require(database: sqlite3.Connection, projection: Projection[Any, Any]) -> None:
    """Check that a table has the columns that are read, and that its rows can be known by their ids.

    Args:
        database: a connection that hands text out as bytes.
        projection: what is read.

    Raises:
        SchemaError: the table is none to read; a view or a virtual table in its place counts as missing.
    """
    table = projection.table
    root = _one(database, statements(projection).kept)  # the page where its rows begin; a virtual table has none
    if root is None and _one(database, "SELECT count(*) FROM sqlite_schema") == 0:
        message = "the database is empty: it has no table yet"
        raise EmptyDatabaseError(message)
    if root is None:
        raise SchemaError(f"there is no table named {table}")
    if root == 0:
        raise SchemaError(f"the table {table} is a virtual one, whose rows are not in this file's own tables")
    sql = statements(projection)
    _require_table(database, projection)
    columns = {
        _folded(name.decode(errors="replace")): _Column(*rest[:4]) for _, name, *rest in database.execute(sql.columns)
    }
    missing = [name for name in projection.columns if _folded(name) not in columns]
    if missing:
        raise SchemaError(f"the table {table} has no column {', '.join(missing)}")
    indexes = [_Index(*rest) for _, *rest in database.execute(sql.indexes)]
    if projection.renumbered:
        _require_numbers(database, projection, columns[_folded(projection.id)], indexes)
    else:
        _require_row_ids(database, projection, columns, indexes)


def _require_table(database: sqlite3.Connection, projection: Projection[Any, Any]) -> None:
    """Check that what the schema calls a table is one: the word stands beside a text that may make a view."""
    for _, _, kind, *_ in database.execute(f"PRAGMA table_list({quoted(projection.table)})"):
        if kind not in {b"table", b"shadow"}:
            raise SchemaError(f"the table {projection.table} is a {kind.decode(errors='replace')}, and no table")


def _require_row_ids(
    database: sqlite3.Connection, projection: Projection[Any, Any], columns: dict[str, _Column], indexes: list[_Index]
) -> None:
    """Check that the id is the INTEGER PRIMARY KEY."""
    table, key = projection.table, projection.id
    primary = [index.name.decode() for index in indexes if index.origin == b"pk"]
    if any(_one(database, "SELECT 1 FROM sqlite_schema WHERE name = ?", (name,)) is None for name in primary):
        # There the index is the table itself, so the schema does not list it.
        raise SchemaError(f"the table {table} is WITHOUT ROWID, so that its {key} may hold what is no integer")
    keys = [name for name, column in columns.items() if column.number]
    # Only a primary key that is the row id itself needs no index of its own; any other may hold text.
    if keys != [_folded(key)] or columns[_folded(key)].kind.upper() != b"INTEGER" or primary:
        raise SchemaError(f"the column {key} of the table {table} is not its INTEGER PRIMARY KEY")


def _require_numbers(
    database: sqlite3.Connection, projection: Projection[Any, Any], column: _Column, indexes: list[_Index]
) -> None:
    """Check that rows can be known by a number: a NULL would be in no tail, and one number must be one row."""
    is_integer = b"INT" in column.kind.upper()  # SQLite's own rule
    own = [_folded(projection.id)]
    whole = (index for index in indexes if index.unique and not index.partial)
    if not (is_integer and column.not_null and any(_indexed(database, index) == own for index in whole)):
        wanted = "INTEGER NOT NULL with a UNIQUE index of its own"
        raise SchemaError(f"the column {projection.id} of the table {projection.table} is not {wanted}")


def _indexed(database: sqlite3.Connection, index: _Index) -> list[str | None]:
    """Name the columns of an index; an expression has no name."""
    described = database.execute(f"PRAGMA index_info({quoted(index.name.decode())})")
    return [name and _folded(name.decode(errors="replace")) for _, _, name in described]


def _folded(name: str) -> str:
    """Give a name as SQLite compares it: without the case of ASCII letters."""
    return name.translate(_SMALL)


def _one(database: sqlite3.Connection, statement: str, parameters: tuple[object, ...] = ()) -> object:
    row = database.execute(statement, parameters).fetchone()
    return row[0] if row else None
