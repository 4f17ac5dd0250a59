"""Claims about the catalogue: every hazard and every law has a known-bad design, and each names who must catch it."""

from __future__ import annotations

from collections import Counter

import pytest

from strandline.properties.laws import LAWS
from strandline.properties.specimens import SPECIMENS
from strandline.properties.specimens.worlds import SPECIMEN_WORLDS
from strandline.properties.teeth.flaws_of_model import FLAWS, flawed
from strandline.properties.teeth.known import ASKED, KINDS, KNOWN, QUICK, Kind

HAZARDS = {f"H{number:02}" for number in range(1, 18)} - {"H14"}
"""Every hazard that a design of the scanner can stand for; there is no H14."""


@pytest.mark.parametrize(
    ("kind", "least"), [("mutant of the scanner", 30), ("flaw of the model", 5), ("specimen", 4), ("wrong text", 20)]
)
def test_there_are_enough_of_each_kind_by_itself(kind: Kind, least: int) -> None:
    assert Counter(known.kind for known in KNOWN.values() if not known.equivalent)[kind] >= least


def test_every_hazard_has_a_mutant_of_the_scanner() -> None:
    assert {known.hazard for known in KNOWN.values() if known.kind == "mutant of the scanner"} >= HAZARDS


def test_every_law_has_something_that_breaks_it() -> None:
    assert {known.law for known in KNOWN.values() if not known.equivalent} == {law.number for law in LAWS}


def test_every_design_names_an_engine_that_can_be_asked_of_its_kind() -> None:
    assert all(known.engine in ASKED[known.kind] for known in KNOWN.values())
    assert tuple(ASKED) == KINDS


def test_every_specimen_has_a_world_that_shows_it() -> None:
    assert {known.name for known in KNOWN.values() if known.kind == "specimen"} == set(SPECIMENS)
    assert {known.where for known in KNOWN.values() if known.kind == "specimen"} <= set(SPECIMEN_WORLDS)


def test_what_check_asks_breaks_every_law_that_events_can_break() -> None:
    assert {KNOWN[name].law for name in QUICK} == {law.number for law in LAWS if law.holds is not None}


@pytest.mark.parametrize("name", FLAWS)
def test_a_flaw_of_the_model_is_there_while_the_block_runs_and_gone_after_it(name: str) -> None:
    flaw = FLAWS[name]
    whole = vars(flaw.where)[flaw.attribute]
    with flawed(name):
        assert vars(flaw.where)[flaw.attribute] is flaw.by is not whole
    assert vars(flaw.where)[flaw.attribute] is whole
