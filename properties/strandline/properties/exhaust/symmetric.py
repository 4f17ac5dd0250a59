"""Takes states that differ only by which actor is which for one: the least of all its permutations.

All permutations are tried, so the representative is canonical: there is exactly one for each orbit.
"""

from __future__ import annotations

from itertools import permutations
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from strandline.properties.exhaust.reading import called

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from strandline.properties.exhaust.cells import Cells
    from strandline.properties.exhaust.layout import Field, Held, Layout
    from strandline.properties.exhaust.pools import Pool
    from strandline.properties.exhaust.tables import Ints
    from strandline.properties.exhaust.world import Value, World


class _Renaming:
    """How the values of one cell change under one permutation."""

    def __init__(self, name: str, pool: Pool, rename: Callable[[Value], Value]) -> None:
        """Rename the values of a pool, those of a component, or of an order by its first rank, by a function."""
        self._name = name
        self._pool = pool
        self._rename = rename
        self._known = np.zeros(0, np.int64)

    def of(self, numbers: Ints) -> Ints:
        """Give the numbers of values renamed."""
        if numbers.size and int(numbers.max()) >= len(self._known):
            values = self._pool.values[len(self._known) :]
            new = [self._pool.written(self._rename(value), "the symmetry", self._name) for value in values]
            self._known = np.concatenate((self._known, np.array(new, np.int64)))
        return self._known.take(numbers)


class _Plan(NamedTuple):
    """What a permutation does to the fields of a layout.

    The bits of ``kept`` stay where they are. The number of a field of ``moved`` is that of another field. What is in a
    field of ``built`` is made of cells that lie elsewhere, or are renamed.
    """

    layout: Layout
    kept: int
    moved: tuple[tuple[Field, Field], ...]
    built: tuple[Field, ...]


class Permutation:
    """One way to swap the actors."""

    def __init__(self, world: World, cells: Cells, moved: tuple[int, ...]) -> None:
        """Move the actor at each place to ``moved[place]``."""
        if world.symmetry is None:
            raise ValueError(f"world {world.name!r} declares no symmetry")
        self._cells = cells
        away = [place for place, there in enumerate(moved) if place != there]
        self.is_swap = len(away) == 2 and away[1] - away[0] == 1  # noqa: PLR2004 - two of them, side by side
        blocks = world.symmetry.blocks
        goes: dict[str, str] = {
            name: there
            for place, block in enumerate(blocks)
            for name, there in zip(block, blocks[moved[place]], strict=True)
        }
        self._from = {
            cells.cell[there]: cells.cell[name] for name, there in goes.items() if cells.cell[name] not in cells.orders
        }
        self._plan: _Plan | None = None
        self._renamings: dict[int, _Renaming] = {}
        for name, rename in world.symmetry.renames.items():
            self._renamings[cells.cell[name]] = _Renaming(name, cells.pools[cells.cell[name]], _by(rename, moved, name))
        for cell, order in cells.orders.items():
            places = {name: place for place, name in enumerate(order.names)}
            source = [0] * len(order.names)
            for name, place in places.items():
                source[places[goes.get(name, name)]] = place
            self._renamings[cell] = _Renaming(order.names[0], order.pool, _reordered(tuple(source)))

    def apply(self, held: Held) -> Ints | None:
        """Give states with the actors swapped; None if a number does not fit its field."""
        plan = self._planned(held.layout)
        swapped = held.states & plan.kept
        for field, source in plan.moved:
            placed = field.placed(held.field(source))
            if placed is None:
                return None
            swapped |= placed
        for field in plan.built:
            placed = field.placed(field.numbered([self._moved(cell, held) for cell in field.cells]))
            if placed is None:
                return None
            swapped |= placed
        return swapped

    def _planned(self, layout: Layout) -> _Plan:
        if self._plan is None or self._plan.layout is not layout:
            fields = {field.cells: field for field in layout.fields}
            kept, moved, built = 0, [], []
            for field in layout.fields:
                cells = tuple(self._from.get(cell, cell) for cell in field.cells)
                source = fields.get(cells)
                if source is None or source.group is not field.group or not self._renamings.keys().isdisjoint(cells):
                    built.append(field)
                elif source is field:
                    kept |= field.mask
                else:
                    moved.append((field, source))
            self._plan = _Plan(layout, kept, tuple(moved), tuple(built))
        return self._plan

    def _moved(self, cell: int, held: Held) -> Ints:
        """Give what a cell holds after the actors are swapped."""
        numbers = held.cell(self._from.get(cell, cell))
        renaming = self._renamings.get(cell)
        return numbers if renaming is None else renaming.of(numbers)


class Symmetric:
    """Gives the representative of a state's orbit."""

    def __init__(self, world: World, cells: Cells) -> None:
        """Swap the actors that a world declares to be alike; none if it declares none."""
        count = len(world.symmetry.blocks) if world.symmetry is not None else 0
        _, *others = permutations(range(count))
        self._others = tuple(Permutation(world, cells, moved) for moved in others)

    def canonical(self, held: Held) -> Ints | None:
        """Give the representatives of states; None if a number does not fit its field."""
        least = held.states
        for swapped in self.permuted(held):
            if swapped is None:
                return None
            least = np.minimum(least, swapped)
        return least

    def permuted(self, held: Held) -> Iterator[Ints | None]:
        """Give states with the actors in every other order."""
        return (one.apply(held) for one in self._others)

    def swapped(self, held: Held) -> list[Ints | None]:
        """Give states with two neighbouring actors swapped, for each two."""
        return [one.apply(held) for one in self._others if one.is_swap]


def _by(
    rename: Callable[[Value, tuple[int, ...]], Value], moved: tuple[int, ...], name: str
) -> Callable[[Value], Value]:
    return lambda value: called(f"the renaming of {name!r}", lambda one: rename(one, moved), value)


def _reordered(source: tuple[int, ...]) -> Callable[[Value], Value]:
    return lambda ranks: tuple(ranks[place] for place in source)  # type: ignore[index] # the value of an order is a tuple
