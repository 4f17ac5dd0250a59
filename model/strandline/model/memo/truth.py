"""The answer of one snapshot, and the rows that it had to skip: what is the same for every kind of log."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple, TypeAlias

from strandline.model.memo.log import Raw

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from strandline.model.memo.days import Span
    from strandline.model.memo.log import Body, Row

BODY_MAX: Final = 64 * 1024 * 1024
"""The longest body that is read, in bytes."""

Reason: TypeAlias = Literal["ts", "null", "blob", "size", "utf8"]
"""Why a row is skipped: its instant is no integer, or its body is none, is no text, is too long, does not decode."""


class Truth(NamedTuple):
    """An answer: its items, what is counted beside them (None if nothing is), and the skipped rows by reason."""

    turns: tuple[Any, ...]
    counts: Any
    skipped: tuple[tuple[str, int], ...]


def skip(row: Row, markers: Sequence[str]) -> Reason | None:
    """Tell why a row cannot be read, None if it can.

    A body that does not decode is skipped only if it holds a marker: without one it could not have stated anything.
    Without markers every body could have.
    """
    if not isinstance(row.ts, int):
        return "ts"
    if row.body is None:
        return "null"
    if isinstance(row.body, bytes):
        return "blob"
    data = _encoded(row.body)
    if len(data) > BODY_MAX:
        return "size"
    if markers and not any(marker.encode() in data for marker in markers):
        return None
    return "utf8" if text_of(row.body) is None else None


def skipped(rows: Iterable[Row], span: Span, markers: Sequence[str]) -> tuple[tuple[str, int], ...]:
    """Count the skipped rows of a span by reason; a row whose instant is no integer counts in every span."""
    reasons = (skip(row, markers) for row in rows if not isinstance(row.ts, int) or span.holds(row.ts))
    return counted(Counter(reason for reason in reasons if reason is not None))


def counted(skips: Mapping[str, int]) -> tuple[tuple[str, int], ...]:
    """Give counts as an answer holds them: by reason, those that never came left out."""
    return tuple(sorted((reason, count) for reason, count in skips.items() if count))


def text_of(body: Body) -> str | None:
    """Give the text of a body; None if it is NULL, a BLOB, too long, or does not decode."""
    if body is None or isinstance(body, bytes):
        return None
    data = _encoded(body)
    if len(data) > BODY_MAX:
        return None
    try:
        return data.decode()
    except UnicodeDecodeError:
        return None


def _encoded(body: str | Raw) -> bytes:
    # A lone surrogate has no UTF-8; let through here, it fails to decode like any bad byte.
    return body.data if isinstance(body, Raw) else body.encode(errors="surrogatepass")
