"""The command ``strandline teeth``."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

import click

from strandline.properties.commands import console, outputs
from strandline.properties.commands.options import MATRIX_FORMAT, refuse_unknown
from strandline.properties.core.system import SHIPPED
from strandline.properties.engines.kill.lines import document, lines, markdown
from strandline.properties.engines.kill.matrix import SEEDS_MAX, Wanted, killers, run, verdict
from strandline.properties.evidence.evidence import sources
from strandline.properties.harness.interruption import reporting
from strandline.properties.systems.memo.system import SYSTEM

if TYPE_CHECKING:
    from pathlib import Path

    from strandline.properties.engines.kill.matrix import Kill

_EPILOG: Final = """\b
Exit codes: 0 every mutant is killed by the engine that must kill it, 1 one is
            not, or there is a false alarm, 2 a mistake in the call,
            3 interrupted, or nothing was asked that had to be killed,
            4 the evidence could not be written.
Example:    strandline teeth --mutant dominance --full
            strandline teeth --engine fuzz --seeds 20
"""


@click.command("teeth", epilog=_EPILOG)
@click.option("--mutant", "names", multiple=True, metavar="NAME", help="Only this mutant; may be repeated.")
@click.option("--engine", "engines", multiple=True, metavar="NAME", help="Only this engine; may be repeated.")
@click.option(
    "--seeds", type=click.IntRange(1, SEEDS_MAX), default=1, show_default=True, help="Seeds for an engine of chance."
)
@click.option(
    "--full", "whole", is_flag=True, help="Every engine against every mutant, and not only the one that must."
)
@outputs.option("teeth")
@MATRIX_FORMAT
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
    """Put mutants, which are known-bad designs, to the engines, and the scanner as it is beside them: the kill matrix.

    Each mutant names the engine that must kill it. Ctrl-C, SIGTERM and SIGHUP end the run as inconclusive, with
    evidence as far as it goes.
    """
    refuse_unknown("mutant", names, (SHIPPED, *SYSTEM.mutants))
    refuse_unknown("engine", engines, killers(SYSTEM).engines)
    place = outputs.run_file(out, "teeth")
    with console.Progress() as progress:

        def say(one: Kill) -> None:
            progress.say(f"{one.engine}: {one.name!r}: {one.outcome} in {one.seconds:.1f} s")

        matrix = run(SYSTEM, Wanted(names, engines, seeds, whole), say)
    ctx.with_resource(reporting())
    told = document(matrix, sources())
    problem = outputs.written(place.parent, {place: (json.dumps(told, indent=1) + "\n").encode()})
    if output == "json":
        console.document(told, indent=1)
    elif output == "markdown":
        console.tell(markdown(matrix))
    else:
        console.tell(lines(matrix))
        console.tell([] if problem else [f"evidence: {place}"])
    outputs.end(ctx, verdict(matrix), problem)
