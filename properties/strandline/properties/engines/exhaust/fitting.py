"""Decides which cells share a field, so that a state fits 63 bits with room to grow.

The cells of an actor that is like others are numbered together from the start: then swapping
actors swaps fields. When the fields no longer fit, neighbours that move most in step share one.
"""

from __future__ import annotations

from itertools import cycle, islice, pairwise
from typing import TYPE_CHECKING, Final

import numpy as np

from strandline.properties.engines.exhaust.groups import Group
from strandline.properties.engines.exhaust.layout import BITS, Field, Layout
from strandline.properties.engines.exhaust.runs import HALF

if TYPE_CHECKING:
    from collections.abc import Sequence

    from strandline.properties.engines.exhaust.cells import Cells
    from strandline.properties.engines.exhaust.tables import Ints

SPARE: Final = 12
"""Bits that are kept free when fields are laid out, so that values may still come, if they cost little."""

FEW: Final = 1 << 14
"""Numbers of a field that cost little: a table of what becomes of each stays in a processor's cache."""

SAMPLE_STATES: Final = 20_000
"""States that are looked at to see which cells move in step."""

Together = tuple[int, ...]
"""Cells that share a field."""


def laid_out(cells: Cells, old: Layout | None, samples: Sequence[Ints], tries: int = 0) -> Layout:
    """Lay out cells anew, with room to grow.

    What a sample shows of a group may be far less than what occurs. Each try in a row takes it for twice as much as the
    one before, so more cells share a field, in the end all of them, and that one has all the bits.

    Args:
        cells: the values of each cell, and which of them are of alike actors.
        old: the layout so far; its fields are only widened as long as all fit.
        samples: numbers of all cells in some states, to see which cells move in step.
        tries: how often in a row that was not enough.
    """
    fit = _Fit(cells, old, samples, 2 << tries)
    together = _begun(cells) if old is None else [field.cells for field in old.fields]
    counts = [fit.so_far(one) for one in together]
    if sum(map(_width, counts)) > BITS:
        together, counts = fit.merged()
    fields, shift = [], 0
    for one, width in zip(together, _widths(counts), strict=True):
        fields.append(Field(one, shift, width, fit.group(one)))
        shift += width
    return Layout(tuple(fields))


def _begun(cells: Cells) -> list[Together]:
    """Give the cells of each alike actor together, and every other one alone.

    What no actor owns comes first, orders last of it: so none of it has an actor for its only neighbour.
    """
    blocks = {cell: block for block in cells.blocks for cell in block}
    in_turn = sorted(range(len(cells.pools)), key=lambda cell: (cell in blocks, cell in cells.orders))
    return list(dict.fromkeys(blocks.get(cell, (cell,)) for cell in in_turn))


class _Fit:
    """What is known of how cells move, and the groups that number them."""

    def __init__(self, cells: Cells, old: Layout | None, samples: Sequence[Ints], room: int) -> None:
        self._cells = cells
        self._samples = samples
        self._room = room
        self._groups = (
            {}
            if old is None
            else {cells.kind(field.cells): field.group for field in old.fields if field.group is not None}
        )

    def group(self, together: Together) -> Group | None:
        """Give the group of some cells; those of alike actors share one, so a number means the same in each."""
        if len(together) == 1:
            return None
        kind = self._cells.kind(together)
        return self._groups.setdefault(kind, Group([self._cells.orders.get(cell) for cell in together]))

    def so_far(self, together: Together) -> int:
        """Count what was numbered of some cells."""
        group = self.group(together)
        return len(self._cells.pools[together[0]]) if group is None else max(1, len(group))

    def merged(self) -> tuple[list[Together], list[int]]:
        """Let neighbours share a field, always those two that save the most bits, until there are bits to spare.

        Alike actors keep fields of their own as long as others can be merged. Where all fits already, no two are merged
        that are actors, or hold many values together.
        """
        together = _begun(self._cells)
        seen = [self._seen(one) for one in together]
        counts = [self._expected(*pair) for pair in zip(together, seen, strict=True)]
        both = [_together(*pair) for pair in pairwise(seen)]
        while (bits := sum(map(_width, counts))) > BITS - SPARE and both:
            joint = [
                self._expected(one + other, numbers)
                for numbers, (one, other) in zip(both, pairwise(together), strict=True)
            ]
            ranked = [
                (
                    not any(one in self._cells.blocks for one in together[place : place + 2]),
                    bits > BITS or joint[place] <= FEW,
                    _width(counts[place]) + _width(counts[place + 1]) - _width(joint[place]),
                )
                for place in range(len(both))
            ]
            place = max(range(len(both)), key=ranked.__getitem__)
            if bits <= BITS and min(ranked[place]) < 1:
                break
            together[place : place + 2] = [together[place] + together[place + 1]]
            counts[place : place + 2] = [joint[place]]
            seen[place : place + 2] = [both[place]]
            both[max(place - 1, 0) : place + 2] = [
                _together(seen[one], seen[one + 1]) for one in (place - 1, place) if 0 <= one < len(seen) - 1
            ]
        return together, counts

    def _seen(self, together: Together) -> Ints:
        numbers = self._samples[together[0]]
        for cell in together[1:]:
            numbers = _together(numbers, self._samples[cell])
        return numbers

    def _expected(self, together: Together, numbers: Ints) -> int:
        """Count the values of a cell; of a group what was numbered, or if that is more, what a sample shows by far."""
        if len(together) == 1:
            return len(self._cells.pools[together[0]])
        group = self._groups.get(self._cells.kind(together))
        return max(self._room * _apart(numbers), 0 if group is None else len(group))


def _widths(counts: Sequence[int]) -> list[int]:
    """Give each field the bits that it needs, and what can be spared in turn to those that hold most."""
    widths = [min(BITS, _width(count)) for count in counts]
    spare = BITS - sum(widths)
    most_first = sorted(range(len(counts)), key=lambda place: -counts[place])
    for place in islice(cycle(most_first), spare):
        widths[place] += 1
    return widths


def _width(count: int) -> int:
    return (count - 1).bit_length()


def _together(one: Ints, other: Ints) -> Ints:
    """Number what occurs together in some states."""
    numbers: Ints = np.unique((one << HALF) | other, return_inverse=True)[1].astype(np.int64)
    return numbers


def _apart(numbers: Ints) -> int:
    """Estimate from a sample how many there are: what is seen once tells of what is not seen (Chao's estimator)."""
    seen = np.bincount(numbers)
    once, twice = int(np.count_nonzero(seen == 1)), int(np.count_nonzero(seen == 2))  # noqa: PLR2004 - as it says
    return max(1, int(np.count_nonzero(seen)) + once * once // (2 * max(1, twice)))
