"""The engine ``teeth`` of ``check``: a few known-bad designs, each put to the engine that must catch it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from strandline.properties.mutant import TEETH
from strandline.properties.mutants import SHIPPED
from strandline.properties.teeth.known import KNOWN, QUICK
from strandline.properties.teeth.matrix import INTERRUPTED, Matrix, Wanted, run
from strandline.properties.verdict import Bitten, Claim, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator

    from strandline.properties.teeth.bites import Bite
    from strandline.properties.verdict import Report


def claims(subject: str, report: Report) -> Iterator[Claim]:
    """Put the quick designs to their engines; of each law that one breaks, claim whether all of them were caught.

    One that is not caught is the judge's fault and no violation: the claim is then broken.

    Args:
        subject: ``shipped``, or the name of a mutant, beside which nothing else is planted.
        report: takes one line for each design.
    """
    if subject != SHIPPED:
        return
    matrix = run(Wanted(QUICK), lambda one: report(f"{one.name!r}: {one.outcome} in {one.seconds:.2f} s"))
    if matrix.ended == INTERRUPTED:
        raise KeyboardInterrupt
    for law in dict.fromkeys(KNOWN[name].law for name in QUICK):
        yield _claimed(law, matrix)


def _caught(bites: list[Bite]) -> set[str]:
    return {one.name for one in bites if one.outcome == "caught"}


def _claimed(law: str, matrix: Matrix) -> Claim:
    bites = [one for one in matrix.bites if one.law == law]
    missed = [name for name in QUICK if KNOWN[name].law == law and name not in _caught(bites)]
    designs = ", ".join(repr(name) for name in QUICK if KNOWN[name].law == law)
    return Claim(
        law=law,
        engine=TEETH,
        verdict=Verdict.BROKEN if missed else Verdict.HOLDS,
        says=f"let pass {', '.join(missed)}" if missed else f"the engine that must catch it caught {designs}",
        bounds=(("designs", designs),),
        counts=(("designs caught", len(_caught(bites))),),
        bitten=tuple(map(_bitten, bites)),
    )


def _bitten(bite: Bite) -> Bitten:
    known = KNOWN[bite.name]
    counts = ((bite.unit, bite.amount),) if bite.unit else ()
    return Bitten(bite.name, known.hazard, known.says, bite.engine, bite.outcome == "caught", counts, bite.steps)
