"""A scene in parts: the components of the world, what is known of each refresh, what is stored, what is saved.

The world's components are those of its records; of the rest every number is a part of its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeAlias

from strandline.properties.systems.memo.specimens.scene import Kept, Rested, Run, Scene

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from strandline.properties.engines.exhaust.world import Value
    from strandline.properties.engines.records.shape import Shape

Renumber: TypeAlias = "Callable[[str, int], int]"
"""Takes the place of a number and the number, and gives another one for it."""

COMMITTED: Final = "commit"
NUMBERED: Final = "number"

SHARED: Final = {
    "stored.first": COMMITTED,
    "stored.number": NUMBERED,
    "saved.commit": COMMITTED,
    "saved.first": COMMITTED,
}
"""The numbers that nobody owns, each with its order. A saved memo has none: the next start numbers it."""

OWN: Final = {
    "first": COMMITTED,
    "base.commit": COMMITTED,
    "base.first": COMMITTED,
    "number": NUMBERED,
    "memo.number": NUMBERED,
    "base.number": NUMBERED,
}
"""The numbers that a refresh holds."""


def of(part: str, actor: int) -> str:
    """Name a part of a refresher."""
    return f"{part}.{actor}"


def numbers_of(shape: Shape) -> dict[str, str]:
    """Give the place of each number, and its order; a specimen does not number what a connection has seen."""
    own = {of(place, actor): order for actor in range(shape.counts["tasks"]) for place, order in OWN.items()}
    commits = {place: order for place, order in shape.orders.items() if order == COMMITTED}
    return {**commits, **SHARED, **own}


def parted(scene: Scene[Any], shape: Shape) -> dict[str, Value]:
    """Take a scene apart."""
    numbers: dict[str, int] = {place: 0 for place in numbers_of(shape) if place not in shape.orders}

    def taken(place: str, number: int) -> int:
        numbers[place] = number
        return 0

    bare = renumbered(scene, taken)
    runs = {of("run", actor): run for actor, run in enumerate(bare.runs)}
    return {**shape.parts(scene.world), "stored": bare.kept, "saved": bare.saved, **runs, **numbers}


def whole(parts: Mapping[str, Any], shape: Shape) -> Scene[Any]:
    """Put a scene together; of what was not read it has what there was at first."""
    runs = tuple(parts.get(of("run", actor)) for actor in range(shape.counts["tasks"]))
    known = {part: parts.get(part, value) for part, value in shape.first.items()}
    scene: Scene[Any] = Scene(shape.whole(known), runs, parts.get("stored"), parts.get("saved"))
    return renumbered(scene, lambda place, _: parts.get(place, 0))


def renumbered(scene: Scene[Any], number: Renumber) -> Scene[Any]:
    """Give a scene with another number at each place."""

    def run(actor: int, old: Run[Any] | None) -> Run[Any] | None:
        return old and old._replace(
            number=number(of("number", actor), old.number),
            memo=old.memo and old.memo.numbered(number(of("memo.number", actor), old.memo.number())),
            base=rested(f"base.{{}}.{actor}", old.base),
            first=number(of("first", actor), old.first),
        )

    def kept(place: str, old: Kept[Any] | None) -> Kept[Any] | None:
        if old is None:
            return None
        memo = old.memo.numbered(number(place.format("number"), old.memo.number()))
        return Kept(memo, number(place.format("first"), old.first))

    def rested(place: str, old: Rested[Any] | None) -> Rested[Any] | None:
        if old is None:
            return None
        known = old.ghost._replace(commit=number(place.format("commit"), old.ghost.commit))
        inner = kept(place, old.kept)
        return inner and Rested(inner, known)

    return Scene(
        scene.world,
        tuple(run(actor, one) for actor, one in enumerate(scene.runs)),
        kept("stored.{}", scene.kept),
        rested("saved.{}", scene.saved),
    )
