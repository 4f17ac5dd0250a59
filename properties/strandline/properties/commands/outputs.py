"""Where a command writes, looked at before it begins: what cannot be written is not found after minutes of work."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from strandline.properties.commands import console
from strandline.properties.commands.options import BROKEN, PATH, refuse
from strandline.properties.core.verdict import EXIT_CODES, Verdict
from strandline.properties.evidence import folder, runs

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path


def option(what: str) -> Callable[[Any], Any]:
    """Make the option that names the file of a run's evidence."""
    default = f"[default: {document(what)} in a new folder below .strandline/runs]"
    return click.option("--out", type=PATH, help=f"The evidence.  {default}")


def document(what: str) -> str:
    """Give the name of the document that a run leaves in its folder."""
    return "evidence.json" if what == "check" else f"{what}.json"


def require(*paths: Path | None) -> None:
    """Find out whether these files can be written; None is no file.

    Raises:
        click.UsageError: one of them cannot; one line says which, and why.
    """
    try:
        for path in paths:
            if path is not None:
                folder.require(path)
    except folder.UnwrittenError as error:
        refuse(error)


def run_folder(out: Path | None, what: str) -> Path:
    """Give the folder that a run writes to: the one that was named, else a new one below ``.strandline/runs``.

    Raises:
        click.UsageError: it cannot be made or written to; one line says why.
    """
    try:
        if out is None:
            return runs.begin(what)
        folder.require(out / document(what))
    except folder.UnwrittenError as error:
        refuse(error)
    return out


def run_file(out: Path | None, what: str) -> Path:
    """Give the file that a run writes to: the one that was named, else one in a new folder below ``.strandline/runs``.

    Raises:
        click.UsageError: it cannot be written; one line says why.
    """
    if out is None:
        return run_folder(None, what) / document(what)
    require(out)
    return out


def written(place: Path, files: Mapping[Path, bytes]) -> str | None:
    """Write what a run found, and finish the folder of the run.

    Args:
        place: the folder of the run.
        files: what is written, the evidence first.

    Returns:
        A line that says why it could not be written, None if it is.
    """
    try:
        for path, data in files.items():
            folder.write(path, data)
        runs.finish(place)
    except folder.UnwrittenError as error:
        return str(error)
    return None


def end(ctx: click.Context, verdict: Verdict, problem: str | None) -> None:
    """End a command by its verdict; where the evidence could not be written that is told, and is no pass."""
    if problem is not None:
        console.complain(problem)
    ctx.exit(BROKEN if problem and verdict is not Verdict.VIOLATED else EXIT_CODES[verdict])
