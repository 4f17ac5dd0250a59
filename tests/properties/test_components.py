"""Claims about the size of the memo worlds: no component can be taken away, so none is there to make them larger.

A component is taken away by handing everybody who reads it what it held at first, whatever was written to it since.
Were it padding, the world without it would take the same steps, and the laws would say the same of them.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import pytest

from strandline.model import refresh
from strandline.model.state import Scope
from strandline.properties.exhaust.reading import called
from strandline.properties.exhaust.world import (
    AlwaysTold,
    Component,
    Outcome,
    Rank,
    SometimesTold,
    World,
)
from strandline.properties.memoworlds.declare import declared
from strandline.properties.memoworlds.family import FAMILY
from strandline.properties.worlds import EVER, WORLDS, P
from tests.properties.exhaust.spelled import Spelled, Values

if TYPE_CHECKING:
    from collections.abc import Iterable

    from strandline.properties.exhaust.world import Action, Reading, Value
    from tests.properties.exhaust.spelled import Taken

pytestmark = pytest.mark.search

MORE: Final = {
    "amid once": Scope(
        windows=(EVER,),
        templates=(P,),
        refreshers=1,
        born_with=(0,),
        budget=(("commit amid", 1), ("start", 2)),
    )
}
"""A world in which it matters how many commits in the midst of a read are left: in ``torn`` there are no more reads."""

SMALL: Final = ("amid once", "drop", "torn", "faults", "evicted", "returned", "empty", "gone")
"""The worlds that components are taken away from, smallest first; between them they have every component."""


class Edge(NamedTuple):
    """A step without the component: its action, how it went, what each law says of what it told, and where it led."""

    action: str
    label: str
    says: tuple[bool, ...]
    after: Values


class Whole(NamedTuple):
    """A world and each of its reachable states with the steps from there."""

    world: World
    steps: dict[Values, list[Taken]]


@cache
def whole(name: str) -> Whole:
    """Step through a small world whole, once in each process."""
    return stepped_through(declared({**WORLDS, **MORE}[name]))


def stepped_through(world: World) -> Whole:
    """Step through a world whole."""
    spelled = Spelled(world)
    steps: dict[Values, list[Taken]] = {}
    waiting = [spelled.first]
    while waiting:
        state = waiting.pop()
        if state not in steps:
            steps[state] = list(spelled.steps(state))
            waiting += [taken.after for taken in steps[state]]
    return Whole(spelled.world, steps)


class Without:
    """Hands components out, and of one of them what it held at first."""

    def __init__(self, at: Reading, part: str, first: Value) -> None:
        self._at = at
        self._part = part
        self._first = first

    def __getitem__(self, part: str) -> Any:  # noqa: ANN401 - a value of any type
        return self._first if part == self._part else self._at[part]


def without(world: World, part: Component | Rank) -> World:
    """Take a component away from a world."""

    def took(action: Action) -> Action:
        def take(at: Reading) -> Iterable[Outcome]:
            ways: Any = action.take(Without(at, part.name, part.initial))
            return [
                way._replace(writes={name: value for name, value in way.writes.items() if name != part.name})
                for way in ways
            ]

        reads, writes = (tuple(name for name in names if name != part.name) for names in (action.reads, action.writes))
        return replace(action, reads=reads, writes=writes, take=take)

    return World(
        name=world.name,
        components=tuple(component for component in world.components if component != part),
        actions=tuple(map(took, world.actions)),
        laws=tuple(law for law in world.laws if isinstance(law, (AlwaysTold, SometimesTold))),
    )


def decides(known: Whole, part: Component | Rank) -> bool:
    """Tell whether the world without a component goes other ways, or the laws say something else of one."""
    spelled = Spelled(without(known.world, part))
    names = [component.name for component in known.world.components]

    def shown(state: Values) -> Values:
        left = [value for component, value in zip(names, state, strict=True) if component != part.name]
        return spelled.dense(left)

    def edge(taken: Taken, after: Values) -> Edge:
        return Edge(taken.action.name, taken.outcome.label, said(spelled.world, taken.outcome.told), after)

    expected: dict[Values, set[Edge]] = {}
    for state, steps in known.steps.items():
        expected.setdefault(shown(state), set()).update(edge(taken, shown(taken.after)) for taken in steps)
    seen, waiting = {spelled.first}, [spelled.first]
    while waiting:
        state = waiting.pop()
        try:
            steps = list(spelled.steps(state))
        except Exception:  # noqa: BLE001 - without it a step of the model may break in any way
            return True
        if {edge(taken, taken.after) for taken in steps} != expected.get(state):
            return True
        following = {taken.after for taken in steps} - seen
        seen |= following
        waiting += following
    return len(seen) != len(expected)


def said(world: World, told: tuple[Value, ...]) -> tuple[bool, ...]:
    """Give what each law says of each thing told."""
    return tuple(
        bool(called(law.name, law.holds if isinstance(law, AlwaysTold) else law.seen, one))
        for one in told
        for law in world.laws
        if isinstance(law, (AlwaysTold, SometimesTold))
    )


def kind(part: str) -> str:
    """Give the name of a component without its owner."""
    name, _, owner = part.rpartition(".")
    return name if owner.isdigit() else part


def kinds(world: World) -> set[str]:
    return {kind(component.name) for component in world.components}


def worlds_with(wanted: str) -> list[tuple[str, Component | Rank]]:
    """Give the small worlds that have a component of a kind, smallest first, and the first one that they have."""
    found = []
    for name in SMALL:
        world = declared({**WORLDS, **MORE}[name])
        mine = [component for component in world.components if kind(component.name) == wanted]
        found += [(name, component) for component in mine[:1]]
    return found


BOUNDED: Final = {"swaps": ("SWAPS_MAX", "wide and narrow"), "tries": ("TRIES_MAX", "gone")}
"""Counts that decide something only once a refresh comes to their bound: no small world has enough in it for that."""

KINDS: Final = sorted(set().union(*(kinds(declared({**WORLDS, **MORE}[name])) for name in SMALL)))


@pytest.mark.parametrize("wanted", sorted(set(KINDS) - set(BOUNDED)))
def test_a_component_that_is_taken_away_changes_what_can_happen_or_what_a_law_says_of_it(wanted: str) -> None:
    assert any(decides(whole(name), part) for name, part in worlds_with(wanted))


@pytest.mark.parametrize("wanted", BOUNDED)
def test_a_count_decides_something_where_its_bound_can_be_reached(wanted: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """With a bound of two in place of three; below its bound a count only counts, and that is padding."""
    bound, name = BOUNDED[wanted]
    monkeypatch.setattr(refresh, bound, 2)
    known = stepped_through(declared(WORLDS[name]))
    part = next(component for component in known.world.components if kind(component.name) == wanted)
    assert decides(known, part)


def test_the_large_worlds_have_no_component_that_the_small_ones_do_not_show_to_decide_something() -> None:
    budgets = {name for name in set().union(*map(kinds, map(declared, FAMILY.values()))) if name.startswith("budget.")}
    assert set().union(*(kinds(declared(scope)) for scope in FAMILY.values())) - budgets <= set(KINDS)


def test_padding_is_told_from_a_component_that_decides_something() -> None:
    """A flag that every step turns over and nobody looks at makes the world larger, and decides nothing."""
    world = declared(WORLDS["drop"])
    padding = Component("odd", initial=False)

    def padded(action: Action) -> Action:
        def take(at: Reading) -> Iterable[Outcome]:
            ways: Any = action.take(at)
            return [way._replace(writes={**way.writes, "odd": not at["odd"]}) for way in ways]

        return replace(action, reads=(*action.reads, "odd"), writes=(*action.writes, "odd"), take=take)

    larger = World(world.name, (*world.components, padding), tuple(map(padded, world.actions)), world.laws)
    assert len(stepped_through(larger).steps) > len(whole("drop").steps)
    assert not decides(stepped_through(larger), padding)
