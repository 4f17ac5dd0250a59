"""The steps of real refreshes, over the parts that they read, and each held against the model's.

A step is taken in three stages: the scanner takes it, its ghosts follow, the model takes its own beside it. Each stage
is gone through once for each distinct value of what it and those before it read. Were they one, the scanner's stage
would be gone through again for every part that the model wants to see.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from strandline.model.events import Answered
from strandline.model.world import AMID
from strandline.properties.exhaust.world import Outcome, WorldError
from strandline.properties.harness import view
from strandline.properties.memoworlds.asking import Asking
from strandline.properties.memoworlds.parts import of
from strandline.properties.memoworlds.steps import LATE, TURNS, can_be_next
from strandline.properties.memoworlds.taker import ME
from strandline.properties.realworlds.bench import KEPT, STAND
from strandline.properties.realworlds.happening import MEMOS, Happening
from strandline.properties.realworlds.passing import Passing
from strandline.properties.realworlds.refined import refined, ways
from strandline.properties.realworlds.standing import Stand, bare, slot_of
from strandline.properties.realworlds.viewing import Viewed

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from strandline.properties.exhaust.world import Action as Declared
    from strandline.properties.exhaust.world import Value
    from strandline.properties.memoworlds.asking import Parts
    from strandline.properties.realworlds.bench import Bench
    from strandline.properties.realworlds.happening import Happened


class RealSteps:
    """Takes the steps of one kind, as the first refresher would take them."""

    def __init__(self, bench: Bench, kind: str, model: Declared, first: tuple[str, ...], reads: frozenset[str]) -> None:
        """Take steps of this kind beside those of the model's declared action.

        Args:
            bench: what all steps of the world have in common.
            kind: the kind of step.
            model: the model's action.
            first: the parts that every such step reads, which are read before one is tried.
            reads: the parts that it may read.
        """
        self._bench = bench
        self._kind = kind.removeprefix(LATE)
        self._late = kind.startswith(LATE)
        self._model = model
        self._first = first
        self._reads = reads
        self._spent = f"budget.{self._kind}" if self._kind in dict(bench.scope.budget) else ""
        self._happened = tuple(self._stages(arg) for arg in range(len(bench.scope.templates)))
        self.taken = Asking(self._ways, bench.fixed)

    def _stages(self, arg: int) -> Asking[Happened]:
        passed = Asking(Passing(self._bench, self._kind, arg), self._bench.fixed)
        return Asking(Happening(self._bench, self._kind, arg, passed), self._bench.fixed)

    def _ways(self, at: Parts) -> tuple[Outcome, ...]:
        if self._spent and not at[self._spent]:
            return ()
        if self._kind == DROP:
            taken = [self._dropped(at)]
        elif not can_be_next(at, self._kind, late=self._late):
            taken = []
        elif self._kind in TURNS:
            taken = [*self._turned(at)]
        else:
            taken = [self._moved(at, arg) for arg in self._args(at)]
        spent = {self._spent: at[self._spent] - 1} if self._spent else {}
        return tuple(way._replace(writes={**way.writes, **spent}) for way in taken)

    def _args(self, at: Parts) -> range:
        if self._kind != AMID:
            return range(1)
        path, link = at["path"], at[of("link", ME)]
        open_here = path is not None and link is not None and link.serial == path.serial
        return range(len(self._bench.scope.templates) if open_here else 0)

    def _turned(self, at: Parts) -> Iterator[Outcome]:
        """Start a refresh, or cancel it; of a start the model sees where the real one stands."""
        for way in ways(self._model, self._seen(at)):
            if self._kind == "cancel":
                writes = {part: value for part, value in way.writes.items() if part not in MEMOS}
                writes.pop(self._spent, None)
                yield Outcome({**writes, of(STAND, ME): None}, label=way.label)
                continue
            state, effect = self._bench.scanner.begin(int(way.label))
            stand = Stand(bare(state), bare(effect))
            own = {of(part, ME): value for part, value in self._bench.viewer.stand(stand).items()}
            known = {part: value for part, value in own.items() if part in way.writes}
            changed = {**way.writes, **known, of("gate", ME): view.phase(state)}
            changed.pop(self._spent, None)
            writes = {part: value for part, value in changed.items() if part not in MEMOS}
            yield self._held(at, way.label, changed, {**writes, of(STAND, ME): stand})

    def _dropped(self, at: Parts) -> Outcome:
        """Drop what is stored by force."""
        after = self._bench.scanner.drop(slot_of(at))
        if after.memo is not None:
            raise WorldError("a drop left a memo")
        changed: dict[str, Value] = {"epoch": after.epoch, "slot.observation": 0, "slot.commit": 0}
        for actor in range(self._bench.scope.refreshers):
            changed |= {of("unmoved", actor): False, of("trusted", actor): False}
        return self._held(at, "0", {**changed, "slot": None, "slot.body": None}, {**changed, KEPT: None})

    def _moved(self, at: Parts, arg: int) -> Outcome:
        """Let a refresh through its gate."""
        for part in self._first:
            at[part]
        happened = at.conclude(self._happened[arg])
        return self._held(at, str(arg), happened.changed, happened.writes, happened.told)

    def _held(
        self,
        at: Parts,
        label: str,
        changed: Mapping[str, Value],
        writes: Mapping[str, Value],
        told: tuple[Value, ...] = (),
    ) -> Outcome:
        """Hold a step against the model's, and tell what came of that as well."""
        way = refined(self._model, self._seen(at), label, changed, told)
        account = self._bench.refinement
        account.steps += 1
        account.differing += bool(way.differences)
        account.answers += sum(isinstance(event, Answered) for event in told)
        return Outcome(writes, (*told, way), label)

    def _seen(self, at: Parts) -> Viewed:
        """Let the model see the parts."""
        return Viewed(at, self._bench.viewer, self._reads)


DROP: Final = "drop"
