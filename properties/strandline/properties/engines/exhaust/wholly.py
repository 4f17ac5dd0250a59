"""Takes a sample of steps again on whole states: what records said when they were read lazily, they must say whole.

This finds what a lazy record does otherwise than a whole one (a comparison by ``is``, ``type``, a check in a
constructor), an answer of one actor that is not that of another who is called alike, and a fault of the tables.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, Final

from strandline.properties.engines.exhaust.reading import called, says
from strandline.properties.engines.exhaust.world import AlwaysTold, SometimesTold, WorldError, predicate_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from strandline.properties.engines.exhaust.explore import Exploration
    from strandline.properties.engines.exhaust.layout import Layout
    from strandline.properties.engines.exhaust.tables import Ints
    from strandline.properties.engines.exhaust.world import Value, World

LAYERS: Final = 8
"""Layers of which some states are looked at, evenly spread."""

STATES: Final = 8
"""States of such a layer that are."""


def require_whole(world: World, explored: Exploration) -> None:
    """Take the steps from some states again, whole, and ask the laws of them again.

    Raises:
        WorldError: an action or a law says otherwise; it is named.
    """
    if not any(hasattr(action.take, "wholly") for action in world.actions):
        return
    depths = {*range(0, len(explored.layers), -(-len(explored.layers) // LAYERS)), len(explored.layers) - 1}
    for depth in sorted(depths):
        layer, layout = explored.layers.read(depth)
        _Sample(world, explored, layer[:: -(-len(layer) // STATES)], layout).require()


class _Sample:
    """Some states of a layer."""

    def __init__(self, world: World, explored: Exploration, states: Ints, layout: Layout) -> None:
        self._world, self._packing, self._states, self._layout = world, explored.packing, states, layout
        self._told = [law for law in world.laws if isinstance(law, (AlwaysTold, SometimesTold))]

    def require(self) -> None:
        """Hold each state's steps, and what laws say of it, against those of the whole state."""
        packing = self._packing
        found = packing.with_room(self._taken, lambda: self._layout.unpacked(self._states))
        for state, steps in found:
            for place, action in enumerate(self._world.actions):
                wholly = getattr(action.take, "wholly", None)
                if wholly is None:
                    continue
                who = f"action {action.name!r}"
                given = called(who, lambda parts, wholly=wholly: tuple(wholly(parts)), state)  # type: ignore[misc] # the loop's own
                again = Counter((tuple(after.items()), self._judged(events)) for after, events in given)
                if again != steps[place]:
                    what = _difference(steps[place], again)
                    raise WorldError(f"{who} {what} when its state was whole: {_spelled(state)}")
            self._require_laws(state)

    def _require_laws(self, state: dict[str, Value]) -> None:
        for law in self._world.laws:
            predicate: Any = predicate_of(law)
            if hasattr(predicate, "wholly"):
                who = f"law {law.name!r}"
                if bool(called(who, predicate, state)) != bool(called(who, predicate.wholly, state)):
                    raise WorldError(f"{who} says otherwise when a state is whole: {_spelled(state)}")

    def _taken(self) -> list[tuple[dict[str, Value], list[Counter[Any]]]]:
        packing = self._packing
        states = packing.repacked(self._states, self._layout)
        steps: list[list[Counter[Any]]] = [[Counter() for _ in self._world.actions] for _ in states]
        for move in packing.expand(packing.held(states)):
            table = packing.steps.actions[move.action]
            for row, way, after in zip(move.rows.tolist(), move.ways.tolist(), self._spelled(move.after), strict=True):
                judged = self._judged(table.telling(way).told)
                steps[row][move.action][tuple(after.items()), judged] += 1
        return list(zip(self._spelled(states), steps, strict=True))

    def _spelled(self, states: Ints) -> Iterator[dict[str, Value]]:
        columns = [column.tolist() for column in self._packing.layout.unpacked(states)]
        for row in zip(*columns, strict=True):
            yield self._packing.cells.spelled(row)

    def _judged(self, events: tuple[Value, ...]) -> tuple[int, ...]:
        """Say what the laws make of events; their numbers may differ with how ranks were numbered."""
        return tuple(sum(says(law, event) for event in events) for law in self._told)


def _difference(lazily: Counter[Any], wholly: Counter[Any]) -> str:
    if bool(lazily) != bool(wholly):
        return "could be taken" if wholly else "could not be taken"
    return f"went {sum(wholly.values())} ways in place of {sum(lazily.values())}, or to other states or events,"


def _spelled(state: dict[str, Value]) -> str:
    said = ", ".join(f"{name} = {value!r}" for name, value in state.items())
    return said if len(said) < 300 else f"{said[:296]} ..."  # noqa: PLR2004 - as much as one line can bear
