"""Claims about the join of facts into turns."""

from hypothesis import given
from hypothesis import strategies as st

from strandline.impl.codex import Turn, join
from strandline.impl.parse import Parsed
from strandline.impl.projection import Fact
from strandline.impl.window import Span

ALWAYS = Span(None, None)


def fact(row: int, ts: int, says: Parsed) -> Fact[Parsed]:
    return Fact(row, ts, 0, says, partition=None, digest=b"")


def requested(
    row: int, turn: str = "t", *, ts: int = 0, thread: str | None = "th", model: str | None = "asked"
) -> Fact[Parsed]:
    return fact(row, ts, Parsed(completed=False, turn=turn, thread=thread, model=model))


def completed(row: int, turn: str = "t", *, ts: int = 0, model: str = "ran") -> Fact[Parsed]:
    return fact(row, ts, Parsed(completed=True, turn=turn, thread=None, model=model))


def test_no_fact_makes_no_turn() -> None:
    assert join([], ALWAYS) == ()


def test_a_request_alone_makes_a_turn() -> None:
    assert join([requested(1, ts=9)], ALWAYS) == (Turn("t", "th", 9, "asked"),)


def test_a_completion_alone_makes_no_turn() -> None:
    assert join([completed(1), requested(2, "other")], ALWAYS) == (Turn("other", "th", 0, "asked"),)


def test_a_completion_overrides_the_model_and_nothing_else_whichever_id_is_higher() -> None:
    turn = (Turn("t", "th", 5, "ran"),)
    assert join([requested(1, ts=5), completed(2, ts=8)], ALWAYS) == turn
    assert join([completed(1, ts=8), requested(2, ts=5)], ALWAYS) == turn


def test_a_completion_gives_a_model_to_a_request_that_named_none() -> None:
    assert join([requested(1, model=None), completed(2)], ALWAYS) == (Turn("t", "th", 0, "ran"),)
    assert join([requested(1, model=None)], ALWAYS) == (Turn("t", "th", 0, None),)


def test_the_request_with_the_highest_id_counts_even_if_its_time_is_earlier_or_its_fields_are_none() -> None:
    facts = [requested(1, ts=9), requested(2, ts=3, thread=None, model=None)]
    assert join(facts, ALWAYS) == (Turn("t", None, 3, None),)


def test_the_completion_with_the_highest_id_counts_even_if_its_time_is_earlier() -> None:
    facts = [requested(1), completed(2, ts=9, model="first"), completed(3, ts=3, model="second")]
    assert join(facts, ALWAYS) == (Turn("t", "th", 0, "second"),)


def test_only_facts_within_the_span_count() -> None:
    facts = [requested(1, ts=5, model="in"), completed(2, ts=9), requested(3, ts=10), requested(4, ts=4, model="early")]
    assert join(facts, Span(5, 9)) == (Turn("t", "th", 5, "in"),)
    assert join(facts, Span(6, 10)) == ()


def test_turns_come_sorted_by_turn_id_by_code_points() -> None:
    facts = [requested(row, turn) for row, turn in enumerate(["b", "a", "B", "\u00e9", "a\0"])]
    assert [turn.turn for turn in join(facts, ALWAYS)] == ["B", "a", "a\0", "b", "\u00e9"]


def test_facts_may_come_from_a_generator() -> None:
    assert len(join((requested(row, str(row)) for row in range(3)), ALWAYS)) == 3


FACTS = st.lists(
    st.tuples(
        st.integers(0, 4),
        st.builds(
            Parsed,
            completed=st.booleans(),
            turn=st.sampled_from("abc"),
            thread=st.none(),
            model=st.sampled_from(["m", "n"]),
        ),
    ),
    max_size=12,
).map(lambda stated: [fact(row, ts, says) for row, (ts, says) in enumerate(stated)])


@given(FACTS, st.integers(0, 4), st.integers(0, 4))
def test_a_turn_is_what_its_definition_says(facts: list[Fact[Parsed]], start: int, end: int) -> None:
    inside = [fact for fact in facts if start <= fact.ts < end]
    expected = []
    for turn in "abc":
        requests = [fact for fact in inside if fact.says.turn == turn and not fact.says.completed]
        models = [fact for fact in inside if fact.says.turn == turn and fact.says.completed] or requests
        if requests:
            last = max(requests, key=lambda fact: fact.id)
            expected.append(Turn(turn, last.says.thread, last.ts, max(models, key=lambda fact: fact.id).says.model))
    assert join(facts, Span(start, end)) == tuple(expected)
