"""Reaches every state of a declared world, layer by layer.

A layer holds the states that take equally many steps to reach, as packed integers. Each action
turns the layer into its successors by table; what is new among them is the next layer. Nothing is
approximate: a state is kept as it is, and what ends the search early is said. A search may end within a layer; what
came of its states so far counts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from strandline.properties.core.counting import many
from strandline.properties.engines.exhaust.few import Few
from strandline.properties.engines.exhaust.fitting import SAMPLE_STATES
from strandline.properties.engines.exhaust.found import Counts, Status
from strandline.properties.engines.exhaust.judging import Judging
from strandline.properties.engines.exhaust.layer import Layer, Tally
from strandline.properties.engines.exhaust.layout import Held
from strandline.properties.engines.exhaust.measure import Measure
from strandline.properties.engines.exhaust.memory import peak
from strandline.properties.engines.exhaust.packing import CHUNK, Packing
from strandline.properties.engines.exhaust.runs import distinct
from strandline.properties.engines.exhaust.steps import TooMany
from strandline.properties.engines.exhaust.visited import Layers, Visited
from strandline.properties.engines.exhaust.watching import UsedUp
from strandline.properties.harness.interruption import heed

if TYPE_CHECKING:
    from strandline.properties.engines.exhaust.found import Budget
    from strandline.properties.engines.exhaust.tables import Ints
    from strandline.properties.engines.exhaust.telling import Telling
    from strandline.properties.engines.exhaust.watching import Watch
    from strandline.properties.engines.exhaust.world import World

STEPS_MAX: Final = 1 << 20
"""Steps of an action that are worked on at once, and about so many of all; where states have many, fewer states are."""

CHUNK_LEAST: Final = 1 << 10
"""States that are worked on at once at the least when few more may be reached, if they have no more steps than that."""

FEW: Final = 64
"""States of a layer that are gone on from one by one at most; of more it is faster to go on from all at once."""

PEAK_EVERY: Final = 64
"""Layers after which the memory of the process is looked at; a search does thousands of narrow ones in a moment."""

AT_THE_FIRST: Final = "stopped at the first law that broke"
"""What ended a search that was to end there."""


class Exploration:
    """One search under way; ``ended`` says what ended it early, if anything did; ``at_a_law`` if a broken law did."""

    def __init__(self, world: World, budget: Budget, layers: Layers, watch: Watch, telling: Telling) -> None:
        """Explore a world within a budget."""
        self.ended = ""
        self.at_a_law = False
        self.packing = Packing(world)
        self.judging = Judging(world, self.packing)
        self.measure = Measure(world, self.packing.cells)
        self.layers = layers
        self.counts = Counts(states=1, widest=1, frontier=1)
        self.fired = [Tally() for _ in world.actions]
        self._budget = budget
        self._watch = watch
        self._telling = telling
        self._visited = Visited()
        self._frontier: Ints | list[int] = self.packing.first()
        self._layout = self.packing.layout
        self._width = 1.0  # steps from each state, as it was seen last
        self._layer = self._begun()

    def run(self, *, first: bool = False, until: str = "") -> None:
        """Search until nothing is new, or the budget is used up, or the first law broke, or one that is named."""
        self._frontier = self.packing.canonical(self.packing.first()).tolist()
        self._visited.add_few(self._frontier)
        with self._watch.bounded(self._budget, lambda: self._nbytes):
            while len(self._frontier) and not self.ended:
                self._next()
                broken = self.judging.broken
                if broken and (first or until in broken) and len(self._frontier) and not self.ended:
                    self.at_a_law, self.ended = True, f"{until} is broken" if until in broken else AT_THE_FIRST
        self.counts.memory = peak()

    @property
    def _nbytes(self) -> int:
        """The bytes of the arrays that outlast a chunk."""
        tables = self.packing.nbytes + self.judging.nbytes + self.measure.nbytes
        return self._visited.nbytes + self._layer.nbytes + tables

    def _next(self) -> None:
        """Expand a layer, as far as the budget goes; what is new is the next one."""
        self.layers.add(self._frontier, self._layout)
        self._layer = self._begun()
        try:
            self.packing.with_room(self._expand, self._some)
            following = self._followed()
        except UsedUp as over:
            whole = self._layer.expanded in {0, len(self._frontier)}
            self.ended = str(over) if whole else f"{over}, with layer {len(self.layers)} incomplete"
            self._end_within()
        except KeyboardInterrupt:
            self._end_within()
            raise
        else:
            self._add_up(len(following))
            self._frontier = following
            self.counts.frontier = len(following)
            if self._telling.listens:
                self._telling.tell(self._status())

    def _begun(self) -> Layer | Few:
        """Begin to expand the frontier."""
        if len(self._frontier) <= FEW and self.packing.takes_few:
            return Few(self.packing, self.judging, self.measure, self._visited)
        return Layer(len(self.fired), self._visited, self._budget.memory)

    def _followed(self) -> Ints | list[int]:
        """Give the next layer, and remember its states."""
        if self.measure.declared and self._visited.has_grown:
            self._forget()
        if isinstance(self._layer, Few):
            few = self._layer.following()
            self._visited.add_few(few)
            return few
        self._watch.require(2 * self._layer.nbytes)
        many = self._layer.following()
        self._visited.add(many)
        return many

    def _end_within(self) -> None:
        """End within a layer: what came of its states so far counts, the others and what is new are left."""
        left, found = len(self._frontier) - self._layer.expanded, self._layer.found
        self._add_up(found)
        self.counts.frontier = left + found

    def _expand(self) -> None:
        """Expand the frontier; if room was made since it was packed, it is packed and begun anew.

        Raises:
            Overfull: a number does not fit its field.
        """
        if self.packing.layout is not self._layout:
            self._pack_anew()
            self._layer = self._begun()
        layer = self._layer
        if isinstance(layer, Few):
            room = self._budget.states - self.counts.states + CHUNK_LEAST
            self._hold_to_budget()
            for state in list(self._frontier):
                if layer.found_at_most > room:
                    self._hold_to_budget()
                layer.expand(state)
            self._width = max(1.0, layer.transitions / layer.expanded)
            return
        self._frontier = np.asarray(self._frontier, np.int64)
        while layer.expanded < len(self._frontier):
            heed()
            self._hold_to_budget()
            self._go_on(layer, self._frontier)
            if layer.expanded < len(self._frontier):
                self._telling.note(self._status())

    def _pack_anew(self) -> None:
        """Pack the frontier and what is remembered by the layout as it is by now."""
        packing, old = self.packing, self._layout
        self._forget()  # to pack a state anew takes longer than to see that it cannot come again
        self._watch.require(self._visited.nbytes + 8 * len(self._frontier))
        frontier = packing.repacked(np.asarray(self._frontier, np.int64), old)
        visited = self._visited.repacked(lambda run: packing.repacked(run, old))
        self._frontier, self._visited, self._layout = frontier.tolist(), visited, packing.layout

    def _hold_to_budget(self) -> None:
        """Look whether there may be more states, and more of everything else.

        Raises:
            UsedUp: there may not.
        """
        room = self._budget.states - self.counts.states
        if self._layer.found_at_most > room and self._layer.found > room:
            raise UsedUp(f"more than {many(self._budget.states, 'state')}")
        self._watch.look()

    def _go_on(self, layer: Layer, frontier: Ints) -> None:
        """Expand some states more: so few that neither their steps nor their successors are too many."""
        room = self._budget.states - self.counts.states - layer.found_at_most
        count = min(CHUNK, max(CHUNK_LEAST, int(room / self._width)), max(1, int(STEPS_MAX / self._width)))
        states = frontier[layer.expanded : layer.expanded + count]
        try:
            self._chunk(layer, states)
        except TooMany:
            self._width = 2 * STEPS_MAX / len(states)

    def _some(self) -> list[Ints]:
        """Give the numbers of all cells in some of the states."""
        frontier = np.asarray(self._frontier[:: len(self._frontier) // SAMPLE_STATES + 1], np.int64)
        return self._layout.unpacked(np.concatenate((self._visited.some(SAMPLE_STATES), frontier)))

    def _chunk(self, layer: Layer, states: Ints) -> None:
        """Take every step from some states, and judge them."""
        held = self.packing.held(states)
        moves = self.packing.expand(held, STEPS_MAX)
        if self.measure.declared:
            for move in moves:
                self.measure.require_rise(move, held, self.packing.steps.actions[move.action].ways.cells)
        self._width = max(1.0, sum(len(move.after) for move in moves) / len(states))
        after = distinct(np.concatenate([move.after for move in moves])) if moves else states[:0]
        representatives = self.packing.canonical(after)
        if self.measure.declared and representatives is not after:
            self.measure.require_same(self.packing.held(after), self.packing.held(representatives))
        fired = [(move.action, np.bincount(move.ways)) for move in moves]
        layer.add(len(states), representatives, fired, self.judging.of(held, moves))

    def _add_up(self, found: int) -> None:
        """Add up what came of a layer, with so many new states."""
        layer, counts = self._layer, self.counts
        layer.count_in(self.fired)
        self.judging.keep(layer.judged, len(self.layers) - 1, self._layout)
        counts.transitions += layer.transitions
        counts.states += found
        counts.widest = max(counts.widest, found)
        counts.depth += bool(found)

    def _forget(self) -> None:
        """Let go of states that cannot come again: what follows has a higher measure than the lowest of this layer."""
        if self.measure.declared:
            least = self.measure.least(Held(self._layout, np.asarray(self._frontier, np.int64)))
            self._visited.forget(lambda run: self.measure.of(Held(self._layout, run)) <= least)

    def _status(self) -> Status:
        """Say how far the search has come."""
        broken = tuple(dict.fromkeys((*self.judging.broken, *sorted(self._layer.broken))))
        if len(self.layers) % PEAK_EVERY == 1 or not isinstance(self._frontier, list):
            self.counts.memory = peak()
        return Status(self.counts.so_far(), self._layer.expanded, broken)
