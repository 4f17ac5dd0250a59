"""Claims about the derived machine: a system with none of its own is played by a rule for each of its actions."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import pytest
from hypothesis import settings

from strandline.properties.core.system import MODEL, SHIPPED, Worlds
from strandline.properties.core.verdict import LawBrokenError, Trace, Verdict
from strandline.properties.engines.soak.journal import Broke, Journal
from strandline.properties.engines.soak.plan import Slice
from strandline.properties.engines.soak.slices import Player
from strandline.properties.engines.stateful.claims import claimed
from strandline.properties.engines.stateful.derived import derived, machines_of
from strandline.properties.engines.stateful.play import DERANDOMIZED, UNSHRUNK, play
from strandline.properties.engines.stateful.rules import fired
from strandline.properties.engines.stateful.walk import walk
from strandline.properties.evidence.replay import load
from strandline.properties.systems.memo.system import SYSTEM as MEMO
from tests.properties.engines.stateful.shelf import SHELF, opened

if TYPE_CHECKING:
    from pathlib import Path


(MACHINE,) = machines_of(SHELF).values()
BRIEF: Final = settings(DERANDOMIZED, max_examples=30, stateful_step_count=20)


def test_whatever_can_happen_is_drawn_and_counted_as_a_rule_and_so_is_the_question_at_peace() -> None:
    tally, broken = play(MACHINE, SHIPPED, BRIEF)
    assert broken is None
    assert [name for name, count in fired(tally) if count] == ["fill up", "left in peace", "take"]
    assert tally["steps"] == tally["rule fill up"] + tally["action take"] > 10 * tally["cases"] >= 300
    assert tally["cover L1"] == tally["action take"] + tally["rule left in peace"]


def test_an_action_that_no_world_offers_is_a_rule_that_never_fired_and_no_pass() -> None:
    system = replace(SHELF, actions=(*SHELF.actions, "burn"))
    tally, _ = play(derived(system), SHIPPED, BRIEF)
    assert ("burn", 0) in fired(tally)
    assert {claim.says for claim in claimed(system, "fuzz", SHIPPED, tally, None)} == {"rules that never fired: burn"}


def test_where_nothing_can_happen_a_case_comes_to_its_end() -> None:
    tally, broken = play(derived(replace(SHELF, worlds=Worlds(("stuck",)))), SHIPPED, BRIEF)
    assert (broken, tally["steps"]) == (None, 0)
    assert tally["cases"] >= 1


@pytest.mark.parametrize(("mutant", "law"), [("leaky", "L1"), ("idle", "L2")])
def test_a_mutant_is_convicted_by_the_law_that_it_names_alone(mutant: str, law: str) -> None:
    """Of ``idle`` it is what would become of a state left in peace that breaks the law, and every event breaks both."""
    _, broken = play(MACHINE, mutant, BRIEF)
    assert broken is not None
    assert broken.law == law
    trace = Trace(mutant, broken.world, broken.law, broken.steps)
    verdicts = {claim.law: claim.verdict for claim in claimed(SHELF, "fuzz", mutant, Counter(), trace)}
    assert verdicts.pop(law) is Verdict.VIOLATED
    assert set(verdicts.values()) == {Verdict.INCONCLUSIVE}


@pytest.mark.parametrize("bound", [0, 1, 30])
def test_shrinking_is_bounded_and_gives_the_shortest_case_so_far(bound: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is told is a case that was played, whatever Hypothesis was about to try."""
    whole, shortest = play(MACHINE, "idle", BRIEF)
    monkeypatch.setattr("strandline.properties.engines.stateful.derived.STEPS_SHRUNK_MAX", bound)
    tally, found = play(MACHINE, "idle", BRIEF)
    assert shortest is not None
    assert found is not None
    assert len(shortest.steps) <= len(found.steps)
    assert tally["steps"] < whole["steps"]
    with pytest.raises(LawBrokenError):
        take(found)


def take(broken: LawBrokenError) -> None:
    """Take the steps of a case again, and leave the world in peace."""
    with opened("idle", broken.world) as space:
        shelf = space.first
        for step in broken.steps:
            shelf, _ = space.step(shelf, step)
        if tuple(space.probe(shelf)) != (1,):
            raise broken


def test_a_walk_plays_it_too_the_same_from_the_same_seed() -> None:
    once, again, other = ([case.counts for case in walk(MACHINE, SHIPPED, seed, 3, 20)] for seed in (1, 1, 2))
    assert once == again != other
    assert [case.broken is not None for case in walk(MACHINE, "leaky", 1, 50, 20)][-1]


def test_a_slice_of_a_soak_plays_it_and_makes_its_trace_small(tmp_path: Path) -> None:
    with Journal(tmp_path, "main", 1) as journal:
        found = Player(SHELF, "leaky", journal, tmp_path).play(Slice(0, "fuzz", 1, 50, 20), lambda: False)
    assert isinstance(found, Broke)
    assert (found.law, found.replays) == ("L1", True)
    assert len(load(found.trace).steps) == found.steps


@pytest.mark.parametrize(
    ("broken", "says"),
    [
        ({"worlds": Worlds(())}, "system 'shelf' has no world to play in"),
        ({"actions": ()}, "system 'shelf' has neither machines nor names of actions to make one of"),
    ],
)
def test_a_system_that_nothing_can_be_derived_from_is_told_in_a_line(broken: dict[str, Any], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        machines_of(replace(SHELF, **broken))


def test_an_action_that_the_system_does_not_name_is_told() -> None:
    with pytest.raises(ValueError, match=r"does not name these of its actions: \['take'\]"):
        play(derived(replace(SHELF, actions=("fill up",))), SHIPPED, BRIEF)


# On the memo, which has machines of its own


@pytest.mark.parametrize("subject", [MODEL, SHIPPED])
def test_on_the_small_worlds_of_the_memo_it_gets_around_and_finds_nothing(subject: str) -> None:
    (machine,) = machines_of(replace(MEMO, machines={}, worlds=Worlds(MEMO.worlds.small))).values()
    tally, broken = play(machine, subject, settings(DERANDOMIZED, max_examples=60))
    assert broken is None
    assert tally["steps"] > 10 * tally["cases"] >= 600
    assert {"append", "start", "locate", "connect", "read", "store"} <= {name for name, count in fired(tally) if count}
    assert sum(tally[f"cover {law.number}"] > 0 for law in MEMO.laws if law.cover) >= 3


def test_in_a_world_of_the_memo_it_convicts_a_mutant_of_the_scanner() -> None:
    mutant = MEMO.mutants["dominance"]
    _, broken = play(derived(replace(MEMO, worlds=Worlds((mutant.where,)))), mutant.name, UNSHRUNK)
    assert broken is not None
    assert (broken.law, broken.world) == (mutant.law, mutant.where)
