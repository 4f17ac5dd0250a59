"""Asks a function once for each distinct value of what it reads, and of many states at once.

What a function reads is looked at in the order of its declaration, and no further than it reads. So a function that
sees from an actor's place that it is not that actor's turn is asked once for each place, whatever else it would have
read. It is asked in a state that wants the answer, and looks on in that state.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from strandline.properties.engines.exhaust.entry import LEAF, Entry, joined, parted
from strandline.properties.engines.exhaust.questions import Sample
from strandline.properties.engines.exhaust.reading import Handed, WantsMoreError
from strandline.properties.engines.exhaust.runs import firsts
from strandline.properties.engines.exhaust.tables import UNKNOWN, Table

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from strandline.properties.engines.exhaust.cells import Cells
    from strandline.properties.engines.exhaust.entry import Walked
    from strandline.properties.engines.exhaust.layout import Held, Numbers
    from strandline.properties.engines.exhaust.tables import Ints
    from strandline.properties.engines.exhaust.world import Value


class Trie:
    """The answers of one function, as numbers, by what it read; ``asked`` are its questions."""

    def __init__(self, who: str, cells: Cells, reads: tuple[str, ...], answer: Callable[[Handed], int]) -> None:
        """Ask a function that gives the number of its answer."""
        self.asked = Sample()
        self.peeks = 0
        self._who = who
        self.reads = reads
        self._cells = cells
        self._looks = cells.looks(reads)
        self._answer = answer
        self._tables = [Table() for _ in self._looks]
        self._levels = [
            (look, look.cell, look.places, table) for look, table in zip(self._looks, self._tables, strict=True)
        ]
        self._level = {name: depth for depth, look in enumerate(self._looks) for name in look.names}
        self._nodes: list[list[dict[str, Value]]] = [[] for _ in range(len(self._looks) + 1)]  # what is known at each
        self._entry = Entry(cells, self._looks[0].cell, self._through) if self._looks else None
        self._root = self._begun()

    @property
    def nbytes(self) -> int:
        """The bytes that the tables take."""
        entry = 0 if self._entry is None else self._entry.nbytes
        return entry + sum(table.nbytes for table in self._tables)

    def walk(self, held: Held) -> Walked:
        """Give the answer for each of many states, where it is not :data:`NOTHING`.

        Returns:
            The rows, in no order, and the leaf of each.
        """
        if self._root >= LEAF or self._entry is None:
            count = len(held) if self._root > LEAF else 0
            return np.arange(count), np.full(count, self._root - LEAF, np.int64)
        rows, nodes = self._entry.begun(held)
        field = held.layout.field(self._looks[0].cell)
        begin = next(
            (depth for depth, look in enumerate(self._looks) if look.cell not in field.cells), len(self._looks)
        )
        done: list[Walked] = []
        for depth in range(begin, len(self._looks) + 1):
            if depth > begin:
                nodes = self._found(depth - 1, nodes, held, rows)
            ended, (rows, nodes) = parted(rows, nodes)
            done.append(ended)
            if not rows.size:
                break
        return joined(done)

    def lead(self, numbers: Sequence[int]) -> int:
        """Give the answer for one state, whose cells hold these numbers."""
        return self._through(numbers, range(len(numbers))) - LEAF

    def _through(self, numbers: Numbers, cells: Collection[int]) -> int:
        """Lead from the root past the first looks, as far as they are at these cells, by the number that each holds."""
        node = self._root
        for depth, (look, cell, places, table) in enumerate(self._levels):
            if node >= LEAF or cell not in cells:
                break
            seen = numbers[cell] if places is None else self._cells.seen_one(look, numbers[cell])
            following = table.find(node, seen)
            if following == UNKNOWN:
                following = self._learned(depth, node, numbers)
            node = following
        return node

    def _found(self, depth: int, nodes: Ints, held: Held, rows: Ints) -> Ints:
        """Look up where the next look leads in some states; ask the function in those where it is not known."""
        look, table = self._looks[depth], self._tables[depth]
        seen = self._cells.seen(look, held.cell(look.cell, rows))
        found = table.get(nodes, seen, len(self._nodes[depth]), self._cells.seen_so_far(look))
        if found.size and int(found.min()) < 0:
            missing = np.flatnonzero(found == UNKNOWN)
            for place in missing[firsts(nodes[missing], seen[missing])].tolist():
                self._learned(depth, int(nodes[place]), held.one(int(rows[place])))
            found[missing] = table.get(nodes[missing], seen[missing])
        return found

    def _learned(self, depth: int, place: int, numbers: Numbers) -> int:
        """Ask the function in one state; keep all that it looked at from a node on, and give where the next look leads.

        What lies between two looks of the function is looked at, too: the order is that of the declaration.
        """
        deepest = depth

        def look_up(name: str) -> dict[str, Value]:
            nonlocal deepest
            level = self._level[name]
            deepest = max(deepest, level)
            return self._cells.values(self._looks[level], self._seen(level, numbers))

        known = self._known(depth, self._nodes[depth][place], numbers)
        leaf = LEAF + self._answer(Handed(self._who, known, self.reads, look_up))
        first = len(self._nodes[depth + 1]) if deepest > depth else leaf
        for level in range(depth, deepest):
            self._nodes[level + 1].append(known)
            following = len(self._nodes[level + 1]) - 1
            self._tables[level].put_one(place, self._seen(level, numbers), following)
            place, known = following, self._known(level + 1, known, numbers)
        self._tables[deepest].put_one(place, self._seen(deepest, numbers), leaf)
        self.asked.add(known, leaf - LEAF)
        return first

    def _known(self, level: int, known: dict[str, Value], numbers: Numbers) -> dict[str, Value]:
        return self._cells.known(known, self._looks[level], self._seen(level, numbers))

    def _seen(self, level: int, numbers: Numbers) -> int:
        _, cell, places, _ = self._levels[level]
        return numbers[cell] if places is None else self._cells.seen_one(self._looks[level], numbers[cell])

    def _begun(self) -> int:
        """Ask the function with nothing known: it may look at nothing."""
        try:
            leaf = self._answer(Handed(self._who, {}, self.reads))
        except WantsMoreError as error:
            self.peeks += 1
            # What was handed out keeps the error, the error its frames, and those what was handed out and the arrays of
            # the walk: nobody would let go of them until Python looks for circles, which is rarely.
            error.__traceback__ = None
            self._nodes[0].append({})
            return 0
        self.asked.add({}, leaf)
        return LEAF + leaf
