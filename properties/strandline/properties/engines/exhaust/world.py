"""Declares a world to search: its components, what may happen in it, and the laws that must hold.

A world is data and plain functions. Each function is handed the components that its declaration
names and no others; the search calls it once for each distinct value of what it reads, so what
a world costs is what its functions read, not how many states it has.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, NamedTuple, Protocol, TypeAlias

from strandline.model.terms import NEXT as NEXT  # noqa: PLC0414 - worlds are declared with it, too
from strandline.properties.core.declared import WorldError as WorldError  # noqa: PLC0414 - raised by worlds
from strandline.properties.core.nearest import meant
from strandline.properties.engines.exhaust.values import refuse_mutable

Value: TypeAlias = Hashable
"""What a component holds: any immutable value that can be hashed and compared."""

Writes: TypeAlias = Mapping[str, Value]
"""The components that a step changes, by name, with their new values."""


class Reading(Protocol):
    """The components that a function declared to read, by their names."""

    def __getitem__(self, component: str) -> Any:  # noqa: ANN401 - a value of any type, as declared
        """Give a component's value.

        Raises:
            WorldError: the function did not declare that it reads this component.
        """


class Outcome(NamedTuple):
    """One way in which a step can go: what it writes, what it tells the laws, and how to call it apart from others."""

    writes: Writes
    told: tuple[Value, ...] = ()
    label: str = ""


Outcomes: TypeAlias = Outcome | Writes | Iterable[Outcome | Writes] | None
"""What an action's function gives: nothing if it cannot happen now, one outcome, or several."""


@dataclass(frozen=True, slots=True)
class Component:
    """A part of a world that changes as one: a file, a slot, one actor's place in its program."""

    name: str
    initial: Value


@dataclass(frozen=True, slots=True)
class Rank:
    """A number that only grows (a version, an observation, an identity), of which only the order is known.

    All ranks of one ``order`` are numbered together, densely, so worlds that differ in nothing but
    how high their numbers have climbed are one. A function is handed the ranks that it reads
    renumbered among themselves, from 1 up; it may compare them, copy them and write :data:`NEXT`.
    0 stands for none yet, and is below all others.
    """

    name: str
    order: str
    initial: int = 0


def no_function(_at: Reading) -> Any:  # noqa: ANN401 - stands where a function must be given
    """Stand for a function that was not given; a world refuses it."""
    raise WorldError("no function was given")


def _keep(declared: object, *fields: str) -> None:
    """Keep what a declaration was given as tuples, for an iterator can be gone through once only.

    A text stays one, and is refused by the world.
    """
    for name in fields:
        given = getattr(declared, name)
        if given is not None and not isinstance(given, str):
            object.__setattr__(declared, name, tuple(given))


@dataclass(frozen=True, slots=True)
class Action:
    """Something that may happen: who does it, what it reads and writes, and the function that says how it goes.

    ``reads`` and ``writes`` are a contract where they are given, in the order in which the function reads; without
    them the search works out what it reads. ``like`` are a name, which alike actions share, and the place of the actor
    among those that the world's symmetry calls alike: such actions are the same but for who takes them, so the function
    of the first is asked for all of them.
    """

    name: str
    reads: tuple[str, ...] | None = None
    writes: tuple[str, ...] | None = None
    take: Callable[[Reading], Outcomes] = no_function
    actor: str | None = None
    like: tuple[str, int] | None = None

    def __post_init__(self) -> None:
        _keep(self, "reads", "writes")


@dataclass(frozen=True, slots=True)
class Always:
    """A law of every reachable state."""

    name: str
    reads: tuple[str, ...] | None = None
    holds: Callable[[Any], bool] = no_function

    def __post_init__(self) -> None:
        _keep(self, "reads")


@dataclass(frozen=True, slots=True)
class Sometimes:
    """A law that some reachable state must show, so that others do not hold because nothing happened."""

    name: str
    reads: tuple[str, ...] | None = None
    seen: Callable[[Any], bool] = no_function

    def __post_init__(self) -> None:
        _keep(self, "reads")


@dataclass(frozen=True, slots=True)
class AlwaysTold:
    """A law of everything that steps tell."""

    name: str
    holds: Callable[[Any], bool]


@dataclass(frozen=True, slots=True)
class SometimesTold:
    """A law that something told must show."""

    name: str
    seen: Callable[[Any], bool]


@dataclass(frozen=True, slots=True)
class Eventually:
    """A law of every state once the world is quiet: the actions named by ``stops`` happen no more.

    From each reachable state, every way on in which no actor waits for ever with something to do
    must reach the goal.
    """

    name: str
    reads: tuple[str, ...] | None = None
    goal: Callable[[Any], bool] = no_function
    stops: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        _keep(self, "reads", "stops")


@dataclass(frozen=True, slots=True)
class NoDeadlock:
    """A law of the states in which nothing can happen: each must be one in which all is done."""

    name: str
    reads: tuple[str, ...] | None = None
    done: Callable[[Any], bool] = no_function

    def __post_init__(self) -> None:
        _keep(self, "reads")


Law: TypeAlias = Always | Sometimes | AlwaysTold | SometimesTold | Eventually | NoDeadlock


def predicate_of(law: Law) -> Callable[[Any], bool]:
    """Give the function of a law."""
    match law:
        case Always() | AlwaysTold():
            return law.holds
        case Sometimes() | SometimesTold():
            return law.seen
        case Eventually():
            return law.goal
        case NoDeadlock():
            return law.done


@dataclass(frozen=True, slots=True)
class Symmetry:
    """Actors that differ in nothing but their names.

    ``blocks`` gives the components of each actor, in the same order for all. A component outside
    of the blocks whose values speak of actors needs an entry in ``renames``: a function from a
    value and a permutation (the actor at each place is moved to ``permutation[place]``) to the value
    renamed.
    """

    blocks: tuple[tuple[str, ...], ...]
    renames: Mapping[str, Callable[[Any, tuple[int, ...]], Value]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        blocks: Iterable[Iterable[str]] = self.blocks
        object.__setattr__(self, "blocks", tuple(one if isinstance(one, str) else tuple(one) for one in blocks))


@dataclass(frozen=True, slots=True)
class Progress:
    """A measure that every action raises by at least one: the sum of what each component contributes."""

    parts: Mapping[str, Callable[[Any], int]]


@dataclass(frozen=True, slots=True)
class World:
    """A world that can be searched.

    Any iterable will do wherever a tuple is kept. A sample of its functions' answers is asked for again in a fresh
    process. Functions that are defined in a module are sent there; for a world made of others ``made_by`` is a function
    of a module that makes it anew.

    Raises:
        WorldError: a name is used twice or is unknown, a value can change, or a part is missing.
    """

    name: str
    components: tuple[Component | Rank, ...]
    actions: tuple[Action, ...]
    laws: tuple[Law, ...] = ()
    symmetry: Symmetry | None = None
    progress: Progress | None = None
    made_by: Callable[[], World] | None = None

    def __post_init__(self) -> None:
        _keep(self, "components", "actions", "laws")
        names = [component.name for component in self.components]
        self._refuse_twice("component", names)
        self._refuse_twice("action", [action.name for action in self.actions])
        self._refuse_twice("law", [law.name for law in self.laws])
        if not self.components or not self.actions:
            raise WorldError(f"world {self.name!r} needs a component and an action")
        known = set(names)
        for component in self.components:
            _refuse_initial(component)
        for action in self.actions:
            self._refuse_unknown(f"action {action.name!r} reads", action.reads or (), known)
            self._refuse_unknown(f"action {action.name!r} writes", action.writes or (), known)
            self._refuse_missing(f"action {action.name!r}", action.take)
        for law in self.laws:
            self._refuse_missing(f"law {law.name!r}", predicate_of(law))
            if not isinstance(law, (AlwaysTold, SometimesTold)):
                self._refuse_unknown(f"law {law.name!r} reads", law.reads or (), known)
            if isinstance(law, Eventually):
                actions = {action.name for action in self.actions}
                self._refuse_unknown(f"law {law.name!r} stops", law.stops, actions, "action")
        ranks = {component.name for component in self.components if isinstance(component, Rank)}
        if self.progress is not None:
            self._refuse_unknown("the progress measure reads", self.progress.parts, known)
            self._refuse_ranks("measures the progress of", self.progress.parts, ranks)
        if self.symmetry is not None:
            self._refuse_crooked(self.symmetry, known)
            self._refuse_ranks("renames", self.symmetry.renames, ranks)

    def _refuse_missing(self, who: str, function: Callable[..., Any]) -> None:
        if function is no_function:
            raise WorldError(f"in world {self.name!r} {who} has no function")

    def _refuse_twice(self, kind: str, names: list[str]) -> None:
        twice = [name for name, count in Counter(names).items() if count > 1]
        if twice:
            raise WorldError(f"world {self.name!r} has more than one {kind} {twice[0]!r}")

    def _refuse_unknown(self, who: str, names: Iterable[str], known: Collection[str], kind: str = "component") -> None:
        if isinstance(names, str):
            raise WorldError(f"in world {self.name!r} {who} {names!r}, a text: a tuple of names is wanted")
        for name in names:
            if name not in known:
                raise WorldError(
                    f"in world {self.name!r} {who} {name!r}, and there is no such {kind}{meant(name, known)}"
                )

    def _refuse_ranks(self, what: str, names: Iterable[str], ranks: Collection[str]) -> None:
        for name in names:
            if name in ranks:
                raise WorldError(f"world {self.name!r} {what} rank {name!r}, whose number alone means nothing")

    def _refuse_crooked(self, symmetry: Symmetry, known: set[str]) -> None:
        for block in symmetry.blocks:
            self._refuse_unknown("the symmetry names", block, known)
        self._refuse_unknown("the symmetry renames", symmetry.renames, known)
        blocked = [name for block in symmetry.blocks for name in block]
        self._refuse_twice("symmetric component", blocked)
        if any(len(one) != len(other) for one, other in pairwise(symmetry.blocks)):
            raise WorldError(f"in world {self.name!r} the symmetric actors have different numbers of components")
        initial = {component.name: component.initial for component in self.components}
        for place in zip(*symmetry.blocks, strict=True):
            if len({name in symmetry.renames for name in place}) > 1:
                raise WorldError(f"in world {self.name!r} of {' and '.join(place)} only some are renamed")
            if len({initial[name] for name in place}) > 1:
                raise WorldError(
                    f"in world {self.name!r} {' and '.join(place)} begin differently, so they are not alike"
                )


def _refuse_initial(component: Component | Rank) -> None:
    if isinstance(component, Component):
        refuse_mutable(component.initial, f"the initial value of component {component.name!r}", WorldError)
        return
    initial: object = component.initial
    if not isinstance(initial, int) or initial < 0:
        raise WorldError(f"rank {component.name!r} begins at {component.initial!r}: 0, or a number above it, is wanted")
