"""Where a command writes, looked at before it begins: what cannot be written is not found after minutes of work."""

from __future__ import annotations

from typing import TYPE_CHECKING

from strandline.properties.commands.options import refuse
from strandline.properties.evidence import folder, runs

if TYPE_CHECKING:
    from pathlib import Path


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
