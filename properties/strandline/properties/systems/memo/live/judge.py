"""The oracle as the product's judge: it reads each snapshot whole, and sets what it finds beside the scanner's answer.

The product's commands take it from outside, so that what judges shares no code with what is judged. The product only
words what the oracle found, as it words its own answers.
"""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from itertools import islice, zip_longest
from typing import TYPE_CHECKING, Final, NamedTuple

from strandline.impl.memo.answer import Unavailable
from strandline.impl.memo.codex import Summary, TierRows, Turn
from strandline.impl.memo.product import tally
from strandline.impl.memo.product.tally import Tally
from strandline.impl.memo.product.turns import Result, fields, record
from strandline.model.memo import days
from strandline.model.memo.oracle import oracle
from strandline.properties.core.counting import many
from strandline.properties.systems.memo.live.truth import FullScan, Witness, read_truth

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from zoneinfo import ZoneInfo

    from strandline.impl.memo.answer import Answer
    from strandline.impl.memo.product.query import Dates, Query
    from strandline.model.memo.oracle import Turn as OracleTurn
    from strandline.model.memo.truth import Truth

DIFFERENCES_MAX: Final = 20
"""Differences shown for a person; JSON has them all."""

_EVER: Final = days.Span(None, None)


class Difference(NamedTuple):
    """A turn that scanner and oracle do not agree about; None where one has no such turn."""

    scanner: Turn | None
    oracle: OracleTurn | None

    @property
    def unequal(self) -> bool:
        """Tell whether any field of the two is not the same."""
        return tuple(self.scanner or ()) != tuple(self.oracle or ())

    @property
    def sides(self) -> tuple[tuple[str, Turn | None], ...]:
        """Give each side by its name, as the product shows turns."""
        return ("scanner", self.scanner), ("oracle", self.oracle and Turn(*self.oracle))


class Unequal(NamedTuple):
    """What scanner and oracle count differently, by the name that it has in JSON, and what each of them says."""

    name: str
    scanner: object
    oracle: object


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

    def line(self) -> str:
        """Say in a few words whether the oracle agrees."""
        if self.problem is not None:
            return f"not compared: {self.problem}"
        said = "oracle agrees" if self.agrees else many(len(self.differences) + len(self.counts), "difference")
        return f"{said} ({many(self.rows, 'row')}, {self.seconds * 1000:,.0f} ms)"

    def sides(self, zone: ZoneInfo) -> Iterator[str]:
        """Show what scanner and oracle do not agree about."""
        for difference in islice(self.differences, DIFFERENCES_MAX):
            ours, theirs = difference
            kind = "missing" if ours is None else "extra" if theirs is None else "different"
            turn = ours or theirs
            yield f"  {kind}: turn {turn.turn if turn else ''}"
            for name, side in difference.sides:
                told = (field or "-" for field in fields(side, zone)[1:]) if side else ("(no such turn)",)
                yield f"    {name:<8} {'  '.join(told)}"
        if len(self.differences) > DIFFERENCES_MAX:
            yield f"  and {len(self.differences) - DIFFERENCES_MAX:,} more"
        for count, *sides in self.counts:
            yield f"  different: {count}"
            for who, said in zip(("scanner", "oracle"), sides, strict=True):
                yield f"    {who:<8} {json.dumps(said)}"

    def document(self, zone: ZoneInfo) -> dict[str, object]:
        """Give it as it goes into JSON."""
        return {
            "rows": self.rows,
            "problem": self.problem,
            "differences": [
                {name: side and record(side, zone) for name, side in difference.sides}
                for difference in self.differences
            ],
            "other_counts": [count._asdict() for count in self.counts],
        }


class Oracle:
    """Judges each refresh inside its own read transactions."""

    def __init__(self) -> None:
        """Begin with nothing seen."""
        self.watch = Witness()

    @property
    def seconds(self) -> float:
        """How long the last full scan took, in seconds."""
        return self.watch.seconds

    def expect(self, dates: Dates, zone: ZoneInfo) -> None:
        """Forget what was seen; the next refresh asks for these days of a zone."""
        self.watch.expect(days.span(*dates, zone))

    def judge(self, answer: Answer) -> Judged:
        """Compare an answer with what was seen in the transaction that it rests on."""
        if answer.snapshot is None:  # nothing was at the path, so nothing may be in the answer
            return compared(answer, FullScan(oracle((), _EVER), 0, 0.0))
        if self.watch.last is None:
            problem = self.watch.problem or "no read transaction was seen"
            return Judged(0, self.watch.seconds, problem, ())
        return compared(answer, self.watch.last._replace(seconds=self.watch.seconds))


def compared(answer: Answer, scan: FullScan) -> Judged:
    """Compare an answer with a full scan of the same snapshot."""
    truth = scan.truth
    counts = unequal(tally.of(answer), _tally(truth))
    return Judged(scan.rows, scan.seconds, None, differences(answer.turns, truth.turns), counts)


def look(query: Query, waiting: Callable[[], None] = lambda: None) -> Result | Unavailable:
    """Answer a query by a full scan with no SQL filter, in the scanner's place; ``waiting`` as in ``turns.scan``."""
    began = time.perf_counter()
    found = read_truth(query.path, days.span(*query.dates(), query.zone), waiting)
    seconds = time.perf_counter() - began
    match found:
        case Unavailable():
            return found
        case FullScan(truth, rows):
            turns = tuple(Turn(*turn) for turn in truth.turns)
            return Result(turns, _tally(truth), {"path": "oracle", "rows": rows}, seconds)
    return Result((), _tally(oracle((), _EVER)), {"path": "missing", "rows": 0}, seconds)


def _tally(truth: Truth) -> Tally:
    """Give what the oracle counts as the product shows it."""
    tier_rows, *counts = truth.counts
    return Tally(Summary(TierRows(*tier_rows), *counts), truth.skipped)


def unequal(scanner: Tally, oracle: Tally) -> tuple[Unequal, ...]:
    """Give what two answers to one question count differently."""
    ours, theirs = tally.record(scanner), tally.record(oracle)
    return tuple(Unequal(name, ours[name], theirs[name]) for name in ours if ours[name] != theirs[name])


def differences(scanner: tuple[Turn, ...], oracle: tuple[OracleTurn, ...]) -> tuple[Difference, ...]:
    """Set the turns side by side and give those that are not the same; none if the answers are equal, order and all."""
    if [*map(tuple, scanner)] == [*map(tuple, oracle)]:
        return ()
    ours = {turn.turn: turn for turn in scanner}
    theirs = {turn.turn: turn for turn in oracle}
    pairs = (Difference(ours.get(turn), theirs.get(turn)) for turn in sorted(ours.keys() | theirs.keys()))
    found = tuple(pair for pair in pairs if pair.unequal)
    # The same turns, one of them twice or out of order: then by place, not by turn.
    return found or tuple(Difference(*pair) for pair in zip_longest(scanner, oracle))
