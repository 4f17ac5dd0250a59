"""What the commands have in common: exit codes, the types of their options, and how a mistaken call is refused."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Final, NoReturn

import click

from strandline.properties.core.lengths import memory, seconds
from strandline.properties.core.nearest import meant

USAGE: Final = 2
"""Exit code: the call was a mistake."""

BROKEN: Final = 4
"""Exit code: the program, or what it works on, failed."""

UNHEARD: Final = 141
"""Exit code by custom: nobody read the output to its end."""


def duration(text: str) -> float:
    """Read an option that is a length of time, in seconds or with a unit; give seconds."""
    try:
        return seconds(text)
    except ValueError as error:
        raise click.BadParameter(str(error)) from error


def amount(text: str) -> int:
    """Read an option that is an amount of memory; give bytes."""
    try:
        return memory(text)
    except ValueError as error:
        raise click.BadParameter(str(error)) from error


class _Name(click.Path):
    """The name of a file or a folder; no text is none, and would be the working folder."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:  # noqa: ANN401 - as click's
        """Read an option that is a name."""
        return super().convert(value, param, ctx) if os.fspath(value) else self.fail("no name is given", param, ctx)


# A file that may not be read is an outcome of reading, not a mistake in the call.
PATH: Final = _Name(path_type=Path, readable=False)
FILE: Final = _Name(path_type=Path, exists=True, dir_okay=False)
FOLDER: Final = _Name(path_type=Path, exists=True, file_okay=False)
FORMAT = click.option(
    "--format", "output", type=click.Choice(["text", "json"]), default="text", show_default=True, help="How to answer."
)
MATRIX_FORMAT = click.option(
    "--format",
    "output",
    type=click.Choice(["text", "json", "markdown"]),
    default="text",
    show_default=True,
    help="How to answer.",
)
DATABASE = click.argument("database", metavar="DB", type=PATH)


def refuse(error: Exception) -> NoReturn:
    """End in a usage error: one clear line."""
    raise click.UsageError(str(error)) from error


def refuse_unknown(what: str, names: tuple[str, ...], known: tuple[str, ...]) -> None:
    """End in a usage error that lists the known names if one is not among them."""
    for name in names:
        if name not in known:
            raise click.UsageError(
                f"there is no {what} named {name!r}{meant(name, known)}; there are {', '.join(known)}"
            )
