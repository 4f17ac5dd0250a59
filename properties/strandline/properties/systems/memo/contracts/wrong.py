"""Texts that are wrong, each in one place: what is asked of the shipped ones must be refuted of these."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from strandline.impl.memo.store import MemoStore, Slot
from strandline.properties.systems.memo.contracts import sides
from strandline.properties.systems.memo.contracts.sides import IDS, Gap, Placed, Seen, Side3

if TYPE_CHECKING:
    from collections.abc import Callable

    from strandline.impl.memo.memo import Memo
    from strandline.impl.memo.store import Joined


T = TypeVar("T")


def undone_drop(mine: Placed, stored: Placed, epoch: int) -> str:
    """Decide as if no drop had been forced."""
    return sides.impl_decide((epoch, *mine[1:]), (epoch, *stored[1:]), epoch)


def keeps_what_is_there(mine: Placed, stored: Placed, epoch: int) -> str:
    """Give way to whatever is stored."""
    return "discard"


def puts_whatever_it_has(mine: Placed, stored: Placed, epoch: int) -> str:
    """Look at nothing but the drop."""
    return "put" if mine[0] >= epoch else "discard"


def newest_takes_all(mine: Placed, stored: Placed, epoch: int) -> str:
    """Let the newer of two memos win, however much the other one covers."""
    decision = sides.impl_decide(mine, stored, epoch)
    if decision not in {"top up mine", "top up theirs"}:
        return decision
    return "put" if mine[2] > stored[2] else "discard"


def tops_up_the_narrower(mine: Placed, stored: Placed, epoch: int) -> str:
    """Go on from the memo that holds less."""
    other = {"top up mine": "top up theirs", "top up theirs": "top up mine"}
    decision = sides.impl_decide(mine, stored, epoch)
    return other.get(decision, decision)


def blind_to_the_file(mine: Placed, stored: Placed, epoch: int) -> str:
    """Compare two memos of two files as if they were of one."""
    return sides.impl_decide((mine[0], 0, *mine[2:]), (stored[0], 0, *stored[2:]), epoch)


class BlindStore(MemoStore):
    """Stores without comparing."""

    def swap(self, version: int, memo: Memo, joined: Joined) -> Slot | None:
        """Store whatever comes."""
        self._slot = Slot(version + 1, self._slot.epoch, memo, joined)
        return None


class UnversionedStore(MemoStore):
    """Compares versions, and raises none."""

    def swap(self, version: int, memo: Memo, joined: Joined) -> Slot | None:
        """Store, and leave the version as it is."""
        if self._slot.version != version:
            return self._slot
        self._slot = Slot(version, self._slot.epoch, memo, joined)
        return None

    def drop(self) -> int:
        """Forget the memo, and leave the version as it is."""
        self._slot = dropped = Slot(self._slot.version, self._slot.epoch + 1)
        return dropped.epoch


class UnnumberedStore(MemoStore):
    """Gives every snapshot the same number."""

    def observe(self, fix: Callable[[], T]) -> tuple[T, int, Slot]:
        """Fix a snapshot and count nothing."""
        return fix(), self._observations, self._slot


def merged_beyond(gaps: tuple[Gap, ...]) -> tuple[Gap, ...]:
    """Join two gaps with one id between them."""
    joined: list[Gap] = []
    for low, high in sorted(gaps):
        if joined and low <= joined[-1][1] + 2:
            joined[-1] = (joined[-1][0], max(high, joined[-1][1]))
        else:
            joined.append((low, high))
    return tuple(joined)


def merged_not_at_all(gaps: tuple[Gap, ...]) -> tuple[Gap, ...]:
    """Sort gaps and join none."""
    return tuple(sorted(gaps))


def merged_as_they_come(gaps: tuple[Gap, ...]) -> tuple[Gap, ...]:
    """Join no gaps and leave them in the order in which they were found."""
    return gaps


def clipped_below(gaps: tuple[Gap, ...], point: int) -> tuple[Gap, ...]:
    """Keep what lies below an id, and not at it."""
    return tuple((low, min(high, point - 1)) for low, high in gaps if low < point)


def unbounded(limit: int, gap: Gap) -> Seen:
    """Hold all three sources, whatever the limit."""
    return sides.impl_bounded(len(IDS), gap)


def cut_behind_the_cursor(limit: int, gap: Gap) -> Seen:
    """Hold the first sources, and leave cursor, anchors and gaps as they were."""
    cause, cursor, held, anchors, gaps = sides.impl_bounded(len(IDS), gap)
    return cause, cursor, held[:limit], anchors, gaps


def cut_from_one_behind_the_cursor(limit: int, gap: Gap) -> Seen:
    """Do the same, with at least one source."""
    return cut_behind_the_cursor(max(limit, 1), gap)


def closed(start: int, end: int, instant: int) -> bool:
    """Count the end of a span in."""
    return start <= instant <= end


def late(start: int, end: int, instant: int) -> bool:
    """Begin a second after the start of a span."""
    return start < instant < end


def late_or_open(opened: tuple[bool, bool], start: int, end: int, instant: int) -> bool:
    """Begin a second after the start of a span, if it has one."""
    return sides.impl_holds_open(opened, start + 1, end, instant)


def unchanged_whatever_is_wanted(same: bool, seen: int, stored: Placed, full: bool, wanted: int) -> bool:
    """Answer from a memo that does not reach back far enough."""
    return sides.impl_unchanged(same, seen, stored, full, stored[3])


def unchanged_whoever_made_it(same: bool, seen: int, stored: Placed, full: bool, wanted: int) -> bool:
    """Answer from a memo of any number."""
    return sides.impl_unchanged(same, stored[2], stored, full, wanted)


def never_unchanged(same: bool, seen: int, stored: Placed, full: bool, wanted: int) -> bool:
    """Read the log again each time."""
    return False


def one_anchor(first: Side3) -> tuple[int, ...]:
    """Keep the newest row alone."""
    return sides.impl_latest(first)[-1:]


def first_sixteen(lowest: int, count: int) -> tuple[int, ...]:
    """Keep the anchors of the partitions that were written to longest ago."""
    return tuple(lowest + place for place in range(16))


def believes_its_sources(there: Side3, after: Side3, changed: bool) -> Seen:
    """Go on from sources without looking whether they are still there, and still the same."""
    both = tuple(one or other for one, other in zip(there, after, strict=True))
    cause, cursor, held, anchors, gaps = sides.impl_read(
        (False, False, False), (both[0], both[1], both[2]), changed=False
    )
    return (None if any(there) else cause), cursor, held, anchors, gaps


def goes_back(there: Side3, after: Side3, changed: bool) -> Seen:
    """Lower the cursor to the highest row that is left."""
    cause, cursor, held, anchors, gaps = sides.impl_read(there, after, changed)
    return cause, max(held, default=cursor), held, anchors, gaps


def goes_on_and_back(after: Side3, changed: bool) -> Seen:
    """Do the same, from a log that was read whole."""
    return goes_back((True, True, True), after, changed)


def known_by_its_newest_row(inode: int, coverage: int, wanted: int, left: tuple[bool, bool]) -> str | None:
    """Scan in full as soon as the newest row is gone."""
    return sides.impl_resumed(inode, coverage, wanted, left) if left[1] else "anchors lost"


def blind_to_replacement(inode: int, coverage: int, wanted: int, left: tuple[bool, bool]) -> str | None:
    """Look at the rows and at no inode number."""
    return sides.impl_resumed(0, coverage, wanted, left)


def blind_to_the_window(inode: int, coverage: int, wanted: int, left: tuple[bool, bool]) -> str | None:
    """Go on from a memo that does not reach back far enough."""
    return sides.impl_resumed(inode, coverage, coverage, left)
