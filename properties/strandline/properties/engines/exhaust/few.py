"""A layer of few states while it is expanded: one state after the other, without arrays.

An operation on an array takes a microsecond for one state as for a hundred, and a layer takes hundreds of them. So
where a layer is narrow its states are gone on from one by one, by the same answers in the same tables. Which way is
taken
depends on how many states a layer has, and no count depends on it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from strandline.properties.engines.exhaust.entry import NOTHING
from strandline.properties.engines.exhaust.judging import Judged

if TYPE_CHECKING:
    from strandline.properties.engines.exhaust.judging import Judging
    from strandline.properties.engines.exhaust.layer import Tally
    from strandline.properties.engines.exhaust.measure import Measure
    from strandline.properties.engines.exhaust.packing import Packing
    from strandline.properties.engines.exhaust.visited import Visited


class Few:
    """What came of the first states of a layer, as in :class:`~.layer.Layer`."""

    def __init__(self, packing: Packing, judging: Judging, measure: Measure, visited: Visited) -> None:
        """Begin to expand a layer."""
        self.expanded = 0
        self.went: list[tuple[int, int]] = []
        self._broken: dict[str, list[int]] = {}
        self._reached: dict[str, int] = {}
        self._terminal = 0
        self._new: dict[int, None] = {}
        self._judging, self._measure, self._visited = judging, measure, visited
        self._layout, self._canonical, self._actions = packing.layout, packing.canonical_one, packing.steps.leading

    def expand(self, state: int) -> None:
        """Take every step from a state, and judge both.

        Raises:
            Overfull: a number does not fit its field.
        """
        went, canonical, seen, layout = self.went, self._canonical, self._visited.few, self._layout
        numbers = layout.numbers(state)
        before = len(went)
        for place, (lead, ways) in enumerate(self._actions):
            leaf = lead(numbers)
            if leaf == NOTHING:
                continue
            for way in ways.of(leaf):
                after = ways.after(state, way, layout)
                went.append((place, way))
                representative = after if canonical is None else canonical(after)
                if self._measure.declared:
                    there = layout.numbers(after)
                    self._measure.require_rise_of_one(place, numbers, there)
                    self._measure.require_same_of_one(there, layout.numbers(representative))
                if representative not in seen:
                    self._new[representative] = None
        if len(went) == before:
            self._terminal += 1
        self._judging.of_one(state, numbers, went[before:], self._broken, self._reached)
        self.expanded += 1

    @property
    def transitions(self) -> int:
        """How many steps were taken."""
        return len(self.went)

    @property
    def found_at_most(self) -> int:
        """How many new states were found, or more."""
        return len(self._new)

    @property
    def found(self) -> int:
        """How many new states were found."""
        return len(self.following())

    @property
    def nbytes(self) -> int:
        """The bytes that the successors take."""
        return 8 * len(self._new)

    @property
    def broken(self) -> set[str]:
        """The laws that broke."""
        return set(self._broken)

    @property
    def judged(self) -> tuple[Judged, ...]:
        """What the laws say of the states."""
        broken = {law: np.array(states, np.int64) for law, states in self._broken.items()} if self._broken else {}
        return (Judged(broken, self._reached, self.expanded, self._terminal),)

    def count_in(self, fired: list[Tally]) -> None:
        """Count how often each way of each action went."""
        for action, way in self.went:
            fired[action].one(way)

    def following(self) -> list[int]:
        """Give the next layer: all successors that are new, sorted."""
        return self._visited.new_few(self._new)
