"""Which covers each memo world shows: what must sometimes happen, so that no law holds because nothing did.

A world without a failing read cannot show that a refresh fails; it says so, and is not asked to. What it is said to
show it must show, and all large worlds together must show everything. The tests search each for all of it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from strandline.properties.engines.exhaust.world import Sometimes, SometimesTold
from strandline.properties.systems.memo.memoworlds.covers import OTHERS
from strandline.properties.systems.memo.spec.laws import LAWS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from strandline.properties.engines.exhaust.world import World

SHOWN: Final[dict[str, tuple[str, ...]]] = {
    "prune": ("M1", "M3", "M5", "M6", "M7", "unchanged"),
    "three": ("M3", "M5", "M7", "unchanged"),
    "pending": ("M1", "M3", "M5", "M6", "M7", "unchanged", "rewritten"),
    "torn": ("M3", "M5", "M7", "unchanged"),
    "reused": ("M1", "M3", "M5", "M6", "M7", "unchanged", "rewritten"),
    "evicted": ("M5", "M6", "M7", "M10", "unchanged"),
    "empty": ("M3", "M5", "M6", "M7", "unchanged"),
    "windows": ("M3", "M5", "M6", "M7", "unchanged"),
    "wide and narrow": ("M3", "M5", "M6", "M7", "unchanged"),
    "faults": ("M2", "M3", "M5", "M6", "M7", "unchanged", "kept waiting"),
    "drop": ("M3", "M5", "M6", "M7", "M8", "unchanged"),
    "files": ("M3", "M5", "M7", "unchanged", "rewritten"),
    "gone": ("M3", "M5", "M7", "unchanged", "rewritten"),
    "restore": ("M1", "M3", "M5", "M6", "M7", "unchanged"),
    "returned": ("M1", "M5", "M6", "M7", "unchanged"),
    "copy": ("M1", "M5", "M6", "M7", "unchanged", "rewritten"),
    "limits": ("M1", "M5", "M6", "M7", "M10", "unchanged"),
    "overruled": ("M1", "M5", "M6", "M7", "unchanged"),
    "untold": ("M1", "M5", "M6", "M7", "unchanged"),
    "races": ("M1", "M3", "M5", "M6", "M7", "unchanged", "apart", "gave up"),
    "forgotten": ("M1", "M2", "M3", "M5", "M6", "M7", "M8", "unchanged", "gave up"),
    "replaced": ("M3", "M5", "M7", "unchanged", "rewritten"),
    "removed": ("M3", "M5", "M6", "M7", "unchanged", "rewritten"),
    "led away": ("M2", "M3", "M5", "M7", "unchanged", "rewritten", "led astray"),
    "given up": ("M3", "M5", "M6", "M7", "unchanged", "apart", "gave up"),
    "held and read": ("M1", "M2", "M3", "M5", "M6", "M7", "M8", "unchanged"),
    "held and rewritten": ("M1", "M3", "M5", "M6", "M7", "M8", "unchanged", "rewritten"),
    "read and rewritten": ("M2", "M3", "M5", "M7", "unchanged", "rewritten"),
    "emptied and led": ("M3", "M5", "M7", "unchanged", "rewritten"),
    "held and led": ("M1", "M5", "M6", "M7", "M8", "unchanged", "rewritten"),
    "read and led": ("M2", "M5", "M7", "unchanged", "rewritten"),
    "rewritten and led": ("M5", "M7", "unchanged", "rewritten"),
    "full": ("M2", "M3", "M5", "M6", "M7", "M8", "M10", "unchanged", "apart", "kept waiting"),
    "soak": ("M1", "M2", "M3", "M5", "M6", "M7", "M8", "unchanged", "apart", "gave up"),
}
"""The laws whose covers are seen, and the covers of no law, by world."""

COVERS: Final = {law.number: law.cover.says for law in LAWS if law.cover is not None}
"""What each law's cover says."""

ASKED: Final = COVERS | {name: cover.says for name, cover in OTHERS.items()}
"""What must sometimes happen, by its law or its name."""


def asked(name: str, world: World) -> World:
    """Leave out of a memo world, or of that of the real scanner, what it cannot show."""
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
    """Give, in words, what none of these worlds shows."""
    return tuple(f"{name}: {ASKED[name]}" for name in unshown(names))


def unshown(names: Iterable[str]) -> tuple[str, ...]:
    """Give the laws whose covers none of these worlds shows, and such covers of no law."""
    shown = {one for name in names for one in SHOWN[name]}
    return tuple(one for one in ASKED if one not in shown)
