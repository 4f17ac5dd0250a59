"""The matrix: every chosen mutant against every chosen engine, and whether that is good enough."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from strandline.properties.core.mutant import Killers, Mutant, Outcome, Result
from strandline.properties.core.named import find
from strandline.properties.core.system import SHIPPED, System, system_of
from strandline.properties.core.verdict import Verdict
from strandline.properties.harness.workers import WorkerLostError, side_by_side

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator

    from strandline.properties.core.law import Law

INTERRUPTED: Final = "interrupted"
"""Why a run has no more kills, if it was Ctrl-C that ended it."""

SEEDS_MAX: Final = 10_000
"""How many seeds may be asked for."""


class Wanted(NamedTuple):
    """What to do: for which mutants and engines (none means all), from how many seeds.

    ``whole`` asks every engine, and not only the one that must kill a mutant.
    """

    names: tuple[str, ...] = ()
    engines: tuple[str, ...] = ()
    seeds: int = 1
    whole: bool = False


class Job(NamedTuple):
    """One thing to do: which mutant, by which engine, from which seed (0 where none is drawn)."""

    name: str
    engine: str
    seed: int


class Kill(NamedTuple):
    """What came of one mutant and one engine; see :class:`~strandline.properties.core.mutant.Result`."""

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


class Matrix(NamedTuple):
    """What was wanted of which system, what came of each job in order, and why some are missing, if they are."""

    system: System
    wanted: Wanted
    kills: tuple[Kill, ...]
    ended: str = ""

    def of(self, name: str, engine: str) -> tuple[Kill, ...]:
        """Give what came of a mutant and an engine, one for each seed."""
        return tuple(one for one in self.kills if (one.name, one.engine) == (name, engine))


def killers(system: System) -> Killers:
    """Give the killers of a system.

    Raises:
        KeyError: it has none.
    """
    if system.killers is None:
        raise KeyError(f"{system.name} does not say how its mutants are put to engines")
    return system.killers


def must_kill(mutant: Mutant, engine: str) -> bool:
    """Tell whether an engine has to kill a mutant."""
    return engine == mutant.engine and not mutant.equivalent


def jobs(system: System, wanted: Wanted) -> Iterator[Job]:
    """List what is to be done; chance is asked once for each seed, everything else gives the same each time."""
    known = killers(system)
    engines = set(wanted.engines or known.engines)

    def seeded(name: str, engine: str) -> Iterator[Job]:
        yield from (Job(name, engine, seed) for seed in range(wanted.seeds if engine in known.drawn else 1))

    for mutant in system.mutants.values():
        if mutant.name not in (wanted.names or system.mutants):
            continue
        if mutant.equivalent and not (wanted.whole or wanted.names):
            continue  # it is searched to the end, which takes longer than all others
        for engine in known.asked[mutant.kind]:
            if engine in engines and (wanted.whole or engine == mutant.engine):
                yield from seeded(mutant.name, engine)
    if not wanted.names or SHIPPED in wanted.names:
        for engine in known.alarms:
            if engine in engines:
                yield from seeded(SHIPPED, engine)


def run(system: System, wanted: Wanted, say: Callable[[Kill], None]) -> Matrix:
    """Do it all, a few jobs side by side; Ctrl-C ends it with what there is."""
    known, asked = killers(system), list(jobs(system, wanted))
    alone = [(system.where, *job) for job in asked if job.engine not in known.together]
    done: dict[Job, Kill] = {}
    ended = ""
    try:
        for (_, *arguments), one in side_by_side(_found_again, alone, lambda _said: None):
            done[Job(*arguments)] = one
            say(one)
        for engine, together in known.together.items():
            many = [job for job in asked if job.engine == engine]
            if not many:
                continue
            killer: Any = find(together, "killer") if isinstance(together, str) else together
            results: Iterable[tuple[Result, float]] = killer(tuple(system.mutants[job.name] for job in many))
            for job, (result, seconds) in zip(many, results, strict=True):
                done[job] = _kill(system, job, result, seconds)
                say(done[job])
    except KeyboardInterrupt:
        ended = INTERRUPTED
    except WorkerLostError as error:
        ended = str(error)
    return Matrix(system, wanted, tuple(done[job] for job in asked if job in done), ended)


def _found_again(where: str, name: str, engine: str, seed: int, _say: Callable[[object], None]) -> Kill:
    """Do one job for a system that is found by its name, in another process."""
    return kill(system_of(where), Job(name, engine, seed))


def kill(system: System, job: Job) -> Kill:
    """Put a mutant to an engine; whatever breaks is an outcome too."""
    began = time.monotonic()
    mutant = None if job.name == SHIPPED else system.mutants[job.name]
    try:
        by = killers(system).by[job.engine]
        killer: Any = find(by, "killer") if isinstance(by, str) else by
        result: Result = killer(system, mutant, job.seed)
    except Exception as error:  # noqa: BLE001 - an engine that breaks on a mutant has not killed it, and the others go on
        result = Result("broken", says=f"{type(error).__name__}: {error}")
    return _kill(system, job, result, round(time.monotonic() - began, 3))


def _kill(system: System, job: Job, result: Result, seconds: float) -> Kill:
    law = system.mutants[job.name].law if job.name != SHIPPED else ""
    outcome, amount, unit, steps, says = result
    return Kill(*job, outcome, law, amount, unit, steps, seconds, says)


def faults(matrix: Matrix) -> list[str]:
    """List what keeps the matrix from being a pass; each is one line."""
    found = []
    for one in matrix.kills:
        if one.name == SHIPPED:
            if one.outcome != "survived":
                found.append(f"false alarm by {one.engine}, seed {one.seed}: {one.says or one.outcome}")
            continue
        mutant = matrix.system.mutants[one.name]
        if mutant.equivalent and one.outcome == "killed":
            found.append(f"{one.name!r} is said to make no difference, and {one.engine} kills it")
        elif must_kill(mutant, one.engine) and one.outcome != "killed":
            found.append(f"{one.name!r} is not killed by {one.engine}, seed {one.seed}: {one.says or one.outcome}")
    if not matrix.wanted.names:
        found += toothless(matrix.system.laws, matrix.system.mutants.values())
    return found


def toothless(laws: tuple[Law, ...], mutants: Collection[Mutant]) -> list[str]:
    """List the laws that no mutant of these breaks."""
    broken = {mutant.law for mutant in mutants if not mutant.equivalent}
    return [f"no mutant breaks {law.number} {law.name}" for law in laws if law.number not in broken]


def verdict(matrix: Matrix) -> Verdict:
    """Sum up: violated if an engine let pass what it must kill; no pass if something was left undone."""
    if faults(matrix):
        return Verdict.VIOLATED
    mutants = matrix.system.mutants
    required = [one for one in matrix.kills if one.name == SHIPPED or must_kill(mutants[one.name], one.engine)]
    return Verdict.INCONCLUSIVE if matrix.ended or not required else Verdict.HOLDS
