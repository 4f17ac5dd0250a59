"""What the steps of a world with the real scanner in it have in common, and what was made of them so far."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from strandline.model.memo.state import Scope
    from strandline.properties.engines.records.shape import Shape
    from strandline.properties.systems.memo.driver.ghosts import Ghosts
    from strandline.properties.systems.memo.driver.plug import Plug
    from strandline.properties.systems.memo.realworlds.scanner import Scanner
    from strandline.properties.systems.memo.realworlds.viewing import Viewer

ME: Final = 0
"""The refresher as which every step is taken; what it read and wrote is then another one's."""

STAND: Final = "stand"
"""The part that a refresher has in place of the model's."""

KEPT: Final = "slot.kept"
"""The part that the slot has in place of the model's."""

OWN_MEMOS: Final = ("tries", "swaps", "waits", "base", "found", "beside")
"""The parts of a refresher of the model that are one part of a real one."""

SLOT_MEMO: Final = ("slot.head", "slot.body", "slot.forgotten")
"""The parts of the model's slot that are one part of the real one."""


def of(part: str, actor: int = ME) -> str:
    """Name a part of a refresher."""
    return f"tasks.{actor}.{part}"


MEMOS: Final = frozenset({*SLOT_MEMO, *map(of, OWN_MEMOS)})
"""The parts of the model for which the scanner has its own."""


@dataclass(slots=True)
class Refinement:
    """What was held against something else so far.

    ``steps`` counts the real steps that were held against the model's, once for each distinct value of what both
    read; ``differing`` those among them that are not the model's; ``answers`` the answers among what they told, each
    of which the laws hold against the oracle.
    """

    steps: int = 0
    differing: int = 0
    answers: int = 0


class Bench(NamedTuple):
    """What steps have in common: the bounds of the world and the components of its model, and what takes the steps."""

    scope: Scope
    shape: Shape
    plug: Plug
    scanner: Scanner
    ghosts: Ghosts
    viewer: Viewer
    refinement: Refinement
