"""What people see of the real systems: how far the writer has come, the turns of a log, and each refresh of it."""

from __future__ import annotations

import json
import sqlite3
import sys
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import asdict
from typing import TYPE_CHECKING

import click
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from strandline.properties.counting import many
from strandline.properties.live import besides, follow
from strandline.properties.live.turns import cost, fields
from strandline.properties.report.console import Progress, tell

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path
    from zoneinfo import ZoneInfo

    from strandline.properties.live import writer
    from strandline.properties.live.turns import Asked, Shown


def written(progress: writer.Progress) -> str:
    """Say how far the writer has come."""
    return (
        f"{many(progress.rows, 'row')} written, {progress.pruned:,} pruned, "
        f"{many(progress.commits, 'commit')}, highest id {progress.highest:,}"
    )


def totals(progress: writer.Progress, seconds: float, *, interrupted: bool, output: str) -> str:
    """Say what the writer did in all."""
    if output == "json":
        return json.dumps({**asdict(progress), "seconds": round(seconds, 3), "interrupted": interrupted})
    rate = progress.rows / seconds if seconds else 0.0
    return f"{written(progress)}, {seconds:,.1f} s, {rate:,.0f} rows/s" + (", interrupted" if interrupted else "")


def writer_exit_code(error: writer.WriterError) -> int:
    """Give 4 if SQLite failed in its work, so that another try may go well, and 2 if the file is none to write to."""
    return 4 if isinstance(error.__cause__, sqlite3.OperationalError) else 2


@contextmanager
def waiting(path: Path) -> Iterator[Callable[[], None]]:
    """Give what tells that a log is waited for, each time that it is called; until then nothing is shown."""
    with ExitStack() as stack:
        shown: list[Progress] = []

        def say() -> None:
            if not shown:
                shown.append(stack.enter_context(Progress()))
            shown[0].say(f"waiting: {path} is locked by another program")

        yield say


def tell_turns(shown: Shown, asked: Asked) -> None:
    """Show turns: a table on a terminal, tabs in a pipe; what was read goes to standard error."""
    if sys.stdout.isatty() and shown.turns:
        table = Table(show_edge=False, header_style="bold", box=box.SIMPLE_HEAD)
        for name in ("turn", "thread", f"time ({asked.zone})", "model", "priority"):
            table.add_column(name, overflow="fold")
        for turn in shown.turns:
            table.add_row(*(Text(field) for field in fields(turn, asked.zone)))
        Console(highlight=False).print(table)
    else:
        tell("\t".join(fields(turn, asked.zone)) for turn in shown.turns)
    click.echo(cost(shown, asked.path), err=True)
    silence = besides.silence(shown.besides)
    if silence is not None:
        click.echo(silence, err=True)


def followed(refreshes: Iterable[follow.Refresh], zone: ZoneInfo, *, judging: bool, output: str) -> int:
    """Show each refresh as it comes, until the last, Ctrl-C or a difference; then sum up and give the exit code."""
    seen = follow.Totals()
    with suppress(KeyboardInterrupt):
        for refresh in refreshes:
            seen.add(refresh)
            judged = refresh.judged
            if output == "json":
                click.echo(json.dumps(follow.document(refresh, zone)))
            else:
                sides = follow.side_by_side(judged, zone) if judged else ()
                tell([follow.line(refresh, zone), *sides])
            if judged is not None and not judged.agrees:
                break
    if output == "json":
        click.echo(json.dumps(follow.totals_document(seen, judging=judging)))
    else:
        tell(follow.summary(seen, judging=judging))
    return seen.exit_code(judging=judging)
