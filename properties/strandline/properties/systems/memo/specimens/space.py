"""A specimen in a world, for the search: what can happen, and what that leads to."""

from __future__ import annotations

import dataclasses
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final, Generic

from strandline.model.memo import world as model
from strandline.model.memo.memo import OPEN
from strandline.model.memo.refresh import window_of
from strandline.model.memo.state import Ask, Held, Scope, Slot, Task
from strandline.model.terms import Step, replace
from strandline.properties.core.space import Space
from strandline.properties.systems.memo.spec.quiet import settled
from strandline.properties.systems.memo.specimens.d2_observed import PENDING_MAX
from strandline.properties.systems.memo.specimens.gates import Gates, at, first_gate, lived, standing
from strandline.properties.systems.memo.specimens.rule import FALLIBLE, Rule
from strandline.properties.systems.memo.specimens.scene import M, Run, Scene, canonical, next_number
from strandline.properties.systems.memo.specimens.worlds import RESTART

if TYPE_CHECKING:
    from collections.abc import Iterator

    from strandline.model.memo.events import Event

FAULTS: Final = {"fail": "io", "busy": "busy"}
"""The actions that let the statement at hand fail, and as what; no published rule waits for a busy log."""

OWN: Final = frozenset({*FAULTS, RESTART})
"""The actions that are offered here; all others are those of the model's environment."""


class SpecimenSpace(Generic[M]):
    """Searches one rule in one world: gives the first scene, the actions of a scene, and each step."""

    def __init__(self, rule: Rule[M], scope: Scope) -> None:
        """Run this rule in a world of this scope."""
        self.scope = scope
        self._names = tuple(name for name, _ in scope.budget)
        self._environment = dataclasses.replace(
            scope, budget=tuple(each for each in scope.budget if each[0] not in OWN)
        )
        self._gates = Gates(rule, scope, min(PENDING_MAX, scope.limits.sources), RESTART in self._names)

    def first(self) -> Scene[M]:
        """Give the first scene."""
        return Scene(model.init(self.scope), (None,) * self.scope.refreshers)

    def actions(self, scene: Scene[M]) -> Iterator[Step]:
        """List what can happen next."""
        left = dict(zip(self._names, scene.world.left, strict=True))
        kept = tuple(left[name] for name, _ in self._environment.budget)
        yield from model.actions(replace(scene.world, left=kept), self._environment)
        for name in self._names:
            if name == RESTART and left[name].times:
                yield Step(RESTART)
            elif name in FAULTS and left[name].times:
                for actor, task in enumerate(scene.world.tasks):
                    if task.phase in FALLIBLE:
                        yield Step(name, actor)

    def step(self, scene: Scene[M], action: Step) -> tuple[Scene[M], tuple[Event, ...]]:
        """Take one step of the environment or of a refresh.

        Raises:
            ValueError: no refresh waits at that gate.
        """
        after, events = self.moved(scene, action)
        return canonical(after), events

    def moved(self, scene: Scene[M], action: Step) -> tuple[Scene[M], tuple[Event, ...]]:
        """Take one step, and leave the numbers as it made them.

        Raises:
            ValueError: no refresh waits at that gate.
        """
        if action.name == RESTART:
            return self._restarted(scene, action), ()
        if action.actor is None or action.name in {"start", "cancel"}:
            return self._changed(scene, action), ()
        _, task = standing(scene, action.actor)
        if task.phase is None or action.name not in {task.phase, *FAULTS}:
            message = f"no refresh waits at {action.name!r} as actor {action.actor}"
            raise ValueError(message)
        spent = scene._replace(world=model.spend(scene.world, self.scope, action))
        if action.name in FAULTS:
            return self._gates.struck(spent, action.actor, task.phase, FAULTS[action.name])
        return self._gates.passed(spent, action.actor, action.name)

    def probe(self, scene: Scene[M]) -> Iterator[Event]:
        """Leave an idle scene in peace.

        M5 lets a refresh look up anchors and sources by key unless its connection is the one of the
        refresh before. A specimen opens a new connection each time, so these are not held against it.
        """
        for event in settled(scene, self.scope, self.step, lambda at: at.world):
            yield event._replace(keys=0, anchors=0)

    def _changed(self, scene: Scene[M], action: Step) -> Scene[M]:
        """Let the environment act, and note what the refreshes in flight live through."""
        world = model.change(scene.world, self.scope, action)
        rows = world.log.rows
        runs = tuple(
            run if task.ask is None else lived(run, window_of(self.scope, task).span, rows)
            for run, task in zip(scene.runs, world.tasks, strict=True)
        )
        scene = scene._replace(world=world, runs=runs)
        if action.name == "drop":
            return _dropped(scene)
        if action.actor is None:
            return scene
        if action.name == "cancel":
            return at(scene, action.actor, None, Task())
        # Where the path led is told by what was read there: the serial that the model notes would be dead data.
        start = self.scope.windows[action.arg].span.start
        run: Run[M] = Run(OPEN if start is None else start, (rows,))
        return at(scene, action.actor, run, first_gate(Task(ask=Ask(action.arg, 0))))

    def _restarted(self, scene: Scene[M], action: Step) -> Scene[M]:
        """End the process, and start it from what it had saved; no number but that of the seed is left."""
        world, saved = model.spend(scene.world, self.scope, action), scene.saved
        seed = saved and saved.kept._replace(memo=saved.kept.memo.numbered(next_number(scene)))
        slot = Slot()
        if saved is not None:
            commit, rows, forgotten = saved.ghost
            slot = replace(slot, body=Held(None, rows), commit=commit, forgotten=forgotten)
        nobody = (Task(),) * len(world.tasks)
        return Scene(replace(world, tasks=nobody, slot=slot), (None,) * len(nobody), seed, saved)


def _dropped(scene: Scene[M]) -> Scene[M]:
    """Take the memo out; what is in flight does not notice, and what is saved stays."""
    runs = tuple(run and run._replace(forgotten=bool(run.first or run.base)) for run in scene.runs)
    saved = scene.saved and scene.saved._replace(ghost=scene.saved.ghost._replace(forgotten=True))
    return scene._replace(runs=runs, kept=None, saved=saved)


@contextmanager
def space_of(rule: Rule[Any], scope: Scope) -> Iterator[Space[Scene[Any]]]:
    """Give a rule in a world to a search."""
    specimen = SpecimenSpace(rule, scope)
    yield Space(first=specimen.first(), actions=specimen.actions, step=specimen.step, probe=specimen.probe)
