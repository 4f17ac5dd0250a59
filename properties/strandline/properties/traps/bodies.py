"""Traps of bodies: what looks like a request or a completion and is none, and the other way round."""

from __future__ import annotations

from string import ascii_letters, digits
from typing import TYPE_CHECKING, Final

from strandline.properties.traps.trap import Asked, Trap, completed, request, rows, submission, turn

if TYPE_CHECKING:
    from strandline.model.oracle import Turn

_ASK: Final = 'websocket request: {"type": "response.create", "service_tier": "priority"'
_DONE: Final = 'websocket event: {"type": "response.completed", "response": {"model": "n"}'
_SUB: Final = "Submission sub=Submission {"
_TIER: Final = 'service_tier: Some(Some("priority"))'
_ESCAPED_DONE: Final = _DONE.replace("response.completed", r"response\u002ecompleted")
_ESCAPED_ASK: Final = _ASK.replace("response.create", r"r\u0065sponse.create")
_BOM: Final = "\ufeff"
_WIDE: Final = "\u3000\x1c "
_ENDS: Final = ",])}:\n\t\x1c\x85\u00a0\u3000 "
_NAMES: Final = "abcdefghijkl"
_DEEPEST: Final = 128 - 1
"""Arrays inside of the one object of a payload, so that it is as deep as it may be."""


def _spaced(space: str) -> str:
    """Put something else than one space between the marker of a request and its payload."""
    return _ASK.replace(" {", f"{space}{{", 1)


def _nest(depth: int) -> str:
    return "[" * depth + "]" * depth


def _trap(name: str, lures: str, bodies: tuple[str, ...], *turns: Turn) -> Trap:
    """Make a trap of bodies, one a second; a turn is told by the second of its request."""
    return Trap(name, lures, rows(*((second, second, body) for second, body in enumerate(bodies, 1))), (Asked(turns),))


BODIES: Final = (
    _trap(
        "markers inside of payloads",
        "taking the second marker of a body for its first",
        (
            request("a", input=completed("x")),
            request("b", input=request("y", "no")),
            request("c", input=submission("z")),
            completed("a").replace('"r"', '"websocket request: {}"'),
        ),
        turn("a", 1, "n"),
        turn("b", 2),
        turn("c", 3),
    ),
    _trap(
        "a request in front of an event",
        "reading the kinds in another order: a completion comes first, and its prefix reaches over the request",
        (request("a"), f"turn.id=a {_ASK}}} turn.id=b {_DONE}}}", f"turn.id=c {_DONE} turn.id=d {_ASK}}}"),
        turn("a", 1, "n"),
        turn("c", 3, None, None),
    ),
    _trap(
        "a submission inside of a request that is none",
        "giving up after the first marker",
        (f'thread_id=s turn.id=x {_ASK} {_SUB} id: "a", {_TIER} }}', f'{_DONE} thread_id=u {_SUB} {_TIER} id: "b"'),
        turn("a", 1, None, "s"),
        turn("b", 2, None, "u"),
    ),
    _trap(
        "names that end in turn_id",
        "taking parent_turn_id for turn_id",
        (
            f"parent_turn_id=x turn_id=a {_ASK}}}",
            f'parent_turn_id=x parent.turn.id=y {_ASK}, "turn_id": "b"}}',
            f"parent_thread_id=x turn.id=c,thread_id=s: {_ASK}}}",
            f"-turn_id=d 9thread_id=x {_ASK}}}",
            f"x_turn.id=z éturn.id=e {_ASK}}}",
            f"parent_turn_id=x {_DONE}}}",
            f"Xturn_id=x turn_id=f {_ASK}}}",
            f"{' '.join(f'{letter}turn_id=x' for letter in ascii_letters + digits + '._')} turn_id=g {_ASK}}}",
            f"{{turn_id=h {_ASK}}}",
        ),
        turn("a", 1, None, None),
        turn("b", 2, None, None),
        turn("c", 3, None, "s"),
        turn("d", 4, None, None),
        turn("e", 5, None, None),
        turn("f", 7, None, None),
        turn("g", 8, None, None),
        turn("h", 9, None, None),
    ),
    _trap(
        "two spellings of a turn id",
        "taking the first of turn_id and turn.id, or the JSON's before the prefix's",
        (
            f"turn_id=x turn.id=a {_ASK}}}",
            f"turn.id= turn_id=b {_ASK}}}",
            f'turn_id= turn_id=x {_ASK}, "turn_id": "c"}}',
            f'turn.id=d turn.id=x {_ASK}, "turn_id": "y"}}',
            f"turn.id=, {_ASK}}}",
            f'turn.id=  {_DONE}, "turn_id": "a"}}',
        ),
        turn("a", 1, None, None),
        turn("b", 2, None, None),
        turn("c", 3, None, None),
        turn("d", 4, None, None),
    ),
    _trap(
        "what ends a value",
        "cutting a value too early or too late",
        (
            *(f"turn.id={name}{end}x thread_id=s{end}y {_ASK}}}" for name, end in zip(_NAMES, _ENDS, strict=True)),
            f'turn.id=m;[({{"x thread_id=\u200b {_ASK}}}',
            f"turn.id=n {_ASK}}} thread_id=s",
        ),
        *(turn(name, second, None, "s") for second, name in enumerate(_NAMES, 1)),
        turn('m;[({"x', 13, None, "\u200b"),
    ),
    _trap(
        "blank fields",
        "taking white space for a value",
        (
            request("a", ""),
            request("b", " \u2003"),
            request("c", None),
            request("d", thread=""),
            f'{_ASK}, "turn_id": " "}}',
            f'{_ASK}, "turn_id": null}}',
            f'{_ASK}, "turn_id": 7, "model": "m"}}',
            f'{_ASK}, "turn_id": " e "}}',
            submission(""),
            submission("\t"),
            completed("c", " "),
            completed("d").replace('"n"', "null"),
            request("f", model=["m"]),
            completed("f").replace('"model": "n"', '"model": {"model": "n"}'),
        ),
        turn(" e ", 8, None, None),
        turn("c", 3, None),
        turn("d", 4, "m", None),
        turn("f", 13, None),
    ),
    _trap(
        "types and tiers that miss by a letter",
        "reading names without minding their case, or a part for the whole",
        (
            request("a", type="response.created"),
            request("b", type="Response.create"),
            request("c", service_tier="Priority"),
            request("d", service_tier=["priority"]),
            request("e", service_tier=None),
            request("f").replace("websocket request:", "Websocket Request:"),
            request("g").replace("request: ", "request "),
            request("h").replace("response.create", "response.completed"),
            completed("i").replace("websocket event:", "websocket request:"),
            request("j").replace("request:", "event:"),
            request("k"),
            completed("k").replace("response.completed", "response.complete"),
            completed("k").replace('"response":', '"Response":'),
            completed("k").replace('{"id": "r", "model": "n"}', '["model"]'),
        ),
        turn("k", 11),
    ),
    _trap(
        "JSON that escapes its letters",
        "looking for a type in the text of a payload in place of its value",
        (f"turn.id=a {_ESCAPED_ASK}}}", f"turn.id=a {_ESCAPED_DONE}}}", f'turn.id=b {_ASK}, "t\\u0079pe": "x"}}'),
        turn("a", 1, "n", None),
    ),
    _trap(
        "JSON with members twice",
        "taking the first of two; the last one counts",
        (
            f'turn.id=a {_ASK}, "model": "x", "model": "m"}}',
            f'turn.id=b {_ASK}, "service_tier": "default"}}',
            f'turn.id=a {_DONE}, "response": {{"model": "last"}}}}',
        ),
        turn("a", 1, "last", None),
    ),
    _trap(
        "payloads that are not one object",
        "reading the beginning of a payload, or what lies inside of it",
        (
            f"turn.id=a {_ASK}}} and more",
            f"turn.id=b {_ASK}",
            f"turn.id=c {_ASK}}}{{}}",
            f"turn.id=d {_spaced(' [')}}}]",
            f"turn.id=e {_ASK},}}",
            f"turn.id=f {_spaced(_BOM)}}}",
            f"turn.id=g {_spaced(_WIDE)}}}\x85\n",
            f"turn.id=h {_spaced('')}}}",
            f"turn.id=i {_spaced(' null')}}}",
            f'turn.id=j {_ASK}, "x": NaN, "y": 1e999}}',
            f"turn.id=k {_ASK}, 'model': 'm'}}",
        ),
        turn("g", 7, None, None),
        turn("h", 8, None, None),
        turn("j", 10, None, None),
    ),
    _trap(
        "JSON as deep as may be, and one deeper",
        "counting one level more or less, or the brackets in strings",
        (
            f'turn.id=a {_ASK}, "x": {_nest(_DEEPEST)}}}',
            f'turn.id=b {_ASK}, "x": {_nest(_DEEPEST + 1)}}}',
            request("c", x="[" * 500 + '"{'),
            f'turn.id=d {_ASK}, "x": [{", ".join([_nest(_DEEPEST - 1)] * 3)}]}}',
            f'turn.id=e {_ASK}, "x": "\\\\", "y": {_nest(_DEEPEST + 1)}}}',
            f'turn.id=f {_DONE}, "x": {_nest(_DEEPEST + 1)}}}',
            request("f"),
        ),
        turn("a", 1, None, None),
        turn("c", 3),
        turn("d", 4, None, None),
        turn("f", 7),
    ),
    _trap(
        "submissions and what is none",
        "taking another id for the turn's, or another tier for priority",
        (
            f'{_SUB} parent_id: "x", id: "a", {_TIER} }}',
            f'{_SUB} {_TIER}, id: "b", id: "x" }}',
            f'{_SUB} id: "c", service_tier: None }} {_TIER}',
            f'{_SUB} id: "d", service_tier: Some("priority") }}',
            f'{_SUB} id: "e", service_tier: Some(Some("default")) }}',
            f'{_SUB} id:"f", {_TIER} }}',
            f'{_SUB} id: "g, {_TIER.replace(chr(34), "")} }}',
            f'id: "x" thread_id=s {_SUB} id: "h, {_TIER} }}',
            f'Submission sub=Submission{{ id: "i", {_TIER} }}',
            f'{_TIER} thread_id=s turn.id=x {_SUB}id: "j"',
            f'{_SUB} {_TIER} thread_id=x .id: "x" _id: "x" éid: "k"',
        ),
        turn("a", 1, None, None),
        turn("b", 2, None, None),
        turn("c", 3, None, None),
        turn("h, service_tier: Some(Some(", 8, None, "s"),
        turn("j", 10, None, "s"),
        turn("k", 11, None, None),
    ),
    _trap(
        "a model from another script, and one with a surrogate",
        "taking letters for bytes",
        (
            request("潮", "潮流-5", "線"),
            request("a", "\ud800").replace("\\ud800", "\\udc00\\ud800"),
            completed("潮", "引き潮"),
            f'turn.id=b {_ASK}, "model": "m\\u0000"}}',
        ),
        turn("a", 2, "\udc00\ud800"),
        turn("b", 4, "m\0", None),
        turn("潮", 1, "引き潮", "線"),
    ),
)
