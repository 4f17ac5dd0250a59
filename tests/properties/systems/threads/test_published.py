"""Claims about the published design: which laws it breaks, where, after how many steps, and that ours holds there.

The story shows what the search finds. When a world, a law or the specimen has changed for a good reason, write it anew
and review the difference::

    python3 run.py python tests/properties/systems/threads/test_published.py
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Final

import pytest

from strandline.properties.core.verdict import Trace, Verdict
from strandline.properties.engines.own.searched import searched, taken
from strandline.properties.engines.own.wiring import loaded, subject_of
from strandline.properties.engines.replay.retrace import retrace
from strandline.properties.evidence.lanes import lanes
from strandline.properties.systems.threads.published import HAZARDS, WORLDS
from strandline.properties.systems.threads.worlds import SMALL

STORY: Final = Path(__file__).parents[4] / "docs" / "threads-story.md"
SYSTEM: Final = loaded("strandline.properties.systems.threads.published:PUBLISHED")

BROKEN: Final = {
    "two appends": {"P1": 6},
    "two appends and a rename": {"P7": 10},
    "an append and a rename": {"P1": 7, "P10": 7},
}
"""How many steps it takes to break each law in each world; a law that is not named holds."""


@cache
def broken(world: str) -> dict[str, Trace]:
    """Search a world whole, and give the shortest trace to each law that it breaks."""
    found = searched(SYSTEM, "shipped", world, lambda _line: None)
    assert found.ended == ""
    assert SYSTEM.own is not None
    own = subject_of(SYSTEM.own, "shipped")
    return {
        one.law: Trace("shipped", world, one.law, taken(own, world, one.traces[0]))
        for one in found.findings
        if one.verdict is Verdict.VIOLATED
    }


@pytest.mark.parametrize("world", WORLDS)
def test_the_published_design_breaks_exactly_the_laws_that_are_pinned_after_as_many_steps(world: str) -> None:
    assert {law: len(trace.steps) for law, trace in broken(world).items()} == BROKEN[world]


@pytest.mark.parametrize("hazard", HAZARDS)
def test_the_trace_of_a_hazard_breaks_its_law_again(hazard: str) -> None:
    law, world = HAZARDS[hazard]
    exhibit = retrace(SYSTEM, broken(world)[law])
    assert exhibit.broken
    assert exhibit.at == len(exhibit.frames) == BROKEN[world][law]


@pytest.mark.parametrize("world", WORLDS)
def test_a_world_of_ours_has_all_that_happens_there_and_more(world: str) -> None:
    """The model and the real core hold in it: see test_worlds.py."""
    ours, theirs = SMALL["rename"], WORLDS[world]
    assert (ours.left.say, ours.left.rename, len(ours.callers)) >= (theirs.appends, theirs.renames, 2)
    assert ours.left.rename >= theirs.renames


MARK: Final = "<!-- From here on written by tests/properties/systems/threads/test_published.py. -->\n"


def written(text: str) -> str:
    """Give the story with its hand-written head and a new body."""
    head, mark, _ = text.partition(MARK)
    assert mark
    lines = ["| world | P1 | P7 | P10 |", "|---|---|---|---|"]
    for world, laws in BROKEN.items():
        lines.append(f"| {world} | {' | '.join(str(laws.get(law, '-')) for law in ('P1', 'P7', 'P10'))} |")
    for hazard, (law, world) in HAZARDS.items():
        lines += ["", f"## {hazard}: {law}, world {world}", "", "```"]
        lines += [*lanes(retrace(SYSTEM, broken(world)[law]), SYSTEM.laws), "```"]
    body = "\n".join(lines)
    return f"{head}{mark}\n{body}\n"


@pytest.mark.checkout
def test_the_story_shows_what_the_search_finds() -> None:
    text = STORY.read_text("utf-8")
    assert text == written(text)


if __name__ == "__main__":
    STORY.write_text(written(STORY.read_text("utf-8")), "utf-8")
