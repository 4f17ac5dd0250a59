"""How the memo's mutants are put to the engines, each in the configuration that issues the passes of its name."""

from __future__ import annotations

from collections import Counter
from contextlib import closing, contextmanager
from functools import partial
from typing import TYPE_CHECKING, Final

from hypothesis import seed as seeded

from strandline.properties.core.mutant import Result
from strandline.properties.core.system import SHIPPED
from strandline.properties.core.verdict import PartedError, Verdict
from strandline.properties.engines.contracts.prover import REFUTING, prove
from strandline.properties.engines.kill.search import plainly
from strandline.properties.engines.stateful.play import DERANDOMIZED, EXAMPLES, STEPS, UNSHRUNK, play
from strandline.properties.engines.stateful.walk import walk
from strandline.properties.systems.memo.agreement.agree import QUESTIONS
from strandline.properties.systems.memo.agreement.questions import DifferenceError
from strandline.properties.systems.memo.contracts.engine import REFUTED
from strandline.properties.systems.memo.mutants.registry import planted
from strandline.properties.systems.memo.spec.laws import laws_of
from strandline.properties.systems.memo.specimens import SPECIMENS
from strandline.properties.systems.memo.specimens.space import space_of
from strandline.properties.systems.memo.specimens.worlds import SPECIMEN_WORLDS
from strandline.properties.systems.memo.stateful.machine import ScannerMachine

if TYPE_CHECKING:
    from collections.abc import Iterator

    from strandline.properties.core.mutant import Mutant
    from strandline.properties.core.system import System

SAYS_MAX: Final = 200
"""Characters of a difference that a result tells."""

_PARTED: Final = "the scanner parts from its model before"


def fuzz(_system: System, mutant: Mutant | None, seed: int) -> Result:
    """Let Hypothesis play; seed 0 is its derandomised play, which issues the pass, any other seed another play."""
    machine = partial(_seeded, seed) if seed else ScannerMachine.on
    subject, profile = (mutant.name, UNSHRUNK) if mutant is not None else (SHIPPED, DERANDOMIZED)
    try:
        tally, broken = play(machine, subject, profile)
    except PartedError:
        return Result("survived", says=_PARTED)
    took = tally["cases"], "cases"
    return Result("survived", *took) if broken is None else Result("killed", *took, len(broken.steps))


@contextmanager
def _seeded(seed: int, subject: str, tally: Counter[str]) -> Iterator[type[ScannerMachine]]:
    """Make the machine with a seed of its own for Hypothesis."""
    with ScannerMachine.on(subject, tally) as machine:
        yield seeded(seed)(machine)


def soak(_system: System, mutant: Mutant | None, seed: int) -> Result:
    """Walk over the rules of the machine as a soak does, as many cases as Hypothesis plays."""
    cases = 0
    with closing(walk(ScannerMachine.on, mutant.name if mutant else SHIPPED, seed, EXAMPLES, STEPS)) as walked:
        try:
            for case in walked:
                cases += 1
                if case.broken is not None:
                    return Result("killed", cases, "cases", len(case.broken.steps))
        except PartedError:
            return Result("survived", cases, "cases", says=_PARTED)
    return Result("survived", cases, "cases")


def agree(_system: System, mutant: Mutant | None, _seed: int) -> Result:
    """Put the question that it is known by, or else each question about its law, up to the first difference."""
    named = [one for one in QUESTIONS if mutant is not None and one.name == mutant.where]
    asked = named or [one for one in QUESTIONS if mutant is None or one.law == mutant.law]
    if not asked:
        return Result("not asked", says="no question is about its law")
    tally: Counter[str] = Counter()
    with planted(mutant.name if mutant is not None else SHIPPED):
        for question in asked:
            try:
                question.ask(tally)
            except DifferenceError as error:
                return Result("killed", sum(tally.values()), "cases", says=f"{question.name}: {error}"[:SAYS_MAX])
    return Result("survived", sum(tally.values()), "cases")


def specimen(_system: System, mutant: Mutant | None, _seed: int) -> Result:
    """Search the specimen by the reference search, which is the one that judges specimens."""
    if mutant is None:
        return Result("not asked", says="it is no specimen")
    scope = SPECIMEN_WORLDS[mutant.where]
    with space_of(SPECIMENS[mutant.name].rule, scope) as space:
        return plainly(space, laws_of(scope), mutant.law)


def refuted(mutants: tuple[Mutant, ...]) -> Iterator[tuple[Result, float]]:
    """Put mutants of contracts to the prover, which has processes of its own."""
    conditions = {condition.says: condition for condition in REFUTED}
    for proof in prove(tuple(conditions[mutant.name] for mutant in mutants), REFUTING):
        killed = proof.outcome.verdict is Verdict.VIOLATED
        yield Result("killed" if killed else "survived", 1, "conditions", says=proof.outcome.words), proof.seconds
