"""The cut at the limit (M10, M1): a memo holds no more than it may, and knows where it stopped."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeAlias

from strandline.properties.engines.contracts.condition import Contract
from strandline.properties.systems.memo.contracts import sides, wrong
from strandline.properties.systems.memo.contracts.sides import IDS, Gap, Seen

Bound: TypeAlias = Callable[[int, Gap], Seen]
"""Cuts a memo of three sources and one gap at a limit."""

One: TypeAlias = Callable[[int, Gap], bool]
"""A contract over a limit and a gap."""


def within(bound: Bound) -> One:
    """Make the contract that a limit is a limit."""

    def small(limit: int, gap: Gap) -> bool:
        """A memo holds at most as many sources as it may.

        pre: limit >= 1
        post: _
        """
        return len(bound(limit, gap)[2]) <= limit

    return small


def nothing_skipped(bound: Bound) -> One:
    """Make the contract that what was left out is read again."""

    def again(limit: int, gap: Gap) -> bool:
        """The sources up to the cursor are held, and those that are not lie beyond it.

        pre: limit >= 1
        post: _
        """
        _, cursor, held, _, _ = bound(limit, gap)
        return held == tuple(row_id for row_id in IDS if row_id <= cursor)

    return again


def nothing_beyond(bound: Bound) -> One:
    """Make the contract that a memo does not speak of what it has not read."""

    def known(limit: int, gap: Gap) -> bool:
        """Neither an anchor nor a gap of a memo that was cut lies beyond its cursor, and an anchor is left.

        pre: 1 <= limit < 3
        post: _
        """
        _, cursor, _, anchors, gaps = bound(limit, gap)
        return anchors != () and max(anchors) <= cursor and all(high <= cursor for _, high in gaps)

    return known


model_within = within(sides.model_bounded)
impl_within = within(sides.impl_bounded)
wrong_within = within(wrong.unbounded)

model_nothing_skipped = nothing_skipped(sides.model_bounded)
impl_nothing_skipped = nothing_skipped(sides.impl_bounded)
wrong_nothing_skipped = nothing_skipped(wrong.cut_behind_the_cursor)

model_nothing_beyond = nothing_beyond(sides.model_bounded)
impl_nothing_beyond = nothing_beyond(sides.impl_bounded)
wrong_nothing_beyond = nothing_beyond(wrong.cut_behind_the_cursor)

THREE: Final = "three sources, any limit, any gap"

CONTRACTS: Final = (
    Contract("within", "M10", "a memo holds at most as many sources as it may", "cuts nothing", THREE),
    Contract("nothing_skipped", "M1", "a source that is left out lies beyond the cursor", "keeps its cursor", THREE),
    Contract(
        "nothing_beyond", "M1", "a memo that was cut knows nothing beyond its cursor", "keeps anchors and gaps", THREE
    ),
)
"""All that is to be confirmed of the cut, but that the two texts agree."""
