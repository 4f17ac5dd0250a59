"""The cut at the limit (M10, M1): a memo holds no more than it may, and knows where it stopped."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeAlias

from strandline.properties.engines.contracts.condition import contract
from strandline.properties.systems.memo.contracts import sides, wrong
from strandline.properties.systems.memo.contracts.sides import IDS, Gap, Seen

Bound: TypeAlias = Callable[[int, Gap], Seen]
"""Cuts a memo of three sources and one gap at a limit."""

One: TypeAlias = Callable[[int, Gap], bool]
"""A contract over a limit and a gap."""

THREE: Final = "three sources, any limit, any gap"


@contract("M10", sides.BOUNDED, wrong.unbounded, "cuts nothing", THREE)
def within(bound: Bound) -> One:
    """A memo holds at most as many sources as it may."""

    def small(limit: int, gap: Gap) -> bool:
        """A memo holds at most as many sources as it may.

        pre: limit >= 1
        post: _
        """
        return len(bound(limit, gap)[2]) <= limit

    return small


@contract("M1", sides.BOUNDED, wrong.cut_behind_the_cursor, "keeps its cursor", THREE)
def nothing_skipped(bound: Bound) -> One:
    """A source that is left out lies beyond the cursor."""

    def again(limit: int, gap: Gap) -> bool:
        """The sources up to the cursor are held, and those that are not lie beyond it.

        pre: limit >= 1
        post: _
        """
        _, cursor, held, _, _ = bound(limit, gap)
        return held == tuple(row_id for row_id in IDS if row_id <= cursor)

    return again


@contract("M1", sides.BOUNDED, wrong.cut_behind_the_cursor, "keeps anchors and gaps", THREE)
def nothing_beyond(bound: Bound) -> One:
    """A memo that was cut knows nothing beyond its cursor."""

    def known(limit: int, gap: Gap) -> bool:
        """Neither an anchor nor a gap of a memo that was cut lies beyond its cursor, and an anchor is left.

        pre: 1 <= limit < 3
        post: _
        """
        _, cursor, _, anchors, gaps = bound(limit, gap)
        return anchors != () and max(anchors) <= cursor and all(high <= cursor for _, high in gaps)

    return known
