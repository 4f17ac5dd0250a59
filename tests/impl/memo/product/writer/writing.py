"""A run of the writer, and questions to the log that it wrote."""

from __future__ import annotations

import sqlite3
import threading
from contextlib import closing
from typing import TYPE_CHECKING

from strandline.impl.memo.product.writer.write import Plan, Progress, write

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


NOW = 1_800_000_000


SMALL = Plan(rows=400, batch=16, partition_rows=5, body_bytes=20, busy=0.0)


def run(path: Path, plan: Plan, report: Callable[[Progress], None] = lambda _: None, now: int = NOW) -> Progress:
    return write(path, plan, threading.Event(), report, now=now)


def query(path: Path, sql: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(sql).fetchall()


def ids(path: Path) -> list[object]:
    return [row[0] for row in query(path, "SELECT id FROM logs ORDER BY id")]


def names(folder: Path) -> list[str]:
    return [entry.name for entry in folder.iterdir()]
