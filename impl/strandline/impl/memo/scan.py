"""One read of the log: find out how far the memo can be believed, and read on from there.

Log matching: if a remembered row is still there and equal, what the memo knows up to that row
is what the log held when it was read, less what was deleted since. So the highest anchor that
matches is the point to go on from. An anchor that is missing proves nothing, rows are pruned
all the time; a row that is not the one remembered, or back from the dead, proves another
history, and then nothing is believed.
"""

from __future__ import annotations

from operator import attrgetter, itemgetter
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple, TypeAlias, cast

from strandline.impl.memo.answer import Snapshot
from strandline.impl.memo.joined import joined
from strandline.impl.memo.log import damaged, partition_of
from strandline.impl.memo.memo import ANCHORS_MAX, NOTHING, Anchor, Gap, Memo, Place, clipped, merged
from strandline.impl.memo.projection import Fact, Skipped

if TYPE_CHECKING:
    from collections.abc import Callable

    from strandline.impl.memo.log import LogReader, LogRow
    from strandline.impl.memo.memo import Partition
    from strandline.impl.memo.window import Span

WALK_MAX = 4_096
"""How far back the latest partitions are looked for, in rows, when an anchor was pruned."""

_UNREAD: Final = {b"null": "null", b"blob": "blob"}
"""The types of a body that cannot be read, and the reasons that they are skipped for."""

Cause: TypeAlias = Literal[
    "no memo",
    "file replaced",
    "window widened",
    "log was empty",
    "anchors lost",
    "rows rewritten",
    "deleted row is back",
    "past window without a first day",
]
"""Why a refresh read the whole log."""


class Rank(NamedTuple):
    """What a memo of this read will be ranked by, and the file it speaks for."""

    epoch: int
    place: Place
    observation: int
    data_version: int


class Reading(NamedTuple):
    """What one read transaction found, and what it cost.

    ``complete`` is false when the chunk ended before the log did. ``rows`` counts rows whose
    body was tested, ``keys`` rows looked up by primary key.
    """

    memo: Memo
    complete: bool
    cause: Cause | None
    rows: int
    keys: int
    anchors: int


class Glance(NamedTuple):
    """What the one-shot path found."""

    turns: tuple[Any, ...]
    snapshot: Snapshot
    rows: int
    skipped: tuple[tuple[str, int], ...]
    summary: Any


class _Believed(NamedTuple):
    """The part of a memo that the log bears out.

    ``ranked`` tells that its anchors still are the newest rows of the latest partitions.
    """

    point: int
    cursor: int
    sources: tuple[Fact[Any], ...]
    anchors: tuple[Anchor, ...]
    gaps: tuple[Gap, ...]
    keys: int
    ranked: bool


_NOTHING_BELIEVED = _Believed(NOTHING, NOTHING, (), (), (), 0, ranked=True)


def read(log: LogReader, base: Memo | None, wanted: int, rank: Rank, chunk: int) -> Reading:
    """Read a log from where the base memo can be believed, or from the start.

    Args:
        log: the log, inside one read transaction; its projection says what a row means.
        base: the memo to go on from.
        wanted: the earliest instant that the window needs, in unix seconds.
        rank: epoch, place and number of this read.
        chunk: how many rows to go through at most.
    """
    believed, cause = _believe(log, base, wanted, rank.place)
    coverage = wanted if base is None else min(wanted, base.coverage)
    sources = list(believed.sources)
    gaps = list(believed.gaps)
    parse = log.projection.read()
    newest: dict[tuple[object, ...], int] = {}
    reached = believed.point
    rows = 0
    for row in log.tail(believed.point, chunk):
        rows += 1
        if row.id <= reached:
            raise damaged("the ids of its rows are out of order")
        if row.id > reached + 1:
            gaps.append((reached + 1, row.id - 1))
        reached = row.id
        newest[row.owners] = reached
        fact = _fact(row, parse, coverage)
        if fact is not None:
            sources.append(fact)
    highest = log.highest()
    complete = rows < chunk or highest is None or highest <= reached
    # By ascending id, so that of two owners of one partition the newer row counts.
    latest = {partition_of(owners): row_id for owners, row_id in sorted(newest.items(), key=itemgetter(1))}
    anchors, absent = _anchors(log, believed, latest, reached)
    memo = Memo(
        epoch=rank.epoch,
        place=rank.place,
        observation=rank.observation,
        coverage=coverage,
        cursor=max(believed.cursor, reached) if complete else reached,
        sources=tuple(sources),
        anchors=anchors,
        gaps=merged([*gaps, *absent]),
        snapshot=_snapshot(log, rank, highest),
    )
    compared = len(base.anchors) if base is not None and cause not in {"file replaced", "window widened"} else 0
    return Reading(memo, complete, cause, rows, believed.keys, compared)


def glance(log: LogReader, span: Span, rank: Rank) -> Glance:
    """Answer a window by one bounded scan that leaves the memo alone."""
    facts = []
    rows = 0
    parse = log.projection.read()
    for row in log.spanned(span):
        rows += 1
        fact = _fact(row, parse, None)
        if fact is not None:
            facts.append(fact)
    found = joined(log.projection, sorted(facts, key=attrgetter("id")), span)
    # A row whose instant is no integer lies in no span: all of them are counted, whichever were read above.
    skipped = {**dict(found.skipped), "ts": log.odd_times()}
    counts = tuple((reason, count) for reason, count in sorted(skipped.items()) if count)
    return Glance(found.turns, _snapshot(log, rank, log.highest()), rows, counts, found.summary)


def _snapshot(log: LogReader, rank: Rank, highest: int | None) -> Snapshot:
    return Snapshot(*rank.place, rank.data_version, highest, log.sequence(), rank.observation)


def _believe(log: LogReader, base: Memo | None, wanted: int, place: Place) -> tuple[_Believed, Cause | None]:
    """Find out how far a memo can be believed, or why not at all."""
    if base is None:
        return _NOTHING_BELIEVED, "no memo"
    if base.place != place:
        return _NOTHING_BELIEVED, "file replaced"
    if wanted < base.coverage:
        return _NOTHING_BELIEVED, "window widened"
    if not base.anchors:
        return _NOTHING_BELIEVED, "log was empty"
    digests = {row.id: (row.digest, row.bare) for row in log.whole(anchor.id for anchor in base.anchors)}
    matching = [anchor for anchor in base.anchors if anchor.digest in digests.get(anchor.id, ())]
    if not matching:
        return _NOTHING_BELIEVED, "anchors lost"
    point = matching[-1].id
    known = [fact for fact in base.sources if fact.id <= point]
    stamps = log.stamps(fact.id for fact in known)
    sources = tuple(fact for fact in known if fact.id in stamps)
    changed = [fact for fact in sources if _stamp(*stamps[fact.id]) != (fact.ts, fact.nanos)]
    forked = [anchor for anchor in base.anchors if anchor.id <= point and anchor.id in digests]
    if changed or len(forked) != len(matching):
        return _NOTHING_BELIEVED._replace(keys=len(known)), "rows rewritten"
    gaps = clipped(base.gaps, point)
    if log.is_occupied(gaps):
        return _NOTHING_BELIEVED._replace(keys=len(known)), "deleted row is back"
    deleted = [(fact.id, fact.id) for fact in known if fact.id not in stamps]
    believed = _Believed(
        point,
        base.cursor,
        sources,
        tuple(matching),
        (*gaps, *deleted),
        len(known),
        ranked=len(matching) == len(base.anchors) and not base.full,
    )
    return believed, None


def _anchors(
    log: LogReader, believed: _Believed, newest: dict[Partition, int], reached: int
) -> tuple[tuple[Anchor, ...], tuple[Gap, ...]]:
    """Choose the newest surviving row of each of the latest partitions, by ascending id; give what was absent as well.

    What was just read and the anchors that still match tell that, unless one was pruned: then
    its partition may have an older survivor, and another partition may have moved up. The
    anchors of a memo that was cut at its limit never told it, they are what was left below.

    Where a walk back passed over an id, no row has it. That is remembered: let an older copy bring back a row that is
    no source, and nothing else would tell that it is the newest of its partition again.
    """
    absent: tuple[Gap, ...] = ()
    kept = {anchor.partition: anchor for anchor in believed.anchors}
    if believed.ranked:
        newest = {**{partition: anchor.id for partition, anchor in kept.items()}, **newest}
    else:
        newest, absent = _walked_back(log, reached)
    latest = sorted(newest.items(), key=lambda item: item[1])[-ANCHORS_MAX:]
    known = {anchor.id: anchor for anchor in kept.values()}
    unknown = [row_id for _, row_id in latest if row_id not in known]
    fresh = {row.id: row.digest for row in log.whole(unknown)}
    if len(fresh) < len(unknown):
        raise damaged("a row that was just read is not found by its key")
    anchors = tuple(known.get(row_id) or Anchor(row_id, partition, fresh[row_id]) for partition, row_id in latest)
    return anchors, absent


def _walked_back(log: LogReader, reached: int) -> tuple[dict[Partition, int], tuple[Gap, ...]]:
    """Look for the newest row of each of the latest partitions; give the ids that were missing on the way."""
    newest: dict[Partition, int] = {}
    absent: list[Gap] = []
    passed = reached + 1
    for count, (row_id, partition) in enumerate(log.newest(reached), 1):
        if row_id + 1 < passed:
            absent.append((row_id + 1, passed - 1))
        passed = row_id
        newest.setdefault(partition, row_id)
        if len(newest) >= ANCHORS_MAX or count >= WALK_MAX:
            break
    else:
        absent.append((NOTHING + 1, passed - 1))
    return newest, tuple(absent)


def _stamp(ts: object, nanos: object) -> tuple[object, int]:
    """Give the moment at which a row was born; a fraction that is no integer counts as none."""
    return ts, nanos if type(nanos) is int else 0


def _fact(row: LogRow, parse: Callable[[bytes], object], coverage: int | None) -> Fact[Any] | None:
    """Make a fact of a row that says something, or that cannot be read; None of any other.

    A row without an integer for its instant is one whatever the coverage: it is counted in every window.
    """
    ts, body = row.ts, row.body
    if type(ts) is int and coverage is not None and ts < coverage:
        return None
    says: object
    if type(ts) is not int or body is None or row.is_too_long():
        says = _unread(row)
    else:
        try:
            says = parse(body)
        except UnicodeDecodeError:
            says = Skipped("utf8")
    if says is None:
        return None
    ts = cast("int", ts)  # anything else only beside Skipped, which nothing takes for an instant
    digest = row.bare if type(says) is Skipped else row.digest
    return Fact(row.id, ts, _stamp(ts, row.nanos)[1], says, row.partition, digest)


def _unread(row: LogRow) -> Skipped | None:
    """Tell why a row without a body to read is skipped; None if it is not, as a number in the place of a body."""
    if type(row.ts) is not int:
        return Skipped("ts")
    if row.kind in _UNREAD:
        return Skipped(_UNREAD[row.kind])
    return Skipped("size") if row.is_too_long() else None
