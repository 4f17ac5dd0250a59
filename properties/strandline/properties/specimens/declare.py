"""A specimen in a world, declared for the search of declared worlds."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from strandline.model.state import Action as Step
from strandline.properties.exhaust.world import (
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
from strandline.properties.laws import laws_of
from strandline.properties.memoworlds.judged import PROBED
from strandline.properties.specimens import SPECIMENS
from strandline.properties.specimens.parts import OWN, numbers_of, of, parted, whole
from strandline.properties.specimens.rule import FALLIBLE, STATEMENTS
from strandline.properties.specimens.space import FAULTS, SpecimenSpace
from strandline.properties.specimens.worlds import SPECIMEN_WORLDS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from strandline.model.state import Scope
    from strandline.properties.exhaust.found import Shown
    from strandline.properties.exhaust.world import Law, Reading, Value
    from strandline.properties.laws import Judge

TURNS: Final = ("start", "cancel")
"""What begins a refresh and what ends it from outside."""

FILE: Final = ("path", "path.commit")
STORED: Final = ("stored", "stored.commit", "stored.first", "stored.number")
SAVED: Final = ("saved", "saved.commit", "saved.first")
OTHER: Final = ("backup", "births", "serials")


def declared(name: str, world: str) -> World:
    """Declare one world of a specimen.

    Raises:
        KeyError: there is no such specimen, or no such world.
    """
    scope = SPECIMEN_WORLDS[world]
    space: SpecimenSpace[Any] = SpecimenSpace(SPECIMENS[name].rule, scope)
    orders = numbers_of(scope.refreshers)
    first = parted(space.first(), scope)
    return World(
        name=f"{SPECIMENS[name].subject} {world}",
        components=tuple(
            Rank(part, orders[part], value) if part in orders else Component(part, value)  # type: ignore[arg-type] # a number
            for part, value in first.items()
        ),
        actions=tuple(_actions(space, scope, tuple(first), name)),
        laws=tuple(_laws(space, scope)),
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


def _actions(space: SpecimenSpace[Any], scope: Scope, parts: tuple[str, ...], name: str) -> Iterator[Action]:
    rule, kinds = SPECIMENS[name].rule, [kind for kind, _ in scope.budget]
    gates = (*rule.steps, "look", "put", *(["save"] if rule.saves else []))
    for kind in kinds:
        if kind not in {*TURNS, *FAULTS}:
            steps = Steps(space, scope, kind, None, tuple(part for part in parts if part != f"left.{kind}"))
            yield Action(kind, (f"left.{kind}", *steps.reads), parts, steps)
    for actor in range(scope.refreshers):
        for kind in (*(kind for kind in kinds if kind in {*TURNS, *FAULTS}), *gates):
            budget = (f"left.{kind}",) if kind in kinds else ()
            mine = (of("run", actor), *(of(place, actor) for place in OWN))
            steps = Steps(space, scope, kind, actor, (*mine, *_looks(kind)))
            yield Action(f"{kind} {actor}", (*budget, *steps.reads), (*budget, *steps.reads), steps, str(actor))


def _looks(kind: str) -> tuple[str, ...]:
    """Give the parts that a step of a refresher reads besides its own."""
    if kind in {*STATEMENTS, *FAULTS}:
        return ()
    return {"save": (*STORED, *SAVED), "start": FILE, "cancel": FILE}.get(kind, (*FILE, *STORED))


@dataclass(frozen=True)
class Steps:
    """Takes the steps of one kind that one refresher takes, or the environment; all of ``reads`` is in the scene."""

    space: SpecimenSpace[Any]
    scope: Scope
    kind: str
    actor: int | None
    reads: tuple[str, ...]

    def __call__(self, at: Reading) -> Iterator[Outcome]:
        """Take every step that can be taken now."""
        budget = f"left.{self.kind}"
        limited = self.kind in dict(self.scope.budget)
        if (limited and not at[budget]) or not self._turn(at):
            return
        parts = {part: at[part] for part in (*((budget,) if limited else ()), *self.reads)}
        scene = whole(parts, self.scope)
        for action in self.space.actions(scene):
            if (action.name, action.actor) == (self.kind, self.actor):
                after, events = self.space.moved(scene, action)
                yield Outcome(self._written(parts, parted(after, self.scope)), events, str(action.arg))

    def _written(self, before: dict[str, Value], after: dict[str, Value]) -> dict[str, Value]:
        """Give what a step changed of what it read; a number that was not there is the next one of its order."""
        orders = numbers_of(self.scope.refreshers)
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
        standing = at[of("run", self.actor)]
        if standing is None or self.kind == "start":
            return standing is None and self.kind == "start"
        _, task = standing
        return self.kind == "cancel" or task.phase in (FALLIBLE if self.kind in FAULTS else {self.kind})


def _laws(space: SpecimenSpace[Any], scope: Scope) -> Iterator[Law]:
    for law in laws_of(scope):
        if law.number == PROBED and law.holds is not None and law.twin is not None:
            reads = (*(of("run", actor) for actor in range(scope.refreshers)), *FILE, *STORED, *SAVED)
            yield Always(PROBED, reads, Probed(space, scope, reads, law.holds, all))
            yield Sometimes(f"{PROBED}: {law.twin.says}", reads, Probed(space, scope, reads, law.twin.seen, any))
            continue
        if law.holds is not None:
            yield AlwaysTold(law.number, law.holds)
        if law.twin is not None:
            yield SometimesTold(f"{law.number}: {law.twin.says}", law.twin.seen)


@dataclass(frozen=True)
class Probed:
    """Leaves a scene in peace in which nobody is in flight, and judges what becomes of it."""

    space: SpecimenSpace[Any]
    scope: Scope
    reads: tuple[str, ...]
    judge: Judge
    of_all: Callable[[Iterable[bool]], bool]

    def __call__(self, at: Reading) -> bool:
        """Judge all that is told, or any of it."""
        if any(at[of("run", actor)] is not None for actor in range(self.scope.refreshers)):
            return self.of_all(())
        scene = whole({part: at[part] for part in self.reads}, self.scope)
        return self.of_all(map(self.judge, self.space.probe(scene)))
