"""Takes states that differ only by which actor is which for one.

Where the actors' own components are all that an exchange moves, their blocks are put in order: see :mod:`.sorting`.
Where something is renamed, or a rank is exchanged, the least of all permutations is taken. Either way there is exactly
one representative of each orbit.
"""

from __future__ import annotations

from itertools import permutations
from math import factorial
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from strandline.properties.engines.exhaust.reading import called
from strandline.properties.engines.exhaust.sorting import Sorting
from strandline.properties.engines.exhaust.tables import Column
from strandline.properties.engines.exhaust.world import Rank

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from strandline.properties.engines.exhaust.cells import Cells
    from strandline.properties.engines.exhaust.layout import Field, Held, Layout
    from strandline.properties.engines.exhaust.pools import Pool
    from strandline.properties.engines.exhaust.tables import Ints
    from strandline.properties.engines.exhaust.world import Value, World


ORDER_SECONDS: Final = 1e-7
"""Seconds that it takes to put one state of many into one other order, as it was seen on a small machine."""

ACTORS_EVERY: Final = 4
"""Alike actors of which every order is tried where it is asked whether a law tells them apart."""


ACTORS_QUICKLY: Final = 6
"""Alike actors of which every order can be tried for each state in a time that nobody need be told of."""


def orders_ahead(world: World) -> str:
    """Say what it will cost to try every order of the alike actors of a world, if they are many and it must be done."""
    symmetry = world.symmetry
    if symmetry is None or len(symmetry.blocks) <= ACTORS_QUICKLY:
        return ""
    ranks = {component.name for component in world.components if isinstance(component, Rank)}
    if symmetry.renames:
        why = f"{', '.join(sorted(symmetry.renames))} must be renamed"
    elif named := sorted(ranks & {name for block in symmetry.blocks for name in block}):
        why = f"{named[0]} is a rank"
    else:
        return ""
    count = len(symmetry.blocks)
    return (
        f"{count} alike actors have {factorial(count):,} orders, and each is tried for each state, since {why}: "
        f"a state takes about {factorial(count) * ORDER_SECONDS * 1e3:,.1f} ms"
    )


class _Renaming:
    """How the values of one cell change under one permutation."""

    def __init__(self, name: str, pool: Pool, rename: Callable[[Value], Value]) -> None:
        """Rename the values of a pool, those of a component, or of an order by its first rank, by a function."""
        self._name = name
        self._pool = pool
        self._rename = rename
        self._known = Column()

    def of(self, numbers: Ints) -> Ints:
        """Give the numbers of values renamed."""
        if numbers.size and int(numbers.max()) >= len(self._known):
            values = self._pool.values[len(self._known) :]
            self._known.values.extend(
                [self._pool.written(self._rename(value), "the symmetry", self._name) for value in values]
            )
        return self._known.whole().take(numbers)


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
        self._from: dict[int, int] = {
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

    def apply_one(self, numbers: list[int]) -> list[int]:
        """Give what the cells of one state hold with the actors swapped, where nothing is renamed and no rank is."""
        return [numbers[self._from.get(cell, cell)] for cell in range(len(numbers))]

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
    """Gives the representative of a state's orbit, and states with the actors in other orders."""

    def __init__(self, world: World, cells: Cells) -> None:
        """Put in order the actors that a world declares to be alike; none if it declares none."""
        symmetry = world.symmetry
        self._count = count = len(symmetry.blocks) if symmetry is not None else 0
        self._sorting: Sorting | None = None
        if symmetry is not None and not symmetry.renames and len(cells.blocks) == count and cells.whole_blocks:
            self._sorting = Sorting(cells)
        tried = orders_tried(count)
        self._tried = [Permutation(world, cells, moved) for moved in tried]
        self._others: list[Permutation] = []
        if count > 1 and self._sorting is None:
            _, *every = permutations(range(count))
            self._others = [Permutation(world, cells, moved) for moved in every]

    def canonical(self, held: Held) -> Ints | None:
        """Give the representatives of states; None if a number does not fit its field."""
        if self._sorting is not None:
            return self._sorting.canonical(held)
        least = held.states
        for one in self._others:
            swapped = one.apply(held)
            if swapped is None:
                return None
            least = np.minimum(least, swapped)
        return least

    def takes_few(self, layout: Layout) -> bool:
        """Tell whether states can be put in order one by one."""
        return not self._others and (self._sorting is None or self._sorting.by_fields(layout) is not None)

    def canonical_one(self, layout: Layout) -> Callable[[int], int] | None:
        """Give what gives the representative of one state, where :meth:`takes_few`; None if each is its own."""
        if self._sorting is None:
            return None
        self._sorting.by_fields(layout)
        return self._sorting.canonical_one

    def permuted(self, held: Held) -> Iterator[Ints | None]:
        """Give states with the actors in each order that is tried; None if a number does not fit its field."""
        return (one.apply(held) for one in self._tried)

    def permuted_one(self, numbers: list[int]) -> Iterator[list[int]]:
        """Give what the cells of one state hold with the actors in each order that is tried; see :meth:`takes_few`."""
        return (one.apply_one(numbers) for one in self._tried)

    def swapped(self, held: Held) -> list[Ints | None]:
        """Give states with two neighbouring actors swapped, for each two."""
        return [one.apply(held) for one in self._tried if one.is_swap]


def orders_tried(count: int) -> list[tuple[int, ...]]:
    """Give the orders of so many actors in which what is said of a state is asked again.

    For up to :data:`ACTORS_EVERY` those are all. Of more actors there are too many, so two neighbours are swapped, for
    each two, and all are moved on by one place, by two, and so on: that is a sample.
    """
    if count <= ACTORS_EVERY:
        return list(permutations(range(count)))[1:]
    rounds = [tuple((place + by) % count for place in range(count)) for by in range(1, count)]
    swaps = [(*range(place), place + 1, place, *range(place + 2, count)) for place in range(count - 1)]
    return [*swaps, *rounds]


def _by(
    rename: Callable[[Value, tuple[int, ...]], Value], moved: tuple[int, ...], name: str
) -> Callable[[Value], Value]:
    return lambda value: called(f"the renaming of {name!r}", lambda one: rename(one, moved), value)


def _reordered(source: tuple[int, ...]) -> Callable[[Value], Value]:
    return lambda ranks: tuple(ranks[place] for place in source)  # type: ignore[index] # the value of an order is a tuple
