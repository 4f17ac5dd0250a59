"""Judges somebody else's scanner from outside: every order of small worlds, then chance in wide ones."""

from __future__ import annotations

import sys
from collections import Counter
from contextlib import closing, redirect_stdout
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from strandline.properties.core.counting import many
from strandline.properties.core.verdict import Claim, Engine, Trace, Verdict
from strandline.properties.engines.judged import judged
from strandline.properties.engines.replay.retrace import retrace
from strandline.properties.engines.replay.shortest import shortest
from strandline.properties.harness.interruption import heard
from strandline.properties.systems.memo.blackbox import scenarios
from strandline.properties.systems.memo.blackbox.driver import BlackBoxDriver, LawBrokenOutsideError
from strandline.properties.systems.memo.blackbox.outside import INSIDE, OUTSIDE
from strandline.properties.systems.memo.blackbox.scenarios import SMALL
from strandline.properties.systems.memo.blackbox.subject import SubjectBrokenError
from strandline.properties.systems.memo.blackbox.system import outside

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from datetime import date

    from strandline.properties.core.findings import Findings
    from strandline.properties.core.verdict import Exhibit, Report
    from strandline.properties.systems.memo.blackbox.subject import Launch, Subject

DOES_NOT_SHOW: Final = (
    "The worlds are bounded: so many rows, refreshes and changes, and no more.",
    "Edge cases of the parser are of few kinds; the fine print of what a row says is not asked for.",
    "Nor is how the tier of a turn is known, or what is counted beside the turns.",
    "A black box shows its answers alone: a memo that is wrong and leads to no wrong answer is not seen.",
    "Refreshes overlap changes as this machine happened to run them; no order within a refresh was forced.",
    "The scanner is not started again on a log that it knows: a memo that outlives its program is not read back.",
    "The file system deals out inode numbers; whether it gave one out again was not in the checker's hand.",
    "Fuzzing samples: no violation in so many cases says nothing certain about the next one.",
    "SQLite, the operating system and the disk are taken at their word.",
)
"""What a pass from outside does not show."""

SEARCH: Final = "exhaust subject"
PLAY: Final = "fuzz subject"

UNSTEADY: Final = "Taken again, these steps broke no law: it hangs on who is faster."
"""Ends the drawing of a trace that broke a law once, and then did not."""


@dataclass(slots=True)
class Bench:
    """The engines that judge one subject, and the exhibit of each trace that they found."""

    launch: Launch
    today: date
    exhibits: dict[Trace, Exhibit] = field(default_factory=dict)
    breach: SubjectBrokenError | None = None

    @property
    def engines(self) -> tuple[Engine, ...]:
        """The engines, in the order of their strength."""
        return (
            Engine(SEARCH, "every order of what small worlds may do, seen from outside", self._search),
            Engine(PLAY, "chance in wide worlds, seen from outside", self._play),
        )

    def judge(self, chosen: Collection[str], say: Report, keep: Report) -> Findings:
        """Run the engines; see :func:`strandline.properties.engines.judged.judged`."""
        # Standard output is the check's, whatever a scanner in Python prints.
        with heard(), redirect_stdout(sys.stderr):
            return judged(self.launch.name, self.engines, OUTSIDE, chosen, say, keep)

    def retrace(self, trace: Trace, until: int | None = None) -> Exhibit:
        """Take the steps of a trace again, so many at most.

        Raises:
            KeyError: there is no such world.
            SubjectBrokenError: the subject broke.
        """
        with heard(), redirect_stdout(sys.stderr), closing(self.launch.start()) as subject:
            return retrace(outside(subject, self.today), trace, until)

    def _search(self, _name: str, say: Report) -> Iterator[Claim]:
        tally: Counter[str] = Counter()
        found: dict[str, Trace] = {}
        breach: SubjectBrokenError | None = None
        try:
            with closing(self.launch.start()) as subject:
                for trace in _orders(self.launch.name, subject, self.today, tally, say):
                    found[trace.law] = min(found.get(trace.law, trace), trace, key=_readable)
                found = {law: self._exhibited(trace, subject) for law, trace in found.items()}
        except SubjectBrokenError as error:
            breach = error
        yield from self._claims(SEARCH, tally, found, (("worlds", str(len(SMALL))),), breach)

    def _play(self, _name: str, say: Report) -> Iterator[Claim]:
        from strandline.properties.systems.memo.blackbox.play import CASES, STEPS, play  # noqa: PLC0415 - a replay plays nothing, and does not wait for Hypothesis

        if self.breach is not None:  # it is not waited for a second time
            raise SubjectBrokenError(self.breach.breach, "it is not asked again")
        tally: Counter[str] = Counter()
        found: dict[str, Trace] = {}
        breach: SubjectBrokenError | None = None
        try:
            with closing(self.launch.start()) as subject:
                tally, traces = play(self.launch.name, subject, self.today)
                for trace in sorted(traces, key=_readable, reverse=True):
                    found[trace.law] = trace
                found = {law: self._exhibited(trace, subject) for law, trace in found.items()}
        except SubjectBrokenError as error:
            breach = error
        say(f"{PLAY}: {many(tally['cases'], 'case')}, {many(tally['steps'], 'step')}")
        bounds = (("profile", "derandomized"), ("cases", str(CASES)), ("steps a case", str(STEPS)))
        yield from self._claims(PLAY, tally, found, bounds, breach)

    def _claims(
        self,
        engine: str,
        tally: Counter[str],
        found: dict[str, Trace],
        bounds: tuple[tuple[str, str], ...],
        breach: SubjectBrokenError | None,
    ) -> Iterator[Claim]:
        """Claim what came of it, law by law; a subject that broke ends in its breach, after what was found before."""
        counts = tuple((name, tally[name]) for name in ("orders", "cases", "steps", "refreshes") if name in tally)
        for law in OUTSIDE:
            trace = found.get(law.number)
            verdict, says = Verdict.HOLDS, "no violation seen from outside"
            if law.holds is None:
                yield Claim(law.number, engine, Verdict.NOT_APPLICABLE, INSIDE)
                continue
            if trace is not None:
                verdict, says = (
                    Verdict.VIOLATED,
                    f"broken after {many(len(trace.steps), 'step')} in world {trace.world!r}",
                )
            elif breach is not None:
                verdict, says = Verdict.INCONCLUSIVE, "the subject broke before the end"
            elif engine == PLAY and found:
                verdict, says = Verdict.INCONCLUSIVE, f"the run ended when {', '.join(found)} was broken"
            yield Claim(law.number, engine, verdict, says, bounds, counts, tally[f"cover {law.number}"], trace)
        if breach is not None:
            self.breach = breach
            raise breach

    def _exhibited(self, trace: Trace, subject: Subject) -> Trace:
        """Make a trace as short as it gets, and keep what it looked like."""
        system = outside(subject, self.today)
        exhibit = retrace(system, trace)
        if exhibit.broken:
            small = shortest(system, trace)
            again = retrace(system, small) if small is not None else exhibit
            exhibit = again if again.broken else exhibit
        else:
            exhibit = exhibit._replace(trace=trace, ending=(UNSTEADY,))
        self.exhibits[exhibit.trace] = exhibit
        return exhibit.trace


def _readable(trace: Trace) -> tuple[bool, int]:
    """Rank traces: one that breaks its law each time comes first, then the shortest."""
    return scenarios.hurried(trace.steps), len(trace.steps)


def _orders(name: str, subject: Subject, today: date, tally: Counter[str], say: Report) -> Iterator[Trace]:
    """Play every order of every small world; give a trace for each that breaks a law."""
    whole = sum(1 for scenario in SMALL.values() for _ in scenarios.orders(scenario, scenarios.dated(scenario, today)))
    for world, scenario in SMALL.items():
        for path in scenarios.orders(scenario, scenarios.dated(scenario, today)):
            tally["orders"] += 1
            driver = BlackBoxDriver(scenario, today, subject, tally)
            try:
                for action in path:
                    driver.take(action)
            except LawBrokenOutsideError as error:
                steps = tuple(driver.steps)
                yield from (Trace(name, world, law, steps) for law in error.broken)
            except SubjectBrokenError as error:
                where = f"{error.says} (world {world!r}, step {len(driver.steps)}, {driver.steps[-1].name})"
                raise SubjectBrokenError(error.breach, where) from error
            finally:
                driver.close()
            say(f"world {world!r}: {tally['orders']:,} of {many(whole, 'order')}, {many(tally['steps'], 'step')}")
