"""A memo world of some scope, declared for the search: the records of the model, its table of actions, the laws."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Final

from strandline.model.memo import world as model
from strandline.model.terms import Step
from strandline.properties.engines.exhaust import records
from strandline.properties.engines.records.shape import Shape
from strandline.properties.systems.memo.memoworlds.judged import laws, of_model
from strandline.properties.systems.memo.memoworlds.measured import progress

if TYPE_CHECKING:
    from strandline.model.memo.rules import Rules
    from strandline.model.memo.state import Scope
    from strandline.properties.engines.exhaust.world import Action, World

ANSWERS: Final = 1 << 12
"""Answers that are remembered: a world has some hundred snapshots, and each is asked of thousands of times."""


def declared(scope: Scope) -> World:
    """Declare the world of a scope."""
    knowing = replace(scope, rules=remembering(scope.rules))
    first = model.init(knowing)
    world = records.world(
        "memo",
        first,
        model.table(knowing),
        symmetric="tasks" if scope.refreshers > 1 else None,
        progress=progress(scope),
        made_by=partial(declared, scope),
    )
    return replace(world, laws=laws(knowing, of_model(knowing, Shape(first))))


def remembering(rules: Rules) -> Rules:
    """Give rules that remember what they said of a snapshot: it is plain values, so it is the same whenever asked."""
    answer, counts = lru_cache(ANSWERS)(rules.answer), lru_cache(ANSWERS)(rules.counts)
    return replace(rules, answer=answer, counts=counts)  # type: ignore[arg-type] # the rows of a snapshot are a tuple


def stepped(action: Action, label: str) -> Step:
    """Give the step of the model that one way of a declared action stands for."""
    if action.actor is None:
        return Step(action.name, None, int(label))
    name, _, actor = action.name.rpartition(" ")
    return Step(name, int(actor), int(label))
