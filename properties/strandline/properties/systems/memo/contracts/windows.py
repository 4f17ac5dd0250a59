"""Windows (M1, M7): which instants a span holds, and when a stored memo answers by itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeAlias

from strandline.properties.engines.contracts.condition import Contract
from strandline.properties.systems.memo.contracts import sides, wrong
from strandline.properties.systems.memo.contracts.sides import Placed

Holds: TypeAlias = Callable[[int, int, int], bool]
"""Whether a span, from a start to an end, holds an instant."""

Adjoining: TypeAlias = Callable[[int, int, int, int], bool]
"""A contract over two spans that adjoin, and an instant."""

Unchanged: TypeAlias = Callable[[bool, int, Placed, bool, int], bool]
"""Whether a stored memo answers a window by itself."""


def one_day_or_the_other(holds: Holds) -> Adjoining:
    """Make the contract that no instant is lost or counted twice where two windows meet."""

    def meet(start: int, middle: int, end: int, instant: int) -> bool:
        """An instant of a span lies in one of its two halves, and in one only.

        pre: start <= middle <= end
        post: _
        """
        halves = int(holds(start, middle, instant)) + int(holds(middle, end, instant))
        return halves == int(holds(start, end, instant))

    return meet


def first_second(holds: Holds) -> Callable[[int, int], bool]:
    """Make the contract that a span begins with its start and ends before its end."""

    def ends(start: int, end: int) -> bool:
        """A span holds its first instant and not its end, and nothing if it ends where it begins.

        pre: start <= end
        post: _
        """
        return holds(start, end, start) == (start < end) and not holds(start, end, end)

    return ends


def wide_enough(unchanged: Unchanged) -> Unchanged:
    """Make the contract that a memo that answers by itself reaches back far enough."""

    def reaches(same: bool, seen: int, stored: Placed, full: bool, wanted: int) -> bool:
        """A memo that answers by itself holds the window from its first instant on, and was not cut.

        post: _
        """
        return not unchanged(same, seen, stored, full, wanted) or (stored[3] <= wanted and not full)

    return reaches


def still_the_latest(unchanged: Unchanged) -> Unchanged:
    """Make the contract that a memo that answers by itself rests on the latest commit."""

    def rests(same: bool, seen: int, stored: Placed, full: bool, wanted: int) -> bool:
        """A memo that answers by itself was made after the snapshot since which nothing was committed.

        post: _
        """
        return not unchanged(same, seen, stored, full, wanted) or (same and stored[2] >= seen)

    return rests


def answers_if_it_can(unchanged: Unchanged) -> Unchanged:
    """Make the contract that a quiet log is not read."""

    def rested(same: bool, seen: int, stored: Placed, full: bool, wanted: int) -> bool:
        """A memo that is the latest, not cut, and reaches back far enough answers by itself.

        pre: same and stored[2] >= seen and stored[3] <= wanted and not full
        post: _
        """
        return unchanged(same, seen, stored, full, wanted)

    return rested


model_one_day_or_the_other = one_day_or_the_other(sides.model_holds)
impl_one_day_or_the_other = one_day_or_the_other(sides.impl_holds)
wrong_one_day_or_the_other = one_day_or_the_other(wrong.closed)

model_first_second = first_second(sides.model_holds)
impl_first_second = first_second(sides.impl_holds)
wrong_first_second = first_second(wrong.late)

model_wide_enough = wide_enough(sides.model_unchanged)
impl_wide_enough = wide_enough(sides.impl_unchanged)
wrong_wide_enough = wide_enough(wrong.unchanged_whatever_is_wanted)

model_still_the_latest = still_the_latest(sides.model_unchanged)
impl_still_the_latest = still_the_latest(sides.impl_unchanged)
wrong_still_the_latest = still_the_latest(wrong.unchanged_whoever_made_it)

model_answers_if_it_can = answers_if_it_can(sides.model_unchanged)
impl_answers_if_it_can = answers_if_it_can(sides.impl_unchanged)
wrong_answers_if_it_can = answers_if_it_can(wrong.never_unchanged)

CONTRACTS: Final = (
    Contract(
        "one_day_or_the_other",
        "M7",
        "an instant lies in one of two spans that adjoin, and in one only",
        "counts the end in",
        quick=("model", "impl"),
    ),
    Contract(
        "first_second",
        "M1",
        "a span holds its first instant and not its end",
        "begins after its start",
        quick=("model", "impl"),
    ),
    Contract(
        "wide_enough", "M1", "a memo that answers by itself reaches back far enough", "does not ask what is wanted"
    ),
    Contract(
        "still_the_latest", "M1", "a memo that answers by itself rests on the latest commit", "asks for no number"
    ),
    Contract("answers_if_it_can", "M5", "a memo that can answer by itself does", "never does"),
)
"""All that is to be confirmed of windows, but that the two texts agree."""
