"""The line that newer versions log in place of a submission, drawn: fields, parted by single spaces."""

from __future__ import annotations

from typing import Final

from hypothesis import strategies as st

from strandline.properties.systems.memo.agreement.weighted import either, mostly

_NAMES: Final = mostly(["thread_id", "a.b", "op", "_x", "submission_id.x"], ["sub", "9x", "\u00e9", "a-b", ""], 4)
_VALUES: Final = mostly(
    ["", "a", '"a b"', '"\\q"', "a{b c}", "a {b c}", "a(b c)", "a[b: c]", '{"a b"}', "a{b(c}", 'a="b"', '"a"{b c}'],
    ['"a', "a (b)", "a{b", "a {b", '"a"b', '"a" [b]', "TurnInput { submission_id=x operation=x }"],
    2,
)
_IDS: Final = mostly(
    ["t", "u", '"t"', '"u v"', '"\\u{6b}"', '""'],
    ["", '" "', '"\\q"', "t{u}", "t {u}", '"t"{u}', "t(", '"t', "\u3000", "t (u)"],
    5,
)
_OPERATIONS: Final = mostly(
    ['"turn_input"', "turn_input", '"compact"', '"turn\\u{5f}input"'],
    ['"interrupt"', '"Compact"', '"turn_input" {a b}', "compact{a}", '"\\q"', "", '"compact', "compact (a)"],
    5,
)
_SLIPS: Final = mostly([""], ["order", "missing", "doubled"], 3)
_GAPS: Final = mostly([" "], ["  ", ", ", "\n", ""], 12)
_OPENINGS: Final = mostly(["Submission "], ["Submission  ", "Submission", "submission ", "Submission queue "], 12)
_OTHERS: Final = st.builds("{}={}".format, _NAMES, _VALUES)


@st.composite
def starts(draw: st.DrawFn) -> str:
    """A message that shows that a turn began, and what misses one by a little."""
    fields = [f"submission_id={draw(_IDS)}", f"operation={draw(_OPERATIONS)}"]
    slip = draw(_SLIPS)
    if slip == "order":
        fields.reverse()
    elif slip == "missing":
        fields.pop(draw(st.integers(0, 1)))
    elif slip == "doubled":
        fields.append(f"submission_id={draw(_IDS)}")
    for one in draw(either(st.just([]), st.lists(_OTHERS, min_size=1, max_size=2), 1)):
        fields.insert(draw(st.integers(0, len(fields))), one)
    return str(draw(_OPENINGS)) + str(draw(_GAPS)).join(fields)
