"""The engine that proves: contracts on the pure functions of scanner and model, for all ints."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from strandline.properties.prove import gaps, limits, order, reading, storing, swapping, twice, windows
from strandline.properties.prove.condition import Condition, conditions, refutations
from strandline.properties.prove.prover import prove
from strandline.properties.verdict import Claim

if TYPE_CHECKING:
    from collections.abc import Iterator

    from strandline.properties.verdict import Report

_MODULES: Final = (order, storing, swapping, gaps, limits, windows, reading)

CONDITIONS: Final[tuple[Condition, ...]] = (
    *(one for module in _MODULES for one in conditions(module.__name__, module.CONTRACTS)),
    *twice.CONDITIONS,
)
"""All that is to be confirmed."""

QUICK: Final = tuple(condition for condition in CONDITIONS if condition.quick)
"""What ``check`` asks of it: every law of order, and of the rest what takes no time."""

REFUTED: Final[tuple[Condition, ...]] = (
    *(one for module in _MODULES for one in refutations(module.__name__, module.CONTRACTS)),
    *order.REFUTED,
    *twice.REFUTED,
)
"""All that is to be refuted: each contract of a text that breaks it, and that the model agrees with such a text."""


def claims(subject: str, report: Report) -> Iterator[Claim]:
    """Prove the quick conditions of the shipped sources, one claim for each.

    Args:
        subject: ``shipped``, or the name of a mutant. A mutant is made in this process and
            the prover reads the sources in its own, so of a mutant nothing is claimed.
        report: takes one line for each condition, with the seconds of processor time it took.

    Yields:
        The claims, in the order of the conditions; the same in every run.
    """
    if subject != "shipped":
        return
    for condition, outcome, seconds in prove(QUICK):
        report(f"{condition.says}: {outcome.verdict} in {seconds:.2f} s")
        yield Claim(
            law=condition.law,
            engine="prove",
            verdict=outcome.verdict,
            says=": ".join(filter(None, (condition.says, outcome.words))),
            bounds=(("ints", condition.bounds), ("subject", "the sources as shipped")),
        )
