"""The steps of a world, for many states at once: each action's answers, and what they lead to."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from strandline.properties.exhaust.questions import Question, sampled
from strandline.properties.exhaust.reading import kinds, outcomes, says
from strandline.properties.exhaust.trie import NOTHING, Trie
from strandline.properties.exhaust.world import AlwaysTold, Rank, SometimesTold

if TYPE_CHECKING:
    from strandline.properties.exhaust.cells import Cells, Order
    from strandline.properties.exhaust.groups import Group
    from strandline.properties.exhaust.layout import Field, Held, Layout
    from strandline.properties.exhaust.reading import Handed
    from strandline.properties.exhaust.tables import Ints
    from strandline.properties.exhaust.world import Action, Outcome, World


class Way(NamedTuple):
    """One way in which an action goes for one value of what it reads.

    ``writes`` are numbers for cells, ``changes`` numbers of changes for orders; ``breaks`` and ``shows`` count, for
    each law of what is told, how often it is broken or shown.
    """

    outcome: Outcome
    number: int
    writes: dict[int, int]
    changes: dict[int, int]
    breaks: tuple[int, ...]
    shows: tuple[int, ...]


class Moves(NamedTuple):
    """Steps of one action: from which of the states handed in, in which way, and to what."""

    action: int
    rows: Ints
    ways: Ints
    after: Ints


class _Changing(NamedTuple):
    """A field whose number after a step depends on that before: who knows how, and the change that each way makes."""

    field: Field
    owner: Group | Order
    changes: Ints


class Overfull(Exception):  # noqa: N818 - it is no error: room is made, and the step taken again
    """A number does not fit its field."""


class Steps:
    """Asks the actions of a world."""

    def __init__(self, world: World, cells: Cells) -> None:
        """Ask these actions; what they write is numbered by these cells."""
        self.actions = tuple(ActionTable(world, action, cells) for action in world.actions)

    def expand(self, held: Held) -> list[Moves]:
        """Take every step from some states.

        Raises:
            Overfull: a number does not fit its field.
            WorldError: an action does not do what it declared.
        """
        return [Moves(place, *moved) for place, action in enumerate(self.actions) if (moved := action.move(held))]


class ActionTable:
    """One action: its answers by what it read, and the ways that each answer holds."""

    def __init__(self, world: World, action: Action, cells: Cells) -> None:
        self.action = action
        self.ways: list[Way] = []
        self.leaves: list[tuple[int, int]] = [(0, 0)]
        self._kinds = kinds(world)
        self._cells = cells
        self._told = [law for law in world.laws if isinstance(law, (AlwaysTold, SometimesTold))]
        self._starts = self._counts = np.zeros(1, np.int64)
        self._layout: Layout | None = None
        self._keep = self._set = np.zeros(0, np.int64)
        self._changing: list[_Changing] = []
        self._bad: list[int] = []
        self.trie = Trie(f"action {action.name!r}", cells, action.reads, self._answer)

    def move(self, held: Held) -> tuple[Ints, Ints, Ints] | None:
        """Take this action wherever it can be taken; give the rows, the ways, and the states after."""
        rows, leaves = self.trie.walk(held)
        if not rows.size:
            return None
        self._refresh(held.layout)
        counts = self._counts.take(leaves)
        ways = self._starts.take(leaves)
        if int(counts.max()) > 1:
            rows = np.repeat(rows, counts)
            first = np.repeat(ways - (np.cumsum(counts) - counts), counts)
            ways = first + np.arange(len(rows))
        bits = self._set.take(ways)
        if int(bits.min()) < 0:
            raise Overfull
        after = (held.states.take(rows) & self._keep.take(ways)) | bits
        for field, owner, changes in self._changing:
            placed = field.placed(owner.after(held.field(field, rows), changes.take(ways)))
            if placed is None:
                raise Overfull
            after |= placed
        return rows, ways, after

    def questions(self) -> tuple[Question, ...]:
        """Give a sample of what the action's function was asked, with the ways that it gave."""
        asked = []
        for known, leaf in sampled(self.trie.asked):
            start, count = self.leaves[leaf]
            asked.append(Question(known, [tuple(way.outcome) for way in self.ways[start : start + count]]))
        return tuple(asked)

    def breaking(self) -> list[tuple[int, list[int]]]:
        """Give the laws of what is told that this action breaks, by place, and the ways that do."""
        places = {place for way in self._bad for place, breaks in enumerate(self.ways[way].breaks) if breaks}
        return [(place, [way for way in self._bad if self.ways[way].breaks[place]]) for place in sorted(places)]

    def _answer(self, at: Handed) -> int:
        """Ask the action's function; keep what it gives, and give the number of that."""
        given = outcomes(self.action, at, self._kinds)
        if not given:
            return NOTHING
        start = len(self.ways)
        self.ways += [self._way(at, outcome, number) for number, outcome in enumerate(given)]
        self._bad += [way for way in range(start, len(self.ways)) if any(self.ways[way].breaks)]
        self.leaves.append((start, len(given)))
        return len(self.leaves) - 1

    def _way(self, at: Handed, outcome: Outcome, number: int) -> Way:
        who = f"action {self.action.name!r}"
        writes: dict[int, int] = {}
        ranks: dict[int, dict[str, object]] = {}
        for name, value in outcome.writes.items():
            cell = self._cells.cell[name]
            if isinstance(self._kinds[name], Rank):
                ranks.setdefault(cell, {})[name] = value
            else:
                writes[cell] = self._cells.pools[cell].written(value, who, name)
        changes: dict[int, int] = {}
        for cell, written in ranks.items():
            order = self._cells.orders[cell]
            read = {name: at[name] for name in self.action.reads if self._cells.cell[name] == cell}
            changes[cell] = order.change(written, read, who)
        # Things told are judged one by one: two tuples of different kinds may be equal, and not mean the same.
        breaks, shows = [], []
        for law in self._told:
            judged = [says(law, told) for told in outcome.told]
            breaks.append(judged.count(False) if isinstance(law, AlwaysTold) else 0)
            shows.append(judged.count(True) if isinstance(law, SometimesTold) else 0)
        return Way(outcome, number, writes, changes, tuple(breaks), tuple(shows))

    def _refresh(self, layout: Layout) -> None:
        """Make arrays of the ways, and of what they write in this layout, for all that are new."""
        if layout is self._layout and len(self._starts) == len(self.leaves):
            return
        self._starts, self._counts = np.array(self.leaves, np.int64).T.copy()
        if layout is not self._layout:
            self._layout = layout
            self._keep = self._set = np.zeros(0, np.int64)
            touched = dict.fromkeys(layout.field(self._cells.cell[name]) for name in self.action.writes)
            self._changing = [
                _Changing(field, owner, np.zeros(0, np.int64))
                for field in touched
                if (owner := field.group or self._cells.orders.get(field.cells[0])) is not None
            ]
        new = self.ways[len(self._set) :]
        if new:
            pairs = np.array([self._constant(way, layout) for way in new], np.int64)
            self._keep = np.concatenate((self._keep, pairs[:, 0]))
            self._set = np.concatenate((self._set, pairs[:, 1]))
            self._changing = [
                one._replace(changes=np.concatenate((one.changes, [_change(way, one.field) for way in new])))
                for one in self._changing
            ]

    def _constant(self, way: Way, layout: Layout) -> tuple[int, int]:
        """Give the bits that a way keeps and those that it sets in fields of one cell; -1 if a number does not fit."""
        keep, bits = -1, 0
        for changing in self._changing:
            keep &= ~changing.field.mask
        for cell, number in way.writes.items():
            field = layout.field(cell)
            if field.group is None:
                if number >> field.bits:
                    return keep, -1
                keep &= ~field.mask
                bits |= number << field.shift
        return keep, bits


def _change(way: Way, field: Field) -> int:
    """Number what a way changes in a field whose number after depends on the one before."""
    written = way.writes | way.changes
    if field.group is None:
        return written.get(field.cells[0], 0)
    return field.group.change([(place, written[cell]) for place, cell in enumerate(field.cells) if cell in written])
