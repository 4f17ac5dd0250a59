"""Claims about what lines say, and the row that a rollout stands for."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from strandline.impl.threads.fold import BIGGEST, TEXT_MAX, TITLE_MAX, change, fold, milliseconds, observe, timestamp
from strandline.impl.threads.patch import EMPTY, Cell, is_touch

USER = "event_msg"


def message(text: str) -> dict[str, Any]:
    return {"type": "user_message", "message": text}


def test_the_first_message_makes_title_and_preview_and_later_ones_do_not() -> None:
    whole = fold([(USER, message(" one\ntwo "), 1), (USER, message("three"), 2)])
    assert whole.value("title") == "one"
    assert whole.value("preview") == whole.value("first_user_message") == "one\ntwo"
    assert whole.value("recency_at") == whole.value("updated_at") == 2


def test_u8_the_first_message_does_not_replace_a_rename() -> None:
    whole = fold([("thread_metadata", change({"title": "mine"}), 1), (USER, message("said"), 2)])
    assert whole.value("title") == "mine"
    assert whole.value("first_user_message") == "said"


def test_a_title_that_was_cleared_stays_cleared() -> None:
    whole = fold([("thread_metadata", change({"title": None}), 1), (USER, message("said"), 2)])
    assert whole.cells[0] == Cell(None, explicit=True)


def test_a_goal_gives_the_preview_and_no_title() -> None:
    whole = fold([(USER, {"type": "goal", "text": "do it"}, 1), (USER, message("said"), 2)])
    assert (whole.value("preview"), whole.value("title")) == ("do it", "said")


def test_what_an_editor_says_before_a_message_and_images_make_no_title() -> None:
    sent = message("# Context from my IDE\n## My request for Codex:\n do it\nnow")
    assert fold([(USER, sent, 1)]).value("title") == "do it"
    shown = fold([(USER, {"type": "user_message", "message": " ", "images": ["a"]}, 1), (USER, message("said"), 2)])
    assert (shown.value("preview"), shown.value("title")) == ("[Image]", "said")


def test_a_goal_of_codex_gives_the_preview_and_a_turn_that_starts_moves_the_thread() -> None:
    goal = {"type": "thread_goal_updated", "goal": {"objective": "win"}}
    whole = fold([(USER, goal, 1), (USER, {"type": "task_started"}, 2), (USER, {"type": "agent_message"}, 3)])
    assert [whole.value(name) for name in ("preview", "recency_at", "updated_at")] == ["win", 2, 3]


def test_a_name_that_codex_was_told_is_an_explicit_title() -> None:
    named = {"type": "thread_name_updated", "thread_name": " mine "}
    whole = fold([(USER, named, 1), (USER, message("said"), 2), (USER, {**named, "thread_name": None}, 3)])
    assert whole.cells[0] == Cell("mine", explicit=True)


def test_the_last_model_and_count_and_the_first_folder_win() -> None:
    counts = [(USER, {"type": "token_count", "info": {"total_token_usage": {"total_tokens": n}}}, n) for n in (5, 3)]
    whole = fold(
        [("turn_context", {"model": "a", "cwd": "/a"}, 1), ("turn_context", {"model": "b", "cwd": "/b"}, 2), *counts]
    )
    assert [whole.value(name) for name in ("model", "cwd", "tokens")] == ["b", "/a", 3]


def test_what_git_says_is_null_is_cleared_and_what_it_leaves_out_stays() -> None:
    both = {"git": {"branch": "main", "commit_hash": "abc"}}
    whole = fold([("thread", both, 1), ("session_meta", {"git": {"branch": None}}, 2)])
    assert (whole.value("git_branch"), whole.value("git_sha")) == (None, "abc")


def test_a_line_of_an_unknown_type_is_a_touch() -> None:
    assert is_touch(observe("whatever", {"title": "no"}, 5))
    assert observe("whatever", {}, None) == EMPTY


def test_what_is_derived_cannot_be_set_by_a_change() -> None:
    assert is_touch(observe("thread_metadata", {"set": {"tokens": 5, "updated_at": 9}, "clear": ["preview"]}, 1))


KEYS = st.sampled_from(
    ["type", "message", "git", "branch", "set", "clear", "info", "total_token_usage", "total_tokens", "cwd", "title"]
)
JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), st.text(max_size=3)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(KEYS, inner, max_size=4)),
    max_leaves=12,
)


@given(
    st.sampled_from(["thread", "session_meta", "turn_context", "event_msg", "thread_metadata", "x"]),
    st.dictionaries(KEYS, JSON, max_size=5),
    st.one_of(st.none(), st.integers(0, 2**50)),
)
def test_no_payload_whatever_makes_more_than_a_row_can_hold(kind: str, payload: dict[str, Any], at: int | None) -> None:
    for cell in observe(kind, payload, at).cells:
        if cell is not None and isinstance(cell.value, int):
            assert abs(cell.value) <= BIGGEST


def test_long_texts_are_cut() -> None:
    whole = observe(USER, message("x" * 10_000), 1)
    assert (len(str(whole.value("title"))), len(str(whole.value("preview")))) == (TITLE_MAX, TEXT_MAX)


@given(st.integers(0, 2**42))
def test_a_timestamp_is_read_as_it_was_written(at: int) -> None:
    assert milliseconds(timestamp(at)) == at


@pytest.mark.parametrize("stamp", [None, 5, "", "yesterday"])
def test_what_is_no_timestamp_is_none(stamp: object) -> None:
    assert milliseconds(stamp) is None


def test_a_timestamp_without_a_zone_is_in_utc() -> None:
    assert milliseconds("1970-01-01T00:00:01") == 1000
    assert milliseconds("1970-01-01T01:00:01+01:00") == 1000
