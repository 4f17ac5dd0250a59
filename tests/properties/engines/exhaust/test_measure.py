"""The progress measure: what decides that alike actors count the same, cells where they can, and states where not."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import pytest

from strandline.properties.engines.exhaust.engine import search
from strandline.properties.engines.exhaust.world import Action, Component, Progress, Symmetry, World, WorldError

if TYPE_CHECKING:
    from collections.abc import Callable

    from strandline.properties.engines.exhaust.world import Outcomes, Reading

TOP = 3
"""How far each of two alike counters goes."""

NAMES = ("A", "B")


def up(me: str, at: Reading) -> Outcomes:
    return {me: at[me] + 1, "order": (*at["order"], NAMES.index(me))} if at[me] < TOP else None


def renamed(order: tuple[int, ...], moved: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(moved[me] for me in order)


def itself(value: int) -> int:
    return value


def one_more(value: int) -> int:
    return value + 1


def doubled(value: int) -> int:
    return 2 * value


def turns_and_those_of_b(order: tuple[int, ...]) -> int:
    return len(order) + sum(order)


def turns_and_those_of_a(order: tuple[int, ...]) -> int:
    return 2 * len(order) - sum(order)


def counters(**parts: Callable[..., int]) -> World:
    """Declare two alike counters that go up, and the order in which they did, measured by these parts."""
    return World(
        "counters",
        (Component("A", 0), Component("B", 0), Component("order", ())),
        tuple(Action(f"{me} goes up", (me, "order"), (me, "order"), partial(up, me), me) for me in NAMES),
        symmetry=Symmetry((("A",), ("B",)), renames={"order": renamed}),
        progress=Progress(parts),
        made_by=partial(counters, **parts),
    )


@pytest.mark.parametrize(
    "parts",
    [
        {"A": itself, "B": itself},
        {"A": itself, "B": one_more},
        {"order": len},
        {"A": itself, "B": itself, "order": len},
        {"B": itself, "order": turns_and_those_of_a},
    ],
    ids=["the same", "one of them higher", "renamed", "both", "made up for by another"],
)
def test_a_measure_that_is_the_same_whichever_actor_is_which_is_taken(parts: dict[str, Callable[..., int]]) -> None:
    world = counters(**parts)
    assert search(world).counts.states == 35


@pytest.mark.parametrize(
    "parts",
    [
        {"A": itself, "B": doubled},
        {"A": one_more, "B": itself, "order": turns_and_those_of_b},
        {"A": doubled, "order": len},
        {"order": turns_and_those_of_b},
    ],
    ids=["one of them twice", "renamed otherwise", "only one of them", "renamed alone"],
)
def test_one_that_tells_them_apart_is_refused(parts: dict[str, Callable[..., int]]) -> None:
    with pytest.raises(WorldError, match="the progress measure of world 'counters' tells alike actors apart"):
        search(counters(**parts))
