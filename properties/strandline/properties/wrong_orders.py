"""Orders that are wrong, each in one place: what a prover that confirms everything would miss."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from strandline.model import order as model
from strandline.properties.contracts import Condition, antisymmetric, reflexive, transitive

FileOrder: TypeAlias = Callable[[int, int, int, int, int, int, int, int], bool]
"""Whether a first (lineage, epoch, observation, coverage) dominates a second."""

FileThree: TypeAlias = Callable[[int, int, int, int, int, int, int, int, int, int, int, int], bool]
"""A contract over three memos with their lineages."""


def strict(  # noqa: PLR0913 - the ints of the order that it imitates
    epoch: int, observation: int, coverage: int, other_epoch: int, other_observation: int, other_coverage: int
) -> bool:
    """Ask for a strictly newer snapshot: a memo read again without a change does not dominate itself."""
    if epoch != other_epoch:
        return epoch > other_epoch
    return observation > other_observation and coverage <= other_coverage


def either(  # noqa: PLR0913 - the ints of the order that it imitates
    epoch: int, observation: int, coverage: int, other_epoch: int, other_observation: int, other_coverage: int
) -> bool:
    """Be content with one of the two: a newer narrow memo and an older wide one dominate each other."""
    if epoch != other_epoch:
        return epoch > other_epoch
    return observation >= other_observation or coverage <= other_coverage


def blind_to_coverage(
    epoch: int, observation: int, _coverage: int, other_epoch: int, other_observation: int, _other_coverage: int
) -> bool:
    """Leave coverage out: a wide and a narrow memo of one snapshot replace each other by turns."""
    return (epoch, observation) >= (other_epoch, other_observation)


def blind_to_epoch(
    _epoch: int, observation: int, coverage: int, _other_epoch: int, other_observation: int, other_coverage: int
) -> bool:
    """Leave the epoch out: a memo from before a forced drop outlives it."""
    return observation >= other_observation and coverage <= other_coverage


def narrower(  # noqa: PLR0913 - the ints of the order that it imitates
    epoch: int, observation: int, coverage: int, other_epoch: int, other_observation: int, other_coverage: int
) -> bool:
    """Prefer the memo that holds less. This obeys every law of order; only the comparison tells."""
    if epoch != other_epoch:
        return epoch > other_epoch
    return observation >= other_observation and coverage >= other_coverage


def per_lineage(  # noqa: PLR0913 - the ints of the order that it imitates, and the lineages
    lineage: int,
    epoch: int,
    observation: int,
    coverage: int,
    other_lineage: int,
    other_epoch: int,
    other_observation: int,
    other_coverage: int,
) -> bool:
    """Compare coverage within one lineage only, since that of another file says nothing of this one.

    It reads well and is no order. A memo of lineage 1 at observation 9 that covers from 5
    dominates one of lineage 2 at 8, which dominates one of lineage 1 at 7 that covers from 3;
    the first does not dominate the last, it holds less.
    """
    if epoch != other_epoch:
        return epoch > other_epoch
    return observation >= other_observation and (lineage != other_lineage or coverage <= other_coverage)


def transitive_over_lineages(order: FileOrder) -> FileThree:
    """Make the contract that an order that sees lineages is transitive."""

    def chain(  # noqa: PLR0913 - ints and no record, which is what the prover can reason about
        lineage: int,
        epoch: int,
        observation: int,
        coverage: int,
        lineage2: int,
        epoch2: int,
        observation2: int,
        coverage2: int,
        lineage3: int,
        epoch3: int,
        observation3: int,
        coverage3: int,
    ) -> bool:
        """What dominates a memo dominates all that this memo dominates.

        post: _
        """
        first = order(lineage, epoch, observation, coverage, lineage2, epoch2, observation2, coverage2)
        second = order(lineage2, epoch2, observation2, coverage2, lineage3, epoch3, observation3, coverage3)
        whole = order(lineage, epoch, observation, coverage, lineage3, epoch3, observation3, coverage3)
        return not (first and second) or whole

    return chain


strict_is_reflexive = reflexive(strict)
either_is_antisymmetric = antisymmetric(either)
either_is_transitive = transitive(either)
blind_to_coverage_is_antisymmetric = antisymmetric(blind_to_coverage)
per_lineage_is_transitive = transitive_over_lineages(per_lineage)

CONDITIONS: tuple[Condition, ...] = (
    Condition("an order that asks for strictly newer is reflexive", "check", (f"{__name__}.strict_is_reflexive",)),
    Condition(
        "an order content with newer or wider is antisymmetric", "check", (f"{__name__}.either_is_antisymmetric",)
    ),
    Condition("an order content with newer or wider is transitive", "check", (f"{__name__}.either_is_transitive",)),
    Condition(
        "an order that leaves coverage out is antisymmetric",
        "check",
        (f"{__name__}.blind_to_coverage_is_antisymmetric",),
    ),
    Condition(
        "an order that compares coverage within one lineage only is transitive",
        "check",
        (f"{__name__}.per_lineage_is_transitive",),
    ),
    Condition(
        "an order that leaves the epoch out agrees with the model's",
        "diffbehavior",
        (f"{model.__name__}.dominates", f"{__name__}.blind_to_epoch"),
    ),
    Condition(
        "an order that prefers the narrower memo agrees with the model's",
        "diffbehavior",
        (f"{model.__name__}.dominates", f"{__name__}.narrower"),
    ),
)
"""All that is to be refuted."""

narrower_is_reflexive = reflexive(narrower)
narrower_is_antisymmetric = antisymmetric(narrower)
narrower_is_transitive = transitive(narrower)

LAWFUL: tuple[Condition, ...] = (
    Condition("an order that prefers the narrower memo is reflexive", "check", (f"{__name__}.narrower_is_reflexive",)),
    Condition(
        "an order that prefers the narrower memo is antisymmetric", "check", (f"{__name__}.narrower_is_antisymmetric",)
    ),
    Condition(
        "an order that prefers the narrower memo is transitive", "check", (f"{__name__}.narrower_is_transitive",)
    ),
)
"""What is confirmed of a wrong order nevertheless: why agreement is proved beside the laws."""
