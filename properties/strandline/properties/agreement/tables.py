"""Tables of rows, drawn: mostly of the same few turns, some rows unreadable, and a span that cuts through them."""

from __future__ import annotations

from typing import Final, NamedTuple

from hypothesis import strategies as st

from strandline.model.days import Span
from strandline.model.log import Body, Raw, Row
from strandline.properties.agreement.bodies import EVENT, REQUEST, SUBMISSION

LONGEST: Final = 300
"""Stands for the longest body that is read, in bytes, so that one more can be drawn."""


class Table(NamedTuple):
    """The rows of a log, and the span that is asked for."""

    rows: tuple[Row, ...]
    span: Span


TURNS = [(turn, name) for turn in "abc" for name in "mn"]
REQUESTS = [
    f"turn.id={turn} thread_id={name} {REQUEST}"
    f'{{"type": "response.create", "service_tier": "priority", "model": "{name}"}}'
    for turn, name in TURNS
]
COMPLETED = [
    f'turn_id={turn} {EVENT} {{"type": "response.completed", "response": {{"model": "{name}"}}}}'
    for turn, name in TURNS
]
SUBMISSIONS = [
    f'thread_id={name} {SUBMISSION} id: "{turn}", service_tier: Some(Some("priority")) }}' for turn, name in TURNS
]
UNREADABLE: list[Body] = [
    None,
    b"",
    REQUESTS[0].encode(),
    Raw(b"\xff"),
    Raw(b"\xff" + REQUESTS[0].encode()),
    "\ud800" + COMPLETED[0],
    " " * 2 * LONGEST,
    COMPLETED[0].ljust(LONGEST),
    COMPLETED[0].ljust(LONGEST + 1),
    COMPLETED[0].ljust(LONGEST - 1, "\u2003"),
    Raw(b"\xff" * LONGEST + SUBMISSIONS[0].encode()),
]
HARMLESS: list[Body] = ["", "chatter", EVENT, "\0" + REQUESTS[1], Raw(SUBMISSIONS[1].encode())]
STORED = st.sampled_from([*REQUESTS * 2, *COMPLETED, *SUBMISSIONS, *UNREADABLE, *HARMLESS])
INSTANTS = st.integers(0, 9)
SIDES = st.none() | st.integers(-1, 10)


@st.composite
def tables(draw: st.DrawFn) -> Table:
    """Rows with ids that rise by steps, mostly of the same few turns."""
    cells = draw(st.lists(st.tuples(st.integers(1, 3), INSTANTS, STORED), max_size=12))
    odd = draw(st.dictionaries(st.integers(0, 11), st.sampled_from(["soon", 1.5, b"1", "-"]), max_size=2))
    rows: list[Row] = []
    for place, (step, instant, body) in enumerate(cells):
        row_id = step + (rows[-1].id if rows else 0)
        rows.append(Row(row_id, odd.get(place, instant), place, None, None, body))
    return Table(tuple(rows), Span(draw(SIDES), draw(SIDES)))
