"""D0 blind: what was read once need not be read again.

The first state of pull request 1404 of steipete/CodexBar, from its description of June 2026:

- The memo holds turns, the highest id that was read, where its coverage begins, and the inode
  number of the file. It lives in the process.
- Each refresh opens the log, selects the highest id, and then stats the path, after the open.
- The memo is not believed if the highest id fell below the cursor, if the window begins before
  the coverage, or if the inode number differs. Then the whole log is read.
- Otherwise the rows above the cursor are read, if the highest id is above it. The cursor becomes
  that highest id, and the memo is put, whatever is stored by then.
- A statement that fails ends the rows, as their end would; a log that cannot be opened or asked
  for its highest id has no turns.

It closes none of the hazards that come of deleting or replacing. With appends alone it never
answers wrongly.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from strandline.properties.systems.memo.specimens.rule import Found, Next, Rule, above, goes, learn, said, top
from strandline.properties.systems.memo.specimens.scene import M, Memo, Run

if TYPE_CHECKING:
    from strandline.model.memo.days import Span
    from strandline.model.memo.log import Row
    from strandline.model.memo.oracle import Turn


@dataclass(frozen=True, slots=True)
class BlindMemo(Memo):
    """Turns and models of completions as they were when their rows were read, by turn id."""

    known: tuple[Turn, ...] = ()
    models: tuple[tuple[str, str | None], ...] = ()

    def turns(self, span: Span) -> tuple[Turn, ...]:
        """Give the turns whose request lies in the span."""
        return tuple(turn for turn in self.known if span.holds(turn.ts))

    def size(self) -> int:
        """Count the turns and the completions."""
        return len(self.known) + len(self.models)


def read(memo: BlindMemo, rows: tuple[Row, ...], cursor: int) -> BlindMemo:
    """Add what the rows state; the cursor moves to where the log ended when it was asked."""
    turns = {turn.turn: turn for turn in memo.known}
    models = dict(memo.models)
    for _, ts, stated in said(rows):
        learn(turns, models, ts, stated)
    known = tuple(turns[turn] for turn in sorted(turns))
    return replace(memo, cursor=cursor, known=known, models=tuple(sorted(models.items())))


def doubt(memo: M | None, run: Run[M]) -> str | None:
    """Tell why the memo is not believed; that the highest id fell is all there is to recognize the log by."""
    if memo is None:
        return "no memo"
    if memo.inode != run.inode:
        return "file replaced"
    if run.coverage < memo.coverage:
        return "window widened"
    return "anchors lost" if run.top < memo.cursor else None


def _max(run: Run[BlindMemo], found: Found[BlindMemo]) -> Next[BlindMemo]:
    return Next(run._replace(top=top(found.rows)), "stat")


def _stat(run: Run[BlindMemo], found: Found[BlindMemo]) -> Next[BlindMemo]:
    return Next(run._replace(inode=found.inode), "recall")


def _recall(run: Run[BlindMemo], found: Found[BlindMemo]) -> Next[BlindMemo]:
    cause = doubt(found.stored, run)
    memo = found.stored if found.stored is not None and cause is None else BlindMemo(run.coverage, 0, run.inode)
    run = run._replace(cause=cause, memo=memo)
    return Next(run, "tail" if run.top > memo.cursor else None)


def _tail(run: Run[BlindMemo], found: Found[BlindMemo]) -> Next[BlindMemo]:
    if run.memo is None:
        return Next(run)
    rows = above(found.rows, run.memo)
    return Next(run._replace(memo=read(run.memo, rows, run.top), tested=len(rows)), "put")


def _puts(_mine: BlindMemo, _stored: BlindMemo | None) -> bool:
    return True


def _fails(run: Run[BlindMemo], gate: str) -> Next[BlindMemo]:
    return _tail(run, Found()) if gate == "tail" else Next(run._replace(memo=None))


RULE: Final[Rule[BlindMemo]] = Rule(
    steps={
        "exists": goes("open"),
        "open": goes("max"),
        "max": _max,
        "stat": _stat,
        "recall": _recall,
        "tail": _tail,
    },
    puts=_puts,
    fails=_fails,
)
