"""Claims that the oracle and the scanner, two texts of one definition, turn windows of days into the same instants."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

from hypothesis import Phase, assume, event, example, given, settings
from hypothesis import strategies as st

from strandline.impl.window import Window, start_of_day
from strandline.model.days import Span, span, start_of

EXAMPLES = 300
"""Examples of each property; two or three seconds."""

DAY = timedelta(days=1)
ZONES = st.sampled_from(sorted(available_timezones())).map(ZoneInfo)
ENDS = [date.min, date.min + DAY, date.max - DAY, date.max]


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


PLACES = ZONES.flatmap(lambda zone: st.tuples(st.just(zone), days(zone)))
PAIRS = ZONES.flatmap(lambda zone: st.tuples(st.just(zone), st.none() | days(zone), st.none() | days(zone)))

STRANGE = [
    ("Pacific/Apia", date(2011, 12, 30)),  # left out
    ("Pacific/Kwajalein", date(1993, 8, 21)),  # the same
    ("Australia/Lord_Howe", date(2024, 10, 6)),  # 23.5 hours
    ("America/Sao_Paulo", date(2018, 11, 4)),  # no midnight
    ("Asia/Beirut", date(2022, 3, 27)),  # the same
    ("America/Toronto", date(1919, 3, 31)),  # begins at 00:30
    ("America/St_Johns", date(2006, 10, 29)),  # two midnights
    ("America/Juneau", date(1867, 10, 18)),  # twice
    ("Asia/Manila", date(1844, 12, 31)),  # left out, before clocks had zones
]


def hours(zone: ZoneInfo, day: date) -> float:
    """How long a day is; it must not be the last of the calendar."""
    return (start_of_day(day + DAY, zone) - start_of_day(day, zone)) / 3600


def test_the_days_are_often_longer_or_shorter_than_24_hours() -> None:
    lengths = []

    @settings(max_examples=500, derandomize=True, database=None, deadline=None, phases=[Phase.generate])
    @given(PLACES)
    def draw(place: tuple[ZoneInfo, date]) -> None:
        zone, day = place
        if day not in ENDS:
            lengths.append(hours(zone, day))

    draw()
    assert sum(length != 24 for length in lengths) >= 0.05 * 500
    assert min(lengths) < 24 < max(lengths)


def test_scanner_and_oracle_begin_strange_days_at_the_same_instant() -> None:
    for name, day in STRANGE:
        zone = ZoneInfo(name)
        assert start_of_day(day, zone) == start_of(day, zone), name
        assert Span(*Window(day, day, zone).span()) == span(day, day, zone), name


@settings(max_examples=EXAMPLES, deadline=None)
@given(PLACES)
def test_scanner_and_oracle_begin_a_day_at_the_same_instant(place: tuple[ZoneInfo, date]) -> None:
    zone, day = place
    assume(day != date.min)
    assert start_of_day(day, zone) == start_of(day, zone)


@settings(max_examples=EXAMPLES, deadline=None)
@given(PAIRS)
@example((ZoneInfo("Pacific/Kiritimati"), date.min, date.min))
@example((ZoneInfo("Etc/GMT+12"), date.max, date.max))
@example((ZoneInfo("Pacific/Kiritimati"), date.min + DAY, date.max - DAY))
@example((ZoneInfo("Etc/GMT+12"), date.min + DAY, date.max - DAY))
def test_scanner_and_oracle_give_a_window_the_same_span(pair: tuple[ZoneInfo, date | None, date | None]) -> None:
    zone, first, last = pair
    if first is not None and last is not None and first > last:
        first, last = last, first
    found = Window(first, last, zone).span()
    event(f"open at the {'start' if found.start is None else 'end' if found.end is None else 'neither side'}")
    assert Span(*found) == span(first, last, zone)
