"""One question to the scanner about a real log, and how its answer is shown."""

from __future__ import annotations

import time
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final, NamedTuple

from strandline.impl.memo.answer import Answer, Unavailable
from strandline.impl.memo.product import keeping, tally
from strandline.impl.memo.product.text import many, near, printable
from strandline.impl.memo.scanner import Scanner

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from zoneinfo import ZoneInfo

    from strandline.impl.memo.codex import Turn
    from strandline.impl.memo.keeper import Persistence
    from strandline.impl.memo.product.query import Query
    from strandline.impl.memo.product.tally import Tally
    from strandline.impl.memo.shelf import Shelf

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MISUSED: Final = {"not a regular file", "not a database", "schema"}


class Result(NamedTuple):
    """An answer made ready: its turns, what it says besides, what was read to find them, and the seconds it took.

    ``persistence`` is what became of keeping the memo, None if it is not to be kept.
    """

    turns: tuple[Turn, ...]
    tally: Tally
    read: dict[str, object]
    seconds: float
    persistence: Persistence | None = None

    @property
    def is_missing(self) -> bool:
        """Whether there was no log to read."""
        return self.read["path"] == "missing"


def scan(query: Query, waiting: Callable[[], None] = lambda: None, memo: Shelf | None = None) -> Result | Unavailable:
    """Ask the scanner once; ``waiting`` is called while the log is busy, ``memo`` is the file that keeps the memo."""
    with Scanner(query.path, waiting=waiting, memo=memo) as scanner:
        began = time.perf_counter()
        outcome = scanner.turns(query.window(query.dates()))
        seconds = time.perf_counter() - began
    if isinstance(outcome, Unavailable):
        return outcome
    return Result(outcome.turns, tally.of(outcome), statistics(outcome), seconds, scanner.persistence)


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


def fields(turn: Turn, zone: ZoneInfo) -> tuple[str, str | None, str, str | None, str]:
    """Give the fields of a turn as they are, for whoever shows them; what is not known is None."""
    return turn.turn, turn.thread or None, local(turn.ts, zone) or f"@{turn.ts}", turn.model or None, turn.how


def local(ts: int, zone: ZoneInfo) -> str | None:
    """Write an instant (unix seconds) in a zone, None where the calendar does not reach."""
    try:
        return (_EPOCH + timedelta(seconds=ts)).astimezone(zone).isoformat(sep=" ")
    except (OverflowError, ValueError):
        return None


def nothing_at(path: Path) -> str:
    """Say that there is no log at a path, and ask after a file beside it that has nearly its name."""
    with suppress(OSError):
        return f"no log at {printable(str(path))}{near(path.name, (one.name for one in path.parent.iterdir()))}"
    return f"no log at {printable(str(path))}"


def cost(result: Result, path: Path) -> str:
    """Say in one line what was read, why, and how long it took."""
    read = result.read
    if result.is_missing:
        return f"{nothing_at(path)}: 0 turns"
    parts = [many(len(result.turns), "turn"), f"by {read['path']}", many(int(str(read["rows"])), "row") + " read"]
    if read.get("cause"):
        parts.append(f"full scan: {read['cause']}")
    if result.tally.skipped:
        parts.append("skipped " + ", ".join(f"{count:,} {reason}" for reason, count in result.tally.skipped))
    return ", ".join([*parts, f"{result.seconds * 1000:,.1f} ms"])


def document(result: Result | Unavailable, query: Query) -> dict[str, object]:
    """Give the whole outcome as it goes into JSON."""
    if isinstance(result, Unavailable):
        return {"unavailable": reasons(result)}
    first, last = query.dates()
    return {
        "window": {"first": first and first.isoformat(), "last": last and last.isoformat(), "zone": str(query.zone)},
        "turns": [record(turn, query.zone) for turn in result.turns],
        **tally.record(result.tally),
        "read": result.read,
        "memo": keeping.record(result.persistence),
        "milliseconds": round(result.seconds * 1000, 3),
    }
