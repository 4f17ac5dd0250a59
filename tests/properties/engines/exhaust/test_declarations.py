"""What declares a world: iterators do wherever tuples do; what cannot be asked again is refused before the search."""

from __future__ import annotations

from collections import deque
from enum import Enum
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from strandline.properties.core.verdict import Verdict
from strandline.properties.engines.exhaust.engine import search
from strandline.properties.engines.exhaust.world import (
    Action,
    Always,
    AlwaysTold,
    Component,
    Eventually,
    NoDeadlock,
    Outcome,
    Progress,
    Sometimes,
    SometimesTold,
    Symmetry,
    World,
    WorldError,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from strandline.properties.engines.exhaust.world import Law, Outcomes, Reading

NAMES = ("A", "B")
TOP = 2


def up(me: str, at: Reading) -> Outcomes:
    return Outcome({me: at[me] + 1}, told=(at[me] + 1,)) if at[me] < TOP else None


STEPS = {me: partial(up, me) for me in NAMES}


def low(at: Reading) -> bool:
    return all(at[me] <= TOP for me in NAMES)


def top(at: Reading) -> bool:
    return all(at[me] == TOP for me in NAMES)


def itself(value: int) -> int:
    return value


def world(kind: Callable[[Iterable[Any]], Any]) -> World:
    """Declare two alike counters, with everything that takes several things made by one function."""
    return World(
        "counters",
        kind([Component(me, 0) for me in NAMES]),
        kind([Action(f"{me} goes up", kind([me]), kind([me]), STEPS[me], me) for me in NAMES]),
        kind(
            [
                Always("low", kind(NAMES), low),
                Sometimes("top", kind(NAMES), top),
                AlwaysTold("told", bool),
                SometimesTold("told once", bool),
                Eventually("arrives", kind(NAMES), top, stops=kind([])),
                NoDeadlock("ends there", kind(NAMES), top),
            ]
        ),
        symmetry=Symmetry(kind([kind([me]) for me in NAMES])),
        progress=Progress(dict.fromkeys(NAMES, itself)),
    )


@pytest.mark.parametrize("kind", [iter, list, deque, partial(map, itself), lambda given: (one for one in given)])
def test_whatever_can_be_gone_through_once_declares_the_same_world(kind: Callable[[Iterable[Any]], Any]) -> None:
    assert world(kind) == world(tuple)
    found = search(world(kind))
    assert (found.verdict, found.counts.states) == (Verdict.HOLDS, 6)


def test_the_stops_of_an_eventually_may_be_an_iterator_too() -> None:
    law = Eventually("arrives", iter(NAMES), low, stops=iter(["A goes up"]))  # type: ignore[arg-type] # as a user may
    assert law == Eventually("arrives", NAMES, low, stops=("A goes up",))


X = (Component("x", 0),)
TEXT: Any = "x"


@pytest.mark.parametrize(
    "declare",
    [
        lambda: World("w", X, (Action("go", TEXT, ("x",), ends),)),
        lambda: World("w", X, (Action("go", ("x",), TEXT, ends),)),
        lambda: World("w", X, (Action("go", ("x",), ("x",), ends),), (Always("l", TEXT, low),)),
        lambda: World("w", X, (Action("go", ("x",), ("x",), ends),), (Eventually("l", ("x",), low, TEXT),)),
        lambda: World("w", X, (Action("go", ("x",), ("x",), ends),), symmetry=Symmetry((TEXT,))),
    ],
)
def test_a_text_is_no_tuple_of_names_though_it_can_be_gone_through(declare: Callable[[], World]) -> None:
    with pytest.raises(WorldError, match="a text: a tuple of names is wanted"):
        declare()


def ends(_at: Reading) -> Outcomes:
    return None


asked: list[str] = []


def told_of(at: Reading) -> bool:
    asked.append("law")
    return bool(at["x"] < 9)


def goes(at: Reading) -> Outcomes:
    asked.append("action")
    return {"x": 1} if not at["x"] else None


def inside() -> dict[str, World]:
    """Declare worlds of which one part each cannot be found by its name in a module."""

    def local(at: Reading) -> Any:  # noqa: ANN401 - a step and a law
        return goes(at)

    class Local(Enum):
        ONE = 1

    plain = Action("go", ("x",), ("x",), goes, "A")
    one = partial(World, "w")

    def of_law(law: Law) -> World:
        return one(X, (plain,), (law,))

    return {
        "action 'go' is a lambda": one(X, (Action("go", ("x",), ("x",), lambda at: goes(at) or None),)),
        "action 'go' is a function inside another one": one(X, (Action("go", ("x",), ("x",), partial(local)),)),
        "law 'l' is a lambda": of_law(Always("l", ("x",), lambda at: told_of(at) and at["x"] < 9)),
        "law 's' is a lambda": of_law(Sometimes("s", ("x",), lambda at: told_of(at) and at["x"] < 9)),
        "law 't' is a lambda": of_law(AlwaysTold("t", lambda told: told != 9)),
        "law 'u' is a lambda": of_law(SometimesTold("u", lambda told: told != 9)),
        "law 'e' is a lambda": of_law(Eventually("e", ("x",), lambda at: told_of(at) and at["x"] < 9)),
        "law 'n' is a lambda": of_law(NoDeadlock("n", ("x",), lambda at: told_of(at) and at["x"] < 9)),
        "the renaming of 'x' is a lambda": one(
            (Component("x", 0), Component("A", 0), Component("B", 0)),
            (plain,),
            symmetry=Symmetry((("A",), ("B",)), {"x": lambda value, _moved: value}),
        ),
        "the progress of 'x' is a lambda": one(X, (plain,), progress=Progress({"x": lambda value: value + 1})),
        "made_by is a lambda": one(X, (plain,), made_by=lambda: world(tuple)),
        "the initial value of 'x' is of a class inside a function": one((Component("x", Local.ONE),), (plain,)),
        "the initial value of 'x' is of a class inside a function ": one(
            (Component("x", Local.ONE),), (plain,), made_by=partial(world, tuple)
        ),
    }


@pytest.mark.parametrize("part", inside())
def test_what_no_other_process_can_find_is_named_before_anything_is_asked(part: str) -> None:
    """It was told after the search, however long that took."""
    asked.clear()
    with pytest.raises(WorldError) as refused:
        search(inside()[part])
    message = str(refused.value)
    assert asked == []
    assert message.startswith("world 'w' cannot be asked in a fresh process: ")
    assert part.strip() in message
    assert message.endswith("define its functions in a module, or say in made_by how it is made")
    assert "\n" not in message
    assert " at 0x" not in message


def made() -> World:
    return World("made", X, (Action("go", ("x",), ("x",), lambda at: goes(at) or None),), MADE_LAWS, made_by=made)


MADE_LAWS = (Always("l", ("x",), told_of),)


def test_a_world_of_lambdas_that_says_how_it_is_made_is_searched() -> None:
    assert search(made()).verdict is Verdict.HOLDS


def measured(size: int) -> World:
    return World(
        "measured",
        (Component("x", 0), Component("y", 0)),
        (Action("go", ("x",), ("x",), goes),),
        MADE_LAWS,
        progress=Progress({"x": partial(times, size), "y": itself}),
    )


def times(size: int, value: int) -> int:
    return value * size


@pytest.mark.parametrize("size", [1 << 59, -(1 << 59)])
def test_a_measure_that_is_just_small_enough_is_taken(size: int) -> None:
    found = search(measured(abs(size)))
    assert (found.verdict, found.ended) == (Verdict.HOLDS, "")


@pytest.mark.parametrize("size", [(1 << 59) + 1, 1 << 62, 1 << 64, -(1 << 70)])
def test_a_measure_that_is_too_large_names_its_component(size: int) -> None:
    """It said: Python int too large to convert to C long; and a sum of two could be cut off without a word."""
    found = search(measured(size))
    assert found.verdict is Verdict.INCONCLUSIVE
    assert found.ended.startswith(f"the progress of 'x' gave a number of {size.bit_length()} bits for 1")
    assert "there is room for 576,460,752,303,423,488 at most" in found.ended
