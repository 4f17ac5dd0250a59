"""The commands ``strandline report`` and ``strandline verify``."""

from __future__ import annotations

import json
import os
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from strandline.properties.blackbox import judged
from strandline.properties.blackbox.subjects import bench_for, subject_options
from strandline.properties.check import check, check_specimen
from strandline.properties.mutants import MUTANTS, SHIPPED
from strandline.properties.options import BROKEN, FORMAT, USAGE, refuse, refuse_unknown
from strandline.properties.report import console, evidence, folder, lines
from strandline.properties.report.compare import compare, exit_code
from strandline.properties.report.evidence import grouped
from strandline.properties.report.junit import junit
from strandline.properties.report.lanes import lanes
from strandline.properties.report.page import page
from strandline.properties.report.reading import BadEvidenceError, load
from strandline.properties.report.replay import to_trace
from strandline.properties.report.shown import exhibit
from strandline.properties.report.summary import summary
from strandline.properties.report.verify import Verified, moved, verify
from strandline.properties.specimens import PREFIX, SPECIMENS

if TYPE_CHECKING:
    from collections.abc import Callable

    from strandline.properties.blackbox.judged import Bench
    from strandline.properties.check import Findings
    from strandline.properties.report.document import Evidence

JOB_SUMMARY: Final = "GITHUB_STEP_SUMMARY"
"""The variable that names the file which a GitHub job shows as its summary."""

_REPORT: Final = """\b
Exit codes: 0 written; 2 no evidence, or a mistake in the call; 4 a file could
            not be written. With --compare: 0 nothing is weaker, 1 something
            is, 3 something changed that no document can weigh.
Example:    strandline report .strandline/evidence.json --html report.html
            strandline report --compare old.json new.json
"""

_VERIFY: Final = """\b
Exit codes: 0 byte for byte the same, 1 a claim differs, 2 no evidence, or a
            mistake in the call, 3 not verified: the sources differ, or not
            every claim was run again.
Example:    strandline verify .strandline/evidence.json
"""


@click.command("report", epilog=_REPORT)
@click.argument("sources", metavar="EVIDENCE [NEW]", nargs=-1)
@click.option("--out", type=click.Path(path_type=Path), help="Write the summary to this file, not to standard output.")
@click.option("--html", type=click.Path(path_type=Path), help="Write a page that needs nothing else to this file.")
@click.option("--junit", "xml", type=click.Path(path_type=Path), help="Write JUnit's XML for a CI system to this file.")
@click.option("--compare", "comparing", is_flag=True, help="Say what is weaker or stronger in NEW.")
@click.option("--schema", "asking", is_flag=True, help="Print the JSON Schema of the evidence, and nothing else.")
@FORMAT
@click.pass_context
def report_command(  # noqa: PLR0913 - one parameter for each option
    ctx: click.Context,
    /,
    *,
    sources: tuple[str, ...],
    out: Path | None,
    html: Path | None,
    xml: Path | None,
    comparing: bool,
    asking: bool,
    output: str,
) -> None:
    """Tell what a document of evidence says: a summary in Markdown, a page in HTML, or what became of another one.

    EVIDENCE is a file, - is standard input. Nothing in it is run, and nothing is looked up elsewhere. Where
    GITHUB_STEP_SUMMARY names a file, the summary is added to it.
    """
    if asking:
        click.echo(evidence.schema(), nl=False)
        return
    if len(sources) != (2 if comparing else 1):
        raise click.UsageError("--compare takes two documents" if comparing else "name one document of evidence")
    if comparing and (out or html or xml):
        raise click.UsageError("--compare excludes --out, --html and --junit")
    found = [_loaded(ctx, source) for source in sources]
    if comparing:
        ctx.exit(_compared(found[0], found[1], output))
    drawings = _drawn(found[0])
    text = summary(found[0], grouped(found[0].claims.laws), next(iter(drawings.values()), []))
    problems = [
        *_written(out, text),
        *_written(html, page(found[0]) if html else ""),
        *_written(xml, junit(found[0], drawings) if xml else ""),
        *_added(text),
    ]
    if output == "json":
        click.echo(json.dumps(lines.brief(found[0].claims)))
    elif out is None:
        click.echo(text, nl=False)
    for problem in problems:
        console.complain(problem)
    ctx.exit(BROKEN if problems else 0)


@click.command("verify", epilog=_VERIFY)
@click.argument("source", metavar="EVIDENCE")
@click.option("--engine", "chosen", multiple=True, metavar="NAME", help="Run this engine only; may be repeated.")
@subject_options
@FORMAT
@click.pass_context
def verify_command(
    ctx: click.Context,
    /,
    *,
    source: str,
    chosen: tuple[str, ...],
    output: str,
    **subject: Any,  # noqa: ANN401 - the options of subject_options
) -> None:
    """Run the claims of a document of evidence again, on the same sources, and compare them byte for byte.

    EVIDENCE is a file, - is standard input. Times and machines are no claims. Somebody else's scanner is to be named
    again, with --subject or --subject-cmd: a document never says what to run.
    """
    bench = bench_for(**subject)
    found = _loaded(ctx, source)
    refuse_unknown("engine in the evidence", chosen, tuple(run.engine for run in found.claims.engines))
    changed = moved(found.claims)
    if changed:
        outcome = Verified(moved=changed)
    else:
        judge = _judge(source, found, bench)
        with console.Progress() as progress:
            outcome = verify(
                found,
                lambda engines: judge(engines, progress.say, progress.keep),
                partial(console.exhibited, bench=bench),
                judged.DOES_NOT_SHOW if bench else evidence.DOES_NOT_SHOW,
                chosen,
            )
    if output == "json":
        click.echo(json.dumps(lines.document(outcome)))
    else:
        console.tell(lines.verified(outcome, found.run))
    ctx.exit(outcome.exit_code)


def _loaded(ctx: click.Context, source: str) -> Evidence:
    try:
        return load(source)
    except BadEvidenceError as error:
        console.complain(f"{source}: {error}")
        ctx.exit(USAGE)


def _compared(old: Evidence, new: Evidence, output: str) -> int:
    try:
        found = compare(old.claims, new.claims)
    except ValueError as error:
        refuse(error)
    if output == "json":
        click.echo(json.dumps([one._asdict() for one in found]))
    else:
        console.tell(lines.compared(found))
    return exit_code(found)


def _drawn(found: Evidence) -> dict[str, list[str]]:
    """Draw the traces of a document as lanes, from what it shows of them, each by the law that it breaks."""
    traces = {name: to_trace(found.claims.traces[name]) for name in found.claims.shown}
    return {trace.law: lanes(exhibit(trace, found.claims.shown[name])) for name, trace in traces.items()}


def _written(path: Path | None, text: str) -> list[str]:
    if path is None:
        return []
    try:
        folder.write(path, text.encode(errors="backslashreplace"))
    except folder.UnwrittenError as error:
        return [str(error)]
    return []


def _added(text: str) -> list[str]:
    """Add the summary to that of a GitHub job, if this is one."""
    name = os.environ.get(JOB_SUMMARY)
    if not name:
        return []
    try:
        with Path(name).open("ab") as file:
            file.write(text.encode(errors="backslashreplace"))
    except (OSError, ValueError) as error:
        return [f"the job summary {name} cannot be written: {error}"]
    return []


def _judge(source: str, found: Evidence, bench: Bench | None) -> Callable[..., Findings]:
    """Find out what to run for a document, by the subject that it names.

    Raises:
        click.UsageError: it names one that cannot be run here, or an engine that there is not.
    """
    subject = found.claims.subject
    if bench is not None:
        if bench.launch.name != subject:
            raise click.UsageError(f"{source} is evidence about {subject!r}, not about {bench.launch.name!r}")
        return bench.judge
    if subject in {SHIPPED, *MUTANTS}:
        return partial(check, subject, full=found.claims.full)
    if subject.startswith(PREFIX) and subject.removeprefix(PREFIX) in SPECIMENS:
        return partial(check_specimen, subject.removeprefix(PREFIX))
    raise click.UsageError(f"{source} is evidence about {subject!r}: name it with --subject or --subject-cmd")
