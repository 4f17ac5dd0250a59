"""A world that is declared wrongly does not pass, and what is wrong with it is told by name."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from strandline.properties.core.verdict import Verdict
from strandline.properties.engines.exhaust.engine import search
from strandline.properties.engines.exhaust.world import WorldError
from tests.properties.engines.exhaust import misdeclared, slowly

if TYPE_CHECKING:
    from collections.abc import Callable

    from strandline.properties.engines.exhaust.world import Law, World

REFUSED: dict[str, tuple[Callable[[], World], str]] = {
    "undeclared read": (misdeclared.undeclared_read, "action 'act' read 'other'"),
    "undeclared read on a rare way": (misdeclared.undeclared_read_on_a_rare_way, "action 'act' read 'other'"),
    "undeclared write": (misdeclared.undeclared_write, "action 'act' wrote 'other'"),
    "misspelled write": (misdeclared.misspelled_write, "action 'act' wrote 'slto'"),
    "mutable value": (misdeclared.mutable_value, "action 'act' wrote to 'slot' a value that holds a list"),
    "mutable dataclass": (misdeclared.mutable_dataclass, "action 'act' wrote to 'slot' a value that holds a Slot"),
    "identity value": (misdeclared.identity_value, "action 'act' wrote to 'slot' a value that holds a Token"),
    "mutable first value": (misdeclared.mutable_first_value, "the initial value of component 'slot' holds a bytearray"),
    "raising action": (misdeclared.raising_action, "action 'act' raised LookupError: no such row"),
    "a number in place of outcomes": (misdeclared.action_that_gives_a_number, "action 'act' gave 0"),
    "law that reads more": (misdeclared.law_with_an_undeclared_read, "law 'slot' read 'clock'"),
    "unread rank": (misdeclared.unread_rank, "action 'act' wrote 5 to rank 'slot'"),
}
"""What the world or the search refuses as soon as it is declared or asked."""

MEASURED: dict[str, tuple[Callable[[], World], str]] = {
    "falling measure": (misdeclared.measure_that_falls, "action 'act' does not raise the progress measure"),
    "standing measure": (misdeclared.measure_that_stands_still, "action 'act' does not raise the progress measure"),
}

SAMPLED: dict[str, tuple[Callable[[], World], str]] = {
    "random step": (misdeclared.random_step, "action 'act'"),
    "order of a set": (misdeclared.step_by_the_order_of_a_set, "action 'act'"),
    "counted calls": (misdeclared.step_that_counts_its_calls, "action 'act'"),
    "unlike actors": (misdeclared.unlike_actors, "alike"),
    "names not renamed": (misdeclared.names_not_renamed, "alike"),
}
"""What shows only when a function is asked again: in another order, in another process, of a state renamed."""

SPREAD: dict[str, tuple[Callable[[], World], str]] = {
    "reckoning with ranks": (misdeclared.reckoning_with_ranks, "action 'act'"),
    "law that names an actor": (misdeclared.law_that_names_an_actor, "law '"),
}
"""What shows only when ranks are spread apart, or laws are asked of states with the actors swapped."""


def refused_by_the_search(declare: Callable[[], World]) -> str:
    with pytest.raises(WorldError) as refused:
        search(declare())
    return str(refused.value)


def test_a_world_in_which_nothing_is_wrong_is_not_refused() -> None:
    found = search(misdeclared.sound())
    assert found.verdict is Verdict.HOLDS
    assert found.counts.states == slowly.graph(misdeclared.sound()).states


@pytest.mark.parametrize("name", REFUSED | MEASURED)
def test_the_search_refuses_it_by_name(name: str) -> None:
    declare, message = (REFUSED | MEASURED)[name]
    assert message in refused_by_the_search(declare)


@pytest.mark.parametrize("name", SAMPLED)
def test_the_search_refuses_by_name_what_shows_only_when_it_asks_again(name: str) -> None:
    declare, message = SAMPLED[name]
    assert message in refused_by_the_search(declare)


@pytest.mark.parametrize("name", SPREAD)
def test_the_search_refuses_by_name_what_shows_only_in_other_names_and_numbers(name: str) -> None:
    declare, message = SPREAD[name]
    assert message in refused_by_the_search(declare)


@pytest.mark.parametrize("law", misdeclared.LAWS_THAT_RAISE, ids=lambda law: type(law).__name__)
def test_a_law_that_raises_is_named_and_is_no_pass(law: Law) -> None:
    with pytest.raises(WorldError, match=r"law 'mean' raised ZeroDivisionError: no rows, no mean"):
        search(misdeclared.raising_law(law))


def test_an_action_that_never_happens_is_named_and_is_no_pass() -> None:
    found = search(misdeclared.action_that_never_happens())
    assert found.unfired == ("act",)
    assert found.verdict is Verdict.INCONCLUSIVE
