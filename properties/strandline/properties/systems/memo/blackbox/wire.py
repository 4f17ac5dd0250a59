"""The JSON lines between the checker and a scanner in a process of its own: requests out, replies in.

A request is one line, a reply is one line, and replies come in any order::

    {"id": 1, "log": "...", "memo": "...", "since": "2026-05-01", "until": null, "zone": "UTC"}
    {"id": 1, "turns": [{"turn": "p", "thread": "t", "ts": 1777629600, "model": null}]}
    {"id": 1, "unavailable": "not a database"}
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import msgspec
from msgspec import UNSET, UnsetType

from strandline.properties.evidence import strict
from strandline.properties.systems.memo.blackbox.subject import Outcome, Turn, Turns, Unavailable

if TYPE_CHECKING:
    from pathlib import Path

    from strandline.properties.systems.memo.blackbox.subject import Window

SHOWN_MAX: Final = 120
"""Characters of a line that a message shows."""


class GarbageError(ValueError):
    """A line that is no reply; the text says what is wrong with it."""


class Reply(NamedTuple):
    """The outcome of the refresh that has this id."""

    id: int
    outcome: Outcome


class _Turn(msgspec.Struct, frozen=True):
    turn: str
    thread: str | None
    ts: int
    model: str | None


class _Line(msgspec.Struct, frozen=True):
    id: int
    turns: tuple[_Turn, ...] | UnsetType = UNSET
    unavailable: str | UnsetType = UNSET


def request(number: int, log: Path, memo: Path, window: Window) -> bytes:
    """Write a request, line feed included."""
    days = {"since": window.since, "until": window.until, "zone": window.zone.key}
    return msgspec.json.encode({"id": number, "log": str(log), "memo": str(memo), **days}) + b"\n"


def asked(number: int, window: Window) -> str:
    """Say what a request asks for; its paths tell nothing, since they are new each time."""
    since, until = ("null" if day is None else day for day in (window.since, window.until))
    return f"request {number} (since {since}, until {until}, zone {window.zone.key})"


def reply(line: bytes) -> Reply:
    """Read a reply.

    Raises:
        GarbageError: it is none.
    """
    try:
        read = strict.decode(line, _Line)
    except strict.LooseError as error:
        raise GarbageError(f"{shown(line)} is no reply: {error}") from error
    if read.unavailable is UNSET and read.turns is not UNSET:
        return Reply(read.id, Turns(tuple(Turn(one.turn, one.thread, one.ts, one.model) for one in read.turns)))
    if read.turns is UNSET and read.unavailable is not UNSET:
        return Reply(read.id, Unavailable(read.unavailable))
    raise GarbageError(f"{shown(line)} is no reply: it must have either turns or unavailable")


def shown(line: bytes) -> str:
    """Give a line as a message shows it: quoted, and cut where it is long."""
    text = line.decode(errors="backslashreplace").rstrip("\n")
    return repr(text if len(text) <= SHOWN_MAX else f"{text[:SHOWN_MAX]} ...")
