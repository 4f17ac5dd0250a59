"""The engines that search somebody's own system whole: its model, and its real code in lockstep with it."""

from __future__ import annotations

import sys
from contextlib import redirect_stdout
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from strandline.model.terms import Step
from strandline.properties.core.counting import many
from strandline.properties.core.findings import MODEL_ENGINE
from strandline.properties.core.mutant import EXHAUST, TEETH
from strandline.properties.core.named import look_in
from strandline.properties.core.system import MODEL, SHIPPED
from strandline.properties.core.verdict import Claim, MutantKill, SubjectError, Trace, Verdict
from strandline.properties.engines.exhaust.engine import search
from strandline.properties.engines.exhaust.found import Budget
from strandline.properties.engines.exhaust.world import WorldError
from strandline.properties.engines.own.lockstep import what_is_real
from strandline.properties.engines.own.wiring import loaded, stepped, subject_of, world_of
from strandline.properties.engines.own.worlds import shape_of
from strandline.properties.engines.records.steps import canonical, ways
from strandline.properties.harness.workers import side_by_side

if TYPE_CHECKING:
    from collections.abc import Iterator

    from strandline.properties.core.law import Law
    from strandline.properties.core.mutant import Mutant
    from strandline.properties.core.own import Own
    from strandline.properties.core.system import System
    from strandline.properties.core.verdict import Report
    from strandline.properties.engines.exhaust.found import Found, Shown, Status

CAUGHT: Final = "caught"

MUTANT_STATES_MAX: Final = 10_000_000
"""States in which a mutant's law must be broken: a mutant may have no end of them, where the system has."""


def model_claims(system: System, subject: str, report: Report, *, full: bool = False) -> Iterator[Claim]:
    """Search the model, and claim what came of it; of a mutant only where there is no real code beside it."""
    alone = _own(system).real is None and subject != SHIPPED
    yield from claims(system, subject if alone else MODEL, MODEL_ENGINE, report, full=full)


def real_claims(system: System, subject: str, report: Report, *, full: bool = False) -> Iterator[Claim]:
    """Search the real code of a subject in lockstep with the model, and claim what came of it, law by law."""
    yield from claims(system, subject, EXHAUST, report, full=full)


def claims(system: System, subject: str, engine: str, report: Report, *, full: bool = False) -> Iterator[Claim]:
    """Search the worlds of a subject, the larger ones too if everything is asked for; of a mutant its own world.

    Raises:
        SubjectError: a step does not do what was declared; one line names it.
    """
    mutant, worlds = system.mutants.get(subject), system.worlds
    names = (*worlds.small, *(worlds.large if full else ())) if mutant is None else (mutant.where,)
    found = dict(_all_of(system, [(subject, name) for name in names], report))
    several = {name: found[subject, name] for name in names}
    own = _own(system)
    for law in system.laws:
        if (law.number, law.holds is not None) in {(one.law, True) for one in several[names[0]].findings}:
            yield _claimed(own, law, subject, engine, several)


def searched(system: System, subject: str, world: str, report: Report) -> Found:
    """Search a world of a subject; that of a mutant as far as the law that must catch it is broken.

    Raises:
        SubjectError: a step does not do what was declared; one line names it.
    """
    mutant = system.mutants.get(subject)
    until, budget = ("", Budget()) if mutant is None else (mutant.law, Budget(states=MUTANT_STATES_MAX))
    named = f", {world}" if len(system.worlds.small) > 1 else ""

    def say(status: Status) -> None:
        counts = status.counts
        broken = f"; broken: {', '.join(status.broken)}" if status.broken else ""
        report(f"{subject}{named}: {many(counts.states, 'state')}, {counts.frontier:,} of them new{broken}")

    try:
        return search(world_of(system, subject, world), budget, until=until, say=say)
    except WorldError as error:
        raise SubjectError(str(error)) from error


def _all_of(system: System, jobs: list[tuple[str, str]], report: Report) -> Iterator[tuple[tuple[str, str], Found]]:
    """Search worlds, each a subject and a name; side by side, if there are several and other processes find them."""
    if len(jobs) > 1 and system.where:
        asked = [(system.where, str(Path.cwd()), *job) for job in jobs]
        for (_, _, subject, world), found in side_by_side(_found_again, asked, report):
            yield (subject, world), found
    else:
        for subject, world in jobs:
            yield (subject, world), searched(system, subject, world, report)


def _found_again(where: str, folder: str, subject: str, world: str, report: Report) -> Found:
    """Search a world in a process of its own; what somebody's code prints there is no output of ours."""
    look_in(folder)
    with redirect_stdout(sys.stderr):
        return searched(loaded(where), subject, world, report)


def _claimed(own: Own, law: Law, subject: str, engine: str, several: dict[str, Found]) -> Claim:
    """Claim of a law what came of it in all worlds; what only some can show is enough if one does."""
    mine = {name: next(one for one in found.findings if one.law == law.number) for name, found in several.items()}
    covers = [
        one.reached for found in several.values() for one in found.findings if one.law.startswith(f"{law.number}: ")
    ]
    order = (Verdict.VIOLATED, Verdict.BROKEN, Verdict.INCONCLUSIVE)
    worst = next((one for verdict in order for one in mine.values() if one.verdict is verdict), None)
    verdict, says = Verdict.HOLDS, next(iter(mine.values())).says
    idle = [name for name in _idle(several) if worst is None]
    if worst is not None:
        verdict, says = worst.verdict, worst.says
    elif idle:
        verdict, says = Verdict.INCONCLUSIVE, f"actions never fire: {', '.join(idle)}"
    shown = min(
        ((name, one.traces[0]) for name, one in mine.items() if one.traces),
        key=lambda pair: len(pair[1].steps),
        default=None,
    )
    trace = None
    if shown is not None:
        chosen = subject_of(own, subject)
        trace = Trace(subject, shown[0], law.number, taken(chosen, shown[0], shown[1]))
    counts = [found.counts for found in several.values()]
    only = next(iter(several))
    where: tuple[tuple[str, str], ...] = (("world", several[only].world), ("actors", str(own.small)))
    return Claim(
        law=law.number,
        engine=engine,
        verdict=verdict,
        says=says,
        bounds=(
            (where if not own.worlds else (("worlds", ", ".join(several)),))
            + what_is_real(subject_of(own, subject).real)
        ),
        counts=(
            ("states", sum(count.states for count in counts)),
            ("transitions", sum(count.transitions for count in counts)),
            ("depth", max(count.depth for count in counts)),
        ),
        reached=sum(covers) if law.cover is not None else None,
        trace=trace,
    )


def _idle(several: dict[str, Found]) -> list[str]:
    """Give the actions that fire in no world."""
    fired = {name for found in several.values() for name, count in found.counts.firings.items() if count}
    idle = dict.fromkeys(name for found in several.values() for name in found.unfired if name not in fired)
    if len(several) > 1:  # not every actor does everything in every world: one that does is enough
        fired = {_bare(name) for name in fired}
        idle = dict.fromkeys(_bare(name) for name in idle if _bare(name) not in fired)
    return list(idle)


def _bare(action: str) -> str:
    """Give the name of an action without the number of its actor."""
    name, _, number = action.rpartition(" ")
    return name if name and number.isdecimal() else action


def taken(own: Own, world: str, shown: Shown) -> tuple[Step, ...]:
    """Give the steps of a trace by the actions, actors and numbers of the system's table.

    Args:
        own: the system as its subject has it.
        world: the name of the world.
        shown: the trace, whose steps are numbered as the search was handed them.
    """
    shape = shape_of(own, world)
    actions = {action.name: action for action in stepped(own, shape)}
    state: Any = canonical(shape, shape.record)
    steps = []
    for step in shown.steps:
        number = (step.actor or "").rpartition(" ")[2]
        action = actions[step.action.removesuffix(f" {number}") if number else step.action]
        who = (int(number),) if number else ()
        way = list(ways(action, state, who))[step.way]
        steps.append(Step(action.name, who[0] if who else None, way.number))
        state = canonical(shape, way.after)
    return tuple(steps)


def kill_claims(system: System, subject: str, report: Report) -> Iterator[Claim]:
    """Put each mutant to the engine that issues the pass, and claim of each law that its mutants are caught."""
    if subject != SHIPPED:
        return
    jobs = [(mutant.name, mutant.where) for mutant in system.mutants.values()]
    found = dict(_all_of(system, jobs, partial(_said, report)))
    kills = [_kill(mutant, found[mutant.name, mutant.where]) for mutant in system.mutants.values()]
    for law in system.laws:
        mine = tuple(
            one for mutant, one in zip(system.mutants.values(), kills, strict=True) if mutant.law == law.number
        )
        if mine:
            yield _killed(law, mine)


def _kill(mutant: Mutant, found: Found) -> MutantKill:
    finding = next((one for one in found.findings if one.law == mutant.law), None)
    caught = finding is not None and finding.verdict is Verdict.VIOLATED
    steps = len(finding.traces[0].steps) if caught and finding is not None and finding.traces else None
    counts = (("states", found.counts.states), ("transitions", found.counts.transitions))
    return MutantKill(mutant.name, mutant.hazard or mutant.law, mutant.says, mutant.engine, caught, counts, steps)


def _said(report: Report, line: str) -> None:
    report(f"{TEETH}: {line}")


def _killed(law: Law, kills: tuple[MutantKill, ...]) -> Claim:
    escaped = [one.design for one in kills if not one.caught]
    says = f"nothing caught {', '.join(escaped)}" if escaped else "every mutant is caught by the engine that must"
    return Claim(
        law=law.number,
        engine=TEETH,
        verdict=Verdict.INCONCLUSIVE if escaped else Verdict.HOLDS,
        says=says,
        counts=(("mutants", len(kills)), (CAUGHT, len(kills) - len(escaped))),
        mutants=kills,
    )


def _own(system: System) -> Own:
    if system.own is None:
        raise ValueError(f"system {system.name!r} is not declared over records")
    return system.own
