"""Claims that the oracle and the scanner, two texts of one definition, make the same answer of the same rows."""

from __future__ import annotations

from hypothesis import event, given, settings

from strandline.model.days import Span
from strandline.model.oracle import Truth, oracle
from strandline.properties.agreement.sides import desk, join_by_scanner, longest_body
from strandline.properties.agreement.tables import LONGEST, Table, tables

EXAMPLES = 300
"""Examples of each property; two or three seconds."""


@settings(max_examples=EXAMPLES, deadline=None)
@given(tables())
def test_scanner_and_oracle_join_the_same_turns(table: Table) -> None:
    turns = join_by_scanner(table.rows, table.span)
    event(f"{min(len(turns), 3)} turns")
    assert turns == oracle(table.rows, table.span).turns


@settings(max_examples=EXAMPLES, deadline=None)
@given(tables())
def test_both_ways_to_read_a_log_give_the_turns_and_the_skipped_rows_of_the_oracle(table: Table) -> None:
    with longest_body(LONGEST), desk(table.rows) as log:
        truth = oracle(table.rows, table.span)
        covered = oracle(table.rows, Span(table.span.start, None))
        assert log.one_shot(table.span) == truth
        assert log.memo_path(table.span) == Truth(truth.turns, covered.skipped)
    for reason, _ in truth.skipped:
        event(f"skipped: {reason}")
