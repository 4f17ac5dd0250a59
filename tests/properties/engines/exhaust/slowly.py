"""Judges a declared world slowly: the whole graph of its states, spelled out, and each law by its definition.

It shares nothing with the search but the declaration, so what the two agree on is not the habit
of one of them.
"""

from __future__ import annotations

from itertools import pairwise, permutations
from typing import TYPE_CHECKING, Final, NamedTuple

from strandline.properties.engines.exhaust.world import Always, AlwaysTold, Eventually, NoDeadlock, Sometimes
from tests.properties.engines.exhaust.spelled import Spelled

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

    from strandline.properties.engines.exhaust.found import Shown
    from strandline.properties.engines.exhaust.world import Law, Value, World
    from tests.properties.engines.exhaust.spelled import Taken, Values

STATES_MAX: Final = 100_000
"""States that are spelled out; a larger world is for the search alone."""


class Graph(NamedTuple):
    """Every reachable state of a world, each with its depth and the steps from it."""

    spelled: Spelled
    depths: dict[Values, int]
    steps: dict[Values, tuple[Taken, ...]]

    @property
    def states(self) -> int:
        return len(self.depths)

    @property
    def transitions(self) -> int:
        return sum(map(len, self.steps.values()))

    @property
    def depth(self) -> int:
        return max(self.depths.values())

    @property
    def terminal(self) -> int:
        return sum(not steps for steps in self.steps.values())


class Unfair(NamedTuple):
    """Where a world may stay off a goal for ever: states in which no actor has anything to do, and fair cycles."""

    ends: frozenset[Values]
    cycles: tuple[frozenset[Values], ...]


def graph(world: World) -> Graph:
    """Spell a world out whole."""
    spelled = Spelled(world)
    depths = {spelled.first: 0}
    steps: dict[Values, tuple[Taken, ...]] = {}
    waiting = [spelled.first]
    for state in waiting:
        steps[state] = tuple(spelled.steps(state))
        for taken in steps[state]:
            if taken.after not in depths:
                depths[taken.after] = depths[state] + 1
                waiting.append(taken.after)
        if len(depths) > STATES_MAX:
            raise ValueError(f"world {world.name!r} has more than {STATES_MAX:,} states")
    return Graph(spelled, depths, steps)


def firings(whole: Graph) -> dict[str, int]:
    """Count how often each action happens."""
    counts = {action.name: 0 for action in whole.spelled.world.actions}
    for steps in whole.steps.values():
        for taken in steps:
            counts[taken.action.name] += 1
    return counts


def swapped(world: World, state: Values, permutation: tuple[int, ...]) -> Values:
    """Move the actor at each place of a state to ``permutation[place]``."""
    assert world.symmetry is not None
    blocks, renames = world.symmetry.blocks, world.symmetry.renames
    names = [component.name for component in world.components]
    before = dict(zip(names, state, strict=True))
    after = before | {name: rename(before[name], permutation) for name, rename in renames.items()}
    for place, block in enumerate(blocks):
        after |= {there: before[here] for here, there in zip(block, blocks[permutation[place]], strict=True)}
    return tuple(after[name] for name in names)


def orbits(whole: Graph) -> int:
    """Count the states that differ in more than which actor is which."""
    every = _permutations(whole)
    found = 0
    counted: set[Values] = set()
    for state in whole.depths:
        if state not in counted:
            found += 1
            counted |= {swapped(whole.spelled.world, state, one) for one in every}
    return found


def swaps_lead_elsewhere(whole: Graph) -> bool:
    """Tell whether actors that are declared alike are not: swap two of them, and other steps lead on from there."""
    world = whole.spelled.world
    every = [one for one in _permutations(whole) if sum(there != here for here, there in enumerate(one)) == 2]

    def following(state: Values) -> set[Values]:
        return {taken.after for taken in whole.steps.get(state, ())}

    return any(
        following(swapped(world, state, one)) != {swapped(world, after, one) for after in following(state)}
        for state in whole.depths
        for one in every
    )


def broken(whole: Graph, law: Law) -> int | None:
    """Give the length of the shortest trace that breaks a law of states or steps, or of where the world ends."""
    return min((whole.depths[state] + len(last) for state, last in _bad(whole, law)), default=None)


def switches(whole: Graph, law: Law) -> int:
    """Count the switches between actors in the calmest of the shortest traces that break a law."""
    return _calmest(list(_traces(whole, law)))


def switches_to_a_round(whole: Graph, law: Eventually) -> int:
    """Count the switches in the calmest of the shortest traces to any state of a fair cycle."""
    rounds = {state for cycle in unfair(whole, law).cycles for state in cycle}
    to = _ways_to(whole)
    return _calmest([trace for state in rounds for trace in to(state)])


def _calmest(traces: list[list[Taken]]) -> int:
    shortest = min(map(len, traces))
    return min(
        sum(one.action.actor != other.action.actor for one, other in pairwise(trace))
        for trace in traces
        if len(trace) == shortest
    )


def seen(whole: Graph, law: Sometimes) -> int:
    """Count the states that show a law."""
    return sum(bool(law.seen(_read(whole, law, state))) for state in whole.depths)


def unfair(whole: Graph, law: Eventually) -> Unfair:
    """Judge a law of the quiet world.

    Off the goal, a way on that never gets there either ends, in a state in which no actor has
    anything to do, or in the long run stays inside of one strongly connected part. It is fair if
    each actor takes a step in that part, or has nothing to do somewhere in it. Nobody owes a turn to
    an action that has no actor, but it may happen.
    """
    off = {state for state in whole.depths if not at_goal(whole, law, state)}
    going = {state: tuple(t for t in whole.steps[state] if t.action.name not in law.stops) for state in off}
    idle = {state: {t.action.actor for t in going[state]} for state in off}
    ends = frozenset(state for state in off if not idle[state] - {None})
    actors = {action.actor for action in whole.spelled.world.actions} - {None}
    cycles = []
    for part in _parts(off, lambda state: [t.after for t in going[state] if t.after in off]):
        inside = [t for state in part for t in going[state] if t.after in part]
        moving = {t.action.actor for t in inside}
        if inside and all(actor in moving or any(actor not in idle[state] for state in part) for actor in actors):
            cycles.append(frozenset(part))
    return Unfair(ends, tuple(cycles))


def at_goal(whole: Graph, law: Eventually, state: Values) -> bool:
    return law.goal(_read(whole, law, state))


def idle(whole: Graph, law: Eventually, actor: str | None, state: Values) -> bool:
    """Tell whether an actor has nothing to do in a state of the quiet world."""
    return not any(t.action.actor == actor and t.action.name not in law.stops for t in whole.steps[state])


def walked(whole: Graph, shown: Shown) -> Iterator[tuple[Values, Taken]]:
    """Walk a trace: each state with the step that is taken from it, held against the values that the trace tells."""
    names = [component.name for component in whole.spelled.world.components]
    state, values = whole.spelled.first, dict(shown.first)
    assert values == dict(zip(names, state, strict=True))
    for step, after in zip(shown.steps, shown.after, strict=True):
        (taken,) = [t for t in whole.steps[state] if (t.action.name, t.way) == (step.action, step.way)]
        yield state, taken
        state, values = taken.after, values | after
        assert taken.action.actor == step.actor
        assert values == dict(zip(names, state, strict=True))


def _permutations(whole: Graph) -> list[tuple[int, ...]]:
    symmetry = whole.spelled.world.symmetry
    assert symmetry is not None
    return list(permutations(range(len(symmetry.blocks))))


def _traces(whole: Graph, law: Law) -> Iterator[list[Taken]]:
    """Give every shortest trace to each place where a law is broken."""
    to = _ways_to(whole)
    for state, last in _bad(whole, law):
        yield from ([*trace, *last] for trace in to(state))


def _ways_to(whole: Graph) -> Callable[[Values], Iterator[list[Taken]]]:
    """Give what gives every shortest trace to a state."""
    before: dict[Values, list[tuple[Values, Taken]]] = {state: [] for state in whole.depths}
    for state, steps in whole.steps.items():
        for taken in steps:
            if whole.depths[taken.after] == whole.depths[state] + 1:
                before[taken.after].append((state, taken))

    def to(state: Values) -> Iterator[list[Taken]]:
        if not whole.depths[state]:
            yield []
        for previous, taken in before[state]:
            yield from ([*trace, taken] for trace in to(previous))

    return to


def _read(whole: Graph, law: Always | Sometimes | Eventually | NoDeadlock, state: Values) -> dict[str, Value]:
    return whole.spelled.read(law.reads, state)


def _bad(whole: Graph, law: Law) -> Iterator[tuple[Values, list[Taken]]]:
    """Give the states that break a law, or from which one more step does, with that step."""
    match law:
        case Always():
            yield from ((state, []) for state in whole.depths if not law.holds(_read(whole, law, state)))
        case AlwaysTold():
            every = ((state, taken) for state, steps in whole.steps.items() for taken in steps)
            yield from ((state, [taken]) for state, taken in every if not all(map(law.holds, taken.outcome.told)))
        case NoDeadlock():
            ends = (state for state, steps in whole.steps.items() if not steps)
            yield from ((state, []) for state in ends if not law.done(_read(whole, law, state)))
        case Eventually():
            yield from ((state, []) for state in unfair(whole, law).ends)


def _parts(states: Collection[Values], following: Callable[[Values], list[Values]]) -> Iterator[set[Values]]:
    """Give the strongly connected parts of a graph (Tarjan's algorithm, without recursion)."""
    number: dict[Values, int] = {}
    low: dict[Values, int] = {}
    stack: list[Values] = []
    inside: set[Values] = set()
    for root in states:
        if root in number:
            continue
        path = [(root, iter(following(root)))]
        number[root] = low[root] = len(number)
        stack.append(root)
        inside.add(root)
        while path:
            state, rest = path[-1]
            after = next(rest, None)
            if after is None:
                path.pop()
                if path:
                    low[path[-1][0]] = min(low[path[-1][0]], low[state])
                if low[state] == number[state]:
                    start = stack.index(state)
                    part = set(stack[start:])
                    del stack[start:]
                    inside -= part
                    yield part
            elif after not in number:
                number[after] = low[after] = len(number)
                stack.append(after)
                inside.add(after)
                path.append((after, iter(following(after))))
            elif after in inside:
                low[state] = min(low[state], number[after])
