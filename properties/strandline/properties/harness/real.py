"""The real scanner as a world to search: its core, its host, its store, over real SQLite files.

The state of a refresh between two gates is a value, and so is the slot. So a state can be put
back, its effect executed by the real host against the file that holds exactly that log, and
the real core be given the result. Who goes next is the search's choice.
"""

from __future__ import annotations

import sqlite3
from contextlib import nullcontext
from dataclasses import dataclass, fields, replace
from functools import partial
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeVar

from strandline.impl import refresh as impl
from strandline.impl.connection import Connection
from strandline.impl.effects import (
    Check,
    Connect,
    Effect,
    Failure,
    Locate,
    Missing,
    ReadLog,
    ReadOnce,
    Rested,
    Result,
    Swap,
)
from strandline.impl.files import Pin, Sighting
from strandline.impl.host import Host
from strandline.impl.memo import Limits, Memo, Place
from strandline.impl.scan import Glance
from strandline.impl.store import MemoStore, Slot
from strandline.impl.window import Span
from strandline.model import world as model
from strandline.model.environment import append_and_prune
from strandline.model.ranks import commits, observations, ranks, renumbered
from strandline.model.refresh import FAULTS, WAITS_MAX
from strandline.model.world import AMID, ELSEWHERE, GATES
from strandline.properties.harness.ghosts import Ghosts, Move
from strandline.properties.harness.meter import Cost, Meter, let_fail, metered
from strandline.properties.harness.plug import CODEX, Plug
from strandline.properties.harness.recorder import RecordedHost, RecordedStore, Recorder
from strandline.properties.harness.templates import opened

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from strandline.model.events import Event
    from strandline.model.log import Log
    from strandline.model.state import Action, File, Link, Scope, World
    from strandline.properties.harness.seal import Seal
    from strandline.properties.harness.templates import Templates

V = TypeVar("V")


FAILED: Final = Failure("io", "the world let this read fail")
"""What stands for the error of a read that came to no row."""


class Real(NamedTuple):
    """One state of the real scanner in its world.

    ``world`` holds the environment and the ghosts of the refreshes, ``slot`` what the store
    holds, ``states`` where each refresh stands and the effect that it waits for.
    """

    world: World
    slot: Slot
    states: tuple[tuple[impl.State, Effect] | None, ...]


@dataclass(frozen=True, slots=True)
class WorldFiles:
    """The file system as the world has it: the inode number is the world's to give."""

    file: File | None

    def locate(self, path: Path) -> Sighting | Missing | Failure:  # noqa: ARG002 - the protocol's
        """Tell which file the path leads to."""
        return sighting(self.file) if self.file is not None else Missing()

    def pin(self, path: Path) -> Pin | Missing | Failure:
        """Pin that file; the world keeps pinned numbers from being reissued."""
        found = self.locate(path)
        return Pin(found, None) if isinstance(found, Sighting) else found


def sighting(file: File | Link) -> Sighting:
    """Give a file of the world as the scanner sees it."""
    return Sighting(Place(0, file.inode), (file.stamp,))


def limits(scope: Scope) -> Limits:
    """Give the scanner the bounds of a world."""
    return Limits(scope.limits.sources, scope.limits.chunk, waits=WAITS_MAX, pause=0, idle=scope.idle)


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
        self._limits = limits(scope)
        self._templates = templates
        self._ghosts = Ghosts(scope, templates.one_shot)
        self._reads: dict[object, tuple[Result, Slot, Cost]] = {}
        self._connects: dict[Path, Result] = {}
        self._recorder = Recorder()
        self._audited = audited

    def sealed(self) -> Seal:
        """Give the seal that is to be on while the space is searched."""
        return self._recorder.seal

    @property
    def real_reads(self) -> int:
        """How many distinct reads of real files were made."""
        return len(self._reads)

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
        result, slot, cost = self._perform(real, actor, effect, action)
        following = self._recorder.stretch("core step", impl.step, state, result)
        world = model.spend(real.world, self._scope, action)
        move = Move(actor, state, effect, result, following, real.slot, slot, cost, failed=action.name in FAULTS)
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

    def _perform(self, real: Real, actor: int, effect: Effect, action: Action) -> tuple[Result, Slot, Cost]:
        """Execute one effect by the real host; those that touch SQLite once for each distinct input."""
        task = real.world.tasks[actor]
        link = task.link if task is not None else None
        if isinstance(effect, (ReadLog, ReadOnce)) and link is not None and link.file is not None:
            return self._read(real, link, link.file.log, effect, action)
        file = real.world.path
        path = self._templates.path(file.log) if file is not None else self._templates.nowhere
        if isinstance(effect, Connect):
            if path not in self._connects:
                lease = self._host(real, path, 0).lease(_pinned(link))
                self._connects[path] = lease.perform(effect)
                lease.release(sound=False)
            return self._connects[path], real.slot, Cost()
        host = self._host(real, path, 0)
        if isinstance(effect, Locate):
            for idle in real.world.idle:
                host.keep(Connection(Pin(sighting(idle), None)))
        elif not isinstance(effect, (Check, Swap)):
            message = f"the world has no gate for {effect}"
            raise TypeError(message)
        return host.lease().perform(effect), host.store.slot, Cost()

    def _host(self, real: Real, path: Path, observed: int) -> Host:
        """Give the host of a state; one that is recorded would put aside what a mutant of it or its store does."""
        files, projection = WorldFiles(real.world.path), self._templates.plug.projection
        if not self._audited:
            store = MemoStore(real.slot, observed)
            return Host(path, limits=self._limits, projection=projection, store=store, files=files)
        return RecordedHost(
            self._recorder,
            path,
            limits=self._limits,
            projection=projection,
            store=RecordedStore(self._recorder, real.slot, observed),
            files=files,
            connect=sqlite3.connect,
        )

    def _read(
        self, real: Real, link: Link, log: Log, effect: ReadLog | ReadOnce, action: Action
    ) -> tuple[Result, Slot, Cost]:
        """Read a real file; give the result, the slot after it, and what it cost."""
        observed = max((0, *_observations(real)))
        after = append_and_prune(real.world, self._scope, action).log if action.name == AMID else log
        key = (effect, log, link.inode, link.seen, link.clean, real.slot, observed, action.name, after)
        if key in self._reads:
            return self._reads[key]
        plug = self._templates.plug
        meter = Meter(plug.projection.body)
        with self._templates.changing(log) if action.name == AMID else nullcontext() as file:
            path, writer = file or (self._templates.path(log), None)
            connection = opened(plug, path, sighting(link), self._recorder.connecting(metered(meter)))
            if link.seen:
                version = connection.begin()
                connection.end()
                connection.seen = (version if link.clean else version - 1, link.seen)
            host = self._host(real, path, observed)
            lease = host.lease(connection)
            if writer is not None:
                meter.arm("bodies", partial(plug.commit, writer, log, after))
            if action.name in FAULTS:
                let_fail(meter, action.name)
            result = lease.perform(effect)
            if meter.disarm() and action.name in FAULTS:
                result = FAILED
            lease.release(sound=False)
        self._reads[key] = (result, host.store.slot, meter.cost)
        return self._reads[key]


def _pinned(link: Link | None) -> Connection:
    if link is None:
        message = "a refresh connects before it is located"
        raise ValueError(message)
    return Connection(Pin(sighting(link), None))


def canonical(real: Real) -> Real:
    """Renumber observations, commits and versions from 1, and forget what was only counted."""
    observed = ranks((*_observations(real), *observations(real.world)))
    versions = ranks(_versions(real))
    return Real(
        renumbered(real.world, observed, ranks(commits(real.world))),
        _relabeled(real.slot, observed, versions),
        tuple(_relabeled(standing, observed, versions) for standing in real.states),
    )


def _observations(real: Real) -> Iterator[int]:
    yield from (memo.observation for memo in _within((real.slot, real.states), Memo))
    yield from (link.seen for link in real.world.links())


def _versions(real: Real) -> Iterator[int]:
    yield from (slot.version for slot in _within((real.slot, real.states), Slot))
    yield from (state.version for state in _within(real.states, impl.Storing))


def _within(value: object, kind: type[V]) -> Iterator[V]:
    """Find every value of a kind inside a state."""
    if isinstance(value, kind):
        yield value
    if isinstance(value, tuple):
        for part in value:
            yield from _within(part, kind)
    elif isinstance(value, (Slot, Effect, impl.State)):
        for field in fields(value):
            yield from _within(getattr(value, field.name), kind)


def _relabeled(value: V, observed: dict[int, int], versions: dict[int, int]) -> V:
    """Give a state with other numbers for its observations and versions, and an empty tally."""

    def relabel(part: object) -> object:
        match part:
            case Memo():
                number = observed[part.observation]
                return replace(part, observation=number, snapshot=replace(part.snapshot, observation=number))
            case Glance():
                return part._replace(snapshot=replace(part.snapshot, observation=0), rows=0, skipped=())
            case impl.Tally():
                return impl.Tally(tries=part.tries, swaps=part.swaps, waits=part.waits)
            case tuple():
                return type(part)(map(relabel, part)) if type(part) is tuple else part
            case _ if isinstance(part, (Slot, impl.State, Effect)):
                changed: dict[str, Any] = {field.name: relabel(getattr(part, field.name)) for field in fields(part)}
                if isinstance(part, (Slot, impl.Storing, Swap)):
                    changed["version"] = versions[part.version]
                return replace(part, **changed)
            case _:
                return part

    return relabel(value)  # type: ignore[return-value] # every case gives the kind it takes
