"""Plays a state machine with Hypothesis: derandomized, so that a check is the same each time."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from hypothesis import HealthCheck, Phase, settings
from hypothesis.errors import Flaky
from hypothesis.stateful import run_state_machine_as_test

from strandline.properties.core.verdict import LawBrokenError, SubjectError
from strandline.properties.engines.stateful.machine import ShrunkError
from strandline.properties.engines.stateful.rules import rules_of

if TYPE_CHECKING:
    from strandline.properties.core.system import Machine

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


def play(machine: Machine, subject: str, profile: settings) -> tuple[Counter[str], LawBrokenError | None]:
    """Play a machine on a subject.

    Args:
        machine: makes the machine.
        subject: the name of what is played: the system as it is shipped, or a mutant of it.
        profile: how many cases of how many steps, and whether a broken case is shrunk.

    Returns:
        What was counted, with 0 for each rule that never fired, and the law that was broken, if any.

    Raises:
        KeyError: there is no such subject.
        PartedError: what was played and the model have parted ways.
        SubjectError: the same steps did not do the same again; the action is named at which that was seen.
    """
    tally: Counter[str] = Counter()
    with machine(subject, tally) as playing:
        tally.update({f"rule {name}": 0 for name in rules_of(playing)})
        try:
            run_state_machine_as_test(playing, settings=profile)
        except LawBrokenError as error:
            return tally, error
        except ShrunkError as error:
            return tally, error.broken
        except Flaky as error:
            raise SubjectError(_otherwise(error)) from error
    return tally, None


def _otherwise(error: Flaky) -> str:
    """Say of steps that did not do the same again at which action that was seen, if it is known."""
    several = getattr(error, "exceptions", ())
    broken = next(
        (one for one in (*several, error.__cause__, error.__context__) if isinstance(one, LawBrokenError)), None
    )
    if broken is None or not broken.steps:
        return "the same steps did not do the same when they were taken again"
    return (
        f"action {broken.steps[-1].name!r} did not do the same when the same steps were taken again: "
        f"law {broken.law} was broken by it, and then was not"
    )
