"""Owns how states are packed: expands them, takes alike ones for one, and makes room when a number does not fit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeVar

import numpy as np

from strandline.properties.engines.exhaust.cells import Cells
from strandline.properties.engines.exhaust.fitting import laid_out
from strandline.properties.engines.exhaust.layout import Held
from strandline.properties.engines.exhaust.steps import Overfull, Steps
from strandline.properties.engines.exhaust.symmetric import Symmetric

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

    from strandline.properties.engines.exhaust.layout import Layout
    from strandline.properties.engines.exhaust.steps import Moves
    from strandline.properties.engines.exhaust.tables import Ints
    from strandline.properties.engines.exhaust.world import World

T = TypeVar("T")

CHUNK: Final = 1 << 16
"""States that are worked on at once; more would not stay in a processor's cache."""

ROOM_MAX: Final = 64
"""How often in a row room may be made for the same states; each time some field gets wider."""


class Packing:
    """The numbers of a world's values, its steps, and the layout of its packed states."""

    def __init__(self, world: World) -> None:
        """Number the first state of a world."""
        self.cells = Cells(world)
        self.steps = Steps(world, self.cells)
        self._symmetric = Symmetric(world, self.cells)
        first = [np.array([number], np.int64) for number in self.cells.first]
        self.layout = laid_out(self.cells, None, first)

    def first(self) -> Ints:
        """Give the first state, packed as an array of one."""
        return _fits(self.layout.packed([np.array([number], np.int64) for number in self.cells.first]))

    def held(self, states: Ints) -> Held:
        """Give what states hold that were packed by the layout as it is."""
        return Held(self.layout, states)

    def expand(self, held: Held, most: int | None = None) -> list[Moves]:
        """Take every step from some states.

        Raises:
            Overfull: a number does not fit; see :meth:`with_room`.
            TooMany: an action takes more steps than ``most`` from several states.
        """
        return self.steps.expand(held, most)

    def canonical(self, states: Ints) -> Ints:
        """Give the representatives of states.

        Raises:
            Overfull: a number does not fit.
        """
        return _fits(self._symmetric.canonical(self.held(states)))

    @property
    def takes_few(self) -> bool:
        """Whether states can be put in order one by one."""
        return self._symmetric.takes_few(self.layout)

    @property
    def canonical_one(self) -> Callable[[int], int] | None:
        """Gives the representative of one state, where :attr:`takes_few`; None if each is its own."""
        return self._symmetric.canonical_one(self.layout)

    def permuted_one(self, numbers: list[int]) -> Iterator[list[int]]:
        """Give the numbers of one state with the actors in other orders; see :meth:`permuted`."""
        return self._symmetric.permuted_one(numbers)

    def swapped(self, states: Ints) -> list[Ints]:
        """Give states with two neighbouring actors swapped, for each two.

        Raises:
            Overfull: a number does not fit.
        """
        return [_fits(packed) for packed in self._symmetric.swapped(self.held(states))]

    def taken(self, states: Ints, actions: Collection[int]) -> set[int]:
        """Tell which of some actions happen in states with the actors in some other order.

        Raises:
            Overfull: a number does not fit.
        """
        several = self.permuted(self.held(states))
        return {place for held in several for place in actions if self.steps.actions[place].move(held)}

    def permuted(self, held: Held) -> list[Held]:
        """Give states with the actors in other orders: all, or if they are many, a sample of them.

        Raises:
            Overfull: a number does not fit.
        """
        return [self.held(_fits(packed)) for packed in self._symmetric.permuted(held)]

    @property
    def nbytes(self) -> int:
        """The bytes that the tables of the actions take, and those of the groups."""
        groups = {id(field.group): field.group.nbytes for field in self.layout.fields if field.group is not None}
        return sum(action.nbytes for action in self.steps.actions) + sum(groups.values())

    def with_room(self, attempt: Callable[[], T], some: Callable[[], list[Ints]]) -> T:
        """Try until every number fits, with the cells laid out anew before each further time.

        Args:
            attempt: what to do; it packs what it needs by the layout as it is then.
            some: gives the numbers of all cells in some states, which show what moves in step.

        Raises:
            OverflowError: there was no room after so many tries.
        """
        for tries in range(ROOM_MAX):
            try:
                return attempt()
            except Overfull:
                self.layout = laid_out(self.cells, self.layout, some(), tries)
        raise OverflowError(f"the states found no room in {ROOM_MAX} tries")

    def repacked(self, states: Ints, layout: Layout) -> Ints:
        """Give states that were packed by another layout, packed by this one, canonical and sorted.

        Raises:
            Overfull: a number does not fit.
        """
        if layout is self.layout:
            return states
        packed = np.empty_like(states)
        for start in range(0, len(states), CHUNK):
            numbers = layout.unpacked(states[start : start + CHUNK])
            packed[start : start + CHUNK] = self.canonical(_fits(self.layout.packed(numbers)))
        packed.sort()
        return packed


def _fits(packed: Ints | None) -> Ints:
    if packed is None:
        raise Overfull
    return packed
