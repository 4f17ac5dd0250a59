"""Worlds of one shape each: the search counts in each as the plain search does, whichever way it takes through it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

import pytest

from strandline.properties.core.verdict import Verdict
from strandline.properties.engines.exhaust import explore
from strandline.properties.engines.exhaust.engine import search
from strandline.properties.engines.shapes import plain, worlds

if TYPE_CHECKING:
    from collections.abc import Callable

    from strandline.properties.engines.exhaust.world import World

SMALL: Final = {
    "chain": partial(worlds.chain, 300),
    "Hanoi": partial(worlds.hanoi, 4),
    "bridge": partial(worlds.bridge, 3, 2),
    "lights": partial(worlds.lights, 6),
    "ring": partial(worlds.ring, 66, 1),
    "alike": partial(worlds.alike, 5),
}


@pytest.mark.parametrize("few", [0, 8, 1 << 20])
@pytest.mark.parametrize("declare", SMALL.values(), ids=SMALL)
def test_states_that_are_gone_on_from_one_by_one_are_counted_as_many_at_once(
    declare: Callable[[], World], few: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(explore, "FEW", few)
    world = declare()
    found, plainly = search(world), plain.search(world)
    assert (found.counts.states, found.counts.transitions, found.counts.depth) == plainly[:3]
    assert {one.law for one in found.findings if one.verdict is Verdict.VIOLATED} == plainly.broken


@pytest.mark.search
def test_the_sliding_blocks_have_as_many_states_as_were_published() -> None:
    """The TLA+ examples, SlidingPuzzles: 25,955 distinct states; there all blocks of a shape are alike, too."""
    assert search(worlds.sliding()).counts.states == 25_955


def test_alike_actors_are_as_many_orbits_as_there_are_ways_to_place_them() -> None:
    """Eight actors are one search of some thousand states; by all orders of them it took minutes."""
    assert search(worlds.alike(8)).counts.states == 2_871
