"""Claims that the oracle and the scanner, two texts of one definition, make the same answer of the same rows."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import NamedTuple

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from strandline.impl import codex, scan
from strandline.impl import window as windows
from strandline.impl.log import LogReader
from strandline.impl.memo import OPEN, Place
from strandline.impl.parse import MARKERS, Parsed, parse
from strandline.impl.projection import Fact
from strandline.model import oracle as module
from strandline.model.days import Span
from strandline.model.log import Body, Raw, Row
from strandline.model.oracle import Truth, Turn, oracle
from strandline.properties.schema import CREATE

EXAMPLES = 300
"""Examples of each property; two or three seconds."""

LONGEST = 300
"""Stands for the longest body that is read, in bytes."""


class Table(NamedTuple):
    """The rows of a log, and the span that is asked for."""

    rows: tuple[Row, ...]
    span: Span


TURNS = [(turn, name) for turn in "abc" for name in "mn"]
REQUESTS = [
    f"turn.id={turn} thread_id={name} {MARKERS[1]}"
    f'{{"type": "response.create", "service_tier": "priority", "model": "{name}"}}'
    for turn, name in TURNS
]
COMPLETED = [
    f'turn_id={turn} {MARKERS[0]} {{"type": "response.completed", "response": {{"model": "{name}"}}}}'
    for turn, name in TURNS
]
SUBMISSIONS = [
    f'thread_id={name} {MARKERS[2]} id: "{turn}", service_tier: Some(Some("priority")) }}' for turn, name in TURNS
]
UNREADABLE: list[Body] = [
    None,
    b"",
    REQUESTS[0].encode(),
    Raw(b"\xff"),
    Raw(b"\xff" + REQUESTS[0].encode()),
    "\ud800" + COMPLETED[0],
    " " * LONGEST,
    COMPLETED[0] + " " * LONGEST,
    Raw(b"\xff" * LONGEST + SUBMISSIONS[0].encode()),
]
HARMLESS: list[Body] = ["", "chatter", MARKERS[0], "\0" + REQUESTS[1], Raw(SUBMISSIONS[1].encode())]
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


def text_of(body: Body) -> bytes | None:
    """The bytes of a TEXT body, None for any other; those of a lone surrogate are no UTF-8."""
    if isinstance(body, Raw):
        return body.data
    return body.encode("utf-8", "surrogatepass") if isinstance(body, str) else None


def stated(row: Row) -> Fact[Parsed] | None:
    """What a row says if its instant is an integer, in the scanner's words."""
    text = text_of(row.body)
    if text is None or not isinstance(row.ts, int):
        return None
    try:
        parsed = parse(text)
    except UnicodeDecodeError:
        return None
    return parsed and Fact(row.id, row.ts, row.nanos, parsed, None, b"")


def told(turns: tuple[codex.Turn, ...]) -> tuple[Turn, ...]:
    """The scanner's turns in the oracle's words."""
    return tuple(Turn(*turn) for turn in turns)


@settings(max_examples=EXAMPLES, deadline=None)
@given(tables())
def test_scanner_and_oracle_join_the_same_turns(table: Table) -> None:
    facts = [found for found in map(stated, table.rows) if found is not None]
    turns = codex.join(facts, windows.Span(*table.span))
    event(f"{min(len(turns), 3)} turns")
    assert told(turns) == oracle(table.rows, table.span).turns


def log_of(connection: sqlite3.Connection, rows: tuple[Row, ...]) -> LogReader:
    """The same rows in SQLite."""
    connection.text_factory = bytes
    for statement in CREATE:
        connection.execute(statement)
    for row in rows:
        text = text_of(row.body)
        connection.execute(
            "INSERT INTO logs (id, ts, ts_nanos, level, target, feedback_log_body)"
            " VALUES (?, ?, ?, '', '', coalesce(CAST(? AS TEXT), ?))",
            (row.id, row.ts, row.nanos, text, None if text is not None else row.body),
        )
    return LogReader(connection)


@settings(max_examples=EXAMPLES, deadline=None)
@given(tables())
def test_both_ways_to_read_a_log_give_the_turns_and_the_skipped_rows_of_the_oracle(table: Table) -> None:
    rank = scan.Rank(0, Place(1, 1), 1, 1)
    coverage = OPEN if table.span.start is None else table.span.start
    with pytest.MonkeyPatch.context() as patch, closing(sqlite3.connect(":memory:")) as connection:
        patch.setattr(module, "BODY_MAX", LONGEST)
        patch.setattr(scan, "BODY_MAX", LONGEST)
        log = log_of(connection, table.rows)
        span = windows.Span(*table.span)
        glance = scan.glance(log, span, rank)
        reading = scan.read(log, None, coverage, rank, 100)
        truth = oracle(table.rows, table.span)
        covered = oracle(table.rows, Span(table.span.start, None))
    for reason, _ in truth.skipped:
        event(f"skipped: {reason}")
    assert Truth(told(glance.turns), glance.skipped) == truth
    assert told(codex.join(reading.memo.sources, span)) == truth.turns
    assert reading.skipped == covered.skipped
