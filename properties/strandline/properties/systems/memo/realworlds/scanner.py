"""The real scanner, one step at a time: each distinct step of it is taken once, and counted."""

from __future__ import annotations

from time import perf_counter
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from strandline.impl.memo import refresh as impl
from strandline.properties.engines.exhaust.report import Work
from strandline.properties.engines.exhaust.world import WorldError
from strandline.properties.systems.memo.driver.gates import Came, Facing, Gates, rested
from strandline.properties.systems.memo.driver.real import Real, RealSpace, asked
from strandline.properties.systems.memo.driver.recorder import Recorder
from strandline.properties.systems.memo.realworlds.standing import bare, decided, otherwise, shown

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from strandline.impl.memo.effects import Effect, Result
    from strandline.impl.memo.store import Slot
    from strandline.model.memo.days import Span
    from strandline.model.memo.events import Event
    from strandline.model.memo.log import Row
    from strandline.model.memo.state import Scope
    from strandline.model.memo.truth import Truth
    from strandline.model.terms import Step
    from strandline.properties.systems.memo.driver.meter import Cost
    from strandline.properties.systems.memo.driver.templates import Templates

Planting: TypeAlias = "Callable[[], AbstractContextManager[None]]"
"""Puts a mutant in place of the shipped code while its block runs, or nothing."""


class RealStep(NamedTuple):
    """One step of the real scanner: what its effect found, and what came of it.

    ``slot`` is what is stored after it, None if it had no business there. ``following`` is what the core gave;
    ``stands`` where the refresh stands then, None if it has ended. ``seen`` is the number that the effect gave to the
    connection without a read, 0 if it gave none.
    """

    result: Result
    slot: Slot | None
    cost: Cost
    following: impl.Next
    stands: tuple[impl.State, Effect] | None
    seen: int


class Scanner:
    """Takes the steps of the real scanner, with a mutant planted or none."""

    def __init__(self, scope: Scope, templates: Templates, planting: Planting, *, audited: bool) -> None:
        """Take steps in a world of this scope, with these files; audit each step or not."""
        self._scope = scope
        self._templates = templates
        self._planting = planting
        self._audited = audited
        self._recorder = Recorder()
        self._gates = Gates(scope, templates, self._recorder, audited=audited)
        self._space = RealSpace(scope, templates, audited=audited)
        self._steps: dict[tuple[impl.State, Effect, Facing], RealStep] = {}
        self._begun: dict[int, tuple[impl.State, Effect]] = {}
        self._dropped: dict[Slot, Slot] = {}
        self._seconds = 0.0
        self._probed: dict[tuple[Real, Step], tuple[Real, tuple[Event, ...]]] = {}

    @property
    def work(self) -> Work:
        """What was asked so far."""
        steps = len(self._steps) + len(self._begun) + len(self._dropped)
        return Work(steps, self._gates.real_reads, self._seconds, len(self._probed))

    def step(self, state: impl.State, effect: Effect, facing: Facing) -> RealStep:
        """Execute an effect in its surroundings, and let the core go on.

        Raises:
            AuditError: the step touched something shared that it may not, if it is audited.
        """
        key = (state, effect, facing)
        if key not in self._steps:
            begun = perf_counter()
            with self._planting(), self._recorder.sandbox:
                self._steps[key] = self._taken(state, effect, facing)
            self._seconds += perf_counter() - begun
            if self._audited:
                self._recorder.settle()
        return self._steps[key]

    def begin(self, window: int) -> tuple[impl.State, Effect]:
        """Begin a refresh of a window of the world."""
        if window not in self._begun:
            with self._planting():
                self._begun[window] = asked(self._scope, window, self._templates.plug)
        return self._begun[window]

    def drop(self, slot: Slot) -> Slot:
        """Drop what is stored by force."""
        if slot not in self._dropped:
            with self._planting():
                self._dropped[slot] = self._gates.drop(slot)
            if self._audited:
                self._recorder.settle()
        return self._dropped[slot]

    def moved(self, real: Real, action: Step) -> tuple[Real, tuple[Event, ...]]:
        """Take a step of a whole world of the real scanner, as a probe does."""
        if (real, action) not in self._probed:
            with self._planting(), self._recorder.sandbox:
                self._probed[real, action] = self._space.step(real, action)
        return self._probed[real, action]

    def one_shot(self, rows: tuple[Row, ...], span: Span) -> Truth:
        """Answer a window by the one-shot path over a snapshot."""
        with self._planting():
            return self._templates.one_shot(rows, span)

    def _taken(self, state: impl.State, effect: Effect, facing: Facing) -> RealStep:
        came = self._gates.perform(effect, facing)
        following = self._recorder.atomic("core step", impl.step, state, came.result)
        self._require_rest(state, effect, facing, came, following)
        stands = rested(following)
        if stands is not None:
            stands = decided(stands[0]), stands[1]
        return RealStep(came.result, came.slot, came.cost, following, stands, came.seen)

    def _require_rest(
        self, state: impl.State, effect: Effect, facing: Facing, came: Came, following: impl.Next
    ) -> None:
        """Take the step again with other values in what is put to rest.

        Raises:
            WorldError: it came out otherwise, so that something was put to rest that still matters.
        """
        other, worn = otherwise(state, effect)
        beside = came if worn == effect else self._gates.perform(worn, facing)
        again = impl.step(other, beside.result)
        if again != following and shown(again) != shown(following):
            raise WorldError(f"a step of {state} looks at what is put to rest: it gave {following}, and then {again}")
        if beside.slot != came.slot and bare(beside.slot) != bare(came.slot):
            left, then = came.slot, beside.slot
            raise WorldError(f"a step of {state} looks at what is put to rest: it left {left}, and then {then}")
