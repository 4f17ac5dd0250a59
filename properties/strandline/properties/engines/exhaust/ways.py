"""The ways in which an action goes: what each writes, as numbers, and what that makes of packed states."""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from strandline.properties.engines.exhaust.tables import Column

if TYPE_CHECKING:
    from collections.abc import Iterable

    from strandline.properties.engines.exhaust.cells import Cells, Order
    from strandline.properties.engines.exhaust.groups import Group
    from strandline.properties.engines.exhaust.layout import Field, Held, Layout
    from strandline.properties.engines.exhaust.tables import Ints

Writes = tuple[int, ...]
"""What a way writes: a cell and its number, the next cell and its number, and so on; of an order, that of a change."""


class Overfull(Exception):  # noqa: N818 - it is no error: room is made, and the step taken again
    """A number does not fit its field."""


class TooMany(Exception):  # noqa: N818 - it is no error: the steps are taken from fewer states at once
    """So many steps are not taken at once."""


class _Changing(NamedTuple):
    """A field whose number after a step depends on that before: who knows how, and the change that each way makes."""

    field: Field
    owner: Group | Order
    changes: Column


class Ways:
    """The ways of one action, in the order in which its answers gave them; an answer is a leaf, and has some in a row.

    ``cells`` are those that any way writes.
    """

    def __init__(self, cells: Cells) -> None:
        """Begin with the answer that nothing can happen."""
        self.writes: list[Writes] = []
        self.cells: dict[int, None] = {}
        self._written: set[tuple[int, ...]] = set()
        self._of = cells
        self._starts, self._counts = Column(), Column()
        self._starts.values.append(0)
        self._counts.values.append(0)
        self._layout: Layout | None = None
        self._keep, self._bits = Column(), Column()
        self._changing: list[_Changing] = []
        self._plain: dict[int, tuple[int, int, int]] = {}
        self._kept = -1

    @property
    def leaves(self) -> int:
        """The number of answers."""
        return len(self._starts)

    @property
    def nbytes(self) -> int:
        """The bytes of the arrays."""
        return sum(column.nbytes for column in (self._starts, self._counts, self._keep, self._bits))

    def add(self, answer: Iterable[Writes]) -> int:
        """Add an answer; give its number."""
        start = len(self.writes)
        self.writes += answer
        for writes in self.writes[start:]:
            if writes[::2] not in self._written:
                self._written.add(writes[::2])
                self.cells |= dict.fromkeys(writes[::2])
                self._layout = None  # how a field changes that was never written is not known yet
        if self._layout is not None and len(self._bits) == start:
            for writes in self.writes[start:]:
                self._fit_one(writes)
        self._starts.values.append(start)
        self._counts.values.append(len(self.writes) - start)
        return len(self._starts) - 1

    def of(self, leaf: int) -> range:
        """Give the ways of an answer."""
        start = self._starts.values[leaf]
        return range(start, start + self._counts.values[leaf])

    def place(self, way: int) -> int:
        """Give the place of a way in its answer."""
        return way - self._starts.values[bisect_right(self._starts.values, way) - 1]

    def after(self, state: int, way: int, layout: Layout) -> int:
        """Give what becomes of one state.

        Raises:
            Overfull: a number does not fit its field.
        """
        if layout is not self._layout or way >= len(self._bits):
            self._fit(layout)
        bits = self._bits.values[way]
        if bits < 0:
            raise Overfull
        after = (state & self._keep.values[way]) | bits
        for field, owner, changes in self._changing:
            number = owner.after_one(field.number(state), changes.values[way])
            if number >> field.bits:
                raise Overfull
            after |= number << field.shift
        return after

    def moved(self, held: Held, rows: Ints, leaves: Ints, most: int | None) -> tuple[Ints, Ints, Ints] | None:
        """Go every way of these answers; give the rows, the ways, and the states after.

        Raises:
            Overfull: a number does not fit its field.
            TooMany: these would be more steps than ``most``, from several states.
        """
        if not rows.size:
            return None
        if held.layout is not self._layout or len(self._bits) < len(self.writes):
            self._fit(held.layout)
        counts = self._counts.whole().take(leaves)
        ways = self._starts.whole().take(leaves)
        if int(counts.max()) > 1:
            if most is not None and len(held) > 1 and int(counts.sum()) > most:
                raise TooMany
            rows = np.repeat(rows, counts)
            first = np.repeat(ways - (np.cumsum(counts) - counts), counts)
            ways = first + np.arange(len(rows))
        bits = self._bits.whole().take(ways)
        if int(bits.min()) < 0:
            raise Overfull
        after = (held.states.take(rows) & self._keep.whole().take(ways)) | bits
        for field, owner, changes in self._changing:
            placed = field.placed(owner.after(held.field(field, rows), changes.whole().take(ways)))
            if placed is None:
                raise Overfull
            after |= placed
        return rows, ways, after

    def _fit(self, layout: Layout) -> None:
        """Say for new ways what they make of states that were packed by a layout; if that is new, for all."""
        if layout is not self._layout:
            self._layout = layout
            self._keep, self._bits = Column(), Column()
            fields = dict.fromkeys(map(layout.field, self.cells))
            self._changing = [
                _Changing(field, owner, Column())
                for field in fields
                if (owner := field.group or self._of.orders.get(field.cells[0])) is not None
            ]
            changing = [one.field for one in self._changing]
            self._plain = {
                field.cells[0]: (field.mask, field.shift, field.bits) for field in fields if field not in changing
            }
            self._kept = ~sum(field.mask for field in changing)
        for writes in self.writes[len(self._bits) :]:
            self._fit_one(writes)

    def _fit_one(self, writes: Writes) -> None:
        """Say what the next way makes of states that were packed by the layout looked at last."""
        bits = touched = 0
        for cell, number in zip(writes[::2], writes[1::2], strict=True):
            if cell in self._plain:
                mask, shift, wide = self._plain[cell]
                touched |= mask
                bits |= -1 if number >> wide else number << shift
        self._keep.values.append(self._kept & ~touched)
        self._bits.values.append(bits)
        for field, _, changes in self._changing:
            changes.values.append(_change(writes, field))


def _change(writes: Writes, field: Field) -> int:
    """Number what a way changes in a field whose number after depends on the one before; 0 if it changes nothing."""
    written = dict(zip(writes[::2], writes[1::2], strict=True))
    if field.group is None:
        return written.get(field.cells[0], 0)
    return field.group.change([(place, written[cell]) for place, cell in enumerate(field.cells) if cell in written])
