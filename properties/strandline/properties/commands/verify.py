"""The command ``strandline verify``."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Final

import click

from strandline.properties.commands import console
from strandline.properties.commands.chosen import digest_of
from strandline.properties.commands.options import FORMAT, refuse_unknown
from strandline.properties.commands.own import exhibited, judge_of, system_of
from strandline.properties.commands.report import loaded
from strandline.properties.commands.subjects import bench_for, subject_options
from strandline.properties.core.system import SHIPPED
from strandline.properties.engines.replay import committed
from strandline.properties.evidence import evidence, lines
from strandline.properties.evidence.runs import LAST
from strandline.properties.evidence.verify import Verified, moved, verify
from strandline.properties.systems.memo import drawing
from strandline.properties.systems.memo.blackbox import judged
from strandline.properties.systems.memo.check import check, check_specimen
from strandline.properties.systems.memo.mutants.registry import MUTANTS
from strandline.properties.systems.memo.specimens import PREFIX, SPECIMENS

if TYPE_CHECKING:
    from collections.abc import Callable

    from strandline.properties.core.findings import Findings
    from strandline.properties.evidence.document import Evidence
    from strandline.properties.systems.memo.blackbox.judged import Bench

_EPILOG: Final = """\b
Exit codes: 0 byte for byte the same, 1 a claim differs, 2 no evidence, or a
            mistake in the call, 3 not verified: the sources differ, or not
            every claim was run again, as after Ctrl-C.
Example:    strandline verify
            strandline verify .strandline/runs/0001-check/evidence.json
"""


@click.command("verify", epilog=_EPILOG)
@click.argument("source", metavar="[EVIDENCE]", required=False)
@click.option("--engine", "chosen", multiple=True, metavar="NAME", help="Run this engine only; may be repeated.")
@click.option("--system", "own_system", metavar="MODULE:SYSTEM", help="It is about this system of your own.")
@subject_options
@FORMAT
@click.pass_context
def verify_command(
    ctx: click.Context,
    /,
    *,
    source: str | None,
    chosen: tuple[str, ...],
    own_system: str | None,
    output: str,
    **subject: Any,  # noqa: ANN401 - the options of subject_options
) -> None:
    """Run the claims of a document of evidence again, on the same sources, and compare them byte for byte.

    EVIDENCE is a file, - is standard input; without it the last check is taken, .strandline/evidence.json. Times and
    machines are no claims. Somebody else's scanner is to be named
    again, with --subject or --subject-cmd: a document never says what to run.
    """
    bench = bench_for(**subject)
    if own_system is not None and bench is not None:
        raise click.UsageError("--system excludes --subject and --subject-cmd")
    mine = None if own_system is None else system_of(own_system)
    more = {} if mine is None else digest_of(mine.where)
    found = loaded(ctx, source)
    source = source or str(LAST)
    refuse_unknown("engine in the evidence", chosen, tuple(run.engine for run in found.claims.engines))
    changed = moved(found.claims, more)
    if changed:
        outcome = Verified(moved=changed)
    else:
        judge = (
            _judge(source, found, bench)
            if mine is None
            else judge_of(mine, found.claims.subject, found.claims.only, full=found.claims.full)
        )
        unshown = mine.does_not_show if mine else judged.DOES_NOT_SHOW if bench else evidence.DOES_NOT_SHOW
        try:
            with console.Progress() as progress:
                outcome = verify(
                    found,
                    lambda engines: judge(engines, progress.say, progress.keep),
                    partial(drawing.exhibited, bench=bench) if mine is None else partial(exhibited, mine),
                    unshown,
                    committed.absent(),
                    chosen,
                    more,
                )
        except KeyboardInterrupt:  # not in an engine, which says so by itself
            outcome = Verified(unrepeated=("interrupted before the claims could be compared",))
    if output == "json":
        console.document(lines.document(outcome))
    else:
        console.tell(lines.verified(outcome, found.run))
    ctx.exit(outcome.exit_code)


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
        return partial(
            check,
            subject,
            full=found.claims.full,
            until_broken=found.claims.until_broken,
            only=found.claims.only,
        )
    if subject.startswith(PREFIX) and subject.removeprefix(PREFIX) in SPECIMENS:
        return partial(check_specimen, subject.removeprefix(PREFIX))
    raise click.UsageError(f"{source} is evidence about {subject!r}: name it with --subject or --subject-cmd")
