"""The shipped projection: which turns ran on the priority tier, from the trace log of the codex CLI.

The oracle joins too, in code of its own: each judges the other.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from strandline.impl.parse import MARKERS, RULES, Parsed, parse
from strandline.impl.projection import Fact, Projection

if TYPE_CHECKING:
    from collections.abc import Iterable

    from strandline.impl.window import Span


class Turn(NamedTuple):
    """One turn that ran on the priority tier; ``ts`` is its request's time in unix seconds."""

    turn: str
    thread: str | None
    ts: int
    model: str | None


def join(facts: Iterable[Fact[Parsed]], span: Span) -> tuple[Turn, ...]:
    """Return the turns that the facts within ``span`` make, sorted by turn id.

    ``facts`` come by ascending id. The last request of a turn gives thread, time and model; the last completion of
    the turn, whether its id is lower or higher, overrides the model. Without a request there is no turn.
    """
    requests: dict[str, Fact[Parsed]] = {}
    completions: dict[str, Fact[Parsed]] = {}
    for fact in facts:
        if span.holds(fact.ts):
            (completions if fact.says.completed else requests)[fact.says.turn] = fact
    return tuple(
        Turn(turn, request.says.thread, request.ts, completions.get(turn, request).says.model)
        for turn, request in sorted(requests.items())
    )


CODEX: Final = Projection(
    table="logs",
    id="id",
    ts="ts",
    nanos="ts_nanos",
    body="feedback_log_body",
    owners=("thread_id", "process_uuid"),
    markers=MARKERS,
    rules=RULES,
    parse=parse,
    join=join,
)
"""The table ``logs`` of codex, read by the rules of :mod:`strandline.impl.parse`."""
