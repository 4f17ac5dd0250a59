"""The core of a live thread: a frozen state and one function, no I/O and no clock.

``step`` takes the state and what happened, and gives the next state and the effects. Effects that
name a ticket are for the caller of that ticket to execute; all others are the store's. Who executes
them, and how, is not decided here: see :mod:`strandline.impl.threads.host`.

One append section: the lines of one ticket at a time are written and observed, in one order. A patch
that is projected is moved into flight, so that nothing keeps a copy that could be applied again
over later facts; when it fails it is merged back under what came since. A barrier waits for the
generation that it captured, and for none after it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from strandline.impl.threads.attempts import capture, close, died, landed, settle, start
from strandline.impl.threads.effects import (
    Answer,
    Applied,
    Cancel,
    Delete,
    Died,
    Due,
    Effect,
    Expire,
    Failed,
    Folded,
    Input,
    Interrupt,
    Kind,
    Lost,
    Mismatch,
    NotWritten,
    Outcome,
    Removed,
    Request,
    Status,
    Wait,
    Write,
    Wrote,
)
from strandline.impl.threads.patch import EMPTY, is_touch, merge
from strandline.impl.threads.state import Flight, Next, State, created, evolve, is_behind, linked, may_start, resumed

__all__ = ["Next", "State", "created", "resumed", "step"]

_QUEUED: Final[frozenset[Kind]] = frozenset({"append", "append and flush", "change", "shutdown"})


def step(state: State, given: Input) -> Next:  # noqa: C901 - one case for each input
    """Go on from what happened.

    Returns:
        The next state, and what is to be done, first to last.

    Raises:
        TypeError: the input is none that can come in this state.
    """
    out: list[Effect] = []
    urge: Wait | None = None
    match given:
        case Request():
            state = _begin(state, given, out)
        case Wrote():
            state, urge = _wrote(state, given, out)
        case NotWritten(ticket, error):
            _written_by(state, ticket)
            out.append(Answer(ticket, Outcome("unwritten", error=error)))
            state = evolve(state, writing=None)
        case Removed(ticket, error):
            state = _removed(state, ticket, error, out)
        case Expire(ticket):
            state = _give_up(state, ticket, "expired", out)
        case Cancel(ticket):
            state = _give_up(state, ticket, "cancelled", out)
        case Applied() | Mismatch() | Folded() | Failed():
            state = landed(state, given, out)
        case Due():
            state = evolve(state, armed=None)
            if may_start(state) and is_behind(state):
                state = start(state, out)
        case Lost():
            # What is in flight finds out by itself: the guard refuses it.
            if state.flight is None and state.tail.ordinal:
                state = evolve(state, applied=None)
        case Died(failure):
            state = died(state, failure, out)
    return settle(state, out, urge), tuple(out)


def _written_by(state: State, ticket: int) -> Request:
    if state.writing is None or state.writing.ticket != ticket:
        message = f"ticket {ticket} is not in the append section"
        raise TypeError(message)
    return state.writing


# Calls.


def _begin(state: State, request: Request, out: list[Effect]) -> State:
    """Take up a call: to wait for the section if it writes or closes, else for its generation."""
    if state.gate != "open":
        status: Status = "closed" if state.gate in {"shut", "closed"} else "discarded"
        out.append(Answer(request.ticket, Outcome(status)))
        return state
    if request.kind == "discard":
        return _discard(state, request, out)
    if request.kind == "append" and state.writing is None and not state.queue:
        out.append(Write(request.ticket, request.items))
        return evolve(state, writing=request)
    if request.kind in _QUEUED or (request.kind == "persist" and state.tail.ordinal == 0):
        return evolve(state, queue=(*state.queue, request))
    return capture(state, request)


def _wrote(state: State, given: Wrote, out: list[Effect]) -> tuple[State, Wait | None]:
    """Observe lines in the order in which they became durable, and lift what was deferred."""
    request = _written_by(state, given.ticket)
    done = Outcome("done", given.generation, durable=True)
    if state.gate == "discarding":
        out.append(Answer(given.ticket, done if request.kind == "append" else replace(done, status="discarded")))
        return evolve(state, writing=None, tail=given.generation), None
    state = evolve(
        state,
        writing=None,
        tail=given.generation,
        pending=merge(state.pending, merge(state.deferred, given.patch)),
        deferred=EMPTY,
        traces=linked(state.traces, () if request.trace is None else (request.trace,)),
    )
    if request.kind == "append":
        out.append(Answer(given.ticket, done))
    else:
        state = capture(state, request, wrote=True)
    # A new fact does not wait for the backoff of an attempt that failed without it.
    return state, None if is_touch(given.patch) else "pace"


def _give_up(state: State, ticket: int, status: Status, out: list[Effect]) -> State:
    """End a call that no longer waits; one that was answered before, or that writes, is left alone."""
    if ticket == state.closing:
        return _stop_closing(state, status, out)
    if any(request.ticket == ticket for request in state.queue):
        out.append(Answer(ticket, Outcome(status)))
        return evolve(state, queue=tuple(request for request in state.queue if request.ticket != ticket))
    for waiter in state.waiters:
        if waiter.ticket == ticket:
            out.append(Answer(ticket, Outcome(status, waiter.target, waiter.wrote)))
            return evolve(state, waiters=tuple(other for other in state.waiters if other is not waiter))
    return state


def _stop_closing(state: State, status: Status, out: list[Effect]) -> State:
    """Make a shutdown or a discard end as soon as nothing is in flight; a discard goes to its end."""
    if state.flight is not None and state.ending is None:
        out.append(Interrupt())
    if state.gate != "shut":
        return state
    others = tuple(waiter for waiter in state.waiters if waiter.ticket != state.closing)
    return evolve(state, waiters=others, ending=state.ending or Outcome(status, state.tail))


# Discard.


def _discard(state: State, request: Request, out: list[Effect]) -> State:
    """Drop all that waits; what is in flight, or in the section, is waited for."""
    out.extend(Answer(other.ticket, Outcome("discarded")) for other in state.queue)
    out.extend(Answer(w.ticket, Outcome("discarded", w.target, w.wrote)) for w in state.waiters)
    if state.flight is not None:
        out.append(Interrupt())
    return evolve(
        state,
        gate="discarding",
        closing=request.ticket,
        queue=(),
        waiters=(),
        pending=EMPTY,
        deferred=EMPTY,
        traces=(),
        armed=None,
    )


def _removed(state: State, ticket: int, error: object, out: list[Effect]) -> State:
    """Delete the row after the rollout, or give up with the rollout as it was."""
    if state.gate != "removing" or ticket != state.closing:
        message = f"ticket {ticket} removes nothing"
        raise TypeError(message)
    if error is not None:
        return close(state, Outcome("unwritten", error=error), "closed", out)
    if state.dead is not None:
        return close(state, Outcome("dead", state.tail, durable=True, error=state.dead), "discarded", out)
    delete = Delete(state.tail.rollout)
    out.append(delete)
    return evolve(state, flight=Flight(delete, state.tail))
