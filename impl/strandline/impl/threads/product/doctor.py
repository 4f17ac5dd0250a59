"""The doctor of a store of threads: rollouts and rows that do not belong together, and how they are mended."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from strandline.impl.threads.errors import NotFoundError, ThreadError
from strandline.impl.threads.opening import ROLLOUTS
from strandline.impl.threads.patch import at_rest, split_recency
from strandline.impl.threads.product.folder import look, reader_of, threads_of
from strandline.impl.threads.reader import rollout_path
from strandline.impl.threads.rollout import Rollout

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from strandline.impl.threads.product.folder import Looked
    from strandline.impl.threads.row import Row
    from strandline.impl.threads.store import ThreadStore

Kind: TypeAlias = Literal[
    "no row", "no rollout", "behind", "ahead", "another history", "differs", "torn tail", "damaged"
]

MENDABLE: Final[frozenset[Kind]] = frozenset(
    {"no row", "no rollout", "behind", "ahead", "another history", "differs", "torn tail"}
)
"""What is made whole without losing a line."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong with a thread."""

    thread: str
    kind: Kind
    says: str
    written_by: int | None = None
    """The process that writes the thread: then the row may be behind, and it is for that process to mend it."""
    mended: bool = False
    refused: str | None = None
    """Why it could not be mended."""

    @property
    def is_left(self) -> bool:
        """Whether it is still wrong, and not for the process that writes the thread to mend."""
        return not self.mended and (self.written_by is None or self.refused is not None)


def examine(folder: Path) -> Iterator[Finding]:
    """Tell what is wrong with each thread of a store; nothing is changed, and no lock is taken.

    A thread that is being written may be told behind, and its last line torn: it names the writer.
    """
    with reader_of(folder) as reader:
        for thread in sorted({*threads_of(folder), *reader.threads()}):
            # The row first: a rollout only grows, so a row that was read before it is no further than it.
            row = reader.any(thread)
            try:
                looked = look(folder, thread, None if row is None else row.generation)
            except NotFoundError:
                if row is not None:
                    says = "its row has no rollout: a discard was killed, or the rollout was removed"
                    yield Finding(thread, "no rollout", says)
            except ThreadError as error:
                yield Finding(thread, "damaged", str(error))
            else:
                yield from _compared(thread, row, looked)


def mend(store: ThreadStore, folder: Path, findings: Iterable[Finding]) -> Iterator[Finding]:
    """Mend what can be without losing a line, and tell of each finding what came of it."""
    for finding in findings:
        if finding.kind not in MENDABLE:
            yield finding
            continue
        try:
            _mend(store, rollout_path(folder / ROLLOUTS, finding.thread), finding)
        except ThreadError as error:
            yield replace(finding, refused=str(error))
        else:
            yield replace(finding, mended=True)


def _mend(store: ThreadStore, path: Path, finding: Finding) -> None:
    if finding.kind == "torn tail":
        with Rollout.resume(path, finding.thread) as rollout:
            rollout.mend()
        return
    try:
        thread = store.resume(finding.thread)
    except NotFoundError:  # then its row is deleted by now
        if finding.kind != "no rollout":
            raise
        return
    try:
        thread.persist()
    finally:
        thread.shutdown(on_failure="return")


def _compared(thread: str, row: Row | None, looked: Looked) -> Iterator[Finding]:
    scan, pid = looked.scan, looked.pid
    lines = 0 if scan.generation is None else scan.generation.ordinal
    if scan.torn is not None:
        torn = scan.torn
        yield Finding(thread, "torn tail", f"{torn.length} bytes behind line {lines}: {torn.reason}", pid)
    if row is None:
        if lines:
            yield Finding(
                thread, "no row", f"its rollout has lines, {lines} of them, and it has no row: it is not listed", pid
            )
        return
    has = row.generation.ordinal
    if scan.matched and has < lines:
        yield Finding(thread, "behind", f"its row has line {has} of {lines}", pid)
    elif scan.matched:
        one, other = (split_recency(patch)[0] for patch in (at_rest(scan.patch), row.patch))
        if one != other:
            yield Finding(thread, "differs", "its row has the last line, and is not what the lines say", pid)
    elif scan.generation is None or scan.generation.rollout != row.generation.rollout:
        yield Finding(thread, "another history", "its row is of another rollout than the one that is there", pid)
    elif has > lines:
        yield Finding(thread, "ahead", f"its row has line {has}, and its rollout {lines}: lines were lost", pid)
    else:
        yield Finding(thread, "another history", f"its row was made of lines that are not those up to {has}", pid)
