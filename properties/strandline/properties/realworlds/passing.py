"""Lets a real refresh through its gate, in the surroundings that the parts of the world make."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from strandline.impl import refresh as impl
from strandline.impl.answer import Answer
from strandline.impl.memo import Memo
from strandline.model.environment import append_and_prune
from strandline.model.refresh import FAULTS
from strandline.model.state import Action
from strandline.model.world import AMID
from strandline.properties.harness.gates import APART, Facing, sighting
from strandline.properties.harness.ghosts import Move
from strandline.properties.memoworlds.asking import Asking
from strandline.properties.memoworlds.parts import of
from strandline.properties.memoworlds.taker import ME
from strandline.properties.memoworlds.whole import Whole
from strandline.properties.realworlds.bench import STAND
from strandline.properties.realworlds.standing import LOOKED_AT, MOVED, filled, slot_of

if TYPE_CHECKING:
    from strandline.impl.effects import Effect
    from strandline.properties.memoworlds.asking import Parts
    from strandline.properties.realworlds.bench import Bench
    from strandline.properties.realworlds.scanner import Step
    from strandline.properties.realworlds.standing import Stand

OBSERVED: Final = 1_000
"""The number of the last observation that anybody made, above all that a step reads."""


DECIDING: Final = ("check", "store")
"""The gates at which a refresh has found something, and the number and the version that it goes by matter."""


class Passed(NamedTuple):
    """A refresh that was let through its gate: where it stood, what the scanner did, and the move of that."""

    stand: Stand
    step: Step
    move: Move


class Passing:
    """Lets the first refresher through one kind of gate, in one way."""

    def __init__(self, bench: Bench, kind: str, arg: int) -> None:
        """Let it take steps of this kind with this argument."""
        self._bench = bench
        self._kind = kind
        self._arg = arg
        self._stood = Asking(self._filled, bench.fixed)
        self._stored = Asking(slot_of, bench.fixed)

    def __call__(self, at: Parts) -> Passed:
        """Take the step; what is stored is read too if the laws are told of it."""
        facing = self._facing(at)  # before where it stands, which tells most apart
        state, effect = at.conclude(self._stood)
        step = self._bench.scanner.step(state, effect, facing)
        if isinstance(step.following, Answer) and isinstance(state, impl.Checking) and isinstance(state.found, Memo):
            facing = facing._replace(slot=at.conclude(self._stored))
        before = facing.slot if facing.slot is not None else APART
        after = step.slot if step.slot is not None else before
        failed = self._kind in FAULTS
        move = Move(
            ME, state, effect, step.result, step.following, before, after, step.cost, failed=failed, seen=step.seen
        )
        return Passed(at[of(STAND, ME)], step, move)

    def _filled(self, at: Parts) -> tuple[impl.State, Effect]:
        """Give where the refresh stands, with its numbers put back."""
        decides = self._kind in DECIDING
        version = LOOKED_AT if decides and at[of("unmoved", ME)] else MOVED
        seen = at[of("seen", ME)] if decides else 0
        return filled(at[of(STAND, ME)], seen, version, self._bench.plug.projection)

    def _facing(self, at: Parts) -> Facing:
        """Put together all that the effect can get at."""
        line, path = at[of("link", ME)], at["path"]
        place = None if path is None else sighting(path)
        match self._kind:
            case "locate":
                lines = [at[f"idle.{number}"] for number in range(self._bench.scope.idle)]
                return Facing(
                    place, kept=tuple(sighting(line) for line in lines if line is not None), observed=OBSERVED
                )
            case "connect":
                return Facing(place, None if path is None else at["log"], sighting(line), observed=OBSERVED)
            case "check":
                return Facing(place)
            case "store":
                return Facing(place, slot=at.conclude(self._stored), observed=OBSERVED)
        log, clean = at[of("view", ME)] if line.left else (at["log"], at[of("clean", ME)])
        after = None
        if self._kind == AMID:
            at["births"]
            world = Whole(self._bench.scope, at.known).world()
            after = append_and_prune(world, self._bench.scope, Action(AMID, ME, self._arg)).log
        return Facing(
            place,
            log,
            sighting(line),
            at[of("seen", ME)],
            clean,
            slot=at.conclude(self._stored),
            observed=OBSERVED,
            fault=self._kind if self._kind in FAULTS else "",
            amid=after,
        )
