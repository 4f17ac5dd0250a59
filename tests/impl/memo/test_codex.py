"""Claims about the shipped projection: those of :mod:`tests.claims.turns`, and a definition of turns in other words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from strandline.impl.memo.codex import join, summarize
from strandline.impl.memo.parse import Kind, Parsed, parse
from strandline.impl.memo.projection import Fact
from strandline.impl.memo.window import Span
from tests.claims.turns import Told, Turns

if TYPE_CHECKING:
    from collections.abc import Iterator

    from strandline.impl.memo.memo import Partition
    from tests.claims.days import Instants
    from tests.claims.turns import Written


class TestTurns(Turns):
    def turns(self, written: Iterator[Written], span: Instants) -> tuple[Any, ...]:
        return join(facts(written), Span(*span))

    def told(self, written: Iterator[Written], span: Instants) -> Told:
        found = summarize(facts(written), Span(*span))
        return *found.tier_rows, *found[1:]


def facts(written: Iterator[Written]) -> Iterator[Fact[Parsed]]:
    for one in written:
        says = parse(one.body.encode())
        assert says is not None
        partition = (1, b"process") if one.thread is None else (0, one.thread.encode())
        yield Fact(one.id, one.ts, 0, says, partition, b"")


def fact(  # noqa: PLR0913 - what a row may say
    row: int, kind: Kind, tier: str | None = None, *, turn: str | None = "t", ts: int = 0, model: str | None = "m"
) -> Fact[Parsed]:
    return Fact(row, ts, 0, Parsed(kind, turn, "span", tier, model), partition=(0, b"th"), digest=b"")


@pytest.mark.parametrize("partition", [(0, b"\xff"), (0, 7), (1, b"process"), None])
def test_a_partition_that_is_no_text_names_no_thread(partition: Partition) -> None:
    found = join([fact(1, "tags", "priority")._replace(partition=partition)], Span(None, None))
    assert [turn.thread for turn in found] == ["span"]


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
