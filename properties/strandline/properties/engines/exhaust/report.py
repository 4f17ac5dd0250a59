"""The evidence of one search: a versioned JSON document.

What follows from the sources alone is in ``claims``, the same in every run that came to its end; time and machine are
in ``run`` and ``effort``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal, NamedTuple

import msgspec

from strandline.properties.core.verdict import Verdict
from strandline.properties.engines.exhaust.found import Counts, Found
from strandline.properties.engines.exhaust.wording import worded
from strandline.properties.engines.exhaust.world import (
    Always,
    AlwaysTold,
    Eventually,
    NoDeadlock,
    Sometimes,
    SometimesTold,
)
from strandline.properties.evidence.document import RunOutcome  # noqa: TC001 - msgspec needs it at run time
from strandline.properties.evidence.evidence import ran_here

if TYPE_CHECKING:
    from datetime import datetime

    from strandline.properties.engines.exhaust.found import Budget, Finding, Shown
    from strandline.properties.engines.exhaust.world import Law, World

KINDS: Final[dict[type[Law], str]] = {
    Always: "always",
    AlwaysTold: "always",
    Sometimes: "sometimes",
    SometimesTold: "sometimes",
    Eventually: "eventually",
    NoDeadlock: "no deadlock",
}
"""What a document calls the kinds of laws."""

DOES_NOT_SHOW: Final = (
    "A world is what its author declared: what it leaves out, and what it bounds, was not looked at.",
    "Every interleaving means of whole actions: one that stands for two accesses hides what may come between them.",
    "That functions depend on nothing but what they read was tried on a sample of their answers.",
    "That actors which a symmetry calls alike take the same steps, and tell the same, was tried on a sample of states.",
)
"""What a pass does not show."""


class StepShown(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A step of a trace, and what it changed, in words."""

    action: str
    actor: str | None
    way: int
    label: str
    changed: dict[str, str]


class TraceShown(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A trace: the state before it, in words, and its steps; those from ``loop`` on go round for ever."""

    first: dict[str, str]
    steps: tuple[StepShown, ...]
    loop: int | None


class LawOutcome(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How one law came out; ``reached`` is null where the law says nothing of what must sometimes be."""

    law: str
    kind: str
    verdict: str
    says: str
    reached: int | None
    traces: tuple[TraceShown, ...]


class Size(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The exact counts of a search; see :class:`Counts` of the search."""

    states: int
    transitions: int
    depth: int
    widest: int
    frontier: int
    firings: dict[str, int]
    calls: int
    peeks: int
    judged: int
    terminal: int


class RealWork(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What was asked of the real scanner: distinct steps, those that opened or read a real file, and the probes.

    Every step is taken twice, and counted once; among the files are those of the second takings. ``probed`` are
    distinct steps that were taken in worlds that are left in peace, and that are no steps of the world.
    """

    steps: int
    files: int
    probed: int


class Claims(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What was found, of what, and within what; ``ended`` says why a search ended early, empty if it did not."""

    world: str
    subject: str
    sources: dict[str, str]
    verdict: str
    ended: str
    bounds: dict[str, float]
    laws: tuple[LawOutcome, ...]
    counts: Size
    vacuous: tuple[str, ...]
    """What judged nothing and why: laws, or that there is none."""
    unfired: tuple[str, ...]
    unshown: tuple[str, ...]
    """What must sometimes happen, and is not asked of this world, which offers no way to it."""
    real: RealWork | None
    does_not_show: tuple[str, ...]


class Effort(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What it took: bytes of memory at the peak (0 where the system does not tell), states a second.

    ``seconds`` is the wall time of the search, ``real_seconds`` that of the steps of the real scanner in it, null if
    there are none.
    """

    memory: int
    states_per_second: float
    seconds: float
    real_seconds: float | None
    costly: str = ""
    """Which function was called most and what it read, where calls are many; empty where they are not."""


class Report(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The document; ``version`` is raised when its meaning changes."""

    format: Literal["strandline search"]
    version: Literal[2]
    claims: Claims
    effort: Effort
    run: RunOutcome


class Chosen(NamedTuple):
    """A world to search: what it is called, whose it is, and the sha256 of each source that it follows from.

    ``unshown`` says what must sometimes happen and is not asked of it, since another world is there to show it.
    """

    name: str
    subject: str
    world: World
    sources: dict[str, str]
    unshown: tuple[str, ...] = ()


class Work(NamedTuple):
    """What was asked of the real code.

    ``steps`` are distinct steps: real code run once for each distinct value of all that it can see. ``files`` are
    those among them that opened or read a real file, those of the second takings included; ``seconds`` is the time
    that all took. ``probed`` are the distinct steps that were taken to see what becomes of a world that is left in
    peace: they are no step of the world, and not counted among the others.
    """

    steps: int = 0
    files: int = 0
    seconds: float = 0.0
    probed: int = 0


class Terms(NamedTuple):
    """On what terms a world is searched.

    ``first`` ends a search with the layer in which the first law broke, ``until`` with that in which this one did.
    """

    budget: Budget
    several: int
    first: bool = False
    until: str = ""

    @property
    def bounds(self) -> dict[str, float]:
        """The bounds by name; time and the first broken law are among them if the search was to end there."""
        budget = self.budget
        bounds: dict[str, float] = {"states": budget.states, "memory": budget.memory, "several": self.several}
        if budget.seconds is not None:
            bounds["seconds"] = budget.seconds
        if self.first:
            bounds["first"] = self.first
        return bounds


class Cut(NamedTuple):
    """A search that did not give its verdicts: how far it came, what became of it, and why."""

    counts: Counts
    verdict: Verdict
    ended: str


def gather(  # noqa: PLR0913 - what was searched, on what terms, what came of it, when, and what it took
    chosen: Chosen, terms: Terms, outcome: Found | Cut, began: datetime, seconds: float, work: Work | None = None
) -> Report:
    """Make the document of a search that began at an instant and took so long; ``work`` is that of the real scanner."""
    counts = outcome.counts
    return Report(
        format="strandline search",
        version=2,
        claims=Claims(
            world=chosen.name,
            subject=chosen.subject,
            sources=chosen.sources,
            verdict=outcome.verdict,
            ended=outcome.ended,
            bounds=terms.bounds,
            laws=_laws(chosen.world, outcome),
            counts=Size(
                counts.states,
                counts.transitions,
                counts.depth,
                counts.widest,
                counts.frontier,
                dict(counts.firings),
                counts.calls,
                counts.peeks,
                counts.judged,
                counts.terminal,
            ),
            vacuous=outcome.vacuous if isinstance(outcome, Found) else (),
            unfired=outcome.unfired if isinstance(outcome, Found) else (),
            unshown=chosen.unshown,
            real=RealWork(work.steps, work.files, work.probed) if work is not None else None,
            does_not_show=DOES_NOT_SHOW,
        ),
        effort=Effort(
            counts.memory,
            round(counts.states / seconds, 1) if seconds else 0.0,
            round(seconds, 3),
            round(work.seconds, 3) if work is not None else None,
            counts.costly,
        ),
        run=ran_here(began.isoformat(timespec="seconds"), seconds),
    )


def _laws(world: World, outcome: Found | Cut) -> tuple[LawOutcome, ...]:
    if isinstance(outcome, Cut):
        return tuple(
            LawOutcome(law.name, KINDS[type(law)], Verdict.INCONCLUSIVE, "not judged to the end", None, ())
            for law in world.laws
        )
    found = {finding.law: finding for finding in outcome.findings}
    return tuple(_law(law, found[law.name]) for law in world.laws)


def _law(law: Law, finding: Finding) -> LawOutcome:
    reached = finding.reached if isinstance(law, (Sometimes, SometimesTold)) else None
    traces = tuple(map(_trace, finding.traces))
    return LawOutcome(law.name, KINDS[type(law)], finding.verdict, finding.says, reached, traces)


def _trace(shown: Shown) -> TraceShown:
    return TraceShown(
        first={name: worded(value) for name, value in shown.first.items()},
        steps=tuple(
            StepShown(*step[:2], step.way, step.label, {name: worded(value) for name, value in after.items()})
            for step, after in zip(shown.steps, shown.after, strict=True)
        ),
        loop=shown.loop,
    )
