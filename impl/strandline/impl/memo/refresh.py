"""The core of a refresh: a frozen state and one function, no I/O.

``start`` gives the first state and the first effect; ``step`` takes the state and what the
effect found, and gives the next of each, or the outcome. Who executes the effects, and how,
is not decided here: see :mod:`strandline.impl.memo.scanner` and :mod:`strandline.impl.memo.trio`.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date
from typing import TYPE_CHECKING, Any, TypeAlias

from strandline.impl.memo.answer import Answer, Outcome, Statistics, Unavailable
from strandline.impl.memo.codex import CODEX
from strandline.impl.memo.effects import (
    Check,
    Connect,
    Connected,
    Effect,
    Failure,
    Glimpsed,
    Locate,
    Located,
    Lost,
    Missing,
    Observed,
    Pause,
    ReadDate,
    ReadLog,
    ReadOnce,
    Rested,
    Result,
    Swap,
    Swapped,
    Unchanged,
)
from strandline.impl.memo.joined import joined
from strandline.impl.memo.memo import OPEN, TOP_UPS, Limits, Memo, bounded, write_back

if TYPE_CHECKING:
    from strandline.impl.memo.answer import Path, Snapshot
    from strandline.impl.memo.memo import Place
    from strandline.impl.memo.projection import Fact, Projection
    from strandline.impl.memo.scan import Cause, Glance
    from strandline.impl.memo.store import Joined, Slot
    from strandline.impl.memo.window import Span, Window


@dataclass(frozen=True, slots=True)
class Ask:
    """What is asked: the span of the window, whether it ended before today, the limits, and what facts make."""

    span: Span
    ended: bool
    limits: Limits
    projection: Projection[Any, Any] = CODEX

    def joined(self, sources: tuple[Fact[Any], ...]) -> Joined:
        """Join what a memo rests on."""
        return joined(self.projection, sources, self.span)


@dataclass(frozen=True, slots=True)
class Tally:
    """What a refresh has cost so far."""

    cause: Cause | None = None
    rows: int = 0
    keys: int = 0
    anchors: int = 0
    transactions: int = 0
    tries: int = 0
    swaps: int = 0
    waits: int = 0

    def statistics(self, path: Path, *, stored: bool = False) -> Statistics:
        """Give the tally to the caller."""
        return Statistics(
            path,
            self.cause,
            self.rows,
            self.keys,
            self.anchors,
            self.transactions,
            self.tries + 1,
            stored,
            self.swaps,
        )


@dataclass(frozen=True, slots=True)
class Dating:
    """Waits for today's date."""

    window: Window
    limits: Limits
    projection: Projection[Any, Any] = CODEX


@dataclass(frozen=True, slots=True)
class Locating:
    """Waits to learn where the path leads."""

    ask: Ask
    tally: Tally = field(default_factory=Tally)


@dataclass(frozen=True, slots=True)
class Connecting:
    """Waits for a connection; ``place`` is pinned."""

    ask: Ask
    tally: Tally
    place: Place


@dataclass(frozen=True, slots=True)
class Reading:
    """Waits for a read; ``base`` stands in for the stored memo."""

    ask: Ask
    tally: Tally
    place: Place
    base: Memo | None = None
    chunks: int = 0


@dataclass(frozen=True, slots=True)
class Resting:
    """Waits before it reads again."""

    reading: Reading


@dataclass(frozen=True, slots=True)
class Checking:
    """Waits to learn whether the path still leads there."""

    ask: Ask
    tally: Tally
    place: Place
    found: Memo | Glance
    slot: Slot | None = None


@dataclass(frozen=True, slots=True)
class Storing:
    """Waits for the swap; ``version`` is that of the slot it was decided against."""

    ask: Ask
    tally: Tally
    place: Place
    memo: Memo
    joined: Joined
    version: int


State: TypeAlias = Dating | Locating | Connecting | Reading | Resting | Checking | Storing
Next: TypeAlias = tuple[State, Effect] | Outcome


def start(window: Window, limits: Limits, projection: Projection[Any, Any] = CODEX) -> tuple[State, Effect]:
    """Begin a refresh of a window."""
    return Dating(window, limits, projection), ReadDate(window.zone)


def step(state: State, result: Result) -> Next:  # noqa: C901, PLR0912 - one case for each state and result
    """Go on from what the effect found.

    Returns:
        The next state and its effect, or the outcome.

    Raises:
        TypeError: the result is none that the state's effect can have.
    """
    match state, result:
        case Dating(), date():
            ended = state.window.ended_before(result)
            return locate(Ask(state.window.span(), ended, state.limits, state.projection))
        case _, Failure():
            return _failed(state, result)
        case Locating(), Missing():
            return _answer(state.ask.joined(()), None, state.tally.statistics("missing"))
        case Locating(), Located(place, connected):
            if connected:
                return _read(Reading(state.ask, state.tally, place))
            return Connecting(state.ask, state.tally, place), Connect()
        case Connecting(), Missing():
            return _start_over(state.ask, state.tally)
        case Connecting(), Connected():
            return _read(Reading(state.ask, state.tally, state.place))
        case Resting(), Rested():
            return _read(state.reading)
        case Reading(), Unchanged(slot):
            return _unchanged(state, slot)
        case Reading(), Observed():
            return _observed(state, result)
        case Reading(), Glimpsed(glance):
            # With no first day nothing bounds the one-shot path: it goes through the log from its beginning.
            cause: Cause | None = "past window without a first day" if state.ask.span.start is None else None
            tally = _counted(state.tally, cause=cause, rows=glance.rows)
            return Checking(state.ask, tally, state.place, glance), Check()
        case Checking(), Located() | Missing():
            return _checked(state, result)
        case Storing(), Swapped():
            return _answer(state.joined, state.memo.snapshot, state.tally.statistics("memo", stored=True))
        case Storing(), Lost(slot):
            return _overtaken(state.ask, state.tally, state.place, state.memo, slot)
    message = f"{type(state).__name__} cannot end in {type(result).__name__}"
    raise TypeError(message)


def locate(ask: Ask) -> tuple[State, Effect]:
    """Begin a refresh whose window is resolved to instants."""
    return Locating(ask), Locate()


def _answer(found: Joined | Glance, snapshot: Snapshot | None, statistics: Statistics) -> Answer:
    return Answer(found.turns, snapshot, statistics, found.skipped, found.summary)


def _read(state: Reading) -> tuple[State, Effect]:
    if state.ask.ended:
        return state, ReadOnce(state.ask.span)
    wanted = OPEN if state.ask.span.start is None else state.ask.span.start
    return state, ReadLog(wanted, state.base)


def _start_over(ask: Ask, tally: Tally) -> Next:
    """Try again with the file that the path leads to now.

    A number taken for a file that the path no longer led to would rank it above a newer file.
    """
    if tally.tries + 1 >= ask.limits.tries:
        return Unavailable("replaced", f"the file was replaced under {ask.limits.tries} tries in a row")
    return Locating(ask, replace(tally, tries=tally.tries + 1)), Locate()


def _failed(state: State, failure: Failure) -> Next:
    """End in what went wrong, but give a busy log some time first."""
    if isinstance(state, Reading) and failure.reason == "busy":
        limits = state.ask.limits
        if state.tally.waits + 1 <= limits.waits:
            waited = replace(state, tally=replace(state.tally, waits=state.tally.waits + 1))
            return Resting(waited), Pause(limits.pause)
    return Unavailable(failure.reason, failure.detail, failure.code)


def _unchanged(state: Reading, slot: Slot) -> Next:
    """Answer from the stored memo; with the very values it was stored with, if the window is that."""
    memo = slot.memo
    if memo is None:
        message = "nothing can be unchanged without a memo"
        raise TypeError(message)
    kept = slot.joined
    found = kept if kept is not None and kept.span == state.ask.span else state.ask.joined(memo.sources)
    return _answer(found, memo.snapshot, _counted(state.tally).statistics("unchanged"))


def _observed(state: Reading, found: Observed) -> Next:
    """Read on while the log has more, then check that the path still leads to it."""
    reading = found.reading
    tally = _counted(
        state.tally,
        cause=reading.cause,
        rows=reading.rows,
        keys=reading.keys,
        anchors=reading.anchors,
    )
    if reading.complete:
        return Checking(state.ask, tally, state.place, reading.memo, found.slot), Check()
    if state.chunks + 1 >= state.ask.limits.chunks:
        return Unavailable("too many rewinds", f"the log did not end within {state.ask.limits.chunks} reads")
    return _read(Reading(state.ask, tally, state.place, reading.memo, state.chunks + 1))


def _counted(tally: Tally, *, cause: Cause | None = None, rows: int = 0, keys: int = 0, anchors: int = 0) -> Tally:
    """Add one read transaction to the tally."""
    return replace(
        tally,
        cause=tally.cause or cause,
        rows=tally.rows + rows,
        keys=tally.keys + keys,
        anchors=tally.anchors + anchors,
        transactions=tally.transactions + 1,
    )


def _checked(state: Checking, found: Located | Missing) -> Next:
    """Answer or store if the path still leads to the file that was read.

    The path is looked at after the snapshot was numbered, so that the order of observations
    orders files as well: no later refresh can have read this file's successor before.
    """
    if isinstance(found, Missing) or found.place != state.place:
        return _start_over(state.ask, state.tally)
    if not isinstance(state.found, Memo):
        return _answer(state.found, state.found.snapshot, state.tally.statistics("one-shot"))
    if state.slot is None:
        message = "a memo is checked without the slot that it was read beside"
        raise TypeError(message)
    if write_back(state.found, state.slot.memo, state.slot.epoch) in TOP_UPS:
        return _overtaken(state.ask, state.tally, state.place, state.found, state.slot)
    return _write_back(state.ask, state.tally, state.place, state.found, state.slot)


def _overtaken(ask: Ask, tally: Tally, place: Place, mine: Memo, slot: Slot) -> Next:
    """Decide beside what came first; a refresh that is overtaken again and again answers without storing."""
    tally = replace(tally, swaps=tally.swaps + 1)
    if tally.swaps >= ask.limits.swaps:
        return _answer(ask.joined(mine.sources), mine.snapshot, tally.statistics("memo"))
    return _write_back(ask, tally, place, mine, slot)


def _write_back(ask: Ask, tally: Tally, place: Place, mine: Memo, slot: Slot) -> Next:
    match write_back(mine, slot.memo, slot.epoch):
        case "put":
            found = ask.joined(mine.sources)
            swap = Swap(slot.version, bounded(mine, ask.limits.sources), found)
            return Storing(ask, tally, place, mine, found, slot.version), swap
        case "discard":
            return _answer(ask.joined(mine.sources), mine.snapshot, tally.statistics("memo"))
        case "top up mine":
            return _read(Reading(ask, tally, place, mine))
        case "top up theirs":
            return _read(Reading(ask, tally, place, slot.memo))
