"""Lets a real refresh through its gate, in the surroundings that the parts of the world make."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from strandline.impl.memo import refresh as impl
from strandline.impl.memo.answer import Answer
from strandline.impl.memo.memo import Memo
from strandline.model.memo.environment import append_and_prune
from strandline.model.memo.refresh import FAULTS
from strandline.model.memo.world import AMID
from strandline.properties.engines.records.lazy import Source
from strandline.properties.systems.memo.driver.gates import APART, Facing, sighting
from strandline.properties.systems.memo.driver.ghosts import Move
from strandline.properties.systems.memo.realworlds.asking import Asking
from strandline.properties.systems.memo.realworlds.bench import ME, STAND, of
from strandline.properties.systems.memo.realworlds.standing import LOOKED_AT, MOVED, filled, slot_of
from strandline.properties.systems.memo.realworlds.viewing import Viewed

if TYPE_CHECKING:
    from strandline.impl.memo.effects import Effect
    from strandline.properties.systems.memo.realworlds.asking import Parts
    from strandline.properties.systems.memo.realworlds.bench import Bench
    from strandline.properties.systems.memo.realworlds.scanner import RealStep
    from strandline.properties.systems.memo.realworlds.standing import Stand

OBSERVED: Final = 1_000
"""The number of the last observation that anybody made, above all that a step reads."""


DECIDING: Final = ("check", "store")
"""The gates at which a refresh has found something, and the number and the version that it goes by matter."""


class Passed(NamedTuple):
    """A refresh that was let through its gate: where it stood, what the scanner did, and the move of that."""

    stand: Stand
    step: RealStep
    move: Move


class Passing:
    """Lets the first refresher through one kind of gate, in one way."""

    def __init__(self, bench: Bench, kind: str, arg: int) -> None:
        """Let it take steps of this kind with this argument."""
        self._bench = bench
        self._kind = kind
        self._arg = arg
        self._stood = Asking(self._filled)
        self._stored = Asking(slot_of)

    def __call__(self, at: Parts) -> Passed:
        """Take the step; what is stored is read too if the laws are told of it."""
        facing = self._facing(at)  # before where it stands, which tells most apart
        state, effect = at.conclude(self._stood)
        step = self._bench.scanner.step(state, effect, facing)
        if isinstance(step.following, Answer) and isinstance(state, impl.Checking) and isinstance(state.found, Memo):
            facing = facing._replace(slot=at.conclude(self._stored))
        before = facing.slot if facing.slot is not None else APART
        after = step.slot if step.slot is not None else before
        failed, stand = self._kind in FAULTS, at[of(STAND)]
        move = Move(
            ME, state, effect, step.result, step.following, before, after, step.cost, failed, step.seen, stand.astray
        )
        return Passed(stand, step, move)

    def _filled(self, at: Parts) -> tuple[impl.State, Effect]:
        """Give where the refresh stands, with its numbers put back."""
        decides = self._kind in DECIDING
        version = LOOKED_AT if decides and at[of("unmoved")] else MOVED
        seen = at[of("connection.seen")] if decides else 0
        return filled(at[of(STAND)], seen, version, self._bench.plug.projection)

    def _facing(self, at: Parts) -> Facing:
        """Put together all that the effect can get at."""
        line, path = at[of("connection.link")], at["path"]
        place = None if path is None else sighting(path)
        match self._kind:
            case "locate":
                lines = [at[f"idle.{number}.link"] for number in range(self._bench.scope.idle)]
                return Facing(
                    place, kept=tuple(sighting(line) for line in lines if line is not None), observed=OBSERVED
                )
            case "connect":
                return Facing(place, None if path is None else at["log"], sighting(line), observed=OBSERVED)
            case "check":
                return Facing(place)
            case "store":
                return Facing(place, slot=at.conclude(self._stored), observed=OBSERVED)
        log, clean = at[of("connection.view")] if line.left else (at["log"], at[of("connection.clean")])
        after = None
        if self._kind == AMID:
            world = Source(self._bench.shape, Viewed(at, self._bench.viewer)).state()
            after = append_and_prune(world, self._bench.scope, self._arg).log
        return Facing(
            place,
            log,
            sighting(line),
            at[of("connection.seen")],
            clean,
            slot=at.conclude(self._stored),
            observed=OBSERVED,
            fault=self._kind if self._kind in FAULTS else "",
            amid=after,
        )
