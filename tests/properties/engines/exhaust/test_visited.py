"""Visited states: a set of all that may come again, and a file of all layers."""

from __future__ import annotations

from contextlib import closing

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from strandline.properties.engines.exhaust.layout import Field, Layout
from strandline.properties.engines.exhaust.visited import RUNS_MAX, Layers, Visited

TOP = (1 << 63) - 1

states = st.integers(0, 60) | st.integers(0, TOP)
layers = st.lists(st.sets(states, max_size=20), max_size=2 * RUNS_MAX + 3)


def array(values: set[int]) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    return np.array(sorted(values), np.int64)


@given(layers, st.lists(st.integers(0, 60), max_size=6))
def test_new_are_those_that_never_came_before(layers: list[set[int]], forgotten: list[int]) -> None:
    """A state is forgotten after some layer; it is new again then, as is every one below it."""
    visited, known = Visited(), set[int]()
    for depth, layer in enumerate(layers):
        new = visited.new(array(layer))
        assert new.tolist() == sorted(layer - known)
        visited.add(new)
        known |= layer
        if depth < len(forgotten):
            least = forgotten[depth]
            visited.forget(lambda run, least=least: run <= least)  # type: ignore[misc] # bound at once
            known = {state for state in known if state > least}
        assert visited.nbytes == 8 * len(known)


def test_of_states_that_were_all_forgotten_there_are_none_to_show() -> None:
    visited = Visited()
    visited.add(array({1, 5, 9}))
    visited.forget(lambda run: run <= TOP)
    assert visited.some(10).tolist() == []


def test_states_of_many_layers_that_lie_between_each_other_are_all_known() -> None:
    visited = Visited()
    for layer in range(4 * RUNS_MAX):
        visited.add(array({layer + 100 * each for each in range(10)}))
    everything = array({layer + 100 * each for layer in range(4 * RUNS_MAX) for each in range(10)})
    assert visited.new(everything).tolist() == []
    assert visited.new(array({4 * RUNS_MAX})).tolist() == [4 * RUNS_MAX]


def test_states_that_are_packed_anew_are_still_known() -> None:
    visited = Visited()
    visited.add(array({1, 5, 9}))
    visited.add(array({2}))
    doubled = visited.repacked(lambda run: 2 * run)
    assert doubled.new(array({2, 4, 5, 18})).tolist() == [5]


@given(st.lists(st.sets(states, min_size=1, max_size=20), max_size=6))
def test_every_layer_is_read_back_as_it_was_with_the_layout_of_its_time(found: list[set[int]]) -> None:
    with closing(Layers()) as layers:
        layouts = [Layout((Field((0,), 0, 8, None),)) for _ in found]
        for layer, layout in zip(found, layouts, strict=True):
            layers.add(array(layer), layout)
        assert len(layers) == len(found)
        for depth in reversed(range(len(found))):
            read, layout = layers.read(depth)
            assert read.tolist() == sorted(found[depth])
            assert layout is layouts[depth]
