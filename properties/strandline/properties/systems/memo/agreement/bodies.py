"""Bodies of every kind and of none, drawn: what a codex writer logs, and what misses it by a little.

The judges of one definition are held beside each other over these, by :mod:`~.agree`.
So they lean towards the places at which two readers may part: strings that look like rows, brackets that do not match,
names that end like other names, values that are blank or in a wrong shape, bytes that are no UTF-8.
"""

from __future__ import annotations

import json
from typing import Final

from hypothesis import strategies as st

from strandline.properties.systems.memo.agreement.payloads import TIERS, payloads
from strandline.properties.systems.memo.agreement.prints import ASKING, SUBMISSIONS, deep
from strandline.properties.systems.memo.agreement.spans import LURES, PREFIXES, QUOTED, SPANS
from strandline.properties.systems.memo.agreement.starts import starts
from strandline.properties.systems.memo.agreement.weighted import mostly

EVENT: Final = "websocket event: "
REQUEST: Final = "websocket request: "
REROUTED: Final = "server reported model "

_WALKED: Final = mostly(
    ["", " policy=ReadOnly { network: false }", " cwd=/a", ' note="a\\"b"', *(f' note="{lure}"' for lure in LURES)],
    [
        *(" a=(b", " a=[b}", " a={b(c}", " a={b", ' a="b', "}", ")", " tags_json=[]", "tags_json={}"),
        *(" a={ tags_json={} }", "\n", "x", ": "),
    ],
    3,
)
_MARKS: Final = mostly([" tags_json="], ["tags_json=", " tags_json= ", " Tags_json=", ", tags_json=", ""], 12)
_MODELS: Final = mostly(["m", "n", "a b", "m (x)"], ["", " ", "\u3000", "a while requested model was b"], 5)
_WHILES: Final = mostly(
    [" while requested model was m"],
    [" while requested model was", " while requested model is m", " (matches requested model)", "while requested m"],
    6,
)
_CHANGED: Final = ["", *'"\\{}()[]:,= .\0_a', "\u00e9", "\u2003", "\ud800"]


def _opening(mark: str) -> st.SearchStrategy[str]:
    """What a message begins with, or what misses it by a little."""
    return mostly([mark], [mark[:-1], f" {mark}", f"said {mark}", mark.upper(), mark.replace(" ", "  ")], 15)


TAGS: Final = st.builds(
    "{}{}{}{}{}".format,
    _opening("model="),
    QUOTED,
    _WALKED,
    _MARKS,
    mostly(['"priority"', '"default"'], TIERS, 3).flatmap(lambda tier: payloads(f'"service_tier": {tier}', '"a": 1')),
)
REQUESTS: Final = st.builds(
    "{}{}".format,
    _opening(REQUEST),
    payloads('"type": "response.create"', '"service_tier": "priority"', '"model": "m"')
    | payloads(r'"type": "\u0072esponse.create"', '"service_tier": "default"', '"turn_id": "j"')
    | payloads('"type": "response.create"'),
)
COMPLETED: Final = st.builds(
    "{}{}".format,
    _opening(EVENT),
    payloads('"type": "response.completed"', '"response": {"model": "M"}')
    | payloads(r'"type": "response\u002ecompleted"', '"response": {"model": "M"}'),
)
REPORTS: Final = st.builds("{}{}{}".format, _opening(REROUTED), _MODELS, _WHILES)
_MESSAGES: Final = st.sampled_from(
    [*[TAGS, REQUESTS, COMPLETED, REPORTS, SUBMISSIONS, starts()] * 2, SUBMISSIONS, starts(), COMPLETED]
)

PLAIN: Final = st.builds("{}{}".format, SPANS, _MESSAGES.flatmap(lambda messages: messages))
"""A body of one of the kinds, or one that misses it by a little."""


NARROW: Final = {
    "spans": PREFIXES.map(f'{{}}{REQUEST}{{{{"type": "response.create"}}}}'.format),
    "tags": TAGS.map("turn{{turn.id=t}}: {}".format),
    "submissions": SUBMISSIONS.map("turn{{turn.id=t}}: {}".format),
    "values": ASKING.map("turn{{turn.id=t}}: {}".format),
    "starts": starts().map("turn{{turn.id=t}}: {}".format),
    "reroutes": REPORTS.map("turn{{turn.id=t}}: {}".format),
}
"""Bodies of which one part is drawn and the rest is plain, for the parts that have the most to get wrong."""


@st.composite
def mutated(draw: st.DrawFn, texts: st.SearchStrategy[str]) -> str:
    """A text with one character deleted, inserted or replaced."""
    text = draw(texts)
    at = draw(st.integers(0, len(text)))
    new: str = draw(st.sampled_from(_CHANGED))
    return text[:at] + new + text[at + draw(st.integers(0, 1)) :]


TEXTS: Final = st.sampled_from(
    [*[PLAIN] * 5, *[mutated(PLAIN)] * 2, st.builds("{}{}".format, PLAIN, PLAIN), PREFIXES]
).flatmap(lambda texts: texts)
BAD: Final = st.sampled_from([b"\xff", b"\xc0\xaf", b"\xed\xa0\x80", b"\xe2\x82", b"\xf4\x90\x80\x80", b"\x80"])


def encoded(text: str) -> bytes:
    """The bytes of a text; those of a lone surrogate are no UTF-8."""
    return text.encode("utf-8", "surrogatepass")


@st.composite
def spoilt(draw: st.DrawFn) -> bytes:
    """A body with a few bytes in it that are no UTF-8."""
    body = encoded(draw(PLAIN))
    at = draw(st.integers(0, len(body)))
    return body[:at] + draw(BAD) + body[at:]


BODIES: Final = st.sampled_from([TEXTS.map(encoded)] * 7 + [spoilt()]).flatmap(lambda bodies: bodies)


@st.composite
def _deep_payloads(draw: st.DrawFn) -> str:
    """A payload that nests about as deep as one may, with brackets in its strings."""
    string = json.dumps(draw(st.text('[]{}"\\n,', max_size=9)))
    inner = draw(st.sampled_from(["[]", "{}", "1", string]))
    depth = draw(st.integers(124, 132))
    members = f'"text": {string}, "deep": {"[" * depth}{inner}{"]" * depth}'
    return f'{{"type": "response.create", "service_tier": "priority", {members}}}'


def nestings() -> st.SearchStrategy[str]:
    """A request, tags or a submission that nests about as deep as it may."""
    requests = st.builds("turn{{turn.id=t}}: {}{}".format, st.just(REQUEST), _deep_payloads())
    tags = _deep_payloads().map('turn{{turn.id=t}}: model="m" tags_json={}'.format)
    return requests | tags | deep()
