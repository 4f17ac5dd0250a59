"""Traps of structure: which spans a body has, where its message begins, and what only looks like either."""

from __future__ import annotations

from string import ascii_letters, digits
from typing import Final

from strandline.model.memo.oracle import Counts, TierRows
from strandline.properties.systems.memo.traps.trap import (
    asks,
    bare,
    completed,
    done,
    request,
    rerouted,
    submission,
    tags,
    trap_of,
    turn,
)

_ASK: Final = '{"type": "response.create", "service_tier": "priority"'
_ENDS: Final = ",])}:\n\t\x1c\x85\u00a0\u3000 "
_NAMES: Final = "abcdefghijkl"
_LURE: Final = r"}: turn.id=x thread_id=x websocket request: {\"type\": \"response.create\", service_tier: priority}"
"""A text of a prompt that looks like a row, escaped as Rust and JSON both do."""

STRUCTURE: Final = (
    trap_of(
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
    trap_of(
        "turns inside of turns",
        "taking the first span that names a turn, or one that a text names",
        (
            asks("turn{turn.id=x}:run:sample{turn_id=a model=m}:stream{model=m}"),
            asks('turn{turn.id=b}:sample{note="turn.id=x turn_id=x"}'),
            asks('turn{turn.id=x}:sample{cwd=/a/b turn.id="c"}'),
            asks("turn{turn.id=d}:sample{op=Op { turn.id=x }}"),
            asks("turn{turn.id=x}:sample{turn.id= }"),
            asks("turn{turn.id=e}:sample{cwd=/srv/it's(here}"),
            asks('turn{turn.id=f}:sample{cwd="/a}: b"}'),
            asks('turn{turn.id="g h"}'),
            asks(r'turn{turn.id="i\"j\u{6b}"}'),
            asks(r'turn{turn.id="\q"}'),
        ),
        bare("a", 1),
        bare("b", 2),
        bare("c", 3),
        bare("d", 4),
        bare("e", 6),
        bare("f", 7),
        bare("g h", 8),
        bare('i"jk', 9),
        counts=Counts(TierRows(0, 8, 0), 8, 0, of_no_turn=2),
    ),
    trap_of(
        "a body without spans",
        "finding a message that begins behind its own mark",
        (f"websocket request: {_ASK}}}", f"turn.id=a websocket request: {_ASK}}}", submission("b").partition(": ")[2]),
        turn("b", 3, None, None, "asked for"),
        counts=Counts(TierRows(0, 0, 1), 1),
    ),
    trap_of(
        "names that end in turn_id",
        "taking parent_turn_id for turn_id",
        (
            asks("s{parent_turn_id=x turn_id=a}"),
            asks("s{parent_turn_id=x parent.turn.id=y}", ', "turn_id": "b"}'),
            asks("s{parent_thread_id=x turn.id=c thread_id=s}"),
            asks("s{-turn_id=x 9thread_id=x}", ', "turn_id": "d"}'),
            asks("s{x_turn.id=z \u00e9turn.id=x turn.id=e}"),
            done("s{parent_turn_id=x}"),
            asks("s{Xturn_id=x turn_id=f}"),
            asks(f"s{{{' '.join(f'{letter}turn_id=x' for letter in ascii_letters + digits + '._,')} turn_id=g}}"),
            asks("turn_id=x s{turn_id=h}"),
        ),
        bare("a", 1),
        bare("b", 2),
        turn("c", 3, None, "s"),
        bare("d", 4),
        bare("e", 5),
        bare("f", 7),
        bare("g", 8),
        bare("h", 9),
    ),
    trap_of(
        "two spellings of a turn id",
        "preferring one spelling, or the JSON's turn to the spans'",
        (
            asks("s{turn_id=a turn.id=x}"),
            asks("s{turn.id=b turn_id=x}"),
            asks("s{turn_id= turn_id=x}", ', "turn_id": "c"}'),
            asks("s{turn.id=d turn.id=x}", ', "turn_id": "y"}'),
            asks("s{turn.id=,}"),
            done("s{turn.id= }", ', "turn_id": "a"}'),
        ),
        bare("a", 1),
        bare("b", 2),
        bare("c", 3),
        bare("d", 4),
    ),
    trap_of(
        "what ends a value",
        "cutting a value too early or too late",
        (
            *(asks(f"s{{turn.id={name}{end}x thread_id=s{end}y}}") for name, end in zip(_NAMES, _ENDS, strict=True)),
            asks("s{turn.id=m;'/x thread_id=\u200b}"),
            f"s{{turn.id=n}}: websocket request: {_ASK}}} thread_id=s",
        ),
        *(turn(name, second, None, "s") for second, name in enumerate(_NAMES, 1)),
        turn("m;'/x", 13, None, "\u200b"),
        bare("n", 14),
    ),
    trap_of(
        "blank fields",
        "taking white space for a value",
        (
            request("a", ""),
            request("b", " \u2003"),
            request("c", None),
            request("d", thread=""),
            asks("s", ', "turn_id": " "}'),
            asks("s", ', "turn_id": null}'),
            asks("s", ', "turn_id": 7, "model": "m"}'),
            asks("s", ', "turn_id": " e "}'),
            submission(""),
            submission(r"\t"),
            completed("c", " "),
            completed("d").replace('"n"', "null"),
            request("f", model=["m"]),
            completed("f").replace('"model": "n"', '"model": {"model": "n"}'),
            rerouted("f", " "),
        ),
        bare(" e ", 8),
        turn("a", 1, None),
        turn("b", 2, None),
        turn("c", 3, None),
        turn("d", 4, "m", None),
        turn("f", 13, None),
        counts=Counts(TierRows(0, 6, 0), 6, 0, of_no_turn=5),
    ),
)
"""How a body is built."""
