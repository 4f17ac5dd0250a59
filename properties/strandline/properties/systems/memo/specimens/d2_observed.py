"""D2 observed: D1, and sources are looked up again, and a number says which memo is newer.

Pull request 1404 of steipete/CodexBar as it was merged, in the file that memo and scan live in
(CostUsageScanner+CodexPriority.swift):

- The path has its inode number compared before the open and after it; if they differ, the refresh
  ends with no turns.
- A number is taken once the file is open, before the first statement. A write-back gives way to
  a stored memo with a higher number, so that the refresh that began later wins.
- The memo holds the id of each row that it rests on. They are selected by id before the tail is
  read; what is gone is forgotten, and if anything was, the memo is put even if there is no tail.
  Only the id is asked for, not what the row says.
- A memo that begins anew is put even if it is empty.
- Completions of turns whose request has not been seen are pending. There may be 4,096 turns of
  them; beyond that the oldest is forgotten, and nothing remembers that it was.
- A statement that fails ends the refresh: it answers from the memo it had, and stores nothing.

It closes H01, H02 and H03. What is left comes of its statements, each of which sees a snapshot of
its own (H04), of a number that is taken before all of them (H08), and of what an id and an inode
number cannot tell (H06, H07, H15).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Self, TypeVar

from strandline.model.memo.oracle import Turn
from strandline.properties.systems.memo.specimens.d0_blind import doubt
from strandline.properties.systems.memo.specimens.rule import Found, Next, Rule, Said, Step, above, goes, said, top
from strandline.properties.systems.memo.specimens.scene import M, Memo, Run

if TYPE_CHECKING:
    from collections.abc import Iterable

    from strandline.model.memo.days import Span
    from strandline.model.memo.log import Row

PENDING_MAX: Final = 4096
"""Turns that may have completions pending; a world may bound them closer."""


class Source(NamedTuple):
    """What a row stated when it was read."""

    id: int
    ts: int
    fact: Said


@dataclass(frozen=True, slots=True)
class ObservedMemo(Memo):
    """Sources by ascending id: requests, completions of their turns; and pending ones, oldest turn first."""

    observation: int = 0
    requests: tuple[Source, ...] = ()
    completions: tuple[Source, ...] = ()
    pending: tuple[Source, ...] = ()

    def turns(self, span: Span) -> tuple[Turn, ...]:
        """Give the turns whose latest request lies in the span."""
        models = {source.fact.turn: source.fact.model for source in self.completions}
        found = {
            said.turn: Turn(said.turn, "requested", said.thread, ts, models.get(said.turn, said.model))
            for _, ts, said in self.requests
        }
        return tuple(found[turn] for turn in sorted(found) if span.holds(found[turn].ts))

    def size(self) -> int:
        """Count the sources."""
        return len(self.sources())

    def sources(self) -> tuple[Source, ...]:
        """Give all sources."""
        return (*self.requests, *self.completions, *self.pending)

    def number(self) -> int:
        """Give the number of the refresh that made the memo."""
        return self.observation

    def numbered(self, number: int) -> Self:
        """Give the memo with another number."""
        return replace(self, observation=number)


D = TypeVar("D", bound=ObservedMemo)


def read(memo: D, rows: Iterable[Row], cursor: int, limit: int) -> D:
    """Add what the rows state."""
    for source in (Source(*stated) for stated in said(rows)):
        turn = source.fact.turn
        known = any(request.fact.turn == turn for request in memo.requests)
        if not source.fact.completed:
            mine = tuple(one for one in memo.pending if one.fact.turn == turn)
            memo = replace(
                memo,
                requests=_with(memo.requests, (source,)),
                completions=_with(memo.completions, mine),
                pending=tuple(one for one in memo.pending if one.fact.turn != turn),
            )
        elif known:
            memo = replace(memo, completions=_with(memo.completions, (source,)))
        else:
            memo = replace(memo, pending=_youngest((*memo.pending, source), limit))
    return replace(memo, cursor=cursor)


def _with(sources: tuple[Source, ...], more: tuple[Source, ...]) -> tuple[Source, ...]:
    """Add sources by their ids; of two with one id the later one counts."""
    return tuple(sorted({source.id: source for source in (*sources, *more)}.values()))


def _youngest(pending: tuple[Source, ...], limit: int) -> tuple[Source, ...]:
    """Forget the oldest turns beyond the limit."""
    turns = list(dict.fromkeys(source.fact.turn for source in pending))[-limit:]
    return tuple(source for source in pending if source.fact.turn in turns)


def without(memo: D, present: frozenset[int], limit: int) -> D:
    """Forget the sources whose ids are gone; completions of turns that are gone with them are pending again."""
    requests = tuple(source for source in memo.requests if source.id in present)
    turns = {source.fact.turn for source in requests}
    completions = tuple(source for source in memo.completions if source.id in present)
    orphans = tuple(source for source in completions if source.fact.turn not in turns)
    pending = tuple(source for source in memo.pending if source.id in present)
    return replace(
        memo,
        requests=requests,
        completions=tuple(source for source in completions if source.fact.turn in turns),
        pending=_youngest((*pending, *orphans), limit),
    )


def settle(run: Run[D], *, changed: bool) -> Next[D]:
    """Go on to the tail if there is one, else put the memo if it is another one than before."""
    if run.memo is not None and run.top > run.memo.cursor:
        return Next(run, "tail")
    return Next(run, "put" if changed else None)


def stat(run: Run[M], found: Found[M]) -> Next[M]:
    """Take the inode number at the path; where nothing is, there are no turns."""
    return Next(run._replace(inode=found.inode), "open" if found.inode else None)


def stat_again(run: Run[M], found: Found[M]) -> Next[M]:
    """Compare the inode number at the path with the one from before the open."""
    same = run.inode == found.inode
    return Next(run, "number" if same else None, replaced=not same)


def number(run: Run[M], found: Found[M]) -> Next[M]:
    """Take a number, which is all that is told by it: nothing has been read yet."""
    return Next(run._replace(number=found.number), "max")


def highest(run: Run[M], found: Found[M]) -> Next[M]:
    """Take the highest id."""
    return Next(run._replace(top=top(found.rows)), "recall")


def _recall(run: Run[ObservedMemo], found: Found[ObservedMemo]) -> Next[ObservedMemo]:
    cause = doubt(found.stored, run)
    if found.stored is None or cause is not None:
        fresh = ObservedMemo(run.coverage, 0, run.inode, run.number)
        return settle(run._replace(cause=cause, memo=fresh), changed=True)
    run = run._replace(memo=found.stored.numbered(run.number))
    return Next(run, "sources") if found.stored.sources() else settle(run, changed=False)


def sources(run: Run[D], found: Found[D]) -> Next[D]:
    """Forget the sources that are gone."""
    if run.memo is None:
        return Next(run)
    kept = without(run.memo, frozenset(row.id for row in found.rows), found.limit)
    changed = kept.size() < run.memo.size()
    return settle(run._replace(memo=kept, keys=run.memo.size()), changed=changed)


def tail(run: Run[D], found: Found[D]) -> Next[D]:
    """Read the rows above the cursor."""
    if run.memo is None:
        return Next(run)
    rows = above(found.rows, run.memo)
    return Next(run._replace(memo=read(run.memo, rows, run.top, found.limit), tested=len(rows)), "put")


def puts(mine: Memo, stored: Memo | None) -> bool:
    """Give way to a memo of a refresh that took its number later."""
    return stored is None or stored.number() <= mine.number()


def fails(run: Run[M], _gate: str) -> Next[M]:
    """Answer from what there is, and store nothing."""
    return Next(run)


BEFORE_THE_MEMO: Final[dict[str, Step[Any]]] = {
    "exists": goes("stat"),
    "stat": stat,
    "open": goes("stat again"),
    "stat again": stat_again,
    "number": number,
    "max": highest,
}
"""The gates up to the memo, which are those of every later design too."""

RULE: Final[Rule[ObservedMemo]] = Rule(
    steps={**BEFORE_THE_MEMO, "recall": _recall, "sources": sources, "tail": tail},
    puts=puts,
    fails=fails,
)
