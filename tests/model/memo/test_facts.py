"""Claims about facts: what one body states, by how its message begins."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from strandline.model.memo import facts as module
from strandline.model.memo.facts import Fact, fact
from strandline.model.memo.log import Raw
from tests.model.memo.bodies import ASKING, UNREADABLE, submission

if TYPE_CHECKING:
    from strandline.model.memo.log import Body


SPANS = "session{thread_id=h}:turn{turn.id=t}"


def request(spans: str = SPANS, **members: object) -> str:
    """A request body; a member given as ``...`` is left out of the JSON."""
    payload = {"type": "response.create", "service_tier": "priority", "model": "m", **members}
    return f"{spans}: websocket request: {json.dumps({k: v for k, v in payload.items() if v is not ...})}"


def completed(spans: str = SPANS, model: object = "M", **members: object) -> str:
    """A completed body."""
    payload = {"type": "response.completed", "response": {"model": model}, **members}
    return f"{spans}: websocket event: {json.dumps(payload)}"


def tags(message: str = 'model="m" effort=None tags_json={"service_tier":"priority"}', spans: str = SPANS) -> str:
    """A tags body."""
    return f"{spans}: {message}"


# --- which bodies are read ---


@pytest.mark.parametrize("body", [request(), completed(), tags(), submission(ASKING)])
def test_text_by_its_bytes_states_the_same_as_text(body: str) -> None:
    assert fact(Raw(body.encode())) == fact(body) is not None


@pytest.mark.parametrize("body", [None, request().encode(), "", "nothing to see", Raw(b"\xff" + request().encode())])
def test_what_is_no_text_or_holds_no_marker_states_nothing(body: Body) -> None:
    assert fact(body) is None


def test_a_body_too_long_for_the_cache_states_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    known = fact(request())
    monkeypatch.setattr(module, "CACHED_BODY_MAX", 0)
    assert fact(request()) == known


@pytest.mark.parametrize("begun", ["Tags ", "the Submission ", "a websocket request: ", "nor websocket event: {}"])
def test_a_marker_inside_of_another_message_states_nothing(begun: str) -> None:
    assert fact(f"{SPANS}: {begun}{request()} tags_json={{") is None


# --- tags ---


def test_tags_say_the_tier_in_force_and_the_model() -> None:
    assert fact(tags()) == Fact("tags", "t", "h", "priority", "m")


@pytest.mark.parametrize(
    "message",
    [
        'model="m" policy=ReadOnly { network: false } tags_json={"service_tier":"flex"}',
        'model="m" tags_json={"service_tier":"flex"} and what follows',
        'model="m" tags_json={"service_tier":"flex"} tags_json={"service_tier":"priority"}',
        'model="m" note="x tags_json={}" tags_json={"service_tier":"flex"}',
        'model="m" tags_json={"service_tier":"priority","service_tier":"flex"}',
    ],
)
def test_the_tags_are_the_first_that_lie_in_no_string(message: str) -> None:
    assert fact(tags(message)) == Fact("tags", "t", "h", "flex", "m")


def test_a_blank_model_of_tags_is_unknown() -> None:
    assert fact(tags('model=" " tags_json={"service_tier":"priority"}')) == Fact("tags", "t", "h", "priority", None)


@pytest.mark.parametrize(
    "message",
    [
        'model="m" tags_json={"service_tier":7}',
        'model="m" tags_json={}',
        'model="m" tags_json={"service_tier":"priority"',
        'model="m" tags_json={"service_tier":"priority",}',
        'model="m\\q" tags_json={"service_tier":"priority"}',
        'model="m\\q" cwd=/a(b tags_json={"service_tier":"priority"}',
        'model="m\\q" note="x tags_json={"service_tier":"priority"}',
        'model="m tags_json={"service_tier":"priority"}',
        'model="m" note="x tags_json={"service_tier":"priority"}',
        'model="m" cwd=/a(b tags_json={"service_tier":"priority"}',
    ],
)
def test_tags_that_cannot_be_read_are_unreadable(message: str) -> None:
    assert fact(tags(message)) == UNREADABLE


@pytest.mark.parametrize(
    "message",
    ['model="m" note="tags_json={"', 'model="m\\q" x="tags_json={"', 'model="m\\q" x={ tags_json={}}', 'model="m"'],
)
def test_a_message_that_has_no_tags_states_nothing(message: str) -> None:
    assert fact(tags(message)) is None


# --- requests ---


def test_a_request_says_what_is_asked_of_the_server() -> None:
    assert fact(request()) == Fact("request", "t", "h", "priority", "m")
    assert fact(request(service_tier="flex")) == Fact("request", "t", "h", "flex", "m")


@pytest.mark.parametrize("tier", [..., None, 7, ["priority"]])
def test_a_request_without_a_tier_asks_for_none(tier: object) -> None:
    assert fact(request(service_tier=tier)) == Fact("request", "t", "h", None, "m")


@pytest.mark.parametrize("model", [..., None, 7, " "])
def test_a_model_that_is_no_name_is_unknown(model: object) -> None:
    assert fact(request(model=model)) == Fact("request", "t", "h", "priority", None)


def test_the_turn_of_a_request_is_that_of_its_spans_else_that_of_its_payload() -> None:
    assert fact(request(turn_id="u")) == Fact("request", "t", "h", "priority", "m")
    assert fact(request("a", turn_id="u")) == Fact("request", "u", None, "priority", "m")
    assert fact(request("a{turn.id= }", turn_id="u")) == Fact("request", "u", None, "priority", "m")


@pytest.mark.parametrize("turn", [..., None, 7, "", " "])
def test_a_request_of_no_turn_is_one_all_the_same(turn: object) -> None:
    assert fact(request("a", turn_id=turn)) == Fact("request", None, None, "priority", "m")


@pytest.mark.parametrize("kind", [..., None, "response.created", ["response.create"]])
def test_a_request_of_another_type_states_nothing(kind: object) -> None:
    assert fact(request(type=kind)) is None


def test_without_spans_the_message_begins_behind_the_mark_and_states_nothing() -> None:
    assert fact(request().partition(": ")[2]) is None


# --- JSON ---


@pytest.mark.parametrize("tail", ["", " and more", "}", "{}", "\0"])
def test_what_follows_the_first_value_is_ignored(tail: str) -> None:
    assert fact(request() + tail) == fact(request())


def test_white_space_may_stand_before_the_first_value() -> None:
    assert fact(request().replace("request: ", "request:  \t\r\n")) == fact(request())
    assert fact(request().replace("request: ", "request: \u00a0")) is None


@pytest.mark.parametrize(
    "payload",
    [
        '[{"type": "response.create"}]',
        '{"type": "response.create"',
        '{"type": "response.create", "x": ]}',
        '{"type": "response.create", "x": "',
        '{"type": "response.create", "x": NaN}',
        '{"type": "response.create", "x": Infinity}',
        "{'type': 'response.create'}",
        '{"type": "response.create",}',
        f'{{"type": "response.create", "x": {"9" * 5_000}}}',
        "null",
        "",
    ],
)
def test_a_payload_that_is_no_json_object_states_nothing(payload: str) -> None:
    assert fact(f"{SPANS}: websocket request: {payload}") is None


def test_a_payload_may_nest_as_deep_as_the_bound_says() -> None:
    def nested(arrays: int, inner: str = "") -> str:
        return request().removesuffix("}") + f', "x": {"[" * arrays}{inner}{"]" * arrays}}}'

    assert module.NESTING_MAX == 128
    assert fact(nested(127)) == fact(request())
    assert fact(nested(128)) is None
    assert fact(nested(126, '"[[[[\\""')) == fact(request())


# --- completed and rerouted ---


def test_a_completion_names_the_model_of_its_response() -> None:
    assert fact(completed()) == Fact("completed", "t", "h", None, "M")
    assert fact(completed("a")) == Fact("completed", None, None, None, "M")


@pytest.mark.parametrize("model", [None, 7, "", " ", {"model": "M"}])
def test_a_completion_without_a_model_states_nothing(model: object) -> None:
    assert fact(completed(model=model)) is None


@pytest.mark.parametrize("members", [{"response": ["M"]}, {"response": None}, {"type": "response.done"}])
def test_an_event_of_another_kind_states_nothing(members: dict[str, Any]) -> None:
    assert fact(completed(**members)) is None


def test_a_completion_is_a_json_object() -> None:
    assert fact(f"{SPANS}: websocket event: nothing") is None


def test_a_reroute_names_the_model_that_answered() -> None:
    body = f"{SPANS}: server reported model a b while requested model was c while requested model was d"
    assert fact(body) == Fact("rerouted", "t", "h", None, "a b")


@pytest.mark.parametrize(
    "message",
    [
        "server reported model m (matches requested model)",
        "server reported model m (matches requested model), nobody asked while requested model was",
        "server reported model  while requested model was m",
        "server reported model m while requested, while requested model was c",
    ],
)
def test_what_tells_of_no_other_model_is_no_reroute(message: str) -> None:
    assert fact(f"{SPANS}: {message}") is None
