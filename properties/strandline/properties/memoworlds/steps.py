"""The steps of the model, each taken in a world in which only the parts that it reads can be looked at."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from strandline.model import refresh
from strandline.model.environment import CHANGES, OFFERS, append_and_prune
from strandline.model.state import Action, World
from strandline.model.world import AMID, ELSEWHERE, GATES
from strandline.properties.exhaust.world import Outcome, WorldError
from strandline.properties.memoworlds.asking import Asking
from strandline.properties.memoworlds.cut import parted
from strandline.properties.memoworlds.hidden import Hidden, Looked
from strandline.properties.memoworlds.parts import of, order_of
from strandline.properties.memoworlds.taker import ME
from strandline.properties.memoworlds.told import told
from strandline.properties.memoworlds.whole import Whole

if TYPE_CHECKING:
    from collections.abc import Iterator

    from strandline.model.events import Event
    from strandline.model.state import Scope
    from strandline.properties.exhaust.world import Value
    from strandline.properties.memoworlds.asking import Parts


class Steps:
    """Takes the steps of one kind; those of a refresher as the first one would take them.

    Each step of the model is taken once for every distinct reading: it is tried on what is known
    so far, and what it looks at beyond that is asked for next.
    """

    def __init__(
        self, scope: Scope, kind: str, first: tuple[str, ...], fixed: dict[str, Value], *, gated: bool
    ) -> None:
        """Take steps of this kind; ``first`` is read before one is tried, ``fixed`` is known and does not change."""
        self.scope = scope
        self.kind = kind.removeprefix(LATE)
        self._late = kind.startswith(LATE)
        self._gated = gated
        self._spent = f"budget.{self.kind}"
        self._limited = self.kind in dict(scope.budget)
        self._fixed = fixed
        self._first = first
        self.taken = Asking(self._tried, fixed)

    def _tried(self, at: Parts) -> tuple[Outcome, ...]:
        """Take the step on what is known."""
        if (self._limited and not at[self._spent]) or (self._gated and not can_be_next(at, self.kind, late=self._late)):
            return ()
        for part in self._first:
            at[part]
        try:
            return tuple(self._ways(Whole(self.scope, at.known)))
        except Looked as looked:
            for part in (
                [f"idle.{place}" for place in range(self.scope.idle)] if looked.part == "idle" else [looked.part]
            ):
                at[part]
            message = f"a step {self.kind!r} looked at {looked}, of which nothing is kept"
            raise WorldError(message) from None

    def _ways(self, whole: Whole) -> Iterator[Outcome]:
        inside = self.kind in GATES
        seen = range(self.scope.refreshers) if self.kind in WIDE else (ME,) if self._gated else ()
        before = whole.world(seen, idle=inside)
        for action in self._offered(before):
            after, events = self._step(whole, before, action)
            writes = self._written(before, after, whole)
            writes = {part: value for part, value in writes.items() if self._fixed.get(part, self) != value}
            if self._limited:
                writes[self._spent] = whole.parts[self._spent] - 1
            tells = tuple(told(event) for event in events)
            hash((tuple(writes.values()), tells))  # looks at all of it, and so asks for what is hidden in it
            yield Outcome(writes, tells, str(action.arg))

    def _offered(self, world: World) -> Iterator[Action]:
        if not self._gated:
            return OFFERS[self.kind](world, self.scope)
        if self.kind in refresh.STEPS:
            return iter((Action(self.kind, ME),))
        mine = tuple(task if actor == ME else None for actor, task in enumerate(world.tasks))
        alone = World(world.path, world.slot, mine, world.idle, world.left)
        offers = OFFERS[self.kind](alone, self.scope)
        return (offer for offer in offers if offer.actor == ME)

    def _step(self, whole: Whole, before: World, action: Action) -> tuple[World, tuple[Event, ...]]:
        if self.kind == ELSEWHERE:
            return before, (refresh.elsewhere(before, self.scope, action.arg),)
        if self.kind == AMID:
            after, events = refresh.advance(before, self.scope, action._replace(name="read"))
            idle: object = after.idle
            if isinstance(idle, Hidden):
                after = replace(after, idle=whole.kept(after.path))
            return append_and_prune(after, self.scope, action), events
        if self.kind in GATES:
            return refresh.advance(before, self.scope, action)
        return CHANGES[self.kind](before, self.scope, action), ()

    def _written(self, before: World, after: World, whole: Whole) -> dict[str, Value]:
        """Give the parts that a step changed."""
        new = parted(after, self.scope, before)
        changed = {part: value for part, value in new.items() if not whole.holds(part, value)}
        return {part: whole.rank(part, value) if order_of(part) else value for part, value in changed.items()}


def can_be_next(at: Parts, kind: str, *, late: bool) -> bool:
    """Tell if a step of a kind can be the first refresher's next one; late stores are of those that were overtaken."""
    gate = at[of("gate", ME)]
    if kind in TURNS:
        return (gate is None) is (kind == "start")
    if gate != ("read" if kind in {*refresh.FAULTS, AMID} else kind):
        return False
    return kind != "store" or at[of("unmoved", ME)] is not late


TURNS: Final = frozenset({"start", "cancel"})
"""What begins a refresh and what ends it from outside."""

WIDE: Final = frozenset({"replace", "reissue", "remove", "copy"})
"""What looks at every connection."""

LATE: Final = "late "
"""Marks the stores of refreshes that have been overtaken: they decide anew and do not store."""
