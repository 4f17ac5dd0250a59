"""Mutual exclusion by logical clocks, by Lamport, "Time, Clocks, and the Ordering of Events" (1978).

Whoever wants in tells all others its clock, and enters when all have acknowledged and nobody whom
it knows of asked earlier. Between each two processes messages keep their order.

Published counts: the TLA+ examples, lamport_mutex/manifest.json: with three processes and clocks up to 6,
724,274 distinct states, and the longest of the shortest ways has 61 states.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from strandline.properties.engines.exhaust.world import Action, Always, Component, Sometimes, World

if TYPE_CHECKING:
    from strandline.properties.engines.exhaust.world import Outcomes, Reading

ACKNOWLEDGED = -1
RELEASED = 0
"""A message is either of these, or the clock of a request."""


def others(process: int, processes: int) -> tuple[int, ...]:
    return tuple(other for other in range(processes) if other != process)


def ask(process: int, processes: int, at: Reading) -> Outcomes:
    if at[f"{process} knows of {process}"]:
        return None
    clock = at[f"clock {process}"]
    return {f"{process} knows of {process}": clock, f"acknowledged {process}": frozenset({process})} | {
        f"{process} to {other}": (*at[f"{process} to {other}"], clock) for other in others(process, processes)
    }


def hear(process: int, other: int, clock_max: int, at: Reading) -> Outcomes:
    if not at[f"{other} to {process}"]:
        return None
    message, *rest = at[f"{other} to {process}"]
    heard = {f"{other} to {process}": tuple(rest)}
    if message == ACKNOWLEDGED:
        return heard | {f"acknowledged {process}": at[f"acknowledged {process}"] | {other}}
    if message == RELEASED:
        return heard | {f"{process} knows of {other}": 0}
    clock = max(message, at[f"clock {process}"]) + 1
    if clock > clock_max:
        return None
    answer = (*at[f"{process} to {other}"], ACKNOWLEDGED)
    return heard | {
        f"clock {process}": clock,
        f"{process} knows of {other}": message,
        f"{process} to {other}": answer,
    }


def enter(process: int, processes: int, at: Reading) -> Outcomes:
    if len(at[f"acknowledged {process}"]) < processes:
        return None
    mine = at[f"{process} knows of {process}"]
    for other in others(process, processes):
        theirs = at[f"{process} knows of {other}"]
        if theirs and (theirs, other) < (mine, process):
            return None
    return {f"inside {process}": True}


def leave(process: int, processes: int, at: Reading) -> Outcomes:
    if not at[f"inside {process}"]:
        return None
    return {
        f"inside {process}": False,
        f"{process} knows of {process}": 0,
        f"acknowledged {process}": frozenset(),
    } | {f"{process} to {other}": (*at[f"{process} to {other}"], RELEASED) for other in others(process, processes)}


def at_most_one(processes: int, at: Reading) -> bool:
    return [at[f"inside {process}"] for process in range(processes)].count(True) <= 1


def last_is_in(processes: int, at: Reading) -> bool:
    return bool(at[f"inside {processes - 1}"])


def lamport_mutex(processes: int, clock_max: int) -> World:
    """Declare the processes; a step that would raise a clock above ``clock_max`` does not happen."""
    every = range(processes)
    inside = tuple(f"inside {process}" for process in every)

    def actions(process: int) -> tuple[Action, ...]:
        actor = f"process {process}"
        known = tuple(f"{process} knows of {other}" for other in every)
        away = tuple(f"{process} to {other}" for other in others(process, processes))
        clock, acknowledged = f"clock {process}", f"acknowledged {process}"
        return (
            Action(
                f"{process} asks",
                (known[process], clock, *away),
                (known[process], acknowledged, *away),
                partial(ask, process, processes),
                actor,
            ),
            Action(
                f"{process} enters",
                (acknowledged, *known),
                (inside[process],),
                partial(enter, process, processes),
                actor,
            ),
            Action(
                f"{process} leaves",
                (inside[process], *away),
                (inside[process], known[process], acknowledged, *away),
                partial(leave, process, processes),
                actor,
            ),
            *(
                Action(
                    f"{process} hears {other}",
                    (f"{other} to {process}", clock, f"{process} to {other}", acknowledged),
                    (f"{other} to {process}", f"{process} to {other}", clock, acknowledged, known[other]),
                    partial(hear, process, other, clock_max),
                    actor,
                )
                for other in others(process, processes)
            ),
        )

    return World(
        f"mutual exclusion by clocks, {processes} processes",
        components=(
            *(Component(f"clock {process}", 1) for process in every),
            *(Component(f"acknowledged {process}", frozenset()) for process in every),
            *(Component(name, initial=False) for name in inside),
            *(Component(f"{one} knows of {other}", 0) for one in every for other in every),
            *(Component(f"{one} to {other}", ()) for one in every for other in others(one, processes)),
        ),
        actions=tuple(action for process in every for action in actions(process)),
        laws=(
            Always("at most one is inside", inside, partial(at_most_one, processes)),
            Sometimes("the last one gets in", (inside[-1],), partial(last_is_in, processes)),
        ),
    )
