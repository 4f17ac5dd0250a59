"""The progress measure of a world: what it is in a state, and whether each step raises it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from strandline.properties.exhaust.layout import Held
from strandline.properties.exhaust.reading import called
from strandline.properties.exhaust.world import WorldError

if TYPE_CHECKING:
    from collections.abc import Callable

    from strandline.properties.exhaust.cells import Cells
    from strandline.properties.exhaust.steps import Moves
    from strandline.properties.exhaust.tables import Ints
    from strandline.properties.exhaust.world import Value, World


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

    def of(self, held: Held) -> Ints:
        """Give the measure of states."""
        return sum((self._part(cell, held.cell(cell)) for cell in self._parts), np.zeros(len(held), np.int64))

    def require_rise(self, moves: Moves, held: Held) -> None:
        """Hold steps from some states to raising the measure.

        Raises:
            WorldError: one of them does not.
        """
        after = Held(held.layout, moves.after)
        rise = np.zeros(len(after), np.int64)
        for cell in self._written[moves.action]:
            rise += self._part(cell, after.cell(cell)) - self._part(cell, held.cell(cell, moves.rows))
        if int(rise.min()) < 1:
            name = self._world.actions[moves.action].name
            raise WorldError(f"action {name!r} does not raise the progress measure of world {self._world.name!r}")

    def require_same(self, states: Held, representatives: Held) -> None:
        """Hold the measure of states against that of their representatives, which the search goes on from.

        Raises:
            WorldError: alike actors are measured differently, so a state that was forgotten could come again.
        """
        if not np.array_equal(self.of(states), self.of(representatives)):
            raise WorldError(f"the progress measure of world {self._world.name!r} tells alike actors apart")

    def _part(self, cell: int, numbers: Ints) -> Ints:
        known, values = self._known[cell], self._pools[cell].values
        if len(known) < len(values):
            name, part = self._parts[cell]
            new = [_whole(f"the progress of {name!r}", part, value) for value in values[len(known) :]]
            known = self._known[cell] = np.concatenate((known, np.array(new, np.int64)))
        return known.take(numbers)


def _whole(who: str, part: Callable[[Value], int], value: Value) -> int:
    given = called(who, part, value)
    if not isinstance(given, (int, np.integer)):
        raise WorldError(f"{who} gave {given!r} for {value!r}, and a whole number is wanted")
    return int(given)
