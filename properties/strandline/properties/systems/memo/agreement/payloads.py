"""JSON, drawn: an object of some members, mostly good, and what misses one by a little.

It leans towards keys with an escape, duplicates, tails, odd white space, and too much depth.
"""

from __future__ import annotations

import json
from typing import Final

from hypothesis import strategies as st

from strandline.properties.systems.memo.agreement.spans import LURES
from strandline.properties.systems.memo.agreement.weighted import either, mostly

TIERS: Final = ('"priority"', '"default"', "null", '["priority"]', '"Priority"', '"fast"', '""', "1")

_TURNS: Final = ('"j"', '" j "', '""', '" \\t"', "null", "7", '["j"]', '"\\ud800"', '"\\u006a"')
_MODELS: Final = ('"m"', '"n"', '""', '"\\u2003"', "null", "3", "{}", '"\\udc00\\ud800"', '"a\\"b"', '"m\\u0000"')
_KINDS: Final = (
    *('"response\\u002ecreate"', '"\\u0072esponse.completed"', '"response.create"', '"response.completed"'),
    *('"other"', '""', "null", '["response.create"]'),
)
_DEPTHS: Final = (1, 126, 127, 128, 2_000)
_SPACES: Final = mostly(["", " ", "\n\t\r"], ["\x1c", "\x85", "\u3000", "\u200b", "\ufeff", "\0"], 15)
_TAILS: Final = mostly(["", " "], ["x", "{}", "}", ' websocket request: {"type": 1}', " tags_json={}"], 3)


def member(key: str, *values: str) -> st.SearchStrategy[str]:
    """One member of an object, its key now and then spelled with an escape."""
    spelled = st.sampled_from([key, key, key, f"\\u{ord(key[0]):04x}{key[1:]}"])
    return st.builds('"{}": {}'.format, spelled, st.sampled_from(values))


_NESTED: Final = st.sampled_from(
    [
        *(f'"x": {"[" * depth}{"]" * depth}' for depth in _DEPTHS),
        *('"x": "' + "[" * 200 + '"', '"x": "\\"' + "{[" * 100 + '"', '"x": "\\\\"'),
    ]
)
"""Members that nest, or that hold brackets in a string."""

_ODDITIES: Final = st.one_of(
    member("type", *_KINDS),
    member("service_tier", *TIERS),
    member("model", *_MODELS),
    member("turn_id", *_TURNS),
    member("response", "null", "{}", '["model"]', '{"model": 1}', '{"model": " "}', '{"model": "a", "model": "b"}'),
    member("input", *map(json.dumps, LURES)),
    member("input", *map(json.dumps, LURES), "NaN", "-Infinity", "1e999", "9" * 5_000, '"\t"'),
    _NESTED,
)
"""Members that take the place of a good one, or are one too many."""


@st.composite
def objects(draw: st.DrawFn, *good: str) -> str:
    """A JSON object: good members in any order, mostly all of them, and now and then odd ones."""
    members: list[str] = draw(st.permutations(good))
    if draw(st.sampled_from([False] * 14 + [True])):
        members.pop()
    for odd in draw(either(st.just([]), st.lists(_ODDITIES, min_size=1, max_size=2), 2)):
        members.insert(draw(st.integers(0, len(members))), odd)
    inner = ", ".join(members)
    odd_shapes = [f"[{{{inner}}}]", f"{{{inner}", f"{{{inner},}}", f"{{{inner}]"]
    return str(draw(mostly([f"{{{inner}}}"], odd_shapes, 9)))


def payloads(*good: str) -> st.SearchStrategy[str]:
    """An object with white space around it, and now and then something after it."""
    return st.builds("{}{}{}{}".format, _SPACES, objects(*good), _SPACES, _TAILS)
