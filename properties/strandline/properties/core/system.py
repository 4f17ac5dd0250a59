"""A system, wired for the engines: its laws, its worlds, how each is moved and searched, its mutants, its words.

An engine takes a system and imports none. What a state or an event is, the system knows alone; an engine hands them
from one of these functions to another.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeAlias

from strandline.properties.core.named import LoadError, find, told

if TYPE_CHECKING:
    from collections import Counter

    from strandline.model.terms import Step
    from strandline.properties.core.law import Law
    from strandline.properties.core.mutant import Killers, Mutant
    from strandline.properties.core.own import Own
    from strandline.properties.core.space import Space
    from strandline.properties.core.verdict import Frame, Look, Scan

MODEL: Final = "model"
"""The subject of what is found in the reference model."""

SHIPPED: Final = "shipped"
"""The subject of what is found in the real code as it is."""

Opened: TypeAlias = Callable[[str, str], AbstractContextManager["Space[Any]"]]
"""Opens a world, named last, for a subject, named first, and plants what that subject plants while it is open.

Raises ``KeyError`` if there is no such subject or world.
"""

Machine: TypeAlias = "Callable[[str, Counter[str]], AbstractContextManager[type[Any]]]"
"""Makes a state machine for a subject, named first, which counts in a tally: a class made for Hypothesis.

While it is open, whatever the subject plants is planted. The class is of the kind that
:mod:`strandline.properties.engines.stateful.machine` describes. Raises ``KeyError`` if there is no such subject.
"""


class Worlds(NamedTuple):
    """The names of the worlds: small and large ones are searched whole, wide ones are for chance alone.

    ``more`` can be searched whole as well, and are larger than anybody has time for as a rule.
    """

    small: tuple[str, ...]
    large: tuple[str, ...] = ()
    wide: tuple[str, ...] = ()
    more: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Tables:
    """A world as it is declared for the search by tables.

    Args:
        world: a ``World`` of :mod:`strandline.properties.engines.exhaust.world`.
        of: what it is a world of, in words.
        step: turns a declared action, and the label of the way in which it went, into a step.
        work: the ``Work`` of the real code so far, None if there is none in it.
        unshown: what must sometimes happen, and is not asked of this world since it offers no way to it.
        refinement: the name of the declared law that holds a step of real code against the model's, empty if none does.
    """

    world: Any
    of: str
    step: Callable[[Any, str], Step]
    work: Callable[[], Any] = lambda: None
    unshown: tuple[str, ...] = ()
    refinement: str = ""


Declared: TypeAlias = Callable[[str, str], AbstractContextManager[Tables]]
"""Declares a world, named last, for a subject, named first; what the subject plants is planted while it is searched.

Raises ``KeyError`` if there is no such subject or world.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """States and steps in words, for people.

    ``seen`` takes a state apart once, into whatever the others take: what is told before the first step, the frame of
    a step between two states (with the world and the events of the step), how an event that broke a law is told, and
    what a step looked at and what a full scan would have said. ``actors`` are what the actors are called, by number;
    None says that they are refreshes. ``tallies`` says what the machines count besides cases, steps, rules, actions and
    covers: a count by the name ``kind what`` is told under the heading of its kind.
    """

    legend: str
    seen: Callable[[Any], Any]
    first: Callable[[Any], tuple[tuple[str, str], ...]]
    frame: Callable[[str, Step, tuple[Any, Any], tuple[Any, ...]], Frame]
    ending: Callable[[Any], Iterable[str]]
    looked: Callable[[Step, int, tuple[Any, Any], tuple[Any, ...]], tuple[Iterable[Look], Iterable[Scan]]] = (
        lambda _step, _place, _states, _events: ((), ())
    )
    actors: tuple[str, ...] | None = None
    tallies: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shrink:
    """What a system knows of making its traces small.

    ``instead`` gives the steps to take in place of one, in a state of a world: it alone, with others that lead to it,
    or none if a small trace must not take it. ``seated`` gives each step the actor that takes it once others are left
    out.
    """

    instead: Callable[[str, Any, Step], Iterable[Step]] = lambda _world, _state, step: (step,)
    seated: Callable[[tuple[Step, ...]], tuple[Step, ...]] = lambda steps: steps


@dataclass(frozen=True, slots=True, kw_only=True)
class System:
    """One system, as the engines see it.

    Args:
        name: what it is called.
        where: ``module:name`` of this value, by which another process finds it.
        laws: its laws, at the bounds that are shipped.
        laws_of: the laws of one world, by the world's name, at its bounds.
        worlds: its worlds by their names.
        opened: moves a world step by step, for the model, the real code, or a mutant.
        tables: declares a world for the search by tables, for the same subjects.
        misfit: says why a step cannot be taken in a state of a world, None if it can.
        words: states and steps in words.
        mutants: every known-bad design by its name, and which engine must kill it.
        apart: other subjects that it opens, whose steps are neither the model's nor the real code's.
        shrink: what it knows of making its traces small.
        killers: how these are put to the engines, None if nobody does.
        does_not_show: what a pass does not show, a sentence each.
        own: what it was declared by, if it is a system over records.
        machines: its state machines by the names of the engines that play them; with none of its own it is played by
            the one that :mod:`strandline.properties.engines.stateful.derived` makes of ``opened``.
        actions: the names of what can happen in its worlds, for that machine: a rule each.
    """

    name: str
    where: str
    laws: tuple[Law, ...]
    laws_of: Callable[[str], tuple[Law, ...]]
    worlds: Worlds
    opened: Opened
    misfit: Callable[[str, Step, Any], str | None]
    words: Words
    tables: Declared | None = None
    mutants: Mapping[str, Mutant] = field(default_factory=dict)
    apart: tuple[str, ...] = ()
    shrink: Shrink = field(default_factory=Shrink)
    killers: Killers | None = None
    does_not_show: tuple[str, ...] = ()
    own: Own | None = None
    machines: Mapping[str, Machine] = field(default_factory=dict)
    actions: tuple[str, ...] = ()


def system_of(where: str) -> System:
    """Find a system again by ``module:name``: a system, or a function that makes one of nothing.

    Raises:
        LoadError: there is none, or what makes it raised; one line says so.
    """
    found = find(where, "system")
    if not isinstance(found, System) and callable(found) and not isinstance(found, type):
        try:
            found = found()
        except Exception as error:
            raise LoadError(f"{where} makes no system: {told(error)}") from error
    if not isinstance(found, System):
        raise LoadError(f"{where} is no system, nor a function that makes one: it is of type {type(found).__name__}")
    return replace(found, where=where)
