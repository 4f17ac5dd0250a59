"""Eleven logs that real binaries of codex wrote, from 0.140 to 0.171.

The first line of each file says what the server saw (``served``) and what an answer must be (``expected``); every other
line is a row.
"""

import json
import sqlite3
from pathlib import Path
from typing import Any, Final

import pytest

LOGS: Final = sorted((Path(__file__).parents[1] / "real-logs").glob("*.jsonl"))

UNTOLD: Final = {"0.140-http", "0.149-settings-update", "0.149-thread-default"}
"""The logs that do not tell the tier of every turn."""

EARLIER: Final = 20 * 365 * 86_400
"""How many seconds earlier rows may be read than they were written, so that their days have ended on every machine."""

every_log = pytest.mark.parametrize("log", LOGS, ids=lambda path: path.stem)


def read(log: Path, earlier: int = 0) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Give the first line of a log and its rows, all so many seconds earlier."""
    head, *rows = map(json.loads, log.read_text("utf-8").splitlines())
    for found in (*head["expected"]["turns"], *rows):
        found["ts"] -= earlier
    return head, rows


def insert(writer: sqlite3.Connection, *rows: dict[str, Any]) -> None:
    """Write rows to a log."""
    for row in rows:
        columns, marks = ", ".join(row), ", ".join("?" * len(row))
        writer.execute(f"INSERT INTO logs ({columns}) VALUES ({marks})", [*row.values()])  # noqa: S608 - our own columns
