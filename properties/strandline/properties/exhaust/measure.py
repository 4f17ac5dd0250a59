"""The progress measure of a world: what it is in a state, and whether each step raises it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from strandline.properties.exhaust.reading import called
from strandline.properties.exhaust.world import WorldError

if TYPE_CHECKING:
    from strandline.properties.exhaust.cells import Cells
    from strandline.properties.exhaust.layout import Layout
    from strandline.properties.exhaust.tables import Ints
    from strandline.properties.exhaust.world import World


class Measure:
    """Adds up what the components of a state contribute."""

    def __init__(self, world: World, cells: Cells) -> None:
        """Measure the states of a world; ``declared`` is false if it has no measure."""
        parts = world.progress.parts if world.progress is not None else {}
        self.declared = bool(parts)
        self._world = world
        self._pools = {cells.cell[name]: cells.pools[cells.cell[name]] for name in parts}
        self._parts = {cells.cell[name]: (name, part) for name, part in parts.items()}
        self._known = {cell: np.zeros(0, np.int64) for cell in self._parts}
        self._written = [
            sorted({cells.cell[name] for name in action.writes} & set(self._parts)) for action in world.actions
        ]

    def of(self, states: Ints, layout: Layout) -> Ints:
        """Give the measure of states."""
        return sum(
            (self._part(cell, layout.cell(cell, states)) for cell in self._parts), np.zeros(len(states), np.int64)
        )

    def require_rise(self, action: int, before: Ints, after: Ints, layout: Layout) -> None:
        """Hold steps of an action, from the states before to those after, to raising the measure.

        Raises:
            WorldError: one of them does not.
        """
        rise = np.zeros(len(after), np.int64)
        for cell in self._written[action]:
            rise += self._part(cell, layout.cell(cell, after)) - self._part(cell, layout.cell(cell, before))
        if int(rise.min()) < 1:
            name = self._world.actions[action].name
            raise WorldError(f"action {name!r} does not raise the progress measure of world {self._world.name!r}")

    def _part(self, cell: int, numbers: Ints) -> Ints:
        known, values = self._known[cell], self._pools[cell].values
        if len(known) < len(values):
            name, part = self._parts[cell]
            new = [int(called(f"the progress of {name!r}", part, value)) for value in values[len(known) :]]
            known = self._known[cell] = np.concatenate((known, np.array(new, np.int64)))
        return known.take(numbers)
