"""Worlds that are searched in processes of their own, and what a check claims of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec
import pytest

from strandline.properties.core.findings import MODEL_ENGINE
from strandline.properties.core.mutant import EXHAUST
from strandline.properties.core.system import MODEL, SHIPPED
from strandline.properties.core.verdict import Claim, PartedError, Verdict
from strandline.properties.engines.exhaust import claims as claiming
from strandline.properties.engines.exhaust.claims import TERMS, EngineBrokenError, explored
from strandline.properties.engines.exhaust.parallel import Searched, one
from strandline.properties.engines.replay.retrace import retrace
from strandline.properties.systems.memo.engines import worlds
from strandline.properties.systems.memo.memoworlds.family import FAMILY
from strandline.properties.systems.memo.memoworlds.shown import SHOWN
from strandline.properties.systems.memo.mutants.registry import MUTANTS
from strandline.properties.systems.memo.spec.laws import LAWS
from strandline.properties.systems.memo.spec.worlds import WORLDS
from strandline.properties.systems.memo.system import SYSTEM

if TYPE_CHECKING:
    from collections.abc import Iterator

    from strandline.properties.core.system import System

pytestmark = pytest.mark.search


def quiet(_said: object) -> None:
    pass


@pytest.fixture(scope="module")
def dominance() -> Searched:
    return one(SYSTEM, "empty", "dominance", TERMS, quiet)


@pytest.fixture(scope="module")
def drop() -> Searched:
    return one(SYSTEM, "drop", SHIPPED, TERMS, quiet)


def given(monkeypatch: pytest.MonkeyPatch, *found: Searched) -> None:
    """Let these be what came of all searches."""

    def all_of(*_arguments: object) -> Iterator[Searched]:
        yield from found

    monkeypatch.setattr(claiming, "all_of", all_of)


def claims(subject: str = SHIPPED) -> dict[str, Claim]:
    return {claim.law: claim for claim in explored(SYSTEM, EXHAUST, subject, WORLDS, quiet)}


def test_a_check_searches_every_small_world_and_a_full_one_every_large_world_too() -> None:
    for engine in (MODEL_ENGINE, EXHAUST):
        assert set(worlds(engine, full=True)) == {*WORLDS, *FAMILY}
        assert set(WORLDS) < set(worlds(engine, full=False)) < {*WORLDS, *FAMILY}
        shown = {law for world in worlds(engine, full=False) for law in SHOWN[world]}
        assert shown >= {law.number for law in LAWS if law.cover is not None}


def test_a_trace_of_the_scanner_is_as_short_as_the_kept_one_and_breaks_its_law_when_taken_again(
    dominance: Searched,
) -> None:
    (trace,) = (trace for trace in dominance.traces if trace.law == "M3")
    assert (trace.subject, trace.world, len(trace.steps)) == ("dominance", "empty", 11)
    exhibit = retrace(SYSTEM, trace)
    assert exhibit.broken
    assert exhibit.fits == 11


def test_a_broken_law_is_claimed_with_its_trace(dominance: Searched, monkeypatch: pytest.MonkeyPatch) -> None:
    given(monkeypatch, dominance)
    claim = claims(subject="dominance")["M3"]
    assert (claim.verdict, claim.says) == (Verdict.VIOLATED, "broken after 11 steps in world 'empty'")
    assert claim.trace is not None


def test_a_world_that_was_searched_whole_bears_out_every_law_with_its_counts(
    drop: Searched, monkeypatch: pytest.MonkeyPatch
) -> None:
    given(monkeypatch, drop)
    found = claims()
    assert set(found) == {law.number for law in LAWS if law.holds is not None}
    assert {claim.verdict for claim in found.values()} == {Verdict.HOLDS}
    assert dict(found["M8"].counts) == {"states": 421, "transitions": 875, "depth": 16, "real steps": 143}
    assert found["M8"].reached
    assert not found["M2"].reached


def test_a_step_of_the_scanner_that_is_not_the_models_breaks_the_engine_unless_it_is_a_mutants(
    dominance: Searched, monkeypatch: pytest.MonkeyPatch
) -> None:
    given(monkeypatch, dominance)
    with pytest.raises(PartedError, match="world 'empty': a step of the scanner is not the model's"):
        claims()


def altered(found: Searched, **changes: object) -> Searched:
    """Change what a search claims."""
    return found._replace(
        report=msgspec.structs.replace(found.report, claims=msgspec.structs.replace(found.report.claims, **changes))
    )


def never_seen(found: Searched, name: str) -> Searched:
    """Let a search never have seen the cover of a law, or one of no law."""
    laws = (
        msgspec.structs.replace(law, reached=0) if law.law.startswith(f"{name}: ") else law
        for law in found.report.claims.laws
    )
    return altered(found, laws=tuple(laws))


def test_a_world_that_was_not_searched_whole_bears_out_no_law(drop: Searched, monkeypatch: pytest.MonkeyPatch) -> None:
    given(monkeypatch, altered(drop, ended="more than 5 states"))
    assert {claim.verdict for claim in claims().values()} == {Verdict.INCONCLUSIVE}
    given(monkeypatch, altered(drop, unfired=("drop",)))
    assert {claim.says for claim in claims().values()} == {
        "world 'drop' was not searched whole: it has actions that never fire: drop"
    }


def test_a_cover_that_a_world_should_show_and_does_not_leaves_its_law_open(
    drop: Searched, monkeypatch: pytest.MonkeyPatch
) -> None:
    given(monkeypatch, never_seen(drop, "M8"))
    found = claims()
    assert found["M8"].verdict is Verdict.INCONCLUSIVE
    assert found["M8"].says == "its cover was never seen in world 'drop', which should show it"
    assert found["M3"].verdict is Verdict.HOLDS


def test_a_sight_that_a_world_should_show_and_does_not_leaves_every_law_open(
    drop: Searched, monkeypatch: pytest.MonkeyPatch
) -> None:
    given(monkeypatch, never_seen(drop, "unchanged"))
    assert {(claim.verdict, claim.says) for claim in claims().values()} == {
        (
            Verdict.INCONCLUSIVE,
            "world 'drop' should show and never did: unchanged: a refresh of an unchanged log reads no row",
        )
    }


def test_a_search_that_is_broken_breaks_the_engine(drop: Searched, monkeypatch: pytest.MonkeyPatch) -> None:
    given(monkeypatch, altered(drop, verdict="broken", ended="action 'x' raised"))
    with pytest.raises(EngineBrokenError, match="world 'drop': action 'x' raised"):
        claims()


def test_worlds_are_searched_side_by_side_and_told_of() -> None:
    told: list[str] = []
    found = list(explored(SYSTEM, MODEL_ENGINE, MODEL, ("torn", "three"), told.append))
    assert {claim.verdict for claim in found} == {Verdict.HOLDS}
    assert dict(found[0].bounds) == {"worlds": "three, torn"}
    assert "world 'torn': 421 states, 699 transitions" in told


HOME: Final = MUTANTS["dominance"].where
BEFORE: Final = next(name for name in WORLDS if name != HOME)
"""The world that is searched beside the mutant's own."""


@pytest.fixture
def ended(dominance: Searched, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Let worlds end in the reverse of the order in which they began, two by two; give those that ended."""
    ended: list[str] = []

    def all_of(_system: System, asked: list[str], *_rest: object) -> Iterator[Searched]:
        for place in range(0, len(asked), 2):
            for world in reversed(asked[place : place + 2]):
                ended.append(world)
                yield dominance._replace(world=world, traces=dominance.traces if world == HOME else ())

    monkeypatch.setattr(claiming, "all_of", all_of)
    return ended


def mutants(*, until_broken: bool) -> dict[str, tuple[Verdict, str]]:
    claims = list(explored(SYSTEM, EXHAUST, "dominance", WORLDS, quiet, until_broken=until_broken))
    assert {claim.bounds for claim in claims} == {claims[0].bounds}
    return {claim.law: (claim.verdict, claim.bounds[0][1]) for claim in claims}


def test_a_search_until_a_law_is_broken_begins_where_the_mutant_is_known_to_be_killed(ended: list[str]) -> None:
    found = mutants(until_broken=True)
    assert ended == [BEFORE, HOME]
    assert found["M3"] == found["M5"] == (Verdict.VIOLATED, HOME)
    assert {verdict for law, (verdict, _) in found.items() if law not in {"M3", "M5"}} == {Verdict.INCONCLUSIVE}


def test_a_whole_search_goes_on_after_a_law_is_broken(ended: list[str]) -> None:
    found = mutants(until_broken=False)
    assert sorted(ended) == sorted(WORLDS)
    assert found["M1"] == (Verdict.HOLDS, ", ".join(sorted(WORLDS)))


def test_a_mutant_that_a_world_refuses_breaks_the_engine_after_the_laws_that_it_broke_are_claimed(
    dominance: Searched, monkeypatch: pytest.MonkeyPatch
) -> None:
    refused = altered(dominance, verdict="broken", ended="a step looks aside", world="three")
    given(monkeypatch, dominance._replace(world=HOME), refused._replace(world="three", traces=()))
    searched = explored(SYSTEM, EXHAUST, "dominance", WORLDS, quiet)
    assert {next(searched).law, next(searched).law} == {"M3", "M5"}
    with pytest.raises(EngineBrokenError, match="world 'three': a step looks aside"):
        next(searched)


def test_a_world_that_refuses_a_mutant_ends_the_search_until_a_law_is_broken(
    dominance: Searched, monkeypatch: pytest.MonkeyPatch
) -> None:
    refused = altered(dominance, verdict="broken", ended="a step looks aside", world=HOME)
    given(monkeypatch, dominance._replace(world=BEFORE), refused._replace(world=HOME, traces=()))
    with pytest.raises(EngineBrokenError, match=f"world '{HOME}': a step looks aside"):
        list(explored(SYSTEM, EXHAUST, "dominance", WORLDS, quiet, until_broken=True))
