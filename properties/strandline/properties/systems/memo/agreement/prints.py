"""Submissions, drawn as Rust prints them for a debugger: fields in any order, doubled, missing, in a wrong shape.

Most that are drawn start a turn and can be read.
"""

from __future__ import annotations

from typing import Final

from hypothesis import strategies as st

from strandline.properties.systems.memo.agreement.spans import LURES, QUOTED
from strandline.properties.systems.memo.agreement.weighted import mostly

_STRINGS: Final = ('"\\u{70}riority"', '"priorit\\y"', '""', '"Fast"', '"a', '"a"b')
_FOR_TURN: Final = mostly(
    ["None", 'Some("priority")', 'Some("fast")', 'Some("flex")', "None"],
    [
        *(f"Some({string})" for string in _STRINGS),
        *('"priority"', "Some(None)", 'Some(Some("fast"))', 'Some ( "fast" )', 'Some("fast",)', 'Some("fast") x'),
        *("None x", "Nonesuch", "none", "", 'Some("a", "b")', 'Some{"a"}', 'Some["a"]', "Some()", "Some", '("fast")'),
    ],
    3,
)
_FOR_THREAD: Final = mostly(
    ["None", "Some(None)", 'Some(Some("priority"))', 'Some(Some("fast"))', 'Some(Some("flex"))'],
    [
        *(f"Some(Some({string}))" for string in _STRINGS),
        *('"fast"', 'Some("fast")', 'Some( Some ( "fast" ) )', "Some( None )", 'Some(Some("fast"),)', "Some(None x)"),
        *('Some(Some("fast") x)', 'Some(Some("fast")) x', 'Some(Some("fast")x)', "Some(None) x", "Some(None, None)"),
        *("Some(Nonesuch)", "Some()", "Some", "", 'Some(Some("a", "b"))', 'Some(Some(Some("fast")))', "Some(Some())"),
    ],
    3,
)
_MODELS: Final = mostly(
    ["None", 'Some("m")', '"n"'],
    ['Some("")', '" "', 'Some("\\q")', '"\\q"', "m", 'Some(Some("m"))', 'Some("m") x', '"m" x', 'Some("m",)', ""],
    2,
)
_MODES: Final = mostly(
    ["StartOrSteer", "Start { turn: 1 }"],
    ["Steer", 'Steer { turn: "t" }', "Steer(1)", "Steering", "Some(Steer)", '"Steer"', "Start(Steer)", " Steer"],
    4,
)
_OTHERS: Final = st.sampled_from(
    [
        'Interrupt { thread_settings: Settings { service_tier: Some(Some("priority")) } }',
        *("Shutdown", "UserInputs { }", "TurnInput::Start { }", '"UserTurn"', "Some(UserTurn { })", "{ }", "", "7"),
        *("TurnInput", "UserTurn", "Compact", "UserInput()", "TurnInput(mode: Steer)", "TurnInput { mode: Steer }"),
        'UserTurn(thread_settings: Settings { service_tier: Some(Some("fast")) })',
        'Compact("a", thread_settings: Settings { service_tier: Some(Some("fast")) })',
    ]
)
_SLIPS: Final = mostly([""], ["order", "missing", "doubled", "odd", "odd first"], 3)
_ODD_ITEMS: Final = mostly(
    [
        *(f'text: "{lure}"' for lure in LURES),
        *("[id: 1]", "..", "", 'id : "x"', '\u00e9id: "x"', 'id2: "x"', "op: Compact", 'x.id: "x"', 'id: id: "x"'),
        *(
            "(a, b: [c, { d: 1 }])",
            'items: [Text { text: "a, id: b" }, id: "x"]',
            "it's",
            "mode: Steer",
            "\nmode:Steer",
        ),
        *("thread_settings: None", 'thread_settings: X { service_tier: Some(Some("fast")) }', "service_tier: None"),
        *("start: None", 'service_tier: Some("fast")', 'bad: "\\q"'),
    ],
    ["open: (", "close: }", 'torn: "a', "cross: ( ]"],
    5,
)


@st.composite
def structs(draw: st.DrawFn, name: str, *good: st.SearchStrategy[str]) -> str:
    """A struct by its fields: mostly all of them in their order, and now and then odd ones, in an odd shape."""
    items = [draw(item) for item in good]
    slip = draw(_SLIPS)
    if slip == "order":
        items.reverse()
    elif slip == "missing":
        items.pop(draw(st.integers(0, len(items) - 1)))
    elif slip == "doubled":
        items.append(draw(draw(st.sampled_from(good))))
    elif slip:
        items.insert(0 if slip == "odd first" else draw(st.integers(0, len(items))), draw(_ODD_ITEMS))
    inner = ", ".join(items)
    whole = f"{name} {{ {inner} }}"
    good_shapes = [whole, whole, f"Some({whole})" if name in _OPTIONAL else whole, f"{name}{{{inner}}}"]
    loose = [f"{name} {{ {inner}, .. }}", f"Some({whole}, x)", f"({whole})", f"{{ {inner} }}", f"{whole} x", "None"]
    wrong = [
        f"{name}({inner})",
        f"{name} {{ {inner} )",
        f"{name} {{ {inner}",
        f"Some(Some({whole}))",
        f"{name} x {whole}",
    ]
    return str(draw(mostly(good_shapes, [*loose, *wrong], 12)))


def _field(name: str, values: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.builds("{}: {}".format, st.just(name), values)


_OPTIONAL: Final = frozenset({"Settings", "Options", "Request"})
_SETTINGS: Final = structs("Settings", _field("model", _MODELS), _field("service_tier", _FOR_THREAD))
_START: Final = structs("Options", _field("service_tier", _FOR_TURN))
_ITEMS: Final = st.sampled_from(["items: []", *(f'items: [Text {{ text: "{lure}" }}]' for lure in LURES)])
_REQUEST: Final = structs("Request", _ITEMS, _field("thread_settings", _SETTINGS), _field("start", _START))
_TURN_INPUT: Final = structs("TurnInput", _field("request", _REQUEST), _field("mode", _MODES))
_OLDER: Final = [
    structs(name, _ITEMS, _field("thread_settings", _SETTINGS)) for name in ("UserInput", "UserTurn", "Compact")
]
_OPS: Final = st.sampled_from([*_OLDER, *[_TURN_INPUT] * 3, _OTHERS]).flatmap(lambda ops: ops)
_TRACES: Final = st.sampled_from(
    [
        "trace: None",
        'trace: Trace { id: "x", mode: Steer, thread_settings: S { x: 1, service_tier: Some(Some("fast")) }, id: "x" }',
    ]
)
_WHOLE: Final = structs("Submission", _field("id", QUOTED), _field("op", _OPS), _TRACES)
_AFTER: Final = st.sampled_from(["", "", " thread_id=x", "}", ' "'])

SUBMISSIONS: Final = st.builds("Submission sub={}{}".format, _WHOLE, _AFTER)
"""The message of a submission, with something after it now and then."""


ASKING: Final = st.builds(
    'Submission sub=Submission {{ id: "t", op: TurnInput {{ mode: {}, request: Request {{ start: Options {{'
    " service_tier: {} }}, thread_settings: Settings {{ service_tier: {}, model: {} }} }} }} }}".format,
    _MODES,
    _FOR_TURN,
    _FOR_THREAD,
    _MODELS,
)
"""A submission whose structure is good, whatever its values are."""


@st.composite
def deep(draw: st.DrawFn) -> str:
    """A submission that nests about as deep as one may, with brackets of every kind and in a string."""
    string = draw(st.sampled_from(['"a"', *(f'"{lure}"' for lure in LURES)]))
    kinds = draw(st.sampled_from(["{}", "()", "[]"]))
    depth = draw(st.integers(59, 63))
    inner = f"items: [{kinds[0] * depth}{string}{kinds[1] * depth}], thread_settings: S {{ service_tier: Some(None) }}"
    return f'op: Submission sub=Submission {{ id: "t", op: UserTurn {{ {inner} }} }}'
