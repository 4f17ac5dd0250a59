"""A synthetic codex writer: rows like those of a codex process, in transactions like its own.

``drafts`` is pure: one seed, one sequence of rows. ``write`` carries them into SQLite: each
batch is one transaction that inserts, prunes the partitions it touched, and raises the commit
number (``PRAGMA user_version``), so that no reader sees rows that the prune is about to take.
"""

from __future__ import annotations

import json
import random
import sqlite3
import stat
import time
from collections import deque
from contextlib import closing, suppress
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Final, Literal, NamedTuple, TypeAlias

from strandline.model.log import Draft, Row
from strandline.properties import schema

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from strandline.model.log import Partition

Journal: TypeAlias = Literal["wal", "delete"]

AGE_MAX: Final = 10 * 24 * 3600
"""Seconds a row lives: at start, older ones are deleted."""
FLUSH: Final = 2.0
"""Seconds a paced writer collects rows before it commits a batch that is not full."""
FULL_SPEED: Final = 20_000
"""Rows per second of log time when no rate is given."""
COMMIT_MAX: Final = 2**31 - 1
"""The highest commit number; ``user_version`` has 32 bits."""
_MIB: Final = 1024 * 1024
_TURNS_OPEN: Final = 32  # how many recent turns may still get rows
_NOISE: Final = 64 * 1024  # characters of text that padding is cut from


class WriterError(Exception):
    """The writer cannot go on; one line says where, what, and what to do."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What to write.

    Args:
        rows: how many rows, None for no end but the stop event.
        rate: rows per second, None for full speed.
        seed: chooses the rows.
        batch: the most rows in one transaction.
        partition_rows: the rows that a prune leaves in a partition.
        partition_bytes: the estimated bytes that a prune leaves in a partition.
        threads: how many partitions with a thread id.
        processes: how many partitions with a process id alone.
        body_bytes: typical length of a body's padding, in characters; one in 64 is 16 times as long.
        priority: the share of requests and submissions that ask for the priority tier, 0 to 1.
        journal: the journal mode.
        bytes_max: the writer refuses to go on once file and -wal together are larger, in bytes.
        busy: seconds to wait for a lock.

    Raises:
        ValueError: a number is out of its range.
    """

    rows: int | None = None
    rate: float | None = None
    seed: int = 0
    batch: int = 128
    partition_rows: int = 1000
    partition_bytes: int = 10 * _MIB
    threads: int = 6
    processes: int = 3
    body_bytes: int = 256
    priority: float = 0.5
    journal: Journal = "wal"
    bytes_max: int = 1024 * _MIB
    busy: float = 5.0

    def __post_init__(self) -> None:
        """Check the ranges."""
        ranges = {
            "rows must not be negative": self.rows is None or self.rows >= 0,
            "rate must be above 0": self.rate is None or self.rate > 0,
            "batch, partition_rows, partition_bytes and bytes_max must be at least 1": (
                min(self.batch, self.partition_rows, self.partition_bytes, self.bytes_max) >= 1
            ),
            "threads and processes must be at least 1": min(self.threads, self.processes) >= 1,
            "body_bytes must not be negative": self.body_bytes >= 0,
            "priority must lie between 0 and 1": 0 <= self.priority <= 1,
            "journal must be wal or delete": self.journal in {"wal", "delete"},
            "busy must not be negative": self.busy >= 0,
        }
        for message, holds in ranges.items():
            if not holds:
                raise ValueError(message)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the writer has come.

    Args:
        rows: rows inserted by this run.
        pruned: rows deleted by this run, the cut at its start included.
        commits: the log's commit number.
        highest: the highest id ever issued in the log.
    """

    rows: int
    pruned: int
    commits: int
    highest: int


class _Turn(NamedTuple):
    """A turn that may still get rows."""

    turn: str
    thread: str
    process: str
    model: str


_MODELS: Final = ("tide-5", "tide-5-mini", "ebb-4", "ebb-4-large")
_WORDS: Final = (
    "shell", "patch applied", "exit 0", "token", 'a "quoted" line', "naïve", "潮の跡", "{", "}", "turn.id=", "model=",
    "websocket", "priority", "thread_id=none", "retry in 200 ms", "\\", "id: ", "reading 4096 bytes", "🌊", ",",
)  # fmt: skip
_LATE: Final = (1, 30, 3600, 2 * 24 * 3600)  # seconds


class _Rows:
    """Turns a random generator into bodies; every method draws from the one generator."""

    def __init__(self, plan: Plan) -> None:
        self._random = random.Random(plan.seed)  # noqa: S311 - a seed must give the same rows again
        self._plan = plan
        self._noise = " ".join(self._random.choices(_WORDS, k=_NOISE // 4))[:_NOISE]
        processes = [self._name("p") for _ in range(plan.processes)]
        self._threads = [(self._name("t"), processes[place % plan.processes]) for place in range(plan.threads)]
        self._recent: deque[_Turn] = deque([self._new_turn()], maxlen=_TURNS_OPEN)
        self._turn = self._recent[0]
        self._kinds = (
            *(self._chatter,) * 8, *(self._delta,) * 4, *(self._request,) * 6, *(self._submission,) * 2,
            *(self._completed,) * 6, self._quoting, self._broken, self._broken,
        )  # fmt: skip

    def drafts(self, now: int) -> Iterator[Draft]:
        """Rows without end, the first one about ``now``."""
        rng = self._random
        pace = 2 / (self._plan.rate or FULL_SPEED)
        clock, step, steady = float(now), 0.0, 1000
        while True:
            clock += pace * rng.random()
            steady -= 1
            if steady == 0:  # now and then the clock steps back a little, and later forward again
                step = 0.0 if step else -rng.uniform(0.1, 3.0)
                steady = rng.randint(50, 500) if step else rng.randint(1000, 8000)
            self._choose_turn()
            late = rng.choice(_LATE) if rng.random() < 1 / 64 else 0
            ts, fraction = divmod(clock + step - late, 1)
            body = None if rng.random() < 1 / 256 else rng.choice(self._kinds)()
            thread = self._turn.thread if rng.random() < 7 / 8 else None
            process = self._turn.process if thread or rng.random() < 7 / 8 else None
            yield Draft(int(ts), int(fraction * 1_000_000_000), thread, process, body)

    def _choose_turn(self) -> None:
        """Mostly stay with the turn at hand, since rows come in bursts."""
        draw = self._random.random()
        if draw < 1 / 12:
            self._turn = self._new_turn()
            self._recent.append(self._turn)
        elif draw < 1 / 4:
            self._turn = self._random.choice(self._recent)

    def _new_turn(self) -> _Turn:
        return _Turn(self._name("u"), *self._random.choice(self._threads), self._random.choice(_MODELS))

    def _name(self, letter: str) -> str:
        digits = f"{self._random.getrandbits(64):016x}"
        return f"{letter}{digits[:8]}-{digits[8:]}"

    def _padding(self) -> str:
        rng = self._random
        size = int(self._plan.body_bytes * (0.5 + rng.random())) * (16 if rng.random() < 1 / 64 else 1)
        start = int(rng.random() * _NOISE)
        whole, rest = divmod(size, _NOISE)
        cut = self._noise[start : start + rest]
        return self._noise * whole + cut + self._noise[: rest - len(cut)]

    def _prefix(self) -> str:
        """Name the spans a row was logged in, and with them the turn: in several ways, or not at all."""
        turn, thread, _, model = self._turn
        draw = int(self._random.random() * 16)
        if draw == 0:
            return f"turn{{turn.id={turn}}}: "
        if draw == 1:
            return f"session{{thread_id={thread}}}: "
        if draw == 2:  # noqa: PLR2004 - one of sixteen
            return f"session{{parent_turn_id={self._recent[0].turn} thread_id={thread}}}:turn{{turn_id={turn}}}: "
        if draw == 3:  # noqa: PLR2004 - one of sixteen
            return f"[turn.id= turn_id={turn}, thread_id={thread}] \0 "
        return f"session{{thread_id={thread}}}:turn{{turn.id={turn} model={model}}}: "

    def _tier(self) -> str:
        return "priority" if self._random.random() < self._plan.priority else "default"

    def _chatter(self) -> str:
        return self._prefix() + self._padding()

    def _delta(self) -> str:
        return self._prefix() + "websocket event: " + _dump({"type": "response.delta", "delta": self._padding()})

    def _request(self, text: str | None = None) -> str:
        fields = {
            "type": "response.create",
            "service_tier": self._tier(),
            "turn_id": self._turn.turn,
            "model": self._turn.model,
            "input": self._padding() if text is None else text,
        }
        if self._random.random() < 1 / 16:
            del fields["model"]
        return f"{self._prefix()}websocket request: {_dump(fields)}"

    def _submission(self) -> str:
        tier = 'Some(Some("priority"))' if self._tier() == "priority" else "None"
        text = json.dumps(self._padding(), ensure_ascii=False)
        return (
            f'{self._prefix()}Submission sub=Submission {{ parent_id: "none", id: "{self._turn.turn}", '
            f"op: UserTurn {{ text: {text}, service_tier: {tier} }} }}"
        )

    def _completed(self) -> str:
        model = self._turn.model if self._random.random() < 3 / 4 else self._random.choice(_MODELS)
        response = {"id": self._name("r"), "model": model, "output": self._padding()}
        return f"{self._prefix()}websocket event: {_dump({'type': 'response.completed', 'response': response})}"

    def _quoting(self) -> str:
        """Quote another body in a payload, markers and all."""
        quoted = self._random.choice((self._completed, self._request, self._submission))()
        return self._request(quoted) if self._random.random() < 1 / 2 else f"{self._prefix()}output: {quoted}"

    def _broken(self) -> str:
        """Miss being a row of some kind by a little."""
        draw = int(self._random.random() * 4)
        if draw == 0:
            return self._request()[:-3]
        if draw == 1:
            return self._completed() + " and more"
        if draw == 2:  # noqa: PLR2004 - one of four
            return self._completed().replace('"model":"', '"model":" ","was":"')
        return self._submission().replace(' id: "', ' id: " ", was: "')


def drafts(plan: Plan, now: int) -> Iterator[Draft]:
    """Rows without end, a pure function of the plan and of ``now`` (unix seconds): one seed, one sequence.

    Chatter, requests of both tiers, submissions, completions before and after their requests,
    payloads that quote markers, rows that miss their kind by a little, late rows, NULL bodies,
    and a clock that steps back; several threads, processes, and rows that name neither.
    """
    return _Rows(plan).drafts(now)


def _dump(fields: Mapping[str, object]) -> str:
    return json.dumps(fields, ensure_ascii=False, separators=(",", ":"))


def write(
    path: Path,
    plan: Plan,
    stop: threading.Event,
    report: Callable[[Progress], None] = lambda _: None,
    *,
    now: int | None = None,
) -> Progress:
    """Write rows into a log, which is created if it is missing, until the plan is done or ``stop`` is set.

    Args:
        path: the log; any file name will do.
        plan: what to write.
        stop: ends the run after the transaction at hand, and cuts a wait for the next one short.
        report: called after each commit; an exception it raises ends the run.
        now: the time of the first row in unix seconds, None for the wall clock.

    Returns:
        How far it came.

    Raises:
        WriterError: the file cannot be a log, stays locked, cannot be written to, or is too large.
    """
    start = int(time.time()) if now is None else now
    try:
        _refuse(path)
        uri = path.absolute().as_uri() + "?mode=rwc"
        with closing(sqlite3.connect(uri, uri=True, timeout=plan.busy, isolation_level=None)) as connection:
            progress = _begin(connection, plan, start)
            report(progress)
            pruner = schema.Pruner(plan.partition_rows, plan.partition_bytes)
            for batch in _batches(plan, start, stop):
                _check_size(path, plan)
                progress = _commit(connection, pruner, batch, progress)
                report(progress)
            return progress
    except _RefusedError as refusal:
        raise WriterError(f"{_show(path)}: {refusal}") from refusal
    except sqlite3.Error as error:
        raise WriterError(f"{_show(path)}: {_explain(error, plan)}") from error


class _RefusedError(Exception):
    """What is wrong and what to do; ``write`` adds where."""


def _batches(plan: Plan, start: int, stop: threading.Event) -> Iterator[tuple[Draft, ...]]:
    """One batch per transaction, each when it is due, until the plan is done or ``stop`` is set."""
    source = drafts(plan, start)
    most = plan.batch if plan.rate is None else max(1, min(plan.batch, int(plan.rate * FLUSH)))
    left = plan.rows
    due = time.monotonic()
    while left != 0 and not stop.is_set():
        size = most if left is None else min(most, left)
        if plan.rate is not None:
            # A writer that fell behind catches up by at most one flush, not by a flood.
            due = max(due + size / plan.rate, time.monotonic() - FLUSH)
            if stop.wait(max(0.0, due - time.monotonic())):
                return
        yield tuple(islice(source, size))
        left = None if left is None else left - size


def _begin(connection: sqlite3.Connection, plan: Plan, start: int) -> Progress:
    """Make the log or cut the old rows off it, in one transaction; then checkpoint."""
    _verify(connection)  # before the journal mode is set: it would stay with a file that is no log
    (mode,) = connection.execute(f"PRAGMA journal_mode = {plan.journal}").fetchone()
    if mode != plan.journal:
        raise _RefusedError(f"its journal mode stays {mode}, not {plan.journal}: name a file on a local disk")
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute("BEGIN IMMEDIATE")
    if schema.is_empty(connection):
        for statement in schema.CREATE:
            connection.execute(statement)
    _verify(connection)
    gone = connection.execute(schema.CUT, (start - AGE_MAX,)).rowcount
    progress = _finish(connection, 0, gone)
    connection.execute("PRAGMA wal_checkpoint(PASSIVE)")
    return progress


def _commit(
    connection: sqlite3.Connection, pruner: schema.Pruner, batch: tuple[Draft, ...], before: Progress
) -> Progress:
    """Insert a batch and prune the partitions it touched, in one transaction."""
    rows = [schema.values(draft) for draft in batch]
    added: dict[Partition, int] = {}
    for draft, row in zip(batch, rows, strict=True):
        partition = Row(0, *draft).partition
        added[partition] = added.get(partition, 0) + row.estimated_bytes
    connection.execute("BEGIN IMMEDIATE")
    connection.executemany(schema.INSERT, rows)
    gone = pruner.prune(connection, added)
    return _finish(connection, before.rows + len(batch), before.pruned + gone)


def _finish(connection: sqlite3.Connection, rows: int, pruned: int) -> Progress:
    """Raise the commit number and commit.

    The number is read inside the transaction, so that two writers never give one number to two commits.
    """
    number = schema.one(connection, "PRAGMA user_version") + 1
    if number > COMMIT_MAX:
        raise _RefusedError("no commit number is left: name a new file")
    connection.execute(f"PRAGMA user_version = {number:d}")
    highest = schema.one(connection, schema.HIGHEST)
    connection.execute("COMMIT")
    return Progress(rows, pruned, number, highest)


def _verify(connection: sqlite3.Connection) -> None:
    found = None if schema.is_empty(connection) else schema.difference(connection)
    if found is not None:
        raise _RefusedError(f"not a log to write to ({found}): name a new file")


def _refuse(path: Path) -> None:
    """Refuse by stat alone what must not be opened: opening a FIFO can hang."""
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        return
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise _RefusedError(f"cannot be looked at ({reason}): check the path") from error
    if not stat.S_ISREG(mode):
        what = "a directory" if stat.S_ISDIR(mode) else "not a regular file"
        raise _RefusedError(f"{what}: name a log, or a path where one can be made")


def _check_size(path: Path, plan: Plan) -> None:
    """Weigh the log with its -wal, which a reader that never ends keeps from being reused."""
    total = 0
    for part in (path, path.with_name(path.name + "-wal")):
        with suppress(OSError):  # deleted by hand meanwhile: SQLite goes on with the file it holds
            total += part.stat().st_size
    if total > plan.bytes_max:
        raise _RefusedError(f"{total} bytes, above the cap of {plan.bytes_max}: raise the cap or name a new file")


def _explain(error: sqlite3.Error, plan: Plan) -> str:
    reasons = {
        sqlite3.SQLITE_BUSY: f"locked for {plan.busy:g} s: end the process that holds the lock, then run again",
        sqlite3.SQLITE_NOTADB: "not a database: name a new file",
        sqlite3.SQLITE_CORRUPT: "damaged: name a new file",
        sqlite3.SQLITE_CANTOPEN: "cannot be opened: check that its folder exists and may be written to",
        sqlite3.SQLITE_READONLY: "may not be written to: check the permissions of the file and its folder",
        sqlite3.SQLITE_FULL: "the disk, or the sequence of ids, is full: make room or name a new file",
    }
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF  # an extended code holds its primary one in the low byte
    return reasons.get(code, f"SQLite failed ({error}): check the file and its disk, then run again")


def _show(path: Path) -> str:
    """Write the path on one line, whatever its name."""
    text = str(path)
    return text if text.isprintable() else ascii(text)
