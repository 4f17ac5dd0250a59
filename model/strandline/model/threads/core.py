"""What a thread decides: one function for each thing that it is told.

The rules, each with what went wrong without it:

- One caller at a time is in the append section, from before its line is written until the line is observed. So lines
  are observed in the order in which they are durable.
- What is projected is moved out of ``pending``. If it fails it is merged back under what came since. A copy that was
  kept could be applied again over what is later.
- A barrier waits for the generation that it captured. It is told of an attempt's failure only if the attempt began
  after it came, and covered it.
- A shutdown captures inside the section, when nobody can write any more.
- A row that does not have the generation that the patch goes on from is made anew, of the whole rollout.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from strandline.model.threads.facts import EMPTY, Patch, is_touch, merge, without_recency
from strandline.model.threads.state import (
    APPENDS,
    NOBODY,
    UNKNOWN,
    Core,
    Flight,
    Row,
    Waiter,
    Work,
)

if TYPE_CHECKING:
    from strandline.model.threads.turn import Turn

FAILURES_MAX: Final = 12
"""How far failures in a row are counted."""

NO_FLIGHT: Final = Flight(UNKNOWN)
"""What lands where nothing is in flight: no rule leads there, but a core that is wrong may."""

SOONER: Final = {"pace": 0, "retry": 1, "touch": 2, "": 3}
"""Which wait is over sooner."""


def resumed(tail: int, whole: Patch, row: Row | None, *, other: bool = False) -> Core:
    """Begin with the lines that a rollout has, and the row beside it.

    Args:
        tail: the last line.
        whole: what all lines say together.
        row: the row, None if there is none or it is of another history.
        other: whether there is one of another history.
    """
    if tail == 0 and not other:
        return Core()
    if row is None:
        return Core(tail, UNKNOWN)
    rest, recency = without_recency(whole), Patch(recency=whole.recency)
    deferred = EMPTY if row.patch.recency == whole.recency else recency
    if row.generation == tail:
        return Core(tail, tail if without_recency(row.patch) == rest else UNKNOWN, deferred=deferred)
    return Core(tail, row.generation, _several(rest), deferred)


# What a thread is told.


def resume(turn: Turn, tail: int, whole: Patch, row: Row | None, *, other: bool) -> None:
    """Take up a thread; see :func:`resumed`."""
    turn.mind(core=resumed(tail, whole, row, other=other))


def called(turn: Turn, who: int, kind: str) -> None:
    """Take up a call: who writes or closes waits for the section, any other captures what there is."""
    core = turn.thread.core
    if core.gate != "open":
        turn.answer(who, "closed" if core.gate in ("shut", "closed") else "discarded")
    elif kind == "discard":
        _discard(turn, who)
    elif kind in ("persist", "flush") and (kind == "flush" or core.tail):
        _capture(turn, who, kind)
    else:
        turn.mind(queue=(*turn.thread.queue, who))
    _settle(turn)


def wrote(turn: Turn, who: int, kind: str, number: int, patch: Patch) -> None:
    """Take up that the line of a call is durable."""
    core = turn.thread.core
    turn.mind(writing=NOBODY)
    urge = ""
    if core.gate == "discarding":
        turn.core(tail=number)
        turn.answer(who, "done" if kind in APPENDS else "discarded", durable=True)
    else:
        pending = merge(_one(core.pending), merge(core.deferred, patch))
        turn.core(tail=number, pending=_several(pending), deferred=EMPTY)
        if kind in APPENDS:
            turn.answer(who, "done", durable=True)
        else:
            _capture(turn, who, kind, wrote=True)
        urge = "" if is_touch(patch) else "pace"
    _settle(turn, urge)


def not_written(turn: Turn, who: int) -> None:
    """Take up that the line of a call could not be written."""
    turn.mind(writing=NOBODY)
    turn.answer(who, "unwritten")
    _settle(turn)


def removed(turn: Turn, *, gone: bool) -> None:
    """Take up that the rollout is removed, or could not be: the row goes after it."""
    core = turn.thread.core
    if not gone:
        _close(turn, "unwritten", "closed")
    elif core.dead:
        _close(turn, "dead", "discarded", durable=True)
    else:
        turn.begin(Work("delete", UNKNOWN, core.tail))
        turn.core(flight=Flight(core.tail))
    _settle(turn)


def gave_up(turn: Turn, who: int, how: str) -> None:
    """Take up that a caller no longer waits: nobody else loses anything by it."""
    thread = turn.thread
    if who == thread.closing:
        if thread.core.gate == "shut":
            turn.wait(who, None)
            turn.core(ending=thread.core.ending or how)
    elif who in thread.queue:
        turn.mind(queue=tuple(other for other in thread.queue if other != who))
        turn.answer(who, how)
    elif (waiter := turn.now[who].waiter) is not None:
        turn.answer(who, how, durable=waiter.wrote)
    _settle(turn)


def applied(turn: Turn) -> None:
    """Take up that the row has the generation in flight, or is deleted."""
    core = turn.thread.core
    flight = core.flight or NO_FLIGHT
    turn.core(flight=None)
    if core.gate == "removing":
        _close(turn, "done", "discarded", durable=True)
    elif core.gate != "discarding":
        turn.core(applied=flight.target, failures=0, armed="" if core.armed == "retry" else core.armed)
        for who, waiter in turn.waiters().items():
            turn.wait(who, waiter._replace(fresh=waiter.fresh and waiter.young))
    _settle(turn)


def mismatched(turn: Turn) -> None:
    """Take up that the row was not the one that the patch goes on from."""
    if turn.thread.core.gate == "discarding":
        turn.core(flight=None)
    else:
        _land_back(turn)
        turn.core(applied=UNKNOWN)
    _settle(turn)


def folded(turn: Turn, whole: Patch) -> None:
    """Take up what the rollout says through the generation in flight: now the row can be made anew."""
    core = turn.thread.core
    flight = core.flight or NO_FLIGHT
    if core.gate == "discarding":
        turn.core(flight=None)
    elif core.ending:
        _land_back(turn)
    else:
        turn.core(flight=Flight(flight.target, whole))
        turn.change(work=None)
        turn.begin(Work("upsert", UNKNOWN, flight.target, whole))
    _settle(turn)


def failed(turn: Turn) -> None:
    """Take up that the attempt in flight failed."""
    core = turn.thread.core
    flight = core.flight or NO_FLIGHT
    if core.gate == "removing":
        turn.core(flight=None)
        _close(turn, "failed", "discarded", durable=True)
    elif core.gate == "discarding":
        turn.core(flight=None)
    else:
        _land_back(turn)
        turn.core(failures=min(core.failures + 1, FAILURES_MAX))
        for who, waiter in turn.waiters().items():
            if waiter.target <= flight.target and not waiter.young:
                _answer(turn, who, waiter, "failed")
    _settle(turn)


def due(turn: Turn) -> None:
    """Take up that the wait in the heap is over."""
    turn.core(armed="")
    if _may_start(turn) and _is_behind(turn):
        _start(turn)
    _settle(turn)


def lost(turn: Turn) -> None:
    """Take up that the database was replaced; what is in flight finds out by itself."""
    core = turn.thread.core
    if core.flight is None and core.tail:
        turn.core(applied=UNKNOWN)
    _settle(turn)


def died(turn: Turn) -> None:
    """Take up that the worker died: what it had is kept, and whoever waits is told."""
    core = turn.thread.core
    turn.core(dead=True, armed="")
    if core.flight is not None:
        if core.gate == "removing":
            _close(turn, "dead", "discarded", durable=True)
        elif core.gate == "discarding":
            turn.core(flight=None)
        else:
            _land_back(turn)
    _settle(turn)


# What follows.


def _several(patch: Patch) -> tuple[Patch, ...]:
    return (patch,) if patch != EMPTY else ()


def _one(patches: tuple[Patch, ...]) -> Patch:
    whole = EMPTY
    for patch in patches:
        whole = merge(whole, patch)
    return whole


def _is_behind(turn: Turn) -> bool:
    core = turn.thread.core
    return bool(core.pending) or core.applied != core.tail


def _may_start(turn: Turn) -> bool:
    core = turn.thread.core
    return core.flight is None and not core.dead and core.gate in ("open", "shut") and not core.ending


def _capture(turn: Turn, who: int, kind: str, *, wrote: bool = False) -> None:
    core = turn.thread.core
    lifts = False
    if kind == "persist":
        on_its_way = core.pending != () or (core.applied == core.tail and core.flight is not None)
        lifts = core.deferred != EMPTY or on_its_way
        turn.core(pending=_several(merge(_one(core.pending), core.deferred)), deferred=EMPTY)
    turn.wait(who, Waiter(core.tail, wrote, lifts, core.flight is not None))


def _start(turn: Turn) -> None:
    core = turn.thread.core
    if core.applied == UNKNOWN:
        turn.core(deferred=EMPTY)
        work = Work("refold", UNKNOWN, core.tail)
    else:
        work = Work("upsert", core.applied, core.tail, _one(core.pending))
    turn.core(flight=Flight(core.tail, _one(core.pending)), pending=())
    turn.begin(work)
    for who, waiter in turn.waiters().items():
        turn.wait(who, waiter._replace(young=False))


def _land_back(turn: Turn) -> None:
    core = turn.thread.core
    flight = core.flight or NO_FLIGHT
    turn.core(flight=None, pending=_several(merge(flight.patch, _one(core.pending))))


def _answer(turn: Turn, who: int, waiter: Waiter, status: str) -> None:
    """Answer a barrier; a shutdown is answered when the rollout is released."""
    if who == turn.thread.closing:
        turn.wait(who, None)
        turn.core(ending=status)
    else:
        turn.answer(who, status, durable=waiter.wrote)


def _discard(turn: Turn, who: int) -> None:
    for other in turn.thread.queue:
        turn.answer(other, "discarded")
    for other, waiter in turn.waiters().items():
        turn.answer(other, "discarded", durable=waiter.wrote)
    turn.mind(queue=(), closing=who)
    turn.core(gate="discarding", pending=(), deferred=EMPTY, armed="")


def _close(turn: Turn, status: str, gate: str, *, durable: bool = False) -> None:
    turn.release()
    who = turn.thread.closing
    turn.mind(closing=NOBODY)
    turn.core(gate=gate, ending="", armed="", flight=None)
    if who is not NOBODY:
        turn.answer(who, status, durable=durable)


def _settle(turn: Turn, urge: str = "") -> None:
    """Do all that can be done now."""
    thread = turn.thread
    idle = thread.writing is NOBODY and thread.core.flight is None
    if thread.core.gate == "discarding" and idle and thread.closing is not NOBODY:
        turn.core(gate="removing")
        turn.ask(thread.closing, "remove")
        return
    _admit(turn)
    _resolve(turn)
    _end_shutdown(turn)
    if _may_start(turn) and turn.waiters():
        _start(turn)
    elif _may_start(turn) and turn.thread.core.gate == "open" and _is_behind(turn):
        _wait(turn, urge)


def _wait(turn: Turn, urge: str) -> None:
    """Wait for more to come, unless something sooner is waited for already."""
    core = turn.thread.core
    only_touch = core.applied != UNKNOWN and is_touch(_one(core.pending))
    wait = urge or ("retry" if core.failures else "touch" if only_touch else "pace")
    if SOONER[wait] < SOONER[core.armed]:
        turn.core(armed=wait)
        turn.arm(wait)


def _admit(turn: Turn) -> None:
    """Let the next one into the section; it ends the queue if it is a shutdown."""
    while turn.thread.writing is NOBODY and turn.thread.queue and turn.thread.core.gate == "open":
        who, *others = turn.thread.queue
        kind = turn.kind(who)
        if kind == "shutdown":
            turn.mind(queue=(), closing=who)
            turn.core(gate="shut")
            for other in others:
                turn.answer(other, "closed")
            _capture(turn, who, kind)
        elif kind == "persist" and turn.thread.core.tail:
            turn.mind(queue=tuple(others))
            _capture(turn, who, kind)
        else:
            turn.mind(queue=tuple(others), writing=who)
            turn.ask(who, "write")


def _resolve(turn: Turn) -> None:
    """Answer each barrier whose generation is in the row, and all of them if the worker is dead."""
    for who, waiter in turn.waiters().items():
        core = turn.thread.core
        if UNKNOWN < core.applied >= waiter.target and not waiter.fresh:
            _answer(turn, who, waiter, "done")
        elif core.dead:
            _answer(turn, who, waiter, "dead")


def _end_shutdown(turn: Turn) -> None:
    """End a shutdown that has its outcome, once nothing is in flight."""
    core = turn.thread.core
    if core.gate != "shut" or not core.ending or core.flight is not None:
        return
    complete = core.applied == core.tail and not core.pending
    status = "done" if core.ending in ("expired", "cancelled") and complete else core.ending
    others = turn.waiters()
    for other, waiter in others.items():
        turn.answer(other, "closed", durable=waiter.wrote)
    _close(turn, status, "closed")


class Model:
    """These rules, as what decides for a thread; a real core has another class of the same shape."""

    resume = staticmethod(resume)
    called = staticmethod(called)
    wrote = staticmethod(wrote)
    not_written = staticmethod(not_written)
    removed = staticmethod(removed)
    gave_up = staticmethod(gave_up)
    applied = staticmethod(applied)
    mismatched = staticmethod(mismatched)
    folded = staticmethod(folded)
    failed = staticmethod(failed)
    due = staticmethod(due)
    lost = staticmethod(lost)
    died = staticmethod(died)
