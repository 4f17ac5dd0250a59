"""What somebody declares of a system of their own: a model over records, the real code, laws, and mutants."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from strandline.model.terms import Action
    from strandline.properties.core.law import Law


@dataclass(frozen=True, slots=True)
class Real:
    """Real code without effects: objects with methods, which are loaded from a state and called.

    Args:
        load: makes the object as it is in a state: ``load(state)``.
        calls: what each action calls, by the action's name: ``call(object, state, *actor, *arg)`` gives whatever the
            method gave. An action that is not named is the program's own, and the model's alone.
        dump: puts what the object is now into the state that the model gave: ``dump(object, state, actor, gave)``;
            ``actor`` is None for the environment, ``gave`` what the call gave. It gives a state, or a state and the
            events of the step in place of the model's.
        derived: attributes that ``load`` makes of others, and that need not be as a call left them.
    """

    load: Callable[..., Any]
    calls: Mapping[str, Callable[..., Any]]
    dump: Callable[..., Any]
    derived: tuple[str, ...] = ()

    @property
    def actions(self) -> tuple[str, ...]:
        """The actions that are real code."""
        return tuple(self.calls)


@dataclass(frozen=True, slots=True)
class Driver:
    """Real code that is a core without I/O: it says which effect it wants, and goes on with the effect's answer.

    Args:
        start: begins a core: ``start(state, actor, *arg)``.
        perform: performs the one effect that a core wants: ``perform(core, state, actor)`` gives the state after it
            and the answer.
        step: hands a core the answer: ``step(core, answer)`` gives the core as it goes on.
        load: makes the core of an actor as it is in a state: ``load(state, actor)``.
        dump: puts a core into a state: ``dump(core, state, actor)``.
        starts: the actions in which a core begins.
        effects: the actions in which a core's effect is performed and answered.
        derived: attributes that ``load`` makes of others, and that need not be as a step left them.
    """

    start: Callable[..., Any]
    perform: Callable[..., Any]
    step: Callable[..., Any]
    load: Callable[..., Any]
    dump: Callable[..., Any]
    starts: tuple[str, ...]
    effects: tuple[str, ...]
    derived: tuple[str, ...] = ()

    @property
    def actions(self) -> tuple[str, ...]:
        """The actions that are real code."""
        return (*self.starts, *self.effects)


Code: TypeAlias = Real | Driver
"""The real code of a system, in one of the two forms."""


@dataclass(frozen=True, slots=True)
class Variant:
    """A mutant: the same system with other real code, or other actions of the model.

    Args:
        name: what it is called.
        says: what it does, after "it".
        law: the law that must catch it, by its number.
        real: the real code in place of the shipped one; None leaves it.
        actions: the model's actions in place of its own; None leaves them.
        hazard: what could go wrong by it, in a word.
        where: the world in which it must be caught; empty for the first one that is searched.
    """

    name: str
    says: str
    law: str
    real: Code | None = None
    actions: tuple[Action, ...] | None = None
    hazard: str = ""
    where: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Own:
    """A system of somebody's own.

    Args:
        name: what it is called.
        init: the first state for so many actors: ``init(count)``.
        actions: what may happen.
        laws: what must hold, of events or of states.
        real: the real code; None if only the model is to be searched.
        mutants: known-bad variants, each of which a search must catch.
        symmetric: the field whose actors differ in nothing but their names.
        small: how many actors the world has that is searched.
        large: how many actors the world has in which chance plays.
        worlds: the first state of each world that is searched whole, by its name; none: one of ``small`` actors.
        larger: the same of worlds that are searched only when everything is asked for.
        marks: marks of fields that do not bear them themselves, by class and field.
        conditions: what is to be proved for all ints: each a ``Condition`` of
            :mod:`strandline.properties.engines.contracts.condition`, a part of one of the laws.
        does_not_show: what a pass does not show, beside what every pass does not, a sentence each.
    """

    name: str
    init: Callable[[int], Any]
    actions: tuple[Action, ...]
    laws: tuple[Law, ...]
    real: Code | None = None
    mutants: tuple[Variant, ...] = ()
    symmetric: str | None = None
    small: int = 2
    large: int = 5
    worlds: Mapping[str, Any] = field(default_factory=dict)
    larger: Mapping[str, Any] = field(default_factory=dict)
    marks: Mapping[type, Mapping[str, object]] = field(default_factory=dict)
    conditions: tuple[Any, ...] = ()
    does_not_show: tuple[str, ...] = ()
