"""Asks a function once for each distinct value of what it turns out to read, where nothing declares what that is.

Like :mod:`trie`, but each node says itself what is read next: the order is the function's own, and may differ behind
each value. States whose nodes want the same component are looked up together. Through a :class:`Lens` the answers for
one actor serve those who are like it.
"""

from __future__ import annotations

from collections import defaultdict
from functools import partial
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import numpy as np

from strandline.properties.engines.exhaust.entry import LEAF, Entry
from strandline.properties.engines.exhaust.questions import Sample
from strandline.properties.engines.exhaust.reading import Handed, WantsMoreError
from strandline.properties.engines.exhaust.runs import distinct, distinct_pairs
from strandline.properties.engines.exhaust.tables import UNKNOWN, Table
from strandline.properties.engines.exhaust.trie import Trie

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

    from strandline.properties.engines.exhaust.cells import Cells, Look
    from strandline.properties.engines.exhaust.layout import Held
    from strandline.properties.engines.exhaust.tables import Ints
    from strandline.properties.engines.exhaust.world import Value

Walked: TypeAlias = "tuple[Ints, Ints]"
"""The rows whose answer is not nothing, in no order, and the leaf of each."""


class Lens:
    """Looks at a state as if the components of two alike actors were exchanged."""

    def __init__(self, cells: Cells, goes: Mapping[str, str]) -> None:
        """Exchange components by their names; those that are not named stay where they are."""
        self.goes = goes
        self._cells = cells
        self._looks: dict[Look, Look] = {}

    def through(self, look: Look) -> Look:
        """Give what is looked at in place of this."""
        if not self.goes:
            return look
        if look not in self._looks:
            self._looks[look] = self._cells.moved(look, self.goes)
        return self._looks[look]


class _Node(NamedTuple):
    """What is known at a node, and the components that are looked at next whatever the first of them holds."""

    known: dict[str, Value]
    then: tuple[str, ...]


class _Bundle:
    """The nodes that want the same look, and where each value of it leads from each of them."""

    def __init__(self, look: Look) -> None:
        self.look = look
        self.nodes: list[_Node] = []
        self.table = Table()


class Tree:
    """The answers of one function, as numbers, by what it read in its own order; ``asked`` are its questions."""

    def __init__(self, who: str, cells: Cells, answer: Callable[[Handed], int]) -> None:
        """Ask a function that gives the number of its answer."""
        self.asked = Sample()
        self.peeks = 0
        self._who = who
        self._cells = cells
        self._answer = answer
        self._plain = Lens(cells, {})
        self._numbers: dict[Look, int] = {}
        self._bundles: list[_Bundle] = []
        self._bundle_of: list[int] = []
        self._place_of: list[int] = []
        self._arrays = np.zeros((2, 0), np.int64)
        self._entries: dict[Lens, Entry] = {}
        self._root = self._ask({})

    @property
    def nbytes(self) -> int:
        """The bytes that the tables take."""
        return sum(one.nbytes for one in self._entries.values()) + sum(one.table.nbytes for one in self._bundles)

    @property
    def reads(self) -> tuple[str, ...]:
        """Everything that the function was seen to read, in the order in which it first did."""
        return tuple(dict.fromkeys(name for one in self._bundles for name in one.look.names))

    def walk(self, held: Held, lens: Lens | None = None) -> Walked:
        """Give the answer for each of many states, where it is not :data:`NOTHING`."""
        if self._root >= LEAF:
            count = len(held) if self._root > LEAF else 0
            return np.arange(count), np.full(count, self._root - LEAF, np.int64)
        lens = lens or self._plain
        if lens not in self._entries:
            first = lens.through(self._bundles[0].look)
            self._entries[lens] = Entry(self._cells, first.cell, partial(self._through, lens))
        done: list[Walked] = []
        reached = [self._entries[lens].begun(held)]
        while reached:  # at most as many rounds as there are components: each adds one to what is known
            going: dict[int, list[Walked]] = defaultdict(list)
            for rows, nodes in reached:
                ended = np.flatnonzero(nodes > LEAF)
                if ended.size:
                    done.append((rows.take(ended), nodes.take(ended) - LEAF))
                on = np.flatnonzero(nodes < LEAF)
                if on.size:
                    for following, some, theirs in self._parted(rows.take(on), nodes.take(on)):
                        going[following].append((some, theirs))
            reached = [self._next(held, self._bundles[number], parts, lens) for number, parts in going.items()]
        return _joined(done)

    def lead(self, numbers: Sequence[int], lens: Lens | None = None) -> int:
        """Give the answer for one state, whose cells hold these numbers."""
        return self._through(lens or self._plain, numbers, range(len(numbers))) - LEAF

    def _through(self, lens: Lens, numbers: Sequence[int] | Mapping[int, int], cells: Collection[int]) -> int:
        """Lead from the root as far as the looks are at these cells, by the number that each holds."""
        node = self._root
        while node < LEAF:  # at most as many rounds as there are components
            bundle, place = self._bundles[self._bundle_of[node]], self._place_of[node]
            look = lens.through(bundle.look)
            if look.cell not in cells:
                break
            seen = numbers[look.cell] if look.places is None else self._cells.seen_one(look, numbers[look.cell])
            following = bundle.table.find(place, seen)
            if following == UNKNOWN:
                following = self._led(bundle, look, place, seen)
                bundle.table.put_one(place, seen, following)
            node = following
        return node

    def _led(self, bundle: _Bundle, look: Look, place: int, seen: int) -> int:
        """Find out where a look at this leads from a node of a bundle."""
        node = bundle.nodes[place]
        known = self._cells.known({}, look, seen)
        if look is not bundle.look:
            known = dict(zip(bundle.look.names, known.values(), strict=True))
        return self._beyond(node.known | known, node.then)

    def _next(self, held: Held, bundle: _Bundle, parts: list[Walked], lens: Lens) -> Walked:
        """Look at what the nodes of a bundle want, in the states that stand at them; ask about what is new."""
        look = lens.through(bundle.look)
        rows, places = _joined(parts)
        seen = self._cells.seen(look, held.cell(look.cell, rows))
        found = bundle.table.get(places, seen, len(bundle.nodes), self._cells.seen_so_far(look))
        if found.size and int(found.min()) < 0:
            missing = np.flatnonzero(found == UNKNOWN)
            new, seen_new = distinct_pairs(places[missing], seen[missing])
            pairs = zip(new.tolist(), seen_new.tolist(), strict=True)
            bundle.table.put(new, seen_new, np.array([self._led(bundle, look, *pair) for pair in pairs]))
            found[missing] = bundle.table.get(places[missing], seen[missing])
        return rows, found

    def _parted(self, rows: Ints, nodes: Ints) -> Iterator[tuple[int, Ints, Ints]]:
        """Part rows by the bundles of their nodes; give the places of the nodes in them."""
        if self._arrays.shape[1] != len(self._bundle_of):
            self._arrays = np.array((self._bundle_of, self._place_of), np.int64)
        bundles, places = self._arrays[0].take(nodes), self._arrays[1].take(nodes)
        first = int(bundles[0])
        if (bundles == first).all():
            yield first, rows, places
            return
        for number in distinct(bundles.copy()).tolist():
            mine = np.flatnonzero(bundles == number)
            yield number, rows.take(mine), places.take(mine)

    def _beyond(self, known: dict[str, Value], then: tuple[str, ...]) -> int:
        """Look at what comes next in any case, or ask the function again."""
        left = tuple(name for name in then if name not in known)
        return self._node(known, left[0], left[1:]) if left else self._ask(known)

    def _ask(self, known: dict[str, Value]) -> int:
        """Ask the function; give the number of its answer, or of a new node if it wants more."""
        try:
            leaf = self._answer(Handed(self._who, known, self._cells.cell))
        except WantsMoreError as error:
            self.peeks += 1
            error.__traceback__ = None  # or its frames would keep the arrays of the walk
            return self._node(known, error.component, error.then)
        self.asked.add(known, leaf)
        return LEAF + leaf

    def _node(self, known: dict[str, Value], wants: str, then: tuple[str, ...]) -> int:
        """Number a node that wants one more component: a rank beside all those of its order that are known."""
        look = self._cells.look(wants, known)
        if look not in self._numbers:
            self._numbers[look] = len(self._bundles)
            self._bundles.append(_Bundle(look))
        number = self._numbers[look]
        self._bundles[number].nodes.append(_Node(known, then))
        self._bundle_of.append(number)
        self._place_of.append(len(self._bundles[number].nodes) - 1)
        return len(self._bundle_of) - 1


def questioned(who: str, cells: Cells, reads: tuple[str, ...] | None, answer: Callable[[Handed], int]) -> Trie | Tree:
    """Ask a function in the order in which it declared to read, or in its own if it declared nothing."""
    return Tree(who, cells, answer) if reads is None else Trie(who, cells, reads, answer)


def _joined(parts: list[Walked]) -> Walked:
    if len(parts) == 1:
        return parts[0]
    none = np.zeros(0, np.int64)
    return np.concatenate([none, *(one for one, _ in parts)]), np.concatenate([none, *(one for _, one in parts)])
