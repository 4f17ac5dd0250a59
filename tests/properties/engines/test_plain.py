"""Claims about the search, on spaces small enough to be drawn on paper."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import pytest

from strandline.model.memo.events import GaveUp
from strandline.model.terms import Step
from strandline.properties.core.law import Cover, Law
from strandline.properties.core.space import Space
from strandline.properties.engines.reference import Found, search

if TYPE_CHECKING:
    from collections.abc import Iterator

    from strandline.model.memo.events import Event

Edges: TypeAlias = "dict[str, list[tuple[str, int | None, str]]]"
"""For each state its steps: the action, who takes it, and the state it leads to."""

BAD = GaveUp(1)
GOOD = GaveUp(2)
LAW = Law("X1", "good", "always", "", "", lambda event: event != BAD, Cover("", lambda event: event == GOOD))
OTHER = Law("X2", "any", "always", "", "", lambda event: event not in {BAD, GOOD}, None)


def space(edges: Edges, bad: str = "", good: str = "", peace: str = "") -> Space[str]:
    """Make a space from its edges; to come to ``bad`` or ``good`` is an event, to rest in ``peace`` is a bad one."""

    def step(state: str, action: Step) -> tuple[str, Iterator[Event]]:
        after = next(to for name, actor, to in edges[state] if (name, actor) == action[:2])
        return after, iter([BAD] if after == bad else [GOOD] if after == good else [])

    return Space(
        first="a",
        actions=lambda state: (Step(name, actor) for name, actor, _ in edges.get(state, [])),
        step=step,
        probe=lambda state: iter([BAD] if state == peace else []),
    )


def told(steps: tuple[Step, ...]) -> list[str]:
    return [f"{action.name}{'' if action.actor is None else action.actor}" for action in steps]


DIAMOND: Edges = {
    "a": [("left", 0, "b"), ("right", 1, "c")],
    "b": [("right", 1, "d")],
    "c": [("left", 0, "d")],
    "d": [("back", None, "a"), ("stay", None, "d")],
}


def test_every_state_and_every_transition_is_counted_once() -> None:
    found = search(space(DIAMOND), (LAW,), 100)
    assert (found.states, found.transitions, found.depth, found.complete) == (4, 6, 2, True)
    assert found.firings == {"left": 2, "right": 2, "back": 1, "stay": 1}
    assert found.broken == {}


def test_a_space_in_which_nothing_can_happen_has_one_state() -> None:
    found = search(space({}), (LAW,), 1)
    assert (found.states, found.transitions, found.depth, found.complete) == (1, 0, 0, True)


def test_a_law_is_broken_by_the_shortest_trace_and_not_by_the_first_one_tried() -> None:
    edges: Edges = {"a": [("slow", 0, "b"), ("fast", 0, "x")], "b": [("slower", 0, "c")], "c": [("slowest", 0, "x")]}
    assert told(search(space(edges, bad="x"), (LAW,), 100).broken["X1"]) == ["fast0"]


def test_each_law_has_a_shortest_trace_of_its_own() -> None:
    edges: Edges = {"a": [("one", 0, "g")], "g": [("two", 0, "x")]}
    found = search(space(edges, bad="x", good="g"), (LAW, OTHER), 100)
    assert {law: told(steps) for law, steps in found.broken.items()} == {"X1": ["one0", "two0"], "X2": ["one0"]}


def test_of_the_shortest_traces_one_with_the_fewest_switches_between_actors_is_given() -> None:
    """Two actors take two steps each; every order of them leads to the same end, and the search tries 0 1 0 1 first."""
    edges: Edges = {}
    for one in range(3):
        for other in range(3):
            mine = [("pq"[one], 0, f"{one + 1}{other}")] if one < 2 else []
            theirs = [("rs"[other], 1, f"{one}{other + 1}")] if other < 2 else []
            edges[f"{one}{other}"] = [*mine, *theirs] if (one + other) % 2 == 0 else [*theirs, *mine]
    edges["a"] = edges["00"]
    found = search(space(edges, bad="22"), (LAW,), 100)
    assert told(found.broken["X1"]) == ["p0", "q0", "r1", "s1"]


def test_a_switch_between_the_last_step_and_the_one_before_it_counts_as_well() -> None:
    """From b only actor 1 breaks the law; so the trace by way of c, which 1 takes as well, is the calmer one."""
    edges: Edges = {
        "a": [("to", 0, "b"), ("to", 1, "c")],
        "b": [("end", 1, "x")],
        "c": [("end", 1, "x")],
    }
    assert told(search(space(edges, bad="x"), (LAW,), 100).broken["X1"]) == ["to1", "end1"]


def test_among_the_calmest_traces_the_lowest_actors_are_given() -> None:
    edges: Edges = {"a": [("go", 2, "x"), ("go", 1, "x"), ("go", 0, "x")]}
    assert told(search(space(edges, bad="x"), (LAW,), 100).broken["X1"]) == ["go0"]


def test_a_broken_law_does_not_end_the_search() -> None:
    found = search(space(DIAMOND, bad="b"), (LAW,), 100)
    assert found.complete
    assert found.states == 4


@pytest.mark.parametrize(("states_max", "complete"), [(4, True), (3, False), (1, False)])
def test_a_search_that_needs_more_states_than_allowed_is_not_complete(states_max: int, *, complete: bool) -> None:
    found = search(space(DIAMOND), (LAW,), states_max)
    assert found.complete is complete
    assert found.states == min(states_max, 4)


def test_what_becomes_of_a_state_left_in_peace_is_judged_in_every_state() -> None:
    assert told(search(space(DIAMOND, peace="d"), (LAW,), 100).broken["X1"]) == ["left0", "right1"]
    assert search(space(DIAMOND, peace="a"), (LAW,), 100).broken["X1"] == ()


def test_a_cover_is_counted_as_often_as_it_is_seen() -> None:
    assert search(space(DIAMOND, good="d"), (LAW, OTHER), 100).reached == {"X1": 3}


def test_progress_is_told_once_for_each_depth() -> None:
    seen: list[tuple[int, int]] = []

    def progress(found: Found) -> None:
        seen.append((found.depth, found.states))

    search(space(DIAMOND), (LAW,), 100, progress)
    assert seen == [(0, 1), (1, 3), (2, 4)]
