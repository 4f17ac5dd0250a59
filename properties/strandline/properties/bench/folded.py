"""Counts the worlds that a plain search reached as the search of the declared world does.

A declared world keeps no dead data: where two worlds of the model differ in nothing that can ever matter, it has one
state for both. So the two searches agree if the plain one, its worlds cut into parts and each taken once, has as many.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from strandline.model import world as model
from strandline.properties.exhaust.reading import renumbered
from strandline.properties.exhaust.world import Rank
from strandline.properties.memoworlds.cut import parted
from strandline.properties.memoworlds.declare import declared

if TYPE_CHECKING:
    from collections.abc import Iterable

    from strandline.model.state import Scope, World
    from strandline.properties.exhaust.world import Value


class Folded(NamedTuple):
    """How many states and transitions are left when worlds that lead on alike are one, and how deep they lie."""

    states: int
    transitions: int
    depth: int


def folded(layers: Iterable[Iterable[World]], scope: Scope) -> Folded:
    """Fold worlds of the model, layer by layer; those that fold into one have equally many steps."""
    components = declared(scope).components
    orders: dict[str, list[str]] = {}
    for component in components:
        if isinstance(component, Rank):
            orders.setdefault(component.order, []).append(component.name)
    known: dict[tuple[Value, ...], int] = {}
    deepest = 0
    for depth, world in ((depth, world) for depth, layer in enumerate(layers) for world in layer):
        parts = parted(world, scope)
        for names in orders.values():
            numbers: tuple[int, ...] = tuple(parts[name] for name in names)  # type: ignore[misc] # ranks are numbers
            parts |= zip(names, renumbered(numbers), strict=True)
        state = tuple(parts[component.name] for component in components)
        if state not in known:
            known[state] = sum(1 for _ in model.actions(world, scope))
            deepest = depth
    return Folded(len(known), sum(known.values()), deepest)
