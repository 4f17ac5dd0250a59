"""Known-bad designs, each planted in the real scanner in place of one function or one method.

A law that no mutant breaks is a guess. Each mutant names the hazard that it stands for and the
law that must catch it.
"""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, cast
from unittest.mock import patch

from strandline.impl import memo as memos
from strandline.impl import refresh, scan
from strandline.impl.answer import Answer, Statistics
from strandline.impl.connection import Connection
from strandline.impl.effects import Located
from strandline.impl.store import MemoStore, Slot

if TYPE_CHECKING:
    from collections.abc import Iterator

    from strandline.impl.effects import Failure
    from strandline.impl.log import LogReader, LogRow
    from strandline.impl.memo import Memo, Place, WriteBack
    from strandline.impl.store import Joined
    from strandline.impl.window import Span

SHIPPED = "shipped"
"""The name of the scanner as it is."""


@dataclass(frozen=True, slots=True)
class Mutant:
    """A known-bad design: its name, the hazard, what it does, the law that must catch it.

    ``where`` and ``attribute`` say what it replaces, ``by`` with what.
    """

    name: str
    hazard: str
    says: str
    law: str
    where: Any
    attribute: str
    by: Any


def _cursor_dominance(mine: Memo, stored: Memo | None, epoch: int) -> WriteBack:
    if mine.epoch < epoch:
        return "discard"
    dominated = (
        stored is not None
        and stored.place == mine.place
        and stored.coverage <= mine.coverage
        and stored.cursor >= mine.cursor
    )
    return "discard" if dominated else "put"


def _blind_swap(self: MemoStore, version: int, memo: Memo, joined: Joined) -> Slot | None:
    with self._lock:
        self._slot = Slot(self._slot.version + 1, self._slot.epoch, memo, joined)
    return None


def _believing_sources(log: LogReader, base: Memo | None, wanted: int, place: Place) -> tuple[Any, Any]:
    believed, cause = _BELIEVE(log, base, wanted, place)
    if base is None or cause is not None:
        return believed, cause
    return believed._replace(sources=tuple(fact for fact in base.sources if fact.id <= believed.point)), cause


def _believing_gaps(log: LogReader, base: Memo | None, wanted: int, place: Place) -> tuple[Any, Any]:
    return _BELIEVE(log, replace(base, gaps=()) if base is not None else None, wanted, place)


def _believing_cursor(log: LogReader, base: Memo | None, wanted: int, place: Place) -> tuple[Any, Any]:
    believed, cause = _BELIEVE(log, base, wanted, place)
    if base is None or cause not in {"rows rewritten", "deleted row is back", "anchors lost", "file replaced"}:
        return believed, cause
    kept = log.stamps(fact.id for fact in base.sources)
    sources = tuple(fact for fact in base.sources if fact.id in kept)
    return scan._Believed(base.cursor, base.cursor, sources, base.anchors, base.gaps, len(kept), ranked=True), None


def _never_believing(log: LogReader, base: Memo | None, wanted: int, place: Place) -> tuple[Any, Any]:
    believed, cause = _BELIEVE(log, base, wanted, place)
    return (believed, cause) if cause is not None else (scan._NOTHING_BELIEVED, "anchors lost")


def _one_anchor(log: LogReader, believed: Any, newest: Any, reached: int) -> tuple[memos.Anchor, ...]:
    return _ANCHORS(log, believed, newest, reached)[-1:]


def _empty_on_error(state: refresh.State, failure: Failure) -> refresh.Next:
    return Answer((), None, Statistics("memo"))


def _drop_without_epoch(self: MemoStore) -> None:
    with self._lock:
        self._slot = Slot(self._slot.version + 1, self._slot.epoch)


def _unbounded(memo: Memo, sources_max: int) -> Memo:
    return memo


def _full_and_unchanged(self: Connection, version: int, memo: Memo | None, wanted: int) -> bool:
    return _IS_UNCHANGED(self, version, memo and replace(memo, full=False), wanted)


def _unchecked(state: refresh.Checking, found: Any) -> refresh.Next:
    return _CHECKED(state, Located(state.place))


def _never_unchanged(self: Connection, version: int, memo: Memo | None, wanted: int) -> bool:
    return False


def _reading_twice(log: LogReader, base: Memo | None, wanted: int, rank: scan.Rank, chunk: int) -> scan.Reading:
    for _ in log.tail(memos.NOTHING, memos.Limits().sources):
        pass
    return _READ(log, base, wanted, rank, chunk)


def _answering_unread(state: refresh.Reading) -> refresh.Next:
    return Answer((), None, Statistics("missing"))


class _WithoutCompletions:
    """A log reader that does not see the rows of websocket events."""

    def __init__(self, log: LogReader) -> None:
        self._log = log

    def spanned(self, span: Span) -> Iterator[LogRow]:
        return (row for row in self._log.spanned(span) if b"websocket event:" not in (row.body or b""))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._log, name)


def _glance_at_requests(log: LogReader, span: Span, rank: scan.Rank) -> scan.Glance:
    return _GLANCE(cast("LogReader", _WithoutCompletions(log)), span, rank)


_READ = scan.read
_GLANCE = scan.glance
_BELIEVE = scan._believe
_ANCHORS = scan._anchors
_IS_UNCHANGED = Connection.is_unchanged
_CHECKED = refresh._checked

MUTANTS: dict[str, Mutant] = {
    mutant.name: mutant
    for mutant in (
        Mutant(
            "blind sources",
            "H01",
            "goes on from its sources without looking whether they are still there",
            "M1",
            scan,
            "_believe",
            _believing_sources,
        ),
        Mutant(
            "dominance",
            "H03",
            "throws its memo away if the stored one has read as far (D1's rule)",
            "M3",
            refresh,
            "write_back",
            _cursor_dominance,
        ),
        Mutant(
            "no second look",
            "H05",
            "stores without looking at the path again",
            "M3",
            refresh,
            "_checked",
            _unchecked,
        ),
        Mutant(
            "cursor only",
            "H06",
            "goes on from its cursor whatever became of the rows it remembers",
            "M1",
            scan,
            "_believe",
            _believing_cursor,
        ),
        Mutant(
            "no witnesses",
            "H07",
            "forgets which rows it knows to be deleted",
            "M1",
            scan,
            "_believe",
            _believing_gaps,
        ),
        Mutant(
            "split",
            "H11",
            "decides at one gate and stores at the next, whatever came between",
            "M3",
            MemoStore,
            "swap",
            _blind_swap,
        ),
        Mutant(
            "undone drop",
            "H13",
            "drops the memo and keeps the epoch",
            "M8",
            MemoStore,
            "drop",
            _drop_without_epoch,
        ),
        Mutant(
            "one anchor",
            "H16",
            "recognizes a lineage by its newest row alone",
            "M6",
            scan,
            "_anchors",
            _one_anchor,
        ),
        Mutant(
            "empty on error",
            "M2",
            "answers that there was nothing when the read failed",
            "M2",
            refresh,
            "_failed",
            _empty_on_error,
        ),
        Mutant(
            "always scans",
            "M6",
            "reads the whole log whenever anything changed",
            "M6",
            scan,
            "_believe",
            _never_believing,
        ),
        Mutant(
            "silent scan",
            "M6",
            "reads the whole log besides, and says nothing of it",
            "M6",
            scan,
            "read",
            _reading_twice,
        ),
        Mutant(
            "unread",
            "M1",
            "answers that there is nothing as soon as the file is found",
            "M1",
            refresh,
            "_read",
            _answering_unread,
        ),
        Mutant(
            "never unchanged",
            "M5",
            "looks its sources up again when nothing changed",
            "M5",
            Connection,
            "is_unchanged",
            _never_unchanged,
        ),
        Mutant(
            "two truths",
            "M7",
            "leaves completions out on the one-shot path",
            "M7",
            scan,
            "glance",
            _glance_at_requests,
        ),
        Mutant(
            "full and unchanged",
            "M10",
            "answers from a memo that was cut at its limit",
            "M1",
            Connection,
            "is_unchanged",
            _full_and_unchanged,
        ),
        Mutant(
            "no limit",
            "M10",
            "stores as many sources as there are",
            "M10",
            refresh,
            "bounded",
            _unbounded,
        ),
    )
}
"""Every mutant by its name."""


@contextmanager
def planted(name: str) -> Iterator[None]:
    """Put a mutant in place of the shipped code while the block runs; ``shipped`` puts nothing.

    Raises:
        KeyError: there is no mutant of that name.
    """
    with ExitStack() as stack:
        if name != SHIPPED:
            mutant = MUTANTS[name]
            stack.enter_context(patch.object(mutant.where, mutant.attribute, mutant.by))
        yield
