"""Reading on (M1, M6): anchors, the point to go on from, and what a read absorbs, in logs of three rows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeAlias

from strandline.properties.engines.contracts.condition import Texts, contract
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

ROWS: Final = "three rows, each there or not before and after"

MEMO: Final = "a memo of three rows, any coverage and window"


@contract("M6", sides.LATEST, wrong.one_anchor, "keeps one anchor", "three rows in two partitions")
def newest_of_each(latest: Latest) -> Callable[[Side3], bool]:
    """The newest row of each partition is an anchor, and no other."""

    def anchors(first: Side3) -> bool:
        """A row is an anchor if no later one is of its partition, and only then.

        post: _
        """
        newest = [row_id for place, row_id in enumerate(IDS) if first[place] not in first[place + 1 :]]
        return latest(first) == tuple(newest)

    return anchors


@contract(
    "M10",
    Texts(model=sides.model_latest_of_many),
    wrong.first_sixteen,
    "keeps the first sixteen",
    "eighteen rows from any id on",
)
def latest_sixteen(latest: Callable[[int, int], tuple[int, ...]]) -> Callable[[int], bool]:
    """Of more partitions the latest sixteen have anchors."""

    def many(lowest: int) -> bool:
        """Of eighteen partitions the latest sixteen have anchors, by ascending id.

        post: _
        """
        return latest(lowest, 18) == tuple(lowest + place for place in range(2, 18))

    return many


@contract("M1", sides.READ, wrong.believes_its_sources, "believes its sources", ROWS)
def nothing_missed(read: Read) -> Callable[[Side3, Side3, bool], bool]:
    """A read that goes on finds what a full one finds."""

    def found(there: Side3, after: Side3, changed: bool) -> bool:
        """The sources of a memo are the rows that are there, whatever it went on from.

        pre: not changed
        post: _
        """
        return read(there, after, changed)[2] == tuple(row_id for row_id, one in zip(IDS, after, strict=True) if one)

    return found


@contract("M6", sides.READ, wrong.goes_back, "goes back with its rows", ROWS)
def cursor_stays(read: Read) -> Callable[[Side3, Side3, bool], bool]:
    """A prune lowers no cursor."""

    def stays(there: Side3, after: Side3, changed: bool) -> bool:
        """A memo that is gone on from keeps its cursor, or moves it forward.

        pre: there[0] and after[0] and not changed
        post: _
        """
        cause, cursor, *_ = read(there, after, changed)
        before = max((row_id for row_id, one in zip(IDS, there, strict=True) if one), default=cursor)
        return cause is not None or cursor >= before

    return stays


@contract("M1", sides.READ, wrong.believes_its_sources, "believes its sources", ROWS)
def rewritten_is_noticed(read: Read) -> Callable[[Side3, Side3, bool], bool]:
    """A row is not taken for another of its id."""

    def noticed(there: Side3, after: Side3, changed: bool) -> bool:
        """A log whose first row has become another one is scanned in full.

        pre: there[0] and after[0] and changed
        post: _
        """
        return read(there, after, changed)[0] is not None

    return noticed


@contract("M6", sides.RESUMED, wrong.known_by_its_newest_row, "knows its newest row", MEMO)
def one_anchor_is_enough(resumed: Resumed) -> Callable[[int, int, Left], bool]:
    """A memo is gone on from while an anchor is left."""

    def enough(coverage: int, wanted: int, left: Left) -> bool:
        """A memo of this file that reaches back far enough is gone on from while one of its anchors is left.

        pre: coverage <= wanted and (left[0] or left[1])
        post: _
        """
        return resumed(0, coverage, wanted, left) is None

    return enough


@contract("M1", sides.RESUMED, wrong.blind_to_replacement, "looks at no file", MEMO)
def another_file(resumed: Resumed) -> Callable[[int, int, Left], bool]:
    """A memo of another file is not gone on from."""

    def replaced(inode: int, wanted: int, left: Left) -> bool:
        """A memo of another file is not gone on from, whatever rows that file has.

        pre: inode != 0
        post: _
        """
        return resumed(inode, wanted, wanted, left) == "file replaced"

    return replaced


@contract("M1", sides.RESUMED, wrong.blind_to_the_window, "looks at no window", MEMO)
def wider_window(resumed: Resumed) -> Callable[[int, int, Left], bool]:
    """A memo that is too narrow is not gone on from."""

    def widened(coverage: int, wanted: int, left: Left) -> bool:
        """A memo that does not reach back far enough is not gone on from.

        pre: wanted < coverage
        post: _
        """
        return resumed(0, coverage, wanted, left) == "window widened"

    return widened
