"""The steps of real refreshes, over the parts that they read, and each held against the model's.

A step is taken in three stages: the scanner takes it, its ghosts follow, the model takes its own beside it. Each stage
is gone through once for each distinct value of what it and those before it read. Were they one, the scanner's stage
would be gone through again for every part that the model wants to see.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Final

from strandline.model.memo.events import Answered
from strandline.model.memo.refresh import FAULTS
from strandline.model.memo.world import AMID, waits
from strandline.properties.engines.exhaust.world import Outcome, WorldError
from strandline.properties.engines.records.lazy import Source
from strandline.properties.systems.memo.driver import view
from strandline.properties.systems.memo.realworlds.asking import Asking
from strandline.properties.systems.memo.realworlds.bench import KEPT, ME, MEMOS, STAND, of
from strandline.properties.systems.memo.realworlds.happening import Happening
from strandline.properties.systems.memo.realworlds.passing import Passing
from strandline.properties.systems.memo.realworlds.refined import refined, ways
from strandline.properties.systems.memo.realworlds.standing import Stand, bare, slot_of
from strandline.properties.systems.memo.realworlds.viewing import Viewed

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from strandline.properties.engines.exhaust.world import Action as Declared
    from strandline.properties.engines.exhaust.world import Value
    from strandline.properties.systems.memo.realworlds.asking import Parts
    from strandline.properties.systems.memo.realworlds.bench import Bench
    from strandline.properties.systems.memo.realworlds.happening import Happened


class RealSteps:
    """Takes the steps of one kind, as the first refresher would take them."""

    def __init__(self, bench: Bench, kind: str, model: Declared) -> None:
        """Take steps of this kind beside those of the model's declared action.

        Args:
            bench: what all steps of the world have in common.
            kind: the kind of step.
            model: the model's action.
        """
        self._bench = bench
        self._kind = kind
        taken = Asking(partial(ways, model))
        self._model = replace(model, take=lambda at: taken(at.__getitem__))
        names = [name for name, _ in bench.scope.budget]
        self._spent = f"left.{names.index(kind)}.times" if kind in names else ""
        self._happened = tuple(self._stages(arg) for arg in range(len(bench.scope.templates)))
        self.taken = Asking(self._ways)

    def _stages(self, arg: int) -> Asking[Happened]:
        passed = Asking(Passing(self._bench, self._kind, arg))
        return Asking(Happening(self._bench, self._kind, arg, passed))

    def _ways(self, at: Parts) -> tuple[Outcome, ...]:
        if self._spent and not at[self._spent]:
            return ()
        if self._kind == DROP:
            taken = [self._dropped(at)]
        elif not waits(Source(self._bench.shape, Viewed(at, self._bench.viewer)).state(), self._kind, ME):
            taken = []
        elif self._kind in {"start", "cancel"}:
            taken = [*self._turned(at)]
        else:
            args = range(len(self._bench.scope.templates) if self._kind == AMID else 1)
            taken = [self._moved(at, arg) for arg in args]
        spent = {self._spent: at[self._spent] - 1} if self._spent else {}
        return tuple(way._replace(writes={**way.writes, **spent}) for way in taken)

    def _turned(self, at: Parts) -> Iterator[Outcome]:
        """Start a refresh, or cancel it; of a start the model sees where the real one stands."""
        for way in ways(self._model, self._seen(at)):
            if self._kind == "cancel":
                writes = {part: value for part, value in way.writes.items() if part not in MEMOS}
                writes.pop(self._spent, None)
                yield Outcome({**writes, of(STAND): None}, label=way.label)
                continue
            state, effect = self._bench.scanner.begin(int(way.label))
            stand = Stand(bare(state), bare(effect))
            own = self._bench.viewer.stand(stand)
            known = {part: value for part, value in own.items() if part in way.writes}
            changed = {**way.writes, **known, of("phase"): view.phase(state)}
            changed.pop(self._spent, None)
            writes = {part: value for part, value in changed.items() if part not in MEMOS}
            yield self._held(at, way.label, changed, {**writes, of(STAND): stand})

    def _dropped(self, at: Parts) -> Outcome:
        """Drop what is stored by force."""
        after = self._bench.scanner.drop(slot_of(at))
        if after.memo is not None:
            raise WorldError("a drop left a memo")
        changed: dict[str, Value] = {"slot.epoch": after.epoch, "slot.observation": 0, "slot.commit": 0}
        for actor in range(self._bench.scope.refreshers):
            changed |= {of("unmoved", actor): False, of("trusted", actor): False}
        gone: dict[str, Value] = {"slot.head": None, "slot.body": None, "slot.forgotten": False}
        return self._held(at, "0", changed | gone, {**changed, KEPT: None})

    def _moved(self, at: Parts, arg: int) -> Outcome:
        """Let a refresh through its gate, once all that every such step reads is known."""
        for part in FIRST[self._kind].split():
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
        return Viewed(at, self._bench.viewer)


DROP: Final = "drop"

_LINK: Final = f"path {of('connection.link')}"
_READ: Final = f"{of('ask')} {of('unmoved')} idle.0.link {of('connection.seen')} {_LINK}"

FIRST: Final[dict[str, str]] = {
    "locate": f"{_LINK} idle.0.link idle.0.clean idle.0.seen {of(STAND)}",
    "connect": _LINK,
    "read": _READ,
    AMID: f"births {_READ}",
    **dict.fromkeys(FAULTS, f"{of('connection.seen')} {_LINK}"),
    "check": f"{of('unmoved')} {_LINK} {of('connection.seen')} {of(STAND)}",
    "store": f"{_READ} {of('ghost')} slot.commit slot.observation slot.epoch {KEPT} {of(STAND)}",
}
"""The components that each gate reads in any case, those that tell most apart last.

A step is tried anew for each component that it turns out to need; read first, these save most of that.
"""
