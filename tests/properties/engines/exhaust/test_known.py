"""The counts of others: worlds whose reachable states were counted and published, declared anew from their definitions.

Where a count was published stands in the module of each world. A published count of generated
states has the first one among them, and a published depth counts states, so each is one more than
ours.
"""

from __future__ import annotations

import pickle
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

import pytest

from strandline.properties.core.verdict import Verdict
from strandline.properties.engines.exhaust.engine import search
from strandline.properties.engines.exhaust.world import NEXT
from tests.properties.engines.exhaust import slowly
from tests.properties.engines.exhaust.known import examples
from tests.properties.engines.exhaust.known.alternating_bit import alternating_bit
from tests.properties.engines.exhaust.known.increment import increment
from tests.properties.engines.exhaust.known.lamport_mutex import lamport_mutex
from tests.properties.engines.exhaust.known.paxos_commit import paxos_commit
from tests.properties.engines.exhaust.known.peterson import peterson
from tests.properties.engines.exhaust.known.philosophers import philosophers
from tests.properties.engines.exhaust.known.readers_writers import readers_writers
from tests.properties.engines.exhaust.known.termination import termination
from tests.properties.engines.exhaust.known.two_phase import two_phase

if TYPE_CHECKING:
    from strandline.properties.engines.exhaust.found import Found
    from strandline.properties.engines.exhaust.world import World

pytestmark = pytest.mark.search


class Published(NamedTuple):
    """What was published of a world; None where nothing was, or not what we count."""

    world: World
    states: int
    generated: int | None = None
    depth: int | None = None


def _of_many(world: World, states: int, generated: int, depth: int) -> Published:
    """Give what was published of a world with many first states, by the counts of one that begins before them."""
    return Published(world, BEGUN + states, generated + 1, depth + 1)


BEGUN = 1
"""The state before a world has begun, which only our declarations of worlds with many first states have."""

PUBLISHED = {
    "two-phase commit, 3 managers": Published(two_phase(3), 288, 1_146, 11),
    "two-phase commit, 5 managers": Published(two_phase(5), 8_832),
    "increment": Published(increment(2), 13),
    "readers and writers": Published(readers_writers(3), 21_527, 59_674, 13),
    "Peterson": Published(peterson(), 42, 77, 11),
    "termination, 3 nodes": Published(termination(3), BEGUN + 302),
    "termination, 4 nodes": Published(termination(4), BEGUN + 1_566),
    "alternating bit": Published(alternating_bit(), BEGUN + 240, None, BEGUN + 10),
    "transaction commit": Published(examples.transaction_commit(), 34, 94, 7),
    "simple, 5": Published(examples.simple(5), 723, 1_842, 11),
    "barrier": Published(examples.barrier(6), 64, 194, 7),
    "allocator": Published(examples.allocator(), 400, 1_633, 6),
    "smokers": _of_many(examples.smokers(), 6, 15, 2),
    "hour clock": _of_many(examples.hour_clock(), 12, 24, 1),
    "channel": _of_many(examples.channel(), 12, 30, 2),
    "a cat in 5 boxes": _of_many(examples.cat(5), 30, 78, 1),
    "a cat in 6 boxes": _of_many(examples.cat(6), 48, 128, 1),
    "prisoners": _of_many(examples.prisoners(), 214, 860, 14),
    "a can of 100 beans": _of_many(examples.coffee_can(100), 5_150, 20_002, 1),
}

ORBITS = {
    "two-phase commit, 3 managers": (two_phase(3, alike=True), 80),
    "two-phase commit, 5 managers": (two_phase(5, alike=True), 314),
    "increment": (increment(2, alike=True), 8),
    "readers and writers": (readers_writers(3, alike=True), 3_601),
}
"""The first three were published; the last one is counted by the slow judge alone."""


@cache
def found(name: str) -> Found:
    return search(PUBLISHED[name].world)


@cache
def spelled_out(name: str) -> slowly.Graph:
    return slowly.graph(PUBLISHED[name].world)


@pytest.mark.parametrize("name", PUBLISHED)
def test_the_search_finds_as_many_states_as_were_published(name: str) -> None:
    published = PUBLISHED[name]
    counts = found(name).counts
    assert counts.states == published.states
    assert published.generated in {None, counts.transitions + 1}
    assert published.depth in {None, counts.depth + 1}


@pytest.mark.parametrize("name", PUBLISHED)
def test_the_search_counts_what_the_world_spelled_out_has(name: str) -> None:
    counts, whole = found(name).counts, spelled_out(name)
    assert (counts.states, counts.transitions, counts.depth) == (whole.states, whole.transitions, whole.depth)
    assert counts.terminal == whole.terminal
    assert counts.firings == slowly.firings(whole)


@pytest.mark.parametrize("name", ORBITS)
def test_states_that_differ_only_by_which_actor_is_which_are_one(name: str) -> None:
    world, orbits = ORBITS[name]
    alike = search(world)
    assert (alike.counts.states, alike.verdict) == (orbits, found(name).verdict)
    assert slowly.orbits(slowly.graph(world)) == orbits


@pytest.mark.parametrize("name", ORBITS)
def test_actors_that_are_declared_alike_are(name: str) -> None:
    assert not slowly.swaps_lead_elsewhere(slowly.graph(ORBITS[name][0]))


@pytest.mark.parametrize("name", sorted(PUBLISHED.keys() - {"increment", "alternating bit"}))
def test_what_is_known_to_be_right_holds(name: str) -> None:
    assert found(name).verdict is Verdict.HOLDS, found(name).findings
    assert found(name).unfired == ()


def test_a_lost_update_takes_four_steps_and_a_lock_keeps_it_out() -> None:
    (finding,) = search(increment(2)).findings
    assert finding.verdict is Verdict.VIOLATED
    assert [step.action for step in finding.traces[0].steps] == ["read 0", "read 1", "write 1", "write 0"]
    assert search(increment(3, locked=True)).verdict is Verdict.HOLDS


def test_states_of_more_than_63_bits_are_counted_as_published() -> None:
    large = search(lamport_mutex(3, 6))
    assert (large.counts.states, large.counts.depth + 1) == (724_274, 61)
    assert large.verdict is Verdict.HOLDS
    assert large.unfired == ()


LARGE = {
    "chameneos": _of_many(examples.chameneos(4, 4), 34_534, 104_697, 13),
    "simple, 8, regular": Published(examples.simple(8, regular=True), 277_726, 1_454_776, 25),
    "Paxos commit": Published(paxos_commit(), 1_321_761, 16_959_159, 28),
}
"""Worlds that are too large to be spelled out."""


@pytest.mark.parametrize("name", LARGE)
def test_a_large_world_is_counted_as_published(name: str) -> None:
    published = LARGE[name]
    large = search(published.world)
    counts = large.counts
    assert (counts.states, counts.transitions + 1, counts.depth + 1) == published[1:]
    assert large.verdict is Verdict.HOLDS
    assert large.unfired == ()


def test_a_small_world_of_clocks_is_the_same_spelled_out() -> None:
    world = lamport_mutex(3, 2)
    counts, whole = search(world).counts, slowly.graph(world)
    assert (counts.states, counts.transitions, counts.depth) == (whole.states, whole.transitions, whole.depth)


@pytest.mark.parametrize(
    "world",
    [*(one.world for one in PUBLISHED.values()), lamport_mutex(2, 3), philosophers(3, ordered=True, once=True)],
    ids=lambda world: world.name,
)
def test_a_world_can_be_sent_to_another_process(world: World) -> None:
    sent: World = pickle.loads(pickle.dumps(world))  # noqa: S301 - our own
    assert [action.name for action in sent.actions] == [action.name for action in world.actions]
    assert sent.components == world.components


def test_the_next_rank_is_the_same_in_every_process() -> None:
    """Else a step that writes it gives something else when it is asked again elsewhere, and is taken for random."""
    assert pickle.loads(pickle.dumps(NEXT)) is NEXT  # noqa: S301 - our own
