"""The steps of the model, each taken in a world in which only the parts that it reads can be looked at."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from strandline.model import refresh
from strandline.model.environment import CHANGES, OFFERS, append_and_prune
from strandline.model.state import Action, World
from strandline.model.world import AMID, ELSEWHERE, GATES
from strandline.properties.exhaust.world import Outcome, WorldError
from strandline.properties.memoworlds.cut import parted
from strandline.properties.memoworlds.hidden import Hidden, Looked
from strandline.properties.memoworlds.parts import REST, of, order_of
from strandline.properties.memoworlds.told import told
from strandline.properties.memoworlds.whole import Whole

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from strandline.model.events import Event
    from strandline.model.state import Scope
    from strandline.properties.exhaust.world import Reading, Value


class Done(NamedTuple):
    """The ways in which a step can go."""

    ways: tuple[Outcome, ...]


class Question(NamedTuple):
    """A part that a step has to read before it can go on, and what follows by its value."""

    part: str
    answers: dict[Value, Question | Done]


class Steps:
    """Takes the steps of one kind; those of a refresher as the first one would take them.

    Each step of the model is taken once for every distinct reading: it is tried on what is known
    so far, and what it looks at beyond that is the next question.
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
        self._first = ((self._spent,) if self._limited else ()) + first
        self._root = self._grown(dict(fixed))

    def taken(self, read: Callable[[str], Any]) -> tuple[Outcome, ...]:
        """Take the step on these parts."""
        node, known = self._root, dict(self._fixed)
        while isinstance(node, Question):
            value = known[node.part] = read(node.part)
            following = node.answers.get(value)
            if following is None:
                following = node.answers[value] = self._grown(known)
            node = following
        return node.ways

    def _grown(self, known: dict[str, Any]) -> Question | Done:
        """Give what follows on what is known."""
        if known.get(self._spent) == 0 or not self._turn(known):
            return Done(())
        for part in self._first:
            if part not in known:
                return Question(part, {})
        try:
            return Done(tuple(self._ways(Whole(self.scope, known))))
        except Looked as looked:
            parts = [f"idle.{place}" for place in range(self.scope.idle)] if looked.part == "idle" else [looked.part]
            wanted = next((part for part in parts if part not in known), None)
            if wanted is None:
                message = f"a step {self.kind!r} looked at {looked}, of which nothing is kept"
                raise WorldError(message) from None
            return Question(wanted, {})

    def _turn(self, known: dict[str, Any]) -> bool:
        """Tell if a step of this kind can still be the next one of the refresher."""
        gate = known.get(of("gate", ME), self)
        if not self._gated or gate is self:
            return True
        if known.get(of("unmoved", ME), not self._late) is self._late and self.kind == "store":
            return False
        if self.kind in {"start", "cancel"}:
            return (gate is None) is (self.kind == "start")
        return bool(gate == ("read" if self.kind in {*refresh.FAULTS, AMID} else self.kind))

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


WIDE: Final = frozenset({"replace", "reissue", "remove", "copy"})
"""What looks at every connection."""

ME: Final = 0
"""The refresher as which every step is taken; what it read and wrote is then another one's."""

LATE: Final = "late "
"""Marks the stores of refreshes that have been overtaken: they decide anew and do not store."""


@dataclass(frozen=True, slots=True)
class Taker:
    """Takes the steps of one refresher by those of the first, and the environment's as they are."""

    steps: Steps
    actor: int | None

    def __call__(self, at: Reading) -> tuple[Outcome, ...]:
        """Take every step that can be taken now."""
        if not self.actor:
            return self.steps.taken(at.__getitem__)
        ways = self.steps.taken(lambda part: at[self._mine(part)])
        return tuple(
            way._replace(writes={self._mine(part): value for part, value in way.writes.items()}) for way in ways
        )

    def _mine(self, part: str) -> str:
        """Give the part that has the place of another one if I change places with the first refresher."""
        name, _, owner = part.partition(".")
        if name not in REST or owner not in {str(ME), str(self.actor)}:
            return part
        return of(name, (self.actor or 0) - int(owner))
