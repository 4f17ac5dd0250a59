"""The real core of a live thread in the place of the model's: loaded from a state, moved, and put back into it.

What is around it, the rollout, the row and the callers, is the model's, and the same for both.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from strandline.impl.threads import projector
from strandline.impl.threads.effects import (
    Answer,
    Applied,
    Arm,
    Cancel,
    Delete,
    Died,
    Due,
    Expire,
    Failed,
    Folded,
    Interrupt,
    Lost,
    Mismatch,
    NotWritten,
    Outcome,
    Refold,
    Release,
    Remove,
    Removed,
    Request,
    Upsert,
    Write,
    Wrote,
)
from strandline.impl.threads.failures import Failure
from strandline.impl.threads.generation import Generation, before_the_first_line
from strandline.impl.threads.patch import COLUMNS, INDEX, Cell, Patch
from strandline.impl.threads.state import Flight, State, Waiter
from strandline.model.threads import facts, state, world
from strandline.model.threads.state import UNKNOWN, WRITES
from strandline.properties.core.own import Real

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from strandline.impl.threads.effects import Effect, Input, Kind, Work
    from strandline.model.threads.turn import Turn

    Step = Callable[[State, Input], tuple[State, tuple[Effect, ...]]]

KINDS: Final[dict[str, Kind]] = {
    "say": "append",
    "note": "append",
    "goal": "append and flush",
    "rename": "change",
    "persist": "persist",
    "flush": "flush",
    "shutdown": "shutdown",
    "discard": "discard",
}
"""What the calls of the model are called by the implementation."""

LOCKED: Final = Failure("busy", "locked")
DEAD: Final = Failure("dead", "dead")
REFUSED: Final = "refused"
ERRORS: Final[dict[str, Any]] = {"failed": LOCKED, "dead": DEAD}


def generation(number: int) -> Generation:
    """Give the generation that a number of the model stands for: one number, one history."""
    if number == 0:
        return before_the_first_line("r")
    return Generation("r", facts.ordinal(number), 10 * facts.ordinal(number), str(number))


def number(given: Generation | None) -> int:
    """Give the number that a generation stands for."""
    return UNKNOWN if given is None else int(given.digest or 0)


def real_patch(given: facts.Patch) -> Patch:
    """Give a patch of the model as one of the implementation: a text for a text, a time for a time."""
    cells: dict[str, Cell] = {}
    if given.title:
        cells["title"] = Cell(str(given.title), given.explicit)
    if given.model:
        cells["model"] = Cell(str(given.model))
    if given.updated:
        cells["updated_at"] = Cell(given.updated)
    if given.recency:
        cells["recency_at"] = Cell(given.recency)
    return Patch(tuple(cells.get(column.name) for column in COLUMNS))


def model_patch(given: Patch) -> facts.Patch:
    """Give a patch of the implementation as one of the model."""
    title, *others = (given.cells[INDEX[name]] for name in ("title", "model", "updated_at", "recency_at"))
    values = [0 if cell is None or cell.value is None else int(cell.value) for cell in (title, *others)]
    return facts.Patch(values[0], title is not None and title.explicit, *values[1:])


def _several(given: Patch) -> tuple[facts.Patch, ...]:
    return (model_patch(given),) if given else ()


def _work(given: state.Work) -> Work:
    if given.kind == "refold":
        return Refold(generation(given.target))
    if given.kind == "delete":
        return Delete("r")
    base = None if given.base == UNKNOWN else generation(given.base)
    return Upsert(base, generation(given.target), real_patch(given.patch))


def _request(who: int, kind: str) -> Request:
    return Request(who + 1, KINDS[kind], _items(kind))


def _items(kind: str) -> tuple[str, ...]:
    return () if kind in ("persist", "flush", "shutdown", "discard") else (WRITES[kind],)


class Core:
    """A real core, of the shape of the model's: it is told what happened, and what it asks for is done in the turn."""

    def __init__(self, state: State, step: Step = projector.step) -> None:
        """Decide by a step of the implementation, or of a mutant of it."""
        self.state = state
        self._step = step

    def resume(self, turn: Turn, tail: int, whole: facts.Patch, row: state.Row | None, *, other: bool) -> None:
        """Take up a thread."""
        found = None if row is None else (generation(row.generation), real_patch(row.patch))
        self._put(turn, projector.resumed(generation(tail), real_patch(whole), found, other=other))

    def called(self, turn: Turn, who: int, kind: str) -> None:
        """Take up a call."""
        self._feed(turn, _request(who, kind))

    def wrote(self, turn: Turn, who: int, _kind: str, line: int, patch: facts.Patch) -> None:
        """Take up that a line is durable."""
        self._feed(turn, Wrote(who + 1, generation(line), real_patch(patch)))

    def not_written(self, turn: Turn, who: int) -> None:
        """Take up that a line could not be written."""
        self._feed(turn, NotWritten(who + 1, REFUSED))

    def removed(self, turn: Turn, *, gone: bool) -> None:
        """Take up that the rollout is removed, or could not be."""
        self._feed(turn, Removed(self.state.closing or 0, None if gone else REFUSED))

    def gave_up(self, turn: Turn, who: int, how: str) -> None:
        """Take up that a caller no longer waits."""
        self._feed(turn, Cancel(who + 1) if how == "cancelled" else Expire(who + 1))

    def applied(self, turn: Turn) -> None:
        """Take up that the attempt in flight ended well."""
        self._feed(turn, Applied())

    def mismatched(self, turn: Turn) -> None:
        """Take up that the row was another one."""
        self._feed(turn, Mismatch())

    def folded(self, turn: Turn, whole: facts.Patch) -> None:
        """Take up what the rollout says."""
        turn.change(work=None)
        self._feed(turn, Folded(real_patch(whole)))

    def failed(self, turn: Turn) -> None:
        """Take up that the attempt in flight failed."""
        self._feed(turn, Failed(LOCKED))

    def due(self, turn: Turn) -> None:
        """Take up that a wait is over."""
        self._feed(turn, Due())

    def lost(self, turn: Turn) -> None:
        """Take up that the database was replaced."""
        self._feed(turn, Lost())

    def died(self, turn: Turn) -> None:
        """Take up that the worker died."""
        self._feed(turn, Died(DEAD))

    def _feed(self, turn: Turn, given: Input) -> None:
        after, effects = self._step(self.state, given)
        self._put(turn, after)
        for effect in effects:
            _execute(turn, effect)

    def _put(self, turn: Turn, after: State) -> None:
        """Keep a state, and put it into the turn; the order of barriers decides nothing but whose trace counts."""
        self.state = replace(after, waiters=tuple(sorted(after.waiters, key=lambda one: one.ticket)))
        turn.mind(
            core=_core(after),
            queue=tuple(one.ticket - 1 for one in after.queue),
            writing=None if after.writing is None else after.writing.ticket - 1,
            closing=None if after.closing is None else after.closing - 1,
        )
        waiters = {one.ticket - 1: one for one in after.waiters}
        for who in range(len(turn.now)):
            one = waiters.get(who)
            known = None if one is None else state.Waiter(number(one.target), one.wrote, one.fresh, one.young)
            turn.wait(who, known)


def _core(given: State) -> state.Core:
    flight = given.flight
    return state.Core(
        number(given.tail),
        number(given.applied),
        _several(given.pending),
        model_patch(given.deferred),
        None if flight is None else state.Flight(number(flight.target), model_patch(flight.patch)),
        given.gate,
        "" if given.ending is None else given.ending.status,
        given.armed or "",
        given.failures,
        given.dead is not None,
    )


def _execute(turn: Turn, effect: Effect) -> None:
    """Do what a real core asks for."""
    match effect:
        case Write(ticket) | Remove(ticket):
            turn.ask(ticket - 1, _asked(effect, turn.kind(ticket - 1)))
        case Answer(ticket, outcome):
            turn.answer(ticket - 1, outcome.status, durable=outcome.durable)
        case Release():
            turn.release()
        case Upsert(base, target, patch):
            turn.begin(state.Work("upsert", number(base), number(target), model_patch(patch)))
        case Refold(through):
            turn.begin(state.Work("refold", UNKNOWN, number(through)))
        case Delete():
            turn.begin(state.Work("delete", UNKNOWN, turn.thread.core.tail))
        case Arm(wait):
            turn.arm(wait)
        case Interrupt():
            pass  # its result comes at any time, interrupted or not


def _asked(mail: Write | Remove, kind: str) -> str:
    """Give the word for what a caller is asked to do.

    Raises:
        ValueError: it is asked to write lines that are not those of its call.
    """
    if isinstance(mail, Remove):
        return "remove"
    if mail.items != _items(kind):
        raise ValueError(f"{mail.items!r} is to be written for a {kind}")
    return "write"


def load(given: state.State, step: Step = projector.step) -> Core:
    """Make the real core as it is in a state."""
    core, queue, writing, closing = given.thread[:]
    now = [caller[:][0] for caller in given.callers]
    kinds = ["" if call is None else call.kind for call, _ in now]
    flight = None
    if core.flight is not None:
        work = given.work
        flight = Flight(
            Refold(generation(core.flight.target)) if work is None else _work(work),
            generation(core.flight.target),
            real_patch(core.flight.patch),
        )
    words: Any = core
    made = State(
        tail=generation(core.tail),
        applied=None if core.applied == UNKNOWN else generation(core.applied),
        pending=real_patch(_merged(core.pending)),
        deferred=real_patch(core.deferred),
        flight=flight,
        writing=None if writing is None else _request(writing, kinds[writing]),
        queue=tuple(_request(who, kinds[who]) for who in queue),
        waiters=tuple(
            Waiter(who + 1, generation(waiter.target), waiter.wrote, waiter.fresh, waiter.young)
            for who, (_, waiter) in enumerate(now)
            if waiter is not None
        ),
        gate=words.gate,
        closing=None if closing is None else closing + 1,
        ending=Outcome(words.ending, generation(core.tail), error=ERRORS.get(core.ending)) if core.ending else None,
        armed=words.armed or None,
        failures=core.failures,
        dead=DEAD if core.dead else None,
    )
    return Core(made, step)


def _merged(patches: tuple[facts.Patch, ...]) -> facts.Patch:
    whole = facts.EMPTY
    for patch in patches:
        whole = facts.merge(whole, patch)
    return whole


def _dump(_core: Core, _after: state.State, _who: int | None, gave: Any) -> Any:  # noqa: ANN401 - as Real has it
    return gave


def real(
    step: Step = projector.step,
    *,
    make: Callable[[state.State], Any] | None = None,
    steps: Mapping[str, Callable[..., Any]] = world.OF_THE_CORE,
) -> Real:
    """Declare the real core in the place of the model's, or a mutant of it.

    Args:
        step: decides; the implementation's, or one that is wrong.
        make: makes another core of a state.
        steps: what is done with it in each action.
    """
    calls = dict(steps) | {kind: _called(kind) for kind in world.CALLS}
    return Real(make or partial(load, step=step), calls, _dump, derived=("_step",))


def _called(kind: str) -> Callable[..., Any]:
    return lambda core, given, who: world.call(core, kind, given, who)
