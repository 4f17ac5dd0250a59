"""Claims that the oracle and the scanner, two texts of one definition, read the same in a body."""

from __future__ import annotations

from collections import Counter

from hypothesis import Phase, event, given, settings

from strandline.model.days import Span
from strandline.model.log import Raw, Row
from strandline.model.oracle import fact, skip
from strandline.properties.agreement.bodies import BODIES, TEXTS, encoded, nestings
from strandline.properties.agreement.sides import fact_by_oracle, fact_by_scanner

EXAMPLES = 300
"""Examples of each property; a second or two."""


def sort_of(body: bytes) -> str:
    """What sort of body a generated one is, by what the oracle says of it."""
    row = Row(1, 0, 0, None, None, Raw(body))
    found = fact(row.body)
    if found is None:
        return skip(row, Span(None, None)) or "none"
    return "submission" if found.kind == "request" and found.model is None and b"sub=" in body else found.kind


def test_the_bodies_are_of_every_kind_and_of_none_and_some_do_not_decode() -> None:
    counts: Counter[str] = Counter()

    @settings(max_examples=500, derandomize=True, database=None, deadline=None, phases=[Phase.generate])
    @given(BODIES)
    def draw(body: bytes) -> None:
        counts[sort_of(body)] += 1

    draw()
    assert min(counts[sort] for sort in ("completed", "request", "submission", "none", "utf8")) >= 0.05 * 500, counts


@settings(max_examples=EXAMPLES, deadline=None)
@given(BODIES)
def test_scanner_and_oracle_read_the_same_in_a_body_and_refuse_the_same_ones(body: bytes) -> None:
    event(sort_of(body))
    assert fact_by_scanner(body) == fact_by_oracle(Raw(body))


@settings(max_examples=EXAMPLES, deadline=None)
@given(TEXTS)
def test_scanner_and_oracle_read_the_same_in_a_text(text: str) -> None:
    assert fact_by_scanner(encoded(text)) == fact_by_oracle(text)


@settings(max_examples=EXAMPLES, deadline=None)
@given(nestings())
def test_scanner_and_oracle_count_the_same_levels(body: str) -> None:
    event("read" if fact(body) else "too deep")
    assert fact_by_scanner(encoded(body)) == fact(body)
