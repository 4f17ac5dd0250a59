"""Hypothesis plays the wide worlds to somebody else's scanner: three refreshes under way, every kind of row."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, ClassVar, Final

from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.errors import Flaky
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test

from strandline.model.terms import Step
from strandline.properties.core.verdict import Trace
from strandline.properties.engines.stateful.play import DERANDOMIZED
from strandline.properties.systems.memo.blackbox import scenarios
from strandline.properties.systems.memo.blackbox.driver import BlackBoxDriver, LawBrokenOutsideError
from strandline.properties.systems.memo.blackbox.scenarios import COMPARE, EVER, LONG_PAST, SETTLE, WIDE
from strandline.properties.systems.memo.blackbox.subject import SubjectBrokenError

if TYPE_CHECKING:
    from datetime import date

    from strandline.properties.systems.memo.blackbox.subject import Subject

CASES: Final = 120
STEPS: Final = 30

PROFILE: Final = settings(
    DERANDOMIZED, max_examples=CASES, stateful_step_count=STEPS, phases=(Phase.generate,), print_blob=False
)
"""The profile of the scanner's own machines, with fewer cases: a child process takes longer over each.

A trace is made shorter by leaving out steps and looking, which takes fewer runs than Hypothesis would.
"""

_ROWS: Final = ("append", "append and prune")
_LOSSES: Final = ("delete", "empty", "reset")
_COPIES: Final = ("backup", "restore", "copy")
_FILES: Final = ("remove", "damage", *("replace", "reissue") * 3)
"""How often each way is chosen: a path that leads to no log is left alone until another file comes."""


class OutsideMachine(RuleBasedStateMachine):
    """A rule for each kind of change, and for the halves of a refresh; the laws are judged at each end."""

    tally: ClassVar[Counter[str]]
    found: ClassVar[list[Trace]]
    broken: ClassVar[list[SubjectBrokenError]]
    subject: ClassVar[Subject]
    name: ClassVar[str]
    today: ClassVar[date]
    world: str
    driver: BlackBoxDriver

    @initialize(world=st.sampled_from(sorted(WIDE)))
    def begin(self, world: str) -> None:
        """Open the subject on a fresh log; one that broke is not tried again."""
        if self.broken:
            raise self.broken[0]
        self.world = world
        self.driver = BlackBoxDriver(WIDE[world], self.today, self.subject, self.tally)
        self.tally["cases"] += 1

    def take(self, action: Step) -> None:
        """Take a step, and keep the trace if it breaks a law."""
        try:
            self.driver.take(action)
        except LawBrokenOutsideError as error:
            steps = tuple(self.driver.steps)
            self.found.extend(Trace(self.name, self.world, law, steps) for law in error.broken)
            raise
        except SubjectBrokenError as error:
            self.broken.append(error)
            raise

    def choose(self, data: st.DataObject, names: tuple[str, ...]) -> None:
        """Take one of the steps of these names that the world offers, if there is one."""
        offered = sorted(
            action
            for action in scenarios.offers(self.driver.environment, self.driver.scenario, self.driver.scope)
            if action.name in names
        )
        if offered:
            self.take(data.draw(st.sampled_from(offered), label=names[0]))

    @rule(data=st.data())
    def write(self, data: st.DataObject) -> None:
        """A row is appended, and its partition may be pruned with it."""
        self.choose(data, _ROWS)

    @rule(data=st.data())
    def write_again(self, data: st.DataObject) -> None:
        """A row is appended: a log with many rows has more to lose."""
        self.choose(data, _ROWS)

    @rule(data=st.data())
    def lose(self, data: st.DataObject) -> None:
        """Rows are deleted, or the sequence falls."""
        self.choose(data, _LOSSES)

    @rule(data=st.data())
    def turn_back(self, data: st.DataObject) -> None:
        """The log is backed up, or an older copy comes back."""
        self.choose(data, _COPIES)

    @rule(data=st.data())
    def lead_elsewhere(self, data: st.DataObject) -> None:
        """The path leads elsewhere: the way is chosen first, since a new file has a choice for each kind of row."""
        self.choose(data, (data.draw(st.sampled_from(_FILES)),))

    @rule(window=st.integers(0, LONG_PAST - 1))
    @precondition(lambda self: None in self.driver.environment.under_way)
    def start(self, window: int) -> None:
        """A refresh begins."""
        self.take(Step("start", self.driver.environment.under_way.index(None), window))

    @rule(data=st.data())
    def end(self, data: st.DataObject) -> None:
        """A refresh ends."""
        self.choose(data, ("end",))

    @rule(window=st.integers(0, LONG_PAST - 1))
    @precondition(lambda self: None in self.driver.environment.under_way)
    def refresh(self, window: int) -> None:
        """A refresh begins and ends: one that is alone must be exact."""
        actor = self.driver.environment.under_way.index(None)
        self.take(Step("start", actor, window))
        self.take(Step("end", actor))

    @rule(data=st.data())
    @precondition(lambda self: None in self.driver.environment.under_way)
    def lose_what_was_answered(self, data: st.DataObject) -> None:
        """A row is deleted right after an answer, and the next one is asked for: blind choice seldom does this."""
        self.refresh(EVER)
        self.choose(data, ("delete",))
        self.refresh(EVER)

    @rule()
    @precondition(lambda self: not self.driver.busy)
    def settle(self) -> None:
        """The world is left in peace."""
        self.take(SETTLE)

    @rule()
    @precondition(lambda self: not self.driver.busy)
    def compare(self) -> None:
        """A window that has ended is compared with one that has not."""
        self.take(COMPARE)

    def teardown(self) -> None:
        """Let everything go."""
        if hasattr(self, "driver"):
            self.driver.close()


def play(name: str, subject: Subject, today: date, profile: settings = PROFILE) -> tuple[Counter[str], list[Trace]]:
    """Play to a subject; give what was counted, and the traces that broke a law.

    A subject that answers now so and now so breaks a law only sometimes; what it broke stays broken.

    Raises:
        SubjectBrokenError: the subject broke.
    """
    tally: Counter[str] = Counter()
    found: list[Trace] = []
    broken: list[SubjectBrokenError] = []
    settled = {"tally": tally, "found": found, "broken": broken, "subject": subject, "name": name, "today": today}
    try:
        run_state_machine_as_test(type("OutsideMachine", (OutsideMachine,), settled), settings=profile)
    except (LawBrokenOutsideError, Flaky):
        if broken:
            raise broken[0] from None
        if not found:
            raise
    return tally, found
