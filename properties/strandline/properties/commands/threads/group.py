"""The command ``threads`` and its verbs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import click

from strandline.impl.threads.opening import DATABASE
from strandline.properties.commands.group import Group
from strandline.properties.commands.options import PATH
from strandline.properties.commands.threads import reading, whole, writing
from strandline.properties.harness.unblocked import unblocked

if TYPE_CHECKING:
    from pathlib import Path

_THREADS: Final = """\b
Exit codes: 0 done, 1 the doctor found something that is left to mend, 2 a
            mistake in the call, 4 it failed, or another process holds what
            it takes.
Example:    strandline threads notes append --message "hello"
            strandline threads notes list
"""


@click.group("threads", cls=Group, epilog=_THREADS)
@click.argument("folder", metavar="DIR", type=PATH)
@click.pass_context
def threads_command(ctx: click.Context, folder: Path) -> None:
    """Use the store of conversation threads in DIR by hand: a rollout of JSON lines each, and a database of rows.

    list, show, follow and doctor read, whoever writes. append, rename, flush, import and doctor --mend take the lock of
    a thread, and refuse with its process if another one has it.
    """
    ctx.obj = folder
    ctx.with_resource(unblocked(folder / DATABASE))


for _verb in (
    reading.list_command,
    reading.show_command,
    reading.follow_command,
    writing.append_command,
    writing.rename_command,
    writing.flush_command,
    whole.import_command,
    whole.doctor_command,
):
    threads_command.add_command(_verb)
