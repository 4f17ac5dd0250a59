"""Claims about the log: what each thing that can happen to it leaves behind."""

from __future__ import annotations

import pytest

from strandline.model.memo.log import (
    Draft,
    Log,
    Raw,
    Row,
    append,
    append_and_prune,
    delete,
    empty,
    prune,
    reset_sequence,
)


def draft(ts: object = 100, nanos: int = 0, thread: str | None = "h", process: str | None = "p") -> Draft:
    """A row to be."""
    return Draft(ts, nanos, thread, process, "")


def log_of(*drafts: Draft) -> Log:
    """A log with these rows, from id 1 on."""
    return append(Log(), drafts)


def ids(log: Log) -> list[int]:
    """The ids that survive, in the order of the rows."""
    return [row.id for row in log.rows]


def test_a_new_log_has_no_highest_row_and_no_sequence() -> None:
    assert (Log().highest, Log().sequence, Log().rows) == (None, 0, ())


def test_a_batch_takes_the_next_ids_in_its_order() -> None:
    log = append(log_of(draft(1)), (draft(2), draft(3)))
    assert [(row.id, row.ts) for row in log.rows] == [(1, 1), (2, 2), (3, 3)]
    assert (log.highest, log.sequence) == (3, 3)


def test_an_empty_batch_changes_nothing() -> None:
    log = log_of(draft())
    assert append(log, ()) == log


def test_a_row_keeps_everything_of_its_draft() -> None:
    given = Draft("soon", 7, None, "p", Raw(b"\xff"))
    assert append(Log(), (given,)).rows == (Row(1, "soon", 7, None, "p", Raw(b"\xff")),)


def test_no_id_is_ever_issued_twice() -> None:
    log = append(empty(log_of(draft(), draft())), (draft(),))
    assert (ids(log), log.sequence) == ([3], 3)
    assert ids(append(delete(log, 3), (draft(),))) == [4]


def test_a_first_id_may_leave_a_gap_and_must_not_go_back() -> None:
    log = append(log_of(draft()), (draft(), draft()), first=10)
    assert (ids(log), log.sequence) == ([1, 10, 11], 11)
    for issued in (10, 11):
        with pytest.raises(ValueError, match=f"id {issued} was issued before"):
            append(log, (draft(),), first=issued)


def test_a_row_belongs_to_its_thread_else_to_its_process_else_to_nobody() -> None:
    rows = log_of(draft(), draft(thread=None), draft(process=None), draft(thread=None, process=None)).rows
    assert [row.partition for row in rows] == [("thread", "h"), ("process", "p"), ("thread", "h"), None]


def test_a_thread_and_a_process_of_one_name_are_two_partitions() -> None:
    log = log_of(draft(thread="x"), draft(thread=None, process="x"))
    assert ids(prune(log, ("thread", "x"), 0)) == [2]
    assert ids(prune(log, ("process", "x"), 0)) == [1]


def test_a_prune_keeps_the_newest_rows_of_one_partition_and_all_others() -> None:
    log = log_of(draft(1), draft(2), draft(3), draft(0, thread="other"), draft(0, thread=None, process=None))
    assert ids(prune(log, ("thread", "h"), 1)) == [3, 4, 5]
    assert ids(prune(log, ("thread", "h"), 3)) == [1, 2, 3, 4, 5]
    assert ids(prune(log, None, 0)) == [1, 2, 3, 4]


def test_newest_is_by_time_then_by_fraction_then_by_id() -> None:
    assert ids(prune(log_of(draft(9), draft(5), draft(7)), ("thread", "h"), 2)) == [1, 3]
    assert ids(prune(log_of(draft(5, 2), draft(5, 1)), ("thread", "h"), 1)) == [1]
    assert ids(prune(log_of(draft(5, 1), draft(5, 1)), ("thread", "h"), 1)) == [2]


def test_times_of_mixed_types_are_ordered_as_sqlite_orders_them() -> None:
    log = log_of(draft(b"a"), draft("z"), draft("a"), draft(10.5), draft(10**9))
    survivors = [ids(prune(log, ("thread", "h"), keep)) for keep in (1, 2, 3, 4)]
    assert survivors == [[1], [1, 2], [1, 2, 3], [1, 2, 3, 5]]


def test_a_prune_leaves_the_sequence() -> None:
    assert prune(log_of(draft(), draft()), ("thread", "h"), 0) == Log((), 2)


def test_an_append_prunes_each_partition_that_it_touches_and_no_other() -> None:
    log = log_of(
        draft(1), draft(2), draft(1, thread="b"), draft(2, thread="b"), draft(1, thread="c"), draft(2, thread="c")
    )
    after = append_and_prune(log, [draft(3), draft(3, thread="b")], 1)
    assert ids(after) == [5, 6, 7, 8]


def test_a_row_born_in_the_past_may_be_pruned_in_the_transaction_that_inserts_it() -> None:
    after = append_and_prune(log_of(draft(9)), [draft(5)], 1)
    assert (ids(after), after.sequence) == ([1], 2)


def test_an_append_with_prune_takes_its_drafts_from_an_iterator() -> None:
    assert ids(append_and_prune(Log(), iter([draft(1), draft(2)]), 1)) == [2]


def test_deleting_takes_one_row_wherever_it_is_and_leaves_the_sequence() -> None:
    log = log_of(draft(), draft(), draft())
    assert [ids(delete(log, row_id)) for row_id in (1, 2, 3, 4)] == [[2, 3], [1, 3], [1, 2], [1, 2, 3]]
    assert (delete(log, 3).highest, delete(log, 3).sequence) == (2, 3)


def test_emptying_leaves_the_sequence() -> None:
    assert empty(log_of(draft(), draft())) == Log((), 2)


def test_a_reset_lets_ids_be_issued_again() -> None:
    log = reset_sequence(delete(log_of(draft(), draft(), draft()), 3))
    assert log.sequence == 2
    assert ids(append(log, (draft(),))) == [1, 2, 3]
    assert reset_sequence(empty(log)) == Log()
