"""Cells that share a field of a packed state: what occurs in them together is one number."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from strandline.properties.engines.exhaust.pools import Pool
from strandline.properties.engines.exhaust.runs import HALF, distinct, distinct_pairs
from strandline.properties.engines.exhaust.tables import UNKNOWN, Table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from strandline.properties.engines.exhaust.cells import Order
    from strandline.properties.engines.exhaust.tables import Ints


class Group:
    """Numbers what some cells hold together, the first with each next one, and what it becomes when some change."""

    def __init__(self, orders: Sequence[Order | None]) -> None:
        """Number as many cells together; of one that holds an order a change is a change of that order."""
        self._orders = orders
        self._tables = [Table() for _ in orders[1:]]
        self._counts = [0] * len(self._tables)
        self._members = np.zeros((len(orders), 16), np.int32)
        self._changes = Pool()
        self._changes.number(())
        self._after = Table()

    def __len__(self) -> int:
        return self._counts[-1]

    @property
    def nbytes(self) -> int:
        """The bytes that the numbers take."""
        return self._members.nbytes + self._after.nbytes + sum(table.nbytes for table in self._tables)

    def members(self, place: int, numbers: Ints) -> Ints:
        """Give the numbers of the cell at this place in the group."""
        held: Ints = self._members[place].take(numbers).astype(np.int64)
        return held

    def member(self, place: int, number: int) -> int:
        """Give what the cell at this place holds by one number of the group."""
        return int(self._members.item(place, number))

    def number(self, members: Sequence[Ints]) -> Ints:
        """Number what these cells hold, anew where it was not seen before."""
        number = members[0]
        for place, member in enumerate(members[1:]):
            number = self._paired(place, number, member, members)
        return number

    def change(self, writes: Sequence[tuple[int, int]]) -> int:
        """Number a change: for some places what is written there, or how the order changes; 0 if there is none."""
        return self._changes.number(tuple(writes))

    def after_one(self, number: int, change: int) -> int:
        """Give what one number becomes by a change."""
        found = self._after.find(number, change)
        return found if found != UNKNOWN else int(self.after(np.array([number]), np.array([change]))[0])

    def after(self, numbers: Ints, changes: Ints) -> Ints:
        """Give what these numbers become by these changes."""
        found = self._after.get(numbers, changes, len(self), len(self._changes))
        missing = np.flatnonzero(found == UNKNOWN)
        if missing.size:
            before, change = distinct_pairs(numbers[missing], changes[missing])
            for one in distinct(change.copy()).tolist():
                these = before[change == one]
                self._after.put(these, np.full_like(these, one), self._changed(these, one))
            found[missing] = self._after.get(numbers[missing], changes[missing])
        return found

    def _changed(self, numbers: Ints, change: int) -> Ints:
        members = [self.members(place, numbers) for place in range(len(self._orders))]
        for place, written in self._changes.values[change]:  # type: ignore[attr-defined] # put there by change
            order = self._orders[place]
            value = np.full_like(numbers, written)
            members[place] = value if order is None else order.after(members[place], value)
        return self.number(members)

    def _paired(self, place: int, first: Ints, second: Ints, members: Sequence[Ints]) -> Ints:
        table = self._tables[place]
        found = table.get(first, second)
        missing = np.flatnonzero(found == UNKNOWN)
        if missing.size:
            _, at = np.unique((first[missing] << HALF) | second[missing], return_index=True)
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
