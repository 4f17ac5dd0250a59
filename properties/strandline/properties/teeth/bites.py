"""Puts one known-bad design to one engine, and tells what it took to catch it."""

from __future__ import annotations

import time
from collections import Counter
from contextlib import closing, nullcontext
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple, TypeAlias

from strandline.properties.agreement.agree import QUESTIONS
from strandline.properties.agreement.questions import DifferenceError
from strandline.properties.engines import STATES_MAX
from strandline.properties.exhaust.plain import Found, search
from strandline.properties.laws import laws_of
from strandline.properties.machine import ScannerMachine
from strandline.properties.mutant import AGREE, EXHAUST, FUZZ
from strandline.properties.mutants import SHIPPED, planted
from strandline.properties.spaces import model_space, real_space
from strandline.properties.specimens import SPECIMENS
from strandline.properties.specimens.engine import EXHAUST_SPECIMEN
from strandline.properties.specimens.space import space_of
from strandline.properties.specimens.worlds import SPECIMEN_WORLDS
from strandline.properties.teeth.flaws_of_model import MODEL, flawed
from strandline.properties.teeth.known import KNOWN, Known
from strandline.properties.verdict import PartedError, Verdict
from strandline.properties.walk import walk
from strandline.properties.worlds import WORLDS

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from strandline.model.state import Scope
    from strandline.properties.exhaust.plain import Space
    from strandline.properties.prove.prover import Proof

CASES: Final = 300
"""How many cases of the machine a seed plays at most, as ``check`` does; a mutant that survives them is not caught."""

STEPS: Final = 50
"""The steps of a case."""

SAYS_MAX: Final = 200
"""Characters of a difference that a bite tells."""

Outcome: TypeAlias = Literal["caught", "not caught", "not asked", "broken"]


class Bite(NamedTuple):
    """What came of one engine and one known-bad design.

    ``amount`` says how much of ``unit`` it took until the law was broken, or how much there was; ``steps`` is the
    length of the trace, None where an engine has none. ``says`` tells more where that is needed.
    """

    name: str
    engine: str
    seed: int
    outcome: Outcome
    law: str
    amount: int
    unit: str
    steps: int | None
    seconds: float
    says: str = ""


class Job(NamedTuple):
    """One thing to do: which design, by which engine, from which seed (0 where none is drawn)."""

    name: str
    engine: str
    seed: int


class _CaughtError(Exception):
    """The law is broken; what lies deeper need not be searched."""


def bite(job: Job) -> Bite:
    """Put a design to an engine; whatever breaks is an outcome too."""
    began = time.monotonic()
    try:
        found = _BITES[job.engine](job)
    except Exception as error:  # noqa: BLE001 - an engine that breaks on a mutant has not caught it, and the others go on
        found = _of(job, "broken", says=f"{type(error).__name__}: {error}")
    return found._replace(seconds=round(time.monotonic() - began, 3))


class _Took(NamedTuple):
    """What it took: how much of what, and how long the trace is."""

    amount: int = 0
    unit: str = ""
    steps: int | None = None


def _of(job: Job, outcome: Outcome, took: _Took = _Took(), says: str = "") -> Bite:  # noqa: B008 - a frozen value
    law = KNOWN[job.name].law if job.name in KNOWN else ""
    return Bite(job.name, job.engine, job.seed, outcome, law, *took, seconds=0.0, says=says)


def _searched(job: Job, scope: Scope, opened: AbstractContextManager[Space[Any]], law: str) -> Bite:
    """Search a world down to the depth at which the law is first broken."""
    last = Found()

    def stop(found: Found) -> None:
        nonlocal last
        last = found
        if law in found.broken:
            raise _CaughtError

    try:
        with opened as space:
            last = search(space, laws_of(scope), STATES_MAX, stop)
    except _CaughtError:
        pass
    steps = len(last.broken[law]) if law in last.broken else None
    return _of(job, "not caught" if steps is None else "caught", _Took(last.states, "states", steps))


def _impl(job: Job) -> Bite:
    known = KNOWN[job.name]
    if not known.where or known.where not in WORLDS:
        return _of(job, "not asked", says="it has no small world of its own")
    with planted(job.name):
        return _searched(job, WORLDS[known.where], real_space(WORLDS[known.where]), known.law)


def _model(job: Job) -> Bite:
    known = KNOWN[job.name]
    with flawed(job.name):
        return _searched(job, WORLDS[known.where], model_space(WORLDS[known.where]), known.law)


def _specimen(job: Job) -> Bite:
    known = KNOWN[job.name]
    scope = SPECIMEN_WORLDS[known.where]
    return _searched(job, scope, space_of(SPECIMENS[job.name].rule, scope), known.law)


def _fuzz(job: Job) -> Bite:
    """Play cases from a seed until the law is broken; the shipped scanner must survive them all."""
    cases = 0
    with closing(walk(ScannerMachine, job.name, job.seed, CASES, STEPS)) as walked:
        try:
            for case in walked:
                cases += 1
                if case.broken is not None:
                    return _of(job, "caught", _Took(cases, "cases", len(case.broken.steps)))
        except PartedError:
            return _of(job, "not caught", _Took(cases, "cases"), "the scanner parts from its model before")
    return _of(job, "not caught", _Took(cases, "cases"))


def _agree(job: Job) -> Bite:
    """Put the question that it is known by, or else each question about its law, up to the first difference."""
    known = KNOWN.get(job.name)
    named = [one for one in QUESTIONS if known is not None and one.name == known.where]
    asked = named or [one for one in QUESTIONS if known is None or one.law == known.law]
    if not asked:
        return _of(job, "not asked", says="no question is about its law")
    tally: Counter[str] = Counter()
    with planted(job.name) if known is not None else nullcontext():
        for question in asked:
            try:
                question.ask(tally)
            except DifferenceError as error:
                return _of(job, "caught", _Took(sum(tally.values()), "cases"), f"{question.name}: {error}"[:SAYS_MAX])
    return _of(job, "not caught", _Took(sum(tally.values()), "cases"))


def refuted(job: Job, proof: Proof) -> Bite:
    """Tell what came of a wrong text, from its proof."""
    caught = proof.outcome.verdict is Verdict.VIOLATED
    found = _of(job, "caught" if caught else "not caught", _Took(1, "conditions"), proof.outcome.words)
    return found._replace(seconds=proof.seconds)


_BITES: Final[dict[str, Callable[[Job], Bite]]] = {
    EXHAUST: _impl,
    FUZZ: _fuzz,
    AGREE: _agree,
    MODEL: _model,
    EXHAUST_SPECIMEN: _specimen,
}


def shipped(engine: str, seed: int) -> Job:
    """Give the job of putting the scanner as it is to an engine, which must not catch it."""
    return Job(SHIPPED, engine, seed)


def must_catch(known: Known, engine: str) -> bool:
    """Tell whether an engine has to catch a design."""
    return engine == known.engine and not known.equivalent
