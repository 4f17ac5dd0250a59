"""Traps of bodies: what looks like a row that tells a tier and is none, and the other way round."""

from __future__ import annotations

from string import ascii_letters, digits
from typing import TYPE_CHECKING, Final

from strandline.model.oracle import Counts, TierRows
from strandline.properties.traps.trap import (
    PRIORITY,
    Asked,
    Trap,
    completed,
    request,
    rerouted,
    rows,
    started,
    submission,
    tags,
    turn,
)

if TYPE_CHECKING:
    from strandline.model.oracle import Turn

_ASK: Final = '{"type": "response.create", "service_tier": "priority"'
_DONE: Final = '{"type": "response.completed", "response": {"model": "n"}'
_ESCAPED_DONE: Final = _DONE.replace("response.completed", r"response\u002ecompleted")
_ESCAPED_ASK: Final = _ASK.replace("response.create", r"r\u0065sponse.create")
_BOM: Final = "\ufeff"
_ENDS: Final = ",])}:\n\t\x1c\x85\u00a0\u3000 "
_NAMES: Final = "abcdefghijkl"
_DEEPEST: Final = 128 - 1
"""Arrays inside of the one object of a payload, so that it is as deep as it may be."""

_LURE: Final = r"}: turn.id=x thread_id=x websocket request: {\"type\": \"response.create\", service_tier: priority}"
"""A text of a prompt that looks like a row, escaped as Rust and JSON both do."""


def _asks(spans: str, rest: str = "}", mark: str = " ") -> str:
    """Write a request with spans of its own; its payload lacks its end, so that more can follow."""
    return f"{spans}: websocket request:{mark}{_ASK}{rest}"


def _done(spans: str, rest: str = "}") -> str:
    return f"{spans}: websocket event: {_DONE}{rest}"


def _nest(depth: int) -> str:
    return "[" * depth + "]" * depth


def _trap(name: str, lures: str, bodies: tuple[str, ...], *turns: Turn, counts: Counts | None = None) -> Trap:
    """Make a trap of bodies, one a second; a turn is told by the second of the row that tells its tier."""
    cells = ((second, second, body) for second, body in enumerate(bodies, 1))
    return Trap(name, lures, rows(*cells), (Asked(turns, counts=counts),))


def _bare(name: str, second: int) -> Turn:
    """Write down a turn whose request names no thread and no model."""
    return turn(name, second, None, None)


STRUCTURE: Final = (
    _trap(
        "rows inside of rows",
        "looking for a kind anywhere in a body",
        (
            request("a", input=completed("x")),
            request("b", input=request("y", "no")),
            request("c", input=submission("z")),
            completed("a").replace('"r"', '"websocket request: {}"'),
            submission("d", text=f'Text {{ text: "{_LURE}" }}'),
            tags("e").replace("policy", f'note="{_LURE} tags_json={{}}" policy'),
            f"turn{{turn.id=f}}: said websocket request: {_ASK}}}",
            "turn{turn.id=g}: said server reported model x while requested model was y",
        ),
        turn("a", 1, "n"),
        turn("b", 2),
        turn("c", 3),
        turn("d", 5, None, how="asked for"),
        turn("e", 6, how="in force"),
    ),
    _trap(
        "turns inside of turns",
        "taking the first span that names a turn, or one that a text names",
        (
            _asks("turn{turn.id=x}:run:sample{turn_id=a model=m}:stream{model=m}"),
            _asks('turn{turn.id=b}:sample{note="turn.id=x turn_id=x"}'),
            _asks('turn{turn.id=x}:sample{cwd=/a/b turn.id="c"}'),
            _asks("turn{turn.id=d}:sample{op=Op { turn.id=x }}"),
            _asks("turn{turn.id=x}:sample{turn.id= }"),
            _asks("turn{turn.id=e}:sample{cwd=/home/it's(here}"),
            _asks('turn{turn.id=f}:sample{cwd="/a}: b"}'),
            _asks('turn{turn.id="g h"}'),
            _asks(r'turn{turn.id="i\"j\u{6b}"}'),
            _asks(r'turn{turn.id="\q"}'),
        ),
        _bare("a", 1),
        _bare("b", 2),
        _bare("c", 3),
        _bare("d", 4),
        _bare("e", 6),
        _bare("f", 7),
        _bare("g h", 8),
        _bare('i"jk', 9),
        counts=Counts(TierRows(0, 8, 0), 8, 0, of_no_turn=2),
    ),
    _trap(
        "a body without spans",
        "finding a message that begins behind its own mark",
        (f"websocket request: {_ASK}}}", f"turn.id=a websocket request: {_ASK}}}", submission("b").partition(": ")[2]),
        turn("b", 3, None, None, "asked for"),
        counts=Counts(TierRows(0, 0, 1), 1),
    ),
    _trap(
        "names that end in turn_id",
        "taking parent_turn_id for turn_id",
        (
            _asks("s{parent_turn_id=x turn_id=a}"),
            _asks("s{parent_turn_id=x parent.turn.id=y}", ', "turn_id": "b"}'),
            _asks("s{parent_thread_id=x turn.id=c thread_id=s}"),
            _asks("s{-turn_id=x 9thread_id=x}", ', "turn_id": "d"}'),
            _asks("s{x_turn.id=z \u00e9turn.id=x turn.id=e}"),
            _done("s{parent_turn_id=x}"),
            _asks("s{Xturn_id=x turn_id=f}"),
            _asks(f"s{{{' '.join(f'{letter}turn_id=x' for letter in ascii_letters + digits + '._,')} turn_id=g}}"),
            _asks("turn_id=x s{turn_id=h}"),
        ),
        _bare("a", 1),
        _bare("b", 2),
        turn("c", 3, None, "s"),
        _bare("d", 4),
        _bare("e", 5),
        _bare("f", 7),
        _bare("g", 8),
        _bare("h", 9),
    ),
    _trap(
        "two spellings of a turn id",
        "preferring one spelling, or the JSON's turn to the spans'",
        (
            _asks("s{turn_id=a turn.id=x}"),
            _asks("s{turn.id=b turn_id=x}"),
            _asks("s{turn_id= turn_id=x}", ', "turn_id": "c"}'),
            _asks("s{turn.id=d turn.id=x}", ', "turn_id": "y"}'),
            _asks("s{turn.id=,}"),
            _done("s{turn.id= }", ', "turn_id": "a"}'),
        ),
        _bare("a", 1),
        _bare("b", 2),
        _bare("c", 3),
        _bare("d", 4),
    ),
    _trap(
        "what ends a value",
        "cutting a value too early or too late",
        (
            *(_asks(f"s{{turn.id={name}{end}x thread_id=s{end}y}}") for name, end in zip(_NAMES, _ENDS, strict=True)),
            _asks("s{turn.id=m;'/x thread_id=\u200b}"),
            f"s{{turn.id=n}}: websocket request: {_ASK}}} thread_id=s",
        ),
        *(turn(name, second, None, "s") for second, name in enumerate(_NAMES, 1)),
        turn("m;'/x", 13, None, "\u200b"),
        _bare("n", 14),
    ),
    _trap(
        "blank fields",
        "taking white space for a value",
        (
            request("a", ""),
            request("b", " \u2003"),
            request("c", None),
            request("d", thread=""),
            _asks("s", ', "turn_id": " "}'),
            _asks("s", ', "turn_id": null}'),
            _asks("s", ', "turn_id": 7, "model": "m"}'),
            _asks("s", ', "turn_id": " e "}'),
            submission(""),
            submission(r"\t"),
            completed("c", " "),
            completed("d").replace('"n"', "null"),
            request("f", model=["m"]),
            completed("f").replace('"model": "n"', '"model": {"model": "n"}'),
            rerouted("f", " "),
        ),
        _bare(" e ", 8),
        turn("a", 1, None),
        turn("b", 2, None),
        turn("c", 3, None),
        turn("d", 4, "m", None),
        turn("f", 13, None),
        counts=Counts(TierRows(0, 6, 0), 6, 0, of_no_turn=5),
    ),
)
"""How a body is built."""

PAYLOADS: Final = (
    _trap(
        "types and tiers that miss by a letter",
        "reading names without minding their case, or a part for the whole",
        (
            request("a", type="response.created"),
            request("b", type="Response.create"),
            request("c", service_tier="Priority"),
            request("d", service_tier=["priority"]),
            request("e", service_tier="fast"),
            request("f").replace("websocket request:", "Websocket Request:"),
            request("g").replace("request: ", "request "),
            request("h").replace("response.create", "response.completed"),
            completed("i").replace("websocket event:", "websocket request:"),
            request("j").replace("request:", "event:"),
            request("k"),
            completed("k").replace("response.completed", "response.complete"),
            completed("k").replace('"response":', '"Response":'),
            completed("k").replace('{"id": "r", "model": "n"}', '["model"]'),
            tags("l", "Priority"),
            tags("o", "fast"),
        ),
        turn("k", 11),
        counts=Counts(TierRows(2, 4, 0), 6),
    ),
    _trap(
        "JSON that escapes its letters",
        "looking for a type in the text of a payload in place of its value",
        (
            f"s{{turn.id=a}}: websocket request: {_ESCAPED_ASK}}}",
            f"s{{turn.id=a}}: websocket event: {_ESCAPED_DONE}}}",
            _asks("s{turn.id=b}", ', "t\\u0079pe": "x"}'),
        ),
        turn("a", 1, "n", None),
    ),
    _trap(
        "JSON with members twice",
        "taking the first of two; the last one counts",
        (
            _asks("s{turn.id=a}", ', "model": "x", "model": "m"}'),
            _asks("s{turn.id=b}", ', "service_tier": "default"}'),
            _done("s{turn.id=a}", ', "response": {"model": "last"}}'),
            tags("c").replace('"}', '","service_tier":"default"}'),
        ),
        turn("a", 1, "last", None),
    ),
    _trap(
        "payloads that begin with an object, and others",
        "minding what follows the first value, or reading what lies inside of another one",
        (
            _asks("s{turn.id=a}", "} and more"),
            _asks("s{turn.id=b}", ""),
            _asks("s{turn.id=c}", "}{}"),
            _asks("s{turn.id=d}", "}]", " ["),
            _asks("s{turn.id=e}", ",}"),
            _asks("s{turn.id=f}", "}", f" {_BOM}"),
            _asks("s{turn.id=g}", "}\x85\n", "  \r\n\t"),
            _asks("s{turn.id=h}", "}", ""),
            _asks("s{turn.id=i}", "}", " null"),
            _asks("s{turn.id=j}", ', "x": NaN}'),
            _asks("s{turn.id=k}", ", 'model': 'm'}"),
            _asks("s{turn.id=l}", ', "y": 1e999}'),
            _asks("s{turn.id=m}", ', "y": [}]'),
        ),
        _bare("a", 1),
        _bare("c", 3),
        _bare("g", 7),
        _bare("l", 12),
    ),
    _trap(
        "JSON as deep as may be, and one deeper",
        "counting one level more or less, or the brackets in strings",
        (
            _asks("s{turn.id=a}", f', "x": {_nest(_DEEPEST)}}}'),
            _asks("s{turn.id=b}", f', "x": {_nest(_DEEPEST + 1)}}}'),
            request("c", x="[" * 500 + '"{'),
            _asks("s{turn.id=d}", f', "x": [{", ".join([_nest(_DEEPEST - 1)] * 3)}]}}'),
            _asks("s{turn.id=e}", f', "x": "\\\\", "y": {_nest(_DEEPEST + 1)}}}'),
            _done("s{turn.id=f}", f', "x": {_nest(_DEEPEST + 1)}}}'),
            request("f"),
        ),
        _bare("a", 1),
        turn("c", 3),
        _bare("d", 4),
        turn("f", 7),
    ),
    _trap(
        "reroutes and what is none",
        "taking a model that was asked for for another one",
        (
            *(request(name) for name in "abcd"),
            rerouted("a", "x y"),
            "turn{turn.id=b}: server reported model n (matches requested model)",
            "turn{turn.id=b}: server reported model n (matches requested model), none while requested model was",
            "turn{turn.id=c}: server reported model x while requested model was n while requested model was o",
            completed("d", "first"),
            rerouted("d", "second"),
        ),
        turn("a", 1, "x y"),
        turn("b", 2),
        turn("c", 3, "x"),
        turn("d", 4, "second"),
    ),
    _trap(
        "a model from another script, and one with a surrogate",
        "taking letters for bytes",
        (
            request("潮", "潮流-5", "線"),
            request("a", "\ud800").replace("\\ud800", "\\udc00\\ud800"),
            completed("潮", "引き潮"),
            _asks("s{turn.id=b}", ', "model": "m\\u0000"}'),
            tags("c", model=r"\u{6f6e}"),
        ),
        turn("a", 2, "\udc00\ud800"),
        turn("b", 4, "m\0", None),
        turn("c", 5, "潮", how="in force"),
        turn("潮", 1, "引き潮", "線"),
    ),
)
"""What a JSON payload says, and what a reroute does."""

SUBMISSIONS: Final = (
    _trap(
        "submissions and what is none",
        "taking another id for the turn's, or an operation that starts no turn for one that does",
        (
            submission("a").replace("{ id", '{ parent_id: "x", id'),
            submission("b").replace("op: ", 'x: Op { id: "x" }, op: '),
            submission("c", op="ThreadSettings"),
            submission("d", op="TurnInput"),
            submission("e", op="TurnInput").replace("StartOrSteer", 'Steer { expected_turn_id: "d" }'),
            submission("f").replace('id: "f"', "id: 7"),
            submission("g").replace("id:", "id :").replace('"g"', r'"g\n\u{68}"'),
            submission("i", text='"op: Interrupt, id: \\"x\\" }"'),
            submission("j").replace("op:", "op: Interrupt, op:"),
            submission("k") + ' } "',
            submission("l").replace("Overrides {", "Some(Overrides {").replace(") } }", ") }) }"),
            'op: Submission sub=Submission { id: "m", op: Compact }',
            'op: Submission sub=Submission { op: Compact, id: "n" }',
        ),
        turn("a", 1, None, how="asked for"),
        turn("b", 2, None, how="asked for"),
        turn("d", 4, None, how="asked for"),
        turn("g\nh", 7, None, how="asked for"),
        turn("i", 8, None, how="asked for"),
        turn("k", 10, None, how="asked for"),
        turn("l", 11, None, how="asked for"),
        counts=Counts(TierRows(0, 0, 7), 9, 2, of_no_turn=1),
    ),
    _trap(
        "what a submission asks for",
        "taking a setting of another thing, or of another value, for the tier of a turn",
        (
            submission("a", tier="None"),
            submission("b", tier="Some(None)"),
            submission("c", tier='Some(Some("fast"))'),
            submission("d", tier='Some(Some("Fast"))'),
            submission(
                "e", tier="None", text=f'"service_tier: {PRIORITY}"'.replace('("p', r"(\"p").replace('y")', r"y\")")
            ),
            submission("f", tier="None, service_tier: " + PRIORITY),
            submission("g", op="TurnInput", tier="None").replace(
                "start: Options { service_tier: None", 'start: Options { service_tier: Some("priority")'
            ),
            submission("h", op="TurnInput").replace(
                "start: Options { service_tier: None", 'start: Options { service_tier: Some("default")'
            ),
            submission("i", tier="None").replace("op: UserTurn {", f"op: UserTurn {{ service_tier: {PRIORITY},"),
            submission("j", tier=PRIORITY).replace("model: None", 'model: Some("o")'),
        ),
        turn("c", 3, None, how="asked for"),
        turn("g", 7, None, how="asked for"),
        turn("j", 10, "o", how="asked for"),
    ),
    _trap(
        "submissions that break off",
        "dropping without a word what cannot be read",
        (
            submission("a")[:-1],
            submission("b").replace("]", ")"),
            submission("c").replace("Submission {", "SubmissionV2 {"),
            submission("d", tier="Some(Priority)"),
            submission("e", tier='Some("priority")'),
            submission("f", text="(" * 61 + ")" * 61),
            submission("g", text="(" * 62 + ")" * 62),
            submission("h").replace("op:", "operation:"),
            submission("i").replace('"i"', r'"\q"'),
            tags("j")[:-1],
            tags("k").replace('"priority"', "7"),
            tags("l").replace('model="m"', 'model="m'),
            'turn{turn.id=o}: model="m" and no tags, but for some in a text: "tags_json={"',
            started("p").replace("submission_id", "id"),
            "op: Submission queue closed",
        ),
        turn("f", 6, None, how="asked for"),
        counts=Counts(TierRows(0, 0, 1), 1, 0, 0, unreadable=12),
    ),
    _trap(
        "turns that begin, and of which nothing is said",
        "telling of no turn whose tier no row tells, or of none once another row tells one",
        (
            started("a"),
            started("b", "compact"),
            started("x", "interrupt"),
            started('"c d"').replace("op=TurnInput { }", 'operation="interrupt"'),
            submission("e", tier="None"),
            started("f"),
            tags("f", "flex"),
            completed("g"),
            rerouted("h"),
            started('""'),
        ),
        counts=Counts(TierRows(1, 0, 0), 5, 4, of_no_turn=1),
    ),
    _trap(
        "tags over requests over submissions",
        "letting what was asked for stand beside what was in force",
        (
            *(submission(name) for name in "abcd"),
            *(request(name, service_tier=tier) for name, tier in (("a", "default"), ("b", "priority"), ("c", None))),
            tags("b", "default"),
            tags("c"),
            tags("d"),
            tags("d", "default"),
        ),
        turn("c", 9, how="in force"),
        turn("d", 10, how="in force"),
        counts=Counts(TierRows(4, 3, 4), 4),
    ),
)
"""What a submission asks for, what is not said, and which kind decides."""

BODIES: Final = (*STRUCTURE, *PAYLOADS, *SUBMISSIONS)
