"""Claims about counted rules: one that cannot fire, and a twin that is never reached, are no pass, by name."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, run_state_machine_as_test

from strandline.properties import fuzz
from strandline.properties.fuzz import MACHINES, UNSHRUNK
from strandline.properties.laws import LAWS
from strandline.properties.machine import ScannerMachine, TrioScannerMachine
from strandline.properties.mutants import SHIPPED
from strandline.properties.rules import fired, rule
from strandline.properties.verdict import Verdict

if TYPE_CHECKING:
    from strandline.properties.verdict import Claim

TWINS = {law.number for law in LAWS if law.holds is not None and law.twin is not None}
JUDGED = {law.number for law in LAWS if law.holds is not None}


class Lame(RuleBasedStateMachine):
    """A machine of which one rule can never fire."""

    tally: Counter[str]

    @rule(number=st.integers(0, 3))
    def walk(self, number: int) -> None:
        """Fire."""
        assert number <= 3

    @rule()
    @precondition(lambda self: False)  # noqa: ARG005 - Hypothesis gives it the machine
    def fly(self) -> None:
        """Never fire."""


class LameScannerMachine(ScannerMachine):
    """The shipped machine with a rule that cannot fire."""

    @rule()
    @precondition(lambda self: False)  # noqa: ARG005 - Hypothesis gives it the machine
    def fly(self) -> None:
        """Never fire."""


def test_a_rule_is_counted_each_time_it_fires_and_one_that_cannot_is_counted_as_nothing() -> None:
    tally: Counter[str] = Counter()
    playing = type("Playing", (Lame,), {"tally": tally})
    run_state_machine_as_test(playing, settings=settings(UNSHRUNK, max_examples=3, stateful_step_count=5))
    counts = dict(fired(Lame, tally))
    assert counts["fly"] == 0
    assert counts["walk"] == sum(tally.values()) > 3


def test_the_rules_of_a_machine_are_known_before_it_plays_with_those_that_it_inherits() -> None:
    plain, trio = dict(fired(ScannerMachine, Counter())), dict(fired(TrioScannerMachine, Counter()))
    assert set(trio) - set(plain) == {"cancel"}
    assert {"append", "finish", "race", "undermine", "settle"} <= set(plain)
    assert set(plain.values()) == {0}


def claimed(machine: type[ScannerMachine], tally: Counter[str]) -> list[Claim]:
    """Give the claims of a play that reached what the tally says."""
    return list(fuzz.claimed("fuzz", machine, SHIPPED, tally, None))


def everything(machine: type[ScannerMachine]) -> Counter[str]:
    """Give the tally of a play in which all that can happen did, once."""
    tally = Counter({f"rule {name}": 1 for name, _ in fired(machine, Counter())})
    tally.update(f"twin {number}" for number in TWINS)
    return tally


@pytest.mark.parametrize("machine", MACHINES.values())
def test_a_play_in_which_everything_happened_is_a_pass(machine: type[ScannerMachine]) -> None:
    found = claimed(machine, everything(machine))
    assert {claim.law for claim in found} == JUDGED
    assert {claim.verdict for claim in found} == {Verdict.HOLDS}
    assert all(dict(claim.fired) == dict.fromkeys(dict(claim.fired), 1) != {} for claim in found)


def test_a_rule_that_never_fired_leaves_every_law_open_by_name() -> None:
    tally = everything(LameScannerMachine)
    tally["rule fly"] = 0
    found = claimed(LameScannerMachine, tally)
    assert {claim.verdict for claim in found} == {Verdict.INCONCLUSIVE}
    assert {claim.says for claim in found} == {"rules that never fired: fly"}


def test_a_twin_that_was_never_reached_leaves_its_law_open_by_name() -> None:
    tally = everything(ScannerMachine)
    tally["twin M3"] = 0
    open_ = {claim.law: claim.says for claim in claimed(ScannerMachine, tally) if claim.verdict != "holds"}
    (twin,) = [law.twin for law in LAWS if law.number == "M3"]
    assert twin is not None
    assert open_ == {"M3": f"never reached in these cases: {twin.says}"}
