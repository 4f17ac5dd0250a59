"""Plain exhaustive search: every reachable state of a small world, breadth first.

The simplest engine that can be right: states in a dictionary, a queue, no reduction. The
first trace to break a law is therefore a shortest one.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from strandline.model.events import Event
    from strandline.model.state import Action
    from strandline.properties.laws import Law

S = TypeVar("S", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Space(Generic[S]):
    """A world to search: where it starts, what can happen, what that leads to.

    ``probe`` gives the events of what would happen if a state were left in peace; it moves
    nothing.
    """

    first: S
    actions: Callable[[S], Iterable[Action]]
    step: Callable[[S, Action], tuple[S, Iterable[Event]]]
    probe: Callable[[S], Iterable[Event]]


@dataclass(slots=True)
class Found:
    """What a search found; exact when ``complete``."""

    states: int = 0
    transitions: int = 0
    depth: int = 0
    complete: bool = False
    firings: Counter[str] = field(default_factory=Counter)
    broken: dict[str, tuple[Action, ...]] = field(default_factory=dict)
    reached: Counter[str] = field(default_factory=Counter)


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
        The counts, the shortest trace to each broken law, and how often each twin was seen.
    """
    found = Found(states=1)
    origin: dict[S, tuple[S, Action] | None] = {space.first: None}
    frontier: deque[S] = deque([space.first])
    judges = [(law.number, law.holds) for law in laws if law.holds is not None]
    twins = [(law.number, law.twin.seen) for law in laws if law.twin is not None]

    def judge(event: Event, state: S, action: Action | None) -> None:
        for number, holds in judges:
            if number not in found.broken and not holds(event):
                found.broken[number] = (*_trace(origin, state), *((action,) if action else ()))
        for number, seen in twins:
            found.reached[number] += seen(event)

    while frontier:
        progress(found)
        for _ in range(len(frontier)):
            state = frontier.popleft()
            for event in space.probe(state):
                judge(event, state, None)
            for action in space.actions(state):
                after, events = space.step(state, action)
                found.transitions += 1
                found.firings[action.name] += 1
                for event in events:
                    judge(event, state, action)
                if after not in origin:
                    if found.states >= states_max:
                        return found
                    found.states += 1
                    origin[after] = (state, action)
                    frontier.append(after)
        found.depth += bool(frontier)
    found.complete = True
    return found


def _trace(origin: dict[S, tuple[S, Action] | None], state: S) -> tuple[Action, ...]:
    trace: list[Action] = []
    while (step := origin[state]) is not None:
        state, action = step
        trace.append(action)
    return tuple(reversed(trace))
