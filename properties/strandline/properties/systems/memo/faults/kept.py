"""Faults of the persisted memo: what strikes a save, what is done to the file, and who else uses it.

Whatever happens to it, an answer is exact. A save that fails is told, and so is a file that is not believed.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from contextlib import closing, contextmanager, suppress
from typing import TYPE_CHECKING, Any, Final

from strandline.properties.core.counting import many
from strandline.properties.systems.memo.faults.bench import NOBODY, Process, SubjectError, execute, rows
from strandline.properties.systems.memo.faults.calls import attached
from strandline.properties.systems.memo.faults.fault import EXACT, Fault
from strandline.properties.systems.memo.faults.subject import Order

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from strandline.properties.systems.memo.faults.bench import Bench

NOT_SAVED: Final = "not saved"
"""The answer was given, and it was told why the memo is not kept."""

IGNORED: Final = "memo ignored"
"""The answer was given, and it was told why the memo that was kept was not believed."""

SAVING: Final = ("openat", "pwrite64", "fdatasync", "unlink", "fcntl", "close")
"""Calls to the system that a save makes on its file."""

CALLS_FEW: Final = 2
"""Calls of each kind that are struck in a suite of tests."""

CALLS_MAX: Final = 300
"""Calls of one kind after which the loop over them has failed to end."""

BYTES_FEW: Final = 23
"""In a suite of tests each so many-th byte is damaged, of those that are not zero."""

RACES: Final = 12
"""Rounds in which two processes save at once."""


def _memo(bench: Bench) -> Path:
    """Give where the memo is kept: in a folder for one user, as a cache is."""
    folder = bench.folder / "cache"
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder / "memos.sqlite"


def _keep(bench: Bench, process: Process, memo: Path, path: Path | None = None) -> dict[str, Any]:
    """Ask a scanner that comes new and keeps its memo, judge the answer, and give what became of the memo."""
    found = process.do("kept", memo=str(memo))
    bench.judge(found, path or bench.path)
    kept: dict[str, Any] = found.get("kept") or {}
    bench.seen.outcomes.update(
        what for what, why in ((NOT_SAVED, "unsaved"), (IGNORED, "ignored")) if kept.get(why) is not None
    )
    return kept


def _is_whole(bench: Bench, memo: Path) -> None:
    """See that what is kept is an old memo or a new one, and that it can be saved again."""
    with bench.subject() as process:
        kept = _keep(bench, process, memo)
        if kept.get("ignored") or kept.get("unsaved"):
            bench.seen.wrong.append(f"what was left is no memo: {kept}")
    left = sorted(one.name for one in memo.parent.iterdir())
    if left != [memo.name]:
        bench.seen.wrong.append(f"left behind: {', '.join(left)}")


@contextmanager
def _grown(bench: Bench) -> Iterator[Callable[[], None]]:
    """Give what adds a row to the log, so that there is something to save."""
    number = 6
    with closing(bench.book()) as book:

        def grow() -> None:
            nonlocal number
            number += 1
            book.commit(rows(number, number))

        yield grow


def _killed(bench: Bench) -> None:
    """Kill the process at the n-th call of each kind that a save makes."""
    memo, struck = _memo(bench), 0
    with _grown(bench) as grow:
        _is_whole(bench, memo)
        for call in SAVING:
            for number in range(1, CALLS_MAX if bench.whole else 1 + CALLS_FEW):
                grow()
                if not _dies(bench, memo, call, number):
                    break
                struck += 1
                _is_whole(bench, memo)
    bench.seen.notes.append(f"killed at {many(struck, 'call')}")
    if not struck:
        raise RuntimeError("strace killed nothing")


def _dies(bench: Bench, memo: Path, call: str, number: int) -> bool:
    """Tell whether a process was killed at this call; one that was not ended its save."""
    process = Process(Order(str(bench.path), bench.mutant), {})
    try:
        with attached(process, bench.folder / "trace", *_on(memo, call, f"signal=SIGKILL:when={number}")):
            _keep(bench, process, memo)
    except SubjectError as error:
        if "signal 9" not in str(error):
            bench.seen.wrong.append(f"the scanner's process: {error}")
        return True
    finally:
        process.end()
    return False


def _on(memo: Path, call: str, what: str) -> tuple[str, ...]:
    """Give the words by which strace does something to the calls on the memo and its journal."""
    files = ("-P", str(memo), "-P", f"{memo}-journal")
    return (*files, "-e", f"trace={call}", "-e", f"inject={call}:{what}")


def _failing(*calls: tuple[str, str]) -> Callable[[Bench], None]:
    """Let the n-th call of some kinds fail and all after it, then look whether all is well without."""

    def run(bench: Bench) -> None:
        memo, struck = _memo(bench), 0
        with _grown(bench) as grow:
            for call, error in calls:
                for number in range(1, CALLS_MAX if bench.whole else 1 + CALLS_FEW):
                    grow()
                    report = bench.folder / "trace"
                    with (
                        bench.subject() as process,
                        attached(process, report, *_on(memo, call, f"error={error}:when={number}+")),
                    ):
                        _keep(bench, process, memo)
                    if "INJECTED" not in report.read_text("utf-8", "replace"):
                        break
                    struck += 1
                    _is_whole(bench, memo)
        bench.seen.notes.append(f"{many(struck, 'call')} failed")

    return run


def _full(bench: Bench) -> None:
    """A file system with no room left, and then with some."""
    memo = _memo(bench)
    subprocess.run(  # noqa: S603 - the system's own
        ["mount", "-t", "tmpfs", "-o", "size=128k,mode=700", "tmpfs", str(memo.parent)],  # noqa: S607 - the same
        check=True,
        capture_output=True,
    )
    try:
        with _grown(bench) as grow, bench.subject() as process:
            _keep(bench, process, memo)
            filler = memo.with_name("filler")
            with filler.open("wb", buffering=0) as file, suppress(OSError):
                while True:
                    file.write(bytes(4096))
            grow()
            _keep(bench, process, memo)
            filler.unlink()
            _keep(bench, process, memo)
    finally:
        subprocess.run(["umount", str(memo.parent)], check=True, capture_output=True)  # noqa: S603, S607 - the system's


def _no_file_grows(bench: Bench) -> None:
    """A limit on the size of files, and then none."""
    memo = _memo(bench)
    with _grown(bench) as grow, bench.subject() as process:
        for size in (0, 1, 4_096):
            process.do("limit", name="RLIMIT_FSIZE", number=size)
            _keep(bench, process, memo)
            process.do("limit", name="RLIMIT_FSIZE", number=1 << 30)
            grow()
            _keep(bench, process, memo)
    _is_whole(bench, memo)


def _not_permitted(bench: Bench) -> None:
    """A folder in which nothing may be made, and a memo of another user."""
    bench.log()
    folder = bench.folder / "cache"
    folder.mkdir(mode=0o755)
    with bench.subject() as process:
        process.do("become", user=NOBODY)
        _keep(bench, process, folder / "memos.sqlite")
    (folder / "memos.sqlite").touch(0o600)
    with bench.subject() as process:
        process.do("become", user=NOBODY)
        _keep(bench, process, folder / "memos.sqlite")


def _damaged(bench: Bench) -> None:
    """The memo with a flipped bit, cut, zeroed, empty, of another version, and of another log."""
    memo = _memo(bench)
    bench.log()
    with bench.subject() as process:
        _keep(bench, process, memo)
        whole = memo.read_bytes()
        places = [at for at, byte in enumerate(whole) if byte or bench.whole][:: 1 if bench.whole else BYTES_FEW]
        spoiled = [whole[:at] + bytes([whole[at] ^ 1 << at % 8]) + whole[at + 1 :] for at in places]
        spoiled += [whole[:length] for length in places]
        for content in (*spoiled, bytes(len(whole))):
            memo.write_bytes(content)
            _keep(bench, process, memo)
        for version in (0, 99):
            memo.write_bytes(whole)
            execute(memo, f"PRAGMA user_version = {version}")
            _keep(bench, process, memo)
    other = bench.log(turns=3, path=bench.folder / "other")
    memo.unlink()
    with bench.subject(other) as process:
        _keep(bench, process, memo, other)
    shutil.copyfile(other, bench.path)  # what is kept of one path is of another file now
    with bench.subject() as process:
        _keep(bench, process, memo)


def _two_at_once(bench: Bench) -> None:
    """Two processes that ask and save at once, while the log grows."""
    memo = _memo(bench)
    with _grown(bench) as grow, bench.subject() as one, bench.subject() as other:
        for _ in range(RACES):
            grow()
            for process in (one, other):
                process.tell("kept", memo=str(memo))
            for process in (one, other):
                bench.judge(process.hear(), bench.path)
    _is_whole(bench, memo)


ODD: Final[tuple[Callable[[Path], object], ...]] = (
    lambda memo: memo.mkdir(),
    lambda memo: os.mkfifo(memo),  # noqa: PLW0108 - there is none on Windows
    lambda memo: memo.symlink_to(memo.with_name("elsewhere")),
    lambda memo: memo.write_text("a letter, and no memo" * 500),
    lambda memo: execute(memo, "CREATE TABLE letters (letter)"),
    lambda memo: memo.touch(0o644),
)
"""What may lie where a memo is to be kept."""


def _odd(bench: Bench) -> None:
    """Something else at its path, which stays as it is."""
    bench.log()
    with bench.subject() as process:
        for number, make in enumerate(ODD):
            folder = bench.folder / str(number)
            folder.mkdir(mode=0o700)
            make(folder / "memo")
            before = (folder / "memo").lstat()
            _keep(bench, process, folder / "memo")
            if (folder / "memo").lstat() != before or len(list(folder.iterdir())) != 1:
                bench.seen.wrong.append(f"what lay there was changed: {folder.name}")


KEPT: Final = (
    Fault("F-M1", "killed as it saves", "strace", _killed, (EXACT,)),
    Fault("F-M2", "no room for the memo", "tmpfs", _full, (EXACT, NOT_SAVED)),
    Fault(
        "F-M2",
        "ENOSPC at each write of a save",
        "strace",
        _failing(("pwrite64", "ENOSPC"), ("openat", "ENOSPC")),
        (EXACT, IGNORED, NOT_SAVED),
        (EXACT, NOT_SAVED),
    ),
    Fault("F-M3", "no file may grow, the memo neither", "limit", _no_file_grows, (EXACT, NOT_SAVED)),
    Fault(
        "F-M4",
        "EIO at each write and sync of a save",
        "strace",
        _failing(("fdatasync", "EIO"), ("pwrite64", "EIO")),
        (EXACT, IGNORED, NOT_SAVED),
        (EXACT, NOT_SAVED),
    ),
    Fault("F-M5", "the memo may not be written", "user", _not_permitted, (EXACT, IGNORED, NOT_SAVED)),
    Fault("F-M7", "a damaged memo", "files", _damaged, (EXACT, IGNORED, NOT_SAVED), (EXACT, IGNORED)),
    Fault("F-M9", "two processes save", "process", _two_at_once, (EXACT,)),
    Fault("F-M10", "something else at the memo's path", "files", _odd, (EXACT, IGNORED, NOT_SAVED), (EXACT, IGNORED)),
)
"""Every fault of the persisted memo."""
