"""Windows of local days, and the spans of instants they stand for.

A day of a zone need not have 24 hours, a midnight of its own, or any instant at all. One rule covers every case: a day
starts at the earliest whole unix second at which the local date is that day or a later one.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

_SPANS_MAX: Final = 64
"""Spans kept at once: a process asks for few windows, and each of them again and again."""

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_SECOND: Final = timedelta(seconds=1)
_DAY: Final = timedelta(days=1)


class Span(NamedTuple):
    """The instants ``start <= ts < end``, in unix seconds; a side that is None is open."""

    start: int | None
    end: int | None

    def holds(self, ts: int) -> bool:
        """Tell whether the instant ``ts`` (unix seconds) lies in the span."""
        return (self.start is None or self.start <= ts) and (self.end is None or ts < self.end)


@dataclass(frozen=True, slots=True)
class Window:
    """The local days ``first`` to ``last`` of a zone, both included; a side that is None is open.

    Raises ``ValueError`` if ``first`` is later than ``last``.
    """

    first: date | None
    last: date | None
    zone: ZoneInfo

    def __post_init__(self) -> None:
        """Refuse a window that ends before it begins."""
        if self.first is not None and self.last is not None and self.first > self.last:
            message = f"the window's first day {self.first} is later than its last day {self.last}"
            raise ValueError(message)

    def span(self) -> Span:
        """Return the instants of the window, by the rules of its zone."""
        return _span(self)

    def ended_before(self, today: date) -> bool:
        """Tell whether the whole window lies before ``today``, a local day of the same zone."""
        return self.last is not None and self.last < today


@lru_cache(maxsize=_SPANS_MAX)
def _span(window: Window) -> Span:
    """Turn days into instants.

    No day comes before ``date.min`` and none after ``date.max``, so a window that reaches one of them is open there.
    """
    first, last, zone = window.first, window.last, window.zone
    return Span(
        start=None if first is None or first == date.min else start_of_day(first, zone),
        end=None if last is None or last == date.max else start_of_day(last + _DAY, zone),
    )


def start_of_day(day: date, zone: ZoneInfo) -> int:
    """Return the earliest unix second at which the local date in ``zone`` is ``day`` or later.

    Of two midnights it is the first; where clocks jump over midnight it is the second of the jump.
    Raises ``OverflowError`` if that midnight lies before the year 1 in UTC, as that of ``date.min`` does in the east.
    """
    midnight = datetime.combine(day, time.min)
    # Before a fold and inside a gap, fold 0 means the offset in force before the change.
    start = _instant(midnight, zone, fold=0)
    if _local(start, zone) == midnight:
        return start
    return _end_of_gap(midnight, zone, before=_instant(midnight, zone, fold=1), after=start)


def _end_of_gap(midnight: datetime, zone: ZoneInfo, *, before: int, after: int) -> int:
    """Return the first second whose local time is past a midnight that no clock showed.

    Midnight by the new offset lies before the jump, midnight by the old one at or after it, and no other jump lies
    between them; halving that stretch of at most two days takes 18 rounds or fewer.
    """
    while after - before > 1:
        middle = (before + after) // 2
        if _local(middle, zone) < midnight:
            before = middle
        else:
            after = middle
    return after


def _instant(local: datetime, zone: ZoneInfo, *, fold: int) -> int:
    """Return the unix second of a whole local second, read with the given fold."""
    return (local.replace(tzinfo=zone, fold=fold).astimezone(UTC) - _EPOCH) // _SECOND


def _local(instant: int, zone: ZoneInfo) -> datetime:
    """Return the local time of a unix second, as its clocks show it."""
    # Not datetime.fromtimestamp: on Windows it refuses instants before 1970.
    return (_EPOCH + instant * _SECOND).astimezone(zone).replace(tzinfo=None, fold=0)
