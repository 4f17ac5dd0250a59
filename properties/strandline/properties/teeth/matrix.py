"""The matrix: every chosen design against every chosen engine, and whether that is good enough."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from strandline.properties.laws import LAWS
from strandline.properties.mutant import AGREE, FUZZ
from strandline.properties.mutants import SHIPPED
from strandline.properties.prove.engine import REFUTED
from strandline.properties.prove.prover import REFUTING, prove
from strandline.properties.teeth.bites import Bite, Job, bite, must_catch, refuted, shipped
from strandline.properties.teeth.known import ASKED, ENGINES, KNOWN, PROVE, Known
from strandline.properties.verdict import Verdict
from strandline.properties.workers import WorkerLostError, side_by_side

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

    from strandline.properties.prove.prover import Proof

INTERRUPTED: Final = "interrupted"
"""Why a run has no more bites, if it was Ctrl-C that ended it."""

SEEDS_MAX: Final = 10_000
"""How many seeds may be asked for."""


class Wanted(NamedTuple):
    """What to do: for which designs and engines (none means all), from how many seeds.

    ``whole`` asks every engine, and not only the one that must catch a design.
    """

    names: tuple[str, ...] = ()
    engines: tuple[str, ...] = ()
    seeds: int = 1
    whole: bool = False


class Matrix(NamedTuple):
    """What was wanted, what came of each job in the order of the catalogue, and why some are missing, if they are."""

    wanted: Wanted
    bites: tuple[Bite, ...]
    ended: str = ""

    def of(self, name: str, engine: str) -> tuple[Bite, ...]:
        """Give what came of a design and an engine, one bite for each seed."""
        return tuple(one for one in self.bites if (one.name, one.engine) == (name, engine))


def jobs(wanted: Wanted) -> Iterator[Job]:
    """List what is to be done; chance is asked once for each seed, everything else gives the same each time."""
    engines = set(wanted.engines or ENGINES)
    for known in KNOWN.values():
        if known.name not in (wanted.names or KNOWN):
            continue
        if known.equivalent and not (wanted.whole or wanted.names):
            continue  # it is searched to the end, which takes longer than all others
        for engine in ASKED[known.kind]:
            if engine in engines and (wanted.whole or engine == known.engine):
                yield from (Job(known.name, engine, seed) for seed in _seeds(engine, wanted))
    if not wanted.names or SHIPPED in wanted.names:
        for engine in (FUZZ, AGREE):
            if engine in engines:
                yield from (shipped(engine, seed) for seed in _seeds(engine, wanted))


def _seeds(engine: str, wanted: Wanted) -> range:
    return range(1, wanted.seeds + 1) if engine == FUZZ else range(1)


def run(wanted: Wanted, say: Callable[[Bite], None]) -> Matrix:
    """Do it all, a few jobs side by side; Ctrl-C ends it with what there is."""
    asked = list(jobs(wanted))
    played = [job for job in asked if job.engine != PROVE]
    done: dict[Job, Bite] = {}
    ended = ""
    try:
        for job, one in side_by_side(_bite, played, lambda _said: None):
            done[Job(*job)] = one
            say(one)
        for asking, proof in _proofs([job for job in asked if job.engine == PROVE]):
            done[asking] = refuted(asking, proof)
            say(done[asking])
    except KeyboardInterrupt:
        ended = INTERRUPTED
    except WorkerLostError as error:
        ended = str(error)
    return Matrix(wanted, tuple(done[job] for job in asked if job in done), ended)


def _bite(name: str, engine: str, seed: int, _say: Callable[[object], None]) -> Bite:
    return bite(Job(name, engine, seed))


def _proofs(asked: list[Job]) -> Iterator[tuple[Job, Proof]]:
    """Put wrong texts to the prover, which has processes of its own."""
    conditions = {condition.says: condition for condition in REFUTED}
    return zip(asked, prove(tuple(conditions[job.name] for job in asked), REFUTING), strict=True)


def faults(matrix: Matrix) -> list[str]:
    """List what keeps the matrix from being a pass; each is one line."""
    found = []
    for one in matrix.bites:
        if one.name == SHIPPED:
            if one.outcome != "not caught":
                found.append(f"false alarm by {one.engine}, seed {one.seed}: {one.says or one.outcome}")
            continue
        known = KNOWN[one.name]
        if known.equivalent and one.outcome == "caught":
            found.append(f"{one.name!r} is said to make no difference, and {one.engine} catches it")
        elif must_catch(known, one.engine) and one.outcome != "caught":
            found.append(f"{one.name!r} is not caught by {one.engine}, seed {one.seed}: {one.says or one.outcome}")
    if not matrix.wanted.names:
        found += toothless(KNOWN.values())
    return found


def toothless(catalogue: Collection[Known]) -> list[str]:
    """List the laws that nothing in a catalogue breaks."""
    broken = {known.law for known in catalogue if not known.equivalent}
    return [f"no known-bad design breaks {law.number} {law.name}" for law in LAWS if law.number not in broken]


def verdict(matrix: Matrix) -> Verdict:
    """Sum up: violated if an engine let pass what it must catch; no pass if something was left undone."""
    if faults(matrix):
        return Verdict.VIOLATED
    required = [one for one in matrix.bites if one.name == SHIPPED or must_catch(KNOWN[one.name], one.engine)]
    return Verdict.INCONCLUSIVE if matrix.ended or not required else Verdict.HOLDS
