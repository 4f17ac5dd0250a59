"""Claims about the parser: which bodies say something of a turn, and what. Submissions have a file of their own."""

import json
import sys
from collections.abc import Callable
from typing import NoReturn, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from strandline.impl.memo import parse as parsing
from strandline.impl.memo import structure
from strandline.impl.memo.parse import DEPTH_MAX, MARKERS, NESTING_MAX, Kind, Parsed, is_marked, parse
from strandline.impl.memo.projection import BODY_MAX
from tests.impl.memo.bodies import (
    BLANKS,
    EACH,
    EVIL,
    SPANS,
    UNREADABLE,
    completed,
    quoted,
    read,
    request,
    rerouted,
    said,
    tags,
    turn_input,
    user_input,
)

# Every kind


@pytest.mark.parametrize("kind", get_args(Kind))
def test_each_kind_is_read_from_how_its_message_begins(kind: Kind) -> None:
    text, expected = EACH[kind]
    assert read(text) == expected
    assert is_marked(text.encode())


@pytest.mark.parametrize("kind", get_args(Kind))
@pytest.mark.parametrize("before", ["x ", '"', "{", "(", " ", "\0"])
def test_a_kind_that_stands_later_in_a_message_is_no_kind(kind: Kind, before: str) -> None:
    assert read(before + EACH[kind][0].removeprefix(SPANS)) is None


def test_a_json_message_without_a_span_before_it_is_taken_apart_at_its_own_mark() -> None:
    assert read(request().removeprefix(SPANS)) is None
    assert read(completed().removeprefix(SPANS)) is None


@pytest.mark.parametrize(
    "body", [b"", b"turn.id=t", b"websocket event", b"WEBSOCKET EVENT: ", b"\xff", b'model="\xff"']
)
def test_a_body_without_a_marker_says_nothing_whatever_its_bytes(body: bytes) -> None:
    assert not is_marked(body)
    assert parse(body) is None


@pytest.mark.parametrize("bad", [b"\xff", b"\xed\xa0\x80", b"\xc0\xaf", b"\xe2\x82"])
@pytest.mark.parametrize("marker", MARKERS)
def test_a_marked_body_that_is_not_strict_utf8_is_refused_aloud(marker: str, bad: bytes) -> None:
    with pytest.raises(UnicodeDecodeError):
        parse(marker.encode() + bad)


def test_the_limits() -> None:
    assert (BODY_MAX, NESTING_MAX, DEPTH_MAX) == (67_108_864, 128, 64)


@pytest.mark.parametrize(
    "text", [user_input("None", text=EVIL), turn_input().replace("[]", f"[Text {{ text: {quoted(EVIL)} }}]")]
)
def test_prompt_text_is_no_field_no_span_and_no_message(text: str) -> None:
    assert read(text) == said("submission")
    assert read(text.removeprefix(SPANS)) == Parsed("submission", "t2", None, None, None)


def test_prompt_text_in_json_is_no_field() -> None:
    assert read(request(input=EVIL, service_tier=None)) == said("request", model="m")


def test_prompt_text_in_a_field_of_a_span_is_no_turn_and_no_message() -> None:
    spans = f"turn{{turn.id=t1}}:tool{{prompt={quoted(EVIL)}}}: "
    assert read(spans + rerouted().removeprefix(SPANS)) == Parsed("rerouted", "t1", None, None, "X")


def test_a_quoted_turn_and_thread_are_kept_without_their_quotes() -> None:
    spans = 'turn{turn.id="a \\"b\\"" thread_id="c"}: '
    assert read(spans + rerouted().removeprefix(SPANS)) == Parsed("rerouted", 'a "b"', "c", None, "X")


@pytest.mark.parametrize("kind", ["tags", "request", "completed", "rerouted"])
@pytest.mark.parametrize("spans", ["", "a: ", "a{turn.id=}: ", "t{turn.id=t1}:u{turn_id= }: ", 't{turn.id="\\q"}: '])
def test_without_a_turn_in_the_spans_a_message_is_of_no_turn(kind: Kind, spans: str) -> None:
    text, expected = EACH[kind]
    message = (spans or "a: ") + text.removeprefix(SPANS)
    assert read(message) == expected._replace(turn=None, thread=None)


# Tags


@pytest.mark.parametrize("tier", ["priority", "default", "unset", "flex", "fast", ""])
def test_tags_state_any_tier(tier: str) -> None:
    assert read(tags(f'"a":"b","service_tier":"{tier}"')) == said("tags", tier, "m")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (tags(between=""), said("tags", "priority", "m")),
        (tags(between=" x={tags_json={}} y"), said("tags", "priority", "m")),
        (tags(between=' x=" tags_json={" y'), said("tags", "priority", "m")),
        (tags(between=" tags_json=x atags_json={}"), said("tags", "priority", "m")),
        (tags() + " tags_json={}", said("tags", "priority", "m")),
        (tags('"service_tier":"a","service_tier":"b"'), said("tags", "b", "m")),
        (tags(model='"a \\"b\\" \\u{e9}"'), said("tags", "priority", 'a "b" é')),
        *((tags(model=quoted(blank)), said("tags", "priority")) for blank in BLANKS[:2]),
    ],
)
def test_tags_are_found_outside_of_brackets_and_strings(text: str, expected: Parsed) -> None:
    assert read(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        tags('"service_tier":null'),
        tags('"service_tier":["priority"]'),
        tags('"a":"b"'),
        tags(""),
        tags("x"),
        tags()[:-1],
        tags('"service_tier":"priority","a":NaN'),
        tags(model='"\\q"'),
        tags(model='"\\q"', between=" x={"),
        tags(model='"\\q"', between=' x="'),
        tags(between=" x={"),
        tags(between=" x=("),
        tags(between=' x="'),
        tags(model='"m'),
        tags(model='"m', between=" x={}"),
    ],
)
def test_tags_that_are_there_and_cannot_be_read_are_unreadable(text: str) -> None:
    assert read(text) == UNREADABLE


@pytest.mark.parametrize(
    "message",
    [
        'model="m"',
        'model="m" tags_json=',
        'model="m"tags_json={}',
        'model="m" x={ tags_json={}}',
        'model="m" x=" tags_json={}"',
        'model="\\q" x=1',
        'model="\\q" x={ tags_json={}}',
        'model="m" x={',
        'model="m',
        'model=m tags_json={"service_tier":"priority"}',
        ' model="m" tags_json={"service_tier":"priority"}',
    ],
)
def test_a_message_that_names_a_model_and_has_no_tags_says_nothing(message: str) -> None:
    assert read(SPANS + message) is None


# Requests and events


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        *((request(service_tier=tier), said("request", tier, "m")) for tier in ("priority", "default", "flex", "")),
        *((request(service_tier=tier), said("request", None, "m")) for tier in (None, 7, ["priority"])),
        *((request(model=model), said("request", "priority")) for model in (None, 7, ["m"], *BLANKS)),
        (request(turn_id="json"), said("request", "priority", "m")),
        (completed(response={"model": " m "}), said("completed", model=" m ")),
    ],
)
def test_json_says_what_its_strings_say(text: str, expected: Parsed) -> None:
    assert read(text) == expected


@pytest.mark.parametrize("spans", ["a: ", "a{x=1}: ", "t{turn.id=t1}:u{turn_id=}: "])
def test_a_request_takes_its_turn_from_the_json_if_the_spans_have_none(spans: str) -> None:
    for turn in (" json ", "\u00e9"):
        found = read(spans + request(turn_id=turn).removeprefix(SPANS))
        assert found == Parsed("request", turn, None, "priority", "m")
    for other in (None, 7, *BLANKS):
        found = read(spans + request(turn_id=other).removeprefix(SPANS))
        assert found == Parsed("request", None, None, "priority", "m")


NO_MODEL: list[object] = [None, "m", [], {}, {"model": None}, {"model": ["m"]}]


@pytest.mark.parametrize(
    "text",
    [
        request(type="response.completed"),
        request(type=["response.create"]),
        completed(type="response.created"),
        completed(type="response.create"),
        *(completed(response=response) for response in NO_MODEL),
        *(completed(response={"model": blank}) for blank in BLANKS),
    ],
)
def test_another_type_and_an_event_without_a_model_say_nothing(text: str) -> None:
    assert read(text) is None


BOTH = pytest.mark.parametrize("text", [request(), completed()])


@BOTH
@pytest.mark.parametrize("after", ["", " ", " x", "{}", "}", '"', "\0"])
@pytest.mark.parametrize("before", ["", " ", "\t\r\n "])
def test_the_first_json_value_counts_and_what_follows_does_not(text: str, before: str, after: str) -> None:
    mark, brace, rest = text.removeprefix(SPANS).partition("{")
    assert read(SPANS + mark + before + brace + rest + after) == read(text) is not None


@BOTH
@pytest.mark.parametrize(
    "damage",
    [
        lambda message: message[:-1],
        lambda message: message.replace(": {", ": [{", 1) + "]",
        lambda message: message.replace(": {", ": x {", 1),
        lambda message: message.replace(": {", ": \u00a0{", 1),
        lambda message: message[:-1] + ', "x": NaN}',
        lambda message: message[:-1] + ', "x": -Infinity}',
        lambda message: message[:-1] + ', "x": "\t"}',
    ],
)
def test_what_is_no_json_object_says_nothing(text: str, damage: Callable[[str], str]) -> None:
    assert read(SPANS + damage(text.removeprefix(SPANS))) is None


@BOTH
def test_a_type_spelled_with_escapes_is_the_same_type_and_the_last_of_two_keys_counts(text: str) -> None:
    kind = "response.create" if "create" in text else "response.completed"
    assert read(text.replace(f'"{kind}"', f'"{kind}"'.replace(".", "\\u002e"))) == read(text)
    assert read(text[:-1] + ', "type": "x"}') is None
    assert read(text.replace('{"type"', '{"type": "x", "type"')) == read(text)


def nested(text: str, arrays: int, inner: str = "") -> str:
    return f'{text[:-1]}, "deep": {"[" * arrays}{inner}{"]" * arrays}}}'


@BOTH
def test_json_is_read_to_128_levels_and_no_deeper(text: str) -> None:
    assert read(nested(text, 127)) == read(text) is not None
    assert read(nested(text, 128)) is None
    assert read(nested(text, 126, '{"a": {}}')) is None
    assert read(nested(text, 125, '{"a": {}}')) == read(text)
    assert read(nested(text, 200_000)) is None
    assert read(nested(text, 126, ", ".join(["[]", "{}"] * 100))) == read(text)
    assert read(text + "[" * 200) == read(text)


@BOTH
@pytest.mark.parametrize("string", ["[" * 200, '\\"' + "[{" * 100, "\\\\", '\\\\\\"' + "[" * 200])
def test_brackets_inside_strings_do_not_nest(text: str, string: str) -> None:
    assert read(nested(text, 127, f'"{string}"')) == read(text) is not None
    assert read(nested(text, 127, f'"{string}", []')) is None


@BOTH
def test_an_integer_too_long_to_convert_is_no_json(text: str) -> None:
    assert read(f'{text[:-1]}, "long": {"9" * (sys.get_int_max_str_digits() + 1)}}}') is None


# Reroutes


@pytest.mark.parametrize(
    ("message", "model"),
    [
        ("server reported model X while requested model was Y", "X"),
        ("server reported model X while requested model was ", "X"),
        ("server reported model a b: {c while requested model was Y", "a b: {c"),
        (
            "server reported model X (matches requested model) while requested model was X",
            "X (matches requested model)",
        ),
        ("server reported model X (matches requested model)", None),
        ("server reported model X while requested model was", None),
        ("server reported model X while requested Y while requested model was Y", None),
        ("server reported model  while requested model was Y", None),
        ("server reported model \u3000 while requested model was Y", None),
        ("the server reported model X while requested model was Y", None),
    ],
)
def test_a_reroute_names_the_model_up_to_the_first_while_requested(message: str, model: str | None) -> None:
    assert read(SPANS + message) == (model and said("rerouted", model=model))


# Whatever there may be

PIECES = st.sampled_from(
    [
        *MARKERS,
        SPANS,
        'model="',
        'sub=Submission { id: "t", op: ',
        "UserInput { thread_settings: S { service_tier: ",
        'Some(Some("priority"))',
        "server reported model X ",
        "submission_id=t ",
        "operation=compact ",
        '{"type": "response.create", "service_tier": "priority", "turn_id": "t3"}',
        '{"type": "response.completed", "response": {"model": "m1"}}',
        *'{}()[]":, \\',
        "\u00e9",
        "\0",
    ]
)


@given(st.lists(PIECES, max_size=10).map("".join))
def test_whatever_says_something_is_marked(text: str) -> None:
    found = read(text)
    if found is not None:
        assert is_marked(text.encode())
        assert found.turn is None or found.turn.strip()
        assert found.model is None or found.model.strip()
        assert found.kind not in {"completed", "rerouted"} or found.model


@given(st.lists(PIECES, max_size=10).map("".join))
def test_a_quick_look_refuses_nothing_that_says_something(text: str) -> None:
    quick = parse(text.encode())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(structure, "message", lambda _: None)
        assert parse(text.encode()) == quick


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=2), inner, max_size=3),
    max_leaves=6,
)


def refused(constant: str) -> NoReturn:
    raise ValueError(constant)


STRICT = json.JSONDecoder(parse_constant=refused)


@given(st.dictionaries(st.sampled_from(["model", "service_tier", "a"]), JSON), st.data())
def test_the_fast_decoder_of_json_accepts_nothing_that_the_strict_one_does_not(
    value: dict[str, object], data: st.DataObject
) -> None:
    """The text is changed in places, so that most of what is tried is not JSON any more."""
    text = json.dumps({"type": "response.create", **value}, ensure_ascii=data.draw(st.booleans()))
    for _ in range(data.draw(st.integers(0, 3))):
        place = data.draw(st.integers(1, len(text)))
        text = text[:place] + data.draw(st.sampled_from([*'{}[]",:\\u0e-.1 \t\n\0', ""])) + text[place + 1 :]
    body = f"websocket request: {text}".encode()
    quick = parse(b"a: " + body)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(parsing, "_FAST", lambda written: STRICT.decode(written.decode()))
        assert parse(b"a: " + body) == quick


@given(st.binary(max_size=40), st.sampled_from(MARKERS), st.binary(max_size=40))
def test_any_bytes_say_something_or_nothing_or_do_not_decode(before: bytes, marker: str, after: bytes) -> None:
    body = before + marker.encode() + after
    try:
        body.decode()
    except UnicodeDecodeError:
        with pytest.raises(UnicodeDecodeError):
            parse(body)
    else:
        parse(body)
