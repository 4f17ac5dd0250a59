"""What breaks when an assumption is dropped: each is broken once, for real, beside a full scan of the same file.

``docs/assumptions.md`` names the test of each. Where a test says that something is missed, it is a fact that is kept,
not one that is wanted: should it be noticed one day, the test fails and the page is mended.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import sys
from contextlib import closing
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest

from strandline.impl.memo.answer import Answer, Unavailable
from strandline.impl.memo.memo import GAPS_MAX
from strandline.impl.memo.scanner import Scanner
from strandline.impl.memo.window import Window
from strandline.model.memo.days import Span
from strandline.model.memo.log import Row
from strandline.properties.systems.memo.agreement.path_matrix import Book
from strandline.properties.systems.memo.live.truth import FullScan, read_truth
from strandline.properties.systems.memo.traps.trap import request
from tests.properties.systems.memo.odd import (
    HAPPENS,
    AwayAndBack,
    NoSnapshot,
    OddFiles,
    StandingStill,
    as_ever,
    meddling,
    seen,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from strandline.impl.memo.answer import Outcome


ALWAYS = Window(None, None, ZoneInfo("UTC"))


only_where_open_files_are_listed = pytest.mark.skipif(
    sys.platform != "linux", reason="only Linux lists the open files of a process, and pins by O_PATH"
)


def row(row_id: int, turn: str, thread: str = "p", nanos: int | None = None) -> Row:
    """A request of a turn, in a partition."""
    return Row(row_id, 100, row_id if nanos is None else nanos, thread, None, request(turn))


@pytest.fixture
def book(tmp_path: Path) -> Iterator[Book]:
    """A log in rollback mode, all of it in one file."""
    with closing(Book(tmp_path / "log.sqlite", "delete")) as made:
        yield made


def made(path: Path, *rows: Row) -> Path:
    """Another log at another path."""
    with closing(Book(path, "delete")) as other:
        other.commit(rows)
    return path


def run(path: Path, statement: str, *parameters: object) -> None:
    """Do to a log what no codex writer does."""
    with closing(sqlite3.connect(path)) as writer, writer:
        writer.execute(statement, parameters)


def rewrite(path: Path, row_id: int, turn: str) -> None:
    run(path, "UPDATE logs SET feedback_log_body = ? WHERE id = ?", request(turn), row_id)


def truth(path: Path) -> list[str]:
    """What a full scan by the oracle says."""
    found = read_truth(path, Span(None, None))
    assert isinstance(found, FullScan)
    return [turn.turn for turn in found.truth.turns]


def says(outcome: Outcome) -> list[str]:
    assert isinstance(outcome, Answer), outcome
    return [turn.turn for turn in outcome.turns]


def cause(outcome: Outcome) -> str | None:
    assert isinstance(outcome, Answer), outcome
    return outcome.statistics.cause


# Rows


def test_h18_a_body_rewritten_under_an_unchanged_time_is_missed_until_the_next_full_scan(book: Book) -> None:
    book.commit([row(1, "a"), row(2, "b")])
    with Scanner(book.path) as scanner:
        scanner.turns(ALWAYS)
        rewrite(book.path, 1, "z")
        found = scanner.turns(ALWAYS)
        assert (says(found), cause(found), truth(book.path)) == (["a", "b"], None, ["b", "z"])
        scanner.drop()
        assert says(scanner.turns(ALWAYS)) == ["b", "z"]


def test_h18_chatter_rewritten_into_a_request_is_missed(book: Book) -> None:
    book.commit([row(1, "a")._replace(body="chatter"), row(2, "b")])
    with Scanner(book.path) as scanner:
        scanner.turns(ALWAYS)
        rewrite(book.path, 1, "a")
        assert (says(scanner.turns(ALWAYS)), truth(book.path)) == (["b"], ["a", "b"])


def test_h18_an_anchor_that_is_rewritten_is_noticed(book: Book) -> None:
    book.commit([row(1, "a", "p"), row(2, "b", "q")])
    with Scanner(book.path) as scanner:
        scanner.turns(ALWAYS)
        rewrite(book.path, 1, "z")
        found = scanner.turns(ALWAYS)
        assert (says(found), cause(found)) == (["b", "z"], "rows rewritten")
        rewrite(book.path, 2, "y")
        found = scanner.turns(ALWAYS)
        assert (says(found), cause(found), truth(book.path)) == (["y", "z"], None, ["y", "z"])


def test_h19_a_row_inserted_into_a_remembered_gap_is_noticed(book: Book) -> None:
    book.commit([row(1, "a"), row(3, "c")])
    with Scanner(book.path) as scanner:
        scanner.turns(ALWAYS)
        book.commit([row(2, "b")])
        found = scanner.turns(ALWAYS)
        assert (says(found), cause(found)) == (["a", "b", "c"], "deleted row is back")


def with_gaps(count: int) -> list[Row]:
    """Rows with a gap of one id after each but the last."""
    return [row(2 * place + 1, f"{place:03}") for place in range(count + 1)]


def test_h19_a_row_inserted_into_a_forgotten_gap_is_missed_until_the_next_full_scan(book: Book) -> None:
    rows = with_gaps(GAPS_MAX + 1)
    book.commit(rows)
    with Scanner(book.path) as scanner:
        scanner.turns(ALWAYS)
        book.commit([row(2, "inserted")])
        found = scanner.turns(ALWAYS)
        assert (len(says(found)), cause(found), len(truth(book.path))) == (len(rows), None, len(rows) + 1)
        book.commit([row(2 * GAPS_MAX, "noticed")])
        found = scanner.turns(ALWAYS)
        assert (says(found), cause(found)) == (truth(book.path), "deleted row is back")


@pytest.mark.parametrize(("nanos", "noticed"), [(1, False), (2, True)])
def test_two_rows_of_one_id_second_and_nanosecond_are_taken_for_one(nanos: int, noticed: bool, book: Book) -> None:  # noqa: FBT001 - a parameter
    book.commit([row(1, "a", nanos=1), row(2, "b", nanos=9)])
    with Scanner(book.path) as scanner:
        scanner.turns(ALWAYS)
        book.delete([row(1, "a")])
        book.commit([row(1, "z", nanos=nanos)])
        found = scanner.turns(ALWAYS)
        assert truth(book.path) == ["b", "z"]
        assert (says(found), cause(found)) == ((["b", "z"], "rows rewritten") if noticed else (["a", "b"], None))


# Copies


@pytest.mark.parametrize(("brought_back", "noticed"), [(2, False), (2 * GAPS_MAX, True)])
def test_a_restored_copy_that_brings_back_rows_outside_of_the_remembered_gaps_is_missed(
    brought_back: int,
    noticed: bool,  # noqa: FBT001 - a parameter
    book: Book,
    tmp_path: Path,
) -> None:
    rows = with_gaps(GAPS_MAX + 1)
    back = row(brought_back, "back")
    copy = made(tmp_path / "backup.sqlite", *rows, back)
    book.commit([*rows, back])
    book.delete([back])
    with Scanner(book.path) as scanner:
        scanner.turns(ALWAYS)
        with closing(sqlite3.connect(copy)) as backup, closing(sqlite3.connect(book.path)) as log:
            backup.backup(log)
        found = scanner.turns(ALWAYS)
        assert "back" in truth(book.path)
        assert ("back" in says(found), cause(found)) == (noticed, "deleted row is back" if noticed else None)


def test_a_copy_over_the_file_under_a_read_mixes_both_contents(book: Book, tmp_path: Path) -> None:
    padding = {"input": "." * 4_000}
    old = [row(n, "")._replace(body=request(f"old {n:02}".replace(" ", "-"), **padding)) for n in range(1, 61)]
    new = [row(n, "")._replace(body=request(f"new-{n:02}", **padding)) for n in range(1, 61)]
    copy = made(tmp_path / "copy.sqlite", *new)
    book.commit(old)
    HAPPENS.append((lambda: None, lambda: shutil.copyfile(copy, book.path)))
    with Scanner(book.path, connect=meddling) as scanner:
        found = scanner.turns(ALWAYS)
    assert {turn[:3] for turn in truth(book.path)} == {"new"}
    assert {turn[:3] for turn in says(found)} == {"old", "new"}


@pytest.mark.parametrize("told", [False, True])
def test_a_copy_in_place_that_moves_neither_size_nor_times_is_taken_for_no_change(
    told: bool,  # noqa: FBT001 - a parameter
    book: Book,
    tmp_path: Path,
) -> None:
    """The copy has the counter in its header that the log has, so SQLite too believes its cache."""
    book.commit([row(1, "a")])
    copy = made(tmp_path / "copy.sqlite", row(1, "z"))
    assert copy.stat().st_size == book.path.stat().st_size
    files = OddFiles(told=None if told else seen(book.path))
    with Scanner(book.path, files=files) as scanner:
        scanner.turns(ALWAYS)
        book.close()
        shutil.copyfile(copy, book.path)
        found = scanner.turns(ALWAYS)
    assert (says(found), truth(book.path)) == (["z"] if told else ["a"], ["z"])


@only_where_open_files_are_listed
def test_a_file_renamed_away_and_back_is_noticed_where_the_system_lists_open_files(book: Book, tmp_path: Path) -> None:
    book.commit([row(1, "a")])
    other = made(tmp_path / "other.sqlite", row(1, "z"))
    book.close()
    with Scanner(book.path, connect=AwayAndBack(book.path, other, times=1)) as scanner:
        assert (says(scanner.turns(ALWAYS)), truth(book.path)) == (["a"], ["a"])
    with Scanner(book.path, connect=AwayAndBack(book.path, other, times=3)) as scanner:
        found = scanner.turns(ALWAYS)
        assert isinstance(found, Unavailable)
        assert found.reason == "replaced"


@only_where_open_files_are_listed
def test_a_file_renamed_away_and_back_is_missed_if_another_refresh_has_it_open(book: Book, tmp_path: Path) -> None:
    book.commit([row(1, "a")])
    other = made(tmp_path / "other.sqlite", row(1, "z"))
    with Scanner(book.path) as beside, Scanner(book.path, connect=AwayAndBack(book.path, other, times=1)) as scanner:
        assert says(beside.turns(ALWAYS)) == ["a"]
        assert (says(scanner.turns(ALWAYS)), truth(book.path)) == (["z"], ["a"])


def test_a_file_renamed_away_and_back_is_missed_where_open_files_are_not_listed(book: Book, tmp_path: Path) -> None:
    """And the next one with a connection of its own finds by the anchors that the memo is not of this file."""
    book.commit([row(1, "a")])
    other = made(tmp_path / "other.sqlite", row(1, "z"))
    book.close()
    files = OddFiles(pins=False)
    with Scanner(book.path, files=files, connect=AwayAndBack(book.path, other, times=1)) as scanner:
        assert (says(scanner.turns(ALWAYS)), truth(book.path)) == (["z"], ["a"])
        os.utime(book.path, (1, 1))
        found = scanner.turns(ALWAYS)
        assert (says(found), cause(found)) == (["a"], "anchors lost")


def test_an_inode_number_reissued_before_the_connection_breaks_nothing(book: Book, tmp_path: Path) -> None:
    """What is opened is the file at the path, and its rows decide what of the memo is believed."""
    book.commit([row(1, "a"), row(2, "b")])
    other = made(tmp_path / "other.sqlite", row(1, "z", nanos=7), row(2, "b"), row(3, "c"))
    before = seen(book.path)
    files = OddFiles(told=before)
    book.close()

    def reissued(*args: Any, **settings: Any) -> sqlite3.Connection:  # noqa: ANN401 - as sqlite3.connect
        if other.exists() and len(connected):
            other.replace(book.path)
        connected.append(args)
        return as_ever(*args, **settings)

    connected: list[object] = []
    with Scanner(book.path, files=files, connect=reissued) as scanner:
        assert says(scanner.turns(ALWAYS)) == ["a", "b"]
        files.told = before._replace(stamp=(0,))
        found = scanner.turns(ALWAYS)
        assert (says(found), truth(book.path), len(connected)) == (["b", "c", "z"], ["b", "c", "z"], 2)


def test_a_stat_that_tells_the_same_of_two_files_leaves_the_scanner_with_the_first(book: Book, tmp_path: Path) -> None:
    book.commit([row(1, "a")])
    other = made(tmp_path / "other.sqlite", row(1, "z"))
    book.close()
    with Scanner(book.path, files=OddFiles(told=seen(book.path))) as scanner:
        assert says(scanner.turns(ALWAYS)) == ["a"]
        book.path.rename(tmp_path / "gone.sqlite")
        other.rename(book.path)
        assert (says(scanner.turns(ALWAYS)), truth(book.path)) == (["a"], ["z"])


def test_without_snapshots_a_refresh_answers_what_never_was(book: Book) -> None:
    """H04: one transaction deletes a and inserts c, between the look at the sources and the read of the tail."""
    book.commit([row(1, "a", "p"), row(2, "b", "q")])

    def swap() -> None:
        with closing(sqlite3.connect(book.path)) as writer, writer:
            writer.execute("DELETE FROM logs WHERE id = 1")
            writer.execute(
                "INSERT INTO logs (id, ts, ts_nanos, level, target, feedback_log_body) VALUES (3, 100, 3, '', '', ?)",
                (request("c"),),
            )

    def connect(*args: Any, **settings: Any) -> sqlite3.Connection:  # noqa: ANN401 - as sqlite3.connect
        return sqlite3.connect(*args, factory=NoSnapshot, **settings)

    with Scanner(book.path, connect=connect) as scanner:
        assert says(scanner.turns(ALWAYS)) == ["a", "b"]
        run(book.path, "UPDATE logs SET line = 1")
        HAPPENS.append((swap, lambda: None))
        assert (says(scanner.turns(ALWAYS)), truth(book.path)) == (["a", "b", "c"], ["b", "c"])


def test_a_data_version_that_stands_still_hides_every_commit(book: Book) -> None:
    def connect(*args: Any, **settings: Any) -> sqlite3.Connection:  # noqa: ANN401 - as sqlite3.connect
        return sqlite3.connect(*args, factory=StandingStill, **settings)

    book.commit([row(1, "a")])
    files = OddFiles(told=seen(book.path))
    with Scanner(book.path, files=files, connect=connect) as scanner:
        scanner.turns(ALWAYS)
        book.commit([row(2, "b")])
        assert (says(scanner.turns(ALWAYS)), truth(book.path)) == (["a"], ["a", "b"])


def test_a_page_damaged_where_sqlite_does_not_look_is_read_as_it_is(book: Book) -> None:
    """Scanner and full scan say the same, and both are wrong about what was once written."""
    book.commit([row(1, "tide")])
    book.close()
    content = book.path.read_bytes()
    assert content.count(b"turn.id=tide") == 1
    book.path.write_bytes(content.replace(b"turn.id=tide", b"turn.id=ebb!"))
    with Scanner(book.path) as scanner:
        assert says(scanner.turns(ALWAYS)) == truth(book.path) == ["ebb!"]
