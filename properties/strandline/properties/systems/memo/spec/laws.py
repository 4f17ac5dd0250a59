"""The laws that a memo must obey: one definition of each, for every engine.

A law judges one event. Laws never ask the code under test which of two memos is newer: that
is told by the ghosts, the checker's own record of the snapshot that each memo rests on.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from strandline.model.memo.events import Answered, Discarded, Failed, Looked, Settled, Stored
from strandline.model.memo.memo import ANCHORS_MAX, GAPS_MAX
from strandline.model.memo.rules import CODEX, Rules
from strandline.properties.core.law import Cover, Judge, Law

if TYPE_CHECKING:
    from strandline.model.memo.events import Event, Holding, Outline
    from strandline.model.memo.log import Row
    from strandline.model.memo.state import Scope


def _exact(rules: Rules, event: Event) -> bool:
    if not isinstance(event, Answered):
        return True
    return event.named and event.led and event.answer == rules.truth(event.rows, event.span)


def _resumed_after_a_deletion(rules: Rules, event: Event) -> bool:
    if not isinstance(event, Looked) or event.base is None or event.cause is not None:
        return False
    gone = set(event.base.ghost.rows) - set(event.rows)
    return any(_is_source(rules, row, event.base) for row in gone)


def _honest(event: Event) -> bool:
    return not (isinstance(event, Failed) and (event.answered or event.moved))


def newer(one: Holding | Outline, other: Holding | Outline) -> bool:
    """Tell by the ghosts whether one memo is strictly newer than another."""
    if one.commit != other.commit:
        return one.commit > other.commit
    return wider(one, other)


def wider(one: Holding | Outline, other: Holding | Outline) -> bool:
    """Tell whether one memo reaches further back than another one of the same file."""
    return one.inode == other.inode and one.coverage < other.coverage


def _monotone(event: Event) -> bool:
    if isinstance(event, Stored):
        return event.old is None or not (newer(event.old, event.mine) or wider(event.old, event.mine))
    if isinstance(event, Discarded) and not event.mine.ghost.forgotten:
        kept = event.theirs
        return kept is not None and not (newer(event.mine, kept) or wider(event.mine, kept))
    return True


def _gave_way(event: Event) -> bool:
    return isinstance(event, Discarded) and event.theirs is not None and newer(event.theirs, event.mine)


def _converges(event: Event) -> bool:
    if not isinstance(event, Settled):
        return True
    return event.exact and event.cause is None and (event.full or event.tested == event.keys == event.anchors == 0)


def _settled_on_turns(event: Event) -> bool:
    return isinstance(event, Settled) and event.turns > 0


def _thrifty(rules: Rules, event: Event) -> bool:
    if not isinstance(event, Looked):
        return True
    base = event.base
    sources = [row for row in base.ghost.rows if _is_source(rules, row, base)] if base is not None else []
    if event.keys > len(sources) or max(event.anchors, event.renewed) > ANCHORS_MAX:
        return False
    if event.cause is not None:
        return _justified(rules, event)
    if base is None:
        return False
    surviving = set(event.rows)
    highest = max((row.id for row in _anchors(rules, base) if row in surviving), default=None)
    return event.tested <= sum(highest is None or row.id > highest for row in event.rows)


def _newest(rows: tuple[Row, ...]) -> tuple[Row, ...]:
    """Give the newest row of each of the latest partitions; the model has a text of its own, which this judges."""
    last = {row.partition: row for row in sorted(rows, key=lambda row: row.id)}
    return tuple(sorted(last.values(), key=lambda row: row.id))[-ANCHORS_MAX:]


def _anchors(rules: Rules, memo: Holding) -> tuple[Row, ...]:
    """Give the rows that a memo can be recognized by.

    They are the newest rows of the latest partitions; beyond the limit of a full memo those
    are not held, and its last sources stand in for them.
    """
    known = memo.ghost.rows
    return tuple(row for row in known if _is_source(rules, row, memo))[-ANCHORS_MAX:] if memo.full else _newest(known)


def _justified(rules: Rules, event: Looked) -> bool:
    """Tell whether the facts bear out the cause that a full scan gives."""
    base = event.base
    if base is None:
        return event.cause == "no memo"
    known = base.ghost.rows
    match event.cause:
        case "file replaced":
            return base.inode != event.inode
        case "window widened":
            return event.coverage < base.coverage
        case "log was empty":
            return not known
        case "anchors lost":
            return not set(_anchors(rules, base)) & set(event.rows)
        case "rows rewritten" | "deleted row is back":
            return any(row.id <= known[-1].id and row not in known for row in event.rows) if known else False
    return False


def _is_source(rules: Rules, row: Row, memo: Holding) -> bool:
    return rules.is_source(row, memo.coverage)


def _resumed(event: Event) -> bool:
    return isinstance(event, Looked) and event.cause is None and 0 < event.tested < len(event.rows)


def _one_truth(event: Event) -> bool:
    return not isinstance(event, Answered) or event.answer == event.one_shot


def _answered_turns(event: Event) -> bool:
    return isinstance(event, Answered) and bool(event.turns)


def _forgotten(event: Event) -> bool:
    if isinstance(event, Stored):
        return not event.mine.ghost.forgotten
    if isinstance(event, Looked) and event.stored:
        return event.base is None or not event.base.ghost.forgotten
    return True


def _let_go(event: Event) -> bool:
    return isinstance(event, Discarded) and event.mine.ghost.forgotten


def bounded_by(sources: int) -> Judge:
    """Make the judge of M10 for a stated limit of remembered rows."""

    def holds(event: Event) -> bool:
        if not isinstance(event, Stored):
            return True
        mine = event.mine
        return mine.sources <= sources and mine.anchors <= ANCHORS_MAX and mine.gaps <= GAPS_MAX

    return holds


def _full(event: Event) -> bool:
    return isinstance(event, Stored) and event.mine.full


def laws(rules: Rules, sources: int) -> tuple[Law, ...]:
    """Give the memo laws for the rules of a log and a stated limit of sources, in the order of their numbers."""
    return (
        Law(
            "M1",
            "exact",
            "always",
            "An answer equals the full scan of the snapshot that it names, and the path led to that file.",
            "A pruned row must not be reported, a new one must not be missed, and two snapshots must not be mixed.",
            partial(_exact, rules),
            Cover(
                "a memo is resumed after a row that it rests on was deleted", partial(_resumed_after_a_deletion, rules)
            ),
            (Answered,),
        ),
        Law(
            "M2",
            "honest",
            "always",
            "A read that fails is unavailable: no answer, nothing stored.",
            "An empty answer in place of an error looks like good news and moves the cursor past rows never read.",
            _honest,
            Cover("a refresh fails", lambda event: isinstance(event, Failed)),
            (Failed,),
        ),
        Law(
            "M3",
            "monotone",
            "always",
            "A write-back never replaces a newer or wider memo, nor gives way to an older or narrower one.",
            "Of two racing refreshes the slower one writes last: what it saw must not bury what the faster one saw.",
            _monotone,
            Cover("a late write-back gives way to a newer memo", _gave_way),
            (Stored, Discarded),
        ),
        Law(
            "M4",
            "order",
            "proved",
            "Dominates is reflexive, transitive, and antisymmetric up to equal rank.",
            "Without an order the outcome of three write-backs depends on who meets whom first.",
            None,
            None,
        ),
        Law(
            "M5",
            "converges",
            "eventually",
            "Once the world is quiet a refresh is exact, and the next one of that window reads no row.",
            "A memo that is right because it scans again each time is no memo.",
            _converges,
            Cover("a quiet world has turns to report", _settled_on_turns),
            (Settled,),
        ),
        Law(
            "M6",
            "thrifty",
            "always",
            "A refresh reads the rows after the highest anchor and looks its sources, the rows of every kind in its "
            "coverage, up by key without their bodies; a full scan has a named cause that the facts bear out.",
            "Exactness is cheap to get by reading everything; the memo exists so as not to.",
            partial(_thrifty, rules),
            Cover("a refresh reads the tail of a log and not the rest", _resumed),
            (Looked,),
        ),
        Law(
            "M7",
            "one truth",
            "always",
            "The memo path and the one-shot path agree on one snapshot and window.",
            "A day must not change its turns at midnight, when it moves from the one path to the other.",
            _one_truth,
            Cover("an answer has turns", _answered_turns),
            (Answered,),
        ),
        Law(
            "M8",
            "forgotten",
            "always",
            "After a forced drop no memo from before it is stored or gone on from.",
            "A drop is asked for when the memo is not trusted; a refresh in flight must not undo it.",
            _forgotten,
            Cover("a refresh in flight during a drop gives way", _let_go),
            (Stored, Looked),
        ),
        Law(
            "M10",
            "bounded",
            "always",
            "A stored memo stays within its stated limits of sources, anchors and gaps.",
            "A memo that grows with the life of the log is a leak; one that stops being exact at its limit is a trap.",
            bounded_by(sources),
            Cover("a memo is stored that is full", _full),
            (Stored,),
        ),
    )


def laws_of(scope: Scope) -> tuple[Law, ...]:
    """Give the laws of a world: by its rules, at its limits."""
    return laws(scope.rules, scope.limits.sources)


SHIPPED_SOURCES: Final = 131_072
"""The limit of sources that is shipped; written here too, so that the scanner's own is judged by it."""

LAWS: Final = laws(CODEX, SHIPPED_SOURCES)
"""The memo laws of the log of codex at the shipped limits, in the order of their numbers."""
