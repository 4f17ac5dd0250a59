"""Claims about the small worlds: how large each one is, to the state, and that everything in it happens.

The sizes are pinned in ``worlds.toml``, and nowhere else. When a world or a law has changed for a good reason, count
anew and review the difference::

    python3 run.py python tests/properties/systems/memo/test_worlds.py
"""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest

from strandline.properties.core.system import SHIPPED
from strandline.properties.systems.memo.spec.laws import LAWS
from strandline.properties.systems.memo.spec.worlds import WORLDS
from tests.properties.systems.memo.plainly import KINDS, explore

if TYPE_CHECKING:
    from strandline.properties.engines.reference import Found

pytestmark = pytest.mark.search

PINNED: Final = Path(__file__).with_name("worlds.toml")
COVERS: Final = [law.number for law in LAWS if law.cover is not None]


def pinned() -> dict[str, Any]:
    return tomllib.loads(PINNED.read_text("utf-8"))


def counted(found: Found) -> dict[str, Any]:
    """Give the counts of a search as they are pinned: how often each action fired and each cover was seen, by name."""
    return {
        "states": found.states,
        "transitions": found.transitions,
        "depth": found.depth,
        "firings": dict(sorted(found.firings.items())),
        "covers": {number: found.reached[number] for number in COVERS if found.reached[number]},
    }


@pytest.mark.parametrize("world", WORLDS)
@pytest.mark.parametrize("kind", KINDS)
def test_a_world_is_searched_whole_obeys_every_law_and_has_exactly_the_size_that_is_pinned(
    kind: str, world: str
) -> None:
    found = explore(kind, SHIPPED, world)
    assert found.broken == {}
    assert found.complete
    assert counted(found) == pinned()[world][kind]


def test_exactly_the_worlds_that_there_are_are_pinned() -> None:
    assert {world: set(kinds) for world, kinds in pinned().items()} == {world: set(KINDS) for world in WORLDS}


@pytest.mark.parametrize("world", WORLDS)
@pytest.mark.parametrize("kind", KINDS)
def test_everything_that_a_world_allows_for_happens_in_it(kind: str, world: str) -> None:
    allowed = {name for name, _ in WORLDS[world].budget} | {"locate", "connect", "read", "check", "store"}
    assert set(pinned()[world][kind]["firings"]) == allowed


@pytest.mark.parametrize("law", COVERS)
@pytest.mark.parametrize("kind", KINDS)
def test_what_must_sometimes_happen_happens_in_some_world(kind: str, law: str) -> None:
    assert any(law in kinds[kind]["covers"] for kinds in pinned().values())


def table(world: str, kind: str, counts: dict[str, Any]) -> str:
    """Write the counts of one search as a table of TOML."""
    lines = [f"[{json.dumps(world) if ' ' in world else world}.{kind}]"]
    for name, value in counts.items():
        if isinstance(value, dict):
            parts = [f"{json.dumps(key) if ' ' in key else key} = {count}" for key, count in value.items()]
            lines.append(f"{name} = {{ {', '.join(parts)} }}" if parts else f"{name} = {{}}")
        else:
            lines.append(f"{name} = {value:_}")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    tables = [table(world, kind, counted(explore(kind, SHIPPED, world))) for world in WORLDS for kind in KINDS]
    heading = "# The exact size of every small world; test_worlds.py tells how to count anew.\n"
    PINNED.write_text("\n".join([heading, *tables]), "utf-8")
