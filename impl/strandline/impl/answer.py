"""What a refresh ends in: an answer, or why there is none."""

from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

Path: TypeAlias = Literal["memo", "one-shot", "unchanged", "missing"]
"""How an answer was reached: through the memo, by one scan that leaves the memo alone, by the same answer as before
because nothing changed, or without a log to read."""

Reason: TypeAlias = Literal[
    "busy",
    "io",
    "corrupt",
    "not a database",
    "empty database",
    "schema",
    "permission",
    "not a regular file",
    "cannot open",
    "replaced",
    "needs recovery",
    "no memory",
    "interrupted",
    "too many rewinds",
]
"""Why there is no answer."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Names the rows one read transaction saw. Two snapshots are comparable if one connection took both.

    ``device`` and ``inode`` name the file, ``data_version`` is SQLite's count of others' commits as the connection
    sees it, ``highest`` is the largest id (None in an empty log), ``sequence`` the largest id ever issued by
    AUTOINCREMENT, and ``observation`` the snapshot's place in this process's order of snapshots.
    """

    device: int
    inode: int
    data_version: int
    highest: int | None
    sequence: int
    observation: int


@dataclass(frozen=True, slots=True)
class Statistics:
    """What a refresh cost and why. Counts are over the whole refresh, tries that were given up included.

    ``cause`` names why the log was scanned in full, None if it was not; ``rows`` counts rows whose body was tested,
    ``keys`` rows looked up by primary key, ``anchors`` the anchors compared, ``transactions`` the read transactions,
    ``tries`` the attempts to refresh; ``stored`` says whether the memo was replaced, ``lost_swaps`` how often another
    write-back came first.
    """

    path: Path
    cause: str | None = None
    rows: int = 0
    keys: int = 0
    anchors: int = 0
    transactions: int = 0
    tries: int = 0
    stored: bool = False
    lost_swaps: int = 0


@dataclass(frozen=True, slots=True)
class Answer:
    """The turns of a window in one snapshot. ``snapshot`` is None if there was no log to read.

    An item of an answer is called a turn, whatever the projection makes of it. ``skipped`` pairs each reason for which
    rows of the window could not be read with their number, ``summary`` is what the projection says besides. Both are of
    the answer, however little of the log this refresh read.
    """

    turns: tuple[Any, ...]
    snapshot: Snapshot | None
    statistics: Statistics
    skipped: tuple[tuple[str, int], ...] = ()
    summary: Any = None


@dataclass(frozen=True, slots=True)
class Unavailable:
    """No answer: the log was not read, or not in one piece. ``detail`` tells a person more, in one line."""

    reason: Reason
    detail: str


Outcome: TypeAlias = Answer | Unavailable
"""What a refresh ends in."""
