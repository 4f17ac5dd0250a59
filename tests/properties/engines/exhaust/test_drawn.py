"""Worlds drawn by chance: the search and the slow judge say the same of each, with limits so low that nothing is small.

With few states at once, few places in a table, and few bits, the searches of small worlds are as those of large ones:
layers are expanded in parts, tables are hashed, cells share fields, and states are packed anew.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest

from strandline.properties.core.verdict import Verdict
from strandline.properties.engines.exhaust import explore, fitting, layer, symmetric, tables
from strandline.properties.engines.exhaust.engine import search
from strandline.properties.engines.exhaust.world import Always, AlwaysTold, Eventually, NoDeadlock, Sometimes
from tests.properties.engines.exhaust import slowly
from tests.properties.engines.exhaust.drawn import drawn

if TYPE_CHECKING:
    from strandline.properties.engines.exhaust.found import Finding
    from strandline.properties.engines.exhaust.world import Law

SOME: Final = range(20)
MANY: Final = range(20, 150)
EVERY: Final = range(150, 6_500)

STATES: Final = 500
"""States of a drawn world that is spelled out; about one in ten is larger, and is left out."""


@pytest.fixture(params=["as it is", "one by one", "shrunk"])
def _limits(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slowly, "STATES_MAX", STATES)
    monkeypatch.setattr(explore, "FEW", {"as it is": explore.FEW, "one by one": 1 << 20, "shrunk": 0}[request.param])
    if request.param == "shrunk":
        monkeypatch.setattr(explore, "CHUNK", 3)
        monkeypatch.setattr(explore, "STEPS_MAX", 8)
        monkeypatch.setattr(layer, "LOOSE_MAX", 4)
        monkeypatch.setattr(tables, "DENSE_MAX", 64)
        monkeypatch.setattr(fitting, "BITS", 14)
        monkeypatch.setattr(fitting, "SPARE", 2)
        monkeypatch.setattr(symmetric, "ACTORS_EVERY", 2)


def require_same(seed: int) -> None:
    """Hold what the search says of a world against what the slow judge does."""
    world = drawn(seed)
    try:
        whole = slowly.graph(world)
    except ValueError:  # it is larger than STATES
        return
    found = search(world)
    counts = found.counts
    assert not found.ended, (seed, found.ended)
    assert counts.depth == whole.depth, seed
    if world.symmetry is None:
        assert (counts.states, counts.transitions, counts.terminal) == (
            whole.states,
            whole.transitions,
            whole.terminal,
        ), seed
        assert counts.firings == slowly.firings(whole), seed
    else:
        assert counts.states == slowly.orbits(whole), seed
    for law, finding in zip(world.laws, found.findings, strict=True):
        _require_same_of(whole, law, finding, seed, alike=world.symmetry is not None)


def _require_same_of(whole: slowly.Graph, law: Law, finding: Finding, seed: int, *, alike: bool) -> None:
    where = f"{seed}: {law.name}: {finding.says}"
    if isinstance(law, Sometimes):
        seen = slowly.seen(whole, law)
        assert bool(finding.reached) == bool(seen), where
        assert alike or finding.reached == seen, where
        return
    if not isinstance(law, (Always, AlwaysTold, NoDeadlock, Eventually)):
        return
    steps = slowly.broken(whole, law)
    if steps is not None:
        assert finding.verdict is Verdict.VIOLATED, where
        for shown in finding.traces:
            assert len(list(slowly.walked(whole, shown))) == steps, where
    elif isinstance(law, Eventually) and slowly.unfair(whole, law).cycles:
        assert finding.verdict is not Verdict.HOLDS, where
        assert finding.verdict is Verdict.VIOLATED or alike, where
        for shown in finding.traces:
            assert list(slowly.walked(whole, shown)), where
    else:
        assert finding.verdict is not Verdict.VIOLATED, where


@pytest.mark.usefixtures("_limits")
def test_the_search_says_of_worlds_drawn_by_chance_what_the_slow_judge_does() -> None:
    for seed in SOME:
        require_same(seed)


@pytest.mark.search
@pytest.mark.usefixtures("_limits")
def test_the_search_says_of_many_worlds_what_the_slow_judge_does() -> None:
    for seed in MANY:
        require_same(seed)


@pytest.mark.night
@pytest.mark.search
@pytest.mark.usefixtures("_limits")
def test_the_search_says_of_thousands_of_worlds_what_the_slow_judge_does() -> None:
    for seed in EVERY:
        require_same(seed)
