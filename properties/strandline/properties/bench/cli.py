"""The command ``strandline bench``."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click
import msgspec

from strandline.properties.bench import report, searches
from strandline.properties.bench.alone import UnmeasuredError
from strandline.properties.counting import many
from strandline.properties.interruption import reporting
from strandline.properties.options import BROKEN, FORMAT, Group, refuse, refuse_unknown
from strandline.properties.report import console
from strandline.properties.report.evidence import ran_here, sources
from strandline.properties.verdict import EXIT_CODES

if TYPE_CHECKING:
    from strandline.properties.bench.report import Growth, SizeOutcome

ROUNDS: Final = 3
"""How often each search is measured."""

ROUNDS_MAX: Final = 99

_EPILOG: Final = """\b
Exit codes: 0 reached, 1 a worse ratio than is to be reached or was before,
            or counts that differ, 2 a mistake in the call, 3 interrupted,
            4 a search failed.
Example:    strandline bench exhaust --format json > before.json
            strandline bench exhaust --compare before.json
"""


@click.group("bench", cls=Group)
def bench_command() -> None:
    """Measure what an engine gains, in one run on this machine."""


@bench_command.command("exhaust", epilog=_EPILOG)
@click.option("--rounds", type=click.IntRange(1, ROUNDS_MAX), default=ROUNDS, show_default=True, help="Runs of each.")
@click.option("--size", "chosen", multiple=True, metavar="NAME", help="Measure this size only; may be repeated.")
@click.option("--growth/--no-growth", "growing", default=True, help="Measure one more of each bound, or do not.")
@click.option("--compare", type=click.Path(path_type=Path), metavar="FILE", help="Fail on a worse ratio than in FILE.")
@FORMAT
@click.pass_context
def bench_exhaust(  # noqa: PLR0913 - one parameter for each option
    ctx: click.Context,
    /,
    *,
    rounds: int,
    chosen: tuple[str, ...],
    growing: bool,
    compare: Path | None,
    output: str,
) -> None:
    """Measure the search against the plain search: same model, same world, same run.

    Both search two sizes of one world in turn, each run in a process of its own, and must count the same; the ratio is
    that of the medians. Then the smaller world is searched with one more of each thing that bounds it.
    """
    refuse_unknown("size", chosen, tuple(searches.SIZES))
    try:
        before = report.earlier(compare) if compare is not None else None
    except report.Unlike as error:
        refuse(error)
    began, clock = datetime.now(UTC), time.monotonic()
    sizes: list[SizeOutcome] = []
    grown: list[Growth] = []
    cut = False
    try:
        with console.Progress() as progress:
            _measure(tuple(chosen or searches.SIZES), rounds, sizes, progress)
            for one in searches.grown() if growing else ():
                grown.append(report.growth(one))
                progress.say(f"one more {one.bound or 'of nothing'}: {many(one.measured.states, 'state')}")
    except KeyboardInterrupt:
        cut = True
    except UnmeasuredError as error:
        console.complain(str(error))
        ctx.exit(BROKEN)
    ctx.with_resource(reporting())
    said = report.problems(tuple(sizes), before)
    verdict = report.verdict(said, cut=cut)
    seconds = time.monotonic() - clock
    run = ran_here(began.isoformat(timespec="seconds"), seconds)
    bench = report.Bench(1, verdict, said, sources(), tuple(sizes), tuple(grown), run)
    if output == "json":
        click.echo(msgspec.json.format(msgspec.json.encode(bench), indent=2) + b"\n", nl=False)
    else:
        console.tell(report.lines(bench))
    ctx.exit(EXIT_CODES[verdict])


def _measure(names: tuple[str, ...], rounds: int, sizes: list[SizeOutcome], progress: console.Progress) -> None:
    for name in names:
        for one in searches.compared(name, rounds):
            if isinstance(one, searches.Compared):
                sizes.append(report.size_outcome(one))
            else:
                progress.keep(f"{name}: {many(one.states, 'state')} in {one.seconds:,.2f} s")
