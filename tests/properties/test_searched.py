"""Worlds that are searched in processes of their own, and what a check claims of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest

from strandline.properties import claimed
from strandline.properties.claimed import EngineBrokenError, explored, worlds
from strandline.properties.laws import LAWS
from strandline.properties.memoworlds.family import FAMILY
from strandline.properties.memoworlds.shown import SHOWN
from strandline.properties.mutants import SHIPPED
from strandline.properties.report.retrace import retrace
from strandline.properties.searched import Searched, one
from strandline.properties.verdict import Claim, PartedError, Verdict
from strandline.properties.worlds import WORLDS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from strandline.properties.searched import Kind

pytestmark = pytest.mark.search


def quiet(_said: object) -> None:
    pass


@pytest.fixture(scope="module")
def dominance() -> Searched:
    return one("empty", "impl", "dominance", claimed.TERMS, quiet)


@pytest.fixture(scope="module")
def drop() -> Searched:
    return one("drop", "impl", SHIPPED, claimed.TERMS, quiet)


def given(monkeypatch: pytest.MonkeyPatch, *found: Searched) -> None:
    """Let these be what came of all searches."""

    def all_of(*_arguments: object) -> Iterator[Searched]:
        yield from found

    monkeypatch.setattr(claimed, "all_of", all_of)


def claims(kind: Kind = "impl", subject: str = SHIPPED) -> dict[str, Claim]:
    return {claim.law: claim for claim in explored(kind, subject, quiet)}


def test_a_check_searches_every_small_world_and_a_full_one_every_large_world_too() -> None:
    for kind in ("model", "impl"):
        assert set(worlds(kind, full=True)) == {*WORLDS, *FAMILY}
        assert set(WORLDS) < set(worlds(kind, full=False)) < {*WORLDS, *FAMILY}
        shown = {law for world in worlds(kind, full=False) for law in SHOWN[world]}
        assert shown >= {law.number for law in LAWS if law.twin is not None}


def test_a_trace_of_the_scanner_is_as_short_as_the_kept_one_and_breaks_its_law_when_taken_again(
    dominance: Searched,
) -> None:
    (trace,) = (trace for trace in dominance.traces if trace.law == "M3")
    assert (trace.subject, trace.world, len(trace.steps)) == ("dominance", "empty", 11)
    exhibit = retrace(trace)
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
    assert dict(found["M8"].counts) == {"states": 421, "transitions": 875, "depth": 16, "real steps": 174}
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
    """Let a search never have seen the twin of a law, or a sight."""
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


def test_a_twin_that_a_world_should_show_and_does_not_leaves_its_law_open(
    drop: Searched, monkeypatch: pytest.MonkeyPatch
) -> None:
    given(monkeypatch, never_seen(drop, "M8"))
    found = claims()
    assert found["M8"].verdict is Verdict.INCONCLUSIVE
    assert found["M8"].says == "its twin was never seen in world 'drop', which should show it"
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


def test_worlds_are_searched_side_by_side_and_told_of(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(claimed, "worlds", lambda _kind, full: ("three", "torn")[: 2 + full])
    told: list[str] = []
    found = list(explored("model", SHIPPED, told.append))
    assert {claim.verdict for claim in found} == {Verdict.HOLDS}
    assert dict(found[0].bounds) == {"worlds": "three, torn"}
    assert "world 'torn': 421 states, 699 transitions" in told
