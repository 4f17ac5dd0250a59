"""Claims about the parser: which bodies say something of a turn, and what, as :mod:`tests.claims` has it."""

import json
from typing import NoReturn

import pytest
from hypothesis import given
from hypothesis import strategies as st

from strandline.impl.memo import parse as parsing
from strandline.impl.memo import structure
from strandline.impl.memo.parse import DEPTH_MAX, MARKERS, NESTING_MAX, is_marked, parse
from strandline.impl.memo.projection import BODY_MAX
from tests.claims import messages, submissions
from tests.claims.bodies import SPANS


@pytest.mark.parametrize(("body", "states"), [*messages.CASES, *submissions.CASES])
def test_a_body_says_what_is_written_of_it(body: str, states: tuple[object, ...] | None) -> None:
    assert parse(body.encode()) == states
    assert states is None or is_marked(body.encode())


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
    found = parse(text.encode())
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
