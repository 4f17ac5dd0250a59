"""The engine that proves: contracts on the pure functions of scanner and model, for all ints."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from strandline.properties.engines.contracts.claims import proved
from strandline.properties.engines.contracts.condition import Condition, conditions, refutations, stated_in
from strandline.properties.systems.memo.contracts import gaps, limits, order, reading, storing, swapping, twice, windows

if TYPE_CHECKING:
    from collections.abc import Iterator

    from strandline.properties.core.verdict import Claim, Report

CONTRACTS: Final = {
    order.__name__: order.CONTRACTS,
    **{module.__name__: stated_in(module) for module in (storing, swapping, gaps, limits, windows, reading)},
}
"""The contracts of each module."""

CONDITIONS: Final[tuple[Condition, ...]] = (
    *(one for module, contracts in CONTRACTS.items() for one in conditions(module, contracts)),
    *twice.CONDITIONS,
)
"""All that is to be confirmed."""

QUICK: Final = tuple(condition for condition in CONDITIONS if condition.quick)
"""What ``check`` asks of it: every law of order, and of the rest what takes no time."""

REFUTED: Final[tuple[Condition, ...]] = (
    *(one for module, contracts in CONTRACTS.items() for one in refutations(module, contracts)),
    *order.REFUTED,
    *twice.REFUTED,
)
"""All that is to be refuted: each contract of a text that breaks it, and that the model agrees with such a text."""


def claims(subject: str, report: Report, laws: tuple[str, ...] = ()) -> Iterator[Claim]:
    """Prove the quick conditions of the shipped sources, one claim for each.

    Args:
        subject: ``shipped``, or the name of a mutant. A mutant is made in this process and
            the prover reads the sources in its own, so of a mutant nothing is claimed.
        report: takes one line for each condition, with the seconds of processor time it took.
        laws: the numbers of the laws whose conditions are asked; none means all.

    Yields:
        The claims, in the order of the conditions; the same in every run.
    """
    if subject != "shipped":
        return
    yield from proved(tuple(condition for condition in QUICK if not laws or condition.law in laws), report)
