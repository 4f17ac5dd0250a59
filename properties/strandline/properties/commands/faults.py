"""The command ``strandline faults``."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Final

import click

from strandline.properties.commands import console, outputs
from strandline.properties.commands.options import MATRIX_FORMAT, duration, refuse_unknown
from strandline.properties.evidence.evidence import sources
from strandline.properties.harness.interruption import reporting
from strandline.properties.systems.memo.faults import matrix, report
from strandline.properties.systems.memo.faults.storm import JOURNALS, storm

if TYPE_CHECKING:
    from pathlib import Path

    from strandline.properties.systems.memo.faults.fault import Result
    from strandline.properties.systems.memo.faults.storm import Storm

_EPILOG: Final = """\b
Exit codes: 0 exact, or unavailable with its reason, under every fault,
            1 anything else, 2 a mistake in the call, 3 interrupted, or an
            injector is missing, 4 a fault never struck, or the evidence
            could not be written.
Example:    strandline faults --only F-L1 --only strace
            strandline faults --storm 10m
"""


@click.command("faults", epilog=_EPILOG)
@click.option("--only", "names", multiple=True, metavar="NAME", help="Only this id or injector; may be repeated.")
@click.option("--whole", is_flag=True, help="Strike at all that there is, and change the file a thousand times.")
@click.option(
    "--storm", "length", type=duration, metavar="TIME", help="Instead, let turns follow a log in a storm for so long."
)
@click.option("--seed", type=click.IntRange(0, 2**31), default=0, show_default=True, help="Of the dice of a storm.")
@outputs.option("faults")
@MATRIX_FORMAT
@click.pass_context
def faults_command(  # noqa: PLR0913 - one parameter for each option
    ctx: click.Context,
    /,
    *,
    names: tuple[str, ...],
    whole: bool,
    length: float | None,
    seed: int,
    out: Path | None,
    output: str,
) -> None:
    """Strike the scanner with each fault, in a process of its own: an answer is exact, or there is a reason for none.

    Faults are real: files are damaged and replaced, locks held, calls to the system and to SQLite let fail. What an
    answer says is held against an oracle that reads the same log. Where what strikes is missing on this machine, the
    fault is skipped by name. Ctrl-C, SIGTERM and SIGHUP end the run with evidence as far as it goes.
    """
    if length is not None and (names or whole):
        raise click.UsageError("--storm goes with neither --only nor --whole")
    if length == 0:
        raise click.UsageError("--storm must last for some time")
    refuse_unknown("fault or injector", names, matrix.known())
    place = outputs.run_file(out, "faults")
    with console.Progress() as progress:
        run = _stormy(length, seed, progress) if length is not None else _struck(names, progress, whole=whole)
    ctx.with_resource(reporting())
    told = report.document(run, sources())
    problem = outputs.written(place.parent, {place: (json.dumps(told, indent=1) + "\n").encode()})
    if output == "json":
        console.document(told, indent=1)
    elif output == "markdown":
        console.tell(report.markdown(run.results))
    else:
        if sys.stdout.isatty() and run.results:
            console.table(report.HEAD, map(report.cells, run.results))
            console.tell(report.told(run))
        else:
            console.tell(report.lines(run))
        console.tell([] if problem else [f"evidence: {place}"])
    outputs.end(ctx, run.verdict, problem)


def _struck(names: tuple[str, ...], progress: console.Progress, *, whole: bool) -> report.Run:
    """Strike the faults that are asked for, one after the other, until an interrupt."""
    results: list[Result] = []
    chosen = matrix.chosen(names)
    try:
        for fault in chosen:
            progress.say(f"{len(results) + 1} of {len(chosen)}: {fault.title}")
            results.append(matrix.strike(fault, whole=whole))
    except KeyboardInterrupt:
        return report.Run(tuple(results), (), whole, f"interrupted in {chosen[len(results)].title}")
    return report.Run(tuple(results), (), whole)


def _stormy(length: float, seed: int, progress: console.Progress) -> report.Run:
    """Let a storm blow in each journal mode for half of the time, or until an interrupt."""
    storms: list[Storm] = []
    try:
        for journal in JOURNALS:
            storms.append(storm(length / len(JOURNALS), seed, journal, progress.say))  # noqa: PERF401 - as they come
    except KeyboardInterrupt:
        return report.Run((), tuple(storms), ended="interrupted")
    return report.Run((), tuple(storms))
