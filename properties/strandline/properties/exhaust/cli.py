"""The command ``strandline exhaust``."""

from __future__ import annotations

import contextlib
import json
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from strandline.properties.check import EXIT_CODES
from strandline.properties.exhaust import lines
from strandline.properties.exhaust.chosen import SCOPES, Chosen, built_in, own
from strandline.properties.exhaust.engine import search
from strandline.properties.exhaust.found import Budget, Counts, Found
from strandline.properties.exhaust.report import Cut, Terms, encode, gather
from strandline.properties.exhaust.world import WorldError
from strandline.properties.named import LoadError, told
from strandline.properties.options import (
    BROKEN,
    FORMAT,
    amount,
    refuse,
    refuse_unknown,
    stop_on_interrupt,
)
from strandline.properties.report import console, folder
from strandline.properties.verdict import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator
    from threading import Event

WORKERS_MAX: Final = 2
"""Threads that may expand a layer; more gain nothing, see docs/exhaust.md."""

SEVERAL_MAX: Final = 100
"""Counterexamples that may be asked for."""

_EPILOG: Final = """\b
Exit codes: 0 holds, 1 violated, 2 a mistake in the call or there is no such
            world, 3 inconclusive, 4 a function of the world broke its
            declaration, or the evidence could not be written.
Example:    strandline exhaust --world prune
            strandline exhaust your_world:world --several 3
"""


@click.command("exhaust", epilog=_EPILOG)
@click.argument("own_world", metavar="[MODULE:WORLD]", required=False)
@click.option("--world", "name", metavar="NAME", help="Search this memo world of the reference model.")
@click.option("--list", "listing", is_flag=True, help="List the memo worlds and search nothing.")
@click.option("--workers", type=click.IntRange(1, WORKERS_MAX), default=1, show_default=True, help="Threads.")
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
    default=".strandline/exhaust.json",
    show_default=True,
    help="The evidence.",
)
@FORMAT
@click.pass_context
def exhaust_command(  # noqa: PLR0913 - one parameter for each option
    ctx: click.Context,
    /,
    *,
    own_world: str | None,
    name: str | None,
    listing: bool,
    workers: int,
    states: int,
    memory: int,
    several: int,
    out: Path,
    output: str,
) -> None:
    """Search a declared world whole: every reachable state, by every interleaving.

    MODULE:WORLD is a World of your own, or a function that makes one; modules of the current folder come first.

    Progress goes to standard error, the evidence to the file --out. Ctrl-C ends the search after the layer at hand as
    inconclusive, with evidence as far as it goes; a second one ends it at once.
    """
    if listing:
        console.tell(_listed(output))
        return
    if (own_world is None) == (name is None):
        raise click.UsageError("name one world: MODULE:WORLD of your own, or --world NAME; --list lists the names")
    refuse_unknown("memo world", () if name is None else (name,), tuple(SCOPES))
    try:
        chosen = built_in(name) if name is not None else own(own_world or "")
    except LoadError as error:
        refuse(error)
    terms = Terms(Budget(states, memory), workers, several)
    began, clock = datetime.now(UTC), time.monotonic()
    with stop_on_interrupt() as stop, console.Progress() as progress, contextlib.redirect_stdout(sys.stderr):
        outcome = _searched(chosen, terms, stop, progress)
    report = gather(chosen, terms, outcome, began, time.monotonic() - clock)
    problem = _written(out, encode(report))
    if output == "json":
        click.echo(encode(report), nl=False)
    else:
        console.tell(lines.lines(report))
        console.tell([] if problem else [f"evidence: {out}"])
    if outcome.verdict is Verdict.BROKEN:
        console.complain(outcome.ended)
    if problem is not None:
        console.complain(problem)
    ctx.exit(BROKEN if problem and outcome.verdict is not Verdict.VIOLATED else EXIT_CODES[outcome.verdict])


def _searched(chosen: Chosen, terms: Terms, stop: Event, progress: console.Progress) -> Found | Cut:
    """Search a world; what cuts the search off is an outcome too, with the counts so far."""
    clock = time.monotonic()
    reached = Counts(states=1)

    def say(counts: Counts) -> None:
        nonlocal reached
        reached = counts
        progress.say(lines.progress(counts, time.monotonic() - clock))
        if stop.is_set():
            raise KeyboardInterrupt

    try:
        return search(chosen.world, terms.budget, workers=terms.workers, several=terms.several, say=say)
    except WorldError as error:
        return Cut(reached, Verdict.BROKEN, str(error))
    except SystemExit as error:  # a function of the world must not choose the exit code
        return Cut(reached, Verdict.BROKEN, f"a function of world {chosen.name!r} raised {told(error)}")
    except KeyboardInterrupt:
        return Cut(reached, Verdict.INCONCLUSIVE, "interrupted a second time, before its answers were asked again")
    except (MemoryError, OverflowError, OSError) as error:
        return Cut(reached, Verdict.INCONCLUSIVE, told(error))


def _written(out: Path, data: bytes) -> str | None:
    try:
        folder.write(out, data)
    except folder.UnwrittenError as error:
        return str(error)
    return None


def _listed(output: str) -> Iterator[str]:
    """List the memo worlds by what may happen in each."""
    told_of = {name: ", ".join(f"{count} {what}" for what, count in scope.budget) for name, scope in SCOPES.items()}
    if output == "json":
        yield json.dumps(
            [
                {"name": name, "refreshers": scope.refreshers, "budget": dict(scope.budget)}
                for name, scope in SCOPES.items()
            ]
        )
        return
    for name, scope in SCOPES.items():
        refreshers = f"{scope.refreshers} refresher{'s' * (scope.refreshers > 1)}"
        yield f"{name:<20} {refreshers}: {told_of[name]}"
