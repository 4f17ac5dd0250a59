"""A soak in words: what it found, and its report, a line at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from strandline.properties.core.counting import many
from strandline.properties.core.line import Tinted
from strandline.properties.engines.replay.drawing import replay_line
from strandline.properties.engines.soak.journal import Broke

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from strandline.properties.core.line import Line
    from strandline.properties.engines.soak.journal import Failed
    from strandline.properties.engines.soak.plan import Plan
    from strandline.properties.engines.soak.report import Report

LISTED_MAX: Final = 20
"""Violations, failures and unfinished slices that are shown; the document has them all."""


def finding(found: Broke | Failed, plan: Plan) -> Iterator[str]:
    """Say what a slice has found; the last line is the one that shows it again."""
    yield from found.says.splitlines()
    if isinstance(found, Broke):
        yield f"trace of {many(found.steps, 'step')}: {found.trace}"
    yield f"play the slice again: {plan.again(found.slice)}"
    if isinstance(found, Broke):
        yield _replay(replay_line(found.trace, plan.option) if found.replays else "")


def lines(found: Report) -> Iterator[Line]:
    """Write the report; violations come last, with the lines that replay them."""
    run = found.run
    lost = f", {many(len(found.lost), 'worker')} lost, replaced" if found.lost else ""
    rate = f", {found.steps / run.seconds:,.0f} steps/s" if run.seconds else ""
    yield f"{many(found.workers, 'worker')}{lost}; {run.seconds:,.1f} s{rate}"
    yield f"{many(found.cases, 'case')} in {many(found.slices, 'whole slice')}, {many(found.steps, 'step')}"
    for cover in (one for one in found.sometimes if one.says):
        yield f"  {cover.law:<4} {cover.count:>11,}  {cover.says}" + ("" if cover.count else ": never seen")
    yield f"rules: {_counted(found.rules)}"
    yield f"actions: {_counted(found.actions)}"
    yield from (f"{one.says}: {_counted(one.counts)}" for one in found.tallies)
    yield from (f"ends in half a line, which is left out: {name}" for name in found.torn)
    yield from _listed(f"unfinished: {one.machine}, seed {one.seed}: {one.again}" for one in found.unfinished)
    for failure in found.failures[:LISTED_MAX]:
        yield from (f"broken: {line}" for line in failure.says.splitlines())
        yield f"  play the slice again: {failure.again}"
    for one in found.violations[:LISTED_MAX]:
        yield f"violated: {one.says}; trace of {many(one.steps, 'step')}: {one.trace}"
        yield f"  play the slice again: {one.again}"
        yield f"  {_replay(one.replay)}"
    if found.risk is not None:
        yield f"residual risk: fewer than {found.risk:.2g} of such cases break a law (3/N, at 95 %)"
    yield from found.reasons
    subject = found.plan.subject if found.plan is not None else "nothing"
    yield f"{subject}: ", Tinted(found.verdict, found.verdict)


def _replay(line: str) -> str:
    return (
        f"take it again: {line}"
        if line
        else "the trace is as it was found: taken again it breaks no law, or nothing takes it again"
    )


def _counted(counts: dict[str, int]) -> str:
    return ", ".join(f"{count:,} {name}" for name, count in counts.items()) or "none"


def _listed(told: Iterable[str]) -> Iterator[str]:
    """Give the first lines, and say how many there are besides."""
    every = list(told)
    yield from every[:LISTED_MAX]
    if len(every) > LISTED_MAX:
        yield f"and {len(every) - LISTED_MAX:,} more in the document"
