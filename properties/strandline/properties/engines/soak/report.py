"""What a soak comes to: one document, and the lines that people read. Both follow from the journals alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

import msgspec

from strandline.properties.core.counting import many
from strandline.properties.core.law import Kind  # noqa: TC001 - msgspec needs it at run time
from strandline.properties.core.verdict import EXIT_CODES, Verdict, worst
from strandline.properties.engines.replay.drawing import replay_line
from strandline.properties.engines.soak.plan import Plan  # noqa: TC001 - msgspec reads the annotations
from strandline.properties.evidence.document import RunOutcome  # noqa: TC001 - msgspec needs it at run time
from strandline.properties.evidence.evidence import ran_here, sources

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Iterator

    from strandline.properties.core.system import System
    from strandline.properties.engines.soak.totals import Totals

REPORT: Final = "soak.json"
"""The name of the document in the folder of a soak."""

RULE_OF_THREE: Final = 3
"""No violation in N independent cases: at 95 % fewer than about 3 in N cases hold one."""


class Sometimes(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A law that was held, what must sometimes happen so that it is not held in vain, and how often it did.

    ``says`` is empty for a law that has no such cover.
    """

    law: str
    name: str
    kind: Kind
    statement: str
    why: str
    says: str
    count: int


class Tally(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What else the machines of a system counted, by kind: what it is called, and each count by its name."""

    kind: str
    says: str
    counts: dict[str, int]


class Violation(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A broken law. ``replay`` takes its trace again, empty if that does not show it; ``again`` plays its slice."""

    law: str
    says: str
    steps: int
    trace: str
    replay: str
    again: str


class Failure(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Something that the judge itself failed of, and the line that plays its slice again."""

    says: str
    again: str


class Unfinished(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A slice that was cut off, and the line that plays it again."""

    machine: str
    seed: int
    again: str


class Report(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The document; ``version`` is raised when its meaning changes."""

    version: Literal[2]
    verdict: str
    reasons: tuple[str, ...]
    """Why it is no pass, if it is none."""
    plan: Plan | None
    sources: dict[str, str]
    workers: int
    """The worker processes that wrote a journal, replacements included."""
    lost: tuple[str, ...]
    slices: int
    cases: int
    steps: int
    sometimes: tuple[Sometimes, ...]
    rules: dict[str, int]
    actions: dict[str, int]
    """How often each rule was played, and each action of the world taken; a rule may take several."""
    tallies: tuple[Tally, ...]
    violations: tuple[Violation, ...]
    failures: tuple[Failure, ...]
    unfinished: tuple[Unfinished, ...]
    torn: tuple[str, ...]
    damaged: int
    risk: float | None
    """About 3/N at 95 %: the share of such cases that may still break a law; null unless the soak holds."""
    does_not_show: tuple[str, ...]
    run: RunOutcome

    @property
    def exit_code(self) -> int:
        """The exit code of the verdict."""
        return EXIT_CODES[Verdict(self.verdict)]


def report(totals: Totals, system: System) -> Report:
    """Make the document of what the journals of a soak of this system say."""
    counts = totals.counts
    sometimes = tuple(
        Sometimes(
            law.number,
            law.name,
            law.kind,
            law.says,
            law.why,
            law.cover.says if law.cover is not None else "",
            counts[f"cover {law.number}"],
        )
        for law in system.laws
        if law.holds is not None
    )
    # What was found has ended the soak early, so that it saw little is no reason besides.
    against = list(_found(totals)) or list(_missed(totals, counts, sometimes))
    verdict = worst([verdict for verdict, _ in against] or [Verdict.HOLDS])
    plan = totals.plan
    over = totals.over
    return Report(
        version=2,
        verdict=verdict,
        reasons=tuple(reason for _, reason in against),
        plan=plan,
        sources=sources(),
        workers=totals.workers,
        lost=tuple(totals.lost),
        slices=totals.slices,
        cases=counts["cases"],
        steps=counts["steps"],
        sometimes=sometimes,
        rules=_of(counts, "rule "),
        actions=_of(counts, "action "),
        tallies=tuple(Tally(kind, says, _of(counts, f"{kind} ")) for kind, says in system.words.tallies.items()),
        violations=tuple(
            Violation(
                one.law,
                one.says,
                one.steps,
                one.trace,
                replay_line(one.trace, plan.option if plan else ()) if one.replays else "",
                plan.again(number) if plan else "",
            )
            for number, one in sorted(totals.broke.items())
        ),
        failures=tuple(Failure(one.says, plan.again(one.slice) if plan else "") for one in totals.failed),
        unfinished=tuple(
            Unfinished(one.machine, one.seed, plan.again(one.number) if plan else "") for one in totals.unfinished
        ),
        torn=tuple(totals.torn),
        damaged=totals.damaged,
        risk=min(1.0, RULE_OF_THREE / counts["cases"]) if verdict is Verdict.HOLDS else None,
        does_not_show=system.does_not_show,
        run=ran_here(totals.began, over.seconds if over is not None else 0.0),
    )


def _found(totals: Totals) -> Iterator[tuple[Verdict, str]]:
    """Say what was found."""
    if totals.broke:
        yield Verdict.VIOLATED, f"broken: {', '.join(sorted({one.law for one in totals.broke.values()}))}"
    if totals.failed:
        yield Verdict.BROKEN, "the judge failed, or what was played and the model have parted ways"
    if totals.over is not None and totals.over.ended == "failed":
        yield Verdict.BROKEN, "pytest ended in a failure that no journal tells of"


def _missed(totals: Totals, counts: Counter[str], sometimes: tuple[Sometimes, ...]) -> Iterator[tuple[Verdict, str]]:
    """Say what was not seen: a soak that saw too little is no pass, whatever it did not find."""
    plan, over = totals.plan, totals.over
    if totals.damaged:
        yield Verdict.INCONCLUSIVE, f"{many(totals.damaged, 'line')} of the journals cannot be read"
    if not counts["cases"]:
        yield Verdict.INCONCLUSIVE, "no case was recorded"
    elif unseen := [one.law for one in sometimes if one.says and not one.count]:
        yield Verdict.INCONCLUSIVE, f"what must sometimes happen was never seen: {', '.join(unseen)}"
    if plan is None or over is None:
        yield Verdict.INCONCLUSIVE, "the soak was cut off before its end"
    elif over.ended == "interrupted":
        yield Verdict.INCONCLUSIVE, "interrupted"
    elif not _reached(plan, counts["cases"], over.seconds):
        yield Verdict.INCONCLUSIVE, "the soak ended before it had what it was asked for"


def _reached(plan: Plan, cases: int, seconds: float) -> bool:
    """Tell whether one of the bounds of a soak was reached."""
    if plan.only is not None:
        return True
    return (plan.seconds is not None and seconds >= plan.seconds) or (plan.cases is not None and cases >= plan.cases)


def _of(counts: Counter[str], prefix: str) -> dict[str, int]:
    """Give the counts whose names begin so, the largest first."""
    chosen = [(name.removeprefix(prefix), count) for name, count in counts.items() if name.startswith(prefix)]
    return dict(sorted(chosen, key=lambda pair: (-pair[1], pair[0])))
