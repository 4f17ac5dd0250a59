"""H20: existence is not monotone in rows. A row that said no can be deleted, and a wider window can hold such a row.

Each story runs on the real scanner, over a real log, beside a full scan by the oracle; the shipped scanner must come
through, and the mutant that the story is about must not.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing, contextmanager
from datetime import date
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest

from strandline.impl.memo.answer import Answer
from strandline.impl.memo.product.writer import schema
from strandline.impl.memo.scanner import Scanner
from strandline.impl.memo.window import Window
from strandline.model.memo import days
from strandline.properties.core.system import SHIPPED
from strandline.properties.systems.memo.live.truth import FullScan, read_truth
from strandline.properties.systems.memo.mutants.registry import planted
from strandline.properties.systems.memo.traps.trap import submission, tags

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

UTC = ZoneInfo("UTC")
MONDAY, TUESDAY = date(2026, 11, 23), date(2026, 11, 24)
NOON = 43_200


@contextmanager
def log(path: Path, *rows: tuple[date, str]) -> Iterator[sqlite3.Connection]:
    """Make a log with a row at noon of each of these days."""
    with closing(sqlite3.connect(path, isolation_level=None)) as writer:
        for statement in schema.CREATE:
            writer.execute(statement)
        for day, body in rows:
            instant = days.start_of(day, UTC)
            assert instant is not None
            writer.execute(
                "INSERT INTO logs (ts, ts_nanos, level, target, feedback_log_body) VALUES (?, 0, 'INFO', 'story', ?)",
                (instant + NOON, body),
            )
        yield writer


def turns(scanner: Scanner, path: Path, first: date, last: date | None) -> tuple[list[str], list[str]]:
    """Ask for the turns of some days: what the scanner says, and what a full scan says."""
    outcome = scanner.turns(Window(first, last, UTC))
    assert isinstance(outcome, Answer)
    truth = read_truth(path, days.span(first, last, UTC))
    assert isinstance(truth, FullScan)
    return [turn.turn for turn in outcome.turns], [turn.turn for turn in truth.truth.turns]


@pytest.mark.parametrize("subject", [SHIPPED, "yes alone"])
def test_h20_a_row_that_says_no_is_remembered_like_one_that_says_yes(subject: str, tmp_path: Path) -> None:
    """Tags say that p ran on another tier; refresh; p is asked for on priority, told late; refresh: it did not."""
    path = tmp_path / "log.sqlite"
    with planted(subject), log(path, (MONDAY, tags("p", "default"))) as writer, Scanner(path) as scanner:
        assert turns(scanner, path, MONDAY, None) == ([], [])
        writer.execute(
            "INSERT INTO logs (ts, ts_nanos, level, target, feedback_log_body)"
            " SELECT ts, 1, 'INFO', 'story', ? FROM logs",
            (submission("p"),),
        )
        assert turns(scanner, path, MONDAY, None) == ([] if subject == SHIPPED else ["p"], [])


@pytest.mark.parametrize("subject", [SHIPPED, "cut narrow"])
def test_h20_a_narrow_answer_is_joined_anew_and_not_cut_out_of_a_wide_one(subject: str, tmp_path: Path) -> None:
    """Tags of Monday say no to p, asked for on Tuesday: both days together have no turn, and Tuesday has one."""
    path = tmp_path / "log.sqlite"
    rows = (MONDAY, tags("p", "default")), (TUESDAY, submission("p"))
    with planted(subject), log(path, *rows), Scanner(path) as scanner:
        assert turns(scanner, path, MONDAY, None) == ([], [])
        assert turns(scanner, path, TUESDAY, None) == (["p"] if subject == SHIPPED else [], ["p"])
