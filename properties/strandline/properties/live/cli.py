"""The commands of the real systems: ``turns`` is the scanner itself, ``writer`` makes a log for it."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any, Final

import click

from strandline.impl.answer import Unavailable
from strandline.properties.interruption import heed, stopping
from strandline.properties.live import follow, shown, turns
from strandline.properties.live.plan import Plan
from strandline.properties.live.writer import WriterError, write
from strandline.properties.options import (
    DATABASE,
    FORMAT,
    USAGE,
    day,
    duration,
    plan_option,
    refuse,
)
from strandline.properties.report import console

if TYPE_CHECKING:
    from pathlib import Path

    from strandline.properties.live.turns import Day

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


@click.command("writer", epilog=_WRITER)
@DATABASE
@click.option("--rows", type=int, help="Rows to write.  [default: 10000]")
@click.option("--until-interrupted", "endless", is_flag=True, help="Write until Ctrl-C.")
@click.option("--rate", type=float, help="Rows per second.  [default: full speed]")
@plan_option("codex", "The version to write like: 0.140, 0.149, 0.158 or 0.171.")
@plan_option("seed", "One seed, one sequence of rows.")
@plan_option("batch", "The most rows in one transaction.")
@plan_option("partition_rows", "Rows that a prune leaves in a partition.")
@plan_option("partition_bytes", "Estimated bytes that a prune leaves in a partition.")
@plan_option("threads", "Partitions with a thread id.")
@plan_option("processes", "Partitions with a process id alone.")
@plan_option("body_bytes", "Typical length of what means nothing; below the default all rows shrink with it.")
@plan_option("priority", "The chance that a tier, when one is chosen, is the priority tier, 0 to 1.")
@plan_option("noise", "How many rows that mean nothing there are, 0 to 1; 1 is as of a codex process.")
@plan_option("malformed", "The share of rows that no codex writes, 0 to 1.")
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
    """Write a synthetic codex log: the schema, kinds, mix and sizes of a version, with inserts that prune.

    DB is made if it is missing. Ctrl-C, SIGTERM and SIGHUP end the run after the transaction at hand.
    """
    if endless and rows is not None:
        raise click.UsageError("--rows and --until-interrupted exclude each other")
    try:
        plan = Plan(rows=None if endless else 10_000 if rows is None else rows, **numbers)
    except ValueError as error:
        refuse(error)
    clock = time.monotonic()
    try:
        with stopping() as stop, console.Progress() as progress:
            done = write(database, plan, stop, lambda now: progress.say(shown.written(now)))
    except WriterError as error:
        console.complain(str(error))
        ctx.exit(shown.writer_exit_code(error))
    seconds = time.monotonic() - clock
    click.echo(shown.totals(done, seconds, interrupted=stop.is_set(), output=output))


@click.command("turns", epilog=_TURNS)
@DATABASE
@click.option("--since", type=day, help="The first day.  [default: open]")
@click.option("--until", type=day, help="The last day, included.  [default: open]")
@click.option("--zone", help="The time zone of the days.  [default: that of this machine]")
@click.option("--oracle", is_flag=True, help="Answer by a full scan; with --follow, compare with one each time.")
@click.option("--follow", "following", is_flag=True, help="Refresh again and again; say what each refresh read.")
@click.option("--interval", type=duration, help="With --follow: least rest between refreshes.  [default: 1]")
@click.option("--for", "length", type=duration, help="With --follow: end after this time.  [default: Ctrl-C]")
@click.option("--must-exist", "required", is_flag=True, help="Take a log that is missing for a mistake: exit code 2.")
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
    required: bool,
    output: str,
) -> None:
    """Tell which turns ran on the priority tier, from any codex logs_2.sqlite.

    A day is YYYY-MM-DD, today, yesterday, or -7d for seven days ago. By default all rows count: codex itself deletes
    them after ten days. In a pipe each turn is a line: turn, thread, time, model, and how
    the priority tier is known (in force, requested, asked for), parted by tabs.

    A log that is missing has no turns: standard error says so, and --must-exist makes it a mistake. With --follow, one
    that is missing, busy or replaced is a line like any other. --follow --oracle reads the whole log inside the read
    transaction of each refresh, which is slow on a large log, and stops at the first difference. A refresh that held a
    snapshot for long is rested after for four times as long, so that the log's -wal stays small.
    """
    if not following and (interval is not None or length is not None):
        raise click.UsageError("--interval and --for need --follow")
    try:
        asked = turns.Asked(database, since, until, turns.parse_zone(zone))
        asked.window(asked.dates())
    except ValueError as error:
        refuse(error)
    if required and not database.exists():
        raise click.UsageError(turns.nothing_at(database))
    if following:
        pause = 1.0 if interval is None else interval
        with shown.waiting(database) as say:
            refreshes = follow.follow(asked, judging=oracle, interval=pause, duration=length, waiting=say)
            ctx.exit(shown.followed(refreshes, asked.zone, judging=oracle, output=output))
    with shown.waiting(database) as say:
        found = turns.look(asked, say) if oracle else turns.scan(asked, say)
    heed()
    if output == "json":
        click.echo(json.dumps(turns.document(found, asked)))
    elif not isinstance(found, Unavailable) and not found.is_missing:
        shown.tell_turns(found, asked)
    if not isinstance(found, Unavailable) and found.is_missing:
        console.complain(turns.cost(found, database))
        ctx.exit(USAGE if required else 0)  # it may have gone since it was looked for
    if isinstance(found, Unavailable):
        console.complain(turns.why(found))
        ctx.exit(turns.exit_code(found))
