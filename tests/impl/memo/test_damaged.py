"""Claims about damaged files: each is answered, or is unavailable with its reason in one line, and raises nothing."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

import pytest

from strandline.impl.memo.answer import Answer, Unavailable
from strandline.impl.memo.log import ID_MAX, LogReader
from strandline.impl.memo.memo import Limits
from strandline.impl.memo.scanner import Scanner
from strandline.impl.memo.window import Window
from tests.impl.memo.machine import SCHEMA, request

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ALWAYS: Final = Window(None, None, ZoneInfo("UTC"))
PAGE: Final = 4_096
ROWS: Final = 60


@pytest.fixture
def path(tmp_path: Path) -> Path:
    made = tmp_path / "log"
    with closing(sqlite3.connect(made)) as database, database:
        database.execute(f"PRAGMA page_size = {PAGE}")
        database.execute(SCHEMA)
        database.executemany(
            "INSERT INTO logs VALUES (?, ?, 1, ?, ?, NULL)",
            ((number, number, request(f"turn-{number}"), f"thread {number % 3}") for number in range(1, ROWS + 1)),
        )
    return made


def ask(path: Path) -> Answer | Unavailable:
    with Scanner(path, limits=Limits(waits=0)) as scanner:
        outcome = scanner.turns(ALWAYS)
    assert isinstance(outcome, Answer) or "\n" not in outcome.detail
    return outcome


def damaged(path: Path) -> str:
    outcome = ask(path)
    assert isinstance(outcome, Unavailable)
    return f"{outcome.reason}: {outcome.detail}"


def cells(content: bytes, page: int) -> Iterator[int]:
    """Where the cells of a leaf of a table begin in the file, as SQLite's format has it."""
    begin = PAGE * (page - 1)
    assert content[begin] == 13
    for place in range(int.from_bytes(content[begin + 3 : begin + 5])):
        at = begin + 8 + 2 * place
        yield begin + int.from_bytes(content[at : at + 2])


def renumber(path: Path, cell: int, row_id: int) -> None:
    """Write another id into a cell; its payload's size takes one or two bytes there, its id one."""
    content = bytearray(path.read_bytes())
    leaves = [page for page in range(2, len(content) // PAGE + 1) if content[PAGE * (page - 1)] == 13]
    at = max((list(cells(bytes(content), leaf)) for leaf in leaves), key=len)[cell]
    at += 2 if content[at] > 127 else 1
    content[at] = row_id
    path.write_bytes(content)


@pytest.mark.parametrize(("cell", "row_id"), [(3, 2), (3, 90), (5, 5)])
def test_ids_that_are_out_of_order_are_damage_though_sqlite_reads_over_them(path: Path, cell: int, row_id: int) -> None:
    """The oracle looks each row up by its key, and finds another one or none."""
    renumber(path, cell, row_id)
    assert damaged(path).startswith("corrupt: ")
    assert "out of order" in damaged(path)


def test_a_log_cut_short_anywhere_raises_nothing(path: Path, tmp_path: Path) -> None:
    """Some such files give a row that they do not find by its key: that was a KeyError."""
    whole, seen = path.read_bytes(), set()
    for number, length in enumerate(range(1, len(whole), 101)):
        cut = tmp_path / str(number)
        cut.write_bytes(whole[:length])
        outcome = ask(cut)
        seen.add(outcome.reason if isinstance(outcome, Unavailable) else "answered")
    assert seen <= {"corrupt", "not a database", "empty database", "answered"}
    assert "corrupt" in seen


@pytest.mark.parametrize("short", [1, 7, PAGE // 2, PAGE - 1])
def test_a_log_that_is_cut_within_its_last_page_is_damaged_though_sqlite_reads_zeros_there(
    path: Path, short: int
) -> None:
    """The rows at the end of the page came out with nothing in any column: they were skipped, and the rest answered."""
    path.write_bytes(path.read_bytes()[:-short])
    assert damaged(path).startswith("corrupt: ")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        pytest.param(b"thread_id TEXT", b"thread_id `\xe4XT", id="no UTF-8"),
        pytest.param(b"ts_nanos INTEGER", b"ts_nanos `NTEGER", id="line breaks"),
    ],
)
def test_what_sqlite_quotes_of_a_damaged_schema_is_one_line_or_left_out(path: Path, old: bytes, new: bytes) -> None:
    """Python cannot decode the first, which came out as a UnicodeDecodeError; the second was four lines."""
    content = path.read_bytes()
    assert content.count(old) == 1
    path.write_bytes(content.replace(old, new))
    assert damaged(path).split(":")[0] in {"corrupt", "newer schema"}


def test_a_row_that_is_not_found_again_is_damage(path: Path) -> None:
    """A long TEXT ends the statement, and it is run again from there on: that ended in a StopIteration."""
    with closing(sqlite3.connect(path)) as database:
        database.text_factory = bytes
        reader = LogReader(database)
        with pytest.raises(sqlite3.DatabaseError, match="not found again") as error:
            reader._single("tail", (ID_MAX, 1, 0))  # noqa: SLF001 - only a file that contradicts itself leads here
        assert error.value.sqlite_errorcode == sqlite3.SQLITE_CORRUPT
