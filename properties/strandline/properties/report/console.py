"""What people see: progress on a terminal or in a pipe, and the outcome of a check."""

from __future__ import annotations

import json
import shlex
import sqlite3
import sys
import time
from contextlib import suppress
from dataclasses import asdict
from typing import TYPE_CHECKING, Final

import click
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from strandline.properties.blackbox.outside import OUTSIDE
from strandline.properties.laws import LAWS
from strandline.properties.live import follow
from strandline.properties.live.turns import cost, fields
from strandline.properties.report import evidence, folder
from strandline.properties.report.lanes import lanes, printable
from strandline.properties.report.replay import compact, file_name
from strandline.properties.report.retrace import retrace
from strandline.properties.verdict import Exhibit

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path
    from types import TracebackType
    from typing import Self
    from zoneinfo import ZoneInfo

    from rich.status import Status

    from strandline.properties.blackbox.judged import Bench
    from strandline.properties.blackbox.subject import Launch
    from strandline.properties.live import writer
    from strandline.properties.live.turns import Asked, Shown
    from strandline.properties.mutant import Mutant
    from strandline.properties.report.document import Evidence, LawOutcome, Said
    from strandline.properties.specimens import Specimen
    from strandline.properties.verdict import Trace

EVERY: Final = 2.0
"""Seconds between two lines of passing progress in a pipe."""

PASTED_MAX: Final = 4_000
"""Characters of a line to be pasted; a trace that needs more is in its file alone."""

_LIVELY: Final = 0.1  # seconds between two changes of the line on a terminal
_VERDICT_MIN: Final = 12  # columns of a verdict in the table of laws
COLORS: Final = {"holds": "green", "violated": "red", "inconclusive": "yellow", "broken": "magenta"}


class Progress:
    """Tells progress on standard error: one line that changes on a terminal, now and then a line in a pipe.

    Whoever reads it may go away without an effect on the work.
    """

    def __init__(self) -> None:
        """Find out what standard error is."""
        self._console = Console(stderr=True, highlight=False, markup=False, emoji=False, soft_wrap=True)
        self._status: Status | None = None
        self._told = float("-inf")
        self._gone = False

    def __enter__(self) -> Self:
        """Begin."""
        if self._console.is_terminal:
            self._status = self._console.status("")
            self._status.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Take the changing line away."""
        if self._status is not None:
            self._status.stop()

    def say(self, line: str) -> None:
        """Tell something that the next line may replace."""
        now = time.monotonic()
        if now - self._told < (EVERY if self._status is None else _LIVELY):
            return
        self._told = now
        if self._status is None:
            self.keep(line)
        else:
            self._status.update(Text(printable(line), overflow="ellipsis", no_wrap=True))

    def keep(self, line: str) -> None:
        """Tell something that stays."""
        if self._status is not None:
            self._console.print(Text(printable(line)))
        elif not self._gone:
            try:
                click.echo(printable(line), err=True)
            except OSError:
                self._gone = True


def complain(line: str) -> None:
    """Write one clear line to standard error."""
    click.echo(f"strandline: {printable(line)}", err=True)


def tell(lines: Iterable[str]) -> None:
    """Write lines to standard output."""
    for line in lines:
        click.echo(line)


def saved(found: Evidence, exhibits: dict[Trace, Exhibit], drawn: list[str], out: Path) -> str | None:
    """Write the evidence; give a line that says why it could not be written, None if it is."""
    try:
        folder.save(found, exhibits, drawn, out)
    except folder.UnwrittenError as error:
        return str(error)
    return None


def outcome(found: Evidence, out: Path | None) -> Iterator[str]:
    """Say how a check came out: the laws with their claims, the engines that did not run, the sum, the evidence.

    ``out`` is the folder of the evidence, None if it could not be written.
    """
    claims = found.claims
    wide = max(_VERDICT_MIN, *(len(law.verdict) for law in claims.laws))
    for law in claims.laws:
        yield _law(law, wide)
    yield ""
    for numbers, claim in evidence.grouped(claims.laws):
        yield f"{' '.join(numbers)}: {_claim(claim)}"
    for run in claims.engines:
        if run.state != "ran":
            yield f"{run.engine} {run.state}: {printable(run.detail)}"
    if claims.skipped:
        yield "A skipped engine is not a pass."
    yield f"{claims.subject}: {_colored(claims.verdict, claims.verdict)}"
    if out is not None:
        yield f"evidence: {out / 'evidence.json'} and {out / 'summary.md'}"


def _law(law: LawOutcome, wide: int) -> str:
    """Write one law: its verdict in so many columns, and what each engine rests its claim on."""
    says = printable(law.says) or "; ".join(f"{engine} {grounds}" for engine, grounds in _grounds(law).items())
    return f"{law.law:<4} {law.name:<10} {_colored(law.verdict.ljust(wide), law.verdict)} {says}".rstrip()


def _grounds(law: LawOutcome) -> dict[str, str]:
    """Say in brief what each engine did about a law: its first count, or how many claims it makes."""
    grounds: dict[str, str] = {}
    for name in dict.fromkeys(claim.engine for claim in law.claims):
        claims = [claim for claim in law.claims if claim.engine == name]
        what, count = next(iter(claims[0].counts.items()), ("claim", 1))
        grounds[name] = f"{count:,} {what}" if len(claims) == 1 else f"{len(claims):,} claims"
    return grounds


def _claim(claim: Said) -> str:
    """Write one claim with its own counts; they are never added to another engine's."""
    verdict = "" if claim.verdict == "holds" else f"{_colored(claim.verdict, claim.verdict)}: "
    counts = ", ".join(f"{value:,} {name}" for name, value in claim.counts.items())
    return f"{claim.engine}: {verdict}{printable(claim.says)}" + (f" ({counts})" if counts else "")


def _colored(text: str, verdict: str) -> str:
    return click.style(text, fg=COLORS.get(verdict))


def speak_plainly() -> None:
    """Let no character that the terminal cannot show end the program; it is shown as an escape."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="backslashreplace")


def exhibited(traces: tuple[Trace, ...], bench: Bench | None = None) -> dict[Trace, Exhibit]:
    """Give what each trace looks like.

    ``bench`` judged somebody else's scanner and still knows what it saw; otherwise the steps are taken again.
    """
    return {trace: _exhibit(trace, bench) for trace in traces}


def _exhibit(trace: Trace, bench: Bench | None) -> Exhibit:
    try:
        return retrace(trace) if bench is None else bench.exhibits[trace]
    except Exception as error:  # noqa: BLE001 - the violation has been found; a drawing that fails must not hide it
        return Exhibit(trace, (), (f"The trace cannot be drawn: {type(error).__name__}: {error}",), 0, broken=True)


def drawing(exhibits: dict[Trace, Exhibit], out: Path, bench: Bench | None = None) -> list[str]:
    """Draw the first trace, with the lines that replay it; nothing if there is none."""
    launch, laws = (bench.launch, OUTSIDE) if bench is not None else (None, LAWS)
    for trace, exhibit in exhibits.items():
        again = replay_line(str(out / "traces" / file_name(trace)), launch)
        return [*lanes(exhibit, laws=laws), "", *pasted(trace, launch), "take it again:", f"  {again}"]
    return []


def pasted(trace: Trace, launch: Launch | None = None) -> list[str]:
    """Give the line that takes a trace again wherever it is pasted, without a file; nothing if it would be too long."""
    line = f"printf %s {shlex.quote(compact(trace).decode())} | {replay_line('-', launch)}"
    return ["paste to take it again without a file:", f"  {printable(line)}"] if len(line) <= PASTED_MAX else []


def replay_line(source: str, launch: Launch | None = None) -> str:
    """Give the line for a shell that replays the trace in a file, on somebody else's scanner if it is one's."""
    return shlex.join(["strandline", "replay", source, *(launch.option if launch is not None else ())])


def listed(designs: Iterable[Mutant | Specimen], output: str) -> Iterator[str]:
    """List mutants or specimens."""
    if output == "json":
        yield json.dumps([{"name": d.name, "hazard": d.hazard, "law": d.law, "says": d.says} for d in designs])
        return
    for design in designs:
        yield f"{design.name:<24} {design.hazard:<4} {design.law:<4} {printable(design.says)}"


def written(progress: writer.Progress) -> str:
    """Say how far the writer has come."""
    return (
        f"{progress.rows:,} rows written, {progress.pruned:,} pruned, "
        f"{progress.commits:,} commits, highest id {progress.highest:,}"
    )


def totals(progress: writer.Progress, seconds: float, *, interrupted: bool, output: str) -> str:
    """Say what the writer did in all."""
    if output == "json":
        return json.dumps({**asdict(progress), "seconds": round(seconds, 3), "interrupted": interrupted})
    rate = progress.rows / seconds if seconds else 0.0
    return f"{written(progress)}, {seconds:,.1f} s, {rate:,.0f} rows/s" + (", interrupted" if interrupted else "")


def writer_exit_code(error: writer.WriterError) -> int:
    """Give 4 if SQLite failed in its work, so that another try may go well, and 2 if the file is none to write to."""
    return 4 if isinstance(error.__cause__, sqlite3.OperationalError) else 2


def tell_turns(shown: Shown, asked: Asked) -> None:
    """Show turns: a table on a terminal, tabs in a pipe; what was read goes to standard error."""
    if sys.stdout.isatty() and shown.turns:
        table = Table(show_edge=False, header_style="bold", box=box.SIMPLE_HEAD)
        for name in ("turn", "thread", f"time ({asked.zone})", "model"):
            table.add_column(name, overflow="fold")
        for turn in shown.turns:
            table.add_row(*(Text(field) for field in fields(turn, asked.zone)))
        Console(highlight=False).print(table)
    else:
        tell("\t".join(fields(turn, asked.zone)) for turn in shown.turns)
    click.echo(cost(shown, asked.path), err=True)


def followed(refreshes: Iterable[follow.Refresh], zone: ZoneInfo, *, judging: bool, output: str) -> int:
    """Show each refresh as it comes, until the last, Ctrl-C or a difference; then sum up and give the exit code."""
    seen = follow.Totals()
    with suppress(KeyboardInterrupt):
        for refresh in refreshes:
            seen.add(refresh)
            found = refresh.judged.differences if refresh.judged else ()
            if output == "json":
                click.echo(json.dumps(follow.document(refresh, zone)))
            else:
                tell([follow.line(refresh, zone), *follow.side_by_side(found, zone)])
            if found:
                break
    if output == "json":
        click.echo(json.dumps(follow.totals_document(seen, judging=judging)))
    else:
        tell(follow.summary(seen, judging=judging))
    return seen.exit_code(judging=judging)
