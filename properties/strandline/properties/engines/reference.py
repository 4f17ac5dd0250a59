"""Plain exhaustive search: every reachable state of a small world, breadth first.

The simplest engine that can be right: states in a dictionary, layer by layer, no reduction.
The first layer to break a law therefore holds its shortest traces.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Generic, NamedTuple, TypeAlias, TypeVar

if TYPE_CHECKING:
    from strandline.model.terms import Step
    from strandline.properties.core.law import Law
    from strandline.properties.core.space import Space

S = TypeVar("S", bound=Hashable)

STATES_MAX: Final = 500_000
"""The states that a search of a small world may keep; one that needs more is not complete."""


@dataclass(slots=True)
class Found:
    """What a search found; exact when ``complete``.

    ``broken`` holds for each broken law a shortest trace and, among the shortest, one with the
    fewest switches between actors. ``reached`` counts how often each cover was seen.
    """

    states: int = 1
    transitions: int = 0
    depth: int = 0
    complete: bool = False
    firings: Counter[str] = field(default_factory=Counter)
    broken: dict[str, tuple[Step, ...]] = field(default_factory=dict)
    reached: Counter[str] = field(default_factory=Counter)


Edge: TypeAlias = tuple[S, "Step"]
"""A state and the action taken in it."""


def search(
    space: Space[S],
    laws: tuple[Law, ...],
    states_max: int,
    progress: Callable[[Found], None] = lambda _found: None,
) -> Found:
    """Search a world whole, or until it has more states than allowed.

    Args:
        space: the world.
        laws: what every event is judged by.
        states_max: how many states to keep at most; a search that needs more is not complete.
        progress: called at every new depth.

    Returns:
        The counts, and a trace to each broken law.
    """
    found = Found()
    ways: dict[S, list[Edge[S]]] = {space.first: []}
    depths: dict[S, int] = {space.first: 0}
    layer = [space.first]
    while layer:
        progress(found)
        bench: _Bench[S] = _Bench(laws, found)
        following: list[S] = []
        for state in layer:
            bench.judge(space.probe(state), (state, None))
            for action in space.actions(state):
                after, events = space.step(state, action)
                found.transitions += 1
                found.firings[action.name] += 1
                bench.judge(events, (state, action))
                if after not in depths:
                    if found.states >= states_max:
                        return found
                    found.states += 1
                    depths[after] = found.depth + 1
                    ways[after] = []
                    following.append(after)
                if depths[after] == found.depth + 1:
                    ways[after].append((state, action))
        for number, ends in bench.broken.items():
            found.broken[number] = _calmest(ways, ends)
        layer = following
        found.depth += bool(layer)
    found.complete = True
    return found


class _Bench(Generic[S]):
    """Judges the events of one depth, and keeps every way in which a law is first broken there."""

    def __init__(self, laws: tuple[Law, ...], found: Found) -> None:
        self._judges = [(law.number, law.holds) for law in laws if law.holds and law.number not in found.broken]
        self._covers = [(law.number, law.cover.seen) for law in laws if law.cover is not None]
        self._reached = found.reached
        self.broken: dict[str, list[tuple[S, Step | None]]] = {}

    def judge(self, events: Iterable[Any], end: tuple[S, Step | None]) -> None:
        """Judge the events of a step, or of a probe if there is no action."""
        for event in events:
            for number, holds in self._judges:
                if not holds(event):
                    self.broken.setdefault(number, []).append(end)
            for number, seen in self._covers:
                self._reached[number] += seen(event)


def _calmest(ways: dict[S, list[Edge[S]]], ends: list[tuple[S, Step | None]]) -> tuple[Step, ...]:
    """Of all shortest traces to these ends, give one with the fewest switches between actors.

    Among those the one by the lowest actors, so that it is always the same.
    """
    best: dict[tuple[S, int | None], _Trace] = {}

    def calm(state: S, then: Step | None) -> _Trace:
        """Give the calmest steps to a state, counting the switch to what comes then."""
        key = (state, then.actor if then is not None else LAST)
        if key not in best:
            options = [_Trace(0, 0, ())] if not ways[state] else []
            for before, action in ways[state]:
                switches, actors, steps = calm(before, action)
                switched = then is not None and action.actor != then.actor
                options.append(_Trace(switches + switched, actors + (action.actor or 0), (*steps, action)))
            best[key] = min(options, key=lambda option: option[:2])
        return best[key]

    found = [(calm(state, action), action) for state, action in ends]
    trace, last = min(found, key=lambda end: (end[0].switches, end[0].actors + (end[1].actor or 0 if end[1] else 0)))
    return (*trace.steps, *((last,) if last is not None else ()))


class _Trace(NamedTuple):
    """Steps, the switches between actors in them, and the sum of the actors' numbers."""

    switches: int
    actors: int
    steps: tuple[Step, ...]


LAST: Final = -1
"""Stands for the actor of a step that does not come."""
