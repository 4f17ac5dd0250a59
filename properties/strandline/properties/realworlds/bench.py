"""What the steps of a world with the real scanner in it have in common, and what was made of them so far."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

from strandline.properties.memoworlds.parts import REST

if TYPE_CHECKING:
    from strandline.model.state import Scope
    from strandline.properties.exhaust.world import Value
    from strandline.properties.harness.ghosts import Ghosts
    from strandline.properties.harness.plug import Plug
    from strandline.properties.realworlds.scanner import Scanner
    from strandline.properties.realworlds.viewing import Viewer

STAND: Final = "stand"
"""The part that a refresher has in place of the model's."""

KEPT: Final = "kept"
"""The part that the slot has in place of the model's."""

OWN_PARTS: Final = frozenset({*REST, STAND})
"""The parts of a refresher, of the model and of its own."""


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
    """What steps have in common. ``fixed`` are the parts that do not change in this world."""

    scope: Scope
    plug: Plug
    scanner: Scanner
    ghosts: Ghosts
    viewer: Viewer
    fixed: dict[str, Value]
    refinement: Refinement
