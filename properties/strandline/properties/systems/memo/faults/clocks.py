"""Faults of time: a wall clock that steps, days that are not 24 hours, zones that change between refreshes."""

from __future__ import annotations

import struct
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from strandline.model.memo.log import Row
from strandline.properties.systems.memo.faults import preload
from strandline.properties.systems.memo.faults.bench import execute
from strandline.properties.systems.memo.faults.fault import EXACT, Fault
from strandline.properties.systems.memo.faults.locks import held
from strandline.properties.systems.memo.traps.days import DAYS
from strandline.properties.systems.memo.traps.trap import request

if TYPE_CHECKING:
    from pathlib import Path

    from strandline.properties.systems.memo.faults.bench import Bench

STEPS: Final = (0, 1, -3, 400, -4_000, 0)
"""By how many days the wall clock is wrong, one refresh after the other."""

SOON: Final = 10.0
"""Seconds in which a busy log is given up on a machine that is busy itself, whatever the wall clock says."""

_DAY: Final = 86_400


def _stepping(bench: Bench) -> None:
    """The window of today moves with the clock, and no wait is measured by it."""
    clock = bench.folder / "clock"
    _step(clock, 0)
    now = int(datetime.now(UTC).timestamp())
    with closing(bench.book(turns=0)) as book:
        book.commit(
            Row(number, now + days * _DAY, number, "p", None, request(f"day{days}"))
            for number, days in enumerate(sorted({*STEPS, -1, 2}), 1)
        )
    environment = {"LD_PRELOAD": str(preload.built()), preload.CLOCK: str(clock)}
    with bench.subject(environment=environment) as process:
        for days in STEPS:
            _step(clock, days * _DAY)
            for zone in ("UTC", "Pacific/Kiritimati"):
                before = datetime.now(UTC) + timedelta(days=days)
                found = process.do("today", zone=zone)
                bench.judge(found, bench.path, found["day"], found["day"], zone)
                if zone == "UTC" and found["day"] not in {before.date().isoformat(), _today(days)}:
                    raise RuntimeError(f"the clock did not step: today is {found['day']}")
            bench.ask(process)
        for days in (-4_000, 4_000):
            execute(bench.path, "UPDATE logs SET line = coalesce(line, 0) + 1")
            with held(bench.path, "BEGIN EXCLUSIVE"):
                process.tell("ask", first=None, last=None, zone="UTC")
                _step(clock, days * _DAY)
                found = process.hear()
            bench.judge(found, bench.path)
            if found.get("seconds", 0) > SOON:
                bench.seen.wrong.append(f"a wait took {found['seconds']:.1f} s while the clock stepped")


def _today(days: int) -> str:
    return (datetime.now(UTC) + timedelta(days=days)).date().isoformat()


def _step(clock: Path, seconds: int) -> None:
    """Let the wall clock of the scanner's process be wrong by so much; its memory maps this file."""
    with clock.open("r+b" if clock.exists() else "w+b", buffering=0) as file:
        file.write(struct.pack("=q", seconds))


def _odd_days(bench: Bench) -> None:
    """Days of 0, 23, 23.5, 24.5 and 25 hours, days without a midnight, each asked twice, in one log."""
    _all_days(bench)
    with bench.subject() as process:
        for trap in (*DAYS, *DAYS):
            for asked in trap.asked:
                bench.ask(process, str(asked.first), str(asked.last), zone=asked.zone)


def _zones(bench: Bench) -> None:
    """One day and one scanner, and another zone at each refresh; and all from a day on, which goes by the memo."""
    _all_days(bench)
    zones = dict.fromkeys(asked.zone for trap in DAYS for asked in trap.asked)
    with bench.subject() as process:
        for zone in (*zones, *reversed(zones)):
            bench.ask(process, "2024-05-15", "2024-05-15", zone=zone)
            bench.ask(process, "2024-03-31", None, zone=zone)


def _all_days(bench: Bench) -> None:
    told = (row for trap in DAYS for row in trap.rows)
    with closing(bench.book(turns=0)) as book:
        book.commit(
            row._replace(id=number, nanos=number, body=request(f"turn-{number}")) for number, row in enumerate(told, 1)
        )


CLOCKS: Final = (
    Fault("F-T1", "the wall clock steps", "preload", _stepping, (EXACT, "busy")),
    Fault("F-T2", "days of 0 to 25 hours", "data", _odd_days, (EXACT,)),
    Fault("F-T3", "another zone at each refresh", "data", _zones, (EXACT,)),
)
"""Every fault of time."""
