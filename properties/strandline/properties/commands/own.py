"""What commands do with a system of somebody's own, which is named by ``module:system``."""

from __future__ import annotations

import contextlib
import sys
import time
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Final, NamedTuple

import click

from strandline.properties.commands import console, outcome, outputs
from strandline.properties.commands.chosen import digest_of
from strandline.properties.commands.options import refuse, refuse_unknown
from strandline.properties.core.named import LoadError
from strandline.properties.core.nearest import meant
from strandline.properties.core.system import SHIPPED
from strandline.properties.engines.own import check
from strandline.properties.engines.own.wiring import loaded
from strandline.properties.engines.replay import drawing
from strandline.properties.engines.replay.retrace import retrace
from strandline.properties.evidence import evidence
from strandline.properties.harness.interruption import reporting

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable
    from pathlib import Path

    from strandline.properties.core.findings import Findings
    from strandline.properties.core.system import System
    from strandline.properties.core.verdict import Exhibit, Report, Trace


OURS: Final = {
    "threads": "strandline.properties.systems.threads.system:SYSTEM",
    "persisted": "strandline.properties.systems.memo.persisted.system:SYSTEM",
}
"""Systems over records that are shipped, by the short name that stands for ``module:system``."""


class Asked(NamedTuple):
    """What is to be checked of a system, by which engines and laws, for how long, and how that is told and kept."""

    mutant: str
    full: bool
    engines: tuple[str, ...]
    laws: tuple[str, ...]
    seconds: float | None
    out: Path | None
    output: str
    listing: bool
    verbose: bool


def system_of(name: str) -> System:
    """Find a system by ``module:name`` or a short name of ours, or end in one line that says why there is none."""
    try:
        return loaded(OURS.get(name, name))
    except LoadError as error:
        refuse(LoadError(f"{error}{meant(name, OURS)}") if ":" not in name else error)


def refuse_beside(options: Iterable[object]) -> None:
    """Refuse options that are not for a system of somebody's own.

    Raises:
        click.UsageError: one is given.
    """
    if any(options):
        raise click.UsageError(
            "MODULE:SYSTEM goes with --mutant, --engine, --law, --for, --list-mutants, --out, -v and --format alone"
        )


def check_own(ctx: click.Context, name: str, asked: Asked) -> None:
    """Check a system of somebody's own, and end in an exit code."""
    system = system_of(name)
    if asked.full and (asked.mutant != SHIPPED or not system.worlds.large):
        raise click.UsageError("MODULE:SYSTEM goes with --full if it has larger worlds, and without a mutant")
    if asked.listing:
        console.tell(outcome.listed(system.mutants.values(), asked.output))
        return
    refuse_unknown("mutant", (asked.mutant,), (SHIPPED, *system.mutants))
    refuse_unknown("engine", asked.engines, tuple(engine.name for engine in check.engines(system)))
    refuse_unknown("law", asked.laws, tuple(law.number for law in system.laws))
    place = outputs.run_folder(asked.out, "check")
    began, clock = datetime.now(UTC), time.monotonic()
    with console.Progress() as progress, contextlib.redirect_stdout(sys.stderr):
        findings = check.check(
            *(system, asked.mutant, asked.engines, progress.say, progress.keep),
            only=asked.laws,
            seconds=asked.seconds,
            full=asked.full,
        )
    ctx.with_resource(reporting())
    exhibits = exhibited(system, findings.traces())
    seconds = time.monotonic() - clock
    more = digest_of(system.where)
    found = evidence.gather(findings, began, seconds, system.does_not_show, exhibits, full=asked.full, more=more)
    drawn = drawing.drawings(exhibits, place, system.laws, (f"--system={system.where}",))
    problem = outcome.saved(found, exhibits, drawn, place)
    if asked.output == "json":
        console.document(evidence.encode(found))
    else:
        console.tell(outcome.outcome(found, None if problem else place, verbose=asked.verbose))
        console.tell(line for one in drawn for line in ("", *one))
    outputs.end(ctx, findings.verdict(), problem)


def exhibited(system: System, traces: tuple[Trace, ...]) -> dict[Trace, Exhibit]:
    """Take the steps of traces again."""
    return drawing.exhibited(traces, partial(retrace, system))


def judge_of(
    system: System, subject: str, only: tuple[str, ...], *, full: bool = False
) -> Callable[[Collection[str], Report, Report], Findings]:
    """Give what runs engines on a subject of a system, and judges it by the laws that were asked for; none means all.

    Raises:
        click.UsageError: the system has no such subject.
    """
    if subject not in (SHIPPED, *system.mutants):
        raise click.UsageError(f"the evidence is about {subject!r}, and {system.where} has no such mutant")
    return partial(check.check, system, subject, only=only, full=full)
