"""Gaps (M1, M10): the ids known to be deleted are merged and cut without gaining or losing one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeAlias

from strandline.properties.engines.contracts.condition import Texts, contract
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


TWO: Final = "two gaps, all ints"


@contract("M1", sides.MERGED, wrong.merged_beyond, "joins over an id between", TWO)
def same_ids(merge: Merge) -> Probe:
    """Merged gaps hold the same ids."""

    def holds(one: Gap, other: Gap, row_id: int) -> bool:
        """An id lies in a merged gap if it lies in one of the gaps, and only then.

        pre: one[0] <= one[1] and other[0] <= other[1]
        post: _
        """
        return _held(merge((one, other)), row_id) == _held((one, other), row_id)

    return holds


@contract("M10", sides.MERGED, wrong.merged_not_at_all, "joins nothing", TWO)
def apart(merge: Merge) -> Two:
    """Merged gaps ascend and do not touch."""

    def between(one: Gap, other: Gap) -> bool:
        """Merged gaps ascend and do not touch.

        pre: one[0] <= one[1] and other[0] <= other[1]
        post: _
        """
        merged = merge((one, other))
        return all(low <= high for low, high in merged) and (len(merged) < 2 or merged[0][1] + 1 < merged[1][0])  # noqa: PLR2004 - two gaps

    return between


@contract("M1", sides.MERGED, wrong.merged_as_they_come, "does not sort", TWO)
def any_order(merge: Merge) -> Two:
    """Gaps merge to the same in any order."""

    def swapped(one: Gap, other: Gap) -> bool:
        """Two gaps merge to the same, whichever comes first.

        pre: one[0] <= one[1] and other[0] <= other[1]
        post: _
        """
        return merge((one, other)) == merge((other, one))

    return swapped


@contract("M1", Texts(impl=sides.impl_clipped), wrong.clipped_below, "leaves the point out", TWO)
def at_or_below(clip: Callable[[tuple[Gap, ...], int], tuple[Gap, ...]]) -> Callable[[Gap, Gap, int, int], bool]:
    """A clipped gap ends at the point."""

    def kept(one: Gap, other: Gap, point: int, row_id: int) -> bool:
        """An id lies in a clipped gap if it lies in one of the gaps and not beyond the point, and only then.

        post: _
        """
        return _held(clip((one, other), point), row_id) == (_held((one, other), row_id) and row_id <= point)

    return kept
