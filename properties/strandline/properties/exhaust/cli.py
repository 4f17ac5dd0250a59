"""The command ``strandline exhaust``."""

from __future__ import annotations

import contextlib
import json
import shlex
import sys
import time
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from strandline.properties import outputs
from strandline.properties.counting import many
from strandline.properties.exhaust import lines, traced
from strandline.properties.exhaust.chosen import MODEL, SCOPES, built_in, own
from strandline.properties.exhaust.found import Budget, Counts
from strandline.properties.exhaust.outcome import attempt
from strandline.properties.exhaust.report import Cut, Terms, encode, gather
from strandline.properties.exhaust.several import encode as several_encoded
from strandline.properties.exhaust.several import together
from strandline.properties.exhaust.several import told as several_told
from strandline.properties.interruption import PATIENCE, reporting, stopping
from strandline.properties.memoworlds.family import FAMILY
from strandline.properties.memoworlds.shown import SHOWN
from strandline.properties.mutants import MUTANTS, SHIPPED
from strandline.properties.named import LoadError
from strandline.properties.options import (
    BROKEN,
    FORMAT,
    amount,
    refuse,
    refuse_unknown,
)
from strandline.properties.report import console, drawing, folder, runs
from strandline.properties.report.lanes import printable
from strandline.properties.report.replay import encode as encode_trace
from strandline.properties.report.replay import file_name
from strandline.properties.searched import all_of, by_size, one
from strandline.properties.verdict import EXIT_CODES, Verdict
from strandline.properties.workers import WORKERS_MAX, WorkerLostError, at_once
from strandline.properties.worlds import WORLDS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from strandline.properties.exhaust.report import Report
    from strandline.properties.exhaust.several import SeveralReport
    from strandline.properties.searched import Kind, Reached, Searched
    from strandline.properties.verdict import Trace

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
@click.option("--mutant", default=SHIPPED, metavar="NAME", help="Plant a known-bad variant in the real scanner.")
@click.option("--list", "listing", is_flag=True, help="List the memo worlds and search nothing.")
@click.option(
    "--workers",
    type=click.IntRange(1, WORKERS_MAX),
    help="Worlds that are searched side by side.  [default: one for each processor, up to 2]",
)
@click.option(
    "--states", type=click.IntRange(min=1), default=Budget().states, show_default=True, help="End beyond so many."
)
@click.option("--memory", type=amount, default="6G", show_default=True, help="End when arrays take more.")
@click.option(
    "--several", type=click.IntRange(1, SEVERAL_MAX), default=1, show_default=True, help="Traces to each broken law."
)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    help="The evidence.  [default: exhaust.json in a new folder below .strandline/runs]",
)
@FORMAT
@click.pass_context
def exhaust_command(  # noqa: PLR0913 - one parameter for each option
    ctx: click.Context,
    /,
    *,
    own_world: str | None,
    name: str | None,
    kind: Kind | None,
    mutant: str,
    listing: bool,
    workers: int | None,
    states: int,
    memory: int,
    several: int,
    out: Path | None,
    output: str,
) -> None:
    """Search a declared world whole: every reachable state, by every interleaving.

    MODULE:WORLD is a World of your own, or a function that makes one; modules of the current folder come first. Without
    it, and without --world, every large memo world is searched, and one verdict is given.

    Progress goes to standard error, the evidence to the file --out, and traces that can be replayed to traces/ beside
    it. Without --out each run has a folder of its own, and .strandline/exhaust.json is a copy of the last evidence.
    Ctrl-C, SIGTERM and SIGHUP end the search as inconclusive, with evidence as far as it goes.
    """
    if listing:
        console.tell(_listed(output))
        return
    if own_world is not None and (name is not None or kind is not None or mutant != SHIPPED):
        raise click.UsageError("MODULE:WORLD excludes --world, --subject and --mutant, which are for memo worlds")
    if kind == "model" and mutant != SHIPPED:
        raise click.UsageError("--mutant is planted in the real scanner: --subject impl")
    refuse_unknown("memo world", () if name is None else (name,), tuple(SCOPES))
    refuse_unknown("mutant", (mutant,), (SHIPPED, *MUTANTS))
    kind = kind or ("model" if mutant == SHIPPED else "impl")
    several_worlds = own_world is None and name is None
    if workers is not None and not several_worlds:
        raise click.UsageError("--workers is for several worlds: one world is searched by one process")
    place = outputs.run_file(out, "exhaust")
    terms = Terms(Budget(states, memory), several)
    if several_worlds:
        family, traces = _family(kind, mutant, terms, workers or at_once())
        data, shown, verdict = several_encoded(family), several_told(family), Verdict(family.claims.verdict)
        ended = next((each.ended for each in family.claims.worlds if each.verdict == Verdict.BROKEN), "")
        mine = traced.Files({}, ())
    else:
        report, traces = _single(own_world, name, kind, mutant, terms)
        data, shown, verdict = (
            encode(report),
            lines.lines(report, {trace.law for trace in traces}),
            Verdict(report.claims.verdict),
        )
        ended = report.claims.ended
        mine = traced.files(report.claims) if own_world is not None else traced.Files({}, ())
    ctx.with_resource(reporting())
    exhibits = drawing.exhibited(traces)
    files = {file_name(trace): encode_trace(trace, exhibit) for trace, exhibit in exhibits.items()}
    problem = _written(place, data, files | mine.written)
    if output == "json":
        click.echo(data, nl=False)
    else:
        console.tell(shown)
        drawn = drawing.drawings(exhibits, place.parent) if not problem else []
        console.tell([*(line for one in drawn for line in ("", *one)), *([""] if drawn else [])])
        console.tell([] if problem else [*_again(place, mine, own_world or ""), f"evidence: {place}"])
    if verdict is Verdict.BROKEN:
        console.complain(ended)
    if problem is not None:
        console.complain(problem)
    ctx.exit(BROKEN if problem and verdict is not Verdict.VIOLATED else EXIT_CODES[verdict])


def _single(
    own_world: str | None, name: str | None, kind: Kind, mutant: str, terms: Terms
) -> tuple[Report, tuple[Trace, ...]]:
    """Search one world in this process."""
    if name is not None:
        with _watched() as say:
            found = one(name, kind, mutant, terms, lambda reached: say(reached.counts))
        return found.report, found.traces
    try:
        chosen = own(own_world or "")
    except LoadError as error:
        refuse(error)
    began, clock = datetime.now(UTC), time.monotonic()
    with _watched() as say:
        outcome = attempt(chosen, terms, say)
    return gather(chosen, terms, outcome, began, time.monotonic() - clock), ()


@contextmanager
def _watched() -> Iterator[Callable[[Counts], None]]:
    """Tell of a search in this process, and let Ctrl-C end it; what its world prints goes to standard error."""
    clock = time.monotonic()
    with stopping(PATIENCE) as stop, console.Progress() as progress, contextlib.redirect_stdout(sys.stderr):

        def say(counts: Counts) -> None:
            progress.say(lines.progress(counts, time.monotonic() - clock))
            if stop.is_set():
                raise KeyboardInterrupt

        yield say


def _family(kind: Kind, mutant: str, terms: Terms, workers: int) -> tuple[SeveralReport, tuple[Trace, ...]]:
    """Search every large world, each in a process; Ctrl-C, or a process that is lost, leaves those that are done."""
    began, clock = datetime.now(UTC), time.monotonic()
    found: dict[str, Searched] = {}
    reached: dict[str, Counts] = {}
    with console.Progress() as progress:

        def say(now: Reached) -> None:
            reached[now.world] = now.counts
            progress.say(f"{now.world}: {lines.progress(now.counts, now.seconds)}")

        try:
            for searched in all_of(by_size(FAMILY), kind, mutant, terms, say, workers):
                found[searched.world] = searched
                counts = searched.report.claims.counts
                progress.keep(f"{searched.world}: {searched.report.claims.verdict}, {many(counts.states, 'state')}")
            ended = ""
        except KeyboardInterrupt:
            ended = "interrupted"
        except WorkerLostError as error:
            ended = str(error)
    reports = tuple(
        found[name].report
        if name in found
        else gather(built_in(name), terms, Cut(reached.get(name, Counts()), Verdict.INCONCLUSIVE, ended), began, 0.0)
        for name in FAMILY
    )
    subject = MODEL if kind == "model" else f"the scanner, {mutant}"
    traces: dict[str, Trace] = {}
    for trace in sorted(
        (trace for each in found.values() for trace in each.traces), key=lambda trace: len(trace.steps)
    ):
        traces.setdefault(trace.law, trace)
    return together(subject, reports, began, time.monotonic() - clock), tuple(traces.values())


def _again(out: Path, files: traced.Files, own_world: str) -> Iterator[str]:
    """Say how the traces of somebody's own world are taken again."""
    if files.written:
        yield "take it again:"
        for name in files.written:
            where = str(out.parent / "traces" / name)
            yield f"  {shlex.join(['strandline', 'replay', where, f'--world={own_world}'])}"
    yield from map(printable, files.unwritable)


def _written(out: Path, data: bytes, traces: dict[str, bytes]) -> str | None:
    try:
        folder.write(out, data)
        for name, trace in traces.items():
            folder.write(out.parent / "traces" / name, trace)
        runs.finish(out.parent)
    except folder.UnwrittenError as error:
        return str(error)
    return None


def _listed(output: str) -> Iterator[str]:
    """List the memo worlds: how large each is, what may happen in it, and the laws whose twins it shows."""
    size = {name: "large" if name in FAMILY else "small" if name in WORLDS else "soak" for name in SCOPES}
    told_of = {name: ", ".join(f"{count} {what}" for what, count in scope.budget) for name, scope in SCOPES.items()}
    if output == "json":
        yield json.dumps(
            [
                {
                    "name": name,
                    "size": size[name],
                    "refreshers": scope.refreshers,
                    "budget": dict(scope.budget),
                    "shows": SHOWN[name],
                }
                for name, scope in SCOPES.items()
            ]
        )
        return
    for name, scope in SCOPES.items():
        yield f"{name:<20} {size[name]}: {many(scope.refreshers, 'refresher')}: {told_of[name]}"
