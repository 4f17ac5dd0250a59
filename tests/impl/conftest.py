"""What the tests of the scanner share: an empty log in real SQLite."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from strandline.properties.harness.schema import CREATE

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
