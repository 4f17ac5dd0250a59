"""The state machine: the real scanner on a real file, step by step beside the model.

Three refreshes are in flight at most. Each is let through one gate at a time, and the world may
move between any two. After each step the scanner's state, seen through the view, must be the
model's, and each event must obey the laws.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Callable
from dataclasses import fields, is_dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Final, TypeVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from strandline.impl import refresh as impl
from strandline.impl.effects import Failure, Rested
from strandline.impl.host import Host
from strandline.model import world as model
from strandline.model.environment import OFFERS
from strandline.model.ranks import canonical, commits, observations, ranks, renumbered
from strandline.model.refresh import FAULTS, STEPS
from strandline.model.state import Action
from strandline.properties import view
from strandline.properties.disk import Disk, Journal
from strandline.properties.fields import FIELDS, TEMPLATES, WINDOWS
from strandline.properties.ghosts import Ghosts, Move
from strandline.properties.laws import LAWS, bounded_by
from strandline.properties.quiet import GATES_MAX, settled
from strandline.properties.real import WorldFiles, asked, limits
from strandline.properties.shells import BlockingShell, TrioShell
from strandline.properties.verdict import PartedError

if TYPE_CHECKING:
    from pathlib import Path

    from strandline.impl.effects import Effect, Missing
    from strandline.impl.files import Pin, Sighting
    from strandline.model.events import Event
    from strandline.model.state import World
    from strandline.properties.templates import Templates

M = TypeVar("M", bound=Callable[..., None])

ACTORS: Final = 3
"""How many refreshes may be in flight."""


WIDEST: Final = 0
"""The number of the window that is open on both sides."""


class LawBrokenError(AssertionError):
    """A step of the real scanner broke a law; ``steps`` lead there."""

    def __init__(self, law: str, world: str, steps: tuple[Action, ...], event: Event) -> None:
        """Name the law, the wide world, the steps and the event."""
        super().__init__(f"{law} is broken in world {world!r} after {len(steps)} steps, by {event}")
        self.law = law
        self.world = world
        self.steps = steps


class Stage:
    """The real scanner on a disk, the model, and the ghosts, moved together by one action at a time."""

    def __init__(  # noqa: PLR0913 - what a stage is made of
        self,
        name: str,
        journal: Journal,
        templates: Templates,
        tally: Counter[str],
        shell: type[BlockingShell | TrioShell] = BlockingShell,
        *,
        beside_model: bool = True,
    ) -> None:
        """Set up a wide world of that name, on a file in that journal mode, run by that shell.

        ``beside_model`` holds each step against the model's; a mutant is judged by the laws alone.
        """
        self.name = name
        self.scope = FIELDS[name]
        self.disk = Disk(journal)
        self.world = model.init(self.scope)
        self.seen = self.world
        self._beside_model = beside_model
        self.steps: list[Action] = []
        self._tally = tally
        self._library = view.Library()
        self._ghosts = Ghosts(self.scope, templates.one_shot)
        self._open: set[sqlite3.Connection] = set()
        self._host = Host(self.disk.path, limits=limits(self.scope), files=_Files(self), connect=self._connect)
        self._shell = shell(self._host)
        self._states: list[tuple[impl.State, Effect] | None] = [None] * ACTORS
        self._laws = [
            (law.number, bounded_by(self.scope.limits.sources) if law.number == "M10" else law.holds)
            for law in LAWS
            if law.holds is not None
        ]

    def take(self, action: Action) -> tuple[Event, ...]:
        """Take one step in the scanner and in the model, and hold it against the laws and the model.

        Raises:
            LawBrokenError: an event breaks a law.
            PartedError: the scanner and the model have parted ways.
        """
        self.steps.append(action)
        events = self._refresh(action) if action.name in STEPS else self._change(action)
        same = {number: number for number in observations(self.world)}
        self.world = renumbered(self.world, same, ranks(commits(self.world)))
        self._tally["steps"] += 1
        self._tally[f"rule {action.name}"] += 1
        before, self.seen = self.seen, self._look()
        self.judge(events)
        if self._beside_model:
            world, expected = model.step(before, self.scope, action)
            _agree("state", self.steps, self.seen, world)
            _agree("events", self.steps, events, expected)
        return events

    def _look(self) -> World:
        """See the scanner as it stands in the terms of the model."""
        return canonical(view.world(self.world, self._host.store.slot, tuple(self._states), self._library))

    def judge(self, events: tuple[Event, ...]) -> None:
        """Hold events against the laws, and count the twins that were seen.

        Raises:
            LawBrokenError: an event breaks a law.
        """
        for event in events:
            for number, holds in self._laws:
                if not holds(event):
                    raise LawBrokenError(number, self.name, tuple(self.steps), event)
            for law in LAWS:
                if law.twin is not None and law.twin.seen(event):
                    self._tally[f"twin {law.number}"] += 1

    def pass_gate(self, actor: int) -> None:
        """Let a refresh through the gate that it waits at."""
        task = self.seen.tasks[actor]
        if task is not None:
            self.take(Action(task.phase, actor))

    def finish(self, actor: int) -> None:
        """Let a refresh through all its gates."""
        for _ in range(GATES_MAX):
            if self.seen.tasks[actor] is None:
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
        return self.disk.journal == "delete" or not self.world.links()

    def close(self) -> None:
        """Let everything go."""
        self._shell.close()
        self._host.close()
        self.disk.close()

    def _change(self, action: Action) -> tuple[Event, ...]:
        before = self.world
        self.world = model.change(before, self.scope, action)
        self.disk.follow(before, action, self.world)
        self._library.learn(self.world.log.rows)
        if action.name == "drop":
            self._host.store.drop()
        if action.name == "hang up":
            self._host.take(None)
        if action.name == "start" and action.actor is not None:
            begun = asked(self.scope, action.arg)
            self._states[action.actor] = begun
            self._shell.begin(action.actor, begun)
        if action.name == "cancel" and action.actor is not None:
            self._cancel(action.actor, midway=bool(action.arg))
        return ()

    def _cancel(self, actor: int, *, midway: bool) -> None:
        """Cancel a refresh: the memo is as it was, and its connection is gone."""
        before = self._host.store.slot
        self._shell.cancel(actor, midway=midway)
        self._states[actor] = None
        if self._host.store.slot is not before:
            raise PartedError("a cancelled refresh moved the memo")
        least = sum(link.file is not None for link in self.world.links())
        most = least + sum(task is not None and task.phase == "locate" and task.tries > 0 for task in self.seen.tasks)
        # A refresh that starts over lets its connection go when it locates the file again.
        if not least <= len(self._open) <= most:
            raise PartedError(f"{len(self._open)} connections are open, not {least} to {most}")

    def _connect(self, *args: Any, **settings: Any) -> sqlite3.Connection:  # noqa: ANN401 - as sqlite3.connect
        """Connect as SQLite does, and keep count of what is open."""
        stage = self

        class Counted(sqlite3.Connection):
            def close(self) -> None:
                stage._open.discard(self)
                super().close()

        database = sqlite3.connect(*args, factory=Counted, **settings)
        self._open.add(database)
        return database

    def _refresh(self, action: Action) -> tuple[Event, ...]:
        """Let a refresh through its gate, or let the gate fail."""
        actor = action.actor or 0
        standing = self._states[actor]
        if standing is None:
            raise PartedError(f"refresh {actor} is not in flight")
        state, effect = standing
        before = self._host.store.slot
        instead = Failure("busy" if action.name == "busy" else "io", "the world let this read fail")
        result = self._shell.perform(actor, effect, instead if action.name in FAULTS else None)
        following = impl.step(state, result)
        move = Move(actor, state, effect, result, following, before, self._host.store.slot)
        self.world, events = self._ghosts.moved(self.world, move)
        if isinstance(following, tuple) and isinstance(following[0], impl.Resting):
            following = impl.step(following[0], Rested())
        self._states[actor] = following if isinstance(following, tuple) else None
        if not isinstance(following, tuple):
            self._shell.end(actor, following)
        return events


class _Files:
    """The file system as the stage's world has it now."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage

    def locate(self, path: Path) -> Sighting | Missing | Failure:
        return WorldFiles(self._stage.world.path).locate(path)

    def pin(self, path: Path) -> Pin | Missing | Failure:
        return WorldFiles(self._stage.world.path).pin(path)


def _agree(what: str, steps: list[Action], seen: object, expected: object) -> None:
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


def _phase(name: str) -> Callable[[M], M]:
    """Let a rule run only if a refresh waits at a gate."""
    return precondition(lambda self: any(task is not None and task.phase == name for task in self.stage.seen.tasks))


def _offered(name: str) -> Callable[[M], M]:
    """Let a rule run only if the world offers an action."""
    return precondition(lambda self: any(True for _ in OFFERS[name](self.stage.seen, self.stage.scope)))


_room_for_a_race = precondition(
    lambda self: self.stage.seen.path is not None and self.stage.seen.tasks.count(None) >= ACTORS - 1
)
"""Lets a rule run only if there is a log, and two refreshes may start."""


class ScannerMachine(RuleBasedStateMachine):
    """One rule for each action; the invariants are the laws."""

    tally: ClassVar[Counter[str]] = Counter()
    templates: ClassVar[Templates]
    shell: ClassVar[type[BlockingShell | TrioShell]] = BlockingShell
    beside_model: ClassVar[bool] = True
    stage: Stage

    @initialize(name=st.sampled_from(sorted(FIELDS)), journal=st.sampled_from(("wal", "delete")))
    def begin(self, name: str, journal: Journal) -> None:
        """Set the stage."""
        self.stage = Stage(name, journal, self.templates, self.tally, self.shell, beside_model=self.beside_model)
        self.tally["cases"] += 1

    def take(self, name: str, actor: int | None = None, arg: int = 0) -> None:
        """Take a step."""
        self.stage.take(Action(name, actor, arg))

    def choose(self, data: st.DataObject, name: str) -> None:
        """Take one of the steps of a name that the world offers."""
        offered = sorted(OFFERS[name](self.stage.seen, self.stage.scope))
        self.stage.take(data.draw(st.sampled_from(offered), label=name))

    def let_through(self, data: st.DataObject, phase: str, name: str) -> None:
        """Let one of the refreshes that wait at a gate do something there."""
        waiting = [actor for actor, task in enumerate(self.stage.seen.tasks) if task and task.phase == phase]
        self.take(name, data.draw(st.sampled_from(waiting), label=phase))

    @rule(template=st.integers(0, len(TEMPLATES) - 1))
    @_offered("append")
    def append(self, template: int) -> None:
        """A row is appended."""
        self.take("append", None, template)

    @rule(template=st.integers(0, len(TEMPLATES) - 1))
    @_offered("append and prune")
    def append_and_prune(self, template: int) -> None:
        """A row is appended, and its partition pruned in the same transaction."""
        self.take("append and prune", None, template)

    @rule(data=st.data())
    @_offered("delete")
    def delete(self, data: st.DataObject) -> None:
        """Any row is deleted."""
        self.choose(data, "delete")

    @rule()
    @_offered("empty")
    def empty(self) -> None:
        """All rows are deleted."""
        self.take("empty")

    @rule()
    @_offered("reset")
    def reset(self) -> None:
        """A migration lets the sequence fall to the highest surviving id."""
        self.take("reset")

    @rule()
    @_offered("backup")
    def backup(self) -> None:
        """The log is backed up."""
        self.take("backup")

    @rule()
    @_offered("restore")
    def restore(self) -> None:
        """The backup is restored through SQLite."""
        self.take("restore")

    @rule()
    @precondition(lambda self: self.stage.may_copy())
    @_offered("copy")
    def copy(self) -> None:
        """The backup is copied over the file."""
        self.take("copy")

    @rule()
    @_offered("remove")
    def remove(self) -> None:
        """The file is deleted."""
        self.take("remove")

    @rule(rows=st.integers(0, 3))
    def replace(self, rows: int) -> None:
        """Another file is renamed over the path."""
        self.take("replace", None, rows)

    @rule(data=st.data())
    @_offered("reissue")
    def reissue(self, data: st.DataObject) -> None:
        """The file is deleted and another one gets its inode number."""
        self.choose(data, "reissue")

    @rule()
    def drop(self) -> None:
        """The memo is dropped by force."""
        self.take("drop")

    @rule()
    @_offered("hang up")
    def hang_up(self) -> None:
        """Idle connections are closed."""
        self.take("hang up")

    @rule(window=st.integers(0, len(WINDOWS) - 1))
    @precondition(lambda self: None in self.stage.seen.tasks)
    def start(self, window: int) -> None:
        """A refresh starts."""
        self.take("start", self.stage.seen.tasks.index(None), window)

    @rule(data=st.data())
    @_phase("locate")
    def locate(self, data: st.DataObject) -> None:
        """A refresh learns where the path leads."""
        self.let_through(data, "locate", "locate")

    @rule(data=st.data())
    @_phase("connect")
    def connect(self, data: st.DataObject) -> None:
        """A refresh connects."""
        self.let_through(data, "connect", "connect")

    @rule(data=st.data())
    @_phase("read")
    def read(self, data: st.DataObject) -> None:
        """A refresh reads."""
        self.let_through(data, "read", "read")

    @rule(data=st.data())
    @_phase("check")
    def check(self, data: st.DataObject) -> None:
        """A refresh checks where the path leads now."""
        self.let_through(data, "check", "check")

    @rule(data=st.data())
    @_phase("store")
    def store(self, data: st.DataObject) -> None:
        """A refresh writes back."""
        self.let_through(data, "store", "store")

    @rule(data=st.data())
    @_phase("read")
    def fail(self, data: st.DataObject) -> None:
        """A read fails."""
        self.let_through(data, "read", "fail")

    @rule(data=st.data())
    @_phase("read")
    def busy(self, data: st.DataObject) -> None:
        """The log is busy."""
        self.let_through(data, "read", "busy")

    @rule(data=st.data())
    @precondition(lambda self: any(self.stage.seen.tasks))
    def advance(self, data: st.DataObject) -> None:
        """A refresh gets through whatever gate it waits at."""
        waiting = [actor for actor, task in enumerate(self.stage.seen.tasks) if task]
        self.stage.pass_gate(data.draw(st.sampled_from(waiting), label="advance"))

    @rule(data=st.data())
    @precondition(lambda self: any(self.stage.seen.tasks))
    def finish(self, data: st.DataObject) -> None:
        """A refresh runs to its end while the others wait."""
        waiting = [actor for actor, task in enumerate(self.stage.seen.tasks) if task]
        self.stage.finish(data.draw(st.sampled_from(waiting), label="finish"))

    @rule(window=st.integers(0, len(WINDOWS) - 1))
    @precondition(lambda self: None in self.stage.seen.tasks)
    def overtake(self, window: int) -> None:
        """A refresh starts and ends while the others wait: blind choice seldom lets one overtake."""
        actor = self.stage.seen.tasks.index(None)
        self.take("start", actor, window)
        self.stage.finish(actor)

    @rule(data=st.data())
    @precondition(lambda self: self.stage.remembered())
    def delete_source(self, data: st.DataObject) -> None:
        """A row is deleted that the stored memo rests on: blind choice seldom hits one."""
        self.take("delete", None, data.draw(st.sampled_from(self.stage.remembered()), label="source"))

    @rule(template=st.integers(0, len(TEMPLATES) - 1), window=st.integers(0, len(WINDOWS) - 1))
    @_room_for_a_race
    def race(self, template: int, window: int) -> None:
        """A refresh reads, a wide one overtakes it with a newer log, and it ends: blind choice seldom does this."""
        late = self.stage.seen.tasks.index(None)
        self.read_up(late, window)
        self.take("append", None, template)
        self.overtake(WIDEST)
        self.stage.finish(late)

    @rule(window=st.integers(0, len(WINDOWS) - 1))
    @_room_for_a_race
    def undermine(self, window: int) -> None:
        """The memo is dropped under a refresh that has read, which then ends."""
        late = self.stage.seen.tasks.index(None)
        self.read_up(late, window)
        self.take("drop")
        self.stage.finish(late)

    def read_up(self, actor: int, window: int) -> None:
        """Start a refresh and let it read."""
        self.take("start", actor, window)
        for phase in ("locate", "connect", "read"):
            task = self.stage.seen.tasks[actor]
            if task is not None and task.phase == phase:
                self.stage.pass_gate(actor)

    @rule()
    @precondition(lambda self: not any(self.stage.seen.tasks))
    def settle(self) -> None:
        """The world is left in peace."""
        self.stage.settle()

    def teardown(self) -> None:
        """Let everything go."""
        self.stage.close()


class TrioScannerMachine(ScannerMachine):
    """The same machine over trio tasks, which can be cancelled at every gate and inside every effect."""

    shell = TrioShell

    @rule(data=st.data(), midway=st.booleans())
    @precondition(lambda self: any(self.stage.seen.tasks))
    def cancel(self, data: st.DataObject, midway: bool) -> None:  # noqa: FBT001 - Hypothesis passes it by name
        """A refresh is cancelled where it is parked, or just after it was let through.

        A swap is let through and done in one go, so it is cancelled at its gate only.
        """
        tasks = self.stage.seen.tasks
        actor = data.draw(st.sampled_from([actor for actor, task in enumerate(tasks) if task]), label="cancel")
        task = tasks[actor]
        self.take("cancel", actor, int(midway and task is not None and task.phase != "store"))
