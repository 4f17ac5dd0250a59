"""Traps of days: a day need not have 24 hours, a midnight, or any hour at all.

Each day has a request on each side of both of its edges, and the instants of the edges are written as clocks in UTC
showed them.
"""

from __future__ import annotations

from datetime import date
from typing import Final

from strandline.model.memo.log import Row
from strandline.model.memo.oracle import Turn
from strandline.properties.systems.memo.traps.trap import Asked, Trap, request, utc

_EDGES: Final = ("before", "first", "last", "after")


def _day(zone: str, day: date, begins: int, ends: int, lures: str) -> Trap:
    """Make the trap of a day that lasts from one instant to another."""
    instants = dict(zip(_EDGES, (begins - 1, begins, ends - 1, ends), strict=True))
    rows = tuple(
        Row(row_id, ts, row_id, None, "p", request(name)) for row_id, (name, ts) in enumerate(instants.items(), 1)
    )
    inside = ("first", "last") if begins < ends else ()
    turns = tuple(Turn(name, "requested", "t", instants[name], "m") for name in inside)
    return Trap(f"{day} in {zone}, {(ends - begins) / 3600:g} hours", lures, rows, (Asked(turns, (), day, day, zone),))


DAYS: Final = (
    _day(
        "Pacific/Apia",
        date(2011, 12, 30),
        utc(2011, 12, 30, 10),
        utc(2011, 12, 30, 10),
        "giving rows to a day that the calendar left out",
    ),
    _day("Pacific/Apia", date(2011, 12, 29), utc(2011, 12, 29, 10), utc(2011, 12, 30, 10), "ending the day before it"),
    _day("Pacific/Apia", date(2011, 12, 31), utc(2011, 12, 30, 10), utc(2011, 12, 31, 10), "beginning the day after"),
    _day("Europe/Berlin", date(2024, 3, 31), utc(2024, 3, 30, 23), utc(2024, 3, 31, 22), "adding 24 hours to 23"),
    _day("Europe/Berlin", date(2024, 10, 27), utc(2024, 10, 26, 22), utc(2024, 10, 27, 23), "adding 24 hours to 25"),
    _day("America/New_York", date(2024, 3, 10), utc(2024, 3, 10, 5), utc(2024, 3, 11, 4), "the same, in the west"),
    _day("America/New_York", date(2024, 11, 3), utc(2024, 11, 3, 4), utc(2024, 11, 4, 5), "the same in autumn"),
    _day(
        "Australia/Lord_Howe",
        date(2024, 4, 7),
        utc(2024, 4, 6, 13),
        utc(2024, 4, 7, 13, 30),
        "taking changes for whole hours",
    ),
    _day("Australia/Lord_Howe", date(2024, 10, 6), utc(2024, 10, 5, 13, 30), utc(2024, 10, 6, 13), "and in spring"),
    _day(
        "America/Sao_Paulo",
        date(2018, 11, 4),
        utc(2018, 11, 4, 3),
        utc(2018, 11, 5, 2),
        "looking for a midnight that no clock showed",
    ),
    _day("Asia/Beirut", date(2022, 3, 27), utc(2022, 3, 26, 22), utc(2022, 3, 27, 21), "the same in the east"),
    _day(
        "America/Havana",
        date(2024, 11, 3),
        utc(2024, 11, 3, 4),
        utc(2024, 11, 4, 5),
        "taking the second of two hours after midnight for the first",
    ),
    _day(
        "America/St_Johns",
        date(2006, 10, 29),
        utc(2006, 10, 29, 2, 30),
        utc(2006, 10, 30, 3, 30),
        "beginning at the second of two midnights",
    ),
    _day("Pacific/Kiritimati", date(2024, 5, 15), utc(2024, 5, 14, 10), utc(2024, 5, 15, 10), "a day 14 hours ahead"),
    _day("Etc/GMT+12", date(2024, 5, 15), utc(2024, 5, 15, 12), utc(2024, 5, 16, 12), "a day 12 hours behind"),
    _day(
        "Asia/Kathmandu", date(2024, 5, 15), utc(2024, 5, 14, 18, 15), utc(2024, 5, 15, 18, 15), "and quarters of them"
    ),
    _day(
        "Africa/Monrovia",
        date(1960, 1, 1),
        utc(1960, 1, 1, 0, 44, 30),
        utc(1960, 1, 2, 0, 44, 30),
        "taking offsets for whole minutes, and times for positive",
    ),
    _day("Europe/London", date(1970, 1, 1), utc(1969, 12, 31, 23), utc(1970, 1, 1, 23), "the day of the epoch itself"),
)
