"""What a search gives: verdicts, what ended it, and the same counts however its layers are cut."""

from __future__ import annotations

import dataclasses
from functools import partial
from typing import TYPE_CHECKING
from unittest import mock

import pytest

from strandline.properties.core.verdict import Verdict
from strandline.properties.engines.exhaust import engine, explore, telling
from strandline.properties.engines.exhaust.engine import search
from strandline.properties.engines.exhaust.found import Budget, Counts, Finding, Found, Status
from strandline.properties.engines.exhaust.layer import Layer
from strandline.properties.engines.exhaust.world import Action, Always, Component, Progress, Sometimes, Symmetry, World

if TYPE_CHECKING:
    from strandline.properties.engines.exhaust.world import Outcomes, Reading

TOP = 6
"""How far each counter goes."""

WALKERS = 4

CHUNK = 64
"""States that are worked on at once, so few that most layers of the counters take several turns."""


@pytest.fixture(autouse=True)
def _nothing_is_told_but_by_the_search(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no thread tell of a search meanwhile, however slow the machine is."""
    monkeypatch.setattr(telling, "EVERY", 600.0)


def up(me: int, at: Reading) -> Outcomes:
    return {f"n{me}": at[f"n{me}"] + 1} if at[f"n{me}"] < TOP else None


def below(total: int, at: Reading) -> bool:
    return bool(sum(at[f"n{me}"] for me in range(WALKERS)) < total)


def all_at_the_top(at: Reading) -> bool:
    return all(at[f"n{me}"] == TOP for me in range(WALKERS))


def itself(value: int) -> int:
    return value


def counters(total: int, *, alike: bool = False, measured: bool = False) -> World:
    """Declare counters that go up; they may never reach so much together."""
    names = tuple(f"n{me}" for me in range(WALKERS))
    return World(
        "counters",
        tuple(Component(name, 0) for name in names),
        tuple(Action(f"up {me}", (names[me],), (names[me],), partial(up, me), names[me]) for me in range(WALKERS)),
        (Always("below", names, partial(below, total)), Sometimes("done", names, all_at_the_top)),
        symmetry=Symmetry(tuple((name,) for name in names)) if alike else None,
        progress=Progress(dict.fromkeys(names, itself)) if measured else None,
    )


ALL = (TOP + 1) ** WALKERS


def verdicts(found: Found) -> dict[str, Verdict]:
    return {finding.law: finding.verdict for finding in found.findings}


def test_a_search_that_ends_by_itself_says_so() -> None:
    found = search(counters(99))
    assert (found.verdict, found.ended, found.unfired) == (Verdict.HOLDS, "", ())
    assert found.counts.states == ALL
    assert found.counts.frontier == 0


def test_a_budget_of_states_ends_a_search_as_inconclusive_and_tells_the_frontier() -> None:
    found = search(counters(99), Budget(states=100))
    assert found.verdict is Verdict.INCONCLUSIVE
    assert found.ended == "more than 100 states"
    assert 100 < found.counts.states < ALL
    layers = [1, 4, 10, 20, 35, 56]
    assert found.counts.states == sum(layers)
    assert found.counts.frontier == layers[-1]
    assert verdicts(found) == {"below": Verdict.INCONCLUSIVE, "done": Verdict.INCONCLUSIVE}


def test_a_budget_of_memory_ends_a_search_as_inconclusive() -> None:
    found = search(counters(99), Budget(memory=1))
    assert found.verdict is Verdict.INCONCLUSIVE
    assert found.ended == "more than 0 MiB of memory"
    assert found.counts.frontier == found.counts.states == 1


def test_a_budget_that_is_just_enough_ends_nothing() -> None:
    assert search(counters(99), Budget(states=ALL)).verdict is Verdict.HOLDS


def test_what_was_broken_before_the_budget_ended_stays_broken() -> None:
    found = search(counters(3), Budget(states=100))
    assert found.verdict is Verdict.VIOLATED
    assert verdicts(found) == {"below": Verdict.VIOLATED, "done": Verdict.INCONCLUSIVE}
    assert len(found.findings[0].traces[0].steps) == 3


def test_an_interrupt_ends_a_search_with_its_counts_so_far() -> None:
    seen: list[int] = []

    def interrupted(now: Status) -> None:
        seen.append(now.counts.states)
        if now.counts.depth == 3:
            raise KeyboardInterrupt

    found = search(counters(2), say=interrupted)
    assert found.ended == "interrupted"
    assert found.verdict is Verdict.VIOLATED
    assert verdicts(found)["done"] is Verdict.INCONCLUSIVE
    assert seen == [5, 15, 35]
    assert found.counts.states == 35
    assert sum(found.counts.firings.values()) == found.counts.transitions == WALKERS * (1 + 4 + 10)


def test_progress_is_told_after_each_layer() -> None:
    depths: list[tuple[int, int]] = []
    search(counters(99), say=lambda now: depths.append((now.counts.depth, now.counts.frontier)))
    assert [depth for depth, _ in depths] == [*range(1, TOP * WALKERS + 1), TOP * WALKERS]
    assert depths[-1][1] == 0
    assert sum(frontier for _, frontier in depths) == ALL - 1


@pytest.mark.parametrize("world", [counters(9), counters(9, alike=True), counters(9, measured=True)])
def test_a_layer_that_is_expanded_in_chunks_is_counted_as_one_that_is_expanded_at_once(world: World) -> None:
    at_once = search(world, several=WALKERS)
    with mock.patch.object(explore, "CHUNK", CHUNK):
        in_chunks = search(world, several=WALKERS)
    assert at_once.counts.widest > 2 * CHUNK or world.symmetry is not None
    assert dataclasses.replace(at_once.counts, memory=0) == dataclasses.replace(in_chunks.counts, memory=0)
    assert at_once.findings == in_chunks.findings
    assert len(at_once.findings[0].traces) == WALKERS


def found(*verdicts: Verdict, ended: str = "", unfired: tuple[str, ...] = ()) -> Found:
    return Found("w", Counts(), tuple(Finding(f"{n}", one, "") for n, one in enumerate(verdicts)), ended, unfired)


def test_the_verdict_is_the_worst_and_nothing_that_was_not_looked_at_passes() -> None:
    assert found().verdict is Verdict.INCONCLUSIVE
    assert found(Verdict.HOLDS).verdict is Verdict.HOLDS
    assert found(Verdict.HOLDS, Verdict.INCONCLUSIVE).verdict is Verdict.INCONCLUSIVE
    assert found(Verdict.INCONCLUSIVE, Verdict.VIOLATED, ended="interrupted").verdict is Verdict.VIOLATED
    assert found(Verdict.HOLDS, ended="interrupted").verdict is Verdict.INCONCLUSIVE
    assert found(Verdict.HOLDS, unfired=("up",)).verdict is Verdict.INCONCLUSIVE


@pytest.mark.parametrize("error", [OverflowError("no place"), MemoryError()])
def test_a_lack_of_room_or_memory_is_an_end_like_any_other(error: Exception) -> None:
    """Neither is a mistake of who asked, so none comes out as an error."""
    with mock.patch.object(Layer, "following", side_effect=error), mock.patch.object(explore, "FEW", 0):
        found = search(counters(ALL))
    assert found.ended == (str(error) or "no memory was left")
    assert found.verdict is Verdict.INCONCLUSIVE
    assert found.counts.states == 1


def test_no_room_to_hold_actors_against_each_other_is_an_end_too() -> None:
    with mock.patch.object(engine, "require_alike", side_effect=OverflowError("no room")):
        found = search(counters(ALL, alike=True))
    assert found.ended == "no room"
    assert found.verdict is Verdict.INCONCLUSIVE


def test_after_an_interrupt_each_function_is_asked_twice_again_and_no_more() -> None:
    """Who presses Ctrl-C does not wait for answers to be asked again by the dozen."""
    asked: list[int] = []

    def step(at: Reading) -> Outcomes:
        asked.append(at["n"])
        return {"n": at["n"] + 1}

    def interrupt(now: Status) -> None:
        if now.counts.depth == 20:
            raise KeyboardInterrupt

    world = World("endless", (Component("n", 0),), (Action("step", ("n",), ("n",), step),), made_by=endless)
    found = search(world, say=interrupt)
    assert found.ended == "interrupted"
    assert sorted(asked[-engine.AFTER_A_CUT :]) == [0, 1]
    assert len(asked) <= 20 + 2 * engine.AFTER_A_CUT + 1


def endless() -> World:
    return World("endless", (Component("n", 0),), (Action("step", ("n",), ("n",), onward),))


def onward(at: Reading) -> Outcomes:
    return {"n": at["n"] + 1}
