"""A declared world spelled out state by state: the slow text of what the search of it must find.

A state is the tuple of its components' values. Every function is called for every state. It shares
nothing with the search but the declaration, so how the search hands out components, takes back what
functions give and numbers ranks is judged here too.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from strandline.properties.engines.exhaust.world import NEXT, Outcome, Rank

if TYPE_CHECKING:
    from collections.abc import Iterator

    from strandline.properties.engines.exhaust.world import Action, Value, World

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
        self._places = {component.name: place for place, component in enumerate(world.components)}
        self._orders: dict[str, list[str]] = {}
        for component in world.components:
            if isinstance(component, Rank):
                self._orders.setdefault(component.order, []).append(component.name)
        self._order = {name: names for names in self._orders.values() for name in names}

    @property
    def first(self) -> Values:
        """The first state."""
        return self.dense([component.initial for component in self.world.components])

    def read(self, reads: tuple[str, ...] | None, state: Values) -> dict[str, Value]:
        """Give what a function may read of a state, and nothing else; everything if it declares nothing."""
        at = {name: state[self._places[name]] for name in (self._places if reads is None else reads)}
        for names in self._orders.values():
            at |= _ranked({name: at[name] for name in names if name in at})
        return at

    def steps(self, state: Values) -> Iterator[Taken]:
        """Take every step that can be taken in a state."""
        for action in self.world.actions:
            for way, outcome in enumerate(_ways(action.take(self.read(action.reads, state)))):
                yield Taken(action, way, outcome, self._after(action, state, outcome))

    def dense(self, state: list[Value]) -> Values:
        """Give a state with the ranks of each order numbered from 1 on."""
        for names in self._orders.values():
            for name, rank in _ranked({name: state[self._places[name]] for name in names}).items():
                state[self._places[name]] = rank
        return tuple(state)

    def _after(self, action: Action, state: Values, outcome: Outcome) -> Values:
        after = list(state)
        for name, value in outcome.writes.items():
            after[self._places[name]] = self._meant(action, state, name, value) if name in self._order else value
        return self.dense(after)

    def _meant(self, action: Action, state: Values, name: str, value: Value) -> Value:
        """Give the number in the whole order that an action means by a number among those that it read."""
        names = self._order[name]
        if value is NEXT:
            return 1 + max(state[self._places[one]] for one in names)  # type: ignore[type-var,operator] # numbers
        at = self.read(action.reads, state)
        return ({0: 0} | {at[one]: state[self._places[one]] for one in names if one in at})[value]


def _ranked(ranks: dict[str, Value]) -> dict[str, Value]:
    """Number ranks by how many different ones are no higher; 0 is none."""
    different = {rank for rank in ranks.values() if rank != 0}
    return {
        name: sum(other <= rank for other in different) if rank != 0 else 0  # type: ignore[operator] # numbers
        for name, rank in ranks.items()
    }


def _ways(given: object) -> list[Outcome]:
    """Give the ways in which a step goes."""
    if given is None:
        return []
    several = [given] if isinstance(given, (Outcome, Mapping)) else list(given)  # type: ignore[call-overload] # declared so
    return [one if isinstance(one, Outcome) else Outcome(one) for one in several]
