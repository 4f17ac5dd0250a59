"""Observations and commits are ranks: renumbered without holes, since only their order counts.

Two worlds that differ in nothing but how many observations were wasted on the way are one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from strandline.model.terms import NEXT, replace

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from strandline.model.memo.state import Connection, World


def canonical(world: World) -> World:
    """Renumber observations and commits from 1, keeping their order; what a step numbered NEXT is above all others."""
    return renumbered(world, ranks(observations(world)), ranks(commits(world)))


def ranks(numbers: Iterable[int]) -> dict[int, int]:
    """Number numbers from 1 in their order, NEXT last; 0 stays 0."""
    known = set(numbers)
    dense = {0: 0} | {number: rank for rank, number in enumerate(sorted(known - {0, NEXT}), 1)}
    return dense | ({NEXT: len(dense)} if NEXT in known else {})


def renumbered(world: World, observed: Mapping[int, int], committed: Mapping[int, int]) -> World:
    """Give the world with other numbers for its observations and commits."""
    if all(number == rank for number, rank in (*observed.items(), *committed.items())):
        return world

    def connection(old: Connection) -> Connection:
        return replace(old, seen=observed[old.seen], left=committed[old.left])

    slot = world.slot
    return replace(
        world,
        commit=committed[world.commit],
        slot=replace(slot, observation=observed[slot.observation], commit=committed[slot.commit]),
        tasks=tuple(
            replace(task, connection=connection(task.connection), ghost=committed[task.ghost]) for task in world.tasks
        ),
        idle=tuple(map(connection, world.idle)),
    )


def observations(world: World) -> Iterator[int]:
    """Give every observation number that a world remembers, 0 for none yet."""
    yield from (world.slot.observation, *(one.seen for one in world.connections))


def commits(world: World) -> Iterator[int]:
    """Give every commit number that a world remembers."""
    yield from (world.commit, world.slot.commit)
    yield from (one.left for one in world.connections)
    yield from (task.ghost for task in world.tasks)
