"""Measures the scanner on a log of a given size, beside a bare statement that looks for its markers, all in one run.

Each answer is held against the oracle's full scan of the same file. Times are those of this process alone.
"""

from __future__ import annotations

import shutil
import sqlite3
import time
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime, timedelta
from functools import lru_cache, partial
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Final, NamedTuple
from zoneinfo import ZoneInfo

from strandline.impl.memo import scan
from strandline.impl.memo.answer import Answer
from strandline.impl.memo.log import EVERY, LogReader
from strandline.impl.memo.memo import OPEN, Place
from strandline.impl.memo.parse import MARKERS
from strandline.impl.memo.scanner import Scanner
from strandline.impl.memo.window import Window
from strandline.model.memo.days import Span
from strandline.properties.engines.exhaust.memory import peak
from strandline.properties.systems.memo.bench import logs
from strandline.properties.systems.memo.live.judge import compared
from strandline.properties.systems.memo.live.truth import FullScan, read_truth

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

QUICK: Final = 200
"""How often a refresh is measured that takes well under a millisecond."""

APPENDED: Final = (1, 100, 10_000)
"""How many rows are appended before a refresh."""

SOURCES: Final = (50_000, 500, 10)
"""To how many sources the memo is brought, one after the other; the many are rows that no answer rests on."""

PRUNED: Final = 20
"""How many sources are deleted at once."""

LIKE, COLD, UNCHANGED, ONE, RESTART = "bare LIKE", "cold refresh", "unchanged", "1 appended", "restart"
"""Points by their names."""

_EVER: Final = Window(None, None, ZoneInfo("UTC"))
_IO: Final = Path("/proc/self/io")


class Point(NamedTuple):
    """What was measured in one state of the log: the seconds of each run, and what one more refresh read.

    ``keys`` counts the sources that were looked up. ``pages`` is how much that refresh read from files, in pages of
    4,096 bytes, None where the system does not tell. ``agrees`` tells that answer and oracle are the same, None if
    there is no answer to compare.
    """

    name: str
    seconds: tuple[float, ...]
    rows: int = 0
    keys: int = 0
    pages: int | None = None
    agrees: bool | None = None

    @property
    def median(self) -> float:
        """The median of its runs, in seconds."""
        return median(self.seconds)


def scanned(path: Path, rounds: int) -> tuple[Point, ...]:
    """Measure everything on a copy of a log, which is deleted afterwards."""
    with _copy(path) as log:
        return tuple(_points(log, log.with_suffix(".memos"), rounds))


def peaked(path: Path) -> int:
    """Give the peak memory of a process that does one cold scan, in bytes; 0 where the system does not tell."""
    with Scanner(path) as scanner:
        _asked(scanner)
    return peak()


def _points(log: Path, memo: Path, rounds: int) -> Iterator[Point]:
    like, once, cold = [], [], []
    for _ in range(rounds):
        like.append(_like(log))
        once.append(_past(log))
        cold.append(_cold(log))
    yield Point(LIKE, tuple(like))
    yield Point("full scan, one shot", tuple(once))
    with Scanner(log, memo=memo) as scanner:
        yield _point(COLD, scanner, log, tuple(cold))
        yield _many(UNCHANGED, scanner, log, QUICK)
        for count in APPENDED:
            runs = rounds if count > 1 else 5 * rounds
            yield _many(f"{count:,} appended", scanner, log, runs, partial(logs.append, log, count))
        gone = _sources(log)
        yield _many("sources pruned", scanner, log, rounds, lambda run: logs.delete(log, gone[run * PRUNED :][:PRUNED]))
    yield _restarted(RESTART, log, memo, rounds)
    for sources in SOURCES:
        with Scanner(log, memo=memo) as scanner:
            found = _sources(log)
            logs.append(log, max(0, sources - len(found)), 0, turn=f"other{sources}-")
            logs.delete(log, found[sources:])
            _asked(scanner)
            yield _many(f"{sources:,} sources, unchanged", scanner, log, QUICK)
            yield _many(f"{sources:,} sources, {ONE}", scanner, log, 5 * rounds, partial(logs.append, log, 1))
        yield _restarted(f"{sources:,} sources, restart", log, memo, rounds)


def _many(name: str, scanner: Scanner, log: Path, runs: int, before: Callable[[int], None] = lambda _: None) -> Point:
    """Refresh again and again, with a change of the log before each."""
    _asked(scanner)
    seconds = []
    for run in range(runs):
        before(run)
        seconds.append(_timed(lambda: _asked(scanner)))
    before(runs)
    return _point(name, scanner, log, tuple(seconds))


def _point(name: str, scanner: Scanner, log: Path, seconds: tuple[float, ...]) -> Point:
    """Refresh once more, count what that reads, and hold its answer against the oracle."""
    began = _bytes_read()
    answer = _asked(scanner)
    read = _bytes_read()
    pages = None if began is None or read is None else (read - began) // 4096
    cost = answer.statistics
    return Point(name, seconds, cost.rows, cost.keys, pages, _agrees(log, answer))


def _restarted(name: str, log: Path, memo: Path, rounds: int) -> Point:
    """Ask a new scanner over the persisted memo, as a new process would."""
    runs = [_new(log, memo) for _ in range(rounds)]
    answer = runs[-1][1]
    cost = answer.statistics
    agrees = _agrees(log, answer) and cost.cause is None
    return Point(name, tuple(seconds for seconds, _ in runs), cost.rows, cost.keys, None, agrees)


def _new(log: Path, memo: Path) -> tuple[float, Answer]:
    """Ask a new scanner; give its seconds until the answer, and that."""
    began = time.perf_counter()
    with Scanner(log, memo=memo) as scanner:
        answer = _asked(scanner)
        return time.perf_counter() - began, answer


def _like(log: Path) -> float:
    found = " OR ".join("feedback_log_body LIKE ?" for _ in MARKERS)
    with closing(sqlite3.connect(f"{log.absolute().as_uri()}?mode=ro", uri=True)) as connection:
        connection.execute("SELECT 1 FROM logs LIMIT 1").fetchone()
        statement, markers = f"SELECT count(*) FROM logs WHERE {found}", [f"%{marker}%" for marker in MARKERS]  # noqa: S608 - constants
        return _timed(lambda: connection.execute(statement, markers).fetchone())


def _past(log: Path) -> float:
    yesterday = (datetime.now(UTC) - timedelta(days=1)).date()
    with Scanner(log) as scanner:
        return _timed(lambda: scanner.turns(Window(None, yesterday, ZoneInfo("UTC"))))


def _cold(log: Path) -> float:
    with Scanner(log) as scanner:
        return _timed(lambda: _asked(scanner))


def _asked(scanner: Scanner) -> Answer:
    found = scanner.turns(_EVER)
    if not isinstance(found, Answer):
        raise TypeError(f"{found.reason}: {found.detail}")
    return found


def _timed(act: Callable[[], object]) -> float:
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


def _sources(log: Path) -> list[int]:
    """List the ids of the rows that a memo of the whole log rests on."""
    with closing(sqlite3.connect(f"{log.absolute().as_uri()}?mode=ro", uri=True)) as connection:
        connection.text_factory = bytes
        rank = scan.Rank(0, Place(0, 0), 0, 0)
        reading = scan.read(LogReader(connection), None, OPEN, rank, EVERY)
    return [fact.id for fact in reading.memo.sources]


def _agrees(log: Path, answer: Answer) -> bool:
    """Hold an answer against the oracle, which reads the whole log unless nothing was written since it last did."""
    wal = log.with_name(f"{log.name}-wal")
    written = tuple(one.stat().st_mtime_ns for one in (log, wal) if one.exists())
    return compared(answer, _truth(log, written)).agrees


@lru_cache(maxsize=1)
def _truth(log: Path, _written: tuple[int, ...]) -> FullScan:
    truth = read_truth(log, Span(None, None))
    if not isinstance(truth, FullScan):
        raise TypeError(f"the oracle has no answer: {truth}")
    return truth


def _bytes_read() -> int | None:
    """Tell how many bytes this process has read from files so far, from the system's cache too."""
    with suppress(OSError):
        for line in _IO.read_bytes().splitlines():
            if line.startswith(b"rchar:"):
                return int(line.split()[1])
    return None


@contextmanager
def _copy(path: Path) -> Iterator[Path]:
    copy = path.with_suffix(".copy")
    shutil.copyfile(path, copy)
    try:
        yield copy
    finally:
        for end in ("", "-wal", "-shm", "-journal"):
            copy.with_name(copy.name + end).unlink(missing_ok=True)
        copy.with_suffix(".memos").unlink(missing_ok=True)
