"""The view: what a state of the real scanner is in the terms of the model.

The map must lose nothing that the model has a place for, or a fault could hide in what it
drops. So a remembered row is not looked up by its id but by all that is remembered of it.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any, cast

from strandline.impl.memo import refresh as impl
from strandline.impl.memo.effects import ReadLog
from strandline.impl.memo.log import LogRow
from strandline.impl.memo.memo import Memo
from strandline.impl.memo.projection import Fact, Skipped
from strandline.impl.memo.store import Joined, Slot
from strandline.model.memo import memo as model
from strandline.model.memo import state
from strandline.model.memo.log import Body, Raw, Row
from strandline.model.memo.state import Beside, Held
from strandline.model.memo.truth import Truth, skip
from strandline.model.terms import replace
from strandline.properties.systems.memo.driver.plug import CODEX, OWNERS_MAX, Plug

if TYPE_CHECKING:
    from collections.abc import Iterable

    from strandline.impl.memo.answer import Answer
    from strandline.impl.memo.effects import Effect
    from strandline.impl.memo.memo import Anchor, Partition
    from strandline.impl.memo.scan import Glance
    from strandline.model.memo.state import Phase, Task, World

STRANGER = -1
"""The nanoseconds of a row that stands for one that was never written."""


def log_row(row: Row, owners: int = OWNERS_MAX) -> LogRow:
    """Give a row of the model as the scanner gets it from SQLite, with so many columns of owners."""
    kind, body = stored_as(row.body)
    names = [None if name is None else name.encode() for name in (row.thread, row.process)]
    ts = row.ts.encode() if isinstance(row.ts, str) else row.ts
    size = None if body is None else len(body)
    return LogRow(row.id, ts, row.nanos, kind, size, body if kind == b"text" else None, tuple(names[:owners]))


def stored_as(body: Body) -> tuple[bytes, bytes | None]:
    """Give a body as SQLite keeps it: its kind, and its bytes."""
    match body:
        case None:
            return b"null", None
        case Raw(data):
            return b"text", data
        case str() as text:
            return b"text", text.encode()
        case bytes() as blob:
            return b"blob", blob


class Library:
    """Every row that was ever written in a world, by what the scanner may remember of it."""

    def __init__(self, plug: Plug = CODEX) -> None:
        """Know no row of this plug's log."""
        self._plug = plug
        self._facts: dict[Fact[Any], Row] = {}
        self._anchors: dict[tuple[int, Partition, bytes], Row] = {}
        self._known: set[Row] = set()

    def learn(self, rows: Iterable[Row]) -> None:
        """Take rows in."""
        for row in rows:
            if row not in self._known:
                self._known.add(row)
                self._take_in(row)

    def _take_in(self, row: Row) -> None:
        stored = log_row(row, len(self._plug.projection.owners))
        rules = self._plug.rules
        reason = skip(row, rules.markers)
        fact = rules.fact(row.body) if reason is None else None
        self._anchors[row.id, stored.partition, stored.digest] = row
        if reason is not None:  # remembered without its body, by which it could not be told
            self._anchors[row.id, stored.partition, stored.bare] = row
            self._remember(stored, Skipped(reason), stored.bare, row)
        elif fact is not None:
            self._remember(stored, self._plug.says(fact), stored.digest, row)

    def _remember(self, stored: LogRow, says: object, digest: bytes, row: Row) -> None:
        self._facts[Fact(row.id, cast("int", stored.ts), row.nanos, says, stored.partition, digest)] = row

    def source(self, remembered: Fact[Any]) -> Row:
        """Find the row that a fact was made of; a stranger if there is none."""
        return self._facts.get(remembered, Row(remembered.id, remembered.ts, STRANGER, None, None, None))

    def anchor(self, remembered: Anchor) -> Row:
        """Find the row that an anchor stands for; a stranger if there is none."""
        return self._anchors.get(remembered, Row(remembered.id, None, STRANGER, None, None, None))


def memo(real: Memo, library: Library) -> model.Memo:
    """Give a memo of the scanner as the model's."""
    return model.Memo(
        epoch=real.epoch,
        inode=real.place.inode,
        observation=real.observation,
        coverage=real.coverage,
        cursor=real.cursor,
        sources=tuple(library.source(source) for source in real.sources),
        anchors=tuple(library.anchor(anchor) for anchor in real.anchors),
        gaps=real.gaps,
        full=real.full,
    )


def truth(found: Answer | Glance | Joined) -> Truth:
    """Give an answer of the scanner as the model's."""
    return Truth(found.turns, found.summary, found.skipped)


def phase(standing: impl.State) -> Phase:
    """Name the gate that a state of the scanner waits at.

    Raises:
        TypeError: it waits for no gate of the world.
    """
    match standing:
        case impl.Locating():
            return "locate"
        case impl.Connecting():
            return "connect"
        case impl.Reading():
            return "read"
        case impl.Checking():
            return "check"
        case impl.Storing():
            return "store"
        case _:
            message = f"{type(standing).__name__} waits at no gate of the world"
            raise TypeError(message)


def task(ghost: Task, standing: impl.State, effect: Effect, slot: Slot, library: Library) -> Task:
    """Give a refresh of the scanner as the model's; what only the checker knows is the ghost's."""
    tally = impl.Tally() if isinstance(standing, (impl.Dating, impl.Resting)) else standing.tally
    seen = replace(ghost, phase=phase(standing), tries=tally.tries, swaps=tally.swaps, waits=tally.waits)
    number = ghost.connection.seen
    match standing, effect:
        case impl.Reading(), ReadLog(_, Memo() as base):
            return replace(seen, base=held(base, ghost.base, library, base.observation))
        case impl.Checking(_, _, _, Memo() as found, Slot() as looked), _:
            lay = beside(memo(found, library), looked, ghost.beside, library)
            unmoved = looked.version == slot.version
            return replace(seen, found=held(found, ghost.found, library, number), beside=lay, unmoved=unmoved)
        case impl.Storing(_, _, _, found, _, version), _:
            return replace(seen, found=held(found, ghost.found, library, number), unmoved=version == slot.version)
        case _:
            return seen


def held(real: Memo, ghost: Held | None, library: Library, number: int) -> Held:
    """Give a memo as the model holds it: without its observation, if that has the number that the checker knows."""
    seen = memo(real, library)
    observation = 0 if seen.observation == number else seen.observation
    return Held(dataclasses.replace(seen, observation=observation), () if ghost is None else ghost.rows)


def beside(found: model.Memo, looked: Slot, ghost: Beside | None, library: Library) -> Beside:
    """Give what the scanner found beside a memo as the model does: as what it decides."""
    lay = None if looked.memo is None else memo(looked.memo, library)
    decision = model.write_back(found, lay, looked.epoch)
    if decision != "top up theirs" or looked.memo is None or lay is None:
        return Beside(decision)
    return Beside(decision, held(looked.memo, None if ghost is None else ghost.held, library, lay.observation))


def world(ghost: World, slot: Slot, states: tuple[tuple[impl.State, Effect] | None, ...], library: Library) -> World:
    """Give a whole state of the scanner as the model's world."""
    tasks = tuple(
        known if standing is None else task(known, *standing, slot, library)
        for known, standing in zip(ghost.tasks, states, strict=True)
    )
    return replace(ghost, tasks=tasks, slot=stored(slot, ghost.slot, library))


def stored(slot: Slot, ghost: state.Slot, library: Library) -> state.Slot:
    """Give what the store holds as the model's."""
    if slot.memo is None:
        return state.Slot(slot.epoch)
    seen = memo(slot.memo, library)
    return replace(
        ghost,
        epoch=slot.epoch,
        head=state.Head(seen.epoch, seen.inode, seen.coverage),
        body=held(slot.memo, ghost.body, library, seen.observation),
        observation=seen.observation,
    )
