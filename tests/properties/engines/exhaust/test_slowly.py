"""Claims about the slow judge, on maps small enough for paper: what is fair, and what a quiet world must reach."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from strandline.properties.engines.exhaust.world import Eventually
from tests.properties.engines.exhaust import misdeclared, slowly
from tests.properties.engines.exhaust.crossroads import Road, crossroads
from tests.properties.engines.exhaust.known.philosophers import philosophers

if TYPE_CHECKING:
    from strandline.properties.engines.exhaust.world import World


def unfair(world: World) -> tuple[set[str], list[set[str]]]:
    """Give the places where a map ends off its goal, and those of each fair cycle off it."""
    (law,) = [law for law in world.laws if isinstance(law, Eventually)]
    ends, cycles = slowly.unfair(slowly.graph(world), law)
    return {str(place) for (place,) in ends}, [{str(place) for (place,) in cycle} for cycle in cycles]


def test_a_place_where_nobody_has_anything_to_do_is_an_end() -> None:
    assert unfair(crossroads(Road("on", "one", "start", "there"))) == ({"there"}, [])
    assert unfair(crossroads(Road("on", "one", "start", "goal"))) == (set(), [])


def test_a_cycle_is_unfair_to_an_actor_that_waits_all_the_while_with_something_to_do() -> None:
    roads = [Road("to", "one", "start", "turn"), Road("fro", "one", "turn", "start")]
    always = [Road("out", "other", "start", "goal"), Road("out as well", "other", "turn", "goal")]
    assert unfair(crossroads(*roads, *always)) == (set(), [])


def test_a_cycle_is_fair_to_an_actor_that_has_nothing_to_do_somewhere_in_it() -> None:
    roads = [Road("to", "one", "start", "turn"), Road("fro", "one", "turn", "start")]
    assert unfair(crossroads(*roads, Road("out", "other", "start", "goal"))) == (set(), [{"start", "turn"}])


def test_a_cycle_in_which_an_actor_takes_steps_is_fair_to_it_whatever_else_it_could_do() -> None:
    roads = [Road("to", "one", "start", "turn"), Road("fro", "other", "turn", "start")]
    outs = [Road("out", "one", "start", "goal"), Road("out as well", "other", "turn", "goal")]
    assert unfair(crossroads(*roads, *outs)) == (set(), [{"start", "turn"}])


def test_a_step_that_stays_where_it_is_is_a_cycle() -> None:
    assert unfair(crossroads(Road("wait", "one", "start", "start"))) == (set(), [{"start"}])


def test_a_cycle_through_the_goal_is_none() -> None:
    assert unfair(crossroads(Road("to", "one", "start", "goal"), Road("fro", "one", "goal", "start"))) == (set(), [])


def test_what_stops_neither_keeps_a_cycle_going_nor_leads_out_of_an_end() -> None:
    roads = [Road("noise", "one", "start", "start"), Road("out", "other", "start", "goal")]
    assert unfair(crossroads(*roads)) == (set(), [])
    assert unfair(crossroads(*roads, stops=("noise",))) == (set(), [])
    assert unfair(crossroads(*roads, stops=("out",))) == (set(), [{"start"}])
    assert unfair(crossroads(*roads, stops=("noise", "out"))) == ({"start"}, [])


def test_nobody_owes_a_turn_to_an_action_without_an_actor() -> None:
    assert unfair(crossroads(Road("chance", None, "start", "goal"))) == ({"start"}, [])


def test_an_action_without_an_actor_may_keep_a_cycle_going() -> None:
    roads = [Road("to", "one", "start", "turn"), Road("blown back", None, "turn", "start")]
    assert unfair(crossroads(*roads)) == ({"turn"}, [{"start", "turn"}])


def test_what_cannot_be_reached_breaks_nothing() -> None:
    assert unfair(crossroads(Road("on", "one", "start", "goal"), Road("round", "one", "island", "island"))) == (
        set(),
        [],
    )


@pytest.mark.parametrize(
    ("world", "elsewhere"),
    [
        (misdeclared.actors(1, 1), False),
        (misdeclared.unlike_actors(), True),
        (misdeclared.names_not_renamed(), True),
    ],
    ids=["alike", "unlike", "not renamed"],
)
def test_actors_are_alike_if_to_swap_them_swaps_the_steps(world: World, *, elsewhere: bool) -> None:
    assert slowly.swaps_lead_elsewhere(slowly.graph(world)) is elsewhere


def test_a_world_that_is_too_large_to_be_spelled_out_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slowly, "STATES_MAX", 10)
    with pytest.raises(ValueError, match="3 philosophers"):
        slowly.graph(philosophers(3, ordered=True, once=True))
