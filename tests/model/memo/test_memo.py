"""Claims about the memo of the model: those of :mod:`tests.claims.reads`, its bounds, and which of two stays."""

from __future__ import annotations

from typing import cast

from strandline.model.memo import memo as memos
from strandline.model.memo.log import Body, Draft, Log, Row, append, delete
from strandline.model.memo.memo import OPEN, Limits, Memo, Reading, absorb, bounded, dominates, write_back
from tests.claims import reads
from tests.claims.order import Order, Rank

CHATTER = "chatter"
AMPLE = Limits(sources=1000, chunk=1000)


def request(turn: str = "t") -> str:
    """A body that is a source."""
    return f'turn{{turn.id={turn}}}: websocket request: {{"type": "response.create", "service_tier": "priority"}}'


def log_of(*bodies: Body, thread: str = "h", ts: int = 100) -> Log:
    """A log with a row for each body, from id 1 on, each born at a moment of its own."""
    return more(Log(), *bodies, thread=thread, ts=ts)


def more(log: Log, *bodies: Body, thread: str = "h", ts: object = 100) -> Log:
    """The log with more rows."""
    return append(log, [Draft(ts, log.sequence + place, thread, None, body) for place, body in enumerate(bodies)])


def without(log: Log, *ids: int) -> Log:
    """The log with fewer rows."""
    for row_id in ids:
        log = delete(log, row_id)
    return log


def read(log: Log, base: Memo | None = None, coverage: int = 0, inode: int = 1, limits: Limits = AMPLE) -> Reading:
    """Read a log; the observation is one above that of the base."""
    return absorb(base, log, coverage, (0, inode, base.observation + 1 if base else 1), limits)


def sources(memo: Memo) -> list[int]:
    """The ids of a memo's sources."""
    return [row.id for row in memo.sources]


def anchors(memo: Memo) -> list[int]:
    """The ids of a memo's anchors."""
    return [row.id for row in memo.anchors]


class TestReads(reads.Reads):
    def read(
        self, known: reads.Log, base: Memo | None = None, *, wanted: int = 0, file: int = 2, chunk: int = reads.EVERY
    ) -> Reading:
        rows = tuple(
            Row(at, line.ts, line.moment(at), line.thread, line.process, cast("Body", line.body))
            for at, line in sorted(known.items())
        )
        log = Log(rows, max(known, default=0))
        return read(log, base, wanted, file, Limits(sources=1_000, chunk=chunk))


# Bounds


def test_a_memo_within_its_limit_stays_as_it_is() -> None:
    memo = read(log_of(request("a"), request("b"))).memo
    assert bounded(memo, Limits(sources=2)) is memo


def test_a_memo_beyond_its_limit_is_cut_below_the_first_source_that_does_not_fit() -> None:
    log = without(log_of(request("a"), request("b"), CHATTER, CHATTER, request("e"), CHATTER, request("g")), 3, 6)
    memo = bounded(read(log).memo, Limits(sources=2))
    assert (sources(memo), memo.cursor) == ([1, 2], 4)
    assert anchors(memo) == [1, 2]
    assert memo.gaps == ((OPEN, 0), (3, 3))


def test_a_cut_memo_is_recognized_by_its_latest_rows() -> None:
    log = more(log_of(CHATTER, thread="quiet"), *(request(str(turn)) for turn in range(30)))
    assert anchors(bounded(read(log).memo, Limits(sources=20))) == list(range(6, 22))


def test_a_gap_is_cut_with_its_memo() -> None:
    log = without(log_of(request("a"), CHATTER, CHATTER, request("d")), 2, 3)
    memo = bounded(read(log).memo, Limits(sources=1))
    assert (memo.cursor, memo.gaps) == (3, ((OPEN, 0), (2, 3)))


def test_a_memo_that_was_cut_is_gone_on_from_without_a_full_read() -> None:
    log = log_of(*(request(str(turn)) for turn in range(20)))
    reading = read(log, bounded(read(log).memo, Limits(sources=15)))
    assert (reading.cause, reading.rows, sources(reading.memo)) == (None, 5, list(range(1, 21)))


def test_gaps_that_touch_or_overlap_are_one() -> None:
    assert memos._merged([(5, 6), (1, 2), (3, 3), (6, 9), (11, 12)]) == ((1, 3), (5, 9), (11, 12))  # noqa: SLF001 - its order is the claim
    assert memos._merged([(1, 9), (2, 3)]) == ((1, 9),)  # noqa: SLF001 - the same
    assert memos._merged([(4, 3)]) == ()  # noqa: SLF001 - the same


# Which of two memos stays


class TestOrder(Order):
    def dominates(self, one: Rank, other: Rank) -> bool:
        return dominates(ranked(one), ranked(other))

    def write_back(self, mine: Rank, stored: Rank | None, epoch: int = 0) -> str:
        return write_back(ranked(mine), stored and ranked(stored), epoch)


def ranked(rank: Rank) -> Memo:
    return Memo(rank.epoch, rank.file, rank.observation, rank.coverage, 0, (), (), ())


def test_a_late_write_back_never_replaces_a_newer_memo() -> None:
    """Request p, refresh, delete p, refresh: the result with fewer sources is the newer one."""
    log = log_of(request(), CHATTER)
    old = read(log).memo
    new = read(without(log, 1), old).memo
    assert (new.cursor, len(new.sources), len(old.sources)) == (old.cursor, 0, 1)
    assert (write_back(new, old, 0), write_back(old, new, 0)) == ("put", "discard")
