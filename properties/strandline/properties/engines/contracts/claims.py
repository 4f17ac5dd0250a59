"""What the prover claims of the conditions of a system, one claim for each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from strandline.properties.core.verdict import Claim
from strandline.properties.engines.contracts.prover import prove

if TYPE_CHECKING:
    from collections.abc import Iterator

    from strandline.properties.core.verdict import Report
    from strandline.properties.engines.contracts.condition import Condition


def proved(conditions: tuple[Condition, ...], report: Report) -> Iterator[Claim]:
    """Prove conditions of the shipped sources.

    Args:
        conditions: what is asked.
        report: takes one line for each condition, with the seconds of processor time it took.

    Yields:
        The claims, in the order of the conditions; the same in every run.
    """
    for condition, outcome, seconds in prove(conditions):
        report(f"{condition.says}: {outcome.verdict} in {seconds:.2f} s")
        yield Claim(
            law=condition.law,
            engine="prove",
            verdict=outcome.verdict,
            says=": ".join(filter(None, (condition.says, outcome.words))),
            bounds=(("ints", condition.bounds), ("subject", "the sources as shipped")),
        )
