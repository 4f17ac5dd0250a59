"""The fuzz engine: Hypothesis plays the state machine, derandomized, and counts what it reached."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from strandline.properties.laws import LAWS
from strandline.properties.machine import LawBrokenError, ScannerMachine
from strandline.properties.mutants import planted
from strandline.properties.templates import Templates
from strandline.properties.verdict import Claim, Trace, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator

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
    suppress_health_check=(HealthCheck.too_slow,),  # as for the deadline: real files on a slow disk are no fault
)
"""The profile in which a run is the same each time: no pull request fails by chance."""


def claims(subject: str, report: Report) -> Iterator[Claim]:
    """Play the machine on a subject, and claim what came of it, law by law."""
    tally: Counter[str] = Counter()
    broken: LawBrokenError | None = None

    class Machine(ScannerMachine):
        """The machine, with a tally of this run."""

    with Templates() as templates, planted(subject):
        Machine.tally, Machine.templates = tally, templates
        try:
            run_state_machine_as_test(Machine, settings=DERANDOMIZED)
        except LawBrokenError as error:
            broken = error
    report(f"{tally['cases']} cases, {tally['steps']:,} steps")
    yield from (_claimed(law.number, subject, tally, broken) for law in LAWS if law.holds is not None)


def _claimed(law: str, subject: str, tally: Counter[str], broken: LawBrokenError | None) -> Claim:
    trace = Trace(subject, broken.world, law, broken.steps) if broken is not None and broken.law == law else None
    verdict, says = Verdict.HOLDS, "no violation in these cases"
    if trace is not None:
        verdict, says = Verdict.VIOLATED, f"broken after {len(trace.steps)} steps"
    elif broken is not None:
        verdict, says = Verdict.INCONCLUSIVE, f"the run ended when {broken.law} was broken"
    return Claim(
        law=law,
        engine="fuzz",
        verdict=verdict,
        says=says,
        bounds=(("profile", "derandomized"), ("cases", str(EXAMPLES)), ("steps a case", str(STEPS))),
        counts=(("cases", tally["cases"]), ("steps", tally["steps"])),
        reached=tally[f"twin {law}"],
        trace=trace,
    )
