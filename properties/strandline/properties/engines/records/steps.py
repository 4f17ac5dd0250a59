"""Takes the steps of a table of actions from whole states, as plainly as can be; no engine is needed for it.

Ranks are kept canonical: the numbers of each order are dense, so states that differ in nothing but how high their
numbers have climbed are one.
"""

from __future__ import annotations

import types
from typing import TYPE_CHECKING, Any, NamedTuple

from strandline.model.terms import NEXT, Step
from strandline.properties.core.declared import WorldError
from strandline.properties.core.space import Space
from strandline.properties.engines.records.shape import Thing, require_kind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from strandline.model.terms import Action
    from strandline.properties.engines.records.shape import Shape


class Way(NamedTuple):
    """One way in which a step goes: the state after it, its events, the argument it was taken with, its number."""

    after: Any
    events: tuple[Any, ...]
    arg: Any
    number: int


def arguments(arg: object) -> tuple[Any, ...]:
    """Give the arguments of one call."""
    return arg if type(arg) is tuple else (arg,)


def label(arg: object) -> str:
    """Say with which argument a step was taken, nothing if it takes none."""
    return ", ".join(map(str, arguments(arg)))


def actors_of(shape: Shape, action: Action) -> tuple[tuple[int, ...], ...]:
    """Give who takes an action: the number of each actor, or once nobody.

    Raises:
        WorldError: the state has no such field of actors.
    """
    if action.by is None:
        return ((),)
    if action.by not in shape.counts:
        raise WorldError(f"action {action.name!r} is taken by {action.by!r}, which is no field of actors")
    return tuple((place,) for place in range(shape.counts[action.by]))


def ways(action: Action, state: Thing, who: tuple[int, ...]) -> Iterator[Way]:
    """Give every way in which an action goes for an actor, by every argument.

    Raises:
        WorldError: it gave what is no state; the message names the action.
    """
    for place, arg in enumerate(action.args):
        for number, (after, events) in enumerate(outcomes(action.take(state, *who, *arguments(arg)))):
            if after is None:
                continue
            if not isinstance(events, tuple):
                raise WorldError(f"action {action.name!r} gave events {events!r}, and a tuple of events is wanted")
            yield Way(after, events, arg, place + len(action.args) * number)


def outcomes(given: Thing) -> Iterator[tuple[Thing, Thing]]:
    """Give all pairs of a state and events that a step gave; the state is None for a way that it cannot go."""
    several = () if given is None else given if isinstance(given, (list, types.GeneratorType)) else (given,)
    for one in several:
        yield one if type(one) is tuple and len(one) == 2 else (one, ())  # noqa: PLR2004 - a state and events


def canonical(shape: Shape, state: Thing) -> Thing:
    """Give a state with its ranks numbered densely; NEXT is above all others of its order."""
    return _numbered(shape, state, dense=True)


def numbered(shape: Shape, state: Thing) -> Thing:
    """Give a state with a number for NEXT, and all other ranks as they are."""
    return _numbered(shape, state, dense=False)


def _numbered(shape: Shape, state: Thing, *, dense: bool) -> Thing:
    require_kind(state, shape.cls, "")
    ranks = shape.ranks(state)
    numbers: dict[str, Any] = {}
    for order in sorted(set(shape.orders.values())):
        mine = {name: rank for name, rank in ranks.items() if shape.orders[name] == order}
        top = 1 + max((rank for rank in mine.values() if rank is not NEXT), default=0)
        meant = {name: top if rank is NEXT else rank for name, rank in mine.items()}
        if dense:
            places = {number: place for place, number in enumerate(sorted({0, *meant.values()}))}
            meant = {name: places[number] for name, number in meant.items()}
        numbers |= meant
    if all(ranks[name] is not NEXT and ranks[name] == number for name, number in numbers.items()):
        return state
    return shape.whole(shape.parts(state) | numbers)


def moves(shape: Shape, actions: tuple[Action, ...], state: Thing) -> Iterator[tuple[Step, Way]]:
    """Give every step from a whole state, and how it goes; the argument of a step numbers the ways of its action."""
    for action in actions:
        for who in actors_of(shape, action):
            for way in ways(action, state, who):
                step = Step(action.name, who[0] if who else None, way.number)
                yield step, way._replace(after=canonical(shape, way.after))


def space(
    shape: Shape,
    actions: tuple[Action, ...],
    observed: Callable[[Any, Step, Way], tuple[Any, ...]] = lambda _state, _step, way: way.events,
) -> Space[Any]:
    """Give the world of a table of actions, to be moved step by step.

    Args:
        shape: its components.
        actions: what may happen.
        observed: what is to be judged of a step, from the state before it: its events, if nothing else is said.
    """
    by_name = {action.name: action for action in actions}

    def step(state: Thing, taken: Step) -> tuple[Thing, tuple[Thing, ...]]:
        for one, way in moves(shape, (by_name[taken.name],), state):
            if one == taken:
                return way.after, observed(state, taken, way)
        raise KeyError(taken)

    return Space(
        canonical(shape, shape.record),
        lambda state: [taken for taken, _ in moves(shape, actions, state)],
        step,
        lambda _state: (),
    )
