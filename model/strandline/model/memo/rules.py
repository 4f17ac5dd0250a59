"""The rules of a log: what one row states, and what the rows of a snapshot mean together.

The scanner has a text of its own for each log that it can read, its projection. Rules and
projection share nothing, so that each judges the other.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from strandline.model.memo.facts import MARKERS, fact
from strandline.model.memo.oracle import counts, turns
from strandline.model.memo.truth import Truth, skip, skipped, text_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from strandline.model.memo.days import Span
    from strandline.model.memo.log import Body, Row


__all__ = ["CODEX", "Rules", "text_of"]


def _nothing(_rows: Iterable[Row], _span: Span) -> None:
    """Count nothing beside the items of an answer."""


@dataclass(frozen=True, slots=True)
class Rules:
    """What the rows of one kind of log mean.

    Args:
        name: what the log is called.
        fact: tells what a body states, None if nothing.
        answer: gives the items that the rows of a snapshot, in any order, make for a span.
        moments: tells that a row keeps the fraction of the second at which it was born, so that no two births are
            alike; without it each birth has a second of its own.
        markers: a body without any of these states nothing, whatever its bytes are; without markers any body may.
        counts: what is counted beside the items of an answer.
    """

    name: str
    fact: Callable[[Body], object]
    answer: Callable[[Iterable[Row], Span], tuple[object, ...]]
    moments: bool = True
    markers: tuple[str, ...] = ()
    counts: Callable[[Iterable[Row], Span], object] = _nothing

    def truth(self, rows: tuple[Row, ...], span: Span) -> Truth:
        """Answer for a span from the rows of a snapshot, in any order."""
        return Truth(self.answer(rows, span), self.counts(rows, span), skipped(rows, span, self.markers))

    def is_source(self, row: Row, coverage: int) -> bool:
        """Tell whether an answer about some time from ``coverage`` on can rest on a row.

        It does on a row that states something and on one that is counted as skipped. A row whose instant is no integer
        is counted in every answer.
        """
        reason = skip(row, self.markers)
        if reason == "ts":
            return True
        late = isinstance(row.ts, int) and row.ts >= coverage
        return late and (reason is not None or self.fact(row.body) is not None)


CODEX: Final = Rules("codex", fact, turns, markers=MARKERS, counts=counts)
"""Which turns ran on the priority tier: :mod:`strandline.model.memo.oracle`."""
