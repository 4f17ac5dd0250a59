"""The synthetic writer prunes what the model's log prunes."""

from __future__ import annotations

import sqlite3
import threading
from contextlib import closing
from itertools import islice
from typing import TYPE_CHECKING

from strandline.impl.memo.product.writer.drafts import drafts
from strandline.impl.memo.product.writer.plan import Plan
from strandline.impl.memo.product.writer.write import write
from strandline.model.memo.log import Draft, Log, append_and_prune

if TYPE_CHECKING:
    from pathlib import Path

NOW = 1_800_000_000
SMALL = Plan(rows=400, batch=16, partition_rows=5, body_bytes=20, busy=0.0)


def ids(path: Path) -> list[object]:
    with closing(sqlite3.connect(path)) as connection:
        return [row_id for (row_id,) in connection.execute("SELECT id FROM logs ORDER BY id")]


def test_the_prune_is_the_models_prune(tmp_path: Path) -> None:
    path = tmp_path / "logs.sqlite"
    expected = []
    log = Log()
    source = (Draft(*draft) for draft in drafts(SMALL, NOW))
    for _ in range(25):
        log = append_and_prune(log, islice(source, 16), SMALL.partition_rows)
        expected.append([row.id for row in log.rows])
    seen: list[list[object]] = []
    write(path, SMALL, threading.Event(), lambda progress: seen.append(ids(path)) if progress.rows else None, now=NOW)
    assert seen == expected
