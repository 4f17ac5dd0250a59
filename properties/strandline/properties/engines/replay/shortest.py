"""Makes a trace small: as few steps as can be found, then few switches between actors, then simple arguments.

A candidate is taken again, as ``strandline replay`` does, so what is left is sure to replay. How the steps are taken is
the caller's: the same search serves every engine. It is greedy and bounded, so what it gives is small, and not always
the smallest: that is what the exhaustive search gives.
"""

from __future__ import annotations

from functools import partial
from itertools import groupby, pairwise
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from strandline.model.terms import Step
from strandline.properties.engines.replay.retrace import law_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from strandline.properties.core.law import Law
    from strandline.properties.core.space import Space
    from strandline.properties.core.system import System
    from strandline.properties.core.verdict import Trace

STEPS_TRIED_MAX: Final = 2_000
"""How many steps may be taken in all to make one trace small; a second or less of a quiet machine."""

ARGUMENTS_MAX: Final = 16
"""Simpler arguments that are tried of one step."""

Steps: TypeAlias = "tuple[Step, ...]"

Take: TypeAlias = "Callable[[Steps], Steps | None]"
"""Takes steps, leaves out those that cannot be taken, and gives the others up to the one that breaks the law.

None if none breaks it.
"""


def shortest(system: System, trace: Trace) -> Trace | None:
    """Give a trace made small, None if it does not replay.

    Raises:
        KeyError: there is no such world, subject or law.
    """
    law = law_of(system, trace)
    with system.opened(trace.subject, trace.world) as space:
        found = smallest(trace.steps, partial(broken_by, system, trace.world, law, space))
    return None if found is None else trace._replace(steps=found)


def broken_by(system: System, world: str, law: Law, space: Space[Any], steps: Steps) -> Steps | None:
    """Take steps in a space of a world; see :data:`Take`."""
    if law.holds is None:
        return None
    if space.anew is not None:
        space.anew()
    state, taken = space.first, list[Step]()
    if not all(map(law.holds, space.began)):
        return ()
    for wanted in system.shrink.seated(steps):
        for step in system.shrink.instead(world, state, wanted):
            if system.misfit(world, step, state) is not None:
                break
            state, events = space.step(state, step)
            taken.append(step)
            if not all(map(law.holds, events)):
                return tuple(taken)
    if law.kind != "eventually":  # no other law judges a world that is left in peace, and to leave it so takes its time
        return None
    return None if all(map(law.holds, space.probe(state))) else tuple(taken)


def smallest(steps: Steps, take: Take, most: int = STEPS_TRIED_MAX) -> Steps | None:
    """Give the smallest steps that a bounded search finds to break a law, None if these do not.

    Args:
        steps: where to begin.
        take: takes them.
        most: how many steps may be taken in all.
    """
    found = take(steps)
    if found is None:
        return None
    search = _Search(steps, found, take, most - len(steps))
    width = len(found)
    while True:
        before = search.best
        search.shorten(width)
        while any(search.better(tried) for tried in (*_calmer(search.best), *_simpler(search.best))):
            pass
        if search.best == before or search.left <= 0:
            return search.best
        width = 1  # what was needed before may be needed no longer, one step or another


def size(steps: Steps) -> tuple[int, ...]:
    """Rank steps: by their number, then by the switches between actors, by arguments, and by the actors' numbers."""
    switches = sum(one.actor != other.actor for one, other in pairwise(steps))
    return len(steps), switches, sum(abs(step.arg) for step in steps), sum(step.actor or 0 for step in steps)


class _Search:
    """The best that was found so far, and how many steps may yet be taken."""

    def __init__(self, taken: Steps, best: Steps, take: Take, left: int) -> None:
        self.best = best
        self.left = left
        self._take = take
        self._tried = {taken, best}

    def better(self, tried: Steps) -> bool:
        """Try other steps, once, and keep them if they are smaller and still break the law."""
        if self.left <= 0 or tried in self._tried:
            return False
        self._tried.add(tried)
        self.left -= len(tried)
        found = self._take(tried)
        if found is None or size(found) >= size(self.best):
            return False
        self.best = found
        return True

    def shorten(self, width: int) -> None:
        """Leave out so many steps at a time, then half as many, down to each one; a refresh goes with its start."""
        while width:
            place = 0
            while place < len(self.best):
                if not self.better(self.best[:place] + self.best[place + width :]):
                    place += width
            width = (width + 1) // 2 if width > 1 else 0


def _calmer(steps: Steps) -> Iterator[Steps]:
    """Bring two runs of one actor together, at the place of the earlier one or of the later one."""
    runs = [tuple(run) for _, run in groupby(steps, key=lambda step: step.actor)]
    for early, run in enumerate(runs):
        for late in range(early + 2, len(runs)):
            if runs[late][0].actor == run[0].actor:
                between = runs[early + 1 : late]
                yield _joined([*runs[:early], run, runs[late], *between, *runs[late + 1 :]])
                yield _joined([*runs[:early], *between, run, *runs[late:]])
                break


def _simpler(steps: Steps) -> Iterator[Steps]:
    """Lower one argument, or give the actors the lowest numbers in the order in which they come."""
    seats: dict[int | None, int | None] = {None: None}
    for step in steps:
        seats.setdefault(step.actor, len(seats) - 1)
    yield tuple(step._replace(actor=seats[step.actor]) for step in steps)
    for place, step in enumerate(steps):
        for arg in range(min(step.arg, ARGUMENTS_MAX)):
            yield (*steps[:place], step._replace(arg=arg), *steps[place + 1 :])


def _joined(runs: list[Steps]) -> Steps:
    return tuple(step for run in runs for step in run)
