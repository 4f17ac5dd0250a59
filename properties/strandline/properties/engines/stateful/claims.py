"""The engine that plays the state machines of a system, and what it claims of each law."""

from __future__ import annotations

import sys
from contextlib import redirect_stdout
from typing import TYPE_CHECKING

from strandline.properties.core.counting import many
from strandline.properties.core.declared import WorldError
from strandline.properties.core.system import SHIPPED, System, system_of
from strandline.properties.core.verdict import Claim, SubjectError, Trace, Verdict
from strandline.properties.engines.replay.shortest import shortest
from strandline.properties.engines.stateful.derived import machines_of
from strandline.properties.engines.stateful.play import DERANDOMIZED, EXAMPLES, STEPS, UNSHRUNK, play
from strandline.properties.engines.stateful.rules import fired
from strandline.properties.harness.workers import side_by_side

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Iterator

    from strandline.properties.core.law import Law
    from strandline.properties.core.verdict import Report


def claims(system: System, subject: str, report: Report) -> Iterator[Claim]:
    """Play each machine of a system on a subject, side by side, and claim what came of it, law by law.

    Args:
        system: the system; each process finds it again by ``where``.
        subject: the name of what is played.
        report: takes a line of progress.
    """
    engines = tuple(machines_of(system))
    if system.where:
        jobs = [(system.where, engine, subject) for engine in engines]
        played = {engine: of_it for (_, engine, _), of_it in side_by_side(_found_again, jobs, report)}
    else:  # no other process would find it
        played = {engine: _played(system, engine, subject, report) for engine in engines}
    for engine in engines:
        yield from claimed(system, engine, subject, *played[engine])


def claimed(system: System, engine: str, subject: str, tally: Counter[str], broken: Trace | None) -> Iterator[Claim]:
    """Claim what came of playing a machine, law by law: what was counted, and the trace to the law that it broke."""
    yield from (_claimed(system, law, engine, subject, tally, broken) for law in system.laws if law.holds is not None)


def _found_again(where: str, engine: str, subject: str, report: Report) -> tuple[Counter[str], Trace | None]:
    """Play one machine, in a process of its own; what somebody's code prints there is no output of ours."""
    with redirect_stdout(sys.stderr):
        return _played(system_of(where), engine, subject, report)


def _played(system: System, engine: str, subject: str, report: Report) -> tuple[Counter[str], Trace | None]:
    """Play one machine.

    Raises:
        SubjectError: a step does not do what was declared; one line names it.
    """
    try:
        tally, broken = play(machines_of(system)[engine], subject, DERANDOMIZED if subject == SHIPPED else UNSHRUNK)
    except WorldError as error:
        raise SubjectError(str(error)) from error
    report(f"{engine}: {many(tally['cases'], 'case')}, {many(tally['steps'], 'step')}")
    return tally, _small(system, Trace(subject, broken.world, broken.law, broken.steps)) if broken is not None else None


def _small(system: System, trace: Trace) -> Trace:
    """Make a trace small; one that does not replay stays what it is."""
    return shortest(system, trace) or trace


def _claimed(  # noqa: PLR0913 - one argument for each thing that was found
    system: System, law: Law, engine: str, subject: str, tally: Counter[str], broken: Trace | None
) -> Claim:
    named = None if subject not in system.mutants else system.mutants[subject].law
    trace = broken if broken is not None and broken.law == law.number else None
    reached = tally[f"cover {law.number}"]
    counts = fired(tally)
    idle = [name for name, count in counts if not count]
    verdict, says = Verdict.HOLDS, "no violation in these cases"
    if trace is not None:
        verdict, says = Verdict.VIOLATED, f"broken after {many(len(trace.steps), 'step')}"
    elif broken is not None:
        verdict, says = Verdict.INCONCLUSIVE, f"the run ended when {broken.law} was broken"
    elif named not in {None, law.number}:
        verdict, says = Verdict.INCONCLUSIVE, f"this mutant is held against {named} alone"
    elif idle:
        verdict, says = Verdict.INCONCLUSIVE, f"rules that never fired: {', '.join(idle)}"
    elif law.cover is not None and not reached:
        verdict, says = Verdict.INCONCLUSIVE, f"never reached in these cases: {law.cover.says}"
    return Claim(
        law=law.number,
        engine=engine,
        verdict=verdict,
        says=says,
        bounds=(("profile", "derandomized"), ("cases", str(EXAMPLES)), ("steps a case", str(STEPS))),
        counts=(("cases", tally["cases"]), ("steps", tally["steps"])),
        reached=reached,
        trace=trace,
        fired=counts,
    )
