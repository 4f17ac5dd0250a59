"""A specimen in a world, declared for the search of declared worlds."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from strandline.model.terms import Step
from strandline.properties.engines.exhaust.world import (
    NEXT,
    Action,
    Always,
    AlwaysTold,
    Component,
    Outcome,
    Rank,
    Sometimes,
    SometimesTold,
    World,
)
from strandline.properties.engines.records.shape import Shape
from strandline.properties.systems.memo.memoworlds.judged import PROBED
from strandline.properties.systems.memo.spec.laws import laws_of
from strandline.properties.systems.memo.specimens import SPECIMENS
from strandline.properties.systems.memo.specimens.parts import OWN, numbers_of, of, parted, whole
from strandline.properties.systems.memo.specimens.rule import FALLIBLE, STATEMENTS
from strandline.properties.systems.memo.specimens.space import FAULTS, SpecimenSpace
from strandline.properties.systems.memo.specimens.worlds import SPECIMEN_WORLDS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from strandline.properties.core.law import Judge
    from strandline.properties.engines.exhaust.found import Shown
    from strandline.properties.engines.exhaust.world import Law, Reading, Value

TURNS: Final = ("start", "cancel")
"""What begins a refresh and what ends it from outside."""

FILE: Final = ("path", "log", "commit")
STORED: Final = ("slot.epoch", "slot.body", "slot.commit", "slot.forgotten", "stored", "stored.first", "stored.number")
SAVED: Final = ("saved", "saved.commit", "saved.first")


def declared(name: str, world: str) -> World:
    """Declare one world of a specimen.

    Raises:
        KeyError: there is no such specimen, or no such world.
    """
    scope = SPECIMEN_WORLDS[world]
    space: SpecimenSpace[Any] = SpecimenSpace(SPECIMENS[name].rule, scope)
    shape = Shape(space.first().world)
    orders, first = numbers_of(shape), parted(space.first(), shape)
    return World(
        name=f"{SPECIMENS[name].subject} {world}",
        components=tuple(
            Rank(part, orders[part], value) if part in orders else Component(part, value)  # type: ignore[arg-type] # a number
            for part, value in first.items()
        ),
        actions=tuple(_actions(space, shape, tuple(first), name)),
        laws=tuple(_laws(space, shape)),
        made_by=partial(declared, name, world),
    )


def stepped(trace: Shown) -> tuple[Step, ...]:
    """Give the steps of a trace as the plain search names them."""
    return tuple(
        Step(
            step.action if step.actor is None else step.action.removesuffix(f" {step.actor}"),
            None if step.actor is None else int(step.actor),
            int(step.label),
        )
        for step in trace.steps
    )


def _actions(space: SpecimenSpace[Any], shape: Shape, parts: tuple[str, ...], name: str) -> Iterator[Action]:
    rule, kinds = SPECIMENS[name].rule, [kind for kind, _ in space.scope.budget]
    budget = {kind: f"left.{place}.times" for place, kind in enumerate(kinds)}
    gates = (*rule.steps, "look", "put", *(["save"] if rule.saves else []))
    for kind in kinds:
        if kind not in {*TURNS, *FAULTS}:
            yield Action(kind, parts, parts, Steps(space, shape, kind, None, budget[kind], parts))
    for actor, block in enumerate(shape.blocks["tasks"]):
        for kind in (*(kind for kind in kinds if kind in {*TURNS, *FAULTS}), *gates):
            spent = (budget[kind],) if kind in budget else ()
            mine = (*block, of("run", actor), *(of(place, actor) for place in OWN))
            reads = (*spent, *mine, *_looks(kind))
            steps = Steps(space, shape, kind, actor, budget.get(kind), reads)
            yield Action(f"{kind} {actor}", reads, reads, steps, str(actor))


def _looks(kind: str) -> tuple[str, ...]:
    """Give the parts that a step of a refresher reads besides its own."""
    if kind in FAULTS:
        return ()
    if kind in STATEMENTS:
        return "log", "commit"
    return {"save": (*STORED, *SAVED), "start": FILE, "cancel": FILE}.get(kind, (*FILE, *STORED))


@dataclass(frozen=True)
class Steps:
    """Takes the steps of one kind that one refresher takes, or the environment; all of ``reads`` is in the scene."""

    space: SpecimenSpace[Any]
    shape: Shape
    kind: str
    actor: int | None
    budget: str | None
    reads: tuple[str, ...]

    def __call__(self, at: Reading) -> Iterator[Outcome]:
        """Take every step that can be taken now."""
        if (self.budget is not None and not at[self.budget]) or not self._turn(at):
            return
        parts = {part: at[part] for part in self.reads}
        scene = whole(parts, self.shape)
        for action in self.space.actions(scene):
            if (action.name, action.actor) == (self.kind, self.actor):
                after, events = self.space.moved(scene, action)
                yield Outcome(self._written(parts, parted(after, self.shape)), events, str(action.arg))

    def _written(self, before: dict[str, Value], after: dict[str, Value]) -> dict[str, Value]:
        """Give what a step changed of what it read; a number that was not there is the next one of its order."""
        orders = numbers_of(self.shape)
        given: set[tuple[str, Value]] = {(order, 0) for order in orders.values()}
        given |= {(orders[part], number) for part, number in before.items() if part in orders}
        return {
            part: value if part not in orders or (orders[part], value) in given else NEXT
            for part, value in after.items()
            if part in before and value != before[part]
        }

    def _turn(self, at: Reading) -> bool:
        """Tell whether a step of this kind can be the refresher's next one."""
        if self.actor is None:
            return True
        phase = at[f"tasks.{self.actor}.phase"]
        if phase is None or self.kind == "start":
            return phase is None and self.kind == "start"
        return self.kind == "cancel" or phase in (FALLIBLE if self.kind in FAULTS else {self.kind})


def _laws(space: SpecimenSpace[Any], shape: Shape) -> Iterator[Law]:
    for law in laws_of(space.scope):
        if law.number == PROBED and law.holds is not None and law.cover is not None:
            phases = (f"tasks.{actor}.phase" for actor in range(space.scope.refreshers))
            reads = (*phases, *FILE, *STORED, *SAVED)
            yield Always(PROBED, reads, Probed(space, shape, reads, law.holds, all))
            yield Sometimes(f"{PROBED}: {law.cover.says}", reads, Probed(space, shape, reads, law.cover.seen, any))
            continue
        if law.holds is not None:
            yield AlwaysTold(law.number, law.holds)
        if law.cover is not None:
            yield SometimesTold(f"{law.number}: {law.cover.says}", law.cover.seen)


@dataclass(frozen=True)
class Probed:
    """Leaves a scene in peace in which nobody is in flight, and judges what becomes of it."""

    space: SpecimenSpace[Any]
    shape: Shape
    reads: tuple[str, ...]
    judge: Judge
    of_all: Callable[[Iterable[bool]], bool]

    def __call__(self, at: Reading) -> bool:
        """Judge all that is told, or any of it."""
        scene = whole({part: at[part] for part in self.reads}, self.shape)
        return self.of_all(map(self.judge, self.space.probe(scene)))
