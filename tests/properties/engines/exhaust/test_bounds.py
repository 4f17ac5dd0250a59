"""Bounds hold a search within a layer, and within the asking of a function; the first broken law may end it."""

from __future__ import annotations

import subprocess
import sys
import threading
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from strandline.properties.core.verdict import Verdict
from strandline.properties.engines.exhaust import explore, telling, watching
from strandline.properties.engines.exhaust.engine import search
from strandline.properties.engines.exhaust.explore import AT_THE_FIRST
from strandline.properties.engines.exhaust.found import Budget
from strandline.properties.engines.exhaust.world import Action, Always, Component, World
from tests.properties.engines.exhaust.growing import WAYS, X, anything, count, counter, fan, low

if TYPE_CHECKING:
    from strandline.properties.engines.exhaust.found import Found, Status
    from strandline.properties.engines.exhaust.world import Outcomes, Reading

MIB = 1 << 20

ROOM = 32 * MIB
"""Memory beyond a quarter of a bound that a search may take: for what it does at once, and to say what it found."""

PATIENCE = 120
"""Seconds to wait; they are only used up when something is wrong."""


def verdicts(found: Found) -> dict[str, Verdict]:
    return {finding.law: finding.verdict for finding in found.findings}


def test_a_bound_on_states_ends_a_search_within_a_layer_near_the_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(explore, "CHUNK_LEAST", 4)
    found = search(fan(), Budget(states=10_000))
    assert found.ended == "more than 10,000 states, with layer 3 incomplete"
    whole = 1 + WAYS + WAYS**2
    expanded = found.counts.transitions // WAYS - (1 + WAYS)
    assert 10_000 < found.counts.states == whole + expanded * WAYS <= 10_000 + 4 * WAYS
    assert found.counts.frontier == WAYS**2 - expanded + expanded * WAYS
    assert found.counts.depth == 3
    assert found.counts.firings == {"go": found.counts.transitions}
    assert verdicts(found) == {"fine": Verdict.INCONCLUSIVE, "low": Verdict.VIOLATED}


def test_a_law_that_broke_in_an_incomplete_layer_is_violated_by_a_shortest_trace(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(explore, "CHUNK_LEAST", 4)
    found = search(fan(), Budget(states=WAYS + WAYS // 2))
    assert found.ended == f"more than {WAYS + WAYS // 2} states, with layer 2 incomplete"
    assert verdicts(found)["low"] is Verdict.INCONCLUSIVE
    found = search(fan(), Budget(states=2 * WAYS**2))
    assert found.ended.endswith("with layer 3 incomplete")
    assert verdicts(found)["low"] is Verdict.VIOLATED
    assert len(found.findings[1].traces[0].steps) == 2


def steps(n: int, name: str, at: Reading) -> Outcomes:
    return {name: at[name] + 1} if at[name] < n else None


def grid(size: int) -> World:
    """Declare a world in which most successors are found from several states."""
    actions = [Action(name, (name,), (name,), partial(steps, size, name), name) for name in "abc"]
    laws = (Always("fine", ("a",), anything),)
    return World("grid", tuple(Component(name, 0) for name in "abc"), tuple(actions), laws)


@pytest.mark.parametrize("bound", [1, 10, 500, 999, 1_000])
def test_states_that_are_found_several_times_count_once_toward_the_bound(
    bound: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(explore, "CHUNK", 8)
    monkeypatch.setattr(explore, "CHUNK_LEAST", 2)
    found = search(grid(9), Budget(states=bound))
    assert (found.ended == "") == (bound == 1_000)
    assert min(bound + 1, 1_000) <= found.counts.states <= bound + 6


def test_successors_that_are_looked_up_in_parts_are_counted_as_those_that_are_looked_up_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    at_once = search(grid(9)).counts
    monkeypatch.setattr(explore, "CHUNK", 8)
    monkeypatch.setattr("strandline.properties.engines.exhaust.layer.LOOSE_MAX", 16)
    in_parts = search(grid(9)).counts
    assert (in_parts.states, in_parts.transitions, in_parts.widest) == (1_000, at_once.transitions, at_once.widest)


def many(at: Reading) -> Outcomes:
    return [{"y": way} for way in range(1, 9)] if at["y"] == 0 else None


def test_steps_that_would_be_too_many_are_taken_from_fewer_states_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    y = ("y",)
    actions = (Action("go", X, X, partial(steps, 9, "x"), "A"), Action("choose", y, y, many, "B"))
    world = World("wide", (Component("x", 0), Component("y", 0)), actions, (Always("fine", X, anything),))
    at_once = search(world).counts
    monkeypatch.setattr(explore, "STEPS_MAX", 4)
    few = search(world).counts
    assert (few.states, few.transitions) == (at_once.states, at_once.transitions) == (90, 9 * 9 + 10 * 8)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells what a process has now")
@pytest.mark.parametrize("name", ["fan", "history"])
def test_a_bound_on_memory_holds_values_and_answers_too(name: str) -> None:
    bound = 64 * MIB
    child = subprocess.run(
        [sys.executable, "-m", "tests.properties.engines.exhaust.growing", name, str(bound)],
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=True,
        cwd=Path(__file__).parents[4],
    )
    ended, grew = child.stdout.splitlines()
    assert ended.startswith("more than 64 MiB of memory")
    assert int(grew) < 1.25 * bound + ROOM


def test_a_bound_on_time_ends_a_search_after_the_function_that_is_being_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter(range(10**6))
    monkeypatch.setattr(watching, "time", type("Clock", (), {"monotonic": lambda: float(next(clock))}))
    found = search(counter(), Budget(seconds=300.0))
    assert found.ended.startswith("more than 300 s")
    assert 1 < found.counts.states < 300
    assert verdicts(found) == {
        "fine": Verdict.INCONCLUSIVE,
        "low": Verdict.VIOLATED if found.counts.states > WAYS + 4 else Verdict.INCONCLUSIVE,
    }


def test_a_search_for_the_first_ends_with_the_layer_in_which_a_law_broke(monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as without:
        without.setattr("strandline.properties.engines.exhaust.fresh.asked", None)  # no fresh process is needed
        found = search(counter(), first=True)
    assert found.ended == AT_THE_FIRST
    assert verdicts(found) == {"fine": Verdict.INCONCLUSIVE, "low": Verdict.VIOLATED}
    assert found.counts.depth == WAYS + 4
    whole = search(fan(), Budget(states=WAYS**2 * 2))
    first = search(fan(), first=True)
    assert first.findings[1].traces == whole.findings[1].traces
    assert first.counts.states == 1 + WAYS + WAYS**2 + WAYS**3


def test_a_search_for_the_first_of_a_world_that_holds_is_a_search_of_the_whole() -> None:
    found = search(grid(3), first=True)
    assert (found.verdict, found.ended, found.counts.states) == (Verdict.HOLDS, "", 64)


def once(at: Reading) -> Outcomes:
    return count(at) if at["x"] < 1 else None


def brief() -> World:
    return World("brief", (Component("x", 0),), (Action("go", X, X, once, "A"),))


def test_progress_names_the_function_that_is_being_asked_while_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(telling, "EVERY", 0.01)
    answer = threading.Event()
    named: list[str] = []

    def slowly(at: Reading) -> Outcomes:
        assert answer.wait(PATIENCE)
        return once(at)

    def say(now: Status) -> None:
        if now.asking:
            named.append(now.asking)
            answer.set()

    search(World("slow", (Component("x", 0),), (Action("go", X, X, slowly, "A"),), made_by=brief), say=say)
    assert named[0] == "action 'go'"


def test_a_law_that_broke_is_told_at_once_while_its_layer_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(telling, "EVERY", 600.0)
    monkeypatch.setattr(explore, "CHUNK", 8)
    told: list[Status] = []
    search(fan(), Budget(states=WAYS**3), say=told.append)
    first = next(now for now in told if now.broken)
    assert first.broken == ("low",)
    assert 0 < first.expanded <= 8 < first.counts.frontier
    assert low({"x": 0})
