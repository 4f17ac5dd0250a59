"""Philosophers at a round table, with one fork between each two: who takes which one first?

What is known of it: if each takes the fork on one side first, all may hold one and wait for ever.
If forks are numbered and the lower one is taken first, somebody eats. A philosopher may still
starve between two that eat in turns, unless each eats but once.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from strandline.properties.engines.exhaust.world import Action, Always, Component, Eventually, NoDeadlock, World

if TYPE_CHECKING:
    from strandline.properties.engines.exhaust.world import Outcomes, Reading


def take(one: int, here: str, fork: int, there: str, at: Reading) -> Outcomes:
    if at[f"philosopher {one}"] == here and at[f"fork {fork}"] is None:
        return {f"philosopher {one}": there, f"fork {fork}": one}
    return None


def put_down(one: int, forks: tuple[int, int], there: str, at: Reading) -> Outcomes:
    if at[f"philosopher {one}"] != "eats":
        return None
    return {f"philosopher {one}": there} | {f"fork {fork}": None for fork in forks}


def eats(one: int, at: Reading) -> bool:
    return bool(at[f"philosopher {one}"] == "eats")


def somebody_eats(count: int, at: Reading) -> bool:
    return any(at[f"philosopher {one}"] == "eats" for one in range(count))


def neighbours_do_not(count: int, at: Reading) -> bool:
    return not any(eats(one, at) and eats((one + 1) % count, at) for one in range(count))


def all_are_full(count: int, at: Reading) -> bool:
    return all(at[f"philosopher {one}"] == "full" for one in range(count))


def philosophers(count: int, *, ordered: bool, once: bool) -> World:
    """Lay the table; ``ordered``: the lower fork first. ``once``: whoever has eaten is full, else hungry again."""
    every = range(count)
    places = tuple(f"philosopher {one}" for one in every)

    def actions(one: int) -> tuple[Action, ...]:
        sides = (one, (one + 1) % count)
        first, second = sorted(sides) if ordered else sides
        place, forks = places[one], (f"fork {first}", f"fork {second}")
        return (
            Action(
                f"{one} takes the first",
                (place, forks[0]),
                (place, forks[0]),
                partial(take, one, "hungry", first, "holds one"),
                place,
            ),
            Action(
                f"{one} takes the second",
                (place, forks[1]),
                (place, forks[1]),
                partial(take, one, "holds one", second, "eats"),
                place,
            ),
            Action(
                f"{one} puts them down",
                (place,),
                (place, *forks),
                partial(put_down, one, (first, second), "full" if once else "hungry"),
                place,
            ),
        )

    full = partial(all_are_full, count)
    return World(
        f"{count} philosophers",
        components=(
            *(Component(name, "hungry") for name in places),
            *(Component(f"fork {one}", None) for one in every),
        ),
        actions=tuple(action for one in every for action in actions(one)),
        laws=(
            Always("neighbours do not eat at once", places, partial(neighbours_do_not, count)),
            NoDeadlock("only the full stop", places, full),
            *(
                (Eventually("all get full", places, full),)
                if once
                else (
                    Eventually("somebody eats", places, partial(somebody_eats, count)),
                    Eventually("0 eats", (places[0],), partial(eats, 0)),
                )
            ),
        ),
    )
