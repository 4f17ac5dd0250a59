"""The order of memos, over ints.

The implementation has this order too, in its own words. It is written twice on purpose: a
prover compares the two, which would say nothing if one were made from the other.
"""

from __future__ import annotations


def dominates(  # noqa: PLR0913 - six ints and no record, which is what the prover can reason about
    epoch: int,
    observation: int,
    coverage: int,
    other_epoch: int,
    other_observation: int,
    other_coverage: int,
) -> bool:
    """Tell whether one memo is at least as new as another, and covers at least as much.

    Epoch decides first; within an epoch both the snapshot and the coverage must be at least
    as good. Cursor and sources follow from the snapshot and are never compared: an equal
    cursor with fewer sources is the newer memo, it noticed a prune.
    """
    if epoch != other_epoch:
        return epoch > other_epoch
    return observation >= other_observation and coverage <= other_coverage
