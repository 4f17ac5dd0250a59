"""The turns command: the scanner on a real log, or the full scan in its place, and how the answer is shown."""

from __future__ import annotations

import re
import time
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias
from zoneinfo import ZoneInfo, available_timezones

import tzlocal

from strandline.impl.answer import Answer, Unavailable
from strandline.impl.scanner import Scanner
from strandline.impl.window import Window
from strandline.model import days
from strandline.model.oracle import oracle
from strandline.properties.counting import many
from strandline.properties.live import besides
from strandline.properties.live.besides import Besides, of
from strandline.properties.live.truth import FullScan, read_truth
from strandline.properties.nearest import meant
from strandline.properties.report.lanes import printable

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from strandline.impl.codex import Turn as ScannerTurn
    from strandline.model.oracle import Turn as OracleTurn

    Turn: TypeAlias = ScannerTurn | OracleTurn

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_BACK_MAX: Final = 9_999_999  # days; more than the calendar has
_MISUSED: Final = {"not a regular file", "not a database", "schema"}


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
        near = meant(name, available_timezones())
        raise ValueError(f"{name!r} is not a time zone{near}: write a name such as Europe/Paris or UTC") from error


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked of a log: the days from ``first`` to ``last`` of a zone; a side that is None is open."""

    path: Path
    first: Day | None
    last: Day | None
    zone: ZoneInfo

    def dates(self) -> tuple[date | None, date | None]:
        """Give the dates as of now: for a command that runs over midnight, today is another day."""
        today = datetime.now(self.zone).date()
        return self.first and self.first.resolve(today), self.last and self.last.resolve(today)

    def window(self, dates: tuple[date | None, date | None]) -> Window:
        """Give the scanner's window.

        Raises:
            ValueError: its first day is later than its last.
        """
        return Window(*dates, self.zone)

    def span(self, dates: tuple[date | None, date | None]) -> days.Span:
        """Give the oracle's span, which owes nothing to the scanner's."""
        return days.span(*dates, self.zone)


class Shown(NamedTuple):
    """An answer made ready: its turns, what it says besides, what was read to find them, and the seconds it took."""

    turns: tuple[Turn, ...]
    besides: Besides
    read: dict[str, object]
    seconds: float

    @property
    def is_missing(self) -> bool:
        """Whether there was no log to read."""
        return self.read["path"] == "missing"


def scan(asked: Asked, waiting: Callable[[], None] = lambda: None) -> Shown | Unavailable:
    """Ask the scanner once; ``waiting`` is called while the log is busy."""
    with Scanner(asked.path, waiting=waiting) as scanner:
        began = time.perf_counter()
        outcome = scanner.turns(asked.window(asked.dates()))
        seconds = time.perf_counter() - began
    if isinstance(outcome, Unavailable):
        return outcome
    return Shown(outcome.turns, of(outcome), statistics(outcome), seconds)


def look(asked: Asked, waiting: Callable[[], None] = lambda: None) -> Shown | Unavailable:
    """Ask the oracle once: a full scan with no SQL filter; ``waiting`` is called while the log is busy."""
    began = time.perf_counter()
    found = read_truth(asked.path, asked.span(asked.dates()), waiting)
    seconds = time.perf_counter() - began
    match found:
        case Unavailable():
            return found
        case FullScan(truth, rows):
            return Shown(truth.turns, of(truth), {"path": "oracle", "rows": rows}, seconds)
    return Shown((), of(oracle((), days.Span(None, None))), {"path": "missing", "rows": 0}, seconds)


def statistics(answer: Answer) -> dict[str, object]:
    """Tell what a refresh read, and why."""
    cost = answer.statistics
    return {
        "path": cost.path,
        "cause": cost.cause,
        "rows": cost.rows,
        "keys": cost.keys,
        "anchors": cost.anchors,
        "transactions": cost.transactions,
        "tries": cost.tries,
        "stored": cost.stored,
        "lost_swaps": cost.lost_swaps,
    }


def reasons(unavailable: Unavailable) -> dict[str, object]:
    """Give why there is no answer as it goes into JSON."""
    return {
        "reason": unavailable.reason,
        "detail": unavailable.detail,
        "code": unavailable.code,
        "remedy": unavailable.remedy,
    }


def why(unavailable: Unavailable) -> str:
    """Say in one line why there is no answer, and what helps."""
    code = f" ({unavailable.code})" if unavailable.code is not None else ""
    return f"unavailable: {unavailable.reason}: {printable(unavailable.detail)}{code}: {unavailable.remedy}"


def exit_code(unavailable: Unavailable) -> int:
    """Give 2 if the file can never be a log, so that the call was a mistake, and 4 if a later call may go well."""
    return 2 if unavailable.reason in _MISUSED else 4


def record(turn: Turn, zone: ZoneInfo) -> dict[str, object]:
    """Give a turn as it goes into JSON."""
    return {**turn._asdict(), "time": local(turn.ts, zone)}


def fields(turn: Turn, zone: ZoneInfo) -> tuple[str, str, str, str, str]:
    """Give a turn as it goes into a table; what is not known is a dash."""
    return (
        printable(turn.turn),
        printable(turn.thread or "-"),
        local(turn.ts, zone) or f"@{turn.ts}",
        printable(turn.model or "-"),
        turn.how,
    )


def local(ts: int, zone: ZoneInfo) -> str | None:
    """Write an instant (unix seconds) in a zone, None where the calendar does not reach."""
    try:
        return (_EPOCH + timedelta(seconds=ts)).astimezone(zone).isoformat(sep=" ")
    except (OverflowError, ValueError):
        return None


def nothing_at(path: Path) -> str:
    """Say that there is no log at a path, and ask after a file beside it that has nearly its name."""
    with suppress(OSError):
        return f"no log at {printable(str(path))}{meant(path.name, (one.name for one in path.parent.iterdir()))}"
    return f"no log at {printable(str(path))}"


def cost(shown: Shown, path: Path) -> str:
    """Say in one line what was read, why, and how long it took."""
    read = shown.read
    if shown.is_missing:
        return f"{nothing_at(path)}: 0 turns"
    parts = [many(len(shown.turns), "turn"), f"by {read['path']}", many(int(str(read["rows"])), "row") + " read"]
    if read.get("cause"):
        parts.append(f"full scan: {read['cause']}")
    if shown.besides.skipped:
        parts.append("skipped " + ", ".join(f"{count:,} {reason}" for reason, count in shown.besides.skipped))
    return ", ".join([*parts, f"{shown.seconds * 1000:,.1f} ms"])


def document(shown: Shown | Unavailable, asked: Asked) -> dict[str, object]:
    """Give the whole outcome as it goes into JSON."""
    if isinstance(shown, Unavailable):
        return {"unavailable": reasons(shown)}
    first, last = asked.dates()
    return {
        "window": {"first": first and first.isoformat(), "last": last and last.isoformat(), "zone": str(asked.zone)},
        "turns": [record(turn, asked.zone) for turn in shown.turns],
        **besides.record(shown.besides),
        "read": shown.read,
        "milliseconds": round(shown.seconds * 1000, 3),
    }
