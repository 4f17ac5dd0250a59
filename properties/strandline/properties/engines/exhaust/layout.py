"""Packs the numbers of a state's cells into one integer of at most 63 bits.

A cell whose numbers need few bits has a field of its own; others share one as a group. So a state
may hold as many components as it likes; what must fit is what really occurs.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from typing import TYPE_CHECKING, Final, TypeAlias

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from strandline.properties.engines.exhaust.groups import Group
    from strandline.properties.engines.exhaust.tables import Ints

BITS: Final = 63
"""The bits of a packed state; with one more it would be negative."""


@dataclass(frozen=True, slots=True)
class Field:
    """Where the number of a cell or a group lies in a packed state."""

    cells: tuple[int, ...]
    shift: int
    bits: int
    group: Group | None

    @property
    def mask(self) -> int:
        """The bits of the field, in place."""
        return ((1 << self.bits) - 1) << self.shift

    def number(self, state: int) -> int:
        """Give the number in this field of one state."""
        return (state >> self.shift) & ((1 << self.bits) - 1)

    def numbers(self, states: Ints) -> Ints:
        """Give the numbers in this field."""
        return (states >> self.shift) & ((1 << self.bits) - 1)

    def placed(self, numbers: Ints) -> Ints | None:
        """Give numbers as they lie in the field; None if one does not fit."""
        if numbers.size and int(numbers.max()) >> self.bits:
            return None
        return numbers << self.shift

    def numbered(self, members: Sequence[Ints]) -> Ints:
        """Give the numbers for what the cells of the field hold."""
        return members[0] if self.group is None else self.group.number(members)


class Layout:
    """Says where each cell lies, for states that were packed by it."""

    def __init__(self, fields: tuple[Field, ...]) -> None:
        """Lay cells out in these fields."""
        self.fields = fields
        self._at = {cell: (field, place) for field in fields for place, cell in enumerate(field.cells)}
        at = [self._at[cell] for cell in range(len(self._at))]
        self._spots = [(field.shift, (1 << field.bits) - 1, field.group, place) for field, place in at]

    @property
    def size(self) -> int:
        """The number of cells."""
        return len(self._at)

    def field(self, cell: int) -> Field:
        """Give the field of a cell."""
        return self._at[cell][0]

    def place(self, cell: int) -> int:
        """Give the place of a cell in its field."""
        return self._at[cell][1]

    def cell(self, cell: int, states: Ints) -> Ints:
        """Give the numbers that a cell holds."""
        field, place = self._at[cell]
        numbers = field.numbers(states)
        return numbers if field.group is None else field.group.members(place, numbers)

    def numbers(self, state: int) -> list[int]:
        """Give the numbers of all cells in one state."""
        return [
            (state >> shift) & mask if group is None else group.member(place, (state >> shift) & mask)
            for shift, mask, group, place in self._spots
        ]

    def number(self, cell: int, state: int) -> int:
        """Give the number that a cell holds in one state."""
        shift, mask, group, place = self._spots[cell]
        return (state >> shift) & mask if group is None else group.member(place, (state >> shift) & mask)

    def unpacked(self, states: Ints) -> list[Ints]:
        """Give the numbers of all cells."""
        return [self.cell(cell, states) for cell in range(len(self._at))]

    def packed(self, cells: Sequence[Ints]) -> Ints | None:
        """Pack the numbers of all cells; None if one does not fit its field."""
        parts = []
        for field in self.fields:
            part = field.placed(field.numbered([cells[cell] for cell in field.cells]))
            if part is None:
                return None
            parts.append(part)
        return reduce(np.bitwise_or, parts)


class One:
    """What the cells of one state hold, each unpacked when it is looked at."""

    __slots__ = ("_layout", "_state")

    def __init__(self, layout: Layout, state: int) -> None:
        self._layout = layout
        self._state = state

    def __getitem__(self, cell: int) -> int:
        """Give the number that a cell holds."""
        return self._layout.number(cell, self._state)


Numbers: TypeAlias = "Sequence[int] | One"
"""What each cell of one state holds."""


class Held:
    """What the cells and fields of some states hold, each unpacked once."""

    def __init__(self, layout: Layout, states: Ints) -> None:
        """Unpack these states."""
        self.layout = layout
        self.states = states
        self._cells: dict[int, Ints] = {}
        self._fields: dict[tuple[int, ...], Ints] = {}

    def __len__(self) -> int:
        return len(self.states)

    def one(self, row: int) -> One:
        """Give one of the states, of which a cell is unpacked when it is looked at."""
        return One(self.layout, int(self.states[row]))

    def cell(self, cell: int, rows: Ints | None = None) -> Ints:
        """Give the numbers that a cell holds in the states of some rows, or in all of them."""
        if cell not in self._cells:
            field, place = self.layout.field(cell), self.layout.place(cell)
            numbers = self.field(field)
            self._cells[cell] = numbers if field.group is None else field.group.members(place, numbers)
        return self._cells[cell] if rows is None else self._cells[cell].take(rows)

    def field(self, field: Field, rows: Ints | None = None) -> Ints:
        """Give the numbers in a field, in the same way."""
        if field.cells not in self._fields:  # not by its shift: a field of no bits lies where the next one begins
            self._fields[field.cells] = field.numbers(self.states)
        return self._fields[field.cells] if rows is None else self._fields[field.cells].take(rows)
