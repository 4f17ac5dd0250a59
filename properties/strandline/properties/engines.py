"""The engines that ``check`` runs, in this order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from strandline.model import world as model
from strandline.properties import prove
from strandline.properties.exhaust import Found, Space, search
from strandline.properties.laws import LAWS, bounded_by
from strandline.properties.mutants import SHIPPED, planted
from strandline.properties.quiet import settled
from strandline.properties.real import RealSpace
from strandline.properties.templates import Templates
from strandline.properties.verdict import Claim, Engine, Report, Trace, Verdict
from strandline.properties.worlds import WORLDS

if TYPE_CHECKING:
    from strandline.model.state import Scope
    from strandline.properties.laws import Law

STATES_MAX: Final = 500_000
"""The states that a search may keep; one that needs more is inconclusive."""

MODEL: Final = "model"
"""The subject of a trace through the reference model."""


def laws_of(scope: Scope) -> tuple[Law, ...]:
    """Give the laws with the limits of a world in place of the shipped ones."""
    from dataclasses import replace

    return tuple(
        replace(law, holds=bounded_by(scope.limits.sources)) if law.number == "M10" else law for law in LAWS
    )


@contextmanager
def model_space(scope: Scope) -> Iterator[Space[Any]]:
    """Give the reference model of a world to a search."""
    step = partial(_model_step, scope)
    yield Space(
        model.init(scope),
        lambda world: model.actions(world, scope),
        step,
        lambda world: settled(world, scope, step, lambda same: same),
    )


def _model_step(scope: Scope, world: Any, action: Any) -> Any:
    return model.step(world, scope, action)


@contextmanager
def real_space(scope: Scope) -> Iterator[Space[Any]]:
    """Give the real scanner in a world to a search."""
    with Templates() as templates:
        real = RealSpace(scope, templates)
        yield Space(
            real.first(), real.actions, real.step, lambda state: settled(state, scope, real.step, lambda at: at.world)
        )
