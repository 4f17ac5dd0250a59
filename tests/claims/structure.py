"""What is where in a body: strings as Rust prints them, groups, the message, and the turn that its spans name.

A side says how it finds them, by a class of its own below :class:`Structure`, and is held against all that stands here.
"""

from typing import Final

import pytest

SPACES: Final = [letter for letter in map(chr, range(0x3100)) if letter.isspace()]

TEXTS: Final = {
    r'""': "",
    r'"plain ä"': "plain ä",
    r'"\" \\ \' \n \r \t \0"': "\" \\ ' \n \r \t \0",
    r'"\u{e9}\u{1F600}\u{0}\u{10ffff}"': "é\U0001f600\0\U0010ffff",
    r'"\u{6f6e}\x41"': "\u6f6eA",
    r'"\x41\x7f\xE9"': "A\x7fé",
    r'"\\n"': r"\n",
    '"a\nb"': "a\nb",
}

ESCAPES: Final = [
    *(r"\a", r"\N", r"\q", r"\é", "\\\n", r"\x4", r"\xg0", r"\u41", r"\u{}", r"\u{0000041}", r"\u{1234567}"),
    *(r"\u{110000}", r"\u{d800}", r"\u{4_1}", r"\U{41}"),
]
"""What no string may hold."""

MESSAGES: Final = {
    "a: m": "m",
    "a:b: m: n": "m: n",
    "a{b=1}: m": "m",
    "a{b=c: d}:e(f: g)[h: i]: m": "m",
    'a{b="c: d}"}: m': "m",
    'a{b="\\": "}: m': "m",
    "a::b: m": "m",
    "a{p=/x(y}: m": "m",
    "a{p=/x[({y}}: m": "m",
    "a{p=/x]y}: m": "m",
    "a{x=b)}: m": "m",
    "a)}]: m": "m",
    "a{([)]}: m": "m",
    ": m": "m",
    "a: ": "",
    "websocket request: {}": "{}",
}

WHOLE: Final = [
    *("", "m", "a:b", "a:\tm", 'a"b: m', "a{b: m", "a{b): m", "a{(b): m", "a(b}: m", "a{: b", 'a{b="c\\"}: m'),
    "websocket request:",
]
"""Bodies that have no spans: all of it is the message."""

TURNS: Final = {
    "t{turn.id=a}": "a",
    "t{turn_id=a}": "a",
    "t{x=1 turn_id=a y=2}": "a",
    "t{x=1\tturn_id=a}": "a",
    "t{turn_id=a turn.id=b}": "a",
    "t{turn_id=a}:u:v{x=1}": "a",
    "t{turn_id=a}:u{turn.id=b}": "b",
    "t{turn_id=a}:u{turn_id=b}:v{turn_id=c}:w": "c",
    't{turn_id="a b\\n"}': "a b\n",
    r't{turn.id="a\"b"}': 'a"b',
    r't{turn.id="a\qb"}': None,
    "t{turn_id=a/b;c=d}": "a/b;c=d",
    't{turn_id=a"b}"c}': 'a"b',
    "t{turn_id=a:b}": "a",
    "t{x}turn_id=a": None,
    "t{x} turn_id=a": "a",
    "t{cwd=/srv/u/my turn_id=a}:b": "a",
    "turn_id=a": None,
    "t turn_id=a": None,
    "t(turn_id=a)": None,
    "t(b{turn_id=a})": "a",
    "t{parent_turn_id=a}": None,
    "t{x.turn.id=a}": None,
    "t{turn-id=a}": None,
    "t{turn_id =a}": None,
    "t{x= turn_ids=a}": None,
    "t{x=turn_id=a}": None,
    't{x="turn_id=a"}': None,
    't{x=" turn_id=a "}': None,
    't{x=" turn_id=no" turn_id=a}': "a",
    "t{x={turn_id=a}}": None,
    "t{x=S { turn_id=no } turn_id=a}": "a",
    "t{x=( turn_id=a)}": None,
    "t{x=[ turn_id=a] turn_id=b}": "b",
    "t{p=/x( turn_id=a}": None,
    "t{p=/x) turn_id=a}": "a",
    't"{turn_id=no}"{turn_id=a}': "a",
    't"{turn_id=a}"': None,
    'a"{turn_id=no "{turn_id=b}': "b",
    "t{}:b": None,
}
"""Spans, and the turn that they name."""


class Structure:
    """Claims about the structure that a side finds."""

    def unescaped(self, string: str) -> str | None:
        """Read a string as Rust prints it; None if that cannot be."""
        raise NotImplementedError

    def string_end(self, text: str) -> int | None:
        """Give where the string ends that a text begins with."""
        raise NotImplementedError

    def group_end(self, text: str) -> int | None:
        """Give where the group ends that a text begins with."""
        raise NotImplementedError

    def message(self, body: str) -> str:
        """Give the message of a body."""
        raise NotImplementedError

    def turn(self, body: str) -> str | None:
        """Give the turn that the spans of a body name."""
        raise NotImplementedError

    @pytest.mark.parametrize("string", TEXTS)
    def test_a_string_is_read_with_its_escapes(self, string: str) -> None:
        assert self.unescaped(string) == TEXTS[string]

    @pytest.mark.parametrize("escape", ESCAPES)
    def test_any_other_escape_makes_a_string_unreadable(self, escape: str) -> None:
        assert self.unescaped(f'"a{escape}z"') is None

    @pytest.mark.parametrize(
        ("text", "end"),
        [
            (r'"a" b"', 3),
            (r'"a\" b"', 7),
            (r'"a\\" b"', 5),
            (r'"', None),
            ('"a', None),
            (r'"a\"', None),
            ('"a\\', None),
        ],
    )
    def test_a_string_ends_at_the_next_quote_that_no_backslash_takes(self, text: str, end: int | None) -> None:
        assert self.string_end(text) == end

    @pytest.mark.parametrize(
        ("text", "end"),
        [("({[)x", 4), ("{}x", 2), ("{a{b}c}x", 7), ('{"}"}x', 5), ("{(x", None), ('{"}', None), ("{]}x", 3)],
    )
    def test_a_group_ends_where_its_own_bracket_is_closed(self, text: str, end: int | None) -> None:
        assert self.group_end(text) == end

    @pytest.mark.parametrize("body", MESSAGES)
    def test_the_message_begins_after_the_first_colon_and_space_at_which_nothing_is_open(self, body: str) -> None:
        assert self.message(body) == MESSAGES[body]

    @pytest.mark.parametrize("body", WHOLE)
    def test_without_such_a_place_the_body_is_the_message(self, body: str) -> None:
        assert (self.message(body), self.turn(body)) == (body, None)

    @pytest.mark.parametrize("spans", TURNS)
    def test_the_turn_is_the_first_of_the_innermost_span_that_names_one(self, spans: str) -> None:
        assert self.turn(f"{spans}: m") == TURNS[spans]

    @pytest.mark.parametrize("blank", ["", " ", '""', '"\u3000"', '"\\n"', '"bad \\q"', ",x", "}x"])
    def test_a_blank_turn_in_the_innermost_span_that_has_the_name_hides_those_of_outer_ones(self, blank: str) -> None:
        assert self.turn(f"t{{turn_id=a}}:u{{turn.id={blank} turn_id=b}}:v: m") is None

    @pytest.mark.parametrize("end", [*",])}", *SPACES])
    def test_a_value_ends_at_white_space_and_at_closing_punctuation(self, end: str) -> None:
        assert self.turn(f"t{{turn_id=a{end}b}}: m") == "a"

    @pytest.mark.parametrize("space", SPACES)
    def test_a_name_may_follow_any_white_space(self, space: str) -> None:
        assert self.turn(f"t{{x=1{space}turn_id=a}}: m") == "a"
