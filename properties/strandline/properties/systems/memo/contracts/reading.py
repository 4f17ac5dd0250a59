"""Reading on (M1, M6): anchors, the point to go on from, and what a read absorbs, in logs of three rows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeAlias

from strandline.properties.engines.contracts.condition import Contract
from strandline.properties.systems.memo.contracts import sides, wrong
from strandline.properties.systems.memo.contracts.sides import IDS, Seen, Side3

Latest: TypeAlias = Callable[[Side3], tuple[int, ...]]
"""Which of three rows are anchors, if each is in the first or the second partition."""

Read: TypeAlias = Callable[[Side3, Side3, bool], Seen]
"""What a second read leads to, by which rows were there before and after, and whether the first is another one."""

Left: TypeAlias = tuple[bool, bool]
"""Whether each of two anchors is left."""

Resumed: TypeAlias = Callable[[int, int, int, Left], str | None]
"""Why a memo is not gone on from, by the inode, its coverage, what is wanted, and which of its anchors are left."""


def newest_of_each(latest: Latest) -> Callable[[Side3], bool]:
    """Make the contract of what an anchor is."""

    def anchors(first: Side3) -> bool:
        """A row is an anchor if no later one is of its partition, and only then.

        post: _
        """
        newest = [row_id for place, row_id in enumerate(IDS) if first[place] not in first[place + 1 :]]
        return latest(first) == tuple(newest)

    return anchors


def latest_sixteen(latest: Callable[[int, int], tuple[int, ...]]) -> Callable[[int], bool]:
    """Make the contract that anchors are bounded."""

    def many(lowest: int) -> bool:
        """Of eighteen partitions the latest sixteen have anchors, by ascending id.

        post: _
        """
        return latest(lowest, 18) == tuple(lowest + place for place in range(2, 18))

    return many


def nothing_missed(read: Read) -> Callable[[Side3, Side3, bool], bool]:
    """Make the contract that going on from a memo finds what a full scan finds."""

    def found(there: Side3, after: Side3, changed: bool) -> bool:
        """The sources of a memo are the rows that are there, whatever it went on from.

        pre: not changed
        post: _
        """
        return read(there, after, changed)[2] == tuple(row_id for row_id, one in zip(IDS, after, strict=True) if one)

    return found


def cursor_stays(read: Read) -> Callable[[Side3, Side3, bool], bool]:
    """Make the contract that a prune lowers no cursor."""

    def stays(there: Side3, after: Side3, changed: bool) -> bool:
        """A memo that is gone on from keeps its cursor, or moves it forward.

        pre: there[0] and after[0] and not changed
        post: _
        """
        cause, cursor, *_ = read(there, after, changed)
        before = max((row_id for row_id, one in zip(IDS, there, strict=True) if one), default=cursor)
        return cause is not None or cursor >= before

    return stays


def rewritten_is_noticed(read: Read) -> Callable[[Side3, Side3, bool], bool]:
    """Make the contract that a row is not taken for another one of its id."""

    def noticed(there: Side3, after: Side3, changed: bool) -> bool:
        """A log whose first row has become another one is scanned in full.

        pre: there[0] and after[0] and changed
        post: _
        """
        return read(there, after, changed)[0] is not None

    return noticed


def one_anchor_is_enough(resumed: Resumed) -> Callable[[int, int, Left], bool]:
    """Make the contract that a full scan has a reason."""

    def enough(coverage: int, wanted: int, left: Left) -> bool:
        """A memo of this file that reaches back far enough is gone on from while one of its anchors is left.

        pre: coverage <= wanted and (left[0] or left[1])
        post: _
        """
        return resumed(0, coverage, wanted, left) is None

    return enough


def another_file(resumed: Resumed) -> Callable[[int, int, Left], bool]:
    """Make the contract that a memo speaks for one file."""

    def replaced(inode: int, wanted: int, left: Left) -> bool:
        """A memo of another file is not gone on from, whatever rows that file has.

        pre: inode != 0
        post: _
        """
        return resumed(inode, wanted, wanted, left) == "file replaced"

    return replaced


def wider_window(resumed: Resumed) -> Callable[[int, int, Left], bool]:
    """Make the contract that a memo does not answer for what it never held."""

    def widened(coverage: int, wanted: int, left: Left) -> bool:
        """A memo that does not reach back far enough is not gone on from.

        pre: wanted < coverage
        post: _
        """
        return resumed(0, coverage, wanted, left) == "window widened"

    return widened


model_newest_of_each = newest_of_each(sides.model_latest)
impl_newest_of_each = newest_of_each(sides.impl_latest)
wrong_newest_of_each = newest_of_each(wrong.one_anchor)

model_latest_sixteen = latest_sixteen(sides.model_latest_of_many)
wrong_latest_sixteen = latest_sixteen(wrong.first_sixteen)

model_nothing_missed = nothing_missed(sides.model_read)
impl_nothing_missed = nothing_missed(sides.impl_read)
wrong_nothing_missed = nothing_missed(wrong.believes_its_sources)

model_cursor_stays = cursor_stays(sides.model_read)
impl_cursor_stays = cursor_stays(sides.impl_read)
wrong_cursor_stays = cursor_stays(wrong.goes_back)

model_rewritten_is_noticed = rewritten_is_noticed(sides.model_read)
impl_rewritten_is_noticed = rewritten_is_noticed(sides.impl_read)
wrong_rewritten_is_noticed = rewritten_is_noticed(wrong.believes_its_sources)

model_one_anchor_is_enough = one_anchor_is_enough(sides.model_resumed)
impl_one_anchor_is_enough = one_anchor_is_enough(sides.impl_resumed)
wrong_one_anchor_is_enough = one_anchor_is_enough(wrong.known_by_its_newest_row)

model_another_file = another_file(sides.model_resumed)
impl_another_file = another_file(sides.impl_resumed)
wrong_another_file = another_file(wrong.blind_to_replacement)

model_wider_window = wider_window(sides.model_resumed)
impl_wider_window = wider_window(sides.impl_resumed)
wrong_wider_window = wider_window(wrong.blind_to_the_window)

ROWS: Final = "three rows, each there or not before and after"
MEMO: Final = "a memo of three rows, any coverage and window"

CONTRACTS: Final = (
    Contract(
        "newest_of_each",
        "M6",
        "the newest row of each partition is an anchor, and no other",
        "keeps one anchor",
        "three rows in two partitions",
    ),
    Contract(
        "latest_sixteen",
        "M10",
        "of more partitions the latest sixteen have anchors",
        "keeps the first sixteen",
        "eighteen rows from any id on",
        sides=("model",),
    ),
    Contract("nothing_missed", "M1", "a read that goes on finds what a full one finds", "believes its sources", ROWS),
    Contract("cursor_stays", "M6", "a prune lowers no cursor", "goes back with its rows", ROWS),
    Contract("rewritten_is_noticed", "M1", "a row is not taken for another of its id", "believes its sources", ROWS),
    Contract(
        "one_anchor_is_enough", "M6", "a memo is gone on from while an anchor is left", "knows its newest row", MEMO
    ),
    Contract("another_file", "M1", "a memo of another file is not gone on from", "looks at no file", MEMO),
    Contract("wider_window", "M1", "a memo that is too narrow is not gone on from", "looks at no window", MEMO),
)
"""All that is to be confirmed of reading on, but that the two texts agree."""
