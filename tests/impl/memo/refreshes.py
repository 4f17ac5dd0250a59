"""What claims about the steps of a refresh begin from: states, what an effect can find, memos and answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from strandline.impl.memo.answer import Answer, Snapshot
from strandline.impl.memo.codex import Turn
from strandline.impl.memo.effects import Effect, Observed
from strandline.impl.memo.memo import Limits, Memo, Place
from strandline.impl.memo.parse import Parsed
from strandline.impl.memo.projection import Fact
from strandline.impl.memo.refresh import Ask, State
from strandline.impl.memo.scan import Reading as Read
from strandline.impl.memo.store import Slot
from strandline.impl.memo.window import Span

if TYPE_CHECKING:
    from strandline.impl.memo.refresh import Next


HERE = Place(1, 1)


SPAN = Span(10, 90)


LIMITS = Limits(sources=3, chunk=2, chunks=3, tries=3, swaps=3, waits=2, pause=0.5, idle=1)


ASK = Ask(SPAN, ended=False, limits=LIMITS)


def fact(row: int) -> Fact[Parsed]:
    says = Parsed("request", f"t{row}", "h", "priority", "m")
    return Fact(row, 10 * row, 0, says, partition=None, digest=b"")


def memo(observation: int = 1, coverage: int = 10, *, epoch: int = 0, place: Place = HERE, rows: int = 1) -> Memo:
    """A memo of the first so many rows."""
    facts = tuple(fact(row) for row in range(1, rows + 1))
    return Memo(epoch, place, observation, coverage, rows, facts, (), (), Snapshot(*place, 1, rows, rows, observation))


def turns(*rows: int) -> tuple[Turn, ...]:
    return tuple(Turn(f"t{row}", "requested", "h", 10 * row, "m") for row in rows)


def seen(found: Memo, slot: Slot = Slot(), *, complete: bool = True, **counts: int) -> Observed:  # noqa: B008 - a frozen value
    costs = {"rows": 0, "keys": 0, "anchors": 0} | counts
    return Observed(Read(found, complete, "no memo" if complete else None, **costs), slot)


def going(following: Next) -> tuple[State, Effect]:
    """What comes next, which must not be the end."""
    assert isinstance(following, tuple)
    return following


def answered(following: Next) -> Answer:
    """The answer that must come now."""
    assert isinstance(following, Answer)
    return following
