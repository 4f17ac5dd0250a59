"""Asks a function once for each distinct value of what it turns out to read, where nothing declares what that is.

Like :mod:`trie`, but each node says itself what is read next: the order is the function's own, and may differ behind
each value. States whose nodes want the same component are looked up together. Through a :class:`Lens` the answers for
one actor serve those who are like it.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import numpy as np

from strandline.properties.engines.exhaust.questions import Sample
from strandline.properties.engines.exhaust.reading import Handed, WantsMoreError
from strandline.properties.engines.exhaust.runs import distinct, distinct_pairs
from strandline.properties.engines.exhaust.tables import UNKNOWN, Table
from strandline.properties.engines.exhaust.trie import LEAF, NOTHING, Trie

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

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
        self._leads = np.ones(8, bool)
        self._root = self._ask({})

    @property
    def nbytes(self) -> int:
        """The bytes that the tables take."""
        return self._leads.nbytes + sum(one.table.nbytes for one in self._bundles)

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
        done: list[Walked] = []
        level = [self._begun(held, lens)]
        while level:  # at most as many rounds as there are components: each adds one to what is known
            going: dict[int, list[Walked]] = defaultdict(list)
            for number, rows, places, seen in level:
                nodes = self._found(self._bundles[number], places, seen, lens, leading=number == 0)
                ended = np.flatnonzero(nodes > LEAF)
                if ended.size:
                    done.append((rows.take(ended), nodes.take(ended) - LEAF))
                on = np.flatnonzero(nodes < LEAF)
                if on.size:
                    for following, some, theirs in self._parted(rows.take(on), nodes.take(on)):
                        going[following].append((some, theirs))
            level = [self._next(held, number, parts, lens) for number, parts in going.items()]
        return _joined(done)

    def lead(self, numbers: Sequence[int], lens: Lens | None = None) -> int:
        """Give the answer for one state, whose cells hold these numbers."""
        node = self._root
        lens = lens or self._plain
        while node < LEAF:  # at most as many rounds as there are components
            bundle, place = self._bundles[self._bundle_of[node]], self._place_of[node]
            look = lens.through(bundle.look)
            seen = numbers[look.cell] if look.places is None else self._cells.seen_one(look, numbers[look.cell])
            following = bundle.table.find(place, seen)
            if following == UNKNOWN:
                following = self._led(bundle, look, place, seen)
                bundle.table.put_one(place, seen, following)
                if node == 0 and following == LEAF + NOTHING:
                    self._make_room(seen + 1)
                    self._leads[seen] = False
            node = following
        return node - LEAF

    def _led(self, bundle: _Bundle, look: Look, place: int, seen: int) -> int:
        """Find out where a look at this leads from a node of a bundle."""
        node = bundle.nodes[place]
        known = self._cells.known({}, look, seen)
        if look is not bundle.look:
            known = dict(zip(bundle.look.names, known.values(), strict=True))
        return self._beyond(node.known | known, node.then)

    def _make_room(self, seen: int) -> None:
        """Make room for so many first looks; each may lead to something, until it is known that it does not."""
        more = seen - len(self._leads)
        if more > 0:
            self._leads = np.concatenate((self._leads, np.ones(max(more, len(self._leads)), bool)))

    def _begun(self, held: Held, lens: Lens) -> tuple[int, Ints, Ints, Ints]:
        """Leave out at once the states that the first look leads nowhere: most do, so this is where the time goes."""
        look = lens.through(self._bundles[0].look)
        seen = self._cells.seen(look, held.cell(look.cell))
        self._make_room(self._cells.seen_so_far(look))
        rows = np.flatnonzero(self._leads.take(seen))
        return 0, rows, np.zeros(len(rows), np.int64), seen.take(rows)

    def _next(self, held: Held, number: int, parts: list[Walked], lens: Lens) -> tuple[int, Ints, Ints, Ints]:
        """Look at what the nodes of a bundle want, in the states that stand at them."""
        look = lens.through(self._bundles[number].look)
        rows, places = _joined(parts)
        return number, rows, places, self._cells.seen(look, held.cell(look.cell, rows))

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

    def _found(self, bundle: _Bundle, places: Ints, seen: Ints, lens: Lens, *, leading: bool) -> Ints:
        """Look up where these looks lead; ask the function about those that are new."""
        look = lens.through(bundle.look)
        found = bundle.table.get(places, seen, len(bundle.nodes), self._cells.seen_so_far(look))
        if found.size and int(found.min()) < 0:
            missing = np.flatnonzero(found == UNKNOWN)
            new, seen_new = distinct_pairs(places[missing], seen[missing])
            pairs = zip(new.tolist(), seen_new.tolist(), strict=True)
            following = np.array([self._led(bundle, look, *pair) for pair in pairs])
            bundle.table.put(new, seen_new, following)
            if leading:  # the root is the first node of the first bundle
                self._leads[seen_new[(new == 0) & (following == LEAF + NOTHING)]] = False
            found[missing] = bundle.table.get(places[missing], seen[missing])
        return found

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
