"""Sets of packed states as sorted arrays."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from strandline.properties.engines.exhaust.tables import Ints, Truths


HALF: Final = 32
"""The bits of one number of a pair that is looked up as one."""


def distinct(states: Ints) -> Ints:
    """Sort states in place, and give each once."""
    states.sort()
    if not states.size:
        return states
    once: Ints = states[np.concatenate((np.array([True]), states[1:] != states[:-1]))]
    return once


def firsts(first: Ints, second: Ints) -> Ints:
    """Give one place of each pair of numbers, in the order of the pairs."""
    pairs = (first << HALF) | second
    order = pairs.argsort(kind="stable")
    pairs = pairs.take(order)
    places: Ints = order[np.concatenate((np.array([True]), pairs[1:] != pairs[:-1]))]
    return places


def distinct_pairs(first: Ints, second: Ints) -> tuple[Ints, Ints]:
    """Give each pair of numbers once, sorted."""
    pairs = distinct((first << HALF) | second)
    return pairs >> HALF, pairs & ((1 << HALF) - 1)


def found_in(run: Ints, states: Ints) -> tuple[Ints, Truths]:
    """Give the place of each state in a sorted run, and whether it is there at all."""
    if not run.size:
        return np.zeros(len(states), np.int64), np.zeros(len(states), bool)
    places = np.searchsorted(run, states)
    places[places == len(run)] = 0
    return places, run.take(places) == states
