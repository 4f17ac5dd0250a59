"""The command ``strandline teeth``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from strandline.properties import outputs
from strandline.properties.interruption import reporting
from strandline.properties.mutants import SHIPPED
from strandline.properties.options import BROKEN, refuse_unknown
from strandline.properties.report import console, folder, runs
from strandline.properties.report.evidence import sources
from strandline.properties.teeth.known import ENGINES, KNOWN
from strandline.properties.teeth.lines import document, lines, markdown
from strandline.properties.teeth.matrix import SEEDS_MAX, Wanted, run, verdict
from strandline.properties.verdict import EXIT_CODES, Verdict

if TYPE_CHECKING:
    from strandline.properties.teeth.bites import Bite

_EPILOG: Final = """\b
Exit codes: 0 every design is caught by the engine that must catch it, 1 one is
            not, or there is a false alarm, 2 a mistake in the call,
            3 interrupted, or nothing was asked that had to be caught,
            4 the evidence could not be written.
Example:    strandline teeth --mutant dominance --full
            strandline teeth --engine fuzz --seeds 20
"""


@click.command("teeth", epilog=_EPILOG)
@click.option("--mutant", "names", multiple=True, metavar="NAME", help="Only this design; may be repeated.")
@click.option("--engine", "engines", multiple=True, metavar="NAME", help="Only this engine; may be repeated.")
@click.option(
    "--seeds", type=click.IntRange(1, SEEDS_MAX), default=1, show_default=True, help="Seeds for an engine of chance."
)
@click.option(
    "--full", "whole", is_flag=True, help="Every engine against every design, and not only the one that must."
)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    help="The evidence.  [default: teeth.json in a new folder below .strandline/runs]",
)
@click.option(
    "--format",
    "output",
    type=click.Choice(["text", "json", "markdown"]),
    default="text",
    show_default=True,
    help="How to answer.",
)
@click.pass_context
def teeth_command(  # noqa: PLR0913 - one parameter for each option
    ctx: click.Context,
    /,
    *,
    names: tuple[str, ...],
    engines: tuple[str, ...],
    seeds: int,
    whole: bool,
    out: Path | None,
    output: str,
) -> None:
    """Put known-bad designs to the engines, and the scanner as it is beside them.

    Each design names the engine that must catch it. Ctrl-C, SIGTERM and SIGHUP end the run as inconclusive, with
    evidence as far as it goes.
    """
    refuse_unknown("known-bad design", names, (SHIPPED, *KNOWN))
    refuse_unknown("engine", engines, ENGINES)
    place = outputs.run_file(out, "teeth")
    with console.Progress() as progress:

        def say(one: Bite) -> None:
            progress.say(f"{one.engine}: {one.name!r}: {one.outcome} in {one.seconds:.1f} s")

        matrix = run(Wanted(names, engines, seeds, whole), say)
    ctx.with_resource(reporting())
    told = document(matrix, sources())
    problem = None
    try:
        folder.write(place, (json.dumps(told, indent=1) + "\n").encode())
        runs.finish(place.parent)
    except folder.UnwrittenError as error:
        problem = str(error)
    if output == "json":
        click.echo(json.dumps(told, indent=1))
    elif output == "markdown":
        console.tell(markdown(matrix))
    else:
        console.tell(lines(matrix))
        console.tell([] if problem else [f"evidence: {place}"])
    if problem is not None:
        console.complain(problem)
    found = verdict(matrix)
    ctx.exit(BROKEN if problem and found is not Verdict.VIOLATED else EXIT_CODES[found])
