"""The verbs of threads that concern a whole folder: ``import`` and ``doctor``."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Final

import click

from strandline.impl.threads.product import codex, doctor
from strandline.impl.threads.product.importing import Importer
from strandline.impl.threads.store import ThreadStore
from strandline.properties.commands import console
from strandline.properties.commands.options import BROKEN, FILE, FOLDER, FORMAT
from strandline.properties.commands.threads.telling import speaking, text
from strandline.properties.core.counting import many

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from strandline.impl.threads.product.codex import Files
    from strandline.impl.threads.product.importing import Imported, Totals

FOUND: Final = 1
"""Exit code: something is left to mend."""
_IMPORT: Final = """\b
Exit codes: 0 all rollouts are imported, 2 a mistake in the call, 4 some were
            refused, each with its reason.
Example:    strandline threads notes import ~/.codex/sessions
"""
_DOCTOR: Final = """\b
Exit codes: 0 nothing is left to mend, 1 something is, 2 a mistake in the call,
            4 the database cannot be read.
Example:    strandline threads notes doctor --mend
"""


@click.command("import", epilog=_IMPORT)
@click.argument("source", metavar="FOLDER", type=FOLDER)
@click.option("--names", type=FILE, help="Where the names are.")
@FORMAT
@click.pass_context
def import_command(ctx: click.Context, *, source: Path, names: Path | None, output: str) -> None:
    """Import the rollouts of codex in FOLDER, rollout-*.jsonl at any depth, each as a thread of its id.

    FOLDER is only read. Lines of unknown types are kept, and counted. A rollout that grows meanwhile is read to its
    last whole line; importing again goes on from there, and imports nothing twice. A name that a thread has in
    session_index.jsonl, in FOLDER or up to four folders above, is an explicit title. A thread that another process
    writes in DIR is refused with that process, and the others go on.
    """
    folder: Path = ctx.obj
    told: list[Imported] = []
    with speaking(ctx):
        index = codex.index_of(source) if names is None else names
        files = codex.find(source)
        known = {} if index is None else codex.names(index)
    with speaking(ctx), ThreadStore(folder) as store, console.Progress() as progress:
        importer = Importer(store, folder, known)
        for imported in importer.imports(files.rollouts):
            told.append(imported)
            progress.say(f"{len(told)} of {many(len(files.rollouts), 'rollout')}: {text(imported.path.name)}")
            if imported.why is not None and output == "text":
                progress.keep(f"refused: {text(imported.why)}")
    totals = importer.totals
    if output == "json":
        rollouts = [{**asdict(one), "path": str(one.path)} for one in told]
        console.document(
            {
                "rollouts": rollouts,
                "lines": totals.lines,
                "named": totals.named,
                "types": dict(sorted(totals.types.items())),
                "unknown": totals.unknown,
                "compressed": [str(path) for path in files.compressed],
                "names": None if index is None else str(index),
            }
        )
    else:
        console.tell(_summary(totals, files, sum(one.unfinished > 0 for one in told)))
    ctx.exit(BROKEN if totals.rollouts["refused"] else 0)


def _summary(totals: Totals, files: Files, unfinished: int) -> Iterator[str]:
    counts = ", ".join(f"{totals.rollouts[name]:,} {name}" for name in ("new", "grown", "unchanged", "refused"))
    yield f"{many(len(files.rollouts), 'rollout')}: {counts}"
    yield f"{many(totals.lines, 'line')} and {many(totals.named, 'name')} imported"
    if totals.unknown:
        kept = ", ".join(f"{text(name) or 'none'} {count:,}" for name, count in totals.unknown.items())
        yield f"kept as they are, of types that codex is not known to write: {kept}"
    if unfinished:
        yield f"{many(unfinished, 'rollout')} ended in the midst of a line, which is left for another time"
    if files.compressed:
        yield f"{many(len(files.compressed), 'compressed rollout')} (.jsonl.zst) not read: decompress and import again"


@click.command("doctor", epilog=_DOCTOR)
@click.option("--mend", "mending", is_flag=True, help="Mend what can be without losing a line.")
@FORMAT
@click.pass_context
def doctor_command(ctx: click.Context, *, mending: bool, output: str) -> None:
    """Tell rollouts without a row, rows without a rollout, rows behind or ahead of their rollout, and torn tails.

    It reads, whoever writes, and names the process that does: the row of such a thread may be behind, and is for that
    process to write. With --mend it takes the lock of each thread that it mends, and tells which it was refused.
    """
    folder: Path = ctx.obj
    with speaking(ctx):
        findings = list(doctor.examine(folder))
        if mending and findings:
            with ThreadStore(folder) as store:
                findings = list(doctor.mend(store, folder, findings))
    left = sum(finding.is_left for finding in findings)
    if output == "json":
        console.document({"findings": [asdict(finding) for finding in findings], "left": left})
    else:
        console.tell(f"{finding.thread}: {finding.kind}: {text(finding.says)}{_came(finding)}" for finding in findings)
        console.tell([f"{many(len(findings), 'finding')}, {left:,} left to mend"])
    ctx.exit(FOUND if left else 0)


def _came(finding: doctor.Finding) -> str:
    writer = "" if finding.written_by is None else f"; process {finding.written_by} writes it"
    if finding.mended:
        return f"{writer}: mended"
    return writer if finding.refused is None else f"{writer}: not mended: {text(finding.refused)}"
