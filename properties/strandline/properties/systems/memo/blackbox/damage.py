"""What may stand at the path of a log and is none, as bytes: every scanner must say that it cannot read it."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from functools import cache
from typing import TYPE_CHECKING, Final

from strandline.model.memo.log import Log, Row
from strandline.properties.systems.memo.blackbox.scenarios import DAMAGE
from strandline.properties.systems.memo.driver.plug import CODEX
from strandline.properties.systems.memo.spec.worlds import REQUEST

if TYPE_CHECKING:
    from collections.abc import Callable

_MAGIC: Final = b"SQLite format 3\x00"
_LOG: Final = Log((Row(1, 0, 1, "t", None, REQUEST % "torn"),), 1)


@cache
def damage(kind: int) -> bytes:
    """Give the content of a damaged file by its kind, as :data:`DAMAGE` numbers them."""
    match DAMAGE[kind]:
        case "text":
            return b"This is a text and no database, however far one reads.\n" * 100
        case "no header":
            return _MAGIC + b"\xff" * 8_176
        case "no table":
            return _database(lambda database: database.execute("CREATE TABLE things (id INTEGER PRIMARY KEY)"))
        case _:
            whole = _database(lambda database: CODEX.make(database, _LOG))
            page = int.from_bytes(whole[16:18])  # of the format: the page size, in the header
            return whole[:page] + b"\xff" * (len(whole) - page)


def _database(make: Callable[[sqlite3.Connection], object]) -> bytes:
    with closing(sqlite3.connect(":memory:")) as database:
        make(database)
        database.commit()
        return database.serialize()
