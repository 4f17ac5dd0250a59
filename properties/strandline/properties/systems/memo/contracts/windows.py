"""Windows (M1, M7): which instants a span holds, and when a stored memo answers by itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from strandline.properties.engines.contracts.condition import contract
from strandline.properties.systems.memo.contracts import sides, wrong
from strandline.properties.systems.memo.contracts.sides import Placed

Holds: TypeAlias = Callable[[int, int, int], bool]
"""Whether a span, from a start to an end, holds an instant."""

Adjoining: TypeAlias = Callable[[int, int, int, int], bool]
"""A contract over two spans that adjoin, and an instant."""

Unchanged: TypeAlias = Callable[[bool, int, Placed, bool, int], bool]
"""Whether a stored memo answers a window by itself."""


@contract("M7", sides.HOLDS, wrong.closed, "counts the end in", quick=True)
def one_day_or_the_other(holds: Holds) -> Adjoining:
    """An instant lies in one of two spans that adjoin, and in one only."""

    def meet(start: int, middle: int, end: int, instant: int) -> bool:
        """An instant of a span lies in one of its two halves, and in one only.

        pre: start <= middle <= end
        post: _
        """
        halves = int(holds(start, middle, instant)) + int(holds(middle, end, instant))
        return halves == int(holds(start, end, instant))

    return meet


@contract("M1", sides.HOLDS, wrong.late, "begins after its start", quick=True)
def first_second(holds: Holds) -> Callable[[int, int], bool]:
    """A span holds its first instant and not its end."""

    def ends(start: int, end: int) -> bool:
        """A span holds its first instant and not its end, and nothing if it ends where it begins.

        pre: start <= end
        post: _
        """
        return holds(start, end, start) == (start < end) and not holds(start, end, end)

    return ends


@contract("M1", sides.UNCHANGED, wrong.unchanged_whatever_is_wanted, "does not ask what is wanted")
def wide_enough(unchanged: Unchanged) -> Unchanged:
    """A memo that answers by itself reaches back far enough."""

    def reaches(same: bool, seen: int, stored: Placed, full: bool, wanted: int) -> bool:
        """A memo that answers by itself holds the window from its first instant on, and was not cut.

        post: _
        """
        return not unchanged(same, seen, stored, full, wanted) or (stored[3] <= wanted and not full)

    return reaches


@contract("M1", sides.UNCHANGED, wrong.unchanged_whoever_made_it, "asks for no number")
def still_the_latest(unchanged: Unchanged) -> Unchanged:
    """A memo that answers by itself rests on the latest commit."""

    def rests(same: bool, seen: int, stored: Placed, full: bool, wanted: int) -> bool:
        """A memo that answers by itself was made after the snapshot since which nothing was committed.

        post: _
        """
        return not unchanged(same, seen, stored, full, wanted) or (same and stored[2] >= seen)

    return rests


@contract("M5", sides.UNCHANGED, wrong.never_unchanged, "never does")
def answers_if_it_can(unchanged: Unchanged) -> Unchanged:
    """A memo that can answer by itself does."""

    def rested(same: bool, seen: int, stored: Placed, full: bool, wanted: int) -> bool:
        """A memo that is the latest, not cut, and reaches back far enough answers by itself.

        pre: same and stored[2] >= seen and stored[3] <= wanted and not full
        post: _
        """
        return unchanged(same, seen, stored, full, wanted)

    return rested
