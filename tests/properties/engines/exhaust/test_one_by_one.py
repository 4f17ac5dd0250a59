"""What a search needs to go on from states one by one: numbers that are added, states in a set, values handed out."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from strandline.properties.engines.exhaust.engine import search
from strandline.properties.engines.exhaust.questions import ASKED_AGAIN, Sample
from strandline.properties.engines.exhaust.tables import UNKNOWN, Column, Table
from strandline.properties.engines.exhaust.visited import Visited
from strandline.properties.engines.exhaust.world import Action, Component, World, WorldError

if TYPE_CHECKING:
    from collections.abc import Callable

    from strandline.properties.engines.exhaust.world import Outcomes, Reading


def test_numbers_that_are_added_are_read_one_by_one_and_all_at_once() -> None:
    column = Column()
    for number in range(100):
        column.values.append(number)
        if number % 7 == 0:
            assert column.whole().tolist() == list(range(number + 1))
    assert column.values[99] == 99
    assert column.whole().tolist() == list(range(100))


def test_a_pair_is_found_alone_as_among_many_in_a_large_table_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("strandline.properties.engines.exhaust.tables.DENSE_MAX", 64)
    table = Table()
    for number in range(40):
        table.put_one(number, 2 * number, number)
    assert [table.find(number, 2 * number) for number in range(40)] == list(range(40))
    assert table.find(3, 7) == table.find(1_000, 0) == UNKNOWN
    assert table.get(np.arange(40), 2 * np.arange(40)).tolist() == list(range(40))


def test_states_of_a_set_are_known_when_many_are_looked_up_and_the_other_way_round() -> None:
    visited = Visited()
    visited.add_few([5, 3, 9])
    assert len(visited) == 3
    assert visited.new(np.array([3, 4, 9])).tolist() == [4]
    visited.add(np.array([4]))
    assert visited.new_few({8: None, 4: None, 5: None}) == [8]


def test_of_many_questions_some_are_kept_evenly_spread() -> None:
    sample = Sample()
    for number in range(10_000):
        sample.add({"x": number}, number)
    kept = [asked.leaf for asked in sample.taken()]
    assert len(sample) == 10_000
    assert ASKED_AGAIN // 4 <= len(kept) <= ASKED_AGAIN
    assert len({later - earlier for earlier, later in pairwise(kept)}) == 1


def contains(at: Any) -> Outcomes:  # noqa: ANN401 - a dictionary to all appearances
    return {"x": 1} if "y" in at else None


def gets(at: Any) -> Outcomes:  # noqa: ANN401
    return {"x": at.get("x", 0)}


def copies(at: Any) -> Outcomes:  # noqa: ANN401
    return {**at}


def catches(at: Any) -> Outcomes:  # noqa: ANN401
    try:
        return {"x": len(at)}
    except WorldError:
        return None


def reads(at: Reading) -> Outcomes:
    return {"x": 1 - at["x"]}


@pytest.mark.parametrize("take", [contains, gets, copies, catches])
def test_a_function_can_read_by_name_and_do_nothing_else(take: Callable[[Any], Outcomes]) -> None:
    """What is handed out is a dictionary: what a function would learn from it whole, nobody would know that it read."""
    world = World("w", (Component("x", 0), Component("y", 0)), (Action("go", ("x", "y"), ("x",), take),))
    with pytest.raises(WorldError, match="action 'go' used what it is handed as a dictionary"):
        search(world)
    search(World("w", (Component("x", 0),), (Action("go", ("x",), ("x",), reads),)))
