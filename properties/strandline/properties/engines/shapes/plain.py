"""A plain search of a declared world: states are tuples in a dictionary, and each function is called in each state.

It is what somebody writes who has no engine, and what the engine is measured by: it keeps of each state the one that
it came from, hands a function what it declared to read, and asks every law of every state. Alike actors are put in
order by sorting what they hold. It knows no ranks, no measure, no renaming, and holds no function to its word.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

from strandline.properties.engines.exhaust.cycles import Edge, Graph, fair_cycles
from strandline.properties.engines.exhaust.world import Always, Eventually, Outcome, Sometimes

if TYPE_CHECKING:
    from collections.abc import Iterable

    from strandline.properties.engines.exhaust.world import Action, Outcomes, Value, World

State = tuple["Value", ...]


class Plainly(NamedTuple):
    """What a plain search found: exact counts, and the laws that broke."""

    states: int
    transitions: int
    depth: int
    broken: frozenset[str]


def search(world: World) -> Plainly:
    """Search a world whole, whose actions and laws declare what they read."""
    names = [component.name for component in world.components]
    first = tuple(component.initial for component in world.components)
    blocks = _blocks(world, names)
    came: dict[State, tuple[State, Action] | None] = {first: None}
    edges: list[tuple[State, State, Action]] = []
    broken: set[str] = set()
    going_on = [law for law in world.laws if isinstance(law, Eventually)]
    transitions = depth = 0
    layer = [first]
    while layer:
        following: list[State] = []
        for state in layer:
            at = dict(zip(names, state, strict=True))
            broken |= _broken(world, at)
            for action in world.actions:
                for writes in _ways(action.take({name: at[name] for name in action.reads or names})):
                    after = _in_order(tuple({**at, **writes}.values()), blocks)
                    transitions += 1
                    if after not in came:
                        came[after] = (state, action)
                        following.append(after)
                    if going_on:
                        edges.append((state, after, action))
        depth += bool(following)
        layer = following
    broken |= {law.name for law in going_on if _circles(world, law, came, edges)}
    return Plainly(len(came), transitions, depth, frozenset(broken))


def _broken(world: World, at: dict[str, Value]) -> set[str]:
    """Give the laws of states that one breaks; those that must be seen sometimes are asked, too."""
    broken = set()
    for law in world.laws:
        if isinstance(law, Always) and not law.holds({name: at[name] for name in law.reads or at}):
            broken.add(law.name)
        elif isinstance(law, Sometimes):
            law.seen({name: at[name] for name in law.reads or at})
    return broken


def _ways(given: Outcomes) -> Iterable[Mapping[str, Value]]:
    """Give what each way of an action writes."""
    if given is None:
        return ()
    several = [given] if isinstance(given, (Outcome, Mapping)) else given
    return [one.writes if isinstance(one, Outcome) else one for one in several]


def _blocks(world: World, names: list[str]) -> list[list[int]]:
    return [[names.index(name) for name in block] for block in world.symmetry.blocks] if world.symmetry else []


def _in_order(state: State, blocks: list[list[int]]) -> State:
    """Give a state with alike actors in order."""
    if not blocks:
        return state
    held = list(state)
    in_order = sorted(tuple(state[place] for place in block) for block in blocks)
    for block, values in zip(blocks, in_order, strict=True):
        for place, value in zip(block, values, strict=True):
            held[place] = value
    return tuple(held)


def _circles(
    world: World, law: Eventually, came: Mapping[State, object], edges: list[tuple[State, State, Action]]
) -> bool:
    """Tell whether there is a fair cycle off a goal."""
    names = [component.name for component in world.components]
    reads = law.reads or tuple(names)
    off: dict[State, int] = {}
    for state in came:
        at = dict(zip(names, state, strict=True))
        if not law.goal({name: at[name] for name in reads}):
            off[state] = len(off)
    actors = sorted({action.actor for action in world.actions if action.actor is not None})
    busy: list[set[int]] = [set() for _ in off]
    between = []
    for state, after, action in edges:
        if state in off and action.name not in law.stops:
            actor = actors.index(action.actor) if action.actor is not None else -1
            busy[off[state]].add(actor)
            if after in off:
                between.append(Edge(off[state], off[after], actor, 0, 0))
    every = frozenset(range(len(actors)))
    return bool(fair_cycles(Graph(len(off), between, [every - one for one in busy], len(actors))))
