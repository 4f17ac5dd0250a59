"""What each body states but a submission, and what none states: claims for model and scanner alike."""

import sys
from typing import Final

from tests.claims.bodies import (
    BLANKS,
    EACH,
    EVIL,
    SPANS,
    UNREADABLE,
    Claims,
    Said,
    cases,
    completed,
    quoted,
    request,
    rerouted,
    said,
    tags,
    turn_input,
    user_input,
)

SIMPLE: Final = "session{thread_id=th}:turn{turn.id=t2}: "
"""Spans without a riddle."""

REROUTED: Final = rerouted().removeprefix(SPANS)
JSON: Final = (request(), completed())


def nested(text: str, arrays: int, inner: str = "") -> str:
    """Put arrays into each other, in one more member of the JSON of a body."""
    return f'{text[:-1]}, "deep": {"[" * arrays}{inner}{"]" * arrays}}}'


def of_each(kind: str, spans: str) -> tuple[str, Said]:
    """Give a body of a kind behind other spans, which say nothing, and what it says."""
    text, states = EACH[kind]
    return spans + text.removeprefix(SPANS), states._replace(turn=None, thread=None)


def behind(text: str, before: str, after: str) -> str:
    """Put something before and behind the JSON of a body."""
    mark, brace, rest = text.removeprefix(SPANS).partition("{")
    return SPANS + mark + before + brace + rest + after


OF_EACH: Final = dict(zip(JSON, (EACH["request"][1], EACH["completed"][1]), strict=True))

KINDS: Final[Claims] = {
    "each kind is read from how its message begins": dict(EACH.values()),
    "a kind that stands later in a message is no kind": {
        before + text.removeprefix(SPANS): None
        for before in ("x ", '"', "{", "(", " ", "\0")
        for text, _ in EACH.values()
    },
    "a marker inside of another message is none": {
        f"{SPANS}{begun}{request()} tags_json={{": None
        for begun in ("Tags ", "the Submission ", "a websocket request: ", "nor websocket event: {}")
    },
    "JSON without a span before it is taken apart at its own mark": {text.removeprefix(SPANS): None for text in JSON},
    "what holds no marker states nothing": dict.fromkeys(
        ("", "nothing to see", "turn.id=t", "websocket event", "WEBSOCKET EVENT: ")
    ),
    "prompt text is no field, no span and no message": {
        text.removeprefix(spans): Said("submission", "t2", None if spans else "th")
        for text in (user_input("None", text=EVIL), turn_input().replace("[]", f"[Text {{ text: {quoted(EVIL)} }}]"))
        for spans in ("", SPANS)
    },
    "prompt text in JSON is no field": {request(input=EVIL, service_tier=None): said("request", model="m")},
    "prompt text in a field of a span is no turn and no message": {
        f"turn{{turn.id=t1}}:tool{{prompt={quoted(EVIL)}}}: {REROUTED}": Said("rerouted", "t1", model="X")
    },
    "a quoted turn and thread are kept without their quotes": {
        f'turn{{turn.id="a \\"b\\"" thread_id="c"}}: {REROUTED}': Said("rerouted", 'a "b"', "c", model="X")
    },
    "without a turn in the spans a message is of no turn": dict(
        of_each(kind, spans)
        for kind in ("tags", "request", "completed", "rerouted")
        for spans in ("a: ", "a{turn.id=}: ", "t{turn.id=t1}:u{turn_id= }: ", 't{turn.id="\\q"}: ')
    ),
}

FOUND: Final = said("tags", "priority", "m")

TAGS: Final[Claims] = {
    "tags state any tier": {
        tags(f'"a":"b","service_tier":"{tier}"'): said("tags", tier, "m")
        for tier in ("priority", "default", "unset", "flex", "fast", "")
    },
    "the tags are the first that lie outside of brackets and strings": {
        tags(between=""): FOUND,
        tags(between=" x={tags_json={}} y"): FOUND,
        tags(between=' x=" tags_json={" y'): FOUND,
        tags(between=" tags_json=x atags_json={}"): FOUND,
        tags(between=" policy=ReadOnly { network: false }"): FOUND,
        tags(between=' note="x tags_json={}"'): FOUND,
        tags() + " tags_json={}": FOUND,
        tags() + " and what follows": FOUND,
        tags('"service_tier":"a","service_tier":"b"'): said("tags", "b", "m"),
        tags(model='"a \\"b\\" \\u{e9}"'): said("tags", "priority", 'a "b" é'),
    },
    "a blank model of tags is unknown": {tags(model=quoted(blank)): said("tags", "priority") for blank in BLANKS[:2]},
    "tags that are there and cannot be read are unreadable": dict.fromkeys(
        (
            *map(tags, ('"service_tier":null', '"service_tier":["priority"]', '"service_tier":7', '"a":"b"', "", "x")),
            *map(tags, ('"service_tier":"priority","a":NaN', '"service_tier":"priority",')),
            tags()[:-1],
            *(tags(model='"\\q"', between=between) for between in ("", " x={", ' x="', " cwd=/a(b")),
            *(tags(between=between) for between in (" x={", " x=(", ' x="', " cwd=/a(b")),
            *(tags(model='"m', between=between) for between in (" a=B b=[c: d]", " x={}", "")),
        ),
        UNREADABLE,
    ),
    "a message that names a model and has no tags says nothing": {
        SPANS + message: None
        for message in (
            *('model="m"', 'model="m" tags_json=', 'model="m"tags_json={}', 'model="m" x={ tags_json={}}'),
            *('model="m" x=" tags_json={}"', 'model="m" note="tags_json={"', 'model="m" x={', 'model="m'),
            *('model="\\q" x=1', 'model="\\q" x="tags_json={"', 'model="\\q" x={ tags_json={}}'),
            *(f'{begun} tags_json={{"service_tier":"priority"}}' for begun in ("model=m", ' model="m"')),
        )
    },
}

PAYLOADS: Final[Claims] = {
    "a request says what is asked of the server": {
        **{request(service_tier=tier): said("request", tier, "m") for tier in ("priority", "default", "flex", "")},
        **{request(service_tier=tier): said("request", None, "m") for tier in (None, 7, ["priority"])},
        **{request(model=model): said("request", "priority") for model in (None, 7, ["m"], *BLANKS)},
        request(turn_id="json"): said("request", "priority", "m"),
        f'{SIMPLE}websocket request: {{"type": "response.create"}}': said("request"),
    },
    "a request takes its turn from the JSON if the spans have none": {
        spans + request(turn_id=turn).removeprefix(SPANS): Said("request", known, None, "priority", "m")
        for spans in ("a: ", "a{x=1}: ", "t{turn.id=t1}:u{turn_id=}: ")
        for turn, known in (
            (" json ", " json "),
            ("\u00e9", "\u00e9"),
            *((other, None) for other in (None, 7, *BLANKS)),
        )
    },
    "a completion names the model of its response": {
        completed(response={"model": " m "}): said("completed", model=" m "),
        f"a: {completed().removeprefix(SPANS)}": Said("completed", model="m"),
    },
    "another type, and an event without a model, say nothing": dict.fromkeys(
        (
            *(text.replace('"type"', '"kind"') for text in JSON),
            *(request(type=kind) for kind in ("response.completed", "response.created", ["response.create"], None)),
            *(completed(type=kind) for kind in ("response.created", "response.create", "response.done")),
            *(completed(response=response) for response in (None, "m", ["m"], [], {}, {"model": {"model": "m"}})),
            *(completed(response={"model": model}) for model in (None, 7, ["m"], *BLANKS)),
        )
    ),
    "the first JSON value counts and what follows does not": {
        behind(text, before, after): states
        for text, states in OF_EACH.items()
        for before in ("", " ", "\t\r\n ")
        for after in ("", " ", " x", "{}", "}", '"', "\0", "[" * 200)
    },
    "what is no JSON object says nothing": dict.fromkeys(
        [
            *(text[:-1] + more for text in JSON for more in ("", ', "x": NaN}', ', "x": -Infinity}', ', "x": "\t"}')),
            *(text[:-1] + more for text in JSON for more in (', "x": ]}', ', "x": "', ",}")),
            *(behind(text, "[", "]") for text in JSON),
            *(behind(text, before, "") for text in JSON for before in ("x ", "\u00a0")),
            *(
                f"{SPANS}websocket {mark}: {rest}"
                for mark in ("request", "event")
                for rest in ("", "null", "nothing", "{'")
            ),
            *(f'{text[:-1]}, "long": {"9" * (sys.get_int_max_str_digits() + 1)}}}' for text in JSON),
        ]
    ),
    "a type is what its escapes spell, and the last of two keys counts": {
        **{text.replace("response.c", "response\\u002ec"): states for text, states in OF_EACH.items()},
        **{text.replace('{"type"', '{"type": "x", "type"'): states for text, states in OF_EACH.items()},
        **{text[:-1] + ', "type": "x"}': None for text in JSON},
    },
    "JSON is read to 128 levels and no deeper": {
        **{nested(text, 127): states for text, states in OF_EACH.items()},
        **{nested(text, 125, '{"a": {}}'): states for text, states in OF_EACH.items()},
        **{nested(text, 126, ", ".join(["[]", "{}"] * 100)): states for text, states in OF_EACH.items()},
        **{nested(text, arrays): None for text in JSON for arrays in (128, 200_000)},
        **{nested(text, 126, '{"a": {}}'): None for text in JSON},
    },
    "brackets inside of strings do not nest": {
        nested(text, 127, f'"{string}"{more}'): None if more else states
        for text, states in OF_EACH.items()
        for string in ("[" * 200, '\\"' + "[{" * 100, "\\\\", '\\\\\\"' + "[" * 200)
        for more in ("", ", []")
    },
}

REROUTES: Final[Claims] = {
    "a reroute names the model up to the first while requested": {
        f"{SPANS}{message}": None if model is None else said("rerouted", model=model)
        for message, model in (
            ("server reported model X while requested model was Y", "X"),
            ("server reported model X while requested model was ", "X"),
            ("server reported model a b: {c while requested model was Y", "a b: {c"),
            ("server reported model a b while requested model was c while requested model was d", "a b"),
            ("server reported model X (on) while requested model was X", "X (on)"),
            ("server reported model X (matches requested model)", None),
            ("server reported model X (matches requested model), nobody asked while requested model was", None),
            ("server reported model X while requested model was", None),
            ("server reported model X while requested Y while requested model was Y", None),
            ("server reported model  while requested model was Y", None),
            ("server reported model \u3000 while requested model was Y", None),
            ("the server reported model X while requested model was Y", None),
        )
    },
}

CASES: Final = [*cases({**KINDS, **TAGS, **PAYLOADS, **REROUTES})]
