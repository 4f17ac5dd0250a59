"""What came of a real step: its ghosts are moved, and the world after it is cut into parts again."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from strandline.impl import refresh as impl
from strandline.impl.effects import Observed
from strandline.impl.memo import Memo
from strandline.impl.store import Slot
from strandline.model.environment import append_and_prune
from strandline.model.state import Action, Link
from strandline.model.world import AMID
from strandline.properties.exhaust.world import WorldError
from strandline.properties.harness import view
from strandline.properties.harness.gates import APART
from strandline.properties.memoworlds import told as telling
from strandline.properties.memoworlds.cut import parted
from strandline.properties.memoworlds.hidden import Hidden, Looked
from strandline.properties.memoworlds.parts import of, order_of
from strandline.properties.memoworlds.taker import ME
from strandline.properties.memoworlds.whole import Whole
from strandline.properties.realworlds.bench import KEPT, STAND
from strandline.properties.realworlds.standing import LOOKED_AT, Kept, Stand, bare
from strandline.properties.realworlds.viewing import OWN_MEMOS, SLOT_MEMO, viewed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from strandline.model.state import World
    from strandline.properties.exhaust.world import Value
    from strandline.properties.harness.ghosts import Move
    from strandline.properties.memoworlds.asking import Asking, Parts
    from strandline.properties.realworlds.bench import Bench
    from strandline.properties.realworlds.passing import Passed
    from strandline.properties.realworlds.scanner import Step


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
        self._action = Action(kind, ME, arg)
        self._passed = passed
        kept = (f"idle.{place}" for place in range(bench.scope.idle))
        self._first = (*STORING, *kept) if kind == "store" else ()

    def __call__(self, at: Parts) -> Happened:
        """Take the step, and tell what came of it.

        Raises:
            WorldError: it looked at something of which nothing is kept.
        """
        for part in self._first:
            at[part]
        passed = at.conclude(self._passed)
        if isinstance(passed.move.result, Observed):
            at[of("left", ME) if at[of("link", ME)].left else "commit"]
        try:
            return self._told(at, passed)
        except Looked as looked:
            for part in self._names(looked.part):
                at[part]
            raise WorldError(f"a step {self._kind!r} looked at {looked}, of which nothing is kept") from None

    def _names(self, part: str) -> Iterator[str]:
        """Give the real parts in which a part of the model lies."""
        name, _, owner = part.partition(".")
        if part == "idle":
            yield from (f"idle.{place}" for place in range(self._bench.scope.idle))
        elif name in OWN_MEMOS and owner:
            yield of(STAND, int(owner))
        else:
            yield KEPT if part in SLOT_MEMO else part

    def _told(self, at: Parts, passed: Passed) -> Happened:
        """Move the ghosts, and cut what came of it into parts."""
        bench, (stand, step, move) = self._bench, passed
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
            world = append_and_prune(world, bench.scope, self._action)
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
        writes = {part: value for part, value in changed.items() if part not in MEMOS}
        if stood != stand:
            writes[of(STAND, ME)] = stood
        if move.after != move.before:
            writes[KEPT] = _kept(after, move.after)
        return Happened(changed, writes, tuple(map(telling.told, events)))

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

STORING: Final = (of("ghost", ME), "slot.commit", of("ask", ME))
"""What the ghosts look at for sure, as at the kept connections, when a memo is stored.

Read first, it saves letting the refresh through once for each part.
"""

MEMOS: Final = frozenset({*SLOT_MEMO, *(of(part, ME) for part in OWN_MEMOS)})
"""The parts of the model for which the scanner has its own."""
