"""Claims about what a read of the log, on real SQLite, can tell: skipped rows, rows that say no, one look."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from strandline.impl.memo import log
from strandline.impl.memo.answer import Snapshot
from strandline.impl.memo.codex import CODEX, Turn, summarize
from strandline.impl.memo.joined import joined
from strandline.impl.memo.log import LogReader
from strandline.impl.memo.memo import OPEN, Memo, bounded
from strandline.impl.memo.projection import Skipped
from strandline.impl.memo.scan import Glance, Rank, glance
from strandline.impl.memo.window import Span
from tests.impl.memo.reads import HERE, completed, delete, insert, look, request

if TYPE_CHECKING:
    import sqlite3


ALWAYS = Span(None, None)


def once(database: sqlite3.Connection, span: Span = ALWAYS) -> Glance:
    return glance(LogReader(database), span, Rank(0, HERE, 1, 3))


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
