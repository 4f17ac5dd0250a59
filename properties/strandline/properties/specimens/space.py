"""A specimen in a world, for the search: what can happen, and what that leads to."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final, Generic

from strandline.model import world as model
from strandline.model.memo import OPEN
from strandline.model.state import Action, Scope, Slot
from strandline.properties.exhaust.plain import Space
from strandline.properties.quiet import settled
from strandline.properties.specimens.d2_observed import PENDING_MAX
from strandline.properties.specimens.gates import Gates, at, first_gate, lived, standing
from strandline.properties.specimens.rule import FALLIBLE, Rule
from strandline.properties.specimens.scene import M, Run, Scene, canonical, next_number
from strandline.properties.specimens.worlds import RESTART

if TYPE_CHECKING:
    from collections.abc import Iterator

    from strandline.model.events import Event

FAULTS: Final = {"fail": "io", "busy": "busy"}
"""The actions that let the statement at hand fail, and as what; no published rule waits for a busy log."""

OWN: Final = frozenset({*FAULTS, RESTART})
"""The actions that are offered here; all others are those of the model's environment."""


class SpecimenSpace(Generic[M]):
    """Searches one rule in one world: gives the first scene, the actions of a scene, and each step."""

    def __init__(self, rule: Rule[M], scope: Scope) -> None:
        """Run this rule in a world of this scope."""
        self._scope = scope
        self._names = tuple(name for name, _ in scope.budget)
        self._environment = replace(scope, budget=tuple(each for each in scope.budget if each[0] not in OWN))
        self._gates = Gates(rule, min(PENDING_MAX, scope.limits.sources), RESTART in self._names)

    def first(self) -> Scene[M]:
        """Give the first scene."""
        return Scene(model.init(self._scope), (None,) * self._scope.refreshers)

    def actions(self, scene: Scene[M]) -> Iterator[Action]:
        """List what can happen next."""
        left = dict(zip(self._names, scene.world.left, strict=True))
        kept = tuple(left[name] for name, _ in self._environment.budget)
        yield from model.actions(replace(scene.world, left=kept), self._environment)
        for name in self._names:
            if name == RESTART and left[name]:
                yield Action(RESTART)
            elif name in FAULTS and left[name]:
                for actor, task in enumerate(scene.world.tasks):
                    if task is not None and task.phase in FALLIBLE:
                        yield Action(name, actor)

    def step(self, scene: Scene[M], action: Action) -> tuple[Scene[M], tuple[Event, ...]]:
        """Take one step of the environment or of a refresh.

        Raises:
            ValueError: no refresh waits at that gate.
        """
        after, events = self.moved(scene, action)
        return canonical(after), events

    def moved(self, scene: Scene[M], action: Action) -> tuple[Scene[M], tuple[Event, ...]]:
        """Take one step, and leave the numbers as it made them.

        Raises:
            ValueError: no refresh waits at that gate.
        """
        if action.name == RESTART:
            return self._restarted(scene, action), ()
        if action.actor is None or action.name in {"start", "cancel"}:
            return self._changed(scene, action), ()
        _, task = standing(scene, action.actor)
        if action.name not in {task.phase, *FAULTS}:
            message = f"no refresh waits at {action.name!r} as actor {action.actor}"
            raise ValueError(message)
        spent = scene._replace(world=model.spend(scene.world, self._scope, action))
        if action.name in FAULTS:
            return self._gates.struck(spent, action.actor, task.phase, FAULTS[action.name])
        return self._gates.passed(spent, action.actor, action.name)

    def probe(self, scene: Scene[M]) -> Iterator[Event]:
        """Leave an idle scene in peace.

        M5 lets a refresh look up anchors and sources by key unless its connection is the one of the
        refresh before. A specimen opens a new connection each time, so these are not held against it.
        """
        for event in settled(scene, self._scope, self.step, lambda at: at.world):
            yield event._replace(keys=0, anchors=0)

    def _changed(self, scene: Scene[M], action: Action) -> Scene[M]:
        """Let the environment act, and note what the refreshes in flight live through."""
        world = model.change(scene.world, self._scope, action)
        # Where the path led is told by what was read there: the serials that the model notes would be dead data.
        tasks = tuple(task and task._replace(led=frozenset()) for task in world.tasks)
        runs = tuple(lived(run, task, world.log.rows) for run, task in zip(scene.runs, tasks, strict=True))
        scene = scene._replace(world=replace(world, tasks=tasks), runs=runs)
        if action.name == "drop":
            return _dropped(scene)
        if action.actor is None:
            return scene
        begun = tasks[action.actor]
        if begun is None:
            return at(scene, action.actor, None, None)
        wanted = OPEN if begun.window.span.start is None else begun.window.span.start
        return at(scene, action.actor, Run(wanted, (world.log.rows,)), first_gate(begun))

    def _restarted(self, scene: Scene[M], action: Action) -> Scene[M]:
        """End the process, and start it from what it had saved; no number but that of the seed is left."""
        nobody = (None,) * self._scope.refreshers
        world = model.spend(scene.world, self._scope, action)
        saved = scene.saved
        seed = saved and saved.kept._replace(memo=saved.kept.memo.numbered(next_number(scene)))
        return Scene(replace(world, tasks=nobody, slot=Slot(None, saved and saved.ghost)), nobody, seed, saved)


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
