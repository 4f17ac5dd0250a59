"""Claims about local days, as :mod:`tests.claims.days` has them."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

from strandline.model.memo.days import Span, span, start_of
from tests.claims.days import Days, Instants, utc


class TestDays(Days):
    def start(self, day: date, zone: ZoneInfo) -> int | None:
        return start_of(day, zone)

    def span(self, first: date | None, last: date | None, zone: ZoneInfo) -> Instants:
        return span(first, last, zone)

    def holds(self, instants: Instants, instant: int) -> bool:
        return Span(*instants).holds(instant)


def test_a_window_that_ends_before_it_begins_holds_no_instant() -> None:
    backwards = span(date(2024, 5, 8), date(2024, 5, 6), ZoneInfo("UTC"))
    assert not any(backwards.holds(utc(2024, 5, day)) for day in range(1, 12))
