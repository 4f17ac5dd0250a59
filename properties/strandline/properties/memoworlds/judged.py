"""The memo laws, over what the steps of a declared world tell and over what it rests in."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from strandline.model import world as model
from strandline.properties.exhaust.world import Always, AlwaysTold, Sometimes, SometimesTold
from strandline.properties.laws import laws_of
from strandline.properties.memoworlds.cut import parted
from strandline.properties.memoworlds.parts import changing, of
from strandline.properties.memoworlds.sights import SIGHTS
from strandline.properties.memoworlds.whole import Whole
from strandline.properties.quiet import settled

if TYPE_CHECKING:
    from collections.abc import Iterator

    from strandline.model.events import Settled
    from strandline.model.state import Scope, World
    from strandline.properties.exhaust.world import Law, Reading
    from strandline.properties.laws import Judge

PROBED = "M5"


def laws(scope: Scope) -> tuple[Law, ...]:
    """Give the laws of a memo world, their twins, and its sights."""
    return (*_laws(scope), *(SometimesTold(f"{name}: {sight.says}", sight.seen) for name, sight in SIGHTS.items()))


def _laws(scope: Scope) -> Iterator[Law]:
    for law in laws_of(scope):
        if law.number == PROBED and law.holds is not None and law.twin is not None:
            yield from _probed(scope, law.holds, law.twin.seen, law.twin.says)
            continue
        if law.holds is not None:
            yield AlwaysTold(law.number, law.holds)
        if law.twin is not None:
            yield SometimesTold(f"{law.number}: {law.twin.says}", law.twin.seen)


def _probed(scope: Scope, holds: Judge, seen: Judge, says: str) -> Iterator[Law]:
    """Leave the world in peace wherever nobody is in flight."""
    gates = tuple(of("gate", actor) for actor in range(scope.refreshers))
    idle = tuple(f"idle.{place}" for place in range(scope.idle))
    kept = tuple(f"{name}.{part}" for name in idle for part in ("clean", "seen"))
    rest = ("path", "log", "slot", "slot.body", "epoch", *idle, *kept, "slot.observation", "serials")
    changes = changing(scope)
    fixed = {part: value for part, value in parted(model.init(scope), scope).items() if not changes(part)}
    reads = (*gates, *filter(changes, rest))

    @cache
    def probe(world: World) -> tuple[Settled, ...]:
        return tuple(settled(world, scope, lambda at, action: model.step(at, scope, action), lambda same: same))

    def events(at: Reading) -> tuple[Settled, ...]:
        if any(at[gate] is not None for gate in gates):
            return ()
        return probe(Whole(scope, {part: fixed[part] if part in fixed else at[part] for part in rest}).resting())

    yield Always(PROBED, reads, lambda at: all(holds(event) for event in events(at)))
    yield Sometimes(f"{PROBED}: {says}", reads, lambda at: any(seen(event) for event in events(at)))
