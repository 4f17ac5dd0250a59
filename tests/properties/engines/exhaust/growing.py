"""Worlds without an end, for bounds that must end a search: one goes wide, one keeps ever longer histories."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from strandline.properties.engines.exhaust.engine import search
from strandline.properties.engines.exhaust.found import Budget
from strandline.properties.engines.exhaust.memory import peak, resident
from strandline.properties.engines.exhaust.world import Action, Always, Component, World

if TYPE_CHECKING:
    from strandline.properties.engines.exhaust.world import Outcomes, Reading

WAYS = 50
"""In how many ways each step of the wide world goes."""

X = ("x",)


def spread(at: Reading) -> Outcomes:
    return [{"x": at["x"] * WAYS + way} for way in range(1, WAYS + 1)]


def lengthen(at: Reading) -> Outcomes:
    return {"x": (*at["x"], len(at["x"]))}


def count(at: Reading) -> Outcomes:
    return {"x": at["x"] + 1}


def low(at: Reading) -> bool:
    return bool(at["x"] < WAYS + 3)


def anything(at: Reading) -> bool:
    return at is not None


def fan() -> World:
    """Declare a world that has fifty times as many states in each layer; one of the third layer is too high."""
    laws = (Always("fine", X, anything), Always("low", X, low))
    return World("fan", (Component("x", 0),), (Action("go", X, X, spread, "A"),), laws, made_by=fan)


def history() -> World:
    """Declare a world of one state in each layer, which takes more memory than all before."""
    step = Action("grow", X, X, lengthen, "A")
    return World("history", (Component("x", ()),), (step,), (Always("fine", X, anything),), made_by=history)


def counter() -> World:
    """Declare a world that counts for ever, and is too high after a while."""
    laws = (Always("fine", X, anything), Always("low", X, low))
    return World("counter", (Component("x", 0),), (Action("go", X, X, count, "A"),), laws, made_by=counter)


def main(name: str, memory: int) -> None:
    """Search a world within so many bytes; print what ended it, and how much the process grew."""
    world = {"fan": fan, "history": history}[name]()
    before = resident()
    found = search(world, Budget(memory=memory))
    sys.stdout.write(f"{found.ended}\n{peak() - before}\n")


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
