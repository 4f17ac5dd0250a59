"""Claims about the oracle: what one body states."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from strandline.model.oracle import Fact, fact

if TYPE_CHECKING:
    from strandline.model.log import Body


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


def nested(body: str, arrays: int, inner: str = "") -> str:
    """The body with so many arrays around ``inner`` in its JSON, whose own object is one more level."""
    return f'{body.removesuffix("}")}, "x": {"[" * arrays}{inner}{"]" * arrays}}}'


def turn_of(body: Body) -> str | None:
    """The turn a body states something about."""
    found = fact(body)
    return found.turn if found else None


def thread_of(body: Body) -> str | None:
    """The thread that a body states; it must state something."""
    found = fact(body)
    assert found is not None
    return found.thread


def model_of(body: Body) -> str | None:
    """The model that a body states; it must state something."""
    found = fact(body)
    assert found is not None
    return found.model


# --- the three kinds ---


def test_a_request_states_its_turn_thread_and_model() -> None:
    assert fact(request()) == Fact("request", "t", "h", "m")


def test_a_submission_states_its_turn_and_thread_and_no_model() -> None:
    assert fact(submission()) == Fact("request", "t", "h", None)


def test_a_completed_states_its_turn_and_model() -> None:
    assert fact(completed("thread_id=h turn.id=t ")) == Fact("completed", "t", None, "M")


@pytest.mark.parametrize("body", ["", "turn.id=t thread_id=h", "websocket", "Websocket request: {}", "websocket event"])
def test_a_body_without_a_marker_states_nothing(body: str) -> None:
    assert fact(body) is None


def test_markers_are_matched_to_the_letter() -> None:
    assert fact(request().replace("websocket", "WebSocket")) is None
    assert fact(completed().replace("event:", "event :")) is None
    assert fact(submission().replace("Submission {", "submission {")) is None


# --- completed ---


@pytest.mark.parametrize("kind", ["response.create", "response.completed ", "", None, 1, ["response.completed"]])
def test_an_event_of_another_type_states_nothing(kind: object) -> None:
    assert fact(completed(type=kind)) is None


@pytest.mark.parametrize("response", [None, [], "M", 3, {}, ["model"]])
def test_a_completed_needs_a_response_with_a_model(response: object) -> None:
    assert fact(completed(response=response)) is None


@pytest.mark.parametrize("model", ["", " ", "\t\n\u00a0", None, 4, ["M"]])
def test_a_completed_needs_a_model_that_is_text_and_not_blank(model: object) -> None:
    assert fact(completed(model=model)) is None


def test_a_model_keeps_its_white_space() -> None:
    assert model_of(completed(model=" M ")) == " M "
    assert model_of(request(model=" m ")) == " m "


def test_a_completed_takes_its_turn_from_the_prefix_only() -> None:
    assert fact(completed("", turn_id="t")) is None
    assert fact(completed("turn.id= turn_id=, ", turn_id="t")) is None


# --- request ---


@pytest.mark.parametrize("kind", ["response.completed", "response.create ", ..., None, ["response.create"]])
def test_a_request_of_another_type_states_nothing(kind: object) -> None:
    assert fact(request(type=kind)) is None


@pytest.mark.parametrize("tier", [..., None, "default", "Priority", "priority ", True, ["priority"]])
def test_a_request_of_another_tier_states_nothing(tier: object) -> None:
    assert fact(request(service_tier=tier)) is None


def test_a_request_without_a_turn_in_the_prefix_takes_the_one_of_its_json() -> None:
    assert turn_of(request("thread_id=h ", turn_id="j")) == "j"
    assert turn_of(request("turn.id= turn_id=] ", turn_id="j")) == "j"
    assert turn_of(request("turn_id=p ", turn_id="j")) == "p"


@pytest.mark.parametrize("turn", [..., None, "", " \t", 7, ["j"]])
def test_a_request_without_any_turn_states_nothing(turn: object) -> None:
    assert fact(request("thread_id=h ", turn_id=turn)) is None


def test_a_turn_of_the_json_keeps_its_white_space() -> None:
    assert turn_of(request("", turn_id=" j ")) == " j "


def test_a_request_takes_its_thread_from_the_prefix_only() -> None:
    assert thread_of(request("turn.id=t ", thread_id="j")) is None
    assert thread_of(request("turn.id=t thread_id= ", thread_id="j")) is None


@pytest.mark.parametrize("model", [..., None, 4, ["m"], {"name": "m"}])
def test_a_request_whose_model_is_not_text_has_none(model: object) -> None:
    assert model_of(request(model=model)) is None


@pytest.mark.parametrize("model", ["", " ", "\n"])
def test_a_request_with_a_blank_model_states_nothing(model: str) -> None:
    assert fact(request(model=model)) is None


# --- submission ---


@pytest.mark.parametrize(
    "tier", ["", "service_tier: None", 'service_tier: Some("priority")', "service_tier: Some(None)"]
)
def test_a_submission_of_another_tier_states_nothing(tier: str) -> None:
    assert fact(submission(tier=tier)) is None


def test_the_tier_of_a_submission_may_stand_anywhere() -> None:
    assert turn_of(submission(prefix='service_tier: Some(Some("priority")) ', tier="")) == "t"


def test_the_tier_of_a_submission_may_be_the_tail_of_a_longer_name() -> None:
    assert turn_of(submission(tier='old_service_tier: Some(Some("priority"))')) == "t"


@pytest.mark.parametrize("turn", ["", " ", "\t"])
def test_a_submission_with_a_blank_id_states_nothing(turn: str) -> None:
    assert fact(submission(turn)) is None


def test_a_blank_id_is_not_replaced_by_a_later_one() -> None:
    assert fact(submission("") + ' id: "later"') is None


def test_a_submission_with_an_unterminated_id_states_nothing() -> None:
    tier = 'service_tier: Some(Some("priority")) '
    assert fact(f'{tier}Submission sub=Submission {{ id: "t') is None
    assert fact(f'{tier}Submission sub=Submission {{ id: "t"') is not None


def test_a_submission_without_an_id_after_the_marker_states_nothing() -> None:
    assert fact('id: "t" Submission sub=Submission { service_tier: Some(Some("priority")) }') is None


def test_an_id_that_ends_a_longer_name_is_not_the_id_of_a_submission() -> None:
    tail = ', id: "t", service_tier: Some(Some("priority")) }'
    for name in ("parent_id", "xid", "a.id", "9id", "Aid"):
        assert turn_of(f'Submission sub=Submission {{ {name}: "other"{tail}') == "t"
    assert turn_of(f'Submission sub=Submission {{id: "first"{tail}') == "first"
    assert turn_of(f'Submission sub=Submission {{ \u00e9id: "first"{tail}') == "first"


def test_an_id_of_a_submission_may_hold_what_ends_a_value() -> None:
    assert turn_of(submission("a b,c]:")) == "a b,c]:"


def test_the_thread_of_a_submission_stands_before_the_marker() -> None:
    assert thread_of(submission(prefix="") + " thread_id=h") is None


# --- values in a prefix ---


def test_turn_dot_id_is_preferred_wherever_it_stands() -> None:
    assert turn_of(request("turn_id=u turn.id=d ")) == "d"
    assert turn_of(request("turn.id=d turn_id=u ")) == "d"


def test_a_blank_turn_dot_id_gives_way_to_turn_underscore_id() -> None:
    assert turn_of(request("turn.id=} turn_id=u ")) == "u"


@pytest.mark.parametrize("end", [*",])}:", " ", "\t", "\n", "\u00a0", "\u2003", "\x1c"])
def test_a_value_ends_at_white_space_or_punctuation(end: str) -> None:
    assert turn_of(request(f"turn.id=v{end}w ")) == "v"


def test_a_value_may_end_with_the_prefix() -> None:
    assert turn_of(request("turn.id=v")) == "v"


@pytest.mark.parametrize("inner", [*"\"'({[;=/\\", "\x00", "\u200b", "\u00e9"])
def test_anything_else_is_part_of_a_value(inner: str) -> None:
    assert turn_of(request(f"turn.id=v{inner}w ")) == f"v{inner}w"


@pytest.mark.parametrize("before", [*"azAZ09_.", "parent_", "x."])
def test_a_name_that_ends_a_longer_identifier_is_not_that_name(before: str) -> None:
    assert turn_of(request(f"{before}turn_id=other turn_id=t ")) == "t"
    assert fact(request(f"{before}turn_id=other ")) is None
    assert thread_of(request(f"turn.id=t {before}thread_id=other ")) is None


@pytest.mark.parametrize("before", ["", " ", "{", "-", ":", "\x00", "\u00e9", "\u0661"])
def test_a_name_may_follow_anything_but_an_ascii_identifier_character(before: str) -> None:
    assert turn_of(request(f"{before}turn_id=t ")) == "t"


def test_only_the_first_occurrence_of_a_name_gives_its_value() -> None:
    assert turn_of(request("turn.id=a turn.id=b ")) == "a"
    assert fact(request("turn.id= turn.id=b ")) is None


def test_a_blank_thread_counts_as_absent() -> None:
    assert thread_of(request("turn.id=t thread_id=, ")) is None


# --- payloads ---


@pytest.mark.parametrize("around", [" {} ", "\n{}\t", "{}", "\u00a0{}\u2003", "\x1c{}\x1f"])
def test_a_payload_may_be_surrounded_by_white_space(around: str) -> None:
    prefix, marker, payload = request().partition("websocket request:")
    assert turn_of(prefix + marker + around.replace("{}", payload.strip())) == "t"


@pytest.mark.parametrize("tail", ["x", "{}", ",", "\x00", " websocket event:", "}"])
def test_a_payload_followed_by_anything_else_states_nothing(tail: str) -> None:
    assert fact(request() + tail) is None
    assert fact(completed() + tail) is None


@pytest.mark.parametrize("payload", ["", " ", "[]", "null", '"x"', "1", "{", "{'type': 1}", "\ufeff{}", "nul"])
def test_a_payload_that_is_not_one_object_states_nothing(payload: str) -> None:
    assert fact(f"turn.id=t websocket request:{payload}") is None
    assert fact(f"turn.id=t websocket event:{payload}") is None


def test_an_object_inside_a_list_is_not_an_object() -> None:
    prefix, marker, payload = request().partition("websocket request:")
    assert fact(f"{prefix}{marker}[{payload}]") is None


def test_of_a_key_given_twice_the_last_counts() -> None:
    body = request().removesuffix("}")
    assert model_of(body + ', "model": "n"}') == "n"
    assert fact(body + ', "service_tier": null}') is None


@pytest.mark.parametrize("body", [request(), completed()])
def test_json_is_loaded_to_128_levels_and_no_deeper(body: str) -> None:
    assert fact(nested(body, 127)) == fact(body) is not None
    assert fact(nested(body, 128)) is None
    assert fact(nested(body, 125, '{"x": {}}')) == fact(body)
    assert fact(nested(body, 126, '{"x": {}}')) is None
    assert fact(nested(body, 200_000)) is None


@pytest.mark.parametrize("quoted", ["[" * 200, "{" * 200, " ![" * 200, r"\"[", r"\\", r"\\\"[{", r"\u005b["])
def test_brackets_inside_strings_are_no_levels(quoted: str) -> None:
    assert fact(nested(request(), 127, f'"{quoted}"')) == fact(request()) is not None
    assert fact(nested(request(), 127, f'"{quoted}", []')) is None


def test_brackets_side_by_side_are_one_level() -> None:
    assert fact(nested(request(), 126, ", ".join(["[]", "{}"] * 100))) == fact(request()) is not None


def test_json_with_a_number_too_long_to_load_states_nothing() -> None:
    assert fact(request().removesuffix("}") + f', "x": {"9" * 5_000}}}') is None


# --- which kind wins ---


def test_completed_is_tried_before_request_whatever_stands_first() -> None:
    inside = completed(note="websocket request: {}")
    assert fact(inside) == Fact("completed", "t", None, "M")
    before = completed(f"turn.id=t {request('')} ")
    assert fact(before) == Fact("completed", "t", None, "M")


def test_request_is_tried_before_submission() -> None:
    both = request(f"turn.id=r {submission('s')} ")
    assert fact(both) == Fact("request", "r", "h", "m")


def test_a_kind_that_fails_gives_way_to_the_next() -> None:
    assert fact(request(note="websocket event: {}")) == Fact("request", "t", "h", "m")
    assert fact(submission() + " websocket request: {} websocket event: {}") == Fact("request", "t", "h", None)


def test_a_completed_without_a_turn_gives_way_to_a_submission() -> None:
    assert fact(completed(f"{submission('s')} ")) == Fact("request", "s", "h", None)


def test_a_request_with_a_blank_model_gives_way_to_a_submission() -> None:
    assert fact(request(f"{submission('s')} turn.id=r ", model=" ")) == Fact("request", "s", "h", None)


@pytest.mark.parametrize("marker", ["websocket event:", "websocket request:"])
def test_only_the_first_occurrence_of_a_marker_counts(marker: str) -> None:
    body = completed() if "event" in marker else request()
    assert fact(f"{marker} {body}") is None


def test_marker_text_inside_a_payload_changes_nothing() -> None:
    markers = "websocket event: websocket request: Submission sub=Submission { turn.id=x thread_id=y"
    assert fact(request(input=markers)) == Fact("request", "t", "h", "m")
    assert fact(completed(input=markers)) == Fact("completed", "t", None, "M")


def test_a_prefix_reaches_to_the_marker_of_its_own_kind() -> None:
    # The names inside the event belong to the prefix of the request that follows it.
    assert fact(f"websocket event: turn.id=e {request('')}") == Fact("request", "e", None, "m")
