"""Claims about a save that is struck: killed, refused by the disk, raced by others, and what it wrote spoiled later.

What strikes is real: strace kills a process at a system call, or lets that fail; each process is a fresh one.
"""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import sys
import threading
from collections import Counter
from contextlib import closing
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

from strandline.impl.memo.encoding import DIGEST
from tests.impl.memo.machine import SCHEMA, request
from tests.impl.memo.saving import AFTER, BEFORE
from tests.impl.memo.shelved import CODEC, found, keeper, memo, never, saved, told

if TYPE_CHECKING:
    from collections.abc import Iterable

    from strandline.impl.memo.memo import Memo

ROOT: Final = Path(__file__).parents[3]
WRITING: Final = frozenset({"pwrite64", "fdatasync", "fsync", "ftruncate", "unlink", "openat", "fchown"})
"""The system calls at which a disk can fail a save."""


@cache
def injects() -> bool:
    """Whether strace is here and may look on."""
    strace = shutil.which("strace")
    return strace is not None and subprocess.run([strace, "-o", "/dev/null", "true"], check=False).returncode == 0


def needs_strace() -> None:
    if not injects():
        pytest.skip("strace is not here, or may not look on")


def traced(path: Path, *inject: str) -> subprocess.CompletedProcess[str]:
    """Save the second memo over the first one in a process of its own, whose calls on the file are traced."""
    files = ["-P", str(path), "-P", f"{path}-journal"]
    strace = ["strace", "-f", "-qq", "-o", str(path.with_name("trace")), *files, *inject]
    child = [sys.executable, "-m", "tests.impl.memo.saving", str(path)]
    return subprocess.run([*strace, *child], cwd=ROOT, capture_output=True, text=True, check=False, timeout=60)


def laid(folder: Path) -> Path:
    """Keep the first memo in a new file."""
    folder.mkdir()
    path = folder / "memos.sqlite"
    saved(path, BEFORE)
    return path


def calls(folder: Path) -> list[tuple[str, int]]:
    """List the system calls of a save in order: each by its name, and which one of that name it is."""
    path = laid(folder)
    assert traced(path).stdout == "saved\n"
    assert found(path) == told(AFTER)
    counts: Counter[str] = Counter()
    listed = []
    for line in path.with_name("trace").read_text().splitlines():
        name = line.split(maxsplit=1)[1].partition("(")[0]
        counts[name] += 1
        listed.append((name, counts[name]))
    return listed


def is_sound(path: Path) -> Memo | None:
    """See that the file holds one of the two memos, whole, that the next save goes well, and that nothing is left."""
    left = found(path)
    assert left in (told(BEFORE), told(AFTER))
    saved(path, memo(1, 2))
    assert found(path) == told(memo(1, 2))
    assert {one.name for one in path.parent.iterdir()} <= {path.name, "trace"}
    return left


def killed(tmp_path: Path, stride: int) -> list[Memo | None]:
    """Kill a save at some of its system calls; give what each left."""
    left = []
    for name, count in calls(tmp_path / "calls")[::stride]:
        path = laid(tmp_path / f"{name}{count}")
        done = traced(path, "-e", f"inject={name}:signal=SIGKILL:when={count}")
        assert done.returncode == -9, done.stderr
        left.append(is_sound(path))
    assert left[0] == told(BEFORE)
    assert left[-1] == told(AFTER)
    return left


@pytest.mark.checkout
@pytest.mark.search
def test_a_save_that_is_killed_leaves_the_old_memo_or_the_new_one(tmp_path: Path) -> None:
    """F-M1 at every eleventh system call; the night asks for each."""
    needs_strace()
    assert len(killed(tmp_path, 11)) > 10


@pytest.mark.checkout
@pytest.mark.search
@pytest.mark.night
def test_a_save_that_is_killed_anywhere_leaves_the_old_memo_or_the_new_one(tmp_path: Path) -> None:
    """F-M1."""
    needs_strace()
    assert len(killed(tmp_path, 1)) > 100


def failing(tmp_path: Path, error: str, stride: int, *, ever_after: bool) -> int:
    """Let a save fail at some of the calls that write, once or ever after; count how often that did no harm."""
    well = 0
    for name, count in [call for call in calls(tmp_path / "calls") if call[0] in WRITING][::stride]:
        path = laid(tmp_path / f"{name}{count}")
        done = traced(path, "-e", f"inject={name}:error={error}:when={count}{'+' if ever_after else ''}")
        assert done.returncode == 0, done.stderr
        assert "(INJECTED)" in path.with_name("trace").read_text()
        if done.stdout != "saved\n":
            assert done.stdout.startswith(("full: ", "io: ", "permission: ")), done.stdout
        assert is_sound(path) == told(AFTER if done.stdout == "saved\n" else BEFORE), (name, count, done.stdout)
        well += done.stdout == "saved\n"
    return well


@pytest.mark.checkout
@pytest.mark.search
@pytest.mark.parametrize(("error", "ever_after"), [("ENOSPC", True), ("EIO", False)])
def test_a_disk_that_fails_keeps_the_old_memo_and_says_so(
    tmp_path: Path,
    error: str,
    ever_after: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    """F-M2, F-M4 at every eleventh call that writes; the night asks for each."""
    needs_strace()
    failing(tmp_path, error, 11, ever_after=ever_after)


@pytest.mark.checkout
@pytest.mark.search
@pytest.mark.night
@pytest.mark.parametrize("error", ["ENOSPC", "EIO", "EFBIG", "EROFS"])
@pytest.mark.parametrize("ever_after", [False, True])
def test_a_disk_that_fails_anywhere_keeps_the_old_memo_and_says_so(
    tmp_path: Path,
    error: str,
    ever_after: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    """F-M2, F-M3, F-M4."""
    needs_strace()
    failing(tmp_path, error, 1, ever_after=ever_after)


# What was written is spoiled later

SMALL: Final = memo(*range(1, 560))


def flipped(path: Path, places: Iterable[int]) -> tuple[int, int]:
    """Flip one bit at a time and back again; count how often the memo was ignored, and how often it was found whole."""
    ignored = whole = 0
    for place in places:
        byte, bit = divmod(place, 8)
        with path.open("r+b", buffering=0) as file:
            file.seek(byte)
            (before,) = file.read(1)
            file.seek(byte)
            file.write(bytes([before ^ 1 << bit]))
        left = found(path)
        assert left is None or left == told(SMALL), place
        ignored += left is None
        whole += left is not None
        with path.open("r+b", buffering=0) as file:
            file.seek(byte)
            file.write(bytes([before]))
    return ignored, whole


def cut(path: Path, lengths: Iterable[int]) -> int:
    """Cut the file to one length after another; count how often the memo was found whole nevertheless."""
    content = path.read_bytes()
    whole = 0
    for length in lengths:
        path.write_bytes(content[:length])
        left = found(path)
        assert left is None or left == told(SMALL), length
        whole += left is not None
        path.write_bytes(content)
    return whole


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """A persisted memo of some 50 kB."""
    path = tmp_path / "memos.sqlite"
    saved(path, SMALL)
    assert 45_000 < path.stat().st_size < 70_000
    return path


def test_a_flipped_bit_never_makes_another_memo(small: Path) -> None:
    """F-M7: one bit in 1,009, and some of the first hundred bytes, which tell SQLite what the file is."""
    places = [*range(0, small.stat().st_size * 8, 1009), *range(0, 800, 3)]
    ignored, whole = flipped(small, places)
    assert ignored > len(places) // 2
    assert whole > 0


def test_a_file_that_was_cut_never_makes_another_memo(small: Path) -> None:
    """F-M7: one length in 499; the night asks for all."""
    assert cut(small, range(0, small.stat().st_size, 499)) == 0


@pytest.mark.search
@pytest.mark.night
def test_no_flipped_bit_makes_another_memo_and_no_length(small: Path) -> None:
    """F-M7: each bit, each length."""
    size = small.stat().st_size
    ignored, whole = flipped(small, range(size * 8))
    print(f"\n{size:,} bytes: {ignored:,} flips ignored, {whole:,} harmless")  # noqa: T201 - to be counted
    whole = cut(small, range(size))
    print(f"{size:,} lengths, {whole:,} harmless")  # noqa: T201 - the same


def test_a_spoiled_file_is_made_anew_or_its_reason_is_told(small: Path) -> None:
    content = small.read_bytes()
    for place in range(0, len(content) * 8, 4999):
        spoiled = bytearray(content)
        spoiled[place // 8] ^= 1 << place % 8
        small.write_bytes(spoiled)
        keeping = keeper(small)
        mark = keeping.look(None, 0, never).mark
        keeping.offer(AFTER, mark)
        keeping.save(now=True)
        keeping.close()
        assert mark is None or keeping.persistence.unsaved is not None or found(small) == told(AFTER), place
        small.unlink(missing_ok=True)


# Others save at once


@pytest.mark.checkout
@pytest.mark.search
@pytest.mark.parametrize("processes", [2, 3])
def test_processes_that_save_at_once_never_replace_a_newer_memo(tmp_path: Path, processes: int) -> None:
    """H17: a trigger in the file of memos writes down every head that was ever stored; a log only grows, so that its
    sequence tells which of two memos rests on the newer snapshot."""
    log, kept = tmp_path / "logs.sqlite", tmp_path / "memos.sqlite"
    with closing(sqlite3.connect(log, isolation_level=None)) as writer:
        writer.execute("PRAGMA journal_mode = wal")
        writer.execute(SCHEMA)
        saved(kept, memo(1))
        with closing(sqlite3.connect(kept, isolation_level=None)) as audit:
            audit.execute("CREATE TABLE heads (head BLOB)")
            written = "ON memos BEGIN INSERT INTO heads VALUES (new.head); END"
            audit.execute(f"CREATE TRIGGER inserted AFTER INSERT {written}")
            audit.execute(f"CREATE TRIGGER updated AFTER UPDATE {written}")
        child = [sys.executable, "-m", "tests.impl.memo.racing", str(log), str(kept), "40"]
        running = [subprocess.Popen(child, cwd=ROOT, stdout=subprocess.PIPE, text=True) for _ in range(processes)]
        ended = threading.Event()
        inserting = threading.Thread(target=grow, args=(log, ended))
        inserting.start()
        outcomes = [one.communicate(timeout=120)[0] for one in running]
        ended.set()
        inserting.join()
    assert [one.returncode for one in running] == [0] * processes, outcomes
    with closing(sqlite3.connect(kept)) as audit:
        heads = [bytes(head)[DIGEST:] for (head,) in audit.execute("SELECT head FROM heads ORDER BY rowid")]
    sequences = [CODEC.read_head(head).sequence for head in heads]
    assert sequences == sorted(sequences)
    assert len(set(sequences)) > processes


def grow(log: Path, ended: threading.Event) -> None:
    """Add rows until the end, and now and then delete one."""
    with closing(sqlite3.connect(log, isolation_level=None, timeout=10)) as writer:
        row = 0
        while not ended.wait(0.002):
            row += 1
            body = request(f"t{row}")
            writer.execute("INSERT INTO logs (ts, ts_nanos, feedback_log_body) VALUES (1, 0, ?)", (body,))
            if row % 7 == 0:
                writer.execute("DELETE FROM logs WHERE id = ?", (row - 3,))
