"""The command ``bench threads``: what an append to a thread costs, and what goes on behind it."""

from __future__ import annotations

import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import click
import msgspec

from strandline.impl.threads.product.bench.appends import Appended, Case, appends, synced
from strandline.impl.threads.product.bench.behind import Blocked, Burst, blocked, burst, over_wait, paced
from strandline.properties.commands import console
from strandline.properties.commands.options import BROKEN, FOLDER, FORMAT
from strandline.properties.core.counting import many
from strandline.properties.core.verdict import EXIT_CODES, Verdict
from strandline.properties.evidence.evidence import ran_here, sources
from strandline.properties.harness.alone import UnmeasuredError, alone

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from strandline.impl.threads.product.bench.sampled import Times

REACH: Final = 30.0
"""How many times sooner an append is to return than one that projects first, at full synchronous, with one thread."""
BLOCKED_MAX: Final = 2.0
"""How many times as long the slowest appends may take while projections are blocked."""
PROJECTIONS_MAX: Final = 100
"""Projections that a burst may cost."""
GROWN_MAX: Final = 16 << 20
"""Bytes by which ten times as many appends may raise the peak of memory."""
ROUNDS: Final = 3
"""How often each thing is measured."""
ROUNDS_MAX: Final = 99
THREADS: Final = (1, 100, 1_000)
"""Numbers of live threads."""
TOGETHER: Final = 4
"""Threads of the process that append at once, where projections are counted."""
_MIB: Final = 1 << 20

_EPILOG: Final = """\b
Exit codes: 0 reached, 1 something is worse than is to be reached, 2 a mistake
            in the call, 3 interrupted, 4 a measurement failed.
Example:    strandline bench threads --rounds 3 --format json
"""


class Bench(NamedTuple):
    """What was measured; None where it was not, or could not be."""

    appended: tuple[tuple[Case, Appended | None], ...] = ()
    synced: Times | None = None
    blocked: Blocked | None = None
    over_wait: Times | None = None
    paced: float | None = None
    burst: Burst | None = None


@click.command("threads", epilog=_EPILOG)
@click.option("--rounds", type=click.IntRange(1, ROUNDS_MAX), default=ROUNDS, show_default=True, help="Runs of each.")
@click.option("--threads", "counts", type=click.IntRange(1), multiple=True, help="Live threads.  [default: 1 100 1000]")
@click.option(
    "--dir",
    "where",
    type=FOLDER,
    help="A folder on the disk to measure.  [default: that of temporary files]",
)
@FORMAT
@click.pass_context
def bench_threads(ctx: click.Context, *, rounds: int, counts: tuple[int, ...], where: Path | None, output: str) -> None:
    """Measure an append to a thread against one that projects before it returns: same lines, same disk, same run.

    Both are measured in turn in one process, with a connection that is kept, and the ratio is that of the medians. Then
    the slowest appends while projections are blocked for a second are compared with those while they are not, and what
    a burst of appends costs is counted. Times are in microseconds; a disk that others use makes all of them longer.
    """
    began, clock = datetime.now(UTC), time.monotonic()
    bench, cut = Bench(), False
    try:
        with console.Progress() as progress:
            for so_far, name in _measured(rounds, counts or THREADS, where):
                bench = so_far
                progress.say(f"measured: {name}")
    except KeyboardInterrupt:
        cut = True
    except UnmeasuredError as error:
        console.complain(str(error))
        ctx.exit(BROKEN)
    said = problems(bench)
    short = cut or any(found is None for _, found in bench.appended)
    verdict = Verdict.VIOLATED if said else Verdict.INCONCLUSIVE if short else Verdict.HOLDS
    if output == "json":
        run = ran_here(began.isoformat(timespec="seconds"), time.monotonic() - clock)
        about = {"version": 1, "verdict": verdict, "problems": said, "sources": sources()}
        console.document({**about, **document(bench), "run": msgspec.to_builtins(run)})
    else:
        console.tell(lines(bench, said, verdict))
    ctx.exit(EXIT_CODES[verdict])


def _measured(rounds: int, counts: tuple[int, ...], where: Path | None) -> Iterator[tuple[Bench, str]]:
    """Make one measurement after the other, and give what there is by then, and what came last."""
    bench = Bench()
    for count in counts:
        for face in ("blocking", "trio"):
            for case in (Case(face, count, "full"), Case(face, count, "normal")):
                found = _apart(where, appends, case, rounds)
                bench = bench._replace(appended=(*bench.appended, (case, found)))
                yield bench, _named(case)
    for name, measure, more in (
        ("synced", synced, (rounds,)),
        ("blocked", blocked, (rounds,)),
        ("over_wait", over_wait, (rounds,)),
        ("paced", paced, (TOGETHER,)),
        ("burst", burst, ()),
    ):
        bench = bench._replace(**{name: _apart(where, measure, *more)})
        yield bench, name.replace("_", "-")


def _named(case: Case) -> str:
    return f"{case.face} {case.threads:,} {case.synchronous}"


def _apart(where: Path | None, measure: Callable[..., Any], *arguments: object) -> Any:  # noqa: ANN401 - what it gives
    """Measure in a process and a folder of its own."""
    with tempfile.TemporaryDirectory(dir=where) as folder:
        return alone(measure, Path(folder), *arguments)


def problems(bench: Bench) -> list[str]:
    """Say what is worse than is to be reached."""
    said = [
        f"{case.face}: an append returns {found.ratio:,.1f} times sooner than one that projects first, and {REACH:g}"
        " is to be reached"
        for case, found in bench.appended
        if found is not None and case[1:] == (1, "full") and found.ratio < REACH
    ]
    if bench.blocked is not None and bench.blocked.ratio > BLOCKED_MAX:
        said.append(f"blocked: {bench.blocked.ratio:,.1f} times as long, and {BLOCKED_MAX:g} is the most")
    if bench.burst is not None and bench.burst.projections > PROJECTIONS_MAX:
        said.append(f"burst: {many(bench.burst.projections, 'projection')}, and {PROJECTIONS_MAX} is the most")
    if bench.burst is not None and (bench.burst.grown or 0) > GROWN_MAX:
        said.append(f"burst: {bench.burst.grown or 0:,} bytes more at the peak, and {GROWN_MAX:,} is the most")
    return said


def document(bench: Bench) -> dict[str, Any]:
    """Give what was measured as it goes into JSON; times are in microseconds."""
    rest = {name: value for name, value in bench._asdict().items() if name != "appended"}
    return {
        "appended": [
            {**case._asdict(), **({} if found is None else {**_plain(found), "ratio": round(found.ratio, 2)})}
            for case, found in bench.appended
        ],
        **_plain(rest),
    }


def _plain(value: Any) -> Any:  # noqa: ANN401 - JSON
    """Make objects of named tuples."""
    if hasattr(value, "_asdict"):
        value = value._asdict()
    return {name: _plain(one) for name, one in value.items()} if isinstance(value, dict) else value


def lines(bench: Bench, said: list[str], verdict: Verdict) -> Iterator[str]:
    """Say what was measured."""
    head = ("append", "", "then project", "", "projection", "", "ratio")
    yield f"{'microseconds':<26}" + "".join(f"{name:>13}" for name in head)
    yield f"{'':<26}" + "".join(f"{name:>13}" for name in ("p50", "p99") * 3)
    for case, found in bench.appended:
        name = _named(case)
        if found is None:
            yield f"{name:<26}  not measured: this process may not open so many files"
            continue
        times = (*found.append, *found.then_project, *found.projection)
        yield f"{name:<26}" + "".join(f"{one:>13,.1f}" for one in times) + f"{found.ratio:>13,.1f}"
    if bench.synced is not None:
        yield f"{'blocking 1, rollout fsync':<26}" + "".join(f"{one:>13,.1f}" for one in bench.synced)
    yield ""
    if bench.blocked is not None:
        found_ = bench.blocked
        yield (
            f"blocked for a second: append p50 {found_.blocked.p50:,.1f}, p99 {found_.blocked.p99:,.1f};"
            f" idle {found_.idle.p50:,.1f}, {found_.idle.p99:,.1f}; p99 {found_.ratio:,.2f} times as long"
        )
    if bench.over_wait is not None:
        yield f"over-wait of a barrier: p50 {bench.over_wait.p50:,.1f}, p99 {bench.over_wait.p99:,.1f}"
    if bench.paced is not None:
        yield f"projections per 1,000 appends, of {TOGETHER} threads at once: {bench.paced:,.1f}"
    if bench.burst is not None:
        yield from _burst(bench.burst)
    yield from said
    yield f"bench threads: {verdict}"


def _burst(found: Burst) -> Iterator[str]:
    memory = "" if found.peak is None else f", {found.peak / _MIB:,.0f} MiB at the peak"
    grown = "" if found.grown is None else f", {found.grown / _MIB:,.1f} MiB more than after a tenth of it"
    yield (
        f"burst of {many(found.appends, 'append')} in {found.seconds:,.2f} s: {many(found.projections, 'projection')},"
        f" caught up in {found.catch_up * 1000:,.1f} ms{memory}{grown}"
    )
