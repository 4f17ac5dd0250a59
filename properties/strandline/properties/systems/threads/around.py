"""Known-bad designs of what is around the core of a live thread: the store, the row, a resume."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from strandline.model.terms import replace
from strandline.model.threads import core as model
from strandline.model.threads import world
from strandline.model.threads.core import Model
from strandline.model.threads.facts import EMPTY, fold, ordinal
from strandline.model.threads.state import UNKNOWN, Row, State
from strandline.model.threads.turn import Turn
from strandline.properties.core.own import Variant
from strandline.properties.systems.threads.real import real

if TYPE_CHECKING:
    from collections.abc import Callable

    from strandline.model.threads.facts import Patch


def boasting(core: Any, state: State) -> world.Step:  # noqa: ANN401 - a core
    """Says that the row is written, and has skipped it."""
    work = state.work
    if work is None or work.kind != "upsert":
        return world.land(core, state)
    turn = Turn(replace(state, work=None, reported=work.target, owed=world.NOTHING_OWED))
    core.applied(turn)
    return turn.done()


def forgetful(core: Any, state: State) -> world.Step:  # noqa: ANN401 - a core
    """Keeps in the row what a title is, and not that somebody gave it."""
    gone = world.land(core, state)
    if gone is None or gone[0].row is None:
        return gone
    row = gone[0].row
    return replace(gone[0], row=row._replace(patch=row.patch._replace(explicit=False))), gone[1]


def whole_row(core: Any, state: State) -> world.Step:  # noqa: ANN401 - a core
    """Writes every column, those too that the patch does not set."""
    work = state.work
    if work is None or work.kind != "upsert" or state.row is None:
        return world.land(core, state)
    return world.land(core, replace(state, row=state.row._replace(patch=EMPTY)))


def unguarded(core: Any, state: State) -> world.Step:  # noqa: ANN401 - a core
    """Merges a patch into whatever row there is, or is not."""
    work = state.work
    if work is None or work.kind != "upsert" or work.base == UNKNOWN:
        return world.land(core, state)
    row = Row(work.base, EMPTY) if state.row is None else state.row._replace(generation=work.base)
    return world.land(core, replace(state, row=row))


def unshielded(core: Any, state: State, who: int) -> world.Step:  # noqa: ANN401 - a core
    """Takes an append that is cancelled for one that wrote nothing, though its line is durable."""
    made, left = state.callers[who].now.call, world.spend(state.left, "giving_up")
    if made is None or left is None or made.at != "wrote":
        return world.cancel(core, state, who)
    turn = Turn(replace(state, left=left))
    turn.call(who, at="refused", captured=UNKNOWN)
    core.not_written(turn, who)
    return turn.done()


def too_soon(core: Any, state: State, how: str) -> world.Step:  # noqa: ANN401 - a core
    """Reports a failure at its deadline, while SQLite is still at it."""
    gone = world.fail(core, state, how)
    if gone is None or gone[0].work is not None or how == world.IN_THE_ROW:
        return gone
    return replace(gone[0], work=state.work), gone[1]


def counting(core: Any, state: State) -> world.Step:  # noqa: ANN401 - a core
    """Takes a row for the rollout's own if it was made of no fewer lines."""
    row, lines = state.row, state.lines
    if state.up or state.gone or row is None or not 0 < len(lines) <= ordinal(row.generation):
        return world.resume(core, state)
    return _taken_for(core, state, row._replace(generation=lines[-1].number))


def believing(core: Any, state: State) -> world.Step:  # noqa: ANN401 - a core
    """Takes any row for what the rollout says."""
    if state.up or state.gone or not state.lines:
        return world.resume(core, state)
    return _taken_for(core, state, state.row)


def _taken_for(core: Any, state: State, row: Row | None) -> world.Step:  # noqa: ANN401 - a core
    """Resume with a row that is taken for the fold of the rollout."""
    tail = state.lines[-1].number
    turn = Turn(replace(state, up=True, released=False, reported=tail, row=row))
    core.resume(turn, tail, fold(state.lines), Row(tail, fold(state.lines)), other=False)
    core.due(turn)
    return turn.done()


def queueing(turn: Turn, who: int, kind: str, number: int, patch: Patch) -> None:
    """Keeps a patch for each append, to be projected with the others."""
    before = turn.thread.core.pending
    model.wrote(turn, who, kind, number, patch)
    if turn.thread.core.pending and before:
        turn.core(pending=(*before, patch))


class Queueing(Model):
    """A core that keeps a patch for each append."""

    wrote = staticmethod(queueing)


def around(name: str, hazard: str, law: str, where: str, action: str, take: Callable[..., Any]) -> Variant:  # noqa: PLR0913 - parts of a record
    """Make a mutant of an action: its docstring says what it does."""
    says = (take.__doc__ or "").partition("\n")[0].rstrip(".")
    steps = {**world.OF_THE_CORE, action: take}
    told = says[:1].lower() + says[1:]
    return Variant(name, told, law, real(steps=steps), world.actions(steps=steps), hazard, where)


MUTANTS: Final = (
    around("boasting", "U9", "P2", "overtaken", "land", boasting),
    around("forgetful", "the row keeps no mark of what is explicit", "P7", "rename", "land", forgetful),
    around("whole row", "U4", "P10", "rename", "land", whole_row),
    around("unguarded", "a projection goes on from any row", "P10", "removed", "land", unguarded),
    around("unshielded", "a durable line is not observed", "P1", "shutdown", "cancel", unshielded),
    around("too soon", "a deadline is no proof of absence", "P4", "rename", "fail", too_soon),
    around("counting", "a count is not an identity", "P12", "power", "resume", counting),
    around("believing", "a resume repairs nothing", "P12", "crash", "resume", believing),
    Variant(
        "queueing",
        "keeps a patch for each append",
        "P13",
        real(make=lambda _state: Queueing()),
        hazard="memory grows with the append rate",
        where="rename",
    ),
)
"""Each of them."""
