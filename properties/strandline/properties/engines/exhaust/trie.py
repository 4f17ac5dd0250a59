"""Asks a function once for each distinct value of what it reads, and of many states at once.

What a function reads is handed to it one look after the other, in the order of its
declaration. It is called with what is known so far; as soon as it wants more it is left and
called again when the next look is known. So a function that sees from an actor's place that it
is not that actor's turn is asked once for each place, whatever else it would have read.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from strandline.properties.engines.exhaust.entry import LEAF, Entry
from strandline.properties.engines.exhaust.questions import Sample
from strandline.properties.engines.exhaust.reading import Handed, WantsMoreError
from strandline.properties.engines.exhaust.runs import distinct_pairs
from strandline.properties.engines.exhaust.tables import UNKNOWN, Table

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    from strandline.properties.engines.exhaust.cells import Cells
    from strandline.properties.engines.exhaust.layout import Held
    from strandline.properties.engines.exhaust.tables import Ints
    from strandline.properties.engines.exhaust.world import Value


class _Node(NamedTuple):
    """What is known at a node of a trie, and the level of the look that the function wants next."""

    known: dict[str, Value]
    wants: int


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
        self._nodes: list[list[_Node]] = [[] for _ in range(len(self._looks) + 1)]
        self._entry = Entry(cells, self._looks[0].cell, self._through) if self._looks else None
        self._root = self._asked(0, {})

    @property
    def nbytes(self) -> int:
        """The bytes that the tables take."""
        entry = 0 if self._entry is None else self._entry.nbytes
        return entry + sum(table.nbytes for table in self._tables)

    def walk(self, held: Held) -> tuple[Ints, Ints]:
        """Give the answer for each of many states, where it is not :data:`NOTHING`.

        Returns:
            The rows, in no order, and the leaf of each.
        """
        if self._root >= LEAF or self._entry is None:
            count = len(held) if self._root > LEAF else 0
            return np.arange(count), np.full(count, self._root - LEAF, np.int64)
        rows, nodes = self._entry.begun(held)
        field = held.layout.field(self._looks[0].cell)
        begin = next((depth for depth, look in enumerate(self._looks) if look.cell not in field.cells), len(self._looks))
        done: list[tuple[Ints, Ints]] = []
        for depth in range(begin, len(self._looks) + 1):
            if depth > begin:
                look = self._looks[depth - 1]
                nodes = self._found(depth - 1, nodes, self._cells.seen(look, held.cell(look.cell, rows)))
            going = np.flatnonzero(nodes < LEAF)
            if going.size == nodes.size and going.size:
                continue
            ended = np.flatnonzero(nodes > LEAF)
            if ended.size:
                done.append((rows.take(ended), nodes.take(ended) - LEAF))
            if not going.size:
                break
            rows, nodes = rows.take(going), nodes.take(going)
        if len(done) == 1:
            return done[0]
        none = np.zeros(0, np.int64)
        return np.concatenate([none, *(one for one, _ in done)]), np.concatenate([none, *(one for _, one in done)])

    def lead(self, numbers: Sequence[int]) -> int:
        """Give the answer for one state, whose cells hold these numbers."""
        return self._through(numbers, range(len(numbers))) - LEAF

    def _through(self, numbers: Sequence[int] | Mapping[int, int], cells: Collection[int]) -> int:
        """Lead from the root past the first looks, as far as they are at these cells, by the number that each holds."""
        node = self._root
        for depth, (look, cell, places, table) in enumerate(self._levels):
            if node >= LEAF or cell not in cells:
                break
            seen = numbers[cell] if places is None else self._cells.seen_one(look, numbers[cell])
            following = table.find(node, seen)
            if following == UNKNOWN:
                following = self._beyond(depth, node, seen)
                table.put_one(node, seen, following)
            node = following
        return node

    def _found(self, depth: int, nodes: Ints, seen: Ints) -> Ints:
        """Look up where these looks lead; ask the function about those that are new."""
        found = self._tables[depth].get(
            nodes, seen, len(self._nodes[depth]), self._cells.seen_so_far(self._looks[depth])
        )
        if found.size and int(found.min()) < 0:
            missing = np.flatnonzero(found == UNKNOWN)
            nodes_new, seen_new = distinct_pairs(nodes[missing], seen[missing])
            pairs = zip(nodes_new.tolist(), seen_new.tolist(), strict=True)
            following = np.array([self._beyond(depth, place, value) for place, value in pairs])
            self._tables[depth].put(nodes_new, seen_new, following)
            found[missing] = self._tables[depth].get(nodes[missing], seen[missing])
        return found

    def _beyond(self, depth: int, place: int, value: int) -> int:
        """Ask the function again if it is known by now what it wanted; until then it would only want it again."""
        node = self._nodes[depth][place]
        known = self._cells.known(node.known, self._looks[depth], value)
        return self._asked(depth + 1, known) if node.wants <= depth else self._node(depth + 1, _Node(known, node.wants))

    def _asked(self, depth: int, known: dict[str, Value]) -> int:
        """Ask the function; give the number of its answer, or of a new node if it wants more."""
        try:
            leaf = self._answer(Handed(self._who, known, self.reads))
        except WantsMoreError as error:
            self.peeks += 1
            # What was handed out keeps the error, the error its frames, and those what was handed out and the arrays of
            # the walk: nobody would let go of them until Python looks for circles, which is rarely.
            error.__traceback__ = None
            return self._node(depth, _Node(known, self._level[error.component]))
        self.asked.add(known, leaf)
        return LEAF + leaf

    def _node(self, depth: int, node: _Node) -> int:
        self._nodes[depth].append(node)
        return len(self._nodes[depth]) - 1
