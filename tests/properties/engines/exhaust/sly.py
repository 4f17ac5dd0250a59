"""Worlds that would mislead a search which takes them at their word: each once made one say that a broken law holds."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final, NamedTuple

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
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from strandline.properties.engines.exhaust.world import Law, Outcomes, Reading

FAR: Final = 60
"""How far counters go: far enough for a law to be broken where no sample of states looks."""


def zeros(*names: str) -> tuple[Component, ...]:
    return tuple(Component(name, 0) for name in names)


def never_two(at: Reading) -> bool:
    return bool(at["x"] != 2)


def copy_or_not(at: Reading) -> Outcomes:
    try:
        return {"x": at["y"]}
    except BaseException:  # noqa: BLE001 - as somebody's function may
        return {"x": 0}


def turn(at: Reading) -> Outcomes:
    return {"y": (at["y"] + 1) % 3}


def step_that_catches_everything() -> World:
    """Copy a number that goes round; asked before the number is known, the step gives an answer all the same."""
    return World(
        "copy",
        zeros("x", "y"),
        (Action("turn", ("y",), ("y",), turn), Action("copy", ("y",), ("x",), copy_or_not)),
        (Always("x is never 2", ("x",), never_two),),
    )


def look_and_catch(at: Reading) -> Outcomes:
    try:
        return {"x": at["y"]}
    except Exception:  # noqa: BLE001 - as somebody's function may
        return {"x": 1}


def undeclared_read_that_is_caught() -> World:
    return World(
        "look", zeros("x", "y"), (Action("turn", ("y",), ("y",), turn), Action("look", (), ("x",), look_and_catch))
    )


def one_then_raise(at: Reading) -> Iterator[dict[str, int]]:
    if at["x"] < 2:
        yield {"x": at["x"] + 1}
    raise KeyError("no more")


def generator_that_raises() -> World:
    return World("count", zeros("x"), (Action("count", ("x",), ("x",), one_then_raise),))


def tell_a_word(at: Reading) -> Outcomes:
    return Outcome({"x": 1}, told="ok") if not at["x"] else None  # type: ignore[arg-type] # the mistake


def is_ok(told: str) -> bool:
    return told == "ok"


def told_no_tuple() -> World:
    return World("tell", zeros("x"), (Action("tell", ("x",), ("x",), tell_a_word),), (AlwaysTold("ok", is_ok),))


def tell_a_list(at: Reading) -> Outcomes:
    return Outcome({"x": 1}, told=([1],)) if not at["x"] else None  # type: ignore[arg-type] # the mistake


def told_what_can_change() -> World:
    return World("tell", zeros("x"), (Action("tell", ("x",), ("x",), tell_a_list),))


class Kept(NamedTuple):
    what: int


class Lost(NamedTuple):
    what: int


def keep_and_lose(at: Reading) -> Outcomes:
    return Outcome({"x": at["x"] + 1}, told=((Kept, Lost)[at["x"]](7),)) if at["x"] < 2 else None


def nothing_lost(told: object) -> bool:
    return not isinstance(told, Lost)


def tells_of_two_kinds_that_are_equal() -> World:
    """Tell of a thing that was kept, then of one that was lost: as tuples they are equal."""
    return World(
        "keep", zeros("x"), (Action("step", ("x",), ("x",), keep_and_lose),), (AlwaysTold("kept", nothing_lost),)
    )


def climb(me: str, at: Reading) -> Outcomes:
    return {me: at[me] + 1} if at[me] < FAR else None


def not_ten_beside_eleven(at: Reading) -> bool:
    return not (at["A"] == 10 and at["B"] == 11)


def law_that_tells_alike_actors_apart_in_one_state(*, alike: bool) -> World:
    return World(
        "climb",
        zeros("A", "B"),
        tuple(Action(f"{me} climbs", (me,), (me,), partial(climb, me), me) for me in "AB"),
        (Always("not 10 beside 11", ("A", "B"), not_ten_beside_eleven),),
        symmetry=Symmetry((("A",), ("B",))) if alike else None,
    )


def tick(at: Reading) -> Outcomes:
    return {"clock": at["clock"] + 1} if at["clock"] < 10 else None


def win(me: str, at: Reading) -> Outcomes:
    return {me: 1} if at["clock"] == 10 and not at["A"] + at["B"] else None


def a_won(at: Reading) -> bool:
    return bool(at["A"])


def end_that_tells_alike_actors_apart(law: type[Eventually | NoDeadlock]) -> World:
    """Let one of two win after ten ticks: as many layers as a sample of layers leaves the last one out of."""
    wins = tuple(Action(f"{me} wins", ("clock", "A", "B"), (me,), partial(win, me), me) for me in "AB")
    return World(
        "race",
        zeros("A", "B", "clock"),
        (Action("tick", ("clock",), ("clock",), tick, "the clock"), *wins),
        (law("A won", ("A",), a_won),),
        symmetry=Symmetry((("A",), ("B",))),
        progress=Progress({"A": itself, "B": itself, "clock": itself}),
    )


def climb_one(at: Reading) -> Outcomes:
    return {"x": at["x"] + 1} if at["x"] < 2 else None


def yields(at: Reading) -> Iterator[bool]:
    yield at["x"] < 1


def tells(at: Reading) -> Outcomes:
    return Outcome({"x": 1}, told=("bad",)) if not at["x"] else None


def yields_of(told: str) -> Iterator[bool]:
    yield told != "bad"


def law_without_an_answer(law: Law) -> World:
    take = tells if isinstance(law, (AlwaysTold, SometimesTold)) else climb_one
    return World("climb", zeros("x"), (Action("climb", ("x",), ("x",), take, "A"),), (law,))


NO_ANSWERS: Final[tuple[Law, ...]] = (
    Always("below 1", ("x",), yields),  # type: ignore[arg-type] # the mistake, here and below
    Sometimes("below 1", ("x",), yields),  # type: ignore[arg-type]
    Eventually("below 1", ("x",), yields),  # type: ignore[arg-type]
    NoDeadlock("below 1", ("x",), yields),  # type: ignore[arg-type]
    AlwaysTold("below 1", yields_of),  # type: ignore[arg-type]
    SometimesTold("below 1", yields_of),  # type: ignore[arg-type]
)


def write_no_number(at: Reading) -> Outcomes:
    return {"x": float("nan")} if at["x"] == 0 else {"x": 0}


def step_that_writes_what_is_not_equal_to_itself() -> World:
    return World("nan", zeros("x"), (Action("step", ("x",), ("x",), write_no_number),))


def listed(value: tuple[int, ...], moved: tuple[int, ...]) -> list[int]:
    return [moved[one] for one in value]


def queue_up(me: int, at: Reading) -> Outcomes:
    return {"queue": (*at["queue"], me)} if me not in at["queue"] else None


def renaming_that_gives_a_list() -> World:
    return World(
        "queue",
        (Component("queue", ()), *zeros("A", "B")),
        tuple(
            Action(f"{me} queues", ("queue",), ("queue",), partial(queue_up, number), me)
            for number, me in enumerate("AB")
        ),
        symmetry=Symmetry((("A",), ("B",)), renames={"queue": listed}),  # type: ignore[dict-item] # the mistake
    )


def nothing(_value: int) -> None:
    pass


def measure_that_is_no_number() -> World:
    return World(
        "climb",
        zeros("x"),
        (Action("climb", ("x",), ("x",), climb_one),),
        progress=Progress({"x": nothing}),  # type: ignore[dict-item] # the mistake
    )


def spawn(me: str, at: Reading) -> Outcomes:
    return None if at["spawned"] else {"spawned": 1, me: 1}


def hand_on(me: str, other: str, at: Reading) -> Outcomes:
    return {me: 0, other: 1} if at[me] else None


def itself(value: int) -> int:
    return value


def doubled(value: int) -> int:
    return 2 * value


def nothing_spawned(at: Reading) -> bool:
    return bool(at["spawned"] == 0)


def measure_that_tells_alike_actors_apart() -> World:
    """Hand a token to and fro for ever; with each taken for the other it seems to rise at every step."""
    pairs = (("A", "B"), ("B", "A"))
    spawns = tuple(Action(f"{me} spawns", ("spawned",), ("spawned", me), partial(spawn, me), me) for me, _ in pairs)
    hands = tuple(Action(f"{me} hands on", (me,), (me, other), partial(hand_on, me, other), me) for me, other in pairs)
    return World(
        "token",
        zeros("A", "B", "spawned"),
        (*spawns, *hands),
        (Eventually("ends", ("spawned",), nothing_spawned),),
        symmetry=Symmetry((("A",), ("B",))),
        progress=Progress({"A": itself, "B": doubled, "spawned": itself}),
    )
