"""Claims about counted rules: one that cannot fire, and a cover that is never reached, are no pass, by name."""

from __future__ import annotations

from collections import Counter
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import precondition

from strandline.properties.core.system import SHIPPED
from strandline.properties.core.verdict import Verdict
from strandline.properties.engines.stateful import claims
from strandline.properties.engines.stateful.machine import Machine
from strandline.properties.engines.stateful.play import UNSHRUNK, play
from strandline.properties.engines.stateful.rules import fired, rule, rules_of
from strandline.properties.systems.memo.spec.laws import LAWS
from strandline.properties.systems.memo.stateful.machine import ScannerMachine, TrioScannerMachine
from strandline.properties.systems.memo.system import SYSTEM

if TYPE_CHECKING:
    from collections.abc import Iterator

    from strandline.properties.core.verdict import Claim

COVERS = {law.number for law in LAWS if law.holds is not None and law.cover is not None}
JUDGED = {law.number for law in LAWS if law.holds is not None}


class Lame(Machine):
    """A machine of which one rule can never fire."""

    @rule(number=st.integers(0, 3))
    def walk(self, number: int) -> None:
        """Fire."""
        assert number <= 3

    @rule()
    @precondition(lambda self: False)  # noqa: ARG005 - Hypothesis gives it the machine
    def fly(self) -> None:
        """Never fire."""


@contextmanager
def lame(_: str, tally: Counter[str]) -> Iterator[type[Lame]]:
    """Make that machine."""
    yield type("Playing", (Lame,), {"tally": tally})


class LameScannerMachine(ScannerMachine):
    """The shipped machine with a rule that cannot fire."""

    @rule()
    @precondition(lambda self: False)  # noqa: ARG005 - Hypothesis gives it the machine
    def fly(self) -> None:
        """Never fire."""


def test_a_rule_is_counted_each_time_it_fires_and_one_that_cannot_is_counted_as_nothing() -> None:
    tally, _ = play(lame, SHIPPED, settings(UNSHRUNK, max_examples=3, stateful_step_count=5))
    assert fired(tally) == (("fly", 0), ("walk", tally["rule walk"]))
    assert tally["rule walk"] == sum(tally.values()) > 3


def test_the_rules_of_a_machine_are_known_before_it_plays_with_those_that_it_inherits() -> None:
    plain, trio = rules_of(ScannerMachine), rules_of(TrioScannerMachine)
    assert set(trio) - set(plain) == {"cancel"}
    assert {"append", "finish", "race", "undermine", "settle"} <= set(plain)


def claimed(tally: Counter[str]) -> list[Claim]:
    """Give the claims of a play that reached what the tally says."""
    return list(claims.claimed(SYSTEM, "fuzz", SHIPPED, tally, None))


def everything(machine: type[ScannerMachine]) -> Counter[str]:
    """Give the tally of a play in which all that can happen did, once."""
    tally = Counter({f"rule {name}": 1 for name in rules_of(machine)})
    tally.update(f"cover {number}" for number in COVERS)
    return tally


@pytest.mark.parametrize("machine", [ScannerMachine, TrioScannerMachine])
def test_a_play_in_which_everything_happened_is_a_pass(machine: type[ScannerMachine]) -> None:
    found = claimed(everything(machine))
    assert {claim.law for claim in found} == JUDGED
    assert {claim.verdict for claim in found} == {Verdict.HOLDS}
    assert all(dict(claim.fired) == dict.fromkeys(dict(claim.fired), 1) != {} for claim in found)


def test_a_rule_that_never_fired_leaves_every_law_open_by_name() -> None:
    tally = everything(LameScannerMachine)
    tally["rule fly"] = 0
    found = claimed(tally)
    assert {claim.verdict for claim in found} == {Verdict.INCONCLUSIVE}
    assert {claim.says for claim in found} == {"rules that never fired: fly"}


def test_a_cover_that_was_never_reached_leaves_its_law_open_by_name() -> None:
    tally = everything(ScannerMachine)
    tally["cover M3"] = 0
    open_ = {claim.law: claim.says for claim in claimed(tally) if claim.verdict != "holds"}
    (cover,) = [law.cover for law in LAWS if law.number == "M3"]
    assert cover is not None
    assert open_ == {"M3": f"never reached in these cases: {cover.says}"}
