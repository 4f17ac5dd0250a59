"""Claims about the parser: which bodies are rows that matter, and what they say."""

import json
import sys
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from strandline.impl.parse import MARKERS, NESTING_MAX, Parsed, is_marked, parse
from strandline.impl.projection import BODY_MAX

BLANKS = ["", " ", "\t\u2003"]
ENDS = [*",])}:", " ", "\t", "\n", "\x1c", "\x85", "\u00a0", "\u3000"]


def completed(prefix: str = "turn.id=t1 ", **changes: object) -> str:
    message = {"type": "response.completed", "response": {"model": "m1"}} | changes
    return f"{prefix}websocket event: {json.dumps(message)}"


def request(prefix: str = "thread_id=th1 turn.id=t1 ", **changes: object) -> str:
    message = {"type": "response.create", "service_tier": "priority", "model": "m1"} | changes
    return f"{prefix}websocket request: {json.dumps(message)}"


def submission(prefix: str = "thread_id=th1: ", inner: str = 'id: "t1", ') -> str:
    return f'{prefix}Submission sub=Submission {{ {inner}service_tier: Some(Some("priority")) }}'


def read(text: str) -> Parsed | None:
    return parse(text.encode())


def turn_of(text: str) -> str | None:
    parsed = read(text)
    return parsed and parsed.turn


def thread_of(text: str) -> str | None:
    parsed = read(text)
    assert parsed is not None
    return parsed.thread


def test_a_completed_event_gives_turn_and_model_and_no_thread() -> None:
    assert read(completed("thread_id=th1 turn.id=t1 ")) == Parsed(completed=True, turn="t1", thread=None, model="m1")


def test_a_priority_request_gives_turn_thread_and_model() -> None:
    assert read(request()) == Parsed(completed=False, turn="t1", thread="th1", model="m1")


def test_a_priority_submission_gives_turn_and_thread_and_no_model() -> None:
    assert read(submission()) == Parsed(completed=False, turn="t1", thread="th1", model=None)


@pytest.mark.parametrize("body", [b"", b"turn.id=t1", b"websocket event", b"WEBSOCKET EVENT:", b"\xff"])
def test_a_body_without_a_marker_is_no_row_whatever_its_bytes(body: bytes) -> None:
    assert not is_marked(body)
    assert parse(body) is None


@pytest.mark.parametrize("bad", [b"\xff", b"\xed\xa0\x80", b"\xc0\xaf", b"\xe2\x82"])
@pytest.mark.parametrize("marker", MARKERS)
def test_a_marked_body_that_is_not_strict_utf8_is_refused_aloud(marker: str, bad: bytes) -> None:
    with pytest.raises(UnicodeDecodeError):
        parse(marker.encode() + bad)


def test_a_nul_before_the_marker_hides_nothing() -> None:
    assert turn_of("\0" + request()) == "t1"


def test_the_limit_is_64_mebibytes() -> None:
    assert BODY_MAX == 67_108_864


@pytest.mark.parametrize(
    "text",
    [
        completed(type="response.created"),
        completed(type=["response.completed"]),
        completed(response=None),
        completed(response="m1"),
        completed(response={}),
        completed(response={"model": None}),
        completed(response={"model": ["m1"]}),
        *(completed(response={"model": blank}) for blank in BLANKS),
        completed(prefix=""),
        completed(prefix="", turn_id="t1"),
    ],
)
def test_an_event_that_lacks_type_model_or_turn_is_no_row(text: str) -> None:
    assert read(text) is None


@pytest.mark.parametrize(
    "text",
    [
        request(type="response.completed"),
        request(service_tier="default"),
        request(service_tier=None),
        request(service_tier=["priority"]),
        request(prefix=""),
        *(request(prefix="", turn_id=blank) for blank in BLANKS),
        request(prefix="", turn_id=7),
        *(request(model=blank) for blank in BLANKS),
    ],
)
def test_a_request_that_lacks_type_tier_turn_or_names_a_blank_model_is_no_row(text: str) -> None:
    assert read(text) is None


@pytest.mark.parametrize("model", [None, 7, ["m1"], {"m1": 1}])
def test_a_request_whose_model_is_no_string_has_none(model: object) -> None:
    assert read(request(model=model)) == Parsed(completed=False, turn="t1", thread="th1", model=None)


def test_a_request_without_a_model_has_none() -> None:
    text = 'turn.id=t1 websocket request: {"type": "response.create", "service_tier": "priority"}'
    assert read(text) == Parsed(completed=False, turn="t1", thread=None, model=None)


def test_a_request_takes_its_turn_from_the_json_only_if_the_prefix_names_none() -> None:
    assert turn_of(request(turn_id="json")) == "t1"
    assert turn_of(request(prefix="", turn_id="json")) == "json"
    assert turn_of(request(prefix="turn.id= turn_id= ", turn_id=" json ")) == " json "


@pytest.mark.parametrize("make", [completed, request])
@pytest.mark.parametrize(
    "damage",
    [
        lambda text: text + " x",
        lambda text: text + "{}",
        lambda text: text[:-1],
        lambda text: text.replace(": {", ": [{", 1) + "]",
        lambda text: text.replace(": {", ": x {", 1),
    ],
)
def test_what_follows_the_marker_must_be_exactly_one_json_object(
    make: Callable[[], str], damage: Callable[[str], str]
) -> None:
    assert read(make()) is not None
    assert read(damage(make())) is None


@pytest.mark.parametrize("text", [completed(), request()])
def test_json_nested_without_end_is_no_row(text: str) -> None:
    head, _, tail = text.rpartition("}")
    assert read(f'{head}, "deep": {"[" * 200_000}{"]" * 200_000}}}{tail}') is None


def nested(text: str, arrays: int, inner: str = "") -> str:
    return f'{text[:-1]}, "deep": {"[" * arrays}{inner}{"]" * arrays}}}'


@pytest.mark.parametrize("text", [completed(), request()])
def test_json_is_read_to_128_levels_and_no_deeper(text: str) -> None:
    assert NESTING_MAX == 128
    assert read(nested(text, 127)) == read(text) is not None
    assert read(nested(text, 128)) is None
    assert read(nested(text, 126, '{"a": {}}')) is None
    assert read(nested(text, 125, '{"a": {}}')) == read(text)


@pytest.mark.parametrize("text", [completed(), request()])
@pytest.mark.parametrize(
    "string", ["[" * 200, "{" * 200, '\\"' + "[{" * 100, "\\\\", '\\\\\\"' + "[" * 200, "[\u2028\x7f" * 200]
)
def test_brackets_inside_strings_do_not_nest(text: str, string: str) -> None:
    assert read(nested(text, 127, f'"{string}"')) == read(text) is not None
    assert read(nested(text, 127, f'"{string}", []')) is None


@pytest.mark.parametrize("text", [completed(), request()])
def test_closed_brackets_do_not_nest(text: str) -> None:
    for arrays in (1, 126):
        assert read(nested(text, arrays, ", ".join(["[]", "{}"] * 100))) == read(text) is not None


@pytest.mark.parametrize("text", [completed(), request()])
def test_an_integer_too_long_to_convert_is_no_row(text: str) -> None:
    assert read(f'{text[:-1]}, "long": {"9" * (sys.get_int_max_str_digits() + 1)}}}') is None


@pytest.mark.parametrize("space", [" ", "\n\t", "\u2003", "\x1f"])
@pytest.mark.parametrize("text", [completed(), request()])
def test_white_space_of_any_kind_around_the_json_is_stripped(text: str, space: str) -> None:
    assert read(text.replace(": {", f":{space}{{", 1) + space) == read(text)


def test_a_type_spelled_with_escapes_is_the_same_type() -> None:
    assert turn_of(completed().replace("response.completed", r"response\u002ecompleted")) == "t1"
    assert turn_of(request().replace("response.create", r"\u0072esponse.create")) == "t1"


def test_the_first_marker_counts_and_later_ones_belong_to_the_rest() -> None:
    assert read("websocket event: {} " + completed()) is None
    assert read("websocket request: {} " + request()) is None
    assert read(completed(note="websocket event:")) == read(completed())


def test_a_reader_that_fails_leaves_the_body_to_the_next() -> None:
    assert turn_of("websocket event: {} " + request()) == "t1"
    assert turn_of("websocket event: {} websocket request: {} " + submission()) == "t1"
    assert turn_of(request(prefix="", turn_id="json", model="", note=1) + submission()) == "t1"


def test_a_submission_is_read_last() -> None:
    before = submission(prefix="", inner='id: "t9", ')
    assert turn_of(before) == "t9"
    assert read(f"{before} {completed()}") == Parsed(completed=True, turn="t1", thread=None, model="m1")
    assert read(f"{before} {request()}") == Parsed(completed=False, turn="t1", thread="th1", model="m1")


def test_turn_dot_id_comes_before_turn_underscore_id() -> None:
    assert turn_of(completed("turn_id=b turn.id=a ")) == "a"
    assert turn_of(completed("turn_id=b ")) == "b"


def test_an_empty_value_counts_as_absent_and_a_later_one_is_not_looked_for() -> None:
    assert turn_of(completed("turn.id= turn.id=a turn_id=b ")) == "b"
    assert turn_of(completed("turn.id=, turn.id=a ")) is None
    assert thread_of(request("turn.id=t1 thread_id= thread_id=a ")) is None


@pytest.mark.parametrize("before", ["parent_", "parent.", "x", "Z", "0", "_", "."])
def test_a_name_after_an_identifier_character_is_another_name(before: str) -> None:
    assert turn_of(completed(f"{before}turn.id=a {before}turn_id=a ")) is None
    assert turn_of(completed(f"{before}turn.id=a turn.id=b ")) == "b"
    assert thread_of(request(f"{before}thread_id=a turn.id=b ")) is None


@pytest.mark.parametrize("before", ["{", " ", "-", "=", ":", '"', "\u00e9", "\u0660", "\0"])
def test_only_ascii_letters_digits_underscore_and_dot_are_identifier_characters(before: str) -> None:
    assert turn_of(completed(f"{before}turn.id=a ")) == "a"


def test_the_dot_of_a_name_is_a_dot() -> None:
    assert turn_of(completed("turn-id=a ")) is None


@pytest.mark.parametrize("end", ENDS)
def test_a_value_ends_at_white_space_and_at_closing_punctuation(end: str) -> None:
    assert turn_of(completed(f"turn.id=a{end}b ")) == "a"
    assert thread_of(request(f"turn.id=a thread_id=c{end}d ")) == "c"


def test_a_value_ends_with_the_prefix_and_holds_everything_else() -> None:
    assert turn_of(completed('turn.id="a=b;c{d[e(f\u200b')) == '"a=b;c{d[e(f\u200b'


def test_every_character_that_is_white_space_to_str_ends_a_value_and_no_other_does() -> None:
    for character in map(chr, range(0x3100)):
        ends = character.isspace() or character in ",])}:"
        assert turn_of(completed(f"turn.id=a{character}b ")) == ("a" if ends else f"a{character}b")


def test_a_thread_is_read_from_the_prefix_only() -> None:
    assert thread_of(request("turn.id=t1 ", thread_id="json")) is None
    assert thread_of(request("turn.id=t1 ", note=" thread_id=json ")) is None
    assert thread_of(submission(prefix="", inner='thread_id=th2 id: "t1", ')) is None


def test_a_submission_needs_the_priority_tier_anywhere_in_the_body() -> None:
    assert read(submission().replace("priority", "default")) is None
    tier = 'service_tier: Some(Some("priority"))'
    assert turn_of(f'{tier} Submission sub=Submission {{ id: "t1" }}') == "t1"


@pytest.mark.parametrize("inner", ["", 'id:"t1" ', 'sub_id: "t1", ', 'x.id: "t1", ', *(f'id: "{b}", ' for b in BLANKS)])
def test_a_submission_without_a_usable_id_is_no_row(inner: str) -> None:
    assert read(submission(inner=inner)) is None


def test_a_submission_whose_id_is_not_closed_is_no_row() -> None:
    tier = 'service_tier: Some(Some("priority"))'
    assert read(f'{tier} Submission sub=Submission {{ id: "t1') is None


def test_the_id_of_a_submission_is_the_first_after_the_marker_and_ends_at_the_next_quote() -> None:
    assert turn_of(submission(prefix='id: "no" ')) == "t1"
    assert turn_of(submission(inner='sub_id: "no", id: "a b,\\", id: "no", ')) == "a b,\\"
    assert read(submission(inner='id: "", id: "t1", ')) is None


def test_the_marker_itself_may_come_right_before_the_id() -> None:
    tier = 'service_tier: Some(Some("priority"))'
    assert turn_of(f'Submission sub=Submission {{id: "t1" }} {tier}') == "t1"


PIECES = st.sampled_from(
    [
        *MARKERS,
        'service_tier: Some(Some("priority"))',
        'id: "t1"',
        "turn.id=",
        "turn_id=t2 ",
        "thread_id=th1,",
        "\u00e9",
        "\0",
        " ",
        json.dumps({"type": "response.create", "service_tier": "priority", "turn_id": "t3"}),
        json.dumps({"type": "response.completed", "response": {"model": "m1"}}),
    ]
)


@given(st.lists(PIECES, max_size=8).map("".join))
def test_whatever_parses_is_marked_and_names_a_turn(text: str) -> None:
    parsed = read(text)
    if parsed is not None:
        assert is_marked(text.encode())
        assert parsed.turn.strip()
        assert not parsed.completed or (parsed.model and parsed.thread is None)


@given(st.binary(max_size=40), st.sampled_from(MARKERS), st.binary(max_size=40))
def test_any_bytes_are_a_row_no_row_or_undecodable(before: bytes, marker: str, after: bytes) -> None:
    body = before + marker.encode() + after
    try:
        body.decode()
    except UnicodeDecodeError:
        with pytest.raises(UnicodeDecodeError):
            parse(body)
    else:
        assert parse(body) is None
