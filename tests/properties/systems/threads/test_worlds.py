"""Claims about the worlds of a live thread: how large each one is, to the state, and that everything happens.

The sizes are pinned in ``worlds.toml``, and nowhere else. When a world or a law has changed for a good reason, count
anew and review the difference::

    python3 run.py python tests/properties/systems/threads/test_worlds.py
"""

from __future__ import annotations

import json
import tomllib
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest

from strandline.model.threads.state import UNKNOWN
from strandline.properties.core.system import MODEL, SHIPPED
from strandline.properties.core.verdict import Verdict
from strandline.properties.engines.own.searched import searched
from strandline.properties.engines.own.wiring import loaded
from strandline.properties.systems.threads.laws import LAWS
from strandline.properties.systems.threads.worlds import LARGER, SMALL

if TYPE_CHECKING:
    from strandline.properties.engines.exhaust.found import Found

PINNED: Final = Path(__file__).with_name("worlds.toml")
SYSTEM: Final = loaded("strandline.properties.systems.threads.system:SYSTEM")
KINDS: Final = {"model": MODEL, "impl": SHIPPED}
COVERS: Final = [law.number for law in LAWS if law.cover is not None]


def pinned() -> dict[str, Any]:
    return tomllib.loads(PINNED.read_text("utf-8"))


def counted(found: Found) -> dict[str, Any]:
    """Give the counts of a search as they are pinned: how often each action fired, whoever took it, and each cover."""
    firings: Counter[str] = Counter()
    for name, count in found.counts.firings.items():
        bare, _, number = name.rpartition(" ")
        firings[bare if number.isdecimal() else name] += count
    covers = {one.law.partition(":")[0]: one.reached for one in found.findings if ": " in one.law and one.reached}
    return {
        "states": found.counts.states,
        "transitions": found.counts.transitions,
        "depth": found.counts.depth,
        "firings": {name: count for name, count in sorted(firings.items()) if count},
        "covers": covers,
    }


def explore(kind: str, world: str) -> Found:
    return searched(SYSTEM, KINDS[kind], world, lambda _line: None)


@pytest.mark.search
@pytest.mark.parametrize("world", SMALL)
def test_the_real_core_does_in_a_world_what_the_model_does_and_obeys_every_law(world: str) -> None:
    found = explore("impl", world)
    assert [one.law for one in found.findings if one.verdict is Verdict.VIOLATED] == []
    assert found.ended == ""
    assert counted(found) == pinned()[world]


@pytest.mark.parametrize("world", ["overtaken", "goal", "removed"])
def test_the_model_alone_has_the_same_states(world: str) -> None:
    found = explore("model", world)
    assert counted(found) == pinned()[world]


def test_exactly_the_worlds_that_there_are_are_pinned() -> None:
    assert set(pinned()) == set(SMALL)


@pytest.mark.parametrize("law", COVERS)
def test_what_must_sometimes_happen_happens_in_some_world(law: str) -> None:
    assert any(law in one["covers"] for one in pinned().values())


def test_everything_that_can_happen_happens_in_some_world() -> None:
    assert {name for one in pinned().values() for name in one["firings"]} == set(SYSTEM.actions)


def test_the_worlds_reach_together_what_they_are_to_reach() -> None:
    """Five appends, two flushes, a rename, both ends, two failures, somebody who gives up, a crash."""
    wanted = {
        "say": 5,
        "flush": 2,
        "rename": 1,
        "shutdown": 1,
        "discard": 1,
        "failures": 2,
        "giving_up": 1,
        "crashes": 1,
    }
    worlds = (*SMALL.values(), *LARGER.values())
    assert {name: max(getattr(one.left, name) for one in worlds) for name in wanted} == wanted
    assert all(one.thread.core.applied != UNKNOWN for one in worlds)


def table(world: str, counts: dict[str, Any]) -> str:
    """Write the counts of one search as a table of TOML."""
    lines = [f"[{world}]"]
    for name, value in counts.items():
        if isinstance(value, dict):
            parts = [f"{json.dumps(key) if ' ' in key else key} = {count}" for key, count in value.items()]
            lines.append(f"{name} = {{ {', '.join(parts)} }}")
        else:
            lines.append(f"{name} = {value:_}")
    return "\n".join(lines)


def write() -> None:
    """Count anew."""
    head = "# The exact size of every small world of a live thread; test_worlds.py tells how to count anew."
    tables = [table(world, counted(explore("impl", world))) for world in SMALL]
    PINNED.write_text("\n\n".join([head, *tables]) + "\n", "utf-8")


if __name__ == "__main__":
    write()
