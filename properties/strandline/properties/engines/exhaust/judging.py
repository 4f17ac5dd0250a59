"""Judges a search while it goes on: which laws broke, where first, and how often a *sometimes* law was shown."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from strandline.properties.engines.exhaust.alike import require_same, require_same_of_one
from strandline.properties.engines.exhaust.eventually import Quiet, still
from strandline.properties.engines.exhaust.judge import Predicate
from strandline.properties.engines.exhaust.runs import distinct
from strandline.properties.engines.exhaust.traces import Ends
from strandline.properties.engines.exhaust.world import Always, AlwaysTold, Sometimes, SometimesTold

if TYPE_CHECKING:
    from collections.abc import Iterable

    from strandline.properties.engines.exhaust.layout import Held, Layout
    from strandline.properties.engines.exhaust.packing import Packing
    from strandline.properties.engines.exhaust.steps import Moves
    from strandline.properties.engines.exhaust.tables import Ints
    from strandline.properties.engines.exhaust.world import World


class Judged(NamedTuple):
    """What the laws say of some states of a layer.

    ``broken`` holds by law the states that break it: those of which it does not hold, those from which a step breaks a
    law of what is told, and those in which the world ended as it must not. ``reached`` counts by law the states that
    show it. Of so many ``states`` in all, ``terminal`` are those in which nothing can happen.
    """

    broken: dict[str, Ints]
    reached: dict[str, int]
    states: int
    terminal: int


class Judging:
    """The laws of a world, and what became of them so far.

    ``states`` counts the states that were judged, ``terminal`` those of them in which nothing can happen, and ``told``
    what all steps from them told.
    """

    def __init__(self, world: World, packing: Packing) -> None:
        """Judge the states and steps of a world."""
        self.broken: dict[str, list[Ends]] = {}
        self.reached: Counter[str] = Counter()
        self.states = self.terminal = self.told = 0
        self.quiet = Quiet(world, packing.cells)
        self._packing = packing
        self._alike = world.symmetry is not None
        self._steps = packing.steps
        self._told = tuple(law for law in world.laws if isinstance(law, (AlwaysTold, SometimesTold)))
        self._place = {law.name: place for place, law in enumerate(self._told)}
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
        return Judged(broken, reached, len(held), int(np.count_nonzero(still(len(held), moves))))

    def of_one(
        self,
        state: int,
        numbers: list[int],
        went: list[tuple[int, int]],
        broken: dict[str, list[int]],
        reached: dict[str, int],
    ) -> None:
        """Judge one state, whose cells hold these numbers, and the steps from it, each by its action and way.

        Args:
            state: the state.
            numbers: what its cells hold.
            went: the steps from it.
            broken: takes the state by each law that it breaks.
            reached: counts by law the states that show it.
        """
        for law, predicate in self._of_states:
            if law.name in self.broken:
                continue
            said = predicate.of_one(numbers)
            if self._alike:
                require_same_of_one(self._packing, numbers, predicate, said=said)
            if isinstance(law, Sometimes):
                reached[law.name] = reached.get(law.name, 0) + said
            elif not said:
                broken.setdefault(law.name, []).append(state)
        for name in self._told_badly(went) if self._told else ():
            broken.setdefault(name, []).append(state)
        if self.quiet.predicates:
            for name in self.quiet.ends_of_one(numbers, went, self._packing):
                broken.setdefault(name, []).append(state)

    def _told_badly(self, went: list[tuple[int, int]]) -> list[str]:
        """Give the laws of what is told that some steps break, if they are not broken before."""
        breaks = [self._steps.actions[action].telling(way).breaks for action, way in went]
        open_ = ((place, law.name) for place, law in enumerate(self._told) if law.name not in self.broken)
        return [name for place, name in open_ if any(one[place] for one in breaks)]

    def keep(self, judged: Iterable[Judged], depth: int, layout: Layout) -> None:
        """Keep what was said of the parts of a layer; of a law that broke, the layer in which it first did."""
        first: dict[str, list[Ends]] = {}
        for one in judged:
            if one.reached:
                self.reached.update(one.reached)
            self.states += one.states
            self.terminal += one.terminal
            for law, states in one.broken.items():
                first.setdefault(law, []).append(Ends(depth, distinct(states), layout, self._place.get(law)))
        for law, ends in first.items():
            self.broken.setdefault(law, ends)

    def add_up(self, fired: list[Ints]) -> None:
        """Count what was told, and how often it showed a law, from how often each way of each action went."""
        for action, counts in zip(self._steps.actions, fired, strict=True):
            for way, count in enumerate(counts.tolist()):
                telling = action.telling(way)
                self.told += len(telling.told) * count
                for law, shows in zip(self._told, telling.shows, strict=True):
                    self.reached[law.name] += shows * count
