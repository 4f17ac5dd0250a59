"""A folder for each run below ``.strandline/runs``, so that no run writes over what another one has found.

What a run says is besides copied to ``.strandline``: there lie the documents of the last run of each command. A copy
and no link, because a link needs rights that not every system gives.
"""

from __future__ import annotations

import re
import shutil
from typing import TYPE_CHECKING, Final

from strandline.properties.evidence.folder import HOME, UnwrittenError, require, require_ours, write

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

RUNS: Final = HOME / "runs"

LAST: Final = HOME / "evidence.json"
"""The evidence of the last check."""

KEPT_MAX: Final = 30
"""Finished runs that are kept, the newest; as many are kept of those that never finished, or are not yet."""

_RUN: Final = re.compile(r"([0-9]{4,18})-[a-z]+")
_DOCUMENTS: Final = frozenset({".json", ".md"})


def begin(what: str) -> Path:
    """Make the folder of a new run: the next number, and what is run. Two that begin at once get two folders.

    Raises:
        UnwrittenError: it cannot be made or written to.
    """
    require_ours(RUNS)
    try:
        RUNS.mkdir(parents=True, exist_ok=True)
        number = max(map(_number, _runs()), default=0)
        while True:
            number += 1
            folder = RUNS / f"{number:04}-{what}"
            try:
                folder.mkdir()
            except FileExistsError:
                continue
            break
    except OSError as error:
        raise UnwrittenError(f"{RUNS} cannot be written: {(error.strerror or str(error)).lower()}") from error
    require(folder / "document")
    return folder


def finish(folder: Path) -> None:
    """Copy the documents of a run to ``.strandline``, and remove the oldest runs; nothing for a folder elsewhere.

    Raises:
        UnwrittenError: a copy cannot be written.
    """
    if folder.parent.resolve() != RUNS.resolve():
        return
    for path in _documents(folder):
        write(HOME / path.name, path.read_bytes())
    runs = sorted(_runs(), key=_number)
    finished = [run for run in runs if any(_documents(run))]
    for kind in (finished, [run for run in runs if run not in finished]):
        for old in kind[:-KEPT_MAX]:
            shutil.rmtree(old, ignore_errors=True)  # another run may be removing it too


def _runs() -> Iterable[Path]:
    """Give the folders that are named as a run is; whatever else lies there is left alone."""
    return [path for path in RUNS.iterdir() if _RUN.fullmatch(path.name) and path.is_dir() and not path.is_symlink()]


def _number(run: Path) -> int:
    return int(run.name.partition("-")[0])


def _documents(folder: Path) -> Iterable[Path]:
    return (path for path in sorted(folder.glob("*")) if path.suffix in _DOCUMENTS and path.is_file())
