"""Hands a function the components that it declared to read, and takes what it gives back at its word, no further."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from strandline.properties.exhaust.world import NEXT, AlwaysTold, Outcome, Rank, World, WorldError
from strandline.properties.named import told
from strandline.properties.nearest import meant

if TYPE_CHECKING:
    from strandline.properties.exhaust.world import Action, Component, SometimesTold, Value


class WantsMoreError(BaseException):
    """A function read what is not known yet."""

    def __init__(self, component: str) -> None:
        """Want this component."""
        super().__init__(component)
        self.component = component


class Handed:
    """Hands out components by name: those that are known; those that are declared end the call, others are refused.

    ``refused`` is what ended the call. A function that catches it is ended all the same: an answer that it gives then
    would be that to a question which it was not asked.
    """

    __slots__ = ("_declared", "_known", "_who", "refused")

    def __init__(self, who: str, known: Mapping[str, Value], declared: tuple[str, ...] = ()) -> None:
        """Hand out what is known; the message of a refusal says who asked."""
        self._who = who
        self._known = known
        self._declared = declared
        self.refused: BaseException | None = None

    def __getitem__(self, component: str) -> Any:  # noqa: ANN401 - a value of any type, as declared
        """Give a component's value, or leave the function.

        Raises:
            WantsMoreError: it is not known yet.
            WorldError: it was not declared.
        """
        if component in self._known:
            return self._known[component]
        if self.refused is None:
            self.refused = (
                WantsMoreError(component)
                if component in self._declared
                else WorldError(f"{self._who} read {component!r}, which it did not declare{self._hint(component)}")
            )
        raise self.refused

    def _hint(self, component: str) -> str:
        return meant(component, (*self._declared, *self._known))


def outcomes(action: Action, at: Any, kinds: Mapping[str, Component | Rank]) -> tuple[Outcome, ...]:  # noqa: ANN401 - whatever hands out values
    """Call an action's function and hold what it gives against its declaration.

    Raises:
        WorldError: it raised, wrote what it did not declare, or to a rank what is none; the message names it.
    """
    who = f"action {action.name!r}"
    given = called(who, lambda at: _several(action.take(at)), at)
    if not isinstance(given, tuple):
        raise WorldError(f"{who} gave {given[0]!r}, which is neither None, an outcome, nor several")
    ways = tuple(way if isinstance(way, Outcome) else Outcome(way) for way in given)
    for way in ways:
        if not isinstance(way.writes, Mapping):
            raise WorldError(f"{who} gave {way.writes!r} in place of a mapping of components to values")
        if not isinstance(way.told, tuple):
            raise WorldError(f"{who} told {way.told!r} in place of a tuple of values")
        try:
            hash(way.told)
        except TypeError:
            raise WorldError(f"{who} told {way.told!r}, which cannot be hashed: tell of immutable values") from None
        for name, value in way.writes.items():
            if name not in action.writes:
                raise WorldError(f"{who} wrote {name!r}, which it did not declare{meant(name, action.writes)}")
            if isinstance(kinds[name], Rank) and value is not NEXT and (not isinstance(value, int) or value < 0):
                raise WorldError(f"{who} wrote {value!r} to rank {name!r}: a rank that it read, 0, or NEXT is wanted")
    return ways


def _several(given: Any) -> Any:  # noqa: ANN401 - whatever somebody's function gives
    """Give a tuple of all that a function gives, which may be a generator that still has to run; else what it gave."""
    if given is None:
        return ()
    if isinstance(given, (Outcome, Mapping)):
        return (given,)
    return tuple(given) if isinstance(given, Iterable) else [given]


def called(who: str, function: Callable[[Any], Any], at: Any) -> Any:  # noqa: ANN401 - what a function takes and gives
    """Call a function of a world.

    Raises:
        WorldError: it raised; the message says who raised what.
    """
    try:
        given = function(at)
    except (WorldError, KeyboardInterrupt):
        raise
    except Exception as error:
        if isinstance(at, Handed) and at.refused is not None:
            raise at.refused from None
        raise WorldError(f"{who} raised {told(error)}") from error
    if isinstance(at, Handed) and at.refused is not None:
        raise at.refused
    return given


def says(law: AlwaysTold | SometimesTold, told: Value) -> bool:
    """Ask a law of what is told about one thing.

    Raises:
        WorldError: it raised, or said neither yes nor no.
    """
    return judged(f"law {law.name!r}", law.holds if isinstance(law, AlwaysTold) else law.seen, told)


def judged(who: str, predicate: Callable[[Any], Any], at: Any) -> bool:  # noqa: ANN401 - whatever a predicate looks at
    """Ask a predicate of a law.

    Raises:
        WorldError: it raised, or gave no truth value: a generator, a function or a coroutine would count as true.
    """
    given = called(who, predicate, at)
    if not isinstance(given, (bool, int, np.bool_)):
        raise WorldError(f"{who} gave {given!r}, which is neither True nor False")
    return bool(given)


def kinds(world: World) -> dict[str, Component | Rank]:
    """Give the components of a world by their names."""
    return {component.name: component for component in world.components}


def renumbered(numbers: tuple[int, ...]) -> tuple[int, ...]:
    """Number ranks densely from 1, in their order; 0 stays 0."""
    places = {number: place for place, number in enumerate(sorted({0, *numbers}))}
    return tuple(places[number] for number in numbers)
