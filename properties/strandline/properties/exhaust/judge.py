"""Judges states: each law is asked once for each distinct value of what it reads."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from strandline.properties.exhaust.questions import Question, sampled
from strandline.properties.exhaust.reading import judged
from strandline.properties.exhaust.trie import Trie

if TYPE_CHECKING:
    from collections.abc import Callable

    from strandline.properties.exhaust.cells import Cells
    from strandline.properties.exhaust.layout import Held
    from strandline.properties.exhaust.tables import Truths
    from strandline.properties.exhaust.world import Reading


class Predicate:
    """A predicate of states."""

    def __init__(self, law: str, cells: Cells, reads: tuple[str, ...], holds: Callable[[Reading], bool]) -> None:
        """Ask this function, of a law of this name."""
        self.who = f"law {law!r}"
        self.same_for_all = cells.same_for_all(reads)
        self.holds = holds
        self.trie = Trie(self.who, cells, reads, lambda at: int(judged(self.who, holds, at)))

    def questions(self) -> tuple[Question, ...]:
        """Give a sample of what the predicate was asked, with what it said."""
        return tuple(Question(known, bool(leaf)) for known, leaf in sampled(self.trie.asked))

    def of(self, held: Held) -> Truths:
        """Tell of each state whether it is so."""
        told = np.zeros(len(held), bool)
        told[self.trie.walk(held)[0]] = True
        return told
