"""Judges what must come about once the world is quiet.

Quiet, only the actions that do not stop go on. From every reachable state they must lead to the
goal on every way that is fair: no actor waits for ever with something to do. So what breaks the law
is a state off the goal in which no actor has anything to do, or a cycle off the goal in which each actor
either takes a step or somewhere has nothing to do.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np

from strandline.properties.engines.exhaust.alike import require_same, require_same_of_one
from strandline.properties.engines.exhaust.cycles import Edge, Graph, fair_cycles, peeled
from strandline.properties.engines.exhaust.judge import Predicate
from strandline.properties.engines.exhaust.layout import Held
from strandline.properties.engines.exhaust.packing import CHUNK, Packing
from strandline.properties.engines.exhaust.runs import distinct, found_in
from strandline.properties.engines.exhaust.world import Eventually, NoDeadlock

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from strandline.properties.engines.exhaust.cells import Cells
    from strandline.properties.engines.exhaust.steps import Moves
    from strandline.properties.engines.exhaust.tables import Ints, Truths
    from strandline.properties.engines.exhaust.visited import Layers
    from strandline.properties.engines.exhaust.world import World

EDGES_MAX: Final = 2_000_000
"""Steps off the goal that are kept to look for cycles among; beyond it a law is inconclusive, if cycles can be."""


class _Law(NamedTuple):
    """A law of ends, the actions whose being possible means that it is no end yet, and what must be so at one."""

    law: Eventually | NoDeadlock
    going: frozenset[int]
    wanted: Predicate


class Lasso(NamedTuple):
    """The fair cycles off the goal, by places in ``states``; ``entries`` are those of the nearest layer with any."""

    depth: int
    entries: Ints
    states: Ints
    cycles: list[list[int]]
    graph: Graph


class Quiet:
    """The laws of a world about where it ends; ``off`` counts the states off a goal, once they were looked through."""

    def __init__(self, world: World, cells: Cells) -> None:
        self.off: dict[str, int] = {}
        self._world = world
        self._laws = [
            _Law(law, _going(world, law), Predicate(law.name, cells, law.reads, _wanted(law)))
            for law in world.laws
            if isinstance(law, (Eventually, NoDeadlock))
        ]

    @property
    def predicates(self) -> list[Predicate]:
        """What the laws ask of ends."""
        return [law.wanted for law in self._laws]

    def ends(self, held: Held, moves: list[Moves], packing: Packing) -> dict[str, Ints]:
        """Give for each law the states that break it because nothing goes on from there.

        Raises:
            WorldError: a law tells actors apart that the symmetry calls alike.
        """
        broken: dict[str, Ints] = {}
        for law, going, wanted in self._laws:
            ends = Held(held.layout, held.states[still(len(held), (move for move in moves if move.action in going))])
            if not len(ends):
                continue
            said = wanted.of(ends)
            require_same(packing, ends, [(wanted, said)])
            if not said.all():
                broken[law.name] = ends.states[~said]
        return broken

    def ends_of_one(self, numbers: list[int], went: list[tuple[int, int]], packing: Packing) -> Iterator[str]:
        """Give the laws that one state breaks because no step leads on from there.

        Raises:
            WorldError: a law tells actors apart that the symmetry calls alike.
        """
        for law, going, wanted in self._laws:
            if not any(action in going for action, _ in went):
                said = wanted.of_one(numbers)
                require_same_of_one(packing, numbers, wanted, said=said)
                if not said:
                    yield law.name

    def lasso(self, law: Eventually, packing: Packing, layers: Layers) -> Lasso | None:
        """Give the fair cycles off the goal, and where those that are nearest are entered; None if there are none.

        Raises:
            OverflowError: there are more steps off the goal than are looked through.
        """
        wanted = next(one.wanted for one in self._laws if one.law is law)
        off = [_off(wanted, packing.repacked(*layers.read(depth)), packing) for depth in range(len(layers))]
        states = distinct(np.concatenate(off))
        self.off[law.name] = len(states)
        moving = [place for place, action in enumerate(self._world.actions) if action.name not in law.stops]
        owing = sorted({self._world.actions[place].actor or "" for place in moving} - {""})
        edges, busy = self._between(states, packing, moving, owing)
        if not edges.size:
            return None
        kept = edges[peeled(edges[:, 0], edges[:, 1], len(states))]
        inside = distinct(kept[:, :2].flatten())
        places = np.searchsorted(inside, kept[:, :2])
        graph = Graph(
            len(inside),
            [Edge(*ends, *rest) for ends, rest in zip(places.tolist(), kept[:, 2:].tolist(), strict=True)],
            [frozenset(np.flatnonzero(~row).tolist()) for row in busy[inside]],
            len(owing),
        )
        cycles = fair_cycles(graph)
        going_round = states[inside[sorted(place for cycle in cycles for place in cycle)]]
        for depth, layer in enumerate(off):
            entries = np.intersect1d(layer, going_round)
            if entries.size:
                return Lasso(depth, entries, states[inside], cycles, graph)
        return None

    def _between(self, states: Ints, packing: Packing, moving: list[int], owing: list[str]) -> tuple[Ints, Truths]:
        """Give the steps between some states, as rows of :class:`Edge`, and which actors have something to do where."""
        found: list[Ints] = []
        count = 0
        busy = np.zeros((len(states), len(owing)), bool)
        for start in range(0, len(states), CHUNK):
            for moves in packing.expand(packing.held(states[start : start + CHUNK])):
                if moves.action not in moving:
                    continue
                actor = self._world.actions[moves.action].actor
                number = owing.index(actor) if actor is not None else -1
                if actor is not None:
                    busy[start + moves.rows, number] = True
                places, stays = found_in(states, moves.after)
                rows = start + moves.rows[stays]
                same = np.full(len(rows), number), np.full(len(rows), moves.action)
                found.append(np.stack((rows, places[stays], *same, moves.ways[stays]), axis=1))
                count += len(rows)
                if count > EDGES_MAX:
                    raise OverflowError(f"more than {EDGES_MAX:,} steps off the goal to look for cycles among")
        return (np.concatenate(found) if found else np.zeros((0, 5), np.int64)), busy


def still(count: int, moves: Iterable[Moves]) -> Truths:
    """Tell of each of so many states whether none of these steps leads on from it."""
    ends = np.ones(count, bool)
    for move in moves:
        ends[move.rows] = False
    return ends


def _off(goal: Predicate, states: Ints, packing: Packing) -> Ints:
    off: Ints = states[~goal.of(packing.held(states))]
    return off


def _going(world: World, law: Eventually | NoDeadlock) -> frozenset[int]:
    if isinstance(law, NoDeadlock):
        return frozenset(range(len(world.actions)))
    return frozenset(
        place for place, action in enumerate(world.actions) if action.actor is not None and action.name not in law.stops
    )


def _wanted(law: Eventually | NoDeadlock) -> Any:  # noqa: ANN401 - a predicate of what it reads
    return law.goal if isinstance(law, Eventually) else law.done
