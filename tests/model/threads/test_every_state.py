"""Claims about every state of worlds small enough to be walked through plainly, one state after the other."""

from __future__ import annotations

from graphlib import TopologicalSorter
from typing import TYPE_CHECKING, Any

import pytest

from strandline.model.terms import replace
from strandline.model.threads import core
from strandline.model.threads.events import Answered, Stalled
from strandline.model.threads.facts import EMPTY, fold, is_touch, without_recency
from strandline.model.threads.state import Call, Caller, Core, Now, State, Thread, first
from strandline.model.threads.turn import Turn
from strandline.model.threads.world import actions

if TYPE_CHECKING:
    from collections.abc import Iterator

STATES_MAX = 5_000
"""States of a world; one that has more is none of these."""

WORLDS = {
    "ends": first(2, say=1, shutdown=1, discard=1, failures=1, giving_up=1),
    "renames": first(2, say=1, rename=1, failures=1, giving_up=1),
    "notes": first(2, note=2, persist=1, failures=1),
    "queues": first(3, say=1, persist=1, shutdown=1, giving_up=1),
    "queues at the end": first(3, say=2, discard=1),
    "barriers at the end": first(2, say=1, flush=1, shutdown=1, failures=1, giving_up=1),
    "taken up": first(1, say=2, persist=1, crashes=1, losses=1),
    "deaths": first(2, say=1, flush=1, discard=1, deaths=1),
    "deaths at the end": first(2, say=1, shutdown=1, goal=1, deaths=1),
    "removed": first(1, say=1, flush=1, persist=1, losses=1, crashes=1),
    "removed at the end": first(2, say=1, flush=1, discard=1, losses=1),
    "removed before the end": first(2, say=1, shutdown=1, losses=1, giving_up=1),
    "removed amid a discard": first(2, say=2, flush=1, discard=1, losses=1),
}


def steps(state: State) -> Iterator[tuple[State, tuple[Any, ...]]]:
    """Give every state that follows, with what happened."""
    for action in actions():
        for who in range(len(state.callers)) if action.by is not None else (None,):
            for arg in action.args:
                more = arg if isinstance(arg, tuple) else (arg,)
                found = action.take(state, *(() if who is None else (who,)), *more)
                if found is not None:
                    yield found


def walked(world: State) -> tuple[dict[State, list[State]], list[Any]]:
    """Give every state that can be reached with those after it, and all that happens."""
    known: dict[State, list[State]] = {world: []}
    new, events = [world], list[Any]()
    while new:
        state = new.pop()
        for after, told in steps(state):
            events += told
            known[state].append(after)
            if after not in known:
                known[after] = []
                new.append(after)
        assert len(known) <= STATES_MAX
    return known, events


def rests(state: State) -> bool:
    """Tell whether nothing is on its way and nothing failed."""
    core, calls = state.thread.core, [caller.now.call for caller in state.callers]
    busy = state.work is not None or core.failures or core.dead or any(calls)
    return state.up and not state.released and not state.unseen and not busy and state.heap in ("", "touch")


@pytest.mark.parametrize("name", WORLDS)
def test_wherever_a_thread_rests_its_row_is_what_its_lines_say(name: str) -> None:
    known, events = walked(WORLDS[name])
    resting = [state for state in known if rests(state)]
    for state in resting:
        found = EMPTY if state.row is None else state.row.patch
        wanted = fold(state.lines)
        if state.heap == "touch":
            found, wanted = found._replace(updated=0), wanted._replace(updated=0)
        if state.resting:
            found, wanted = without_recency(found), without_recency(wanted)
        assert found == wanted
        assert all(is_touch(patch) for patch in state.thread.core.pending)
    assert resting
    assert not list(TopologicalSorter(known).static_order())[STATES_MAX:], "no step leads back, so every run ends"
    assert not [one for one in events if isinstance(one, Stalled) or (isinstance(one, Answered) and one.call is None)]


def test_a_core_that_is_wrong_leads_to_states_that_the_rules_can_be_asked_of() -> None:
    """An answer to nobody, a shutdown of nobody, and what lands where nothing is in flight, are told or do nothing."""
    turn = Turn(first(1))
    turn.ask(0, "write")
    turn.answer(0, "done")
    assert turn.events == [Answered(None, "done")]
    stalled = Turn(replace(first(1), callers=(Caller(Now(Call("say"))),)))
    assert stalled.done()[1] == (Stalled(),)
    nobody = Turn(replace(first(1), thread=Thread(Core(gate="shut", ending="done"))))
    core.due(nobody)
    assert nobody.thread.core.gate == "closed"
    for lands in (core.applied, core.failed, core.mismatched, lambda turn: core.gave_up(turn, 0, "cancelled")):
        turn = Turn(first(1))
        lands(turn)
        assert turn.thread.core.pending == ()
