"""The real scanner as a world to search: its core, its host, its store, over real SQLite files.

The state of a refresh between two gates is a value, and so is the slot. So a state can be put
back, its effect executed by the real host against the file that holds exactly that log, and
the real core be given the result. Who goes next is the search's choice.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from strandline.impl.memo import refresh as impl
from strandline.impl.memo.effects import Connect, Effect, Locate, ReadLog, ReadOnce, Swap
from strandline.impl.memo.store import Slot
from strandline.impl.memo.window import Span
from strandline.model.memo import world as model
from strandline.model.memo.environment import append_and_prune
from strandline.model.memo.ranks import commits, observations, ranks, renumbered
from strandline.model.memo.refresh import FAULTS, seen_by
from strandline.model.memo.world import AMID, ELSEWHERE, GATES
from strandline.properties.systems.memo.driver.gates import Came, Facing, Gates, limits, rested, sighting
from strandline.properties.systems.memo.driver.ghosts import Ghosts, Move, strayed
from strandline.properties.systems.memo.driver.numbered import numbers, relabeled
from strandline.properties.systems.memo.driver.plug import CODEX, Plug
from strandline.properties.systems.memo.driver.recorder import Recorder

if TYPE_CHECKING:
    from collections.abc import Iterator

    from strandline.model.memo.events import Event
    from strandline.model.memo.state import Scope, World
    from strandline.model.terms import Step
    from strandline.properties.harness.sandbox import Sandbox
    from strandline.properties.systems.memo.driver.templates import Templates


class Real(NamedTuple):
    """One state of the real scanner in its world.

    ``world`` holds the environment and the ghosts of the refreshes, ``slot`` what the store
    holds, ``states`` where each refresh stands and the effect that it waits for; ``astray`` tells which refreshes are
    connected to another file than the one that they pinned.
    """

    world: World
    slot: Slot
    states: tuple[tuple[impl.State, Effect] | None, ...]
    astray: frozenset[int] = frozenset()


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

    def sandbox(self) -> Sandbox:
        """Give the sandbox that is to be on while the space is searched."""
        return self._recorder.sandbox

    def first(self) -> Real:
        """Give the first state."""
        return Real(model.init(self._scope), Slot(), (None,) * self._scope.refreshers)

    def actions(self, real: Real) -> Iterator[Step]:
        """List what can happen next."""
        return model.actions(real.world, self._scope)

    def step(self, real: Real, action: Step) -> tuple[Real, tuple[Event, ...]]:
        """Take one step of the environment or of a real refresh.

        Raises:
            AuditError: the step touched something shared that it may not, in a space that is audited.
        """
        stepped = self._stepped(real, action)
        if self._audited:
            self._recorder.settle()
        return stepped

    def _stepped(self, real: Real, action: Step) -> tuple[Real, tuple[Event, ...]]:
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
        following = self._recorder.atomic("core step", impl.step, state, result)
        world = model.spend(real.world, self._scope, action)
        failed, astray = action.name in FAULTS, actor in real.astray
        move = Move(actor, state, effect, result, following, real.slot, slot, cost, failed, seen, astray)
        after, events = self._ghosts.moved(world, move)
        if action.name == AMID:
            after = append_and_prune(after, self._scope, action.arg)
        states = (*real.states[:actor], rested(following), *real.states[actor + 1 :])
        left = real.astray | {actor} if strayed(world, move) else real.astray - {actor}
        return canonical(Real(after, slot, states, left)), events

    def _change(self, real: Real, action: Step) -> Real:
        world = model.change(real.world, self._scope, action)
        if action.name == "drop":
            return real._replace(world=world, slot=self._gates.drop(real.slot))
        if action.name in {"start", "cancel"} and action.actor is not None:
            actor = action.actor
            begun = asked(self._scope, action.arg, self._templates.plug) if action.name == "start" else None
            states = (*real.states[:actor], begun, *real.states[actor + 1 :])
            return real._replace(world=world, states=states, astray=real.astray - {actor})
        return real._replace(world=world)

    def _perform(self, real: Real, actor: int, effect: Effect, action: Step) -> Came:
        """Execute one effect by the real host."""
        world, connection = real.world, real.world.tasks[actor].connection
        place, link = None if world.path is None else sighting(world.path), connection.link
        if isinstance(effect, (ReadLog, ReadOnce)) and link is not None and link.serial is not None:
            facing = Facing(
                place=place,
                log=seen_by(world, connection)[0],
                pin=sighting(link),
                seen=connection.seen,
                clean=connection.up_to_date,
                slot=real.slot,
                observed=_observed(real),
                fault=action.name if action.name in FAULTS else "",
                amid=append_and_prune(world, self._scope, action.arg).log if action.name == AMID else None,
            )
            return self._gates.perform(effect, facing)
        facing = Facing(
            place=place,
            log=None if world.path is None else world.log,
            pin=None if link is None else sighting(link),
            kept=tuple(sighting(one.link) for one in world.idle if one.link) if isinstance(effect, Locate) else (),
            observed=_observed(real) if isinstance(effect, (Locate, Connect, Swap)) else 0,
            slot=real.slot if isinstance(effect, Swap) else None,
        )
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
        real.astray,
    )


def _observed(real: Real) -> int:
    """Give the number of the last observation; a store that numbered at a swap would go on from it."""
    inside = (number for part in (real.slot, *real.states) for number in numbers(part).observations)
    return max((0, *inside, *(one.seen for one in real.world.connections)))
