"""The state of a live thread between two inputs, and how it begins."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

from strandline.impl.threads.patch import EMPTY, Patch, at_rest, split_recency

if TYPE_CHECKING:
    from strandline.impl.threads.effects import Effect, Outcome, Request, Wait, Work
    from strandline.impl.threads.failures import Failure
    from strandline.impl.threads.generation import Generation

Gate: TypeAlias = Literal["open", "shut", "closed", "discarding", "removing", "discarded"]

LINKS_MAX: Final = 16
"""How many trace contexts one projection links; the first ones are kept."""
FAILURES_MAX: Final = 12
"""How far failures in a row are counted; the backoff no longer grows by then."""


@dataclass(frozen=True, slots=True)
class Waiter:
    """A barrier, and the ordinal that it captured."""

    ticket: int
    target: Generation
    wrote: bool = False
    """Whether lines of this call are in the rollout."""
    fresh: bool = False
    """Whether the row lacks what it lifted from a deferral: no attempt that began since was applied."""
    young: bool = False
    """Whether no attempt has begun since: one that began before, and fails, says nothing of what can be done now."""
    trace: str | None = None


@dataclass(frozen=True, slots=True)
class Flight:
    """The attempt in flight, and the patch that was moved into it."""

    work: Work
    target: Generation
    patch: Patch = EMPTY
    parent: str | None = None
    traces: tuple[str, ...] = ()


@dataclass(frozen=True)
class State:
    """A live thread between two inputs; without slots, so that ``evolve`` can copy all fields at once."""

    tail: Generation
    """Through this line, everything is durable and observed."""
    applied: Generation | None
    """The row is the fold through this line, less what is deferred; None if the row is not known."""
    pending: Patch = EMPTY
    """What is to be projected next."""
    deferred: Patch = EMPTY
    """What waits until there is more history, or somebody asks for all."""
    flight: Flight | None = None
    writing: Request | None = None
    """Who is in the append section."""
    queue: tuple[Request, ...] = ()
    """Who waits for it, first to last."""
    waiters: tuple[Waiter, ...] = ()
    gate: Gate = "open"
    closing: int | None = None
    """The ticket that closes the thread."""
    ending: Outcome | None = None
    """How it will be answered, once nothing is in flight."""
    armed: Wait | None = None
    failures: int = 0
    """Attempts that failed in a row, counted to ``FAILURES_MAX``."""
    dead: Failure | None = None
    """Why the worker is dead, if it is."""
    traces: tuple[str, ...] = ()
    """The contexts of the appends whose facts are pending."""


Next: TypeAlias = "tuple[State, tuple[Effect, ...]]"


def evolve(state: State, **changes: Any) -> State:  # noqa: ANN401 - as dataclasses.replace
    """Do what ``dataclasses.replace`` does, in a tenth of the time: every append does it twice."""
    evolved = object.__new__(State)
    evolved.__dict__.update(state.__dict__, **changes)
    return evolved


def created(empty: Generation) -> State:
    """Begin a thread that has no line yet: its row is deferred until it has."""
    return State(empty, empty)


def resumed(tail: Generation, whole: Patch, row: tuple[Generation, Patch] | None, *, other: bool = False) -> State:
    """Begin with a rollout that was read, and the row beside it.

    Args:
        tail: the last line of the rollout.
        whole: what all its lines set.
        row: the generation and the cells of its row, if it has one, the rollout begins with the
            history that the row names, and the database could be read.
        other: whether it has a row of another history, of lines that the rollout lost.

    Only recency is deferred, and only for a row that exists: that a thread was opened again does
    not move it in a list. A row that is no such prefix is made anew.
    """
    if tail.ordinal == 0 and not other:
        return State(tail, tail)
    if row is None:
        return State(tail, None)
    whole = at_rest(whole)
    rest, recency = split_recency(whole)
    if recency.value("recency_at") == row[1].value("recency_at"):
        recency = EMPTY
    if row[0] != tail:
        return State(tail, row[0], rest, recency)
    return State(tail, tail if split_recency(row[1])[0] == rest else None, EMPTY, recency)


def is_behind(state: State) -> bool:
    """Tell whether the row is not the fold of the rollout, less what is deferred."""
    return bool(state.pending) or state.applied != state.tail


def may_start(state: State) -> bool:
    """Tell whether an attempt may begin: none is in flight, and nobody ends the thread."""
    ending = state.gate not in {"open", "shut"} or state.ending is not None
    return state.flight is None and state.dead is None and not ending


def linked(former: tuple[str, ...], latter: tuple[str, ...]) -> tuple[str, ...]:
    """Join trace contexts, each once, the first ones if there are too many."""
    if not latter:
        return former
    return tuple(dict.fromkeys((*former, *latter)))[:LINKS_MAX]
