"""Claims about the state machines: they get everywhere, clear the shipped scanner, and convict known-bad ones."""

from __future__ import annotations

from collections import Counter
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from strandline.model.environment import OFFERS, REWRITE
from strandline.model.refresh import STEPS
from strandline.model.state import Action
from strandline.properties.fuzz import DERANDOMIZED, EXAMPLES, MACHINES, UNSHRUNK, play
from strandline.properties.harness.stage import LawBrokenError, Stage
from strandline.properties.harness.templates import Templates
from strandline.properties.laws import LAWS
from strandline.properties.machine import ScannerMachine
from strandline.properties.mutants import SHIPPED, planted
from strandline.properties.rules import fired

if TYPE_CHECKING:
    from collections.abc import Iterator

BY_LAW = ("dominance", "split", "blind sources", "undone drop", "empty on error")
BY_MODEL = ("no witnesses", "one anchor", "cursor only")


@pytest.mark.night  # `check` plays the same games on every change, and holds the twins to be seen in them
@pytest.mark.search
@pytest.mark.parametrize("engine", MACHINES)
def test_a_machine_gets_everywhere_and_finds_no_fault_with_the_shipped_scanner(engine: str) -> None:
    tally, broken = play(MACHINES[engine], SHIPPED, DERANDOMIZED)
    assert broken is None
    assert tally["cases"] >= EXAMPLES >= 300
    # codex writes over no row: the games of a plug that does are another machine's.
    possible = {*OFFERS, *STEPS} - {REWRITE} - ({"cancel"} if engine == "fuzz" else set())
    assert {name for name in possible if not tally[f"action {name}"]} == set()
    assert [name for name, count in fired(MACHINES[engine], tally) if not count] == []
    assert {law.number for law in LAWS if law.twin is not None and not tally[f"twin {law.number}"]} == set()


@pytest.mark.parametrize("mutant", BY_LAW)
def test_a_known_bad_scanner_is_convicted_by_a_law(mutant: str) -> None:
    _, broken = play(ScannerMachine, mutant, UNSHRUNK)
    assert broken is not None


@pytest.mark.parametrize("mutant", BY_MODEL)
def test_a_known_bad_scanner_parts_ways_with_the_model_before_a_law_is_broken(mutant: str) -> None:
    """It is planted around the play, so that the machine takes it for the shipped scanner and asks the model too."""
    with planted(mutant), pytest.raises(AssertionError, match="scanner and model part ways"):
        play(ScannerMachine, SHIPPED, UNSHRUNK)


# One stage, step by step


@pytest.fixture
def stage() -> Iterator[Stage]:
    with Templates() as templates, closing(Stage("field", templates, Counter())) as stage:
        yield stage


READ = ("start", "locate", "connect", "read")


def let(stage: Stage, *names: str) -> None:
    for name in names:
        stage.take(Action(name, 0))


def test_a_law_that_is_broken_is_told_with_the_steps_that_lead_there(stage: Stage) -> None:
    with (
        planted("empty on error"),
        pytest.raises(LawBrokenError, match="M2 is broken in world 'field' after 4 steps") as told,
    ):
        let(stage, *READ[:3], "fail")
    assert (told.value.law, told.value.world) == ("M2", "field")
    assert told.value.steps == tuple(Action(name, 0) for name in (*READ[:3], "fail"))


def test_a_scanner_that_parts_ways_with_the_model_is_told_by_the_field_that_differs(stage: Stage) -> None:
    """No law minds an epoch that stays, as long as nothing is in flight; the model does."""
    with planted("undone drop"), pytest.raises(AssertionError, match=r"step 1, Action\(name='drop'") as told:
        stage.take(Action("drop"))
    assert str(told.value).splitlines()[1:] == ["  state.slot.epoch: 0", "  state.slot.epoch: 1"]


def test_a_refresh_that_runs_to_its_end_is_no_longer_in_flight(stage: Stage) -> None:
    stage.take(Action("append", None, 0))
    stage.take(Action("start", 2))
    stage.finish(2)
    assert stage.seen.tasks == (None, None, None)
    assert stage.remembered() == [1]
    assert [step.name for step in stage.steps] == ["append", *READ, "check", "store"]


def test_what_is_remembered_are_the_sources_that_survive(stage: Stage) -> None:
    assert stage.remembered() == []
    for template in (0, 2):
        stage.take(Action("append", None, template))
    let(stage, *READ, "check", "store")
    stage.take(Action("delete", None, 1))
    assert stage.remembered() == [2]


def test_a_world_left_in_peace_is_judged_as_well() -> None:
    with Templates() as templates, closing(Stage("field", templates, Counter(), beside_model=False)) as stage:
        stage.take(Action("append", None, 0))
        with planted("never unchanged"), pytest.raises(LawBrokenError, match="M5 is broken"):
            stage.settle()


def test_in_wal_mode_a_file_is_not_written_over_under_a_connection(stage: Stage) -> None:
    """Its -wal would be laid over pages of another database."""
    assert stage.may_copy()
    let(stage, "start", "locate")
    assert not stage.may_copy()
