"""The command ``turns``: the scanner itself, and the oracle in its place or beside it."""

from __future__ import annotations

import sys
from contextlib import ExitStack, contextmanager, suppress
from typing import TYPE_CHECKING, Final

import click
from click.core import ParameterSource

from strandline.impl.memo.answer import Unavailable
from strandline.impl.memo.product import follow, keeping, refreshes, tally, turns
from strandline.impl.memo.product.query import Day, Query, parse_day, parse_zone
from strandline.properties.commands import console
from strandline.properties.commands.options import DATABASE, FORMAT, PATH, USAGE, duration, refuse
from strandline.properties.harness.interruption import heed
from strandline.properties.harness.unblocked import unblocked
from strandline.properties.systems.memo.live.judge import Oracle, look

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path
    from zoneinfo import ZoneInfo

    from strandline.impl.memo.keeper import Persistence
    from strandline.impl.memo.shelf import Shelf

_TURNS: Final = """\b
Exit codes: 0 answered, 1 a difference found, 2 a mistake in the call, or DB
            is no log, 4 the log is unavailable, or never was compared.
Example:    strandline turns ~/.codex/logs_2.sqlite --since yesterday
            strandline turns logs.sqlite --follow --oracle --for 2m
"""


_MEMO: Final = "Keep the memo in this file.  [default: one in the cache folder of this user]"


def day(text: str) -> Day:
    """Read an option that is a day."""
    try:
        return parse_day(text)
    except ValueError as error:
        raise click.BadParameter(str(error)) from error


@click.command("turns", epilog=_TURNS)
@DATABASE
@click.option("--since", type=day, help="The first day.  [default: open]")
@click.option("--until", type=day, help="The last day, included.  [default: open]")
@click.option("--zone", help="The time zone of the days.  [default: that of this machine]")
@click.option("--oracle", is_flag=True, help="Answer by a full scan; with --follow, compare with one each time.")
@click.option("--follow", "following", is_flag=True, help="Refresh again and again; say what each refresh read.")
@click.option("--interval", type=duration, help="With --follow: least rest between refreshes.  [default: 1]")
@click.option("--for", "length", type=duration, help="With --follow: end after this time.  [default: Ctrl-C]")
@click.option("--memo", type=PATH, envvar="STRANDLINE_MEMO", metavar="FILE", help=_MEMO)
@click.option(
    "--no-memo", "forgetful", is_flag=True, help="Keep no memo: read the whole log, and leave nothing behind."
)
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
    memo: Path | None,
    forgetful: bool,
    required: bool,
    output: str,
) -> None:
    """Tell which turns ran on the priority tier, from any codex logs_2.sqlite.

    A day is YYYY-MM-DD, today, yesterday, or -7d for seven days ago. By default all rows count: codex itself deletes
    them after ten days. In a pipe each turn is a line: turn, thread, time, model, and how
    the priority tier is known (in force, requested, asked for), parted by tabs. What is not known is an empty field.

    A log that is missing has no turns: standard error says so, and --must-exist makes it a mistake. With --follow, one
    that is missing, busy or replaced is a line like any other. --follow --oracle reads the whole log inside the read
    transaction of each refresh, which is slow on a large log, and stops at the first difference. A refresh that held a
    snapshot for long is rested after for four times as long, so that the log's -wal stays small.

    The memo is kept in a file, so that the next call reads on from where this one stopped, and calls that run at once
    share it. It holds turn, thread and model names of the log, and nobody else may read it.
    """
    if not following and (interval is not None or length is not None):
        raise click.UsageError("--interval and --for need --follow")
    try:
        query = Query(database, since, until, parse_zone(zone))
        query.window(query.dates())
    except ValueError as error:
        refuse(error)
    if required and not database.exists():
        raise click.UsageError(turns.nothing_at(database))
    ctx.with_resource(unblocked(database))
    shelf = _shelf(ctx, memo, wanted=not forgetful and (following or not oracle))
    if following:
        pause = 1.0 if interval is None else interval
        judge = Oracle() if oracle else None
        once = _Once()
        with waiting(database) as say:
            seen = follow.follow(
                query, judge, interval=pause, duration=length, waiting=say, heed=heed, memo=shelf, told=once.tell
            )
            ctx.exit(_followed(seen, query.zone, judging=oracle, output=output))
    with waiting(database) as say:
        found = look(query, say) if oracle else turns.scan(query, say, shelf)
    heed()
    if not isinstance(found, Unavailable):
        _Once().tell(found.persistence)
    if output == "json":
        console.document(turns.document(found, query))
    elif not isinstance(found, Unavailable) and not found.is_missing:
        _tell(found, query)
    if not isinstance(found, Unavailable) and found.is_missing:
        console.complain(turns.cost(found, database))
        ctx.exit(USAGE if required else 0)  # it may have gone since it was looked for
    if isinstance(found, Unavailable):
        console.complain(turns.why(found))
        ctx.exit(turns.exit_code(found))


def _shelf(ctx: click.Context, memo: Path | None, *, wanted: bool) -> Shelf | None:
    """Give the file that the memo is kept in, None if it is kept nowhere."""
    if ctx.params["forgetful"] and ctx.get_parameter_source("memo") is ParameterSource.COMMANDLINE:
        raise click.UsageError("--memo and --no-memo exclude each other")
    return keeping.shelf(memo) if wanted else None


@contextmanager
def waiting(path: Path) -> Iterator[Callable[[], None]]:
    """Give what tells that a log is waited for, each time that it is called; until then nothing is shown."""
    with ExitStack() as stack:
        shown: list[console.Progress] = []

        def say() -> None:
            if not shown:
                shown.append(stack.enter_context(console.Progress()))
            shown[0].say(f"waiting: {path} is locked by another program")

        yield say


class _Once:
    """Says each thing that can be wrong with the persisted memo once, on standard error."""

    def __init__(self) -> None:
        """Begin with nothing said."""
        self._said: set[str] = set()

    def tell(self, kept: Persistence | None) -> None:
        """Say what was not said yet."""
        for complaint in keeping.complaints(kept):
            if complaint not in self._said:
                self._said.add(complaint)
                console.note(complaint)


def _tell(result: turns.Result, query: Query) -> None:
    """Show turns: a table on a terminal, tabs in a pipe; what was read goes to standard error."""
    rows = (turns.fields(turn, query.zone) for turn in result.turns)
    if sys.stdout.isatty() and result.turns:
        console.table(("turn", "thread", f"time ({query.zone})", "model", "priority"), rows)
    else:
        console.records(rows)
    console.note(turns.cost(result, query.path))
    silence = tally.silence(result.tally)
    if silence is not None:
        console.note(silence)


def _followed(seen: Iterable[follow.Refresh], zone: ZoneInfo, *, judging: bool, output: str) -> int:
    """Show each refresh as it comes, until the last, Ctrl-C or a difference; then sum up and give the exit code."""
    totals = follow.Totals()
    with suppress(KeyboardInterrupt):
        for refresh in seen:
            totals.add(refresh)
            judgement = refresh.judgement
            if output == "json":
                console.document(refreshes.document(refresh, zone))
            else:
                sides = judgement.sides(zone) if judgement else ()
                console.tell([refreshes.line(refresh, zone), *sides])
            if judgement is not None and not judgement.agrees:
                break
    if output == "json":
        console.document(refreshes.totals_document(totals, judging=judging))
    else:
        console.tell(refreshes.summary(totals, judging=judging))
    return totals.exit_code(judging=judging)
