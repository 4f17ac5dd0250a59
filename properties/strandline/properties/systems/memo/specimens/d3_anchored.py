"""D3 anchored: D2, and a remembered row tells whether the log is still the same; the memo outlives the process.

The versions of steipete/CodexBar that followed the merge of pull request 1404, in the same file and
in CostUsageScanner+CodexPriorityPersistence.swift:

- With the cursor goes an anchor: the newest row up to it, as id and a digest of its second and its
  body. It is selected by a statement of its own after the tail.
- Before a memo is gone on from, the row with that id is selected. If it is gone or its digest is
  another, or the statement fails, the whole log is read.
- The memo is saved to disk after the refresh, and put in place when the process starts, under a
  new number, unless there is one by then. Forgetting the memo leaves the saved one alone.
- All else is as in D2.

It closes H06 and H15 as far as one row can tell. One row is pruned soon, and each time the whole
log is read (H16); what was deleted below it and came back is not noticed (H07); and a memo that was
dropped comes back with the next start. Later versions spread four anchors and compare what each
source says; they are no part of this specimen.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, NamedTuple

from strandline.properties.systems.memo.specimens.d0_blind import doubt
from strandline.properties.systems.memo.specimens.d2_observed import (
    BEFORE_THE_MEMO,
    ObservedMemo,
    fails,
    puts,
    settle,
    sources,
    tail,
)
from strandline.properties.systems.memo.specimens.rule import Found, Next, Rule

if TYPE_CHECKING:
    from strandline.model.memo.log import Body, Row
    from strandline.properties.systems.memo.specimens.scene import Run


class Anchor(NamedTuple):
    """A remembered row; second and body stand for their digest."""

    id: int
    ts: object
    body: Body


@dataclass(frozen=True, slots=True)
class AnchoredMemo(ObservedMemo):
    """The sources of D2, and the newest row up to the cursor; a memo of an empty log has none."""

    anchor: Anchor | None = None

    def anchors(self) -> int:
        """Count the anchor."""
        return int(self.anchor is not None)


def _anchor_of(row: Row) -> Anchor:
    return Anchor(row.id, row.ts, row.body)


def _recall(run: Run[AnchoredMemo], found: Found[AnchoredMemo]) -> Next[AnchoredMemo]:
    cause = doubt(found.stored, run)
    if found.stored is None or cause is not None:
        return _anew(run, cause)
    run = run._replace(memo=found.stored.numbered(run.number))
    return Next(run, "anchor") if found.stored.cursor else settle(run, changed=False)


def _anew(run: Run[AnchoredMemo], cause: str | None) -> Next[AnchoredMemo]:
    fresh = AnchoredMemo(run.coverage, 0, run.inode, run.number)
    return settle(run._replace(cause=cause, memo=fresh), changed=True)


def _anchor(run: Run[AnchoredMemo], found: Found[AnchoredMemo]) -> Next[AnchoredMemo]:
    memo = run.memo
    if memo is None or memo.anchor is None:
        return _anew(run, "anchors lost")
    run = run._replace(anchors=memo.anchors())
    there = [_anchor_of(row) for row in found.rows if row.id == memo.anchor.id]
    if not there:
        return _anew(run, "anchors lost")
    if there != [memo.anchor]:
        return _anew(run, "rows rewritten")
    return Next(run, "sources") if memo.sources() else settle(run, changed=False)


def _tail(run: Run[AnchoredMemo], found: Found[AnchoredMemo]) -> Next[AnchoredMemo]:
    return tail(run, found)._replace(gate="mark")


def _mark(run: Run[AnchoredMemo], found: Found[AnchoredMemo]) -> Next[AnchoredMemo]:
    rows = [row for row in found.rows if row.id <= run.top]
    if run.memo is None or not rows:
        return Next(run)
    return Next(run._replace(memo=replace(run.memo, anchor=_anchor_of(rows[-1]))), "put")


def _fails(run: Run[AnchoredMemo], gate: str) -> Next[AnchoredMemo]:
    if gate == "anchor":
        return _anew(run._replace(failed=None), "anchors lost")
    return fails(run, gate)


RULE: Final[Rule[AnchoredMemo]] = Rule(
    steps={
        **BEFORE_THE_MEMO,
        "recall": _recall,
        "anchor": _anchor,
        "sources": sources,
        "tail": _tail,
        "mark": _mark,
    },
    puts=puts,
    fails=_fails,
    saves=True,
)
