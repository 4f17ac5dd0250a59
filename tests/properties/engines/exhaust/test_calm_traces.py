"""A broken law is shown by a shortest trace and, among these, by one with the fewest switches between actors."""

from __future__ import annotations

from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from strandline.properties.core.verdict import Verdict
from strandline.properties.engines.exhaust.engine import search
from tests.properties.engines.exhaust import slowly
from tests.properties.engines.exhaust.crossroads import Road, crossroads
from tests.properties.engines.exhaust.known.increment import increment
from tests.properties.engines.exhaust.known.peterson import peterson
from tests.properties.engines.exhaust.known.philosophers import philosophers
from tests.properties.engines.exhaust.known.termination import termination

if TYPE_CHECKING:
    from strandline.properties.engines.exhaust.found import Finding, Shown
    from strandline.properties.engines.exhaust.world import World

RESTLESS = (
    Road("left 1", "one", "start", "a"),
    Road("left 2", "other", "a", "b"),
    Road("left 3", "one", "b", "c"),
    Road("left 4", "other", "c", "bad"),
)
CALM = (
    Road("right 1", "one", "start", "p"),
    Road("right 2", "one", "p", "q"),
    Road("right 3", "other", "q", "r"),
    Road("right 4", "other", "r", "bad"),
)
LONG = tuple(
    Road(f"long {place + 1}", "one", start, end)
    for place, (start, end) in enumerate(pairwise(("start", "u", "v", "w", "x", "bad")))
)
"""Nobody is switched to, but it is a step longer."""

BROKEN = {
    "two roads": crossroads(*RESTLESS, *CALM, *LONG),
    "lost update": increment(2),
    "lost update, three threads": increment(3),
    "lost update, threads alike": increment(2, alike=True),
    "lost update, three threads alike": increment(3, alike=True),
    "Peterson, selfish": peterson(selfish=True),
    "Peterson, flags alone": peterson(flags_alone=True),
    "termination, a stain unseen": termination(3, unseen=True),
    "philosophers": philosophers(3, ordered=False, once=True),
}


@cache
def found(name: str) -> tuple[Finding, ...]:
    return search(BROKEN[name], several=3).findings


def trace(world: World, law: str) -> Shown:
    (finding,) = [finding for finding in search(world).findings if finding.law == law]
    assert finding.verdict is Verdict.VIOLATED
    return finding.traces[0]


def names(shown: Shown) -> list[str]:
    return [step.action for step in shown.steps]


def switches(shown: Shown) -> int:
    return sum(one.actor != other.actor for one, other in pairwise(shown.steps))


@pytest.mark.parametrize("law", ["not there", "not going there"])
def test_of_two_shortest_traces_the_later_declared_one_is_given_if_it_is_calmer(law: str) -> None:
    assert names(trace(crossroads(*RESTLESS, *CALM), law)) == [road.name for road in CALM]
    assert names(trace(crossroads(*CALM, *RESTLESS), law)) == [road.name for road in CALM]


@pytest.mark.parametrize("law", ["not there", "not going there"])
def test_a_longer_trace_is_never_given_however_calm_it_is(law: str) -> None:
    assert names(trace(crossroads(*LONG, *RESTLESS), law)) == [road.name for road in RESTLESS]


@pytest.mark.parametrize("length", [1, 2, 5, 12])
def test_a_law_that_fails_at_a_depth_gives_a_trace_of_exactly_as_many_steps(length: int) -> None:
    places = ["start", *(f"mile {mile}" for mile in range(1, length)), "bad"]
    road = [Road(f"step {mile}", "one", start, end) for mile, (start, end) in enumerate(pairwise(places))]
    back = [Road(f"back from {place}", "other", place, "start") for place in places]
    world = crossroads(*road, *back)
    assert len(trace(world, "not there").steps) == length
    assert len(trace(world, "not going there").steps) == length


def test_a_law_that_is_broken_from_the_first_has_a_trace_of_no_steps() -> None:
    assert trace(crossroads(Road("on", "one", "bad", "goal")), "not there").steps == ()


def test_a_switch_before_the_last_step_counts_as_well() -> None:
    """From both crossings only the other actor goes on; so the road that it takes to the crossing is the calm one."""
    roads = [
        Road("to", "one", "start", "b"),
        Road("as well", "other", "start", "c"),
        Road("end b", "other", "b", "bad"),
        Road("end c", "other", "c", "bad"),
    ]
    assert names(trace(crossroads(*roads), "not there")) == ["as well", "end c"]


def test_different_ways_to_break_a_law_are_given_on_request_calmest_first() -> None:
    world = crossroads(*RESTLESS, *CALM)
    (finding,) = [one for one in search(world, several=5).findings if one.law == "not there"]
    assert [names(shown) for shown in finding.traces] == [[road.name for road in roads] for roads in (CALM, RESTLESS)]


@pytest.mark.parametrize("name", BROKEN)
def test_no_trace_is_shorter_or_calmer_than_the_one_that_is_given(name: str) -> None:
    world = BROKEN[name]
    whole = slowly.graph(world)
    laws = {law.name: law for law in world.laws}
    ended = [one for one in found(name) if one.traces and one.traces[0].loop is None]
    assert ended
    for finding in ended:
        shown = finding.traces[0]
        assert len(shown.steps) == slowly.broken(whole, laws[finding.law])
        assert switches(shown) == slowly.switches(whole, laws[finding.law])


@pytest.mark.parametrize("name", BROKEN)
def test_a_trace_can_be_walked_in_the_world_spelled_out(name: str) -> None:
    """Each of its steps can be taken where it is taken, and leads to the values that the trace tells."""
    whole = slowly.graph(BROKEN[name])
    for finding in found(name):
        for shown in finding.traces:
            assert len(list(slowly.walked(whole, shown))) == len(shown.steps)
