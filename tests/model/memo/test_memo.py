"""Claims about the memo of the model: when it is believed, what a read makes of it, and which of two stays."""

from __future__ import annotations

from dataclasses import replace

import pytest

from strandline.model.memo import memo as memos
from strandline.model.memo.log import Body, Draft, Log, Row, append, delete, empty
from strandline.model.memo.memo import NOTHING, OPEN, Limits, Memo, Reading, absorb, bounded, dominates, write_back

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


# Reading


def test_a_first_read_goes_through_every_row_and_says_why() -> None:
    reading = read(log_of(request(), CHATTER, request("u")))
    assert (reading.cause, reading.rows, reading.keys, reading.anchors, reading.complete) == ("no memo", 3, 0, 0, True)
    assert (sources(reading.memo), anchors(reading.memo), reading.memo.cursor) == ([1, 3], [3], 3)
    assert reading.memo.gaps == ((OPEN, 0),)


def test_an_empty_log_leaves_a_memo_that_is_not_gone_on_from() -> None:
    reading = read(Log())
    assert (reading.memo.cursor, reading.memo.anchors, reading.complete) == (NOTHING, (), True)
    assert read(log_of(request()), reading.memo).cause == "log was empty"


def test_a_second_read_goes_through_the_rows_above_the_highest_anchor_alone() -> None:
    log = log_of(request(), CHATTER)
    first = read(log).memo
    second = read(more(log, request("u")), first)
    assert (second.cause, second.rows, second.keys, second.anchors) == (None, 1, 1, 1)
    assert (sources(second.memo), second.memo.cursor) == ([1, 3], 3)
    assert (read(log, first).rows, read(log, first).memo.sources) == (0, first.sources)


def test_a_deleted_source_is_noticed_and_its_id_becomes_a_gap() -> None:
    """Request a, request b, refresh, delete a, refresh: a must not be reported."""
    log = log_of(request("a"), request("b"), CHATTER)
    reading = read(without(log, 1), read(log).memo)
    assert (reading.cause, sources(reading.memo)) == (None, [2])
    assert reading.memo.gaps == ((OPEN, 1),)
    middle = read(without(log, 2), read(log).memo)
    assert middle.memo.gaps == ((OPEN, 0), (2, 2))


def test_ids_that_are_missing_in_the_tail_become_gaps() -> None:
    log = without(log_of(*[CHATTER] * 6), 2, 3, 5)
    assert read(log).memo.gaps == ((OPEN, 0), (2, 3), (5, 5))


@pytest.mark.parametrize(("before", "after"), [(1, 2), (2, 1)])
def test_a_memo_of_another_file_is_not_believed(before: int, after: int) -> None:
    log = log_of(request())
    reading = read(log, read(log, inode=before).memo, inode=after)
    assert (reading.cause, reading.rows, reading.anchors, reading.keys) == ("file replaced", 1, 0, 0)


def test_a_window_that_reaches_back_further_costs_a_full_read_and_a_narrower_one_does_not() -> None:
    log = log_of(request())
    base = read(log, coverage=50).memo
    wider, narrower = read(log, base, coverage=49), read(log, base, coverage=51)
    assert (wider.cause, wider.memo.coverage, wider.anchors) == ("window widened", 49, 0)
    assert (narrower.cause, narrower.memo.coverage) == (None, 50)


def test_a_source_lies_in_the_coverage_or_at_no_time() -> None:
    log = more(log_of(request("a"), ts=49), request("b"), ts=50)
    assert sources(read(log, coverage=50).memo) == [2]
    assert sources(read(more(log, request("c"), ts="50"), coverage=50).memo) == [2, 3]


def test_what_is_pending_or_counted_is_a_source_and_what_states_nothing_is_not() -> None:
    pending = 'turn{turn.id=t}: websocket event: {"type": "response.completed", "response": {"model": "m"}}'
    assert sources(read(log_of(pending, None, b"x", CHATTER)).memo) == [1, 2, 3]


def test_without_any_anchor_left_nothing_is_believed() -> None:
    log = log_of(request(), request("u"))
    base = read(log).memo
    for after in (empty(log), without(log, 2), more(empty(log), request("v"))):
        reading = read(after, base)
        assert (reading.cause, reading.rows, reading.anchors) == ("anchors lost", len(after.rows), 1)


def test_a_read_goes_on_from_the_highest_anchor_that_is_left() -> None:
    log = more(more(log_of(CHATTER, thread="a"), CHATTER, request(), thread="b"), CHATTER, thread="c")
    base = read(log).memo
    assert anchors(base) == [1, 3, 4]
    reading = read(without(log, 4), base)
    assert (reading.cause, reading.rows, anchors(reading.memo)) == (None, 0, [1, 3])
    reading = read(without(log, 3, 4), base)
    assert (reading.cause, reading.rows, sources(reading.memo)) == (None, 1, [])


def test_a_prune_never_lowers_the_cursor() -> None:
    log = more(log_of(CHATTER, thread="a"), CHATTER, thread="b")
    assert read(without(log, 2), read(log).memo).memo.cursor == 2


def test_a_row_that_is_not_the_one_remembered_tells_of_another_history() -> None:
    log = more(log_of(request(), CHATTER, thread="a"), CHATTER, thread="b")
    base = read(log).memo
    for row_id in (1, 2):
        rows = tuple(row._replace(nanos=9) if row.id == row_id else row for row in log.rows)
        reading = read(replace(log, rows=rows), base)
        assert (reading.cause, reading.rows) == ("rows rewritten", 3)
        assert reading.keys == 1


def test_a_row_above_the_point_may_be_another_one() -> None:
    log = more(log_of(request(), thread="a"), request("u"), thread="b")
    reading = read(more(Log(log.rows[:1], 1), request("v"), CHATTER, thread="c"), read(log).memo)
    assert (reading.cause, sources(reading.memo)) == (None, [1, 2])


def test_a_deleted_row_that_is_back_tells_of_an_older_copy() -> None:
    """Back up, delete a, refresh, restore: a is below every anchor, so only the gap can tell."""
    log = more(log_of(request("a"), thread="a"), CHATTER, thread="b")
    base = read(without(log, 1)).memo
    reading = read(log, base)
    assert (reading.cause, sources(reading.memo)) == ("deleted row is back", [1])


@pytest.mark.parametrize("back", [1, 2, 3])
def test_a_deleted_row_is_noticed_wherever_in_its_gap_it_is_back(back: int) -> None:
    log = more(log_of(*map(request, "abc"), thread="a"), CHATTER, thread="b")
    base = read(without(log, 1, 2, 3)).memo
    reading = read(without(log, *({1, 2, 3} - {back})), base)
    assert (reading.cause, sources(reading.memo)) == ("deleted row is back", [back])


def test_a_gap_above_the_point_may_be_filled() -> None:
    log = without(more(log_of(CHATTER, thread="a"), CHATTER, CHATTER, CHATTER, thread="b"), 3)
    base = read(log).memo
    filled = Log((log.rows[0], Row(3, 100, 50, "c", None, request())), 3)
    assert (3, 3) in base.gaps
    assert (read(filled, base).cause, sources(read(filled, base).memo)) == (None, [3])


def test_anchors_are_the_newest_rows_of_the_latest_16_partitions() -> None:
    log = Log()
    for name in range(20):
        log = more(log, CHATTER, CHATTER, thread=str(name))
    assert anchors(read(log).memo) == list(range(10, 41, 2))
    assert len(anchors(read(log).memo)) == memos.ANCHORS_MAX


# Reading in chunks


def test_a_chunk_ends_a_read_that_the_next_goes_on_from() -> None:
    log = log_of(request("a"), CHATTER, request("c"), CHATTER, request("e"))
    limits = Limits(100, 2)
    first = read(log, limits=limits)
    assert (first.complete, first.rows, first.memo.cursor, sources(first.memo)) == (False, 2, 2, [1])
    second = read(log, first.memo, limits=limits)
    assert (second.complete, second.cause, second.memo.cursor, sources(second.memo)) == (False, None, 4, [1, 3])
    third = read(log, second.memo, limits=limits)
    assert (third.complete, third.rows, sources(third.memo)) == (True, 1, [1, 3, 5])
    whole = read(log).memo
    assert replace(third.memo, observation=1) == whole


def test_a_chunk_that_ends_with_the_log_is_complete() -> None:
    assert read(log_of(CHATTER, CHATTER), limits=Limits(100, 2)).complete


def test_anchors_of_a_chunk_lie_within_it() -> None:
    log = more(log_of(CHATTER, thread="a"), CHATTER, thread="b")
    assert anchors(read(log, limits=Limits(100, 1)).memo) == [1]


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


def test_of_too_many_gaps_the_first_and_the_latest_are_kept() -> None:
    log = without(log_of(*[CHATTER] * 201), *range(2, 201, 2))
    gaps = read(log).memo.gaps
    assert len(gaps) == memos.GAPS_MAX
    assert gaps[:2] == ((OPEN, 0), (76, 76))
    assert gaps[-1] == (200, 200)


# Which of two memos stays


def memo(observation: int, coverage: int = 0, *, epoch: int = 0, inode: int = 1) -> Memo:
    """A memo of which only the rank matters."""
    return Memo(epoch, inode, observation, coverage, 0, (), (), ())


def test_a_memo_dominates_one_that_is_not_newer_and_reaches_back_no_further() -> None:
    assert dominates(memo(2), memo(1))
    assert dominates(memo(1), memo(1))
    assert dominates(memo(2, 5), memo(2, 6))
    assert not dominates(memo(1), memo(2))
    assert not dominates(memo(2, 6), memo(1, 5))


def test_a_later_epoch_dominates_whatever_else() -> None:
    assert dominates(memo(1, 9, epoch=1), memo(2, 0, epoch=0))
    assert not dominates(memo(2, 0, epoch=0), memo(1, 9, epoch=1))


@pytest.mark.parametrize(
    ("mine", "stored", "decision"),
    [
        (memo(1), None, "put"),
        (memo(2), memo(1), "put"),
        (memo(1), memo(2), "discard"),
        (memo(1), memo(1), "put"),
        (memo(2, 5), memo(1, 0), "top up theirs"),
        (memo(1, 0), memo(2, 5), "top up mine"),
        (memo(2, 5, inode=2), memo(1, 0), "put"),
        (memo(1, 0, inode=2), memo(2, 5), "discard"),
        (memo(2, 5), memo(1, 0, inode=2), "put"),
        (memo(1, 0), memo(2, 5, inode=2), "discard"),
    ],
)
def test_a_write_back_puts_what_dominates_and_tops_up_what_is_incomparable(
    mine: Memo, stored: Memo | None, decision: str
) -> None:
    assert write_back(mine, stored, 0) == decision


def test_a_memo_from_before_a_drop_is_never_put() -> None:
    assert write_back(memo(9), None, 1) == "discard"
    assert write_back(memo(9), memo(1, epoch=1), 1) == "discard"
    assert write_back(memo(9), memo(1), 1) == "discard"
    assert write_back(memo(9, epoch=1), None, 1) == "put"


def test_a_late_write_back_never_replaces_a_newer_memo() -> None:
    """Request p, refresh, delete p, refresh: the result with fewer sources is the newer one."""
    log = log_of(request(), CHATTER)
    old = read(log).memo
    new = read(without(log, 1), old).memo
    assert (new.cursor, len(new.sources), len(old.sources)) == (old.cursor, 0, 1)
    assert (write_back(new, old, 0), write_back(old, new, 0)) == ("put", "discard")


def test_the_walk_back_for_anchors_ends_at_as_many_partitions_as_are_remembered() -> None:
    """What lies below is not looked at: that row 1 is gone as well is not seen, since sixteen partitions lie above."""
    log = Log()
    for number in range(memos.ANCHORS_MAX + 2):
        log = more(log, CHATTER, thread=str(number))
    base = read(log).memo
    after = read(without(log, 1, memos.ANCHORS_MAX + 2), base).memo
    assert anchors(after) == list(range(2, memos.ANCHORS_MAX + 2))
    assert after.gaps == ((NOTHING + 1, 0),)
