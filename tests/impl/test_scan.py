"""Claims about one read of the log, on real SQLite: how far a memo is believed, and what is read on from there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from strandline.impl import log, scan
from strandline.impl.answer import Snapshot
from strandline.impl.codex import CODEX, Turn, summarize
from strandline.impl.joined import joined
from strandline.impl.log import LogReader
from strandline.impl.memo import ANCHORS_MAX, GAPS_MAX, NOTHING, OPEN, Memo, Place, bounded
from strandline.impl.projection import Skipped
from strandline.impl.scan import Glance, Rank, Reading, glance, read
from strandline.impl.window import Span

if TYPE_CHECKING:
    import sqlite3

    from strandline.impl.memo import Gap

HERE = Place(1, 2)
ALWAYS = Span(None, None)
CHATTER = "chatter"
EVERY = 10_000
"""More rows than any log here has."""


def request(turn: str = "t", model: str = "m") -> str:
    fields = f'"type": "response.create", "service_tier": "priority", "model": "{model}"'
    return f"turn{{turn.id={turn}}}: websocket request: {{{fields}}}"


def completed(turn: str = "t", model: str = "M") -> str:
    return (
        f'turn{{turn.id={turn}}}: websocket event: {{"type": "response.completed", "response": {{"model": "{model}"}}}}'
    )


def insert(
    database: sqlite3.Connection, row_id: int, body: object = CHATTER, ts: object = 100, **columns: object
) -> None:
    values = {"id": row_id, "ts": ts, "ts_nanos": row_id % 1000, "level": "", "target": "", "thread_id": "h", **columns}
    database.execute(
        f"INSERT INTO logs ({', '.join(values)}, feedback_log_body) VALUES ({', '.join('?' * len(values))}, ?)",  # noqa: S608 - the names of this file
        (*values.values(), body),
    )


def delete(database: sqlite3.Connection, *ids: int) -> None:
    database.executemany("DELETE FROM logs WHERE id = ?", [(row_id,) for row_id in ids])


def look(
    database: sqlite3.Connection, base: Memo | None = None, wanted: int = 0, place: Place = HERE, chunk: int = EVERY
) -> Reading:
    """Read the log; each read has a number above that of its base."""
    rank = Rank(0, place, base.observation + 1 if base else 1, 3)
    return read(LogReader(database), base, wanted, rank, chunk)


def once(database: sqlite3.Connection, span: Span = ALWAYS) -> Glance:
    return glance(LogReader(database), span, Rank(0, HERE, 1, 3))


def sources(reading: Reading) -> list[int]:
    return [fact.id for fact in reading.memo.sources]


def anchors(reading: Reading) -> list[int]:
    return [anchor.id for anchor in reading.memo.anchors]


# Why the whole log is read


def test_a_first_read_goes_through_the_whole_log(database: sqlite3.Connection) -> None:
    for row_id, body in enumerate((request(), CHATTER, completed(), CHATTER), 1):
        insert(database, row_id, body)
    reading = look(database)
    assert (reading.cause, reading.rows, reading.keys, reading.anchors, reading.complete) == ("no memo", 4, 0, 0, True)
    assert (sources(reading), anchors(reading), reading.memo.cursor) == ([1, 3], [4], 4)
    assert reading.memo.gaps == ((OPEN, 0),)
    assert reading.memo.snapshot == Snapshot(1, 2, 3, 4, 4, 1)


def test_a_memo_of_another_file_is_not_believed(database: sqlite3.Connection) -> None:
    insert(database, 1, request())
    for place in (Place(1, 3), Place(9, 2), Place(1, 1), Place(0, 3)):
        reading = look(database, look(database).memo, place=place)
        assert (reading.cause, reading.rows, reading.anchors, sources(reading)) == ("file replaced", 1, 0, [1])
        assert reading.memo.place == place


def test_a_window_that_reaches_back_further_is_read_anew_and_a_narrower_one_is_not(
    database: sqlite3.Connection,
) -> None:
    insert(database, 1, request("a"), ts=49)
    insert(database, 2, request("b"), ts=50)
    base = look(database, wanted=50)
    assert sources(base) == [2]
    wider, narrower = look(database, base.memo, wanted=49), look(database, base.memo, wanted=51)
    assert (wider.cause, sources(wider), wider.memo.coverage, wider.anchors) == ("window widened", [1, 2], 49, 0)
    assert (narrower.cause, sources(narrower), narrower.memo.coverage) == (None, [2], 50)


def test_a_memo_of_an_empty_log_is_not_gone_on_from(database: sqlite3.Connection) -> None:
    """H02: it is stored all the same, so that what was there before the emptying cannot come back."""
    empty = look(database)
    assert (empty.memo.cursor, empty.memo.anchors, empty.memo.snapshot.highest) == (NOTHING, (), None)
    insert(database, 1, request())
    reading = look(database, empty.memo)
    assert (reading.cause, sources(reading), reading.anchors) == ("log was empty", [1], 0)


def test_with_every_anchor_gone_the_whole_log_is_read(database: sqlite3.Connection) -> None:
    """H02: request a, refresh, delete all, request b, refresh: a must not be reported."""
    insert(database, 1, request("a"))
    base = look(database).memo
    delete(database, 1)
    insert(database, 2, request("b"))
    reading = look(database, base)
    assert (reading.cause, reading.anchors, sources(reading), reading.memo.cursor) == ("anchors lost", 1, [2], 2)


@pytest.mark.parametrize("change", ["body = 'other'", "ts = 101", "ts_nanos = 9", "process_uuid = 'q'"])
def test_an_anchor_that_is_another_row_now_tells_of_another_history(database: sqlite3.Connection, change: str) -> None:
    """H07, H15: an older copy that grew on has other rows under the same ids."""
    insert(database, 1, request(), thread_id="a")
    insert(database, 2, thread_id="b")
    insert(database, 3, thread_id="c")
    base = look(database).memo
    change = change.replace("body", "feedback_log_body")
    database.execute(f"UPDATE logs SET {change} WHERE id = 2")  # noqa: S608 - the changes above
    reading = look(database, base)
    assert (reading.cause, reading.rows, reading.keys) == ("rows rewritten", 3, 1)


@pytest.mark.parametrize("change", ["ts = 101", "ts_nanos = 9", "ts = 'soon'"])
def test_a_source_that_is_another_row_now_tells_of_another_history(database: sqlite3.Connection, change: str) -> None:
    insert(database, 1, request())
    insert(database, 2)
    base = look(database).memo
    database.execute(f"UPDATE logs SET {change} WHERE id = 1")  # noqa: S608 - the changes above
    assert look(database, base).cause == "rows rewritten"


def test_a_deleted_row_that_is_back_tells_of_an_older_copy(database: sqlite3.Connection) -> None:
    """H07: back up, delete a, refresh, restore: no anchor differs, only the gap can tell."""
    insert(database, 1, request("a"), thread_id="a")
    insert(database, 2, thread_id="b")
    delete(database, 1)
    base = look(database).memo
    insert(database, 1, request("a"), thread_id="a")
    reading = look(database, base)
    assert (reading.cause, reading.rows, sources(reading)) == ("deleted row is back", 2, [1])


def test_a_source_whose_deletion_was_noticed_is_a_witness_as_well(database: sqlite3.Connection) -> None:
    insert(database, 1, thread_id="a")
    insert(database, 2, request(), thread_id="b")
    insert(database, 3, thread_id="c")
    first = look(database).memo
    delete(database, 2)
    second = look(database, first)
    assert (second.cause, sources(second), second.memo.gaps) == (None, [], ((OPEN, 0), (2, 2)))
    insert(database, 2, request(), thread_id="b")
    assert look(database, second.memo).cause == "deleted row is back"


# How far a memo is believed


def test_a_second_read_tests_no_row_and_looks_sources_and_anchors_up(database: sqlite3.Connection) -> None:
    for row_id, body in enumerate((request("a"), CHATTER, completed("z")), 1):
        insert(database, row_id, body, thread_id=str(row_id))
    first = look(database)
    second = look(database, first.memo)
    assert (second.cause, second.rows, second.keys, second.anchors) == (None, 0, 2, 3)
    assert (second.memo.sources, second.memo.anchors, second.memo.gaps) == (
        first.memo.sources,
        first.memo.anchors,
        first.memo.gaps,
    )


def test_what_was_appended_is_read_and_nothing_else(database: sqlite3.Connection) -> None:
    insert(database, 1, request("a"))
    first = look(database).memo
    insert(database, 2, thread_id="b")
    insert(database, 5, request("b"), thread_id="c")
    reading = look(database, first)
    assert (reading.rows, sources(reading), anchors(reading), reading.memo.cursor) == (2, [1, 5], [1, 2, 5], 5)
    assert reading.memo.gaps == ((OPEN, 0), (3, 4))


def test_a_source_that_was_pruned_no_longer_counts(database: sqlite3.Connection) -> None:
    """H01: request a, request b, refresh, delete a, refresh: a must not be reported."""
    insert(database, 1, request("a"))
    insert(database, 2, request("b"))
    first = look(database).memo
    delete(database, 1)
    reading = look(database, first)
    assert (reading.cause, reading.rows, sources(reading), reading.memo.gaps) == (None, 0, [2], ((OPEN, 1),))


def test_a_read_goes_on_from_the_highest_anchor_that_matches(database: sqlite3.Connection) -> None:
    """H16: the newest row of a busy partition lives for seconds."""
    for row_id, body in enumerate((CHATTER, request("b"), request("c"), CHATTER), 1):
        insert(database, row_id, body, thread_id=str(row_id))
    first = look(database).memo
    delete(database, 4)
    reading = look(database, first)
    assert (reading.cause, reading.rows, anchors(reading), reading.memo.cursor) == (None, 0, [1, 2, 3], 4)
    delete(database, 3)
    insert(database, 5, request("e"))
    reading = look(database, first)
    assert (reading.cause, reading.rows, sources(reading), anchors(reading)) == (None, 1, [2, 5], [1, 2, 5])
    assert reading.memo.gaps == ((OPEN, 0), (3, 4))


def test_a_source_above_the_point_is_read_again_and_not_looked_up(database: sqlite3.Connection) -> None:
    insert(database, 1, thread_id="a")
    insert(database, 2, request("b"), thread_id="b")
    insert(database, 3, thread_id="b")
    first = look(database).memo
    delete(database, 3)
    reading = look(database, first)
    assert (reading.cause, reading.rows, reading.keys, sources(reading), anchors(reading)) == (None, 1, 0, [2], [1, 2])


def test_a_row_above_the_point_may_be_another_one(database: sqlite3.Connection) -> None:
    insert(database, 1, thread_id="a")
    insert(database, 2, request("old"), thread_id="b")
    first = look(database).memo
    delete(database, 2)
    insert(database, 2, request("new"), ts=200, thread_id="b")
    reading = look(database, first)
    assert (reading.cause, reading.rows, reading.memo.sources[0].says.turn) == (None, 1, "new")


def test_a_gap_above_the_point_may_be_filled(database: sqlite3.Connection) -> None:
    for row_id in (1, 2, 5):
        insert(database, row_id, thread_id=str(row_id))
    first = look(database).memo
    assert first.gaps == ((OPEN, 0), (3, 4))
    delete(database, 5)
    insert(database, 4, request())
    reading = look(database, first)
    assert (reading.cause, sources(reading), reading.memo.gaps) == (None, [4], ((OPEN, 0), (3, 3)))


def test_a_prune_never_lowers_the_cursor(database: sqlite3.Connection) -> None:
    insert(database, 1, thread_id="a")
    insert(database, 2, thread_id="b")
    first = look(database).memo
    delete(database, 2)
    assert look(database, first).memo.cursor == 2


def test_nanoseconds_that_are_no_integer_do_not_make_another_row(database: sqlite3.Connection) -> None:
    insert(database, 1, request(), ts_nanos=1.5)
    reading = look(database, look(database).memo)
    assert (reading.cause, reading.rows) == (None, 0)


# Anchors


def test_anchors_are_the_newest_rows_of_the_latest_16_partitions(database: sqlite3.Connection) -> None:
    for row_id in range(1, 41):
        insert(database, row_id, thread_id=str((row_id - 1) // 2))
    reading = look(database)
    assert anchors(reading) == list(range(10, 41, 2))
    assert len(anchors(reading)) == ANCHORS_MAX


def test_rows_without_a_thread_are_anchored_by_process_and_those_with_neither_together(
    database: sqlite3.Connection,
) -> None:
    insert(database, 1, thread_id="x", process_uuid="x")
    insert(database, 2, thread_id=None, process_uuid="x")
    insert(database, 3, thread_id=None)
    insert(database, 4, thread_id=None)
    reading = look(database)
    assert [anchor.partition for anchor in reading.memo.anchors] == [(0, b"x"), (1, b"x"), None]
    assert anchors(reading) == [1, 2, 4]


def test_once_an_anchor_is_pruned_another_partition_moves_up(database: sqlite3.Connection) -> None:
    """With 17 partitions the oldest has no anchor; it gets one when another partition is gone."""
    for row_id in range(1, 18):
        insert(database, row_id, thread_id=str(row_id))
    first = look(database)
    assert anchors(first) == list(range(2, 18))
    delete(database, 9)
    reading = look(database, first.memo)
    assert (reading.cause, reading.rows, anchors(reading)) == (None, 0, [row for row in range(1, 18) if row != 9])


def test_once_an_anchor_is_pruned_an_older_row_of_its_partition_takes_its_place(database: sqlite3.Connection) -> None:
    for row_id, thread in enumerate("abab", 1):
        insert(database, row_id, thread_id=thread)
    first = look(database)
    assert anchors(first) == [3, 4]
    delete(database, 4)
    assert anchors(look(database, first.memo)) == [2, 3]


def test_the_walk_back_for_lost_anchors_is_bounded(
    database: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scan, "WALK_MAX", 2)
    for row_id, thread in enumerate("abcde", 1):
        insert(database, row_id, thread_id=thread)
    first = look(database)
    delete(database, 5)
    assert anchors(look(database, first.memo)) == [3, 4]


@pytest.mark.parametrize(("pruned", "gaps"), [(1, ((OPEN, 1),)), (2, ((OPEN, 0), (2, 2)))])
def test_an_id_that_a_walk_back_passed_over_is_a_witness(
    database: sqlite3.Connection, pruned: int, gaps: tuple[Gap, ...]
) -> None:
    for row_id, thread in enumerate("abc", 1):
        insert(database, row_id, thread_id=thread)
    first = look(database).memo
    delete(database, pruned)
    second = look(database, first).memo
    assert second.gaps == gaps
    insert(database, pruned, thread_id="z")
    assert look(database, second).cause == "deleted row is back"


def test_a_walk_back_to_the_beginning_has_passed_over_the_lowest_id_there_can_be(database: sqlite3.Connection) -> None:
    insert(database, OPEN, thread_id="a")
    insert(database, 1, thread_id="b")
    first = look(database).memo
    delete(database, OPEN)
    assert (first.gaps, look(database, first).memo.gaps) == (((OPEN + 1, 0),), ((OPEN, 0),))


def test_a_walk_back_goes_no_further_than_the_sixteenth_partition(database: sqlite3.Connection) -> None:
    for row_id in range(1, ANCHORS_MAX + 5):
        insert(database, row_id, thread_id=str(row_id))
    first = look(database).memo
    delete(database, 3, ANCHORS_MAX + 4)
    reading = look(database, first)
    assert anchors(reading) == list(range(4, ANCHORS_MAX + 4))
    assert reading.memo.gaps == ((OPEN, 0),)


def test_what_lies_below_a_walk_back_that_was_cut_short_is_no_witness(
    database: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scan, "WALK_MAX", 2)
    for row_id, thread in enumerate("abcde", 1):
        insert(database, row_id, thread_id=thread)
    first = look(database).memo
    delete(database, 5)
    assert look(database, first).memo.gaps == ((OPEN, 0),)


def test_a_partition_that_was_quiet_keeps_its_anchor(database: sqlite3.Connection) -> None:
    insert(database, 1, thread_id="quiet")
    insert(database, 2, thread_id="busy")
    memo = look(database).memo
    for row_id in (3, 4, 5):
        insert(database, row_id, thread_id="busy")
        memo = look(database, memo).memo
    assert [anchor.id for anchor in memo.anchors] == [1, 5]


def test_a_memo_that_is_no_longer_full_has_every_anchor_again(database: sqlite3.Connection) -> None:
    """Sources crowd out the anchor of the quiet partition; then one of them is pruned, and nothing is cut any more."""
    insert(database, 1, thread_id="quiet")
    for row_id in range(2, 20):
        insert(database, row_id, request(str(row_id)), thread_id="busy")
    cut = bounded(look(database).memo, 17)
    delete(database, 2)
    reading = look(database, cut)
    assert not bounded(reading.memo, 17).full
    assert anchors(reading) == [1, 19]


# Chunks


def test_a_log_is_read_in_chunks_and_ends_as_if_read_at_once(database: sqlite3.Connection) -> None:
    for row_id, body in zip(
        (1, 2, 5, 8, 9), (request("a"), CHATTER, request("c"), CHATTER, completed("a")), strict=True
    ):
        insert(database, row_id, body, thread_id=str(row_id % 2))
    reading = look(database, chunk=2)
    assert (reading.complete, reading.rows, sources(reading), reading.memo.cursor) == (False, 2, [1], 2)
    causes = []
    while not reading.complete:
        reading = look(database, reading.memo, chunk=2)
        causes.append((reading.cause, reading.rows))
    assert causes == [(None, 2), (None, 1)]
    whole = look(database).memo
    found = reading.memo
    assert (found.sources, found.anchors, found.gaps, found.cursor) == (
        whole.sources,
        whole.anchors,
        whole.gaps,
        whole.cursor,
    )


def test_a_chunk_that_ends_with_the_log_is_complete(database: sqlite3.Connection) -> None:
    for row_id in (1, 2):
        insert(database, row_id)
    assert look(database, chunk=2).complete
    assert not look(database, chunk=1).complete


def test_anchors_and_cursor_of_a_chunk_lie_within_it(database: sqlite3.Connection) -> None:
    for row_id, thread in enumerate("abbb", 1):
        insert(database, row_id, thread_id=thread)
    full = look(database)
    delete(database, 4)
    insert(database, 5, thread_id="c")
    reading = look(database, full.memo, chunk=1)
    assert (reading.complete, reading.memo.cursor, anchors(reading)) == (False, 2, [1, 2])


# Gaps


def test_gaps_are_bounded(database: sqlite3.Connection) -> None:
    for row_id in range(1, 402, 2):
        insert(database, row_id)
    gaps = look(database).memo.gaps
    assert len(gaps) == GAPS_MAX
    assert (gaps[0], gaps[-1]) == ((OPEN, 0), (400, 400))


def test_ids_at_both_ends_leave_no_gap_beyond_them(database: sqlite3.Connection) -> None:
    insert(database, OPEN, request("a"))
    insert(database, 2**63 - 1, request("b"), thread_id="x")
    reading = look(database)
    assert (sources(reading), reading.memo.cursor) == ([OPEN, 2**63 - 1], 2**63 - 1)
    assert reading.memo.gaps == ((OPEN + 1, 2**63 - 2),)
    again = look(database, reading.memo)
    assert (again.cause, again.rows, again.complete) == (None, 0, True)
    insert(database, 7, thread_id="y")
    assert look(database, reading.memo).cause == "deleted row is back"


# Skipped rows


def skipped(memo: Memo, span: Span = ALWAYS) -> tuple[tuple[str, int], ...]:
    return joined(CODEX, memo.sources, span).skipped


def test_rows_that_cannot_be_read_are_counted_by_reason(
    database: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log, "BODY_MAX", 200)
    insert(database, 1, request(), ts="soon")
    insert(database, 2, None)
    insert(database, 3, request().encode())
    insert(database, 4, request() + " " * 200)
    insert(database, 5)
    database.execute("UPDATE logs SET feedback_log_body = CAST(x'ff' || feedback_log_body AS TEXT) WHERE id = 5")
    insert(database, 6)
    database.execute(
        "UPDATE logs SET feedback_log_body = CAST(x'ff' || CAST(? AS BLOB) AS TEXT) WHERE id = 6", (request(),)
    )
    insert(database, 7, " " * 300)
    insert(database, 8, None, ts=50)
    every = (("blob", 1), ("null", 2), ("size", 2), ("ts", 1), ("utf8", 1))
    assert skipped(look(database, wanted=OPEN).memo) == once(database).skipped == every
    inside = (("blob", 1), ("null", 1), ("size", 2), ("ts", 1), ("utf8", 1))
    later = Span(51, None)
    assert skipped(look(database, wanted=51).memo, later) == once(database, later).skipped == inside
    assert skipped(look(database, wanted=OPEN).memo, later) == inside
    assert once(database, Span(0, 0)).skipped == (("ts", 1),)


def test_a_row_without_an_integer_for_its_instant_is_counted_in_every_window_and_once(
    database: sqlite3.Connection,
) -> None:
    """10.5 lies between two instants of the span, so the one-shot path meets it twice: by its time, and by its type."""
    for row_id, ts in enumerate((10.5, "soon", b"soon", -3.5), 1):
        insert(database, row_id, request(), ts=ts)
    for span in (Span(10, 11), Span(0, 0), Span(5, None), ALWAYS):
        wanted = OPEN if span.start is None else span.start
        assert skipped(look(database, wanted=wanted).memo, span) == once(database, span).skipped == (("ts", 4),)


def test_a_body_of_the_longest_length_there_may_be_is_read(
    database: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log, "BODY_MAX", len(request("\u00e9").encode()))
    insert(database, 1, request("\u00e9"))
    insert(database, 2, request("\u00e9") + " ")
    memo = look(database).memo
    assert [fact.says == Skipped("size") for fact in memo.sources] == [False, True]
    assert skipped(memo) == (("size", 1),)


def test_skipped_rows_are_those_of_the_answer_however_little_a_refresh_reads(database: sqlite3.Connection) -> None:
    insert(database, 1, None)
    first = look(database)
    insert(database, 2, None)
    second = look(database, first.memo)
    assert (second.rows, skipped(first.memo), skipped(second.memo)) == (1, (("null", 1),), (("null", 2),))


@pytest.mark.parametrize("bad", [None, b"blob", "ts"])
def test_a_skipped_row_that_was_pruned_is_counted_no_more(database: sqlite3.Connection, bad: object) -> None:
    """H01: it is a source like any other."""
    insert(database, 1, bad, ts="soon" if bad == "ts" else 100)
    insert(database, 2, thread_id="b")
    first = look(database).memo
    delete(database, 1)
    second = look(database, first)
    assert (second.cause, second.rows, skipped(first) != (), skipped(second.memo)) == (None, 0, True, ())


def test_a_skipped_row_that_is_another_one_now_tells_of_another_history(database: sqlite3.Connection) -> None:
    insert(database, 1, request(), ts="soon")
    insert(database, 2)
    base = look(database).memo
    database.execute("UPDATE logs SET ts = 'later' WHERE id = 1")
    assert look(database, base).cause == "rows rewritten"


@pytest.mark.parametrize("body", [None, b"request", "long " * 50])
def test_a_memo_that_was_cut_at_skipped_rows_is_gone_on_from(
    database: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch, body: object
) -> None:
    """Its anchors are its last sources, and the body of a skipped one is not there to be recognized by."""
    monkeypatch.setattr(log, "BODY_MAX", 200)
    for row_id in range(1, 40):
        insert(database, row_id, body)
    cut = bounded(look(database).memo, 20)
    reading = look(database, cut)
    assert cut.full
    assert (reading.cause, reading.rows, len(reading.memo.sources)) == (None, 19, 39)


# Rows that say no


TAGS = {tier: f'turn{{turn.id=t}}: model="m" tags_json={{"service_tier":"{tier}"}}' for tier in ("priority", "default")}
SUBMISSION = (
    'Submission sub=Submission { id: "t", op: UserInput { items: [],'
    ' thread_settings: S { service_tier: Some(Some("priority")) } } }'
)


def turns(memo: Memo, span: Span = ALWAYS) -> list[tuple[str, int]]:
    return [(turn.how, turn.ts) for turn in joined(CODEX, memo.sources, span).turns]


@pytest.mark.parametrize("no", [TAGS["default"], request().replace("priority", "default")])
def test_a_turn_comes_back_once_the_row_that_overruled_it_is_pruned(database: sqlite3.Connection, no: str) -> None:
    """H20: submission asks, tags say default, refresh, delete the tags, refresh: the turn is reported."""
    insert(database, 1, SUBMISSION)
    insert(database, 2, no)
    insert(database, 3, thread_id="b")
    first = look(database).memo
    delete(database, 2)
    second = look(database, first)
    assert (turns(first), turns(second.memo)) == ([], [("asked for", 100)])
    assert (second.cause, second.rows) == (None, 0)


def test_a_narrower_window_has_a_turn_that_the_wider_one_has_not(database: sqlite3.Connection) -> None:
    """H20: asked for on the first day, overruled on the second; so no answer is cut out of another one."""
    insert(database, 1, SUBMISSION, ts=10)
    insert(database, 2, TAGS["default"], ts=20)
    memo = look(database).memo
    assert turns(memo) == []
    assert turns(memo, Span(0, 15)) == [("asked for", 10)]
    assert once(database, Span(0, 15)).turns == joined(CODEX, memo.sources, Span(0, 15)).turns


# The one-shot path


def test_the_one_shot_path_answers_from_the_rows_of_the_span(database: sqlite3.Connection) -> None:
    insert(database, 1, request("a", "late"), ts=30)
    insert(database, 2, request("a", "m"), ts=20)
    insert(database, 3, completed("a"), ts=10)
    insert(database, 4, completed("a", "out"), ts=9)
    found = once(database, Span(10, 30))
    assert (found.turns, found.rows) == ((Turn("a", "requested", "h", 20, "M"),), 2)
    assert found.snapshot == Snapshot(1, 2, 3, 4, 4, 1)
    assert once(database, Span(9, 31)).turns == (Turn("a", "requested", "h", 20, "out"),)


def test_the_one_shot_path_joins_by_id_whatever_the_order_of_time(database: sqlite3.Connection) -> None:
    for row_id, ts in ((1, 30), (2, 20), (3, 25)):
        insert(database, row_id, request("a", f"m{row_id}"), ts=ts)
    assert once(database).turns == (Turn("a", "requested", "h", 25, "m3"),)


def test_an_empty_log_gives_an_empty_answer_with_a_snapshot(database: sqlite3.Connection) -> None:
    assert once(database) == Glance((), Snapshot(1, 2, 3, None, 0, 1), 0, (), summarize((), ALWAYS))
