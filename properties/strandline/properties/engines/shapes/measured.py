"""Measures the search by tables against the plain search, shape by shape, in seconds of the processor."""

from __future__ import annotations

import time
from statistics import median
from typing import TYPE_CHECKING, NamedTuple

from strandline.properties.core.verdict import Verdict
from strandline.properties.engines.exhaust.engine import search
from strandline.properties.engines.shapes import plain
from strandline.properties.engines.shapes.worlds import SHAPES, chain
from strandline.properties.harness.alone import alone

if TYPE_CHECKING:
    from collections.abc import Iterator


class Measured(NamedTuple):
    """What both searches of a world counted, whether that was the same, and the seconds that each worked."""

    states: int
    transitions: int
    equal: bool
    engine: float
    plain: float


class Shape(NamedTuple):
    """One shape, measured some times."""

    name: str
    runs: tuple[Measured, ...]

    @property
    def ratio(self) -> float:
        """How many times faster the engine is, by the medians."""
        return median(one.plain for one in self.runs) / median(one.engine for one in self.runs)

    @property
    def equal(self) -> bool:
        """Whether both counted the same, and broke the same laws, in every run."""
        return all(one.equal for one in self.runs) and len({one[:2] for one in self.runs}) == 1


def compared(rounds: int) -> Iterator[Shape]:
    """Measure each shape so many times, each time in a process of its own."""
    for name in SHAPES:
        yield Shape(name, tuple(alone(both, name) for _ in range(rounds)))


def both(name: str) -> Measured:
    """Search a world of one shape by both.

    The process that asks again is started by a search before, and works beside both: what it takes is not counted.
    """
    search(chain(2))
    world = SHAPES[name]()
    clock = time.process_time()
    plainly = plain.search(world)
    between = time.process_time()
    found = search(world)
    end = time.process_time()
    counts = found.counts
    broken = frozenset(one.law for one in found.findings if one.verdict is Verdict.VIOLATED)
    equal = plainly == plain.Plainly(counts.states, counts.transitions, counts.depth, broken)
    return Measured(counts.states, counts.transitions, equal, end - between, between - clock)
