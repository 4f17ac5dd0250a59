"""The path matrix: the log of a trap, written for real, and asked by every path to an answer."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final, NamedTuple
from zoneinfo import ZoneInfo

from strandline.impl.memo.answer import Answer
from strandline.impl.memo.codex import CODEX
from strandline.impl.memo.effects import Pause
from strandline.impl.memo.memo import Limits
from strandline.impl.memo.product.writer import schema
from strandline.impl.memo.window import Window
from strandline.model.memo.days import span
from strandline.model.memo.log import Row
from strandline.model.memo.oracle import oracle
from strandline.properties.systems.memo.agreement.dated import DatedScanner
from strandline.properties.systems.memo.agreement.sides import put, said, told
from strandline.properties.systems.memo.driver.meter import Meter, metered
from strandline.properties.systems.memo.traps.trap import DAWN, completed, request

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from strandline.impl.memo.answer import Outcome
    from strandline.impl.memo.effects import Effect
    from strandline.model.memo.truth import Truth
    from strandline.properties.systems.memo.driver.disk import Journal
    from strandline.properties.systems.memo.driver.meter import Cost
    from strandline.properties.systems.memo.traps import Asked, Trap

EVER: Final = Window(None, None, ZoneInfo("UTC"))
"""A window that every row with a time is in."""

_DAY: Final = timedelta(days=1)
_ID_MAX: Final = 2**63 - 1


class Cell(NamedTuple):
    """One answer: by which path it came, what it was, and what it is to be."""

    name: str
    asked: Asked
    found: object
    right: object


class Book:
    """A real log in a file, written row by row."""

    def __init__(self, path: Path, journal: Journal) -> None:
        """Make an empty log."""
        self.path = path
        self._database = sqlite3.connect(path, isolation_level=None)
        self._database.execute("PRAGMA synchronous = OFF")
        self._database.execute(f"PRAGMA journal_mode = {journal}")
        for statement in schema.CREATE:
            self._database.execute(statement)

    def commit(self, rows: Iterable[Row]) -> None:
        """Insert rows in one transaction."""
        self._database.execute("BEGIN IMMEDIATE")
        for row in rows:
            put(self._database, row)
        self._database.execute("COMMIT")

    def delete(self, rows: Iterable[Row]) -> None:
        """Delete rows in one transaction."""
        self._database.execute("BEGIN IMMEDIATE")
        self._database.executemany("DELETE FROM logs WHERE id = ?", ((row.id,) for row in rows))
        self._database.execute("COMMIT")

    def close(self) -> None:
        """Let the log go; the file stays."""
        self._database.close()


def window_of(asked: Asked) -> Window:
    """Give a window as the scanner takes it."""
    return Window(asked.first, asked.last, ZoneInfo(asked.zone))


def path_matrix(trap: Trap, asked: Asked, folder: Path, journal: Journal) -> Iterator[Cell]:
    """Ask for one window of a trap by every path.

    Each row is a commit of its own, with a refresh after it; then a scanner that comes new; then the day after, on
    which the window has ended, both for the one that has a memo and for one that has none; then rows that say
    otherwise, which are deleted again.
    """
    window = window_of(asked)
    instants = span(asked.first, asked.last, window.zone)
    right = oracle(trap.rows, instants)
    before = asked.last if asked.last is not None else date.max
    meter = Meter(CODEX.body)
    book = Book(folder / "log.sqlite", journal)
    with closing(book), DatedScanner(book.path, connect=metered(meter)) as scanner:
        yield Cell("memo path, no row", asked, said(scanner.turns(window, before)), oracle((), instants))
        for count, row in enumerate(trap.rows, 1):
            book.commit((row,))
            so_far = oracle(trap.rows[:count], instants)
            cost = meter.cost
            found = scanner.turns(window, before)
            yield Cell(f"memo path, row {count}", asked, said(found), so_far)
            yield Cell(f"cost of row {count}", asked, _spent(found), _measured(meter.cost.since(cost)))
        with DatedScanner(book.path) as late:
            for path in ("memo", "unchanged"):
                found = late.turns(window, before)
                yield Cell(f"memo path, cold: {path}", asked, (said(found), path_of(found)), (right, path))
        if asked.last is not None:
            yield from _day_after(scanner, asked, right, window, asked.last + _DAY)
            with DatedScanner(book.path) as late:
                yield from _day_after(late, asked, right, window, asked.last + _DAY)
        yield from _deleted(book, scanner, asked, window, before, trap.rows)


def _spent(outcome: Outcome) -> object:
    """Give what an answer says that it cost: rows, keys, anchors, tries."""
    if not isinstance(outcome, Answer):
        return outcome.reason
    statistics = outcome.statistics
    return statistics.rows, statistics.keys, statistics.anchors, statistics.tries


def _measured(cost: Cost) -> object:
    """Give what a refresh cost at its connection; where nobody else writes one try is enough."""
    return cost.bodies, cost.keys, cost.anchors, 1


def _day_after(scanner: DatedScanner, asked: Asked, right: Truth, window: Window, today: date) -> Iterator[Cell]:
    """Ask on the day after: one scan that leaves the memo alone."""
    memo = scanner.memo
    found = scanner.turns(window, today)
    yield Cell("one-shot path", asked, said(found), right)
    yield Cell("path of a window that has ended", asked, path_of(found), "one-shot")
    yield Cell("memo that is left alone", asked, scanner.memo, memo)


def patience(trap: Trap, folder: Path) -> Cell:
    """Ask a log that is locked until the scanner first waits, from before it connects."""
    asked = trap.asked[0]
    with (
        closing(Book(folder / "log.sqlite", "delete")) as book,
        closing(sqlite3.connect(book.path, isolation_level=None)) as other,
        DatedScanner(book.path, Limits(waits=1, pause=0)) as scanner,
    ):
        book.commit(trap.rows)
        other.execute("BEGIN EXCLUSIVE")

        def let_go(effect: Effect) -> None:
            if isinstance(effect, Pause):
                other.execute("ROLLBACK")

        found = scanner.turns(window_of(asked), asked.last or date.max, let_go)
        return Cell("a lock that is let go", asked, told(found), asked.turns)


def _deleted(  # noqa: PLR0913 - a part of the matrix
    book: Book, scanner: DatedScanner, asked: Asked, window: Window, before: date, rows: tuple[Row, ...]
) -> Iterator[Cell]:
    """Insert rows that say otherwise of every turn, look, and delete them again."""
    instants = span(asked.first, asked.last, window.zone)
    lies = _lies(asked, {row.id for row in rows})
    highest = max((row.id for row in rows), default=0)
    if all(row.id > highest for row in lies):
        book.commit(lies)
        yield Cell("memo path, more rows", asked, said(scanner.turns(window, before)), oracle((*rows, *lies), instants))
        book.delete(lies)
    yield Cell("memo path, rows deleted", asked, said(scanner.turns(window, before)), oracle(rows, instants))


def _lies(asked: Asked, taken: set[int]) -> tuple[Row, ...]:
    """Make rows with the highest ids: a completion by another model for each turn, and one turn more."""
    start = min(max(taken, default=0), _ID_MAX - len(asked.turns) - 1)
    second = asked.turns[0].ts if asked.turns else DAWN
    bodies = [(found.ts, completed(found.turn, "lie")) for found in asked.turns] + [(second, request("lie"))]
    return tuple(Row(start + place, ts, 1_000 + place, None, "lie", body) for place, (ts, body) in enumerate(bodies, 1))


def path_of(outcome: Outcome) -> str:
    """Name the path by which an answer came."""
    return outcome.statistics.path if isinstance(outcome, Answer) else outcome.reason
