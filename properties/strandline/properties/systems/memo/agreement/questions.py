"""The questions that are put to both sides, each about one case that was drawn, or about all there are.

A question raises :class:`DifferenceError` where the two sides part, and counts on the way what it came across. Which of
them is wrong it does not tell.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import fields, is_dataclass
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from strandline.impl.memo.window import Window, start_of_day
from strandline.model.memo.days import Span, span, start_of
from strandline.model.memo.log import Raw
from strandline.model.memo.oracle import Fact, oracle
from strandline.properties.systems.memo.agreement.sides import fact_by_oracle, fact_by_scanner, join_by_scanner

if TYPE_CHECKING:
    from datetime import date
    from zoneinfo import ZoneInfo

    from strandline.properties.systems.memo.agreement.sides import Desk
    from strandline.properties.systems.memo.agreement.tables import Table

Tally: TypeAlias = Counter[str]
"""What was come across, by name."""


class DifferenceError(AssertionError):
    """Two texts of one definition say different things of one case."""


def same(case: object, scanner: object, other: object) -> None:
    """Hold what the scanner says of a case against what the other text says.

    Raises:
        DifferenceError: they differ; the message names the first place, both values, and the case.
    """
    if scanner != other:
        where, one, two = _parted(scanner, other)
        raise DifferenceError(f"the scanner says {one!r}, the other text {two!r}{where}, of {case!r}")


def _parted(one: object, two: object) -> tuple[str, object, object]:
    """Find the innermost place at which two values first differ."""
    names: list[str] = []
    parts: list[tuple[Any, Any]] = []
    if is_dataclass(one) and type(one) is type(two):
        names = [field.name for field in fields(one)]
        parts = [(getattr(one, name), getattr(two, name)) for name in names]
    elif isinstance(one, tuple) and isinstance(two, tuple) and len(one) == len(two):
        names = list(getattr(one, "_fields", map(str, range(len(one)))))
        parts = list(zip(one, two, strict=True))
    for name, (left, right) in zip(names, parts, strict=True):
        if left != right:
            where, inner, outer = _parted(left, right)
            return f" in {name}{where}", inner, outer
    return "", one, two


# Bodies


def body(case: bytes, tally: Tally) -> None:
    """Ask what the bytes of a TEXT body state."""
    found = fact_by_oracle(Raw(case))
    tally["bodies that state something"] += isinstance(found, Fact)
    same(case, fact_by_scanner(case), found)


def text(case: str, tally: Tally) -> None:
    """Ask what a text states, given to the oracle as a string and to the scanner by its bytes."""
    found = fact_by_oracle(case)
    tally["bodies that state something"] += isinstance(found, Fact)
    same(case, fact_by_scanner(case.encode("utf-8", "surrogatepass")), found)


# Days


class Days(NamedTuple):
    """A window, and a day that may be today."""

    zone: ZoneInfo
    first: date | None
    last: date | None
    today: date


def days(case: Days, tally: Tally) -> None:
    """Ask which instants a window has, when today begins, and whether the window ended before it."""
    zone, first, last, today = case
    window = Window(first, last, zone)
    instants = span(first, last, zone)
    same(case, Span(*window.span()), instants)
    begins = start_of(today, zone)
    ends = span(today, today, zone).end
    if begins is None or begins == ends:
        return  # the calendar left that day out, or nothing comes before it: it is nobody's today
    same(case, start_of_day(today, zone), begins)
    ended = instants.end is not None and instants.end <= begins
    tally["windows that ended"] += ended
    same(case, window.ended_before(today), ended)


# Tables


def join(case: Table, _tally: Tally) -> None:
    """Ask for the turns that facts make."""
    same(case, join_by_scanner(case.rows, case.span), oracle(case.rows, case.span)[:2])


def one_shot(case: Table, desk: Desk, _tally: Tally) -> None:
    """Ask for an answer by the one-shot path."""
    same(case, desk.one_shot(case.span), oracle(case.rows, case.span))


def memo_path(case: Table, desk: Desk, tally: Tally) -> None:
    """Ask for an answer by the memo path."""
    truth = oracle(case.rows, case.span)
    tally["answers with turns"] += bool(truth.turns)
    same(case, desk.memo_path(case.span), truth)


def one_truth(case: Table, desk: Desk, tally: Tally) -> None:
    """Ask for the same answer by both paths of the scanner."""
    answer = desk.memo_path(case.span)
    tally["answers with turns"] += bool(answer.turns)
    same(case, desk.one_shot(case.span), answer)
