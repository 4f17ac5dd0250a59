"""The oracle: what the answer of one snapshot and one span is, said as plainly as possible.

It reads every row, keeps nothing of an earlier answer and has its own parser on purpose. The
scanner has another one, built for speed; were any line shared, a mistake in that line would
be judged by itself and pass.

A row goes through three questions. May it be read at all (:func:`skip`)? What does it state
(:func:`strandline.model.facts.fact`)? And of all that was stated about a turn, what holds
(:func:`turns`), and what does the log not say (:func:`counts`)?
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final, Literal, NamedTuple, TypeAlias

from strandline.model.days import Span
from strandline.model.facts import MARKERS, Fact, fact
from strandline.model.truth import Truth, skip, skipped

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from strandline.model.log import Row

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
    """A row and what it states."""

    row: Row
    fact: Fact


def oracle(rows: Iterable[Row], span: Span) -> Truth:
    """Answer for a span from the rows of one snapshot, in any order."""
    every = tuple(rows)
    return Truth(turns(every, span), counts(every, span), skipped(every, span, MARKERS))


def turns(rows: Iterable[Row], span: Span) -> tuple[Turn, ...]:
    """Give the turns on the priority tier, by turn id."""
    return tuple(turn for _, stated in _by_turn(rows, span) if (turn := _turn(stated)) is not None)


def counts(rows: Iterable[Row], span: Span) -> Counts:
    """Count what the rows of a span say and what they do not."""
    every = tuple(rows)
    known = [stated for _, of_turn in _by_turn(every, span) for stated in of_turn]
    untold = [not any(_tells(one.fact) for one in of_turn) for _, of_turn in _by_turn(every, span) if _is_seen(of_turn)]
    tiers = Counter(one.fact.kind for one in known if _tells(one.fact))
    stray = [one.fact.kind for one in _stated(every, span) if one.fact.turn is None]
    return Counts(
        TierRows(tiers["tags"], tiers["request"], tiers["submission"]),
        turns_seen=len(untold),
        turns_untold=sum(untold),
        of_no_turn=sum(kind != "unreadable" for kind in stray),
        unreadable=stray.count("unreadable"),
    )


def _stated(rows: Iterable[Row], span: Span) -> Iterator[_Stated]:
    """Give the rows of a span that state something."""
    for row in rows:
        if isinstance(row.ts, int) and span.holds(row.ts) and skip(row, MARKERS) is None:
            found = fact(row.body)
            if found is not None:
                yield _Stated(row, found)


def _by_turn(rows: Iterable[Row], span: Span) -> list[tuple[str, list[_Stated]]]:
    """Gather what is stated about each turn, by turn id, in the order of the rows' ids."""
    gathered: dict[str, list[_Stated]] = {}
    for stated in sorted(_stated(rows, span), key=lambda one: one.row.id):
        if stated.fact.turn is not None:
            gathered.setdefault(stated.fact.turn, []).append(stated)
    return sorted(gathered.items())


def _is_seen(stated: list[_Stated]) -> bool:
    return any(one.fact.kind in SEEN for one in stated)


def _tells(fact: Fact) -> bool:
    """Tell whether a fact is one that says a tier: a submission may ask for none, and tags and requests always say."""
    return fact.kind in KNOWN and (fact.kind != "submission" or fact.tier is not None)


def _turn(stated: list[_Stated]) -> Turn | None:
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
    row, said = priority[-1]
    reported = [one.fact.model for one in stated if one.fact.kind in {"completed", "rerouted"}]
    model = reported[-1] if reported else said.model
    return Turn(said.turn or "", KNOWN[best], _thread(row) or said.thread, int(str(row.ts)), model)


def _thread(row: Row) -> str | None:
    """Give the thread that the writer filed a row under, None if it did under none."""
    return row.thread if row.thread and row.thread.strip() else None
