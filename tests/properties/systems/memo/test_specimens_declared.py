"""Claims about specimens as declared worlds: the states of the plain search, step for step, and the same traces."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest

from strandline.properties.core.verdict import Trace
from strandline.properties.engines.exhaust.engine import search
from strandline.properties.engines.exhaust.world import Rank
from strandline.properties.engines.replay.retrace import retrace
from strandline.properties.systems.memo.specimens import SPECIMENS
from strandline.properties.systems.memo.specimens.declare import declared, stepped
from strandline.properties.systems.memo.specimens.engine import explore
from strandline.properties.systems.memo.system import SYSTEM

if TYPE_CHECKING:
    from strandline.properties.engines.exhaust.found import Found

pytestmark = pytest.mark.search

FOUND: Final = {
    ("D0", "shrunk"): {"M1": 15, "M5": 9, "M6": 16, "M7": 15},
    ("D0", "reissue"): {"M1": 15, "M5": 1, "M7": 15},
    ("D0", "crowded"): {"M10": 8},
    ("D0", "faults"): {"M1": 14, "M2": 3, "M3": 17, "M5": 8, "M6": 16, "M7": 14},
    ("D1", "shrunk"): {"M1": 15, "M3": 17, "M5": 9, "M6": 16, "M7": 15},
    ("D1", "drop"): {"M6": 16, "M8": 9},
    ("D2", "rotated"): {"M1": 21, "M6": 21, "M7": 21},
    ("D2", "reset"): {"M1": 21, "M5": 13, "M6": 21, "M7": 21},
    ("D2", "wide and slow"): {"M3": 20},
    ("D3", "busy"): {"M1": 23, "M6": 23, "M7": 23},
    ("D3", "restart"): {"M6": 25},
    ("D3", "dropped"): {"M8": 12},
}
"""Some worlds of each specimen, and after how many steps which law is broken there."""


def broken(found: Found) -> dict[str, int]:
    return {one.law: len(one.traces[0].steps) for one in found.findings if one.traces}


@pytest.mark.parametrize(("name", "world"), FOUND, ids=lambda word: word)
def test_a_declared_specimen_breaks_the_laws_of_its_plain_search_in_as_many_states_and_steps(
    name: str, world: str
) -> None:
    plain, found = explore(name, world), search(declared(name, world))
    assert broken(found) == FOUND[name, world] == {law: len(steps) for law, steps in plain.broken.items()}
    counts = found.counts
    assert (counts.states, counts.transitions, counts.depth) == (plain.states, plain.transitions, plain.depth)


@pytest.mark.parametrize("name", SPECIMENS)
def test_every_law_that_a_specimen_is_known_for_is_among_those(name: str) -> None:
    assert any(SPECIMENS[name].law in laws for (known, _), laws in FOUND.items() if known == name)


@pytest.mark.parametrize(
    ("name", "law", "world"), [("D0", "M1", "shrunk"), ("D1", "M3", "shrunk"), ("D3", "M8", "dropped")]
)
def test_the_trace_of_a_declared_specimen_breaks_its_law_when_it_is_taken_again(
    name: str, law: str, world: str
) -> None:
    found = search(declared(name, world))
    (trace,) = next(one.traces for one in found.findings if one.law == law)
    exhibit = retrace(SYSTEM, Trace(SPECIMENS[name].subject, world, law, stepped(trace)))
    assert (exhibit.fits, exhibit.broken) == (len(trace.steps), True)


def test_the_numbers_of_a_scene_are_ranks_and_stand_nowhere_else() -> None:
    """So two scenes that differ in nothing but how high their numbers climbed are one."""
    world = declared("D3", "restart")
    assert {component.name for component in world.components if isinstance(component, Rank)} >= {
        "commit",
        "stored.number",
        "memo.number.0",
        "base.first.0",
    }
