"""Judges a search while it goes on: which laws broke, where first, and how often a *sometimes* law was shown."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import numpy as np

from strandline.properties.exhaust.eventually import Quiet
from strandline.properties.exhaust.judge import Predicate
from strandline.properties.exhaust.runs import distinct
from strandline.properties.exhaust.traces import Ends
from strandline.properties.exhaust.world import Always, AlwaysTold, Sometimes, SometimesTold

if TYPE_CHECKING:
    from collections.abc import Iterable

    from strandline.properties.exhaust.layout import Held, Layout
    from strandline.properties.exhaust.packing import Packing
    from strandline.properties.exhaust.steps import Moves
    from strandline.properties.exhaust.tables import Ints
    from strandline.properties.exhaust.world import World


class Judging:
    """The laws of a world, and what became of them so far."""

    def __init__(self, world: World, packing: Packing) -> None:
        """Judge the states and steps of a world."""
        self.broken: dict[str, list[Ends]] = {}
        self.reached: Counter[str] = Counter()
        self.quiet = Quiet(world, packing.cells)
        self._steps = packing.steps
        self._told = tuple(law for law in world.laws if isinstance(law, (AlwaysTold, SometimesTold)))
        self._of_states = [
            (law, Predicate(law.name, packing.cells, law.reads, law.holds if isinstance(law, Always) else law.seen))
            for law in world.laws
            if isinstance(law, (Always, Sometimes))
        ]

    @property
    def predicates(self) -> tuple[Predicate, ...]:
        """All that is asked about states."""
        return (*(predicate for _, predicate in self._of_states), *self.quiet.predicates)

    def layer(self, held: Held, depth: int) -> None:
        """Judge the states of a layer."""
        for law, predicate in self._of_states:
            if isinstance(law, Sometimes):
                self.reached[law.name] += int(np.count_nonzero(predicate.of(held)))
            elif law.name not in self.broken:
                bad = held.states[~predicate.of(held)]
                if bad.size:
                    self.broken[law.name] = [Ends(depth, bad, held.layout)]

    def steps(self, held: Held, moves: list[Moves]) -> dict[str, Ints]:
        """Judge the steps from some states; give by law the states from which it broke.

        Those are the states from which a step broke a law of what is told, and those in which the world ended as it
        must not. Nothing is kept, so several threads may judge at once.
        """
        broken = self.quiet.ends(held, moves)
        for move in moves:
            for place, ways in self._steps.actions[move.action].breaking():
                law = self._told[place].name
                if law not in self.broken and (bad := np.isin(move.ways, ways)).any():
                    broken[law] = np.concatenate((broken.get(law, held.states[:0]), held.states.take(move.rows[bad])))
        return broken

    def keep(self, found: Iterable[dict[str, Ints]], depth: int, layout: Layout) -> None:
        """Keep where laws broke first: what :meth:`steps` gave for the parts of a layer."""
        names = {law.name: place for place, law in enumerate(self._told)}
        first: dict[str, list[Ends]] = {}
        for broken in found:
            for law, states in broken.items():
                first.setdefault(law, []).append(Ends(depth, distinct(states), layout, names.get(law)))
        for law, ends in first.items():
            self.broken.setdefault(law, ends)

    def add_up(self, fired: list[Ints]) -> None:
        """Count how often what was told showed a law, from how often each way of each action went."""
        for action, counts in zip(self._steps.actions, fired, strict=True):
            for way, count in zip(action.ways, counts.tolist(), strict=False):
                for law, shows in zip(self._told, way.shows, strict=True):
                    self.reached[law.name] += shows * count
