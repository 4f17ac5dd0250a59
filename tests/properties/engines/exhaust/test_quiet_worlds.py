"""What must come about in the end: worlds whose right and wrong variants are known, judged fast and slowly."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import pytest

from strandline.properties.core.verdict import Verdict
from strandline.properties.engines.exhaust.engine import search
from strandline.properties.engines.exhaust.world import Eventually, NoDeadlock
from tests.properties.engines.exhaust import slowly
from tests.properties.engines.exhaust.known.alternating_bit import alternating_bit
from tests.properties.engines.exhaust.known.peterson import peterson, spin_lock
from tests.properties.engines.exhaust.known.philosophers import philosophers
from tests.properties.engines.exhaust.known.termination import termination

if TYPE_CHECKING:
    from strandline.properties.engines.exhaust.found import Finding
    from strandline.properties.engines.exhaust.world import World


class Case(NamedTuple):
    """A law of a world, and what is known of it: it holds, or it ends or goes round for ever off its goal."""

    world: World
    law: str
    known: str


HOLDS, ENDS, CYCLES = "holds", "ends", "cycles"

CASES = {
    "Peterson": Case(peterson(), "0 gets in", HOLDS),
    "Peterson, the other one": Case(peterson(), "1 gets in", HOLDS),
    "flags alone: both wait": Case(peterson(flags_alone=True), "0 gets in", ENDS),
    "a spin lock: one is passed over for ever": Case(spin_lock(), "0 gets in", CYCLES),
    "philosophers that eat once, forks in order": Case(philosophers(3, ordered=True, once=True), "all get full", HOLDS),
    "philosophers that eat once, left fork first": Case(
        philosophers(3, ordered=False, once=True), "all get full", ENDS
    ),
    "hungry philosophers, forks in order": Case(philosophers(3, ordered=True, once=False), "somebody eats", HOLDS),
    "hungry philosophers, left fork first": Case(philosophers(3, ordered=False, once=False), "somebody eats", ENDS),
    "a philosopher starves between two": Case(philosophers(3, ordered=True, once=False), "0 eats", CYCLES),
    "termination": Case(termination(3), "the end is told of", HOLDS),
    "node 0 never turns white": Case(termination(3, still_black=True), "the end is told of", CYCLES),
    "alternating bit, nothing more is lost": Case(alternating_bit(), "what is sent arrives", HOLDS),
    "alternating bit, always something is lost": Case(alternating_bit(), "whatever is lost it arrives", CYCLES),
    "a message is sent once and lost": Case(alternating_bit(once=True), "what is sent arrives", CYCLES),
}


def finding_of(case: Case) -> Finding:
    (finding,) = [finding for finding in search(case.world).findings if finding.law == case.law]
    return finding


def law_of(case: Case) -> Eventually:
    (law,) = [law for law in case.world.laws if law.name == case.law]
    assert isinstance(law, Eventually)
    return law


@pytest.mark.parametrize("name", CASES)
def test_the_slow_judge_says_what_is_known(name: str) -> None:
    ends, cycles = slowly.unfair(slowly.graph(CASES[name].world), law_of(CASES[name]))
    assert (ENDS if ends else CYCLES if cycles else HOLDS) == CASES[name].known


@pytest.mark.parametrize("name", CASES)
def test_the_search_says_what_is_known(name: str) -> None:
    case = CASES[name]
    assert finding_of(case).verdict is (Verdict.HOLDS if case.known is HOLDS else Verdict.VIOLATED)


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if case.known is CYCLES])
def test_a_round_for_ever_can_be_walked_stays_off_the_goal_and_is_fair(name: str) -> None:
    """It ends where it began. On the way each actor takes a step, or somewhere has nothing to do."""
    case = CASES[name]
    law, whole, (shown,) = law_of(case), slowly.graph(case.world), finding_of(case).traces
    assert shown.loop is not None
    walked = list(slowly.walked(whole, shown))
    rounds = walked[shown.loop :]
    states = [state for state, _ in rounds]
    actors = {action.actor for action in case.world.actions} - {None}
    assert rounds[-1][1].after == states[0]
    assert not any(slowly.at_goal(whole, law, state) for state in states)
    assert not {taken.action.name for _, taken in rounds} & set(law.stops)
    moved = {taken.action.actor for _, taken in rounds}
    assert all(actor in moved or any(slowly.idle(whole, law, actor, state) for state in states) for actor in actors)


@pytest.mark.parametrize(
    "name",
    [name for name, case in CASES.items() if case.known is CYCLES],
)
def test_no_fair_round_is_nearer_than_the_one_that_is_given(name: str) -> None:
    case = CASES[name]
    whole, (shown,) = slowly.graph(case.world), finding_of(case).traces
    cycles = slowly.unfair(whole, law_of(case)).cycles
    assert shown.loop == min(whole.depths[state] for cycle in cycles for state in cycle)


@pytest.mark.parametrize(
    "world",
    [philosophers(3, ordered=False, once=True), philosophers(4, ordered=False, once=False), peterson(flags_alone=True)],
    ids=["eat once", "always hungry", "Peterson, flags alone"],
)
def test_a_deadlock_is_reached_by_a_shortest_trace(world: World) -> None:
    (law,) = [law for law in world.laws if isinstance(law, NoDeadlock)]
    (finding,) = [finding for finding in search(world).findings if finding.law == law.name]
    whole = slowly.graph(world)
    assert finding.verdict is Verdict.VIOLATED
    assert len(finding.traces[0].steps) == slowly.broken(whole, law)


@pytest.mark.parametrize("count", [2, 3, 4])
def test_forks_in_order_leave_no_deadlock(count: int) -> None:
    findings = {finding.law: finding for finding in search(philosophers(count, ordered=True, once=False)).findings}
    assert findings["only the full stop"].verdict is Verdict.HOLDS


@pytest.mark.parametrize(
    ("world", "law"),
    [
        (peterson(selfish=True), "one at a time"),
        (termination(3, unseen=True), "no false alarm"),
    ],
    ids=["Peterson, selfish", "termination, a stain unseen"],
)
def test_what_is_wrong_at_once_is_found_by_a_shortest_trace(world: World, law: str) -> None:
    (finding,) = [finding for finding in search(world).findings if finding.law == law]
    (declared,) = [one for one in world.laws if one.name == law]
    assert finding.verdict is Verdict.VIOLATED
    assert len(finding.traces[0].steps) == slowly.broken(slowly.graph(world), declared)
