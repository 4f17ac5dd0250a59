"""Claims about the catalogue: every hazard and every law has a mutant, and each names who must kill it."""

from __future__ import annotations

from collections import Counter

from strandline.properties.core.mutant import EXHAUST, FUZZ
from strandline.properties.systems.memo.mutants.registry import ASKED, KILLERS, KNOWN, MODEL_MUTANTS, QUICK
from strandline.properties.systems.memo.spec.laws import LAWS
from strandline.properties.systems.memo.spec.worlds import WORLDS
from strandline.properties.systems.memo.specimens import SPECIMENS
from strandline.properties.systems.memo.specimens.worlds import SPECIMEN_WORLDS

HAZARDS = {f"H{number:02}" for number in range(1, 18)} - {"H14"}
"""Every hazard that a mutant of the scanner can stand for; there is no H14."""


def test_no_mutant_is_lost() -> None:
    """Their names, hazards, sentences and laws stand in ``docs/checking.md`` and ``docs/teeth.md``."""
    assert Counter(mutant.kind for mutant in KNOWN.values() if not mutant.equivalent) == {
        "mutant of the scanner": 55,
        "mutant of the model": 5,
        "specimen": 4,
        "mutant of a contract": 47,
    }
    assert [mutant.name for mutant in KNOWN.values() if mutant.equivalent] == ["gap at the point"]


def test_every_hazard_has_a_mutant_of_the_scanner() -> None:
    assert {mutant.hazard for mutant in KNOWN.values() if mutant.kind == "mutant of the scanner"} >= HAZARDS


def test_every_law_has_something_that_breaks_it() -> None:
    assert {mutant.law for mutant in KNOWN.values() if not mutant.equivalent} == {law.number for law in LAWS}


def test_every_mutant_names_an_engine_that_can_be_asked_of_its_kind_and_every_engine_is_there() -> None:
    assert all(mutant.engine in ASKED[mutant.kind] for mutant in KNOWN.values())
    assert set(KILLERS.engines) == {*KILLERS.by, *KILLERS.together}


def test_every_specimen_and_every_mutant_of_the_model_has_a_world_that_shows_it() -> None:
    assert {mutant.name for mutant in KNOWN.values() if mutant.kind == "specimen"} == set(SPECIMENS)
    assert {mutant.where for mutant in KNOWN.values() if mutant.kind == "specimen"} <= set(SPECIMEN_WORLDS)
    assert {mutant.where for mutant in MODEL_MUTANTS.values()} <= set(WORLDS)


def test_what_check_asks_breaks_every_law_that_events_can_break_and_costs_no_game() -> None:
    assert {KNOWN[name].law for name in QUICK} == {law.number for law in LAWS if law.holds is not None}
    assert EXHAUST in {KNOWN[name].engine for name in QUICK}
    assert FUZZ not in {KNOWN[name].engine for name in QUICK}
