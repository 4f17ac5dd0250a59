"""What becomes of a real world that is left in peace, from every state in which nobody is in flight."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from strandline.properties.systems.memo.driver.real import Real
from strandline.properties.systems.memo.memoworlds.judged import AT_REST, at_rest, kept, resting
from strandline.properties.systems.memo.realworlds.bench import KEPT, SLOT_MEMO
from strandline.properties.systems.memo.realworlds.standing import slot_of
from strandline.properties.systems.memo.realworlds.viewing import Viewed
from strandline.properties.systems.memo.spec.quiet import settled

if TYPE_CHECKING:
    from collections.abc import Iterator

    from strandline.model.memo.events import Settled
    from strandline.properties.engines.exhaust.world import Law, Reading
    from strandline.properties.systems.memo.realworlds.bench import Bench


def settling(bench: Bench) -> Iterator[Law]:
    """Give the law of worlds that are left in peace, and its cover."""
    parts = (*AT_REST, *kept(bench.shape))
    reads = (*(part for part in parts if part not in SLOT_MEMO), KEPT)

    @cache
    def probed(real: Real) -> tuple[Settled, ...]:
        return tuple(settled(real, bench.scope, bench.scanner.moved, lambda at: at.world))

    def probe(at: Reading) -> tuple[Settled, ...]:
        seen = Viewed(at, bench.viewer)
        world = resting(bench.shape, {part: seen[part] for part in parts})
        return probed(Real(world, slot_of(at), (None,) * bench.scope.refreshers))

    yield from at_rest(bench.scope, reads, probe)
