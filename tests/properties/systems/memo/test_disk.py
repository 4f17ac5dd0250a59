"""Claims about the disk: the file follows the log of the model, whatever is done to it."""

from __future__ import annotations

import sqlite3
from collections import Counter
from contextlib import closing
from functools import partial
from typing import TYPE_CHECKING, get_args
from zoneinfo import ZoneInfo

import pytest

from strandline.impl.memo.answer import Answer
from strandline.impl.memo.scanner import Scanner
from strandline.impl.memo.window import Window
from strandline.model.memo.days import Span
from strandline.model.memo.oracle import oracle
from strandline.model.memo.world import change, init
from strandline.model.terms import Step
from strandline.properties.systems.memo.driver.disk import Disk, Journal
from strandline.properties.systems.memo.driver.fields import FIELDS
from strandline.properties.systems.memo.driver.lockstep import Lockstep
from strandline.properties.systems.memo.driver.templates import Templates
from strandline.properties.systems.memo.live.truth import FullScan, read_truth

if TYPE_CHECKING:
    from strandline.model.memo.state import World

EVER = Span(None, None)
ALWAYS = Window(None, None, ZoneInfo("UTC"))
SCOPE = FIELDS["field"].scope
STORIES = {
    "rows come and go": [("append", 0), ("append", 2), ("delete", 1), ("append and prune", 7), ("append", 11)],
    "emptied and grown again": [("append", 0), ("empty", 0), ("append", 2), ("empty", 0), ("reset", 0), ("append", 1)],
    "restored": [("append", 0), ("backup", 0), ("append", 2), ("delete", 1), ("restore", 0), ("append", 1)],
    "copied over": [("append", 0), ("backup", 0), ("append", 2), ("copy", 0), ("append", 1)],
    "backed up twice": [("append", 0), ("backup", 0), ("append", 2), ("backup", 0), ("empty", 0), ("restore", 0)],
    "replaced": [("append", 0), ("replace", 2), ("append", 1), ("reissue", 3), ("append", 0)],
    "removed": [("append", 0), ("remove", 0), ("replace", 1), ("append", 2)],
}

journals = pytest.mark.parametrize("journal", get_args(Journal))


def agrees(disk: Disk, world: World) -> None:
    """Hold the file against the log of the world: its turns, its ids, the highest one ever issued."""
    if world.path is None:
        assert not disk.path.exists()
        return
    found = read_truth(disk.path, EVER)
    assert isinstance(found, FullScan)
    assert (found.truth, found.rows) == (oracle(world.log.rows, EVER), len(world.log.rows))
    with Scanner(disk.path) as scanner:
        answer = scanner.turns(ALWAYS)
    assert isinstance(answer, Answer)
    assert answer.snapshot is not None
    assert (answer.snapshot.highest, answer.snapshot.sequence) == (world.log.highest, world.log.sequence)


@journals
@pytest.mark.parametrize("story", STORIES)
def test_the_file_follows_the_log(story: str, journal: Journal) -> None:
    world = init(SCOPE)
    with closing(Disk(journal)) as disk:
        agrees(disk, world)
        for name, arg in STORIES[story]:
            action = Step(name, None, arg)
            after = change(world, SCOPE, action)
            disk.follow(world, action, after)
            world = after
            agrees(disk, world)


@journals
def test_a_commit_changes_the_file_under_its_number_and_a_replacement_changes_the_number(journal: Journal) -> None:
    world = init(SCOPE)
    with closing(Disk(journal)) as disk:
        numbers = [disk.path.stat().st_ino]
        for name in ("append", "backup", "empty", "restore", "replace"):
            action = Step(name)
            after = change(world, SCOPE, action)
            disk.follow(world, action, after)
            world = after
            numbers.append(disk.path.stat().st_ino)
    assert len(set(numbers[:-1])) == 1
    assert numbers[-1] != numbers[0]


@journals
def test_an_action_that_leaves_the_log_alone_leaves_the_file_alone(journal: Journal) -> None:
    world = init(SCOPE)
    with closing(Disk(journal)) as disk:
        before = disk.path.stat()
        disk.follow(world, Step("drop"), change(world, SCOPE, Step("drop")))
        assert disk.path.stat() == before


@pytest.mark.parametrize("field", sorted(FIELDS))
def test_a_log_can_be_replaced_under_a_connection_without_looking_as_if_it_was_written_to(field: str) -> None:
    """A checkpoint before the replacement moves the data version of every connection to the old file."""
    with Templates() as templates, closing(Lockstep(field, templates, Counter())) as harness:
        harness.take(Step("append", None, 0))
        for actor in (0, 1):
            harness.take(Step("start", actor))
        harness.finish(0)
        harness.take(Step("locate", 1))
        harness.take(Step("replace"))
        harness.finish(1)


def test_nothing_of_a_disk_is_left_when_it_is_closed() -> None:
    disk = Disk("wal")
    folder = disk.path.parent
    assert folder.exists()
    disk.close()
    assert not folder.exists()


def test_nothing_can_be_written_where_there_is_no_file() -> None:
    world = init(SCOPE)
    grown = change(world, SCOPE, Step("append"))
    with closing(Disk("wal")) as disk:
        disk.follow(world, Step("remove"), change(world, SCOPE, Step("remove")))
        with pytest.raises(ValueError, match="nothing is at the path"):
            disk.follow(world, Step("append"), grown)


def test_a_log_that_is_never_let_go_ends_a_restore_and_does_not_hang_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "strandline.properties.systems.memo.driver.disk.sqlite3.connect", partial(sqlite3.connect, timeout=0)
    )
    world = init(SCOPE)
    with (
        closing(Disk("delete")) as disk,
        closing(sqlite3.connect(disk.path, isolation_level=None)) as holder,
    ):
        disk.follow(world, Step("backup"), world)
        holder.execute("BEGIN")
        holder.execute("SELECT count(*) FROM logs").fetchone()
        with pytest.raises(sqlite3.OperationalError, match="database is locked") as error:
            disk.follow(world, Step("restore"), world)
    assert error.value.sqlite_errorcode == sqlite3.SQLITE_BUSY
