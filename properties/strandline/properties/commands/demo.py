"""The command ``demo``: shows it all, on a mistake that is planted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import click

from strandline.properties.commands import console, outputs
from strandline.properties.commands.options import BROKEN, PATH
from strandline.properties.commands.trace_files import end
from strandline.properties.evidence import folder
from strandline.properties.systems.memo import demo

if TYPE_CHECKING:
    from pathlib import Path

_EPILOG: Final = """\b
Exit codes: 0 all went as it should, 2 a mistake in the call, or the folder
            cannot be written to, 4 something did not.
Example:    strandline demo --out lost-update
"""


@click.command("demo", epilog=_EPILOG)
@click.option("--out", type=PATH, default=".strandline/demo", show_default=True, help="A folder.")
@click.option("--picture", "short", is_flag=True, help="Search, draw the picture, and leave the rest out.")
@click.pass_context
def demo_command(ctx: click.Context, /, *, out: Path, short: bool) -> None:
    """Show it all in less than a minute: a lost update is planted, found, drawn, replayed, and made a test.

    The trace and the test are left in the folder --out.
    """
    outputs.require(None if short else out / demo.TEST)
    try:
        console.tell(demo.drawn() if short else demo.demonstrate(out))
    except (demo.DemoError, folder.UnwrittenError) as error:
        end(ctx, BROKEN, str(error))
