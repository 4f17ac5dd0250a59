"""The engines that ``check`` runs, in this order."""

from __future__ import annotations

from collections import Counter
from contextlib import closing
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from strandline.properties import fuzz
from strandline.properties.agreement import agree
from strandline.properties.claimed import explored as searched
from strandline.properties.claimed import over_worlds
from strandline.properties.counting import size
from strandline.properties.exhaust.plain import Found
from strandline.properties.exhaust.plain import search as plain_search
from strandline.properties.findings import MODEL_ENGINE
from strandline.properties.laws import LAWS, laws_of
from strandline.properties.mutant import TEETH
from strandline.properties.mutants import MUTANTS, SHIPPED, planted
from strandline.properties.prove import engine as prove
from strandline.properties.spaces import model_space, real_space
from strandline.properties.traces.committed import COMMITTED
from strandline.properties.verdict import Claim, Engine, Report, Trace, Verdict
from strandline.properties.workers import side_by_side
from strandline.properties.worlds import WORLDS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from strandline.model.state import Scope
    from strandline.properties.laws import Law
    from strandline.properties.searched import Kind

STATES_MAX: Final = 500_000
"""The states that a plain search may keep; one that needs more is inconclusive."""

IMPL_ENGINE: Final = "exhaust impl"
"""The engine that searches the scanner."""

SPACES: Final[dict[Kind, Callable[[Scope], Any]]] = {"model": model_space, "impl": real_space}

AUDITED: Final[dict[Kind, Callable[[Scope], Any]]] = {**SPACES, "impl": partial(real_space, audited=True)}
"""The same for the shipped scanner."""


def explore(kind: Kind, subject: str, world: str) -> Found:
    """Search one world whole by the plain search, with a mutant planted or none."""
    scope = WORLDS[world]
    opened = AUDITED if subject == SHIPPED else SPACES
    with planted(subject), opened[kind](scope) as space:
        return plain_search(space, laws_of(scope), STATES_MAX)


def explored(subject: str, report: Report, *, until_broken: bool = False) -> Iterator[Claim]:
    """Search every small world of a mutant by the plain search, and claim what came of it, law by law.

    A mutant may look at what no step of the scanner looks at, so it is not asked once for what steps look at, but in
    every state.

    Args:
        subject: which mutant.
        report: takes a line of progress.
        until_broken: whether to end with the first world in which a law is broken; the one in which the mutant is
            known to be caught then comes first.
    """
    worlds = sorted(WORLDS, key=lambda name: name != MUTANTS[subject].world) if until_broken else list(WORLDS)
    found: dict[str, Found] = {}
    law = ""
    with closing(side_by_side(_explored, [(subject, world) for world in worlds], report)) as outcomes:
        for (_, world), one in outcomes:
            found[world] = one
            worlds, law = _cut(worlds, found) if until_broken else (worlds, "")
            if law:
                break
    claims = claimed(IMPL_ENGINE, subject, {world: found[world] for world in worlds})
    yield from (_left_open(claim, law) if law else claim for claim in claims)


def _cut(worlds: list[str], found: dict[str, Found]) -> tuple[list[str], str]:
    """Leave out the worlds after the first one that breaks a law, and name the law; as long as it is open, name none.

    The worlds have an order, and it does not count which of them ended first: so two runs claim the same.
    """
    for place, name in enumerate(worlds, 1):
        if name not in found:
            break
        if broken := [law.number for law in LAWS if law.number in found[name].broken]:
            return worlds[:place], broken[0]
    return worlds, ""


def _left_open(claim: Claim, law: str) -> Claim:
    """Say of a claim that nothing was found what it is worth when the search did not go to its end."""
    if claim.verdict is not Verdict.HOLDS:
        return claim
    return replace(claim, verdict=Verdict.INCONCLUSIVE, says=f"the search ended when {law} was broken")


def _explored(subject: str, world: str, report: Report) -> Found:
    found = explore("impl", subject, world)
    report(f"world {world!r}: {size(found.states, found.transitions)}")
    return found


def claimed(engine: str, subject: str, found: dict[str, Found]) -> Iterator[Claim]:
    """Claim of each law what came of a search of these worlds."""
    yield from (_claimed(law, engine, subject, found) for law in LAWS if law.holds is not None)


def _claimed(law: Law, engine: str, subject: str, found: dict[str, Found]) -> Claim:
    reached: Counter[str] = sum((one.reached for one in found.values()), Counter())
    return over_worlds(
        law,
        engine,
        found,
        [
            Trace(subject, world, law.number, one.broken[law.number])
            for world, one in found.items()
            if law.number in one.broken
        ],
        "" if all(one.complete for one in found.values()) else f"a world has more than {STATES_MAX:,} states",
        (
            ("states", sum(one.states for one in found.values())),
            ("transitions", sum(one.transitions for one in found.values())),
            ("depth", max(one.depth for one in found.values())),
        ),
        reached[law.number],
    )


def _model_claims(subject: str, report: Report, *, full: bool) -> Iterator[Claim]:
    """Search the model; it is what it is, whatever is planted in the scanner."""
    if subject == SHIPPED:
        yield from searched("model", subject, report, full=full)


def _impl_claims(subject: str, report: Report, *, full: bool, until_broken: bool) -> Iterator[Claim]:
    """Search the scanner; a mutant by the plain search, which trusts no word of what its steps look at."""
    if subject == SHIPPED:
        yield from searched("impl", subject, report, full=full)
    else:
        yield from explored(subject, report, until_broken=until_broken)


def _teeth(subject: str, report: Report) -> Iterator[Claim]:
    """Show the engines teeth; what does so is made of them."""
    from strandline.properties.teeth import engine as teeth  # noqa: PLC0415 - it imports this module

    yield from teeth.claims(subject, report)


def engines(*, full: bool = False, until_broken: bool = False) -> tuple[Engine, ...]:
    """Give the engines that ``check`` runs: what was found before, then all others in the order of their strength.

    ``full`` has every large world; ``until_broken`` ends the search of a mutant when it has found a broken law.
    """
    more = "and all large" if full else "and some large"
    return (
        COMMITTED,
        Engine(
            "prove",
            "contracts on the pure functions of scanner and model, for all ints, by symbolic execution",
            prove.claims,
        ),
        Engine(
            MODEL_ENGINE,
            f"every interleaving of all small {more} worlds of the model",
            partial(_model_claims, full=full),
        ),
        Engine(
            IMPL_ENGINE,
            "every interleaving of such worlds of the real scanner",
            partial(_impl_claims, full=full, until_broken=until_broken),
        ),
        Engine(agree.ENGINE, "traps and drawn cases, held against each text of the definition", agree.claims),
        Engine("fuzz", "state machines over the real scanner on real files", fuzz.claims),
        Engine(TEETH, "a few known-bad designs, each put to the engine that must catch it", _teeth),
    )


ENGINES: tuple[Engine, ...] = engines()
"""In the order of their strength."""

FULL: tuple[Engine, ...] = engines(full=True)
"""The same, with nothing left out for want of time."""

UNTIL_BROKEN: tuple[Engine, ...] = engines(until_broken=True)
"""The same for a mutant that shall only be seen caught."""
