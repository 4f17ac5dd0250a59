"""The questions about memos that are put to the scanner and to the model."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, Final, NamedTuple

from strandline.impl.memo import memo as memos
from strandline.impl.memo import parse, projection
from strandline.impl.memo.answer import Snapshot
from strandline.impl.memo.memo import Place
from strandline.model.memo import bodies, facts
from strandline.model.memo import memo as model
from strandline.model.memo import truth as truths
from strandline.model.memo.days import Span
from strandline.model.memo.oracle import oracle
from strandline.properties.systems.memo.agreement.histories import COVERAGES, History
from strandline.properties.systems.memo.agreement.questions import same

if TYPE_CHECKING:
    from strandline.model.memo.log import Log
    from strandline.properties.systems.memo.agreement.histories import Step
    from strandline.properties.systems.memo.agreement.questions import Tally
    from strandline.properties.systems.memo.agreement.sides import Desk

CHUNKS_MAX: Final = 1_000
"""More chunks than any log of a history has."""

LATEST: Final = 15
"""A window of a history may end before this instant."""


class Remembered(NamedTuple):
    """One memo twice: as the scanner holds it, and as the model does."""

    mine: memos.Memo
    theirs: model.Memo


def history(case: list[Step], limits: model.Limits, desk: Desk, tally: Tally) -> None:
    """Ask what each read of a history finds, which memo it leads to, and what is stored of that."""
    here = History()
    desk.hold(here.log)
    stored: Remembered | None = None
    observed = 0
    for step in case:
        if step.name != "read":
            here.take(step)
            desk.hold(here.log)
            continue
        wanted = COVERAGES[step.arg % len(COVERAGES)]
        found = stored
        for _ in range(CHUNKS_MAX):
            observed += 1
            identity = (1, here.inode, observed)
            base = found
            expected = model.absorb(base and base.theirs, here.log, wanted, identity, limits)
            mine, seen = desk.read(base and base.mine, wanted, identity, limits.chunk)
            same(case, seen, expected)
            tally["resumed after a deletion"] += expected.cause is None and _lost(base, here.log)
            tally[f"full scans: {expected.cause}"] += expected.cause is not None
            found = Remembered(mine, expected.memo)
            if expected.complete:
                break
        if found is not None:
            if not any(step.name == "rewrite" for step in case):
                _answered(case, found.mine, desk, here.log, wanted)
            stored = _kept(case, found, limits, desk)
            tally["memos that were cut"] += stored.theirs.full
            tally["memos with all the anchors there may be"] += len(stored.theirs.anchors) == model.ANCHORS_MAX
            tally["memos with all the gaps there may be"] += len(stored.theirs.gaps) == model.GAPS_MAX


def _lost(base: Remembered | None, log: Log) -> bool:
    """Tell whether a memo rests on a row that is gone."""
    return base is not None and bool(set(base.theirs.sources) - set(log.rows))


def _answered(case: object, mine: memos.Memo, desk: Desk, log: Log, wanted: int) -> None:
    """Ask for the answers that a memo gives; after a row was rewritten in place they are not promised."""
    for end in (None, LATEST):
        span = Span(None if wanted == model.OPEN else wanted, end)
        same(case, desk.joined(mine, span), oracle(log.rows, span))


def _kept(case: object, found: Remembered, limits: model.Limits, desk: Desk) -> Remembered:
    """Ask what is kept of a memo within limits."""
    kept = Remembered(memos.bounded(found.mine, limits.sources), model.bounded(found.theirs, limits))
    same(case, desk.seen(kept.mine), kept.theirs)
    return kept


EPOCHS: Final = (1, 2, 3)
_RANKS: Final = tuple(product(EPOCHS, (1, 2), (1, 2, 3), (model.OPEN, 0, 1)))
"""Every epoch, inode number, observation and coverage that matters: lower, equal, higher."""


def _ranked(epoch: int, inode: int, observation: int, coverage: int) -> Remembered:
    snapshot = Snapshot(0, inode, 1, None, 0, observation)
    return Remembered(
        memos.Memo(epoch, Place(0, inode), observation, coverage, 0, (), (), (), snapshot),
        model.Memo(epoch, inode, observation, coverage, 0, (), (), ()),
    )


def write_backs(tally: Tally) -> None:
    """Ask, of all pairs of memos, which is newer, and what becomes of the one beside the other."""
    ranked = [_ranked(*rank) for rank in _RANKS]
    for one, other in product(ranked, [*ranked, None]):
        for epoch in EPOCHS:
            decided = model.write_back(one.theirs, other and other.theirs, epoch)
            same((one.theirs, other and other.theirs), memos.write_back(one.mine, other and other.mine, epoch), decided)
            tally["write-backs"] += 1
        if other is not None:
            dominates = model.dominates(one.theirs, other.theirs)
            same((one.theirs, other.theirs), memos.dominates(one.mine, other.mine), dominates)


def numbers(tally: Tally) -> None:
    """Ask for the numbers that both sides state."""
    stated = {
        "the longest body": (projection.BODY_MAX, truths.BODY_MAX),
        "the deepest JSON": (parse.NESTING_MAX, facts.NESTING_MAX),
        "the deepest submission": (parse.DEPTH_MAX, bodies.DEPTH_MAX),
        "anchors": (memos.ANCHORS_MAX, model.ANCHORS_MAX),
        "gaps": (memos.GAPS_MAX, model.GAPS_MAX),
        "sources": (memos.Limits().sources, model.Limits().sources),
        "rows of a chunk": (memos.Limits().chunk, model.Limits().chunk),
        "tries": (memos.Limits().tries, model.Limits().tries),
        "swaps": (memos.Limits().swaps, model.Limits().swaps),
        "the open coverage": (memos.OPEN, model.OPEN),
        "the cursor of nothing": (memos.NOTHING, model.NOTHING),
    }
    for name, (mine, theirs) in stated.items():
        same(name, mine, theirs)
        tally["numbers"] += 1
