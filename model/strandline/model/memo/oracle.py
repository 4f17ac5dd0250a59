"""The oracle: what the answer of one snapshot and one span is, said as plainly as possible.

It reads every row, keeps nothing of an earlier answer and has its own parser on purpose. The
scanner has another one, built for speed; were any line shared, a mistake in that line would
be judged by itself and pass.

A row goes through three questions. May it be read at all (:func:`skip`)? What does it state
(:func:`strandline.model.memo.facts.fact`)? And of all that was stated about a turn, what holds
(:func:`turns`), and what does the log not say (:func:`counts`)?
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final, Literal, NamedTuple, TypeAlias

from strandline.model.memo.days import Span
from strandline.model.memo.facts import MARKERS, Fact, fact
from strandline.model.memo.truth import Truth, counted, skip

if TYPE_CHECKING:
    from collections.abc import Iterable

    from strandline.model.memo.log import Row

__all__ = ["MARKERS", "Counts", "Fact", "Span", "TierRows", "Truth", "Turn", "counts", "fact", "oracle", "turns"]

How: TypeAlias = Literal["in force", "requested", "asked for"]

KNOWN: Final[dict[str, How]] = {"tags": "in force", "request": "requested", "submission": "asked for"}
"""The kinds that tell a tier, the best first, and how a tier that each of them tells is known."""

PRIORITY: Final = {"tags": {"priority"}, "request": {"priority"}, "submission": {"priority", "fast"}}
"""What each of these kinds says of a turn on the priority tier."""

SEEN: Final = {*KNOWN, "started"}
"""The kinds whose rows show that there is a turn."""


class Turn(NamedTuple):
    """One turn of an answer: its id, how its tier is known, its thread, the second of the row that tells it, its model.

    ``ts`` is in unix seconds.
    """

    turn: str
    how: How
    thread: str | None
    ts: int
    model: str | None


class TierRows(NamedTuple):
    """How many rows of turns say a tier, any tier, by kind."""

    tags: int = 0
    request: int = 0
    submission: int = 0


class Counts(NamedTuple):
    """What the rows of a span do not say, beside what they say.

    ``turns_untold`` of the ``turns_seen`` have no row that tells their tier. ``of_no_turn`` counts rows of a known kind
    that name no turn, ``unreadable`` those that begin like a known kind and cannot be read.
    """

    tier_rows: TierRows = TierRows()
    turns_seen: int = 0
    turns_untold: int = 0
    of_no_turn: int = 0
    unreadable: int = 0


class _Stated(NamedTuple):
    """What a row states, and what else of the row can come into an answer."""

    id: int
    ts: int
    thread: str | None
    fact: Fact


def oracle(rows: Iterable[Row], span: Span) -> Truth:
    """Answer for a span from the rows of one snapshot, in one pass and in any order."""
    stated: list[_Stated] = []
    skipped: Counter[str] = Counter()
    for row in rows:
        if isinstance(row.ts, int) and not span.holds(row.ts):
            continue
        reason = skip(row, MARKERS)
        found = fact(row.body) if reason is None else None
        if reason is not None:
            skipped[reason] += 1
        elif found is not None and isinstance(row.ts, int):
            stated.append(_Stated(row.id, row.ts, row.thread, found))
    by_turn = _by_turn(stated)
    joined = (_turn(turn, of_turn) for turn, of_turn in by_turn)
    return Truth(tuple(turn for turn in joined if turn is not None), _counts(stated, by_turn), counted(skipped))


def turns(rows: Iterable[Row], span: Span) -> tuple[object, ...]:
    """Give the turns on the priority tier, by turn id."""
    return oracle(rows, span).turns


def counts(rows: Iterable[Row], span: Span) -> object:
    """Count what the rows of a span say and what they do not."""
    return oracle(rows, span).counts


def _by_turn(stated: list[_Stated]) -> list[tuple[str, list[_Stated]]]:
    """Gather what is stated about each turn, by turn id, in the order of the rows' ids."""
    gathered: dict[str, list[_Stated]] = {}
    for one in sorted(stated, key=lambda one: one.id):
        if one.fact.turn is not None:
            gathered.setdefault(one.fact.turn, []).append(one)
    return sorted(gathered.items())


def _counts(stated: list[_Stated], by_turn: list[tuple[str, list[_Stated]]]) -> Counts:
    tiers = Counter(one.fact.kind for one in stated if one.fact.turn is not None and _tells(one.fact))
    seen = [of_turn for _, of_turn in by_turn if any(one.fact.kind in SEEN for one in of_turn)]
    strays = [one.fact.kind for one in stated if one.fact.turn is None]
    return Counts(
        TierRows(tiers["tags"], tiers["request"], tiers["submission"]),
        turns_seen=len(seen),
        turns_untold=sum(not any(_tells(one.fact) for one in of_turn) for of_turn in seen),
        of_no_turn=len(strays) - strays.count("unreadable"),
        unreadable=strays.count("unreadable"),
    )


def _tells(fact: Fact) -> bool:
    """Tell whether a fact is one that says a tier: a submission may ask for none, and tags and requests always say."""
    return fact.kind in KNOWN and (fact.kind != "submission" or fact.tier is not None)


def _turn(turn: str, stated: list[_Stated]) -> Turn | None:
    """Join what is stated about one turn; None if it is not on the priority tier, or if nothing tells its tier.

    The best kind that there is decides alone: a turn that was asked for on priority and ran on another tier did not run
    on priority.
    """
    best = next((kind for kind in KNOWN if any(one.fact.kind == kind and _tells(one.fact) for one in stated)), None)
    if best is None:
        return None
    priority = [one for one in stated if one.fact.kind == best and one.fact.tier in PRIORITY[best]]
    if not priority:
        return None
    said = priority[-1]
    reported = [one.fact.model for one in stated if one.fact.kind in {"completed", "rerouted"}]
    thread = said.thread if said.thread and said.thread.strip() else said.fact.thread
    return Turn(turn, KNOWN[best], thread, said.ts, reported[-1] if reported else said.fact.model)
