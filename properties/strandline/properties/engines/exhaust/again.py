"""Asks again: a world whose functions answer now so and now so has no states to count.

A sample of the questions that were answered is put once more in another order, and once more to a
fresh process that hashes strings differently, where the order of a set is another one. Values are
held against the hash they had when they were first seen.
"""

from __future__ import annotations

from itertools import cycle, islice
from typing import TYPE_CHECKING, Any

from strandline.properties.engines.exhaust import fresh
from strandline.properties.engines.exhaust.questions import ASKED_AGAIN, WAYS_AGAIN, Questions
from strandline.properties.engines.exhaust.reading import Handed, judged, kinds, outcomes, says
from strandline.properties.engines.exhaust.sending import sendable
from strandline.properties.engines.exhaust.world import (
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
    from collections.abc import Callable, Mapping

    from strandline.properties.engines.exhaust.cells import Cells
    from strandline.properties.engines.exhaust.world import Law, Value, Writes


def ask_again(world: World, questions: list[Questions], times: int = ASKED_AGAIN, *, afresh: bool = True) -> None:
    """Put questions again, from the last to the first, here and in a fresh process, so many to each function.

    With ``afresh`` false it is done here only, since a fresh process takes a while to start.

    Raises:
        WorldError: a function gave something else, or cannot be sent to another process; it is named.
    """
    questions = [Questions(one.who, one.asked[:times]) for one in questions]
    backwards = [Questions(one.who, tuple(reversed(one.asked))) for one in reversed(questions)]
    if not afresh:
        _put_here(world, questions, backwards, times)
        return
    sent = sendable(world, _asked_afresh, questions, times)
    with fresh.asked(world.name, sent) as answer:
        _put_here(world, questions, backwards, times)
        refusal = answer()
    if refusal:
        raise WorldError(refusal)


def _put_here(world: World, questions: list[Questions], backwards: list[Questions], times: int) -> None:
    """Put questions again in this process: backwards, and with other numbers for ranks."""
    _require_same(world, backwards, times, "asked again in another order")
    _require_order_only(world, questions)


def require_unchanged(cells: Cells) -> None:
    """Hold every value against the hash that it had at first.

    Raises:
        WorldError: a value changed; its component is named.
    """
    for name, cell in cells.cell.items():
        changed = cells.pools[cell].changed()
        if changed is not None:
            raise WorldError(f"a value of component {name!r} changed after it was written: {changed!r}")


def _require_same(world: World, questions: list[Questions], times: int, when: str) -> None:
    functions = _functions(world)
    for who, asked in questions:
        for known, given in islice(cycle(asked), times):
            again = _asked(world, who, functions[who], _handed(who, functions[who], known))
            if again != given:
                raise WorldError(
                    f"{who} gave {given!r} for {known!r}, and {again!r} when {when}: "
                    "it must depend on what it reads, and on nothing else"
                )


def _asked_afresh(made: World | Callable[[], World], questions: list[Questions], times: int) -> str:
    """Put the questions in this process; give the refusal, if there is one."""
    try:
        _require_same(made if isinstance(made, World) else made(), questions, times, "asked in a fresh process")
    except WorldError as error:
        return str(error)
    return ""


def _functions(world: World) -> dict[str, Action | Law]:
    """Give what has a function that reads, by how messages call it."""
    functions: dict[str, Action | Law] = {f"action {action.name!r}": action for action in world.actions}
    return functions | {f"law {law.name!r}": law for law in world.laws}


def _handed(who: str, function: Action | Law, known: Mapping[str, Value]) -> Handed:
    declared = isinstance(function, (AlwaysTold, SometimesTold)) or function.reads is not None
    return Handed(who, known, () if declared else None)


def _asked(world: World, who: str, function: Action | Law, at: Handed) -> Any:  # noqa: ANN401 - ways, or a truth value
    match function:
        case Action():
            return [tuple(way) for way in outcomes(function, at, kinds(world), WAYS_AGAIN)]
        case Always():
            return judged(who, function.holds, at)
        case Sometimes():
            return judged(who, function.seen, at)
        case Eventually():
            return judged(who, function.goal, at)
        case NoDeadlock():
            return judged(who, function.done, at)
    raise ValueError(f"{who} reads nothing")


def _require_order_only(world: World, questions: list[Questions]) -> None:
    """Ask again with every rank twice as high and one more: nothing but the order of ranks may count.

    What is told may hold such numbers, so it is held to what the laws say of it.

    Raises:
        WorldError: a function gave something else; it is named.
    """
    laws = [law for law in world.laws if isinstance(law, (AlwaysTold, SometimesTold))]
    ranks = {component.name for component in world.components if isinstance(component, Rank)}

    def spread(values: Mapping[str, Value]) -> dict[str, Value]:
        return {
            name: 2 * value + 1 if name in ranks and isinstance(value, int) and value else value
            for name, value in values.items()
        }

    def ordered(ways: list[tuple[Writes, tuple[Value, ...], str]]) -> object:
        return [
            (dict(writes), [[says(law, one) for law in laws] for one in told], label) for writes, told, label in ways
        ]

    functions = _functions(world)
    for who, asked in questions:
        for known, given in asked:
            again = _asked(world, who, functions[who], _handed(who, functions[who], spread(known)))
            if isinstance(given, list):
                given = ordered([(spread(writes), told, label) for writes, told, label in given])  # noqa: PLW2901 - the same
                again = ordered(again)
            if again != given:
                raise WorldError(
                    f"{who} gave {again!r} for {spread(known)!r}, and {given!r} was to be expected: "
                    "of ranks nothing may count but their order"
                )
