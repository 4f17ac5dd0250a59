"""Claims about the search of a mutant: it ends with the first world that breaks a law, and claims what it saw."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from strandline.model.state import Action
from strandline.properties import engines
from strandline.properties.engines import explored
from strandline.properties.exhaust.plain import Found
from strandline.properties.mutants import MUTANTS
from strandline.properties.verdict import Verdict
from strandline.properties.worlds import WORLDS

if TYPE_CHECKING:
    from collections.abc import Generator

SUBJECT = "dominance"
HOME = MUTANTS[SUBJECT].world


@pytest.fixture
def ended(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Let worlds end in the reverse of the order in which they began, two by two; give those that ended."""
    ended: list[str] = []

    def side_by_side(
        _job: object, asked: list[tuple[str, str]], _say: object
    ) -> Generator[tuple[tuple[str, str], Found], None, None]:
        for place in range(0, len(asked), 2):
            for subject, world in reversed(asked[place : place + 2]):
                ended.append(world)
                found = Found(complete=True)
                if world == HOME:
                    found.broken.update(M3=(Action("read", 0),), M5=(Action("read", 0),))
                yield (subject, world), found

    monkeypatch.setattr(engines, "side_by_side", side_by_side)
    return ended


def claimed(**options: Any) -> dict[str, tuple[Verdict, str]]:  # noqa: ANN401 - as in explored
    claims = list(explored(SUBJECT, lambda _line: None, **options))
    assert {claim.bounds for claim in claims} == {claims[0].bounds}
    return {claim.law: (claim.verdict, claim.bounds[0][1]) for claim in claims}


def test_a_search_until_a_law_is_broken_begins_where_the_mutant_is_known_to_be_caught(ended: list[str]) -> None:
    found = claimed(until_broken=True)
    assert ended[-1] == HOME
    assert len(ended) == 2
    assert found["M3"] == found["M5"] == (Verdict.VIOLATED, HOME)
    assert {verdict for law, (verdict, _) in found.items() if law not in {"M3", "M5"}} == {Verdict.INCONCLUSIVE}


def test_a_whole_search_goes_on_after_a_law_is_broken(ended: list[str]) -> None:
    found = claimed()
    assert sorted(ended) == sorted(WORLDS)
    assert found["M1"] == (Verdict.HOLDS, ", ".join(sorted(WORLDS)))
