"""Holds a world to its symmetry: actors that it calls alike do the same, and break the same laws."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from strandline.properties.engines.exhaust.fitting import SAMPLE_STATES
from strandline.properties.engines.exhaust.packing import CHUNK
from strandline.properties.engines.exhaust.world import WorldError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from strandline.properties.engines.exhaust.judge import Predicate
    from strandline.properties.engines.exhaust.layout import Held, Layout
    from strandline.properties.engines.exhaust.packing import Packing
    from strandline.properties.engines.exhaust.tables import Ints, Truths
    from strandline.properties.engines.exhaust.visited import Layers

ALIKE_LAYERS: Final = 8
"""Layers of which some states are held against themselves with alike actors swapped."""

ALIKE: Final = 64
"""States of such a layer that are."""


def require_same(packing: Packing, held: Held, asked: Iterable[tuple[Predicate, Truths]]) -> None:
    """Hold what laws say of states against what they say with the actors in every other order.

    Only representatives are judged, so a law that says otherwise of another order would be judged in part.

    Raises:
        WorldError: a law says otherwise.
    """
    telling = [(predicate, said) for predicate, said in asked if not predicate.same_for_all]
    for permuted in packing.permuted(held) if telling else ():
        for predicate, said in telling:
            if not np.array_equal(predicate.of(permuted), said):
                raise WorldError(f"{predicate.who} tells actors apart that the symmetry calls alike")


def require_same_of_one(packing: Packing, numbers: list[int], predicate: Predicate, *, said: bool) -> None:
    """Hold what a law says of one state against what it says with the actors in other orders.

    Raises:
        WorldError: the law says otherwise.
    """
    if not predicate.same_for_all and any(
        predicate.of_one(permuted) != said for permuted in packing.permuted_one(numbers)
    ):
        raise WorldError(f"{predicate.who} tells actors apart that the symmetry calls alike")


def require_alike(packing: Packing, layers: Layers) -> None:
    """Hold the steps from some states against those from the same states with neighbouring actors swapped.

    What holds for swaps of neighbours holds for every permutation, since each is made of them. Every state would take
    as long as to search without a symmetry, so this is a sample, and a pass says so; the last layer is in it.

    Raises:
        WorldError: they differ, so the actors are not alike.
    """
    for depth in {*range(0, len(layers), len(layers) // ALIKE_LAYERS + 1), len(layers) - 1}:
        _require_alike(packing, *layers.read(depth))


def _require_alike(packing: Packing, layer: Ints, layout: Layout) -> None:
    def attempt() -> None:
        states = packing.repacked(layer[:: -(-len(layer) // ALIKE)], layout)
        expected, told = _successors(packing, states)
        for swapped in packing.swapped(states):
            after, tells = _successors(packing, swapped)
            if not np.array_equal(expected, after):
                raise WorldError("actors that the symmetry calls alike are not: swapped, they lead to other states")
            if not np.array_equal(told, tells):
                raise WorldError("a law of what is told tells actors apart that the symmetry calls alike")

    packing.with_room(attempt, lambda: layout.unpacked(layer[:SAMPLE_STATES]))


def _successors(packing: Packing, states: Ints) -> tuple[Ints, Ints]:
    """Give each state's successors up to symmetry, as sorted pairs of its place and the successor, and what laws say.

    What they say is how often each law of what is told is broken and shown by the steps from each state.
    """
    moves = packing.expand(packing.held(states))
    if not moves:
        return np.zeros((2, 0), np.int64), np.zeros(0, np.int64)
    said = []
    for move in moves:
        tells = map(packing.steps.actions[move.action].telling, move.ways.tolist())
        said.append(np.array([(*one.breaks, *one.shows) for one in tells], np.int64))
    told = np.zeros((len(states), said[0].shape[1]), np.int64)
    np.add.at(told, np.concatenate([move.rows for move in moves]), np.concatenate(said))
    after = packing.canonical(np.concatenate([move.after for move in moves]))
    pairs = np.stack((np.concatenate([move.rows for move in moves]), after))
    return pairs[:, np.lexsort(pairs)], told


def never_taken(packing: Packing, layers: Layers, actions: Collection[int]) -> set[int]:
    """Give those of some actions that happen in no state, whichever way its actors are named.

    A search takes one representative of each orbit, so an action of one actor may happen only in the others.
    """
    silent = set(actions)
    for depth in range(len(layers)):
        layer, layout = layers.read(depth)
        for start in range(0, len(layer) if silent else 0, CHUNK):
            silent -= _taken(packing, layer[start : start + CHUNK], layout, silent)
    return silent


def _taken(packing: Packing, states: Ints, layout: Layout, actions: Collection[int]) -> set[int]:
    return packing.with_room(
        lambda: packing.taken(packing.repacked(states, layout), actions), lambda: layout.unpacked(states)
    )
