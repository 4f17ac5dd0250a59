"""Declares a world over frozen records: a state, a table of actions, laws of states and events.

A step is a plain function of a state. Given a lazy state, each field that it looks at is asked of the search, and only
what it replaced counts as written. So the search calls it once for each distinct value of what it reads. Every other
engine calls the same function with whole states.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any, Final

from strandline.properties.engines.exhaust.watching import look
from strandline.properties.engines.exhaust.world import Action as Declared
from strandline.properties.engines.exhaust.world import (
    Always,
    AlwaysTold,
    Component,
    Eventually,
    Law,
    NoDeadlock,
    Outcome,
    Progress,
    Rank,
    Sometimes,
    SometimesTold,
    Symmetry,
    World,
    WorldError,
)
from strandline.properties.engines.records.lazy import Source, changed, solid, written
from strandline.properties.engines.records.rules import caches, refuse_identity
from strandline.properties.engines.records.shape import Shape
from strandline.properties.engines.records.steps import actors_of, canonical, label, ways

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from strandline.model.terms import Action
    from strandline.properties.engines.records.shape import Marks, Parts

OF_STATES: Final[dict[type, str]] = {Always: "holds", Sometimes: "seen", NoDeadlock: "done", Eventually: "goal"}
"""The laws of states, and what each calls its function."""


class Take:
    """Takes an action of a model, for one actor or for nobody, as an action of a world."""

    def __init__(self, shape: Shape, action: Action, who: tuple[int, ...], *, fresh: bool = False) -> None:
        """Take an action; with ``fresh`` a rank may hold a number of its own in place of NEXT."""
        self.shape, self.action, self.who, self.fresh = shape, action, who, fresh
        self._caches = caches(action.take, shape)

    def __reduce__(self) -> tuple[Callable[..., Take], tuple[Any, ...]]:
        """Be made anew in another process."""
        return _take, (self.shape, self.action, self.who, self.fresh)

    def __call__(self, at: Any) -> Iterator[Outcome]:  # noqa: ANN401 - whatever hands out values
        """Take it in a state of which the values are handed out one by one.

        What a way changed is told when all ways have read what they read: until then what it wrote may be no change.
        """
        source = Source(self.shape, at)
        asked = [one.cache_info() for one in self._caches]
        given = []
        for after, events, arg, _ in ways(self.action, source.state(), self.who):
            look()
            self._refuse_cached(source, asked)
            given.append((written(after, source), tuple(map(solid, events)), label(arg)))
        self._refuse_cached(source, asked)
        for wrote, told, said in given:
            yield Outcome(changed(wrote, source, fresh=self.fresh), told, said)

    def wholly(self, parts: Mapping[str, Any]) -> Iterator[tuple[Parts, tuple[Any, ...]]]:
        """Take it in a whole state; give all components after each way, and its events."""
        state = self.shape.whole(parts)
        for after, events, *_ in ways(self.action, state, self.who):
            yield self.shape.parts(canonical(self.shape, after)), events

    def _refuse_cached(self, source: Source, asked: list[Any]) -> None:
        """Refuse a call in which a lazy record was hashed and a cached function asked.

        Raises:
            WorldError: there was one; it is named.
        """
        if not source.hashed:
            return
        for one, before in zip(self._caches, asked, strict=True):
            if one.cache_info() != before:
                name = getattr(one.__wrapped__, "__qualname__", repr(one))
                raise WorldError(f"a record was given to {name}, which is cached: cache functions of plain values")


def _take(shape: Shape, action: Action, who: tuple[int, ...], fresh: bool) -> Take:  # noqa: FBT001 - by __reduce__
    return Take(shape, action, who, fresh=fresh)


@dataclasses.dataclass(frozen=True, slots=True)
class Asked:
    """Asks a predicate of states."""

    shape: Shape
    holds: Callable[[Any], Any]

    def __call__(self, at: Any) -> Any:  # noqa: ANN401 - what the predicate says of what it is handed
        """Ask it of a state of which the values are handed out one by one."""
        return self.holds(Source(self.shape, at).state())

    def wholly(self, parts: Mapping[str, Any]) -> Any:  # noqa: ANN401 - what the predicate says
        """Ask it of a whole state."""
        return self.holds(self.shape.whole(parts))


def world(  # noqa: PLR0913 - what a world is made of
    name: str,
    first: object,
    actions: tuple[Action, ...],
    laws: tuple[Law, ...] = (),
    *,
    symmetric: str | None = None,
    progress: Mapping[str, Callable[[Any], int]] | None = None,
    marks: Marks | None = None,
    fresh: bool = False,
    made_by: Callable[[], World] | None = None,
) -> World:
    """Declare the world of a table of actions over frozen records.

    Args:
        name: what it is called.
        first: the first state, a frozen dataclass or a NamedTuple.
        actions: what may happen.
        laws: what must hold; those of states are handed states.
        symmetric: the field whose actors differ in nothing but their names, if they do.
        progress: the measure that every step raises, by component; a star stands for every actor.
        marks: marks of fields that do not bear them themselves, by class and field.
        fresh: whether steps may number a rank themselves, above all others, in place of NEXT.
        made_by: a function of a module that makes the world anew, if its own functions are not those of modules.

    Raises:
        WorldError: something is declared wrongly; it is named.
    """
    shape = Shape(first, marks)
    for action in actions:
        refuse_identity(f"action {action.name!r}", action.take)
    alike = symmetry(shape, symmetric) if symmetric is not None else None
    return World(
        name,
        tuple(_components(shape)),
        tuple(one for action in actions for one in _declared(shape, action, alike, symmetric, fresh=fresh)),
        tuple(_law(shape, law) for law in laws),
        alike,
        _progress(shape, progress) if progress is not None else None,
        made_by,
    )


def symmetry(shape: Shape, field: str) -> Symmetry:
    """Declare the actors of a field alike.

    Raises:
        WorldError: it is no field of actors.
    """
    if field not in shape.blocks:
        raise WorldError(f"{field!r} is called symmetric, and is no field of actors")
    renames = {name: _renamed for name, actors in shape.named.items() if actors == field}
    return Symmetry(tuple(map(tuple, shape.blocks[field])), renames)


def _components(shape: Shape) -> Iterator[Component | Rank]:
    for name, value in shape.first.items():
        yield Rank(name, shape.orders[name], value) if name in shape.orders else Component(name, value)


def _declared(
    shape: Shape, action: Action, alike: Symmetry | None, symmetric: str | None, *, fresh: bool
) -> Iterator[Declared]:
    who_said = f"action {action.name!r}"
    reads = None if action.reads is None else shape.named_by(action.reads, f"{who_said} reads")
    touched = None if action.writes is None else shape.named_by(action.writes, f"{who_said} writes")
    shared = alike is not None and not alike.renames and action.by == symmetric and reads is None
    for who in actors_of(shape, action):
        actor = f"{action.by} {who[0]}" if who else None
        called = f"{action.name} {who[0]}" if who else action.name
        like = (action.name, who[0]) if who and shared else None
        yield Declared(called, reads, touched, Take(shape, action, who, fresh=fresh), actor, like)


def _law(shape: Shape, law: Law) -> Law:
    if isinstance(law, (AlwaysTold, SometimesTold)):
        return law
    attribute = OF_STATES[type(law)]
    holds = getattr(law, attribute)
    refuse_identity(f"law {law.name!r}", holds)
    reads = None if law.reads is None else shape.named_by(law.reads, f"law {law.name!r} reads")
    return dataclasses.replace(law, reads=reads, **{attribute: Asked(shape, holds)})  # type: ignore[arg-type] # by name


def _progress(shape: Shape, parts: Mapping[str, Callable[[Any], int]]) -> Progress:
    return Progress(
        {name: part for star, part in parts.items() for name in shape.named_by((star,), "the progress measure reads")}
    )


def _renamed(value: Any, moved: tuple[int, ...]) -> Any:  # noqa: ANN401 - a value that names actors
    if isinstance(value, (tuple, frozenset)):
        return type(value)(_renamed(one, moved) for one in value)
    return moved[value] if isinstance(value, int) and not isinstance(value, bool) else value
