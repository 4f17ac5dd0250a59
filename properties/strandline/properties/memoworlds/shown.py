"""Which twins each memo world shows: what must sometimes happen, so that no law holds because nothing did.

A world without a failing read cannot show that a refresh fails; it says so, and is not asked to. What it is said to
show it must show, and all worlds together must show every twin. The tests search each for all twins.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from strandline.properties.exhaust.world import Sometimes, SometimesTold
from strandline.properties.laws import LAWS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from strandline.properties.exhaust.world import World

SHOWN: Final[dict[str, tuple[str, ...]]] = {
    "prune": ("M1", "M3", "M5", "M6", "M7"),
    "three": ("M3", "M5", "M7"),
    "pending": ("M1", "M3", "M5", "M6", "M7"),
    "torn": ("M3", "M5", "M7"),
    "reused": ("M1", "M3", "M5", "M6", "M7"),
    "evicted": ("M5", "M6", "M7", "M10"),
    "empty": ("M3", "M5", "M6", "M7"),
    "windows": ("M3", "M5", "M6", "M7"),
    "wide and narrow": ("M3", "M5", "M6", "M7"),
    "faults": ("M2", "M3", "M5", "M6", "M7"),
    "drop": ("M3", "M5", "M6", "M7", "M8"),
    "files": ("M3", "M5", "M7"),
    "gone": ("M3", "M5", "M7"),
    "restore": ("M1", "M3", "M5", "M6", "M7"),
    "returned": ("M1", "M5", "M6", "M7"),
    "copy": ("M1", "M5", "M6", "M7"),
    "limits": ("M1", "M5", "M6", "M7", "M10"),
    "races": ("M1", "M3", "M5", "M6", "M7"),
    "forgotten": ("M1", "M2", "M3", "M5", "M6", "M7", "M8"),
    "replaced": ("M3", "M5", "M7"),
    "removed": ("M3", "M5", "M6", "M7"),
    "held and read": ("M1", "M2", "M3", "M5", "M6", "M7", "M8"),
    "held and rewritten": ("M1", "M3", "M5", "M6", "M7", "M8"),
    "read and rewritten": ("M2", "M3", "M5", "M7"),
    "emptied and led": ("M3", "M5", "M7"),
    "held and led": ("M1", "M5", "M6", "M7", "M8"),
    "read and led": ("M2", "M5", "M7"),
    "rewritten and led": ("M5", "M7"),
    "full": ("M2", "M3", "M5", "M6", "M7", "M8", "M10"),
    "soak": ("M1", "M2", "M3", "M5", "M6", "M7", "M8"),
}
"""The laws whose twins are seen, by world."""

TWINS: Final = {law.number: law.twin.says for law in LAWS if law.twin is not None}
"""What each law's twin says."""


def asked(name: str, world: World) -> World:
    """Leave out of a memo world, or of that of the real scanner, the twins that it cannot show."""
    hidden = set(unshown((name,)))
    return replace(
        world,
        laws=tuple(
            law
            for law in world.laws
            if not isinstance(law, (Sometimes, SometimesTold)) or law.name.partition(":")[0] not in hidden
        ),
    )


def said(names: Iterable[str]) -> tuple[str, ...]:
    """Give, in words, the twins that none of these worlds shows."""
    return tuple(f"{law}: {TWINS[law]}" for law in unshown(names))


def unshown(names: Iterable[str]) -> tuple[str, ...]:
    """Give the laws whose twins none of these worlds shows."""
    shown = {law for name in names for law in SHOWN[name]}
    return tuple(law for law in TWINS if law not in shown)
