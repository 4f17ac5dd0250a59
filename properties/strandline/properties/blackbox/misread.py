"""Rows that a scanner easily misreads, as whole logs: each is a small world of a black box.

The wide worlds draw what changes, and have few kinds of rows. What a parser, a join or a calendar gets wrong shows in a
log of a few rows that nothing happens to, so each of these costs an order or some dozens, and its name says what was
misread. The traps of ``agree`` go on from here to what only a definition decides.
"""

from __future__ import annotations

from typing import Final

from strandline.model.log import Raw
from strandline.model.state import Template
from strandline.properties.traps.trap import completed, request, submission

LONG_AGO: Final = -158
"""The number of the day, half a year before today, that a window of two days begins on.

Even days have their row on the first second and odd ones on the last, so those two days hold both edges of the window.
"""

BEFORE_1970: Final = -25_000


def _row(body: str | bytes | Raw | None, day: int | str = 10) -> Template:
    return Template(day, "t", None, body)


MISREAD: Final[dict[str, tuple[Template, ...]]] = {
    "outside tiers": (
        _row(request("p")),
        _row(request("p", "other", service_tier="default")),
        _row(request("q", service_tier="flex")),
        _row(request("r", service_tier=None)),
        _row(submission("s").replace("priority", "default")),
    ),
    "outside names": (
        _row(request("p").replace("turn.id=p", "parent_turn_id=x turn_id=p")),
        _row(request("q", turn_id="q").replace("turn.id=q", "parent.turn.id=x")),
        _row(request("r", turn_id="x")),
        _row(request("s", thread="a").replace("thread_id=a", "parent_thread_id=x,thread_id=a")),
    ),
    "outside kinds": (
        _row(request("p", input=completed("x", "no"))),
        _row(request("q", input=submission("x"))),
        _row(request("r").replace("websocket", "WEBSOCKET")),
        _row(request("s").replace("response.create", "response.created")),
        _row(completed("p").replace("response.completed", "response.failed")),
    ),
    "outside blanks": (
        _row(request("p", " ")),
        _row(request("q", None)),
        _row(request("x", turn_id=" ").replace("turn.id=x", "")),
        _row(request("r")),
        _row(completed("r", " ")),
    ),
    "outside unread": (
        _row(request("p").encode()),
        _row(Raw(b"\xff " + request("q").encode())),
        _row(Raw(request("r").encode() + b" \xc3")),
        _row(None),
        _row(request("s"), "noon"),
    ),
    "outside far": (
        _row(request("p"), BEFORE_1970),
        _row(request("q"), 400),
    ),
}
"""Logs that nothing happens to, by world."""

TWICE: Final = (_row(request("p")), _row(request("p", "later"), 8), _row(completed("p")), _row(completed("p", "o"), 9))
"""A turn requested twice and completed twice; the row with the higher id counts, whatever its time, while it lasts."""

EDGES: Final = tuple(_row(request(name), LONG_AGO + day) for name, day in (("p", -1), ("q", 0), ("r", 1), ("s", 2)))
"""The last second before two days of half a year ago, the first and the last of them, and the first one after."""
