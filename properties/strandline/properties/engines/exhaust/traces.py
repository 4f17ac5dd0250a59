"""Rebuilds traces: of all shortest ones to a broken law, those with the fewest switches between actors.

The layers are walked back from where the law broke to the first state, which leaves the states
that lie on a shortest trace. Then they are walked forth, without taking alike actors for one, and
the calmest way through them is counted from its end.
"""

from __future__ import annotations

from functools import cached_property, partial
from itertools import pairwise
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from strandline.properties.engines.exhaust.cycles import round_trip
from strandline.properties.engines.exhaust.fitting import SAMPLE_STATES
from strandline.properties.engines.exhaust.found import Shown, Step
from strandline.properties.engines.exhaust.packing import CHUNK
from strandline.properties.engines.exhaust.runs import distinct, found_in
from strandline.properties.engines.exhaust.steps import Borrowed
from strandline.properties.engines.exhaust.walking import Walk

if TYPE_CHECKING:
    from collections.abc import Callable

    from strandline.properties.engines.exhaust.eventually import Lasso
    from strandline.properties.engines.exhaust.layout import Layout
    from strandline.properties.engines.exhaust.packing import Packing
    from strandline.properties.engines.exhaust.steps import Moves
    from strandline.properties.engines.exhaust.tables import Ints, Truths
    from strandline.properties.engines.exhaust.visited import Layers
    from strandline.properties.engines.exhaust.walking import State
    from strandline.properties.engines.exhaust.world import Value, World

NOBODY: Final = -1
"""Stands for the actor before the first step: nobody has to be switched from."""


class Ends(NamedTuple):
    """Where a law broke: states of one layer, and the law if a step from them broke it; None if the states do.

    ``told`` is the place of the law among those of what is told.
    """

    depth: int
    states: Ints
    layout: Layout
    told: int | None = None


class _Edge(NamedTuple):
    """One step between two layers of a cone, by places in the layers."""

    before: int
    action: int
    way: int
    after: int


def lasso_shown(world: World, packing: Packing, layers: Layers, lasso: Lasso) -> Shown:
    """Give a shortest trace to a fair cycle, of all to any the one with the fewest switches, and one round of it."""
    ends = [Ends(lasso.depth, lasso.entries, packing.layout)]
    (stem,) = shown(world, packing, layers, ends, 1)
    state = stem.first | {name: value for changed in stem.after for name, value in changed.items()}
    numbers = [np.array([number], np.int64) for number in packing.cells.numbers(state)]
    packed = packing.layout.packed(numbers)
    start = int(np.searchsorted(lasso.states, 0 if packed is None else packed[0]))
    steps, after = list(stem.steps), list(stem.after)
    cycle = next(cycle for cycle in lasso.cycles if start in cycle)
    for edge in round_trip(lasso.graph, cycle, start):
        there = _spelled(packing, lasso.states, edge.after)
        steps.append(_step(world, packing, (edge.action, edge.way), state, there))
        after.append({name: value for name, value in there.items() if value != state[name]})
        state = there
    return Shown(tuple(steps), stem.first, tuple(after), len(stem.steps))


def _spelled(packing: Packing, states: Ints, place: int) -> dict[str, Value]:
    """Give one of some states by the names of its components."""
    numbers = packing.layout.unpacked(states[place : place + 1])
    return packing.cells.spelled(tuple(int(number[0]) for number in numbers))


def _step(world: World, packing: Packing, edge: tuple[int, int], before: State, after: State) -> Step:
    """Give a step by its names; one whose answer is another actor's is asked for the number and label of its own."""
    action, way = edge
    table = packing.steps.actions[action]
    number, label = table.ways.place(way), table.label(way)
    if isinstance(table, Borrowed):
        walk = Walk(world)
        ways = enumerate(walk.ways(table.action, before))
        same = [(place, one.label) for place, one in ways if walk.after(table.action, before, one) == after]
        number, label = next((one for one in same if one[0] == number), same[0] if same else (number, label))
    return Step(table.action.name, table.action.actor, number, label)


def shown(world: World, packing: Packing, layers: Layers, ends: list[Ends], several: int) -> tuple[Shown, ...]:
    """Give shortest traces to the ends, different in their last step, the calmest of each kind."""
    states, layout = layers.read(ends[0].depth)
    return packing.with_room(
        lambda: _Cone(world, packing, layers, ends).traces(several), lambda: layout.unpacked(states[:SAMPLE_STATES])
    )


class _Cone:
    """The states on shortest traces to some ends, layer by layer."""

    def __init__(self, world: World, packing: Packing, layers: Layers, ends: list[Ends]) -> None:
        self._world = world
        self._packing = packing
        self._told = ends[0].told
        self._cone = [distinct(np.concatenate([packing.repacked(one.states, one.layout) for one in ends]))]
        for depth in range(ends[0].depth - 1, -1, -1):
            self._cone.insert(0, self._before(*layers.read(depth)))

    def _before(self, layer: Ints, layout: Layout) -> Ints:
        """Give the states of a layer from which a step leads into the cone."""
        states = self._packing.repacked(layer, layout)
        found = []
        for start in range(0, len(states), CHUNK):
            chunk = states[start : start + CHUNK]
            leads = np.zeros(len(chunk), bool)
            for moves in self._packing.expand(self._packing.held(chunk)):
                leads[moves.rows[found_in(self._cone[0], self._packing.canonical(moves.after))[1]]] = True
            found.append(chunk[leads])
        return np.concatenate(found)

    def traces(self, several: int) -> tuple[Shown, ...]:
        """Walk forth, then count switches from the ends."""
        states = [self._packing.first()]
        edges: list[list[_Edge]] = []
        for aims in self._cone[1:]:
            self._forth(states, edges, partial(self._inside, aims))
        if self._told is not None:
            self._forth(states, edges, self._breaks)
        if not edges:
            return (self._shown([], states),)
        last = {edge.action for edge in edges[-1]}
        ways = [_calm([*edges[:-1], [one for one in edges[-1] if one.action == kind]], self._actors) for kind in last]
        ways.sort(key=lambda way: (_switches(way, self._actors), [(edge.action, self._number(edge)) for edge in way]))
        return tuple(self._shown(way, states) for way in ways[:several])

    @cached_property
    def _actors(self) -> tuple[int, ...]:
        """The actor of each action, by number; actions that nobody takes are as if one took them all."""
        names = [action.actor for action in self._world.actions]
        return tuple(names.index(name) for name in names)

    def _inside(self, aims: Ints, moves: Moves) -> Truths:
        """Tell which steps lead into the cone; alike actors are told apart here."""
        return found_in(aims, self._packing.canonical(moves.after))[1]

    def _breaks(self, moves: Moves) -> Truths:
        """Tell which steps break the law of what is told."""
        telling = self._packing.steps.actions[moves.action].telling
        return np.array([telling(way).breaks[self._told or 0] > 0 for way in moves.ways.tolist()], bool)

    def _forth(self, states: list[Ints], edges: list[list[_Edge]], wanted: Callable[[Moves], Truths]) -> None:
        """Take the wanted steps from the last of the states, and add what they lead to."""
        moved = [
            (moves.action, moves.rows[chosen], moves.ways[chosen], moves.after[chosen])
            for moves in self._packing.expand(self._packing.held(states[-1]))
            if (chosen := wanted(moves)).any()
        ]
        following = distinct(np.concatenate([after for *_, after in moved]))
        edges.append(
            [
                _Edge(row, action, way, place)
                for action, rows, ways, after in moved
                for row, way, place in zip(
                    rows.tolist(), ways.tolist(), np.searchsorted(following, after).tolist(), strict=True
                )
            ]
        )
        states.append(following)

    def _number(self, edge: _Edge) -> int:
        return self._packing.steps.actions[edge.action].ways.place(edge.way)

    def _shown(self, way: list[_Edge], states: list[Ints]) -> Shown:
        """Tell a trace by names and values."""
        steps, changed = [], []
        before = first = _spelled(self._packing, states[0], 0)
        for edge, layer in zip(way, states[1:], strict=False):
            after = _spelled(self._packing, layer, edge.after)
            steps.append(_step(self._world, self._packing, (edge.action, edge.way), before, after))
            changed.append({name: value for name, value in after.items() if value != before[name]})
            before = after
        return Shown(tuple(steps), first, tuple(changed))


def _calm(edges: list[list[_Edge]], actors: tuple[int, ...]) -> list[_Edge]:
    """Give the way from the first state through these layers of steps with the fewest switches between actors.

    Of those it is the first by the order in which the world declares its actions, so that it is always the same.
    """
    costs: list[dict[tuple[int, int], int]] = [{}]  # by depth: the switches still to come, by state and actor before it
    for layer in reversed(edges):
        cost: dict[tuple[int, int], int] = {}
        for edge in layer:
            rest = _rest(edge, actors, costs[0], last=layer is edges[-1])
            if rest is not None:
                for actor in {*actors, NOBODY}:
                    whole = rest + (actor not in {actors[edge.action], NOBODY})
                    if whole < cost.get((edge.before, actor), whole + 1):
                        cost[edge.before, actor] = whole
        costs.insert(0, cost)
    way: list[_Edge] = []
    state, actor = 0, NOBODY
    for depth, layer in enumerate(edges):
        calm = [
            edge
            for edge in layer
            if edge.before == state
            and (rest := _rest(edge, actors, costs[depth + 1], last=depth == len(edges) - 1)) is not None
            and rest + (actor not in {actors[edge.action], NOBODY}) == costs[depth][state, actor]
        ]
        way.append(min(calm, key=lambda edge: (edge.action, edge.way)))
        state, actor = way[-1].after, actors[way[-1].action]
    return way


def _rest(edge: _Edge, actors: tuple[int, ...], costs: dict[tuple[int, int], int], *, last: bool) -> int | None:
    """Count the switches after a step; None if it leads to no end."""
    return 0 if last else costs.get((edge.after, actors[edge.action]))


def _switches(way: list[_Edge], actors: tuple[int, ...]) -> int:
    return sum(actors[one.action] != actors[other.action] for one, other in pairwise(way))
