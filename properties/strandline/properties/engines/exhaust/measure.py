"""The progress measure of a world: what it is in a state, and whether each step raises it."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Final, NoReturn

import numpy as np

from strandline.properties.engines.exhaust.layout import Held
from strandline.properties.engines.exhaust.packing import CHUNK
from strandline.properties.engines.exhaust.reading import called
from strandline.properties.engines.exhaust.tables import Column
from strandline.properties.engines.exhaust.wording import worded
from strandline.properties.engines.exhaust.world import WorldError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable

    from strandline.properties.engines.exhaust.cells import Cells
    from strandline.properties.engines.exhaust.layout import Field
    from strandline.properties.engines.exhaust.steps import Moves
    from strandline.properties.engines.exhaust.tables import Ints
    from strandline.properties.engines.exhaust.world import Value, World


LARGEST: Final = 1 << 60
"""What all components together may contribute at most: the rise from one sum to another has to fit 63 bits."""


class Measure:
    """Adds up what the fields of a state contribute, each by what the components in it do."""

    def __init__(self, world: World, cells: Cells) -> None:
        """Measure the states of a world; ``declared`` is false if it has no measure."""
        parts = world.progress.parts if world.progress is not None else {}
        self.declared = bool(parts)
        self._world = world
        self._pools = cells.pools
        self._parts = {cells.cell[name]: (name, part) for name, part in parts.items()}
        self._cells = {cell: Column() for cell in self._parts}
        self._fields: dict[Field, Column] = {}
        blocks, renames = (world.symmetry.blocks, world.symmetry.renames) if world.symmetry is not None else ((), {})
        places = [place for place in zip(*blocks, strict=True) if not parts.keys().isdisjoint(place)]
        self._told_by_cells = all(parts.keys() >= {*place} for place in places) and parts.keys().isdisjoint(renames)
        self._alike = [tuple(cells.cell[name] for name in place) for place in places if self._told_by_cells]

    @property
    def nbytes(self) -> int:
        """The bytes that the tables take."""
        return sum(known.nbytes for known in (*self._cells.values(), *self._fields.values()))

    def of(self, held: Held) -> Ints:
        """Give the measure of states."""
        measure = np.zeros(len(held), np.int64)
        for field in self._touched(held, self._parts):
            measure += self._of_field(field).take(held.field(field))
        return measure

    def least(self, held: Held) -> int:
        """Give the lowest measure of some states, looked at in chunks."""
        chunks = (held.states[start : start + CHUNK] for start in range(0, len(held), CHUNK))
        return min(int(self.of(Held(held.layout, chunk)).min()) for chunk in chunks)

    def require_rise(self, moves: Moves, held: Held, cells: Collection[int]) -> None:
        """Hold steps from some states, which write no more than these cells, to raising the measure.

        Raises:
            WorldError: one of them does not.
        """
        after = Held(held.layout, moves.after)
        rise = np.zeros(len(after), np.int64)
        for field in self._touched(held, sorted(self._parts.keys() & cells)):
            known = self._of_field(field)
            rise += known.take(after.field(field)) - known.take(held.field(field, moves.rows))
        if int(rise.min()) < 1:
            self._refuse(moves.action)

    def _refuse_apart(self) -> NoReturn:
        raise WorldError(f"the progress measure of world {self._world.name!r} tells alike actors apart")

    def _refuse(self, action: int) -> NoReturn:
        name = self._world.actions[action].name
        raise WorldError(f"action {name!r} does not raise the progress measure of world {self._world.name!r}")

    def require_rise_of_one(self, action: int, before: list[int], after: list[int]) -> None:
        """Hold a step between two states, whose cells hold these numbers, to raising the measure.

        Raises:
            WorldError: it does not.
        """
        if self._of_one(after) - self._of_one(before) < 1:
            self._refuse(action)

    def require_same_of_one(self, state: list[int], representative: list[int]) -> None:
        """Hold the measure of one state against that of its representative, by what their cells hold.

        Raises:
            WorldError: alike actors are measured differently, so a state that was forgotten could come again.
        """
        if state != representative and self._of_one(state) != self._of_one(representative):
            self._refuse_apart()

    def _of_one(self, numbers: list[int]) -> int:
        return sum(self._of_cell(cell).item(numbers[cell]) for cell in self._parts)

    def require_same(self, states: Held, representatives: Held) -> None:
        """Hold the measure of states against that of their representatives, which the search goes on from.

        Raises:
            WorldError: alike actors are measured differently, so a state that was forgotten could come again.
        """
        if not self._same_for_all() and not np.array_equal(self.of(states), self.of(representatives)):
            self._refuse_apart()

    def _same_for_all(self) -> bool:
        """Tell whether whatever was held so far contributes the same in each alike cell, so no state need be looked at.

        If it does not, or what is renamed is measured, a sum over several cells may be the same for all even so.
        """
        return self._told_by_cells and all(
            np.array_equal(self._of_cell(one), self._of_cell(other))
            for alike in self._alike
            for one, other in pairwise(alike)
        )

    def _touched(self, held: Held, cells: Iterable[int]) -> Iterable[Field]:
        return dict.fromkeys(map(held.layout.field, cells))

    def _of_field(self, field: Field) -> Ints:
        """Give what a field contributes, by its number: one look for all the components that share it."""
        group = field.group
        known = self._fields.setdefault(field, Column())
        count = len(self._pools[field.cells[0]]) if group is None else len(group)
        if len(known) < count:
            new = np.arange(len(known), count)
            more = np.zeros(len(new), np.int64)
            for place, cell in enumerate(field.cells):
                if cell in self._parts:
                    more += self._of_cell(cell).take(new if group is None else group.members(place, new))
            known.values.extend(more.tolist())
        return known.whole()

    def _of_cell(self, cell: int) -> Ints:
        """Give what a cell contributes, by its number."""
        known, values = self._cells[cell], self._pools[cell].values
        if len(known) < len(values):
            name, part = self._parts[cell]
            largest = LARGEST // len(self._parts)
            known.values.extend(
                _whole(f"the progress of {name!r}", part, value, largest) for value in values[len(known) :]
            )
        return known.whole()


def _whole(who: str, part: Callable[[Value], int], value: Value, largest: int) -> int:
    given = called(who, part, value)
    if not isinstance(given, (int, np.integer)):
        raise WorldError(f"{who} gave {given!r} for {value!r}, and a whole number is wanted")
    if abs(int(given)) > largest:
        size = f"a number of {int(given).bit_length()} bits"
        raise OverflowError(f"{who} gave {size} for {worded(value)}, and there is room for {largest:,} at most")
    return int(given)
