"""A storm: three ``strandline turns`` follow a log that is replaced, truncated, locked, corrupted and restored.

They share one persisted memo, and two of them are killed now and then, and started again. An oracle judges each answer
inside of the refresh's own read transaction. Whatever is no answer must be unavailable with its reason. Meanwhile
the memory and the open files of the one that is never killed are looked at.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import sqlite3
import subprocess
import sys
import threading
import time
from collections import Counter
from contextlib import closing, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple, get_args

from strandline.impl.memo.answer import Reason
from strandline.properties.core.verdict import Verdict
from strandline.properties.harness.interruption import undisturbed
from strandline.properties.systems.memo.agreement.path_matrix import Book
from strandline.properties.systems.memo.faults.bench import DEADLINE, SAID_MAX, folder, rows

if TYPE_CHECKING:
    from collections.abc import Callable

    from strandline.properties.systems.memo.driver.disk import Journal

JOURNALS: Final[tuple[Journal, ...]] = ("delete", "wal")
"""The journal modes in which there are storms."""

INTERVAL: Final = 0.005
"""Seconds between two refreshes."""

GROWN_MAX: Final = 16 * 1024
"""KiB by which the memory may differ between the first third and the last."""

DESCRIPTORS_MAX: Final = 4
"""Open files by which the process may differ between the first third and the last."""

OTHERS: Final = 2
"""How many processes follow the log beside the one that is never killed."""

KILLS: Final = 0.02
"""How often an act is to kill one of them."""

LONG: Final = 6.0
"""Seconds of a lock that outlasts the patience of a refresh."""

_SHORT: Final = 0.03  # seconds between two acts, at most
_WAIT: Final = 0.05  # seconds to wait for a reader
_RARE: Final = 0.01  # how many of the locks are long ones
_ROWS: Final = 60
_PAGE: Final = 4_096
_LOOK: Final = 0.2  # seconds between two looks at the process
_MAIN: Final = "from strandline.properties.commands.entry import main; main()"


class Storm(NamedTuple):
    """What was seen: the acts, the outcomes, what was wrong, and memory (KiB) and open files at first and at last."""

    seconds: float
    journal: Journal
    acts: Counter[str]
    outcomes: Counter[str]
    wrong: tuple[str, ...]
    memory: tuple[int, int]
    descriptors: tuple[int, int]

    @property
    def verdict(self) -> Verdict:
        """Whether all of it was right; a storm in which nothing was compared, or nothing failed, shows nothing."""
        if self.wrong:
            return Verdict.VIOLATED
        failed = sum(count for name, count in self.outcomes.items() if name in get_args(Reason))
        return Verdict.HOLDS if self.outcomes["exact"] and failed else Verdict.INCONCLUSIVE


class _Meddler:
    """What happens to the log, one act after the other, by dice."""

    def __init__(self, place: Path, seed: int, journal: Journal) -> None:
        self.path = place / "logs.sqlite"
        self._spare = place / "spare"
        self._good = place / "good"
        self.journal: Journal = journal
        self.dice = random.Random(seed)  # noqa: S311 - what happens next
        self._made = 0
        self.acts: Counter[str] = Counter()
        self.replace()

    def act(self) -> None:
        """Do one thing."""
        act: Callable[[], None] = self.dice.choice(
            (self.append, self.append, self.prune, self.replace, self.truncate, self.corrupt, self.lock, self.delete)
        )
        self.acts[act.__name__] += 1
        with suppress(sqlite3.Error):  # a reader may hold its lock for longer than is waited
            act()
        time.sleep(self.dice.random() * _SHORT)  # the pace of the storm; nothing is waited for, here and below

    def append(self) -> None:
        """Insert some rows."""
        self._made += 1
        self._run(
            "INSERT INTO logs (ts, ts_nanos, level, target, feedback_log_body, thread_id) VALUES (?, ?, '', '', ?, ?)",
            [(row.ts, row.id, row.body, row.thread) for row in rows(1, 5, f"more-{self._made}-")],
        )

    def prune(self) -> None:
        """Delete some of the rows."""
        self._run("DELETE FROM logs WHERE id % 7 = ?", [(self.dice.randrange(7),)])

    def replace(self) -> None:
        """Rename another log over it."""
        self._other()
        self._put(self._spare)

    def truncate(self) -> None:
        """Cut it short in place, between two pages, and after a while restore what it was.

        Of a page that is cut in two under a read SQLite reads the rest as zeros, scanner and oracle as it comes.
        """
        self._keep()
        os.truncate(self.path, _PAGE * self.dice.randrange(self.path.stat().st_size // _PAGE))
        self._restore()

    def corrupt(self) -> None:
        """Write over one of its pages in place, and after a while restore what it was."""
        self._keep()
        with self.path.open("r+b") as file:
            file.seek(_PAGE * self.dice.randrange(1, max(2, self.path.stat().st_size // _PAGE)))
            file.write(b"\xee" * _PAGE)
        self._restore()

    def lock(self) -> None:
        """Lock it exclusively, now and then for longer than a refresh waits."""
        with closing(sqlite3.connect(self.path, isolation_level=None, timeout=_WAIT)) as database:
            database.execute("BEGIN EXCLUSIVE")
            time.sleep(LONG if self.dice.random() < _RARE else self.dice.random() * 3 * _SHORT)

    def delete(self) -> None:
        """Delete it, and after a while make another one."""
        self.path.unlink()
        time.sleep(self.dice.random() * _SHORT)
        self.replace()

    def _keep(self) -> None:
        shutil.copyfile(self.path, self._good)

    def _restore(self) -> None:
        time.sleep(self.dice.random() * _SHORT)
        self._put(self._good)

    def _put(self, other: Path) -> None:
        """Rename another log over it, and let nothing stay beside it that is not the other's."""
        for tail in ("-wal", "-shm", "-journal"):
            Path(f"{self.path}{tail}").unlink(missing_ok=True)
        other.replace(self.path)

    def _other(self) -> None:
        self._made += 1
        self._spare.unlink(missing_ok=True)
        with closing(Book(self._spare, self.journal)) as book:
            book.commit(rows(1, _ROWS + self.dice.randrange(_ROWS), f"history-{self._made}-"))

    def _run(self, statement: str, parameters: list[tuple[object, ...]]) -> None:
        with closing(sqlite3.connect(self.path, timeout=_WAIT)) as database, database:
            database.execute("PRAGMA synchronous = OFF")  # it is to be busy with other things than the disk
            database.executemany(statement, parameters)


class _Follower:
    """One process that follows the log, and what it says."""

    def __init__(self, words: list[str]) -> None:
        self.outcomes: Counter[str] = Counter()
        self.wrong: list[str] = []
        self._complaints: list[str] = []
        self._killed = False
        with undisturbed():
            self.process = subprocess.Popen(  # noqa: S603 - ourselves
                [sys.executable, "-c", _MAIN, *words],
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
                errors="backslashreplace",
                env=os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
                start_new_session=True,
            )
        self._threads = [threading.Thread(target=work, daemon=True) for work in (self._listen, self._hear)]
        for thread in self._threads:
            thread.start()

    def kill(self) -> None:
        """Kill it, whatever it is about to do."""
        self._killed |= self.process.poll() is None
        self.process.kill()
        self.process.wait()

    def end(self) -> None:
        """Hear it out, and look at how it ended."""
        for thread in self._threads:
            thread.join(DEADLINE)
        text = "".join(self._complaints).strip()
        if "Traceback" in text or not (self._killed or self.process.poll() in {0, None}):
            self.wrong.append(f"it ended with {self.process.returncode}: {text[-SAID_MAX:]}")

    def _listen(self) -> None:
        """Count what each refresh ended in; a line that a kill cut short is none."""
        assert self.process.stdout is not None  # noqa: S101 - it was started with one
        with self.process.stdout as lines:
            for line in lines:
                try:
                    found = json.loads(line)
                except ValueError:
                    if line.endswith("\n"):
                        self.wrong.append(f"no JSON: {line[:SAID_MAX]!r}")
                    continue
                if "refresh" in found:
                    outcome = _outcome(found)
                    self.outcomes[outcome] += 1
                    if outcome == "different":
                        self.wrong.append(f"not what the oracle says: {json.dumps(found['oracle'])[:SAID_MAX]}")

    def _hear(self) -> None:
        assert self.process.stderr is not None  # noqa: S101 - it was started with one
        with self.process.stderr as lines:
            self._complaints.extend(lines)


def storm(
    seconds: float, seed: int = 0, journal: Journal = "delete", say: Callable[[str], None] = lambda _: None
) -> Storm:
    """Let processes that share a memo follow a log in a storm.

    Args:
        seconds: how long.
        seed: of the dice.
        journal: the journal mode of the log.
        say: told now and then how it goes.
    """
    with folder() as place:
        meddler = _Meddler(place, seed, journal)
        words = ["turns", str(meddler.path), "--follow", "--oracle", "--interval", str(INTERVAL), "--for", str(seconds)]
        words += ["--memo", str(place / "memo"), "--zone", "UTC", "--format", "json"]
        followers = [_Follower(words) for _ in range(1 + OTHERS)]
        try:
            return _watched(followers, words, meddler, seconds, say)
        finally:
            for one in followers:
                one.kill()


def _watched(
    followers: list[_Follower], words: list[str], meddler: _Meddler, seconds: float, say: Callable[[str], None]
) -> Storm:
    """Meddle until the first of the processes ends, and take note of what all say and of what it holds."""
    first, dice = followers[0], meddler.dice
    began = looked = time.monotonic()
    looks: list[tuple[int, int]] = []
    gone: list[_Follower] = []
    while first.process.poll() is None:
        meddler.act()
        if dice.random() < KILLS:
            meddler.acts["kill"] += 1
            place = dice.randrange(1, len(followers))
            followers[place].kill()
            gone.append(followers[place])
            followers[place] = _Follower(words)
        now = time.monotonic()
        if now - looked > _LOOK:
            looked = now
            looks += [found] if (found := _held(first.process.pid)) and first.outcomes else []
            outcomes = sum((one.outcomes for one in (*gone, *followers)), Counter[str]())
            say(f"{now - began:.0f} s: {sum(outcomes.values()):,} refreshes, {outcomes['exact']:,} exact")
        if now - began > seconds + DEADLINE:
            first.wrong.append("it did not end in time")
            break
    for one in followers[1:]:
        one.kill()
    for one in (*gone, *followers):
        one.end()
    wrong = [said for one in (*gone, *followers) for said in one.wrong]
    memory, descriptors = _thirds([look[0] for look in looks]), _thirds([look[1] for look in looks])
    if memory[1] - memory[0] > GROWN_MAX:
        wrong.append(f"its memory grew from {memory[0]:,} to {memory[1]:,} KiB")
    if descriptors[1] - descriptors[0] > DESCRIPTORS_MAX:
        wrong.append(f"its open files grew from {descriptors[0]} to {descriptors[1]}")
    outcomes = sum((one.outcomes for one in (*gone, *followers)), Counter[str]())
    return Storm(time.monotonic() - began, meddler.journal, meddler.acts, outcomes, tuple(wrong), memory, descriptors)


def _outcome(found: dict[str, Any]) -> str:
    """Name what a refresh ended in."""
    if found.get("unavailable"):
        return str(found["unavailable"]["reason"])
    judged = found.get("oracle") or {}
    if judged.get("problem"):
        return "answered, and the oracle could not read any more"
    if judged.get("differences") or judged.get("other_counts"):
        return "different"
    return "missing" if found["read"]["path"] == "missing" else "exact"


def _held(process: int) -> tuple[int, int] | None:
    """Give the memory (KiB) and the number of open files of a process; None where the system does not tell."""
    try:
        status = Path(f"/proc/{process}/status").read_text("utf-8")
        size = next(line for line in status.splitlines() if line.startswith("VmRSS"))
        return int(size.split()[1]), len(list(Path(f"/proc/{process}/fd").iterdir()))
    except (OSError, StopIteration):
        return None


def _thirds(numbers: list[int]) -> tuple[int, int]:
    """Give the median of the second third, when all is warm, and that of the last one."""
    third = len(numbers) // 3
    if not third:
        return 0, 0
    first, last = sorted(numbers[third : 2 * third]), sorted(numbers[-third:])
    return first[third // 2], last[third // 2]
