"""Mutual exclusion of two processes: Peterson's algorithm, and three that are not it.

Published counts: the TLA+ examples, locks_auxiliary_vars/manifest.json: 42 distinct states, 77
generated, the longest of the shortest ways has 11 states.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from strandline.properties.engines.exhaust.world import Action, Always, Component, Eventually, NoDeadlock, World

if TYPE_CHECKING:
    from collections.abc import Callable

    from strandline.properties.engines.exhaust.world import Law, Outcomes, Reading

INSIDE = ("inside", "leaving")
"""The places of a process at which it has the section to itself."""


def move(process: int, here: str, there: str, at: Reading) -> Outcomes:
    return {f"place {process}": there} if at[f"place {process}"] == here else None


def raise_flag(process: int, at: Reading) -> Outcomes:
    return {f"place {process}": "polite", f"flag {process}": True} if at[f"place {process}"] == "here" else None


def lower_flag(process: int, at: Reading) -> Outcomes:
    return {f"place {process}": "away", f"flag {process}": False} if at[f"place {process}"] == "leaving" else None


def give_way(process: int, turn: int, at: Reading) -> Outcomes:
    return {f"place {process}": "waits", "turn": turn} if at[f"place {process}"] == "polite" else None


def enter(process: int, at: Reading) -> Outcomes:
    if at[f"place {process}"] == "waits" and (not at[f"flag {1 - process}"] or at["turn"] == process):
        return {f"place {process}": "inside"}
    return None


def enter_by_flag_alone(process: int, at: Reading) -> Outcomes:
    if at[f"place {process}"] == "waits" and not at[f"flag {1 - process}"]:
        return {f"place {process}": "inside"}
    return None


def seize(process: int, at: Reading) -> Outcomes:
    return (
        {f"place {process}": "inside", "lock": True} if at[f"place {process}"] == "waits" and not at["lock"] else None
    )


def let_go(process: int, at: Reading) -> Outcomes:
    return {f"place {process}": "away", "lock": False} if at[f"place {process}"] == "inside" else None


def not_both(at: Reading) -> bool:
    return not (at["place 0"] in INSIDE and at["place 1"] in INSIDE)


def inside(process: int, at: Reading) -> bool:
    return bool(at[f"place {process}"] == "inside")


def never(_at: Reading) -> bool:
    return False


PLACES = ("place 0", "place 1")
LAWS: tuple[Law, ...] = (
    Always("one at a time", PLACES, not_both),
    NoDeadlock("there is always a way on", (), never),
    Eventually("0 gets in", ("place 0",), partial(inside, 0)),
    Eventually("1 gets in", ("place 1",), partial(inside, 1)),
)


def peterson(*, selfish: bool = False, flags_alone: bool = False) -> World:
    """Declare the algorithm.

    ``selfish``: each claims the turn for itself, and both get in. ``flags_alone``: the turn is not looked at,
    and both may wait for ever.
    """

    def process(one: int) -> tuple[Action, ...]:
        place, mine, other = f"place {one}", f"flag {one}", f"flag {1 - one}"

        def action(
            name: str, reads: tuple[str, ...], writes: tuple[str, ...], take: Callable[[Reading], Outcomes]
        ) -> Action:
            return Action(f"{one} {name}", (place, *reads), (place, *writes), take, f"process {one}")

        return (
            action("comes", (), (), partial(move, one, "away", "here")),
            action("raises its flag", (), (mine,), partial(raise_flag, one)),
            action("gives way", (), ("turn",), partial(give_way, one, one if selfish else 1 - one)),
            action("enters", (other, "turn"), (), partial(enter_by_flag_alone if flags_alone else enter, one)),
            action("is done", (), (), partial(move, one, "inside", "leaving")),
            action("lowers its flag", (), (mine,), partial(lower_flag, one)),
        )

    return World(
        "Peterson's algorithm",
        components=(
            Component("turn", 0),
            *(Component(name, "away") for name in PLACES),
            *(Component(f"flag {one}", initial=False) for one in (0, 1)),
        ),
        actions=(*process(0), *process(1)),
        laws=LAWS,
    )


def spin_lock() -> World:
    """Declare a lock that whoever comes at the right moment gets: one at a time, and one may wait for ever."""

    def process(one: int) -> tuple[Action, ...]:
        place, actor = f"place {one}", f"process {one}"
        return (
            Action(f"{one} comes", (place,), (place,), partial(move, one, "away", "waits"), actor),
            Action(f"{one} enters", (place, "lock"), (place, "lock"), partial(seize, one), actor),
            Action(f"{one} leaves", (place,), (place, "lock"), partial(let_go, one), actor),
        )

    return World(
        "a spin lock",
        components=(Component("lock", initial=False), *(Component(name, "away") for name in PLACES)),
        actions=(*process(0), *process(1)),
        laws=LAWS,
    )
