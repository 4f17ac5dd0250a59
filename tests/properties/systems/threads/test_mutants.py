"""Claims about the known-bad designs of a live thread: each is killed by the law that names it, where it says."""

from __future__ import annotations

from typing import Final

import pytest

from strandline.properties.core.verdict import Verdict
from strandline.properties.engines.own.searched import searched
from strandline.properties.engines.own.wiring import loaded

SYSTEM: Final = loaded("strandline.properties.systems.threads.system:SYSTEM")

JUDGED: Final = {law.number for law in SYSTEM.laws if law.holds is not None and law.number != "R"}

HAZARDS: Final = {"U1", "U2", "U4", "U7", "U8", "U9", "U11", "U12", "U13", "U14"}


@pytest.mark.search
@pytest.mark.parametrize("name", SYSTEM.mutants)
def test_a_mutant_is_killed_by_its_law_in_its_world(name: str) -> None:
    mutant = SYSTEM.mutants[name]
    found = searched(SYSTEM, name, mutant.where, lambda _line: None)
    assert mutant.law in [one.law for one in found.findings if one.verdict is Verdict.VIOLATED]


def test_every_law_that_is_judged_kills_a_mutant() -> None:
    """P11 is judged of where things come to rest."""
    assert {mutant.law for mutant in SYSTEM.mutants.values()} == JUDGED


def test_every_numbered_hazard_has_a_mutant() -> None:
    assert {mutant.hazard for mutant in SYSTEM.mutants.values()} >= HAZARDS


def test_a_barrier_that_looks_at_what_is_last_is_killed_by_precision() -> None:
    assert SYSTEM.mutants["latest"].law == "P3"
