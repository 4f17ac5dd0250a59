"""Readers and writers, each served in the order in which they asked; a queue holds who waits for what.

Published counts: the TLA+ examples, ReadersWriters/manifest.json: with three actors 21,527 distinct
states, 59,674 generated, the longest of the shortest ways has 13 states.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from strandline.properties.engines.exhaust.world import Action, Always, Component, Sometimes, Symmetry, World

if TYPE_CHECKING:
    from strandline.properties.engines.exhaust.world import Outcomes, Reading

Queue = tuple[tuple[str, int], ...]
"""Who waits, first come first, each with what for."""


def ask(actor: int, wish: str, at: Reading) -> Outcomes:
    return {"queue": (*at["queue"], (wish, actor))} if (wish, actor) not in at["queue"] else None


def admit(actors: int, at: Reading) -> Outcomes:
    if not at["queue"] or any(at[f"{one} writes"] for one in range(actors)):
        return None
    (wish, actor), *rest = at["queue"]
    if wish == "write" and any(at[f"{one} reads"] for one in range(actors)):
        return None
    return {"queue": tuple(rest), f"{actor} {wish}s": True}


def leave(actor: int, at: Reading) -> Outcomes:
    if at[f"{actor} reads"]:
        return {f"{actor} reads": False}
    return {f"{actor} writes": False} if at[f"{actor} writes"] else None


def alone(actors: int, at: Reading) -> bool:
    writing = sum(at[f"{one} writes"] for one in range(actors))
    return not writing or (writing == 1 and not any(at[f"{one} reads"] for one in range(actors)))


def all_read(actors: int, at: Reading) -> bool:
    return all(at[f"{one} reads"] for one in range(actors))


def renamed(queue: Queue, permutation: tuple[int, ...]) -> Queue:
    return tuple((wish, permutation[actor]) for wish, actor in queue)


def readers_writers(actors: int, *, alike: bool = False) -> World:
    """Declare the actors; the queue speaks of them by number, so it is renamed with them."""
    every = range(actors)
    reading = tuple(f"{one} reads" for one in every)
    writing = tuple(f"{one} writes" for one in every)
    return World(
        f"readers and writers, {actors} actors",
        components=(
            Component("queue", ()),
            *(Component(name, initial=False) for name in (*reading, *writing)),
        ),
        actions=(
            *(
                Action(f"{one} wants to {wish}", ("queue",), ("queue",), partial(ask, one, wish), f"actor {one}")
                for one in every
                for wish in ("read", "write")
            ),
            Action(
                "admit", ("queue", *writing, *reading), ("queue", *reading, *writing), partial(admit, actors), "door"
            ),
            *(
                Action(
                    f"{one} leaves",
                    (reading[one], writing[one]),
                    (reading[one], writing[one]),
                    partial(leave, one),
                    f"actor {one}",
                )
                for one in every
            ),
        ),
        laws=(
            Always("a writer is alone", (*writing, *reading), partial(alone, actors)),
            Sometimes("all read at once", reading, partial(all_read, actors)),
        ),
        symmetry=Symmetry(tuple((reading[one], writing[one]) for one in every), {"queue": renamed}) if alike else None,
    )
