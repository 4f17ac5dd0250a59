"""The real scanner as a world to search: its core, its host, its store, over real SQLite files.

The state of a refresh between two gates is a value, and so is the slot. So a state can be put
back, its effect executed by the real host against the file that holds exactly that log, and
the real core be given the result. Who goes next is the search's choice.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from strandline.impl import refresh as impl
from strandline.impl.effects import Connect, Effect, Locate, ReadLog, ReadOnce, Rested, Swap
from strandline.impl.store import MemoStore, Slot
from strandline.impl.window import Span
from strandline.model import world as model
from strandline.model.environment import append_and_prune
from strandline.model.ranks import commits, observations, ranks, renumbered
from strandline.model.refresh import FAULTS
from strandline.model.world import AMID, ELSEWHERE, GATES
from strandline.properties.harness.gates import Came, Facing, Gates, limits, sighting
from strandline.properties.harness.ghosts import Ghosts, Move
from strandline.properties.harness.numbered import numbers, relabeled
from strandline.properties.harness.plug import CODEX, Plug
from strandline.properties.harness.recorder import RecordedStore, Recorder

if TYPE_CHECKING:
    from collections.abc import Iterator

    from strandline.model.events import Event
    from strandline.model.state import Action, Scope, World
    from strandline.properties.harness.seal import Seal
    from strandline.properties.harness.templates import Templates


class Real(NamedTuple):
    """One state of the real scanner in its world.

    ``world`` holds the environment and the ghosts of the refreshes, ``slot`` what the store
    holds, ``states`` where each refresh stands and the effect that it waits for.
    """

    world: World
    slot: Slot
    states: tuple[tuple[impl.State, Effect] | None, ...]


def asked(scope: Scope, window: int, plug: Plug = CODEX) -> tuple[impl.State, Effect]:
    """Begin a real refresh of a window of the world."""
    span, ended = scope.windows[window]
    return impl.locate(impl.Ask(Span(*span), ended, limits(scope), plug.projection))


class RealSpace:
    """Searches the real scanner: gives the first state, the actions of a state, and each step."""

    def __init__(self, scope: Scope, templates: Templates, *, audited: bool = False) -> None:
        """Search a world of this scope with these files, which are of its rows; audit each step or not.

        Raises:
            ValueError: they are not.
        """
        templates.plug.require(scope)
        self._scope = scope
        self._templates = templates
        self._ghosts = Ghosts(scope, templates.one_shot)
        self._recorder = Recorder()
        self._gates = Gates(scope, templates, self._recorder, audited=audited)
        self._audited = audited

    def sealed(self) -> Seal:
        """Give the seal that is to be on while the space is searched."""
        return self._recorder.seal

    def first(self) -> Real:
        """Give the first state."""
        return Real(model.init(self._scope), Slot(), (None,) * self._scope.refreshers)

    def actions(self, real: Real) -> Iterator[Action]:
        """List what can happen next."""
        return model.actions(real.world, self._scope)

    def step(self, real: Real, action: Action) -> tuple[Real, tuple[Event, ...]]:
        """Take one step of the environment or of a real refresh.

        Raises:
            AuditError: the step touched something shared that it may not, in a space that is audited.
        """
        stepped = self._stepped(real, action)
        if self._audited:
            self._recorder.settle()
        return stepped

    def _stepped(self, real: Real, action: Action) -> tuple[Real, tuple[Event, ...]]:
        if action.name == ELSEWHERE:
            return canonical(real._replace(world=model.spend(real.world, self._scope, action))), ()
        if action.name not in GATES:
            return canonical(self._change(real, action)), ()
        actor = action.actor or 0
        standing = real.states[actor]
        if standing is None:
            message = f"refresh {actor} is not in flight"
            raise ValueError(message)
        state, effect = standing
        result, stored, cost, seen = self._perform(real, actor, effect, action)
        slot = real.slot if stored is None else stored
        following = self._recorder.stretch("core step", impl.step, state, result)
        world = model.spend(real.world, self._scope, action)
        move = Move(
            actor, state, effect, result, following, real.slot, slot, cost, failed=action.name in FAULTS, seen=seen
        )
        world, events = self._ghosts.moved(world, move)
        if action.name == AMID:
            world = append_and_prune(world, self._scope, action)
        if isinstance(following, tuple) and isinstance(following[0], impl.Resting):
            following = impl.step(following[0], Rested())
        after = following if isinstance(following, tuple) else None
        states = (*real.states[:actor], after, *real.states[actor + 1 :])
        return canonical(Real(world, slot, states)), events

    def _change(self, real: Real, action: Action) -> Real:
        world = model.change(real.world, self._scope, action)
        if action.name == "drop":
            store = RecordedStore(self._recorder, real.slot) if self._audited else MemoStore(real.slot)
            self._recorder.stretch("drop", store.drop)
            return Real(world, store.slot, real.states)
        if action.name == "start" and action.actor is not None:
            begun = asked(self._scope, action.arg, self._templates.plug)
            return Real(world, real.slot, (*real.states[: action.actor], begun, *real.states[action.actor + 1 :]))
        if action.name == "cancel" and action.actor is not None:
            return Real(world, real.slot, (*real.states[: action.actor], None, *real.states[action.actor + 1 :]))
        return real._replace(world=world)

    def _perform(self, real: Real, actor: int, effect: Effect, action: Action) -> Came:
        """Execute one effect by the real host."""
        task = real.world.tasks[actor]
        link = task.link if task is not None else None
        path = real.world.path
        facing = Facing(
            place=None if path is None else sighting(path),
            log=path and path.log,
            pin=None if link is None else sighting(link),
            kept=tuple(map(sighting, real.world.idle)) if isinstance(effect, Locate) else (),
            observed=_observed(real) if isinstance(effect, (Locate, Connect)) else 0,
        )
        if isinstance(effect, (ReadLog, ReadOnce)) and link is not None and link.file is not None:
            facing = Facing(
                place=None if path is None else sighting(path),
                log=link.file.log,
                pin=sighting(link),
                seen=link.seen,
                clean=link.clean,
                slot=real.slot,
                observed=_observed(real),
                fault=action.name if action.name in FAULTS else "",
                amid=append_and_prune(real.world, self._scope, action).log if action.name == AMID else None,
            )
        elif isinstance(effect, Swap):
            facing = facing._replace(slot=real.slot, observed=_observed(real))
        return self._gates.perform(effect, facing)


def canonical(real: Real) -> Real:
    """Renumber observations, commits and versions from 1, and forget what was only counted."""
    found = tuple(map(numbers, (real.slot, *real.states)))
    inside = (number for one in found for number in one.observations)
    observed = ranks((*inside, *observations(real.world)))
    versions = ranks(version for one in found for version in one.versions)
    return Real(
        renumbered(real.world, observed, ranks(commits(real.world))),
        relabeled(real.slot, found[0], observed, versions),
        tuple(relabeled(part, own, observed, versions) for part, own in zip(real.states, found[1:], strict=True)),
    )


def _observed(real: Real) -> int:
    """Give the number of the last observation; a store that numbered at a swap would go on from it."""
    inside = (number for part in (real.slot, *real.states) for number in numbers(part).observations)
    return max((0, *inside, *(link.seen for link in real.world.links())))
