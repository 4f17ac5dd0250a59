"""Claims about windows of local days: those of :mod:`tests.claims.days`, and what only the scanner has."""

import struct
from datetime import date, timedelta
from io import BytesIO
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from strandline.impl.memo.window import Span, Window, start_of_day
from tests.claims.days import HARD, HOUR, Days, Instants, local_date, searched, utc

ZONES = st.sampled_from(sorted({name for name, _ in HARD})).map(ZoneInfo)
DATES = st.dates(date(1800, 1, 1), date(2100, 1, 1))


class TestDays(Days):
    def start(self, day: date, zone: ZoneInfo) -> int:
        return start_of_day(day, zone)

    def span(self, first: date | None, last: date | None, zone: ZoneInfo) -> Instants:
        return Window(first, last, zone).span()

    def holds(self, instants: Instants, instant: int) -> bool:
        return Span(*instants).holds(instant)


def zone_with_one_jump(at: int, before: int, after: int) -> ZoneInfo:
    """Make a zone whose offset from UTC changes once: at a unix second, from and to so many seconds."""
    header = struct.pack(">4s16x6l", b"TZif", 0, 0, 0, 1, 2, 8)
    body = struct.pack(">lB", at, 1) + struct.pack(">lBBlBB", before, 0, 0, after, 0, 4) + b"OLD\0NEW\0"
    return ZoneInfo.from_file(BytesIO(header + body))


@given(ZONES, DATES)
def test_a_start_is_on_the_day_or_later_and_the_second_before_is_earlier(zone: ZoneInfo, day: date) -> None:
    start = start_of_day(day, zone)
    assert local_date(start - 1, zone) < day <= local_date(start, zone)


@given(ZONES, DATES)
def test_a_day_never_starts_before_the_day_before_it(zone: ZoneInfo, day: date) -> None:
    assert start_of_day(day - timedelta(days=1), zone) <= start_of_day(day, zone)


@pytest.mark.parametrize("early", [1, 37, 1213, 3599])
def test_a_jump_at_any_second_before_midnight_is_found_to_the_second(early: int) -> None:
    at = utc(2026, 11, 20) - early
    zone = zone_with_one_jump(at, before=0, after=HOUR)
    assert start_of_day(date(2026, 11, 20), zone) == at == searched(date(2026, 11, 20), zone)


def test_a_window_that_ends_before_it_begins_is_refused_in_one_line() -> None:
    with pytest.raises(ValueError, match=r"^[^\n]*2026-11-20[^\n]*2026-11-19[^\n]*$"):
        Window(date(2026, 11, 20), date(2026, 11, 19), ZoneInfo("UTC"))


def test_a_window_has_ended_once_its_last_day_is_over() -> None:
    day, zone = date(2026, 11, 20), ZoneInfo("UTC")
    assert Window(None, day, zone).ended_before(date(2026, 11, 21))
    assert not Window(None, day, zone).ended_before(day)
    assert not Window(None, day, zone).ended_before(date(2026, 11, 19))
    assert not Window(day, None, zone).ended_before(date.max)


def test_equal_windows_share_one_span_and_those_of_two_zones_have_two() -> None:
    first, second, other = (
        Window(date(2026, 1, 1), date(2026, 1, 2), ZoneInfo(zone)) for zone in ("UTC", "UTC", "Asia/Tokyo")
    )
    assert first.span() is second.span()
    assert first.span() != other.span()
