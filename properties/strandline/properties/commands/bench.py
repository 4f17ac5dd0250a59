"""The command ``strandline bench``."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

import click
from platformdirs import user_cache_path

from strandline.impl.memo.product.writer.write import WriterError
from strandline.properties.commands import console
from strandline.properties.commands.bench_threads import bench_threads
from strandline.properties.commands.group import Group
from strandline.properties.commands.options import BROKEN, FORMAT, PATH, amount, refuse, refuse_unknown
from strandline.properties.core.counting import many
from strandline.properties.core.verdict import EXIT_CODES
from strandline.properties.engines.shapes import measured
from strandline.properties.evidence.evidence import encode, ran_here, sources
from strandline.properties.harness.alone import UnmeasuredError, alone
from strandline.properties.harness.interruption import reporting
from strandline.properties.systems.memo.bench import logs, report, scanner_report, scanning, searches

if TYPE_CHECKING:
    from pathlib import Path

    from strandline.properties.systems.memo.bench.report import Growth, ShapeOutcome, SizeOutcome

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


ROWS: Final = 320_000
"""Rows of the log that the scanner is measured on."""

ROWS_MAX: Final = 5_000_000
"""The most of them: the writer knows ten thousand threads, and each gets five hundred rows."""

BYTES: Final = 900_000_000
"""Bytes of it."""

TENTH: Final = 10
"""The other log has so many times fewer rows and bytes."""

_SCANNER: Final = """\b
Exit codes: 0 measured, 1 an answer is not the oracle's, or a point takes
            longer than before, 2 a mistake in the call, 3 interrupted,
            4 a measurement failed.
Example:    strandline bench scanner --format json > before.json
            strandline bench scanner --compare before.json
"""


@click.group("bench", cls=Group)
def bench_command() -> None:
    """Measure what an engine gains, how fast the scanner is, or what a store costs, in one run on this machine."""


bench_command.add_command(bench_threads)


@bench_command.command("exhaust", epilog=_EPILOG)
@click.option("--rounds", type=click.IntRange(1, ROUNDS_MAX), default=ROUNDS, show_default=True, help="Runs of each.")
@click.option("--size", "chosen", multiple=True, metavar="NAME", help="Measure this size only; may be repeated.")
@click.option("--growth/--no-growth", "growing", default=True, help="Measure one more of each bound, or do not.")
@click.option("--shapes/--no-shapes", "shaped", default=True, help="Measure worlds of one shape each, or do not.")
@click.option("--compare", type=PATH, metavar="FILE", help="Fail on a worse ratio than in FILE.")
@FORMAT
@click.pass_context
def bench_exhaust(  # noqa: PLR0913 - one parameter for each option
    ctx: click.Context,
    /,
    *,
    rounds: int,
    chosen: tuple[str, ...],
    growing: bool,
    shaped: bool,
    compare: Path | None,
    output: str,
) -> None:
    """Measure the search against the plain search: same model, same world, same run.

    Both search two sizes of one world in turn, each run in a process of its own, and must count the same; the ratio is
    that of the medians. Then the smaller world is searched with one more of each thing that bounds it. Before that come
    worlds of one shape each, narrow or wide, by the seconds that the processor worked.
    """
    refuse_unknown("size", chosen, tuple(searches.SIZES))
    try:
        before = report.earlier(compare) if compare is not None else None
    except report.Unlike as error:
        refuse(error)
    began, clock = datetime.now(UTC), time.monotonic()
    sizes: list[SizeOutcome] = []
    grown: list[Growth] = []
    shapes: list[ShapeOutcome] = []
    cut = False
    try:
        with console.Progress() as progress:
            for shape in measured.compared(rounds) if shaped and not chosen else ():
                shapes.append(report.shape_outcome(shape))
                progress.say(f"{shape.name}: {many(shape.runs[0].states, 'state')}")
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
    said = report.problems(tuple(sizes), tuple(shapes), before)
    verdict = report.verdict(said, cut=cut)
    seconds = time.monotonic() - clock
    run = ran_here(began.isoformat(timespec="seconds"), seconds)
    bench = report.Bench(2, verdict, said, sources(), tuple(sizes), tuple(grown), tuple(shapes), run)
    if output == "json":
        console.document(encode(bench))
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


@bench_command.command("scanner", epilog=_SCANNER)
@click.option("--rows", type=click.IntRange(1_000, ROWS_MAX), default=ROWS, show_default=True, help="Rows of the log.")
@click.option("--bytes", "size", type=amount, default=str(BYTES), show_default=True, help="Bytes of it, about.")
@click.option("--rounds", type=click.IntRange(1, ROUNDS_MAX), default=ROUNDS, show_default=True, help="Runs of each.")
@click.option("--folder", type=PATH, metavar="DIR", help="Keep logs here.  [default: in the cache]")
@click.option("--compare", type=PATH, metavar="FILE", help="Fail on a worse ratio than in FILE.")
@FORMAT
@click.pass_context
def bench_scanner(  # noqa: PLR0913 - one parameter for each option
    ctx: click.Context,
    /,
    *,
    rows: int,
    size: int,
    rounds: int,
    folder: Path | None,
    compare: Path | None,
    output: str,
) -> None:
    """Measure the scanner beside a bare statement with a LIKE for each marker: same file, same run.

    The log is written by the synthetic writer, a quarter of it like each version of codex, and kept for the next run;
    so is one of a tenth of the size. Each answer is held against a full scan by the oracle, which takes most of the
    time. Times below a millisecond are not compared with an earlier run.
    """
    try:
        kind = scanner_report.ScannerBench
        before = report.kept(compare, kind, "bench of the scanner") if compare is not None else None
    except report.Unlike as error:
        refuse(error)
    began, clock = datetime.now(UTC), time.monotonic()
    place = user_cache_path("strandline", appauthor=False) / "bench" if folder is None else folder
    found: list[scanner_report.LogOutcome] = []
    cut = False
    try:
        with console.Progress() as progress:
            for count, bound in ((rows, size), (rows // TENTH, size // TENTH)):
                log = logs.kept(place, count, bound, progress.say)
                progress.say(f"measuring {log}")
                peak = alone(scanning.peaked, log)
                found.append(scanner_report.log_outcome(count, bound, alone(scanning.scanned, log, rounds), peak))
    except KeyboardInterrupt:
        cut = True
    except (UnmeasuredError, WriterError, OSError) as error:
        console.complain(str(error))
        ctx.exit(BROKEN)
    ctx.with_resource(reporting())
    said = scanner_report.problems(tuple(found), before)
    verdict = report.verdict(said, cut=cut)
    run = ran_here(began.isoformat(timespec="seconds"), time.monotonic() - clock)
    reached = () if cut else scanner_report.goals(tuple(found))
    bench = scanner_report.ScannerBench(1, verdict, said, reached, sources(), tuple(found), run)
    if output == "json":
        console.document(encode(bench))
    else:
        console.tell(scanner_report.lines(bench))
    ctx.exit(EXIT_CODES[verdict])
