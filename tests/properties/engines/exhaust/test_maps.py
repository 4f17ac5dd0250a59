"""Maps drawn by chance: the search and the slow judge say the same of each, whoever may take which road."""

from __future__ import annotations

from itertools import pairwise
from typing import Final

from hypothesis import given, settings
from hypothesis import strategies as st

from strandline.properties.core.verdict import Verdict
from strandline.properties.engines.exhaust.engine import search
from strandline.properties.engines.exhaust.world import Eventually
from tests.properties.engines.exhaust import slowly
from tests.properties.engines.exhaust.crossroads import Road, crossroads

PLACES: Final = ("a", "b", "c", "d", "e", "bad", "goal")
MAPS: Final = 150

roads = st.lists(
    st.tuples(st.sampled_from(["one", "other", None]), st.sampled_from(PLACES), st.sampled_from(PLACES)),
    min_size=1,
    max_size=10,
).map(lambda drawn: [Road(f"road {number}", *road) for number, road in enumerate(drawn)])


@settings(max_examples=MAPS)
@given(roads, st.sets(st.integers(0, 9)))
def test_the_search_and_the_slow_judge_say_the_same(drawn: list[Road], stopped: set[int]) -> None:
    world = crossroads(*drawn, stops=tuple(road.name for number, road in enumerate(drawn) if number in stopped))
    whole, found = slowly.graph(world), search(world)
    assert (found.counts.states, found.counts.transitions, found.counts.depth) == (
        whole.states,
        whole.transitions,
        whole.depth,
    )
    assert found.counts.terminal == whole.terminal
    for law, finding in zip(world.laws, found.findings, strict=True):
        steps = slowly.broken(whole, law)
        if isinstance(law, Eventually) and steps is None and slowly.unfair(whole, law).cycles:
            assert finding.verdict is Verdict.VIOLATED
            (lasso,) = finding.traces
            assert lasso.loop is not None
            stem = [step.actor for step in lasso.steps[: lasso.loop]]
            assert sum(one != other for one, other in pairwise(stem)) == slowly.switches_to_a_round(whole, law)
            continue
        assert finding.verdict is (Verdict.HOLDS if steps is None else Verdict.VIOLATED), law.name
        for shown in finding.traces:
            assert len(list(slowly.walked(whole, shown))) == steps
            moved = [step.actor for step in shown.steps]
            assert sum(one != other for one, other in pairwise(moved)) == slowly.switches(whole, law)


def test_of_rounds_that_are_equally_near_the_one_with_the_calmest_way_to_it_is_given() -> None:
    """Two places to turn round for ever are two steps away; the one that was looked at first takes a switch."""
    world = crossroads(
        Road("out", "one", "start", "there"),
        Road("over", "other", "there", "first"),
        Road("on", "one", "there", "second"),
        Road("round", None, "first", "first"),
        Road("about", None, "second", "second"),
        Road("a loop", "one", "first", "first"),
        Road("b loop", "other", "first", "first"),
        Road("c loop", "one", "second", "second"),
        Road("d loop", "other", "second", "second"),
    )
    (lasso,) = next(finding for finding in search(world).findings if finding.law == "arrives").traces
    assert [step.action for step in lasso.steps[: lasso.loop]] == ["out", "on"]
