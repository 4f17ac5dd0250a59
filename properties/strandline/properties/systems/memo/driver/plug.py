"""A plug: what the checker needs to know of one kind of log.

The rules say in the model's words what its rows mean, the projection says it in the scanner's. They are two texts,
each written without the other, and here they meet: with the table that both are about, so that a row of the model can
be written to a real file.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from strandline.impl.memo.codex import CODEX as CODEX_PROJECTION
from strandline.impl.memo.parse import Parsed
from strandline.impl.memo.product.writer import schema
from strandline.model.memo.log import Raw
from strandline.model.memo.rules import CODEX as CODEX_RULES
from strandline.properties.core.counting import many

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable

    from strandline.impl.memo.projection import Projection
    from strandline.model.memo.log import Log, Row
    from strandline.model.memo.oracle import Counts, Fact, Turn
    from strandline.model.memo.rules import Rules
    from strandline.model.memo.state import Scope

OWNERS_MAX: Final = 2
"""How many columns of owners the model has a place for: a thread and a process."""


def in_words(value: Any) -> str:  # noqa: ANN401 - whatever the rules make
    """Say a fact or an item of an answer in words: its parts, if it is a tuple."""
    return " ".join(map(str, value)) if isinstance(value, tuple) else str(value)


@dataclass(frozen=True, slots=True, eq=False)
class Plug:
    """One kind of log: its meaning twice over, and its table.

    Args:
        rules: what the rows mean, in the model's words.
        projection: what they mean in the scanner's. An item of the one must equal an item of the other, as two named
            tuples do whose parts are equal.
        create: the statements that make the empty table; its key must be AUTOINCREMENT, unless the projection's rows
            are renumbered.
        insert: the statement that writes a row, with ``:id``, ``:ts`` and ``:body``, and as far as the projection has
            them ``:nanos``, ``:thread`` (the first owner) and ``:process`` (the second).
        rewrites: the statements that write over the row whose id is ``:old``, as the table's program does: an UPDATE,
            an INSERT OR REPLACE, an upsert. They may use all that ``insert`` may; ``:id`` is the next id to be issued.
            Without any, rows are never written over.
        counter: where rows are renumbered and the table's triggers do it, the statement that sets the last number that
            was given to ``:id``.
        says: gives a fact of the rules as the projection's parser makes it.
        fact: says a fact of the rules in words, for a trace.
        item: says an item of an answer in words.
        counts: says in words what the rules count beside the items; an empty text where there is nothing to say.

    Raises:
        ValueError: rules and projection are not of one table, or the model has no place for a column.
    """

    rules: Rules
    projection: Projection[Any, Any]
    create: tuple[str, ...]
    insert: str
    rewrites: tuple[str, ...] = ()
    counter: str | None = None
    says: Callable[[Any], object] = lambda fact: fact
    fact: Callable[[Any], str] = in_words
    item: Callable[[Any], str] = in_words
    counts: Callable[[Any], str] = lambda counts: "" if counts is None else in_words(counts)

    def __post_init__(self) -> None:
        """Refuse what the model cannot show."""
        if self.rules.moments != (self.projection.nanos is not None):
            raise ValueError(
                f"the rules {self.rules.name!r} keep moments, or the projection has nanos: both or neither"
            )
        if len(self.projection.owners) > OWNERS_MAX:
            raise ValueError(f"the model has no place for more than {OWNERS_MAX} columns of owners")

    def require(self, scope: Scope) -> None:
        """Refuse a world of other rows.

        Raises:
            ValueError: its rules are not this plug's.
        """
        if scope.rules != self.rules:
            raise ValueError(f"a world of {scope.rules.name!r} rows cannot be played in a table of {self.rules.name!r}")

    def make(self, database: sqlite3.Connection, log: Log) -> None:
        """Make the table, and let it hold this log."""
        for statement in self.create:
            database.execute(statement)
        for row in log.rows:
            self.write(database, row)
        self.set_sequence(database, log.sequence)

    def commit(self, writer: sqlite3.Connection, before: Log, after: Log) -> None:
        """Turn one log into another by one transaction: births first, as a codex writer prunes after it."""
        known, wanted = set(before.rows), set(after.rows)
        writer.execute("BEGIN IMMEDIATE")
        # A row that is written over makes room first.
        births = [row for row in after.rows if row not in known]
        over = {row.id for row in births} & {row.id for row in before.rows}
        for row_id in sorted(over):
            self.delete(writer, row_id)
        for row in births:
            self.write(writer, row)
        for row in before.rows:
            if row not in wanted and row.id not in over:
                self.delete(writer, row.id)
        self.set_sequence(writer, after.sequence)
        writer.execute("COMMIT")

    def write(self, database: sqlite3.Connection, row: Row) -> None:
        """Write a row of the model as it stands, id included."""
        self._execute(database, self.insert, row)

    def write_over(self, database: sqlite3.Connection, way: int, row_id: int, row: Row) -> None:
        """Write over the row of an id, in one of the ways to do it; what is written may have the id of this row."""
        self._execute(database, self.rewrites[way], row, old=row_id)

    def _execute(self, database: sqlite3.Connection, statement: str, row: Row, **more: object) -> None:
        if isinstance(row.body, Raw):  # a text that does not decode cannot be bound as one
            statement = statement.replace(":body", "CAST(:body AS TEXT)")
        body = row.body.data if isinstance(row.body, Raw) else row.body
        database.execute(statement, row._asdict() | {"body": body} | more)

    def delete(self, database: sqlite3.Connection, row_id: int) -> None:
        """Delete a row."""
        table, key = quoted(self.projection.table), quoted(self.projection.id)
        database.execute(f"DELETE FROM {table} WHERE {key} = ?", (row_id,))  # noqa: S608 - quoted

    def set_sequence(self, database: sqlite3.Connection, sequence: int) -> None:
        """Let AUTOINCREMENT go on after this id, or whatever else keeps count."""
        if self.projection.renumbered:
            database.execute(self.counter or "SELECT :id", {"id": sequence})
            return
        database.execute("DELETE FROM sqlite_sequence WHERE name = ?", (self.projection.table,))
        database.execute("INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)", (self.projection.table, sequence))


def quoted(name: str) -> str:
    """Quote an identifier."""
    return '"' + name.replace('"', '""') + '"'


def _parsed(says: Fact) -> Parsed:
    return Parsed(*says)


def _fact(says: Fact) -> str:
    tier = f" ({says.tier})" if says.tier not in {None, "priority"} else ""
    return says.kind if says.kind == "unreadable" else f"{says.kind} {says.turn or 'of no turn'}{tier}"


def _turn(turn: Turn) -> str:
    how = "" if turn.how == "requested" else f"{turn.how}, "
    return f"{turn.turn} ({how}{turn.model or 'no model'})"


def _counts(counts: Counts) -> str:
    said = (
        (counts.turns_untold, f"{counts.turns_untold} of {many(counts.turns_seen, 'turn')} untold"),
        (counts.of_no_turn, f"{counts.of_no_turn} of no turn"),
        (counts.unreadable, f"{counts.unreadable} unreadable"),
    )
    return ", ".join(words for count, words in said if count)


CODEX: Final = Plug(
    rules=CODEX_RULES,
    projection=CODEX_PROJECTION,
    create=schema.CREATE,
    insert="INSERT INTO logs (id, ts, ts_nanos, level, target, feedback_log_body, thread_id, process_uuid)"
    " VALUES (:id, :ts, :nanos, 'INFO', 'world', :body, :thread, :process)",
    says=_parsed,
    fact=_fact,
    item=_turn,
    counts=_counts,
)
"""The log of codex."""
