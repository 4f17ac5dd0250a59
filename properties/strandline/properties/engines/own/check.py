"""Checks somebody's own system, or a mutant of it, by every engine that takes it."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from strandline.properties.core.findings import MODEL_ENGINE
from strandline.properties.core.mutant import EXHAUST, FUZZ, PROVE, TEETH
from strandline.properties.core.system import MODEL, SHIPPED
from strandline.properties.core.verdict import Engine, Verdict
from strandline.properties.engines.contracts.claims import proved
from strandline.properties.engines.judged import judged
from strandline.properties.engines.own.lockstep import what_is_real
from strandline.properties.engines.own.searched import kill_claims, model_claims, real_claims

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from strandline.properties.core.findings import Findings
    from strandline.properties.core.system import System
    from strandline.properties.core.verdict import Claim, Report


def engines(system: System, *, full: bool = False) -> tuple[Engine, ...]:
    """Give the engines that take a system: without real code there is only its model to look at.

    Args:
        system: the system.
        full: whether its larger worlds are searched too.
    """
    real = system.own is not None and system.own.real is not None
    several = [Engine(MODEL_ENGINE, "the model, whole", partial(model_claims, system, full=full))]
    if real:
        several.append(
            Engine(EXHAUST, "the real code, whole, in lockstep with the model", partial(real_claims, system, full=full))
        )
    several.append(Engine(FUZZ, "chance, in a larger world", partial(_chance, system)))
    if system.own is not None and system.own.conditions:
        several.append(Engine(PROVE, "pure functions, for all ints", partial(_proved, system)))
    if system.mutants:
        several.append(Engine(TEETH, "every mutant, by the engine that must catch it", partial(kill_claims, system)))
    return tuple(several)


def check(  # noqa: PLR0913 - what to judge, by what, and how much of it; and two ways to tell of it
    system: System,
    subject: str,
    chosen: Collection[str] = (),
    say: Report = lambda _line: None,
    keep: Report = lambda _line: None,
    *,
    only: tuple[str, ...] = (),
    seconds: float | None = None,
    full: bool = False,
) -> Findings:
    """Run engines on a subject; never raises for what an engine does.

    Args:
        system: the system.
        subject: its code as it is shipped, or a mutant by its name.
        chosen: the names of the engines to run; none means all.
        say: takes a passing line of progress.
        keep: takes a line worth keeping on the screen.
        only: the numbers of the laws to judge by; none means all.
        seconds: after how many it ends; None for no end.
        full: whether its larger worlds are searched too.

    Raises:
        KeyError: there is no such mutant.
    """
    known = "" if subject == SHIPPED else system.mutants[subject].law
    several = tuple(one for one in engines(system, full=full) if subject == SHIPPED or one.name != TEETH)
    broken: list[Claim] = []
    several = tuple(replace(one, run=partial(_remembering, one, broken)) for one in several)
    found = judged(subject, several, system.laws, chosen, say, keep, known=known, only=only, seconds=seconds)
    cut = [claim for claim in broken if claim not in found.claims and (not only or claim.law in only)]
    for claim in cut:
        keep(f"{claim.engine}: {claim.law} {claim.verdict}: {claim.says}")
    return replace(found, claims=(*found.claims, *cut))


def _remembering(engine: Engine, broken: list[Claim], subject: str, report: Report) -> Iterator[Claim]:
    """Run an engine, and remember which laws it found broken: an interrupt cuts off what it claims, and not those."""
    claims = tuple(engine.run(subject, report))
    broken.extend(claim for claim in claims if claim.verdict is Verdict.VIOLATED)
    yield from claims


def _proved(system: System, subject: str, report: Report) -> Iterator[Claim]:
    """Prove what is shipped; the prover reads the sources, so of a mutant nothing is claimed."""
    if subject == SHIPPED and system.own is not None:
        yield from proved(system.own.conditions, report)


def _chance(system: System, subject: str, report: Report) -> Iterator[Claim]:
    """Play by chance; Hypothesis takes a while to import, so it is imported when it is played."""
    from strandline.properties.engines.stateful.claims import claims  # noqa: PLC0415 - see above

    own = system.own
    for claim in claims(system, MODEL if own is None else subject, report):
        yield replace(claim, bounds=(*claim.bounds, *what_is_real(None if own is None else own.real)))
