"""Logs written row by row, and one read of them, for the claims about reads."""

from __future__ import annotations

from typing import TYPE_CHECKING

from strandline.impl.memo.log import LogReader
from strandline.impl.memo.memo import Memo, Place
from strandline.impl.memo.scan import Rank, Reading, read

if TYPE_CHECKING:
    import sqlite3


HERE = Place(1, 2)


CHATTER = "chatter"


EVERY = 10_000
"""More rows than any log here has."""


def request(turn: str = "t", model: str = "m") -> str:
    fields = f'"type": "response.create", "service_tier": "priority", "model": "{model}"'
    return f"turn{{turn.id={turn}}}: websocket request: {{{fields}}}"


def completed(turn: str = "t", model: str = "M") -> str:
    return (
        f'turn{{turn.id={turn}}}: websocket event: {{"type": "response.completed", "response": {{"model": "{model}"}}}}'
    )


def insert(
    database: sqlite3.Connection, row_id: int, body: object = CHATTER, ts: object = 100, **columns: object
) -> None:
    values = {"id": row_id, "ts": ts, "ts_nanos": row_id % 1000, "level": "", "target": "", "thread_id": "h", **columns}
    database.execute(
        f"INSERT INTO logs ({', '.join(values)}, feedback_log_body) VALUES ({', '.join('?' * len(values))}, ?)",  # noqa: S608 - the names of this file
        (*values.values(), body),
    )


def delete(database: sqlite3.Connection, *ids: int) -> None:
    database.executemany("DELETE FROM logs WHERE id = ?", [(row_id,) for row_id in ids])


def look(
    database: sqlite3.Connection, base: Memo | None = None, wanted: int = 0, place: Place = HERE, chunk: int = EVERY
) -> Reading:
    """Read the log; each read has a number above that of its base."""
    rank = Rank(0, place, base.observation + 1 if base else 1, 3)
    return read(LogReader(database), base, wanted, rank, chunk)


def sources(reading: Reading) -> list[int]:
    return [fact.id for fact in reading.memo.sources]


def anchors(reading: Reading) -> list[int]:
    return [anchor.id for anchor in reading.memo.anchors]
