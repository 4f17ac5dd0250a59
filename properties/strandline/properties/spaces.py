"""Worlds as spaces: the model, the real scanner as values, and the real scanner on a disk, each moved step by step."""

from __future__ import annotations

from collections import Counter
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Any, Final

from strandline.model import world as model
from strandline.properties.exhaust.plain import Space
from strandline.properties.fields import FIELDS
from strandline.properties.harness.plug import CODEX, Plug
from strandline.properties.harness.real import RealSpace
from strandline.properties.harness.stage import Stage
from strandline.properties.harness.templates import Templates
from strandline.properties.quiet import settled

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from strandline.model.events import Event
    from strandline.model.state import Action, Scope, World
    from strandline.properties.fields import Field

MODEL: Final = "model"
"""The subject of a trace through the reference model."""


@contextmanager
def model_space(scope: Scope) -> Iterator[Space[World]]:
    """Give the reference model of a world to a search."""

    def step(world: World, action: Action) -> tuple[World, tuple[Event, ...]]:
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
        with real.sealed():
            yield Space(
                first=real.first(),
                actions=real.actions,
                step=real.step,
                probe=lambda state: settled(state, scope, real.step, lambda at: at.world),
            )


@contextmanager
def stage_space(field: str, fields: Mapping[str, Field] = FIELDS, plug: Plug = CODEX) -> Iterator[Space[World]]:
    """Give the real scanner in a wide world; its states follow each other, and none can be come back to."""
    with Templates(plug) as templates, staged(field, templates, fields) as space:
        yield space


@contextmanager
def staged(field: str, templates: Templates, fields: Mapping[str, Field] = FIELDS) -> Iterator[Space[World]]:
    """Give the same on templates that serve more than once: what they know of a log they know already."""
    # A host that records its steps would stand before what a mutant replaces, and nobody asks for records here.
    with closing(Stage(field, templates, Counter(), beside_model=False, fields=fields)) as stage:

        def step(_: World, action: Action) -> tuple[World, tuple[Event, ...]]:
            events = stage.move(action)
            return stage.seen, events

        yield Space(
            first=stage.seen,
            actions=lambda world: model.actions(world, stage.scope),
            step=step,
            probe=lambda world: settled(world, stage.scope, step, lambda same: same),
        )
