"""Claims that the oracle and the scanner, two texts of one definition, read the same in a body."""

from __future__ import annotations

from collections import Counter

from hypothesis import Phase, event, given, settings

from strandline.model.memo.log import Raw
from strandline.model.memo.oracle import Fact, fact
from strandline.properties.systems.memo.agreement.bodies import BODIES, TEXTS, encoded, nestings
from strandline.properties.systems.memo.agreement.sides import fact_by_oracle, fact_by_scanner

EXAMPLES = 300
"""Examples of each property; a few seconds."""

DRAWN = 500
STATED = ("tags", "request", "submission", "started", "completed", "rerouted")
"""The kinds that state something of a turn."""

counted = settings(max_examples=DRAWN, derandomize=True, database=None, deadline=None, phases=[Phase.generate])
"""The same draws each time, so that a count of them is one number."""


def sort_of(body: bytes) -> str:
    """What sort of body a drawn one is, by what the oracle says of it."""
    found = fact_by_oracle(Raw(body))
    return found.kind if isinstance(found, Fact) else found or "none"


def test_a_third_of_the_bodies_state_something_and_every_kind_is_among_them() -> None:
    counts: Counter[str] = Counter()

    @counted
    @given(BODIES)
    def draw(body: bytes) -> None:
        counts[sort_of(body)] += 1

    draw()
    assert sum(counts[kind] for kind in STATED) >= DRAWN / 3, counts
    assert min(counts[sort] for sort in (*STATED, "unreadable", "none", "utf8")) >= 0.02 * DRAWN, counts


def test_some_bodies_are_of_no_turn_and_tiers_of_every_sort_are_asked_for() -> None:
    turns: Counter[str] = Counter()
    tiers: Counter[tuple[str, str | None]] = Counter()

    @settings(counted, max_examples=2 * DRAWN)
    @given(TEXTS)
    def draw(text: str) -> None:
        found = fact(text)
        if found is not None and found.kind in STATED:
            turns[found.kind] += found.turn is None
            tiers[found.kind, found.tier] += 1

    draw()
    assert set(+turns) == set(STATED)
    wanted = {
        *(("submission", tier) for tier in (None, "default", "priority", "fast")),
        *((kind, tier) for kind in ("tags", "request") for tier in ("priority", "default")),
    }
    assert wanted - set(tiers) == set()


def test_the_nestings_lie_on_both_sides_of_what_is_read() -> None:
    sorts: Counter[str] = Counter()

    @settings(counted, max_examples=200)
    @given(nestings())
    def draw(body: str) -> None:
        sorts[f"{body.partition(': ')[2][:8]} {sort_of(encoded(body))}"] += 1

    draw()
    assert set(sorts) == {
        *("websocke request", "websocke none"),
        *('model="m tags', 'model="m unreadable'),
        *("Submissi submission", "Submissi unreadable"),
    }


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
    event(sort_of(encoded(body)))
    assert fact_by_scanner(encoded(body)) == fact(body)
