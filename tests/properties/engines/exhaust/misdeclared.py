"""Worlds that are declared wrongly, each in one way. None may pass, and what is wrong must be told by name.

They are functions of a module that can be imported, because some are only found out in a fresh process.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from functools import partial
from itertools import count
from typing import TYPE_CHECKING, Final

from strandline.properties.engines.exhaust.world import (
    NEXT,
    Action,
    Always,
    AlwaysTold,
    Component,
    Eventually,
    NoDeadlock,
    Outcome,
    Progress,
    Rank,
    Sometimes,
    Symmetry,
    World,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from strandline.properties.engines.exhaust.world import Law, Outcomes, Reading, Value

LAPS: Final = 3
"""Steps that the sound part of each world takes."""


class Token:
    """A value that is equal to nothing but itself."""


@dataclass
class Slot:
    """A value that can change, though it can be hashed."""

    holds: int

    __hash__ = object.__hash__

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Slot) and other.holds == self.holds


def tick(at: Reading) -> Outcomes:
    return {"clock": at["clock"] + 1} if at["clock"] < LAPS else None


def small(at: Reading) -> bool:
    return bool(at["clock"] <= LAPS)


def world(  # noqa: PLR0913 - each call gives only the part that is wrong
    name: str,
    take: Callable[[Reading], Outcomes],
    *,
    reads: tuple[str, ...] = ("clock", "slot"),
    writes: tuple[str, ...] = ("slot",),
    laws: tuple[Law, ...] = (Always("the clock is small", ("clock",), small),),
    slot: Component | Rank = Component("slot", 0),  # noqa: B008 - a frozen value
    progress: Progress | None = None,
) -> World:
    """Declare a clock that is sound, and beside it one action and one slot that are to be looked at."""
    return World(
        name,
        components=(Component("clock", 0), slot, Component("other", 0)),
        actions=(Action("tick", ("clock",), ("clock",), tick, "clock"), Action("act", reads, writes, take, "actor")),
        laws=laws,
        progress=progress,
    )


def follow(at: Reading) -> Outcomes:
    return {"slot": at["clock"]} if at["slot"] < at["clock"] else None


def sound() -> World:
    """Nothing is wrong: what is told of the others is not told of every world."""
    return world("sound", follow)


# What an action reads and writes


def look_elsewhere(at: Reading) -> Outcomes:
    return {"slot": at["other"] + at["clock"]} if at["slot"] < at["clock"] else None


def undeclared_read() -> World:
    return world("undeclared read", look_elsewhere)


def look_elsewhere_late(at: Reading) -> Outcomes:
    return {"slot": at["other"]} if at["clock"] == LAPS and at["slot"] == 0 else None


def undeclared_read_on_a_rare_way() -> World:
    """Only the last states show it."""
    return world("rare undeclared read", look_elsewhere_late)


def write_elsewhere(at: Reading) -> Outcomes:
    return {"slot": at["clock"], "other": 1} if at["slot"] < at["clock"] else None


def undeclared_write() -> World:
    return world("undeclared write", write_elsewhere)


def write_to_nothing(at: Reading) -> Outcomes:
    return {"slto": at["clock"]} if at["slot"] < at["clock"] else None


def misspelled_write() -> World:
    return world("misspelled write", write_to_nothing)


# What can be a value


def write(value: Callable[[], Value], at: Reading) -> Outcomes:
    return {"slot": value()} if at["clock"] == 1 and at["slot"] == 0 else None


def list_in_tuple() -> Value:
    return ("memo", [1, 2])


def a_slot() -> Value:
    return Slot(1)


def mutable_value() -> World:
    return world("mutable value", partial(write, list_in_tuple))


def mutable_dataclass() -> World:
    return world("mutable dataclass", partial(write, a_slot))


def identity_value() -> World:
    return world("identity value", partial(write, Token))


def mutable_first_value() -> World:
    return world("mutable first value", follow, slot=Component("slot", bytearray(b"memo")))  # type: ignore[arg-type] # the mistake


# What a function gives


def raise_late(at: Reading) -> Outcomes:
    if at["clock"] == LAPS:
        raise LookupError("no such row")
    return None


def raising_action() -> World:
    return world("raising action", raise_late)


def give_a_number(at: Reading) -> Outcomes:
    return at["clock"]  # type: ignore[no-any-return] # the mistake


def action_that_gives_a_number() -> World:
    return world("number", give_a_number)


def never(_at: Reading) -> Outcomes:
    return None


def action_that_never_happens() -> World:
    return world("idle", never)


def roll(at: Reading) -> Outcomes:
    return {"slot": random.randrange(10_000)} if at["slot"] < at["clock"] else None  # noqa: S311 - the mistake


def random_step() -> World:
    return world("random step", roll)


NAMES: Final = frozenset(f"row {number}" for number in range(50))
CALLS = count(1)


def take_any(at: Reading) -> Outcomes:
    return {"slot": ", ".join(NAMES)} if at["clock"] == 1 and at["slot"] == 0 else None


def step_by_the_order_of_a_set() -> World:
    """The same for as long as the process lives: strings hash by a seed that each process draws anew.

    Of so many names the order counts and not the first one, which is by chance the same in one of fifty processes.
    """
    return world("order of a set", take_any)


def count_calls(at: Reading) -> Outcomes:
    return {"slot": next(CALLS)} if at["slot"] < at["clock"] else None


def step_that_counts_its_calls() -> World:
    return world("counted calls", count_calls)


# Laws


def raise_at_last(at: Reading) -> bool:
    if at["clock"] == LAPS:
        raise ZeroDivisionError("no rows, no mean")
    return True


def raise_when_told(_told: object) -> bool:
    raise ZeroDivisionError("no rows, no mean")


def tell(at: Reading) -> Outcomes:
    return Outcome({"slot": at["clock"]}, told=("followed",)) if at["slot"] < at["clock"] else None


LAWS_THAT_RAISE: Final[tuple[Law, ...]] = (
    Always("mean", ("clock",), raise_at_last),
    Sometimes("mean", ("clock",), raise_at_last),
    AlwaysTold("mean", raise_when_told),
    Eventually("mean", ("clock",), raise_at_last),
    NoDeadlock("mean", ("clock",), raise_at_last),
)


def raising_law(law: Law) -> World:
    return world("raising law", tell, laws=(law,))


def reads_more(at: Reading) -> bool:
    return bool(at["slot"] <= at["clock"])


def law_with_an_undeclared_read() -> World:
    return world("law that reads more", follow, laws=(Always("slot", ("slot",), reads_more),))


# Ranks


def copy_unread(at: Reading) -> Outcomes:
    return {"slot": 5} if at["clock"] == LAPS else None


def unread_rank() -> World:
    return world("unread rank", copy_unread, reads=("clock",), slot=Rank("slot", "versions"))


def add_up(at: Reading) -> Outcomes:
    return {"seen": at["seen"] + 1} if at["seen"] < at["slot"] else None


def bump(at: Reading) -> Outcomes:
    return {"slot": NEXT} if at["clock"] == 1 else None


def reckoning_with_ranks() -> World:
    """Wants the rank after the one that was read, and of a rank only its place in the order is known."""
    return World(
        "reckoning with ranks",
        components=(Component("clock", 0), Rank("slot", "versions"), Rank("seen", "versions")),
        actions=(
            Action("tick", ("clock",), ("clock",), tick),
            Action("bump", ("clock", "slot"), ("slot",), bump),
            Action("act", ("slot", "seen"), ("seen",), add_up),
        ),
    )


# The progress measure


def itself(value: int) -> int:
    return value


def constant(_value: int) -> int:
    return 0


def swing(at: Reading) -> Outcomes:
    return {"slot": 1 - at["slot"]} if at["clock"] == LAPS else None


def measure_that_falls() -> World:
    return world("falling measure", swing, progress=Progress({"clock": itself, "slot": itself}))


def measure_that_stands_still() -> World:
    return world("standing measure", follow, progress=Progress({"clock": itself, "slot": constant}))


# Actors that are not alike


def pick(actor: int, step: int, at: Reading) -> Outcomes:
    return {f"held {actor}": at[f"held {actor}"] + step} if at[f"held {actor}"] < LAPS else None


def first_is_not_ahead(at: Reading) -> bool:
    return bool(at["held 0"] <= at["held 1"])


def second_is_not_ahead(at: Reading) -> bool:
    return bool(at["held 1"] <= at["held 0"])


def take_lock(actor: int, at: Reading) -> Outcomes:
    if at["lock"] is None and not at[f"held {actor}"]:
        return {"lock": actor, f"held {actor}": 1}
    return {"lock": None, f"held {actor}": 2} if at["lock"] == actor else None


def actors(*steps: int, laws: tuple[Law, ...] = ()) -> World:
    """Declare two actors as alike that count in steps of these sizes."""
    return World(
        "actors",
        components=(Component("held 0", 0), Component("held 1", 0)),
        actions=tuple(
            Action(f"pick {one}", (f"held {one}",), (f"held {one}",), partial(pick, one, step), f"actor {one}")
            for one, step in enumerate(steps)
        ),
        laws=laws,
        symmetry=Symmetry((("held 0",), ("held 1",))),
    )


def unlike_actors() -> World:
    """One counts by ones, the other by threes."""
    return actors(1, 3)


def law_that_names_an_actor() -> World:
    """Either law is broken; where one state stands for both, whichever it is, one of the laws seems to hold."""
    held = ("held 0", "held 1")
    return actors(1, 1, laws=(Always("behind", held, first_is_not_ahead), Always("ahead", held, second_is_not_ahead)))


def names_not_renamed() -> World:
    """The lock holds the number of an actor, and the symmetry does not say so."""
    return World(
        "names not renamed",
        components=(Component("lock", None), Component("held 0", 0), Component("held 1", 0)),
        actions=tuple(
            Action(
                f"turn {one}",
                ("lock", f"held {one}"),
                ("lock", f"held {one}"),
                partial(take_lock, one),
                f"actor {one}",
            )
            for one in range(2)
        ),
        symmetry=Symmetry((("held 0",), ("held 1",))),
    )
