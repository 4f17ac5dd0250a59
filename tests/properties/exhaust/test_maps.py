"""Maps drawn by chance: the search and the slow judge say the same of each, whoever may take which road."""

from __future__ import annotations

from itertools import pairwise
from typing import Final

from hypothesis import given, settings
from hypothesis import strategies as st

from strandline.properties.exhaust.engine import search
from strandline.properties.exhaust.world import Eventually
from strandline.properties.verdict import Verdict
from tests.properties.exhaust import slowly
from tests.properties.exhaust.crossroads import Road, crossroads

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
    for law, finding in zip(world.laws, found.findings, strict=True):
        steps = slowly.broken(whole, law)
        if isinstance(law, Eventually) and steps is None and slowly.unfair(whole, law).cycles:
            assert finding.verdict is Verdict.VIOLATED
            assert finding.traces[0].loop is not None
            continue
        assert finding.verdict is (Verdict.HOLDS if steps is None else Verdict.VIOLATED), law.name
        for shown in finding.traces:
            assert len(list(slowly.walked(whole, shown))) == steps
            moved = [step.actor for step in shown.steps]
            assert sum(one != other for one, other in pairwise(moved)) == slowly.switches(whole, law)
