"""How the laws of live threads judge what happened, or the state at one moment.

What lines say together is asked of the fold, which goes column by column; no law calls what merges patches.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from strandline.model.threads.events import Answered, Began, Merged, Released, Stalled, Wrote
from strandline.model.threads.facts import EMPTY, Line, Patch, fold, is_touch, ordinal, through, without_recency
from strandline.model.threads.state import APPENDS, UNKNOWN, Call, Row, State
from strandline.model.threads.turn import columns

if TYPE_CHECKING:
    from collections.abc import Iterator

ENDS: Final = frozenset({"shutdown", "discard"})
"""The calls that end a thread."""

SETS: Final = {
    "title": frozenset({"said", "named"}),
    "model": frozenset({"said", "began"}),
    "updated": frozenset({"said", "named", "began", "noted"}),
    "recency": frozenset({"said"}),
}
"""What a line says that a column can be set by."""


def calls(state: State) -> Iterator[Call]:
    """Give the calls that were not answered yet."""
    return (caller.now.call for caller in state.callers if caller.now.call is not None)


# Whether nothing is on its way, and what the row must be then.


def is_idle(state: State) -> bool:
    """Tell whether nothing is on its way, nothing failed, and nothing but a touch waits for its time."""
    return (
        state.heap in ("", "touch")
        and state.work is None
        and state.up
        and not state.released
        and not state.unseen
        and state.owed[0] == 0
        and not any(True for _ in calls(state))
        and not state.thread.core.dead
    )


def is_complete(state: State) -> bool:
    """Tell whether the row is the fold of the rollout, less what is deferred and a touch that waits."""
    wanted, row = fold(state.lines), state.row
    found = EMPTY if row is None else row.patch  # the row of a thread without a line is put off
    left = state.thread.core.pending
    if left and not (state.heap == "touch" and all(is_touch(patch) for patch in left)):
        return False
    if state.heap == "touch":
        wanted, found = wanted._replace(updated=0), found._replace(updated=0)
    if state.resting:
        wanted, found = without_recency(wanted), without_recency(found)
    return wanted == found


def nothing_lost(state: State) -> bool:
    """P1."""
    return not is_idle(state) or is_complete(state)


def at_rest_with_a_rename(state: State) -> bool:
    """Tell whether a message and a rename are in the row of a thread at rest."""
    return {"said", "named"} <= {line.says for line in state.lines} and is_idle(state)


def recovered(state: State) -> bool:
    """P12."""
    return state.life == 0 or nothing_lost(state)


def at_rest_after_a_crash(state: State) -> bool:
    """Tell whether a thread that a crash went over is at rest, with a line from before and one from after it."""
    lives = {line.number > ordinal(line.number) for line in state.lines}
    return len(lives) > 1 and is_idle(state)


# Barriers.


def in_the_row(call: Call, row: Row | None, lines: tuple[Line, ...]) -> bool:
    """Tell whether a row has what a barrier captured, less what that barrier defers."""
    if call.captured == 0:
        return True
    known = None if row is None else through(lines, row.generation)
    if row is None or known is None or len(known) < ordinal(call.captured):
        return False
    wanted = fold(known)
    return row.patch == wanted if call.whole else without_recency(row.patch) == without_recency(wanted)


def barrier_sound(event: Any) -> bool:  # noqa: ANN401 - whatever happened
    """P2."""
    if not isinstance(event, Answered):
        return True
    call = event.call
    if call is None:
        return False
    if call.kind in APPENDS:
        return True
    if call.kind in ("goal", "rename") and event.durable != event.wrote:
        return False
    if call.kind == "discard":
        return event.status != "done" or event.row is None
    return in_the_row(call, event.row, event.lines) if event.status == "done" else is_true(call, event)


def is_true(call: Call, event: Answered) -> bool:
    """Tell whether what a call that failed was told is so."""
    match event.status:
        case "failed":
            return event.covered and call.kind not in APPENDS
        case "unwritten":
            return call.at == "refused"
        case "dead":
            return event.dead and call.kind not in APPENDS
        case "cancelled" | "expired":
            return call.gave_up == event.status
        case "closed" | "discarded":
            return event.closing
    return False


def failed_barrier(event: Any) -> bool:  # noqa: ANN401 - as above
    """Tell whether a barrier was told of a failure."""
    return isinstance(event, Answered) and event.status == "failed"


def barrier_precise(state: State) -> bool:
    """P3."""
    return not any(
        call.at == "waits"
        and call.kind not in (*APPENDS, *ENDS)
        and (call.kind != "persist" or (call.tried and state.work is None))
        and UNKNOWN not in (call.captured, state.reported)
        and ordinal(call.captured) <= ordinal(state.reported)
        for call in calls(state)
    )


def overtaken(state: State) -> bool:
    """Tell whether a barrier waits while a line came that it did not capture."""
    return any(
        call.at == "waits" and call.captured not in (UNKNOWN, state.lines[-1].number if state.lines else 0)
        for call in calls(state)
    )


# Attempts.


def one_in_flight(event: Any) -> bool:  # noqa: ANN401 - as above
    """P4."""
    if not isinstance(event, Began):
        return True
    target, owed = event.owed
    repeats = event.kind != "upsert" or (event.target >= target and owed <= columns(event.patch))
    return not event.beside and repeats


def repeated(event: Any) -> bool:  # noqa: ANN401 - as above
    """Tell whether an attempt began after one that failed."""
    return isinstance(event, Began) and event.kind == "upsert" and event.owed[0] != 0


def durable_first(event: Any) -> bool:  # noqa: ANN401 - as above
    """P5."""
    if not isinstance(event, Began) or event.kind != "upsert":
        return True
    says = {line.number: line.says for line in event.lines}
    patch = event.patch
    fits = all(says.get(number, "") in SETS[name] for name, number in _set(patch))
    honest = not patch.title or patch.explicit == (says.get(patch.title) == "named")
    return fits and honest and through(event.lines, event.target) is not None


def _set(patch: Patch) -> list[tuple[str, int]]:
    return [(name, getattr(patch, name)) for name in columns(patch)]


def projected(event: Any) -> bool:  # noqa: ANN401 - as above
    """Tell whether an attempt began that sets a title."""
    return isinstance(event, Began) and event.patch.title != 0


# Appends.


def append_free(event: Any) -> bool:  # noqa: ANN401 - as above
    """P6."""
    if isinstance(event, Stalled):
        return False
    if not isinstance(event, Answered) or event.call is None or event.call.kind not in APPENDS:
        return True
    return event.wrote if event.status == "done" else is_true(event.call, event)


def appended(event: Any) -> bool:  # noqa: ANN401 - as above
    """Tell whether an append was answered."""
    return isinstance(event, Answered) and event.call is not None and event.call.kind == "say"


# Rows.


def explicit_wins(state: State) -> bool:
    """P7."""
    row = state.row
    known = None if row is None else through(state.lines, row.generation)
    named = [line.number for line in known or () if line.says == "named"]
    return row is None or not named or (row.patch.title == named[-1] and row.patch.explicit)


def said_beside_a_rename(state: State) -> bool:
    """Tell whether the row has a rename with messages before and after it."""
    says = [line.says for line in state.lines]
    return state.row is not None and "said" in says and "named" in says[:-1] and says[-1] == "said"


def readers_see_a_prefix(state: State) -> bool:
    """P10."""
    row = state.row
    known = None if row is None else through(state.lines, row.generation)
    if row is None or known is None:  # a row of a history that was lost is P12's
        return True
    wanted = fold(known)
    recencies = {0, *(line.number for line in known if line.says == "said")}
    return without_recency(row.patch) == without_recency(wanted) and row.patch.recency in recencies


def behind(state: State) -> bool:
    """Tell whether the row is behind its rollout."""
    return state.row is not None and state.lines != () and state.row.generation != state.lines[-1].number


# Ends.


def closed(event: Any) -> bool:  # noqa: ANN401 - as above
    """P8."""
    match event:
        case Wrote():
            return not event.late
        case Began() | Merged():
            return not event.closed
        case Released():
            return not event.busy
        case Answered(Call() as call) if call.kind in ENDS:
            ended = call.captured != UNKNOWN or call.at in ("removed", "refused")
            return event.released or not ended
    return True


def ended(event: Any) -> bool:  # noqa: ANN401 - as above
    """Tell whether a thread was shut down or discarded."""
    return isinstance(event, Answered) and event.released and event.status == "done"


def is_still(state: State) -> bool:
    """Tell whether nothing goes on by itself: no attempt, no wait, no line that is being written."""
    busy = any(call.at != "waits" for call in calls(state))
    return state.heap == "" and state.work is None and state.up and not busy


def alive(state: State) -> bool:
    """P11."""
    return not is_still(state) or not any(True for _ in calls(state))


def came_to_rest(state: State) -> bool:
    """Tell whether nothing goes on any more, after something was written."""
    return state.lines != () and is_still(state)


def bounded(state: State) -> bool:
    """P13."""
    core = state.thread.core
    return len(core.pending) <= 1 and len(state.thread.queue) <= len(state.callers)


def coalesced(state: State) -> bool:
    """Tell whether something is pending beside what is in flight."""
    core = state.thread.core
    return core.pending != () and core.flight is not None and core.flight.patch != EMPTY
