"""Wires the memo-keeping scanner for the engines."""

from __future__ import annotations

from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from strandline.model.memo.world import OFFERED, PHASES
from strandline.properties.core.system import MODEL, Shrink, System, Words, Worlds
from strandline.properties.evidence.evidence import DOES_NOT_SHOW
from strandline.properties.evidence.lanes import LEGEND
from strandline.properties.systems.memo.driver.fields import FIELDS
from strandline.properties.systems.memo.driver.plug import CODEX, Plug
from strandline.properties.systems.memo.memoworlds.family import FAMILY
from strandline.properties.systems.memo.mutants.registry import KILLERS, KNOWN, MODEL_MUTANTS, planted
from strandline.properties.systems.memo.spaces import model_space, real_space, stage_space
from strandline.properties.systems.memo.spec.laws import LAWS, laws_of
from strandline.properties.systems.memo.spec.worlds import DEMONSTRATED, WORLDS
from strandline.properties.systems.memo.specimens import SPECIMENS
from strandline.properties.systems.memo.specimens.space import space_of
from strandline.properties.systems.memo.specimens.worlds import SPECIMEN_WORLDS
from strandline.properties.systems.memo.tables import tables
from strandline.properties.systems.memo.traces.looking import looked, scanned
from strandline.properties.systems.memo.traces.steps import bridged, misfit, world_of
from strandline.properties.systems.memo.traces.text import ending, first, frame, seen

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Iterable, Iterator, Mapping
    from contextlib import AbstractContextManager

    from strandline.model.memo.state import Scope
    from strandline.model.terms import Step
    from strandline.properties.core.space import Space
    from strandline.properties.systems.memo.driver.fields import Field

SEARCHED: Final = {**WORLDS, **FAMILY, **DEMONSTRATED}
"""The worlds that can be searched whole, small and large."""


def wired(plug: Plug = CODEX, searched: Mapping[str, Scope] = SEARCHED, fields: Mapping[str, Field] = FIELDS) -> System:
    """Wire the scanner of one kind of log.

    Args:
        plug: the kind of log: rules, projection, table.
        searched: the worlds that can be searched whole, by name.
        fields: the wide ones.
    """
    scopes = {**SPECIMEN_WORLDS, **searched, **{name: field.scope for name, field in fields.items()}}
    specimens = {specimen.subject: specimen for specimen in SPECIMENS.values()}

    def opened(subject: str, world: str) -> AbstractContextManager[Space[Any]]:
        scope = scopes[world]
        if subject == MODEL:
            return model_space(scope)
        if subject in MODEL_MUTANTS:
            return _planted(subject, model_space(scope))
        if subject in specimens:
            return space_of(specimens[subject].rule, scope)
        # A wide world has leases and a disk, a small one is all values.
        return _planted(subject, stage_space(world, fields, plug) if world in fields else real_space(scope, plug))

    def instead(world: str, state: Any, step: Step) -> Iterable[Step]:  # noqa: ANN401 - a state of any space
        """Keep to what the machine keeps to: in WAL mode nobody writes over a file in use."""
        overwrites = step.name == "copy" and world in fields and fields[world].journal != "delete"
        return () if overwrites and world_of(state).links else bridged(state, step)

    return System(
        name="memo",
        where="strandline.properties.systems.memo.system:SYSTEM",
        laws=LAWS,
        laws_of=lambda world: laws_of(scopes[world]),
        worlds=Worlds(small=tuple(WORLDS), large=tuple(FAMILY), wide=tuple(FIELDS), more=("soak",)),
        opened=opened,
        misfit=lambda world, step, state: misfit(scopes[world], step, state),
        words=Words(
            legend=LEGEND,
            seen=lambda state: seen(plug, state),
            first=first,
            frame=lambda world, step, states, events: frame(plug, scopes[world], step, states, events),
            ending=lambda event: ending(plug, event),
            looked=lambda step, place, states, events: (
                looked(plug, step, place, states[0], events),
                scanned(plug, place, states[1], events),
            ),
            tallies={
                "refresh": "refreshes by what they ended in",
                "scan": "full scans by cause, each borne out by the facts (M6)",
            },
        ),
        tables=tables,
        mutants=KNOWN,
        killers=KILLERS,
        machines={name: partial(_machine, name) for name in ("fuzz", "fuzz trio")},
        actions=tuple(sorted({*OFFERED, *PHASES})),
        apart=tuple(specimens),
        shrink=Shrink(instead=instead),
        does_not_show=DOES_NOT_SHOW,
    )


@contextmanager
def _planted(subject: str, space: AbstractContextManager[Space[Any]]) -> Iterator[Space[Any]]:
    """Open a space of the real scanner with a mutant in it, or with none."""
    with planted(subject), space as opened:
        yield opened


@contextmanager
def _machine(name: str, subject: str, tally: Counter[str]) -> Iterator[type[Any]]:
    """Make a machine; Hypothesis takes a while to import, and whoever replays a trace waits for none."""
    from strandline.properties.systems.memo.stateful.machine import MACHINES  # noqa: PLC0415 - see above

    with MACHINES[name](subject, tally) as machine:
        yield machine


SYSTEM: Final = wired()
"""The memo, for the engines."""
