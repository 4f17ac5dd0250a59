"""Claims about eleven logs that real binaries of codex wrote, on every path of the scanner."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import date
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest

from strandline.impl.memo.answer import Answer
from strandline.impl.memo.product.writer.schema import CREATE
from strandline.impl.memo.scanner import Scanner
from strandline.impl.memo.window import Window
from tests.claims.real_logs import EARLIER, LOGS, UNTOLD, every_log, insert, read

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.checkout

UTC = ZoneInfo("UTC")
ALWAYS = Window(None, None, UTC)
ENDED = Window(date(2000, 1, 1), date(2010, 1, 1), UTC)
"""A window that holds every row of these logs as they are read here."""


def create(path: Path, rows: list[dict[str, Any]]) -> sqlite3.Connection:
    writer = sqlite3.connect(path, isolation_level=None)
    for statement in CREATE:
        writer.execute(statement)
    insert(writer, *rows)
    return writer


def answer(scanner: Scanner, window: Window = ALWAYS) -> Answer:
    outcome = scanner.turns(window)
    assert isinstance(outcome, Answer), outcome
    return outcome


def cold(path: Path, window: Window = ALWAYS) -> Answer:
    with Scanner(path) as scanner:
        return answer(scanner, window)


def told(found: Answer) -> dict[str, Any]:
    """Spell an answer as the first line of a log does."""
    summary = found.summary._asdict()
    return {"turns": [turn._asdict() for turn in found.turns], **summary, "tier_rows": summary["tier_rows"]._asdict()}


def test_there_are_eleven_logs() -> None:
    assert len(LOGS) == 11


@every_log
def test_a_real_log_is_answered_as_expected_by_every_path(tmp_path: Path, log: Path) -> None:
    head, rows = read(log, EARLIER)
    path = tmp_path / "logs.sqlite"
    with closing(create(path, rows[:1])) as writer, Scanner(path) as scanner:
        answer(scanner)
        writer.execute("DELETE FROM logs")
        writer.close()
        path.unlink()
        with closing(create(path, rows)):
            found = [cold(path), answer(scanner), answer(scanner), cold(path, ENDED)]
    assert [answer.statistics.path for answer in found] == ["memo", "memo", "unchanged", "one-shot"]
    assert [told(answer) for answer in found] == [head["expected"]] * 4
    assert {answer.skipped for answer in found} == {()}


@every_log
def test_a_real_log_that_grows_row_by_row_is_answered_from_the_memo_as_by_a_cold_scan(
    tmp_path: Path, log: Path
) -> None:
    head, rows = read(log, EARLIER)
    path = tmp_path / "logs.sqlite"
    with closing(create(path, [])) as writer, Scanner(path) as scanner:
        answer(scanner)
        for row in rows:
            insert(writer, row)
            assert told(answer(scanner)) == told(cold(path)) == told(cold(path, ENDED))
        assert told(answer(scanner)) == head["expected"]


@every_log
def test_a_real_log_without_one_of_its_rows_is_answered_from_the_memo_as_by_a_cold_scan(
    tmp_path: Path, log: Path
) -> None:
    """H20: rows that said no come and go as well as those that said yes."""
    _, rows = read(log, EARLIER)
    path = tmp_path / "logs.sqlite"
    with closing(create(path, rows)) as writer:
        for row in rows:
            with Scanner(path) as scanner:
                answer(scanner)
                writer.execute("BEGIN")
                writer.execute("DELETE FROM logs WHERE id = ?", (row["id"],))
                writer.execute("COMMIT")
                without = answer(scanner)
                assert told(without) == told(cold(path)) == told(cold(path, ENDED))
                assert without.statistics.cause in {None, "anchors lost"}
                insert(writer, row)


@every_log
def test_what_was_served_on_priority_is_reported_unless_the_log_does_not_tell(log: Path, tmp_path: Path) -> None:
    head, rows = read(log, EARLIER)
    create(tmp_path / "logs.sqlite", rows).close()
    found = cold(tmp_path / "logs.sqlite")
    served = {turn["turn"] for turn in head["served"] if turn["tier"] == "priority"}
    reported = {turn.turn for turn in found.turns}
    assert reported <= served
    assert len(served - reported) <= found.summary.turns_untold
    assert (found.summary.turns_untold > 0) == (log.stem in UNTOLD)
