"""Claims about windows of local days: when a day starts, and what a window spans."""

import struct
from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from strandline.impl.memo.window import Span, Window, start_of_day

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
HOUR = 3600

NASTY = [
    ("UTC", date(2026, 11, 20)),
    ("America/New_York", date(2026, 3, 8)),
    ("America/New_York", date(2026, 11, 1)),
    ("Australia/Lord_Howe", date(2026, 4, 5)),
    ("Australia/Lord_Howe", date(2026, 10, 4)),
    ("America/Sao_Paulo", date(2018, 11, 4)),
    ("America/Sao_Paulo", date(2018, 2, 18)),
    ("Asia/Beirut", date(2026, 3, 29)),
    ("America/Toronto", date(1919, 3, 31)),
    ("America/St_Johns", date(2010, 11, 7)),
    ("America/Havana", date(2026, 11, 1)),
    ("America/Havana", date(2026, 3, 8)),
    ("Pacific/Apia", date(2011, 12, 29)),
    ("Pacific/Apia", date(2011, 12, 30)),
    ("Pacific/Apia", date(2011, 12, 31)),
    ("Pacific/Kwajalein", date(1993, 8, 21)),
    ("Pacific/Kwajalein", date(1993, 8, 22)),
    ("America/Juneau", date(1867, 10, 18)),
    ("America/Juneau", date(1867, 10, 19)),
    ("Asia/Manila", date(1844, 12, 31)),
    ("Europe/Amsterdam", date(1937, 7, 1)),
    ("Africa/Monrovia", date(1972, 1, 7)),
    ("Asia/Kathmandu", date(1986, 1, 1)),
]


def seconds(*fields: int) -> int:
    """Return the unix second of a moment in UTC."""
    return int(datetime(*fields, tzinfo=UTC).timestamp())  # type: ignore[misc,arg-type]


def local_date(instant: int, zone: ZoneInfo) -> date:
    return (EPOCH + timedelta(seconds=instant)).astimezone(zone).date()


def searched(day: date, zone: ZoneInfo) -> int:
    """Find the start of a day by walking: by minutes from two days before, then by seconds within the minute."""
    begin = seconds(day.year, day.month, day.day) - 48 * HOUR
    assert local_date(begin, zone) < day
    minute = next(m for m in range(begin, begin + 96 * HOUR, 60) if local_date(m, zone) >= day)
    return next(s for s in range(minute - 59, minute + 1) if local_date(s, zone) >= day)


def zone_with_one_jump(at: int, before: int, after: int) -> ZoneInfo:
    """Make a zone whose offset from UTC changes once: at a unix second, from and to so many seconds."""
    header = struct.pack(">4s16x6l", b"TZif", 0, 0, 0, 1, 2, 8)
    body = struct.pack(">lB", at, 1) + struct.pack(">lBBlBB", before, 0, 0, after, 0, 4) + b"OLD\0NEW\0"
    return ZoneInfo.from_file(BytesIO(header + body))


def hours(zone: str, first: date, last: date | None = None) -> float:
    span = Window(first, last or first, ZoneInfo(zone)).span()
    assert span.start is not None
    assert span.end is not None
    return (span.end - span.start) / HOUR


@pytest.mark.parametrize(("name", "day"), NASTY)
def test_a_day_starts_where_a_walk_through_the_instants_first_meets_it(name: str, day: date) -> None:
    zone = ZoneInfo(name)
    for near in (day - timedelta(days=1), day, day + timedelta(days=1)):
        assert start_of_day(near, zone) == searched(near, zone)


@given(
    st.sampled_from(sorted({name for name, _ in NASTY})).map(ZoneInfo),
    st.dates(date(1800, 1, 1), date(2100, 1, 1)),
)
def test_a_start_is_on_the_day_or_later_and_the_second_before_is_earlier(zone: ZoneInfo, day: date) -> None:
    start = start_of_day(day, zone)
    assert local_date(start - 1, zone) < day <= local_date(start, zone)


@given(
    st.sampled_from(sorted({name for name, _ in NASTY})).map(ZoneInfo),
    st.dates(date(1800, 1, 1), date(2100, 1, 1)),
)
def test_a_day_never_starts_before_the_day_before_it(zone: ZoneInfo, day: date) -> None:
    assert start_of_day(day - timedelta(days=1), zone) <= start_of_day(day, zone)


def test_a_day_skipped_whole_has_no_instant() -> None:
    assert hours("Pacific/Apia", date(2011, 12, 30)) == 0
    assert hours("Pacific/Apia", date(2011, 12, 29), date(2011, 12, 31)) == 48


@pytest.mark.parametrize(
    ("zone", "day", "length"),
    [
        ("America/New_York", date(2026, 3, 8), 23),
        ("America/New_York", date(2026, 11, 1), 25),
        ("Australia/Lord_Howe", date(2026, 4, 5), 24.5),
        ("Australia/Lord_Howe", date(2026, 10, 4), 23.5),
        ("America/Sao_Paulo", date(2018, 11, 4), 23),
        ("UTC", date(2026, 11, 20), 24),
    ],
)
def test_a_day_is_as_long_as_its_zone_says(zone: str, day: date, length: float) -> None:
    assert hours(zone, day) == length


def test_a_day_without_a_midnight_starts_at_the_second_of_the_jump() -> None:
    assert start_of_day(date(2018, 11, 4), ZoneInfo("America/Sao_Paulo")) == seconds(2018, 11, 4, 3)
    assert start_of_day(date(1919, 3, 31), ZoneInfo("America/Toronto")) == seconds(1919, 3, 31, 4, 30)


@pytest.mark.parametrize("early", [1, 37, 1213, 3599])
def test_a_jump_at_any_second_before_midnight_is_found_to_the_second(early: int) -> None:
    at = seconds(2026, 11, 20) - early
    zone = zone_with_one_jump(at, before=0, after=HOUR)
    assert start_of_day(date(2026, 11, 20), zone) == at == searched(date(2026, 11, 20), zone)


def test_of_two_midnights_the_first_starts_the_day() -> None:
    assert start_of_day(date(2010, 11, 7), ZoneInfo("America/St_Johns")) == seconds(2010, 11, 7, 2, 30)


def test_an_hour_repeated_just_before_midnight_belongs_to_the_old_day() -> None:
    assert hours("America/Sao_Paulo", date(2018, 2, 17)) == 25


def test_a_window_spans_its_first_day_up_to_the_start_of_the_day_after_its_last() -> None:
    window = Window(date(2026, 11, 18), date(2026, 11, 20), ZoneInfo("Asia/Tokyo"))
    assert window.span() == Span(seconds(2026, 11, 17, 15), seconds(2026, 11, 20, 15))


def test_an_open_side_of_a_window_is_an_open_side_of_its_span() -> None:
    day, zone = date(2026, 11, 20), ZoneInfo("UTC")
    assert Window(None, None, zone).span() == Span(None, None)
    assert Window(day, None, zone).span() == Span(seconds(2026, 11, 20), None)
    assert Window(None, day, zone).span() == Span(None, seconds(2026, 11, 21))


@pytest.mark.parametrize("name", ["UTC", "Pacific/Kiritimati", "Etc/GMT+12", "Etc/GMT-14", "America/Juneau"])
def test_the_first_and_the_last_day_there_are_leave_a_window_open(name: str) -> None:
    zone = ZoneInfo(name)
    assert Window(date.min, date.max, zone).span() == Span(None, None)
    second, last_but_one = date.min + timedelta(days=1), date.max - timedelta(days=1)
    assert Window(date.min, date.min, zone).span() == Span(None, start_of_day(second, zone))
    assert Window(date.max, date.max, zone).span() == Span(start_of_day(date.max, zone), None)
    assert Window(second, last_but_one, zone).span() == Span(start_of_day(second, zone), start_of_day(date.max, zone))


def test_a_window_that_ends_before_it_begins_is_refused_in_one_line() -> None:
    with pytest.raises(ValueError, match=r"^[^\n]*2026-11-20[^\n]*2026-11-19[^\n]*$"):
        Window(date(2026, 11, 20), date(2026, 11, 19), ZoneInfo("UTC"))


def test_a_window_has_ended_once_its_last_day_is_over() -> None:
    day, zone = date(2026, 11, 20), ZoneInfo("UTC")
    assert Window(None, day, zone).ended_before(date(2026, 11, 21))
    assert not Window(None, day, zone).ended_before(day)
    assert not Window(None, day, zone).ended_before(date(2026, 11, 19))
    assert not Window(day, None, zone).ended_before(date.max)


def test_equal_windows_share_one_span() -> None:
    first = Window(date(2026, 1, 1), date(2026, 1, 2), ZoneInfo("UTC"))
    second = Window(date(2026, 1, 1), date(2026, 1, 2), ZoneInfo("UTC"))
    assert first.span() is second.span()


def test_windows_of_the_same_days_in_two_zones_have_two_spans() -> None:
    day = date(2026, 1, 1)
    assert Window(day, day, ZoneInfo("UTC")).span() != Window(day, day, ZoneInfo("Asia/Tokyo")).span()


@pytest.mark.parametrize(
    ("span", "held"),
    [
        (Span(5, 7), [5, 6]),
        (Span(None, 7), [4, 5, 6]),
        (Span(5, None), [5, 6, 7, 8]),
        (Span(None, None), [4, 5, 6, 7, 8]),
        (Span(6, 6), []),
        (Span(0, 0), []),
    ],
)
def test_a_span_holds_its_start_and_not_its_end(span: Span, held: list[int]) -> None:
    assert [ts for ts in range(4, 9) if span.holds(ts)] == held


def test_a_side_at_the_epoch_is_not_an_open_side() -> None:
    assert not Span(0, None).holds(-1)
    assert not Span(None, 0).holds(0)
