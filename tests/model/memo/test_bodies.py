"""Claims about the structure of a body: what is a span, a message, a field, a debug print."""

from __future__ import annotations

import pytest

from strandline.model.memo import bodies
from strandline.model.memo.bodies import (
    DEPTH_MAX,
    UnreadableError,
    fields,
    head,
    innermost,
    inside_some,
    items,
    logged,
    outside,
    parted,
    string_end,
    string_of,
    unescaped,
)

TURN = ("turn.id", "turn_id")


# --- strings ---


@pytest.mark.parametrize(
    ("quoted", "text"),
    [
        (r'"a\"b\\c\'d"', "a\"b\\c'd"),
        (r'"\n\r\t\0"', "\n\r\t\0"),
        (r'"\u{6f6e}\x41"', "\u6f6eA"),
        (r'"\u{10ffff}"', "\U0010ffff"),
        (r'"\u{110000}"', None),
        (r'"\u{d800}"', None),
        (r'"\u{1234567}"', None),
        (r'"\q"', None),
        (r'"\x4"', None),
        ('"\\\n"', None),
        ('""', ""),
    ],
)
def test_a_rust_string_is_read_with_its_escapes(quoted: str, text: str | None) -> None:
    assert unescaped(quoted) == text


def test_a_string_ends_at_the_first_quote_that_is_not_escaped() -> None:
    assert string_end(r'x"a\"b\\"c"', 1) == len(r'x"a\"b\\"')
    assert string_end('"a', 0) is None
    assert string_end('"a\\', 0) is None


# --- spans and message ---


@pytest.mark.parametrize(
    ("body", "spans", "message"),
    [
        ("a:b{x=1}: m", ["a", "b{x=1}"], "m"),
        ("a{x=y: z}: m: n", ["a{x=y: z}"], "m: n"),
        ('a{x="}: no"}: m', ['a{x="}: no"}'], "m"),
        ("a{x=(b}: m", ["a{x=(b}"], "m"),
        ("a{x=b)}: m", ["a{x=b)}"], "m"),
        ("a{x=[(]}: m", ["a{x=[(]}"], "m"),
        ("a:b", [], "a:b"),
        ("a{: b", [], "a{: b"),
        ('a"b: c', [], 'a"b: c'),
        ("websocket request: {}", ["websocket request"], "{}"),
        ("", [], ""),
    ],
)
def test_the_message_begins_after_the_first_colon_around_which_nothing_is_open(
    body: str, spans: list[str], message: str
) -> None:
    assert parted(body) == (spans, message)


def test_a_walk_ends_with_how_much_was_left_open() -> None:
    assert [*outside("a")] == [(0, "a", 0), (1, "", 0)]
    assert [*outside("({")][-1] == (2, "", 2)
    assert [*outside('{"a')][-1] == (3, "", 2)
    assert [*outside("xx(", 2)] == [(2, "(", 0), (3, "", 1)]


# --- fields of spans ---


@pytest.mark.parametrize(
    ("spans", "turn"),
    [
        (["a{turn.id=t}"], "t"),
        (["a{turn_id=t}"], "t"),
        (["a{x=1 turn.id=t}"], "t"),
        (["a{x=1\tturn.id=t,}"], "t"),
        (["a{turn.id=t turn_id=u}"], "t"),
        (["a{turn.id=outer}", "b{turn.id=inner}", "c{x=1}"], "inner"),
        (["a{turn.id=outer}", "b{turn.id= }"], None),
        (['a{turn.id="a b"}'], "a b"),
        ([r'a{turn.id="a\"b"}'], 'a"b'),
        ([r'a{turn.id="a\qb"}'], None),
        (['a{turn.id="a'], None),
        (["a{parent_turn_id=t}"], None),
        (["a{x=turn_id=t}"], None),
        (['a{note="x turn.id=evil" turn.id=t}'], "t"),
        (["a{op=S { turn.id=evil } turn.id=t}"], "t"),
        (["a{cwd=/srv/u/my turn_id=evil}", "b"], "evil"),
        (["a{}", "b"], None),
        (['a"{turn.id=evil}"{turn.id=t}'], "t"),
        (['a"{turn.id=evil}"'], None),
        (["a(b{turn.id=t})"], "t"),
        (["turn.id=t"], None),
        ([], None),
    ],
)
def test_a_turn_is_that_of_the_innermost_span_that_has_one(spans: list[str], turn: str | None) -> None:
    assert innermost(spans, TURN) == turn


@pytest.mark.parametrize("end", [*",])}:", " ", "\n", "\u3000"])
def test_a_bare_value_ends_at_white_space_and_at_what_ends_a_list(end: str) -> None:
    assert innermost([f"a{{turn.id=t{end}x}}"], TURN) == "t"


# --- fields of a logged event ---


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ('a=1 b="x y" c=2', {"a": "1", "b": "x y", "c": "2"}),
        ("a=1 a=2", {"a": "1"}),
        ("a=S { x: 1 } b=2", {"a": "S { x: 1 }", "b": "2"}),
        ("a=S(1 2) b=2", {"a": "S(1 2)", "b": "2"}),
        ("a=S (1) b=2", {"a": "S"}),
        ('a="x"{1 2} b=2', {"a": '"x"{1 2}', "b": "2"}),
        ("a=1 b={x c=2", {"a": "1"}),
        ("a=1 b=S {x c=2", {"a": "1"}),
        ("a.b=1  c=2", {"a.b": "1"}),
        ("a=1 and more b=2", {"a": "1"}),
        ('a="x', {}),
        (r'a="\q" b=1 a=2', {"a": None, "b": "1"}),
        ("nothing", None),
        ("9x=1", None),
        ("a{=1", None),
        ("", None),
    ],
)
def test_a_logged_event_is_read_up_to_what_is_no_field(text: str, read: dict[str, str | None] | None) -> None:
    assert logged(text) == read


# --- debug prints ---


def test_the_items_of_a_group_are_parted_by_its_own_commas() -> None:
    assert items('{a: 1, b: [1, 2], c: ", }"} and more') == ["a: 1", " b: [1, 2]", ' c: ", }"']
    assert items("()") == [""]


@pytest.mark.parametrize("text", ["{a: 1", "{a: 1]", "{(a})", '{a: "1}', "{" * 65 + "}" * 65])
def test_a_group_that_does_not_end_as_it_began_is_unreadable(text: str) -> None:
    with pytest.raises(UnreadableError):
        items(text)


def test_a_group_may_nest_as_deep_as_the_bound_says() -> None:
    assert DEPTH_MAX == 64
    assert items("{" * DEPTH_MAX + "}" * DEPTH_MAX) == ["{" * (DEPTH_MAX - 1) + "}" * (DEPTH_MAX - 1)]


@pytest.mark.parametrize(
    ("value", "read"),
    [
        ("S { a: 1, b: S { a: 2 } }", {"a": "1", "b": "S { a: 2 }"}),
        ("S { a: 1, a: 2 }", {"a": "1"}),
        ("Some(S { a: 1 })", {"a": "1"}),
        ('S { 7, "a": 1, a b: 2 }', {}),
        ("S(a: 1)", {}),
        ("{ a: 1 }", {}),
        ("Some({ a: 1 })", {}),
        ("S x { a: 1 }", {}),
        ("Some(None)", {}),
        ("None", {}),
        ("", {}),
        (None, {}),
    ],
)
def test_the_fields_of_a_struct_are_read_by_structure(value: str | None, read: dict[str, str]) -> None:
    assert fields(value) == read


def test_an_operation_may_hold_its_fields_in_any_group() -> None:
    assert fields("S(7, a: 1)", ("{", "(")) == {"a": "1"}
    assert fields("S[a: 1]", ("{", "(")) == {}


def test_a_value_begins_with_a_name_or_with_none() -> None:
    assert head("Some(1)") == ("Some", "(1)")
    assert head("S  { }") == ("S", "{ }")
    assert head('"text"') == (None, '"text"')
    assert head(None) == (None, "")


def test_some_holds_one_value() -> None:
    assert inside_some('Some("a")') == '"a"'
    assert inside_some('Some ( "a" )') == '"a"'
    assert inside_some("Some(1, 2)") is None
    assert inside_some("Some(1) 2") is None
    assert inside_some("Some") is None
    assert inside_some("None") is None


def test_a_string_is_a_string_and_nothing_besides() -> None:
    assert string_of(r'"a\n"') == "a\n"
    assert string_of('"a" b') is None
    assert string_of('"a') is None
    assert string_of(r'"\q"') is None
    assert string_of("a") is None
    assert string_of(None) is None


def test_no_text_is_read_twice_for_each_of_its_characters() -> None:
    """A body of a megabyte is read in a second or two; were it looked at again from each place, it would take hours."""
    long = "a{" + "x=1 " * 250_000 + "turn.id=t}: m"
    assert bodies.innermost(parted(long)[0], TURN) == "t"
