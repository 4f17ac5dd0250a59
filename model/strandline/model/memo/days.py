"""Local days as spans of instants.

The beginning of a day is found the slow and certain way: the offset of the zone is sampled
over the two days in which the beginning must lie, each change of offset is bisected to the
second, and on each stretch of constant offset the clock is plain addition. Nothing here asks
``datetime`` to resolve a local time, which is what the scanner does and what it can get wrong.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator
    from zoneinfo import ZoneInfo

DAY: Final = 86_400
"""Seconds in a day of UTC. The offset of a zone is always shorter."""

STEP: Final = 3_600
"""Seconds between two samples. No zone changes its offset twice within a step; days lie between."""

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


class Span(NamedTuple):
    """The instants from ``start`` up to, not including, ``end``, in unix seconds.

    None leaves a side open. A span whose start is not before its end holds no instant.
    """

    start: int | None
    end: int | None

    def holds(self, instant: int) -> bool:
        """Whether an instant (unix seconds) lies in the span."""
        return (self.start is None or self.start <= instant) and (self.end is None or instant < self.end)


def span(first: date | None, last: date | None, zone: ZoneInfo) -> Span:
    """Turn a window of local days, both included, into its span; None leaves a side open."""
    start = None if first is None else start_of(first, zone)
    if last is None or last == date.max:
        return Span(start, None)
    return Span(start, start_of(last + timedelta(days=1), zone))


def start_of(day: date, zone: ZoneInfo) -> int | None:
    """Find the earliest instant (unix seconds) at which the local date is ``day`` or later.

    None for ``date.min``: every local date is that day or later, so its past is open.
    """
    if day == date.min:
        return None
    midnight = _utc_midnight(day)
    # A local clock is less than a day off, so it shows an earlier date at midnight - DAY
    # and has reached the day at midnight + DAY: the last stretch holds it, if none before does.
    stretches = _stretches(midnight - DAY, midnight + DAY, zone)
    reached = ((max(begin, midnight - offset), end) for begin, end, offset in stretches)
    return next(earliest for earliest, end in reached if earliest < end)


def _stretches(begin: int, end: int, zone: ZoneInfo) -> Iterator[tuple[int, int, int]]:
    """Cut the instants from ``begin`` to ``end`` into stretches (begin, end, offset)."""
    offset = _offset(begin, zone)
    for sample in range(begin, end, STEP):
        following = min(sample + STEP, end)
        if _offset(following, zone) != offset:
            changed = _bisect(sample, following, zone)
            yield begin, changed, offset
            begin, offset = changed, _offset(changed, zone)
    yield begin, end, offset


def _bisect(before: int, after: int, zone: ZoneInfo) -> int:
    """Find the second of a change, where the offset at ``after`` differs from that at ``before``."""
    old = _offset(before, zone)
    while after - before > 1:
        middle = (before + after) // 2
        if _offset(middle, zone) == old:
            before = middle
        else:
            after = middle
    return after


def _offset(instant: int, zone: ZoneInfo) -> int:
    """Tell how many seconds the local clock is ahead of UTC at an instant.

    Within a day of either end of the calendar the local time may be unrepresentable. No zone
    changes its offset there, so the offset a day further in stands for it.
    """
    instant = min(max(instant, _utc_midnight(date.min) + DAY), _utc_midnight(date.max))
    moment = _EPOCH + timedelta(seconds=instant)
    return (moment.astimezone(zone).replace(tzinfo=UTC) - moment) // timedelta(seconds=1)


def _utc_midnight(day: date) -> int:
    """Count the seconds from the epoch to the midnight of UTC that begins a day."""
    return (day - _EPOCH.date()).days * DAY
