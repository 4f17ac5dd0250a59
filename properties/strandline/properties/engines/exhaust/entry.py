"""Leads many states into a tree by all that one field holds: where most of them end, one look is all that is done."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeAlias

import numpy as np

from strandline.properties.engines.exhaust.runs import firsts
from strandline.properties.engines.exhaust.tables import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from strandline.properties.engines.exhaust.cells import Cells
    from strandline.properties.engines.exhaust.layout import Held, Layout, Numbers
    from strandline.properties.engines.exhaust.tables import Ints

    Through: TypeAlias = Callable[[Numbers, Collection[int]], int]

LEAF: Final = 1 << 30
"""In a tree a number from here on is a leaf, a lower one a node."""

NOTHING: Final = 0
"""The leaf of what leads nowhere: an action that cannot happen, a predicate that is false."""


Walked: TypeAlias = "tuple[Ints, Ints]"
"""Rows, in no order, and the node or the leaf of each."""


def parted(rows: Ints, nodes: Ints) -> tuple[Walked, Walked]:
    """Part the rows that have come to a leaf, and give their leaves, from those that go on; nothing leads nowhere.

    Mostly all have, or none has, so that is seen first.
    """
    none = rows[:0], nodes[:0]
    if not nodes.size or int(nodes.min()) > LEAF:
        return (rows, nodes - LEAF), none
    if int(nodes.max()) < LEAF:
        return none, (rows, nodes)
    ended, going = np.flatnonzero(nodes > LEAF), np.flatnonzero(nodes < LEAF)
    return (rows.take(ended), nodes.take(ended) - LEAF), (rows.take(going), nodes.take(going))


def joined(parts: list[Walked]) -> Walked:
    """Give all parts as one."""
    some = [part for part in parts if part[0].size] or [(np.zeros(0, np.int64), np.zeros(0, np.int64))]
    return (
        some[0]
        if len(some) == 1
        else (np.concatenate([one for one, _ in some]), np.concatenate([one for _, one in some]))
    )


class Entry:
    """Where each number of the first field that a function looks at leads: past every look at what is in that field."""

    def __init__(self, cells: Cells, cell: int, through: Through) -> None:
        """Enter by the field of a cell.

        Args:
            cells: tell how many numbers there are.
            cell: what is looked at first.
            through: leads from the root, by what the cells of a state hold, as far as some of them tell.
        """
        self._cells = cells
        self._cell = cell
        self._through = through
        self._layout: Layout | None = None
        self._to = np.zeros(0, np.int64)
        self._leads = np.zeros(0, bool)

    @property
    def nbytes(self) -> int:
        """The bytes that the tables take."""
        return self._to.nbytes + self._leads.nbytes

    def begun(self, held: Held) -> Walked:
        """Give the rows that are not known to lead nowhere, and the node or leaf that each has come to.

        Most states end here, where an actor stands elsewhere, so this is where the time of a search goes: one byte is
        looked up for each state, and nothing else is done about those that end.
        """
        field = held.layout.field(self._cell)
        self._make_room(held.layout, len(self._cells.pools[self._cell]) if field.group is None else len(field.group))
        numbers = held.field(field)
        rows = np.flatnonzero(self._leads.take(numbers))
        numbers = numbers.take(rows)
        nodes = self._to.take(numbers)
        if nodes.size and int(nodes.min()) < 0:
            missing = np.flatnonzero(nodes == UNKNOWN)
            for place in missing[firsts(missing * 0, numbers[missing])].tolist():
                self._to[numbers[place]] = self._through(held.one(int(rows[place])), field.cells)
            self._leads = self._to != LEAF + NOTHING
            nodes = self._to.take(numbers)
        return rows, nodes

    def _make_room(self, layout: Layout, count: int) -> None:
        """Make room for so many numbers; each may lead to something, until it is known that it does not."""
        if layout is not self._layout:
            self._layout = layout
            self._to, self._leads = self._to[:0], self._leads[:0]
        more = count - len(self._to)
        if more > 0:
            more = max(more, len(self._to))
            self._to = np.concatenate((self._to, np.full(more, UNKNOWN, np.int64)))
            self._leads = np.concatenate((self._leads, np.ones(more, bool)))
