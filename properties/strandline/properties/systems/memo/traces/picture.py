"""A trace as a picture: the log, each refresh, the memo; who read what, and what was stored in place of what.

The lanes have every step. The picture leaves out those that nobody else can see, and is for whoever looks for the first
time.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from strandline.properties.core.line import printable
from strandline.properties.evidence.shown import MEMO, NONE
from strandline.properties.systems.memo.traces.text import STORED, WRITE_BACK

if TYPE_CHECKING:
    from collections.abc import Iterator

    from strandline.properties.core.verdict import Exhibit, Frame

COLUMN: Final = 20
"""Columns of text for each column of the picture; the last one has as many as it needs."""


def picture(exhibit: Exhibit) -> list[str]:
    """Draw a trace of the scanner: a column for the log, one for each refresh, one for the memo."""
    actors = sorted({frame.actor for frame in exhibit.frames if frame.actor is not None})
    heads = ["the log", *(f"refresh {actor + 1}" for actor in actors), "the memo"]
    first = dict(exhibit.first)
    return [_row(heads), "", _row([first["log"], *("" for _ in actors), first[MEMO]]), *_rows(exhibit.frames, actors)]


def _rows(frames: tuple[Frame, ...], actors: list[int]) -> Iterator[str]:
    memo = {MEMO: NONE, "cursor": NONE}
    waiting: set[int] = set()
    for frame in frames:
        after = {change.what: change.after for change in frame.changes}
        memo |= {what: after[what] for what in (MEMO, "cursor") if what in after}
        cells = ["|", *("." if actor in waiting else "" for actor in actors), ""]
        if frame.actor is None:
            cells[0] = after.get("log", frame.title)
        elif "finds" in after:
            cells[1 + actors.index(frame.actor)] = f"reads {after['finds']}"
            waiting.add(frame.actor)
        elif WRITE_BACK in after:
            place = 1 + actors.index(frame.actor)
            cells[place] = "stores nothing"
            if after[WRITE_BACK] == STORED:
                cells[place:] = [_arrow("stores", len(actors) + 1 - place), f"{memo[MEMO]}, cursor {memo['cursor']}"]
            waiting.discard(frame.actor)
        else:
            continue
        yield _row(cells)


def _arrow(text: str, columns: int) -> str:
    """Draw an arrow from a text to the column so many further on."""
    return f"{text} {'-' * (columns * COLUMN - len(text) - len(' > '))}>"


def _row(cells: list[str]) -> str:
    return "".join(f"{printable(cell)} ".ljust(COLUMN) for cell in cells).rstrip()
