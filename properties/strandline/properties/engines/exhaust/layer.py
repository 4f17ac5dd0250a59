"""A layer while it is expanded: what came of its states so far, and which of their successors are new."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from strandline.properties.engines.exhaust.runs import distinct
from strandline.properties.engines.exhaust.visited import Visited

if TYPE_CHECKING:
    from strandline.properties.engines.exhaust.judging import Judged
    from strandline.properties.engines.exhaust.tables import Ints

LOOSE_MAX: Final = 1 << 22
"""Successors that wait to be looked up at most; together they are looked up faster, and take more memory."""

LOOSE_SHARE: Final = 128
"""Bytes of a budget for each successor that waits: to sort and look it up takes its eight bytes several times."""


class Layer:
    """What came of the first states of a layer; how many those are is ``expanded``.

    ``judged`` is what the laws say of each part,
    ``broken`` names those that broke.
    """

    def __init__(self, actions: int, visited: Visited, memory: int) -> None:
        """Begin to expand a layer, within so many bytes of memory."""
        self.expanded = 0
        self.transitions = 0
        self._fired = [Tally() for _ in range(actions)]
        self.judged: list[Judged] = []
        self.broken: set[str] = set()
        self._visited = visited
        self._new = Visited()
        self._loose: list[Ints] = []
        self._waiting = 0
        self._waiting_max = min(LOOSE_MAX, memory // LOOSE_SHARE)

    @property
    def found_at_most(self) -> int:
        """How many new states were found, or more: those that wait may have been seen."""
        return len(self._new) + self._waiting

    @property
    def found(self) -> int:
        """How many new states were found."""
        self._look_up()
        return len(self._new)

    @property
    def nbytes(self) -> int:
        """The bytes that the successors take."""
        return self._new.nbytes + 8 * self._waiting

    def add(self, expanded: int, after: Ints, fired: list[tuple[int, Ints]], judged: Judged) -> None:
        """Add what came of so many states more: their successors, how often each way went, what the laws say."""
        self.expanded += expanded
        for action, counts in fired:
            self.transitions += int(counts.sum())
            self._fired[action].many(counts)
        self.judged.append(judged)
        self.broken.update(judged.broken)
        self._loose.append(after)
        self._waiting += len(after)
        if self._waiting > self._waiting_max:
            self._look_up()

    def count_in(self, fired: list[Tally]) -> None:
        """Count how often each way of each action went."""
        for tally, mine in zip(fired, self._fired, strict=True):
            tally.many(mine.whole())

    def following(self) -> Ints:
        """Give the next layer: all successors that are new, sorted."""
        self._look_up()
        return self._new.whole()

    def _look_up(self) -> None:
        """Look up which of those that wait are new."""
        if self._loose:
            loose, self._loose, self._waiting = self._loose, [], 0
            self._new.add(self._new.new(self._visited.new(distinct(np.concatenate(loose)))))


class Tally:
    """How often each way of an action went."""

    def __init__(self) -> None:
        """Begin with none that did."""
        self._counts = np.zeros(0, np.int64)
        self._few: dict[int, int] = {}

    def one(self, way: int) -> None:
        """Count a way once more."""
        self._few[way] = self._few.get(way, 0) + 1

    def many(self, counts: Ints) -> None:
        """Add how often each way went."""
        if len(counts) > len(self._counts):
            self._counts = np.concatenate((self._counts, np.zeros(len(counts) - len(self._counts), np.int64)))
        self._counts[: len(counts)] += counts

    def whole(self) -> Ints:
        """Give how often each way went; newer ones may be missing at the end."""
        if self._few:
            few = np.zeros(1 + max(self._few), np.int64)
            few[list(self._few)] = list(self._few.values())
            self._few = {}
            self.many(few)
        return self._counts
