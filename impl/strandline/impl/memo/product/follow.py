"""Following a log: one refresh after another from one memo, each judged if somebody brings a judge."""

from __future__ import annotations

import time
from collections import Counter
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Protocol

from strandline.impl.memo.answer import Answer, Unavailable
from strandline.impl.memo.memo import Limits
from strandline.impl.memo.product.transactions import Watch
from strandline.impl.memo.scanner import DEFAULT_LIMITS, Scanner

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator
    from zoneinfo import ZoneInfo

    from strandline.impl.memo.answer import Outcome
    from strandline.impl.memo.keeper import Persistence
    from strandline.impl.memo.product.query import Dates, Query
    from strandline.impl.memo.shelf import Shelf

RESTS: Final = 4
"""How many times as long as its snapshot was held a refresh is rested after: it is held a fifth of the time at most."""

JUDGED_AT_ONCE: Final = Limits(chunk=2**62)
"""A judge goes through the whole log in each transaction, so a refresh that is judged has no use for parts."""


class Judgement(Protocol):
    """What a judge says of one answer."""

    @property
    def problem(self) -> str | None:
        """Why it could not compare, None if it could."""

    @property
    def agrees(self) -> bool:
        """Whether nothing differs."""

    def line(self) -> str:
        """Say it in a few words."""

    def sides(self, zone: ZoneInfo) -> Iterator[str]:
        """Show what differs, with times in a zone."""

    def document(self, zone: ZoneInfo) -> dict[str, Any]:
        """Give it as it goes into JSON."""


class Judge(Protocol):
    """Finds out by itself what answers ought to be.

    It comes from outside and shares no code with the scanner that it judges.
    """

    @property
    def watch(self) -> Watch:
        """What looks on at the scanner's connections."""

    @property
    def seconds(self) -> float:
        """How much of the last refresh's time it took, in seconds."""

    def expect(self, dates: Dates, zone: ZoneInfo) -> None:
        """Forget what was seen; the next refresh asks for these days of a zone."""

    def judge(self, answer: Answer) -> Judgement:
        """Compare an answer with what was seen in the transaction that it rests on."""


@dataclass(frozen=True, slots=True)
class Refresh:
    """One refresh: its number from 1, when it began (unix seconds), its outcome, its own time in seconds.

    ``held`` is for how many seconds it held a snapshot, a judge's time included. ``appended`` counts the ids issued
    since the refresh before, if that read the same file.
    """

    number: int
    began: float
    outcome: Outcome
    seconds: float
    held: float
    appended: int
    judgement: Judgement | None


@dataclass(slots=True)
class Totals:
    """What was seen while following."""

    refreshes: int = 0
    answered: int = 0
    rows: int = 0
    keys: int = 0
    appended: int = 0
    compared: int = 0
    unjudged: int = 0
    differences: int = 0
    full_scans: Counter[str] = field(default_factory=Counter)
    unavailable: Counter[str] = field(default_factory=Counter)

    def add(self, refresh: Refresh) -> None:
        """Count a refresh."""
        self.refreshes += 1
        self.appended += refresh.appended
        if isinstance(refresh.outcome, Unavailable):
            self.unavailable[refresh.outcome.reason] += 1
            return
        cost = refresh.outcome.statistics
        self.answered += 1
        self.rows += cost.rows
        self.keys += cost.keys
        if cost.cause is not None:
            self.full_scans[cost.cause] += 1
        if refresh.judgement is not None:
            self.compared += refresh.judgement.problem is None
            self.unjudged += refresh.judgement.problem is not None
            self.differences += not refresh.judgement.agrees

    def exit_code(self, *, judging: bool) -> int:
        """Give 1 for a difference, 4 if nothing was answered, or nothing compared that was to be; else 0."""
        if self.differences:
            return 1
        return 0 if (self.compared if judging else self.answered) else 4


def follow(  # noqa: PLR0913 - what is followed, by whom it is judged, its two times, and what hears of them
    query: Query,
    judge: Judge | None,
    *,
    interval: float,
    duration: float | None,
    waiting: Callable[[], None] = lambda: None,
    heed: Callable[[], None] = lambda: None,
    memo: Shelf | None = None,
    told: Callable[[Persistence | None], None] = lambda _: None,
) -> Generator[Refresh, None, None]:
    """Refresh again and again, from one memo.

    A log that cannot be read is an outcome like any other; the next refresh tries again. While a snapshot is held,
    SQLite cannot begin the -wal of a busy log anew, which then grows; so a refresh that held one for long is rested
    after for longer.

    Args:
        query: the log and the days; relative days move on at midnight.
        judge: who reads the whole log inside each read transaction of a refresh, None for nobody.
        interval: seconds of rest between two refreshes, at least.
        duration: seconds after which no refresh begins, None for no end.
        waiting: called while the log is busy.
        heed: called after each refresh, to raise what SQLite may have taken for an error of the query.
        memo: the file that the memo is kept in, None for none.
        told: called after each refresh, and at the end, with what became of keeping the memo.
    """
    watch = Watch() if judge is None else judge.watch
    limits = DEFAULT_LIMITS if judge is None else JUDGED_AT_ONCE
    started = time.monotonic()
    number = 0
    before: Answer | None = None
    scanner = Scanner(query.path, limits=limits, connect=watch.connect, waiting=waiting, memo=memo)
    with ExitStack() as stack:
        stack.callback(lambda: told(scanner.persistence))
        stack.enter_context(scanner)
        while True:
            number += 1
            dates = query.dates()
            watch.held = 0.0
            if judge is not None:
                judge.expect(dates, query.zone)
            began, clock = time.time(), time.perf_counter()
            outcome = scanner.turns(query.window(dates))
            heed()
            told(scanner.persistence)
            seconds = time.perf_counter() - clock - (0.0 if judge is None else judge.seconds)
            judgement = judge.judge(outcome) if judge is not None and isinstance(outcome, Answer) else None
            yield Refresh(number, began, outcome, seconds, watch.held, appended(before, outcome), judgement)
            before = outcome if isinstance(outcome, Answer) else before
            rest = max(interval, RESTS * watch.held)
            if duration is not None and time.monotonic() + rest - started > duration:
                return
            time.sleep(rest)  # the rest itself; nothing is waited for


def appended(before: Answer | None, after: Outcome) -> int:
    """Count the ids that were issued between two answers from the same file."""
    if before is None or before.snapshot is None or isinstance(after, Unavailable) or after.snapshot is None:
        return 0
    old, new = before.snapshot, after.snapshot
    same = (old.device, old.inode) == (new.device, new.inode)
    return max(0, max(new.sequence, new.highest or 0) - max(old.sequence, old.highest or 0)) if same else 0
