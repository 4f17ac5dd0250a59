"""Groups: what occurs in some cells together is one number, and so is what becomes of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from strandline.properties.engines.exhaust.cells import Order
from strandline.properties.engines.exhaust.groups import Group
from strandline.properties.engines.exhaust.pools import Pool
from strandline.properties.engines.exhaust.world import NEXT

if TYPE_CHECKING:
    from strandline.properties.engines.exhaust.tables import Ints

SIZE = 3
rows = st.lists(st.tuples(*(st.integers(0, 6) for _ in range(SIZE))), min_size=1, max_size=30)
writes = st.dictionaries(st.integers(0, SIZE - 1), st.integers(0, 9))


def columns(some: list[tuple[int, ...]]) -> list[Ints]:
    return [np.array(column, np.int64) for column in zip(*some, strict=True)]


def held(group: Group, numbers: Ints, size: int = SIZE) -> list[tuple[int, ...]]:
    return [tuple(row) for row in np.stack([group.members(place, numbers) for place in range(size)]).T.tolist()]


def test_a_group_numbers_what_occurs_together_once_and_for_good() -> None:
    group = Group([None] * SIZE)
    some: list[tuple[int, ...]] = [(5, 0, 9), (5, 1, 9), (5, 0, 9), (0, 0, 0)]
    numbers = group.number(columns(some))
    assert sorted(set(numbers.tolist())) == [0, 1, 2]
    assert numbers[0] == numbers[2]
    assert group.number(columns([(5, 0, 8), *some])).tolist() == [3, *numbers.tolist()]
    assert held(group, numbers) == some
    assert len(group) == 4


@pytest.mark.parametrize("count", [17, 1000])
def test_a_group_keeps_more_than_it_had_room_for(count: int) -> None:
    group = Group([None] * 2)
    some: list[tuple[int, ...]] = [(one, one * one % 11) for one in range(count)]
    assert held(group, group.number(columns(some)), 2) == some


@given(st.lists(st.tuples(rows, st.lists(writes, min_size=1, max_size=4)), min_size=1, max_size=4))
def test_after_a_change_a_group_holds_what_was_written_and_else_what_it_held(
    batches: list[tuple[list[tuple[int, ...]], list[dict[int, int]]]],
) -> None:
    group = Group([None] * SIZE)
    for some, changes in batches:
        numbers = group.number(columns(some))
        chosen = [changes[place % len(changes)] for place in range(len(some))]
        after = group.after(numbers, np.array([group.change(sorted(one.items())) for one in chosen]))
        assert held(group, after) == [
            tuple(one.get(place, value) for place, value in enumerate(row))
            for row, one in zip(some, chosen, strict=True)
        ]


def test_of_an_order_in_a_group_a_change_is_a_change_of_the_order() -> None:
    order = Order(["a", "b"], Pool())
    first = order.pool.number((1, 2))
    raised = order.change({"a": NEXT}, {}, "act")
    group = Group([None, order])
    before = group.number(columns([(4, first)]))
    after = group.after(before, np.array([group.change([(1, raised)])]))
    value, number = held(group, after, 2)[0]
    assert value == 4
    assert order.pool.values[number] == (2, 1)
