"""Claims about the structure of a body: those of :mod:`tests.claims.structure`, logged events and debug prints."""

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
    string_of,
)
from tests.claims.structure import Structure

TURN = ("turn.id", "turn_id")


class TestStructure(Structure):
    def unescaped(self, string: str) -> str | None:
        return bodies.unescaped(string)

    def string_end(self, text: str) -> int | None:
        return bodies.string_end(text, 0)

    def group_end(self, text: str) -> int | None:
        return bodies.group_end(text, 0)

    def message(self, body: str) -> str:
        return parted(body)[1]

    def turn(self, body: str) -> str | None:
        return innermost(parted(body)[0], TURN)


@pytest.mark.parametrize(
    ("body", "spans"),
    [("a:b{x=1}: m", ["a", "b{x=1}"]), ("a{x=y: z}: m: n", ["a{x=y: z}"]), ("a:b", []), ("", [])],
)
def test_spans_are_parted_by_their_colons(body: str, spans: list[str]) -> None:
    assert parted(body)[0] == spans


def test_a_walk_ends_with_how_much_was_left_open() -> None:
    assert [*outside("a")] == [(0, "a", 0), (1, "", 0)]
    assert [*outside("({")][-1] == (2, "", 2)
    assert [*outside('{"a')][-1] == (3, "", 2)
    assert [*outside("xx(", 2)] == [(2, "(", 0), (3, "", 1)]


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
