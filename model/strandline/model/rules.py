"""The rules of a log: what one row states, and what the rows of a snapshot mean together.

The scanner has a text of its own for each log that it can read, its projection. Rules and
projection share nothing, so that each judges the other.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from strandline.model.log import Raw
from strandline.model.oracle import BODY_MAX, fact, oracle

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from strandline.model.days import Span
    from strandline.model.log import Body, Row


@dataclass(frozen=True, slots=True)
class Rules:
    """What the rows of one kind of log mean.

    ``fact`` tells what a body states, None if nothing: only rows that state something can
    change an answer. ``answer`` gives the items that the rows of a snapshot, in any order,
    make for a span. ``moments`` tells that a row keeps the fraction of the second at which it
    was born, so that no two births are alike; without it each birth has a second of its own.
    """

    name: str
    fact: Callable[[Body], object]
    answer: Callable[[Iterable[Row], Span], tuple[object, ...]]
    moments: bool = True


def text_of(body: Body) -> str | None:
    """Give the text of a body; None if it is NULL, a BLOB, too long, or does not decode."""
    if body is None or isinstance(body, bytes):
        return None
    # A lone surrogate has no UTF-8; let through here, it fails to decode like any bad byte.
    data = body.data if isinstance(body, Raw) else body.encode(errors="surrogatepass")
    if len(data) > BODY_MAX:
        return None
    try:
        return data.decode()
    except UnicodeDecodeError:
        return None


def _turns(rows: Iterable[Row], span: Span) -> tuple[object, ...]:
    return oracle(rows, span).turns


CODEX: Final = Rules("codex", fact, _turns)
"""Which turns ran on the priority tier: :mod:`strandline.model.oracle`."""
