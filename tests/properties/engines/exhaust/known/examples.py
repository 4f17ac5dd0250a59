"""A dozen small specifications of the TLA+ examples (github.com/tlaplus/Examples), declared from their definitions.

Published counts are those of the ``manifest.json`` beside each specification there: distinct states, states generated,
and the depth. A world that begins in one of many states is declared with one state before them, from which a step leads
to each: so it has one state more, as many steps as there were states generated, and the same depth.
"""

from __future__ import annotations

from functools import partial
from itertools import combinations, product
from typing import TYPE_CHECKING, Any, Final

from strandline.properties.engines.exhaust.world import Action, Always, Component, World

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from strandline.properties.engines.exhaust.world import Outcomes, Reading, Writes

NOTHING_YET: Final = "not begun"
"""What the first component of a world that begins in many states holds before it has."""


def begin(first: str, ways: tuple[Writes, ...], at: Reading) -> Outcomes:
    return ways if at[first] == NOTHING_YET else None


def begins_in_many(name: str, ways: Iterable[dict[str, Any]], actions: Iterable[Action], *laws: Always) -> World:
    """Declare a world that begins in one of some states, each given by all of its components."""
    many = tuple(ways)
    names = tuple(many[0])
    first = Action("begin", (names[0],), names, partial(begin, names[0], many))
    return World(name, tuple(Component(one, NOTHING_YET) for one in names), (first, *actions), laws)


def step(take: Callable[[Reading], Outcomes], at: Reading) -> Outcomes:
    """Take a step of a world of one component, once it has begun."""
    return None if at["state"] == NOTHING_YET else take(at["state"])


def of_one(name: str, states: Iterable[Any], **steps: Callable[[Any], Outcomes]) -> World:
    """Declare a world of one component that begins in one of some states."""
    actions = [Action(one, ("state",), ("state",), partial(step, take)) for one, take in steps.items()]
    return begins_in_many(name, ({"state": one} for one in states), actions, Always("fine", ("state",), anything))


def anything(at: Reading) -> bool:
    return at["state"] is not None


# transaction_commit/TCommit


def prepare(me: str, at: Reading) -> Outcomes:
    return {me: "prepared"} if at[me] == "working" else None


def decide(me: str, all_of: tuple[str, ...], at: Reading) -> Outcomes:
    ways: list[Writes] = []
    if at[me] == "prepared" and all(at[one] in {"prepared", "committed"} for one in all_of):
        ways.append({me: "committed"})
    if at[me] in {"working", "prepared"} and all(at[one] != "committed" for one in all_of):
        ways.append({me: "aborted"})
    return ways


def consistent(all_of: tuple[str, ...], at: Reading) -> bool:
    return not {"aborted", "committed"} <= {at[one] for one in all_of}


def transaction_commit() -> World:
    names = ("r1", "r2", "r3")
    actions = [Action(f"{me} prepares", (me,), (me,), partial(prepare, me), me) for me in names]
    actions += [Action(f"{me} decides", (me, *names), (me,), partial(decide, me, names), me) for me in names]
    parts = tuple(Component(me, "working") for me in names)
    return World("TCommit", parts, tuple(actions), (Always("consistent", names, partial(consistent, names)),))


# CigaretteSmokers

INGREDIENTS: Final = ("matches", "paper", "tobacco")


def start_smoking(state: tuple[str, str]) -> Outcomes:
    missing = state[1]
    return {"state": (missing, "")} if missing else None


def stop_smoking(state: tuple[str, str]) -> Outcomes:
    return None if state[1] else [{"state": ("", missing)} for missing in INGREDIENTS]


def smokers() -> World:
    """Declare the smokers: who smokes, and which ingredient the dealer does not offer, empty if he offers none."""
    first = [("", missing) for missing in INGREDIENTS]
    return of_one("smokers", first, start=start_smoking, stop=stop_smoking)


# SpecifyingSystems/HourClock, SpecifyingSystems/AsynchronousInterface/Channel


def tick(hour: int) -> Outcomes:
    return {"state": hour % 12 + 1}


def hour_clock() -> World:
    return of_one("hour clock", range(1, 13), tick=tick)


def send(chan: tuple[int, int, int]) -> Outcomes:
    _, ready, acknowledged = chan
    return [{"state": (value, 1 - ready, acknowledged)} for value in range(3)] if ready == acknowledged else None


def receive(chan: tuple[int, int, int]) -> Outcomes:
    value, ready, acknowledged = chan
    return {"state": (value, ready, 1 - acknowledged)} if ready != acknowledged else None


def channel() -> World:
    first = [(value, bit, bit) for value in range(3) for bit in (0, 1)]
    return of_one("channel", first, send=send, receive=receive)


# Moving_Cat_Puzzle


def look_and_move(boxes: int, state: tuple[int, int, int]) -> Outcomes:
    cat, observed, way = state
    inside = 2 <= observed + way <= boxes - 1
    then = (observed + way, way) if inside else (observed, -way)
    return [{"state": (there, *then)} for there in (cat + 1, cat - 1) if 1 <= there <= boxes]


def cat(boxes: int) -> World:
    first = product(range(1, boxes + 1), range(2, boxes), (1, -1))
    return of_one(f"a cat in {boxes} boxes", first, night=partial(look_and_move, boxes))


# Prisoners


def count_one(at: Reading) -> Outcomes:
    if at["A"] == NOTHING_YET:
        return None
    return {"A": False, "count": at["count"] + 1} if at["A"] else {"B": not at["B"]}


def switch(me: str, at: Reading) -> Outcomes:
    if at["A"] == NOTHING_YET:
        return None
    return {"A": True, me: at[me] + 1} if not at["A"] and at[me] < 2 else {"B": not at["B"]}


def counted_last(others: tuple[str, ...], at: Reading) -> bool:
    return at["count"] in {NOTHING_YET, *range(2 * len(others))} or all(at[one] for one in others)


def prisoners() -> World:
    others = ("p2", "p3", "p4")
    first = [{"A": a, "B": b, "count": 0, **dict.fromkeys(others, 0)} for a in (False, True) for b in (False, True)]
    actions = [Action("counter", ("A", "count", "B"), ("A", "count", "B"), count_one)]
    actions += [Action(f"{me} switches", ("A", me, "B"), ("A", me, "B"), partial(switch, me)) for me in others]
    law = Always("all were there", ("count", *others), partial(counted_last, others))
    return begins_in_many("prisoners", first, actions, law)


# TeachingConcurrency/Simple, TeachingConcurrency/SimpleRegular


def write_x(me: int, regular: bool, at: Reading) -> Outcomes:  # noqa: FBT001 - by place, as partial gives it
    place, x = f"pc {me}", f"x {me}"
    match at[place]:
        case "a" if regular:
            return {place: "a2", x: (0, 1)}
        case "a" | "a2":
            return {place: "b", x: (1,)}
    return None


def read_x(me: int, before: int, at: Reading) -> Outcomes:
    if at[f"pc {me}"] != "b":
        return None
    return [{f"pc {me}": "done", f"y {me}": value} for value in at[f"x {before}"]]


def stay(places: tuple[str, ...], at: Reading) -> Outcomes:
    return {} if all(at[place] == "done" for place in places) else None


def one_read_it(size: int, at: Reading) -> bool:
    every = range(size)
    return any(at[f"pc {one}"] != "done" for one in every) or any(at[f"y {one}"] for one in every)


def simple(size: int, *, regular: bool = False) -> World:
    every = range(size)
    places = tuple(f"pc {one}" for one in every)
    parts = [Component(place, "a") for place in places]
    parts += [Component(f"x {one}", (0,)) for one in every] + [Component(f"y {one}", 0) for one in every]
    actions = [Action("stay", places, (), partial(stay, places))]
    for one in every:
        mine, before = (f"pc {one}", f"x {one}"), (one - 1) % size
        actions.append(Action(f"{one} writes", mine[:1], mine, partial(write_x, one, regular), f"process {one}"))
        reads, writes = (mine[0], f"x {before}"), (mine[0], f"y {one}")
        actions.append(Action(f"{one} reads", reads, writes, partial(read_x, one, before), f"process {one}"))
    law = Always("one read it", (*places, *(f"y {one}" for one in every)), partial(one_read_it, size))
    return World(f"simple, {size}{', regular' if regular else ''}", tuple(parts), tuple(actions), (law,))


# barriers/Barrier


def arrive(me: str, at: Reading) -> Outcomes:
    return {me: True} if not at[me] else None


def go_on(names: tuple[str, ...], at: Reading) -> Outcomes:
    return dict.fromkeys(names, False) if all(at[one] for one in names) else None


def some_order(names: tuple[str, ...], at: Reading) -> bool:
    return bool(sum(at[one] for one in names) <= len(names))


def barrier(size: int) -> World:
    names = tuple(f"p{one}" for one in range(size))
    actions = [Action(f"{me} arrives", (me,), (me,), partial(arrive, me), me) for me in names]
    actions.append(Action("all go on", names, names, partial(go_on, names)))
    parts = tuple(Component(me, initial=False) for me in names)
    return World("barrier", parts, tuple(actions), (Always("at most all", names, partial(some_order, names)),))


# allocator/SimpleAllocator

Resources = frozenset[str]


def some(resources: Resources) -> list[Resources]:
    """Give every subset that is not empty."""
    return [frozenset(one) for size in range(1, len(resources) + 1) for one in combinations(sorted(resources), size)]


def request(me: str, at: Reading) -> Outcomes:
    if at[f"unsat {me}"] or at[f"alloc {me}"]:
        return None
    return [{f"unsat {me}": wanted} for wanted in some(frozenset({"r1", "r2"}))]


def allocate(me: str, clients: tuple[str, ...], at: Reading) -> Outcomes:
    unsat, alloc = at[f"unsat {me}"], at[f"alloc {me}"]
    taken = frozenset().union(*(at[f"alloc {one}"] for one in clients))
    return [{f"unsat {me}": unsat - given, f"alloc {me}": alloc | given} for given in some(unsat - taken)]


def give_back(me: str, at: Reading) -> Outcomes:
    alloc = at[f"alloc {me}"]
    return [{f"alloc {me}": alloc - given} for given in some(alloc)]


def exclusive(clients: tuple[str, ...], at: Reading) -> bool:
    return all(not at[f"alloc {one}"] & at[f"alloc {other}"] for one, other in combinations(clients, 2))


def allocator() -> World:
    clients = ("c1", "c2", "c3")
    alloc = tuple(f"alloc {one}" for one in clients)
    actions = []
    for me in clients:
        mine = (f"unsat {me}", f"alloc {me}")
        actions.append(Action(f"{me} requests", mine, mine, partial(request, me), me))
        actions.append(Action(f"{me} is given", (*mine, *alloc), mine, partial(allocate, me, clients)))
        actions.append(Action(f"{me} gives back", mine, mine, partial(give_back, me), me))
    parts = [Component(f"{what} {me}", frozenset()) for what in ("unsat", "alloc") for me in clients]
    law = Always("exclusive", alloc, partial(exclusive, clients))
    return World("allocator", tuple(parts), tuple(actions), (law,))


# CoffeeCan


def pick(black: int, white: int, after: tuple[int, int], can: tuple[int, int]) -> Outcomes:
    enough = sum(can) > 1 and can[0] >= black and can[1] >= white
    return {"state": (can[0] + after[0], can[1] + after[1])} if enough else None


def one_left(can: tuple[int, int]) -> Outcomes:
    return {} if sum(can) == 1 else None


def coffee_can(beans: int) -> World:
    first = ((black, white) for black in range(beans + 1) for white in range(beans + 1) if 1 <= black + white <= beans)
    return of_one(
        f"a can of {beans} beans",
        first,
        black=partial(pick, 2, 0, (-1, 0)),
        white=partial(pick, 0, 2, (1, -2)),
        both=partial(pick, 1, 1, (-1, 0)),
        last=one_left,
    )


# Chameneos

COLORS: Final = ("blue", "red", "yellow")
FADED: Final = "faded"


def complement(one: str, other: str) -> str:
    return one if one == other else next(color for color in COLORS if color not in {one, other})


def meet(me: int, most: int, every: range, at: Reading) -> Outcomes:
    if at["c0"] == NOTHING_YET or at[f"c{me}"][0] == FADED:
        return None
    color, met = at[f"c{me}"]
    if at["mall"] is None:
        return {"mall": me} if at["meetings"] < most else {f"c{me}": (FADED, met)}
    if at["mall"] == me:
        return None
    other = next(one for one in every if one == at["mall"])
    theirs, times = at[f"c{other}"]
    new = complement(color, theirs)
    return {"mall": None, f"c{me}": (new, met + 1), f"c{other}": (new, times + 1), "meetings": at["meetings"] + 1}


def all_met(names: tuple[str, ...], most: int, at: Reading) -> bool:
    return bool(at["meetings"] != most or sum(at[one][1] for one in names) == 2 * most)


def chameneos(creatures: int, most: int) -> World:
    every = range(creatures)
    names = tuple(f"c{one}" for one in every)
    rest = {"mall": None, "meetings": 0}
    first = (
        {name: (color, 0) for name, color in zip(names, colors, strict=True)} | rest
        for colors in product(COLORS, repeat=creatures)
    )
    reads = ("c0", *names[1:], "mall", "meetings")
    actions = [Action(f"{one} meets", (*reads,), reads, partial(meet, one, most, every), f"c{one}") for one in every]
    law = Always("all met", ("meetings", *names), partial(all_met, names, most))
    return begins_in_many("chameneos", first, actions, law)
