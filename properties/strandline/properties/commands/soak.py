"""The command ``strandline soak``."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import click

from strandline.properties.commands import console, outputs
from strandline.properties.commands.options import BROKEN, FORMAT, PATH, duration, refuse_unknown
from strandline.properties.commands.plugin import BUILT_IN
from strandline.properties.core.named import LoadError
from strandline.properties.core.system import SHIPPED, System, system_of
from strandline.properties.engines.soak.command import NeverBeganError, Wanted, soaked
from strandline.properties.engines.soak.lines import lines
from strandline.properties.engines.soak.plugin import CASES_MAX, NUMBER_MAX, SEED_MAX, STEPS, STEPS_MAX
from strandline.properties.engines.soak.report import REPORT
from strandline.properties.evidence.evidence import encode
from strandline.properties.evidence.folder import UnwrittenError
from strandline.properties.harness.interruption import reporting, stopping

if TYPE_CHECKING:
    from pathlib import Path

SECONDS: Final = 600.0
"""How long a soak takes unless something else bounds it."""

_EPILOG: Final = """\b
Exit codes: 0 holds, 1 violated, 2 a mistake in the call, 3 inconclusive,
            4 broken.
Example:    strandline soak --for 10m -n auto
            strandline soak --for 2m --mutant dominance
"""


@click.command("soak", epilog=_EPILOG)
@click.argument("system", default="", metavar="[MODULE:SYSTEM]")
@click.option("--for", "length", type=duration, help="Play for this time: 90s, 10m, 8h.  [default: 10m]")
@click.option(
    "-n", "workers", default="auto", show_default=True, metavar="N", help="Worker processes; auto: one a core."
)
@click.option("--cases", type=click.IntRange(1, CASES_MAX), help="End after so many cases in all.")
@click.option("--steps", type=click.IntRange(1, STEPS_MAX), default=STEPS, show_default=True, help="Steps of a case.")
@click.option("--mutant", default=SHIPPED, metavar="NAME", help="Plant a known-bad variant, to see it caught.")
@click.option("--seed", type=click.IntRange(0, SEED_MAX), help="Draw from this seed.  [default: a fresh one]")
@click.option("--slice", "number", type=click.IntRange(0, NUMBER_MAX), help="Play this slice of --seed again.")
@click.option("--out", type=PATH, help="A new folder.  [default: one below .strandline/runs]")
@FORMAT
@click.pass_context
def soak_command(  # noqa: PLR0913 - one parameter for each option
    ctx: click.Context,
    *,
    system: str,
    length: float | None,
    workers: str,
    cases: int | None,
    steps: int,
    mutant: str,
    seed: int | None,
    number: int | None,
    out: Path | None,
    output: str,
) -> None:
    """Play the state machines with fresh seeds on every core, until the time is up.

    This is pytest --soak in a child of its own. Each worker keeps a journal, line by line, so that one that dies takes
    nothing recorded along; the report adds the journals up. A violation ends the soak and leaves a trace. Ctrl-C,
    SIGTERM and SIGHUP end it as inconclusive, with the report of what was recorded.
    """
    played = _found(system)
    refuse_unknown("mutant", (mutant,), (SHIPPED, *played.mutants))
    if re.fullmatch(r"auto|[0-9]{1,3}", workers) is None:
        raise click.UsageError(f"-n {workers!r}: write auto or a number of workers up to 999")
    if number is not None and seed is None:
        raise click.UsageError("--slice needs --seed: a slice has its number within a soak")
    if out is not None and out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise click.UsageError(f"--out: {out} is not empty: name a new folder")
    bounded = length is not None or cases is not None or number is not None
    wanted = Wanted(length if bounded else SECONDS, cases, number, workers, mutant, steps, seed, system)
    folder = outputs.run_folder(out, "soak")
    try:
        with stopping() as stop, console.Progress() as progress:
            found = soaked(wanted, played, folder, stop, progress.say)
    except NeverBeganError as error:
        console.complain(f"the soak never began: {error}")
        ctx.exit(BROKEN)
    except UnwrittenError as error:
        console.complain(str(error))
        ctx.exit(BROKEN)
    ctx.with_resource(reporting())
    if output == "json":
        console.document(encode(found))
    else:
        console.tell([*lines(found), f"report: {folder / REPORT}"])
    ctx.exit(found.exit_code)


def _found(system: str) -> System:
    try:
        return system_of(system or BUILT_IN)
    except LoadError as error:
        raise click.UsageError(str(error)) from error
