"""Judges what must come about once the world is quiet.

Quiet, only the actions that do not stop go on. From every reachable state they must lead to the
goal on every way that is fair: no actor waits for ever with something to do. So what breaks the law
is a state off the goal in which no actor has anything to do, or a cycle off the goal in which each actor
either takes a step or somewhere has nothing to do.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np

from strandline.properties.exhaust.judge import Predicate
from strandline.properties.exhaust.world import Eventually, NoDeadlock

if TYPE_CHECKING:
    from threading import Lock

    from strandline.properties.exhaust.cells import Cells
    from strandline.properties.exhaust.layout import Layout
    from strandline.properties.exhaust.steps import Moves
    from strandline.properties.exhaust.tables import Ints
    from strandline.properties.exhaust.world import World

EDGES_MAX: Final = 2_000_000
"""Steps off the goal that are kept to look for cycles among; beyond it a law is inconclusive, if cycles can be."""


class _Law(NamedTuple):
    """A law of ends, the actions whose being possible means that it is no end yet, and what must be so at one."""

    law: Eventually | NoDeadlock
    going: frozenset[int]
    wanted: Predicate


class Quiet:
    """The laws of a world about where it ends."""

    def __init__(self, world: World, cells: Cells, lock: Lock) -> None:
        self._laws = [
            _Law(law, _going(world, law), Predicate(law.name, cells, law.reads, _wanted(law), lock))
            for law in world.laws
            if isinstance(law, (Eventually, NoDeadlock))
        ]

    @property
    def predicates(self) -> list[Predicate]:
        """What the laws ask of ends."""
        return [law.wanted for law in self._laws]

    def ends(self, states: Ints, moves: list[Moves], layout: Layout) -> dict[str, Ints]:
        """Give for each law the states that break it because nothing goes on from there."""
        broken: dict[str, Ints] = {}
        for law, going, wanted in self._laws:
            still = np.ones(len(states), bool)
            for move in moves:
                if move.action in going:
                    still[move.rows] = False
            ends = states[still]
            if ends.size and (bad := ends[~wanted.of(ends, layout)]).size:
                broken[law.name] = bad
        return broken


def _going(world: World, law: Eventually | NoDeadlock) -> frozenset[int]:
    if isinstance(law, NoDeadlock):
        return frozenset(range(len(world.actions)))
    return frozenset(
        place for place, action in enumerate(world.actions) if action.actor is not None and action.name not in law.stops
    )


def _wanted(law: Eventually | NoDeadlock) -> Any:  # noqa: ANN401 - a predicate of what it reads
    return law.goal if isinstance(law, Eventually) else law.done
