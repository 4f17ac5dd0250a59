"""Traps of payloads: what JSON says of a tier or a model, and what a reroute does."""

from __future__ import annotations

from typing import Final

from strandline.model.memo.oracle import Counts, TierRows
from strandline.properties.systems.memo.traps.trap import (
    asks,
    bare,
    completed,
    done,
    request,
    rerouted,
    tags,
    trap_of,
    turn,
)

_BOM: Final = "\ufeff"
_DEEPEST: Final = 128 - 1
"""Arrays inside of the one object of a payload, so that it is as deep as it may be."""


def _nest(depth: int) -> str:
    return "[" * depth + "]" * depth


PAYLOADS: Final = (
    trap_of(
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
    trap_of(
        "JSON that escapes its letters",
        "looking for a type in the text of a payload in place of its value",
        (
            asks("s{turn.id=a}").replace("response.create", r"r\u0065sponse.create"),
            done("s{turn.id=a}").replace("response.completed", r"response\u002ecompleted"),
            asks("s{turn.id=b}", ', "t\\u0079pe": "x"}'),
        ),
        turn("a", 1, "n", None),
    ),
    trap_of(
        "JSON with members twice",
        "taking the first of two; the last one counts",
        (
            asks("s{turn.id=a}", ', "model": "x", "model": "m"}'),
            asks("s{turn.id=b}", ', "service_tier": "default"}'),
            done("s{turn.id=a}", ', "response": {"model": "last"}}'),
            tags("c").replace('"}', '","service_tier":"default"}'),
        ),
        turn("a", 1, "last", None),
    ),
    trap_of(
        "payloads that begin with an object, and others",
        "minding what follows the first value, or reading what lies inside of another one",
        (
            asks("s{turn.id=a}", "} and more"),
            asks("s{turn.id=b}", ""),
            asks("s{turn.id=c}", "}{}"),
            asks("s{turn.id=d}", "}]", " ["),
            asks("s{turn.id=e}", ",}"),
            asks("s{turn.id=f}", "}", f" {_BOM}"),
            asks("s{turn.id=g}", "}\x85\n", "  \r\n\t"),
            asks("s{turn.id=h}", "}", ""),
            asks("s{turn.id=i}", "}", " null"),
            asks("s{turn.id=j}", ', "x": NaN}'),
            asks("s{turn.id=k}", ", 'model': 'm'}"),
            asks("s{turn.id=l}", ', "y": 1e999}'),
            asks("s{turn.id=m}", ', "y": [}]'),
        ),
        bare("a", 1),
        bare("c", 3),
        bare("g", 7),
        bare("l", 12),
    ),
    trap_of(
        "JSON as deep as may be, and one deeper",
        "counting one level more or less, or the brackets in strings",
        (
            asks("s{turn.id=a}", f', "x": {_nest(_DEEPEST)}}}'),
            asks("s{turn.id=b}", f', "x": {_nest(_DEEPEST + 1)}}}'),
            request("c", x="[" * 500 + '"{'),
            asks("s{turn.id=d}", f', "x": [{", ".join([_nest(_DEEPEST - 1)] * 3)}]}}'),
            asks("s{turn.id=e}", f', "x": "\\\\", "y": {_nest(_DEEPEST + 1)}}}'),
            done("s{turn.id=f}", f', "x": {_nest(_DEEPEST + 1)}}}'),
            request("f"),
        ),
        bare("a", 1),
        turn("c", 3),
        bare("d", 4),
        turn("f", 7),
    ),
    trap_of(
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
    trap_of(
        "a model from another script, and one with a surrogate",
        "taking letters for bytes",
        (
            request("潮", "潮流-5", "線"),
            request("a", "\ud800").replace("\\ud800", "\\udc00\\ud800"),
            completed("潮", "引き潮"),
            asks("s{turn.id=b}", ', "model": "m\\u0000"}'),
            tags("c", model=r"\u{6f6e}"),
        ),
        turn("a", 2, "\udc00\ud800"),
        turn("b", 4, "m\0", None),
        turn("c", 5, "潮", how="in force"),
        turn("潮", 1, "引き潮", "線"),
    ),
)
"""What a JSON payload says, and what a reroute does."""
