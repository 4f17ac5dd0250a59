"""The fuzz engine: Hypothesis plays the state machine, derandomized, and counts what it reached."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from strandline.properties.counting import many
from strandline.properties.fields import FIELDS
from strandline.properties.harness.plug import CODEX, Plug
from strandline.properties.harness.stage import LawBrokenError
from strandline.properties.harness.templates import Templates
from strandline.properties.laws import LAWS
from strandline.properties.machine import ScannerMachine, TrioScannerMachine
from strandline.properties.mutants import MUTANTS, SHIPPED, planted
from strandline.properties.rules import fired
from strandline.properties.traces.shortest import shortest
from strandline.properties.verdict import Claim, Trace, Verdict
from strandline.properties.workers import side_by_side

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from strandline.properties.fields import Field
    from strandline.properties.laws import Law
    from strandline.properties.verdict import Report

EXAMPLES: Final = 300
STEPS: Final = 50

DERANDOMIZED: Final = settings(
    derandomize=True,
    database=None,
    deadline=None,  # a step on a shared machine takes as long as it takes; time is no law here
    max_examples=EXAMPLES,
    stateful_step_count=STEPS,
    print_blob=True,
    phases=(Phase.generate, Phase.shrink),
    report_multiple_bugs=False,  # one trace is shown; the search for others would only take its time
    suppress_health_check=(HealthCheck.too_slow,),  # as for the deadline: real files on a slow disk are no fault
)
"""The profile in which a run is the same each time: no pull request fails by chance."""


UNSHRUNK: Final = settings(DERANDOMIZED, phases=(Phase.generate,))
"""The same without shrinking, for mutants: their shortest traces come from the search."""


def play(
    machine: type[ScannerMachine],
    subject: str,
    profile: settings,
    fields: Mapping[str, Field] = FIELDS,
    plug: Plug = CODEX,
) -> tuple[Counter[str], LawBrokenError | None]:
    """Play a machine on a subject, in these wide worlds of that plug's log.

    Returns:
        What was counted, and the law that was broken, if any.

    Raises:
        AssertionError: the scanner and the model have parted ways.
    """
    tally: Counter[str] = Counter()
    with Templates(plug) as templates, planted(subject):
        playing = machine.on(subject, templates, tally, fields)
        try:
            run_state_machine_as_test(playing, settings=profile)
        except LawBrokenError as error:
            return tally, error
    return tally, None


def claims(subject: str, report: Report) -> Iterator[Claim]:
    """Play each machine on a subject, side by side, and claim what came of it, law by law."""
    jobs = [(engine, subject) for engine in MACHINES]
    played = {engine: of_it for (engine, _), of_it in side_by_side(_played, jobs, report)}
    for engine, machine in MACHINES.items():
        yield from claimed(engine, machine, subject, *played[engine])


def claimed(
    engine: str, machine: type[ScannerMachine], subject: str, tally: Counter[str], broken: Trace | None
) -> Iterator[Claim]:
    """Claim what came of playing a machine, law by law: what was counted, and the trace to the law that it broke."""
    counts = fired(machine, tally)
    yield from (_claimed(law, engine, subject, tally, counts, broken) for law in LAWS if law.holds is not None)


def _played(engine: str, subject: str, report: Report) -> tuple[Counter[str], Trace | None]:
    """Play one machine, in a process of its own."""
    tally, broken = play(MACHINES[engine], subject, DERANDOMIZED if subject == SHIPPED else UNSHRUNK)
    report(f"{engine}: {many(tally['cases'], 'case')}, {many(tally['steps'], 'step')}")
    return tally, _small(Trace(subject, broken.world, broken.law, broken.steps)) if broken is not None else None


MACHINES: Final = {"fuzz": ScannerMachine, "fuzz trio": TrioScannerMachine}
"""Each machine by the name that its claims carry."""


def _small(trace: Trace) -> Trace:
    """Make a trace small; one that does not replay stays what it is."""
    return shortest(trace) or trace


def _claimed(  # noqa: PLR0913 - one argument for each thing that was found
    law: Law,
    engine: str,
    subject: str,
    tally: Counter[str],
    counts: tuple[tuple[str, int], ...],
    broken: Trace | None,
) -> Claim:
    named = None if subject == SHIPPED else MUTANTS[subject].law
    trace = broken if broken is not None and broken.law == law.number else None
    reached = tally[f"twin {law.number}"]
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
    elif law.twin is not None and not reached:
        verdict, says = Verdict.INCONCLUSIVE, f"never reached in these cases: {law.twin.says}"
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
