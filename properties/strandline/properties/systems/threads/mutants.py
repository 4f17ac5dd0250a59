"""Known-bad designs of a live thread, each one change of the real core, or of what is around it.

A core that is wrong is a step of the implementation with something changed before it or after it: see
:func:`~strandline.impl.threads.projector.step`.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from strandline.impl.threads import projector
from strandline.impl.threads.attempts import capture, settle
from strandline.impl.threads.effects import (
    Answer,
    Applied,
    Arm,
    Cancel,
    Died,
    Failed,
    Folded,
    Interrupt,
    Mismatch,
    Outcome,
    Release,
    Request,
    Upsert,
    Write,
    Wrote,
)
from strandline.impl.threads.patch import COLUMNS, EMPTY, Cell, Patch, is_touch, merge
from strandline.impl.threads.state import Flight, State, evolve
from strandline.properties.core.own import Variant
from strandline.properties.systems.threads import around
from strandline.properties.systems.threads.real import real

if TYPE_CHECKING:
    from collections.abc import Callable

    from strandline.impl.threads.effects import Effect, Input
    from strandline.impl.threads.state import Waiter
    from strandline.properties.systems.threads.real import Step

    Next = tuple[State, tuple[Effect, ...]]

MUTANTS: Final[list[Variant]] = []
"""Every mutant, in the order in which they are written."""

LANDED: Final = (Applied, Mismatch, Folded, Failed)


def mutant(name: str, hazard: str, law: str, where: str) -> Callable[[Step], Step]:
    """Add a step that is wrong; its docstring says what it does."""

    def add(step: Step) -> Step:
        says = (step.__doc__ or "").partition("\n")[0].rstrip(".")
        MUTANTS.append(Variant(name, says[:1].lower() + says[1:], law, real(step), hazard=hazard, where=where))
        return step

    return add


# What is projected, and what becomes of it.


@mutant("kept", "U1", "P10", "rename")
def kept(state: State, given: Input) -> Next:
    """Keeps a copy of the patch in flight, and when that lands puts it over what came since."""
    flight = state.flight
    if isinstance(given, Applied) and flight is not None and state.pending:
        state = evolve(state, pending=merge(state.pending, flight.patch))
    return projector.step(state, given)


@mutant("crossed", "merge-back in the wrong order", "P10", "rename")
def crossed(state: State, given: Input) -> Next:
    """Merges what failed over what came since."""
    flight = state.flight
    if isinstance(given, Failed) and flight is not None:
        state = evolve(state, pending=flight.patch, flight=replace(flight, patch=state.pending))
    return projector.step(state, given)


@mutant("dropped", "a patch that failed is forgotten", "P4", "rename")
def dropped(state: State, given: Input) -> Next:
    """Forgets what failed."""
    if isinstance(given, Failed) and state.flight is not None:
        state = evolve(state, flight=replace(state.flight, patch=EMPTY))
    return projector.step(state, given)


@mutant("crowded", "two attempts at once", "P4", "overtaken")
def crowded(state: State, given: Input) -> Next:
    """Begins an attempt for each barrier, whatever is in flight."""
    after, effects = projector.step(state, given)
    if isinstance(given, Request) and given.kind == "flush" and state.flight is not None:
        work = Upsert(after.applied, after.tail, after.pending)
        return evolve(after, flight=Flight(work, after.tail, after.pending), pending=EMPTY), (*effects, work)
    return after, effects


@mutant("hasty", "projected before it is durable", "P5", "persist")
def hasty(state: State, given: Input) -> Next:
    """Writes the row of a new thread before its first line."""
    after, effects = projector.step(state, given)
    if isinstance(given, Request) and given.kind == "persist" and state.tail.ordinal == 0 and state.flight is None:
        told = Patch(tuple(Cell("1") if column.name == "model" else None for column in COLUMNS))
        work = Upsert(after.applied, after.tail, told)
        return evolve(after, flight=Flight(work, after.tail, told)), (*effects, work)
    return after, effects


@mutant("unwritten", "a rename that is no line", "P5", "rename")
def unwritten(state: State, given: Input) -> Next:
    """Projects a rename that it has written to no rollout."""
    if not isinstance(given, Request) or given.kind != "change" or state.gate != "open":
        return projector.step(state, given)
    asked = Patch(tuple(Cell("99", explicit=True) if column.name == "title" else None for column in COLUMNS))
    state = capture(evolve(state, pending=merge(state.pending, asked)), given)
    waiters = tuple(replace(one, fresh=True) if one.ticket == given.ticket else one for one in state.waiters)
    out: list[Effect] = []
    return settle(evolve(state, waiters=waiters), out, None), tuple(out)


@mutant("unsectioned", "U2", "P10", "rename")
def unsectioned(state: State, given: Input) -> Next:
    """Lets several write at once, and takes their lines up in whatever order it hears of them."""
    if isinstance(given, Request) and given.kind == "append" and state.gate == "open":
        return state, (Write(given.ticket, given.items),)
    if isinstance(given, Wrote) and state.writing is None:
        state = evolve(state, writing=Request(given.ticket, "append"))
    return projector.step(state, given)


@mutant("derived", "U8", "P7", "rename")
def derived(state: State, given: Input) -> Next:
    """Lets a derived title replace one that somebody gave, where they are coalesced."""
    title = given.patch.cells[0] if isinstance(given, Wrote) else None
    former = state.pending.cells[0]
    if title is not None and former is not None and former.explicit and not title.explicit:
        state = evolve(state, pending=Patch((None, *state.pending.cells[1:])))
    return projector.step(state, given)


# Barriers.


@mutant("latest", "a barrier that looks at what is last", "P3", "overtaken")
def latest(state: State, given: Input) -> Next:
    """Lets a barrier wait for the latest generation, and not for the one that it captured."""
    return projector.step(_waiting(state, lambda one: replace(one, target=state.tail)), given)


@mutant("early", "a barrier that returns early", "P2", "failing")
def early(state: State, given: Input) -> Next:
    """Answers a barrier as soon as an attempt for it is in flight."""
    after, effects = projector.step(state, given)
    for one in after.waiters:
        if (
            after.flight is not None
            and one.target.ordinal <= after.flight.target.ordinal
            and one.ticket != after.closing
        ):
            effects = (*effects, Answer(one.ticket, Outcome("done", one.target, one.wrote)))
            after = evolve(after, waiters=tuple(other for other in after.waiters if other is not one))
    return after, effects


@mutant("superseded", "an older attempt's failure is told", "P2", "failing")
def superseded(state: State, given: Input) -> Next:
    """Tells a barrier of the failure of an attempt that did not cover it."""
    flight = state.flight
    if isinstance(given, Failed) and flight is not None:
        state = _waiting(
            state,
            lambda one: (
                one if one.target.ordinal <= flight.target.ordinal else replace(one, target=flight.target, young=False)
            ),
        )
    return projector.step(state, given)


@mutant("stale", "a failure from before the call is told", "P2", "failing")
def stale(state: State, given: Input) -> Next:
    """Tells a barrier of the failure of an attempt that began before it came."""
    if isinstance(given, Failed):
        state = _waiting(state, lambda one: replace(one, young=False))
    return projector.step(state, given)


@mutant("unlifted", "persist leaves out what is deferred", "P2", "persist")
def unlifted(state: State, given: Input) -> Next:
    """Takes persist for a flush."""
    if isinstance(given, Request) and given.kind == "persist" and state.tail.ordinal:
        given = replace(given, kind="flush")
    return projector.step(state, given)


@mutant("content", "done beside what was asked for", "P2", "persist")
def content(state: State, given: Input) -> Next:
    """Answers persist when the row has its generation, by an attempt that began before what was deferred was lifted."""
    return projector.step(_waiting(state, lambda one: replace(one, fresh=False)), given)


@mutant("begun", "done while what was asked for is in flight", "P2", "persist")
def begun(state: State, given: Input) -> Next:
    """Takes what persist lifted for written when an attempt with it begins."""
    after, effects = projector.step(state, given)
    if after.flight is not None and after.flight != state.flight:
        after = _waiting(after, lambda one: replace(one, fresh=False))
    return after, effects


@mutant("silent", "U7", "P2", "goal")
def silent(state: State, given: Input) -> Next:
    """Does not say of a failed append-and-flush that its line is durable."""
    after, effects = projector.step(state, given)
    return after, tuple(
        Answer(one.ticket, replace(one.outcome, durable=False))
        if isinstance(one, Answer) and one.outcome.status != "done"
        else one
        for one in effects
    )


# Appends.


@mutant("waiting", "an append waits for its projection", "P6", "rename")
def waiting(state: State, given: Input) -> Next:
    """Answers an append when its line is in the row."""
    if isinstance(given, Wrote) and state.writing is not None and state.writing.kind == "append":
        state = evolve(state, writing=replace(state.writing, kind="append and flush"))
    return projector.step(state, given)


@mutant("blaming", "an append fails because of a projection", "P6", "rename")
def blaming(state: State, given: Input) -> Next:
    """Tells an append of the failures of attempts before it."""
    after, effects = projector.step(state, given)
    if isinstance(given, Wrote) and state.failures:
        effects = tuple(
            Answer(one.ticket, replace(one.outcome, status="failed")) if isinstance(one, Answer) else one
            for one in effects
        )
    return after, effects


# Going on.


@mutant("asleep", "a lost wake-up", "P1", "crash")
def asleep(state: State, given: Input) -> Next:
    """Goes idle although a line has just come."""
    after, effects = projector.step(state, given)
    if isinstance(given, Wrote) and any(isinstance(one, Arm) for one in effects):
        return evolve(after, armed=None), tuple(one for one in effects if not isinstance(one, Arm))
    return after, effects


@mutant("deserted", "U12", "P11", "dead")
def deserted(state: State, given: Input) -> Next:
    """Tells nobody that the worker died."""
    if isinstance(given, Died):
        return evolve(state, dead=given.failure, armed=None, flight=None), ()
    return projector.step(state, given)


@mutant("abandoned", "cancelling one waiter stops the others", "P11", "overtaken")
def abandoned(state: State, given: Input) -> Next:
    """Gives up the attempt in flight with the barrier that is cancelled."""
    if isinstance(given, LANDED) and state.flight is None:
        return state, ()
    waits = any(isinstance(given, Cancel) and one.ticket == given.ticket for one in state.waiters)
    if waits and isinstance(given, Cancel) and state.flight is not None:
        others = tuple(one for one in state.waiters if one.ticket != given.ticket)
        pending = merge(state.flight.patch, state.pending)
        after = evolve(state, waiters=others, flight=None, pending=pending)
        return after, (Interrupt(), Answer(given.ticket, Outcome("cancelled")))
    return projector.step(state, given)


# Ends.


@mutant("unshut", "U13", "P8", "shutdown")
def unshut(state: State, given: Input) -> Next:
    """Lets shutdown capture before it shuts the gate."""
    out: list[Effect] = []
    if isinstance(given, Request) and given.kind == "shutdown" and state.gate == "open":
        after = settle(capture(evolve(state, closing=given.ticket), given), out, None)
    else:
        after, effects = projector.step(state, given)
        out += effects
    if after.ending is not None and after.gate == "open":
        after = settle(evolve(after, gate="shut"), out, None)
    return after, tuple(out)


@mutant("leaky", "U14", "P8", "shutdown")
def leaky(state: State, given: Input) -> Next:
    """Leaves the rollout open if the last projection failed."""
    after, effects = projector.step(state, given)
    failed = any(isinstance(one, Answer) and one.outcome.status == "failed" for one in effects)
    if failed and after.gate == "closed":
        return after, tuple(one for one in effects if not isinstance(one, Release))
    return after, effects


@mutant("untouched", "a touch that was held back is lost at shutdown", "P2", "touch")
def untouched(state: State, given: Input) -> Next:
    """Drops a touch that waits for its time when the thread is shut down."""
    ends = isinstance(given, Request) and given.kind == "shutdown" and state.writing is None
    if ends and state.applied is not None and state.pending and is_touch(state.pending):
        state = evolve(state, pending=EMPTY, applied=state.tail)
    return projector.step(state, given)


@mutant("haunted", "U11", "P8", "discard")
def haunted(state: State, given: Input) -> Next:
    """Discards without waiting for what is in flight."""
    if isinstance(given, LANDED) and state.flight is None:
        return state, ()
    if isinstance(given, Request) and given.kind == "discard" and state.gate == "open":
        state = evolve(state, flight=None)
    return projector.step(state, given)


def _waiting(state: State, change: Callable[[Waiter], Waiter]) -> State:
    """Change every barrier but the one that closes the thread."""
    return evolve(state, waiters=tuple(one if one.ticket == state.closing else change(one) for one in state.waiters))


# What is around the core.

MUTANTS.extend(around.MUTANTS)
