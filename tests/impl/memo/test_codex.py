"""Claims about what facts make of turns, and about what is told of those that they say too little of."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from strandline.impl.memo.codex import Summary, TierRows, Turn, join, summarize
from strandline.impl.memo.parse import Kind, Parsed
from strandline.impl.memo.projection import Fact
from strandline.impl.memo.window import Span

if TYPE_CHECKING:
    from strandline.impl.memo.memo import Partition

ALWAYS = Span(None, None)


def fact(  # noqa: PLR0913 - what a row may say
    row: int, kind: Kind, tier: str | None = None, *, turn: str | None = "t", ts: int = 0, model: str | None = "m"
) -> Fact[Parsed]:
    return Fact(row, ts, 0, Parsed(kind, turn, "span", tier, model), partition=(0, b"th"), digest=b"")


def facts(*stated: tuple[Kind, str | None]) -> list[Fact[Parsed]]:
    """Rows of one turn, by ascending id; the model of each is its number."""
    return [fact(row, kind, tier, ts=row, model=f"m{row}") for row, (kind, tier) in enumerate(stated, 1)]


def turns(*stated: tuple[Kind, str | None]) -> tuple[Turn, ...]:
    return join(facts(*stated), ALWAYS)


def told(*stated: tuple[Kind, str | None]) -> tuple[int, int]:
    """How many turns are seen, and of how many nothing tells the tier."""
    summary = summarize(facts(*stated), ALWAYS)
    return summary.turns_seen, summary.turns_untold


def test_no_fact_makes_no_turn() -> None:
    assert join([], ALWAYS) == ()
    assert summarize([], ALWAYS) == Summary(TierRows(0, 0, 0), 0, 0, 0, 0)


# The best kind decides


@pytest.mark.parametrize(("kind", "how"), [("tags", "in force"), ("request", "requested"), ("submission", "asked for")])
def test_a_turn_on_priority_says_how_that_is_known(kind: Kind, how: str) -> None:
    assert turns((kind, "priority")) == (Turn("t", how, "th", 1, "m1"),)  # type: ignore[arg-type]  # parametrized


@pytest.mark.parametrize("kind", ["tags", "request", "submission"])
@pytest.mark.parametrize("tier", ["default", "flex", "unset", "", "Priority", "priority "])
def test_any_other_tier_is_none_and_tells_all_the_same(kind: Kind, tier: str) -> None:
    assert turns((kind, tier)) == ()
    assert told((kind, tier)) == (1, 0)


def test_fast_means_priority_where_it_is_asked_for_and_nowhere_else() -> None:
    assert turns(("submission", "fast")) == (Turn("t", "asked for", "th", 1, "m1"),)
    assert turns(("request", "fast")) == turns(("tags", "fast")) == ()


@pytest.mark.parametrize(
    ("stated", "row"),
    [
        ([("tags", "default"), ("submission", "priority")], None),
        ([("submission", "priority"), ("tags", "default")], None),
        ([("submission", "priority"), ("request", "default")], None),
        ([("submission", "priority"), ("request", None)], None),
        ([("request", None)], None),
        ([("request", "priority"), ("tags", "default")], None),
        ([("submission", "default"), ("tags", "priority")], 2),
        ([("tags", "priority"), ("request", "default"), ("submission", "default")], 1),
        ([("request", "priority"), ("submission", "default")], 1),
        ([("submission", "priority"), ("submission", None)], 1),
        ([("submission", "priority"), ("started", None)], 1),
    ],
)
def test_the_best_kind_of_row_decides_alone(stated: list[tuple[Kind, str | None]], row: int | None) -> None:
    assert [turn.ts for turn in turns(*stated)] == ([] if row is None else [row])


@pytest.mark.parametrize("kind", ["tags", "request", "submission"])
def test_a_later_row_of_the_kind_does_not_unset_priority_and_the_last_that_says_so_is_told(kind: Kind) -> None:
    found = turns((kind, "priority"), (kind, "default"), (kind, "priority"), (kind, "flex"))
    assert [(turn.ts, turn.model) for turn in found] == [(3, "m3")]


def test_the_row_with_the_highest_id_is_told_even_if_its_time_is_earlier_and_its_model_unknown() -> None:
    found = join([fact(1, "tags", "priority", ts=9), fact(2, "tags", "priority", ts=3, model=None)], ALWAYS)
    assert found == (Turn("t", "in force", "th", 3, None),)


# What the server used


@pytest.mark.parametrize("kind", ["completed", "rerouted"])
def test_what_the_server_used_overrides_the_model_and_nothing_else_whichever_id_is_higher(kind: Kind) -> None:
    for stated in ([("tags", "priority"), (kind, None)], [(kind, None), ("tags", "priority")]):
        (turn,) = turns(*stated)
        row = 1 + stated.index(("tags", "priority"))
        assert turn == Turn("t", "in force", "th", row, f"m{3 - row}")


def test_the_last_completion_or_reroute_is_the_one_that_overrides() -> None:
    stated: list[tuple[Kind, str | None]] = [("request", "priority"), ("completed", None), ("rerouted", None)]
    assert turns(*stated)[0].model == "m3"
    assert turns(stated[0], stated[2], stated[1])[0].model == "m3"


@pytest.mark.parametrize("kind", ["completed", "rerouted"])
def test_a_model_alone_makes_no_turn_and_shows_none(kind: Kind) -> None:
    assert turns((kind, None)) == ()
    assert told((kind, None)) == (0, 0)


# The thread


@pytest.mark.parametrize(
    ("partition", "thread"),
    [
        ((0, b"th"), "th"),
        ((0, "ä".encode()), "ä"),
        ((0, b""), "span"),
        ((0, " \u3000".encode()), "span"),
        ((0, b"\xff"), "span"),
        ((0, 7), "span"),
        ((1, b"process"), "span"),
        (None, "span"),
    ],
)
def test_the_thread_is_that_of_the_column_else_that_of_the_span(partition: Partition, thread: str) -> None:
    found = join([fact(1, "tags", "priority")._replace(partition=partition)], ALWAYS)
    assert [turn.thread for turn in found] == [thread]


# What is told of a window


@pytest.mark.parametrize(
    ("stated", "seen_and_untold"),
    [
        ([("started", None)], (1, 1)),
        ([("submission", None)], (1, 1)),
        ([("submission", None), ("started", None), ("completed", None)], (1, 1)),
        ([("submission", "default")], (1, 0)),
        ([("started", None), ("submission", "default")], (1, 0)),
        ([("request", None)], (1, 0)),
        ([("started", None), ("request", None)], (1, 0)),
        ([("submission", None), ("tags", "unset")], (1, 0)),
        ([("tags", "unset"), ("submission", None)], (1, 0)),
    ],
)
def test_a_turn_is_untold_if_no_row_states_its_tier_or_asks_for_one(
    stated: list[tuple[Kind, str | None]], seen_and_untold: tuple[int, int]
) -> None:
    assert told(*stated) == seen_and_untold


def test_one_row_that_states_a_tier_says_nothing_of_other_turns() -> None:
    summary = summarize([fact(1, "tags", "priority", turn="a"), fact(2, "started", turn="b")], ALWAYS)
    assert (summary.turns_seen, summary.turns_untold) == (2, 1)


def test_rows_that_state_a_tier_are_counted_whatever_it_is() -> None:
    stated: list[tuple[Kind, str | None]] = [
        ("tags", "default"),
        ("tags", "priority"),
        ("tags", "priority"),
        ("request", None),
        ("request", "priority"),
        ("submission", "default"),
        ("submission", None),
        ("started", None),
        ("completed", None),
        ("rerouted", None),
    ]
    assert summarize(facts(*stated), ALWAYS).tier_rows == TierRows(3, 2, 1)


def test_rows_of_no_turn_and_unreadable_rows_are_counted_and_nothing_else() -> None:
    lost = [fact(row, kind, "priority", turn=None) for row, kind in enumerate(KINDS)]
    torn = [fact(row, "unreadable", turn=None) for row in (10, 11)]
    assert summarize([*lost, *torn], ALWAYS) == Summary(TierRows(0, 0, 0), 0, 0, 6, 2)
    assert join([*lost, *torn], ALWAYS) == ()


# The window


def test_only_facts_within_the_span_count() -> None:
    rows = [
        fact(1, "tags", "priority", ts=5, model="in"),
        fact(2, "completed", ts=9, model="late"),
        fact(3, "tags", "priority", ts=10),
        fact(4, "tags", "priority", ts=4, model="early"),
        fact(5, "unreadable", turn=None, ts=9),
        fact(6, "request", turn=None, ts=9),
    ]
    assert join(rows, Span(5, 9)) == (Turn("t", "in force", "th", 5, "in"),)
    assert join(rows, Span(6, 10)) == ()
    assert summarize(rows, Span(5, 9)) == Summary(TierRows(1, 0, 0), 1, 0, 0, 0)
    assert summarize(rows, Span(6, 10)) == Summary(TierRows(0, 0, 0), 0, 0, 1, 1)


def test_turns_come_sorted_by_turn_id_by_code_points() -> None:
    rows = [fact(row, "tags", "priority", turn=turn) for row, turn in enumerate(["b", "a", "B", "\u00e9", "a\0"])]
    assert [turn.turn for turn in join(rows, ALWAYS)] == ["B", "a", "a\0", "b", "\u00e9"]


def test_facts_may_come_from_a_generator() -> None:
    assert len(join((fact(row, "tags", "priority", turn=str(row)) for row in range(3)), ALWAYS)) == 3


KINDS: tuple[Kind, ...] = ("tags", "request", "submission", "started", "completed", "rerouted")
FACTS = st.lists(
    st.builds(
        fact,
        st.just(0),
        st.sampled_from(KINDS),
        st.sampled_from(["priority", "fast", "default", None]),
        turn=st.sampled_from("abc"),
        ts=st.integers(0, 4),
        model=st.sampled_from(["m", "n", "o"]),
    ),
    max_size=14,
).map(lambda rows: [fact._replace(id=row) for row, fact in enumerate(rows)])


@given(FACTS, st.integers(0, 4), st.integers(0, 4))
def test_a_turn_is_what_its_definition_says(stated: list[Fact[Parsed]], start: int, end: int) -> None:
    inside = [fact for fact in stated if start <= fact.ts < end]
    expected = []
    untold = 0
    for turn in "abc":
        own = [fact for fact in inside if fact.says.turn == turn]
        tagged = [fact for fact in own if fact.says.kind == "tags"]
        requested = [fact for fact in own if fact.says.kind == "request"]
        asked = [fact for fact in own if fact.says.kind == "submission" and fact.says.tier is not None]
        models = [fact.says.model for fact in own if fact.says.kind in {"completed", "rerouted"}]
        deciding = tagged or requested or asked
        tiers = {"priority"} if tagged or requested else {"priority", "fast"}
        how = "in force" if tagged else "requested" if requested else "asked for"
        on = [fact for fact in deciding if fact.says.tier in tiers]
        if on:
            expected.append((turn, how, "th", on[-1].ts, [on[-1].says.model, *models][-1]))
        untold += not deciding and any(fact.says.kind in {"submission", "started"} for fact in own)
    assert join(stated, Span(start, end)) == tuple(expected)
    assert summarize(stated, Span(start, end)).turns_untold == untold
