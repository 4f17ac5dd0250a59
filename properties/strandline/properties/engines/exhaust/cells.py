"""The cells of a state: one for each component, and one for all ranks of an order together.

The ranks of an order are one value, the tuple of their dense numbers, because none of them means
anything without the others.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from strandline.properties.engines.exhaust.pools import Pool
from strandline.properties.engines.exhaust.reading import renumbered
from strandline.properties.engines.exhaust.tables import UNKNOWN, Column, Table
from strandline.properties.engines.exhaust.world import NEXT, Rank, WorldError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from strandline.properties.engines.exhaust.tables import Ints
    from strandline.properties.engines.exhaust.world import Symmetry, Value, World

Ranks = tuple[int, ...]
"""The dense numbers of all ranks of an order, in the order of their declaration."""


class Look(NamedTuple):
    """One thing that a function looks at: a cell, and of an order the ranks at these places only."""

    cell: int
    names: tuple[str, ...]
    places: Ranks | None


class Order:
    """The ranks that are numbered together: what is seen of them, and what becomes of them."""

    def __init__(self, names: list[str], pool: Pool) -> None:
        """Number these ranks together."""
        self.names = names
        self.pool = pool
        self.changes = Pool()
        self.changes.number(())
        self._after = Table()
        self._views: dict[Ranks, tuple[Pool, Column]] = {}
        self._pools: dict[int, Pool] = {}

    def view(self, places: Ranks, numbers: Ints) -> Ints:
        """Give what is seen of orders at these places, as numbers of :meth:`seen`."""
        if places not in self._views:  # equally many places share their numbers, so that alike actors do
            self._views[places] = (self._pools.setdefault(len(places), Pool()), Column())
        pool, known = self._views[places]
        known.values.extend(pool.number(renumbered(_at(places, ranks))) for ranks in self.pool.values[len(known) :])
        return known.whole().take(numbers)

    def view_one(self, places: Ranks, number: int) -> int:
        """Give what is seen of one order at these places."""
        known = self._views.get(places)
        if known is None or number >= len(known[1]):
            return int(self.view(places, np.array([number]))[0])
        return known[1].values[number]

    def seen_so_far(self, places: Ranks) -> int:
        """Count what was seen at these places."""
        return len(self._views[places][0])

    def seen(self, places: Ranks, number: int) -> Ranks:
        """Give the ranks that a number of :meth:`view` stands for."""
        return self._views[places][0].values[number]  # type: ignore[return-value] # put there by view

    def change(self, writes: dict[str, Value], read: dict[str, int], who: str) -> int:
        """Number what an action writes to the ranks of this order, in terms of places in it.

        Args:
            writes: the ranks to write, each 0, NEXT, or the number of a rank that was read.
            read: the ranks that were read, with their numbers among themselves.
            who: the action, for the message.

        Raises:
            WorldError: a number was written that was not read.
        """
        sources: dict[object, object] = {0: 0}
        for name, number in read.items():
            sources.setdefault(number, self.names.index(name) + 1)
        change = []
        for name, value in writes.items():
            if value is not NEXT and value not in sources:
                raise WorldError(f"{who} wrote {value!r} to rank {name!r}, and read no such rank")
            change.append((self.names.index(name), NEXT if value is NEXT else sources[value]))
        return self.changes.number(tuple(change))

    def written(self, change: int, known: Mapping[str, Value]) -> dict[str, Value]:
        """Give what a change of :meth:`change` was, to who had read these."""
        return {
            self.names[place]: NEXT if source is NEXT else known[self.names[source - 1]] if source else 0
            for place, source in self.changes.values[change]  # type: ignore[attr-defined] # put there by change
        }

    def after_one(self, number: int, change: int) -> int:
        """Give one order after a change."""
        found = self._after.find(number, change)
        return found if found != UNKNOWN else int(self.after(np.array([number]), np.array([change]))[0])

    def after(self, numbers: Ints, changes: Ints) -> Ints:
        """Give the orders after these changes; change 0 is none."""
        found = self._after.get(numbers, changes, len(self.pool), len(self.changes))
        missing = np.flatnonzero(found == UNKNOWN)
        if missing.size:
            for number, change in sorted(set(zip(numbers[missing].tolist(), changes[missing].tolist(), strict=True))):
                self._after.put_one(number, change, self.pool.number(self._changed(number, change)))
            found[missing] = self._after.get(numbers[missing], changes[missing])
        return found

    def moved(self, change: int, goes: Mapping[str, str]) -> int:
        """Number a change of :meth:`change` with the names of ranks exchanged."""
        there = [self.names.index(goes.get(name, name)) for name in self.names]
        return self.changes.number(
            tuple(
                (there[place], there[source - 1] + 1 if isinstance(source, int) and source else source)
                for place, source in self.changes.values[change]  # type: ignore[attr-defined] # put there by change
            )
        )

    def _changed(self, number: int, change: int) -> Ranks:
        before: Ranks = self.pool.values[number]  # type: ignore[assignment] # the value of an order is a tuple
        after = list(before)
        for place, source in self.changes.values[change]:  # type: ignore[attr-defined] # put there by change
            after[place] = 1 + max(before) if source is NEXT else before[source - 1] if source else 0
        return renumbered(tuple(after))


def _at(places: Ranks, ranks: Value) -> Ranks:
    """Give the ranks at some places of an order's value."""
    return tuple(ranks[place] for place in places)  # type: ignore[index] # the value of an order is a tuple


class Cells:
    """Knows in which cell each component of a world lies, and numbers the values of the cells."""

    def __init__(self, world: World) -> None:
        """Lay out the cells of a world; components that symmetry may swap share their numbers."""
        self.pools: list[Pool] = []
        self.orders: dict[int, Order] = {}
        self.cell: dict[str, int] = {}
        self._rank: dict[str, int] = {}
        alike = (
            {}
            if world.symmetry is None
            else {name: block[0] for block in zip(*world.symmetry.blocks, strict=True) for name in block}
        )
        shared: dict[str, Pool] = {}
        of_order: dict[str, int] = {}
        first: list[Value] = []
        for component in world.components:
            if not isinstance(component, Rank):
                self.cell[component.name] = len(self.pools)
                self.pools.append(shared.setdefault(alike.get(component.name, component.name), Pool()))
                first.append(component.initial)
                continue
            if component.order not in of_order:
                of_order[component.order] = len(self.pools)
                self.orders[len(self.pools)] = Order([], Pool())
                self.pools.append(self.orders[len(self.pools)].pool)
                first.append(())
            cell = of_order[component.order]
            self.cell[component.name] = cell
            self._rank[component.name] = len(self.orders[cell].names)
            self.orders[cell].names.append(component.name)
            first[cell] = (*first[cell], component.initial)  # type: ignore[misc] # begun as a tuple just above
        for cell in self.orders:
            first[cell] = renumbered(first[cell])  # type: ignore[arg-type] # a tuple of ranks
        self.blocks = () if world.symmetry is None else self._blocks(world.symmetry)
        symmetry = world.symmetry
        moved = () if symmetry is None else (*symmetry.renames, *(name for block in symmetry.blocks for name in block))
        self.whole_blocks = symmetry is not None and all(
            len(mine) == len(block) for mine, block in zip(self.blocks, symmetry.blocks, strict=False)
        )
        self._swapped = frozenset(self.cell[name] for name in moved)
        self._name = {cell: name for name, cell in self.cell.items()}
        self._kind = {cell: places[0] for places in zip(*self.blocks, strict=True) for cell in places}
        self.first = tuple(pool.number(value) for pool, value in zip(self.pools, first, strict=True))

    def _blocks(self, symmetry: Symmetry) -> tuple[tuple[int, ...], ...]:
        """Give the cells of each alike actor that mean the same whoever it is: no ranks, nothing that is renamed."""
        places = [
            tuple(self.cell[name] for name in place)
            for place in zip(*symmetry.blocks, strict=True)
            if symmetry.renames.keys().isdisjoint(place) and self.orders.keys().isdisjoint(map(self.cell.get, place))
        ]
        return tuple(zip(*places, strict=True))

    def kind(self, cells: tuple[int, ...]) -> tuple[int, ...]:
        """Give these cells as those of the first of the alike actors: what is of one kind is numbered alike."""
        return tuple(self._kind.get(cell, cell) for cell in cells)

    def same_for_all(self, reads: tuple[str, ...]) -> bool:
        """Tell whether none of these components changes when alike actors are swapped."""
        return self._swapped.isdisjoint(self.cell[name] for name in reads)

    def looks(self, reads: tuple[str, ...]) -> tuple[Look, ...]:
        """Give what a function looks at, in the order in which it declared to; the ranks of an order all at once."""
        looks: dict[int, Look] = {}
        for name in reads:
            cell = self.cell[name]
            if cell not in self.orders:
                looks[cell] = Look(cell, (name,), None)
            elif cell not in looks:
                mine = tuple(other for other in reads if self.cell[other] == cell)
                looks[cell] = Look(cell, mine, tuple(self._rank[other] for other in mine))
        return tuple(looks.values())

    def look(self, name: str, known: Mapping[str, Value]) -> Look:
        """Give what a function looks at that reads one more component: a rank beside those that it knows."""
        cell = self.cell[name]
        if cell not in self.orders:
            return Look(cell, (name,), None)
        names = (*(other for other in known if self.cell[other] == cell), name)
        return Look(cell, names, tuple(self._rank[other] for other in names))

    def moved(self, look: Look, goes: Mapping[str, str]) -> Look:
        """Give a look with names exchanged."""
        names = tuple(goes.get(name, name) for name in look.names)
        places = None if look.places is None else tuple(self._rank[name] for name in names)
        return Look(self.cell[names[0]], names, places)

    def seen(self, look: Look, numbers: Ints) -> Ints:
        """Give what is looked at in cells of these numbers, as numbers of :meth:`values`."""
        return numbers if look.places is None else self.orders[look.cell].view(look.places, numbers)

    def seen_one(self, look: Look, number: int) -> int:
        """Give what is looked at in one cell of this number, which holds an order."""
        return self.orders[look.cell].view_one(look.places or (), number)

    def seen_so_far(self, look: Look) -> int:
        """Count the numbers of :meth:`seen`."""
        return len(self.pools[look.cell]) if look.places is None else self.orders[look.cell].seen_so_far(look.places)

    def known(self, before: Mapping[str, Value], look: Look, number: int) -> dict[str, Value]:
        """Give what is known after a look that shows a number of :meth:`seen`, by name."""
        if look.places is None:
            return {**before, look.names[0]: self.pools[look.cell].values[number]}
        return {**before, **dict(zip(look.names, self.orders[look.cell].seen(look.places, number), strict=True))}

    def values(self, look: Look, number: int) -> dict[str, Value]:
        """Give the values that a number of :meth:`seen` stands for, by name."""
        if look.places is None:
            return {look.names[0]: self.pools[look.cell].values[number]}
        return dict(zip(look.names, self.orders[look.cell].seen(look.places, number), strict=True))

    def written(self, cell: int, number: int, known: Mapping[str, Value]) -> dict[str, Value]:
        """Give what a step wrote by the number for a cell, of an order by that of a change, by the names of components.

        Args:
            cell: the cell.
            number: the number that it was given.
            known: what the step had read, by which it named ranks.
        """
        if cell not in self.orders:
            return {self._name[cell]: self.pools[cell].values[number]}
        return self.orders[cell].written(number, known)

    def spelled(self, numbers: tuple[int, ...]) -> dict[str, Value]:
        """Give a whole state, by the names of its components."""
        state: dict[str, Value] = {}
        for name, cell in self.cell.items():
            value = self.pools[cell].values[numbers[cell]]
            state[name] = value[self._rank[name]] if cell in self.orders else value  # type: ignore[index] # a tuple of ranks
        return state

    def numbers(self, state: Mapping[str, Value]) -> tuple[int, ...]:
        """Give the numbers of a whole state."""
        values: list[Value] = [None] * len(self.pools)
        for name, cell in self.cell.items():
            values[cell] = state[name]
        for cell, order in self.orders.items():
            values[cell] = tuple(state[name] for name in order.names)
        return tuple(pool.number(value) for pool, value in zip(self.pools, values, strict=True))
