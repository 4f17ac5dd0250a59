"""A memo world of some scope, declared for the search: the records of the model, its table of actions, the laws."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from strandline.model.memo import world as model
from strandline.model.terms import Step
from strandline.properties.engines.exhaust import records
from strandline.properties.engines.records.shape import Shape
from strandline.properties.systems.memo.memoworlds.judged import laws, of_model
from strandline.properties.systems.memo.memoworlds.measured import progress

if TYPE_CHECKING:
    from strandline.model.memo.state import Scope
    from strandline.properties.engines.exhaust.world import Action, World


def declared(scope: Scope) -> World:
    """Declare the world of a scope."""
    first = model.init(scope)
    world = records.world(
        "memo",
        first,
        model.table(scope),
        symmetric="tasks" if scope.refreshers > 1 else None,
        progress=progress(scope),
        made_by=partial(declared, scope),
    )
    return replace(world, laws=laws(scope, of_model(scope, Shape(first))))


def stepped(action: Action, label: str) -> Step:
    """Give the step of the model that one way of a declared action stands for."""
    if action.actor is None:
        return Step(action.name, None, int(label))
    name, _, actor = action.name.rpartition(" ")
    return Step(name, int(actor), int(label))
