"""Both sides of every question that is asked twice: the scanner's answer in the words of oracle and model.

What asks the scanner here is all that knows its types, so that what compares the two reads like one language.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Any, Final
from unittest.mock import patch

from strandline.impl.memo import codex, log, projection, scan
from strandline.impl.memo import memo as memos
from strandline.impl.memo import window as windows
from strandline.impl.memo.answer import Answer
from strandline.impl.memo.joined import joined
from strandline.impl.memo.log import LogReader
from strandline.impl.memo.memo import Place
from strandline.impl.memo.parse import Parsed, parse
from strandline.impl.memo.product.writer.schema import CREATE
from strandline.model.memo import memo as model
from strandline.model.memo import truth as truths
from strandline.model.memo.log import Log, Raw, Row
from strandline.model.memo.oracle import MARKERS, Fact, Turn, fact
from strandline.model.memo.truth import Truth, skip
from strandline.properties.systems.memo.driver import view
from strandline.properties.systems.memo.driver.plug import CODEX

if TYPE_CHECKING:
    from collections.abc import Iterator

    from strandline.impl.memo.answer import Outcome
    from strandline.model.memo.days import Span
    from strandline.model.memo.log import Body


def fact_by_oracle(body: Body) -> Fact | str | None:
    """Give what a body states, or the reason why it cannot be read."""
    return skip(Row(1, 0, 0, None, None, body), MARKERS) or fact(body)


def fact_by_scanner(body: bytes) -> Fact | str | None:
    """Give what the scanner reads in the bytes of a TEXT body, or the reason why it cannot."""
    try:
        parsed = parse(body)
    except UnicodeDecodeError:
        return "utf8"
    if parsed is None:
        return None
    return Fact(*parsed)


def join_by_scanner(rows: tuple[Row, ...], span: Span) -> tuple[object, object]:
    """Join the facts of rows as the scanner does, and count what they say."""
    facts, within = [*filter(None, map(_stated, rows))], windows.Span(*span)
    return codex.join(facts, within), codex.summarize(facts, within)


def turns_of(items: tuple[Any, ...]) -> tuple[Turn, ...]:
    """Give the turns of an answer in the oracle's words."""
    return tuple(Turn(*item) for item in items)


def _stated(row: Row) -> projection.Fact[Parsed] | None:
    text = text_of(row.body)
    if text is None or len(text) > projection.BODY_MAX or not isinstance(row.ts, int):
        return None
    try:
        says = parse(text)
    except UnicodeDecodeError:
        return None
    return says and projection.Fact(row.id, row.ts, row.nanos, says, view.log_row(row).partition, b"")


def text_of(body: Body) -> bytes | None:
    """Give the bytes of a TEXT body, None for any other; those of a lone surrogate are no UTF-8."""
    if isinstance(body, Raw):
        return body.data
    return body.encode("utf-8", "surrogatepass") if isinstance(body, str) else None


@contextmanager
def longest_body(size: int) -> Iterator[None]:
    """Let both sides take so many bytes for the longest body, for as long as the context lasts."""
    with patch.object(truths, "BODY_MAX", size), patch.object(log, "BODY_MAX", size):
        yield


class Desk:
    """A log in memory, in real SQLite, that is made to hold one log of the model after another."""

    def __init__(self) -> None:
        """Begin with an empty log."""
        self._connection = sqlite3.connect(":memory:", isolation_level=None)
        self._connection.text_factory = bytes
        for statement in CREATE:
            self._connection.execute(statement)
        self._reader = LogReader(self._connection)
        self._library = view.Library()
        self._log = Log()

    def hold(self, log: Log) -> None:
        """Make the log hold these rows and no others."""
        known, wanted = set(self._log.rows), set(log.rows)
        self._connection.execute("BEGIN")
        self._connection.executemany("DELETE FROM logs WHERE id = ?", ((row.id,) for row in known - wanted))
        for row in log.rows:
            if row not in known:
                put(self._connection, row)
        self._connection.execute("COMMIT")
        self._library.learn(map(storable, log.rows))
        self._log = log

    def one_shot(self, span: Span) -> Truth:
        """Answer a span by the one-shot path."""
        found = scan.glance(self._reader, windows.Span(*span), _RANK)
        return view.truth(found)

    def memo_path(self, span: Span) -> Truth:
        """Answer a span by the memo path, from no memo."""
        coverage = memos.OPEN if span.start is None else span.start
        found = scan.read(self._reader, None, coverage, _RANK, memos.Limits().chunk)
        return self.joined(found.memo, span)

    def read(
        self, base: memos.Memo | None, wanted: int, identity: tuple[int, int, int], chunk: int
    ) -> tuple[memos.Memo, model.Reading]:
        """Read one chunk from a memo on; give the scanner's memo, and all it found in the model's words.

        ``identity`` is epoch, inode number and observation.
        """
        epoch, inode, observation = identity
        rank = scan.Rank(epoch, Place(0, inode), observation, 1)
        found = scan.read(self._reader, base, wanted, rank, chunk)
        seen = model.Reading(
            self.seen(found.memo), found.complete, _cause(found.cause), found.rows, found.keys, found.anchors
        )
        return found.memo, seen

    def seen(self, real: memos.Memo) -> model.Memo:
        """Give a memo of the scanner as the model's."""
        return view.memo(real, self._library)

    def joined(self, real: memos.Memo, span: Span) -> Truth:
        """Answer a span from a memo of the scanner."""
        return view.truth(joined(codex.CODEX, real.sources, windows.Span(*span)))

    def close(self) -> None:
        """Let the log go."""
        self._connection.close()


_RANK: Final = scan.Rank(0, Place(0, 1), 1, 1)


def put(database: sqlite3.Connection, row: Row) -> None:
    """Write a row of the model into a log, whatever its body holds."""
    CODEX.write(database, storable(row))


def told(outcome: Outcome) -> tuple[Turn, ...] | Outcome:
    """Give the turns of an answer in the oracle's words; what is no answer stays as it is."""
    return turns_of(outcome.turns) if isinstance(outcome, Answer) else outcome


def said(outcome: Outcome) -> Truth | Outcome:
    """Give all that an answer says in the oracle's words; what is no answer stays as it is."""
    return view.truth(outcome) if isinstance(outcome, Answer) else outcome


def storable(row: Row) -> Row:
    """Give a row as SQLite's binding takes it: text that has no UTF-8 goes in by its bytes."""
    if not isinstance(row.body, str) or row.body.isascii():
        return row
    try:
        row.body.encode()
    except UnicodeEncodeError:
        return row._replace(body=Raw(row.body.encode("utf-8", "surrogatepass")))
    return row


def _cause(cause: scan.Cause | None) -> model.Cause | None:
    """Give the cause of a full scan as the model's; only the one-shot path has one that a memo's read has not."""
    if cause == "past window without a first day":
        raise ValueError(f"no read of a memo has the cause {cause!r}")
    return cause


@contextmanager
def desk(rows: tuple[Row, ...] = ()) -> Iterator[Desk]:
    """Give a desk that holds these rows."""
    with closing(Desk()) as made:
        made.hold(Log(rows, rows[-1].id if rows else 0))
        yield made
