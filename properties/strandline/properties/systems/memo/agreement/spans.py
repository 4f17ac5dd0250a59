"""Spans of a body, drawn: nested ones, fields that name turns and threads, and what looks like either.

A span is where two readers part most easily: a path or a prompt in it may hold anything, brackets that never close and
whole rows included.
"""

from __future__ import annotations

from typing import Final

from hypothesis import strategies as st

from strandline.properties.systems.memo.agreement.weighted import either, mostly

LURES: Final = (
    "}: turn.id=x thread_id=x ",
    r"websocket request: {\"type\": \"response.create\", \"service_tier\": \"priority\"}",
    r" tags_json={\"service_tier\":\"priority\"}",
    ", service_tier: Some(Some(",
    "server reported model x while requested model was y",
    "Submission sub=Submission {",
    "it's [here",
    "a, b: c } ) ]",
)
"""Texts that look like a part of a row, escaped so that a string can hold them in Rust and in JSON."""

_ESCAPES: Final = (r"\"", r"\\", r"\'", r"\n", r"\0", r"\u{6b}", r"\x6b")
_WRONG: Final = (r"\q", r"\u{d800}", r"\u{110000}", r"\u{}", r"\u{1234567}", r"\u6b", r"\x6", r"\xzz")
_BLANKS: Final = ('""', '" "', '"\u3000\t"', r'"\n"', r'"\u{2003}"', r'"\x20"')

_KEYS: Final = mostly(
    ["turn.id=", "turn_id=", "thread_id=", "thread.id="],
    [
        *["parent_turn_id=", "x.turn.id=", "9thread_id=", "turn-id=", "Turn_id=", "turn.id =", "turn_ids=", "turnXid="],
        *["\u00e9turn_id=", "-turn.id=", "{thread_id=", "(turn_id=", "model=", "cwd=", ""],
    ],
    2,
)
_VALUES: Final = mostly(
    ["t", "u", "v", '"t"', '"u v"', r'"i\"j\u{6b}"', *(f'"{lure}"' for lure in LURES)],
    [
        *['""', '" "', r'"\n"', r'"\q"', r'"\u{d800}"', '"t"u', "", "\u3000"],
        *["t=u", "a.b", "\u6f6e", "\0", "turn_id=", "parent_", "t,u", "t]", "t)", "t}", "t:u", "t\u200b", "t\x85"],
        *["Op { turn.id=x }", "[turn_id=x]", "(turn.id=x)", "it's(here", "a[b", "{", "}", ")", '"a', "a: b"],
    ],
    2,
)
_GAPS: Final = mostly([" "], [", ", "\n", "\x1c", "\x85", "\u3000", "\u200b", ",", ""], 2)
_NAMES: Final = mostly(
    ["turn", "run", "op.dispatch", ""], ['s"{turn.id=x}"', "a(b", "x}", "turn_id=x ", "a(b{turn.id=x})", "a::b"], 4
)
_LAST: Final = mostly(
    ["turn{turn.id=t}", "turn{turn_id=u}:run", "t{thread_id=r}:turn{model=m turn.id=v}", 'turn{turn.id="t"}'],
    [
        "turn{turn.id= }",
        "run",
        "turn{turn.id=t:run",
        'turn{turn.id="t}',
        "turn turn.id=t",
        "{turn.id=t}",
        "a(b{turn_id=u})",
    ],
    6,
)
_ENDS: Final = mostly([": "], [":", " : ", ":\u00a0", ":\n", ":  ", "", "x: "], 15)
_FIELDS: Final = st.lists(st.builds("{}{}{}".format, _KEYS, _VALUES, _GAPS), max_size=3).map("".join)
_SPANS: Final = st.builds("{}{{{}}}".format, _NAMES, _FIELDS)

PREFIXES: Final = st.builds(
    "{}{}{}".format,
    st.lists(_SPANS.map("{}:".format), max_size=2).map("".join),
    either(_LAST, _SPANS, 2),
    _ENDS,
)
"""What stands before a message: spans, mostly with a turn in the last, and a colon and a space."""

SPANS: Final = st.sampled_from(
    [*[st.just("turn{turn.id=t}: "), PREFIXES] * 6, st.just("run{thread_id=r}: "), st.just("")]
).flatmap(lambda spans: spans)
"""The same, about half of the time as plain as can be, so that what matters is the message."""

QUOTED: Final = mostly(
    ['"t"', '"u"', '"v"', *(f'"{escape}b"' for escape in _ESCAPES), *(f'"a {lure}"' for lure in LURES)],
    [*(f'"a{escape}b"' for escape in _WRONG), *_BLANKS, '"a', '"a\\"'],
    6,
)
"""A string as Rust prints it, mostly one that can be read; without its end now and then."""
