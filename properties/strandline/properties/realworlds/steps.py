"""The steps of real refreshes, over the parts that they read, and each held against the model's."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from strandline.impl import refresh as impl
from strandline.impl.answer import Answer
from strandline.impl.memo import Memo
from strandline.impl.store import Slot
from strandline.model.environment import append_and_prune
from strandline.model.refresh import FAULTS
from strandline.model.state import Action, Link
from strandline.model.world import AMID
from strandline.properties.exhaust.world import Outcome, WorldError
from strandline.properties.harness import view
from strandline.properties.harness.gates import APART, Facing, sighting
from strandline.properties.harness.ghosts import Ghosts, Move
from strandline.properties.memoworlds import told as telling
from strandline.properties.memoworlds.cut import parted
from strandline.properties.memoworlds.hidden import Hidden, Looked
from strandline.properties.memoworlds.parts import REST, of, order_of
from strandline.properties.memoworlds.steps import LATE, ME
from strandline.properties.memoworlds.whole import Whole
from strandline.properties.realworlds.asking import Asking, Parts
from strandline.properties.realworlds.refined import refined, ways
from strandline.properties.realworlds.standing import LOOKED_AT, MOVED, Kept, Stand, bare, filled, numbered
from strandline.properties.realworlds.viewing import OWN_MEMOS, SLOT_MEMO

if TYPE_CHECKING:
    from collections.abc import Iterator

    from strandline.model.state import Scope, World
    from strandline.properties.exhaust.world import Action as Declared
    from strandline.properties.exhaust.world import Reading, Value
    from strandline.properties.harness.plug import Plug
    from strandline.properties.realworlds.scanner import Scanner, Step
    from strandline.properties.realworlds.viewing import Viewer

STAND: Final = "stand"
"""The part that a refresher has in place of the model's."""

KEPT: Final = "kept"
"""The part that the slot has in place of the model's."""

OBSERVED: Final = 1_000
"""The number of the last observation that anybody made, above all that a step reads."""


class Bench(NamedTuple):
    """What the steps of a world have in common."""

    scope: Scope
    plug: Plug
    scanner: Scanner
    ghosts: Ghosts
    viewer: Viewer
    fixed: dict[str, Value]


class RealSteps:
    """Takes the steps of one kind, as the first refresher would take them."""

    def __init__(self, bench: Bench, kind: str, model: Declared, reads: frozenset[str]) -> None:
        """Take steps of this kind beside those of the model's declared action; they may read these parts."""
        self._bench = bench
        self._kind = kind.removeprefix(LATE)
        self._late = kind.startswith(LATE)
        self._model = model
        self._reads = reads
        self._spent = f"budget.{self._kind}" if self._kind in dict(bench.scope.budget) else ""
        self.taken = Asking(self._ways, bench.fixed)

    def _ways(self, at: Parts) -> tuple[Outcome, ...]:
        if self._spent and not at[self._spent]:
            return ()
        gate = at[of("gate", ME)] if self._kind != "drop" else None
        if self._kind == "drop":
            taken = [self._dropped(at)]
        elif self._kind in {"start", "cancel"}:
            taken = [] if (gate is None) is (self._kind == "cancel") else [*self._turned(at)]
        elif gate == ("read" if self._kind in {*FAULTS, AMID} else self._kind) and not self._other(at):
            taken = [self._moved(at, arg) for arg in self._args(at)]
        else:
            taken = []
        spent = {self._spent: at[self._spent] - 1} if self._spent else {}
        return tuple(way._replace(writes={**way.writes, **spent}) for way in taken)

    def _other(self, at: Parts) -> bool:
        """Tell whether this is a store of the other kind: late ones are those of refreshes that have been overtaken."""
        return self._kind == "store" and at[of("unmoved", ME)] is self._late

    def _args(self, at: Parts) -> range:
        if self._kind != AMID:
            return range(1)
        path, link = at["path"], at[of("link", ME)]
        open_here = path is not None and link is not None and link.serial == path.serial
        return range(len(self._bench.scope.templates) if open_here else 0)

    def _seen_by(self, at: Parts) -> Viewed:
        """Let the model see the parts."""
        return Viewed(at, self._bench.viewer, self._reads)

    def _turned(self, at: Parts) -> Iterator[Outcome]:
        """Start a refresh, or cancel it."""
        for way in ways(self._model, self._seen_by(at)):
            writes = {part: value for part, value in way.writes.items() if part not in MEMOS}
            stand = None
            if self._kind == "start":
                state, effect = self._bench.scanner.begin(int(way.label))
                stand = Stand(bare(state), bare(effect))
            writes[of(STAND, ME)] = stand
            writes.pop(self._spent, None)
            yield Outcome(writes, label=way.label)

    def _dropped(self, at: Parts) -> Outcome:
        before = slot_of(at)
        after = self._bench.scanner.drop(before)
        writes: dict[str, Value] = {"kept": None, "epoch": after.epoch, "slot.observation": 0, "slot.commit": 0}
        if after.memo is not None:
            raise WorldError("a drop left a memo")
        flags = ("unmoved", "trusted")
        writes |= {of(flag, actor): False for flag in flags for actor in range(self._bench.scope.refreshers)}
        seen = {"slot": None, "slot.body": None, **{part: value for part, value in writes.items() if part != "kept"}}
        told = refined(self._model, self._seen_by(at), "0", seen, ())
        return Outcome(writes, (told,), "0")

    def _moved(self, at: Parts, arg: int) -> Outcome:
        """Let a refresh through its gate."""
        bench, action = self._bench, Action(self._kind, ME, arg)
        stand: Stand = at[of(STAND, ME)]
        version = (
            LOOKED_AT if isinstance(stand.state, (impl.Checking, impl.Storing)) and at[of("unmoved", ME)] else MOVED
        )
        seen = at[of("seen", ME)] if isinstance(stand.state, (impl.Checking, impl.Storing)) else 0
        state, effect = filled(stand, seen, version, bench.plug.projection)
        facing = self._facing(at, arg)
        step = bench.scanner.step(state, effect, facing)
        if isinstance(step.following, Answer) and isinstance(state, impl.Checking) and isinstance(state.found, Memo):
            facing = facing._replace(slot=slot_of(at))
        before = facing.slot if facing.slot is not None else APART
        after = step.slot if step.slot is not None else before
        move = Move(
            ME, state, effect, step.result, step.following, before, after, step.cost, failed=self._kind in FAULTS
        )
        try:
            return self._told(at, action, stand, step, move)
        except Looked as looked:
            for part in self._names(looked.part):
                at[part]
            raise WorldError(f"a step {self._kind!r} looked at {looked}, of which nothing is kept") from None

    def _names(self, part: str) -> list[str]:
        """Give the real parts in which a part of the model lies."""
        if part == "idle":
            return [f"idle.{place}" for place in range(self._bench.scope.idle)]
        name, _, owner = part.partition(".")
        if name in OWN_MEMOS and owner:
            return [of(STAND, int(owner))]
        return [KEPT] if part in SLOT_MEMO else [part]

    def _facing(self, at: Parts, arg: int) -> Facing:
        """Put together all that an effect can get at."""
        line, path = at[of("link", ME)], at["path"]
        place = None if path is None else sighting(path)
        match self._kind:
            case "locate":
                lines = [at[f"idle.{number}"] for number in range(self._bench.scope.idle)]
                return Facing(place, kept=tuple(sighting(line) for line in lines if line is not None))
            case "connect":
                log = None if path is None else at["log"]
                return Facing(place, log, sighting(line))
            case "check":
                return Facing(place)
            case "store":
                return Facing(place, slot=slot_of(at), observed=OBSERVED)
        log, clean = at[of("view", ME)] if line.left else (at["log"], at[of("clean", ME)])
        after = None
        if self._kind == AMID:
            at["births"]
            world = Whole(self._bench.scope, at.known).world()
            after = append_and_prune(world, self._bench.scope, Action(AMID, ME, arg)).log
        return Facing(
            place,
            log,
            sighting(line),
            at[of("seen", ME)],
            clean,
            slot=slot_of(at),
            observed=OBSERVED,
            fault=self._kind if self._kind in FAULTS else "",
            amid=after,
        )

    def _told(self, at: Parts, action: Action, stand: Stand, step: Step, move: Move) -> Outcome:
        """Move the ghosts, cut what came of it into parts, and hold it against the model."""
        bench = self._bench
        whole = Whole(bench.scope, viewed(at, bench.viewer))
        before = whole.world((ME,), idle=True)
        task = before.tasks[ME]
        if task is None:
            raise WorldError(f"refresh {ME} is not in flight")
        opened = _opened(task.link, astray=stand.astray)
        known = task._replace(base=None, found=None, swaps=stand.swaps, link=opened)
        world, events = bench.ghosts.moved(replace(before, tasks=(known, *before.tasks[1:])), move)
        astray = self._astray(world)
        left = world.tasks[ME]
        if left is not None and left.link is opened:
            world = replace(world, tasks=(left._replace(link=task.link), *world.tasks[1:]))
        if self._kind == AMID:
            if isinstance(world.idle, Hidden):  # type: ignore[unreachable] # stands for links that were not read
                world = replace(world, idle=whole.kept(world.path))  # type: ignore[unreachable] # as above
            world = append_and_prune(world, bench.scope, action)
        after, stood = self._seen(world, step, move, astray=astray)
        new = parted(after, bench.scope, before)
        hash(tuple(new.values()))  # looks at all of it, and so asks for what is hidden in it
        changed = {
            part: whole.rank(part, value) if order_of(part) else value
            for part, value in new.items()
            if not whole.holds(part, value)
        }
        if move.after.version != move.before.version:
            others = {of("unmoved", actor): False for actor in range(bench.scope.refreshers) if actor != ME}
            changed |= others
        told = tuple(telling.told(event) for event in events)
        writes = {part: value for part, value in changed.items() if part not in MEMOS}
        if stood != stand:
            writes[of(STAND, ME)] = stood
        if move.after != move.before:
            writes[KEPT] = _kept(after, move.after)
        way = refined(self._model, self._seen_by(at), str(action.arg), changed, told)
        return Outcome(writes, (*told, way), str(action.arg))

    def _seen(self, world: World, step: Step, move: Move, *, astray: bool) -> tuple[World, Stand | None]:
        """See what came of a step in the terms of the model; give where the refresh stands then as well."""
        bench = self._bench
        slot = move.after if move.after is not APART else Slot(LOOKED_AT)
        if move.after != move.before:
            world = replace(world, slot=view.stored(move.after, world.slot.ghost, bench.viewer.library))
        known = world.tasks[ME]
        if known is None or step.stands is None:
            return world, None
        state, effect = step.stands
        found, base, beside = (
            None if ghost is None else ghost.rows
            for ghost in (known.ghost, known.base_ghost, known.beside and known.beside.ghost)
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
        return replace(world, tasks=(task, *world.tasks[1:])), stood

    def _astray(self, world: World) -> bool:
        """Tell whether another file was opened than the one that was pinned; a kept connection is to the latter."""
        task = world.tasks[ME]
        link = task.link if task is not None else None
        if self._kind == "locate" or link is None or link.file is None:
            return False
        return link.file.inode != link.inode


def _kept(after: World, slot: Slot) -> Kept | None:
    """Give what is stored."""
    ghost = after.slot.ghost
    if slot.memo is None or ghost is None:
        return None
    return Kept(bare(slot.memo), slot.joined, ghost.rows, forgotten=bool(ghost.forgotten))


def _opened(link: Link | None, *, astray: bool) -> Link | None:
    """Give a connection with the inode number of the file that was opened, as far as it matters which it is."""
    if link is None or type(link) is not Link or link.file is None:
        return link
    return link._replace(file=link.file._replace(inode=NO_FILE if astray else link.inode))


NO_FILE: Final = -1
"""The inode number of no file that was ever pinned."""

MEMOS: Final = frozenset({*SLOT_MEMO, *(of(part, ME) for part in OWN_MEMOS)})


def slot_of(at: Parts) -> Slot:
    """Give what the store holds, with its numbers put back."""
    kept: Kept | None = at[KEPT]
    if kept is None:
        return Slot(LOOKED_AT, at["epoch"])
    return Slot(LOOKED_AT, at["epoch"], numbered(kept.memo, at["slot.observation"]), kept.joined)


def viewed(at: Parts, viewer: Viewer) -> dict[str, Any]:
    """Give what was read so far in the terms of the model."""
    parts: dict[str, Any] = dict(at.known)
    if of(STAND, ME) in parts:
        parts |= {of(name, ME): value for name, value in viewer.stand(parts[of(STAND, ME)]).items()}
    if KEPT in parts:
        parts |= viewer.slot(parts[KEPT])
    return parts


class Viewed:
    """Hands the model's parts out, seen in the real ones."""

    def __init__(self, at: Parts, viewer: Viewer, reads: frozenset[str]) -> None:
        """Look at these parts, and at no more than may be read."""
        self._at = at
        self._viewer = viewer
        self._reads = reads

    def __contains__(self, part: str) -> bool:
        """Tell whether a part may be read."""
        name, _, owner = part.partition(".")
        return (name in OWN_MEMOS and owner == str(ME)) or part in SLOT_MEMO or part in self._reads

    def __getitem__(self, part: str) -> Any:  # noqa: ANN401 - a value of any type
        name, _, owner = part.partition(".")
        if name in OWN_MEMOS and owner == str(ME):
            return self._viewer.stand(self._at[of(STAND, ME)])[name]
        if part in SLOT_MEMO:
            return self._viewer.slot(self._at[KEPT])[part]
        return self._at[part]


@dataclass(frozen=True, slots=True)
class Taker:
    """Takes the steps of one refresher by those of the first."""

    steps: RealSteps
    actor: int

    def __call__(self, at: Reading) -> tuple[Outcome, ...]:
        """Take every step that can be taken now."""
        ways = self.steps.taken(lambda part: at[self._mine(part)])
        return tuple(
            way._replace(writes={self._mine(part): value for part, value in way.writes.items()}) for way in ways
        )

    def _mine(self, part: str) -> str:
        """Give the part that has the place of another one if I change places with the first refresher."""
        name, _, owner = part.partition(".")
        if not self.actor or name not in OWN or owner not in {str(ME), str(self.actor)}:
            return part
        return of(name, self.actor - int(owner))


OWN: Final = frozenset({*REST, STAND})
"""The parts of a refresher, of the model and of its own."""
