"""Remembers which states were seen: in memory those that may come again, on disk all of them, layer by layer."""

from __future__ import annotations

import tempfile
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from strandline.properties.exhaust.packing import CHUNK
from strandline.properties.exhaust.runs import found_in

if TYPE_CHECKING:
    from collections.abc import Callable

    from strandline.properties.exhaust.layout import Layout
    from strandline.properties.exhaust.tables import Ints, Truths

RUNS_MAX: Final = 6
"""Sorted runs that are kept side by side; with one more the smallest are merged."""


GROWN: Final = 1.5
"""How many times as many states make it worth while to look for those that can be forgotten."""


class Visited:
    """The states that may come again, in sorted runs."""

    def __init__(self) -> None:
        self._runs: list[Ints] = []
        self._kept = 0

    @property
    def nbytes(self) -> int:
        """The bytes that the states take."""
        return sum(run.nbytes for run in self._runs)

    @property
    def has_grown(self) -> bool:
        """Whether there are many more states than when some were last forgotten."""
        return self.nbytes > GROWN * self._kept

    def some(self, count: int) -> Ints:
        """Give about so many states, evenly among all."""
        step = sum(map(len, self._runs)) // count + 1
        return np.concatenate([np.zeros(0, np.int64), *(run[::step] for run in self._runs)])

    def new(self, states: Ints) -> Ints:
        """Give those of some states that were not seen; sorted, as those handed in."""
        for run in self._runs:
            if not states.size:
                break
            _, there = found_in(run, states)
            states = states[~there]
        return states

    def add(self, states: Ints) -> None:
        """Remember new states, sorted."""
        if states.size:
            self._runs.append(states)
        while len(self._runs) > RUNS_MAX:
            self._runs.sort(key=len, reverse=True)
            merged = np.concatenate((self._runs.pop(), self._runs.pop()))
            merged.sort()
            self._runs.append(merged)

    def forget(self, old: Callable[[Ints], Truths]) -> None:
        """Let go of states that cannot come again."""
        kept = [_without(run, old) for run in self._runs]
        self._runs = [run for run in kept if run.size]
        self._kept = self.nbytes

    def repacked(self, repacked: Callable[[Ints], Ints]) -> Visited:
        """Give the same states, packed anew."""
        other = Visited()
        other._runs = [repacked(run) for run in self._runs]
        other._kept = self._kept
        return other


def _without(run: Ints, old: Callable[[Ints], Truths]) -> Ints:
    """Give a run without what is old, looked at in chunks."""
    chunks = (run[start : start + CHUNK] for start in range(0, len(run), CHUNK))
    return np.concatenate([chunk[~old(chunk)] for chunk in chunks])


class _Stored(NamedTuple):
    """Where a layer stands in the file, how many states it has, and the layout that it was packed by."""

    offset: int
    size: int
    layout: Layout


class Layers:
    """Every layer of a search, in a file that goes with the search; traces are read back from it."""

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile(prefix="strandline-layers-")  # noqa: SIM115 - closed by close
        self._stored: list[_Stored] = []

    def __len__(self) -> int:
        return len(self._stored)

    def add(self, states: Ints, layout: Layout) -> None:
        """Put a layer to the end."""
        self._stored.append(_Stored(self._file.seek(0, 2), len(states), layout))
        self._file.write(states.tobytes())

    def read(self, depth: int) -> tuple[Ints, Layout]:
        """Give a layer, and the layout that it was packed by."""
        stored = self._stored[depth]
        self._file.seek(stored.offset)
        return np.frombuffer(self._file.read(8 * stored.size), np.int64), stored.layout

    def close(self) -> None:
        """Remove the file."""
        self._file.close()
