"""A soak in words: what it found, and its report, a line at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import click

from strandline.properties.counting import many
from strandline.properties.report.console import COLORS
from strandline.properties.report.drawing import replay_line
from strandline.properties.report.lanes import printable
from strandline.properties.soak.journal import Broke

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from strandline.properties.soak.journal import Failed
    from strandline.properties.soak.plan import Plan
    from strandline.properties.soak.report import Report

LISTED_MAX: Final = 20
"""Violations, failures and unfinished slices that are shown; the document has them all."""


def finding(found: Broke | Failed, plan: Plan) -> Iterator[str]:
    """Say what a slice has found; the last line is the one that shows it again."""
    yield from (printable(line) for line in found.says.splitlines())
    if isinstance(found, Broke):
        yield f"trace of {many(found.steps, 'step')}: {found.trace}"
    yield f"play the slice again: {plan.again(found.slice)}"
    if isinstance(found, Broke):
        yield _replay(replay_line(found.trace) if found.replays else "")


def lines(found: Report) -> Iterator[str]:
    """Write the report; violations come last, with the lines that replay them."""
    run = found.run
    lost = f", {many(len(found.lost), 'worker')} lost, replaced" if found.lost else ""
    rate = f", {found.steps / run.seconds:,.0f} steps/s" if run.seconds else ""
    yield f"{many(found.workers, 'worker')}{lost}; {run.seconds:,.1f} s{rate}"
    yield (
        f"{many(found.cases, 'case')} in {many(found.slices, 'whole slice')}, {many(found.steps, 'step')}, "
        f"{many(found.refreshes, 'refresh', 'refreshes')}"
    )
    for twin in found.sometimes:
        yield f"  {twin.law:<4} {twin.count:>11,}  {twin.says}" + ("" if twin.count else ": never seen")
    yield f"rules: {_counted(found.rules)}"
    yield f"actions: {_counted(found.actions)}"
    yield f"full scans by cause, each borne out by the facts (M6): {_counted(found.scans)}"
    yield from (f"ends in half a line, which is left out: {name}" for name in found.torn)
    yield from _listed(f"unfinished: {one.machine}, seed {one.seed}: {one.again}" for one in found.unfinished)
    for failure in found.failures[:LISTED_MAX]:
        yield from (f"broken: {printable(line)}" for line in failure.says.splitlines())
        yield f"  play the slice again: {failure.again}"
    for one in found.violations[:LISTED_MAX]:
        yield f"violated: {printable(one.says)}; trace of {many(one.steps, 'step')}: {one.trace}"
        yield f"  play the slice again: {one.again}"
        yield f"  {_replay(one.replay)}"
    if found.risk is not None:
        yield f"residual risk: fewer than {found.risk:.2g} of such cases break a law (3/N, at 95 %)"
    yield from found.reasons
    subject = found.plan.subject if found.plan is not None else "nothing"
    yield f"{subject}: {click.style(found.verdict, fg=COLORS.get(found.verdict))}"


def _replay(line: str) -> str:
    return f"take it again: {line}" if line else "the trace does not break the law when it is replayed step by step"


def _counted(counts: dict[str, int]) -> str:
    return ", ".join(f"{count:,} {name}" for name, count in counts.items()) or "none"


def _listed(told: Iterable[str]) -> Iterator[str]:
    """Give the first lines, and say how many there are besides."""
    every = list(told)
    yield from every[:LISTED_MAX]
    if len(every) > LISTED_MAX:
        yield f"and {len(every) - LISTED_MAX:,} more in the document"
