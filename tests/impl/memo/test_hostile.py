"""Claims about bodies made to be slow or deep: each is read in one pass, and none by recursion.

Nothing is timed here. A reader that goes over such a body once for each of its parts, or tries each way to read it,
would not come to an end.
"""

import pytest

from strandline.impl.memo.parse import parse

MANY = 150_000
ITEMS = 'Submission sub=Submission { id: "t", op: UserInput { items: ['


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        pytest.param("Submission a=b" + "{" * MANY, "unreadable", id="opened and never closed"),
        pytest.param("Submission a=" + "{(" * MANY + "}" * MANY, "unreadable", id="closed from further out"),
        pytest.param("Submission a=" + "{" * MANY + ")" * MANY, "unreadable", id="closers of another kind"),
        pytest.param("Submission " + '{"' * MANY, None, id="strings that hold the next bracket"),
        pytest.param("Submission " + '{"" ' * MANY, None, id="brackets and strings"),
        pytest.param('model="' + '\\"' * MANY + "tags_json={", "unreadable", id="a string without an end"),
        pytest.param("Submission " + ":" * MANY, None, id="colons"),
        pytest.param("a{}:" * MANY + " Submission a=b", "unreadable", id="spans"),
        pytest.param("a{b{}}:" * MANY + " Submission a=b", "unreadable", id="spans with brackets"),
        pytest.param(
            'a{"turn_id="}:' * MANY + " server reported model X while requested model was Y",
            "rerouted",
            id="spans that hold the name in a string",
        ),
        pytest.param(
            "a{" + '"turn_id=" ( turn_id=) ' * MANY + "}: server reported model X while requested model was Y",
            "rerouted",
            id="fields that hold the name in a string",
        ),
        pytest.param("server reported model " + " while requested" * MANY, None, id="reroutes that go on"),
        pytest.param('model="m"' + " tags_json=" * MANY, None, id="tags without a brace"),
        pytest.param('model="m" {' + " tags_json={}" * MANY, "unreadable", id="tags in a bracket"),
        pytest.param('model="m" tags_json={"a":' + "[" * MANY, "unreadable", id="deep tags"),
        pytest.param(ITEMS + "[[{}]], " * MANY + "] } }", "submission", id="items"),
        pytest.param(ITEMS + "], " + ",   " * MANY + "} }", "submission", id="commas"),
        pytest.param(ITEMS + "], " + "id" * MANY + "} }", "submission", id="a name"),
        pytest.param(ITEMS + '"' + '\\"' * MANY + '"] } }', "submission", id="escapes"),
        pytest.param("Submission a=b" + " a=b" * MANY, "unreadable", id="fields of a line"),
        pytest.param("Submission a=b" + " a=B {}" * MANY, "unreadable", id="fields and groups of a line"),
        pytest.param('a: websocket request: {"type":"response.create","a":' + "[" * MANY, None, id="deep JSON"),
        pytest.param("a: websocket request: response.create" + " " * MANY, None, id="no JSON"),
    ],
)
def test_a_hostile_body_is_read_in_one_pass(text: str, kind: str | None) -> None:
    found = parse(text.encode())
    assert (found and found.kind) == kind
