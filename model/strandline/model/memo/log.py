"""The log: rows in one table of one file, and everything that can happen to them.

A log is a value; each change is a function from a log to a log. What is modelled is what a
codex writer and its users do: batches appended with the prune of one partition in the same
transaction, rows deleted anywhere, the table emptied, an older copy restored.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable

Partition: TypeAlias = tuple[str, str] | None
"""Whose rows are pruned together: ``("thread", id)``, else ``("process", id)``, else None."""


class Raw(NamedTuple):
    """A TEXT body given by its bytes, for bodies that no Python string can stand for."""

    data: bytes


Body: TypeAlias = str | Raw | bytes | None
"""What is stored: text, text by its bytes, a BLOB (``bytes``), or NULL."""


class Row(NamedTuple):
    """One row of the log.

    ``nanos`` is the fraction of the second at which the row was born. No two births share
    ``(ts, nanos)``, which is how rows of two lineages with one id are told apart.
    """

    id: int
    ts: object
    nanos: int
    thread: str | None
    process: str | None
    body: Body

    @property
    def partition(self) -> Partition:
        """The partition that this row is pruned with."""
        if self.thread is not None:
            return ("thread", self.thread)
        if self.process is not None:
            return ("process", self.process)
        return None


class Draft(NamedTuple):
    """A row before the log has given it an id."""

    ts: object
    nanos: int
    thread: str | None
    process: str | None
    body: Body


@dataclass(frozen=True, slots=True)
class Log:
    """The rows that survive, by ascending id, and the highest id ever issued."""

    rows: tuple[Row, ...] = ()
    sequence: int = 0

    @property
    def highest(self) -> int | None:
        """The highest surviving id, None in an empty log."""
        return self.rows[-1].id if self.rows else None


def append(log: Log, drafts: Iterable[Draft], first: int | None = None) -> Log:
    """Insert a batch, each row with the next id of the sequence.

    Args:
        log: the log before.
        drafts: the rows to insert, in order.
        first: the id of the first one, for a log whose sequence is set by hand; it must be
            above every id issued so far.
    """
    start = log.sequence + 1 if first is None else first
    if start <= log.sequence:
        message = f"id {start} was issued before (sequence {log.sequence})"
        raise ValueError(message)
    born = tuple(Row(start + offset, *draft) for offset, draft in enumerate(drafts))
    return Log(log.rows + born, born[-1].id if born else log.sequence)


def prune(log: Log, partition: Partition, keep: int) -> Log:
    """Delete what lies beyond the newest ``keep`` rows of a partition.

    Newest by (ts, nanos, id), not by id: after the clock stepped back, a row can be pruned
    in the transaction that inserts it.
    """
    mine = sorted(
        (row for row in log.rows if row.partition == partition),
        key=lambda row: (_age(row.ts), row.nanos, row.id),
        reverse=True,
    )
    gone = {row.id for row in mine[keep:]}
    return replace(log, rows=tuple(row for row in log.rows if row.id not in gone))


def append_and_prune(log: Log, drafts: Iterable[Draft], keep: int) -> Log:
    """Insert a batch and prune every partition it touches, as one transaction."""
    batch = tuple(drafts)
    after = append(log, batch)
    for partition in {row.partition for row in after.rows[len(log.rows) :]}:
        after = prune(after, partition, keep)
    return after


def delete(log: Log, row_id: int) -> Log:
    """Delete one row, wherever it is."""
    return replace(log, rows=tuple(row for row in log.rows if row.id != row_id))


def empty(log: Log) -> Log:
    """Delete every row; the sequence stays."""
    return replace(log, rows=())


def reset_sequence(log: Log) -> Log:
    """Let the sequence fall to the highest surviving id, as a copying migration does."""
    return replace(log, sequence=log.highest or 0)


def _age(ts: object) -> tuple[int, object]:
    """Order values of mixed type as SQLite does: numbers before text before blobs."""
    if isinstance(ts, (int, float)):
        return (0, ts)
    return (1, ts) if isinstance(ts, str) else (2, ts)
