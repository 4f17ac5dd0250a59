"""Worlds of somebody's own as files, and the command that searches them."""

from __future__ import annotations

import json
from itertools import count
from typing import TYPE_CHECKING, Any

from click.testing import CliRunner

from strandline.properties.cli import main

if TYPE_CHECKING:
    from pathlib import Path

    from click.testing import Result


RUN = ".strandline/runs/0001-exhaust"
"""The folder of the first run of a test."""


PATIENCE = 120
"""Seconds to wait for a child; it is only used up when something is wrong."""


HEAD = """
from asyncio import CancelledError
from random import random
from strandline.properties.engines.exhaust.world import *

def up(at): return {"n": at["n"] + 1} if at["n"] < 4 else None
def endless(at): return {"n": at["n"] + 1}
def low(at): return at["n"] < 3
def high(at): return at["n"] == 4
def raises(at): return 1 / (2 - at["n"]) > 0
def dice(at): return {"n": random()} if at["n"] == 0 else None
def a_list(at): return {"n": [1]}
def leaves(at): raise SystemExit(0)
def cancelled(at): raise CancelledError
def talks(at):
    print("I am asked")
    return up(at)
def never(at): return None

def made(take=up, *laws, more=()):
    return World("counter", (Component("n", 0),), (Action("up", ("n",), ("n",), take, "it"), *more), laws)
"""


fresh_names = (f"own_world_{number}" for number in count())


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, ["exhaust", *(str(argument) for argument in arguments)])


def searched(own: str, world: str, *options: str) -> Result:
    """Search the world that an expression makes."""
    with open(f"{own}.py", "a", encoding="utf-8") as module:  # noqa: PTH123 - in the folder of the test
        module.write(f"\nworld = {world}\n")
    return run(f"{own}:world", *options)


def evidence() -> dict[str, Any]:
    with open(".strandline/exhaust.json", encoding="utf-8") as file:  # noqa: PTH123 - in the folder of the test
        claims: dict[str, Any] = json.load(file)["claims"]
    return claims
