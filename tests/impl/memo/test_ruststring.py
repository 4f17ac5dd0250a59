"""Claims about strings as Rust prints them."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from strandline.impl.memo.ruststring import STRING, unescaped

CLOSED = re.compile(STRING, re.DOTALL)


@pytest.mark.parametrize(
    ("string", "text"),
    [
        (r'""', ""),
        (r'"plain ä"', "plain ä"),
        (r'"\" \\ \' \n \r \t \0"', "\" \\ ' \n \r \t \0"),
        (r'"\u{e9}\u{1F600}\u{0}\u{10ffff}"', "é\U0001f600\0\U0010ffff"),
        (r'"\x41\x7f\xE9"', "A\x7fé"),
        (r'"\\n"', r"\n"),
        ('"a\nb"', "a\nb"),
    ],
)
def test_a_string_is_read_with_its_escapes(string: str, text: str) -> None:
    assert unescaped(string) == text


@pytest.mark.parametrize(
    "escape",
    [
        r"\a",
        r"\N",
        r"\é",
        "\\\n",
        r"\x4",
        r"\xg0",
        r"\u41",
        r"\u{}",
        r"\u{0000041}",
        r"\u{110000}",
        r"\u{d800}",
        r"\u{4_1}",
        r"\U{41}",
    ],
)
def test_any_other_escape_makes_a_string_unreadable(escape: str) -> None:
    assert unescaped(f'"a{escape}z"') is None


@pytest.mark.parametrize(
    ("text", "end"), [(r'"a" b"', 3), (r'"a\" b"', 7), (r'"a\\" b"', 5), (r'"', None), (r'"a\"', None), ('"a\\', None)]
)
def test_a_string_ends_at_the_next_quote_that_no_backslash_takes(text: str, end: int | None) -> None:
    found = CLOSED.match(text)
    assert (found and found.end()) == end


@given(st.text())
def test_what_is_escaped_and_read_again_is_the_same(text: str) -> None:
    printed = "".join(
        f"\\u{{{ord(letter):x}}}" if letter in '"\\' or not letter.isprintable() else letter for letter in text
    )
    assert unescaped(f'"{printed}"') == text
