"""The command line: every command is wired here and does its work elsewhere."""

from __future__ import annotations

import sys
from pathlib import Path

try:
    Path.cwd()
except OSError:  # before the imports below: hypothesis asks for the folder as soon as it is imported
    sys.stderr.write("strandline: the working folder is gone: change to one that exists\n")
    sys.exit(2)

import json
import time
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import click

from strandline.impl.answer import Unavailable
from strandline.properties import __version__
from strandline.properties.bench.cli import bench_command
from strandline.properties.blackbox import judged
from strandline.properties.blackbox.subjects import bench_for, subject_options
from strandline.properties.check import EXIT_CODES, check, check_specimen
from strandline.properties.engines import ENGINES
from strandline.properties.exhaust.cli import exhaust_command
from strandline.properties.live import follow, turns
from strandline.properties.live.drafts import Plan
from strandline.properties.live.writer import WriterError, write
from strandline.properties.mutants import MUTANTS, SHIPPED
from strandline.properties.options import (
    BROKEN,
    DATABASE,
    FORMAT,
    Commands,
    day,
    duration,
    plan_option,
    refuse,
    refuse_unknown,
    stop_on_interrupt,
)
from strandline.properties.prove.cli import prove_command
from strandline.properties.report import console, evidence
from strandline.properties.report.cli import report_command, verify_command
from strandline.properties.soak.cli import soak_command
from strandline.properties.specimens import SPECIMENS
from strandline.properties.teeth.cli import teeth_command
from strandline.properties.traces.cli import demo_command, export_command, replay_command
from strandline.properties.verdict import Verdict

if TYPE_CHECKING:
    from strandline.properties.live.turns import Day

_MAIN: Final = """\b
Exit codes: 0 holds, 1 violated, 2 a mistake in the call, 3 inconclusive,
            4 broken, 130 interrupted, 141 nobody read the output.
Example:    strandline check
"""

_CHECK: Final = """\b
Exit codes: 0 holds, 1 violated, 2 a mistake in the call, 3 inconclusive,
            4 broken, or the evidence could not be written. A violation
            that was found counts, whatever else failed.
Example:    strandline check --mutant dominance
            strandline check --specimen D1
            strandline check --engine "exhaust model" --out evidence
            strandline check --subject-cmd ./your_scanner
"""

_WRITER: Final = """\b
Exit codes: 0 written, 2 DB cannot be a log, 4 writing failed.
Example:    strandline writer logs.sqlite --rows 50000 --rate 500
"""

_TURNS: Final = """\b
Exit codes: 0 answered, 1 a difference found, 2 a mistake in the call, or DB
            is no log, 4 the log is unavailable, or never was compared.
Example:    strandline turns ~/.codex/logs_2.sqlite --since yesterday
            strandline turns logs.sqlite --follow --oracle --for 2m
"""


@click.group(cls=Commands, epilog=_MAIN)
@click.version_option(__version__, prog_name="strandline")
def main() -> None:
    """Check that what a memo says is still true."""


main.add_command(bench_command)
main.add_command(exhaust_command)
main.add_command(prove_command)
main.add_command(report_command)
main.add_command(soak_command)
main.add_command(teeth_command)
main.add_command(replay_command)
main.add_command(export_command)
main.add_command(demo_command)
main.add_command(verify_command)


@main.command("check", epilog=_CHECK)
@click.option("--mutant", default=SHIPPED, metavar="NAME", help="Plant a known-bad variant, to see it caught.")
@click.option("--specimen", metavar="NAME", help="Search a published design in place of the scanner.")
@click.option("--engine", "chosen", multiple=True, metavar="NAME", help="Run this engine only; may be repeated.")
@click.option("--full", is_flag=True, help="Search every large world too; belongs in a nightly run.")
@click.option("--out", type=click.Path(path_type=Path), default=".strandline", show_default=True, help="A folder.")
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
    specimen: str | None,
    chosen: tuple[str, ...],
    full: bool,
    out: Path,
    listing: bool,
    cabinet: bool,
    output: str,
    **subject: Any,  # noqa: ANN401 - the options of subject_options
) -> None:
    """Check the scanner against its model: every law, by every engine.

    With --subject or --subject-cmd, check somebody else's scanner: the laws that its answers can break.

    Progress goes to standard error. The evidence is OUT/evidence.json and OUT/summary.md; the shortest trace to each
    violated law goes to OUT/traces. Ctrl-C ends the check as inconclusive, with evidence as far as it goes.
    """
    if listing:
        console.tell(console.listed(MUTANTS.values(), output))
        return
    if cabinet:
        console.tell(console.listed(SPECIMENS.values(), output))
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
    refuse_unknown("engine", chosen, tuple(engine.name for engine in (bench.engines if bench else ENGINES)))
    began, clock = datetime.now(UTC), time.monotonic()
    with console.Progress() as progress:
        judge = (
            bench.judge
            if bench
            else partial(check_specimen, specimen)
            if specimen
            else partial(check, mutant, full=full)
        )
        findings = judge(chosen, progress.say, progress.keep)
    unshown = judged.DOES_NOT_SHOW if bench else evidence.DOES_NOT_SHOW
    exhibits = console.exhibited(findings.traces(), bench)
    found = evidence.gather(findings, began, time.monotonic() - clock, unshown, exhibits, full=full)
    drawing = console.drawing(exhibits, out, bench)
    problem = console.saved(found, exhibits, drawing, out)
    if output == "json":
        click.echo(evidence.encode(found), nl=False)
    else:
        console.tell(console.outcome(found, None if problem else out))
        console.tell(["", *drawing] if drawing else [])
    if problem is not None:
        console.complain(problem)
    verdict = findings.verdict()
    ctx.exit(BROKEN if problem and verdict is not Verdict.VIOLATED else EXIT_CODES[verdict])


@main.command("writer", epilog=_WRITER)
@DATABASE
@click.option("--rows", type=int, help="Rows to write.  [default: 10000]")
@click.option("--until-interrupted", "endless", is_flag=True, help="Write until Ctrl-C.")
@click.option("--rate", type=float, help="Rows per second.  [default: full speed]")
@plan_option("seed", "One seed, one sequence of rows.")
@plan_option("batch", "The most rows in one transaction.")
@plan_option("partition_rows", "Rows that a prune leaves in a partition.")
@plan_option("partition_bytes", "Estimated bytes that a prune leaves in a partition.")
@plan_option("threads", "Partitions with a thread id.")
@plan_option("processes", "Partitions with a process id alone.")
@plan_option("body_bytes", "Typical length of a body's padding.")
@plan_option("priority", "The share of requests that ask for the priority tier, 0 to 1.")
@plan_option("journal", "The journal mode: wal or delete.")
@plan_option("bytes_max", "The largest log to write to, in bytes.")
@plan_option("busy", "Seconds to wait for a lock.")
@FORMAT
@click.pass_context
def writer_command(
    ctx: click.Context,
    /,
    *,
    database: Path,
    rows: int | None,
    endless: bool,
    output: str,
    **numbers: Any,  # noqa: ANN401 - each option has its own type
) -> None:
    """Write a synthetic codex log: the real schema, and inserts that prune in their own transaction.

    DB is made if it is missing. Ctrl-C ends the run after the transaction at hand.
    """
    if endless and rows is not None:
        raise click.UsageError("--rows and --until-interrupted exclude each other")
    try:
        plan = Plan(rows=None if endless else 10_000 if rows is None else rows, **numbers)
    except ValueError as error:
        refuse(error)
    clock = time.monotonic()
    try:
        with stop_on_interrupt() as stop, console.Progress() as progress:
            done = write(database, plan, stop, lambda now: progress.say(console.written(now)))
    except WriterError as error:
        console.complain(str(error))
        ctx.exit(console.writer_exit_code(error))
    seconds = time.monotonic() - clock
    click.echo(console.totals(done, seconds, interrupted=stop.is_set(), output=output))


@main.command("turns", epilog=_TURNS)
@DATABASE
@click.option("--since", type=day, help="The first day.  [default: open]")
@click.option("--until", type=day, help="The last day, included.  [default: open]")
@click.option("--zone", help="The time zone of the days.  [default: that of this machine]")
@click.option("--oracle", is_flag=True, help="Answer by a full scan; with --follow, compare with one each time.")
@click.option("--follow", "following", is_flag=True, help="Refresh again and again; say what each refresh read.")
@click.option("--interval", type=duration, help="With --follow: rest between refreshes.  [default: 1]")
@click.option("--for", "length", type=duration, help="With --follow: end after this time.  [default: Ctrl-C]")
@FORMAT
@click.pass_context
def turns_command(  # noqa: PLR0913 - one parameter for each option
    ctx: click.Context,
    *,
    database: Path,
    since: Day | None,
    until: Day | None,
    zone: str | None,
    oracle: bool,
    following: bool,
    interval: float | None,
    length: float | None,
    output: str,
) -> None:
    """Tell which turns ran on the priority tier, from any codex logs_2.sqlite.

    A day is YYYY-MM-DD, today, yesterday, or -7d for seven days ago. By default all rows count: codex itself deletes
    them after ten days. In a pipe each turn is a line: turn, thread, time, model, parted by tabs.

    With --follow, a log that is missing, busy or replaced is a line like any other. --follow --oracle reads the whole
    log inside each read transaction of a refresh, which is slow on a large log, and stops at the first difference.
    """
    if not following and (interval is not None or length is not None):
        raise click.UsageError("--interval and --for need --follow")
    try:
        asked = turns.Asked(database, since, until, turns.parse_zone(zone))
        asked.window(asked.dates())
    except ValueError as error:
        refuse(error)
    if following:
        pause = 1.0 if interval is None else interval
        refreshes = follow.follow(asked, judging=oracle, interval=pause, duration=length)
        ctx.exit(console.followed(refreshes, asked.zone, judging=oracle, output=output))
    shown = turns.look(asked) if oracle else turns.scan(asked)
    if output == "json":
        click.echo(json.dumps(turns.document(shown, asked)))
    elif not isinstance(shown, Unavailable):
        console.tell_turns(shown, asked)
    if isinstance(shown, Unavailable):
        console.complain(f"unavailable: {shown.reason}: {shown.detail}")
        ctx.exit(turns.exit_code(shown))
