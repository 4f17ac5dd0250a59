"""The state machines: one rule for each thing that happens to a refresh, and a few for what chance seldom draws.

Three refreshes are in flight at most, each let through its gates separately.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final, TypeVar

from hypothesis.stateful import precondition

from strandline.model.memo.environment import REWRITE
from strandline.properties.engines.stateful.machine import RANDOM
from strandline.properties.engines.stateful.rules import rule
from strandline.properties.systems.memo.driver.lockstep import ACTORS
from strandline.properties.systems.memo.driver.tasks import TrioShell
from strandline.properties.systems.memo.stateful.environment import Environment

if TYPE_CHECKING:
    from random import Random

    from strandline.properties.core.system import Machine

M = TypeVar("M", bound=Callable[..., None])

WIDEST: Final = 0
"""The number of the window that is open on both sides."""


_room_for_a_race = precondition(
    lambda self: self.harness.seen.path is not None and len(self.harness.free) >= ACTORS - 1
)
"""Lets a rule run only if there is a log, and two refreshes may start."""


_free = precondition(lambda self: self.harness.free)
"""Lets a rule run only if a refresh may start."""

_room_to_regrow = precondition(lambda self: self.harness.seen.log.rows and self.harness.free)
"""Lets a rule run only if there are rows to back up, and a refresh may start."""


class ScannerMachine(Environment):
    """The machine over plain calls, one rule for each thing that may happen to a refresh."""

    @rule(random=RANDOM)
    @_free
    def start(self, random: Random) -> None:
        """A refresh starts."""
        self.take("start", self.harness.free[0], self.window(random))

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
        tasks = self.harness.seen.tasks
        reads = [actor for actor in self.harness.in_flight if tasks[actor].phase == "read"]
        if not reads:
            reads = [self.harness.free[0]]
            self.come_to_read(reads[0], self.window(random))
        actor = random.choice(reads)
        if self.harness.seen.tasks[actor].phase == "read":
            self.take(fault, actor)

    @rule(random=RANDOM)
    @precondition(lambda self: self.harness.may_commit_amid() and self.harness.free)
    def commit_amid(self, random: Random) -> None:
        """A row is appended and its partition pruned between two statements of a refresh: blind choice seldom hits."""
        actor = self.harness.free[0]
        self.come_to_read(actor, self.window(random))
        self.take("commit amid", actor, self.template(random))

    @rule(random=RANDOM)
    def elsewhere(self, random: Random) -> None:
        """Another scanner of the same log refreshes, with a memo of its own."""
        self.take("elsewhere", None, self.window(random))

    @rule(random=RANDOM)
    @precondition(lambda self: self.harness.in_flight)
    def advance(self, random: Random) -> None:
        """A refresh gets through whatever gate it waits at."""
        self.harness.pass_gate(random.choice(self.harness.in_flight))

    @rule(random=RANDOM)
    @precondition(lambda self: self.harness.in_flight)
    def finish(self, random: Random) -> None:
        """A refresh runs to its end while the others wait."""
        self.harness.finish(random.choice(self.harness.in_flight))

    @rule(random=RANDOM)
    @_free
    def overtake(self, random: Random) -> None:
        """A refresh starts and ends while the others wait: blind choice seldom lets one overtake."""
        self.run_ahead(self.window(random))

    def run_ahead(self, window: int) -> None:
        """Start a refresh and let it run to its end."""
        actor = self.harness.free[0]
        self.take("start", actor, window)
        self.harness.finish(actor)

    @rule(random=RANDOM)
    @precondition(lambda self: self.harness.remembered() and self.harness.free)
    def delete_source(self, random: Random) -> None:
        """A row is deleted that the stored memo rests on, and a refresh follows: blind choice seldom does both."""
        self.take("delete", None, random.choice(self.harness.remembered()))
        self.run_ahead(self.window(random))

    @rule(random=RANDOM)
    @_room_for_a_race
    def race(self, random: Random) -> None:
        """A refresh reads, a wide one overtakes it with a newer log, and it ends: blind choice seldom does this."""
        late = self.harness.free[0]
        self.read_up(late, self.window(random))
        self.take("append", None, self.template(random))
        self.run_ahead(WIDEST)
        self.harness.finish(late)

    @rule(random=RANDOM)
    @_room_for_a_race
    def stall(self, random: Random) -> None:
        """A refresh finds the file, another one reads, a row arrives, and the first ends before the second."""
        asked = self.window(random)
        early = self.harness.free[0]
        self.come_to_read(early, asked)
        late = self.harness.free[0]
        self.read_up(late, asked)
        self.take("append", None, self.template(random))
        self.harness.finish(early)
        self.harness.finish(late)

    @rule(random=RANDOM)
    @_room_for_a_race
    def overtake_elsewhere(self, random: Random) -> None:
        """A refresh reads, another scanner refreshes on a newer log, and the first one ends."""
        late = self.harness.free[0]
        self.read_up(late, self.window(random))
        self.take("append", None, self.template(random))
        self.take("elsewhere", None, WIDEST)
        self.harness.finish(late)

    @rule(random=RANDOM)
    @_room_for_a_race
    def undermine(self, random: Random) -> None:
        """The memo is dropped under a refresh that has read, which then ends."""
        late = self.harness.free[0]
        self.read_up(late, self.window(random))
        self.take("drop")
        self.harness.finish(late)

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
        self.harness.pass_gate(actor)

    def come_to_read(self, actor: int, window: int) -> None:
        """Start a refresh and let it come to the gate at which it reads."""
        self.take("start", actor, window)
        for phase in ("locate", "connect"):
            if self.harness.seen.tasks[actor].phase == phase:
                self.harness.pass_gate(actor)

    @rule()
    @precondition(lambda self: not self.harness.in_flight)
    def settle(self) -> None:
        """The world is left in peace."""
        self.harness.settle()


class RewritingMachine(ScannerMachine):
    """The same machine over a log whose rows are written over; one of its own, so that no other game is dealt anew."""

    @rule(random=RANDOM)
    @precondition(lambda self: self.harness.seen.log.rows)
    def rewrite(self, random: Random) -> None:
        """A row is written over."""
        self.choose(random, REWRITE)

    @rule(random=RANDOM)
    @precondition(lambda self: self.harness.seen.log.rows and self.harness.free)
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
    @precondition(lambda self: self.harness.in_flight)
    def cancel(self, random: Random) -> None:
        """A refresh is cancelled where it is parked, or just after it was let through.

        A swap is let through and done in one go, so it is cancelled at its gate only.
        """
        actor = random.choice(self.harness.in_flight)
        may_go_on = self.harness.seen.tasks[actor].phase != "store"
        self.take("cancel", actor, random.choice((0, 1)) if may_go_on else 0)


MACHINES: Final[dict[str, Machine]] = {"fuzz": ScannerMachine.on, "fuzz trio": TrioScannerMachine.on}
"""Each machine by the name that its claims carry."""
