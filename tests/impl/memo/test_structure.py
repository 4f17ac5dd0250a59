"""Claims about the structure of a body: where its message begins, and what its spans name."""

from itertools import pairwise, takewhile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from strandline.impl.memo import structure
from strandline.impl.memo.structure import body, group_end, marked, outside

SPACES = [letter for letter in map(chr, range(0x3100)) if letter.isspace()]


def message(text: str) -> str:
    return text[body(text).message :]


def turn(text: str) -> str | None:
    return body(text).turn


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("a: m", "m"),
        ("a:b: m: n", "m: n"),
        ("a{b=1}: m", "m"),
        ("a{b=c: d}:e(f: g)[h: i]: m", "m"),
        ('a{b="c: d}"}: m', "m"),
        ('a{b="\\": "}: m', "m"),
        ("a::b: m", "m"),
        ("a{p=/x(y}: m", "m"),
        ("a{p=/x[({y}}: m", "m"),
        ("a{p=/x]y}: m", "m"),
        ("a)}]: m", "m"),
        ("a{([)]}: m", "m"),
        (": m", "m"),
        ("a: ", ""),
    ],
)
def test_the_message_begins_after_the_first_colon_and_space_at_which_nothing_is_open(text: str, found: str) -> None:
    assert message(text) == found


@pytest.mark.parametrize(
    "text",
    [
        "",
        "m",
        "a:b",
        "a:\tm",
        'a"b: m',
        "a{b: m",
        "a{b): m",
        "a{(b): m",
        "a(b}: m",
        'a{b="c\\"}: m',
        "websocket request: {"[:18],
    ],
)
def test_without_such_a_place_the_body_is_the_message(text: str) -> None:
    assert message(text) == text
    assert turn(text) is None


@pytest.mark.parametrize(
    ("spans", "found"),
    [
        ("t{turn.id=a}", "a"),
        ("t{turn_id=a}", "a"),
        ("t{x=1 turn_id=a y=2}", "a"),
        ("t{x=1\tturn_id=a}", "a"),
        ("t{turn_id=a turn.id=b}", "a"),
        ("t{turn_id=a}:u:v{x=1}", "a"),
        ("t{turn_id=a}:u{turn.id=b}", "b"),
        ("t{turn_id=a}:u{turn_id=b}:v{turn_id=c}:w", "c"),
        ('t{turn_id="a b\\n"}', "a b\n"),
        ("t{turn_id=a/b;c=d}", "a/b;c=d"),
        ('t{turn_id=a"b}"c}', 'a"b'),
        ("t{x}turn_id=a", None),
        ("t{x} turn_id=a", "a"),
        ("turn_id=a", None),
        ("t turn_id=a", None),
        ("t(turn_id=a)", None),
        ("t{parent_turn_id=a}", None),
        ("t{x.turn.id=a}", None),
        ("t{turn-id=a}", None),
        ("t{turn_id =a}", None),
        ("t{x= turn_ids=a}", None),
        ('t{x="turn_id=a"}', None),
        ('t{x=" turn_id=a "}', None),
        ("t{x={turn_id=a}}", None),
        ("t{x=( turn_id=a)}", None),
        ("t{x=[ turn_id=a] turn_id=b}", "b"),
        ("t{p=/x( turn_id=a}", None),
        ("t{p=/x) turn_id=a}", "a"),
        ('a"{turn_id=no "{turn_id=b}', "b"),
    ],
)
def test_the_turn_is_the_first_of_the_innermost_span_that_names_one(spans: str, found: str | None) -> None:
    assert turn(f"{spans}: m") == found
    assert body(f"{spans.replace('turn', 'thread')}: m").thread == (found and found.replace("turn", "thread"))


@pytest.mark.parametrize("blank", ["", " ", '""', '"\u3000"', '"\\n"', '"bad \\q"', ",x", "}x"])
def test_a_blank_turn_in_the_innermost_span_that_has_the_name_hides_those_of_outer_ones(blank: str) -> None:
    assert turn(f"t{{turn_id=a}}:u{{turn.id={blank} turn_id=b}}:v: m") is None


@pytest.mark.parametrize("end", [*",])}", *SPACES])
def test_a_value_ends_at_white_space_and_at_closing_punctuation(end: str) -> None:
    assert turn(f"t{{turn_id=a{end}b}}: m") == "a"


def test_a_value_ends_at_a_colon_even_within_a_bracket() -> None:
    assert turn("t{turn_id=a:b}: m") == "a"


@pytest.mark.parametrize("space", SPACES)
def test_a_name_may_follow_any_white_space(space: str) -> None:
    assert turn(f"t{{x=1{space}turn_id=a}}: m") == "a"


@pytest.mark.parametrize(
    ("text", "found"),
    [("({[)x", 4), ("{}x", 2), ("{a{b}c}x", 7), ('{"}"}x', 5), ("{(x", None), ('{"}', None), ("{]}x", 3)],
)
def test_a_group_ends_where_its_own_bracket_is_closed(text: str, found: int | None) -> None:
    assert group_end(text, 0) == found


# A second reading of the same rules, letter by letter


def plainly(text: str) -> list[tuple[bool, bool]]:
    """Tell for each letter, and last for the end, whether nothing is open before it, and whether a string is."""
    opened: list[str] = []
    quoted = escaped = False
    found = []
    for letter in text:
        found.append((not opened and not quoted, quoted))
        if quoted:
            quoted = escaped or letter != '"'
            escaped = letter == "\\" and not escaped
        elif letter == '"':
            quoted = True
        elif letter in "{([":
            opened.append(letter)
        elif letter in "})]":
            opener = {"}": "{", ")": "(", "]": "["}[letter]
            while opener in opened and opened.pop() != opener:
                pass
    return [*found, (not opened and not quoted, quoted)]


def free(text: str, mark: str) -> list[int]:
    """Find the places of a mark at which nothing is open."""
    return [at for at, (outside, _) in enumerate(plainly(text)) if outside and text.startswith(mark, at)]


def first_named(span: str) -> str | None:
    """Read the first turn of a span that has none that is blank."""
    brace = next((at for at, (_, quoted) in enumerate(plainly(span)) if not quoted and span.startswith("{", at)), None)
    fields = "" if brace is None else span[brace + 1 :]
    for at in sorted(free(fields, "turn_id=") + free(fields, "turn.id=")):
        if at == 0 or fields[at - 1].isspace():
            value = fields[at + len("turn_id=") :]
            return "".join(takewhile(lambda letter: not letter.isspace() and letter not in ",])}:", value))
    return None


LETTERS = st.text(st.sampled_from('{}()[]"\\: xa'), max_size=24)
PIECES = st.sampled_from(["a{turn_id=b", "turn.id=c ", "}", ":", " ", '"', "(", ")", "\\", "{", "x "])


@given(LETTERS)
def test_tokens_open_and_close_what_letters_do(text: str) -> None:
    marks = [*outside(marked("x"), text, 0, len(text))]
    assert [mark.start() for mark in marks if mark] == free(text, "x")
    assert (None in marks) == (not plainly(text)[-1][0])


@given(LETTERS)
def test_a_message_begins_where_letters_say(text: str) -> None:
    assert body(text).message == next((at + 2 for at in free(text, ": ")), 0)


@given(st.lists(PIECES, max_size=16).map("".join))
def test_a_turn_is_that_of_the_last_span_that_has_one(text: str) -> None:
    text += ": m"
    cuts = [at for at in free(text, ":") if at < body(text).message]
    spans = [text[start:end] for start, end in pairwise([0, *cuts])]
    found = [named for span in spans if (named := first_named(span.removeprefix(":"))) is not None]
    assert turn(text) == (found[-1] if found else None)


# The quick look


@given(st.lists(st.sampled_from(["a", "b{c=d}", ":", ": ", " ", "{", "}", '"', "\\", "(", ")", "\u00e9"])).map("".join))
def test_a_quick_look_finds_the_message_where_a_closer_one_does_or_leaves_it_to_that(text: str) -> None:
    found = structure.message(text.encode())
    assert found is None or found == len(text[: structure.body(text).message].encode())


@pytest.mark.parametrize("text", ["m", "a:b", "a: m", "a:b{c=1}:d: m: n", 'a{b="c"}: m', "\u00e9: m"])
def test_the_message_of_a_usual_body_is_found_by_a_quick_look(text: str) -> None:
    assert structure.message(text.encode()) is not None
