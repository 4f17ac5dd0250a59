"""Claims about trials: what is searched and played is told, and nothing short of all is a pass."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from strandline.properties.core.verdict import PartedError, Verdict
from strandline.properties.systems.memo import trial as module
from strandline.properties.systems.memo.driver.fields import FIELDS, Field
from strandline.properties.systems.memo.driver.plug import CODEX
from strandline.properties.systems.memo.spec.worlds import WORLDS
from strandline.properties.systems.memo.trial import trial

if TYPE_CHECKING:
    from collections.abc import Callable

    from strandline.model.memo.state import Scope

NARROW = {"narrow field": FIELDS["narrow field"]}


def test_what_was_never_seen_keeps_a_trial_from_being_a_pass() -> None:
    found = trial(CODEX, {"empty": WORLDS["empty"]}, {})
    assert (found.verdict, found.exhibits) == (Verdict.INCONCLUSIVE, ())
    assert any(line == "M2: never seen: a refresh fails" for line in found.short)
    assert [*found.lines()][-1] == "inconclusive"


def test_a_world_that_was_not_searched_whole_keeps_a_trial_from_being_a_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "STATES_MAX", 10)
    found = trial(CODEX, {"empty": WORLDS["empty"]}, {})
    assert found.verdict is Verdict.INCONCLUSIVE
    assert sum("not searched whole, it has more than 10 states" in line for line in found.short) == 2


def test_a_violation_is_drawn_and_is_the_verdict_whatever_else_is_short() -> None:
    found = trial(CODEX, {"empty": WORLDS["empty"]}, {}, subject="unread")
    lines = [*found.lines()]
    assert found.short
    assert found.verdict is Verdict.VIOLATED
    assert any(line.startswith("M1 on unread, world empty") for line in lines)
    assert lines[-1] == "violated"


def test_a_violation_in_a_game_is_drawn_as_well() -> None:
    found = trial(CODEX, {}, NARROW, subject="empty on error")
    (exhibit,) = found.exhibits
    assert (exhibit.trace.law, exhibit.trace.world, exhibit.broken) == ("M2", "narrow field", True)


def test_a_scanner_that_parts_ways_with_the_model_is_broken_and_the_place_is_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def parting(*_: object) -> None:
        raise PartedError("scanner and model part ways after step 3:\n  state.slot: None")

    monkeypatch.setattr(module, "play", parting)
    found = trial(CODEX, {}, NARROW)
    assert (found.verdict, found.exhibits) == (Verdict.BROKEN, ())
    assert [*found.lines()] == ["scanner and model part ways after step 3:", "  state.slot: None", "broken"]


@pytest.mark.parametrize(
    "run",
    [
        lambda scope: trial(CODEX, {"other": scope}, {}),
        lambda scope: trial(CODEX, {}, {"other": Field(scope, "wal")}),
    ],
    ids=["world", "field"],
)
def test_a_world_of_other_rows_is_refused(run: Callable[[Scope], object]) -> None:
    other = replace(WORLDS["empty"], rules=replace(CODEX.rules, name="other"))
    with pytest.raises(ValueError, match="a world of 'other' rows cannot be played in a table of 'codex'"):
        run(other)


def test_a_mutant_that_there_is_not_is_refused() -> None:
    with pytest.raises(KeyError, match="no such"):
        trial(CODEX, {"empty": WORLDS["empty"]}, {}, subject="no such")
