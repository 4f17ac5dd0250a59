"""Claims about one scanner's keeping of its memo: when it reads and saves, and what it makes of what is wrong."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from strandline.impl.memo.codex import CODEX
from strandline.impl.memo.keeper import Keeper
from strandline.impl.memo.memo import Place
from strandline.impl.memo.shelf import Shelf, ShelfError
from strandline.impl.memo.shelved import Mark
from tests.impl.memo.shelved import fact, found, keeper, memo, never, saved, told

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "memos.sqlite"


def test_what_one_keeper_saved_another_one_finds(path: Path) -> None:
    one = memo(*range(1, 2000))
    saved(path, one)
    assert found(path) == told(one)


def test_nothing_is_kept_before_a_memo_is_offered(path: Path) -> None:
    keeping = keeper(path)
    assert keeping.look(None, 0, never) == (Mark(), None)
    assert keeping.save(now=True)
    keeping.close()
    assert not path.exists()


def test_a_save_is_made_at_once_and_then_not_before_its_time(path: Path) -> None:
    now = [100.0]
    keeping = keeper(path, every=5.0, clock=lambda: now[0])
    for second, saves in ((100, 1), (101, 1), (104.9, 1), (105, 2)):
        now[0] = second
        mark = keeping.look(None, 0, never).mark
        keeping.offer(memo(1, int(second * 10)), mark)
        assert keeping.save()
        assert keeping.persistence.saves == saves


def test_a_memo_that_is_stored_already_is_not_written_again(path: Path) -> None:
    saved(path, memo(1, 2))
    before = path.read_bytes()
    keeping = keeper(path)
    keeping.offer(memo(1, 2, observation=9), keeping.look(None, 0, never).mark)
    assert keeping.save(now=True)
    keeping.close()
    assert path.read_bytes() == before


def test_what_was_made_beside_an_older_mark_does_not_replace_what_came_after_it(path: Path) -> None:
    slow, fast = keeper(path), keeper(path)
    slow_mark, fast_mark = (one.look(None, 0, never).mark for one in (slow, fast))
    fast.offer(memo(1, 2, 3), fast_mark)
    assert fast.save(now=True)
    slow.offer(memo(1, 2), slow_mark)
    assert not slow.save(now=True)
    assert slow.persistence.lost == 1
    assert found(path) == told(memo(1, 2, 3))


def test_whoever_was_overtaken_goes_on_from_what_is_stored_if_that_is_wider(path: Path) -> None:
    one, other = keeper(path), keeper(path)
    narrow, wide = memo(2, coverage=20), memo(1, 2, coverage=5)
    one.look(None, 0, never)
    other.offer(wide, other.look(None, 0, never).mark)
    assert other.save(now=True)
    mark, base = one.look(narrow, 3, never)
    assert base is not None
    assert (base.sources, base.coverage, base.epoch) == (wide.sources, 5, 3)
    one.offer(narrow, mark)
    assert not one.save(now=True)
    one.offer(memo(1, 2, 3, coverage=5), one.look(narrow, 3, never).mark)
    assert one.save(now=True)
    assert found(path) == told(memo(1, 2, 3, coverage=5))


def test_what_is_stored_is_no_base_if_this_process_knows_as_much(path: Path) -> None:
    one = keeper(path)
    one.look(None, 0, never)
    saved(path, memo(1, coverage=5))
    assert one.look(memo(1, 2, coverage=5), 0, never).base is None
    assert not one.persistence.loaded


def test_a_memo_of_the_file_that_was_there_before_is_replaced_though_it_is_wider(path: Path) -> None:
    saved(path, memo(1, coverage=5))
    one = memo(1, coverage=20, place=Place(7, 9))
    keeping = keeper(path)
    keeping.offer(one, keeping.look(None, 0, never).mark)
    assert keeping.save(now=True)
    assert found(path) == told(one)


def test_of_two_memos_that_are_offered_the_newer_one_is_saved(path: Path) -> None:
    keeping = keeper(path)
    mark = keeping.look(None, 0, never).mark
    keeping.offer(memo(1, 2, observation=2), mark)
    keeping.offer(memo(1, observation=1), mark)
    assert keeping.save(now=True)
    assert found(path) == told(memo(1, 2))


@pytest.mark.parametrize("how", ["drop", "delete", "replace", "drop in a new file"])
def test_a_forced_drop_reaches_every_process_and_nothing_from_before_is_saved(path: Path, how: str) -> None:
    one = keeper(path)
    if how != "drop in a new file":
        saved(path, memo(1))
    mark = one.look(None, 0, never).mark
    one.offer(memo(1, 2), mark)
    if how == "delete":
        path.unlink()
    elif how == "replace":
        saved(path.with_name("other"), memo(7))
        path.with_name("other").replace(path)
    else:
        keeper(path).drop()
    assert how == "delete" or not one.save(now=True)
    dropped: list[int] = []

    def drop() -> int:
        dropped.append(1)
        return 1

    assert one.look(memo(1, 2), 0, drop).base == (None if how != "replace" else told(memo(7, epoch=1)))
    assert dropped
    assert one.save(now=True)
    assert one.persistence.saves == 0 or how == "delete"


def test_a_drop_of_its_own_is_no_news(path: Path) -> None:
    one = keeper(path)
    one.offer(memo(1), one.look(None, 0, never).mark)
    one.drop()
    assert one.save(now=True)
    assert one.look(memo(1), 1, never).base is None
    one.offer(memo(2), one.look(None, 1, never).mark)
    assert one.save(now=True)
    assert found(path) == told(memo(2))


def test_a_drop_that_cannot_be_told_is_an_error_and_ends_the_keeping(path: Path) -> None:
    one = keeper(path)
    mark = one.look(None, 0, never).mark
    path.mkdir()
    one.offer(memo(1), mark)
    with pytest.raises(ShelfError, match="not a regular file"):
        one.drop()
    path.rmdir()
    one.offer(memo(1), mark)
    assert one.save(now=True)
    assert one.look(None, 0, never) == (None, None)
    assert not path.exists()


def spoil(path: Path, statement: str) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute(statement)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE memos SET head = zeroblob(9)",
        "UPDATE memos SET version = version + 1",
        "UPDATE parts SET said = zeroblob(9)",
        "DELETE FROM parts",
        "DROP TABLE parts",
        "DROP TABLE memos",
        "UPDATE memos SET head = 'text'",
        "UPDATE memos SET head = 9000000000000",
        "UPDATE parts SET said = 9000000000000",
        "UPDATE memos SET version = 'text'",
        "PRAGMA user_version = 0",
    ],
)
def test_what_is_damaged_is_ignored_with_its_reason_and_made_anew(path: Path, statement: str) -> None:
    saved(path, memo(*range(1, 600)))
    spoil(path, statement)
    keeping = keeper(path)
    mark, base = keeping.look(None, 0, never)
    assert base is None
    assert keeping.persistence.ignored is not None
    assert "damaged" in keeping.persistence.ignored
    keeping.offer(memo(1, 2), mark)
    assert keeping.save(now=True)
    assert keeping.persistence.unsaved is None
    keeping.close()
    assert found(path) == told(memo(1, 2))
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT count(*) FROM parts").fetchone() == (1,)


def test_a_file_of_something_else_is_left_alone_and_its_reason_is_told(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE t (x)")
    path.chmod(0o600)
    before = path.read_bytes()
    keeping = keeper(path)
    assert keeping.look(None, 0, never) == (None, None)
    assert keeping.persistence.ignored is not None
    assert "foreign" in keeping.persistence.ignored
    keeping.offer(memo(1), None)
    assert keeping.save(now=True)
    assert path.read_bytes() == before


def test_other_rules_find_nothing(path: Path) -> None:
    saved(path, memo(1))
    other = Keeper(path.parent / "log", replace(CODEX, rules=CODEX.rules + 1), Shelf(path))
    assert other.look(None, 0, never).base is None
    elsewhere = Keeper(path.parent / "log2", CODEX, Shelf(path))
    assert elsewhere.look(None, 0, never).base is None


def test_a_text_that_cannot_be_written_is_told(path: Path) -> None:
    odd = fact(2)._replace(says=fact(2).says._replace(model="\ud800"))
    keeping = keeper(path)
    keeping.offer(replace(memo(2), sources=(odd,)), keeping.look(None, 0, never).mark)
    assert keeping.save(now=True)
    assert keeping.persistence.unsaved == "a source holds a text that cannot be written"


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_may_not_be_written_to_is_told(path: Path) -> None:
    keeping = keeper(path)
    mark = keeping.look(None, 0, never).mark
    path.parent.chmod(0o500)
    keeping.offer(memo(1), mark)
    assert keeping.save(now=True)
    path.parent.chmod(0o700)
    assert keeping.persistence.unsaved is not None
    assert "permission" in keeping.persistence.unsaved
