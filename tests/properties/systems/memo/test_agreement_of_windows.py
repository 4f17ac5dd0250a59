"""Claims that the oracle and the scanner, two texts of one definition, turn windows of days into the same instants."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo, available_timezones

from hypothesis import Phase, assume, event, example, given, settings
from hypothesis import strategies as st

from strandline.impl.memo.window import Window, start_of_day
from strandline.model.memo.days import Span, span, start_of
from strandline.properties.systems.memo.agreement.calendars import DAY, ENDS, pairs, places

EXAMPLES = 300
"""Examples of each property; two or three seconds."""

ZONES = st.sampled_from(sorted(available_timezones())).map(ZoneInfo)
PLACES = places(ZONES)
PAIRS = pairs(ZONES)

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
    found = Window(first, last, zone).span()
    event(f"open at the {'start' if found.start is None else 'end' if found.end is None else 'neither side'}")
    assert Span(*found) == span(first, last, zone)
