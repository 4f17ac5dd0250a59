"""Claims about the oracle: which rows are read, which are skipped, and what holds of all that they state."""

from __future__ import annotations

import json
from itertools import permutations

import pytest

from strandline.model import oracle as module
from strandline.model.log import Body, Raw, Row
from strandline.model.oracle import Fact, Span, Truth, Turn, fact, oracle, skip

EVER = Span(None, None)


def request(prefix: str = "turn.id=t thread_id=h ", **fields: object) -> str:
    """A request body; a field given as ``...`` is left out of the JSON."""
    payload = {"type": "response.create", "service_tier": "priority", "model": "m", **fields}
    return f"{prefix}websocket request: {json.dumps({k: v for k, v in payload.items() if v is not ...})}"


def completed(prefix: str = "turn.id=t ", model: object = "M", **fields: object) -> str:
    """A completed body."""
    payload = {"type": "response.completed", "response": {"model": model}, **fields}
    return f"{prefix}websocket event: {json.dumps(payload)}"


def submission(
    turn: str = "t", prefix: str = "thread_id=h ", tier: str = 'service_tier: Some(Some("priority"))'
) -> str:
    """A submission body."""
    return f'{prefix}Submission sub=Submission {{ id: "{turn}", op: UserTurn {{ {tier} }} }}'


def row(row_id: int, body: Body, ts: object = 100) -> Row:
    """A row in the log."""
    return Row(row_id, ts, row_id, "h", "p", body)


def model_of(body: Body) -> str | None:
    """The model that a body states; it must state something."""
    found = fact(body)
    assert found is not None
    return found.model


# --- which bodies are read ---


@pytest.mark.parametrize("body", [request(), completed(), submission()])
def test_text_by_its_bytes_states_the_same_as_text(body: str) -> None:
    assert fact(Raw(body.encode())) == fact(body) is not None


def test_null_and_blobs_state_nothing() -> None:
    assert fact(None) is None
    assert fact(request().encode()) is None


@pytest.mark.parametrize("bad", [b"\xff", b"\xc0\x80", b"\xed\xa0\x80", b"\xe2\x82", b"\xf4\x90\x80\x80"])
def test_a_body_that_is_not_strict_utf8_states_nothing(bad: bytes) -> None:
    body = Raw(bad + b" " + request().encode())
    assert fact(body) is None
    assert skip(row(1, body), EVER) == "utf8"


def test_a_string_with_a_lone_surrogate_is_not_utf8() -> None:
    body = "\ud800 " + request()
    assert fact(body) is None
    assert skip(row(1, body), EVER) == "utf8"


def test_a_nul_does_not_end_a_body() -> None:
    assert fact("\x00" + request("\x00 turn.id=t ")) == Fact("request", "t", None, "m")
    assert skip(row(1, "\x00" + request()), EVER) is None


def test_a_nul_inside_a_payload_is_no_json() -> None:
    assert fact(request(model="m").replace('"m"', '"m\x00"')) is None
    assert model_of(request(model="m\x00")) == "m\x00"


def test_a_body_is_measured_in_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    body = request("\u20ac turn.id=t ")
    monkeypatch.setattr(module, "BODY_MAX", len(body.encode()))
    assert fact(body) is not None
    assert skip(row(1, body), EVER) is None
    monkeypatch.setattr(module, "BODY_MAX", len(body.encode()) - 1)
    for same in (body, Raw(body.encode())):
        assert fact(same) is None
        assert skip(row(1, same), EVER) == "size"


def test_the_longest_body_is_64_mebibytes() -> None:
    body = request()
    longest = " " * (64 * 2**20 - len(body)) + body
    assert fact(longest) == fact(body)
    assert fact(" " + longest) is None
    assert skip(row(1, " " + longest), EVER) == "size"


def test_the_cache_holds_no_huge_body() -> None:
    module._cached_parse.cache_clear()  # noqa: SLF001 - what is cached is the claim
    fact(request())
    fact(request(" " * module.CACHED_BODY_MAX + "turn.id=t "))
    assert module._cached_parse.cache_info().currsize == 1  # noqa: SLF001


# --- skipped rows ---


@pytest.mark.parametrize("ts", ["100", "", 100.0, b"100", None])
def test_a_ts_that_is_no_integer_is_skipped_whatever_the_span(ts: object) -> None:
    for body in (request(), None, b"", Raw(b"\xff")):
        assert skip(row(1, body, ts), Span(0, 0)) == "ts"
        assert oracle([row(1, body, ts)], EVER) == Truth((), (("ts", 1),))


@pytest.mark.parametrize("body", [None, b"", Raw(b"\xff websocket event:")])
def test_a_row_outside_the_span_is_not_counted(body: Body) -> None:
    assert [skip(row(1, body, ts), Span(10, 20)) is None for ts in (9, 10, 19, 20)] == [True, False, False, True]


def test_null_and_blobs_are_counted_with_or_without_a_marker() -> None:
    assert skip(row(1, None), EVER) == "null"
    assert skip(row(1, b""), EVER) == "blob"
    assert skip(row(1, request().encode()), EVER) == "blob"


@pytest.mark.parametrize("marker", module.MARKERS)
def test_a_bad_body_is_counted_only_if_it_holds_a_marker(marker: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert skip(row(1, Raw(b"\xff" + marker.encode() + b"\xff")), EVER) == "utf8"
    assert skip(row(1, Raw(b"\xff" + marker.encode()[:-1] + b"\xff")), EVER) is None
    monkeypatch.setattr(module, "BODY_MAX", 5)
    assert skip(row(1, marker), EVER) == "size"
    assert skip(row(1, marker[:-1]), EVER) is None


def test_a_body_both_too_long_and_undecodable_counts_as_too_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "BODY_MAX", 5)
    assert skip(row(1, Raw(b"\xff websocket event:")), EVER) == "size"


def test_a_body_that_merely_states_nothing_is_not_skipped() -> None:
    assert oracle([row(1, ""), row(2, "websocket event: {"), row(3, request("turn_id= "))], EVER) == Truth((), ())


def test_skipped_rows_are_counted_by_reason_in_order() -> None:
    rows = [row(1, None), row(2, b""), row(3, None), row(4, "", ts="x"), row(5, Raw(b"\xff websocket event:"))]
    assert oracle(rows, EVER).skipped == (("blob", 1), ("null", 2), ("ts", 1), ("utf8", 1))


# --- the join ---


def test_no_rows_give_the_empty_truth() -> None:
    assert oracle([], EVER) == Truth((), ())


def test_a_turn_takes_thread_ts_and_model_from_its_highest_request_in_any_order() -> None:
    rows = [
        row(1, request("turn.id=t thread_id=a ", model="1"), ts=300),
        row(2, request("turn.id=t thread_id=b ", model="2"), ts=100),
        row(3, submission("t", prefix=""), ts=200),
    ]
    for count, expected in (
        (1, Turn("t", "a", 300, "1")),
        (2, Turn("t", "b", 100, "2")),
        (3, Turn("t", None, 200, None)),
    ):
        for order in permutations(rows[:count]):
            assert oracle(order, EVER).turns == (expected,)


def test_the_highest_completed_overrides_the_model_in_any_order() -> None:
    rows = [row(1, completed(model="A"), ts=300), row(2, completed(model="B"), ts=100), row(3, request(model="m"))]
    for order in permutations(rows):
        assert oracle(order, EVER).turns == (Turn("t", "h", 100, "B"),)


def test_a_completed_gives_a_model_to_a_turn_that_has_none() -> None:
    assert oracle([row(1, submission()), row(2, completed())], EVER).turns == (Turn("t", "h", 100, "M"),)


def test_a_completed_alone_makes_no_turn() -> None:
    assert oracle([row(1, completed())], EVER) == Truth((), ())


def test_a_completed_of_another_turn_overrides_nothing() -> None:
    assert oracle([row(1, request()), row(2, completed("turn.id=u "))], EVER).turns == (Turn("t", "h", 100, "m"),)


def test_priority_is_sticky() -> None:
    rows = [row(1, request()), row(2, request(service_tier="default", model="other"))]
    assert oracle(rows, EVER).turns == (Turn("t", "h", 100, "m"),)


def test_only_rows_in_the_span_count() -> None:
    rows = [
        row(1, request(model="early"), ts=9),
        row(2, request(model="in"), ts=10),
        row(3, completed(model="C"), ts=19),
        row(4, completed(model="late"), ts=20),
        row(5, request(model="late"), ts=20),
    ]
    assert oracle(rows, Span(10, 20)).turns == (Turn("t", "h", 10, "C"),)
    assert oracle(rows, Span(10, 19)).turns == (Turn("t", "h", 10, "in"),)
    assert oracle(rows, Span(None, 10)).turns == (Turn("t", "h", 9, "early"),)
    assert oracle(rows, Span(11, 20)).turns == ()
    assert oracle(rows, Span(20, None)).turns == (Turn("t", "h", 20, "late"),)


@pytest.mark.parametrize("ts", [-1, 0, -(2**63), 2**63 - 1])
def test_any_integer_is_an_instant(ts: int) -> None:
    assert oracle([row(1, request(), ts=ts)], EVER).turns == (Turn("t", "h", ts, "m"),)
    assert oracle([row(1, request(), ts=ts)], Span(ts, ts + 1)).turns == (Turn("t", "h", ts, "m"),)
    assert oracle([row(1, request(), ts=ts)], Span(ts, ts)) == Truth((), ())


def test_turns_are_sorted_by_turn_id() -> None:
    ids = ["b", "a", "B", "\u00e9", "10", "9", "\U0001f600", "\uffee"]
    rows = [row(i, request(f"turn.id={turn} ")) for i, turn in enumerate(ids, 1)]
    turns = [turn.turn for turn in oracle(rows, EVER).turns]
    assert turns == ["10", "9", "B", "a", "b", "\u00e9", "\uffee", "\U0001f600"]


def test_the_columns_of_a_row_are_not_the_thread_of_its_turn() -> None:
    assert oracle([Row(1, 100, 0, "column", "p", request("turn.id=t "))], EVER).turns == (Turn("t", None, 100, "m"),)


def test_rows_are_read_once_and_may_come_from_an_iterator() -> None:
    assert oracle(iter([row(1, request()), row(2, completed())]), EVER).turns == (Turn("t", "h", 100, "M"),)
