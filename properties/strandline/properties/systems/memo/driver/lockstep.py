"""The lockstep harness: the real scanner on a real file, moved step by step beside the model.

Each refresh is let through one gate at a time, and the world may move between any two. After
each step the scanner's state, seen through the view, must be the model's, and each event must
obey the laws.
"""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Final, cast

from strandline.impl.memo import refresh as impl
from strandline.impl.memo.answer import Answer
from strandline.impl.memo.host import Host
from strandline.model.memo import world as model
from strandline.model.memo.environment import append_and_prune
from strandline.model.memo.events import Looked
from strandline.model.memo.ranks import canonical, commits, observations, ranks, renumbered
from strandline.model.memo.refresh import FAULTS
from strandline.model.memo.world import AMID, ELSEWHERE, GATES
from strandline.model.terms import Step
from strandline.properties.core.verdict import LawBrokenError, PartedError
from strandline.properties.systems.memo.driver import view
from strandline.properties.systems.memo.driver.disk import Disk
from strandline.properties.systems.memo.driver.fields import FIELDS
from strandline.properties.systems.memo.driver.gates import FAILED, WorldFiles, limits, rested, sighting
from strandline.properties.systems.memo.driver.ghosts import Ghosts, Move, strayed
from strandline.properties.systems.memo.driver.meter import Meter, let_fail, metered
from strandline.properties.systems.memo.driver.real import asked
from strandline.properties.systems.memo.driver.recorder import RecordedHost, RecordedStore, Recorder
from strandline.properties.systems.memo.driver.shells import BlockingShell
from strandline.properties.systems.memo.spec.laws import laws_of
from strandline.properties.systems.memo.spec.quiet import GATES_MAX, settled

if TYPE_CHECKING:
    import sqlite3
    from collections import Counter
    from collections.abc import Mapping
    from pathlib import Path

    from strandline.impl.memo.answer import Outcome
    from strandline.impl.memo.effects import Effect, Failure, Missing, Result
    from strandline.impl.memo.files import Pin, Sighting
    from strandline.model.memo.events import Event
    from strandline.model.memo.state import World
    from strandline.properties.systems.memo.driver.fields import Field
    from strandline.properties.systems.memo.driver.tasks import TrioShell
    from strandline.properties.systems.memo.driver.templates import Templates

ACTORS: Final = 3
"""How many refreshes may be in flight."""


class Lockstep:
    """The real scanner on a disk, the model, and the ghosts, moved together by one action at a time."""

    def __init__(  # noqa: PLR0913 - what a lockstep harness is made of
        self,
        name: str,
        templates: Templates,
        tally: Counter[str],
        shell: type[BlockingShell | TrioShell] = BlockingShell,
        *,
        beside_model: bool = True,
        law: str | None = None,
        fields: Mapping[str, Field] = FIELDS,
    ) -> None:
        """Set up the wide world of that name, run by that shell.

        ``beside_model`` holds each step against the model's and audits it; a mutant is judged by the laws alone, or
        by one ``law`` of them.
        The templates say which table the file has.
        """
        self.name = name
        self.scope, journal = fields[name]
        self._plug = templates.plug
        self._plug.require(self.scope)
        self.disk = Disk(journal, self._plug)
        self.world = model.init(self.scope)
        self.seen = self.world
        self._beside_model = beside_model
        self.steps: list[Step] = []
        self._tally = tally
        self._library = view.Library(self._plug)
        self._ghosts = Ghosts(self.scope, templates.one_shot)
        self._open: set[sqlite3.Connection] = set()
        self._meter = Meter(self._plug.projection.body)
        self._recorder = Recorder()
        host = partial(
            Host, self.disk.path, limits=limits(self.scope), projection=self._plug.projection, files=_Files(self)
        )
        # A mutant may replace the host, its leases or its store: what stands before them would put them aside.
        self._host = self._recorded() if beside_model else host(connect=self._connect)
        self._other = host()
        self._shell = shell(self._host)
        self._states: list[tuple[impl.State, Effect] | None] = [None] * ACTORS
        self._astray = [False] * ACTORS
        self._laws = tuple(judge for judge in laws_of(self.scope) if law in {None, judge.number})

    def _recorded(self) -> RecordedHost:
        return RecordedHost(
            self._recorder,
            self.disk.path,
            limits=limits(self.scope),
            projection=self._plug.projection,
            store=RecordedStore(self._recorder),
            files=_Files(self),
            connect=self._connect,
        )

    def take(self, action: Step) -> tuple[Event, ...]:
        """Take one step in the scanner and in the model, and hold it against the laws and the model.

        Raises:
            LawBrokenError: an event breaks a law.
            PartedError: the scanner and the model have parted ways.
            AuditError: the step touched something shared that it may not.
        """
        with self._recorder.sandbox:
            return self._taken(action)

    def _taken(self, action: Step) -> tuple[Event, ...]:
        before = self.seen
        events = self.move(action)
        self.judge(events)
        if self._beside_model:
            self._recorder.settle()
            world, expected = self._recorder.atomic("model step", model.step, before, self.scope, action)
            self._recorder.settle()
            _agree("state", self.steps, self.seen, world)
            _agree("kinds of events", self.steps, _kinds(events), _kinds(expected))
            _agree("events", self.steps, events, expected)
        return events

    def move(self, action: Step) -> tuple[Event, ...]:
        """Take one step in the scanner alone, and judge nothing."""
        self.steps.append(action)
        events: tuple[Event, ...] = ()
        if action.name in GATES:
            events = self._refresh(action)
        elif action.name == ELSEWHERE:
            events = self._elsewhere(action.arg)
        else:
            self._change(action)
        same = {number: number for number in observations(self.world)}
        self.world = renumbered(self.world, same, ranks(commits(self.world)))
        self._tally["steps"] += 1
        self._tally[f"action {action.name}"] += 1
        self.seen = self._look()
        return events

    def _look(self) -> World:
        """See the scanner as it stands in the terms of the model."""
        return canonical(view.world(self.world, self._host.store.slot, tuple(self._states), self._library))

    def judge(self, events: tuple[Event, ...]) -> None:
        """Hold events against the laws, and count the covers that were seen.

        Raises:
            LawBrokenError: an event breaks a law.
        """
        for event in events:
            if isinstance(event, Looked) and event.cause is not None:
                self._tally[f"scan {event.cause}"] += 1
            for law in self._laws:
                if law.holds is not None and not law.holds(event):
                    raise LawBrokenError(law.number, self.name, tuple(self.steps), event)
            for law in self._laws:
                if law.cover is not None and law.cover.seen(event):
                    self._tally[f"cover {law.number}"] += 1

    @property
    def free(self) -> list[int]:
        """The refreshers that may start a refresh."""
        return [actor for actor, task in enumerate(self.seen.tasks) if task.phase is None]

    @property
    def in_flight(self) -> list[int]:
        """The refreshers whose refresh is in flight."""
        return [actor for actor, task in enumerate(self.seen.tasks) if task.phase is not None]

    def pass_gate(self, actor: int) -> None:
        """Let a refresh through the gate that it waits at."""
        phase = self.seen.tasks[actor].phase
        if phase is not None:
            self.take(Step(phase, actor))

    def finish(self, actor: int) -> None:
        """Let a refresh through all its gates."""
        for _ in range(GATES_MAX):
            if self.seen.tasks[actor].phase is None:
                return
            self.pass_gate(actor)
        message = f"refresh {actor} did not end within {GATES_MAX} gates"
        raise AssertionError(message)

    def remembered(self) -> list[int]:
        """Give the ids of the surviving rows that the stored memo rests on."""
        memo = self.seen.slot.memo
        return [row.id for row in memo.sources if row in self.seen.log.rows] if memo is not None else []

    def settle(self) -> None:
        """Leave the world in peace, and hold what becomes of it against the laws."""
        self.judge(tuple(settled(self, self.scope, lambda _, action: (self, self.take(action)), lambda _: self.world)))

    def may_copy(self) -> bool:
        """Tell whether the file may be written over: in WAL mode only when nobody is connected to it."""
        return self.disk.journal == "delete" or not self.world.links

    def may_commit_amid(self) -> bool:
        """Tell whether a writer can commit while somebody reads: in WAL mode only, else it is kept waiting."""
        return self.disk.is_wal

    def close(self) -> None:
        """Let everything go."""
        self._shell.close()
        self._host.close()
        self._other.close()
        self.disk.close()

    def _change(self, action: Step) -> None:
        before = self.world
        self.world = model.change(before, self.scope, action)
        self.disk.follow(before, action, self.world)
        self._library.learn(self.world.log.rows)
        if action.name == "drop":
            self._recorder.atomic("drop", self._host.store.drop)
        if action.name == "hang up":
            self._host.take(None)
        if action.name == "start" and action.actor is not None:
            begun = asked(self.scope, action.arg, self._plug)
            self._states[action.actor] = begun
            self._astray[action.actor] = False
            self._shell.begin(action.actor, begun)
        if action.name == "cancel" and action.actor is not None:
            self._cancel(action.actor, midway=bool(action.arg))

    def _elsewhere(self, window: int) -> tuple[Event, ...]:
        """Let another scanner of the same log refresh, which has a memo of its own; nobody disturbs it."""
        before = self._host.store.slot
        state, effect = asked(self.scope, window, self._plug)
        lease = self._other.lease()
        for _ in range(GATES_MAX):
            following = impl.step(state, lease.perform(cast("Any", effect)))
            if not isinstance(following, tuple):
                lease.release(sound=False)  # nobody may be connected when a file is copied over
                answered = self._ghosts.elsewhere(self.world, window, following)
                self.world, stored = self._ghosts.stored_elsewhere(self.world, before, self._host.store.slot)
                return (*stored, answered)
            state, effect = following
        raise PartedError(f"a refresh that nobody disturbs did not end within {GATES_MAX} gates")

    def _cancel(self, actor: int, *, midway: bool) -> None:
        """Cancel a refresh: the memo is as it was, and its connection is gone."""
        before = self._host.store.slot
        self._shell.cancel(actor, midway=midway)
        self._states[actor] = None
        if self._host.store.slot is not before:
            raise PartedError("a cancelled refresh moved the memo")
        connections = [task.connection for task in self.world.tasks]
        kept = sum(one.link is not None for one in self.world.idle)
        least = kept + sum(one.link is not None and one.link.serial is not None for one in connections)
        most = least + sum(task.phase == "locate" and task.tries > 0 for task in self.seen.tasks)
        # A refresh that starts over lets its connection go when it locates the file again.
        if not least <= len(self._open) <= most:
            raise PartedError(f"connections are open: {len(self._open)}, not {least} to {most}")

    def _connect(self, *args: Any, **settings: Any) -> sqlite3.Connection:  # noqa: ANN401 - as sqlite3.connect
        """Connect as SQLite does, and keep count of what is open and what is read."""
        database = metered(self._meter, self._open.discard)(*args, **settings)
        self._open.add(database)
        return database

    def _refresh(self, action: Step) -> tuple[Event, ...]:
        """Let a refresh through its gate, or let the gate fail."""
        actor = action.actor or 0
        standing = self._states[actor]
        if standing is None:
            raise PartedError(f"refresh {actor} is not in flight")
        state, effect = standing
        before = self._host.store.slot
        cost = self._meter.cost
        if action.name in FAULTS:
            let_fail(self._meter, action.name)
        if action.name == AMID:
            self._meter.arm("bodies", partial(self._commit_amid, action))
        result = self._shell.perform(actor, effect, partial(self._missed, action))
        following = self._recorder.atomic("core step", impl.step, state, result)
        read = self._meter.cost.since(cost)
        failed = action.name in FAULTS
        slot, astray = self._host.store.slot, self._astray[actor]
        move = Move(actor, state, effect, result, following, before, slot, read, failed=failed, astray=astray)
        self._astray[actor] = strayed(self.world, move)
        self.world, events = self._ghosts.moved(self.world, move)
        if action.name == AMID:
            self.world = append_and_prune(self.world, self.scope, action.arg)
            self._library.learn(self.world.log.rows)
        self._states[actor] = rested(following)
        if not isinstance(following, tuple):
            self._shell.end(actor, following)
            self._ended(following)
        return events

    def _commit_amid(self, action: Step) -> None:
        after = append_and_prune(self.world, self.scope, action.arg)
        self.disk.commit(self.world.log, after.log)

    def _missed(self, action: Step, found: Result) -> Result:
        """Do at the end of a read what was to strike in the midst of it, if the read ended before."""
        missed = self._meter.disarm()
        if missed and action.name == AMID:
            self._commit_amid(action)
        return FAILED if missed and action.name in FAULTS else found

    def _ended(self, outcome: Outcome) -> None:
        """Count a refresh, and the full scan of the one-shot path, which reads past the memo and is seen only here."""
        self._tally[f"refresh {type(outcome).__name__.lower()}"] += 1
        if isinstance(outcome, Answer) and outcome.statistics.path == "one-shot" and outcome.statistics.cause:
            self._tally[f"scan {outcome.statistics.cause}"] += 1


class _Files:
    """The file system as the harness's world has it now."""

    def __init__(self, harness: Lockstep) -> None:
        self._harness = harness

    @property
    def _seen(self) -> WorldFiles:
        file = self._harness.world.path
        return WorldFiles(None if file is None else sighting(file))

    def locate(self, path: Path) -> Sighting | Missing | Failure:
        return self._seen.locate(path)

    def pin(self, path: Path) -> Pin | Missing | Failure:
        return self._seen.pin(path)


def _kinds(events: tuple[Event, ...]) -> tuple[str, ...]:
    """Name the kinds of events: as tuples two of different kinds may be equal, a memo stored and one thrown away."""
    return tuple(type(event).__name__ for event in events)


def _agree(what: str, steps: list[Step], seen: object, expected: object) -> None:
    """Hold what the scanner did against what the model did.

    Raises:
        PartedError: they differ; the message names each place, the scanner's value first.
    """
    if seen != expected:
        told = "\n".join(f"  {line}" for line in _differences(seen, expected, what))
        raise PartedError(f"scanner and model part ways after step {len(steps)}, {steps[-1]}:\n{told}")


def _differences(seen: object, expected: object, where: str) -> list[str]:
    """Name the places at which two values differ, and what stands there on either side."""
    if is_dataclass(seen) and type(seen) is type(expected):
        names = [field.name for field in fields(seen)]
        parts = [(f"{where}.{name}", getattr(seen, name), getattr(expected, name)) for name in names]
    elif isinstance(seen, tuple) and isinstance(expected, tuple) and len(seen) == len(expected):
        names = list(getattr(seen, "_fields", map(str, range(len(seen)))))
        parts = [(f"{where}.{name}", one, other) for name, one, other in zip(names, seen, expected, strict=True)]
    else:
        return [f"{where}: {seen}", f"{where}: {expected}"] if seen != expected else []
    return [line for place, one, other in parts for line in _differences(one, other, place)]
