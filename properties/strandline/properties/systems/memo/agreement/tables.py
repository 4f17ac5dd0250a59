"""Tables of rows, drawn: mostly of the same few turns, some rows skipped, and a span that cuts through them."""

from __future__ import annotations

from typing import Final, NamedTuple

from hypothesis import strategies as st

from strandline.model.memo.days import Span
from strandline.model.memo.log import Body, Raw, Row
from strandline.properties.systems.memo.agreement.weighted import mostly
from strandline.properties.systems.memo.traps.trap import completed, request, rerouted, started, submission, tags

LONGEST: Final = 300
"""Stands for the longest body that is read, in bytes, so that one more can be drawn."""


class Table(NamedTuple):
    """The rows of a log, and the span that is asked for."""

    rows: tuple[Row, ...]
    span: Span


TURNS: Final = ("a", "b", "a", "c")
"""Few of them, so that rows of every kind meet in one."""

TOLD: Final[tuple[Body, ...]] = tuple(
    body
    for turn in TURNS
    for body in (
        *(tags(turn), tags(turn, "default"), tags(turn, model="n", thread="r")),
        *(request(turn), request(turn, "n", "r"), request(turn, service_tier="flex"), request(turn, service_tier=None)),
        *(submission(turn), submission(turn, "r", "TurnInput", 'Some(Some("fast"))')),
        *(submission(turn, op="UserInput", tier=tier) for tier in ("None", "Some(None)", 'Some(Some("flex"))')),
        *(started(turn), started(turn, "compact"), started(turn, "interrupt")),
        *(completed(turn), completed(turn, "o"), rerouted(turn), rerouted(turn, "p")),
    )
)
STRAY: Final[tuple[Body, ...]] = (
    *(tags(" "), request(""), submission(""), started('""'), completed(""), rerouted(" ")),
    *(tags("a")[:-1], submission("a")[:-1], submission("a", tier='"priority"'), started("a").replace("operation", "x")),
)
"""Of no turn, and what cannot be read."""

SKIPPED: Final[tuple[Body, ...]] = (
    *(None, None, None, b"", b"", request("a").encode()),
    Raw(b"\xff"),
    *[Raw(b"\xff" + request("a").encode())] * 2,
    "\ud800" + completed("a"),
    " " * 2 * LONGEST,
    *[request("a").ljust(LONGEST), completed("a").ljust(LONGEST)] * 2,
    completed("a").ljust(LONGEST + 1),
    completed("a").ljust(LONGEST - 1, "\u2003"),
    Raw(b"\xff" * LONGEST + submission("a").encode()),
)
"""What is skipped, and what almost is."""

HARMLESS: Final[tuple[Body, ...]] = ("", "chatter", "websocket event: ", "\0" + request("b"), Raw(tags("b").encode()))
STORED: Final = mostly(TOLD, (*STRAY, *SKIPPED, *HARMLESS), 2)
OWNERS: Final = st.sampled_from([None, None, "s", "", " "])
INSTANTS: Final = st.integers(0, 9)
CELLS: Final = st.tuples(st.integers(1, 3), INSTANTS, OWNERS, STORED)
SIDES: Final = st.none() | st.integers(-1, 10)


@st.composite
def tables(draw: st.DrawFn) -> Table:
    """Rows with ids that rise by steps, mostly of the same few turns."""
    cells = draw(st.lists(CELLS, min_size=6, max_size=12) | st.lists(CELLS, max_size=12))
    odd = draw(st.dictionaries(st.integers(0, 11), st.sampled_from(["soon", 1.5, b"1", "-"]), max_size=2))
    rows: list[Row] = []
    for place, (step, instant, owner, body) in enumerate(cells):
        row_id = step + (rows[-1].id if rows else 0)
        rows.append(Row(row_id, odd.get(place, instant), place, owner, None, body))
    return Table(tuple(rows), Span(draw(SIDES), draw(SIDES)))
