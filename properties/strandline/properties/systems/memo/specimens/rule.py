"""What a specimen has to say: what it makes of each thing that it finds at a gate.

A published rule is a procedure of statements. Each statement is a gate, since none of them
stands in a transaction with another: the shared machine makes the access, and the rule says
what it makes of what was found, and where it goes next.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Generic, NamedTuple, TypeAlias

from strandline.model.memo.oracle import Turn, fact
from strandline.properties.systems.memo.specimens.scene import M, Run

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from strandline.model.memo.days import Span
    from strandline.model.memo.log import Row

GATES: Final = {
    "exists": "is the file there?",
    "stat": "stat the path",
    "open": "open the file",
    "stat again": "stat the path again",
    "number": "take a number",
    "max": "select the highest id",
    "recall": "recall the memo",
    "anchor": "select the anchor",
    "sources": "select the sources",
    "tail": "select the tail",
    "mark": "select the anchor to be",
    "look": "select the past window",
    "put": "put the memo",
    "save": "save the memo to disk",
}
"""Every gate that a rule may have, in words."""

STATEMENTS: Final = frozenset({"max", "anchor", "sources", "tail", "mark", "look"})
"""The gates that read the log, each in a snapshot of its own."""

FALLIBLE: Final = STATEMENTS | {"open"}
"""The gates at which a fault can strike."""


class Found(NamedTuple, Generic[M]):
    """What the access of one gate found; a rule looks at what its gate asked for, and at nothing else.

    ``rows`` are those of the snapshot that the statement saw, and ``limit`` is how many turns may
    be pending.
    """

    inode: int = 0
    number: int = 0
    rows: tuple[Row, ...] = ()
    stored: M | None = None
    limit: int = 0


class Next(NamedTuple, Generic[M]):
    """Where a refresh goes next: a gate, or to its answer from the memo it has; without one, no turns.

    ``replaced`` tells that it ends because the path leads elsewhere.
    """

    run: Run[M]
    gate: str | None = None
    replaced: bool = False


Step: TypeAlias = "Callable[[Run[M], Found[M]], Next[M]]"


@dataclass(frozen=True, slots=True)
class Rule(Generic[M]):
    """A published rule.

    ``steps`` says for each of its gates what is made of what was found, in the order of the
    gates. ``puts`` decides a write-back beside what is stored, under the lock that it is done
    under. ``fails`` says how a refresh goes on whose statement failed.
    """

    steps: Mapping[str, Step[M]]
    puts: Callable[[M, M | None], bool]
    fails: Callable[[Run[M], str], Next[M]]
    saves: bool = False


def goes(gate: str) -> Step[M]:
    """Make a step that makes nothing of what was found."""
    return lambda run, _found: Next(run, gate)


def top(rows: tuple[Row, ...]) -> int:
    """Give the highest id, 0 in an empty table."""
    return rows[-1].id if rows else 0


def above(rows: tuple[Row, ...], memo: M) -> tuple[Row, ...]:
    """Give the rows above the cursor that the coverage takes in."""
    return tuple(row for row in rows if row.id > memo.cursor and isinstance(row.ts, int) and row.ts >= memo.coverage)


class Said(NamedTuple):
    """What a row says to a published rule: a turn is requested on the priority tier, or completed."""

    completed: bool
    turn: str
    thread: str | None
    model: str | None


def said(rows: Iterable[Row]) -> Iterable[tuple[int, int, Said]]:
    """Give id, ts and what is said of the rows that say something to a rule of that time, which knew two kinds of rows.

    They are read by the model's parser: the rule is on trial, not the parser.
    """
    for row in rows:
        found = fact(row.body)
        asks = found is not None and (found.kind, found.tier) == ("request", "priority")
        if found is None or found.turn is None or not isinstance(row.ts, int):
            continue
        if asks or found.kind == "completed":
            yield row.id, row.ts, Said(not asks, found.turn, row.thread or found.thread, found.model)


def one_shot(rows: tuple[Row, ...], span: Span) -> tuple[Turn, ...]:
    """Answer a past window by one bounded query, as all the published designs do."""
    turns: dict[str, Turn] = {}
    models: dict[str, str | None] = {}
    for _, ts, stated in said(rows):
        if span.holds(ts):
            learn(turns, models, ts, stated)
    return tuple(turns[turn] for turn in sorted(turns))


def learn(turns: dict[str, Turn], models: dict[str, str | None], ts: int, stated: Said) -> None:
    """Take a fact in: the last request of a turn counts, and the last completion overrides its model."""
    if stated.completed:
        models[stated.turn] = stated.model
        if stated.turn in turns:
            turns[stated.turn] = turns[stated.turn]._replace(model=stated.model)
    else:
        model = models.get(stated.turn, stated.model)
        turns[stated.turn] = Turn(stated.turn, "requested", stated.thread, ts, model)
