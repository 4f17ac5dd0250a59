"""The command ``export``: makes a test of a trace."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import click

from strandline.properties.commands import console, outputs
from strandline.properties.commands.options import BROKEN, PATH, USAGE
from strandline.properties.commands.own import system_of
from strandline.properties.commands.trace_files import INCONCLUSIVE, end, trace_file, unknown
from strandline.properties.engines.replay.export import CLAIM, UnexportableError, pytest_module
from strandline.properties.evidence import folder, replay
from strandline.properties.systems.memo.system import SYSTEM

if TYPE_CHECKING:
    from pathlib import Path

    from strandline.properties.evidence.replay import TraceFile

_EPILOG: Final = """\b
Exit codes: 0 written, 2 no trace file, a mistake in the call, or the file
            cannot be written, 3 the trace fits no longer, or would make no
            test, 4 writing failed.
Example:    strandline export M3-dominance.json --out tests/test_late_write_back.py
"""


@click.command("export", epilog=_EPILOG)
@click.argument("source", metavar="FILE|-")
@click.option("--as", "form", type=click.Choice(["pytest"]), default="pytest", show_default=True, help="As what.")
@click.option("--name", metavar="TEST", help="Name the test.  [default: what the law says]")
@click.option("--system", "own_system", metavar="MODULE:SYSTEM", help="It is of this system of your own.")
@click.option("--out", type=PATH, help="A new file.  [default: standard output]")
@click.pass_context
def export_command(  # noqa: PLR0913 - one parameter for each option
    ctx: click.Context,
    /,
    *,
    source: str,
    form: str,  # noqa: ARG001 - there is one form
    name: str | None,
    own_system: str | None,
    out: Path | None,
) -> None:
    """Write a trace as a regression test; - reads standard input.

    The test takes the steps again on the model and on the real code, and fails where they break the law. If the trace
    is of a mutant, it also asks that the mutant still be caught.
    """
    if name is not None and CLAIM.fullmatch(name) is None:
        raise click.UsageError(f"--name {name!r} is no name of a test: write test_, and then a-z, 0-9 and _")
    if out is not None and out.exists():
        raise click.UsageError(f"{out} is there already: name another file, or remove it")
    outputs.require(out)
    system = SYSTEM if own_system is None else system_of(own_system)
    file = trace_file(ctx, source, testing=True) if own_system is None else _read(ctx, source)
    try:
        module = pytest_module(system, replay.to_trace(file, system.words.actors), name)
    except UnexportableError as error:
        end(ctx, INCONCLUSIVE, f"{source}: {error}")
    except KeyError as error:
        unknown(ctx, source, error)
    if out is None:
        console.text(module)
        return
    try:
        folder.write(out, module.encode())
    except folder.UnwrittenError as error:
        end(ctx, BROKEN, str(error))
    console.note(f"{out}: run it with pytest")


def _read(ctx: click.Context, source: str) -> TraceFile:
    """Read a trace of somebody's own system."""
    try:
        return replay.read(source)
    except replay.BadTraceError as error:
        end(ctx, USAGE, f"{source}: {error}")
