"""The gates of a refresh: each effect is one access to something shared, each result what it found.

Between two effects a refresh is a deterministic function of the results so far, so the effects
are all the places where another refresh, a writer or a file system can come in between.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from datetime import date
    from zoneinfo import ZoneInfo

    from strandline.impl.memo.answer import Reason
    from strandline.impl.memo.memo import Memo, Place
    from strandline.impl.memo.scan import Glance, Reading
    from strandline.impl.memo.store import Joined, Slot
    from strandline.impl.memo.window import Span


@dataclass(frozen=True, slots=True)
class ReadDate:
    """Read today's date in a zone, once. Result: a date."""

    zone: ZoneInfo


@dataclass(frozen=True, slots=True)
class Locate:
    """Stat the path and take a kept connection to that file, or pin it. Result: Located, Missing or Failure."""


@dataclass(frozen=True, slots=True)
class Connect:
    """Open the database at the path. Result: Connected, Missing (it is not the located file) or Failure."""


@dataclass(frozen=True, slots=True)
class ReadLog:
    """Read the log in one transaction, from a memo on.

    The snapshot, its number and the stored memo are taken under one lock, so that their
    orders are one order. ``base`` stands in for the stored memo where it is given; ``wanted``
    is the earliest instant that the window needs. Result: Observed, Unchanged or Failure.
    """

    wanted: int
    base: Memo | None


@dataclass(frozen=True, slots=True)
class ReadOnce:
    """Answer a window by one bounded read that leaves the memo alone. Result: Glimpsed or Failure."""

    span: Span


@dataclass(frozen=True, slots=True)
class Check:
    """Stat the path again. Result: Located, Missing or Failure."""


@dataclass(frozen=True, slots=True)
class Swap:
    """Store a memo if the slot still has the version that was seen. Result: Swapped or Lost."""

    version: int
    memo: Memo
    joined: Joined


@dataclass(frozen=True, slots=True)
class Pause:
    """Let a busy log be for a while, in seconds. Result: Rested."""

    seconds: float


Effect: TypeAlias = ReadDate | Locate | Connect | ReadLog | ReadOnce | Check | Swap | Pause


@dataclass(frozen=True, slots=True)
class Located:
    """The path leads to this file; ``connected`` if a kept connection to that very file was taken."""

    place: Place
    connected: bool = False


@dataclass(frozen=True, slots=True)
class Missing:
    """Nothing is at the path."""


@dataclass(frozen=True, slots=True)
class Connected:
    """A connection is open."""


@dataclass(frozen=True, slots=True)
class Observed:
    """A read, and the slot as it was when the snapshot was fixed."""

    reading: Reading
    slot: Slot


@dataclass(frozen=True, slots=True)
class Unchanged:
    """Nothing was committed since the snapshot of the memo that is stored."""

    slot: Slot


@dataclass(frozen=True, slots=True)
class Glimpsed:
    """What the one-shot path found."""

    glance: Glance


@dataclass(frozen=True, slots=True)
class Swapped:
    """The memo is stored."""


@dataclass(frozen=True, slots=True)
class Lost:
    """Another write-back or a drop came first; this is what it left."""

    slot: Slot


@dataclass(frozen=True, slots=True)
class Rested:
    """The pause is over."""


@dataclass(frozen=True, slots=True)
class Failure:
    """The access failed, for a reason that a program can tell and a person can read.

    ``code`` is SQLite's extended result code by its name, None if the failure is not SQLite's.
    """

    reason: Reason
    detail: str
    code: str | None = None


Result: TypeAlias = (
    "date | Located | Missing | Connected | Observed | Unchanged | Glimpsed | Swapped | Lost | Rested | Failure"
)
