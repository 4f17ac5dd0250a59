"""Who may do what, when: callers, the file of the rollout, the store with its row, faults, a crash and a resume.

Each action is one access to something shared, or one thing that a caller or the system does. What a thread decides is
asked of a core, the model's or a real one, of the shape of :mod:`strandline.model.threads.core`.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Final

from strandline.model.terms import Action, replace
from strandline.model.threads.core import Model
from strandline.model.threads.events import Merged, Wrote
from strandline.model.threads.facts import LIFE, Line, fold, merge, of_line, through
from strandline.model.threads.state import (
    APPENDS,
    UNKNOWN,
    WRITES,
    Call,
    Left,
    Now,
    Row,
    State,
    Thread,
    Work,
)
from strandline.model.threads.turn import Turn, columns

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

CALLS: Final = ("say", "note", "goal", "rename", "persist", "flush", "shutdown", "discard")
"""The calls that can be made of a thread."""

HOW: Final = ("not in the row", "in the row")
"""What became of an upsert that was not seen to its end."""

IN_THE_ROW: Final = HOW[1]

NOTHING_OWED: Final = (0, frozenset[str]())

Step = tuple[State, tuple[Any, ...]] | None


def spend(left: Left, name: str) -> Left | None:
    """Give what may still happen after something did, None if it may not."""
    count = getattr(left, name)
    return replace(left, **{name: count - 1}) if count else None


def call(core: Any, kind: str, state: State, who: int) -> Step:  # noqa: ANN401 - a core
    """A caller makes a call."""
    left = spend(state.left, kind)
    if left is None or state.callers[who].now.call is not None or state.released:
        return None
    turn = Turn(replace(state, left=left))
    if kind not in (*APPENDS, "discard") and state.unseen:
        if turn.thread.core.tail and state.work is None:
            turn.change(reported=UNKNOWN)
        turn.change(unseen=False)
        core.lost(turn)
    turn.now[who] = Now(Call(kind))
    if kind == "flush" or (kind == "persist" and turn.thread.core.tail):
        whole = kind == "persist" or not state.resting
        turn.call(who, captured=turn.observed(), whole=whole)
    core.called(turn, who, kind)
    return turn.done()


def write(state: State, who: int) -> Step:
    """A caller's line becomes durable, or it removes the rollout."""
    made = state.callers[who].now.call
    if made is None or made.at not in ("write", "remove"):
        return None
    turn = Turn(state)
    if made.at == "remove":
        turn.change(gone=True)
        turn.call(who, at="removed")
        return turn.done()
    number = state.life * LIFE + len(state.lines) + 1
    calls = [call for call, _ in turn.now if call is not None]
    late = any(call.kind == "shutdown" and call.captured != UNKNOWN for call in calls)
    turn.change(lines=(*state.lines, Line(number, WRITES[made.kind])))
    turn.call(who, at="wrote", captured=number, whole=True)
    turn.events.append(Wrote(number, late))
    return turn.done()


def refuse(state: State, who: int) -> Step:
    """A caller's line cannot be written, or the rollout cannot be removed."""
    made, left = state.callers[who].now.call, spend(state.left, "failures")
    if made is None or left is None or made.at not in ("write", "remove"):
        return None
    turn = Turn(replace(state, left=left))
    turn.call(who, at="refused")
    return turn.done()


def observe(core: Any, state: State, who: int) -> Step:  # noqa: ANN401 - a core
    """The thread is told what came of a write, or of the removal."""
    made = state.callers[who].now.call
    if made is None or made.at not in ("wrote", "refused", "removed"):
        return None
    turn = Turn(state)
    if made.kind == "discard":
        turn.call(who, at="waits" if made.at == "removed" else made.at, captured=0)
        core.removed(turn, gone=made.at == "removed")
    elif made.at == "refused":
        core.not_written(turn, who)
    else:
        line = next(line for line in state.lines if line.number == made.captured)
        turn.change(resting=False)
        turn.call(who, at="waits")
        core.wrote(turn, who, made.kind, line.number, of_line(line))
    return turn.done()


def land(core: Any, state: State) -> Step:  # noqa: ANN401 - a core
    """What the store does for the thread ends, and nothing failed."""
    work = state.work
    if work is None:
        return None
    turn = Turn(state)
    turn.change(work=None)
    if work.kind == "refold":
        core.folded(turn, fold(through(state.lines, work.target) or ()))
    elif work.kind == "delete":
        turn.change(row=None)
        core.applied(turn)
    elif merge_into_row(turn, work):
        turn.change(reported=work.target, owed=NOTHING_OWED)
        core.applied(turn)
    else:
        turn.change(reported=UNKNOWN)
        core.mismatched(turn)
    return turn.done()


def fail(core: Any, state: State, how: str) -> Step:  # noqa: ANN401 - a core
    """What the store does for the thread fails; what it is told has failed may be in the row all the same."""
    work, left = state.work, spend(state.left, "failures")
    if work is None or left is None or (how == IN_THE_ROW and work.kind != "upsert"):
        return None
    turn = Turn(replace(state, left=left))
    if how == IN_THE_ROW:
        merge_into_row(turn, work)
    turn.change(work=None)
    if work.kind == "upsert":
        turn.change(owed=(work.target, columns(work.patch)))
    turn.failing = work.target
    core.failed(turn)
    return turn.done()


def merge_into_row(turn: Turn, work: Work) -> bool:
    """Write the row in one guarded transaction; tell whether it was the one that the patch goes on from."""
    row = turn.state.row
    if work.base == UNKNOWN or (row is None and work.base == 0):
        written = Row(work.target, work.patch)
    elif row is None or row.generation not in (work.base, work.target):
        return False
    else:
        written = Row(work.target, merge(row.patch, work.patch))
    turn.change(row=written)
    turn.events.append(Merged(work.target, turn.state.released or turn.state.gone))
    return True


def due(core: Any, state: State) -> Step:  # noqa: ANN401 - a core
    """A wait in the store's heap is over."""
    if not state.heap or not state.up:
        return None
    turn = Turn(replace(state, heap=""))
    core.due(turn)
    return turn.done()


def cancel(core: Any, state: State, who: int) -> Step:  # noqa: ANN401 - a core
    """A caller is cancelled while it waits; who writes is shielded."""
    return give_up(core, "cancelled", state, who)


def expire(core: Any, state: State, who: int) -> Step:  # noqa: ANN401 - a core
    """The deadline of a caller passes while it waits."""
    return give_up(core, "expired", state, who)


def give_up(core: Any, how: str, state: State, who: int) -> Step:  # noqa: ANN401 - a core
    """A caller waits no longer."""
    made = state.callers[who].now.call
    if made is None or made.at != "waits" or made.gave_up:
        return None
    left = spend(state.left, "giving_up")
    if left is None:
        return None
    turn = Turn(replace(state, left=left))
    turn.call(who, gave_up=how)
    core.gave_up(turn, who, how)
    return turn.done()


def die(core: Any, state: State, how: str) -> Step:  # noqa: ANN401 - a core
    """The worker of the store dies; what it was at may be in the row."""
    upsert = state.work is not None and state.work.kind == "upsert"
    if not state.up or state.thread.core.dead or state.released or (how == IN_THE_ROW and not upsert):
        return None
    left = spend(state.left, "deaths")
    if left is None:
        return None
    turn = Turn(replace(state, left=left))
    if how == IN_THE_ROW and state.work is not None:
        merge_into_row(turn, state.work)
    turn.change(work=None, heap="")
    core.died(turn)
    return turn.done()


def crash(lost: int, state: State, how: str) -> Step:
    """The process is killed, or the power goes and the last line is lost."""
    upsert = state.work is not None and state.work.kind == "upsert"
    if not state.up or lost > len(state.lines) or (how == IN_THE_ROW and not upsert):
        return None
    left = spend(state.left, "crashes")
    left = spend(left, "losses") if lost and left is not None else left
    if left is None:
        return None
    turn = Turn(replace(state, left=left))
    if how == IN_THE_ROW and state.work is not None:
        merge_into_row(turn, state.work)
    turn.thread = Thread()
    turn.now = [Now()] * len(turn.now)
    turn.change(
        lines=state.lines[: len(state.lines) - lost],
        work=None,
        heap="",
        up=False,
        released=True,
        life=state.life + 1,
        owed=NOTHING_OWED,
        resting=False,
        unseen=False,
    )
    return turn.done()


def resume(core: Any, state: State) -> Step:  # noqa: ANN401 - a core
    """Another process takes the thread up, or finishes a discard that was killed."""
    if state.up or (state.gone and state.row is None):
        return None
    turn = Turn(state)
    if state.gone:
        turn.change(row=None)
        return turn.done()
    row = state.row
    matched = row if row is not None and through(state.lines, row.generation) is not None else None
    tail = state.lines[-1].number if state.lines else 0
    turn.change(
        up=True,
        released=False,
        resting=matched is not None and tail != 0,
        reported=UNKNOWN if row != matched or (row is None and tail) else 0 if matched is None else matched.generation,
    )
    core.resume(turn, tail, fold(state.lines), matched, other=row != matched)
    core.due(turn)
    return turn.done()


def lose(state: State) -> Step:
    """Somebody removes the database."""
    left = spend(state.left, "losses")
    if left is None or state.row is None or not state.up or state.unseen:
        return None
    return replace(state, left=left, row=None, unseen=True), ()


OF_THE_CORE: Final[Mapping[str, Callable[..., Step]]] = {
    "observe": observe,
    "land": land,
    "fail": fail,
    "due": due,
    "cancel": cancel,
    "expire": expire,
    "die": die,
    "resume": resume,
}
"""The actions that a core decides in, beside the calls; each is handed the core first."""


def actions(
    core: Any = Model,  # noqa: ANN401 - a core
    steps: Mapping[str, Callable[..., Step]] = OF_THE_CORE,
) -> tuple[Action, ...]:
    """Give what may happen, with the core that decides."""
    by = dict.fromkeys(("observe", "cancel", "expire"), "callers")
    args = {"fail": HOW, "die": HOW}
    return (
        *(Action(kind, partial(call, core, kind), by="callers") for kind in CALLS),
        Action("write", write, by="callers"),
        Action("refuse", refuse, by="callers"),
        *(Action(name, partial(take, core), by.get(name), args.get(name, ((),))) for name, take in steps.items()),
        Action("crash", partial(crash, 0), args=HOW),
        Action("lose power", partial(crash, 1), args=HOW),
        Action("lose", lose),
    )
