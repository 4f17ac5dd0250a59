"""Asks again: a world whose functions answer now so and now so has no states to count.

A sample of the questions that were answered is put once more in another order, and once more to a
fresh process that hashes strings differently, where the order of a set is another one. Values are
held against the hash they had when they were first seen. States are held against themselves with
alike actors swapped.
"""

from __future__ import annotations

import pickle
from itertools import cycle, islice
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeVar

import numpy as np

from strandline.properties.exhaust import fresh
from strandline.properties.exhaust.reading import Handed, called, kinds, outcomes
from strandline.properties.exhaust.world import (
    Action,
    Always,
    AlwaysTold,
    Eventually,
    NoDeadlock,
    Rank,
    Sometimes,
    SometimesTold,
    World,
    WorldError,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from strandline.properties.exhaust.cells import Cells
    from strandline.properties.exhaust.judge import Predicate
    from strandline.properties.exhaust.packing import Packing
    from strandline.properties.exhaust.tables import Ints
    from strandline.properties.exhaust.world import Law, Value, Writes

T = TypeVar("T")

SAMPLE: Final = 40
"""Questions to each function that are put again, evenly among all that it was asked; few are put several times."""


class Question(NamedTuple):
    """What a function was handed, and what it gave."""

    known: dict[str, Value]
    given: object


class Questions(NamedTuple):
    """Some questions to a function of a world: by the action or law that it belongs to."""

    who: str
    asked: tuple[Question, ...]


def sampled(asked: list[T]) -> list[T]:
    """Take some, evenly spread."""
    return asked[:: max(1, len(asked) // SAMPLE)][:SAMPLE]


def ask_again(world: World, questions: list[Questions]) -> None:
    """Put questions again, from the last to the first, here and in a fresh process.

    Raises:
        WorldError: a function gave something else, or cannot be sent to another process; it is named.
    """
    backwards = [Questions(one.who, tuple(reversed(one.asked))) for one in reversed(questions)]
    _require_same(world, backwards, "asked again in another order")
    _require_order_only(world, questions)
    try:
        sent = pickle.dumps((_asked_afresh, world if world.made_by is None else world.made_by, questions))
    except Exception as error:
        raise WorldError(
            f"world {world.name!r} cannot be asked in a fresh process: {error}; "
            "define its functions in a module, or say in made_by how it is made"
        ) from error
    refusal = fresh.answer(world.name, sent)
    if refusal:
        raise WorldError(refusal)


def require_unchanged(cells: Cells) -> None:
    """Hold every value against the hash that it had at first.

    Raises:
        WorldError: a value changed; its component is named.
    """
    for name, cell in cells.cell.items():
        changed = cells.pools[cell].changed()
        if changed is not None:
            raise WorldError(f"a value of component {name!r} changed after it was written: {changed!r}")


def require_alike(packing: Packing, predicates: Iterable[Predicate], states: Ints) -> None:
    """Hold the steps from states against those from the same states with neighbouring actors swapped.

    What holds for swaps of neighbours holds for every permutation, since each is made of them.

    Raises:
        Overfull: a number does not fit.
        WorldError: they differ, so the actors are not alike.
    """
    expected, told = _successors(packing, states)
    for swapped in packing.swapped(states):
        after, tells = _successors(packing, swapped)
        if not np.array_equal(expected, after):
            raise WorldError("actors that the symmetry calls alike are not: swapped, they lead to other states")
        if not np.array_equal(told, tells):
            raise WorldError("a law of what is told tells actors apart that the symmetry calls alike")
        for predicate in predicates:
            if not np.array_equal(predicate.of(packing.held(states)), predicate.of(packing.held(swapped))):
                raise WorldError(f"{predicate.who} tells actors apart that the symmetry calls alike")


def _successors(packing: Packing, states: Ints) -> tuple[Ints, Ints]:
    """Give each state's successors up to symmetry, as sorted pairs of its place and the successor, and what laws say.

    What they say is how often each law of what is told is broken and shown by the steps from each state.
    """
    moves = packing.expand(packing.held(states))
    if not moves:
        return np.zeros((2, 0), np.int64), np.zeros(0, np.int64)
    said = []
    for move in moves:
        ways = packing.steps.actions[move.action].ways
        said.append(np.array([(*ways[way].breaks, *ways[way].shows) for way in move.ways.tolist()], np.int64))
    told = np.zeros((len(states), said[0].shape[1]), np.int64)
    np.add.at(told, np.concatenate([move.rows for move in moves]), np.concatenate(said))
    after = packing.canonical(np.concatenate([move.after for move in moves]))
    pairs = np.stack((np.concatenate([move.rows for move in moves]), after))
    return pairs[:, np.lexsort(pairs)], told


def _require_same(world: World, questions: list[Questions], when: str) -> None:
    functions = _functions(world)
    for who, asked in questions:
        for known, given in islice(cycle(asked), SAMPLE):
            again = _asked(world, who, functions[who], Handed(who, known))
            if again != given:
                raise WorldError(
                    f"{who} gave {given!r} for {known!r}, and {again!r} when {when}: "
                    "it must depend on what it reads, and on nothing else"
                )


def _asked_afresh(made: World | Callable[[], World], questions: list[Questions]) -> str:
    """Put the questions in this process; give the refusal, if there is one."""
    try:
        _require_same(made if isinstance(made, World) else made(), questions, "asked in a fresh process")
    except WorldError as error:
        return str(error)
    return ""


def _functions(world: World) -> dict[str, Action | Law]:
    """Give what has a function that reads, by how messages call it."""
    functions: dict[str, Action | Law] = {f"action {action.name!r}": action for action in world.actions}
    return functions | {f"law {law.name!r}": law for law in world.laws}


def _asked(world: World, who: str, function: Action | Law, at: Handed) -> Any:  # noqa: ANN401 - ways, or a truth value
    match function:
        case Action():
            return [tuple(way) for way in outcomes(function, at, kinds(world))]
        case Always():
            return bool(called(who, function.holds, at))
        case Sometimes():
            return bool(called(who, function.seen, at))
        case Eventually():
            return bool(called(who, function.goal, at))
        case NoDeadlock():
            return bool(called(who, function.done, at))
    raise ValueError(f"{who} reads nothing")


def _require_order_only(world: World, questions: list[Questions]) -> None:
    """Ask again with every rank twice as high and one more: nothing but the order of ranks may count.

    What is told may hold such numbers, so it is held to what the laws say of it.

    Raises:
        WorldError: a function gave something else; it is named.
    """
    ranks = {component.name for component in world.components if isinstance(component, Rank)}

    def spread(values: Mapping[str, Value]) -> dict[str, Value]:
        return {
            name: 2 * value + 1 if name in ranks and isinstance(value, int) and value else value
            for name, value in values.items()
        }

    def judged(ways: list[tuple[Writes, tuple[Value, ...], str]]) -> object:
        return [(dict(writes), [_said(world, one) for one in told], label) for writes, told, label in ways]

    functions = _functions(world)
    for who, asked in questions:
        for known, given in asked:
            again = _asked(world, who, functions[who], Handed(who, spread(known)))
            if isinstance(given, list):
                given = judged([(spread(writes), told, label) for writes, told, label in given])  # noqa: PLW2901 - the same
                again = judged(again)
            if again != given:
                raise WorldError(
                    f"{who} gave {again!r} for {spread(known)!r}, and {given!r} was to be expected: "
                    "of ranks nothing may count but their order"
                )


def _said(world: World, told: Value) -> list[bool]:
    """Give what each law of what is told says of something told."""
    return [
        bool(called(f"law {law.name!r}", law.holds if isinstance(law, AlwaysTold) else law.seen, told))
        for law in world.laws
        if isinstance(law, (AlwaysTold, SometimesTold))
    ]
