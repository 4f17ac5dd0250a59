"""Claims that the oracle and the scanner, two texts of one definition, make the same answer of the same rows."""

from __future__ import annotations

from collections import Counter

from hypothesis import Phase, event, given, settings

from strandline.model.memo.oracle import Counts, TierRows, oracle
from strandline.properties.systems.memo.agreement.sides import desk, join_by_scanner, longest_body
from strandline.properties.systems.memo.agreement.tables import LONGEST, Table, tables

EXAMPLES = 300
"""Examples of each property; a few seconds."""


def test_in_the_tables_kinds_of_every_rank_meet_and_rows_of_every_reason_are_skipped() -> None:
    counts: Counter[str] = Counter()

    @settings(max_examples=500, derandomize=True, database=None, deadline=None, phases=[Phase.generate])
    @given(tables())
    def draw(table: Table) -> None:
        with longest_body(LONGEST):
            truth = oracle(table.rows, table.span)
        assert isinstance(truth.counts, Counts)
        counts.update({turn.how for turn in truth.turns})
        counts.update({"served by another": any(turn.model in {"o", "p"} for turn in truth.turns)})
        counts.update({"ranks meet": sum(truth.counts.tier_rows) > len(truth.turns) > 0})
        counts.update({name for name in Counts._fields if getattr(truth.counts, name)} - {"tier_rows"})
        counts.update({f"{kind} rows" for kind in TierRows._fields if getattr(truth.counts.tier_rows, kind)})
        counts.update({reason for reason, _ in truth.skipped})
        counts.update({f"thread {turn.thread}" for turn in truth.turns})

    draw()
    wanted = {
        *("in force", "requested", "asked for", "served by another", "ranks meet"),
        *("turns_seen", "turns_untold", "of_no_turn", "unreadable", "tags rows", "request rows", "submission rows"),
        *("ts", "null", "blob", "size", "utf8"),
        *("thread t", "thread r", "thread s"),
    }
    assert min(counts[name] for name in wanted) >= 0.01 * 500, counts


@settings(max_examples=EXAMPLES, deadline=None)
@given(tables())
def test_scanner_and_oracle_join_the_same_turns_and_count_the_same(table: Table) -> None:
    turns, counts = join_by_scanner(table.rows, table.span)
    truth = oracle(table.rows, table.span)
    event(f"{min(len(truth.turns), 3)} turns")
    assert (turns, counts) == (truth.turns, truth.counts)


@settings(max_examples=EXAMPLES, deadline=None)
@given(tables())
def test_both_ways_to_read_a_log_give_the_answer_of_the_oracle(table: Table) -> None:
    with longest_body(LONGEST), desk(table.rows) as log:
        truth = oracle(table.rows, table.span)
        assert log.one_shot(table.span) == truth
        assert log.memo_path(table.span) == truth
    for reason, _ in truth.skipped:
        event(f"skipped: {reason}")
