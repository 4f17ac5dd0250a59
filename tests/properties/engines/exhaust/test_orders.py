"""Alike actors are put in order by sorting; laws are held against other orders: all of few actors, some of many."""

from __future__ import annotations

from functools import partial
from itertools import permutations
from typing import TYPE_CHECKING

import pytest

from strandline.properties.core.verdict import Verdict
from strandline.properties.engines.exhaust import explore, fitting, symmetric
from strandline.properties.engines.exhaust.engine import search
from strandline.properties.engines.exhaust.symmetric import orders_ahead, orders_tried
from strandline.properties.engines.exhaust.world import Action, Always, Component, Rank, Symmetry, World, WorldError
from tests.properties.engines.exhaust import slowly

if TYPE_CHECKING:
    from collections.abc import Callable

    from strandline.properties.engines.exhaust.found import Status
    from strandline.properties.engines.exhaust.world import Outcomes, Reading

TOP = 2


def climb(me: str, other: str, at: Reading) -> Outcomes:
    if at[me] < TOP:
        return {me: at[me] + 1}
    return {me: 0, other: 1 - at[other]} if at["shared"] else None


def share(at: Reading) -> Outcomes:
    return {"shared": 1 - at["shared"]}


def fine(at: Reading) -> bool:
    return at is not None


def climbers(count: int, holds: Callable[[Reading], bool] = fine, reads: tuple[str, ...] = ()) -> World:
    """Declare alike actors of two components each, that all look at a third."""
    blocks = tuple((f"at {one}", f"flag {one}") for one in range(count))
    parts = [Component(name, 0) for block in blocks for name in block]
    actions = [
        Action(f"{one} climbs", (*block, "shared"), block, partial(climb, *block), f"actor {one}")
        for one, block in enumerate(blocks)
    ]
    return World(
        "climbers",
        (*parts, Component("shared", 0)),
        (*actions, Action("share", ("shared",), ("shared",), share)),
        (Always("law", reads or tuple(name for block in blocks for name in block), holds),),
        Symmetry(blocks),
    )


@pytest.fixture(params=["one by one", "many at once", "crowded"])
def _way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Expand states one by one, or all at once, or with actors that share fields with others."""
    monkeypatch.setattr(explore, "FEW", 1 << 20 if request.param == "one by one" else 0)
    if request.param == "crowded":
        monkeypatch.setattr(fitting, "BITS", 12)
        monkeypatch.setattr(fitting, "SPARE", 1)


@pytest.mark.usefixtures("_way")
@pytest.mark.parametrize("count", [2, 3, 4])
def test_sorted_actors_are_as_many_orbits_as_all_orders_make(count: int) -> None:
    world = climbers(count)
    found = search(world)
    assert not found.ended
    assert found.counts.states == slowly.orbits(slowly.graph(world))
    assert found.verdict is Verdict.HOLDS


def names_one(at: Reading) -> bool:
    return bool(at["at 0"] < TOP)


def not_side_by_side(count: int, at: Reading) -> bool:
    """Say something of neighbours in a ring: to move all on by one place changes nothing, to swap two does."""
    held = [at[f"at {one}"] for one in range(count)]
    return not any(held[one] == 1 and held[(one + 1) % count] == TOP for one in range(count))


def odd(count: int, at: Reading) -> bool:
    """Say something that only one order of six shows, which is none of those that are tried."""
    held = tuple(2 * at[f"at {one}"] + at[f"flag {one}"] for one in range(count))
    return held != (0, 3, 1, 4, 0, 2)


@pytest.mark.usefixtures("_way")
@pytest.mark.parametrize("count", [3, 6])
@pytest.mark.parametrize("law", [names_one, not_side_by_side], ids=["names one", "of neighbours"])
def test_a_law_that_tells_actors_apart_is_refused(law: Callable[..., bool], count: int) -> None:
    holds = law if law is names_one else partial(law, count)
    reads = ("at 0",) if law is names_one else tuple(f"at {one}" for one in range(count))
    with pytest.raises(WorldError, match="law 'law' tells actors apart that the symmetry calls alike"):
        search(climbers(count, holds, reads))


@pytest.mark.parametrize(("left_out", "law"), [("swaps", not_side_by_side), ("rounds", names_one)])
def test_each_kind_of_order_that_is_tried_is_needed(
    left_out: str, law: Callable[..., bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    """With one kind left out of the sample, a law that tells actors apart is believed."""
    kept = {"swaps": lambda count: orders_tried(count)[count - 1 :], "rounds": lambda _count: []}[left_out]
    monkeypatch.setattr(symmetric, "orders_tried", kept)
    holds = law if law is names_one else partial(law, 6)
    reads = ("at 0",) if law is names_one else tuple(f"at {one}" for one in range(6))
    search(climbers(6, holds, reads))


def test_of_many_actors_a_sample_of_orders_is_tried_and_it_is_one() -> None:
    """What only one order of six actors shows is not looked at: a pass of more than four is by a sample."""
    assert set(orders_tried(4)) == set(permutations(range(4))) - {(0, 1, 2, 3)}
    assert len(orders_tried(6)) == 10
    search(climbers(6, partial(odd, 6)))


def itself(value: object, _moved: tuple[int, ...]) -> object:
    return value


def crowd(count: int, **more: object) -> World:
    parts = tuple(Component(f"at {one}", 0) for one in range(count))
    alike = Symmetry(tuple((part.name,) for part in parts), **more)  # type: ignore[arg-type] # renames
    action = Action("share", ("shared",), ("shared",), share)
    return World("crowd", (*parts, Component("shared", 0)), (action,), (), alike)


def test_what_many_orders_cost_is_said_before_the_search() -> None:
    assert orders_ahead(crowd(8)) == ""
    assert orders_ahead(crowd(6, renames={"shared": itself})) == ""
    ahead = orders_ahead(crowd(7, renames={"shared": itself}))
    assert ahead.startswith("7 alike actors have 5,040 orders, and each is tried for each state, since shared must be")
    ranks = World(
        "ranks",
        tuple(Rank(f"r{one}", "order") for one in range(7)),
        (Action("go", (), (), share),),
        symmetry=Symmetry(tuple((f"r{one}",) for one in range(7))),
    )
    assert "since r0 is a rank" in orders_ahead(ranks)


def test_it_is_the_first_thing_that_is_told() -> None:
    told: list[Status] = []
    search(crowd(7, renames={"shared": itself}), say=told.append)
    assert told[0].ahead
    assert not any(one.ahead for one in told[1:])
