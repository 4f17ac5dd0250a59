"""Claims about the state machines: that they get everywhere, let the shipped scanner pass, and convict known-bad ones."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import pytest
from hypothesis import Phase, settings

from strandline.model.environment import OFFERS
from strandline.model.refresh import STEPS
from strandline.model.state import Action
from strandline.properties.fuzz import DERANDOMIZED, EXAMPLES, MACHINES, play
from strandline.properties.laws import LAWS
from strandline.properties.machine import LawBrokenError, ScannerMachine, Stage
from strandline.properties.mutants import SHIPPED, planted
from strandline.properties.templates import Templates

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Iterator

UNSHRUNK = settings(DERANDOMIZED, phases=(Phase.generate,))
"""A conviction counts however long its trace is, and to shorten it takes most of the time."""

CAUGHT = ("dominance", "split", "blind sources", "undone drop", "no witnesses", "empty on error")


@cache
def played(engine: str) -> tuple[Counter[str], LawBrokenError | None]:
    """Play a machine on the shipped scanner, once for all tests of one process."""
    return play(MACHINES[engine], SHIPPED, DERANDOMIZED)


@pytest.mark.xdist_group("machine")
@pytest.mark.parametrize("engine", MACHINES)
def test_the_shipped_scanner_obeys_every_law_and_walks_with_its_model(engine: str) -> None:
    tally, broken = played(engine)
    assert broken is None
    assert tally["cases"] >= EXAMPLES >= 300


@pytest.mark.xdist_group("machine")
@pytest.mark.parametrize("engine", MACHINES)
def test_everything_that_can_happen_does(engine: str) -> None:
    tally, _ = played(engine)
    possible = {*OFFERS, *STEPS} - ({"cancel"} if engine == "fuzz" else set())
    assert {name for name in possible if not tally[f"rule {name}"]} == set()


@pytest.mark.xdist_group("machine")
@pytest.mark.parametrize("engine", MACHINES)
def test_what_must_sometimes_happen_does(engine: str) -> None:
    tally, _ = played(engine)
    assert {law.number for law in LAWS if law.twin is not None and not tally[f"twin {law.number}"]} == set()


@pytest.mark.parametrize("mutant", CAUGHT)
def test_a_known_bad_scanner_breaks_a_law_or_parts_ways_with_the_model(mutant: str) -> None:
    try:
        _, broken = play(ScannerMachine, mutant, UNSHRUNK)
    except AssertionError as parted:
        assert "scanner and model part ways" in str(parted)  # noqa: PT017 - a law is not raised but given
    else:
        assert broken is not None


# One stage, step by step


@pytest.fixture
def stage() -> Iterator[Stage]:
    with Templates() as templates:
        tally: Counter[str] = type(ScannerMachine.tally)()
        stage = Stage("field", "wal", templates, tally)
        yield stage
        stage.close()


READ = ("start", "locate", "connect", "read")


def let(stage: Stage, *names: str) -> None:
    for name in names:
        stage.take(Action(name, 0))


def test_a_law_that_is_broken_is_told_with_the_steps_that_lead_there(stage: Stage) -> None:
    with planted("empty on error"), pytest.raises(LawBrokenError, match="M2 is broken in world 'field' after 4 steps") as told:
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
    assert stage.shadow.tasks == (None, None, None)
    assert stage.remembered() == [1]
    assert [step.name for step in stage.steps] == ["append", *READ, "check", "store"]


def test_what_is_remembered_are_the_sources_that_survive(stage: Stage) -> None:
    assert stage.remembered() == []
    for template in (0, 2):
        stage.take(Action("append", None, template))
    let(stage, *READ, "check", "store")
    stage.take(Action("delete", None, 1))
    assert stage.remembered() == [2]


def test_a_world_left_in_peace_is_judged_as_well(stage: Stage) -> None:
    stage.take(Action("append", None, 0))
    with planted("never unchanged"), pytest.raises(LawBrokenError) as told:
        stage.settle()
    assert told.value.law in {"M5", "M6"}


def test_in_wal_mode_a_file_is_not_written_over_under_a_connection(stage: Stage) -> None:
    """Its -wal would be laid over pages of another database."""
    assert stage.may_copy()
    let(stage, "start", "locate")
    assert not stage.may_copy()
