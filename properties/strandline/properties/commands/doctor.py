"""The command ``doctor``: what to put into a report of a fault."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import click

from strandline.impl.memo.product.doctor import examine, lines
from strandline.properties.commands.console import document, tell
from strandline.properties.commands.options import FORMAT, PATH
from strandline.properties.core.version import __version__
from strandline.properties.harness.unblocked import unblocked

if TYPE_CHECKING:
    from pathlib import Path

_DOCTOR: Final = """\b
Exit codes: 0 the log can be read, or none was named, 2 LOG is no log or not
            there, 4 the log is unavailable.
Example:    strandline doctor ~/.codex/logs_2.sqlite
"""


@click.command("doctor", epilog=_DOCTOR)
@click.argument("log", required=False, type=PATH)
@FORMAT
@click.pass_context
def doctor_command(ctx: click.Context, *, log: Path | None, output: str) -> None:
    """Say what a report of a fault needs: versions, what LOG is, whether it can be read, and what to look at.

    Nothing that is in a row of the log is shown. Its path and the schema of its table are.
    """
    if log is not None:
        ctx.with_resource(unblocked(log))
    finding = examine(log, __version__)
    if output == "json":
        document(finding.document)
    else:
        tell(lines(finding))
    ctx.exit(finding.exit_code)
