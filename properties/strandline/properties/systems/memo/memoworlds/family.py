"""The large worlds that are searched whole, and one that is larger by far.

Small worlds look around one hazard each; these let hazards meet. Every two kinds of action that
move something meet in one of them. What a file does to a path is paired in worlds of one
refresher where a second one would only make them larger; two and three refreshers have it too.
Memos at their limit are in a world of their own, and so are refreshes that come to the end of
their tries or their swaps. Each row is a turn of its own: rows of one turn would hide each other.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from strandline.model.memo.memo import Limits
from strandline.model.memo.state import Scope
from strandline.properties.systems.memo.spec.worlds import EACH, EACH_APART, EVER

HELD: Final = (("append", 1), ("delete", 1), ("drop", 1), ("cancel", 1))
"""What takes the ground from under a memo, or a refresh from its way."""

READ: Final = (("append and prune", 1), ("commit amid", 1), ("fail", 1), ("busy", 1))
"""What comes between a refresh and its read."""

REWRITTEN: Final = (("empty", 1), ("backup", 1), ("restore", 1), ("copy", 1), ("reset", 1))
"""What makes one file hold what it did not."""

LED: Final = (("remove", 1), ("replace", 1), ("reissue", 1), ("hang up", 1))
"""What leads the path elsewhere."""


def _scope(refreshers: int, starts: int, *budget: tuple[str, int]) -> Scope:
    return Scope(
        windows=(EVER,), templates=(EACH,), budget=(*budget, ("start", starts)), refreshers=refreshers, born_with=(0,)
    )


FAMILY: Final[dict[str, Scope]] = {
    "races": _scope(3, 4, ("append", 2), ("append and prune", 1), ("delete", 2)),
    "forgotten": _scope(3, 3, *HELD, ("append and prune", 1), ("fail", 1), ("busy", 1)),
    "replaced": _scope(3, 3, ("append and prune", 1), ("replace", 1), ("reissue", 1)),
    "removed": _scope(3, 3, ("append", 1), ("remove", 1), ("replace", 1)),
    "led away": _scope(2, 2, ("remove", 1), ("replace", 2)),
    "given up": replace(_scope(3, 4, ("append", 2), ("hang up", 1)), limits=Limits(swaps=2)),
    "held and read": _scope(2, 2, *HELD, *READ),
    "held and rewritten": _scope(2, 2, *HELD, *REWRITTEN),
    "read and rewritten": _scope(2, 2, *READ, *REWRITTEN),
    "emptied and led": _scope(2, 2, ("empty", 1), ("reset", 1), *LED),
    "held and led": _scope(1, 3, *HELD, *LED),
    "read and led": _scope(1, 3, *READ, *LED),
    "rewritten and led": _scope(1, 3, *REWRITTEN, *LED),
    "full": Scope(
        windows=(EVER,),
        templates=(EACH, EACH_APART),
        refreshers=2,
        limits=Limits(sources=1, waits=1),
        born_with=(0,),
        budget=(("append", 2), ("delete", 1), ("drop", 1), ("fail", 1), ("busy", 2), ("start", 2)),
    ),
}
"""Every large world by its name; the counts of its states and transitions are pinned in the tests."""

SOAK: Final = _scope(
    3, 4, ("append", 2), ("append and prune", 2), ("delete", 2), ("drop", 2), ("fail", 1), ("busy", 1), ("cancel", 1)
)
"""A world for a machine that has minutes to spare, and gigabytes."""
