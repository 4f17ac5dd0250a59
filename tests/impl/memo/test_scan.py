"""Claims about one read of the log, on real SQLite: those of :mod:`tests.claims.reads`, and what the model has not."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from strandline.impl.memo.answer import Snapshot
from strandline.impl.memo.memo import NOTHING, Memo, Place
from strandline.impl.memo.product.writer.schema import CREATE
from tests.claims import reads
from tests.impl.memo.reads import CHATTER, completed, insert, look, request

if TYPE_CHECKING:
    from strandline.impl.memo.scan import Reading


class TestReads(reads.Reads):
    def read(
        self, known: reads.Log, base: Memo | None = None, *, wanted: int = 0, file: int = 2, chunk: int = reads.EVERY
    ) -> Reading:
        with closing(sqlite3.connect(":memory:", isolation_level=None)) as database:
            database.text_factory = bytes
            for statement in CREATE:
                database.execute(statement)
            for at, line in known.items():
                owners = {"thread_id": line.thread, "process_uuid": line.process}
                insert(database, at, line.body, line.ts, ts_nanos=line.moment(at), **owners)
            return look(database, base, wanted, Place(1, file), chunk)


def test_a_memo_names_the_snapshot_that_it_was_made_of(database: sqlite3.Connection) -> None:
    assert look(database).memo.cursor == NOTHING
    assert look(database).memo.snapshot.highest is None
    for row_id, body in enumerate((request(), CHATTER, completed(), CHATTER), 1):
        insert(database, row_id, body)
    assert look(database).memo.snapshot == Snapshot(1, 2, 3, 4, 4, 1)


@pytest.mark.parametrize("place", [Place(1, 3), Place(9, 2), Place(1, 1), Place(0, 3)])
def test_a_memo_of_another_place_is_not_believed(database: sqlite3.Connection, place: Place) -> None:
    insert(database, 1, request())
    found = look(database, look(database).memo, place=place)
    assert (found.cause, found.memo.place) == ("file replaced", place)


def test_nanoseconds_that_are_no_integer_do_not_make_another_row(database: sqlite3.Connection) -> None:
    insert(database, 1, request(), ts_nanos=1.5)
    reading = look(database, look(database).memo)
    assert (reading.cause, reading.rows) == (None, 0)
