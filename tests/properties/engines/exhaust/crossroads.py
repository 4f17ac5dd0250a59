"""Worlds drawn as maps: places, and roads between them that somebody may take. Small enough for paper."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from strandline.properties.engines.exhaust.world import (
    Action,
    Always,
    AlwaysTold,
    Component,
    Eventually,
    Outcome,
    World,
)

if TYPE_CHECKING:
    from strandline.properties.engines.exhaust.world import Outcomes, Reading


class Road(NamedTuple):
    """A way from one place to another, and who may take it."""

    name: str
    actor: str | None
    start: str
    end: str


def travel(road: Road, at: Reading) -> Outcomes:
    return Outcome({"place": road.end}, told=(road.end,)) if at["place"] == road.start else None


def elsewhere(place: str, at: Reading) -> bool:
    return bool(at["place"] != place)


def here(places: tuple[str, ...], at: Reading) -> bool:
    return at["place"] in places


def told_elsewhere(place: str, told: str) -> bool:
    return told != place


def crossroads(*roads: Road, bad: str = "bad", goal: tuple[str, ...] = ("goal",), stops: tuple[str, ...] = ()) -> World:
    """Declare a map; the first road begins at the first place."""
    return World(
        "crossroads",
        components=(Component("place", roads[0].start),),
        actions=tuple(Action(road.name, ("place",), ("place",), partial(travel, road), road.actor) for road in roads),
        laws=(
            Always("not there", ("place",), partial(elsewhere, bad)),
            AlwaysTold("not going there", partial(told_elsewhere, bad)),
            Eventually("arrives", ("place",), partial(here, goal), stops),
        ),
    )
