"""Claims about processes that are killed at a system call: strace ends them there, before it is made.

Each thread of the process is tried by itself, the one that calls and the one that projects, from the
moment of the call on, at every system call that concerns a file.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections import Counter
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

import pytest

from strandline.impl.threads.store import ThreadStore
from tests.impl.threads.items import PATIENCE, child, counted, end, line_of, said
from tests.impl.threads.killed import LIMITS, assert_sound_after_resume, lines

if TYPE_CHECKING:
    from collections.abc import Iterator

PROGRAM = """
import os, sys, threading
from pathlib import Path
from strandline.impl.threads.limits import Limits
from strandline.impl.threads.lines import Item
from strandline.impl.threads.store import ThreadStore
store = ThreadStore(Path(sys.argv[1]), limits=Limits(pace=1000, touch=1000), sync=True)
thread = store.resume("t")
tasks = {task.name: task.native_id for task in threading.enumerate()}
print(os.getpid() if sys.argv[3] == "caller" else tasks["strandline-threads"], flush=True)
sys.stdin.readline()
items = [Item("turn_context", {"model": "new"}), Item("x", {})]
if sys.argv[2] == "append":
    thread.append(items)
elif sys.argv[2] == "project":
    thread.append_and_flush(items)
elif sys.argv[2] == "rename":
    thread.rename("new")
elif sys.argv[2] == "shutdown":
    thread.append(items)
    thread.shutdown()
print("ended", flush=True)
sys.stdin.readline()
os._exit(0)
"""


CALLS: Final = "%file,%desc,fsync,fdatasync,ftruncate"
"""Every system call that takes a path or an open file."""


TRIED: Final = [
    ("append", "caller"),
    *((what, who) for what in ("project", "rename", "shutdown") for who in ("caller", "worker")),
]
"""What is called, and which thread is killed; the worker has nothing to do for an append alone."""


class Point(NamedTuple):
    """A system call of a thread: the nth of this name."""

    name: str
    number: int


@contextmanager
def attached(task: int, out: Path, point: Point | None = None) -> Iterator[bool]:
    """Have strace write down the system calls of a thread, and kill it at one; tell whether it may."""
    command = ["strace", "-p", str(task), "-e", f"trace={CALLS}", "-o", str(out)]
    if point is not None:
        command += ["-e", f"inject={point.name}:signal=KILL:when={point.number}"]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    try:
        yield "attached" in process.stderr.readline()
    finally:
        process.terminate()
        process.communicate(timeout=PATIENCE)


@cache
def why_not() -> str | None:
    """Say why strace can end no process here; None if it can."""
    if sys.platform != "linux" or shutil.which("strace") is None:
        return "there is no strace here"
    process = child("print('up', flush=True); input()")
    try:
        assert line_of(process) == "up"
        with attached(process.pid, Path(os.devnull)) as may:
            return None if may else "strace may attach to no process here"
    finally:
        process.kill()
        process.communicate(timeout=PATIENCE)


def called(folder: Path, what: str, who: str, point: Point | None = None) -> tuple[bool, list[Point]]:
    """Make a call, killed at a system call, and judge what is left.

    Returns:
        Whether it ended before it was killed, and the system calls that the thread made.
    """
    with ThreadStore(folder, limits=LIMITS) as store:
        store.create("t", cwd="/w").append_and_flush([said("a"), counted(1)])
    path, log = folder / "rollouts" / "t.jsonl", folder / "strace"
    before = lines(path)
    process = child(PROGRAM, folder, what, who)
    task = int(line_of(process))
    try:
        with attached(task, log, point) as may:
            assert may
            assert process.stdin is not None
            with suppress(BrokenPipeError):  # killed already, as it went on to read this
                process.stdin.write("go\n")
                process.stdin.flush()
            told = line_of(process)
    finally:
        end(process)
    found = lines(path)
    assert found[: len(before)] == before
    if told:
        assert found[len(before)]["payload"] in ({"model": "new"}, {"set": {"title": "new"}, "clear": []})
    if told and what != "append":
        with ThreadStore(folder, limits=LIMITS) as store:
            row = store.read("t")
            assert row is not None
            assert row["title" if what == "rename" else "model"] == "new"
    assert_sound_after_resume(folder)
    return bool(told), points(log)


def points(log: Path) -> list[Point]:
    """Read what strace wrote down."""
    counts: Counter[str] = Counter()
    found = []
    for line in log.read_text("utf-8", "replace").splitlines():
        name, parenthesis, _ = line.partition("(")
        if parenthesis and name.isidentifier():
            counts[name] += 1
            found.append(Point(name, counts[name]))
    return found


@pytest.mark.search
@pytest.mark.parametrize("stride", [16, pytest.param(1, marks=pytest.mark.night)])
@pytest.mark.parametrize(("what", "who"), TRIED)
def test_a_process_that_is_killed_at_a_system_call_loses_nothing_that_was_told(
    tmp_path: Path, what: str, who: str, stride: int
) -> None:
    if why := why_not():
        pytest.skip(why)
    ended, found = called(tmp_path / "whole", what, who)
    assert ended
    killed = [not called(tmp_path / f"{n}", what, who, point)[0] for n, point in enumerate(found[::stride])]
    assert sum(killed) >= len(killed) // 2, "a call need not make the same system calls twice, but most of them"
