"""Steps through a declared world one state at a time, where the search takes them for many at once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, TypeAlias

from strandline.properties.engines.exhaust.reading import Handed, kinds, outcomes, renumbered
from strandline.properties.engines.exhaust.values import refuse_mutable
from strandline.properties.engines.exhaust.world import NEXT, Rank, Value, WorldError

if TYPE_CHECKING:
    from strandline.properties.engines.exhaust.world import Action, Outcome, World

State: TypeAlias = Mapping[str, Value]
"""The value of each component, by name, in the order of their declaration."""


class Walk:
    """What can happen in a state of a world, and what it leads to."""

    def __init__(self, world: World) -> None:
        """Step through this world."""
        self.world = world
        self._kinds = kinds(world)
        orders: dict[str, list[str]] = {}
        for component in world.components:
            if isinstance(component, Rank):
                orders.setdefault(component.order, []).append(component.name)
        self._orders = tuple(map(tuple, orders.values()))

    @property
    def first(self) -> State:
        """The first state."""
        return self._dense({component.name: component.initial for component in self.world.components})

    def handed(self, who: str, reads: tuple[str, ...] | None, state: State) -> Handed:
        """Give what a function that declared to read this is handed in a state; everything if it declared nothing."""
        known = {name: state[name] for name in (state if reads is None else reads)}
        for order in self._orders:
            known |= _ranked([name for name in order if name in known], state)
        return Handed(who, known)

    def ways(self, action: Action, state: State) -> tuple[Outcome, ...]:
        """Give the ways in which an action can go in a state; none if it cannot happen.

        Raises:
            WorldError: its function raised, or did not do what it declared.
        """
        return outcomes(action, self.handed(f"action {action.name!r}", action.reads, state), self._kinds)

    def after(self, action: Action, state: State, outcome: Outcome) -> State:
        """Give what a step leads to.

        Raises:
            WorldError: it wrote a number to a rank that it did not read, or a value that can change.
        """
        for name, value in outcome.writes.items():
            if not isinstance(self._kinds[name], Rank):
                refuse_mutable(value, f"what action {action.name!r} wrote to component {name!r}", WorldError)
        written = {name: self._meant(action, state, name, value) for name, value in outcome.writes.items()}
        return self._dense({**state, **written})

    def _meant(self, action: Action, state: State, name: str, value: Value) -> Value:
        """Give the number in the whole order that an action means by a number among those that it read."""
        order = next((order for order in self._orders if name in order), None)
        if order is None:
            return value
        if value is NEXT:
            return 1 + max(state[one] for one in order)  # type: ignore[type-var,operator] # ranks are numbers
        read = _ranked([one for one in order if action.reads is None or one in action.reads], state)
        meant = {0: 0} | {number: state[one] for one, number in read.items()}
        if value not in meant:
            raise WorldError(f"action {action.name!r} wrote {value!r} to rank {name!r}, and read no such rank")
        return meant[value]

    def _dense(self, state: dict[str, Value]) -> State:
        for order in self._orders:
            state |= _ranked(list(order), state)
        return state


def _ranked(names: list[str], state: State) -> dict[str, int]:
    """Give ranks of one order numbered among themselves."""
    numbers = renumbered(tuple(state[name] for name in names))  # type: ignore[misc] # ranks are numbers
    return dict(zip(names, numbers, strict=True))
