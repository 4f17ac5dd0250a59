"""The state machines: one rule for each thing that happens to a refresh, and a few for what chance seldom draws.

Three refreshes are in flight at most, each let through its gates separately.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final, TypeVar

from hypothesis.stateful import precondition

from strandline.model.environment import REWRITE
from strandline.properties.harness.stage import ACTORS
from strandline.properties.harness.tasks import TrioShell
from strandline.properties.rules import rule
from strandline.properties.surroundings import RANDOM, Surroundings

if TYPE_CHECKING:
    from random import Random

M = TypeVar("M", bound=Callable[..., None])

WIDEST: Final = 0
"""The number of the window that is open on both sides."""


_room_for_a_race = precondition(
    lambda self: self.stage.seen.path is not None and self.stage.seen.tasks.count(None) >= ACTORS - 1
)
"""Lets a rule run only if there is a log, and two refreshes may start."""


_free = precondition(lambda self: None in self.stage.seen.tasks)
"""Lets a rule run only if a refresh may start."""

_room_to_regrow = precondition(lambda self: self.stage.seen.log.rows and None in self.stage.seen.tasks)
"""Lets a rule run only if there are rows to back up, and a refresh may start."""


class ScannerMachine(Surroundings):
    """The machine over plain calls, one rule for each thing that may happen to a refresh."""

    @rule(random=RANDOM)
    @_free
    def start(self, random: Random) -> None:
        """A refresh starts."""
        self.take("start", self.stage.seen.tasks.index(None), self.window(random))

    @rule(random=RANDOM)
    @_free
    def fail(self, random: Random) -> None:
        """A read fails: blind choice seldom finds a refresh at its read."""
        self.strike(random, "fail")

    @rule(random=RANDOM)
    @_free
    def busy(self, random: Random) -> None:
        """The log is busy, as seldom found."""
        self.strike(random, "busy")

    def strike(self, random: Random, fault: str) -> None:
        """Let a fault strike a refresh that reads; if none is about to, start one that is."""
        reads = [actor for actor, task in enumerate(self.stage.seen.tasks) if task and task.phase == "read"]
        if not reads:
            reads = [self.stage.seen.tasks.index(None)]
            self.come_to_read(reads[0], self.window(random))
        actor = random.choice(reads)
        task = self.stage.seen.tasks[actor]
        if task is not None and task.phase == "read":
            self.take(fault, actor)

    @rule(random=RANDOM)
    @precondition(lambda self: self.stage.may_commit_amid() and None in self.stage.seen.tasks)
    def commit_amid(self, random: Random) -> None:
        """A row is appended and its partition pruned between two statements of a refresh: blind choice seldom hits."""
        actor = self.stage.seen.tasks.index(None)
        self.come_to_read(actor, self.window(random))
        self.take("commit amid", actor, self.template(random))

    @rule(random=RANDOM)
    def elsewhere(self, random: Random) -> None:
        """Another scanner of the same log refreshes, with a memo of its own."""
        self.take("elsewhere", None, self.window(random))

    @rule(random=RANDOM)
    @precondition(lambda self: any(self.stage.seen.tasks))
    def advance(self, random: Random) -> None:
        """A refresh gets through whatever gate it waits at."""
        waiting = [actor for actor, task in enumerate(self.stage.seen.tasks) if task]
        self.stage.pass_gate(random.choice(waiting))

    @rule(random=RANDOM)
    @precondition(lambda self: any(self.stage.seen.tasks))
    def finish(self, random: Random) -> None:
        """A refresh runs to its end while the others wait."""
        waiting = [actor for actor, task in enumerate(self.stage.seen.tasks) if task]
        self.stage.finish(random.choice(waiting))

    @rule(random=RANDOM)
    @_free
    def overtake(self, random: Random) -> None:
        """A refresh starts and ends while the others wait: blind choice seldom lets one overtake."""
        self.run_ahead(self.window(random))

    def run_ahead(self, window: int) -> None:
        """Start a refresh and let it run to its end."""
        actor = self.stage.seen.tasks.index(None)
        self.take("start", actor, window)
        self.stage.finish(actor)

    @rule(random=RANDOM)
    @precondition(lambda self: self.stage.remembered() and None in self.stage.seen.tasks)
    def delete_source(self, random: Random) -> None:
        """A row is deleted that the stored memo rests on, and a refresh follows: blind choice seldom does both."""
        self.take("delete", None, random.choice(self.stage.remembered()))
        self.run_ahead(self.window(random))

    @rule(random=RANDOM)
    @_room_for_a_race
    def race(self, random: Random) -> None:
        """A refresh reads, a wide one overtakes it with a newer log, and it ends: blind choice seldom does this."""
        late = self.stage.seen.tasks.index(None)
        self.read_up(late, self.window(random))
        self.take("append", None, self.template(random))
        self.run_ahead(WIDEST)
        self.stage.finish(late)

    @rule(random=RANDOM)
    @_room_for_a_race
    def stall(self, random: Random) -> None:
        """A refresh finds the file, another one reads, a row arrives, and the first ends before the second."""
        asked = self.window(random)
        early = self.stage.seen.tasks.index(None)
        self.come_to_read(early, asked)
        late = self.stage.seen.tasks.index(None)
        self.read_up(late, asked)
        self.take("append", None, self.template(random))
        self.stage.finish(early)
        self.stage.finish(late)

    @rule(random=RANDOM)
    @_room_for_a_race
    def overtake_elsewhere(self, random: Random) -> None:
        """A refresh reads, another scanner refreshes on a newer log, and the first one ends."""
        late = self.stage.seen.tasks.index(None)
        self.read_up(late, self.window(random))
        self.take("append", None, self.template(random))
        self.take("elsewhere", None, WIDEST)
        self.stage.finish(late)

    @rule(random=RANDOM)
    @_room_for_a_race
    def undermine(self, random: Random) -> None:
        """The memo is dropped under a refresh that has read, which then ends."""
        late = self.stage.seen.tasks.index(None)
        self.read_up(late, self.window(random))
        self.take("drop")
        self.stage.finish(late)

    @rule(random=RANDOM)
    @_room_to_regrow
    def regrow(self, random: Random) -> None:
        """The log falls back to its backup and grows past the cursor with other rows: blind choice seldom does this."""
        asked = self.window(random)
        self.take("backup")
        self.take("append", None, self.template(random))
        self.run_ahead(asked)
        self.take("restore")
        self.take("append", None, self.template(random))
        self.run_ahead(asked)

    def read_up(self, actor: int, window: int) -> None:
        """Start a refresh and let it read."""
        self.come_to_read(actor, window)
        self.stage.pass_gate(actor)

    def come_to_read(self, actor: int, window: int) -> None:
        """Start a refresh and let it come to the gate at which it reads."""
        self.take("start", actor, window)
        for phase in ("locate", "connect"):
            task = self.stage.seen.tasks[actor]
            if task is not None and task.phase == phase:
                self.stage.pass_gate(actor)

    @rule()
    @precondition(lambda self: not any(self.stage.seen.tasks))
    def settle(self) -> None:
        """The world is left in peace."""
        self.stage.settle()


class RewritingMachine(ScannerMachine):
    """The same machine over a log whose rows are written over; one of its own, so that no other game is dealt anew."""

    @rule(random=RANDOM)
    @precondition(lambda self: self.stage.seen.log.rows)
    def rewrite(self, random: Random) -> None:
        """A row is written over."""
        self.choose(random, REWRITE)

    @rule(random=RANDOM)
    @precondition(lambda self: self.stage.seen.log.rows and None in self.stage.seen.tasks)
    def rewrite_what_was_read(self, random: Random) -> None:
        """A row is written over between two refreshes: blind choice seldom does all three."""
        asked = self.window(random)
        self.run_ahead(asked)
        self.choose(random, REWRITE)
        self.run_ahead(asked)


class TrioScannerMachine(ScannerMachine):
    """The same machine over trio tasks, which can be cancelled at every gate and inside every effect."""

    shell = TrioShell

    @rule(random=RANDOM)
    @precondition(lambda self: any(self.stage.seen.tasks))
    def cancel(self, random: Random) -> None:
        """A refresh is cancelled where it is parked, or just after it was let through.

        A swap is let through and done in one go, so it is cancelled at its gate only.
        """
        tasks = self.stage.seen.tasks
        actor = random.choice([actor for actor, task in enumerate(tasks) if task])
        task = tasks[actor]
        may_go_on = task is not None and task.phase != "store"
        self.take("cancel", actor, random.choice((0, 1)) if may_go_on else 0)
