"""Claims about the JSON lines between the checker and a program."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from strandline.properties.systems.memo.blackbox.subject import Turn, Turns, Unavailable, Window
from strandline.properties.systems.memo.blackbox.wire import SHOWN_MAX, GarbageError, Reply, reply, request, shown

TURN = {"turn": "p", "thread": None, "ts": 5, "model": "m"}


def test_a_request_is_one_line_with_days_as_text_and_open_sides_as_null() -> None:
    line = request(7, Path("log"), Path("memo"), Window(date(2026, 5, 1), None, ZoneInfo("Europe/Paris")))
    assert line.endswith(b"}\n")
    assert json.loads(line) == {
        "id": 7,
        "log": "log",
        "memo": "memo",
        "since": "2026-05-01",
        "until": None,
        "zone": "Europe/Paris",
    }


def test_a_reply_has_turns_or_a_reason() -> None:
    assert reply(json.dumps({"id": 1, "turns": [TURN]}).encode()) == Reply(1, Turns((Turn("p", None, 5, "m"),)))
    assert reply(b'{"id": 1, "turns": []}') == Reply(1, Turns(()))
    assert reply(b'{"id": 1, "unavailable": "busy"}') == Reply(1, Unavailable("busy"))


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"hello",
        b"\xff",
        b"[" * 5000,
        b"[]",
        b'{"id": 1}',
        b'{"turns": []}',
        b'{"id": "1", "turns": []}',
        b'{"id": 1, "turns": [], "unavailable": "busy"}',
        b'{"id": 1, "unavailable": 5}',
        b'{"id": 1, "turns": ["p"]}',
        b'{"id": 1, "turns": [{"turn": "p"}]}',
        json.dumps({"id": 1, "turns": [TURN | {"ts": "5"}]}).encode(),
        json.dumps({"id": 1, "turns": [TURN | {"turn": None}]}).encode(),
    ],
)
def test_what_is_no_reply_is_told_with_what_is_wrong(line: bytes) -> None:
    with pytest.raises(GarbageError, match="is no reply: "):
        reply(line)


def test_a_long_line_is_cut_where_it_is_shown() -> None:
    assert len(shown(b"y" * 100_000)) < SHOWN_MAX + 10
