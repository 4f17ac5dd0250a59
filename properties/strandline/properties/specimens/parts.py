"""A scene in parts: what is known of each refresh, what is stored, what is saved; every number is a part of its own."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from strandline.model.state import Slot, World
from strandline.properties.specimens.scene import Kept, Rested, Run, Scene

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from strandline.model.state import File, Ghost, Scope, Task
    from strandline.properties.exhaust.world import Value

Renumber: TypeAlias = "Callable[[str, int], int]"
"""Takes the place of a number and the number, and gives another one for it."""

COMMITTED: Final = "commit"
NUMBERED: Final = "number"

SHARED: Final = {
    "path.commit": COMMITTED,
    "stored.commit": COMMITTED,
    "stored.first": COMMITTED,
    "stored.number": NUMBERED,
    "saved.commit": COMMITTED,
    "saved.first": COMMITTED,
}
"""The numbers that nobody owns, each with its order. A saved memo has none: the next start numbers it."""

OWN: Final = {
    "link.commit": COMMITTED,
    "ghost.commit": COMMITTED,
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


def numbers_of(refreshers: int) -> dict[str, str]:
    """Give the place of each number, and its order."""
    return SHARED | {of(place, actor): order for actor in range(refreshers) for place, order in OWN.items()}


def parted(scene: Scene[Any], scope: Scope) -> dict[str, Value]:
    """Cut a scene into its parts."""
    numbers = dict.fromkeys(numbers_of(scope.refreshers), 0)

    def taken(place: str, number: int) -> int:
        numbers[place] = number
        return 0

    bare = renumbered(scene, taken)
    world = bare.world
    parts: dict[str, Value] = {
        "path": world.path,
        "stored": (world.slot, bare.kept),
        "saved": bare.saved,
        "backup": world.backup,
        "births": world.births,
        "serials": world.serials,
    }
    parts |= {f"left.{name}": left for (name, _), left in zip(scope.budget, world.left, strict=True)}
    parts |= {
        of("run", actor): None if task is None else (run, task)
        for actor, (run, task) in enumerate(zip(bare.runs, world.tasks, strict=True))
    }
    return {**parts, **numbers}


def whole(parts: Mapping[str, Any], scope: Scope) -> Scene[Any]:
    """Put a scene together; of what was not read there is nothing in it."""
    pairs = [parts.get(of("run", actor)) or (None, None) for actor in range(scope.refreshers)]
    slot, kept = parts.get("stored") or (Slot(), None)
    world = World(
        path=parts.get("path"),
        slot=slot,
        tasks=tuple(task for _, task in pairs),
        idle=(),
        left=tuple(parts.get(f"left.{name}", 0) for name, _ in scope.budget),
        backup=parts.get("backup"),
        births=parts.get("births", 0),
        serials=parts.get("serials", 0),
    )
    scene: Scene[Any] = Scene(world, tuple(run for run, _ in pairs), kept, parts.get("saved"))
    return renumbered(scene, lambda place, _: parts.get(place, 0))


def renumbered(scene: Scene[Any], number: Renumber) -> Scene[Any]:
    """Give a scene with another number at each place."""

    def file(place: str, old: File | None) -> File | None:
        return old and old._replace(commit=number(place, old.commit))

    def ghost(place: str, old: Ghost | None) -> Ghost | None:
        return old and old._replace(commit=number(place, old.commit))

    def task(actor: int, old: Task | None) -> Task | None:
        if old is None:
            return None
        link = old.link and old.link._replace(file=file(of("link.commit", actor), old.link.file))
        return old._replace(link=link, ghost=ghost(of("ghost.commit", actor), old.ghost))

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

    world = scene.world
    return Scene(
        replace(
            world,
            path=file("path.commit", world.path),
            slot=world.slot._replace(ghost=ghost("stored.commit", world.slot.ghost)),
            tasks=tuple(task(actor, one) for actor, one in enumerate(world.tasks)),
        ),
        tuple(run(actor, one) for actor, one in enumerate(scene.runs)),
        kept("stored.{}", scene.kept),
        rested("saved.{}", scene.saved),
    )
