"""The command ``strandline exhaust``."""

from __future__ import annotations

import contextlib
import sys
import time
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

import click

from strandline.properties.commands import console, outputs
from strandline.properties.commands.chosen import own
from strandline.properties.commands.options import FORMAT, amount, duration, refuse
from strandline.properties.core.line import command
from strandline.properties.core.named import LoadError
from strandline.properties.core.verdict import Verdict
from strandline.properties.engines.exhaust import lines, traced
from strandline.properties.engines.exhaust.found import Budget
from strandline.properties.engines.exhaust.outcome import Ended, attempt
from strandline.properties.engines.exhaust.report import Terms, gather
from strandline.properties.evidence.evidence import encode
from strandline.properties.harness.interruption import PATIENCE, reporting, stopping
from strandline.properties.harness.workers import WORKERS_MAX

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from strandline.properties.engines.exhaust.found import Status

SEVERAL_MAX: Final = 100
"""Counterexamples that may be asked for."""

_EPILOG: Final = """\b
Exit codes: 0 holds, 1 violated, 2 a mistake in the call or there is no such
            world, 3 inconclusive, 4 a function of the world broke its
            declaration, or the evidence could not be written.
Example:    strandline exhaust
            strandline exhaust --world prune --subject impl
            strandline exhaust --world empty --mutant dominance
            strandline exhaust your_world:world --several 3
"""


@click.command("exhaust", epilog=_EPILOG)
@click.argument("own_world", metavar="[MODULE:WORLD]", required=False)
@click.option("--world", "name", metavar="NAME", help="Search this memo world.  [default: all large ones]")
@click.option(
    "--subject",
    "kind",
    type=click.Choice(("model", "impl")),
    help="What fills the tables of a memo world: the reference model, or the real scanner.  [default: model]",
)
@click.option("--mutant", metavar="NAME", help="Plant a known-bad variant in the real scanner.")
@click.option("--list", "listing", is_flag=True, help="List the memo worlds and search nothing.")
@click.option(
    "--workers",
    type=click.IntRange(1, WORKERS_MAX),
    help="Worlds that are searched side by side.  [default: one for each processor, up to 2]",
)
@click.option(
    "--states", type=click.IntRange(min=1), default=Budget().states, show_default=True, help="End beyond so many."
)
@click.option("--memory", type=amount, default="6G", show_default=True, help="End when the search takes more.")
@click.option("--for", "seconds", type=duration, metavar="TIME", help="End after so long: 90s, 5m.  [default: no end]")
@click.option("--first", is_flag=True, help="End with the layer in which the first law broke.")
@click.option(
    "--several", type=click.IntRange(1, SEVERAL_MAX), default=1, show_default=True, help="Traces to each broken law."
)
@outputs.option("exhaust")
@FORMAT
@click.pass_context
def exhaust_command(  # noqa: PLR0913 - one parameter for each option
    ctx: click.Context,
    /,
    *,
    own_world: str | None,
    name: str | None,
    kind: str | None,
    mutant: str | None,
    listing: bool,
    workers: int | None,
    states: int,
    memory: int,
    seconds: float | None,
    first: bool,
    several: int,
    out: Path | None,
    output: str,
) -> None:
    """Search a declared world whole: every reachable state, by every interleaving.

    MODULE:WORLD is a World of your own, or a function that makes one; in the current folder or installed. Without
    it, and without --world, every large memo world is searched, and one verdict is given.

    Progress goes to standard error, the evidence to the file --out, and traces that can be replayed to traces/ beside
    it. Without --out each run has a folder of its own, and .strandline/exhaust.json is a copy of the last evidence.
    Ctrl-C, SIGTERM and SIGHUP end the search as inconclusive, with evidence as far as it goes, and so do --states,
    --memory and --for; what was broken by then is violated. With --first nothing is asked again in a fresh process once
    a law broke, and the other laws are inconclusive.
    """
    if own_world is not None and (name, kind, mutant, listing) != (None, None, None, False):
        raise click.UsageError(
            "MODULE:WORLD excludes --world, --subject, --mutant and --list, which are for memo worlds"
        )
    if workers is not None and (own_world is not None or name is not None):
        raise click.UsageError("--workers is for several worlds: one world is searched by one process")
    terms = Terms(Budget(states, memory, seconds), several, first)
    if own_world is not None:
        place = outputs.run_file(out, "exhaust")
        ended = _own(own_world, terms)
    else:
        from strandline.properties.commands import memos  # noqa: PLC0415 - it takes as long as a search of a small world

        if listing:
            console.tell(memos.listed(output))
            return
        subject = memos.subject(name, kind, mutant)
        place = outputs.run_file(out, "exhaust")
        if name is None:
            ended = memos.family(subject, terms, workers)
        else:
            with _watched(terms) as say:
                ended = memos.single(name, subject, terms, say)
    ctx.with_resource(reporting())
    traces = {place.parent / "traces" / name: trace for name, trace in ended.files.items()}
    problem = outputs.written(place.parent, {place: ended.data, **traces})
    if output == "json":
        console.document(ended.data)
    else:
        console.tell(ended.shown)
        console.tell([] if problem else [*ended.traces(place.parent), f"evidence: {place}"])
    if ended.verdict is Verdict.BROKEN:
        console.complain(ended.why)
    outputs.end(ctx, ended.verdict, problem)


def _own(own_world: str, terms: Terms) -> Ended:
    """Search somebody's own world."""
    try:
        chosen = own(own_world)
    except LoadError as error:
        refuse(error)
    began, clock = datetime.now(UTC), time.monotonic()
    with _watched(terms) as say:
        outcome = attempt(chosen, terms, say)
    report = gather(chosen, terms, outcome, began, time.monotonic() - clock)
    files = traced.files(report.claims)
    return Ended(
        encode(report),
        lines.lines(report),
        Verdict(report.claims.verdict),
        report.claims.ended,
        files.written,
        lambda folder: _again(folder, files, own_world),
    )


@contextmanager
def _watched(terms: Terms) -> Iterator[Callable[[Status], None]]:
    """Tell of a search in this process, and let Ctrl-C end it; what its world prints goes to standard error."""
    clock = time.monotonic()
    with stopping(PATIENCE), console.Progress() as progress, contextlib.redirect_stdout(sys.stderr):
        broken: set[str] = set()

        def say(now: Status) -> None:
            for line in lines.broke(now, broken, first=terms.first):
                progress.keep(line)
            progress.say(lines.progress(now, time.monotonic() - clock))

        yield say


def _again(folder: Path, files: traced.Files, own_world: str) -> Iterator[str]:
    """Say how the traces of somebody's own world are taken again."""
    if files.written:
        yield "take it again:"
        for name in files.written:
            where = str(folder / "traces" / name)
            yield f"  {command(['strandline', 'replay', where, f'--world={own_world}'])}"
    yield from files.unwritable
