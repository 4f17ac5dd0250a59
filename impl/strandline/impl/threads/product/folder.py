"""A folder of threads as it is: read without taking a lock, and without making anything."""

from __future__ import annotations

import os
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from strandline.impl.threads.calls import PAGE_MAX, thread_id
from strandline.impl.threads.database import MetadataStore
from strandline.impl.threads.errors import BadInputError, NotFoundError
from strandline.impl.threads.lines import opened, scan
from strandline.impl.threads.lock import holder
from strandline.impl.threads.opening import DATABASE, ROLLOUTS, refuse_links
from strandline.impl.threads.reader import rollout_path
from strandline.impl.threads.row import NAMES

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from strandline.impl.threads.generation import Generation
    from strandline.impl.threads.lines import Scan
    from strandline.impl.threads.reader import Reader
    from strandline.impl.threads.row import Row


@dataclass(frozen=True, slots=True)
class Looked:
    """A rollout as somebody who does not write it sees it."""

    scan: Scan
    size: int
    """Bytes of the file."""
    pid: int | None
    """The process that writes it; None too where the system does not tell."""


def rollouts_of(folder: Path) -> Path:
    """Give where the rollouts of a store are.

    Raises:
        BadInputError: there is no store, or a part of it is a link.
    """
    rollouts = folder / ROLLOUTS
    refuse_links(folder)
    if not rollouts.is_dir():
        raise BadInputError(f"{folder}: there is no store of threads here: append a first line, or import one")
    return rollouts


def reader_of(folder: Path) -> Reader:
    """Give what reads the rows of a store; close it."""
    return MetadataStore(folder / DATABASE, rollouts_of(folder)).reader


def threads_of(folder: Path) -> list[str]:
    """Give the threads whose rollouts are there, by name."""
    return sorted(path.stem for path in rollouts_of(folder).glob("*.jsonl"))


def rows(reader: Reader, limit: int | None) -> Iterator[Row]:
    """Give at most so many rows, the most recent first; None for all."""
    after, left = None, limit
    while left is None or left > 0:
        page = reader.page(PAGE_MAX if left is None else min(PAGE_MAX, left), after)
        yield from page.rows
        left = None if left is None else left - len(page.rows)
        after = page.after
        if after is None:
            return


def look(folder: Path, thread: str, mark: Generation | None = None) -> Looked:
    """Read a rollout, and tell who writes it.

    Args:
        folder: that of the store.
        thread: whose rollout.
        mark: a generation; whether the rollout begins with its history is told.

    Raises:
        NotFoundError: there is none.
        DamagedError: it cannot be read.
    """
    path = rollout_path(rollouts_of(folder), thread_id(thread))
    try:
        descriptor = opened(path)
    except FileNotFoundError:
        raise NotFoundError(f"there is no thread {thread} in {folder}: list them") from None
    try:
        return Looked(scan(descriptor, path, mark=mark), os.fstat(descriptor).st_size, holder(descriptor))
    finally:
        os.close(descriptor)


def described(row: Row) -> dict[str, Any]:
    """Give a row as it goes into JSON; times are in milliseconds since 1970."""
    explicit = [name for name, cell in zip(NAMES, row.patch.cells, strict=True) if cell is not None and cell.explicit]
    return {
        "thread": row.thread,
        **{name: row[name] for name in NAMES},
        "explicit": explicit,
        "token": asdict(row.generation),
    }


def shown(folder: Path, thread: str) -> dict[str, Any]:
    """Tell of one thread what its row says, and how it stands to its rollout, as it goes into JSON."""
    with reader_of(folder) as reader:
        row = reader.any(thread_id(thread))
    looked = look(folder, thread, None if row is None else row.generation)
    found = looked.scan
    lines = 0 if found.generation is None else found.generation.ordinal
    return {
        "thread": thread,
        "row": None if row is None else described(row),
        "rollout": {
            "path": str(rollout_path(rollouts_of(folder), thread)),
            "bytes": looked.size,
            "lines": lines,
            "token": None if found.generation is None else asdict(found.generation),
            "torn": None if found.torn is None else asdict(found.torn),
            "written_by": looked.pid,
        },
        "behind": None if row is None or not found.matched else lines - row.generation.ordinal,
    }
