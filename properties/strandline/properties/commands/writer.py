"""The command ``writer``: a log for the scanner, by a synthetic codex."""

from __future__ import annotations

import sqlite3
import time
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Final

import click

from strandline.impl.memo.product.writer.plan import Plan
from strandline.impl.memo.product.writer.write import WriterError, write
from strandline.properties.commands import console
from strandline.properties.commands.options import BROKEN, DATABASE, FORMAT, USAGE, refuse
from strandline.properties.core.counting import many
from strandline.properties.harness.interruption import stopping

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from strandline.impl.memo.product.writer.write import Progress

_PLAN: Final = Plan()

_WRITER: Final = """\b
Exit codes: 0 written, 2 DB cannot be a log, 4 writing failed.
Example:    strandline writer logs.sqlite --rows 50000 --rate 500
"""


def _plan_option(name: str, says: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Make the option that sets a number of the writer's plan, with the plan's own default."""
    default = getattr(_PLAN, name)
    return click.option(
        f"--{name.replace('_', '-')}", type=type(default), default=default, show_default=True, help=says
    )


@click.command("writer", epilog=_WRITER)
@DATABASE
@click.option("--rows", type=int, help="Rows to write.  [default: 10000]")
@click.option("--until-interrupted", "endless", is_flag=True, help="Write until Ctrl-C.")
@click.option("--rate", type=float, help="Rows per second.  [default: full speed]")
@_plan_option("codex", "The version to write like: 0.140, 0.149, 0.158 or 0.171.")
@_plan_option("seed", "One seed, one sequence of rows.")
@_plan_option("batch", "The most rows in one transaction.")
@_plan_option("partition_rows", "Rows that a prune leaves in a partition.")
@_plan_option("partition_bytes", "Estimated bytes that a prune leaves in a partition.")
@_plan_option("threads", "Partitions with a thread id.")
@_plan_option("processes", "Partitions with a process id alone.")
@_plan_option("body_bytes", "Typical length of what means nothing; below the default all rows shrink with it.")
@_plan_option("priority", "The chance that a tier, when one is chosen, is the priority tier, 0 to 1.")
@_plan_option("noise", "How many rows that mean nothing there are, 0 to 1; 1 is as of a codex process.")
@_plan_option("malformed", "The share of rows that no codex writes, 0 to 1.")
@_plan_option("journal", "The journal mode: wal or delete.")
@_plan_option("bytes_max", "The largest log to write to, in bytes.")
@_plan_option("busy", "Seconds to wait for a lock.")
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
            done = write(database, plan, stop, lambda now: progress.say(written(now)))
    except WriterError as error:
        console.complain(str(error))
        ctx.exit(exit_code(error))
    seconds = time.monotonic() - clock
    if output == "json":
        console.document({**asdict(done), "seconds": round(seconds, 3), "interrupted": stop.is_set()})
    else:
        console.tell([_totals(done, seconds, interrupted=stop.is_set())])


def written(progress: Progress) -> str:
    """Say how far the writer has come."""
    return (
        f"{many(progress.rows, 'row')} written, {progress.pruned:,} pruned, "
        f"{many(progress.commits, 'commit')}, highest id {progress.highest:,}"
    )


def _totals(progress: Progress, seconds: float, *, interrupted: bool) -> str:
    """Say what the writer did in all."""
    rate = progress.rows / seconds if seconds else 0.0
    return f"{written(progress)}, {seconds:,.1f} s, {rate:,.0f} rows/s" + (", interrupted" if interrupted else "")


def exit_code(error: WriterError) -> int:
    """Give 4 if SQLite failed in its work, so that another try may go well, and 2 if the file is none to write to."""
    return BROKEN if isinstance(error.__cause__, sqlite3.OperationalError) else USAGE
