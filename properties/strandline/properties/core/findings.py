"""What engines found, and how each law came out of all of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, NamedTuple, TypeAlias

from strandline.properties.core.verdict import Claim, Verdict, worst

if TYPE_CHECKING:
    from strandline.properties.core.law import Law
    from strandline.properties.core.verdict import Trace

MODEL_ENGINE: Final = "exhaust model"
"""The engine that searches the model; what it reaches, the scanner has not reached."""

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
    """All claims on one subject, in the order they were made, and what became of each engine.

    ``known`` is the law that a mutant or a specimen is known to break, empty for anything else. ``only`` are the
    numbers of the laws that were asked for; none means all.
    """

    subject: str
    claims: tuple[Claim, ...]
    runs: tuple[Run, ...]
    laws: tuple[Law, ...]
    known: str = ""
    only: tuple[str, ...] = ()

    def judgements(self) -> tuple[Judgement, ...]:
        """Judge each law by all claims about it; one that was not asked for is left open."""
        return tuple(map(self._judged, self.laws))

    def _judged(self, law: Law) -> Judgement:
        if self.only and law.number not in self.only:
            return Judgement(law, Verdict.INCONCLUSIVE, f"left out: only {', '.join(self.only)} was asked for", ())
        return judge(law, tuple(claim for claim in self.claims if claim.law == law.number))

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

        Before all others comes the law that the subject is known to break: its trace is the story of it.
        """
        shortest: dict[str, Trace] = {}
        for claim in self.claims:
            if claim.verdict is Verdict.VIOLATED and claim.trace is not None:
                held = shortest.get(claim.law)
                if held is None or len(claim.trace.steps) < len(held.steps):
                    shortest[claim.law] = claim.trace
        return tuple(sorted(shortest.values(), key=lambda trace: (trace.law != self.known, len(trace.steps))))


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
        and law.cover is not None
        and not any(claim.reached for claim in claims if claim.engine != MODEL_ENGINE)
    ):
        return Judgement(law, Verdict.INCONCLUSIVE, f"never seen: {law.cover.says}", claims)
    return Judgement(law, verdict, "", claims)
