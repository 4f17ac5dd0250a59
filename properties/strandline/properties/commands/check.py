"""The command ``strandline check``."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import click

from strandline.properties.commands import console, outcome, outputs, own
from strandline.properties.commands.options import FORMAT, PATH, duration, refuse_unknown
from strandline.properties.commands.own import check_own
from strandline.properties.commands.subjects import bench_for, subject_options
from strandline.properties.core.system import SHIPPED
from strandline.properties.evidence import evidence
from strandline.properties.harness.interruption import reporting
from strandline.properties.systems.memo import drawing
from strandline.properties.systems.memo.blackbox import judged
from strandline.properties.systems.memo.check import check, check_specimen
from strandline.properties.systems.memo.engines import ENGINES
from strandline.properties.systems.memo.mutants.registry import MUTANTS
from strandline.properties.systems.memo.spec.laws import LAWS
from strandline.properties.systems.memo.specimens import SPECIMENS

if TYPE_CHECKING:
    from pathlib import Path

    from strandline.properties.systems.memo.blackbox.judged import Bench

_EPILOG: Final = """\b
Exit codes: 0 holds, 1 violated, 2 a mistake in the call, 3 inconclusive,
            4 broken, or the evidence could not be written. A violation
            that was found counts, whatever else failed.
Example:    strandline check --mutant dominance
            strandline check --specimen D1
            strandline check --law M3 --for 30s
            strandline check --engine "exhaust model" --out evidence
            strandline check --subject-cmd ./your_scanner
            strandline check threads
            strandline check your_module:system
"""


@click.command("check", epilog=_EPILOG)
@click.argument("own_system", metavar="[MODULE:SYSTEM]", required=False)
@click.option("--mutant", default=SHIPPED, metavar="NAME", help="Plant a known-bad variant, to see it caught.")
@click.option("--all", "whole", is_flag=True, help="With --mutant: go on after a law was found broken.")
@click.option("--specimen", metavar="NAME", help="Search a published design in place of the scanner.")
@click.option("--engine", "chosen", multiple=True, metavar="NAME", help="Run this engine only; may be repeated.")
@click.option("--law", "only", multiple=True, metavar="NUMBER", help="Judge by this law only; may be repeated.")
@click.option("--for", "seconds", type=duration, metavar="TIME", help="End after this long, as 30s or 2m.")
@click.option("--full", is_flag=True, help="Search every large world too; belongs in a nightly run.")
@click.option("--out", type=PATH, help="A folder.  [default: a new one below .strandline/runs]")
@click.option("--verbose", "-v", is_flag=True, help="Tell every claim with its counts.")
@click.option("--list-mutants", "listing", is_flag=True, help="List the mutants and check nothing.")
@click.option("--list-specimens", "cabinet", is_flag=True, help="List the published designs and check nothing.")
@subject_options
@FORMAT
@click.pass_context
def check_command(  # noqa: PLR0913 - one parameter for each option
    ctx: click.Context,
    /,
    *,
    own_system: str | None,
    mutant: str,
    whole: bool,
    specimen: str | None,
    chosen: tuple[str, ...],
    only: tuple[str, ...],
    seconds: float | None,
    verbose: bool,
    full: bool,
    out: Path | None,
    listing: bool,
    cabinet: bool,
    output: str,
    **subject: Any,  # noqa: ANN401 - the options of subject_options
) -> None:
    """Check the scanner against its model: every law, by every engine.

    MODULE:SYSTEM is a system of your own, or a function that makes one; in the current folder or installed. Its
    model is searched, its real code beside it, by chance too, and its mutants are put to the search. "threads" is the
    store of threads, which is shipped, "persisted" the memo in a file that processes share.

    With --mutant, the first broken law that a search finds ends the check, unless --all is given. With --subject or
    --subject-cmd, check somebody else's scanner: the laws that its answers can break.

    What --engine, --law and --for leave out is named, and is no pass: its verdict is inconclusive.

    Progress goes to standard error. The evidence is OUT/evidence.json and OUT/summary.md; the shortest trace to each
    violated law goes to OUT/traces. Without --out each check has a folder of its own, and .strandline/evidence.json is
    a copy of the last one's. Ctrl-C, SIGTERM and SIGHUP end the check as inconclusive, with evidence as far as it goes.
    """
    if own_system is not None:
        own.refuse_beside((specimen, cabinet, whole, *subject.values()))
        check_own(ctx, own_system, own.Asked(mutant, full, chosen, only, seconds, out, output, listing, verbose))
        return
    if listing:
        console.tell(outcome.listed(MUTANTS.values(), output))
        return
    if cabinet:
        console.tell(outcome.listed(SPECIMENS.values(), output))
        return
    bench = bench_for(**subject)
    _require_together(
        bench, Wanted(mutant, specimen, chosen, only), whole=whole, full=full, hurried=seconds is not None
    )
    until_broken = mutant != SHIPPED and not whole
    place = outputs.run_folder(out, "check")
    began, clock = datetime.now(UTC), time.monotonic()
    with console.Progress() as progress:
        judge = (
            bench.judge
            if bench
            else partial(check_specimen, specimen)
            if specimen
            else partial(check, mutant, full=full, until_broken=until_broken, only=only, seconds=seconds)
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
        console.document(evidence.encode(found))
    else:
        console.tell(outcome.outcome(found, None if problem else place, verbose=verbose))
        console.tell(line for one in drawn for line in ("", *one))
    outputs.end(ctx, findings.verdict(), problem)


class Wanted(NamedTuple):
    """What is to be checked, and by what: a mutant, a published design, some engines, some laws."""

    mutant: str
    specimen: str | None
    engines: tuple[str, ...]
    laws: tuple[str, ...]


def _require_together(bench: Bench | None, wanted: Wanted, *, whole: bool, full: bool, hurried: bool) -> None:
    """Refuse options that exclude each other, and names that there are not.

    Raises:
        click.UsageError: there are some.
    """
    mutant, specimen, engines, laws = wanted
    if specimen is not None and (mutant != SHIPPED or engines):
        raise click.UsageError("--specimen excludes --mutant and --engine: a specimen has an engine of its own")
    refuse_unknown("specimen", () if specimen is None else (specimen,), tuple(SPECIMENS))
    refuse_unknown("mutant", (mutant,), (SHIPPED, *MUTANTS))
    if bench is not None and (mutant != SHIPPED or specimen is not None):
        raise click.UsageError("--subject and --subject-cmd exclude --mutant and --specimen")
    if (laws or hurried) and (bench is not None or specimen is not None):
        raise click.UsageError("--law and --for are for the scanner and its mutants")
    if full and (bench is not None or specimen is not None or mutant != SHIPPED):
        raise click.UsageError("--full is for the scanner as it is shipped: nothing more is searched of others")
    if whole and mutant == SHIPPED:
        raise click.UsageError("--all is for --mutant: everything else is checked whole anyway")
    refuse_unknown("engine", engines, tuple(engine.name for engine in (bench.engines if bench else ENGINES)))
    refuse_unknown("law", laws, tuple(law.number for law in LAWS))
