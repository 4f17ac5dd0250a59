"""What came of a real step: its ghosts are moved, and it is told what changed, in the model's terms and in its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from strandline.impl.memo import refresh as impl
from strandline.impl.memo.memo import Memo
from strandline.impl.memo.store import Slot
from strandline.model.memo.bounds import uncounted
from strandline.model.memo.environment import append_and_prune, put
from strandline.model.memo.events import Discarded, Stored
from strandline.model.memo.world import AMID
from strandline.model.terms import NEXT, replace
from strandline.properties.engines.records.lazy import Source, solid, writes
from strandline.properties.systems.memo.driver import view
from strandline.properties.systems.memo.driver.gates import APART
from strandline.properties.systems.memo.driver.ghosts import strayed
from strandline.properties.systems.memo.realworlds.bench import KEPT, ME, MEMOS, STAND, of
from strandline.properties.systems.memo.realworlds.standing import LOOKED_AT, Kept, Stand, bare
from strandline.properties.systems.memo.realworlds.viewing import Viewed

if TYPE_CHECKING:
    from strandline.model.memo.events import Event
    from strandline.model.memo.state import World
    from strandline.properties.engines.exhaust.world import Value
    from strandline.properties.systems.memo.driver.ghosts import Move
    from strandline.properties.systems.memo.realworlds.asking import Asking, Parts
    from strandline.properties.systems.memo.realworlds.bench import Bench
    from strandline.properties.systems.memo.realworlds.passing import Passed
    from strandline.properties.systems.memo.realworlds.scanner import RealStep


class Happened(NamedTuple):
    """What a step changed and told.

    ``changed`` are the parts of the model, as the real ones are seen; ``writes`` are the real ones.
    """

    changed: dict[str, Value]
    writes: dict[str, Value]
    told: tuple[Any, ...]


class Happening:
    """Tells what comes of the steps of one kind that the first refresher takes, in one way."""

    def __init__(self, bench: Bench, kind: str, arg: int, passed: Asking[Passed]) -> None:
        """Go on from what the scanner did."""
        self._bench = bench
        self._kind = kind
        self._arg = arg
        self._passed = passed

    def __call__(self, at: Parts) -> Happened:
        """Move the ghosts of what the scanner did, and see what came of it."""
        bench, (stand, step, move) = self._bench, at.conclude(self._passed)
        source = Source(bench.shape, Viewed(at, bench.viewer))
        before = source.state()
        known = put(before, ME, replace(before.tasks[ME], swaps=stand.swaps))
        world, events = bench.ghosts.moved(known, move)
        if self._kind == AMID:
            world = append_and_prune(world, bench.scope, self._arg)
        after, stood = self._seen(world, step, move, astray=strayed(before, move))
        told = tuple(solid(_told(event)) for event in events)
        changed = self._ranked(writes(after, source), source)
        if move.after.version != move.before.version:
            changed |= {of("unmoved", actor): False for actor in range(bench.scope.refreshers) if actor != ME}
        written = {part: value for part, value in changed.items() if part not in MEMOS}
        if stood != stand:
            written[of(STAND)] = stood
        if move.after != move.before:
            written[KEPT] = _kept(after, move.after)
        return Happened(changed, written, told)

    def _ranked(self, changed: dict[str, Any], source: Source) -> dict[str, Any]:
        """Give what a step changed, with NEXT in place of a number that nobody had read."""
        orders, known = self._bench.shape.orders, source.known
        read = {(orders[part], known[part]) for part in known if part in orders}
        return {
            part: NEXT if part in orders and value and (orders[part], value) not in read else value
            for part, value in changed.items()
        }

    def _seen(self, world: World, step: RealStep, move: Move, *, astray: bool) -> tuple[World, Stand | None]:
        """See what came of a step in the terms of the model; give where the refresh stands then as well."""
        bench = self._bench
        slot = move.after if move.after is not APART else Slot(LOOKED_AT)
        if move.after != move.before:
            world = replace(world, slot=view.stored(move.after, world.slot, bench.viewer.library))
        if step.stands is None:
            return world, None
        known, (state, effect) = world.tasks[ME], step.stands
        found, base, beside = (
            None if held is None else held.rows
            for held in (known.found, known.base, known.beside and known.beside.held)
        )
        stood = Stand(bare(state), bare(effect), known.swaps, astray=astray)
        match state:
            case impl.Checking(found=Memo(), slot=lay):
                stood = stood._replace(found=found, beside=beside if lay is not None and lay.memo is not None else None)
            case impl.Checking() | impl.Storing():
                stood = stood._replace(found=found)
            case impl.Reading(base=Memo()):
                stood = stood._replace(base=base)
        task = view.task(known, state, effect, slot, bench.viewer.library)
        return put(world, ME, replace(task, **dict.fromkeys(uncounted(bench.scope), 0))), stood


def _told(event: Event) -> Event:
    """Give an event without the rows that no law asks for, and that the model does not look at."""
    match event:
        case Stored(old=old) if old is not None:
            return event._replace(old=old._replace(rows=None))
        case Discarded(theirs=theirs) if theirs is not None:
            return event._replace(theirs=theirs._replace(rows=None))
    return event


def _kept(after: World, slot: Slot) -> Kept | None:
    """Give what is stored."""
    held = after.slot.body
    if slot.memo is None or held is None:
        return None
    return Kept(bare(slot.memo), slot.joined, held.rows, after.slot.forgotten)
