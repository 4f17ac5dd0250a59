"""Makes the trace of a broken law shorter by taking it again without some of its steps.

It takes the same way as ``strandline replay``, so what is left is sure to replay; what does not replay is not shrunk.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from strandline.properties.fields import FIELDS
from strandline.properties.harness.plug import CODEX
from strandline.properties.laws import laws_of
from strandline.properties.mutants import planted
from strandline.properties.report.retrace import fits
from strandline.properties.report.worded import seen
from strandline.properties.spaces import stage_space

if TYPE_CHECKING:
    from strandline.model.state import Action, World
    from strandline.properties.laws import Law
    from strandline.properties.verdict import Trace

TRIES_MAX: Final = 400
"""How often a trace is taken again to make it shorter."""


def shrunk(trace: Trace) -> Trace | None:
    """Give a trace with as few steps as a bounded number of tries finds, None if it does not replay at all."""
    scope = FIELDS[trace.world].scope
    law = {law.number: law for law in laws_of(scope)}[trace.law]
    with planted(trace.subject):
        steps = _broken_by(trace.world, law, trace.steps)
        if steps is None:
            return None
        tries, width = 1, len(steps)
        while width > 1 and tries < TRIES_MAX:
            width = (width + 1) // 2
            place = 0
            while place < len(steps) and tries < TRIES_MAX:
                tries += 1
                fewer = _broken_by(trace.world, law, steps[:place] + steps[place + width :])
                if fewer is None:
                    place += width
                else:
                    steps = fewer
    return trace._replace(steps=steps)


def _broken_by(field: str, law: Law, steps: tuple[Action, ...]) -> tuple[Action, ...] | None:
    """Give those of the steps that can be taken, up to the one that breaks a law; None if none does.

    A step that cannot be taken is left out: without its start, a refresh goes through no gate.
    """
    if law.holds is None:
        return None
    scope, taken = FIELDS[field].scope, []
    with stage_space(field) as space:
        world = space.first
        for action in steps:
            if fits(scope, action, seen(CODEX, world)) and _may_happen(field, action, world):
                world, events = space.step(world, action)
                taken.append(action)
                if not all(map(law.holds, events)):
                    return tuple(taken)
        return None if all(map(law.holds, space.probe(world))) else tuple(taken)


def _may_happen(field: str, action: Action, world: World) -> bool:
    """Tell whether an action keeps to what the machine keeps to: in WAL mode nobody writes over a file in use."""
    return action.name != "copy" or FIELDS[field].journal == "delete" or not world.links()
