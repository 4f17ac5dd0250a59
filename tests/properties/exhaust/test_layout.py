"""Layouts: what is packed comes out again, in worlds of more than 63 bits too."""

from __future__ import annotations

from functools import cache, partial
from math import comb
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from strandline.properties.exhaust.engine import search
from strandline.properties.exhaust.layout import BITS, Group, Layout, laid_out
from strandline.properties.exhaust.pools import Pool
from strandline.properties.exhaust.world import Action, Always, Component, World
from strandline.properties.verdict import Verdict

if TYPE_CHECKING:
    from strandline.properties.exhaust.tables import Ints
    from strandline.properties.exhaust.world import Outcomes, Reading

PLACES = 70
"""Bits of the ring; packed one by one they would not fit."""


def onward(place: int, at: Reading) -> Outcomes:
    following = (place + 1) % PLACES
    if at[f"{place}"] and not at[f"{following}"]:
        return {f"{place}": 0, f"{following}": 1}
    return None


def two_of_four(at: Reading) -> bool:
    return bool(sum(at[f"{place}"] for place in (0, 1, 2, 3)) <= 2)


def one_of_two(at: Reading) -> bool:
    return not (at["0"] and at["35"])


def ring(tokens: tuple[int, ...], law: Always) -> World:
    """Declare tokens that go round, never two on one place."""
    return World(
        "ring",
        tuple(Component(f"{place}", int(place in tokens)) for place in range(PLACES)),
        tuple(
            Action(
                f"from {place}",
                (f"{place}", f"{(place + 1) % PLACES}"),
                (f"{place}", f"{(place + 1) % PLACES}"),
                partial(onward, place),
            )
            for place in range(PLACES)
        ),
        (law,),
    )


def test_a_world_of_more_than_63_bits_is_counted_exactly() -> None:
    found = search(ring((0, 1), Always("two", ("0", "1", "2", "3"), two_of_four)))
    assert found.verdict is Verdict.HOLDS
    assert found.counts.states == comb(PLACES, 2)
    assert found.counts.transitions == 2 * comb(PLACES, 2) - PLACES


def test_a_trace_through_layers_that_were_packed_differently_is_the_shortest() -> None:
    found = search(ring((0, 1), Always("apart", ("0", "35"), one_of_two)))
    (finding,) = found.findings
    assert len(finding.traces[0].steps) == 34
    last = finding.traces[0].first | {name: value for step in finding.traces[0].after for name, value in step.items()}
    assert {name for name, value in last.items() if value == 1} == {"0", "35"}


@cache
def pool(size: int) -> Pool:
    made = Pool()
    for value in range(size):
        made.number(value)
    return made


def columns(rows: list[tuple[int, ...]]) -> list[Ints]:
    return [np.array(column, np.int64) for column in zip(*rows, strict=True)]


@st.composite
def crowded(draw: st.DrawFn) -> tuple[list[int], list[tuple[int, ...]]]:
    """Draw the sizes of many cells, more than 63 bits in all, and some states of them."""
    sizes = draw(st.lists(st.integers(2, 300), min_size=64, max_size=90))
    rows = draw(st.lists(st.tuples(*(st.integers(0, size - 1) for size in sizes)), min_size=1, max_size=12))
    return sizes, rows


def packed(layout: Layout, rows: list[tuple[int, ...]]) -> Ints:
    states = layout.packed(columns(rows))
    assert states is not None
    return states


@given(crowded())
def test_what_is_packed_into_63_bits_comes_out_again(world: tuple[list[int], list[tuple[int, ...]]]) -> None:
    sizes, rows = world
    layout = laid_out([pool(size) for size in sizes], None, columns(rows))
    assert sum(field.bits for field in layout.fields) <= BITS
    states = packed(layout, rows)
    assert int(states.min()) >= 0
    assert [tuple(row) for row in np.stack(layout.unpacked(states)).T.tolist()] == rows
    assert (len(set(states.tolist())) == 1) == (len(set(rows)) == 1)
    assert len(set(states.tolist())) == len(set(rows))


def test_a_number_that_is_too_large_for_its_field_is_not_packed() -> None:
    layout = laid_out([pool(2), pool(2)], None, columns([(0, 0), (1, 1)]))
    too_large = 1 << layout.field(0).bits
    assert layout.packed(columns([(0, 0), (too_large, 0)])) is None
    assert layout.packed(columns([(too_large - 1, 0)])) is not None


def test_a_group_numbers_what_occurs_together_once_and_for_good() -> None:
    group = Group((0, 1, 2))
    rows: list[tuple[int, ...]] = [(5, 0, 9), (5, 1, 9), (5, 0, 9), (0, 0, 0)]
    numbers = group.number(columns(rows))
    assert sorted(set(numbers.tolist())) == [0, 1, 2]
    assert numbers[0] == numbers[2]
    assert group.number(columns([(5, 0, 8), *rows])).tolist() == [3, *numbers.tolist()]
    assert [tuple(int(group.members(place, numbers)[row]) for place in range(3)) for row in range(4)] == rows
    assert len(group) == 4


@pytest.mark.parametrize("count", [17, 1000])
def test_a_group_keeps_more_than_it_had_room_for(count: int) -> None:
    group = Group((0, 1))
    rows: list[tuple[int, ...]] = [(one, one * one % 11) for one in range(count)]
    numbers = group.number(columns(rows))
    assert list(zip(group.members(0, numbers).tolist(), group.members(1, numbers).tolist(), strict=True)) == rows
