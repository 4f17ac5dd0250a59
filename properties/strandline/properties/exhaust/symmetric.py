"""Takes states that differ only by which actor is which for one: the least of all its permutations.

All permutations are tried, so the representative is canonical: there is exactly one for each orbit.
"""

from __future__ import annotations

from itertools import permutations
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from strandline.properties.exhaust.reading import called

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from threading import Lock

    from strandline.properties.exhaust.cells import Cells
    from strandline.properties.exhaust.layout import Layout
    from strandline.properties.exhaust.tables import Ints
    from strandline.properties.exhaust.world import Value, World


class _Renaming(NamedTuple):
    """How the values of one cell change under one permutation; known so far for the first of them."""

    rename: Callable[[Value], Value]
    known: list[int]


class Permutation:
    """One way to swap the actors."""

    def __init__(self, world: World, cells: Cells, moved: tuple[int, ...], lock: Lock) -> None:
        """Move the actor at each place to ``moved[place]``."""
        if world.symmetry is None:
            raise ValueError(f"world {world.name!r} declares no symmetry")
        self._cells = cells
        self._lock = lock
        away = [place for place, there in enumerate(moved) if place != there]
        self.is_swap = len(away) == 2 and away[1] - away[0] == 1  # noqa: PLR2004 - two of them, side by side
        blocks = world.symmetry.blocks
        self.goes: dict[str, str] = {
            name: there
            for place, block in enumerate(blocks)
            for name, there in zip(block, blocks[moved[place]], strict=True)
        }
        self._from = {
            cells.cell[there]: cells.cell[name]
            for name, there in self.goes.items()
            if cells.cell[name] not in cells.orders
        }
        self._renamings: dict[int, _Renaming] = {}
        for name, rename in world.symmetry.renames.items():
            self._renamings[cells.cell[name]] = _Renaming(_by(rename, moved, name), [])
        for cell, order in cells.orders.items():
            places = {name: place for place, name in enumerate(order.names)}
            source = [0] * len(order.names)
            for name, place in places.items():
                source[places[self.goes.get(name, name)]] = place
            self._renamings[cell] = _Renaming(_reordered(tuple(source)), [])

    def apply(self, numbers: list[Ints]) -> list[Ints]:
        """Give the cells of states with the actors swapped."""
        swapped = [numbers[self._from.get(cell, cell)] for cell in range(len(numbers))]
        for cell, renaming in self._renamings.items():
            pool = self._cells.pools[cell]
            with self._lock:
                while len(renaming.known) < len(pool):
                    renaming.known.append(pool.number(renaming.rename(pool.values[len(renaming.known)])))
            swapped[cell] = np.array(renaming.known, np.int64).take(swapped[cell])
        return swapped


class Symmetric:
    """Gives the representative of a state's orbit."""

    def __init__(self, world: World, cells: Cells, lock: Lock) -> None:
        """Swap the actors that a world declares to be alike; none if it declares none."""
        count = len(world.symmetry.blocks) if world.symmetry is not None else 0
        _, *others = permutations(range(count))
        self._others = tuple(Permutation(world, cells, moved, lock) for moved in others)

    def canonical(self, states: Ints, layout: Layout) -> Ints | None:
        """Give the representatives of states; None if a number does not fit its field."""
        least = states
        for packed in _applied(self._others, states, layout):
            if packed is None:
                return None
            least = np.minimum(least, packed)
        return least

    def swapped(self, states: Ints, layout: Layout) -> Iterator[Ints | None]:
        """Give states with two neighbouring actors swapped, for each two."""
        return _applied([one for one in self._others if one.is_swap], states, layout)


def _applied(some: Sequence[Permutation], states: Ints, layout: Layout) -> Iterator[Ints | None]:
    numbers = layout.unpacked(states) if some else []
    return (layout.packed(permutation.apply(numbers)) for permutation in some)


def _by(
    rename: Callable[[Value, tuple[int, ...]], Value], moved: tuple[int, ...], name: str
) -> Callable[[Value], Value]:
    return lambda value: called(f"the renaming of {name!r}", lambda one: rename(one, moved), value)


def _reordered(source: tuple[int, ...]) -> Callable[[Value], Value]:
    return lambda ranks: tuple(ranks[place] for place in source)  # type: ignore[index] # the value of an order is a tuple
