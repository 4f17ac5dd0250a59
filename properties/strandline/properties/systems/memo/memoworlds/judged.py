"""The memo laws, over what the steps of a declared world tell and over what it rests in."""

from __future__ import annotations

from functools import cache, partial
from typing import TYPE_CHECKING, Final

from strandline.model.memo import world as model
from strandline.properties.engines.exhaust.world import Always, AlwaysTold, Sometimes, SometimesTold
from strandline.properties.systems.memo.memoworlds.covers import OTHERS
from strandline.properties.systems.memo.spec.laws import laws_of
from strandline.properties.systems.memo.spec.quiet import settled

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from strandline.model.memo.events import Event, Settled
    from strandline.model.memo.state import Scope, World
    from strandline.model.terms import Step
    from strandline.properties.engines.exhaust.world import Law, Reading, Value
    from strandline.properties.engines.records.shape import Shape

PROBED: Final = "M5"

AT_REST: Final = ("path", "log", "slot.epoch", "slot.observation", "serials", "slot.head", "slot.body")
"""What a refresh can look at where nobody is in flight, besides kept connections."""


def laws(scope: Scope, probed: Iterable[Law]) -> tuple[Law, ...]:
    """Give the laws of a memo world, their covers, and the covers of no law; ``probed`` are those of worlds at rest."""
    return (
        *_laws(scope, probed),
        *(SometimesTold(f"{name}: {cover.says}", cover.seen) for name, cover in OTHERS.items()),
    )


def _laws(scope: Scope, probed: Iterable[Law]) -> Iterator[Law]:
    for law in laws_of(scope):
        if law.number == PROBED:
            yield from probed
            continue
        if law.holds is not None:
            yield AlwaysTold(law.number, law.holds)
        if law.cover is not None:
            yield SometimesTold(f"{law.number}: {law.cover.says}", law.cover.seen)


def of_model(scope: Scope, shape: Shape) -> Iterator[Law]:
    """Leave a world of the model in peace wherever nobody is in flight."""
    reads = (*AT_REST, *kept(shape))

    @cache
    def probe(world: World) -> tuple[Settled, ...]:
        return tuple(settled(world, scope, partial(_step, scope), lambda same: same))

    yield from at_rest(scope, reads, lambda at: probe(resting(shape, {part: at[part] for part in reads})))


def at_rest(scope: Scope, reads: tuple[str, ...], probe: Callable[[Reading], tuple[Settled, ...]]) -> Iterator[Law]:
    """Give the law of worlds that are left in peace, and its cover.

    Args:
        scope: the bounds of the world.
        reads: the components that a probe reads.
        probe: tells what becomes of a world in which nobody is in flight.

    Raises:
        ValueError: the law is judged by no event.
    """
    law = next(law for law in laws_of(scope) if law.number == PROBED)
    holds, cover = law.holds, law.cover
    if holds is None or cover is None:
        raise ValueError(f"{PROBED} is judged by no event")
    phases = tuple(f"tasks.{actor}.phase" for actor in range(scope.refreshers))

    def events(at: Reading) -> tuple[Settled, ...]:
        return () if any(at[phase] is not None for phase in phases) else probe(at)

    reads = (*phases, *reads)
    yield Always(PROBED, reads, lambda at: all(holds(event) for event in events(at)))
    yield Sometimes(f"{PROBED}: {cover.says}", reads, lambda at: any(cover.seen(event) for event in events(at)))


def resting(shape: Shape, parts: Mapping[str, Value]) -> World:
    """Give a world of these parts; of all else it has what there was at first."""
    world: World = shape.whole({**shape.first, **parts})
    return world


def kept(shape: Shape) -> tuple[str, ...]:
    """Give the components of kept connections."""
    return tuple(part for part in shape.first if part.startswith("idle."))


def _step(scope: Scope, world: World, action: Step) -> tuple[World, tuple[Event, ...]]:
    return model.step(world, scope, action)
