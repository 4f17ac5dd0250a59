"""Zones and days, drawn: many about a change of a clock, a few at the ends of the calendar."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

NAMES: Final = (
    "Africa/Casablanca",
    "Africa/Monrovia",
    "America/Havana",
    "America/Juneau",
    "America/New_York",
    "America/Sao_Paulo",
    "America/St_Johns",
    "America/Toronto",
    "Antarctica/Troll",
    "Asia/Beirut",
    "Asia/Kathmandu",
    "Asia/Manila",
    "Australia/Lord_Howe",
    "Etc/GMT+12",
    "Etc/GMT-14",
    "Europe/Berlin",
    "Europe/Dublin",
    "Pacific/Apia",
    "Pacific/Chatham",
    "Pacific/Kiritimati",
    "Pacific/Kwajalein",
    "UTC",
)
"""Zones whose days are odd in every way that days are, and a few that are not; the same ones on every machine."""

ZONES: Final = st.sampled_from(NAMES).map(ZoneInfo)
DAY: Final = timedelta(days=1)
ENDS: Final = (date.min, date.min + DAY, date.max - DAY, date.max)
"""The days beside which there are no others."""


def offset(zone: ZoneInfo, day: date) -> timedelta | None:
    """How far the local clock is ahead when a day of UTC begins."""
    return datetime(day.year, day.month, day.day, tzinfo=UTC).astimezone(zone).utcoffset()


def next_change(zone: ZoneInfo, after: date) -> date | None:
    """The first day of UTC, at most 30 years on, in which the offset at its end is not that at its beginning."""
    for step in range(0, 30 * 365, 30):
        day = after + step * DAY
        if offset(zone, day) != offset(zone, day + 30 * DAY):
            return next(day + n * DAY for n in range(30) if offset(zone, day) != offset(zone, day + (n + 1) * DAY))
    return None


@st.composite
def changes(draw: st.DrawFn, zone: ZoneInfo) -> date:
    """A day about a change of the offset, where there is one."""
    day = draw(st.dates(date(1850, 1, 1), date(2037, 12, 31)))
    return (next_change(zone, day) or day) + draw(st.integers(-1, 1)) * DAY


def days(zone: ZoneInfo) -> st.SearchStrategy[date]:
    """Any day; many about a change, a few at the ends of the calendar."""
    return st.one_of(
        changes(zone), changes(zone), st.dates(date(1850, 1, 1), date(2100, 12, 31)), st.sampled_from(ENDS)
    )


def places(zones: st.SearchStrategy[ZoneInfo]) -> st.SearchStrategy[tuple[ZoneInfo, date]]:
    """A zone and a day of it."""
    return zones.flatmap(lambda zone: st.tuples(st.just(zone), days(zone)))


def pairs(zones: st.SearchStrategy[ZoneInfo]) -> st.SearchStrategy[tuple[ZoneInfo, date | None, date | None]]:
    """A zone and a window of its days, each side now and then open."""
    return zones.flatmap(lambda zone: st.tuples(st.just(zone), st.none() | days(zone), st.none() | days(zone))).map(
        _in_order
    )


def _in_order(pair: tuple[ZoneInfo, date | None, date | None]) -> tuple[ZoneInfo, date | None, date | None]:
    zone, first, last = pair
    if first is not None and last is not None and first > last:
        return zone, last, first
    return pair
