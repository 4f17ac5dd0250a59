"""Plays a world to a subject on real files, and judges what can be seen from outside.

The driver moves the log, begins refreshes and ends them, and knows what the path led to meanwhile. What it sees it
puts into the events that the laws judge everywhere else. Refreshes that overlap a change may answer from before it or
after it: how they run is the subject's own, so only what is wrong for every instant between begin and end counts.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final, NamedTuple

from strandline.model.memo.events import Answered, Event, Failed, Settled
from strandline.model.memo.oracle import Turn as OracleTurn
from strandline.model.memo.oracle import oracle
from strandline.model.terms import Step
from strandline.properties.systems.memo.blackbox import scenarios
from strandline.properties.systems.memo.blackbox.damage import damage
from strandline.properties.systems.memo.blackbox.outside import OUTSIDE, Compared, Revised
from strandline.properties.systems.memo.blackbox.scenarios import EVER, NOT_PAST, PAST
from strandline.properties.systems.memo.blackbox.subject import SubjectBrokenError, Turn, Turns
from strandline.properties.systems.memo.driver.disk import PRIMARY, Disk

if TYPE_CHECKING:
    from collections import Counter
    from datetime import date

    from strandline.model.memo.truth import Truth
    from strandline.properties.systems.memo.blackbox.scenarios import Content, Scenario
    from strandline.properties.systems.memo.blackbox.subject import Outcome, Subject, Window

ASKER: Final = 0
"""The refresher that looks at a quiet world."""


@dataclass(slots=True)
class Flight:
    """A refresh under way: what it asks for, what the path led to since it began, and whether it is alone."""

    ticket: int
    number: int
    window: Window
    contents: list[Content] = field(default_factory=list)
    alone: bool = True

    @property
    def quiet(self) -> bool:
        """Whether nothing else moved since it began."""
        return self.alone and len(self.contents) == 1


class Ended(NamedTuple):
    """A refresh that ended: what it asked for and got, and what that was in the terms of the laws."""

    flight: Flight
    outcome: Outcome
    event: Event


DAMAGED: Final = "the log or its folder"


class LawBrokenOutsideError(AssertionError):
    """A step broke laws: ``broken`` has the event that says how for each of them, by its number."""

    def __init__(self, broken: dict[str, Event]) -> None:
        """Say which laws."""
        super().__init__(", ".join(broken))
        self.broken = broken


class BlackBoxDriver:
    """One run of a world: a fresh log, a fresh memo, and everything that happened."""

    def __init__(self, scenario: Scenario, today: date, subject: Subject, tally: Counter[str]) -> None:
        """Begin a run.

        Args:
            scenario: the world.
            today: the day that its rows lie around.
            subject: who is judged.
            tally: takes counts of steps, refreshes and covers; only what does not hang on who was faster is counted.
        """
        self.scenario = scenario
        self.scope = scenarios.dated(scenario, today)
        self._today = today
        self._tally = tally
        self.environment = scenarios.begin(self.scope)
        self.steps: list[Step] = []
        self.last: list[Ended] = []
        self.events: list[Event] = []
        self._flights: dict[int, Flight] = {}
        self._reported: dict[int, frozenset[str]] = {}
        self._broken: dict[str, Event] = {}
        self._given_up = False
        self.disk = Disk(scenario.journal)
        empty = scenarios.begin(replace(self.scope, born_with=())).world
        self.disk.follow(empty, Step("append"), self.environment.world)
        self._left = self.disk.standing()
        try:
            self._session = subject.open(self.disk.path, self.disk.path.with_name("memo"))
        except BaseException:
            self.disk.close()
            raise

    @property
    def busy(self) -> bool:
        """Whether a refresh is under way."""
        return bool(self._flights)

    def window(self, number: int) -> Window:
        """Give a window by its number, as the subject is asked for it."""
        return scenarios.window(number, self.scenario, self._today)

    def take(self, action: Step) -> None:
        """Take a step.

        Raises:
            LawBrokenOutsideError: events of this step break laws.
            SubjectBrokenError: the subject broke.
        """
        self.steps.append(action)
        self._tally["steps"] += 1
        self.last, self.events, self._broken = [], [], {}
        try:
            self._take(action)
        except BaseException:  # broken or interrupted: whatever is under way is not waited for any longer
            self._given_up = True
            raise
        self.environment = scenarios.after(self.environment, self.scope, action)
        if self._broken:
            raise LawBrokenOutsideError(self._broken)

    def _take(self, action: Step) -> None:
        match action.name:
            case "start":
                self._start(action.actor or 0, action.arg)
            case "end":
                self._end(action.actor or 0)
            case "settle":
                self._settle()
            case "compare":
                self._compare()
            case _:
                self._change(action)

    def close(self) -> None:
        """Let everything go; refreshes under way are waited for, unless the subject broke."""
        try:
            if not self._given_up:
                for flight in self._flights.values():
                    self._session.end(flight.ticket)
                self._session.close()
        finally:
            self.disk.close()

    def _change(self, action: Step) -> None:
        """Let the environment act; every refresh under way may see either side of it."""
        before = self.environment
        changed = scenarios.after(before, self.scope, action)
        self._look_for_damage()
        try:
            if action.name == "damage":
                self.disk.damage(damage(action.arg))
            else:
                self.disk.follow(before.world, action, changed.world)
        except (sqlite3.Error, OSError) as error:
            raise _breach(action.name, error) from error
        self._left = self.disk.standing()
        for flight in self._flights.values():
            if action.name == "reissue":
                # Between the two files nothing is at the path.
                flight.contents.append(scenarios.Content((), readable=True))
            flight.contents.append(scenarios.content(changed))

    def _look_for_damage(self) -> None:
        """Find out whether what was left at the path of the log is still there: whoever only reads leaves it."""
        if self.disk.standing() != self._left:
            raise SubjectBrokenError("damage", f"it removed, replaced or wrote {DAMAGED}, which a scanner only reads")

    def _start(self, actor: int, number: int) -> None:
        self._look_for_damage()
        for flight in self._flights.values():
            flight.alone = False
        window = self.window(number)
        ticket = self._session.begin(window)
        self._flights[actor] = Flight(
            ticket, number, window, [scenarios.content(self.environment)], alone=not self._flights
        )
        self._tally["refreshes"] += 1

    def _end(self, actor: int) -> Ended:
        flight = self._flights.pop(actor)
        outcome = self._session.end(flight.ticket)
        self._look_for_damage()
        ended = Ended(flight, outcome, self._seen(actor, flight, outcome))
        self.last.append(ended)
        self._judge(ended.event, sure=flight.quiet)
        return ended

    def _ask(self, number: int) -> Ended:
        """Refresh while nothing else moves."""
        self._start(ASKER, number)
        return self._end(ASKER)

    def _settle(self) -> None:
        twice = (self._ask(EVER), self._ask(EVER))
        if scenarios.content(self.environment).readable:
            exact = all(_exact(ended.event) for ended in twice)
            turns = len(_turns(twice[-1].outcome))
            self._judge(Settled(exact, turns, None, 0, 0, 0, full=False), sure=True)

    def _compare(self) -> None:
        past, open_ended = self._ask(PAST), self._ask(NOT_PAST)
        rows = scenarios.content(self.environment).rows
        spans = [scenarios.span(ended.flight.window) for ended in (past, open_ended)]
        both = all(isinstance(ended.event, Answered) for ended in (past, open_ended))
        truth = oracle(rows, spans[1])
        if both and oracle(rows, spans[0]).turns == truth.turns:
            one, other = (_answer(_turns(ended.outcome), truth) for ended in (open_ended, past))
            self._judge(Compared(ASKER, spans[1], one, rows, named=True, led=True, one_shot=other), sure=True)

    def _seen(self, actor: int, flight: Flight, outcome: Outcome) -> Event:
        """Say in the terms of the laws what became of a refresh."""
        if not isinstance(outcome, Turns):
            if flight.quiet and flight.contents[0].readable:
                return Settled(exact=False, turns=0, cause=None, tested=0, keys=0, anchors=0, full=False)
            return Failed(actor, outcome.reason, answered=False, moved=False)
        turns, span = _turns(outcome), scenarios.span(flight.window)
        readable = [content.rows for content in flight.contents if content.readable]
        if not readable:
            return Failed(actor, "no log", answered=True, moved=False)
        rows = next((rows for rows in reversed(readable) if _is_exact(turns, oracle(rows, span))), readable[-1])
        kind = Revised if self._revised(flight, turns) else Answered
        answer = _answer(turns, oracle(rows, span))
        # From outside no answer names its snapshot, and the two paths to one are compared in peace.
        return kind(actor, span, answer, rows, named=True, led=True, one_shot=answer)

    def _revised(self, flight: Flight, turns: tuple[Turn, ...]) -> bool:
        """Tell whether a turn is no longer reported; what overlapped a change counts for nothing, or chance would."""
        if not flight.quiet:
            return False
        named = frozenset(turn.turn for turn in turns)
        before = self._reported.get(flight.number, frozenset())
        self._reported[flight.number] = named
        return bool(before - named)

    def _judge(self, event: Event, *, sure: bool) -> None:
        self.events.append(event)
        for law in OUTSIDE:
            if law.holds is not None and not law.holds(event):
                self._broken.setdefault(law.number, event)
            if sure and law.cover is not None and law.cover.seen(event):
                self._tally[f"cover {law.number}"] += 1


def _breach(name: str, error: sqlite3.Error | OSError) -> SubjectBrokenError:
    """Say what a subject did to a log that can no longer be changed: nobody else has a hand in it."""
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & PRIMARY
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return SubjectBrokenError("lock", f"the writer waited, and still could not {name}: {error}")
    words = error.strerror if isinstance(error, OSError) and error.strerror else error
    return SubjectBrokenError("damage", f"the writer could not {name} after what it did to {DAMAGED}: {words}")


def _exact(event: Event) -> bool:
    return isinstance(event, Answered) and event.answer == oracle(event.rows, event.span)


def _answer(turns: tuple[Turn, ...], truth: Truth) -> Truth:
    """Give turns as a whole answer; what no subject is asked, how a tier is known and the counts, is taken as right."""
    how = {turn.turn: turn.how for turn in truth.turns if isinstance(turn, OracleTurn)}
    whole = (OracleTurn(turn.turn, how.get(turn.turn, "in force"), *turn[1:]) for turn in turns)
    return truth._replace(turns=tuple(whole))


def _is_exact(turns: tuple[Turn, ...], truth: Truth) -> bool:
    return _answer(turns, truth) == truth


def _turns(outcome: Outcome) -> tuple[Turn, ...]:
    """Give the turns of an outcome by turn id; those of none are none."""
    if not isinstance(outcome, Turns):
        return ()
    return tuple(sorted((Turn(*turn) for turn in outcome.turns), key=lambda turn: turn.turn))
