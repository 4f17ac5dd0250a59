"""What all threads of a synthetic log share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from strandline.impl.memo.product.writer.synthetic.entry import NOTHING, Entry, Place
from strandline.impl.memo.product.writer.synthetic.messages import RESET

if TYPE_CHECKING:
    from strandline.impl.memo.product.writer.synthetic.codexes import Codex, Range
    from strandline.impl.memo.product.writer.synthetic.filler import Chance, Filler

PRIORITY: Final = "priority"
FAST: Final = "fast"
"""The other name of the priority tier, by which it can be asked for."""
FLEX: Final = "flex"
DEFAULT: Final = "default"
_OTHERS: Final = (DEFAULT, RESET, FLEX)


@dataclass(frozen=True, slots=True)
class Source:
    """Where rows come from.

    Args:
        codex: the version that logs.
        chance: draws everything.
        filler: fills rows up.
        priority: the chance that a tier, when one is chosen, is the priority tier.
        quantity: how many rows that mean nothing there are, beside as many as of a codex process.
    """

    codex: Codex
    chance: Chance
    filler: Filler
    priority: float
    quantity: float

    def tier(self) -> str:
        """Choose a tier to ask for."""
        if self.chance.random() < self.priority:
            return FAST if self.chance.one_in(4) else PRIORITY
        return self.chance.pick(_OTHERS)

    def count(self, bounds: Range) -> int:
        """Choose how many rows that mean nothing there are in one place."""
        return int(self.chance.between(bounds) * self.quantity)

    def noise(self, within: str, thread: str | None) -> Entry:
        """Say what means nothing, within some spans or none."""
        tasks = "codex_core::tasks"
        place = Place(self.chance.pick(self.codex.levels), tasks, tasks, "core/src/tasks/mod.rs", 1)
        text = self.filler.noise(wild=bool(within))
        return Entry("noise", place, thread, f"{within}: {text}" if within else text, NOTHING)


def in_force(asked: str) -> str:
    """Tell the tier that is in force where one was asked for."""
    return {FAST: PRIORITY, RESET: DEFAULT}.get(asked, asked)
