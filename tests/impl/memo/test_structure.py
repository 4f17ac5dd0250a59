"""Claims about the structure of a body: those of :mod:`tests.claims.structure`, and a second reading of its rules."""

import re
from itertools import pairwise, takewhile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from strandline.impl.memo import ruststring, structure
from strandline.impl.memo.structure import body, marked, outside
from tests.claims.structure import TURNS, Structure

STRING = re.compile(ruststring.STRING, re.DOTALL)


class TestStructure(Structure):
    def unescaped(self, string: str) -> str | None:
        return ruststring.unescaped(string)

    def string_end(self, text: str) -> int | None:
        found = STRING.match(text)
        return found and found.end()

    def group_end(self, text: str) -> int | None:
        return structure.group_end(text, 0)

    def message(self, body: str) -> str:
        return body[structure.body(body).message :]

    def turn(self, body: str) -> str | None:
        return structure.body(body).turn


@pytest.mark.parametrize("spans", TURNS)
def test_a_thread_is_named_as_a_turn_is(spans: str) -> None:
    found = TURNS[spans]
    assert body(f"{spans.replace('turn', 'thread')}: m").thread == (found and found.replace("turn", "thread"))


@given(st.text())
def test_what_is_escaped_and_read_again_is_the_same(text: str) -> None:
    printed = "".join(
        f"\\u{{{ord(letter):x}}}" if letter in '"\\' or not letter.isprintable() else letter for letter in text
    )
    assert ruststring.unescaped(f'"{printed}"') == text


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
    assert body(text).turn == (found[-1] if found else None)


# The quick look


@given(st.lists(st.sampled_from(["a", "b{c=d}", ":", ": ", " ", "{", "}", '"', "\\", "(", ")", "\u00e9"])).map("".join))
def test_a_quick_look_finds_the_message_where_a_closer_one_does_or_leaves_it_to_that(text: str) -> None:
    found = structure.message(text.encode())
    assert found is None or found == len(text[: structure.body(text).message].encode())


@pytest.mark.parametrize("text", ["m", "a:b", "a: m", "a:b{c=1}:d: m: n", 'a{b="c"}: m', "\u00e9: m"])
def test_the_message_of_a_usual_body_is_found_by_a_quick_look(text: str) -> None:
    assert structure.message(text.encode()) is not None
