"""Claims about the reader of Rust's debug print."""

import re

import pytest

from strandline.impl.memo.debugprint import (
    CHANGED_TEXT,
    OPTIONAL_TEXT,
    TEXT,
    fields,
    is_closed,
    needed,
    string,
    struct,
    value,
    wanted,
)

AB = wanted("a", "b")


@pytest.mark.parametrize(
    "text", ["{}", "{}]", "{ a: [(1), {}] } x", '{ a: "}\\"" }', '{"\\q"}', "{a: b::c(d)}", "{" * 64 + "}" * 64]
)
def test_a_print_is_whole_if_every_bracket_is_closed_by_its_own_kind(text: str) -> None:
    assert is_closed(text, 0, 64)


@pytest.mark.parametrize(
    "text", ["{", "{(}", "{]", "{(})", "{[}]", '{"}', '{"\\"}', "{{}", "{" * 65 + "}" * 65, "{" * 64 + "[]" + "}" * 64]
)
def test_a_print_that_is_torn_or_too_deep_is_not_whole(text: str) -> None:
    assert not is_closed(text, 0, 64)


@pytest.mark.parametrize("depth", [1, 2, 63, 64, 65, 66])
def test_the_depth_is_how_many_brackets_are_open_at_once(depth: int) -> None:
    for inner in ("", "x", "[], [], {}"):
        deepest = depth + ("[" in inner)
        assert is_closed("{a, " * depth + inner + "}" * depth, 0, 64) == (deepest <= 64)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("{ a: 1, b: 2 }", {"a": " 1", "b": " 2"}),
        ("{a:1,b:2}", {"a": "1", "b": "2"}),
        ("(a: 1)", {"a": " 1"}),
        ("{ b : 2\n,\n\ta\n:1 }", {"b": " 2", "a": "1"}),
        ("{ a: 1, a: 2 }", {"a": " 1"}),
        ("{ x: 0, b: 2 }", {"b": " 2"}),
        ("{ ab: 1, ba: 2, a_: 3, _b: 4, A: 5 }", {}),
        ('{ "a": 1, x y a: 2, 1, a, b: 2 }', {"b": " 2"}),
        ('{ x: ", a: 1", b: 2 }', {"b": " 2"}),
        ("{ x: X { a: 1 }, b: 2 }", {"b": " 2"}),
        ("{ x: X { y: [0], a: 1, b: 1 }, b: 2 }", {"b": " 2"}),
        ("{ x: [(a: 1, b: 1), {a: 1}, [0, a: 1]], b: 2 }", {"b": " 2"}),
        ("{}, a: 1", {}),
        ("{ x: 1 }, a: 1", {}),
        ("{ x: [[1], [2, [3]]] }, a: 1", {}),
        ("{ {a: 1}, b: 2 }", {"b": " 2"}),
    ],
)
def test_a_field_is_an_item_of_the_group_itself_and_the_first_of_a_name_counts(
    text: str, found: dict[str, str]
) -> None:
    starts = fields(AB, text, 0)
    assert starts.keys() == found.keys()
    assert all(text.startswith(found[name], start) for name, start in starts.items())


def test_what_is_no_group_has_no_fields() -> None:
    assert fields(AB, "a: 1", None) == {}


@pytest.mark.parametrize(
    ("text", "head", "opener"),
    [
        ("Some(1)", "Some", 4),
        (" X { }", "X", 3),
        ("None, {", "None", None),
        ("a_1", "a_1", None),
        ("X [", "X", None),
        ("a::B {", "a", None),
        ("{ }", "", None),
        ('"x"', "", None),
        ("1x", "", None),
        ("é(", "", None),
        ("", "", None),
    ],
)
def test_a_value_begins_with_an_identifier_and_its_group(text: str, head: str, opener: int | None) -> None:
    assert value(text, 0) == (head, opener)
    assert value("0" + text, 1) == (head, None if opener is None else opener + 1)


@pytest.mark.parametrize(
    ("text", "opener"),
    [
        ("X { }", 2),
        ("Some(X { })", 7),
        ("Some( X{ })", 7),
        ("Some(Some(X { }))", None),
        ("Some(None)", None),
        ("Other(X { })", None),
        ("X(1)", None),
        ("None", None),
        ("Some({ })", None),
        ('"X {"', None),
    ],
)
def test_the_braces_of_a_value_are_looked_for_within_some_as_well(text: str, opener: int | None) -> None:
    assert struct(text, 0) == opener
    assert struct(text, None) is None


def read(pattern: re.Pattern[str], text: str) -> str | None:
    return string(needed(pattern, text + " }", 0))


@pytest.mark.parametrize(
    ("pattern", "text", "found"),
    [
        (TEXT, '"x"', "x"),
        (TEXT, ' "\\n" ', "\n"),
        (OPTIONAL_TEXT, "None", None),
        (OPTIONAL_TEXT, 'Some("x")', "x"),
        (OPTIONAL_TEXT, ' Some ( "" ) ', ""),
        (CHANGED_TEXT, "None", None),
        (CHANGED_TEXT, 'Some(Some("x"))', "x"),
        (CHANGED_TEXT, ' Some( Some( "x" ) ) ', "x"),
        (CHANGED_TEXT, "Some(None)", None),
    ],
)
def test_a_value_of_the_right_shape_is_read(pattern: re.Pattern[str], text: str, found: str | None) -> None:
    assert read(pattern, text) == found


def test_a_value_that_is_unset_is_told_from_one_that_is_left_as_it_is() -> None:
    unset = [needed(CHANGED_TEXT, text + "}", 0)["unset"] for text in ("Some(None)", "None", 'Some(Some("x"))')]
    assert unset == ["None", None, None]


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        *((TEXT, text) for text in ("x", 'Some("x")', '"x" y', '"x"y', "None", "")),
        *(
            (OPTIONAL_TEXT, text)
            for text in (
                '"x"',
                "Nonesuch",
                "None y",
                "Some(x)",
                "Some(None)",
                'Some(Some("x"))',
                'Some("x", 1)',
                'some("x")',
            )
        ),
        *(
            (CHANGED_TEXT, text)
            for text in (
                '"x"',
                'Some("x")',
                "Some(Some(None))",
                "Some(Nonesuch)",
                "Some",
                "Fast",
                'Some(Some("x"), 1)',
                'Some(Some("x")) y',
            )
        ),
    ],
)
def test_a_value_of_another_shape_is_refused(pattern: re.Pattern[str], text: str) -> None:
    with pytest.raises(ValueError, match=r"^0$"):
        read(pattern, text)


def test_a_string_that_cannot_be_read_is_refused() -> None:
    with pytest.raises(ValueError, match=r"^1$"):
        read(TEXT, ' "\\q"')
