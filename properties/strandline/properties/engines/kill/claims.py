"""The engine ``teeth`` of a check: a few mutants, each put to the engine that must kill it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from strandline.properties.core.mutant import TEETH
from strandline.properties.core.system import SHIPPED
from strandline.properties.core.verdict import Claim, MutantKill, Verdict
from strandline.properties.engines.kill.matrix import INTERRUPTED, Wanted, killers, run

if TYPE_CHECKING:
    from collections.abc import Iterator

    from strandline.properties.core.system import System
    from strandline.properties.core.verdict import Report
    from strandline.properties.engines.kill.matrix import Kill, Matrix


def claims(system: System, subject: str, report: Report, laws: tuple[str, ...] = ()) -> Iterator[Claim]:
    """Put the quick mutants to their engines; of each law that one breaks, claim whether all of them were killed.

    One that survives is the judge's fault and no violation: the claim is then broken.

    Args:
        system: whose mutants they are.
        subject: the shipped code, or a mutant, beside which nothing else is planted.
        report: takes one line for each mutant.
        laws: the numbers of the laws to claim of; none means all.
    """
    if subject != SHIPPED:
        return
    quick = tuple(name for name in killers(system).quick if not laws or system.mutants[name].law in laws)
    if not quick:
        return
    matrix = run(system, Wanted(quick), lambda one: report(f"{one.name!r}: {one.outcome} in {one.seconds:.2f} s"))
    if matrix.ended == INTERRUPTED:
        raise KeyboardInterrupt
    for law in dict.fromkeys(system.mutants[name].law for name in quick):
        yield _claimed(law, matrix, [name for name in quick if system.mutants[name].law == law])


def _claimed(law: str, matrix: Matrix, quick: list[str]) -> Claim:
    kills = [one for one in matrix.kills if one.law == law]
    killed = {one.name for one in kills if one.outcome == "killed"}
    missed = [name for name in quick if name not in killed]
    names = ", ".join(map(repr, quick))
    return Claim(
        law=law,
        engine=TEETH,
        verdict=Verdict.BROKEN if missed else Verdict.HOLDS,
        says=f"let pass {', '.join(missed)}" if missed else f"the engine that must kill it killed {names}",
        bounds=(("mutants", names),),
        counts=(("mutants killed", len(killed)),),
        mutants=tuple(_kill(matrix.system, one) for one in kills),
    )


def _kill(system: System, one: Kill) -> MutantKill:
    mutant = system.mutants[one.name]
    counts = ((one.unit, one.amount),) if one.unit else ()
    return MutantKill(one.name, mutant.hazard, mutant.says, one.engine, one.outcome == "killed", counts, one.steps)
