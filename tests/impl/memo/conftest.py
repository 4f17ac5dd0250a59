"""What the tests of the scanner share: an empty log in real SQLite, and that files of memos are closed."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest

from strandline.impl.memo.product.writer.schema import CREATE
from strandline.impl.memo.shelf import Shelf

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def database() -> Iterator[sqlite3.Connection]:
    """An empty log with the table and the indexes of codex, over a connection as the scanner has it."""
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        for statement in CREATE:
            connection.execute(statement)
        connection.text_factory = bytes
        yield connection


@pytest.fixture(autouse=True)
def closed(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Close every shelf of a test at its end."""
    opened: list[Shelf] = []
    begin = Shelf.__init__

    def begun(self: Shelf, *arguments: Any, **named: Any) -> None:  # noqa: ANN401 - whatever it is made with
        begin(self, *arguments, **named)
        opened.append(self)

    monkeypatch.setattr(Shelf, "__init__", begun)
    yield
    for shelf in opened:
        shelf.close()
