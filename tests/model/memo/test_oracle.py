"""Claims about the oracle: those of :mod:`tests.claims.turns`, what it skips, and what it says of real logs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from strandline.model.memo.log import Row
from strandline.model.memo.oracle import Counts, Span, TierRows, Truth, Turn, counts, oracle, turns
from tests.claims.real_logs import LOGS, UNTOLD, every_log, read
from tests.claims.turns import Stated, Told, Turns, Written

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.claims.days import Instants

EVER = Span(None, None)


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


def rows_of(rows: list[dict[str, Any]]) -> tuple[Row, ...]:
    columns = ("id", "ts", "ts_nanos", "thread_id", "process_uuid", "feedback_log_body")
    return tuple(Row(*(row[column] for column in columns)) for row in rows)


@every_log
def test_a_log_of_a_real_codex_says_what_its_server_saw(log: Path) -> None:
    known, rows = read(log)
    truth = oracle(rows_of(rows), EVER)
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
    assert len(LOGS) == 11
    silent = {log.stem for log in LOGS if counts(rows_of(read(log)[1]), EVER)[2]}  # type: ignore[index] # a tuple
    assert silent == UNTOLD
