"""What may stand at the path of a log and is none, as bytes: every scanner must say that it cannot read it."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from functools import cache
from typing import Final

from strandline.model.log import Row
from strandline.properties import schema
from strandline.properties.plots import SPOILS
from strandline.properties.templates import insert
from strandline.properties.worlds import REQUEST

_MAGIC: Final = b"SQLite format 3\x00"
_ROW: Final = Row(1, 0, 1, "t", None, REQUEST % "torn")


@cache
def spoil(kind: int) -> bytes:
    """Give the content of a spoiled file by its kind, as :data:`SPOILS` numbers them."""
    match SPOILS[kind]:
        case "text":
            return b"This is a text and no database, however far one reads.\n" * 100
        case "no header":
            return _MAGIC + b"\xff" * 8_176
        case "no table":
            return _database("CREATE TABLE things (id INTEGER PRIMARY KEY)")
        case _:
            whole = _database(*schema.CREATE)
            page = int.from_bytes(whole[16:18])  # of the format: the page size, in the header
            return whole[:page] + b"\xff" * (len(whole) - page)


def _database(*statements: str) -> bytes:
    with closing(sqlite3.connect(":memory:")) as database:
        for statement in statements:
            database.execute(statement)
        if len(statements) > 1:
            insert(database, _ROW)
        database.commit()
        return database.serialize()
