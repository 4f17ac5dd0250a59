"""What facts make for one window: the turns, the summary, and the count of the rows that were skipped.

All three are made anew from the facts for every window. A narrower answer cannot be cut out of a wider one: a row of
the second day can overrule what one of the first day says of a turn.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from strandline.impl.memo.projection import Skipped
from strandline.impl.memo.store import Joined

if TYPE_CHECKING:
    from collections.abc import Sequence

    from strandline.impl.memo.projection import Fact, Projection
    from strandline.impl.memo.window import Span


def joined(projection: Projection[Any, Any], facts: Sequence[Fact[Any]], span: Span) -> Joined:
    """Join the facts of a window.

    Args:
        projection: how facts are joined.
        facts: by ascending id; those outside of the span do not count.
        span: the instants of the window. A row whose instant is no integer lies in none, and is counted in each.
    """
    readable = [fact for fact in facts if type(fact.says) is not Skipped]
    skipped: Counter[str] = Counter()
    if len(readable) < len(facts):
        skipped.update(
            fact.says.reason
            for fact in facts
            if type(fact.says) is Skipped and (fact.says.reason == "ts" or span.holds(fact.ts))
        )
    summary = None if projection.summarize is None else projection.summarize(readable, span)
    return Joined(span, projection.join(readable, span), summary, tuple(sorted(skipped.items())))
