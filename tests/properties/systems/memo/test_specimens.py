"""Claims about the published designs: which laws each breaks, in which world, and after how many steps.

What the search finds is pinned in ``docs/specimens``. When a world, a law or a specimen has changed for
a good reason, write the pages anew and review the difference::

    python3 run.py python tests/properties/systems/memo/test_specimens.py
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

import pytest

from strandline.model.terms import Step
from strandline.properties.core.system import SHIPPED
from strandline.properties.core.verdict import Trace
from strandline.properties.engines.reference import STATES_MAX, Found, search
from strandline.properties.engines.replay.retrace import retrace
from strandline.properties.evidence.lanes import lanes
from strandline.properties.evidence.replay import decode, encode
from strandline.properties.systems.memo.driver.fields import FIELDS
from strandline.properties.systems.memo.mutants.registry import planted
from strandline.properties.systems.memo.spec.laws import LAWS, laws_of
from strandline.properties.systems.memo.spec.worlds import WORLDS
from strandline.properties.systems.memo.specimens import SPECIMENS
from strandline.properties.systems.memo.specimens.engine import explore
from strandline.properties.systems.memo.specimens.rule import GATES
from strandline.properties.systems.memo.specimens.worlds import OWN, RESTART, SPECIMEN_WORLDS, without_restart
from strandline.properties.systems.memo.system import SYSTEM
from tests.properties.systems.memo.plainly import KINDS, SPACES

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.search

PAGES: Final = Path(__file__).parents[4] / "docs" / "specimens"
JUDGED: Final = [law.number for law in LAWS if law.holds is not None]


class Story(NamedTuple):
    """A hazard as a specimen shows it, and in how few words it is told: rows written, changes, refreshes."""

    specimen: str
    law: str
    world: str
    words: int | None = None


STORIES: Final = {
    "H01": Story("D0", "M1", "shrunk", 5),
    "H02": Story("D0", "M1", "emptied", 5),
    "H03": Story("D1", "M3", "shrunk", 6),
    "H04": Story("D2", "M1", "rotated"),
    "H05": Story("D2", "M3", "renamed"),
    "H06": Story("D2", "M1", "reissue"),
    "H07": Story("D3", "M1", "restored"),
    "H08": Story("D2", "M3", "appends", 4),
    "H09": Story("D2", "M3", "wide and slow"),
    "H10": Story("D0", "M1", "faults"),
    "H11": Story("D0", "M3", "appends"),
    "H12": Story("D2", "M1", "crowded"),
    "H13": Story("D2", "M8", "dropped"),
    "H15": Story("D2", "M1", "reset"),
    "H16": Story("D3", "M6", "busy"),
}
"""Each hazard that a specimen shows; a number of words where the shortest known telling has one."""


@cache
def found(name: str, world: str) -> Found:
    """Search a world of a specimen whole, once in each process."""
    searched = explore(name, world)
    assert searched.complete
    return searched


def broken(name: str, world: str) -> dict[str, int]:
    """Give the laws that a specimen breaks in a world, and after how many steps each."""
    return {law: len(steps) for law, steps in found(name, world).broken.items()}


def trace_of(name: str, law: str, world: str) -> Trace:
    return Trace(SPECIMENS[name].subject, world, law, found(name, world).broken[law])


def words(trace: Trace) -> int:
    """Count a trace in words: the rows there are at first, what the environment does, and each refresh once."""
    told = [step for step in trace.steps if step.actor is None or step.name == "start"]
    return len(SPECIMEN_WORLDS[trace.world].born_with) + len(told)


def breaks(name: str, law: str, world: str) -> bool:
    return law in broken(name, world)


# What the search finds


@pytest.mark.parametrize("name", SPECIMENS)
def test_a_specimen_breaks_the_law_that_it_is_known_for(name: str) -> None:
    assert any(breaks(name, SPECIMENS[name].law, world) for world in SPECIMEN_WORLDS)
    assert any(
        story.specimen == name and story.law == SPECIMENS[name].law and hazard == SPECIMENS[name].hazard
        for hazard, story in STORIES.items()
    )


@pytest.mark.parametrize("hazard", STORIES)
def test_a_hazard_is_shown_in_no_more_words_than_it_is_told_in(hazard: str) -> None:
    name, law, world, most = STORIES[hazard]
    assert breaks(name, law, world)
    assert most is None or words(trace_of(name, law, world)) <= most


@pytest.mark.parametrize("name", SPECIMENS)
def test_every_gate_of_a_specimen_is_passed_and_no_other(name: str) -> None:
    passed = {gate for world in ("busy", "edge", "dropped") for gate in found(name, world).firings if gate in GATES}
    rule = SPECIMENS[name].rule
    assert passed == {*rule.steps, "look", "put", *(["save"] if rule.saves else [])}


def test_a_world_of_the_specimens_has_no_name_of_a_world_of_the_scanner() -> None:
    """A trace names its world, so that two worlds of one name would be taken for each other."""
    assert not set(OWN) & {*WORLDS, *FIELDS}


# What each design closes, and what it does well


def test_d0_answers_well_with_appends_alone_however_its_refreshes_overlap() -> None:
    assert not breaks("D0", "M1", "appends")
    assert not breaks("D0", "M5", "appends")


@pytest.mark.parametrize("world", ["appends", "wide and slow"])
def test_d1_no_longer_lets_a_slow_refresh_of_an_unpruned_log_replace_a_newer_memo(world: str) -> None:
    assert breaks("D0", "M3", world)
    assert not breaks("D1", "M3", world)


@pytest.mark.parametrize("world", ["shrunk", "emptied", "rotated"])
def test_d2_no_longer_reports_for_good_what_was_deleted(world: str) -> None:
    """H01 and H02: left in peace D1 is wrong; D2 is not, whatever it was while the log moved."""
    assert breaks("D1", "M5", world)
    assert not breaks("D2", "M5", world)


def test_d2_no_longer_throws_the_truth_away_when_the_log_shrinks() -> None:
    """H03."""
    assert breaks("D1", "M3", "shrunk")
    assert not breaks("D2", "M3", "shrunk")


def test_d2_no_longer_takes_a_file_renamed_around_its_open_for_the_one_that_it_had() -> None:
    assert breaks("D1", "M1", "renamed")
    assert not breaks("D2", "M1", "renamed")


def test_d3_no_longer_takes_another_file_with_a_reissued_inode_number_for_the_one_it_knew() -> None:
    """H06."""
    assert breaks("D2", "M1", "reissue")
    assert not broken("D3", "reissue")


def test_d3_brings_no_memo_back_that_its_anchor_does_not_recognize() -> None:
    """Its saved memo may be older than the log, of its age, or ahead of it: each answer after the start is exact."""
    assert not breaks("D3", "M1", "restart")


def test_d3_goes_on_from_a_dropped_memo_after_the_next_start() -> None:
    """Refresh, drop, start anew, refresh: the drop left the saved memo alone. A shorter trace to M8 needs no start."""
    cold = ("exists", "stat", "open", "stat again", "number", "max", "recall", "tail", "mark", "put", "save")
    warm = ("exists", "stat", "open", "stat again", "number", "max", "recall", "anchor", "sources")
    steps = (
        *(Step(name, 0) for name in ("start", *cold)),
        *(Step(name) for name in ("drop", RESTART)),
        *(Step(name, 0) for name in ("start", *warm)),
    )
    exhibit = retrace(SYSTEM, Trace("specimen:D3", "dropped", "M8", steps))
    assert (exhibit.fits, exhibit.broken) == (len(steps), True)


# The scanner, where they fail


@pytest.mark.parametrize("world", OWN)
@pytest.mark.parametrize("kind", KINDS)
def test_the_model_and_the_shipped_scanner_hold_in_the_worlds_that_specimens_have_of_their_own(
    kind: str, world: str
) -> None:
    scope = without_restart(OWN[world])
    with planted(SHIPPED), SPACES[kind](scope) as space:
        searched = search(space, laws_of(scope), STATES_MAX)
    assert searched.complete
    assert searched.broken == {}


# Replay


@pytest.mark.parametrize("hazard", STORIES)
def test_the_trace_of_a_specimen_survives_a_file_and_breaks_its_law_again(hazard: str) -> None:
    trace = trace_of(*STORIES[hazard][:3])
    exhibit = retrace(SYSTEM, decode(encode(trace)))
    assert exhibit.broken
    assert exhibit.fits == len(trace.steps) == len(exhibit.frames)
    assert exhibit.ending


def test_a_trace_that_a_specimen_cannot_take_says_where_and_breaks_nothing() -> None:
    trace = trace_of("D0", "M1", "shrunk")
    for wrong in (Step("put", 0), Step("fail", 1), Step("put", 7), Step(RESTART)):
        exhibit = retrace(SYSTEM, trace._replace(steps=(*trace.steps[:2], wrong, *trace.steps[2:])))
        assert (exhibit.fits, exhibit.broken) == (2, False)


# The pages


def exhibits(name: str) -> Iterator[Trace]:
    """Give the shortest trace to each broken law, and the stories that this specimen tells."""
    shown: dict[tuple[str, str], None] = {}
    for law in JUDGED:
        worlds = [(broken(name, world)[law], world) for world in SPECIMEN_WORLDS if breaks(name, law, world)]
        if worlds:
            shown[law, min(worlds, key=lambda one: one[0])[1]] = None
    for story in STORIES.values():
        if story.specimen == name:
            shown[story.law, story.world] = None
    yield from (trace_of(name, law, world) for law, world in sorted(shown, key=lambda one: int(one[0][1:])))


def page(name: str) -> str:
    """Write what the search finds of a specimen."""
    title = {law.number: law.name for law in LAWS}
    lines = ["## Verdicts", "", "| law | verdict | shortest trace |", "|---|---|---|"]
    for law in JUDGED:
        lengths = [broken(name, world)[law] for world in SPECIMEN_WORLDS if breaks(name, law, world)]
        told = ("violated", f"{min(lengths)} steps" if min(lengths) != 1 else "1 step") if lengths else ("holds", "")
        lines.append(f"| {law} {title[law]} | {told[0]} | {told[1]} |".replace("|  |", "| |"))
    lines += ["", "Steps to the first violation in each world, and a dash where the law holds:", ""]
    lines += [f"| world | {' | '.join(JUDGED)} |", f"|---|{'---|' * len(JUDGED)}"]
    for world in SPECIMEN_WORLDS:
        steps = broken(name, world)
        lines.append(f"| {world} | {' | '.join(str(steps.get(law, '-')) for law in JUDGED)} |")
    for trace in exhibits(name):
        hazards = [number for number, story in STORIES.items() if story[:3] == (name, trace.law, trace.world)]
        head = f"## {trace.law} {title[trace.law]}, world {trace.world}"
        lines += ["", head + (f": {', '.join(hazards)}" if hazards else ""), "", "```"]
        lines += [*lanes(retrace(SYSTEM, trace), LAWS), "```"]
    return "\n".join(lines) + "\n"


def index() -> str:
    """Write which specimen shows which hazard."""
    lines = ["| hazard | specimen | law | world | steps |", "|---|---|---|---|---|"]
    for hazard, (name, law, world, _) in STORIES.items():
        link = f"[{name}]({file_name(name)})"
        lines.append(f"| {hazard} | {link} | {law} | {world} | {broken(name, world)[law]} |")
    lines += ["", f"| specimen | {' | '.join(JUDGED)} |", f"|---|{'---|' * len(JUDGED)}"]
    for name in SPECIMENS:
        told = ["violated" if any(breaks(name, law, world) for world in SPECIMEN_WORLDS) else "holds" for law in JUDGED]
        lines.append(f"| {name} {SPECIMENS[name].title} | {' | '.join(told)} |")
    return "\n".join(lines) + "\n"


def file_name(name: str) -> str:
    return f"{name.lower()}-{SPECIMENS[name].title}.md"


MARK: Final = "<!-- From here on written by tests/properties/systems/memo/test_specimens.py. -->\n"
"""What a page has above what is written; what stands above it is written by hand."""


def written(path: Path, text: str) -> str:
    """Give a page with its hand-written head and a new body."""
    head, mark, _ = path.read_text("utf-8").partition(MARK)
    assert mark, path
    return f"{head}{mark}\n{text}"


@pytest.mark.checkout
@pytest.mark.parametrize("name", SPECIMENS)
def test_the_page_of_a_specimen_shows_what_the_search_finds(name: str) -> None:
    path = PAGES / file_name(name)
    assert path.read_text("utf-8") == written(path, page(name))


@pytest.mark.checkout
def test_the_index_of_the_specimens_shows_what_the_search_finds() -> None:
    path = PAGES / "README.md"
    assert path.read_text("utf-8") == written(path, index())


if __name__ == "__main__":
    for known in SPECIMENS:
        (PAGES / file_name(known)).write_text(written(PAGES / file_name(known), page(known)), "utf-8")
    (PAGES / "README.md").write_text(written(PAGES / "README.md", index()), "utf-8")
