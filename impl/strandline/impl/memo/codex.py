"""The shipped projection: which turns ran on the priority tier, from the trace log of the codex CLI.

The oracle joins too, in code of its own: each judges the other.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal, NamedTuple, TypeAlias

from strandline.impl.memo.parse import RULES, Parsed, parse
from strandline.impl.memo.projection import Fact, Projection

if TYPE_CHECKING:
    from collections.abc import Iterable

    from strandline.impl.memo.memo import Partition
    from strandline.impl.memo.window import Span

How: TypeAlias = Literal["in force", "requested", "asked for"]
"""How it is known that a turn ran on the priority tier, best first: tags state what was in force, a request what was
requested of the server, a submission what the user asked for."""

_UNTOLD, _ASKED, _REQUESTED, _IN_FORCE = range(4)
_RANKS: Final = {"tags": _IN_FORCE, "request": _REQUESTED, "submission": _ASKED, "started": _UNTOLD}
"""How well each kind of row knows the tier of its turn. The best kind that a turn has decides, alone."""

_HOWS: Final[dict[int, How]] = {_IN_FORCE: "in force", _REQUESTED: "requested", _ASKED: "asked for"}
_PRIORITY: Final[tuple[tuple[str, ...], ...]] = ((), ("priority", "fast"), ("priority",), ("priority",))
"""The tiers that mean priority, for each rank."""

_MODELS: Final = frozenset({"completed", "rerouted"})


class Turn(NamedTuple):
    """One turn that ran on the priority tier.

    ``how`` tells how that is known. ``thread`` and ``ts``, in unix seconds, are of the row that says so; ``model`` is
    too, unless another row tells which model the server used.
    """

    turn: str
    how: How
    thread: str | None
    ts: int
    model: str | None


class TierRows(NamedTuple):
    """How many rows of turns state a tier or ask for one, whatever it is."""

    tags: int
    request: int
    submission: int


class Summary(NamedTuple):
    """What the rows of a window tell and do not tell.

    ``turns_seen`` counts the turns that a row names or starts, ``turns_untold`` those of them whose tier no row tells:
    they may have run on priority. ``of_no_turn`` counts the rows that would say something of a turn and name none,
    ``unreadable`` those that begin as tags or as a submission and cannot be read.
    """

    tier_rows: TierRows
    turns_seen: int
    turns_untold: int
    of_no_turn: int
    unreadable: int


class _Gathered(NamedTuple):
    """What the facts of a span tell.

    ``best`` gives the best rank of each turn that is seen, ``priority`` for each rank the last fact of a turn that says
    priority, ``models`` what the server used. ``rows`` counts the rows of each rank.
    """

    best: dict[str, int]
    priority: tuple[dict[str, Fact[Parsed]], ...]
    models: dict[str, str | None]
    rows: list[int]
    of_no_turn: int
    unreadable: int


def _gather(facts: Iterable[Fact[Parsed]], span: Span) -> _Gathered:
    """Sort the facts within a span by what they tell; they come by ascending id."""
    best: dict[str, int] = {}
    priority: tuple[dict[str, Fact[Parsed]], ...] = tuple({} for _ in _PRIORITY)
    models: dict[str, str | None] = {}
    rows = [0 for _ in _PRIORITY]
    of_no_turn = unreadable = 0
    for fact in facts:
        if not span.holds(fact.ts):
            continue
        kind, turn, _, tier, model = fact.says
        if turn is None:
            unreadable += kind == "unreadable"
            of_no_turn += kind != "unreadable"
        elif kind in _MODELS:
            models[turn] = model
        else:
            rank = _UNTOLD if kind == "submission" and tier is None else _RANKS[kind]
            rows[rank] += 1
            if rank >= best.get(turn, _UNTOLD):
                best[turn] = rank
            if tier in _PRIORITY[rank]:
                priority[rank][turn] = fact
    return _Gathered(best, priority, models, rows, of_no_turn, unreadable)


def join(facts: Iterable[Fact[Parsed]], span: Span) -> tuple[Turn, ...]:
    """Give the turns that ran on the priority tier by the facts within ``span``, sorted by turn id.

    The best kind of row that a turn has decides, alone: tags, else requests, else submissions that ask for a tier. It
    is on priority if any row of that kind says so. The last of these gives thread, time and model; what the server
    used overrides the model.
    """
    found = _gather(facts, span)
    stated = sorted((turn, rank) for turn, rank in found.best.items() if turn in found.priority[rank])
    return tuple(_turn(turn, rank, found.priority[rank][turn], found.models) for turn, rank in stated)


def summarize(facts: Iterable[Fact[Parsed]], span: Span) -> Summary:
    """Count what the facts within ``span`` tell and do not tell."""
    found = _gather(facts, span)
    return Summary(
        tier_rows=TierRows(found.rows[_IN_FORCE], found.rows[_REQUESTED], found.rows[_ASKED]),
        turns_seen=len(found.best),
        turns_untold=sum(rank == _UNTOLD for rank in found.best.values()),
        of_no_turn=found.of_no_turn,
        unreadable=found.unreadable,
    )


def _turn(turn: str, rank: int, fact: Fact[Parsed], models: dict[str, str | None]) -> Turn:
    """Report a turn by the fact that says priority."""
    thread = _owner(fact.partition) or fact.says.thread
    return Turn(turn, _HOWS[rank], thread, fact.ts, models.get(turn, fact.says.model))


def _owner(partition: Partition) -> str | None:
    """Read the thread that a row's own column names: None if it is NULL, blank, or no text that decodes."""
    column, owner = partition or (None, None)
    if column != 0 or not isinstance(owner, bytes):
        return None
    try:
        thread = owner.decode("utf-8")
    except UnicodeDecodeError:
        return None
    return thread if thread.strip() else None


CODEX: Final = Projection(
    table="logs",
    id="id",
    ts="ts",
    nanos="ts_nanos",
    body="feedback_log_body",
    owners=("thread_id", "process_uuid"),
    markers=(),  # the parser refuses a body faster than its markers are looked for
    rules=RULES,
    parse=parse,
    join=join,
    summarize=summarize,
    says=Parsed,
)
"""The table ``logs`` of codex, read by the rules of :mod:`strandline.impl.memo.parse`."""
