"""A declared world spelled out state by state: the slow text of what the search of it must find.

A state is the tuple of its components' values. Every function is called for every state.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from strandline.properties.exhaust.reading import Handed, kinds, outcomes, renumbered
from strandline.properties.exhaust.world import NEXT, Rank, WorldError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from strandline.properties.exhaust.world import Action, Outcome, Value, World

Values: TypeAlias = "tuple[Value, ...]"
"""A state: the value of each component, in the order of their declaration."""


class Taken(NamedTuple):
    """A step that was taken: by which action, the number of the way in which it went, and what it led to."""

    action: Action
    way: int
    outcome: Outcome
    after: Values


class Spelled:
    """Steps through a declared world."""

    def __init__(self, world: World) -> None:
        """Spell out this world."""
        self.world = world
        self._kinds = kinds(world)
        self._places = {component.name: place for place, component in enumerate(world.components)}
        self._orders: dict[str, tuple[int, ...]] = {}
        for place, component in enumerate(world.components):
            if isinstance(component, Rank):
                self._orders[component.order] = (*self._orders.get(component.order, ()), place)

    @property
    def first(self) -> Values:
        """The first state."""
        return self._dense([component.initial for component in self.world.components])

    def read(self, who: str, reads: tuple[str, ...], state: Values) -> Handed:
        """Hand out what a function may read of a state."""
        values: dict[str, Value] = {name: state[self._places[name]] for name in reads}
        for places in self._orders.values():
            mine = [name for name in reads if self._places[name] in places]
            numbers = renumbered(tuple(_number(state[self._places[name]]) for name in mine))
            values |= dict(zip(mine, numbers, strict=True))
        return Handed(who, values)

    def steps(self, state: Values) -> Iterator[Taken]:
        """Take every step that can be taken in a state."""
        for action in self.world.actions:
            at = self.read(f"action {action.name!r}", action.reads, state)
            for way, outcome in enumerate(outcomes(action, at, self._kinds)):
                yield Taken(action, way, outcome, self._after(action, state, outcome))

    def _after(self, action: Action, state: Values, outcome: Outcome) -> Values:
        after = list(state)
        for name, value in outcome.writes.items():
            kind = self._kinds[name]
            after[self._places[name]] = self._rank(action, state, kind, value) if isinstance(kind, Rank) else value
        return self._dense(after)

    def _rank(self, action: Action, state: Values, kind: Rank, value: Value) -> Value:
        """Give the number in the whole order that an action means by a number among those that it read."""
        places = self._orders[kind.order]
        if value is NEXT:
            return 1 + max(_number(state[place]) for place in places)
        at = self.read("", action.reads, state)
        read = [name for name in action.reads if self._places[name] in places]
        meant = {0: 0} | {at[name]: state[self._places[name]] for name in read}
        if value not in meant:
            raise WorldError(f"action {action.name!r} wrote {value!r} to rank {kind.name!r}, and read no such rank")
        return meant[value]

    def _dense(self, state: list[Value]) -> Values:
        for places in self._orders.values():
            numbers = renumbered(tuple(_number(state[place]) for place in places))
            for place, number in zip(places, numbers, strict=True):
                state[place] = number
        return tuple(state)


def _number(value: Value) -> int:
    """Give the number of a rank."""
    if not isinstance(value, int):
        raise WorldError(f"{value!r} is no rank")
    return value
