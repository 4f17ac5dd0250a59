"""Lets one effect of the real scanner go through its gate, in whatever surroundings the world puts it.

What an effect can get at of the world is a value, and so is what comes of it. So the real host executes it
against the file that holds exactly that log, beside a store that holds exactly that slot; what touches SQLite is
executed once for each distinct value.
"""

from __future__ import annotations

import sqlite3
from contextlib import nullcontext
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final, NamedTuple

from strandline.impl.memo import refresh as impl
from strandline.impl.memo.connection import Connection
from strandline.impl.memo.effects import (
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
from strandline.impl.memo.files import Pin, Sighting
from strandline.impl.memo.host import Host
from strandline.impl.memo.memo import Limits, Place
from strandline.impl.memo.store import MemoStore, Slot
from strandline.properties.systems.memo.driver.meter import Cost, Meter, let_fail, metered
from strandline.properties.systems.memo.driver.pool import Pool
from strandline.properties.systems.memo.driver.recorder import RecordedHost, RecordedStore, Recorder
from strandline.properties.systems.memo.driver.templates import opened

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from strandline.model.memo.log import Log
    from strandline.model.memo.state import File, Link, Scope
    from strandline.properties.systems.memo.driver.templates import Templates

FAILED: Final = Failure("io", "the world let this read fail")
"""What stands for the error of a read that came to no row."""

APART: Final = Slot(version=-1)
"""What stands in the store beside an effect that has no business there."""


class Facing(NamedTuple):
    """All that an effect can get at.

    Args:
        place: the file that the path leads to, as it is sighted; None if there is none.
        log: what is in the file that the effect opens or reads.
        pin: the file that the refresh has pinned, as it was sighted.
        seen: the number of the last observation made through its connection, 0 before the first.
        clean: whether nothing was committed since.
        kept: the kept connections, by what they have pinned.
        slot: what is stored; None for an effect that must not look.
        observed: the highest number of an observation so far.
        fault: the fault that the world strikes this read with, empty for none.
        amid: what the log becomes in the midst of the read; None if it stays as it is.
    """

    place: Sighting | None = None
    log: Log | None = None
    pin: Sighting | None = None
    seen: int = 0
    clean: bool = False
    kept: tuple[Sighting, ...] = ()
    slot: Slot | None = None
    observed: int = 0
    fault: str = ""
    amid: Log | None = None


class Came(NamedTuple):
    """What came of an effect: what it found, what is stored after it, and what it read as the meter counted it.

    ``seen`` is the number that an effect which reads nothing gave to the connection that it leaves, 0 if it gave none.
    """

    result: Result
    slot: Slot | None
    cost: Cost = Cost()
    seen: int = 0


@dataclass(frozen=True, slots=True)
class WorldFiles:
    """The file system as the world has it: the inode number is the world's to give."""

    sighting: Sighting | None

    def locate(self, path: Path) -> Sighting | Missing | Failure:  # noqa: ARG002 - the protocol's
        """Tell which file the path leads to."""
        return self.sighting or Missing()

    def pin(self, path: Path) -> Pin | Missing | Failure:
        """Pin that file; the world keeps pinned numbers from being reissued."""
        found = self.locate(path)
        return Pin(found, None) if isinstance(found, Sighting) else found


def rested(following: impl.Next) -> tuple[impl.State, Effect] | None:
    """Give where a refresh stands after a step, None if it has ended; a pause is no gate of a world, and is over."""
    if isinstance(following, tuple) and isinstance(following[0], impl.Resting):
        following = impl.step(following[0], Rested())
    return following if isinstance(following, tuple) else None


def sighting(file: File | Link) -> Sighting:
    """Give a file of the world as the scanner sees it."""
    return Sighting(Place(0, file.inode), (file.stamp,))


def limits(scope: Scope) -> Limits:
    """Give the scanner the bounds of a world."""
    return Limits(**scope.limits._asdict(), pause=0, idle=scope.idle)


class Gates:
    """Executes effects by the real host; those that touch SQLite once for each distinct input."""

    def __init__(self, scope: Scope, templates: Templates, recorder: Recorder, *, audited: bool) -> None:
        """Serve a world of this scope with these files; note each access by the recorder, or do not."""
        self._limits = limits(scope)
        self._templates = templates
        self._recorder = recorder
        self._audited = audited
        self._known: dict[tuple[Effect, Facing], Came] = {}
        self._pool = Pool(templates, recorder.connecting)

    @property
    def real_reads(self) -> int:
        """How many distinct effects were executed that open or read a real file."""
        return len(self._known)

    def perform(self, effect: Effect, facing: Facing) -> Came:
        """Execute one effect.

        Raises:
            TypeError: the world has no gate for it.
            ValueError: it reads or connects before it is located, or it has changed what is stored unseen.
        """
        if isinstance(effect, (Connect, ReadLog, ReadOnce)):
            if (effect, facing) not in self._known:
                enter = self._connect if isinstance(effect, Connect) else self._read
                self._known[effect, facing] = enter(effect, facing)
            return self._known[effect, facing]
        if not isinstance(effect, (Locate, Check, Swap)):
            message = f"the world has no gate for {effect}"
            raise TypeError(message)
        host = self._host(self._templates.nowhere, facing)
        kept = [Connection(Pin(sighted, None)) for sighted in facing.kept]
        for connection in kept:
            host.keep(connection)
        came = _came(host.lease().perform(effect), host, facing, Cost())
        return came._replace(seen=max(map(_seen, kept), default=0))

    def drop(self, slot: Slot) -> Slot:
        """Drop what is stored by force."""
        store = RecordedStore(self._recorder, slot) if self._audited else MemoStore(slot)
        self._recorder.atomic("drop", store.drop)
        return store.slot

    def _connect(self, effect: Effect, facing: Facing) -> Came:
        path = self._templates.path(facing.log) if facing.log is not None else self._templates.nowhere
        host = self._host(path, facing)
        connection = Connection(Pin(_pinned(facing), None))
        lease = host.lease(connection)
        result = lease.perform(effect)  # type: ignore[arg-type] # of one of the kinds that were told apart above
        lease.release(sound=False)
        return _came(result, host, facing, Cost())._replace(seen=_seen(connection))

    def _read(self, effect: Effect, facing: Facing) -> Came:
        """Read a real file: by a pooled connection, unless the world strikes in the midst of the read."""
        log = facing.log
        if log is None:
            raise ValueError("a refresh reads before it has connected")
        if facing.amid is None and not facing.fault:
            with self._pool.lent(log, _pinned(facing)) as (connection, meter):
                return self._read_by(connection, meter, effect, facing, self._templates.path(log))
        plug = self._templates.plug
        meter = Meter(plug.projection.body)
        with self._templates.changing(log) if facing.amid is not None else nullcontext() as file:
            path, writer = file or (self._templates.path(log), None)
            connection = opened(plug, path, _pinned(facing), self._recorder.connecting(metered(meter)))
            strike = partial(let_fail, meter, facing.fault)
            if writer is not None and facing.amid is not None:
                strike = partial(meter.arm, "bodies", partial(plug.commit, writer, log, facing.amid))
            return self._read_by(connection, meter, effect, facing, path, strike)

    def _read_by(  # noqa: PLR0913 - all that a read has to do with
        self,
        connection: Connection,
        meter: Meter,
        effect: Effect,
        facing: Facing,
        path: Path,
        strike: Callable[[], None] = lambda: None,
    ) -> Came:
        """Read by a connection, after what is to strike is armed."""
        if facing.seen:
            version = connection.begin()
            connection.end()
            connection.seen = (version if facing.clean else version - 1, facing.seen)
        host = self._host(path, facing)
        lease = host.lease(connection)
        strike()
        result = lease.perform(effect)  # type: ignore[arg-type] # of one of the kinds that were told apart above
        if meter.disarm() and facing.fault:
            result = FAILED
        lease.release(sound=False)
        return _came(result, host, facing, meter.cost)

    def _host(self, path: Path, facing: Facing) -> Host:
        """Give a host in its surroundings; a recorded one would put aside what a mutant of it or its store does."""
        files, projection = WorldFiles(facing.place), self._templates.plug.projection
        slot = facing.slot if facing.slot is not None else APART
        if not self._audited:
            store = MemoStore(slot, facing.observed)
            return Host(path, limits=self._limits, projection=projection, store=store, files=files)
        return RecordedHost(
            self._recorder,
            path,
            limits=self._limits,
            projection=projection,
            store=RecordedStore(self._recorder, slot, facing.observed),
            files=files,
            connect=sqlite3.connect,
        )


def _came(result: Result, host: Host, facing: Facing, cost: Cost) -> Came:
    after = host.store.slot
    if facing.slot is None and after is not APART:
        raise ValueError(f"an effect that must not look at the store has changed it to {after}")
    return Came(result, None if facing.slot is None else after, cost)


def _seen(connection: Connection) -> int:
    return connection.seen[1] if connection.seen is not None else 0


def _pinned(facing: Facing) -> Sighting:
    if facing.pin is None:
        raise ValueError("a refresh connects before it is located")
    return facing.pin
