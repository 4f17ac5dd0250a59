"""Puts the blocks of alike actors in order: states that differ only by which actor is which become one.

A block is one number, so to sort the numbers takes as long as to look at them, where to try all orders of n actors
takes n! times as long.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from strandline.properties.engines.exhaust.groups import Group
from strandline.properties.engines.exhaust.ways import Overfull

if TYPE_CHECKING:
    from strandline.properties.engines.exhaust.cells import Cells
    from strandline.properties.engines.exhaust.layout import Field, Held, Layout
    from strandline.properties.engines.exhaust.tables import Ints


class Sorting:
    """Sorts the blocks of the actors, the lowest number to the last of them."""

    def __init__(self, cells: Cells) -> None:
        """Sort the blocks of these cells."""
        self._blocks = cells.blocks
        self._group = Group([None] * len(cells.blocks[0])) if len(cells.blocks[0]) > 1 else None
        self._layout: Layout | None = None
        self._fields: list[Field] | None = None
        self._kept = 0

    def by_fields(self, layout: Layout) -> list[Field] | None:
        """Give the field of each actor in a layout; None if some share theirs with others."""
        if layout is not self._layout:
            self._layout = layout
            fields = [layout.field(block[0]) for block in self._blocks]
            whole = all(field.cells == block for field, block in zip(fields, self._blocks, strict=True))
            self._fields = fields if whole else None
            self._kept = ~sum(field.mask for field in fields)
        return self._fields

    def canonical(self, held: Held) -> Ints | None:
        """Give the representatives of states; None if a number does not fit its field."""
        fields = self.by_fields(held.layout)
        if fields is None:
            return self._by_cells(held)
        blocks = np.stack([held.field(field) for field in fields])
        blocks.sort(axis=0)
        sorted_states: Ints = held.states & self._kept
        for field, numbers in zip(fields, blocks[::-1], strict=True):
            placed = field.placed(numbers)
            if placed is None:
                return None
            sorted_states |= placed
        return sorted_states

    def canonical_one(self, state: int) -> int:
        """Give the representative of one state of the layout looked at last, where each actor has a field of its own.

        Raises:
            Overfull: a number does not fit its field.
        """
        fields = self._fields or []
        blocks = [field.number(state) for field in fields]
        in_order = sorted(blocks, reverse=True)
        if blocks == in_order:
            return state
        state &= self._kept
        for field, number in zip(fields, in_order, strict=True):
            if number >> field.bits:
                raise Overfull
            state |= number << field.shift
        return state

    def _by_cells(self, held: Held) -> Ints | None:
        """Sort states in which actors share fields with others: cell by cell, in the order of the blocks."""
        members = [[held.cell(cell) for cell in block] for block in self._blocks]
        numbers = np.stack([one[0] if self._group is None else self._group.number(one) for one in members])
        order = np.argsort(-numbers, axis=0, kind="stable")
        cells = [held.cell(cell) for cell in range(held.layout.size)]
        for place in range(len(self._blocks[0])):
            moved = np.take_along_axis(np.stack([one[place] for one in members]), order, axis=0)
            for block, numbers_of_one in zip(self._blocks, moved, strict=True):
                cells[block[place]] = numbers_of_one
        return held.layout.packed(cells)
