"""Asks a function once for each distinct value of what it turns out to read, where nothing declares what that is.

Like :mod:`trie`, but each node says itself what is read next: the order is the function's own, and may differ behind
each value. States whose nodes want the same component are looked up together. Through a :class:`Lens` the answers for
one actor serve those who are like it.
"""

from __future__ import annotations

from collections import defaultdict
from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING, NoReturn

import numpy as np

from strandline.properties.engines.exhaust.entry import LEAF, Entry, joined, parted
from strandline.properties.engines.exhaust.questions import Sample
from strandline.properties.engines.exhaust.reading import Handed, WantsMoreError
from strandline.properties.engines.exhaust.runs import firsts
from strandline.properties.engines.exhaust.tables import UNKNOWN, Column, Table
from strandline.properties.engines.exhaust.trie import Trie

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

    from strandline.properties.engines.exhaust.cells import Cells, Look
    from strandline.properties.engines.exhaust.entry import Walked
    from strandline.properties.engines.exhaust.layout import Held, Numbers
    from strandline.properties.engines.exhaust.tables import Ints
    from strandline.properties.engines.exhaust.world import Value


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


class _Bundle:
    """The nodes that want the same look, each by what is known there, and where each value of it leads from each."""

    def __init__(self, look: Look) -> None:
        self.look = look
        self.nodes: list[dict[str, Value]] = []
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
        self._bundle_of, self._place_of = Column(), Column()
        self._entries: dict[Lens, Entry] = {}
        self._root = self._begun()

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
                ended, on = parted(rows, nodes)
                done.append(ended)
                for following, some, theirs in self._by_bundle(*on):
                    going[following].append((some, theirs))
            reached = [self._next(held, self._bundles[number], parts, lens) for number, parts in going.items()]
        return joined(done)

    def lead(self, numbers: Sequence[int], lens: Lens | None = None) -> int:
        """Give the answer for one state, whose cells hold these numbers."""
        return self._through(lens or self._plain, numbers, range(len(numbers))) - LEAF

    def _through(self, lens: Lens, numbers: Numbers, cells: Collection[int]) -> int:
        """Lead from the root as far as the looks are at these cells, by the number that each holds."""
        node = self._root
        while node < LEAF:  # at most as many rounds as there are components
            bundle, place = self._bundles[self._bundle_of.values[node]], self._place_of.values[node]
            look = lens.through(bundle.look)
            if look.cell not in cells:
                break
            following = bundle.table.find(place, self._seen(look, numbers))
            node = self._learned(bundle, place, numbers, lens) if following == UNKNOWN else following
        return node

    def _next(self, held: Held, bundle: _Bundle, parts: list[Walked], lens: Lens) -> Walked:
        """Look at what the nodes of a bundle want, in the states that stand at them; ask about what is new."""
        look = lens.through(bundle.look)
        rows, places = joined(parts)
        seen = self._cells.seen(look, held.cell(look.cell, rows))
        found = bundle.table.get(places, seen, len(bundle.nodes), self._cells.seen_so_far(look))
        if found.size and int(found.min()) < 0:
            missing = np.flatnonzero(found == UNKNOWN)
            for at in missing[firsts(places[missing], seen[missing])].tolist():
                self._learned(bundle, int(places[at]), held.one(int(rows[at])), lens)
            found[missing] = bundle.table.get(places[missing], seen[missing])
        return rows, found

    def _by_bundle(self, rows: Ints, nodes: Ints) -> Iterator[tuple[int, Ints, Ints]]:
        """Part rows by the bundles of their nodes; give the places of the nodes in them."""
        if not rows.size:
            return
        bundles, places = self._bundle_of.whole().take(nodes), self._place_of.whole().take(nodes)
        numbers = np.flatnonzero(np.bincount(bundles)).tolist()
        for number in numbers:
            mine = slice(None) if len(numbers) == 1 else np.flatnonzero(bundles == number)
            yield number, rows[mine], places[mine]

    def _learned(self, bundle: _Bundle, place: int, numbers: Numbers, lens: Lens) -> int:
        """Ask the function in one state; keep all that it looks at from a node on; give where the first look leads."""
        seen, known = self._shown(bundle.look, bundle.nodes[place], numbers, lens)
        looked = [(bundle.look, seen, known)]
        leaf = LEAF + self._asked(known, numbers, lens, looked)
        first = len(self._bundle_of) if len(looked) > 1 else leaf
        for (look, seen, known), (following, _, _) in pairwise(looked):
            here = self._bundles[self._numbers[look]]
            here.table.put_one(place, seen, self._node(known, following))
            place = self._place_of.values[-1]
        look, seen, known = looked[-1]
        self._bundles[self._numbers[look]].table.put_one(place, seen, leaf)
        self.asked.add(known, leaf - LEAF)
        return first

    def _asked(
        self,
        known: dict[str, Value],
        numbers: Numbers,
        lens: Lens,
        looked: list[tuple[Look, int, dict[str, Value]]],
    ) -> int:
        """Ask the function in one state; note each look, what it showed, and what was known then; give the answer."""

        def look_up(name: str) -> dict[str, Value]:
            nonlocal known
            look = self._cells.look(name, known)
            before = known
            seen, known = self._shown(look, known, numbers, lens)
            looked.append((look, seen, known))
            if any(before[other] != known[other] for other in look.names if other in before):
                raise WantsMoreError  # with one rank more the others have other numbers
            return {name: known[name]}

        while True:  # once more for each rank at most
            try:
                return self._answer(Handed(self._who, known, self._cells.cell, look_up))
            except WantsMoreError as error:
                self.peeks += 1
                error.__traceback__ = None  # or its frames would keep the arrays of the walk

    def _shown(self, look: Look, known: dict[str, Value], numbers: Numbers, lens: Lens) -> tuple[int, dict[str, Value]]:
        """Give what a look shows in one state, and what is known after it, by the names of whose answers these are."""
        there = lens.through(look)
        seen = self._seen(there, numbers)
        return seen, known | dict(zip(look.names, self._cells.values(there, seen).values(), strict=True))

    def _begun(self) -> int:
        """Ask the function with nothing known; give the number of its answer, or of the first node."""
        wanted: list[str] = []

        def look_up(name: str) -> NoReturn:
            wanted.append(name)
            raise WantsMoreError

        try:
            leaf = self._answer(Handed(self._who, {}, self._cells.cell, look_up))
        except WantsMoreError as error:
            self.peeks += 1
            error.__traceback__ = None
            return self._node({}, self._cells.look(wanted[0], {}))
        self.asked.add({}, leaf)
        return LEAF + leaf

    def _seen(self, look: Look, numbers: Numbers) -> int:
        return numbers[look.cell] if look.places is None else self._cells.seen_one(look, numbers[look.cell])

    def _node(self, known: dict[str, Value], look: Look) -> int:
        """Number a node that wants one more look."""
        if look not in self._numbers:
            self._numbers[look] = len(self._bundles)
            self._bundles.append(_Bundle(look))
        number = self._numbers[look]
        self._bundles[number].nodes.append(known)
        self._bundle_of.values.append(number)
        self._place_of.values.append(len(self._bundles[number].nodes) - 1)
        return len(self._bundle_of) - 1


def questioned(who: str, cells: Cells, reads: tuple[str, ...] | None, answer: Callable[[Handed], int]) -> Trie | Tree:
    """Ask a function in the order in which it declared to read, or in its own if it declared nothing."""
    return Tree(who, cells, answer) if reads is None else Trie(who, cells, reads, answer)
