"""Judges a search while it goes on: which laws broke, where first, and how often a *sometimes* law was shown."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from strandline.properties.exhaust.alike import require_same
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


class Judged(NamedTuple):
    """What the laws say of some states of a layer.

    ``broken`` holds by law the states that break it: those of which it does not hold, those from which a step breaks a
    law of what is told, and those in which the world ended as it must not. ``reached`` counts by law the states that
    show it.
    """

    broken: dict[str, Ints]
    reached: dict[str, int]


class Judging:
    """The laws of a world, and what became of them so far."""

    def __init__(self, world: World, packing: Packing) -> None:
        """Judge the states and steps of a world."""
        self.broken: dict[str, list[Ends]] = {}
        self.reached: Counter[str] = Counter()
        self.quiet = Quiet(world, packing.cells)
        self._packing = packing
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

    @property
    def nbytes(self) -> int:
        """The bytes that the tables of the laws take."""
        return sum(predicate.trie.nbytes for predicate in self.predicates)

    def of(self, held: Held, moves: list[Moves]) -> Judged:
        """Judge some states and the steps from them; nothing is kept, for they may have to be judged again."""
        broken = self.quiet.ends(held, moves, self._packing)
        reached: dict[str, int] = {}
        asked = [(law, one, one.of(held)) for law, one in self._of_states if law.name not in self.broken]
        require_same(self._packing, held, [(one, said) for _, one, said in asked])
        for law, _, said in asked:
            if isinstance(law, Sometimes):
                reached[law.name] = int(np.count_nonzero(said))
            elif not said.all():
                broken[law.name] = held.states[~said]
        for move in moves:
            for place, ways in self._steps.actions[move.action].breaking():
                name = self._told[place].name
                if name not in self.broken and (bad := np.isin(move.ways, ways)).any():
                    broken[name] = np.concatenate((broken.get(name, held.states[:0]), held.states.take(move.rows[bad])))
        return Judged(broken, reached)

    def keep(self, judged: Iterable[Judged], depth: int, layout: Layout) -> None:
        """Keep what was said of the parts of a layer; of a law that broke, the layer in which it first did."""
        names = {law.name: place for place, law in enumerate(self._told)}
        first: dict[str, list[Ends]] = {}
        for one in judged:
            self.reached.update(one.reached)
            for law, states in one.broken.items():
                first.setdefault(law, []).append(Ends(depth, distinct(states), layout, names.get(law)))
        for law, ends in first.items():
            self.broken.setdefault(law, ends)

    def add_up(self, fired: list[Ints]) -> None:
        """Count how often what was told showed a law, from how often each way of each action went."""
        for action, counts in zip(self._steps.actions, fired, strict=True):
            for way, count in zip(action.ways, counts.tolist(), strict=False):
                for law, shows in zip(self._told, way.shows, strict=True):
                    self.reached[law.name] += shows * count
