"""Claims about processes that are killed: after a resume and one append the row is the fold of the rollout."""

from __future__ import annotations

import json
import random
import signal
import sqlite3
import sys
import time
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from strandline.impl.threads.errors import NotFoundError
from strandline.impl.threads.limits import Limits
from strandline.impl.threads.store import ThreadStore
from tests.impl.threads.items import PATIENCE, child, counted, end, line_of
from tests.impl.threads.killed import LIMITS, assert_sound_after_resume, lines

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL there")

POINTS_MAX = 400
"""Points of one program after which the search for the last one has failed."""

LOAD = """
import sys
from pathlib import Path
from strandline.impl.threads.limits import Limits
from strandline.impl.threads.lines import Item
from strandline.impl.threads.store import ThreadStore
store = ThreadStore(Path(sys.argv[1]), limits=Limits(pace=0.001, touch=0.001))
thread = store.resume("t")
for number in range(1_000_000):
    if number % 7 == 3:
        thread.rename(f"renamed {number}")
        print("renamed", number, flush=True)
    elif number % 5 == 2:
        thread.append_and_flush([Item("event_msg", {"type": "user_message", "message": f"said {number}"})])
        print("flushed", number, flush=True)
    else:
        token = thread.append([Item("turn_context", {"model": f"m{number}"}), Item("x", {"n": number})])
        print("appended", token.ordinal, flush=True)
"""


NIGHT = (pytest.mark.search, pytest.mark.night)


@pytest.mark.parametrize("kills", [12, pytest.param(200, marks=NIGHT)])
def test_a_process_that_is_killed_under_load_loses_nothing_that_was_acknowledged(tmp_path: Path, kills: int) -> None:
    dice = random.Random(20)  # noqa: S311 - when to kill
    with ThreadStore(tmp_path, limits=LIMITS) as store:
        store.create("t").append([counted(1)])
    for _ in range(kills):
        process = child(LOAD, tmp_path)
        told = [line_of(process) for _ in range(dice.randrange(1, 30))]
        end(process)
        found = lines(tmp_path / "rollouts" / "t.jsonl")
        text = json.dumps(found)
        for word, number in (line.split() for line in told if line):
            if word == "appended":
                assert len(found) >= int(number)
            else:
                assert f"{'said' if word == 'flushed' else 'renamed'} {number}" in text
        assert_sound_after_resume(tmp_path)


PROGRAM = """
import os, signal, sqlite3, sys
from pathlib import Path
from strandline.impl.threads import database as databases
from strandline.impl.threads import rollout as rollouts
from strandline.impl.threads.limits import Limits
from strandline.impl.threads.lines import Item
from strandline.impl.threads.store import ThreadStore

folder, what, left = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])

def point():
    global left
    left -= 1
    if left == 0:
        os.kill(os.getpid(), signal.SIGKILL)

def around(function, half=None):
    def call(*arguments, **options):
        point()
        if half is not None and left == 1:
            half(*arguments)
            point()
        result = function(*arguments, **options)
        point()
        return result
    return call

class Killed(sqlite3.Connection):
    def execute(self, statement, *arguments):
        return around(super().execute)(statement, *arguments)

write = os.write
real = {name: getattr(os, name) for name in ("write", "ftruncate", "fsync", "open", "close")}
database = databases.MetadataStore(folder / "threads.sqlite", folder / "rollouts",
    connect=lambda *a, **o: sqlite3.connect(*a, factory=Killed, **o))
store = ThreadStore(folder, limits=Limits(pace=1000, touch=1000), database=database, sync=True)
thread = store.resume("t")
def torn(descriptor, data):
    write(descriptor, bytes(data)[:9])

for name, function in real.items():
    setattr(rollouts.os, name, around(function, torn if name == "write" else None))
remove = Path.unlink
Path.unlink = around(remove)
if what == "append":
    thread.append([Item("turn_context", {"model": "m"}), Item("x", {})])
elif what == "flush":
    thread.append_and_flush([Item("turn_context", {"model": "m"})])
elif what == "rename":
    thread.rename("mine")
elif what == "shutdown":
    thread.append([Item("turn_context", {"model": "m"})])
    thread.shutdown()
elif what == "discard":
    thread.discard()
point()
print("ended", flush=True)
os._exit(0)
"""


@pytest.mark.parametrize("what", ["append", "flush", "rename", "shutdown", "discard"])
def test_a_process_that_is_killed_at_any_point_of_a_call_leaves_what_a_resume_makes_whole(
    tmp_path: Path, what: str
) -> None:
    """Before and after each write, sync, truncation, removal and statement, and in the midst of each write."""
    killed = 0
    for number in range(1, POINTS_MAX, 1 if what in {"append", "discard"} else 2):
        folder = tmp_path / str(number)
        with ThreadStore(folder, limits=LIMITS) as store:
            store.create("t", cwd="/w").append_and_flush([counted(1)])
        process = child(PROGRAM, folder, what, str(number))
        told = line_of(process)
        process.communicate(timeout=PATIENCE)
        if told:
            break
        killed += 1
        if (folder / "rollouts" / "t.jsonl").exists():
            assert_sound_after_resume(folder)
        else:
            assert what == "discard"
            assert_discarded(folder)
    else:
        raise AssertionError("the call has no last point")
    assert killed > 4


def assert_discarded(folder: Path) -> None:
    with ThreadStore(folder, limits=LIMITS) as store:
        assert store.list().rows == ()
        with pytest.raises(NotFoundError):
            store.resume("t")
    with closing(sqlite3.connect(folder / "threads.sqlite")) as connection:
        assert connection.execute("SELECT count(*) FROM threads").fetchone() == (0,)


KILLED_AFTER_FLUSH = """
import os, signal, sys
from pathlib import Path
from strandline.impl.threads.lines import Item
from strandline.impl.threads.store import ThreadStore
store = ThreadStore(Path(sys.argv[1]))
for number in range(int(sys.argv[2])):
    thread = store.create(f"t{number}")
    thread.append_and_flush([Item("event_msg", {"type": "goal", "text": str(number)})])
    if number == int(sys.argv[2]) - 1:
        os.kill(os.getpid(), signal.SIGKILL)
    print(number, flush=True)
"""


@pytest.mark.parametrize(("kills", "threads"), [(3, 20), pytest.param(1_000, 1, marks=NIGHT)])
def test_another_process_lists_a_thread_as_soon_as_append_and_flush_has_returned(
    tmp_path: Path, kills: int, threads: int
) -> None:
    """Also when the process is killed at that instant, by itself; it tells of the last one by its end alone."""
    for kill in range(kills):
        folder = tmp_path / str(kill)
        process = child(KILLED_AFTER_FLUSH, folder, str(threads))
        with ThreadStore(folder) as store:
            for number in range(threads - 1):
                assert line_of(process) == str(number)
                assert f"t{number}" in {row.thread for row in store.list(100).rows}
            process.communicate(timeout=PATIENCE)
            assert process.returncode == -signal.SIGKILL
            assert f"t{threads - 1}" in {row.thread for row in store.list(100).rows}


SHARE = """
import sys
from pathlib import Path
from strandline.impl.threads.lines import Item
from strandline.impl.threads.store import ThreadStore
with ThreadStore(Path(sys.argv[1])) as store:
    threads = [store.create(f"{sys.argv[2]}{number}") for number in range(5)]
    for number in range(30):
        for thread in threads:
            thread.append([Item("turn_context", {"model": f"m{number}"})])
        threads[number % 5].rename(f"r{number}", deadline=60)
print("ended", flush=True)
"""


def test_two_processes_share_a_database_and_lose_no_field(tmp_path: Path) -> None:
    processes = [child(SHARE, tmp_path, name) for name in "ab"]
    for process in processes:
        assert line_of(process) == "ended"
        process.communicate(timeout=PATIENCE)
    with ThreadStore(tmp_path, limits=LIMITS) as store:
        rows = store.list(100).rows
        assert len(rows) == 10
        for row in rows:
            assert row["model"] == "m29"
            assert row["title"] == f"r{25 + int(row.thread[1])}"


FULL = """
import resource, sys
from pathlib import Path
from strandline.impl.threads.errors import ProjectionError
from strandline.impl.threads.limits import Limits
from strandline.impl.threads.lines import Item
from strandline.impl.threads.store import ThreadStore
store = ThreadStore(Path(sys.argv[1]), limits=Limits(pace=1000, touch=1000))
thread = store.create("t")
_, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
resource.setrlimit(resource.RLIMIT_FSIZE, (150_000, hard))
reason = None
for number in range(200):
    thread.append([Item("turn_context", {"model": f"m{number}"})])
    try:
        thread.flush()
    except ProjectionError as error:
        reason = error.reason
        break
print(reason, flush=True)
thread.append([Item("turn_context", {"model": "last"})])
resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
print(thread.flush(deadline=60).status, store.read("t")["model"], flush=True)
store.close()
"""


def test_a_database_that_the_system_lets_grow_no_more_holds_up_no_append_and_drains_later(tmp_path: Path) -> None:
    process = child(FULL, tmp_path)
    assert line_of(process) in {"io", "full"}
    assert line_of(process) == "done last"
    process.communicate(timeout=PATIENCE)
    assert process.returncode == 0


LOCK = """
import sqlite3, sys
other = sqlite3.connect(sys.argv[1], isolation_level=None)
other.execute("BEGIN IMMEDIATE")
print("locked", flush=True)
sys.stdin.readline()
"""


@pytest.mark.parametrize("seconds", [0, pytest.param(60, marks=NIGHT)])
def test_a_database_that_another_process_locks_is_waited_for_no_longer_than_the_deadline(
    tmp_path: Path, seconds: int
) -> None:
    with ThreadStore(tmp_path, limits=Limits(busy=PATIENCE)) as store:
        thread = store.create()
        thread.append_and_flush([counted(1)])
        process = child(LOCK, tmp_path / "threads.sqlite")
        assert line_of(process) == "locked"
        end_ = time.monotonic() + seconds
        while True:
            begun = time.monotonic()
            for number in range(50):
                thread.append([counted(number)])
            assert thread.flush(deadline=0.05, on_failure="return").status in {"expired", "failed"}
            assert time.monotonic() - begun < PATIENCE / 2
            if time.monotonic() >= end_:
                break
        end(process)
        assert thread.flush(deadline=PATIENCE).status == "done"
        row = store.read(thread.id)
        assert row is not None
        assert row.generation == thread.generation
