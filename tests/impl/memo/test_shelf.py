"""Claims about the file of memos: it gives back what it holds, refuses what is none, and keeps the newer one."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from strandline.impl.memo.encoding import Part, digest
from strandline.impl.memo.shelf import Shelf, ShelfError
from strandline.impl.memo.shelved import MEMOS_MAX, Key, Mark

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

KEY = Key(b"log", b"rules")

posix = pytest.mark.skipif(os.name != "posix", reason="the system has no such modes and links")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "memos.sqlite"


def put(shelf: Shelf, head: bytes = b"head", key: Key = KEY, before: Mark | None = None) -> Mark:
    mark = shelf.save(key, shelf.mark(key) if before is None else before, head, {1: b"part"}, None)
    assert mark is not None
    return mark


def test_a_memo_is_given_back_under_the_mark_that_it_was_stored_with(path: Path) -> None:
    mark = put(Shelf(path))
    shelf = Shelf(path)
    assert shelf.mark(KEY) == mark
    assert shelf.load(KEY, mark) == b"head"
    assert shelf.parts(KEY, mark, [Part(1, 0, 0, digest(b"part"))]) == [b"part"]
    assert shelf.mark(Key(b"log", b"others")).version == 0


def test_looking_makes_no_file(path: Path) -> None:
    shelf = Shelf(path)
    assert shelf.mark(KEY) == Mark()
    assert shelf.load(KEY, Mark()) is None
    assert not path.exists()


@posix
def test_the_file_is_for_its_owner_alone(path: Path) -> None:
    put(Shelf(path))
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_save_beside_a_mark_that_is_no_more_stores_nothing(path: Path) -> None:
    one, other = Shelf(path), Shelf(path)
    seen = one.mark(KEY)
    newer = put(other, b"newer")
    assert one.save(KEY, seen, b"older", {}, None) is None
    assert one.mark(KEY) == newer
    assert one.load(KEY, newer) == b"newer"


def test_a_version_never_comes_again_though_the_file_is_made_anew(path: Path) -> None:
    one, other = Shelf(path), Shelf(path)
    seen = put(one)
    path.unlink()
    put(other, b"newer")
    assert one.save(KEY, seen, b"older", {}, None) is None


def test_a_drop_is_seen_by_all_and_leaves_nothing(path: Path) -> None:
    one, other = Shelf(path), Shelf(path)
    before = put(one)
    dropped = other.drop(KEY)
    assert one.mark(KEY) == dropped != before
    assert dropped.epoch not in {0, before.epoch}
    assert one.load(KEY, dropped) is None
    assert one.save(KEY, before, b"older", {}, None) is None
    assert put(one).epoch == dropped.epoch


def test_a_memo_that_was_replaced_while_it_is_read_is_not_mixed(path: Path) -> None:
    one, other = Shelf(path), Shelf(path)
    mark = put(one)
    put(other, b"newer")
    for read in (lambda: one.load(KEY, mark), lambda: one.parts(KEY, mark, [Part(1, 0, 0, digest(b"part"))])):
        with pytest.raises(ShelfError, match="another memo was saved"):
            read()


def test_only_so_many_memos_are_held_and_the_oldest_goes_first(path: Path) -> None:
    shelf = Shelf(path)
    keys = [Key(b"%d" % number, b"") for number in range(MEMOS_MAX + 2)]
    for key in keys:
        put(shelf, key=key)
    assert [shelf.mark(key).version == 0 for key in keys] == [True, True] + [False] * MEMOS_MAX
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT count(*) FROM parts").fetchone() == (MEMOS_MAX,)


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE memos SET head = substr(head, 1, 18)",
        "UPDATE memos SET head = head || x'00'",
        "UPDATE memos SET version = version + 1",
        "UPDATE memos SET epoch = epoch + 1",
    ],
)
def test_a_head_that_is_not_what_was_written_under_this_mark_is_damaged(path: Path, change: str) -> None:
    put(Shelf(path))
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute(change)
    shelf = Shelf(path)
    with pytest.raises(ShelfError, match="damaged"):
        shelf.load(KEY, shelf.mark(KEY))


def test_the_memo_of_another_log_is_damaged_in_the_place_of_this_one(path: Path) -> None:
    put(Shelf(path), key=Key(b"other", KEY.rules))
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("UPDATE memos SET log = ?", (KEY.log,))
    shelf = Shelf(path)
    with pytest.raises(ShelfError, match="damaged"):
        shelf.load(KEY, shelf.mark(KEY))


def test_a_part_that_is_not_what_was_written_is_damaged(path: Path) -> None:
    shelf = Shelf(path)
    mark = put(shelf)
    for part in (Part(1, 0, 0, digest(b"other")), Part(2, 0, 0, digest(b"part"))):
        with pytest.raises(ShelfError, match="damaged"):
            shelf.parts(KEY, mark, [part])


def foreign(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE t (x)")
    path.chmod(0o600)


def newer(path: Path) -> None:
    put(Shelf(path))
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA user_version = 99")


def text(path: Path) -> None:
    path.write_text("a letter, " * 500)
    path.chmod(0o600)


def short(path: Path) -> None:
    path.write_text("\n")
    path.chmod(0o600)


def link(path: Path) -> None:
    path.symlink_to(path.with_name("elsewhere"))


def fifo(path: Path) -> None:
    os.mkfifo(path)


def others(path: Path) -> None:
    put(Shelf(path))
    path.chmod(0o644)


@posix
@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (foreign, "foreign"),
        (newer, "newer"),
        (text, "damaged"),
        (short, "foreign"),
        (link, "not a regular file"),
        (lambda path: path.mkdir(), "not a regular file"),
        (fifo, "not a regular file"),
        (others, "not yours"),
    ],
)
def test_what_is_no_file_of_memos_is_refused_and_left_as_it_is(
    path: Path, make: Callable[[Path], None], reason: str
) -> None:
    make(path)
    before = path.lstat()
    shelf = Shelf(path)
    acts: tuple[Callable[[], Mark], ...] = (
        lambda: shelf.mark(KEY),
        lambda: put(shelf, before=Mark()),
        lambda: shelf.drop(KEY),
    )
    for act in (*acts, *acts):
        with pytest.raises(ShelfError) as refused:
            act()
        assert refused.value.reason == reason
        assert str(path) in str(refused.value)
    assert path.lstat().st_mtime_ns == before.st_mtime_ns
    assert [one.name for one in path.parent.iterdir()] == [path.name]


@posix
@pytest.mark.parametrize("mode", [0o777, 0o1777, 0o707])
def test_a_folder_in_which_others_may_put_files_holds_no_memo(path: Path, mode: int) -> None:
    """Whoever put a hot journal beside the file had SQLite write its pages into the memo."""
    put(Shelf(path))
    path.with_name(f"{path.name}-journal").write_bytes(b"of somebody else")
    before = path.read_bytes()
    path.parent.chmod(mode)
    for act in (lambda shelf: shelf.mark(KEY), lambda shelf: put(shelf, before=Mark())):
        with pytest.raises(ShelfError, match="others may put files there"):
            act(Shelf(path))
    assert path.read_bytes() == before
    path.unlink()
    with pytest.raises(ShelfError, match="others may put files there"):
        put(Shelf(path), before=Mark())
    assert not path.exists()


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root makes a folder another user's")
@pytest.mark.parametrize("mode", [0o755, 0o770])
def test_a_folder_of_another_user_or_group_holds_no_memo(path: Path, mode: int) -> None:
    """One that lies where the cache of this user is expected, above all."""
    os.chown(path.parent, 12345 if mode == 0o755 else 0, 12345)
    path.parent.chmod(mode)
    with pytest.raises(ShelfError, match="others may put files there"):
        put(Shelf(path, ours=True), before=Mark())
    assert not path.exists()


def test_a_damaged_file_is_replaced_only_if_it_is_one_of_memos_or_nobody_elses(path: Path) -> None:
    text(path)
    shelf = Shelf(path)
    with pytest.raises(ShelfError, match="damaged"):
        shelf.mark(KEY)
    with pytest.raises(ShelfError, match="foreign"):
        shelf.replace()
    Shelf(path, ours=True).replace()
    put(shelf)
    shelf.replace()
    assert not path.exists()


def test_a_folder_that_is_not_there_is_said(path: Path) -> None:
    shelf = Shelf(path / "below")
    assert shelf.mark(KEY) == Mark()
    with pytest.raises(ShelfError, match="cannot be made"):
        put(shelf)
    path.write_text("")
    with pytest.raises(ShelfError, match="cannot be reached"):
        shelf.mark(KEY)


def test_a_file_that_is_locked_is_busy_and_then_is_not(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("strandline.impl.memo.shelf.BUSY", 0)
    put(Shelf(path))
    shelf = Shelf(path)
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("BEGIN EXCLUSIVE")
        with pytest.raises(ShelfError) as refused:
            shelf.mark(KEY)
        assert refused.value.reason == "busy"
    assert shelf.mark(KEY).version


def test_a_mark_is_looked_at_again_when_this_very_shelf_saved(path: Path) -> None:
    shelf = Shelf(path)
    assert shelf.mark(KEY).version == 0
    mark = put(shelf)
    assert shelf.mark(KEY) == mark
