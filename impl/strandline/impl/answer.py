"""What a scan hands back, and the join that makes it: facts of rows in, turns out.

The oracle joins too, in code of its own: each judges the other.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, NamedTuple, TypeAlias

from strandline.impl.window import Span

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


class Fact(NamedTuple):
    """What one row says about a turn. Every field comes from the row; ``ts`` is in unix seconds.

    ``partition`` and ``digest`` let the row serve as an anchor.
    """

    id: int
    ts: int
    nanos: int
    completed: bool
    turn: str
    thread: str | None
    model: str | None
    partition: tuple[str, bytes] | None
    digest: bytes


class Turn(NamedTuple):
    """One turn that ran on the priority tier; ``ts`` is its request's time in unix seconds."""

    turn: str
    thread: str | None
    ts: int
    model: str | None


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
    ``tries`` the attempts to refresh; ``skipped`` pairs each reason for passing over a row with its count;
    ``stored`` says whether the memo was replaced, ``lost_swaps`` how often another write-back came first.
    """

    path: Path
    cause: str | None = None
    rows: int = 0
    keys: int = 0
    anchors: int = 0
    transactions: int = 0
    tries: int = 0
    skipped: tuple[tuple[str, int], ...] = ()
    stored: bool = False
    lost_swaps: int = 0


@dataclass(frozen=True, slots=True)
class Answer:
    """The turns of a window in one snapshot, sorted by turn id. ``snapshot`` is None if there was no log to read."""

    turns: tuple[Turn, ...]
    snapshot: Snapshot | None
    statistics: Statistics


@dataclass(frozen=True, slots=True)
class Unavailable:
    """No answer: the log was not read, or not in one piece. ``detail`` tells a person more, in one line."""

    reason: Reason
    detail: str


Outcome: TypeAlias = Answer | Unavailable
"""What a refresh ends in."""


def join(facts: Iterable[Fact], span: Span) -> tuple[Turn, ...]:
    """Return the turns that the facts within ``span`` make, sorted by turn id.

    ``facts`` come by ascending id. The last request of a turn gives thread, time and model; the last completion of
    the turn, whether its id is lower or higher, overrides the model. Without a request there is no turn.
    """
    requests: dict[str, Fact] = {}
    completions: dict[str, Fact] = {}
    for fact in facts:
        if span.holds(fact.ts):
            (completions if fact.completed else requests)[fact.turn] = fact
    return tuple(
        Turn(turn, request.thread, request.ts, completions.get(turn, request).model)
        for turn, request in sorted(requests.items())
    )
