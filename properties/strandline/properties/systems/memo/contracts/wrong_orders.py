"""Orders that are wrong, each in one place: what a prover that confirms everything would miss."""

from __future__ import annotations


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
