"""Following a log: one refresh after another from one memo, each judged by the oracle if asked for."""

from __future__ import annotations

import json
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice, zip_longest
from typing import TYPE_CHECKING, Final, NamedTuple

from strandline.impl.answer import Answer, Unavailable
from strandline.impl.memo import Limits
from strandline.impl.scanner import DEFAULT_LIMITS, Scanner
from strandline.model.days import Span
from strandline.model.oracle import oracle
from strandline.properties.counting import many
from strandline.properties.interruption import heed
from strandline.properties.live.besides import of, unequal
from strandline.properties.live.besides import record as record_besides
from strandline.properties.live.truth import Witness
from strandline.properties.live.turns import fields, reasons, record, statistics, why
from strandline.properties.report.lanes import printable

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator
    from zoneinfo import ZoneInfo

    from strandline.impl.answer import Outcome
    from strandline.impl.codex import Turn as ScannerTurn
    from strandline.model.oracle import Turn as OracleTurn
    from strandline.properties.live.besides import Unequal
    from strandline.properties.live.turns import Asked

DIFFERENCES_MAX: Final = 20
"""Differences shown for a person; JSON has them all."""

RESTS: Final = 4
"""How many times as long as its snapshot was held a refresh is rested after: it is held a fifth of the time at most."""

JUDGED_AT_ONCE: Final = Limits(chunk=2**62)
"""The oracle goes through the whole log in each transaction, so one that it judges has no use for parts."""


class Difference(NamedTuple):
    """A turn that scanner and oracle do not agree about; None where one has no such turn."""

    scanner: ScannerTurn | None
    oracle: OracleTurn | None

    @property
    def unequal(self) -> bool:
        """Tell whether any field of the two is not the same."""
        return tuple(self.scanner or ()) != tuple(self.oracle or ())


@dataclass(frozen=True, slots=True)
class Judged:
    """What the oracle said of a refresh.

    ``rows`` is what it read in ``seconds``; ``problem`` says why it could not, None if it could. ``differences`` are
    the turns that do not agree, by turn id, ``counts`` what does not agree of what is counted beside them.
    """

    rows: int
    seconds: float
    problem: str | None
    differences: tuple[Difference, ...]
    counts: tuple[Unequal, ...] = ()

    @property
    def agrees(self) -> bool:
        """Tell whether nothing differs."""
        return not self.differences and not self.counts


@dataclass(frozen=True, slots=True)
class Refresh:
    """One refresh: its number from 1, when it began (unix seconds), its outcome, its own time in seconds.

    ``held`` is for how many seconds it held a snapshot, the oracle's time included. ``appended`` counts the ids
    issued since the refresh before, if that read the same file.
    """

    number: int
    began: float
    outcome: Outcome
    seconds: float
    held: float
    appended: int
    judged: Judged | None


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
        if refresh.judged is not None:
            self.compared += refresh.judged.problem is None
            self.unjudged += refresh.judged.problem is not None
            self.differences += not refresh.judged.agrees

    def exit_code(self, *, judging: bool) -> int:
        """Give 1 for a difference, 4 if nothing was answered, or nothing compared that was to be; else 0."""
        if self.differences:
            return 1
        return 0 if (self.compared if judging else self.answered) else 4


def follow(
    asked: Asked,
    *,
    judging: bool,
    interval: float,
    duration: float | None,
    waiting: Callable[[], None] = lambda: None,
) -> Generator[Refresh, None, None]:
    """Refresh again and again, from one memo.

    A log that cannot be read is an outcome like any other; the next refresh tries again. While a snapshot is held,
    SQLite cannot begin the -wal of a busy log anew, which then grows; so a refresh that held one for long is rested
    after for longer.

    Args:
        asked: the log and the days; relative days move on at midnight.
        judging: ask the oracle inside each read transaction of a refresh, which reads the whole log each time.
        interval: seconds of rest between two refreshes, at least.
        duration: seconds after which no refresh begins, None for no end.
        waiting: called while the log is busy.
    """
    witness = Witness(judging=judging)
    limits = JUDGED_AT_ONCE if judging else DEFAULT_LIMITS
    started = time.monotonic()
    number = 0
    before: Answer | None = None
    with Scanner(asked.path, limits=limits, connect=witness.connect, waiting=waiting) as scanner:
        while True:
            number += 1
            dates = asked.dates()
            witness.expect(asked.span(dates))
            began, clock = time.time(), time.perf_counter()
            outcome = scanner.turns(asked.window(dates))
            heed()
            seconds = time.perf_counter() - clock - witness.seconds
            judged = judge(outcome, witness) if judging and isinstance(outcome, Answer) else None
            yield Refresh(number, began, outcome, seconds, witness.held, appended(before, outcome), judged)
            before = outcome if isinstance(outcome, Answer) else before
            rest = max(interval, RESTS * witness.held)
            if duration is not None and time.monotonic() + rest - started > duration:
                return
            time.sleep(rest)  # the rest itself; nothing is waited for


def judge(answer: Answer, witness: Witness) -> Judged:
    """Compare an answer with what the witness saw in the transaction that the answer rests on."""
    if answer.snapshot is None:  # nothing was at the path, so nothing may be in the answer
        nothing = oracle((), Span(None, None))
        return Judged(0, 0.0, None, differences(answer.turns, ()), unequal(of(answer), of(nothing)))
    if witness.last is None:
        return Judged(0, witness.seconds, witness.problem or "no read transaction was seen", ())
    truth = witness.last.truth
    turns, counts = differences(answer.turns, truth.turns), unequal(of(answer), of(truth))
    return Judged(witness.last.rows, witness.seconds, None, turns, counts)


def differences(scanner: tuple[ScannerTurn, ...], oracle: tuple[OracleTurn, ...]) -> tuple[Difference, ...]:
    """Set the turns side by side and give those that are not the same; none if the answers are equal, order and all."""
    if [*map(tuple, scanner)] == [*map(tuple, oracle)]:
        return ()
    ours = {turn.turn: turn for turn in scanner}
    theirs = {turn.turn: turn for turn in oracle}
    pairs = (Difference(ours.get(turn), theirs.get(turn)) for turn in sorted(ours.keys() | theirs.keys()))
    found = tuple(pair for pair in pairs if pair.unequal)
    # The same turns, one of them twice or out of order: then by place, not by turn.
    return found or tuple(Difference(*pair) for pair in zip_longest(scanner, oracle))


def appended(before: Answer | None, after: Outcome) -> int:
    """Count the ids that were issued between two answers from the same file."""
    if before is None or before.snapshot is None or isinstance(after, Unavailable) or after.snapshot is None:
        return 0
    old, new = before.snapshot, after.snapshot
    same = (old.device, old.inode) == (new.device, new.inode)
    return max(0, max(new.sequence, new.highest or 0) - max(old.sequence, old.highest or 0)) if same else 0


def line(refresh: Refresh, zone: ZoneInfo) -> str:
    """Say in one line what a refresh read, why, how long it took, and for how long it held a snapshot."""
    clock = datetime.fromtimestamp(refresh.began, zone).strftime("%H:%M:%S")
    outcome = refresh.outcome
    head = f"{clock} {refresh.number:>6}  "
    held = f"held {refresh.held * 1000:,.0f} ms"
    if isinstance(outcome, Unavailable):
        return f"{head}{why(outcome)}" + f"  {held}" * (refresh.held > 0)
    if outcome.snapshot is None:
        return f"{head}missing    no log there: 0 turns"
    cost = outcome.statistics
    read = f"{cost.rows:>7,} rows {cost.keys:>6,} keys {cost.anchors:>3,} anchors"
    took = f"{refresh.seconds * 1000:>9,.2f} ms"
    parts = [f"{head}{cost.path:<9}  {read} {took}  {held}  {many(len(outcome.turns), 'turn')}"]
    if refresh.appended:
        parts.append(f"{refresh.appended:,} appended")
    if cost.cause is not None:
        parts.append(f"full scan: {cost.cause}")
    if refresh.judged is not None:
        parts.append(_judgement(refresh.judged))
    return "  ".join(parts)


def _judgement(judged: Judged) -> str:
    if judged.problem is not None:
        return f"not compared: {printable(judged.problem)}"
    said = "oracle agrees" if judged.agrees else many(len(judged.differences) + len(judged.counts), "difference")
    return f"{said} ({many(judged.rows, 'row')}, {judged.seconds * 1000:,.0f} ms)"


def side_by_side(judged: Judged, zone: ZoneInfo) -> Iterator[str]:
    """Show what scanner and oracle do not agree about."""
    found = judged.differences
    for difference in islice(found, DIFFERENCES_MAX):
        ours, theirs = difference
        kind = "missing" if ours is None else "extra" if theirs is None else "different"
        turn = ours or theirs
        yield f"  {kind}: turn {printable(turn.turn) if turn else ''}"
        for name, side in (("scanner", ours), ("oracle", theirs)):
            yield f"    {name:<8} {'  '.join(fields(side, zone)[1:]) if side else '(no such turn)'}"
    if len(found) > DIFFERENCES_MAX:
        yield f"  and {len(found) - DIFFERENCES_MAX:,} more"
    for name, *sides in judged.counts:
        yield f"  different: {name}"
        for who, count in zip(("scanner", "oracle"), sides, strict=True):
            yield f"    {who:<8} {json.dumps(count)}"


def document(refresh: Refresh, zone: ZoneInfo) -> dict[str, object]:
    """Give a refresh as it goes into a line of JSON."""
    outcome = refresh.outcome
    head: dict[str, object] = {
        "refresh": refresh.number,
        "began": round(refresh.began, 3),
        "milliseconds": round(refresh.seconds * 1000, 3),
        "held_milliseconds": round(refresh.held * 1000, 3),
    }
    if isinstance(outcome, Unavailable):
        return {**head, "unavailable": reasons(outcome)}
    head |= {"turns": len(outcome.turns), **record_besides(of(outcome))}
    head |= {"appended": refresh.appended, "read": statistics(outcome)}
    judged = refresh.judged
    if judged is None:
        return head
    pairs = [
        {"scanner": ours and record(ours, zone), "oracle": theirs and record(theirs, zone)}
        for ours, theirs in judged.differences
    ]
    counts = [count._asdict() for count in judged.counts]
    said = {"rows": judged.rows, "problem": judged.problem, "differences": pairs, "other_counts": counts}
    return {**head, "oracle": said}


def summary(totals: Totals, *, judging: bool) -> list[str]:
    """Say what following came to."""
    causes = ", ".join(f"{count:,} {cause}" for cause, count in totals.full_scans.most_common()) or "none"
    lines = [
        f"{totals.refreshes:,} refresh{'es' * (totals.refreshes != 1)}, {totals.answered:,} answered",
        f"full scans: {causes}",
        f"read {many(totals.rows, 'row')} and {many(totals.keys, 'key')}",
        f"appended meanwhile: {many(totals.appended, 'row')}",
    ]
    if totals.unavailable:
        lines.append("unavailable: " + ", ".join(f"{n:,} {reason}" for reason, n in totals.unavailable.most_common()))
    if judging:
        unjudged = f", {totals.unjudged:,} not compared" if totals.unjudged else ""
        lines.append(f"compared {totals.compared:,}{unjudged}: {many(totals.differences, 'difference')}")
    return lines


def totals_document(totals: Totals, *, judging: bool) -> dict[str, object]:
    """Give the totals as they go into the last line of JSON."""
    judged = {"compared": totals.compared, "not_compared": totals.unjudged, "differences": totals.differences}
    return {
        "summary": {
            "refreshes": totals.refreshes,
            "answered": totals.answered,
            "rows": totals.rows,
            "keys": totals.keys,
            "appended": totals.appended,
            "full_scans": dict(totals.full_scans),
            "unavailable": dict(totals.unavailable),
            **(judged if judging else {}),
        }
    }
