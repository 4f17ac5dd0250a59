"""The command ``strandline report``."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from strandline.properties.commands import console, outputs
from strandline.properties.commands.options import BROKEN, FORMAT, PATH, USAGE, refuse
from strandline.properties.evidence import account, evidence, folder, lines, runs
from strandline.properties.evidence.compare import compare, exit_code
from strandline.properties.evidence.evidence import grouped
from strandline.properties.evidence.junit import junit
from strandline.properties.evidence.page import page
from strandline.properties.evidence.reading import BadEvidenceError, load
from strandline.properties.evidence.summary import summary

if TYPE_CHECKING:
    from strandline.properties.evidence.document import Evidence

JOB_SUMMARY: Final = "GITHUB_STEP_SUMMARY"
"""The variable that names the file which a GitHub job shows as its summary."""

READERS: Final = (
    account.Reader("strandline search", "-", "strandline.properties.engines.exhaust.account:read"),
    account.Reader("-", "efforts", "strandline.properties.engines.exhaust.together:read"),
    account.Reader("-", "slices", "strandline.properties.engines.soak.account:read"),
)
"""What reads the documents of a search, of several, and of a soak."""

_REPORT: Final = """\b
Exit codes: 0 written; 2 no evidence, a mistake in the call, or a file cannot
            be written; 4 writing failed. With --compare: 0 nothing is weaker, 1 something
            is, 3 something changed that no document can weigh.
Example:    strandline report --html report.html
            strandline report --compare old.json new.json
"""


@click.command("report", epilog=_REPORT)
@click.argument("sources", metavar="[EVIDENCE] [NEW]", nargs=-1)
@click.option("--out", type=PATH, help="Write the summary to this file, not to standard output.")
@click.option("--html", type=PATH, help="Write a page that needs nothing else to this file.")
@click.option("--junit", "xml", type=PATH, help="Write JUnit's XML for a CI system to this file.")
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

    EVIDENCE is a file that check, exhaust or soak has left, - is standard input; without it the last check is taken,
    .strandline/evidence.json. Nothing in it is run, and nothing is looked up elsewhere. Where GITHUB_STEP_SUMMARY names
    a file, the summary is added to it.
    """
    if asking:
        console.document(evidence.schema())
        return
    if len(sources) not in ((2,) if comparing else (0, 1)):
        raise click.UsageError("--compare takes two documents" if comparing else "name one document of evidence")
    if comparing and (out or html or xml):
        raise click.UsageError("--compare excludes --out, --html and --junit")
    outputs.require(out, html, xml)
    if comparing:
        old, new = (loaded(ctx, source) for source in sources)
        ctx.exit(_compared(old, new, output))
    found, drawings = _account(ctx, sources[0]) if sources else account.of_check(loaded(ctx, None))
    text = summary(found, grouped(found.claims.laws), list(drawings.values()))
    problems = [
        *_written(out, text),
        *_written(html, page(found) if html else ""),
        *_written(xml, junit(found, drawings) if xml else ""),
        *_added(text),
    ]
    if output == "json":
        console.document(lines.brief(found.claims))
    elif out is None:
        console.text(text)
    for problem in problems:
        console.complain(problem)
    ctx.exit(BROKEN if problems else 0)


def _account(ctx: click.Context, source: str) -> account.Account:
    """Read a document of any kind, or end in one line that says why not."""
    try:
        return account.read(source, READERS)
    except BadEvidenceError as error:
        console.complain(f"{source}: {error}")
        ctx.exit(USAGE)


def loaded(ctx: click.Context, source: str | None) -> Evidence:
    """Read a document of evidence, that of the last check if none is named, or end in one line that says why not."""
    if source is None and not runs.LAST.exists():
        raise click.UsageError(f"{runs.LAST} is missing: run strandline check here, or name a document of evidence")
    try:
        found = load(source or str(runs.LAST))
    except BadEvidenceError as error:
        console.complain(f"{source or runs.LAST}: {error}")
        ctx.exit(USAGE)
    if source is None:
        console.complain(f"taking the last check: {runs.LAST}, about {found.claims.subject!r}, of {found.run.began}")
    return found


def _compared(old: Evidence, new: Evidence, output: str) -> int:
    try:
        found = compare(old.claims, new.claims)
    except ValueError as error:
        refuse(error)
    if output == "json":
        console.document([one._asdict() for one in found])
    else:
        console.tell(lines.compared(found))
    return exit_code(found)


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
