"""Claims about local days: where each begins, and which instants a window holds."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from strandline.model.memo.days import Span, span, start_of

HOUR = 3_600
CALENDAR_ENDS = (date.min, date.min + timedelta(days=1), date.max - timedelta(days=1), date.max)


def utc(year: int, month: int, day: int, hour: int = 0, minute: int = 0) -> int:
    """An instant by its UTC reading."""
    return int(datetime(year, month, day, hour, minute, tzinfo=UTC).timestamp())


def local_date(instant: int, zone: str) -> date:
    """The local date at an instant."""
    return datetime.fromtimestamp(instant, ZoneInfo(zone)).date()


def hours(zone: str, day: date) -> float:
    """The length of a local day."""
    whole = span(day, day, ZoneInfo(zone))
    assert whole.start is not None
    assert whole.end is not None
    return (whole.end - whole.start) / HOUR


def first_by_search(zone: str, day: date) -> int:
    """The earliest second whose local date is the day or later, by trying every quarter of an hour, then all."""
    midnight = utc(day.year, day.month, day.day)
    reached = next(t for t in range(midnight - 24 * HOUR, midnight + 25 * HOUR, 900) if local_date(t, zone) >= day)
    return next(t for t in range(reached - 900, reached + 1) if local_date(t, zone) >= day)


@pytest.mark.parametrize(
    ("zone", "day", "expected"),
    [
        ("UTC", date(2024, 2, 29), 24),
        ("Asia/Kathmandu", date(2024, 2, 29), 24),
        ("Europe/Berlin", date(2024, 3, 31), 23),
        ("Europe/Berlin", date(2024, 10, 27), 25),
        ("Australia/Lord_Howe", date(2024, 4, 7), 24.5),
        ("Australia/Lord_Howe", date(2024, 10, 6), 23.5),
        ("Pacific/Apia", date(2011, 12, 29), 24),
        ("Pacific/Apia", date(2011, 12, 30), 0),
        ("Pacific/Apia", date(2011, 12, 31), 24),
    ],
)
def test_a_day_is_as_long_as_its_zone_makes_it(zone: str, day: date, expected: float) -> None:
    assert hours(zone, day) == expected


def test_a_day_that_was_skipped_begins_when_the_next_one_does() -> None:
    apia = ZoneInfo("Pacific/Apia")
    assert start_of(date(2011, 12, 30), apia) == start_of(date(2011, 12, 31), apia) == utc(2011, 12, 30, 10)


@pytest.mark.parametrize(
    ("zone", "day", "expected"),
    [
        ("America/Sao_Paulo", date(2018, 11, 4), utc(2018, 11, 4, 3)),
        ("Asia/Beirut", date(2022, 3, 27), utc(2022, 3, 26, 22)),
    ],
)
def test_a_day_without_midnight_begins_at_the_gap(zone: str, day: date, expected: int) -> None:
    assert start_of(day, ZoneInfo(zone)) == expected
    assert datetime.fromtimestamp(expected, ZoneInfo(zone)).hour == 1


def test_a_gap_that_opens_before_midnight_begins_the_day_after_midnight() -> None:
    toronto = ZoneInfo("America/Toronto")
    start = start_of(date(1919, 3, 31), toronto)
    assert start == utc(1919, 3, 31, 4, 30)
    assert datetime.fromtimestamp(start, toronto).isoformat() == "1919-03-31T00:30:00-04:00"
    assert datetime.fromtimestamp(start - 1, toronto).isoformat() == "1919-03-30T23:29:59-05:00"


def test_of_two_midnights_the_first_begins_the_day() -> None:
    st_johns = ZoneInfo("America/St_Johns")
    start = start_of(date(2006, 10, 29), st_johns)
    assert start == utc(2006, 10, 29, 2, 30)
    later = datetime(2006, 10, 29, tzinfo=st_johns, fold=1)
    assert later.timestamp() == start + HOUR
    assert local_date(start + 60, "America/St_Johns") == date(2006, 10, 28)


def test_a_fold_that_ends_at_midnight_leaves_one_midnight() -> None:
    # At 24:00 the clock goes back to 23:00: midnight is never shown until an hour later.
    assert start_of(date(2018, 2, 18), ZoneInfo("America/Sao_Paulo")) == utc(2018, 2, 18, 3)
    assert hours("America/Sao_Paulo", date(2018, 2, 17)) == 25


@pytest.mark.parametrize(
    ("zone", "day"),
    [
        ("Africa/Monrovia", date(1972, 1, 7)),
        ("America/Belize", date(1960, 2, 14)),  # back at midnight, and not at an hour of UTC
        ("America/Juneau", date(1867, 10, 18)),
        ("America/Juneau", date(1867, 10, 19)),
        ("America/Sao_Paulo", date(2018, 11, 4)),
        ("America/St_Johns", date(2006, 10, 29)),
        ("America/Toronto", date(1919, 3, 31)),
        ("Asia/Beirut", date(2022, 3, 27)),
        ("Asia/Manila", date(1844, 12, 31)),
        ("Europe/Amsterdam", date(1937, 7, 1)),
        ("Pacific/Apia", date(2011, 12, 30)),
        ("Pacific/Kiritimati", date(1995, 1, 1)),
        ("Pacific/Kwajalein", date(1993, 8, 21)),
        ("Pacific/Niue", date(1952, 10, 16)),  # back by twenty seconds at midnight
    ],
)
def test_the_start_is_the_earliest_second_of_that_date_or_a_later_one(zone: str, day: date) -> None:
    assert start_of(day, ZoneInfo(zone)) == first_by_search(zone, day)


@pytest.mark.parametrize("zone", ["UTC", "Pacific/Kiritimati", "Etc/GMT+12", "Asia/Manila", "America/Juneau"])
@pytest.mark.parametrize("day", CALENDAR_ENDS)
def test_the_ends_of_the_calendar_give_spans_without_a_traceback(zone: str, day: date) -> None:
    whole = span(day, day, ZoneInfo(zone))
    assert (whole.start is None) == (day == date.min)
    assert (whole.end is None) == (day == date.max)


def test_the_second_and_the_last_day_of_the_calendar_begin_at_their_midnights() -> None:
    east, west = ZoneInfo("Etc/GMT-14"), ZoneInfo("Etc/GMT+12")
    midnight = (date(1, 1, 2) - date(1970, 1, 1)).days * 24 * HOUR
    assert start_of(date(1, 1, 2), east) == midnight - 14 * HOUR
    assert start_of(date(1, 1, 2), west) == midnight + 12 * HOUR
    assert start_of(date.max, east) == utc(9999, 12, 31) - 14 * HOUR
    assert start_of(date.max, west) == utc(9999, 12, 31) + 12 * HOUR


def test_a_side_without_a_day_is_open() -> None:
    zone = ZoneInfo("UTC")
    midnight = utc(2024, 5, 6)
    assert span(None, None, zone) == Span(None, None)
    assert span(date(2024, 5, 6), None, zone) == Span(midnight, None)
    assert span(None, date(2024, 5, 6), zone) == Span(None, midnight + 24 * HOUR)


def test_a_window_runs_to_the_end_of_its_last_day() -> None:
    start, end = utc(2024, 5, 6), utc(2024, 5, 9)
    assert span(date(2024, 5, 6), date(2024, 5, 8), ZoneInfo("UTC")) == Span(start, end)


def test_a_window_that_ends_before_it_begins_holds_no_instant() -> None:
    backwards = span(date(2024, 5, 8), date(2024, 5, 6), ZoneInfo("UTC"))
    assert not any(backwards.holds(utc(2024, 5, day)) for day in range(1, 12))


def test_a_span_holds_its_start_but_not_its_end() -> None:
    assert [Span(10, 12).holds(t) for t in (9, 10, 11, 12)] == [False, True, True, False]


def test_an_open_side_holds_everything_beyond() -> None:
    far = 10**30
    assert Span(None, None).holds(-far)
    assert Span(None, None).holds(far)
    assert Span(None, 5).holds(-far)
    assert Span(5, None).holds(far)
    assert not Span(5, None).holds(4)
    assert not Span(None, 5).holds(5)
