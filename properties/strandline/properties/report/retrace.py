"""Takes the steps of a trace again, and shows what each of them changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, get_args

from strandline.model.environment import OFFERS
from strandline.model.state import Phase
from strandline.properties.fields import FIELDS
from strandline.properties.harness.plug import CODEX, Plug
from strandline.properties.laws import laws_of
from strandline.properties.memoworlds.family import FAMILY
from strandline.properties.mutants import SHIPPED, planted
from strandline.properties.report.lanes import who
from strandline.properties.report.looking import looked, scanned
from strandline.properties.report.worded import ending as worded_ending
from strandline.properties.report.worded import first, frame, seen
from strandline.properties.spaces import MODEL, model_space, real_space, stage_space
from strandline.properties.specimens import PREFIX, SPECIMENS
from strandline.properties.specimens.rule import FALLIBLE, GATES
from strandline.properties.specimens.scene import Scene
from strandline.properties.specimens.space import FAULTS, space_of
from strandline.properties.specimens.worlds import RESTART, SPECIMEN_WORLDS
from strandline.properties.verdict import Exhibit, Frame, Look, Scan
from strandline.properties.worlds import DEMONSTRATED, WORLDS

if TYPE_CHECKING:
    from collections.abc import Mapping
    from contextlib import AbstractContextManager

    from strandline.model.events import Event
    from strandline.model.state import Action, Scope, World
    from strandline.properties.exhaust.plain import Space
    from strandline.properties.fields import Field
    from strandline.properties.verdict import Trace

SEARCHED: Final = {**WORLDS, **FAMILY, **DEMONSTRATED}
"""The worlds that can be searched whole, small and large."""

KNOWN: Final = frozenset({*OFFERS, *GATES, *FAULTS, *get_args(Phase), RESTART})
"""The names of all steps."""


def retrace(
    trace: Trace,
    worlds: Mapping[str, Scope] = SEARCHED,
    fields: Mapping[str, Field] = FIELDS,
    plug: Plug = CODEX,
    until: int | None = None,
) -> Exhibit:
    """Take the steps of a trace again, on the subject that it names.

    Args:
        trace: the steps.
        worlds: where a world that is searched whole is found by its name.
        fields: where a wide one is.
        plug: the log that they are of.
        until: how many steps to take at most; one that ends before the last is not left in peace.

    Raises:
        KeyError: there is no such world, mutant, specimen or law.
    """
    scope = scope_of(trace.world, worlds, fields)
    law = {law.number: law for law in laws_of(scope)}[trace.law]
    steps = trace.steps[:until]
    frames: list[Frame] = []
    looks: list[Look] = []
    scans: list[Scan] = []
    broken: list[Event] = []
    at, why, judged = None, None, 0
    with planted(planting(trace.subject)), opened(trace, worlds, fields, plug) as space:
        state = space.first
        before = seen(plug, state)
        began = first(before)
        for action in steps:
            why = misfit(scope, action, before.world, anew=isinstance(state, Scene))
            if why is not None:
                break
            state, events = space.step(state, action)
            after = seen(plug, state)
            looks += looked(plug, action, len(frames), before, tuple(events))
            scans += scanned(plug, len(frames), after, tuple(events))
            frames.append(frame(plug, scope, action, (before, after), tuple(events)))
            broken += [event for event in events if law.holds is not None and not law.holds(event)]
            judged += sum(isinstance(event, law.of) for event in events)
            at = len(frames) if broken and at is None else at
            before = after
        if why is None and not broken and len(steps) == len(trace.steps):
            left = tuple(space.probe(state))
            broken += [event for event in left if law.holds is not None and not law.holds(event)]
            judged += sum(isinstance(event, law.of) for event in left)
    ending = tuple(line for event in broken[-1:] for line in worded_ending(plug, event))
    told = tuple(looks), tuple(scans)
    return Exhibit(trace, tuple(frames), ending, len(frames), bool(broken), began, at, why or "", *told, judged)


def scope_of(world: str, worlds: Mapping[str, Scope] = SEARCHED, fields: Mapping[str, Field] = FIELDS) -> Scope:
    """Give the bounds of a world by its name.

    Raises:
        KeyError: there is none.
    """
    return fields[world].scope if world in fields else {**SPECIMEN_WORLDS, **worlds}[world]


def planting(subject: str) -> str:
    """Give what is planted in the scanner for a subject: a mutant by its name, nothing for anything else."""
    return SHIPPED if subject == MODEL or subject.startswith(PREFIX) else subject


def opened(
    trace: Trace,
    worlds: Mapping[str, Scope] = SEARCHED,
    fields: Mapping[str, Field] = FIELDS,
    plug: Plug = CODEX,
) -> AbstractContextManager[Space[Any]]:
    """Open the world of a trace for the subject that it names; whoever steps in it plants the mutant.

    Raises:
        KeyError: there is no such world or specimen.
    """
    scope = scope_of(trace.world, worlds, fields)
    if trace.subject == MODEL:
        return model_space(scope)
    if trace.subject.startswith(PREFIX):
        return space_of(SPECIMENS[trace.subject.removeprefix(PREFIX)].rule, scope)
    # A wide world has leases and a disk, a small one is all values.
    return stage_space(trace.world, fields, plug) if trace.world in fields else real_space(scope, plug)


def misfit(scope: Scope, action: Action, world: World, *, anew: bool = False) -> str | None:
    """Tell why a step cannot be taken in a state, None if it can; what is left of the budget does not matter.

    Args:
        scope: the bounds of the world.
        action: the step.
        world: the environment and the gates of the refreshes.
        anew: whether the process may start anew, as it may where a memo is saved.
    """
    name, actor = action.name, action.actor
    if name not in KNOWN:
        return "no step has this name"
    phase = _phase(world, actor)
    if name in FAULTS and phase in FALLIBLE:
        return None
    if name == RESTART:
        return None if anew and RESTART in dict(scope.budget) else "nothing starts anew in this world"
    if name in OFFERS:
        wanted = action._replace(arg=0) if name == "cancel" else action  # its argument is only how, not what
        if wanted in OFFERS[name](world, scope):
            return None
        if name == "start" and phase is not None:
            return f"{who(actor)} is still under way, before {phase!r}"
        return f"the world does not offer it here, with argument {action.arg}"
    if actor is None:
        return "it is a refresh that takes it, and none is named"
    if phase is None:
        return f"{who(actor)} is not under way"
    return None if phase == name else f"{who(actor)} stands before {phase!r}"


def _phase(world: World, actor: int | None) -> str | None:
    """Name the gate that a refresh waits at."""
    task = world.tasks[actor] if actor is not None and actor < len(world.tasks) else None
    return task.phase if task is not None else None
