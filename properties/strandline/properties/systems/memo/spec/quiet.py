"""What becomes of a world that is left in peace: two refreshes of each window, nothing else moving."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeVar

from strandline.model.memo.events import Answered, Event, Looked, Settled
from strandline.model.terms import Step

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from strandline.model.memo.state import Scope, World

S = TypeVar("S")

GATES_MAX: Final = 100
"""More gates than any refresh can need that nobody disturbs."""


def settled(
    state: S,
    scope: Scope,
    step: Callable[[S, Step], tuple[S, Iterable[Event]]],
    world: Callable[[S], World],
) -> Iterator[Settled]:
    """Refresh each window twice from a state in which nothing is in flight.

    Args:
        state: where to begin; a state with a refresh in flight gives nothing.
        scope: the bounds of the world.
        step: takes one step.
        world: gives the environment of a state.
    """
    if any(task.phase is not None for task in world(state).tasks):
        return
    for number, window in enumerate(scope.windows):
        if not window.ended:
            once, first = _refreshed(state, number, step, world)
            _, second = _refreshed(once, number, step, world)
            looked = [event for event in second if isinstance(event, Looked)]
            answered = [event for event in (*first, *second) if isinstance(event, Answered)]
            yield Settled(
                exact=len(answered) == len((first, second))
                and all(event.answer == scope.rules.truth(event.rows, event.span) for event in answered),
                turns=len(answered[-1].turns) if answered else 0,
                cause=next((event.cause for event in looked if event.cause is not None), None),
                tested=sum(event.tested for event in looked),
                keys=sum(event.keys for event in looked),
                anchors=sum(event.anchors for event in looked),
                full=any(event.base is not None and event.base.full for event in looked),
            )


def _refreshed(
    state: S, window: int, step: Callable[[S, Step], tuple[S, Iterable[Event]]], world: Callable[[S], World]
) -> tuple[S, list[Event]]:
    if world(state).tasks[0].phase is not None:  # one that never ends leaves no room for another
        return state, []
    state, _ = step(state, Step("start", 0, window))
    seen: list[Event] = []
    for _ in range(GATES_MAX):
        phase = world(state).tasks[0].phase
        if phase is None:
            break
        state, events = step(state, Step(phase, 0))
        seen += events
    return state, seen
