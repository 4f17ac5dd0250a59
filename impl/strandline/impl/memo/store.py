"""Where the memo is kept: one slot, one lock.

The slot is a value; the store is the one place where it changes.
"""

from __future__ import annotations

from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

    from strandline.impl.memo.memo import Memo
    from strandline.impl.memo.window import Span

T = TypeVar("T")


class Joined(NamedTuple):
    """What facts made for one window: the turns, the summary, and how many rows were skipped, by reason.

    The slot keeps the one that the stored memo gave for the window it was stored for.
    """

    span: Span
    turns: tuple[Any, ...]
    summary: Any = None
    skipped: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Slot:
    """What is stored: the memo, the version that every change raises, the epoch that a drop raises."""

    version: int = 0
    epoch: int = 0
    memo: Memo | None = None
    joined: Joined | None = None


EMPTY = Slot()


class MemoStore:
    """The memo of one log in this process, safe from any number of threads."""

    def __init__(self, slot: Slot = EMPTY, observations: int = 0) -> None:
        """Start empty, or where another store left off: its slot and its number of observations."""
        self._lock = Lock()
        self._slot = slot
        self._observations = observations

    @property
    def slot(self) -> Slot:
        """What is stored now."""
        with self._lock:
            return self._slot

    def observe(self, fix: Callable[[], T]) -> tuple[T, int, Slot]:
        """Fix a snapshot, number it and look at the slot, all under the lock.

        With the number taken first, a refresh could stall between number and snapshot, see a
        newer log under an older number, and lose to a refresh that saw less.

        Args:
            fix: begins the read transaction; it must not wait.

        Returns:
            What ``fix`` gave, the observation number, and the slot.
        """
        with self._lock:
            fixed = fix()
            self._observations += 1
            return fixed, self._observations, self._slot

    def swap(self, version: int, memo: Memo, joined: Joined) -> Slot | None:
        """Store a memo if the slot still has this version; else give the slot as it is."""
        with self._lock:
            if self._slot.version != version:
                return self._slot
            self._slot = Slot(version + 1, self._slot.epoch, memo, joined)
            return None

    def drop(self) -> int:
        """Forget the memo by force; what is in flight gives way to the new epoch, which is given."""
        with self._lock:
            dropped = Slot(self._slot.version + 1, self._slot.epoch + 1)
            self._slot = dropped
        return dropped.epoch
