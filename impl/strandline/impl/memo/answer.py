"""What a refresh ends in: an answer, or why there is none."""

from dataclasses import dataclass
from typing import Any, Final, Literal, TypeAlias

Path: TypeAlias = Literal["memo", "one-shot", "unchanged", "missing"]
"""How an answer was reached: through the memo, by one scan that leaves the memo alone, by the same answer as before
because nothing changed, or without a log to read."""

Reason: TypeAlias = Literal[
    "busy",
    "locks refused",
    "locking protocol",
    "io",
    "corrupt",
    "foreign wal",
    "lost wal",
    "not a database",
    "empty database",
    "schema",
    "newer schema",
    "unknown function",
    "unknown collation",
    "permission",
    "folder not writable",
    "not a regular file",
    "cannot open",
    "too many open files",
    "hard link",
    "replaced",
    "needs recovery",
    "no memory",
    "disk full",
    "interrupted",
    "too many rewinds",
]
"""Why there is no answer."""

REMEDIES: Final[dict[Reason, str]] = {
    "busy": "ask again when the other program has let go of it",
    "locks refused": "copy the log and its -wal to a local disk while nothing writes to it, and read the copy",
    "locking protocol": "end what uses the log and ask again; on a network share, read a copy on a local disk",
    "io": "check the disk, then ask again",
    "corrupt": "ask again if it is just being copied; else save its rows with .recover of the sqlite3 program",
    "foreign wal": "keep both files, and read a copy of the log that was made without the -wal",
    "lost wal": "end the program that writes the log, which may save its newest rows, then ask again",
    "not a database": "name the log, which is a SQLite database",
    "empty database": "ask again when its program has made its tables",
    "schema": "name the log; a table of another kind needs a projection of its own",
    "newer schema": "use a Python whose SQLite is as new as that of the program that writes the log",
    "unknown function": "open the log by a connect of your own that registers it with create_function",
    "unknown collation": "open the log by a connect of your own that registers it with create_collation",
    "permission": "get the right to read the file, its folder, and the -wal and -shm beside it",
    "folder not writable": "ask while its program runs, or copy the log and its -wal to a folder that you may write to",
    "not a regular file": "name the log itself",
    "cannot open": "check the path",
    "too many open files": "let the program that asks close some files, or raise its limit, then ask again",
    "hard link": "remove every other name of it, or read a copy that was made by the backup command of sqlite3",
    "replaced": "ask again",
    "needs recovery": "open it once with the program that writes it",
    "no memory": "free some memory, then ask again",
    "disk full": "make room on the disk of the log, then ask again",
    "interrupted": "ask again",
    "too many rewinds": "ask again with a higher limit of chunks",
}
"""What helps, by reason."""


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
    """No answer: the log was not read, or not in one piece. ``detail`` tells a person more, in one line.

    ``code`` is SQLite's extended result code by its name, such as ``SQLITE_READONLY_DIRECTORY``, None if it was not
    SQLite that failed.
    """

    reason: Reason
    detail: str
    code: str | None = None

    @property
    def remedy(self) -> str:
        """What helps, in one line."""
        return REMEDIES[self.reason]


Outcome: TypeAlias = Answer | Unavailable
"""What a refresh ends in."""
