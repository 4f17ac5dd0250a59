"""A core among a rollout, a row and callers, each moved one access at a time: what its tests play with."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from strandline.impl.threads.effects import (
    Answer,
    Applied,
    Arm,
    Delete,
    Due,
    Effect,
    Failed,
    Folded,
    Input,
    Interrupt,
    Mismatch,
    NotWritten,
    Outcome,
    Refold,
    Release,
    Remove,
    Removed,
    Request,
    Upsert,
    Write,
    Wrote,
)
from strandline.impl.threads.failures import Failure
from strandline.impl.threads.generation import Generation, before_the_first_line
from strandline.impl.threads.patch import EMPTY, Patch, at_rest, merge, patch
from strandline.impl.threads.projector import State, created, step

if TYPE_CHECKING:
    from strandline.impl.threads.effects import Kind

LOCKED = Failure("busy", "locked")
TITLED = patch({"title": "said", "updated_at": 1})
RENAMED = patch({"title": "renamed"}, explicit=True)
TOUCH = patch({"updated_at": 2})


def at(ordinal: int) -> Generation:
    return Generation("r", ordinal, 10 * ordinal, f"d{ordinal}") if ordinal else before_the_first_line("r")


@dataclass
class World:
    """A core among a rollout, a row and callers, each moved one access at a time."""

    state: State = field(default_factory=lambda: created(at(0)))
    lines: list[Patch] = field(default_factory=list)
    row: tuple[Generation, Patch] | None = None
    work: Upsert | Refold | Delete | None = None
    mail: list[Write | Remove] = field(default_factory=list)
    outcomes: dict[int, Outcome] = field(default_factory=dict)
    captured: dict[int, int] = field(default_factory=dict)
    kinds: dict[int, str] = field(default_factory=dict)
    armed: str | None = None
    released: bool = False
    removed: bool = False
    damaged: bool = False
    """Whether somebody wrote to the row who may not: the next attempt notices."""
    interrupts: int = 0
    attempts: list[Upsert] = field(default_factory=list)

    def feed(self, given: Input) -> tuple[Effect, ...]:
        hash(self.state)
        self.state, effects = step(self.state, given)
        for effect in effects:
            self._take(effect)
        assert self.state.flight is None or self.work is not None
        return effects

    def _take(self, effect: Effect) -> None:
        match effect:
            case Write() | Remove():
                self.mail.append(effect)
            case Answer(ticket, outcome):
                assert ticket not in self.outcomes, "one outcome each"
                self.outcomes[ticket] = outcome
                self._judge(ticket, outcome)
            case Upsert() | Refold() | Delete():
                assert self.work is None, "one in flight"
                assert not self.released, "nothing begins after the end"
                self.work = effect
                if isinstance(effect, Upsert):
                    self.attempts.append(effect)
            case Release():
                assert self.work is None, "nothing commits after the end"
                self.released = True
            case Interrupt():
                self.interrupts += 1
            case Arm(wait):
                self.armed = wait

    def _judge(self, ticket: int, outcome: Outcome) -> None:
        """A barrier that is done has its captured lines in the row."""
        if outcome.status != "done" or self.kinds[ticket] in {"append", "discard"}:
            return
        assert outcome.generation is not None
        assert outcome.generation.ordinal >= self.captured.get(ticket, 0)
        if outcome.generation.ordinal and not self.damaged:
            assert self.row is not None
            assert self.row[0].ordinal >= outcome.generation.ordinal

    def fold(self, through: int | None = None) -> Patch:
        whole = EMPTY
        for line in self.lines[:through]:
            whole = merge(whole, line)
        return whole

    def call(self, kind: Kind, *lines: Patch, trace: str | None = None) -> int:
        ticket = len(self.kinds) + 1
        self.kinds[ticket] = kind
        self.captured[ticket] = self.state.tail.ordinal
        self.feed(Request(ticket, kind, lines, trace))
        return ticket

    def write(self, *, fails: bool = False) -> None:
        mail = self.mail.pop(0)
        if isinstance(mail, Remove):
            self.removed = not fails
            self.feed(Removed(mail.ticket, "no" if fails else None))
        elif fails:
            self.feed(NotWritten(mail.ticket, "no"))
        else:
            before = len(self.lines)
            self.lines += mail.items or [patch({"created_at": 1})]
            self.feed(Wrote(mail.ticket, at(len(self.lines)), merge_all(self.lines[before:])))

    def land(self, *, fails: bool = False, commits: bool = True) -> None:
        """Let the attempt in flight end as the database would; one that fails may be committed all the same."""
        work, self.work = self.work, None
        assert work is not None
        result: Any = Applied()
        if isinstance(work, Refold):
            result = Folded(self.fold(work.through.ordinal))
        elif isinstance(work, Delete):
            if not fails:
                self.row = None
        elif not fails or commits:
            result = self._upsert(work)
        self.feed(Failed(LOCKED) if fails else result)

    def _upsert(self, work: Upsert) -> Applied | Mismatch:
        if work.base is None or (self.row is None and work.base.ordinal == 0):
            self.row = (work.target, at_rest(work.patch))
        elif self.row is None or self.row[0] not in {work.base, work.target}:
            return Mismatch()
        else:
            self.row = (work.target, at_rest(merge(self.row[1], work.patch)))
        return Applied()

    def settle(self) -> None:
        """Let everything that can happen by itself happen."""
        for _ in range(100):
            if self.mail:
                self.write()
            elif self.work is not None:
                self.land()
            elif self.armed is not None and self.state.gate == "open":
                self.armed = None
                self.feed(Due())
            else:
                return
        raise AssertionError("it does not come to rest")


def merge_all(patches: list[Patch]) -> Patch:
    whole = EMPTY
    for each in patches:
        whole = merge(whole, each)
    return whole


def appended(*lines: Patch) -> World:
    """A thread with lines, and its row."""
    world = World()
    for line in lines:
        world.call("append", line)
        world.write()
    world.settle()
    return world
