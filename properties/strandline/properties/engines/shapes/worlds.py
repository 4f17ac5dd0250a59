"""Worlds of one shape each: narrow or wide, of few parts or many, whose steps read little or everything."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from strandline.properties.engines.exhaust.world import (
    Action,
    Always,
    Component,
    Eventually,
    Sometimes,
    Symmetry,
    World,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from strandline.properties.engines.exhaust.world import Outcomes, Reading

PEGS: Final = ("left", "middle", "right")

Block = frozenset[tuple[int, int]]
"""A sliding block: the squares that it covers, each by column and row."""

KLOTSKI: Final = (
    "aBBc",
    "aBBc",
    "dEEf",
    "dghf",
    "i..j",
)
"""A sliding block puzzle: equal letters are one block; the large one wants out at the bottom."""

WIDTH, HEIGHT = len(KLOTSKI[0]), len(KLOTSKI)
BESIDE: Final = ((0, 1), (1, 0), (0, -1), (-1, 0))
OUT: Final[Block] = frozenset({(1, 3), (2, 3), (1, 4), (2, 4)})
BLOCKS: Final = len(set("".join(KLOTSKI)) - {"."})


def _climb(top: int, at: Reading) -> Outcomes:
    return {"x": at["x"] + 1} if at["x"] < top else None


def _up(at: Reading) -> bool:
    return bool(at["x"] >= 0)


def chain(length: int) -> World:
    """Declare one number that is counted up: as many layers as states."""
    go = Action("go", ("x",), ("x",), partial(_climb, length - 1), "A")
    return World(f"a chain of {length:,}", (Component("x", 0),), (go,), (Always("not below 0", ("x",), _up),))


def _move(here: str, there: str, at: Reading) -> Outcomes:
    discs, others = at[here], at[there]
    if discs and (not others or discs[-1] < others[-1]):
        return {here: discs[:-1], there: (*others, discs[-1])}
    return None


def _in_order(at: Reading) -> bool:
    return all(list(at[peg]) == sorted(at[peg], reverse=True) for peg in PEGS)


def _all_moved(discs: int, at: Reading) -> bool:
    return bool(len(at["right"]) == discs)


def hanoi(discs: int) -> World:
    """Declare the Tower of Hanoi: narrow layers, and nearly every step is one that was never taken before."""
    first = (tuple(range(discs, 0, -1)), (), ())
    return World(
        f"Hanoi, {discs} discs",
        tuple(Component(peg, held) for peg, held in zip(PEGS, first, strict=True)),
        tuple(
            Action(f"{here} to {there}", (here, there), (here, there), partial(_move, here, there))
            for here in PEGS
            for there in PEGS
            if here != there
        ),
        (Always("in order", PEGS, _in_order), Sometimes("all moved", ("right",), partial(_all_moved, discs))),
    )


def _flip(names: tuple[str, ...], me: str, at: Reading) -> Outcomes:
    on = sum(at[name] for name in names)
    return {me: 1 - at[me]} if (on + 1) % len(names) or at[me] else None


def _lit(names: tuple[str, ...], at: Reading) -> bool:
    return bool(sum(at[name] for name in names) <= len(names))


def lights(count: int) -> World:
    """Declare lights each of which is switched by a look at all of them: nothing is ever asked twice."""
    names = tuple(f"light {one}" for one in range(count))
    return World(
        f"{count} lights",
        tuple(Component(name, 0) for name in names),
        tuple(Action(f"switch {name}", names, (name,), partial(_flip, names, name)) for name in names),
        (Always("no more than there are", names, partial(_lit, names)),),
    )


def _hand_on(here: str, there: str, at: Reading) -> Outcomes:
    return {here: 0, there: 1} if at[here] and not at[there] else None


def _one_each(names: tuple[str, ...], at: Reading) -> bool:
    return all(at[name] <= 1 for name in names)


def ring(places: int, tokens: int) -> World:
    """Declare tokens that are handed on round a ring: many components, of which each step reads two."""
    names = tuple(f"place {one}" for one in range(places))
    held = {one * places // tokens for one in range(tokens)}
    return World(
        f"a ring of {places}",
        tuple(Component(name, int(one in held)) for one, name in enumerate(names)),
        tuple(
            Action(f"from {here}", (here, there), (here, there), partial(_hand_on, here, there))
            for here, there in zip(names, (*names[1:], names[0]), strict=True)
        ),
        (Always("one each", names[:3], partial(_one_each, names[:3])),),
    )


def _slide(at: Reading) -> list[dict[str, frozenset[Block]]]:
    board: frozenset[Block] = at["board"]
    taken = frozenset().union(*board)
    moved = []
    for block in sorted(board, key=min):
        for right, down in BESIDE:
            there = frozenset((column + right, row + down) for column, row in block)
            inside = all(0 <= column < WIDTH and 0 <= row < HEIGHT for column, row in there)
            if inside and taken.isdisjoint(there - block):
                moved.append({"board": board - {block} | {there}})
    return moved


def _none_lost(at: Reading) -> bool:
    return bool(len(at["board"]) == BLOCKS)


def _is_out(at: Reading) -> bool:
    return OUT in at["board"]


def sliding() -> World:
    """Declare a sliding block puzzle as one large component, in which blocks of a shape are alike."""
    squares: dict[str, set[tuple[int, int]]] = {}
    for row, line in enumerate(KLOTSKI):
        for column, letter in enumerate(line):
            squares.setdefault(letter, set()).add((column, row))
    del squares["."]
    return World(
        "sliding blocks",
        (Component("board", frozenset(map(frozenset, squares.values()))),),
        (Action("slide", ("board",), ("board",), _slide),),
        (Always("none lost", ("board",), _none_lost), Sometimes("out", ("board",), _is_out)),
    )


def _drive(me: str, others: tuple[str, ...], length: int, at: Reading) -> Outcomes:
    place, way = at[me]
    there = place + way
    if not 0 <= there <= length + 1:
        return {me: (place, -way)}
    if 1 <= there <= length:
        entering = not 1 <= place <= length
        for other in others:
            where, heading = at[other]
            if where == there or (entering and heading != way and 1 <= where <= length):
                return None
    return {me: (there, way)}


def _one_way(cars: tuple[str, ...], length: int, at: Reading) -> bool:
    on = [at[car] for car in cars if 1 <= at[car][0] <= length]
    return len({way for _, way in on}) <= 1 and len(set(on)) == len(on)


def _across(me: str, length: int, at: Reading) -> bool:
    return bool(at[me][0] == length + 1)


def bridge(cars: int, length: int) -> World:
    """Declare cars that go to and fro over a bridge of one lane: who must wait may wait for ever, which is broken."""
    names = tuple(f"car {one}" for one in range(cars))
    others = {name: tuple(other for other in names if other != name) for name in names}
    return World(
        f"a bridge for {cars}",
        tuple(Component(name, (0, 1) if one % 2 else (length + 1, -1)) for one, name in enumerate(names)),
        tuple(
            Action(f"{me} drives", (me, *others[me]), (me,), partial(_drive, me, others[me], length), me)
            for me in names
        ),
        (
            Always("one way at a time", names, partial(_one_way, names, length)),
            Eventually("gets over", names[:1], partial(_across, names[0], length)),
        ),
    )


def _turn(place: str, seat: str, at: Reading) -> Outcomes:
    match at[place]:
        case "away":
            return {place: "waits"}
        case "waits":
            return {place: "inside", "lock": True} if not at["lock"] else None
        case "inside":
            return {place: "done", "lock": False}
        case _:
            return {place: "away", seat: 1 - at[seat]}


def _alone(places: tuple[str, ...], at: Reading) -> bool:
    return bool(sum(at[place] == "inside" for place in places) <= 1)


def alike(actors: int) -> World:
    """Declare actors that differ in nothing but their names, and share a lock."""
    every = range(actors)
    places, seats = tuple(f"place {one}" for one in every), tuple(f"seat {one}" for one in every)

    def mine(one: int) -> tuple[str, ...]:
        return places[one], "lock", seats[one]

    def take(one: int) -> Callable[[Reading], Outcomes]:
        return partial(_turn, places[one], seats[one])

    parts = [Component(place, "away") for place in places] + [Component(seat, 0) for seat in seats]
    return World(
        f"{actors} alike",
        (Component("lock", initial=False), *parts),
        tuple(Action(f"{one} goes on", mine(one), mine(one), take(one), f"actor {one}") for one in every),
        (Always("one at a time", places, partial(_alone, places)),),
        symmetry=Symmetry(tuple(zip(places, seats, strict=True))),
    )


SHAPES: Final[dict[str, Callable[[], World]]] = {
    "chain": partial(chain, 8_000),
    "Hanoi": partial(hanoi, 8),
    "bridge, liveness": partial(bridge, 4, 3),
    "reads everything": partial(lights, 12),
    "70 components": partial(ring, 70, 3),
    "one component": sliding,
    "6 alike": partial(alike, 6),
    "7 alike": partial(alike, 7),
    "8 alike": partial(alike, 8),
}
"""What each shape is called, and what declares a world of it."""
