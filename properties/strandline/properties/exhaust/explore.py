"""Reaches every state of a declared world, layer by layer.

A layer holds the states that take equally many steps to reach, as packed integers. Each action
turns the layer into its successors by table; what is new among them is the next layer. Nothing is
approximate: a state is kept as it is, and what ends the search early is said.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import numpy as np

from strandline.properties.counting import many
from strandline.properties.exhaust.fitting import SAMPLE_STATES
from strandline.properties.exhaust.found import Counts
from strandline.properties.exhaust.judging import Judging
from strandline.properties.exhaust.layout import Held
from strandline.properties.exhaust.measure import Measure
from strandline.properties.exhaust.memory import peak
from strandline.properties.exhaust.packing import CHUNK, Packing
from strandline.properties.exhaust.runs import distinct
from strandline.properties.exhaust.visited import Layers, Visited
from strandline.properties.interruption import heed

if TYPE_CHECKING:
    from strandline.properties.exhaust.found import Budget
    from strandline.properties.exhaust.judging import Judged
    from strandline.properties.exhaust.tables import Ints
    from strandline.properties.exhaust.world import World

Say: TypeAlias = Callable[[Counts], None]
"""Takes what was counted so far, after each layer."""


class _Expanded(NamedTuple):
    """What came of a chunk of a layer: its successors, how often each way went, the steps, and what laws say."""

    after: Ints
    fired: list[tuple[int, Ints]]
    transitions: int
    judged: Judged


class Exploration:
    """One search under way; ``ended`` says what ended it early, if anything did."""

    def __init__(self, world: World, budget: Budget, layers: Layers, say: Say) -> None:
        """Explore a world within a budget."""
        self.ended = ""
        self.packing = Packing(world)
        self.judging = Judging(world, self.packing)
        self.measure = Measure(world, self.packing.cells)
        self.layers = layers
        self.counts = Counts(states=1, widest=1)
        self.fired = [np.zeros(0, np.int64) for _ in world.actions]
        self._budget = budget
        self._say = say
        self._visited = Visited()
        self._frontier = self.packing.first()
        self._layout = self.packing.layout

    def run(self) -> None:
        """Search until nothing is new, or the budget is used up."""
        self._frontier = self.packing.canonical(self._frontier)
        self._visited.add(self._frontier)
        while self._frontier.size and not self.ended:
            depth = len(self.layers)
            self.layers.add(self._frontier, self._layout)
            expanded = self.packing.with_room(self._expanded, self._some)
            self._add_up(expanded, depth)
            self._frontier = self._following([one.after for one in expanded])
            self._count()
            self.ended = self._over() if self._frontier.size else ""

    def _expanded(self) -> list[_Expanded]:
        """Expand the frontier; what is remembered is packed anew first, if the layout is another one by now."""
        packing, old = self.packing, self._layout
        if packing.layout is not old:
            self._forget()  # to pack a state anew takes longer than to see that it cannot come again
            frontier = packing.repacked(self._frontier, old)
            self._visited = self._visited.repacked(lambda run: packing.repacked(run, old))
            self._frontier, self._layout = frontier, packing.layout
        frontier = self._frontier
        chunks = []
        for start in range(0, len(frontier), CHUNK):
            heed()
            chunks.append(self._chunk(frontier[start : start + CHUNK]))
        return chunks

    def _some(self) -> list[Ints]:
        """Give the numbers of all cells in some of the states."""
        frontier = self._frontier[:: len(self._frontier) // SAMPLE_STATES + 1]
        return self._layout.unpacked(np.concatenate((self._visited.some(SAMPLE_STATES), frontier)))

    def _chunk(self, states: Ints) -> _Expanded:
        """Take every step from some states."""
        held = self.packing.held(states)
        moves = self.packing.expand(held)
        if self.measure.declared:
            for move in moves:
                self.measure.require_rise(move, held)
        after = distinct(np.concatenate([move.after for move in moves])) if moves else states[:0]
        representatives = self.packing.canonical(after)
        if self.measure.declared and representatives is not after:
            self.measure.require_same(self.packing.held(after), self.packing.held(representatives))
        return _Expanded(
            representatives,
            [(move.action, np.bincount(move.ways)) for move in moves],
            sum(len(move.after) for move in moves),
            self.judging.of(held, moves),
        )

    def _add_up(self, expanded: list[_Expanded], depth: int) -> None:
        """Add up what came of a whole layer."""
        for one in expanded:
            self.counts.transitions += one.transitions
            for action, fired in one.fired:
                self.fired[action] = _added(self.fired[action], fired)
        self.judging.keep((one.judged for one in expanded), depth, self._layout)

    def _following(self, after: list[Ints]) -> Ints:
        """Give the states of the next layer: the successors that are new."""
        if self._visited.has_grown:
            self._forget()
        new = self._visited.new(distinct(np.concatenate(after)))
        self._visited.add(new)
        return new

    def _forget(self) -> None:
        """Let go of states that cannot come again: what follows has a higher measure than the lowest of this layer."""
        if self.measure.declared:
            least = int(self.measure.of(Held(self._layout, self._frontier)).min())
            self._visited.forget(lambda run: self.measure.of(Held(self._layout, run)) <= least)

    def _count(self) -> None:
        """Count the layer that was found, and tell of it."""
        counts, found = self.counts, len(self._frontier)
        counts.states += found
        counts.widest = max(counts.widest, found)
        counts.depth += bool(found)
        counts.frontier = found
        counts.memory = peak()
        self._say(counts)

    def _over(self) -> str:
        """Say what is used up, if anything is."""
        used = self._visited.nbytes + self.packing.nbytes + self.judging.nbytes + self.measure.nbytes
        if self.counts.states > self._budget.states:
            return f"more than {many(self._budget.states, 'state')}"
        if used > self._budget.memory:
            return f"more than {self._budget.memory >> 20:,} MiB of arrays"
        return ""


def _added(one: Ints, other: Ints) -> Ints:
    """Add up counts; the longer array has counts of newer things at its end."""
    longer, shorter = (one, other) if len(one) >= len(other) else (other, one)
    both = longer.copy()
    both[: len(shorter)] += shorter
    return both
