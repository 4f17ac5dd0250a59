"""Cells: ranks mean their order and nothing else, and a state comes out as it went in."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from strandline.properties.engines.exhaust.cells import Cells, Order
from strandline.properties.engines.exhaust.pools import Pool
from strandline.properties.engines.exhaust.reading import renumbered
from strandline.properties.engines.exhaust.world import NEXT, Action, Component, Rank, Symmetry, World, WorldError

ranks = st.lists(st.integers(0, 50), min_size=1, max_size=6)


def nothing(_at: object) -> None:
    return None


def world(*components: Component | Rank, symmetry: Symmetry | None = None) -> World:
    names = tuple(component.name for component in components)
    return World("w", components, (Action("act", names, names, nothing),), symmetry=symmetry)


@given(ranks)
def test_renumbered_ranks_are_dense_and_in_the_same_order(numbers: list[int]) -> None:
    dense = renumbered(tuple(numbers))
    assert {*dense, 0} == set(range(len({*numbers, 0})))
    for one, as_one in zip(numbers, dense, strict=True):
        assert (one == 0) == (as_one == 0)
        for other, as_other in zip(numbers, dense, strict=True):
            assert (one < other) == (as_one < as_other)


def order(*numbers: int) -> tuple[Order, int]:
    made = Order([f"r{place}" for place in range(len(numbers))], Pool())
    return made, made.pool.number(renumbered(numbers))


def test_of_an_order_only_the_ranks_that_are_looked_at_are_seen() -> None:
    made, low = order(1, 2, 3)
    high = made.pool.number((1, 3, 2))
    seen = made.view((0, 2), np.array([low, high]))
    assert [made.seen((0, 2), number) for number in seen.tolist()] == [(1, 2), (1, 2)]
    assert seen[0] == seen[1]
    both = made.view((1, 2), np.array([low, high]))
    assert [made.seen((1, 2), number) for number in both.tolist()] == [(1, 2), (2, 1)]


def test_an_order_that_came_after_a_view_was_made_is_seen_too() -> None:
    made, first = order(1, 2)
    made.view((0,), np.array([first]))
    later = made.pool.number((0, 1))
    assert made.seen((0,), int(made.view((0,), np.array([later]))[0])) == (0,)


def changed(made: Order, number: int, writes: dict[str, object], read: dict[str, int]) -> object:
    change = made.change(writes, read, "act")
    return made.pool.values[int(made.after(np.array([number]), np.array([change]))[0])]


def test_next_is_above_all_ranks_of_the_order_and_the_same_wherever_one_step_writes_it() -> None:
    made, number = order(1, 3, 2)
    assert changed(made, number, {"r0": NEXT}, {}) == (3, 2, 1)
    assert changed(made, number, {"r0": NEXT, "r1": NEXT}, {}) == (2, 2, 1)


def test_a_rank_that_is_copied_keeps_its_place_among_those_that_were_not_read() -> None:
    made, number = order(1, 3, 2)
    read = {"r0": 1, "r2": 2}
    assert changed(made, number, {"r0": 2}, read) == (1, 2, 1)
    assert changed(made, number, {"r1": 1, "r0": 0}, read) == (0, 1, 2)


def test_a_rank_that_was_not_read_cannot_be_written() -> None:
    made, _ = order(1, 2)
    with pytest.raises(WorldError, match="wrote 7 to rank 'r0', and read no such rank"):
        made.change({"r0": 7}, {"r1": 1}, "act")


def test_ranks_of_one_order_share_a_cell_and_are_looked_at_together() -> None:
    cells = Cells(world(Rank("a", "x"), Component("c", 0), Rank("b", "x"), Rank("d", "y")))
    assert cells.cell["a"] == cells.cell["b"] != cells.cell["d"]
    assert [look.names for look in cells.looks(("b", "c", "a"))] == [("b", "a"), ("c",)]
    assert cells.looks(("b", "c", "a"))[0].places == (1, 0)


@given(st.tuples(st.integers(0, 5), st.integers(0, 5), st.text(max_size=2)))
def test_a_state_is_spelled_as_it_was_numbered(state: tuple[int, int, str]) -> None:
    cells = Cells(world(Rank("a", "x"), Component("c", ""), Rank("b", "x")))
    first, second = renumbered(state[:2])
    spelled = {"a": first, "c": state[2], "b": second}
    assert cells.spelled(cells.numbers(spelled)) == spelled


def test_components_that_may_be_swapped_share_their_numbers_and_others_do_not() -> None:
    alike = world(Component("p0", 0), Component("p1", 0), Component("q", 0), symmetry=Symmetry((("p0",), ("p1",))))
    pools = Cells(alike).pools
    assert pools[0] is pools[1]
    assert pools[2] is not pools[0]
    assert Cells(world(Component("p0", 0), Component("p1", 0))).pools[0] is not Cells(alike).pools[1]
