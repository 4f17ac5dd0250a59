"""Somebody's own world as a system, for one trace of it: its law is judged by what the law says.

The search judges whole layers by tables. Here one way through the world is walked, so a round that never ends is held
against the definition itself: it leads back to where it began, stays off the goal, and passes nobody over.
"""

from __future__ import annotations

from contextlib import contextmanager
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from strandline.properties.core.counting import many
from strandline.properties.core.law import Law as Judging
from strandline.properties.core.space import Space
from strandline.properties.core.system import System, Words, Worlds
from strandline.properties.core.verdict import Change, Frame
from strandline.properties.engines.exhaust.reading import judged, says
from strandline.properties.engines.exhaust.traced import titled
from strandline.properties.engines.exhaust.walking import State, Walk
from strandline.properties.engines.exhaust.wording import worded
from strandline.properties.engines.exhaust.world import Always, AlwaysTold, Eventually, NoDeadlock
from strandline.properties.evidence import replay
from strandline.properties.evidence.lanes import OWN_LEGEND

if TYPE_CHECKING:
    from collections.abc import Iterator

    from strandline.model.terms import Step
    from strandline.properties.engines.exhaust.world import Action, Law, Outcome, World
    from strandline.properties.evidence.replay import TraceFile


class _Path(NamedTuple):
    """A state of the system: the states of the world that the steps led through, and what the last step is called."""

    states: tuple[State, ...]
    title: str = ""


class _Judged(NamedTuple):
    """One thing that the law judged: whether it holds, and lines that say what was looked at."""

    holds: bool
    about: tuple[str, ...]


def declared(world: World, file: TraceFile) -> System:
    """Give a world as a system, for a trace that is of it.

    Whoever takes its steps gets a ``WorldError`` where a function of the world raises, or does not do what it declared.
    """
    actors = tuple(dict.fromkeys(step.actor for step in file.steps if step.actor is not None))
    walked = _Walked(world, file, actors)
    ends = isinstance(walked.law, (Eventually, NoDeadlock))
    law = Judging(
        file.law, "", "eventually" if ends else "always", "", "", lambda one: one.holds, cover=None, of=(_Judged,)
    )
    return System(
        name=world.name,
        where="",
        laws=(),
        laws_of=lambda _world: (law,) if walked.law is not None else (),
        worlds=Worlds((world.name,)),
        opened=walked.opened,
        misfit=walked.misfit,
        words=Words(
            legend=OWN_LEGEND,
            seen=lambda path: path,
            first=lambda path: tuple(
                islice(((name, worded(value)) for name, value in path.states[0].items()), replay.CHANGES_MAX)
            ),
            frame=_frame,
            ending=lambda one: one.about,
            actors=actors,
        ),
    )


def _frame(_world: str, step: Step, paths: tuple[_Path, _Path], _events: tuple[_Judged, ...]) -> Frame:
    before, after = (path.states[-1] for path in paths)
    changed = (
        Change(name, worded(before[name]), worded(value)) for name, value in after.items() if value != before[name]
    )
    return Frame(step.actor, replay.cut(paths[1].title), tuple(islice(changed, replay.CHANGES_MAX)))


class _Walked:
    """A world, walked by the steps of a trace and judged by the trace's law, which is None if the world has it not."""

    def __init__(self, world: World, file: TraceFile, actors: tuple[str, ...]) -> None:
        self.law: Law | None = next((law for law in world.laws if law.name == file.law), None)
        self._walk = Walk(world)
        self._file = file
        self._actors = actors
        self._named = {action.name: action for action in world.actions}
        self._last: tuple[Action, _Path, tuple[Outcome, ...]] | None = None

    @contextmanager
    def opened(self, _subject: str, _world: str) -> Iterator[Space[_Path]]:
        first = self._walk.first
        began = tuple(self._of_state(first))
        yield Space(_Path((first,)), lambda _path: (), self._step, self._of_end, began)

    def misfit(self, _world: str, step: Step, path: _Path) -> str | None:
        """Tell why a step cannot be taken, None if it can."""
        action = self._named.get(step.name)
        if action is None:
            return "no action has this name"
        if action.actor != (None if step.actor is None else self._actors[step.actor]):
            return f"it is {action.actor or 'nobody'} who takes it"
        ways = self._ways(action, path)
        if not ways:
            return "it cannot happen here"
        if 0 <= step.arg < len(ways):
            return None
        return f"it can go {many(len(ways), 'way')} here, and this would be number {step.arg}"

    def _step(self, path: _Path, step: Step) -> tuple[_Path, tuple[_Judged, ...]]:
        action = self._named[step.name]
        way = self._ways(action, path)[step.arg]
        after = self._walk.after(action, path.states[-1], way)
        events = (*self._of_told(way), *self._of_state(after))
        return _Path((*path.states, after), titled(step.name, way.label)), events

    def _ways(self, action: Action, path: _Path) -> tuple[Outcome, ...]:
        """Give the ways in which an action can go; whoever tells whether it fits and then takes it asks it once."""
        if self._last is None or self._last[0] is not action or self._last[1] is not path:
            self._last = action, path, self._walk.ways(action, path.states[-1])
        return self._last[2]

    def _of_state(self, state: State) -> Iterator[_Judged]:
        if isinstance(self.law, Always):
            yield _Judged(self._asked(self.law, state), _looked_at(self.law, state))

    def _of_told(self, way: Outcome) -> Iterator[_Judged]:
        if isinstance(self.law, AlwaysTold):
            for told in way.told:
                yield _Judged(says(self.law, told), (f"told: {worded(told)}",))

    def _of_end(self, path: _Path) -> Iterator[_Judged]:
        """Judge where the steps lead to, if it is an end: nothing goes on from there, or a round goes on for ever."""
        law, loop, end = self.law, self._file.loop, path.states[-1]
        if isinstance(law, Eventually) and loop is not None and self._goes_round(law, path.states[loop:], loop):
            states = path.states[loop:]
            reached = any(self._asked(law, state) for state in states)
            yield _Judged(reached, (f"What goes round for ever: the last {many(len(states) - 1, 'step')}.",))
        elif isinstance(law, (Eventually, NoDeadlock)) and not self._busy(law, end):
            yield _Judged(self._asked(law, end), ("Nobody has anything to do here.", *_looked_at(law, end)))
        elif isinstance(law, NoDeadlock):
            yield _Judged(holds=True, about=())

    def _goes_round(self, law: Eventually, states: tuple[State, ...], loop: int) -> bool:
        """Tell whether steps lead back to where they began and could go on like that in a quiet world.

        They could not if one of them stops then, nor if an actor has something to do all the while and never takes a
        step.
        """
        steps = self._file.steps[loop:]
        if states[0] != states[-1] or any(step.name in law.stops for step in steps):
            return False
        waiting = {action.actor for action in self._named.values()} - {step.actor for step in steps} - {None}
        return all(any(actor not in self._busy(law, state) for state in states) for actor in waiting)

    def _busy(self, law: Eventually | NoDeadlock, state: State) -> set[str | None]:
        """Give the actors who have something to do; to a deadlock what nobody takes is something to do, too."""
        quiet = isinstance(law, Eventually)
        stops = law.stops if isinstance(law, Eventually) else ()
        return {
            action.actor
            for action in self._named.values()
            if action.name not in stops and not (quiet and action.actor is None) and self._walk.ways(action, state)
        }

    def _asked(self, law: Always | Eventually | NoDeadlock, state: State) -> bool:
        predicate = law.holds if isinstance(law, Always) else law.goal if isinstance(law, Eventually) else law.done
        who = f"law {law.name!r}"
        return judged(who, predicate, self._walk.handed(who, law.reads, state))


def _looked_at(law: Always | Eventually | NoDeadlock, state: State) -> tuple[str, ...]:
    """Say what a law looks at in a state."""
    return tuple(f"{name}: {worded(state[name])}" for name in (state if law.reads is None else law.reads))
