"""Where a real refresh stands, and what is stored, as values of a world's parts.

Numbers are taken out, as they are of the model's parts: a step is handed the ranks that it reads, and they are put
back then. What no step looks at again is put to rest at one value, so that equal worlds are equal:

- the count of what was read, the reads of one scan, the token that only the caller gets;
- the numbers of a memo that is to be read on from, or that lay beside one;
- what lay beside a memo, if the scanner goes on in the same way beside an empty slot of some epoch.

Its counts stay as they are, also those that the model's worlds leave out: that they decide nothing below their bound is
known of the model, and of the scanner it is what is to be found out.
"""

from __future__ import annotations

from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeVar

from strandline.impl.memo import refresh as impl
from strandline.impl.memo.answer import Answer
from strandline.impl.memo.effects import Effect, Failure, Located, Missing, ReadLog, Swap
from strandline.impl.memo.memo import Memo, Place
from strandline.impl.memo.scan import Glance
from strandline.impl.memo.store import Joined, Slot
from strandline.properties.systems.memo.driver import view
from strandline.properties.systems.memo.realworlds.bench import KEPT

if TYPE_CHECKING:
    from strandline.impl.memo.answer import Snapshot
    from strandline.impl.memo.effects import Result
    from strandline.impl.memo.projection import Projection
    from strandline.model.memo.log import Row
    from strandline.properties.engines.exhaust.world import Reading

V = TypeVar("V")


class Stand(NamedTuple):
    """Where a real refresh stands, the effect that it waits for, and what the checker knows of the memos in it.

    ``swaps`` is the checker's own count of the swaps that it lost. ``found`` are the rows of the snapshot that it has
    read, ``base`` those that the memo rests on that it is to go on from, ``beside`` those of the memo in the slot.
    ``astray`` tells that the file that was opened is not the one that was pinned.
    """

    state: impl.State
    effect: Effect
    swaps: int = 0
    found: tuple[Row, ...] | None = None
    base: tuple[Row, ...] | None = None
    beside: tuple[Row, ...] | None = None
    astray: bool = False


class Kept(NamedTuple):
    """What is stored: the memo, the turns that it gave, the rows that it rests on, and whether it was dropped."""

    memo: Memo
    joined: Joined | None
    rows: tuple[Row, ...]
    forgotten: bool


LOOKED_AT: Final = 1
"""The version of the slot before each step: a refresh that has looked at it since it moved last has seen this one."""

MOVED: Final = 0
"""The version that a refresh has seen if the slot has moved since."""

ELSEWHERE: Final = Place(-1, -1)
"""A file at which no refresh has ever looked."""


def bare(value: V) -> V:
    """Give a value of the scanner without its numbers, and at rest in what no step looks at again."""

    def bared(part: object) -> object:
        match part:
            case Memo():
                return replace(part, observation=0, snapshot=_token(part.snapshot))
            case Glance():
                return part._replace(snapshot=_token(part.snapshot), rows=0)
            case impl.Tally():
                return impl.Tally(tries=part.tries, swaps=part.swaps, waits=part.waits)
            case impl.Ask():
                return replace(part, projection=None)  # type: ignore[arg-type] # it is compared by identity
            case tuple():
                return type(part)(map(bared, part)) if type(part) is tuple else part
            case _ if isinstance(part, (Slot, impl.State, Effect)):
                changed: dict[str, Any] = {field.name: bared(getattr(part, field.name)) for field in fields(part)}
                changed |= {name: AT_REST[name] for name in changed if name in AT_REST}
                return replace(part, **changed)
            case _:
                return part

    return bared(value)  # type: ignore[return-value] # every case gives the kind it takes


AT_REST: Final = {"version": MOVED, "chunks": 0}
"""The fields that are put to rest wherever they are."""


def _token(snapshot: Snapshot) -> Snapshot:
    return replace(snapshot, data_version=0, sequence=0, observation=0)


def numbered(memo: Memo, number: int) -> Memo:
    """Give a memo with the number of its observation."""
    return replace(memo, observation=number, snapshot=replace(memo.snapshot, observation=number))


def slot_of(at: Reading) -> Slot:
    """Give what the store holds, with its numbers put back."""
    observation, epoch = at["slot.observation"], at["slot.epoch"]
    kept: Kept | None = at[KEPT]
    if kept is None:
        return Slot(LOOKED_AT, epoch)
    return Slot(LOOKED_AT, epoch, numbered(kept.memo, observation), kept.joined)


def filled(stand: Stand, seen: int, version: int, projection: Projection[Any, Any]) -> tuple[impl.State, Effect]:
    """Give a state as the scanner left it, and its effect.

    Args:
        stand: where the refresh stands.
        seen: the number of the last observation through its connection.
        version: that of the slot when it was looked at.
        projection: what the rows of the log mean.
    """
    state, effect = stand.state, stand.effect
    ask = replace(state.ask, projection=projection)  # type: ignore[union-attr] # no gate of the world has another
    match state, effect:
        case impl.Checking(found=Memo() as found, slot=Slot() as slot), _:
            return replace(state, ask=ask, found=numbered(found, seen), slot=replace(slot, version=version)), effect
        case impl.Storing(memo=memo), Swap(memo=mine):
            filled_state = replace(state, ask=ask, memo=numbered(memo, seen), version=version)
            return filled_state, replace(effect, version=version, memo=numbered(mine, seen))
    return replace(state, ask=ask), effect  # type: ignore[arg-type] # as above


def otherwise(state: impl.State, effect: Effect) -> tuple[impl.State, Effect]:
    """Give a state and its effect with other values in all that is put to rest: the step must come out the same."""
    tally = state.tally  # type: ignore[union-attr] # no gate of the world has none
    worn = replace(tally, rows=WORN, keys=WORN, anchors=WORN, transactions=WORN)
    state = replace(state, tally=worn)  # type: ignore[arg-type] # as above
    match state, effect:
        case impl.Reading(base=Memo() as base), ReadLog():
            other = _worn(numbered(base, WORN))
            return replace(state, base=other, chunks=WORN), replace(effect, base=other)
        case impl.Reading(), _:
            return replace(state, chunks=WORN), effect
        case impl.Checking(found=Memo() as found, slot=Slot(memo=lay) as slot), _:
            beside = None if lay is None else _worn(numbered(lay, BELOW))
            return replace(state, found=_worn(found), slot=replace(slot, memo=beside)), effect
        case impl.Checking(found=Glance() as found), _:
            return replace(state, found=found._replace(rows=WORN)), effect
    return state, effect


WORN: Final = 7
"""A count, or a number that is only shown, that no state in a table has."""

BELOW: Final = -1
"""The number of an observation before any that a step reads, where its order is all that may matter."""


def _worn(memo: Memo) -> Memo:
    return replace(memo, snapshot=replace(memo.snapshot, data_version=WORN, sequence=WORN))


def shown(following: impl.Next) -> object:
    """Give what came of a step without what no step looks at again."""
    if isinstance(following, tuple):
        return tuple(map(bare, following))
    if isinstance(following, Answer):
        return view.truth(following), following.snapshot and _token(following.snapshot), following.statistics.lost_swaps
    return following


def decided(state: impl.State) -> impl.State:
    """Give a state without what lay beside its memo, if the scanner goes on as if an empty slot had lain there."""
    if not isinstance(state, impl.Checking) or not isinstance(state.found, Memo) or state.slot is None:
        return state
    results: tuple[Result, ...] = (Located(state.place), Located(ELSEWHERE), Missing(), Failure("io", ""))
    follows = [impl.step(state, result) for result in results]
    if any(isinstance(follow, tuple) and isinstance(follow[1], ReadLog) for follow in follows):
        return state
    for epoch in (state.found.epoch, state.found.epoch + 1):
        simple = replace(state, slot=Slot(state.slot.version, epoch))
        if [impl.step(simple, result) for result in results] == follows:
            return simple
    return state
