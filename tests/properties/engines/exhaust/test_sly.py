"""A search is not misled: not by a function that catches what ends it, nor by alike actors that are not quite alike."""

from __future__ import annotations

from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from strandline.properties.core.verdict import Verdict
from strandline.properties.engines.exhaust.engine import search
from strandline.properties.engines.exhaust.found import Budget
from strandline.properties.engines.exhaust.questions import ASKED_AGAIN, sampled
from strandline.properties.engines.exhaust.world import (
    Action,
    Component,
    Eventually,
    NoDeadlock,
    Progress,
    Rank,
    Symmetry,
    World,
    WorldError,
)
from tests.properties.engines.exhaust import sly

if TYPE_CHECKING:
    from collections.abc import Callable

FEW = Budget(states=5_000)
"""Enough for each of these worlds; one that is searched for ever ends all the same."""


def test_a_step_that_catches_everything_is_asked_again_when_more_is_known() -> None:
    found = search(sly.step_that_catches_everything(), FEW)
    (finding,) = found.findings
    assert finding.verdict is Verdict.VIOLATED
    assert len(finding.traces[0].steps) == 3


def test_two_things_told_are_judged_apart_although_they_are_equal() -> None:
    """Once judged by what they are equal to, a broken law held wherever a kept thing was told of before a lost one."""
    (finding,) = search(sly.tells_of_two_kinds_that_are_equal(), FEW).findings
    assert finding.verdict is Verdict.VIOLATED
    assert len(finding.traces[0].steps) == 2


@pytest.mark.parametrize(
    ("declare", "message"),
    [
        (sly.undeclared_read_that_is_caught, "action 'look' read 'y', which it did not declare"),
        (sly.generator_that_raises, "action 'count' raised KeyError: 'no more'"),
        (sly.told_no_tuple, "action 'tell' told 'ok' in place of a tuple"),
        (sly.told_what_can_change, "action 'tell' told ([1],), which cannot be hashed: tell of immutable values"),
        *(
            (partial(sly.law_without_an_answer, law), "law 'below 1' gave <generator object yields")
            for law in sly.NO_ANSWERS
        ),
        *(
            (partial(sly.end_that_tells_alike_actors_apart, law), "law 'A won' tells actors apart")
            for law in (Eventually, NoDeadlock)
        ),
        (sly.step_that_writes_what_is_not_equal_to_itself, "action 'step' wrote to 'x' a value that holds nan"),
        (sly.renaming_that_gives_a_list, "the symmetry wrote to 'queue' a value that holds a list, which can change"),
        (sly.measure_that_is_no_number, "the progress of 'x' gave None for 0, and a whole number is wanted"),
        (sly.measure_that_tells_alike_actors_apart, "the progress measure of world 'token' tells alike actors apart"),
        (
            partial(sly.law_that_tells_alike_actors_apart_in_one_state, alike=True),
            "law 'not 10 beside 11' tells actors apart that the symmetry calls alike",
        ),
    ],
)
def test_it_is_refused_by_name(declare: Callable[[], World], message: str) -> None:
    with pytest.raises(WorldError) as refused:
        search(declare(), FEW)
    assert message in str(refused.value)


def test_a_law_that_tells_actors_apart_is_judged_where_they_are_not_called_alike() -> None:
    (finding,) = search(sly.law_that_tells_alike_actors_apart_in_one_state(alike=False), FEW).findings
    assert finding.verdict is Verdict.VIOLATED
    assert len(finding.traces[0].steps) == 21


def same(value: int, _moved: tuple[int, ...]) -> int:
    return value


@pytest.mark.parametrize(
    ("components", "symmetry", "progress", "message"),
    [
        (
            (Component("A", 0), Component("B", 0)),
            Symmetry((("A",), ("B",)), {"A": same}),
            None,
            "only some are renamed",
        ),
        (
            (Rank("A", "x"), Rank("B", "x")),
            Symmetry((("A",), ("B",)), {"A": same, "B": same}),
            None,
            "renames rank 'A'",
        ),
        ((Rank("A", "x", -1), Component("B", 0)), None, None, "rank 'A' begins at -1"),
        ((Rank("A", "x"), Component("B", 0)), None, Progress({"A": sly.itself}), "measures the progress of rank 'A'"),
    ],
)
def test_what_means_nothing_cannot_be_declared(
    components: tuple[Component | Rank, ...], symmetry: Symmetry | None, progress: Progress | None, message: str
) -> None:
    with pytest.raises(WorldError, match=message):
        World("w", components, (Action("turn", (), (), sly.turn),), symmetry=symmetry, progress=progress)


def test_names_are_a_tuple_and_no_text() -> None:
    """Each letter of a text would be taken for a name."""
    with pytest.raises(WorldError, match="reads 'x', a text: a tuple of names is wanted"):
        World("w", (Component("x", 0),), (Action("turn", "x", (), sly.turn),))  # type: ignore[arg-type] # the mistake


@pytest.mark.parametrize("count", [0, 1, 39, 40, 41, 79, 80, 4001])
def test_questions_are_taken_from_all_that_was_asked(count: int) -> None:
    asked = list(range(count))
    taken = sampled(asked)
    assert len(taken) <= ASKED_AGAIN
    assert taken[:1] == asked[:1]
    assert all(later - earlier == taken[1] - taken[0] for earlier, later in pairwise(taken))
    assert count - (taken[-1] if taken else 0) <= max(1, -(-count // ASKED_AGAIN))
