"""Claims about making a trace small: fewer steps, then fewer switches, then simpler arguments, in so many tries."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from strandline.model.terms import Step
from strandline.properties.core.system import MODEL, SHIPPED
from strandline.properties.core.verdict import Trace
from strandline.properties.engines.replay.retrace import retrace
from strandline.properties.engines.replay.shortest import STEPS_TRIED_MAX, shortest, size, smallest
from strandline.properties.systems.memo.system import SYSTEM

if TYPE_CHECKING:
    from strandline.properties.engines.replay.shortest import Steps

GATES = ("start", "locate", "connect", "read", "check", "store")
NOISE = (Step("append", None, 3), Step("append", None, 2), Step("backup"))


def refresh(actor: int, names: tuple[str, ...] = GATES, window: int = 0) -> tuple[Step, ...]:
    return tuple(Step(name, actor, window if name == "start" else 0) for name in names)


H11 = (
    *refresh(2, GATES, 1),
    *NOISE,
    *refresh(1, ("start", "locate", "read")),
    Step("append", None, 7),
    *refresh(0, ("start", "locate", "connect", "read")),
    Step("append", None, 5),
    *refresh(0, ("check", "store")),
    *refresh(1, ("check", "store")),
)
"""A mutant that decides at one gate and stores at the next: two refreshes and a commit, and much that is not needed."""


def test_a_trace_of_chance_comes_down_to_the_steps_that_are_needed() -> None:
    """Two refreshes read, before and after a commit, and the first one stores last: twelve gates and one commit."""
    trace = Trace("split", "field", "M3", H11)
    assert retrace(SYSTEM, trace).broken
    short = shortest(SYSTEM, trace)
    assert short is not None
    assert sorted(step.name for step in short.steps) == sorted([*GATES, *GATES, "append"])
    assert retrace(SYSTEM, short).broken
    assert size(short.steps)[1:3] == (3, 0)


def test_without_the_refresh_before_it_a_refresh_gets_the_gate_that_it_then_has() -> None:
    """The second refresh of one actor has a connection to go on with; alone it has to connect first."""
    again = (*refresh(0), *refresh(0, ("start", "locate", "read", "check", "store")))
    trace = Trace("no limit", "narrow field", "M10", (*(Step("append", None, 0),) * 4, *again))
    short = shortest(SYSTEM, trace)
    assert short is not None
    assert [step.name for step in short.steps if step.actor is not None][:3] == ["start", "locate", "connect"]
    assert len([step for step in short.steps if step.name == "start"]) == 1


@pytest.mark.parametrize("subject", [SHIPPED, MODEL])
def test_a_trace_that_breaks_nothing_is_not_made_small(subject: str) -> None:
    assert shortest(SYSTEM, Trace(subject, "field", "M3", H11)) is None


def breaking(steps: Steps) -> Steps | None:
    """Break at an a by 0 that comes after a b by 1, whatever their arguments; all other steps may be left out."""
    for place, step in enumerate(steps):
        if step[:2] == ("a", 0) and any(one[:2] == ("b", 1) for one in steps[:place]):
            return steps[: place + 1]
    return None


def test_the_fewest_steps_come_first_then_the_fewest_switches_then_the_simplest_arguments() -> None:
    steps = (*(Step("c", 2, n) for n in range(9)), Step("b", 1, 7), Step("c", 2), Step("a", 0, 4))
    assert smallest(steps, breaking) == (Step("b", 1), Step("a", 0))


def test_runs_of_one_actor_are_brought_together() -> None:
    def ordered(steps: Steps) -> Steps | None:
        return steps if sorted(step.name for step in steps) == ["a", "b", "c", "d"] else None

    mixed = (Step("a", 0), Step("b", 1), Step("c", 0), Step("d", 1))
    assert smallest(mixed, ordered) == (Step("a", 0), Step("c", 0), Step("b", 1), Step("d", 1))


def test_nothing_is_taken_twice() -> None:
    """What was no better once is none later, for what it is held against only becomes better."""
    taken: list[Steps] = []

    def noting(steps: Steps) -> Steps | None:
        taken.append(steps)
        return breaking(steps)

    steps = (*(Step("c", 2, n) for n in range(9)), Step("b", 1, 7), Step("c", 2), Step("a", 0, 4))
    smallest(steps, noting)
    assert len(taken) == len(set(taken))


def test_no_more_steps_are_tried_than_the_bound_allows() -> None:
    tried = 0

    def costly(steps: Steps) -> Steps | None:
        nonlocal tried
        tried += len(steps)
        return steps if len(steps) > 90 else None

    many = tuple(Step("x", place % 2, place) for place in range(200))
    found = smallest(many, costly)
    assert found is not None
    assert len(found) < len(many)
    assert tried <= STEPS_TRIED_MAX + len(many)
