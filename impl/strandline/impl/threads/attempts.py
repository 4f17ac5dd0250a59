"""The attempts of the core: how one begins and lands, and what follows from a state by itself."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from strandline.impl.threads.effects import (
    Answer,
    Applied,
    Arm,
    Delete,
    Failed,
    Folded,
    Mismatch,
    Outcome,
    Refold,
    Release,
    Remove,
    Upsert,
    Write,
)
from strandline.impl.threads.patch import EMPTY, is_touch, merge
from strandline.impl.threads.state import FAILURES_MAX, Flight, State, Waiter, evolve, is_behind, linked, may_start

if TYPE_CHECKING:
    from strandline.impl.threads.effects import Effect, Request, Wait, Work
    from strandline.impl.threads.failures import Failure
    from strandline.impl.threads.state import Gate

_SOONER: Final[dict[Wait | None, int]] = {"pace": 0, "retry": 1, "touch": 2, None: 3}


def capture(state: State, request: Request, *, wrote: bool = False) -> State:
    """Capture the generation of now for a barrier; persist asks for what is deferred too."""
    lifts = False
    if request.kind == "persist":
        # What an earlier one lifted is of no later generation, whether it is pending or in flight.
        again = state.flight is not None and state.applied == state.tail
        lifts = bool(state.deferred) or bool(state.pending) or again
        state = evolve(state, pending=merge(state.pending, state.deferred), deferred=EMPTY)
    waiter = Waiter(request.ticket, state.tail, wrote, lifts, state.flight is not None, request.trace)
    return evolve(state, waiters=(*state.waiters, waiter))


def start(state: State, out: list[Effect]) -> State:
    """Move what is pending into flight; a row that is not known is made anew from the rollout."""
    trace = next((waiter.trace for waiter in state.waiters if waiter.trace is not None), None)
    parent = trace if trace is not None else next(iter(state.traces), None)
    work: Work
    if state.applied is None:
        work = Refold(state.tail)
    else:
        links = tuple(other for other in state.traces if other != parent)
        work = Upsert(state.applied, state.tail, state.pending, parent, links)
    out.append(work)
    return evolve(
        state,
        flight=Flight(work, state.tail, state.pending, parent, state.traces),
        pending=EMPTY,
        deferred=EMPTY if state.applied is None else state.deferred,
        traces=(),
        waiters=tuple(replace(waiter, young=False) for waiter in state.waiters),
    )


def landed(state: State, given: Applied | Mismatch | Folded | Failed, out: list[Effect]) -> State:
    """Take up what came of the attempt."""
    flight = state.flight
    if flight is None:
        message = f"{type(given).__name__} came with nothing in flight"
        raise TypeError(message)
    if state.gate in {"discarding", "removing"}:
        return _landed_in_discard(state, flight, given, out)
    match given:
        case Folded(patch) if state.ending is None:
            links = tuple(other for other in flight.traces if other != flight.parent)
            upsert = Upsert(None, flight.target, patch, flight.parent, links)
            out.append(upsert)
            return evolve(state, flight=replace(flight, work=upsert, patch=patch))
        case Applied():
            armed = None if state.armed == "retry" else state.armed
            waiters = tuple(replace(one, fresh=one.fresh and one.young) for one in state.waiters)
            return evolve(state, flight=None, applied=flight.target, failures=0, armed=armed, waiters=waiters)
    # The patch goes under what came since: what is later stays later.
    state = evolve(
        state,
        flight=None,
        pending=merge(flight.patch, state.pending),
        traces=linked(flight.traces, state.traces),
        applied=None if isinstance(given, Mismatch) else state.applied,
    )
    if not isinstance(given, Failed):
        return state
    state = evolve(state, failures=min(state.failures + 1, FAILURES_MAX))
    covered = [w for w in state.waiters if w.target.ordinal <= flight.target.ordinal and not w.young]
    for waiter in covered:
        state = answer(state, waiter, Outcome("failed", waiter.target, waiter.wrote, given.failure), out)
    return state


def _landed_in_discard(
    state: State, flight: Flight, given: Applied | Mismatch | Folded | Failed, out: list[Effect]
) -> State:
    if not isinstance(flight.work, Delete):
        return evolve(state, flight=None)
    if isinstance(given, Failed):
        outcome = Outcome("failed", flight.target, durable=True, error=given.failure)
    else:
        outcome = Outcome("done", flight.target, durable=True)
    return close(state, outcome, "discarded", out)


def died(state: State, failure: Failure, out: list[Effect]) -> State:
    """Keep the patch of a worker that died; whoever waits is told when things settle."""
    flight = state.flight
    state = evolve(state, dead=failure, armed=None, flight=None)
    if flight is not None and state.gate == "removing":
        return close(state, Outcome("dead", state.tail, durable=True, error=failure), "discarded", out)
    if flight is None or state.gate == "discarding":
        return state
    traces = linked(flight.traces, state.traces)
    return evolve(state, pending=merge(flight.patch, state.pending), traces=traces)


def answer(state: State, waiter: Waiter, outcome: Outcome, out: list[Effect]) -> State:
    """Tell a barrier how it ended; a shutdown is told when the rollout is released."""
    others = tuple(other for other in state.waiters if other is not waiter)
    if waiter.ticket == state.closing:
        return evolve(state, waiters=others, ending=outcome)
    out.append(Answer(waiter.ticket, outcome))
    return evolve(state, waiters=others)


def close(state: State, outcome: Outcome, gate: Gate, out: list[Effect]) -> State:
    """Release the rollout, and only then tell the caller."""
    out.append(Release())
    if state.closing is not None:
        out.append(Answer(state.closing, outcome))
    return evolve(state, gate=gate, closing=None, ending=None, armed=None, flight=None)


def settle(state: State, out: list[Effect], urge: Wait | None) -> State:
    """Do what can be done now: admit, answer, close, begin an attempt, or wait for the time of one."""
    if state.gate == "discarding" and state.writing is None and state.flight is None and state.closing is not None:
        out.append(Remove(state.closing))
        return evolve(state, gate="removing")
    state = _admit(state, out)
    state = _resolve(state, out)
    if state.gate == "shut":
        state = _end_shutdown(state, out)
    if may_start(state) and state.waiters:
        state = start(state, out)
    elif state.armed != "pace" and may_start(state) and state.gate == "open" and is_behind(state):
        touch = state.applied is not None and is_touch(state.pending)
        usual: Wait = "retry" if state.failures else "touch" if touch else "pace"
        wait = usual if urge is None else urge
        if _SOONER[wait] < _SOONER[state.armed]:
            out.append(Arm(wait, state.failures))
            state = evolve(state, armed=wait)
    return state


def _admit(state: State, out: list[Effect]) -> State:
    """Let the next one into the append section."""
    if state.writing is not None or not state.queue or state.gate != "open":
        return state
    request, *others = state.queue
    if request.kind == "shutdown":
        # Shut inside the section: what is durable is observed by now, and nothing more becomes durable.
        out.extend(Answer(other.ticket, Outcome("closed")) for other in others)
        return capture(evolve(state, queue=(), gate="shut", closing=request.ticket), request)
    if request.kind == "persist" and state.tail.ordinal:
        return _admit(capture(evolve(state, queue=tuple(others)), request), out)
    out.append(Write(request.ticket, request.items))
    return evolve(state, queue=tuple(others), writing=request)


def _resolve(state: State, out: list[Effect]) -> State:
    """Answer each barrier whose generation is in the row, and every one if the worker is dead."""
    for waiter in state.waiters:
        if state.applied is not None and state.applied.ordinal >= waiter.target.ordinal and not waiter.fresh:
            state = answer(state, waiter, Outcome("done", waiter.target, waiter.wrote), out)
        elif state.dead is not None:
            state = answer(state, waiter, Outcome("dead", waiter.target, waiter.wrote, state.dead), out)
    return state


def _end_shutdown(state: State, out: list[Effect]) -> State:
    """Close once the shutdown has its outcome and nothing is in flight."""
    if state.ending is None or state.flight is not None:
        return state
    outcome = state.ending
    if outcome.status in {"expired", "cancelled"} and state.applied == state.tail and not state.pending:
        outcome = Outcome("done", state.tail)
    out.extend(Answer(w.ticket, Outcome("closed", w.target, w.wrote)) for w in state.waiters)
    return close(evolve(state, waiters=()), outcome, "closed", out)
