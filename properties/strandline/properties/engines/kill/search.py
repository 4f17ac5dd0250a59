"""Puts a mutant to a search of the world in which it is known to be killed."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

from strandline.properties.core.mutant import Result
from strandline.properties.core.verdict import Verdict
from strandline.properties.engines import reference
from strandline.properties.engines.exhaust.found import Budget
from strandline.properties.engines.exhaust.parallel import one
from strandline.properties.engines.exhaust.report import Terms

if TYPE_CHECKING:
    from strandline.properties.core.law import Law
    from strandline.properties.core.mutant import Mutant
    from strandline.properties.core.space import Space
    from strandline.properties.core.system import System


def by_tables(system: System, mutant: Mutant | None, _seed: int) -> Result:
    """Search by tables down to the layer in which the law is first broken.

    It is the search that issues the passes of its engine. A mutant of which a step looks where it says that it does
    not is not killed: the search refuses it by name, and the result is broken.
    """
    if mutant is None or mutant.where not in system.worlds.small:
        return Result("not asked", says="it has no small world of its own")
    found = one(system, mutant.where, mutant.name, Terms(Budget(), 1, until=mutant.law), lambda _reached: None)
    claims = found.report.claims
    took = claims.counts.states, "states"
    for trace in found.traces:
        if trace.law == mutant.law:
            return Result("killed", *took, len(trace.steps))
    return Result("broken" if claims.verdict == Verdict.BROKEN else "survived", *took, says=claims.ended)


class _KilledError(Exception):
    """The law is broken; what lies deeper need not be searched."""


def plainly(space: Space[Any], laws: tuple[Law, ...], law: str) -> Result:
    """Search a space by the reference search, down to the layer in which a law is first broken."""
    last = reference.Found()

    def stop(found: reference.Found) -> None:
        nonlocal last
        last = found
        if law in found.broken:
            raise _KilledError

    with suppress(_KilledError):
        last = reference.search(space, laws, reference.STATES_MAX, stop)
    if law in last.broken:
        return Result("killed", last.states, "states", len(last.broken[law]))
    return Result("survived", last.states, "states")
