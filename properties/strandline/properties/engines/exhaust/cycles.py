"""Finds fair cycles: ways on which a quiet world goes round for ever without reaching its goal.

Weak fairness asks of each actor that it takes a step again and again, or again and again has
nothing to do. The more of a cycle is walked the sooner that is so, which is why it suffices to look
at the largest cycles, the strongly connected components.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    from strandline.properties.engines.exhaust.tables import Ints

PEELS_MAX: Final = 10_000
"""How often states that no way leads to, or none from, are taken away before cycles are looked for one by one."""


class Edge(NamedTuple):
    """A step between two states off the goal, by their places; ``actor`` is -1 if nobody takes it."""

    before: int
    after: int
    actor: int
    action: int
    way: int


class Graph(NamedTuple):
    """The states off the goal, and the steps between them.

    ``idle`` tells for each state which actors have nothing to do there, by their numbers.
    """

    size: int
    edges: list[Edge]
    idle: list[frozenset[int]]
    actors: int


def peeled(before: Ints, after: Ints, size: int) -> Ints:
    """Give the places of the edges that may lie on a cycle, among edges given by their two states."""
    kept = np.arange(len(before))
    for _ in range(PEELS_MAX):
        leads, led = np.zeros(size, bool), np.zeros(size, bool)
        leads[before[kept]] = True
        led[after[kept]] = True
        inside = leads[after[kept]] & led[before[kept]]
        if inside.all():
            break
        kept = kept[inside]
    return kept


def fair_cycles(graph: Graph) -> list[list[int]]:
    """Give the states of each fair cycle."""
    components = list(_components(graph))
    place = {state: number for number, component in enumerate(components) for state in component}
    taken: dict[int, set[int]] = {}
    for edge in graph.edges:
        if place[edge.before] == place[edge.after]:
            taken.setdefault(place[edge.before], set()).add(edge.actor)
    fair = []
    for number, actors in sorted(taken.items()):
        moving = actors.union(*(graph.idle[state] for state in components[number]))
        if moving.issuperset(range(graph.actors)):
            fair.append(components[number])
    return fair


def round_trip(graph: Graph, component: list[int], start: int) -> list[Edge]:
    """Give steps from a state of a fair cycle back to it; every actor moves or has nothing to do on the way."""
    inside = frozenset(component)
    ways: dict[int, list[Edge]] = {}
    for edge in graph.edges:
        if edge.before in inside and edge.after in inside:
            ways.setdefault(edge.before, []).append(edge)
    trip: list[Edge] = []
    at = start
    for actor in range(graph.actors):
        visited = {start, *(edge.after for edge in trip)}
        if any(edge.actor == actor for edge in trip) or any(actor in graph.idle[state] for state in visited):
            continue
        aims = {state for state in component if actor in graph.idle[state]}
        last = [edge for state in component for edge in ways.get(state, ()) if edge.actor == actor]
        path = _path(ways, at, aims or {last[0].before})
        trip += path if aims else [*path, last[0]]
        at = trip[-1].after if trip else start
    if trip and at == start:
        return trip
    steps = _path(ways, at, {start}) if at != start else []
    if not trip and not steps:  # nobody has to move, so any step will do that leads back
        first = ways[start][0]
        steps = [first, *(_path(ways, first.after, {start}) if first.after != start else [])]
    return trip + steps


def _path(ways: dict[int, list[Edge]], start: int, aims: set[int]) -> list[Edge]:
    """Give a shortest way to one of some states."""
    if start in aims:
        return []
    came: dict[int, Edge] = {}
    queue = deque([start])
    while queue:
        for edge in ways.get(queue.popleft(), ()):
            if edge.after in came or edge.after == start:
                continue
            came[edge.after] = edge
            if edge.after in aims:
                path = [edge]
                while path[-1].before != start:
                    path.append(came[path[-1].before])
                return path[::-1]
            queue.append(edge.after)
    raise ValueError("the states of a cycle reach each other")


def _components(graph: Graph) -> Iterator[list[int]]:
    """Give the strongly connected components, by Tarjan's algorithm with a stack of its own."""
    ways: dict[int, list[int]] = {}
    for edge in graph.edges:
        ways.setdefault(edge.before, []).append(edge.after)
    found: dict[int, int] = {}
    lowest: dict[int, int] = {}
    held: dict[int, None] = {}
    for root in sorted(ways):
        work = [(root, iter(ways[root]))] if root not in found else []
        while work:
            state, rest = work[-1]
            if state not in found:
                found[state] = lowest[state] = len(found)
                held[state] = None
            after = next(rest, None)
            if after is None:
                work.pop()
                if work:
                    lowest[work[-1][0]] = min(lowest[work[-1][0]], lowest[state])
                if lowest[state] == found[state]:
                    yield _released(held, state)
            elif after not in found:
                work.append((after, iter(ways.get(after, ()))))
            elif after in held:
                lowest[state] = min(lowest[state], found[after])


def _released(held: dict[int, None], state: int) -> list[int]:
    """Take a component from what is held: all that came after the state that was found first, and this one."""
    component = []
    while state in held:
        component.append(held.popitem()[0])
    return sorted(component)
