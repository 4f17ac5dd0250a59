"""A number that threads raise by reading it and writing it back: the lost update in its smallest form.

Published counts: stateright, examples/increment.rs: with two threads 13 states, and 8 where the
threads are taken for alike; they are written out there one by one.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from strandline.properties.engines.exhaust.world import Action, Always, Component, Symmetry, World

if TYPE_CHECKING:
    from strandline.properties.engines.exhaust.world import Outcomes, Reading


def read(thread: int, at: Reading) -> Outcomes:
    return {f"has {thread}": at["number"], f"place {thread}": 1} if at[f"place {thread}"] == 0 else None


def write(thread: int, at: Reading) -> Outcomes:
    return {"number": at[f"has {thread}"] + 1, f"place {thread}": 2} if at[f"place {thread}"] == 1 else None


def read_locked(thread: int, at: Reading) -> Outcomes:
    if at[f"place {thread}"] == 0 and not at["lock"]:
        return {f"has {thread}": at["number"], f"place {thread}": 1, "lock": True}
    return None


def write_unlocked(thread: int, at: Reading) -> Outcomes:
    if at[f"place {thread}"] == 1:
        return {"number": at[f"has {thread}"] + 1, f"place {thread}": 2, "lock": False}
    return None


def none_lost(threads: int, at: Reading) -> bool:
    return bool(at["number"] == sum(at[f"place {thread}"] == 2 for thread in range(threads)))


def increment(threads: int, *, locked: bool = False, alike: bool = False) -> World:
    """Declare the threads; ``locked`` ones hold a lock from reading to writing."""
    every = range(threads)
    lock = ("lock",) if locked else ()
    places = tuple(f"place {thread}" for thread in every)
    return World(
        f"a number that {threads} threads raise",
        components=(
            Component("number", 0),
            *(Component(name, initial=False) for name in lock),
            *(Component(f"has {thread}", 0) for thread in every),
            *(Component(name, 0) for name in places),
        ),
        actions=(
            *(
                Action(
                    f"read {thread}",
                    (places[thread], *lock, "number"),
                    (f"has {thread}", places[thread], *lock),
                    partial(read_locked if locked else read, thread),
                    f"thread {thread}",
                )
                for thread in every
            ),
            *(
                Action(
                    f"write {thread}",
                    (places[thread], f"has {thread}"),
                    ("number", places[thread], *lock),
                    partial(write_unlocked if locked else write, thread),
                    f"thread {thread}",
                )
                for thread in every
            ),
        ),
        laws=(Always("none is lost", ("number", *places), partial(none_lost, threads)),),
        symmetry=Symmetry(tuple((f"has {thread}", places[thread]) for thread in every)) if alike else None,
    )
