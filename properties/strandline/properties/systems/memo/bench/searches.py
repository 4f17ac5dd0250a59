"""Measures the search of declared worlds against the plain search of the same scope of the same model.

Each measurement is made in a process of its own, so that its peak of memory is its own and nothing is warm.
"""

from __future__ import annotations

import time
from dataclasses import replace
from statistics import median
from typing import TYPE_CHECKING, Final, NamedTuple

from strandline.model.memo.state import Scope
from strandline.properties.engines import reference as plain
from strandline.properties.engines.exhaust.engine import search
from strandline.properties.engines.exhaust.memory import peak
from strandline.properties.harness.alone import alone
from strandline.properties.systems.memo.memoworlds.declare import declared
from strandline.properties.systems.memo.spaces import model_space
from strandline.properties.systems.memo.spec.laws import laws_of
from strandline.properties.systems.memo.spec.worlds import EVER, P

if TYPE_CHECKING:
    from collections.abc import Iterator

REACH: Final = 25.0
"""The ratio to reach at the largest size."""

PLAIN_STATES_MAX: Final = 3_000_000
"""The states that the plain search may keep; none of the sizes has as many."""

BASE: Final = Scope(
    windows=(EVER,),
    templates=(P,),
    refreshers=2,
    born_with=(0,),
    budget=(("append", 1), ("append and prune", 1), ("delete", 1), ("start", 3)),
)
"""The scope that is measured, and made larger in each direction."""


def wider(scope: Scope, bound: str) -> Scope:
    """Give a scope with one more of something: a refresher, or an action that a budget bounds."""
    if bound == "refresher":
        return replace(scope, refreshers=scope.refreshers + 1)
    return replace(scope, budget=tuple((name, count + (name == bound)) for name, count in scope.budget))


SIZES: Final[dict[str, Scope]] = {
    "two refreshers": BASE,
    "three refreshers": wider(wider(BASE, "refresher"), "start"),
}
"""The sizes at which both searches are measured, the largest last."""

BOUNDS: Final = ("refresher", *(name for name, _ in BASE.budget))
"""The directions in which the base is made larger."""


class Measured(NamedTuple):
    """What a search counted, and what it took: seconds, and bytes at the peak (0 where the system does not tell)."""

    states: int
    transitions: int
    depth: int
    seconds: float
    memory: int = 0

    @property
    def counts(self) -> tuple[int, int, int]:
        """What does not depend on the machine."""
        return self.states, self.transitions, self.depth


class Compared(NamedTuple):
    """One size, searched by both in turn."""

    size: str
    engine: tuple[Measured, ...]
    plain: tuple[Measured, ...]

    @property
    def ratio(self) -> float:
        """How many times faster the engine is, by the medians."""
        return median(one.seconds for one in self.plain) / median(one.seconds for one in self.engine)

    @property
    def equal(self) -> bool:
        """Whether every run of either counted the same."""
        return len({one.counts for one in (*self.engine, *self.plain)}) == 1


class Grown(NamedTuple):
    """The search of the base with one more of something, or of the base itself; with its symmetry."""

    bound: str
    measured: Measured


def compared(name: str, rounds: int) -> Iterator[Measured | Compared]:
    """Search one size by both in turn, so that both meet the same machine; give each measurement, and the sum last."""
    engine, old = [], []
    for _ in range(rounds):
        engine.append(alone(by_engine, SIZES[name], symmetric=False))
        yield engine[-1]
        old.append(alone(by_plain, SIZES[name]))
        yield old[-1]
    yield Compared(name, tuple(engine), tuple(old))


def grown() -> Iterator[Grown]:
    """Search the base, then the base with one more of each."""
    yield Grown("", alone(by_engine, BASE, symmetric=True))
    for bound in BOUNDS:
        yield Grown(bound, alone(by_engine, wider(BASE, bound), symmetric=True))


def by_engine(scope: Scope, *, symmetric: bool) -> Measured:
    """Search a scope as a declared world; the plain search knows no symmetry, so beside it there is none."""
    world = declared(scope)
    clock = time.perf_counter()
    counts = search(world if symmetric else replace(world, symmetry=None)).counts
    return Measured(counts.states, counts.transitions, counts.depth, time.perf_counter() - clock, counts.memory)


def by_plain(scope: Scope) -> Measured:
    """Search a scope state by state."""
    with model_space(scope) as space:
        clock = time.perf_counter()
        found = plain.search(space, laws_of(scope), PLAIN_STATES_MAX)
        seconds = time.perf_counter() - clock
    return Measured(found.states, found.transitions, found.depth, seconds, peak())
