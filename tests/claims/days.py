"""What holds of local days: where each begins, how long it is, and which instants a window holds.

A side says how it computes them, by a class of its own below :class:`Days`, and is held against all that stands here.
"""

from datetime import UTC, date, datetime, timedelta
from typing import Final, TypeAlias
from zoneinfo import ZoneInfo

import pytest

HOUR: Final = 3_600
EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)

Instants: TypeAlias = tuple[int | None, int | None]
"""Unix seconds from the first to the one behind the last; None is an open side."""

HARD: Final = [
    ("UTC", date(2026, 11, 20)),
    ("Africa/Monrovia", date(1972, 1, 7)),
    ("America/Belize", date(1960, 2, 14)),  # back at midnight, and not at an hour of UTC
    *(("America/Havana", date(2026, month, day)) for month, day in ((3, 8), (11, 1))),
    *(("America/Juneau", date(1867, 10, day)) for day in (18, 19)),
    *(("America/New_York", date(2026, month, day)) for month, day in ((3, 8), (11, 1))),
    *(("America/Sao_Paulo", date(2018, month, day)) for month, day in ((2, 18), (11, 4))),
    *(("America/St_Johns", day) for day in (date(2006, 10, 29), date(2010, 11, 7))),
    ("America/Toronto", date(1919, 3, 31)),
    *(("Asia/Beirut", day) for day in (date(2022, 3, 27), date(2026, 3, 29))),
    ("Asia/Kathmandu", date(1986, 1, 1)),
    ("Asia/Manila", date(1844, 12, 31)),
    *(("Australia/Lord_Howe", date(2026, month, day)) for month, day in ((4, 5), (10, 4))),
    ("Europe/Amsterdam", date(1937, 7, 1)),
    *(("Pacific/Apia", date(2011, 12, day)) for day in (29, 30, 31)),
    ("Pacific/Kiritimati", date(1995, 1, 1)),
    *(("Pacific/Kwajalein", date(1993, 8, day)) for day in (21, 22)),
    ("Pacific/Niue", date(1952, 10, 16)),  # back by twenty seconds at midnight
]
"""Days at which a clock was changed, or a zone went over the date line."""

ENDS: Final = (date.min, date.min + timedelta(days=1), date.max - timedelta(days=1), date.max)


def utc(*fields: int) -> int:
    """Give the unix second of a moment in UTC."""
    return int(datetime(*fields, tzinfo=UTC).timestamp())  # type: ignore[misc,arg-type] # year, month, day, ...


def local_date(instant: int, zone: ZoneInfo) -> date:
    return (EPOCH + timedelta(seconds=instant)).astimezone(zone).date()


def searched(day: date, zone: ZoneInfo) -> int:
    """Find the start of a day by walking: by minutes from two days before, then by seconds within the minute."""
    begin = utc(day.year, day.month, day.day) - 48 * HOUR
    assert local_date(begin, zone) < day
    minute = next(m for m in range(begin, begin + 96 * HOUR, 60) if local_date(m, zone) >= day)
    return next(s for s in range(minute - 59, minute + 1) if local_date(s, zone) >= day)


class Days:
    """Claims about the days of a side."""

    def start(self, day: date, zone: ZoneInfo) -> int | None:
        """Give the second at which a day begins."""
        raise NotImplementedError

    def span(self, first: date | None, last: date | None, zone: ZoneInfo) -> Instants:
        """Give the instants of a window of days."""
        raise NotImplementedError

    def holds(self, instants: Instants, instant: int) -> bool:
        """Tell whether an instant is one of them."""
        raise NotImplementedError

    @pytest.mark.parametrize(("name", "day"), HARD)
    def test_a_day_starts_where_a_walk_through_the_instants_first_meets_it(self, name: str, day: date) -> None:
        zone = ZoneInfo(name)
        for near in (day - timedelta(days=1), day, day + timedelta(days=1)):
            assert self.start(near, zone) == searched(near, zone)

    @pytest.mark.parametrize(
        ("zone", "day", "start"),
        [
            ("America/Sao_Paulo", date(2018, 11, 4), utc(2018, 11, 4, 3)),  # without midnight
            ("Asia/Beirut", date(2022, 3, 27), utc(2022, 3, 26, 22)),
            ("America/Toronto", date(1919, 3, 31), utc(1919, 3, 31, 4, 30)),  # a gap from before midnight
            ("America/St_Johns", date(2006, 10, 29), utc(2006, 10, 29, 2, 30)),  # two midnights, the first counts
            ("America/St_Johns", date(2010, 11, 7), utc(2010, 11, 7, 2, 30)),
            ("America/Sao_Paulo", date(2018, 2, 18), utc(2018, 2, 18, 3)),  # back from 24:00
            ("Pacific/Apia", date(2011, 12, 30), utc(2011, 12, 30, 10)),  # skipped whole
            ("Pacific/Apia", date(2011, 12, 31), utc(2011, 12, 30, 10)),
            ("Etc/GMT-14", date(1, 1, 2), utc(1, 1, 2) - 14 * HOUR),
            ("Etc/GMT+12", date(1, 1, 2), utc(1, 1, 2) + 12 * HOUR),
            ("Etc/GMT-14", date.max, utc(9999, 12, 31) - 14 * HOUR),
            ("Etc/GMT+12", date.max, utc(9999, 12, 31) + 12 * HOUR),
        ],
    )
    def test_a_day_without_one_midnight_of_its_own_begins_where_it_is_written(
        self, zone: str, day: date, start: int
    ) -> None:
        assert self.start(day, ZoneInfo(zone)) == start

    @pytest.mark.parametrize(
        ("zone", "first", "last", "hours"),
        [
            ("UTC", date(2024, 2, 29), date(2024, 2, 29), 24),
            ("Asia/Kathmandu", date(2024, 2, 29), date(2024, 2, 29), 24),
            ("Europe/Berlin", date(2024, 3, 31), date(2024, 3, 31), 23),
            ("Europe/Berlin", date(2024, 10, 27), date(2024, 10, 27), 25),
            ("America/New_York", date(2026, 3, 8), date(2026, 3, 8), 23),
            ("America/New_York", date(2026, 11, 1), date(2026, 11, 1), 25),
            ("Australia/Lord_Howe", date(2024, 4, 7), date(2024, 4, 7), 24.5),
            ("Australia/Lord_Howe", date(2026, 10, 4), date(2026, 10, 4), 23.5),
            ("America/Sao_Paulo", date(2018, 11, 4), date(2018, 11, 4), 23),
            ("America/Sao_Paulo", date(2018, 2, 17), date(2018, 2, 17), 25),
            ("Pacific/Apia", date(2011, 12, 29), date(2011, 12, 29), 24),
            ("Pacific/Apia", date(2011, 12, 30), date(2011, 12, 30), 0),
            ("Pacific/Apia", date(2011, 12, 29), date(2011, 12, 31), 48),
        ],
    )
    def test_a_window_is_as_long_as_its_zone_makes_it(self, zone: str, first: date, last: date, hours: float) -> None:
        start, end = self.span(first, last, ZoneInfo(zone))
        assert start is not None
        assert end is not None
        assert (end - start) / HOUR == hours

    @pytest.mark.parametrize(
        ("zone", "first", "last", "instants"),
        [
            ("UTC", None, None, (None, None)),
            ("UTC", date(2024, 5, 6), None, (utc(2024, 5, 6), None)),
            ("UTC", None, date(2024, 5, 6), (None, utc(2024, 5, 7))),
            ("UTC", date(2024, 5, 6), date(2024, 5, 8), (utc(2024, 5, 6), utc(2024, 5, 9))),
            ("Asia/Tokyo", date(2026, 11, 18), date(2026, 11, 20), (utc(2026, 11, 17, 15), utc(2026, 11, 20, 15))),
        ],
    )
    def test_a_window_runs_from_its_first_day_to_the_end_of_its_last_and_without_one_is_open(
        self, zone: str, first: date | None, last: date | None, instants: Instants
    ) -> None:
        assert self.span(first, last, ZoneInfo(zone)) == instants

    @pytest.mark.parametrize("day", ENDS)
    @pytest.mark.parametrize(
        "name", ["UTC", "Pacific/Kiritimati", "Etc/GMT+12", "Etc/GMT-14", "Asia/Manila", "America/Juneau"]
    )
    def test_the_first_and_the_last_day_there_are_leave_a_window_open(self, name: str, day: date) -> None:
        zone = ZoneInfo(name)
        start = None if day == date.min else self.start(day, zone)
        end = None if day == date.max else self.start(day + timedelta(days=1), zone)
        assert self.span(day, day, zone) == (start, end)
        assert self.span(date.min, date.max, zone) == (None, None)

    @pytest.mark.parametrize(
        ("instants", "held"),
        [
            ((5, 7), [5, 6]),
            ((None, 7), [4, 5, 6]),
            ((5, None), [5, 6, 7, 8]),
            ((None, None), [4, 5, 6, 7, 8]),
            ((6, 6), []),
            ((0, 0), []),
        ],
    )
    def test_a_span_holds_its_start_and_not_its_end(self, instants: Instants, held: list[int]) -> None:
        assert [instant for instant in range(4, 9) if self.holds(instants, instant)] == held

    def test_an_open_side_holds_everything_beyond_and_one_at_the_epoch_is_not_open(self) -> None:
        assert all(self.holds((None, None), far) for far in (-(10**30), 10**30))
        assert self.holds((None, 5), -(10**30))
        assert not self.holds((0, None), -1)
        assert not self.holds((None, 0), 0)
