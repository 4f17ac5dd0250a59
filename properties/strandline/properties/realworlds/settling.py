"""What becomes of a real world that is left in peace, from every state in which nobody is in flight."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from strandline.properties.exhaust.world import Always, Sometimes
from strandline.properties.harness.real import Real
from strandline.properties.laws import laws_of
from strandline.properties.memoworlds.asking import Parts
from strandline.properties.memoworlds.judged import PROBED
from strandline.properties.memoworlds.parts import of
from strandline.properties.memoworlds.whole import Whole
from strandline.properties.quiet import settled
from strandline.properties.realworlds.bench import KEPT
from strandline.properties.realworlds.standing import slot_of
from strandline.properties.realworlds.viewing import viewed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from strandline.model.events import Settled
    from strandline.properties.exhaust.world import Law, Reading
    from strandline.properties.realworlds.bench import Bench


def settling(bench: Bench) -> Iterator[Law]:
    """Give the law of worlds that are left in peace, and its twin."""
    scope = bench.scope
    law = next(law for law in laws_of(scope) if law.number == PROBED)
    holds, twin = law.holds, law.twin
    if holds is None or twin is None:
        raise ValueError(f"{PROBED} is judged by no event")
    gates = tuple(of("gate", actor) for actor in range(scope.refreshers))
    idle = tuple(f"idle.{place}" for place in range(scope.idle))
    flags = tuple(f"{name}.{part}" for name in idle for part in ("clean", "seen"))
    rest = ("path", "log", KEPT, "epoch", *idle, *flags, "slot.observation", "serials")
    reads = tuple(part for part in (*gates, *rest) if part not in bench.fixed)

    @cache
    def probed(real: Real) -> tuple[Settled, ...]:
        return tuple(settled(real, scope, bench.scanner.moved, lambda at: at.world))

    def events(at: Reading) -> tuple[Settled, ...]:
        if any(at[gate] is not None for gate in gates):
            return ()
        parts = Parts({part: bench.fixed[part] if part in bench.fixed else at[part] for part in rest})
        world = Whole(scope, viewed(parts, bench.viewer)).resting()
        return probed(Real(world, slot_of(parts), (None,) * scope.refreshers))

    yield Always(PROBED, reads, lambda at: all(holds(event) for event in events(at)))
    yield Sometimes(f"{PROBED}: {twin.says}", reads, lambda at: any(twin.seen(event) for event in events(at)))
