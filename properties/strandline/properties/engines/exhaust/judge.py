"""Judges states: each law is asked once for each distinct value of what it reads."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from strandline.properties.engines.exhaust.entry import NOTHING
from strandline.properties.engines.exhaust.questions import Question
from strandline.properties.engines.exhaust.reading import judged
from strandline.properties.engines.exhaust.tree import questioned

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from strandline.properties.engines.exhaust.cells import Cells
    from strandline.properties.engines.exhaust.layout import Held
    from strandline.properties.engines.exhaust.tables import Truths
    from strandline.properties.engines.exhaust.world import Reading


class Predicate:
    """A predicate of states."""

    def __init__(self, law: str, cells: Cells, reads: tuple[str, ...] | None, holds: Callable[[Reading], bool]) -> None:
        """Ask this function, of a law of this name."""
        self.who = f"law {law!r}"
        self.holds = holds
        self._cells = cells
        self.trie = questioned(self.who, cells, reads, lambda at: int(judged(self.who, holds, at)))

    @property
    def same_for_all(self) -> bool:
        """Tell whether nothing that is read changes when alike actors are swapped; if nothing is declared, so far."""
        return self._cells.same_for_all(self.trie.reads)

    def questions(self) -> tuple[Question, ...]:
        """Give a sample of what the predicate was asked, with what it said."""
        return tuple(Question(known, bool(leaf)) for known, leaf in self.trie.asked.taken())

    def of_one(self, numbers: Sequence[int]) -> bool:
        """Tell of one state, whose cells hold these numbers, whether it is so."""
        return self.trie.lead(numbers) != NOTHING

    def of(self, held: Held) -> Truths:
        """Tell of each state whether it is so."""
        told = np.zeros(len(held), bool)
        told[self.trie.walk(held)[0]] = True
        return told
