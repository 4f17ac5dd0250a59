"""Claims about the oracle: those of :mod:`tests.claims.turns`, what it skips, and what it says of real logs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from strandline.model.memo.log import Row
from strandline.model.memo.oracle import Counts, Span, TierRows, Truth, Turn, counts, oracle, turns
from tests.claims.turns import Stated, Told, Turns, Written

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.claims.days import Instants

EVER = Span(None, None)
REAL_LOGS = sorted((Path(__file__).parents[2] / "real-logs").glob("*.jsonl"))


class TestTurns(Turns):
    def turns(self, written: Iterator[Written], span: Instants) -> tuple[Any, ...]:
        return turns([row(one) for one in written], Span(*span))

    def told(self, written: Iterator[Written], span: Instants) -> Told:
        found = counts([row(one) for one in written], Span(*span))
        assert isinstance(found, Counts)
        return *found.tier_rows, *found[1:]


def row(one: Written) -> Row:
    return Row(one.id, one.ts, one.id, one.thread, None, one.body)


def test_skipped_rows_are_counted_beside_the_turns() -> None:
    body = Stated("tags", "priority").body
    rows = [
        Row(1, "noon", 1, "h", None, body),
        *(Row(number, 100, 0, "h", None, none) for number, none in ((2, None), (3, b""))),
        Row(4, 100, 4, "h", None, body),
    ]
    assert oracle(iter(rows), EVER) == Truth(
        (Turn("t", "in force", "h", 100, "m"),),
        Counts(TierRows(1, 0, 0), turns_seen=1),
        (("blob", 1), ("null", 1), ("ts", 1)),
    )


# --- real logs ---


def _read(path: Path) -> tuple[dict[str, Any], tuple[Row, ...]]:
    first, *lines = map(json.loads, path.read_text("utf-8").splitlines())
    columns = ("id", "ts", "ts_nanos", "thread_id", "process_uuid", "feedback_log_body")
    return first, tuple(Row(*(line[column] for column in columns)) for line in lines)


@pytest.mark.parametrize("path", REAL_LOGS, ids=lambda path: path.stem)
def test_a_log_of_a_real_codex_says_what_its_server_saw(path: Path) -> None:
    known, rows = _read(path)
    truth = oracle(rows, EVER)
    expected = known["expected"]
    said = [turn._asdict() for turn in truth.turns if isinstance(turn, Turn)]
    assert said == expected["turns"]
    assert isinstance(truth.counts, Counts)
    told = truth.counts._asdict() | {"tier_rows": truth.counts.tier_rows._asdict()}
    assert told == {name: expected[name] for name in told}
    served = {turn["turn"] for turn in known["served"] if turn["tier"] == "priority"}
    assert {turn["turn"] for turn in said} <= served
    if not truth.counts.turns_untold:
        assert {turn["turn"] for turn in said} == served


def test_of_the_real_logs_three_do_not_say_everything() -> None:
    assert len(REAL_LOGS) == 11
    silent = {path.stem for path in REAL_LOGS if counts(_read(path)[1], EVER)[2]}  # type: ignore[index] # a tuple
    assert silent == {"0.140-http", "0.149-settings-update", "0.149-thread-default"}
