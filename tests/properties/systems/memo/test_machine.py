"""Claims about the state machines: they get everywhere, clear the shipped scanner, and convict known-bad ones."""

from __future__ import annotations

from collections import Counter
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from strandline.model.memo.environment import REWRITE
from strandline.model.memo.state import Task
from strandline.model.memo.world import OFFERED, PHASES
from strandline.model.terms import Step
from strandline.properties.core.system import SHIPPED
from strandline.properties.core.verdict import LawBrokenError
from strandline.properties.engines.stateful.play import DERANDOMIZED, EXAMPLES, UNSHRUNK, play
from strandline.properties.engines.stateful.rules import fired
from strandline.properties.systems.memo.driver.lockstep import Lockstep
from strandline.properties.systems.memo.driver.templates import Templates
from strandline.properties.systems.memo.mutants.registry import planted
from strandline.properties.systems.memo.spec.laws import LAWS
from strandline.properties.systems.memo.stateful.machine import MACHINES, ScannerMachine

if TYPE_CHECKING:
    from collections.abc import Iterator

BY_LAW = ("dominance", "split", "blind sources", "undone drop", "empty on error")
BY_MODEL = ("no witnesses", "one anchor", "cursor only")


@pytest.mark.night  # `check` plays the same games on every change, and holds the covers to be seen in them
@pytest.mark.search
@pytest.mark.parametrize("engine", MACHINES)
def test_a_machine_gets_everywhere_and_finds_no_fault_with_the_shipped_scanner(engine: str) -> None:
    tally, broken = play(MACHINES[engine], SHIPPED, DERANDOMIZED)
    assert broken is None
    assert tally["cases"] >= EXAMPLES >= 300
    # codex writes over no row: the games of a plug that does are another machine's.
    possible = {*OFFERED, *PHASES} - {REWRITE} - ({"cancel"} if engine == "fuzz" else set())
    assert {name for name in possible if not tally[f"action {name}"]} == set()
    assert [name for name, count in fired(tally) if not count] == []
    assert {law.number for law in LAWS if law.cover is not None and not tally[f"cover {law.number}"]} == set()


@pytest.mark.parametrize("mutant", BY_LAW)
def test_a_known_bad_scanner_is_convicted_by_a_law(mutant: str) -> None:
    _, broken = play(ScannerMachine.on, mutant, UNSHRUNK)
    assert broken is not None


@pytest.mark.parametrize("mutant", BY_MODEL)
def test_a_known_bad_scanner_parts_ways_with_the_model_before_a_law_is_broken(mutant: str) -> None:
    """It is planted around the play, so that the machine takes it for the shipped scanner and asks the model too."""
    with planted(mutant), pytest.raises(AssertionError, match="scanner and model part ways"):
        play(ScannerMachine.on, SHIPPED, UNSHRUNK)


# One harness, step by step


@pytest.fixture
def harness() -> Iterator[Lockstep]:
    with Templates() as templates, closing(Lockstep("field", templates, Counter())) as harness:
        yield harness


READ = ("start", "locate", "connect", "read")


def let(harness: Lockstep, *names: str) -> None:
    for name in names:
        harness.take(Step(name, 0))


def test_a_law_that_is_broken_is_told_with_the_steps_that_lead_there(harness: Lockstep) -> None:
    with (
        planted("empty on error"),
        pytest.raises(LawBrokenError, match="M2 is broken in world 'field' after 4 steps") as told,
    ):
        let(harness, *READ[:3], "fail")
    assert (told.value.law, told.value.world) == ("M2", "field")
    assert told.value.steps == tuple(Step(name, 0) for name in (*READ[:3], "fail"))


def test_a_scanner_that_parts_ways_with_the_model_is_told_by_the_field_that_differs(harness: Lockstep) -> None:
    """No law minds an epoch that stays, as long as nothing is in flight; the model does."""
    with planted("undone drop"), pytest.raises(AssertionError, match=r"step 1, Step\(name='drop'") as told:
        harness.take(Step("drop"))
    assert str(told.value).splitlines()[1:] == ["  state.slot.epoch: 0", "  state.slot.epoch: 1"]


def test_a_refresh_that_runs_to_its_end_is_no_longer_in_flight(harness: Lockstep) -> None:
    harness.take(Step("append", None, 0))
    harness.take(Step("start", 2))
    harness.finish(2)
    assert harness.seen.tasks == (Task(), Task(), Task())
    assert harness.remembered() == [1]
    assert [step.name for step in harness.steps] == ["append", *READ, "check", "store"]


def test_what_is_remembered_are_the_sources_that_survive(harness: Lockstep) -> None:
    assert harness.remembered() == []
    for template in (0, 2):
        harness.take(Step("append", None, template))
    let(harness, *READ, "check", "store")
    harness.take(Step("delete", None, 1))
    assert harness.remembered() == [2]


def test_a_world_left_in_peace_is_judged_as_well() -> None:
    with Templates() as templates, closing(Lockstep("field", templates, Counter(), beside_model=False)) as harness:
        harness.take(Step("append", None, 0))
        with planted("never unchanged"), pytest.raises(LawBrokenError, match="M5 is broken"):
            harness.settle()


def test_in_wal_mode_a_file_is_not_written_over_under_a_connection(harness: Lockstep) -> None:
    """Its -wal would be laid over pages of another database."""
    assert harness.may_copy()
    let(harness, "start", "locate")
    assert not harness.may_copy()
