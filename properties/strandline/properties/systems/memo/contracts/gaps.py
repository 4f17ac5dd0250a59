"""Gaps (M1, M10): the ids known to be deleted are merged and cut without gaining or losing one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeAlias

from strandline.properties.engines.contracts.condition import Contract
from strandline.properties.systems.memo.contracts import sides, wrong
from strandline.properties.systems.memo.contracts.sides import Gap

Merge: TypeAlias = Callable[[tuple[Gap, ...]], tuple[Gap, ...]]
"""Sorts gaps and joins those that touch."""

Two: TypeAlias = Callable[[Gap, Gap], bool]
Three: TypeAlias = Callable[[Gap, Gap, Gap], bool]
Probe: TypeAlias = Callable[[Gap, Gap, int], bool]
"""A contract over gaps, and one over gaps and an id."""


def _held(gaps: tuple[Gap, ...], row_id: int) -> bool:
    return any(low <= row_id <= high for low, high in gaps)


def same_ids(merge: Merge) -> Probe:
    """Make the contract that merged gaps hold the same ids."""

    def holds(one: Gap, other: Gap, row_id: int) -> bool:
        """An id lies in a merged gap if it lies in one of the gaps, and only then.

        pre: one[0] <= one[1] and other[0] <= other[1]
        post: _
        """
        return _held(merge((one, other)), row_id) == _held((one, other), row_id)

    return holds


def apart(merge: Merge) -> Two:
    """Make the contract that merged gaps are in order, with an id between any two that is in neither."""

    def between(one: Gap, other: Gap) -> bool:
        """Merged gaps ascend and do not touch.

        pre: one[0] <= one[1] and other[0] <= other[1]
        post: _
        """
        merged = merge((one, other))
        return all(low <= high for low, high in merged) and (len(merged) < 2 or merged[0][1] + 1 < merged[1][0])  # noqa: PLR2004 - two gaps

    return between


def any_order(merge: Merge) -> Two:
    """Make the contract that it does not matter which gap was found first."""

    def swapped(one: Gap, other: Gap) -> bool:
        """Two gaps merge to the same, whichever comes first.

        pre: one[0] <= one[1] and other[0] <= other[1]
        post: _
        """
        return merge((one, other)) == merge((other, one))

    return swapped


def at_or_below(clip: Callable[[tuple[Gap, ...], int], tuple[Gap, ...]]) -> Callable[[Gap, Gap, int, int], bool]:
    """Make the contract that clipping keeps what lies at or below an id."""

    def kept(one: Gap, other: Gap, point: int, row_id: int) -> bool:
        """An id lies in a clipped gap if it lies in one of the gaps and not beyond the point, and only then.

        post: _
        """
        return _held(clip((one, other), point), row_id) == (_held((one, other), row_id) and row_id <= point)

    return kept


model_same_ids = same_ids(sides.model_merged)
impl_same_ids = same_ids(sides.impl_merged)
wrong_same_ids = same_ids(wrong.merged_beyond)

model_apart = apart(sides.model_merged)
impl_apart = apart(sides.impl_merged)
wrong_apart = apart(wrong.merged_not_at_all)

model_any_order = any_order(sides.model_merged)
impl_any_order = any_order(sides.impl_merged)
wrong_any_order = any_order(wrong.merged_as_they_come)

impl_at_or_below = at_or_below(sides.impl_clipped)
wrong_at_or_below = at_or_below(wrong.clipped_below)

TWO: Final = "two gaps, all ints"

CONTRACTS: Final = (
    Contract("same_ids", "M1", "merged gaps hold the same ids", "joins over an id between", TWO),
    Contract("apart", "M10", "merged gaps ascend and do not touch", "joins nothing", TWO),
    Contract("any_order", "M1", "gaps merge to the same in any order", "does not sort", TWO),
    Contract("at_or_below", "M1", "a clipped gap ends at the point", "leaves the point out", TWO, sides=("impl",)),
)
"""All that is to be confirmed of gaps."""
