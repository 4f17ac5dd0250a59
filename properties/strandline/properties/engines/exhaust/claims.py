"""What an engine claims of the worlds of a system that it searches: law by law, over all worlds together."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from strandline.properties.core.counting import many, size
from strandline.properties.core.verdict import Claim, PartedError, Verdict
from strandline.properties.engines.exhaust.found import Budget
from strandline.properties.engines.exhaust.parallel import all_of, by_size
from strandline.properties.engines.exhaust.report import Terms

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from strandline.properties.core.law import Law
    from strandline.properties.core.system import System
    from strandline.properties.core.verdict import Report, Trace
    from strandline.properties.engines.exhaust.parallel import Reached, Searched
    from strandline.properties.engines.exhaust.report import LawOutcome

TERMS: Final = Terms(Budget(), several=1)


class EngineBrokenError(RuntimeError):
    """A search did not do what it is there for; the message names the world and says why."""


def explored(  # noqa: PLR0913 - who searches what, and whom to tell
    system: System, engine: str, subject: str, names: Iterable[str], report: Report, *, until_broken: bool = False
) -> Iterator[Claim]:
    """Search worlds and claim what came of it, law by law.

    Args:
        system: whose worlds they are.
        engine: who searches.
        subject: the model, the code as it is shipped, or a mutant, of which the refinement claims nothing.
        names: the worlds.
        report: takes a line of progress.
        until_broken: whether to end with the first world in which a law is broken; the one in which the mutant is
            known to be killed then comes first.

    Raises:
        EngineBrokenError: a step does not do what its world declares; laws that were broken by then are claimed before.
        PartedError: a step of the shipped code is not the model's.
    """
    mutant = system.mutants.get(subject)
    asked = by_size(system, names)
    if until_broken and mutant is not None:
        asked.sort(key=lambda name: name != mutant.where)
    ended: dict[str, Searched] = {}
    law = ""
    with closing(all_of(system, asked, subject, TERMS, lambda reached: report(_reached(reached)))) as searches:
        for one in searches:
            ended[one.world] = one
            counts = one.report.claims.counts
            report(f"world {one.world!r}: {size(counts.states, counts.transitions)}")
            if mutant is None:
                _require_sound(one)
            elif until_broken:
                asked, law = _cut(system, asked, ended)
                if law:
                    break
    found = {name: ended[name] for name in asked if name in ended}  # whichever of them ended first
    left = "" if mutant is not None else _blind(system, found)  # a mutant may well do less than there is to see
    claims = [_claimed(each, engine, found, left) for each in system.laws if each.holds is not None]
    if (refused := _refused(found)) is not None:
        yield from (claim for claim in claims if claim.verdict is Verdict.VIOLATED)
        raise EngineBrokenError(refused)
    yield from (_left_open(claim, law) if law else claim for claim in claims)


def _reached(reached: Reached) -> str:
    counts = reached.status.counts
    return f"world {reached.world!r}: {many(counts.states, 'state')}, {counts.frontier:,} of them new"


def _require_sound(one: Searched) -> None:
    """Find out whether a search did what it is there for, and the real code what the model does.

    Raises:
        EngineBrokenError: it did not.
        PartedError: a step of the real code is not the model's.
    """
    if (refused := _refused({one.world: one})) is not None:
        raise EngineBrokenError(refused)
    for law in one.report.claims.laws:
        if law.law == one.refinement and law.traces:
            steps = ", ".join(step.action for step in law.traces[0].steps)
            raise PartedError(f"world {one.world!r}: a step of the scanner is not the model's, the last of {steps}")


def _refused(found: dict[str, Searched]) -> str | None:
    """Name the first world whose search is broken, and say why; None if there is none."""
    claims = [one.report.claims for one in found.values()]
    return next((f"world {one.world!r}: {one.ended}" for one in claims if one.verdict == Verdict.BROKEN), None)


def _cut(system: System, worlds: list[str], found: dict[str, Searched]) -> tuple[list[str], str]:
    """Leave out the worlds after the first one that ends the search, and say what it was; empty while that is open.

    A broken law ends it, and so does a search that is broken.
    The worlds have an order, and it does not count which of them ended first: so two runs claim the same.
    """
    for place, name in enumerate(worlds, 1):
        if name not in found:
            break
        if found[name].report.claims.verdict == Verdict.BROKEN:
            return worlds[:place], f"world {name!r}"
        broken = {trace.law for trace in found[name].traces}
        if first := next((law.number for law in system.laws if law.number in broken), ""):
            return worlds[:place], first
    return worlds, ""


def _left_open(claim: Claim, law: str) -> Claim:
    """Say of a claim that nothing was found what it is worth when the search did not go to its end."""
    if claim.verdict is Verdict.VIOLATED:
        return claim
    return replace(claim, verdict=Verdict.INCONCLUSIVE, says=f"the search ended when {law} was broken")


def _blind(system: System, found: dict[str, Searched]) -> str:
    """Name what a world was to show beside the covers of laws, and did not; empty if there is nothing."""
    numbers = {law.number for law in system.laws}
    blind = sorted(
        f"world {name!r} should show and never did: {law.law}"
        for name, one in found.items()
        for law in one.report.claims.laws
        if law.kind == "sometimes" and not law.reached and law.law.partition(":")[0] not in numbers
    )
    return blind[0] if blind else ""


def _claimed(law: Law, engine: str, found: dict[str, Searched], left: str) -> Claim:
    short = sorted(name for name, one in found.items() if one.report.claims.ended or one.report.claims.unfired)
    unlike = sorted(name for name, one in found.items() if _unseen(law, one))
    if short:
        claims = found[short[0]].report.claims
        why = claims.ended or f"it has actions that never fire: {', '.join(claims.unfired)}"
        left = f"world {short[0]!r} was not searched whole: {why}"
    elif unlike:
        left = f"its cover was never seen in world {unlike[0]!r}, which should show it"
    counts = [one.report.claims.counts for one in found.values()]
    real = [one.report.claims.real.steps for one in found.values() if one.report.claims.real is not None]
    return over_worlds(
        law,
        engine,
        found,
        [trace for one in found.values() for trace in one.traces if trace.law == law.number],
        left,
        (
            ("states", sum(count.states for count in counts)),
            ("transitions", sum(count.transitions for count in counts)),
            ("depth", max(count.depth for count in counts)),
            *((("real steps", sum(real)),) if real else ()),
        ),
        sum(outcome.reached or 0 for one in found.values() for outcome in _covers(law, one)),
    )


def over_worlds(  # noqa: PLR0913 - what a claim is made of
    law: Law,
    engine: str,
    worlds: Iterable[str],
    broken: list[Trace],
    left: str,
    counts: tuple[tuple[str, int], ...],
    reached: int,
) -> Claim:
    """Claim of a law what came of the search of some worlds.

    Args:
        law: the law.
        engine: who searched.
        worlds: their names.
        broken: the traces that break the law; of the shortest ones the first is shown.
        left: what was left open, empty if nothing was.
        counts: how much was searched.
        reached: how often the law's cover was shown.
    """
    trace = min(broken, key=lambda one: len(one.steps), default=None)
    verdict, says = Verdict.HOLDS, "every reachable state and every interleaving of these worlds"
    if trace is not None:
        verdict, says = Verdict.VIOLATED, f"broken after {many(len(trace.steps), 'step')} in world {trace.world!r}"
    elif left:
        verdict, says = Verdict.INCONCLUSIVE, left
    bounds = (("worlds", ", ".join(sorted(worlds))),)
    return Claim(
        law=law.number,
        engine=engine,
        verdict=verdict,
        says=says,
        bounds=bounds,
        counts=counts,
        reached=reached,
        trace=trace,
    )


def _covers(law: Law, one: Searched) -> list[LawOutcome]:
    """Give what became of a law's cover in a world, nothing if the world cannot show it."""
    return [outcome for outcome in one.report.claims.laws if outcome.law.startswith(f"{law.number}: ")]


def _unseen(law: Law, one: Searched) -> bool:
    return any(not outcome.reached for outcome in _covers(law, one))
