"""Bodies of every kind and of none, drawn: what a codex writer logs, and what misses it by a little.

The judges of one definition are held beside each other over these, by :mod:`strandline.properties.agreement.agree`.
So they lean towards the places at which two readers may part: names that end like other names, values that end in odd
white space, JSON with an escape, a duplicate, a tail or too much depth, bytes that are no UTF-8.
"""

from __future__ import annotations

import json
from typing import Final

from hypothesis import strategies as st

EVENT: Final = "websocket event:"
REQUEST: Final = "websocket request:"
SUBMISSION: Final = "Submission sub=Submission {"
MARKERS: Final = (EVENT, REQUEST, SUBMISSION)
"""Written out once more, so that a marker which changed on one side alone is drawn as it was."""

PRIORITY: Final = 'service_tier: Some(Some("priority"))'
SPACES = st.sampled_from(["", " ", "\n\t", "\x1c", "\x85", "\u3000"] * 5 + ["\u200b", "\ufeff", "\0"])
NAMES = st.sampled_from(
    [
        *["turn.id=", "turn_id=", "thread_id="] * 4,
        *["parent_turn_id=", "x.turn.id=", "9thread_id=", "turn-id=", "Turn_id=", "turn.id ="],
        *["\u00e9turn_id=", "-turn.id=", "{thread_id="],
    ]
)
VALUES = st.sampled_from([*["t", "u", "v"] * 3, "", '"t"', "t=u", "a.b", "\u6f6e", "\0", "turn_id=", "parent_"])
ENDS = st.sampled_from([*[" ", ",", "]", ")", "}", ":"] * 2, "\n", "\x1c", "\x85", "\u00a0", "\u3000", "\u200b", ""])
TURNS = ['"j"', '" j "', '""', '" \\t"', "null", "7", '["j"]', '"\\ud800"', '"\\u006a"']
MODELS = [*['"m"', '"n"'] * 3, '""', '"\\u2003"', "null", "3", "{}", '"\\udc00\\ud800"', '"a\\"b"', '"m\0"']
KINDS = ["response.create", "response.completed", r"response\u002ecreate", r"\u0072esponse.completed", "other", ""]
DEPTHS = [1, 126, 127, 128, 2_000]


def prefixes() -> st.SearchStrategy[str]:
    """What stands before a marker: names with values, some of them decoys, mostly with a turn at the end."""
    named = st.lists(st.builds("{}{}{}".format, NAMES, VALUES, ENDS), max_size=3).map("".join)
    return st.builds("{}{}".format, named, st.sampled_from([" turn.id=t ", " turn_id=u,", "{turn.id=v}", ""]))


def member(key: str, *values: str) -> st.SearchStrategy[str]:
    """One member of an object, its key now and then spelled with an escape."""
    spelled = st.sampled_from([key, key, key, f"\\u{ord(key[0]):04x}{key[1:]}"])
    return st.builds('"{}": {}'.format, spelled, st.sampled_from(values))


def nested() -> st.SearchStrategy[str]:
    """A member that nests, or that holds brackets in a string."""
    arrays = st.sampled_from(DEPTHS).map(lambda depth: f'"x": {"[" * depth}{"]" * depth}')
    strings = st.sampled_from(['"x": "' + "[" * 200 + '"', '"x": "\\"' + "{[" * 100 + '"', '"x": "\\\\"'])
    return arrays | strings


def oddities() -> st.SearchStrategy[str]:
    """A member that takes the place of a good one, or is one too many."""
    return st.one_of(
        member("type", *(f'"{kind}"' for kind in KINDS), "null", '["response.create"]'),
        member("service_tier", '"priority"', '"default"', "null", '["priority"]', '"Priority"'),
        member("model", *MODELS),
        member("turn_id", *TURNS),
        member("response", "null", "{}", '["model"]', '{"model": 1}', '{"model": " "}', '{"model": "a", "model": "b"}'),
        member("input", *(json.dumps(f"turn.id=z {marker} {{}}") for marker in MARKERS), "NaN", "1e999", "9" * 5_000),
        nested(),
    )


@st.composite
def objects(draw: st.DrawFn, good: list[str]) -> str:
    """A JSON object: good members in any order, mostly all of them, and now and then odd ones."""
    members: list[str] = draw(st.permutations(good))
    if draw(st.sampled_from([False] * 14 + [True])):
        members.pop()
    for odd in draw(st.just([]) | st.lists(oddities(), max_size=2)):
        members.insert(draw(st.integers(0, len(members))), odd)
    inner = ", ".join(members)
    shapes = [f"{{{inner}}}"] * 20 + [f"[{{{inner}}}]", f"{{{inner}", f"{{{inner},}}"]
    return str(draw(st.sampled_from(shapes)))


def messages(marker: str, *good: str) -> st.SearchStrategy[str]:
    """A prefix, a marker and JSON, now and then with something after it."""
    tails = st.sampled_from([""] * 20 + ["x", "{}", f" {REQUEST} {{}}"])
    return st.builds("{}{}{}{}{}{}".format, prefixes(), st.just(marker), SPACES, objects([*good]), SPACES, tails)


def submissions() -> st.SearchStrategy[str]:
    """A debug print of a submission, its parts in an order that may be wrong."""
    ids = st.sampled_from([*['id: "t"', 'id: "u"'] * 4, 'id: ""', 'id: " "', *['id: "t'] * 3, 'id:"t"', 'id: "a,\\"'])
    decoys = st.sampled_from(["", "", 'parent_id: "p", ', 'x.id: "", ', '\u00e9id: "e", ', 'thread_id="z" '])
    tiers = st.sampled_from([PRIORITY] * 6 + ["service_tier: None", f"old_{PRIORITY}"])
    shapes = st.sampled_from(["{0}{1}{2}{3}, {4} }}", "{0}{4} {1}{2}{3} }}", "{0}{3}{1}{2} {4}", "{0}{1} {4}, {2}{3}"])
    return st.builds(str.format, shapes, prefixes(), st.just(SUBMISSION), decoys, ids, tiers)


@st.composite
def mutated(draw: st.DrawFn, texts: st.SearchStrategy[str]) -> str:
    """A text with one character deleted, inserted or replaced."""
    text = draw(texts)
    at = draw(st.integers(0, len(text)))
    new: str = draw(st.sampled_from(["", *'"\\{}[]:,= .\0_a', "\u00e9", "\u2003", "\ud800"]))
    return text[:at] + new + text[at + draw(st.integers(0, 1)) :]


COMPLETED = messages(EVENT, '"type": "response.completed"', '"response": {"model": "M"}')
REQUESTS = messages(REQUEST, '"type": "response.create"', '"service_tier": "priority"', '"model": "m"')
ESCAPED = messages(EVENT, r'"type": "response\u002ecompleted"', '"response": {"model": "M"}') | messages(
    REQUEST, r'"type": "\u0072esponse.create"', '"service_tier": "priority"'
)
PLAIN = COMPLETED | ESCAPED | REQUESTS | submissions()
TEXTS = st.one_of(PLAIN, PLAIN, st.builds("{}{}".format, PLAIN, PLAIN), mutated(PLAIN), prefixes())
BAD = st.sampled_from([b"\xff", b"\xc0\xaf", b"\xed\xa0\x80", b"\xe2\x82", b"\xf4\x90\x80\x80", b"\x80"])


def encoded(text: str) -> bytes:
    """The bytes of a text; those of a lone surrogate are no UTF-8."""
    return text.encode("utf-8", "surrogatepass")


@st.composite
def spoilt(draw: st.DrawFn) -> bytes:
    """A body with a few bytes in it that are no UTF-8."""
    body = encoded(draw(PLAIN))
    at = draw(st.integers(0, len(body)))
    return body[:at] + draw(BAD) + body[at:]


BODIES = TEXTS.map(encoded) | spoilt()


@st.composite
def nestings(draw: st.DrawFn) -> str:
    """A request that nests about as deep as one may, with brackets in its strings."""
    string = json.dumps(draw(st.text('[]{}"\\n,', max_size=9)))
    inner = draw(st.sampled_from(["[]", "{}", "1", string]))
    depth = draw(st.integers(124, 132))
    deep = f'"text": {string}, "deep": {"[" * depth}{inner}{"]" * depth}'
    return f'turn.id=t {REQUEST} {{"type": "response.create", "service_tier": "priority", {deep}}}'
