"""The state machines: one rule for each thing that happens in the world, and a few for what chance seldom draws.

Three refreshes are in flight at most, each let through its gates separately.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import TYPE_CHECKING, ClassVar, Final, TypeVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition

from strandline.model.environment import OFFERS
from strandline.model.state import Action
from strandline.properties.fields import FIELDS
from strandline.properties.rules import rule
from strandline.properties.shells import BlockingShell, TrioShell
from strandline.properties.stage import ACTORS, Stage

if TYPE_CHECKING:
    from collections.abc import Mapping

    from strandline.properties.fields import Field
    from strandline.properties.templates import Templates

M = TypeVar("M", bound=Callable[..., None])

WIDEST: Final = 0
"""The number of the window that is open on both sides."""

REPLACED_MAX: Final = 3
"""How many rows a file may have that takes the place of the log."""


def _offered(name: str) -> Callable[[M], M]:
    """Let a rule run only if the world offers an action."""
    return precondition(lambda self: any(True for _ in OFFERS[name](self.stage.seen, self.stage.scope)))


_room_for_a_race = precondition(
    lambda self: self.stage.seen.path is not None and self.stage.seen.tasks.count(None) >= ACTORS - 1
)
"""Lets a rule run only if there is a log, and two refreshes may start."""


_templates = st.runner().flatmap(lambda self: st.integers(0, len(self.stage.scope.templates) - 1))
_windows = st.runner().flatmap(lambda self: st.integers(0, len(self.stage.scope.windows) - 1))
_rows = st.runner().flatmap(lambda self: st.integers(0, min(REPLACED_MAX, len(self.stage.scope.templates))))
"""What a world has to choose from: the machine plays in worlds of any log."""


_free = precondition(lambda self: None in self.stage.seen.tasks)
"""Lets a rule run only if a refresh may start."""

_room_to_regrow = precondition(lambda self: self.stage.seen.log.rows and None in self.stage.seen.tasks)
"""Lets a rule run only if there are rows to back up, and a refresh may start."""


class ScannerMachine(RuleBasedStateMachine):
    """One rule for each action; the invariants are the laws."""

    tally: ClassVar[Counter[str]] = Counter()
    templates: ClassVar[Templates]
    shell: ClassVar[type[BlockingShell | TrioShell]] = BlockingShell
    beside_model: ClassVar[bool] = True
    fields: ClassVar[Mapping[str, Field]] = FIELDS
    stage: Stage

    @initialize(name=st.runner().flatmap(lambda self: st.sampled_from(sorted(self.fields))))
    def begin(self, name: str) -> None:
        """Set the stage."""
        self.stage = Stage(
            name, self.templates, self.tally, self.shell, beside_model=self.beside_model, fields=self.fields
        )
        self.tally["cases"] += 1

    def take(self, name: str, actor: int | None = None, arg: int = 0) -> None:
        """Take a step."""
        self.stage.take(Action(name, actor, arg))

    def choose(self, data: st.DataObject, name: str) -> None:
        """Take one of the steps of a name that the world offers."""
        offered = sorted(OFFERS[name](self.stage.seen, self.stage.scope))
        self.stage.take(data.draw(st.sampled_from(offered), label=name))

    def strike(self, fault: str, window: int) -> None:
        """Let a fault strike a refresh that reads; if none is about to, start one that is."""
        reads = [actor for actor, task in enumerate(self.stage.seen.tasks) if task and task.phase == "read"]
        if not reads:
            reads = [self.stage.seen.tasks.index(None)]
            self.come_to_read(reads[0], window)
        task = self.stage.seen.tasks[reads[0]]
        if task is not None and task.phase == "read":
            self.take(fault, reads[0])

    @rule(template=_templates)
    @_offered("append")
    def append(self, template: int) -> None:
        """A row is appended."""
        self.take("append", None, template)

    @rule(template=_templates)
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

    @rule(rows=_rows)
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

    @rule(window=_windows)
    @_free
    def start(self, window: int) -> None:
        """A refresh starts."""
        self.take("start", self.stage.seen.tasks.index(None), window)

    @rule(window=_windows)
    @_free
    def fail(self, window: int) -> None:
        """A read fails: blind choice seldom finds a refresh at its read."""
        self.strike("fail", window)

    @rule(window=_windows)
    @_free
    def busy(self, window: int) -> None:
        """The log is busy, as seldom found."""
        self.strike("busy", window)

    @rule(template=_templates, window=_windows)
    @precondition(lambda self: self.stage.may_commit_amid() and None in self.stage.seen.tasks)
    def commit_amid(self, template: int, window: int) -> None:
        """A row is appended and its partition pruned between two statements of a refresh: blind choice seldom hits."""
        actor = self.stage.seen.tasks.index(None)
        self.come_to_read(actor, window)
        self.take("commit amid", actor, template)

    @rule(window=_windows)
    def elsewhere(self, window: int) -> None:
        """Another scanner of the same log refreshes, with a memo of its own."""
        self.take("elsewhere", None, window)

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

    @rule(window=_windows)
    @_free
    def overtake(self, window: int) -> None:
        """A refresh starts and ends while the others wait: blind choice seldom lets one overtake."""
        self.run_ahead(window)

    def run_ahead(self, window: int) -> None:
        """Start a refresh and let it run to its end."""
        actor = self.stage.seen.tasks.index(None)
        self.take("start", actor, window)
        self.stage.finish(actor)

    @rule(data=st.data())
    @precondition(lambda self: self.stage.remembered())
    def delete_source(self, data: st.DataObject) -> None:
        """A row is deleted that the stored memo rests on: blind choice seldom hits one."""
        self.take("delete", None, data.draw(st.sampled_from(self.stage.remembered()), label="source"))

    @rule(template=_templates, window=_windows)
    @_room_for_a_race
    def race(self, template: int, window: int) -> None:
        """A refresh reads, a wide one overtakes it with a newer log, and it ends: blind choice seldom does this."""
        late = self.stage.seen.tasks.index(None)
        self.read_up(late, window)
        self.take("append", None, template)
        self.run_ahead(WIDEST)
        self.stage.finish(late)

    @rule(template=_templates, window=_windows)
    @_room_for_a_race
    def stall(self, template: int, window: int) -> None:
        """A refresh finds the file, another one reads, a row arrives, and the first ends before the second."""
        early = self.stage.seen.tasks.index(None)
        self.come_to_read(early, window)
        late = self.stage.seen.tasks.index(None)
        self.read_up(late, window)
        self.take("append", None, template)
        self.stage.finish(early)
        self.stage.finish(late)

    @rule(template=_templates, window=_windows)
    @_room_for_a_race
    def overtake_elsewhere(self, template: int, window: int) -> None:
        """A refresh reads, another scanner refreshes on a newer log, and the first one ends."""
        late = self.stage.seen.tasks.index(None)
        self.read_up(late, window)
        self.take("append", None, template)
        self.take("elsewhere", None, WIDEST)
        self.stage.finish(late)

    @rule(window=_windows)
    @_room_for_a_race
    def undermine(self, window: int) -> None:
        """The memo is dropped under a refresh that has read, which then ends."""
        late = self.stage.seen.tasks.index(None)
        self.read_up(late, window)
        self.take("drop")
        self.stage.finish(late)

    @rule(template=_templates, window=_windows)
    @_room_to_regrow
    def regrow(self, template: int, window: int) -> None:
        """The log falls back to its backup and grows past the cursor with other rows: blind choice seldom does this."""
        self.take("backup")
        self.take("append", None, template)
        self.run_ahead(window)
        self.take("restore")
        self.take("append", None, template)
        self.run_ahead(window)

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
