"""Packs the numbers of a state's cells into one integer of at most 63 bits.

A cell whose numbers need few bits has a field of its own. When the fields no longer fit, the two
that move most in step are numbered again as pairs and share one. So a state may hold as many
components as it likes; what must fit is what really occurs.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from itertools import cycle, islice, pairwise
from typing import TYPE_CHECKING, Final

import numpy as np

from strandline.properties.exhaust.tables import UNKNOWN, Table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from strandline.properties.exhaust.pools import Pool
    from strandline.properties.exhaust.tables import Ints

BITS: Final = 63
"""The bits of a packed state; with one more it would be negative."""

SPARE: Final = 8
"""Bits that are kept free when fields are laid out, so that values may still come."""

SAMPLE: Final = 20_000
"""States that are looked at to see which cells move in step."""


class Group:
    """Cells that share a field: numbers the pairs of numbers that occur in them, the first with each next one."""

    def __init__(self, cells: tuple[int, ...]) -> None:
        """Number these cells together."""
        self.cells = cells
        self._tables = [Table() for _ in cells[1:]]
        self._counts = [0] * len(self._tables)
        self._members = np.zeros((len(cells), 16), np.int32)

    def __len__(self) -> int:
        return self._counts[-1]

    def members(self, place: int, numbers: Ints) -> Ints:
        """Give the numbers of the cell at this place in the group."""
        held: Ints = self._members[place].take(numbers).astype(np.int64)
        return held

    def number(self, members: Sequence[Ints]) -> Ints:
        """Number what these cells hold, anew where it was not seen before."""
        number = members[0]
        for place, member in enumerate(members[1:]):
            number = self._paired(place, number, member, members)
        return number

    def _paired(self, place: int, first: Ints, second: Ints, members: Sequence[Ints]) -> Ints:
        table = self._tables[place]
        found = table.get(first, second)
        missing = np.flatnonzero(found == UNKNOWN)
        if missing.size:
            _, at = np.unique((first[missing] << 32) | second[missing], return_index=True)
            new = missing[at]
            count = self._counts[place]
            if place == len(self._tables) - 1:
                self._keep(np.stack([member[new] for member in members]))
            table.put(first[new], second[new], np.arange(count, count + len(new)))
            self._counts[place] = count + len(new)
            found[missing] = table.get(first[missing], second[missing])
        return found

    def _keep(self, members: Ints) -> None:
        count = self._counts[-1]
        while count + members.shape[1] > self._members.shape[1]:
            self._members = np.concatenate((self._members, np.zeros_like(self._members)), axis=1)
        self._members[:, count : count + members.shape[1]] = members


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

    def numbers(self, states: Ints) -> Ints:
        """Give the numbers in this field."""
        return (states >> self.shift) & ((1 << self.bits) - 1)


class Layout:
    """Says where each cell lies, for states that were packed by it."""

    def __init__(self, fields: tuple[Field, ...]) -> None:
        """Lay cells out in these fields."""
        self.fields = fields
        self._at = {cell: (field, place) for field in fields for place, cell in enumerate(field.cells)}

    def field(self, cell: int) -> Field:
        """Give the field of a cell."""
        return self._at[cell][0]

    def cell(self, cell: int, states: Ints) -> Ints:
        """Give the numbers that a cell holds."""
        field, place = self._at[cell]
        numbers = field.numbers(states)
        return numbers if field.group is None else field.group.members(place, numbers)

    def unpacked(self, states: Ints) -> list[Ints]:
        """Give the numbers of all cells."""
        return [self.cell(cell, states) for cell in range(len(self._at))]

    def packed(self, cells: Sequence[Ints]) -> Ints | None:
        """Pack the numbers of all cells; None if one does not fit its field."""
        parts = []
        for field in self.fields:
            members = [cells[cell] for cell in field.cells]
            numbers = members[0] if field.group is None else field.group.number(members)
            if numbers.size and int(numbers.max()) >> field.bits:
                return None
            parts.append(numbers << field.shift)
        return reduce(np.bitwise_or, parts)


def laid_out(pools: Sequence[Pool], old: Layout | None, samples: Sequence[Ints], tries: int = 0) -> Layout:
    """Lay out cells anew, with room to grow.

    What a sample shows of a group may be far less than what occurs. Each try in a row takes it for twice as much as the
    one before, so more cells share a field, in the end all of them, and that one has all the bits.

    Args:
        pools: the values of each cell.
        old: the layout so far; its fields are only widened as long as all fit.
        samples: numbers of all cells in some states, to see which cells move in step.
        tries: how often in a row that was not enough.
    """
    known = {field.cells: field.group for field in old.fields if field.group is not None} if old is not None else {}
    groups = [field.cells for field in old.fields] if old is not None else [(cell,) for cell in range(len(pools))]
    counts = [len(known.get(cells) or pools[cells[0]]) for cells in groups]
    if sum(map(_width, counts)) > BITS:
        groups, counts = _grouped([len(pool) for pool in pools], samples, known, 2 << tries)
    fields, shift = [], 0
    for cells, width in zip(groups, _widths(counts), strict=True):
        group = known.get(cells) or (Group(cells) if len(cells) > 1 else None)
        fields.append(Field(cells, shift, width, group))
        shift += width
    return Layout(tuple(fields))


def _grouped(
    counts: list[int], samples: Sequence[Ints], known: Mapping[tuple[int, ...], Group], room: int
) -> tuple[list[tuple[int, ...]], list[int]]:
    """Let neighbours share a field, always those two that save the most bits, until there are bits to spare.

    Groups that were numbered before count as they are if that is more than the sample shows, times ``room``.
    """
    groups: list[tuple[int, ...]] = [(cell,) for cell in range(len(counts))]
    seen = list(samples)
    both = [_together(*pair) for pair in pairwise(seen)]
    while sum(map(_width, counts)) > BITS - SPARE and both:
        joint = [
            max(room * _apart(numbers), len(known.get(one + other, ())))
            for numbers, (one, other) in zip(both, pairwise(groups), strict=True)
        ]
        place = max(
            range(len(both)), key=lambda place: _width(counts[place]) + _width(counts[place + 1]) - _width(joint[place])
        )
        groups[place : place + 2] = [groups[place] + groups[place + 1]]
        counts[place : place + 2] = [joint[place]]
        seen[place : place + 2] = [both[place]]
        both[max(place - 1, 0) : place + 2] = [
            _together(seen[one], seen[one + 1]) for one in (place - 1, place) if 0 <= one < len(seen) - 1
        ]
    return groups, counts


def _widths(counts: Sequence[int]) -> list[int]:
    """Give each field the bits that it needs, and what can be spared in turn to those that hold most."""
    widths = [min(BITS, _width(count)) for count in counts]
    spare = BITS - sum(widths)
    most_first = sorted(range(len(counts)), key=lambda place: -counts[place])
    for place in islice(cycle(most_first), spare):
        widths[place] += 1
    return widths


def _width(count: int) -> int:
    return max(1, (count - 1).bit_length())


def _together(one: Ints, other: Ints) -> Ints:
    """Number what occurs together in some states."""
    numbers: Ints = np.unique((one << 32) | other, return_inverse=True)[1].astype(np.int64)
    return numbers


def _apart(numbers: Ints) -> int:
    """Count what is apart in a sample."""
    return int(numbers.max()) + 1 if numbers.size else 1
