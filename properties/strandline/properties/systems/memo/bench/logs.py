"""The logs that the scanner is measured on: written by the synthetic writer, a quarter like each version of codex.

They are kept between runs, since a large one takes a minute to write; what is measured works on a copy.
"""

from __future__ import annotations

import sqlite3
import threading
import time
from contextlib import closing
from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING, Final

from strandline.impl.memo.product.writer import schema
from strandline.impl.memo.product.writer.drafts import lines
from strandline.impl.memo.product.writer.plan import Plan
from strandline.impl.memo.product.writer.synthetic.codexes import CODEXES
from strandline.impl.memo.product.writer.synthetic.filler import USUAL
from strandline.impl.memo.product.writer.write import write

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

VERSION: Final = 2
"""Raised when other logs are written; those of before are not used any more."""

PARTITION: Final = 500
"""Rows of one thread, or of one process; a prune leaves a thousand, so that none is taken."""

AGE: Final = 2 * 24 * 3600
"""How long before now the first row is written, in seconds: a window of past days holds all of them."""

_COMPLETED: Final = (
    'turn{{turn.id={}}}: websocket event: {{"type":"response.completed","response":{{"model":"m"}}}}'  # of no source
)
_SAMPLE: Final = 2_000  # rows of which the mean size is taken
_TRIES: Final = 8  # halvings of the length that is looked for
_LENGTH_MAX: Final = 16_384  # of what pads a row that means nothing


def kept(folder: Path, rows: int, size: int, say: Callable[[str], None]) -> Path:
    """Give a log of about so many rows and bytes; write it if it is not there yet."""
    path = folder / f"codex-{VERSION}-{rows}-{size}.sqlite"
    if path.exists():
        return path
    folder.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    for end in ("", "-wal", "-shm"):
        part.with_name(part.name + end).unlink(missing_ok=True)
    share = rows // len(CODEXES)
    now = int(time.time()) - AGE
    for plan in plans(share, size // rows):
        say(f"writing {part}, like {plan.codex}")
        write(part, plan, threading.Event(), now=now)
    with closing(sqlite3.connect(part, isolation_level=None)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    part.replace(path)
    return path


def plans(rows: int, mean: int) -> Sequence[Plan]:
    """Plan a part of a log for each version, whose rows take so many bytes on the average."""
    threads = max(6, rows // PARTITION)
    base = Plan(rows=rows, threads=threads, processes=max(3, threads // 2), bytes_max=2**50)
    planned = [replace(base, codex=codex.name, seed=seed) for seed, codex in enumerate(CODEXES.values())]
    return [replace(plan, body_bytes=_length(plan, mean)) for plan in planned]


def _length(plan: Plan, mean: int) -> int:
    """Find how long the rows that mean nothing must be padded; they are not made shorter than codex makes them."""
    low, high = USUAL, _LENGTH_MAX
    for _ in range(_TRIES):
        middle = (low + high) // 2
        low, high = (middle, high) if _mean(replace(plan, body_bytes=middle)) < mean else (low, middle)
    return low


def _mean(plan: Plan) -> float:
    """Give the mean bytes that a row takes in a file, by some rows in memory; how they fill the pages counts."""
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        for statement in schema.CREATE:
            connection.execute(statement)
        given = islice(lines(plan, 0), _SAMPLE)
        connection.executemany(schema.INSERT, (schema.values(line.draft, line.entry.place) for line in given))
        return schema.one(connection, "PRAGMA page_count") * schema.one(connection, "PRAGMA page_size") / _SAMPLE


def append(path: Path, rows: int, seed: int, turn: str | None = None) -> None:
    """Append rows as codex writes them, in one transaction; with ``turn``, completed rows of turns with such names."""
    instant = int(time.time()) - AGE
    if turn is None:
        given = islice(lines(Plan(seed=seed), instant), rows)
        drafted = [schema.values(line.draft, line.entry.place) for line in given]
    else:
        place = next(lines(Plan(), 0)).entry.place
        bodies = (_COMPLETED.format(f"{turn}{row}") for row in range(rows))
        drafted = [schema.values((instant, 0, None, None, body), place) for body in bodies]
    with closing(sqlite3.connect(path, isolation_level=None, timeout=10)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        connection.executemany(schema.INSERT, drafted)
        connection.execute("COMMIT")


def delete(path: Path, ids: Sequence[int]) -> None:
    """Delete rows in one transaction."""
    with closing(sqlite3.connect(path, isolation_level=None, timeout=10)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        connection.executemany("DELETE FROM logs WHERE id = ?", ((row,) for row in ids))
        connection.execute("COMMIT")
