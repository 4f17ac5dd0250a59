"""Claims about the walk: it plays the rules of the machine, the same from the same seed, and convicts what is bad."""

from __future__ import annotations

import gc
from collections import Counter
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from strandline.impl.memo.host import Host
from strandline.model.terms import Step
from strandline.properties.core.system import SHIPPED
from strandline.properties.core.verdict import Trace
from strandline.properties.engines.replay.shortest import shortest
from strandline.properties.engines.soak.journal import Counted, Journal, Reading
from strandline.properties.engines.soak.plan import Slice
from strandline.properties.engines.soak.slices import Player
from strandline.properties.engines.stateful.walk import walk
from strandline.properties.systems.memo.driver.gates import limits
from strandline.properties.systems.memo.driver.lockstep import Lockstep
from strandline.properties.systems.memo.driver.real import asked
from strandline.properties.systems.memo.driver.tasks import TrioShell
from strandline.properties.systems.memo.driver.templates import Templates
from strandline.properties.systems.memo.stateful.machine import MACHINES, ScannerMachine
from strandline.properties.systems.memo.system import SYSTEM

if TYPE_CHECKING:
    from pathlib import Path

    from strandline.impl.memo.effects import Result
    from strandline.properties.core.verdict import LawBrokenError


def caught(mutant: str, seed: int = 1) -> LawBrokenError:
    broken = [case.broken for case in walk(ScannerMachine.on, mutant, seed, cases=200, steps=40)]
    assert broken[-1] is not None
    assert not any(broken[:-1])
    return broken[-1]


@pytest.mark.parametrize("engine", MACHINES)
def test_one_seed_makes_one_walk(engine: str) -> None:
    once, again, other = (
        [case.counts for case in walk(MACHINES[engine], SHIPPED, seed, cases=2, steps=20)] for seed in (3, 3, 4)
    )
    assert once == again != other
    assert [counts["cases"] for counts in once] == [1, 1]


@pytest.mark.parametrize("engine", MACHINES)
def test_every_rule_draws_from_one_generator_and_nothing_else(engine: str) -> None:
    """A walk knows no strategies, so a rule with one of its own could not be played."""
    with MACHINES[engine](SHIPPED, Counter()) as machine:
        assert {tuple(rule.arguments) for rule in machine().rules} <= {(), ("random",)}


@pytest.mark.parametrize("mutant", ["dominance", "split", "blind sources"])
def test_a_known_bad_scanner_is_convicted_and_its_trace_is_made_short(mutant: str) -> None:
    broken = caught(mutant)
    trace = Trace(mutant, broken.world, broken.law, broken.steps)
    short = shortest(SYSTEM, trace)
    assert short is not None
    assert len(short.steps) < len(trace.steps)
    again = shortest(SYSTEM, short)
    assert again is not None
    assert len(again.steps) <= len(short.steps)


def test_a_trace_that_breaks_nothing_is_not_made_short() -> None:
    broken = caught("dominance")
    assert shortest(SYSTEM, Trace(SHIPPED, broken.world, broken.law, broken.steps)) is None


def test_ctrl_c_in_the_loop_of_the_trio_tasks_reaches_whoever_waits_for_them() -> None:
    """The loop ends of it: who went on waiting for a task would wait for nothing, and closing it would fail."""

    def interrupt(_: Result) -> Result:
        raise KeyboardInterrupt

    with Templates() as templates, closing(Lockstep("field", templates, Counter())) as harness:
        begun = asked(harness.scope, 0)
        shell = TrioShell(Host(harness.disk.path, limits=limits(harness.scope)))
        shell.begin(0, begun)
        with pytest.raises(KeyboardInterrupt):
            shell.perform(0, begun[1], interrupt)
        shell.close()


def test_a_slice_stops_after_the_case_at_which_the_soak_is_over(tmp_path: Path) -> None:
    with Journal(tmp_path, "main", 1) as journal:
        Player(SYSTEM, SHIPPED, journal, tmp_path).play(Slice(0, "fuzz", 1, cases=50, steps=1), lambda: True)
    told = [line for line in Reading(next(tmp_path.glob("*.jsonl"))).lines() if isinstance(line, Counted)]
    assert [line.counts["cases"] for line in told] == [1]


def test_a_read_that_fails_lets_the_writer_in_again() -> None:
    """In rollback-journal mode a cursor that outlives its error keeps the lock."""
    with Templates() as templates, closing(Lockstep("field, rollback journal", templates, Counter())) as harness:
        for name in ("append", "append", "append", "start", "locate", "connect"):
            harness.take(Step(name, None if name == "append" else 0))
        gc.disable()
        try:
            harness.take(Step("fail", 0))
            harness.take(Step("empty"))
        finally:
            gc.enable()
        assert harness.seen.log.rows == ()
