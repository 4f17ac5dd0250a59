"""Layouts: what is packed comes out again, in worlds of more than 63 bits too."""

from __future__ import annotations

from functools import partial
from math import comb
from typing import TYPE_CHECKING

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from strandline.properties.core.verdict import Verdict
from strandline.properties.engines.exhaust.cells import Cells
from strandline.properties.engines.exhaust.engine import search
from strandline.properties.engines.exhaust.fitting import laid_out
from strandline.properties.engines.exhaust.layout import BITS, Layout
from strandline.properties.engines.exhaust.world import Action, Always, Component, Symmetry, World

if TYPE_CHECKING:
    from strandline.properties.engines.exhaust.tables import Ints
    from strandline.properties.engines.exhaust.world import Outcomes, Reading

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


def nothing(_at: object) -> None:
    return None


def cells_of(sizes: list[int], *, alike: tuple[tuple[int, ...], ...] = ()) -> Cells:
    """Make cells with so many values each; the blocks of some are alike."""
    names = tuple(f"{place}" for place in range(len(sizes)))
    symmetry = Symmetry(tuple(tuple(f"{place}" for place in block) for block in alike)) if alike else None
    components = tuple(Component(name, 0) for name in names)
    made = Cells(World("w", components, (Action("act", names, names, nothing),), symmetry=symmetry))
    for pool, size in zip(made.pools, sizes, strict=True):
        for value in range(size):
            pool.number(value)
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
    layout = laid_out(cells_of(sizes), None, columns(rows))
    assert sum(field.bits for field in layout.fields) <= BITS
    states = packed(layout, rows)
    assert int(states.min()) >= 0
    assert [tuple(row) for row in np.stack(layout.unpacked(states)).T.tolist()] == rows
    assert (len(set(states.tolist())) == 1) == (len(set(rows)) == 1)
    assert len(set(states.tolist())) == len(set(rows))


def test_a_number_that_is_too_large_for_its_field_is_not_packed() -> None:
    layout = laid_out(cells_of([2, 2]), None, columns([(0, 0), (1, 1)]))
    too_large = 1 << layout.field(0).bits
    assert layout.packed(columns([(0, 0), (too_large, 0)])) is None
    assert layout.packed(columns([(too_large - 1, 0)])) is not None


def test_alike_actors_have_a_field_each_whose_numbers_mean_the_same() -> None:
    cells = cells_of([3, 5, 5, 7, 5, 7], alike=((2, 3), (4, 5)))
    layout = laid_out(cells, None, columns([(0, 0, 0, 0, 0, 0)]))
    assert [field.cells for field in layout.fields] == [(0,), (1,), (2, 3), (4, 5)]
    states = packed(layout, [(1, 2, 4, 6, 0, 3), (1, 2, 0, 3, 4, 6)])
    one, other = (layout.field(cell).numbers(states).tolist() for cell in (2, 4))
    assert one == other[::-1]


def test_alike_actors_keep_their_fields_as_long_as_others_can_be_merged() -> None:
    sizes = [200] * 12
    rows = [tuple(value % size for size in sizes) for value in range(150)]
    layout = laid_out(cells_of(sizes, alike=((4, 5), (6, 7))), None, columns(rows))
    assert {(4, 5), (6, 7)} <= {field.cells for field in layout.fields}
    assert [tuple(row) for row in np.stack(layout.unpacked(packed(layout, rows))).T.tolist()] == rows


def test_alike_actors_that_do_not_fit_share_a_field_too() -> None:
    sizes = [1 << 12] * 12
    blocks = tuple((place, place + 1) for place in range(0, 12, 2))
    rows = [tuple((value * (place + 3)) % 4001 for place in range(12)) for value in range(3000)]
    cells = cells_of(sizes, alike=blocks)
    too_narrow = laid_out(cells, None, columns([(0,) * 12]))
    assert too_narrow.packed(columns(rows)) is None
    layout = laid_out(cells, too_narrow, columns(rows))
    assert sum(field.bits for field in layout.fields) <= BITS
    assert len(layout.fields) < len(blocks)
    assert [tuple(row) for row in np.stack(layout.unpacked(packed(layout, rows))).T.tolist()] == rows


def count(at: Reading) -> Outcomes:
    return {"count": at["count"] + 1} if at["fixed 79"] == 0 and at["count"] < 5 else None


def test_a_field_of_no_bits_is_not_taken_for_the_one_that_begins_where_it_does() -> None:
    """Eighty components never change, so the last of them have no bits: numbers were kept by the shift of a field."""
    fixed = tuple(Component(f"fixed {place}", 0) for place in range(80))
    action = Action("count", ("fixed 79", "count"), ("count",), count)
    found = search(World("still", (*fixed, Component("count", 0)), (action,)))
    assert (found.counts.states, found.counts.transitions) == (6, 5)


def parts(*counts: int) -> Cells:
    """Make the cells of components that were seen to hold so many values each."""
    names = tuple(f"{place}" for place in range(len(counts)))
    made = Cells(World("w", tuple(Component(name, 0) for name in names), (Action("act", names, names, nothing),)))
    for pool, count in zip(made.pools, counts, strict=True):
        for value in range(count):
            pool.number(value)
    return made


def test_what_no_actor_owns_is_merged_across_the_actors_that_it_is_declared_around() -> None:
    names = ("a", "one", "other", "b")
    made = Cells(
        World(
            "w",
            tuple(Component(name, 0) for name in names),
            (Action("act", names, names, nothing),),
            symmetry=Symmetry((("one",), ("other",))),
        )
    )
    for name, count in {"a": 1 << 20, "one": 1 << 13, "b": 1 << 20}.items():
        for value in range(count):
            made.pools[made.cell[name]].number(value)
    moving = np.arange(1_000).repeat(4)
    layout = laid_out(made, None, [moving, moving, moving, moving])
    assert [field.cells for field in layout.fields] == [(0, 3), (1,), (2,)]


def test_where_all_fits_nothing_is_merged_to_a_field_of_many_values() -> None:
    counts = (1 << 20, 1 << 20, 1 << 20)
    moving = np.random.default_rng(18).permutation(1 << 16)[:20_000].astype(np.int64)
    layout = laid_out(parts(*counts), None, [moving, moving, moving])
    assert [field.cells for field in layout.fields] == [(0,), (1,), (2,)]
