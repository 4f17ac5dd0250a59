"""What ``check`` claims of the memo worlds that it searches: law by law, over all worlds together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from strandline.properties.counting import many, size
from strandline.properties.exhaust.found import Budget
from strandline.properties.exhaust.report import Terms
from strandline.properties.laws import LAWS
from strandline.properties.memoworlds.family import FAMILY
from strandline.properties.memoworlds.sights import SIGHTS
from strandline.properties.mutants import SHIPPED
from strandline.properties.realworlds import refined
from strandline.properties.searched import all_of, by_size
from strandline.properties.verdict import Claim, PartedError, Verdict
from strandline.properties.worlds import WORLDS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from strandline.properties.exhaust.report import LawOutcome
    from strandline.properties.laws import Law
    from strandline.properties.searched import Kind, Reached, Searched
    from strandline.properties.verdict import Report, Trace

LARGE: Final[dict[Kind, tuple[str, ...]]] = {
    "model": ("held and read", "read and rewritten", "full"),
    "impl": ("held and read",),
}
"""The large worlds that ``check`` has time for beside all small ones; ``check --full`` searches every one."""

TERMS: Final = Terms(Budget(), several=1)


class EngineBrokenError(RuntimeError):
    """A search did not do what it is there for; the message names the world and says why."""


def worlds(kind: Kind, *, full: bool) -> tuple[str, ...]:
    """Give the worlds that ``check`` searches of the model or of the scanner."""
    return tuple(by_size((*WORLDS, *(FAMILY if full else LARGE[kind]))))


def explored(kind: Kind, subject: str, report: Report, *, full: bool = False) -> Iterator[Claim]:
    """Search the worlds and claim what came of it, law by law.

    Args:
        kind: whether the model fills the tables, or the real scanner.
        subject: the scanner as it is shipped; or a mutant of it, of which the refinement claims nothing.
        report: takes a line of progress.
        full: whether every large world is searched.

    Raises:
        EngineBrokenError: a step does not do what its world declares.
        PartedError: a step of the scanner is not the model's.
    """

    def say(reached: Reached) -> None:
        report(
            f"world {reached.world!r}: {many(reached.counts.states, 'state')}, {reached.counts.frontier:,} of them new"
        )

    names = worlds(kind, full=full)
    ended: dict[str, Searched] = {}
    for one in all_of(names, kind, subject, TERMS, say):
        ended[one.world] = one
        claims = one.report.claims
        report(f"world {one.world!r}: {size(claims.counts.states, claims.counts.transitions)}")
        if claims.verdict == Verdict.BROKEN:
            raise EngineBrokenError(f"world {one.world!r}: {claims.ended}")
        if subject == SHIPPED and (says := _parted(one)):
            raise PartedError(f"world {one.world!r}: {says}")
    found = {name: ended[name] for name in sorted(ended, key=names.index)}  # whichever of them ended first
    # A mutant may well do less than there is to see.
    blind = sorted(
        f"{name!r} should show and never did: {sight}" for name, one in found.items() for sight in _blind(one)
    )
    left = f"world {blind[0]}" if blind and subject == SHIPPED else ""
    yield from (_claimed(law, f"exhaust {kind}", found, left) for law in LAWS if law.holds is not None)


def _parted(one: Searched) -> str:
    """Say after which steps the scanner did not do what the model does, empty if it always did."""
    for law in one.report.claims.laws:
        if law.law == refined.NAME and law.traces:
            steps = ", ".join(step.action for step in law.traces[0].steps)
            return f"a step of the scanner is not the model's, the last of {steps}"
    return ""


def _claimed(law: Law, engine: str, found: dict[str, Searched], left: str) -> Claim:
    short = sorted(name for name, one in found.items() if one.report.claims.ended or one.report.claims.unfired)
    unlike = sorted(name for name, one in found.items() if _unseen(law, one))
    if short:
        claims = found[short[0]].report.claims
        why = claims.ended or f"it has actions that never fire: {', '.join(claims.unfired)}"
        left = f"world {short[0]!r} was not searched whole: {why}"
    elif unlike:
        left = f"its twin was never seen in world {unlike[0]!r}, which should show it"
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
        sum(outcome.reached or 0 for one in found.values() for outcome in _twins(law, one)),
    )


def _blind(one: Searched) -> Iterator[str]:
    """Give the sights that a world was to show and did not: then less happened in it than its claims rest on."""
    yield from (
        outcome.law
        for outcome in one.report.claims.laws
        if outcome.law.partition(":")[0] in SIGHTS and not outcome.reached
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
        reached: how often the law's twin was shown.
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


def _twins(law: Law, one: Searched) -> list[LawOutcome]:
    """Give what became of a law's twin in a world, nothing if the world cannot show it."""
    return [outcome for outcome in one.report.claims.laws if outcome.law.startswith(f"{law.number}: ")]


def _unseen(law: Law, one: Searched) -> bool:
    return any(not outcome.reached for outcome in _twins(law, one))
