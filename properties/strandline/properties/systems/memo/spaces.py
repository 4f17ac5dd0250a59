"""Worlds as spaces: the model, the real scanner as values, and the real scanner on a disk, each moved step by step."""

from __future__ import annotations

from collections import Counter
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any

from strandline.model.memo import world as model
from strandline.properties.core.space import Space
from strandline.properties.systems.memo.driver.fields import FIELDS
from strandline.properties.systems.memo.driver.lockstep import Lockstep
from strandline.properties.systems.memo.driver.plug import CODEX, Plug
from strandline.properties.systems.memo.driver.real import RealSpace
from strandline.properties.systems.memo.driver.templates import Templates
from strandline.properties.systems.memo.spec.quiet import settled

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from strandline.model.memo.events import Event
    from strandline.model.memo.state import Scope, World
    from strandline.model.terms import Step
    from strandline.properties.systems.memo.driver.fields import Field


@contextmanager
def model_space(scope: Scope) -> Iterator[Space[World]]:
    """Give the reference model of a world to a search."""

    def step(world: World, action: Step) -> tuple[World, tuple[Event, ...]]:
        return model.step(world, scope, action)

    yield Space(
        first=model.init(scope),
        actions=lambda world: model.actions(world, scope),
        step=step,
        probe=lambda world: settled(world, scope, step, lambda same: same),
    )


@contextmanager
def real_space(scope: Scope, plug: Plug = CODEX, *, audited: bool = False) -> Iterator[Space[Any]]:
    """Give the real scanner in a world to a search, on the table of a plug; not audited if laws are to judge it."""
    with Templates(plug) as templates:
        real = RealSpace(scope, templates, audited=audited)
        with real.sandbox():
            yield Space(
                first=real.first(),
                actions=real.actions,
                step=real.step,
                probe=lambda state: settled(state, scope, real.step, lambda at: at.world),
            )


@contextmanager
def stage_space(field: str, fields: Mapping[str, Field] = FIELDS, plug: Plug = CODEX) -> Iterator[Space[World]]:
    """Give the real scanner in a wide world; its states follow each other, and none can be come back to."""
    with Templates(plug) as templates, ExitStack() as stages:
        # A host that records its steps would stand before what a mutant replaces, and nobody asks for records here.
        def begun() -> Lockstep:
            harness = Lockstep(field, templates, Counter(), beside_model=False, fields=fields)
            stages.callback(harness.close)
            return harness

        harness = begun()
        scope = harness.scope

        def anew() -> None:
            nonlocal harness
            stages.pop_all().close()
            harness = begun()

        def step(_: World, action: Step) -> tuple[World, tuple[Event, ...]]:
            events = harness.move(action)
            return harness.seen, events

        yield Space(
            first=harness.seen,
            actions=lambda world: model.actions(world, scope),
            step=step,
            probe=lambda world: settled(world, scope, step, lambda same: same),
            anew=anew,
        )
