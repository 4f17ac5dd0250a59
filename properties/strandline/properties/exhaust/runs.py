"""Sets of packed states as sorted arrays."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from strandline.properties.exhaust.tables import Ints, Truths


def distinct(states: Ints) -> Ints:
    """Sort states in place, and give each once."""
    states.sort()
    if not states.size:
        return states
    once: Ints = states[np.concatenate((np.array([True]), states[1:] != states[:-1]))]
    return once


def found_in(run: Ints, states: Ints) -> tuple[Ints, Truths]:
    """Give the place of each state in a sorted run, and whether it is there at all."""
    if not run.size:
        return np.zeros(len(states), np.int64), np.zeros(len(states), bool)
    places = np.searchsorted(run, states)
    places[places == len(run)] = 0
    return places, run.take(places) == states
