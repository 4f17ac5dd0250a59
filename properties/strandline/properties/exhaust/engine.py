"""The search: every reachable state of a declared world, layer by layer, and a verdict on each law.

A layer holds the states that take equally many steps to reach, as packed integers. Each action
turns the layer into its successors by table; what is new among them is the next layer. Nothing is
approximate: a state is kept as it is, and what ends the search early is said.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias

import numpy as np

from strandline.properties.exhaust.again import Questions, ask_again, require_alike, require_unchanged
from strandline.properties.exhaust.eventually import Quiet
from strandline.properties.exhaust.fitting import SAMPLE_STATES
from strandline.properties.exhaust.found import Budget, Counts, Finding, Found
from strandline.properties.exhaust.fresh import get_ready
from strandline.properties.exhaust.judge import Predicate
from strandline.properties.exhaust.measure import Measure
from strandline.properties.exhaust.memory import peak
from strandline.properties.exhaust.packing import CHUNK, ROOM_MAX, Packing
from strandline.properties.exhaust.runs import distinct
from strandline.properties.exhaust.steps import Overfull
from strandline.properties.exhaust.traces import Ends, lasso_shown, shown
from strandline.properties.exhaust.visited import Layers, Visited
from strandline.properties.exhaust.world import (
    Always,
    AlwaysTold,
    Eventually,
    Sometimes,
    SometimesTold,
)
from strandline.properties.verdict import Verdict

if TYPE_CHECKING:
    from strandline.properties.exhaust.tables import Ints
    from strandline.properties.exhaust.world import Law, World

ALIKE_LAYERS: Final = 8
"""Layers of which some states are held against themselves with alike actors swapped."""

ALIKE: Final = 64
"""States of such a layer that are."""

Say: TypeAlias = Callable[[Counts], None]
"""Takes what was counted so far, after each layer."""


class _Expanded(NamedTuple):
    """What came of expanding a chunk: its successors, how often each way went, and where laws broke.

    ``broken`` holds states by law: those from which a step broke a law of what is told, and those in which the world
    ended as it must not.
    """

    after: Ints
    fired: list[tuple[int, Ints]]
    transitions: int
    broken: dict[str, Ints]


def search(
    world: World,
    budget: Budget = Budget(),  # noqa: B008 - a frozen value
    *,
    workers: int = 1,
    several: int = 1,
    say: Say = lambda _counts: None,
) -> Found:
    """Search a world whole, or until its budget ends.

    Args:
        world: the world.
        budget: the states and the memory that may be used.
        workers: threads that expand a layer; the counts are the same for every number.
        several: counterexamples to give for a broken law at most, different in their last step.
        say: called after each layer.

    Returns:
        Verdicts, counts, traces. Ctrl-C ends a search as a budget does.

    Raises:
        WorldError: a function does not do what the world declares.
    """
    get_ready()
    with closing(Layers()) as layers, ThreadPoolExecutor(workers) as pool:
        one = _Search(world, budget, layers, pool if workers > 1 else None, say)
        try:
            one.run()
        except KeyboardInterrupt:
            pool.shutdown(cancel_futures=True)
            one.ended = "interrupted"
        one.hold_to_its_word()
        return one.found(several)


class _Search:
    """One search under way."""

    def __init__(self, world: World, budget: Budget, layers: Layers, pool: ThreadPoolExecutor | None, say: Say) -> None:
        self.ended = ""
        self._world = world
        self._budget = budget
        self._layers = layers
        self._pool = pool
        self._say = say
        self._packing = Packing(world)
        self._measure = Measure(world, self._packing.cells)
        self._visited = Visited()
        self._counts = Counts(states=1, widest=1)
        self._fired = [np.zeros(0, np.int64) for _ in world.actions]
        self._broken: dict[str, list[Ends]] = {}
        self._reached: Counter[str] = Counter()
        cells = self._packing.cells
        self._quiet = Quiet(world, cells)
        self._told = tuple(law for law in world.laws if isinstance(law, (AlwaysTold, SometimesTold)))
        self._predicates = {
            law.name: Predicate(law.name, cells, law.reads, law.holds if isinstance(law, Always) else law.seen)
            for law in world.laws
            if isinstance(law, (Always, Sometimes))
        }

    def run(self) -> None:
        """Search layer by layer."""
        frontier = self._packing.canonical(self._packing.first())
        self._visited.add(frontier)
        while frontier.size and not self.ended:
            self._counts.frontier = len(frontier)
            self._layers.add(frontier, self._packing.layout)
            self._judge(frontier)
            frontier, expanded = self._expanded(frontier)
            self._commit(expanded)
            frontier = self._following(frontier, [one.after for one in expanded])
            self._counts.states += len(frontier)
            self._counts.widest = max(self._counts.widest, len(frontier))
            self._counts.depth += bool(len(frontier))
            self._counts.frontier = len(frontier)
            self._counts.memory = peak()
            self._say(self._counts)
            self.ended = self._over() if frontier.size else ""

    def hold_to_its_word(self) -> None:
        """Ask a sample of everything again.

        Raises:
            WorldError: a function answers otherwise, a value changed, or actors are not alike.
        """
        packing = self._packing
        require_unchanged(packing.cells)
        questions = [Questions(f"action {table.action.name!r}", table.questions()) for table in packing.steps.actions]
        predicates = (*self._predicates.values(), *self._quiet.predicates)
        questions += [Questions(predicate.who, predicate.questions()) for predicate in predicates]
        ask_again(self._world, questions)
        depths = range(0, len(self._layers), len(self._layers) // ALIKE_LAYERS + 1)
        for depth in depths if self._world.symmetry is not None else ():
            self._require_alike(depth, predicates)

    def _require_alike(self, depth: int, predicates: tuple[Predicate, ...]) -> None:
        """Hold some states of a layer against themselves with alike actors swapped."""
        states, layout = self._layers.read(depth)
        for tries in range(ROOM_MAX):
            try:
                return require_alike(self._packing, predicates, self._packing.repacked(states[:ALIKE], layout))
            except Overfull:
                self._packing.widen(layout.unpacked(states[:SAMPLE_STATES]), tries)
        raise OverflowError(f"no room was found for the states of world {self._world.name!r} in {ROOM_MAX} tries")

    def found(self, several: int) -> Found:
        """Give verdicts, counts and traces."""
        counts = self._counts
        tries = [one.trie for one in self._packing.steps.actions]
        judging = [one.trie for one in (*self._predicates.values(), *self._quiet.predicates)]
        counts.calls = sum(len(trie.asked) for trie in tries)
        counts.peeks = sum(trie.peeks for trie in tries)
        counts.judged = sum(len(trie.asked) for trie in judging)
        totals = [int(fired.sum()) for fired in self._fired]
        counts.firings = {action.name: total for action, total in zip(self._world.actions, totals, strict=True)}
        self._add_up_told()
        unfired = tuple(name for name, total in counts.firings.items() if not total)
        findings = tuple(self._finding(law, several) for law in self._world.laws)
        return Found(self._world.name, counts, findings, self.ended, unfired)

    def _expanded(self, frontier: Ints) -> tuple[Ints, list[_Expanded]]:
        """Expand a layer; if a number does not fit, make room and begin again: the answers are known by then."""
        for tries in range(ROOM_MAX):
            chunks = [frontier[start : start + CHUNK] for start in range(0, len(frontier), CHUNK)]
            try:
                return frontier, list((self._pool.map if self._pool else map)(self._chunk, chunks))
            except Overfull:
                frontier = self._make_room(frontier, tries)
        raise OverflowError(f"no room was found for the states of world {self._world.name!r} in {ROOM_MAX} tries")

    def _make_room(self, frontier: Ints, tried: int) -> Ints:
        """Lay the cells out anew, and pack what is remembered by that."""
        old = self._packing.layout
        numbers = old.unpacked(
            np.concatenate((self._visited.some(SAMPLE_STATES), frontier[:: len(frontier) // SAMPLE_STATES + 1]))
        )
        for tries in range(tried, ROOM_MAX):
            self._packing.widen(numbers, tries)
            try:
                packed = self._packing.repacked(frontier, old)
                self._visited = self._visited.repacked(lambda run: self._packing.repacked(run, old))
            except Overfull:
                continue
            return packed
        raise OverflowError(f"no room was found for the states of world {self._world.name!r} in {ROOM_MAX} tries")

    def _chunk(self, states: Ints) -> _Expanded:
        """Take every step from some states."""
        held = self._packing.held(states)
        moves = self._packing.expand(held)
        broken = self._quiet.ends(held, moves)
        for move in moves:
            if self._measure.declared:
                self._measure.require_rise(move, held)
            for place, ways in self._packing.steps.actions[move.action].breaking():
                law = self._told[place].name
                if law not in self._broken and (bad := np.isin(move.ways, ways)).any():
                    broken[law] = np.concatenate((broken.get(law, states[:0]), states.take(move.rows[bad])))
        after = [move.after for move in moves]
        return _Expanded(
            self._packing.canonical(distinct(np.concatenate(after))) if after else states[:0],
            [(move.action, np.bincount(move.ways)) for move in moves],
            sum(map(len, after)),
            broken,
        )

    def _commit(self, expanded: list[_Expanded]) -> None:
        """Add up what came of a whole layer, and keep where laws broke first."""
        depth = len(self._layers) - 1
        names = {law.name: place for place, law in enumerate(self._told)}
        first: dict[str, list[Ends]] = {}
        for one in expanded:
            self._counts.transitions += one.transitions
            for action, fired in one.fired:
                self._fired[action] = _added(self._fired[action], fired)
            for law, states in one.broken.items():
                first.setdefault(law, []).append(Ends(depth, distinct(states), self._packing.layout, names.get(law)))
        for law, ends in first.items():
            self._broken.setdefault(law, ends)

    def _following(self, frontier: Ints, after: list[Ints]) -> Ints:
        """Give the states of the next layer: the successors that are new."""
        if self._measure.declared:
            least = int(self._measure.of(self._packing.held(frontier)).min())
            self._visited.forget(lambda run: self._measure.of(self._packing.held(run)) <= least)
        new = self._visited.new(distinct(np.concatenate(after)))
        self._visited.add(new)
        return new

    def _judge(self, states: Ints) -> None:
        """Judge the states of a layer."""
        held = self._packing.held(states)
        for law in self._world.laws:
            if isinstance(law, Sometimes):
                self._reached[law.name] += int(np.count_nonzero(self._predicates[law.name].of(held)))
            elif isinstance(law, Always) and law.name not in self._broken:
                bad = states[~self._predicates[law.name].of(held)]
                if bad.size:
                    self._broken[law.name] = [Ends(len(self._layers) - 1, bad, held.layout)]

    def _over(self) -> str:
        """Say what is used up, if anything is."""
        used = self._visited.nbytes + self._packing.nbytes
        if self._counts.states > self._budget.states:
            return f"more than {self._budget.states:,} states"
        if used > self._budget.memory:
            return f"more than {self._budget.memory >> 20:,} MiB of arrays"
        return ""

    def _add_up_told(self) -> None:
        for action, fired in zip(self._packing.steps.actions, self._fired, strict=True):
            for way, count in zip(action.ways, fired.tolist(), strict=False):
                for law, shows in zip(self._told, way.shows, strict=True):
                    self._reached[law.name] += shows * count

    def _finding(self, law: Law, several: int) -> Finding:
        reached = self._reached[law.name]
        if law.name in self._broken:
            ends = self._broken[law.name]
            traces = shown(self._world, self._packing, self._layers, ends, several)
            return Finding(law.name, Verdict.VIOLATED, f"broken after {len(traces[0].steps)} steps", reached, traces)
        if isinstance(law, (Sometimes, SometimesTold)) and not reached:
            where = "every reachable state" if not self.ended else "the states that were reached"
            return Finding(law.name, Verdict.INCONCLUSIVE, f"{where} was looked at, and it was never so")
        if self.ended:
            return Finding(law.name, Verdict.INCONCLUSIVE, f"the search ended early: {self.ended}", reached)
        if isinstance(law, Eventually) and not self._measure.declared:
            return self._circled(law)
        return Finding(law.name, Verdict.HOLDS, "every reachable state and every interleaving", reached)

    def _circled(self, law: Eventually) -> Finding:
        """Judge whether a quiet world can go round for ever, where no measure says that it cannot."""
        if self._world.symmetry is not None:
            says = "cycles are looked for between states as they are: declare no symmetry, or a progress measure"
            return Finding(law.name, Verdict.INCONCLUSIVE, says)
        try:
            lasso = self._quiet.lasso(law, self._packing, self._layers)
        except OverflowError as error:
            return Finding(law.name, Verdict.INCONCLUSIVE, str(error))
        if lasso is None:
            return Finding(law.name, Verdict.HOLDS, "every reachable state and every fair way on from it")
        trace = lasso_shown(self._world, self._packing, self._layers, lasso)
        says = f"goes round for ever after {trace.loop} steps"
        return Finding(law.name, Verdict.VIOLATED, says, traces=(trace,))


def _added(one: Ints, other: Ints) -> Ints:
    """Add up counts; the longer array has counts of newer things at its end."""
    longer, shorter = (one, other) if len(one) >= len(other) else (other, one)
    added = longer.astype(np.int64)
    added[: len(shorter)] += shorter
    return added
