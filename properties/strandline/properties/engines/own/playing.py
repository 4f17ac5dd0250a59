"""Plays somebody's own system with one living object beside the model, which is loaded once and never again.

What loading hides, a living object shows. It counts its numbers itself, so its state is kept in its own numbers, and
compared with the model's by the order of them.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from strandline.model.terms import NEXT, Step
from strandline.properties.core.own import Driver
from strandline.properties.engines.exhaust.wording import worded
from strandline.properties.engines.own.events import After, Compared, Difference, Event
from strandline.properties.engines.own.lockstep import Done, Lockstep, called, driven, dumped, is_real, require_state
from strandline.properties.engines.records.lazy import number_anew
from strandline.properties.engines.records.steps import actors_of, arguments, canonical, numbered, outcomes, ways

if TYPE_CHECKING:
    from collections.abc import Iterator

    from strandline.model.terms import Action
    from strandline.properties.core.own import Own
    from strandline.properties.engines.records.shape import Parts, Shape, Thing


class Play:
    """One play: ``state`` is the model's, in canonical numbers; without real code only the model is played."""

    def __init__(self, own: Own, shape: Shape) -> None:
        """Begin a play of a system in a world of that shape."""
        modelled = tuple(replace(action, take=Lockstep(shape, action, None)) for action in own.actions)
        self._own, self._shape = replace(own, actions=modelled), shape
        self._named = {action.name: action for action in modelled}
        self.begin()

    def begin(self) -> None:
        """Begin again."""
        self.state = canonical(self._shape, self._shape.record)
        self._live = self._shape.record
        self._cores: dict[int | None, Any] = {}
        self._possible: dict[str, list[Step]] = {}
        real = self._own.real
        self._object = None if real is None or isinstance(real, Driver) else real.load(self._live)

    def can(self, action: Action) -> list[Step]:
        """Give the steps of an action that can be taken now."""
        if action.name not in self._possible:
            self._possible[action.name] = [
                Step(action.name, who[0] if who else None, way.number)
                for who in actors_of(self._shape, action)
                for way in ways(action, self.state, who)
            ]
        return self._possible[action.name]

    def steps(self) -> Iterator[Step]:
        """Give every step that can be taken now."""
        for action in self._own.actions:
            yield from self.can(action)

    def take(self, step: Step) -> tuple[Any, ...]:
        """Take a step, and give what is judged of it.

        Raises:
            KeyError: it cannot be taken.
        """
        action = self._named[step.name]
        who = () if step.actor is None else (step.actor,)
        if who not in actors_of(self._shape, action):
            raise KeyError(step)
        way = next((way for way in ways(action, self.state, who) if way.number == step.arg), None)
        if way is None:
            raise KeyError(step)
        self._possible = {}
        events = way.events
        if not is_real(self._own.real, action.name):
            self._live = self._model(action, who, step.arg)
            self.state = canonical(self._shape, way.after)
        else:
            compared, events = self._beside(action, who, step.arg, events)
            return compared, *map(Event, events), After(self.state)
        return (*map(Event, events), After(self.state))

    def _model(self, action: Action, who: tuple[int, ...], number: int) -> Thing:
        way = next(way for way in ways(action, self._live, who) if way.number == number)
        return numbered(self._shape, way.after)

    def _beside(
        self, action: Action, who: tuple[int, ...], number: int, events: tuple[Any, ...]
    ) -> tuple[Compared, tuple[Any, ...]]:
        """Let the living code do what the step stands for; it may go any way that the model goes by that argument."""
        rest = arguments(action.args[number % len(action.args)])
        given = list(outcomes(action.take(self._live, *who, *rest)))
        order = dict.fromkeys([number // len(action.args), *range(len(given))])
        first: tuple[Parts, Parts, Done] | None = None
        for place, done in self._done(action, who[0] if who else None, rest, [(n, given[n][0]) for n in order]):
            require_state(self._shape, done.state, f"after action {action.name!r} dump gave")
            wanted, found = self._shape.parts(given[place][0]), self._settled(done)
            if not done.raised and wanted == found:
                self._go_on(found, done)
                return Compared(), given[place][1] if done.events is None else done.events
            first = first or (wanted, found, done)
        if first is None:
            raise ValueError(f"action {action.name!r} goes no way")
        wanted, found, done = first
        self._go_on(found, done)
        raised = (Difference("raised", "nothing", done.raised),) if done.raised else ()
        return Compared(raised or _differences(wanted, found)), events

    def _settled(self, done: Done) -> Parts:
        """Take apart what the code left, with NEXT for the number that it counted up to itself."""
        parts = self._shape.parts(done.state)
        number_anew(parts, self._shape.parts(self._live), self._shape.orders)
        return parts

    def _go_on(self, found: Parts, done: Done) -> None:
        """Go on from what the code left, in its own numbers."""
        own, before, orders = self._shape.parts(done.state), self._shape.parts(self._live), self._shape.orders
        for order in sorted(set(orders.values())):
            names = [name for name, of in orders.items() if of == order and found[name] is NEXT]
            counted = [own[name] for name in names if own[name] is not NEXT]
            top = 1 + max(before[name] for name, of in orders.items() if of == order)
            own |= dict.fromkeys(names, counted[0] if counted else top)
        self._live = self._shape.whole(own)
        self.state = canonical(self._shape, self._live)

    def _done(
        self, action: Action, who: int | None, rest: tuple[Any, ...], given: list[tuple[int, Any]]
    ) -> Iterator[tuple[int, Done]]:
        """Call the living code once, and dump it into each state that the model gave."""
        real = self._own.real
        if isinstance(real, Driver):
            done = driven(real, action.name, self._cores.get(who), self._live, who, rest)
            self._cores[who] = done.left
            yield from ((place, done) for place, _ in given)
        elif real is not None:
            gave = called(real, action.name, self._object, self._live, who, rest)
            for place, after in given:
                yield place, dumped(real, self._object, after, who, gave)


def _differences(wanted: Parts, found: Parts) -> tuple[Difference, ...]:
    return tuple(
        Difference(name, worded(value), worded(found[name])) for name, value in wanted.items() if value != found[name]
    )
