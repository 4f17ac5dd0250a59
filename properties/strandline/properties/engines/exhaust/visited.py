"""Remembers which states were seen: in memory those that may come again, on disk all of them, layer by layer."""

from __future__ import annotations

import tempfile
from array import array
from typing import TYPE_CHECKING, Final

import numpy as np

from strandline.properties.engines.exhaust.packing import CHUNK
from strandline.properties.engines.exhaust.runs import found_in

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable

    from strandline.properties.engines.exhaust.layout import Layout
    from strandline.properties.engines.exhaust.tables import Ints, Truths

RUNS_MAX: Final = 6
"""Sorted runs that are kept side by side; with one more the smallest are merged."""


GROWN: Final = 1.5
"""How many times as many states make it worth while to look for those that can be forgotten."""


FEW_MAX: Final = 1 << 19
"""States of narrow layers that are kept in a set, of about 60 bytes each; with one more they become a run."""

FEW_BYTES: Final = 64
"""Bytes that a state in a set takes."""


class Visited:
    """The states that may come again: in sorted runs, and those of narrow layers in a set, ``few``."""

    def __init__(self) -> None:
        self.few: set[int] = set()
        self._runs: list[Ints] = []
        self._kept = 0

    def __len__(self) -> int:
        """Count the states."""
        return len(self.few) + sum(map(len, self._runs))

    @property
    def nbytes(self) -> int:
        """The bytes that the states take."""
        return FEW_BYTES * len(self.few) + sum(run.nbytes for run in self._runs)

    @property
    def has_grown(self) -> bool:
        """Whether there are many more states than when some were last forgotten."""
        return self.nbytes > GROWN * self._kept

    def some(self, count: int) -> Ints:
        """Give about so many states, evenly among all."""
        self._gather()
        step = len(self) // count + 1
        return np.concatenate([np.zeros(0, np.int64), *(run[::step] for run in self._runs)])

    def whole(self) -> Ints:
        """Give all states, sorted."""
        self._gather()
        if len(self._runs) == 1:
            return self._runs[0]
        whole = np.concatenate([np.zeros(0, np.int64), *self._runs])
        whole.sort()
        return whole

    def new(self, states: Ints) -> Ints:
        """Give those of some states that were not seen; sorted, as those handed in."""
        self._gather()
        for run in self._runs:
            if not states.size:
                break
            _, there = found_in(run, states)
            states = states[~there]
        return states

    def new_few(self, states: Collection[int]) -> list[int]:
        """Give those of a few states, none of them in the set, that were not seen; sorted."""
        if not self._runs or not states:
            return sorted(states)
        new = np.array(sorted(states), np.int64)
        for run in self._runs:
            new = new[~found_in(run, new)[1]]
        return list(new.tolist())

    def add_few(self, states: Iterable[int]) -> None:
        """Remember a few new states."""
        self.few.update(states)
        if len(self.few) > FEW_MAX:
            self._gather()

    def _gather(self) -> None:
        """Make a run of the set."""
        if self.few:
            run = np.fromiter(self.few, np.int64, len(self.few))
            run.sort()
            self.few.clear()
            self.add(run)

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
        self._gather()
        kept = [_without(run, old) for run in self._runs]
        self._runs = [run for run in kept if run.size]
        self._kept = self.nbytes

    def repacked(self, repacked: Callable[[Ints], Ints]) -> Visited:
        """Give the same states, packed anew."""
        self._gather()
        other = Visited()
        other._runs = [repacked(run) for run in self._runs]
        other._kept = self._kept
        return other


def _without(run: Ints, old: Callable[[Ints], Truths]) -> Ints:
    """Give a run without what is old, looked at in chunks."""
    chunks = (run[start : start + CHUNK] for start in range(0, len(run), CHUNK))
    return np.concatenate([chunk[~old(chunk)] for chunk in chunks])


class Layers:
    """Every layer of a search, in a file that goes with the search; traces are read back from it."""

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile(prefix="strandline-layers-")  # noqa: SIM115 - closed by close
        self._ends = array("q", [0])
        self._layouts: list[Layout] = []
        self._at_end = True

    def __len__(self) -> int:
        return len(self._layouts)

    def add(self, states: Ints | list[int], layout: Layout) -> None:
        """Put a layer to the end."""
        if not self._at_end:
            self._file.seek(8 * self._ends[-1])
            self._at_end = True
        self._layouts.append(layout)
        self._ends.append(self._ends[-1] + len(states))
        self._file.write(array("q", states) if isinstance(states, list) else states.tobytes())

    def read(self, depth: int) -> tuple[Ints, Layout]:
        """Give a layer, and the layout that it was packed by."""
        begin, end = self._ends[depth], self._ends[depth + 1]
        self._at_end = False
        self._file.seek(8 * begin)
        return np.frombuffer(self._file.read(8 * (end - begin)), np.int64), self._layouts[depth]

    def close(self) -> None:
        """Remove the file."""
        self._file.close()
