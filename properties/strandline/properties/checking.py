"""The command ``strandline check``."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, Final

import click

from strandline.properties import outputs
from strandline.properties.blackbox import judged
from strandline.properties.blackbox.subjects import bench_for, subject_options
from strandline.properties.check import check, check_specimen
from strandline.properties.engines import ENGINES
from strandline.properties.interruption import reporting
from strandline.properties.mutants import MUTANTS, SHIPPED
from strandline.properties.options import BROKEN, FORMAT, refuse_unknown
from strandline.properties.report import console, drawing, evidence, outcome
from strandline.properties.specimens import SPECIMENS
from strandline.properties.verdict import EXIT_CODES, Verdict

_EPILOG: Final = """\b
Exit codes: 0 holds, 1 violated, 2 a mistake in the call, 3 inconclusive,
            4 broken, or the evidence could not be written. A violation
            that was found counts, whatever else failed.
Example:    strandline check --mutant dominance
            strandline check --specimen D1
            strandline check --engine "exhaust model" --out evidence
            strandline check --subject-cmd ./your_scanner
"""


@click.command("check", epilog=_EPILOG)
@click.option("--mutant", default=SHIPPED, metavar="NAME", help="Plant a known-bad variant, to see it caught.")
@click.option("--all", "whole", is_flag=True, help="With --mutant: go on after a law was found broken.")
@click.option("--specimen", metavar="NAME", help="Search a published design in place of the scanner.")
@click.option("--engine", "chosen", multiple=True, metavar="NAME", help="Run this engine only; may be repeated.")
@click.option("--full", is_flag=True, help="Search every large world too; belongs in a nightly run.")
@click.option("--out", type=click.Path(path_type=Path), help="A folder.  [default: a new one below .strandline/runs]")
@click.option("--list-mutants", "listing", is_flag=True, help="List the mutants and check nothing.")
@click.option("--list-specimens", "cabinet", is_flag=True, help="List the published designs and check nothing.")
@subject_options
@FORMAT
@click.pass_context
def check_command(  # noqa: PLR0913 - one parameter for each option
    ctx: click.Context,
    /,
    *,
    mutant: str,
    whole: bool,
    specimen: str | None,
    chosen: tuple[str, ...],
    full: bool,
    out: Path | None,
    listing: bool,
    cabinet: bool,
    output: str,
    **subject: Any,  # noqa: ANN401 - the options of subject_options
) -> None:
    """Check the scanner against its model: every law, by every engine.

    With --mutant, the first broken law that a search finds ends the check, unless --all is given. With --subject or
    --subject-cmd, check somebody else's scanner: the laws that its answers can break.

    Progress goes to standard error. The evidence is OUT/evidence.json and OUT/summary.md; the shortest trace to each
    violated law goes to OUT/traces. Without --out each check has a folder of its own, and .strandline/evidence.json is
    a copy of the last one's. Ctrl-C, SIGTERM and SIGHUP end the check as inconclusive, with evidence as far as it goes.
    """
    if listing:
        console.tell(outcome.listed(MUTANTS.values(), output))
        return
    if cabinet:
        console.tell(outcome.listed(SPECIMENS.values(), output))
        return
    if specimen is not None and (mutant != SHIPPED or chosen):
        raise click.UsageError("--specimen excludes --mutant and --engine: a specimen has an engine of its own")
    refuse_unknown("specimen", () if specimen is None else (specimen,), tuple(SPECIMENS))
    refuse_unknown("mutant", (mutant,), (SHIPPED, *MUTANTS))
    bench = bench_for(**subject)
    if bench is not None and (mutant != SHIPPED or specimen is not None):
        raise click.UsageError("--subject and --subject-cmd exclude --mutant and --specimen")
    if full and (bench is not None or specimen is not None or mutant != SHIPPED):
        raise click.UsageError("--full is for the scanner as it is shipped: nothing more is searched of others")
    if whole and mutant == SHIPPED:
        raise click.UsageError("--all is for --mutant: everything else is checked whole anyway")
    until_broken = mutant != SHIPPED and not whole
    refuse_unknown("engine", chosen, tuple(engine.name for engine in (bench.engines if bench else ENGINES)))
    place = outputs.run_folder(out, "check")
    began, clock = datetime.now(UTC), time.monotonic()
    with console.Progress() as progress:
        judge = (
            bench.judge
            if bench
            else partial(check_specimen, specimen)
            if specimen
            else partial(check, mutant, full=full, until_broken=until_broken)
        )
        findings = judge(chosen, progress.say, progress.keep)
    ctx.with_resource(reporting())
    unshown = judged.DOES_NOT_SHOW if bench else evidence.DOES_NOT_SHOW
    exhibits = drawing.exhibited(findings.traces(), bench)
    seconds = time.monotonic() - clock
    found = evidence.gather(findings, began, seconds, unshown, exhibits, full=full, until_broken=until_broken)
    drawn = drawing.drawings(exhibits, place, bench)
    problem = outcome.saved(found, exhibits, drawn, place)
    if output == "json":
        click.echo(evidence.encode(found), nl=False)
    else:
        console.tell(outcome.outcome(found, None if problem else place))
        console.tell(line for one in drawn for line in ("", *one))
    if problem is not None:
        console.complain(problem)
    verdict = findings.verdict()
    ctx.exit(BROKEN if problem and verdict is not Verdict.VIOLATED else EXIT_CODES[verdict])
