"""Runs engines in order, and says of each law how it came out of all of them."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, NamedTuple, TypeAlias

from strandline.properties.blackbox.subject import SubjectBrokenError
from strandline.properties.interruption import heed
from strandline.properties.laws import LAWS
from strandline.properties.mutants import MUTANTS
from strandline.properties.specimens import SPECIMENS
from strandline.properties.verdict import Claim, Verdict, worst

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable

    from strandline.properties.laws import Law
    from strandline.properties.verdict import Engine, Report, Trace

MODEL_ENGINE: Final = "exhaust model"
"""The engine that searches the model; what it reaches, the scanner has not reached."""

DETAIL_MAX: Final = 600
"""Characters of what is kept of the failure of an engine."""

State: TypeAlias = Literal["ran", "skipped", "interrupted", "broken"]


class Run(NamedTuple):
    """What became of an engine; ``detail`` says more where it did not run to its end."""

    engine: str
    says: str
    state: State
    detail: str = ""


class Judgement(NamedTuple):
    """How a law came out of all engines together; ``says`` names what no single claim does."""

    law: Law
    verdict: Verdict
    says: str
    claims: tuple[Claim, ...]


@dataclass(frozen=True, slots=True)
class Findings:
    """All claims on one subject, in the order they were made, and what became of each engine."""

    subject: str
    claims: tuple[Claim, ...]
    runs: tuple[Run, ...]
    laws: tuple[Law, ...] = LAWS

    def judgements(self) -> tuple[Judgement, ...]:
        """Judge each law by all claims about it."""
        return tuple(judge(law, tuple(claim for claim in self.claims if claim.law == law.number)) for law in self.laws)

    def verdict(self) -> Verdict:
        """Sum up: no worse than the worst law, and no pass where an engine did not run to its end."""
        ends = {
            "skipped": Verdict.INCONCLUSIVE,
            "interrupted": Verdict.INCONCLUSIVE,
            "broken": Verdict.BROKEN,
        }
        return worst(
            [judgement.verdict for judgement in self.judgements()]
            + [ends[run.state] for run in self.runs if run.state in ends]
        )

    def traces(self) -> tuple[Trace, ...]:
        """Give the shortest trace to each violated law, the shortest first.

        Before all others comes the law that a mutant or a specimen is known to break: its trace is the story of it.
        """
        shortest: dict[str, Trace] = {}
        for claim in self.claims:
            if claim.verdict is Verdict.VIOLATED and claim.trace is not None:
                held = shortest.get(claim.law)
                if held is None or len(claim.trace.steps) < len(held.steps):
                    shortest[claim.law] = claim.trace
        known = {specimen.subject: specimen.law for specimen in SPECIMENS.values()}
        known |= {mutant.name: mutant.law for mutant in MUTANTS.values()}
        told = known.get(self.subject)
        return tuple(sorted(shortest.values(), key=lambda trace: (trace.law != told, len(trace.steps))))


def judged(  # noqa: PLR0913 - what to judge, by what, and how much of it; and two ways to tell of it
    subject: str,
    engines: Iterable[Engine],
    laws: tuple[Law, ...],
    chosen: Collection[str],
    say: Report,
    keep: Report,
    *,
    until_broken: bool = False,
) -> Findings:
    """Run some engines on a subject by its name, and judge it by some laws.

    Whatever an engine does, the others go on; Ctrl-C ends it, and those that had not begun are skipped. With
    ``until_broken`` those are skipped, too, that come after one that searched and found a law broken.
    """
    claims: list[Claim] = []
    runs: list[Run] = []
    interrupted = False
    broken = ""
    for engine in engines:
        if broken:  # asked first, so that a run of these engines again says the same of the others
            runs.append(Run(engine.name, engine.says, "skipped", f"{broken} was broken before it began"))
        elif chosen and engine.name not in chosen:
            runs.append(Run(engine.name, engine.says, "skipped", "not selected"))
        elif interrupted:
            runs.append(Run(engine.name, engine.says, "skipped", "interrupted before it began"))
        else:
            before = len(claims)
            runs.append(_run(engine, subject, claims.append, say, keep))
            interrupted = runs[-1].state == "interrupted"
            if until_broken and engine.searches:
                broken = next((one.law for one in claims[before:] if one.verdict is Verdict.VIOLATED), "")
    return Findings(subject, tuple(claims), tuple(runs), laws)


def _run(engine: Engine, subject: str, add: Callable[[Claim], None], say: Report, keep: Report) -> Run:
    """Run an engine, to whatever end; a signal on its way ends it, even if the engine took that for something else."""
    clock = time.monotonic()
    try:
        keep(f"{engine.name}: {engine.says}")
        ended = _ended(engine, subject, add, say, keep)
        keep(f"{engine.name}: {time.monotonic() - clock:.1f} s")
        heed()
    except KeyboardInterrupt:
        return Run(engine.name, engine.says, "interrupted", "interrupted before its end")
    return ended


def _ended(engine: Engine, subject: str, add: Callable[[Claim], None], say: Report, keep: Report) -> Run:
    try:
        for claim in engine.run(subject, say):
            heed()
            add(claim)
            if claim.verdict not in (Verdict.HOLDS, Verdict.NOT_APPLICABLE):
                keep(f"{engine.name}: {claim.law} {claim.verdict}: {claim.says}")
    except SubjectBrokenError as error:
        detail = cut(str(error))
    except Exception as error:  # noqa: BLE001 - whatever breaks an engine is a finding of its own, and the others go on
        detail = cut(f"{type(error).__name__}: {error}")
    else:
        return Run(engine.name, engine.says, "ran")
    heed()
    keep(f"{engine.name}: broken: {detail}")
    return Run(engine.name, engine.says, "broken", detail)


def cut(text: str) -> str:
    """Put a text on one line, and cut it where it is long: within a word too, for JSON and paths have no blank."""
    line = " ".join(text.split())
    return line if len(line) <= DETAIL_MAX else f"{line[: DETAIL_MAX - 4]} ..."


def judge(law: Law, claims: tuple[Claim, ...]) -> Judgement:
    """Judge one law: by the worst of its claims, and no pass if what must sometimes happen never did.

    It must have happened to the scanner: that the model got there says nothing of what was checked.
    """
    if not claims:
        return Judgement(law, Verdict.INCONCLUSIVE, "not looked at", claims)
    verdict = worst([claim.verdict for claim in claims])
    if verdict is Verdict.NOT_APPLICABLE:
        return Judgement(law, verdict, claims[0].says, claims)
    if (
        verdict is Verdict.HOLDS
        and law.twin is not None
        and not any(claim.reached for claim in claims if claim.engine != MODEL_ENGINE)
    ):
        return Judgement(law, Verdict.INCONCLUSIVE, f"never seen: {law.twin.says}", claims)
    return Judgement(law, verdict, "", claims)
