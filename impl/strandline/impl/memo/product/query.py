"""What is asked of a log: which days of which time zone."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias
from zoneinfo import ZoneInfo, available_timezones

import tzlocal

from strandline.impl.memo.product.text import near
from strandline.impl.memo.window import Window

if TYPE_CHECKING:
    from pathlib import Path

Dates: TypeAlias = tuple[date | None, date | None]
"""The first day and the last; a side that is None is open."""

_BACK_MAX: Final = 9_999_999  # days; more than the calendar has


class Day(NamedTuple):
    """A day as it is asked for: a date, or so many days before today."""

    on: date | None
    back: int = 0

    def resolve(self, today: date) -> date:
        """Give the date; before the first day of the calendar it is that day."""
        if self.on is not None:
            return self.on
        return date.fromordinal(max(1, today.toordinal() - self.back))


def parse_day(text: str) -> Day:
    """Read ``YYYY-MM-DD``, ``today``, ``yesterday`` or ``-Nd``.

    Raises:
        ValueError: it is none of these; the text says so.
    """
    if text in {"today", "yesterday"}:
        return Day(None, int(text == "yesterday"))
    if (ago := re.fullmatch(r"-([0-9]{1,7})d", text)) is not None:
        return Day(None, min(int(ago[1]), _BACK_MAX))
    if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        try:
            return Day(date.fromisoformat(text))
        except ValueError as error:
            raise ValueError(f"{text} is not in the calendar") from error
    raise ValueError(f"{text!r} is not a day: write YYYY-MM-DD, today, yesterday, or -7d for seven days ago")


def parse_zone(name: str | None) -> ZoneInfo:
    """Find a time zone by its name; None asks for the one of this machine.

    Raises:
        ValueError: there is no such zone; the text says so.
    """
    try:
        return tzlocal.get_localzone() if name is None else ZoneInfo(name)
    except (LookupError, ValueError, OSError) as error:
        if name is None:
            raise ValueError("the time zone of this machine is not known: name one") from error
        meant = near(name, available_timezones())
        raise ValueError(f"{name!r} is not a time zone{meant}: write a name such as Europe/Paris or UTC") from error


@dataclass(frozen=True, slots=True)
class Query:
    """What is asked of a log: the days from ``first`` to ``last`` of a zone; a side that is None is open."""

    path: Path
    first: Day | None
    last: Day | None
    zone: ZoneInfo

    def dates(self) -> Dates:
        """Give the dates as of now: for a command that runs over midnight, today is another day."""
        today = datetime.now(self.zone).date()
        return self.first and self.first.resolve(today), self.last and self.last.resolve(today)

    def window(self, dates: Dates) -> Window:
        """Give the scanner's window.

        Raises:
            ValueError: its first day is later than its last.
        """
        return Window(*dates, self.zone)
