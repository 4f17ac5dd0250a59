"""The steps of the memo's worlds: which can be taken in a state, and what a small trace takes in place of one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from strandline.model.memo.world import OFFERED, PHASES, offers
from strandline.model.terms import Step
from strandline.properties.evidence.lanes import who
from strandline.properties.systems.memo.specimens.rule import FALLIBLE, GATES
from strandline.properties.systems.memo.specimens.scene import Scene
from strandline.properties.systems.memo.specimens.space import FAULTS
from strandline.properties.systems.memo.specimens.worlds import RESTART

if TYPE_CHECKING:
    from collections.abc import Iterator

    from strandline.model.memo.state import Scope, World

KNOWN: Final = frozenset({*OFFERED, *GATES, *FAULTS, *PHASES, RESTART})
"""The names of all steps."""

BRIDGES: Final = ("locate", "connect")
"""The gates that change nothing that others see, so that going through one more leaves a trace what it is."""


def misfit(scope: Scope, action: Step, state: Any) -> str | None:  # noqa: ANN401 - a state of any space
    """Tell why a step cannot be taken in a state, None if it can; what is left of the budget does not matter."""
    name, actor, world = action.name, action.actor, world_of(state)
    if name not in KNOWN:
        return "no step has this name"
    phase = _phase(world, actor)
    if name in FAULTS and phase in FALLIBLE:
        return None
    if name == RESTART:  # the process may start anew where a memo is saved
        anew = isinstance(state, Scene) and RESTART in dict(scope.budget)
        return None if anew else "nothing starts anew in this world"
    if name in OFFERED:
        wanted = action._replace(arg=0) if name == "cancel" else action  # its argument is only how, not what
        if wanted in offers(world, scope, name):
            return None
        if name == "start" and phase is not None:
            return f"{who(actor)} is still under way, before {phase!r}"
        return f"the world does not offer it here, with argument {action.arg}"
    if actor is None:
        return "it is a refresh that takes it, and none is named"
    if phase is None:
        return f"{who(actor)} is not under way"
    return None if phase == name else f"{who(actor)} stands before {phase!r}"


def bridged(state: Any, wanted: Step) -> Iterator[Step]:  # noqa: ANN401 - a state of any space
    """Give the gates that a refresh has to go through before the one that is wanted, and that one.

    Without the refresh before it, one has no connection to go on with: it has a gate more.
    """
    phase = _phase(world_of(state), wanted.actor)
    if phase in PHASES and wanted.name in PHASES:
        between = PHASES[PHASES.index(phase) : PHASES.index(wanted.name)]
        yield from (Step(name, wanted.actor) for name in between if name in BRIDGES)
    yield wanted


def world_of(state: Any) -> World:  # noqa: ANN401 - a state of any space
    """Give the environment of a state: it has one, or is one."""
    world: World = getattr(state, "world", state)
    return world


def _phase(world: World, actor: int | None) -> str | None:
    """Name the gate that a refresh waits at."""
    return world.tasks[actor].phase if actor is not None and actor < len(world.tasks) else None
