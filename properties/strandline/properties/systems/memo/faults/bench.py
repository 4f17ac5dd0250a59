"""What a fault is struck on: a folder, logs in it, the scanner in a process of its own, and the oracle as the judge."""

from __future__ import annotations

import json
import os
import queue
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import threading
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

from strandline.impl.memo.answer import Unavailable
from strandline.impl.memo.product import tally
from strandline.impl.memo.product.query import Day, Query
from strandline.model.memo.log import Row
from strandline.properties.core.counting import many
from strandline.properties.harness.interruption import undisturbed
from strandline.properties.harness.processes import PREFIX
from strandline.properties.systems.memo.agreement.path_matrix import Book
from strandline.properties.systems.memo.faults.fault import EXACT, MISSING, Seen
from strandline.properties.systems.memo.faults.subject import Order
from strandline.properties.systems.memo.live.judge import look
from strandline.properties.systems.memo.traps.trap import completed, request

if TYPE_CHECKING:
    from collections.abc import Iterator

    from strandline.properties.systems.memo.driver.disk import Journal

DEADLINE: Final = 30.0
"""Seconds in which every refresh must end, on a machine that is busy; what takes longer hangs."""

NOBODY: Final = 65534
"""The user that has no rights."""

SAID_MAX: Final = 300
"""Characters of what a process said at its end that are shown."""

_SUBJECT: Final = "strandline.properties.systems.memo.faults.subject"


class SubjectError(Exception):
    """The process of the scanner hung or died; one line says how."""


class Process:
    """The scanner in a process of its own."""

    def __init__(self, order: Order, environment: dict[str, str]) -> None:
        """Start it, and wait until it is ready.

        Raises:
            SubjectError: it never was.
        """
        words = [sys.executable, "-m", _SUBJECT, json.dumps(order._asdict())]
        with undisturbed():
            self._process = subprocess.Popen(  # noqa: S603 - ourselves
                words,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env=os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))} | environment,
                text=True,
                errors="backslashreplace",
                start_new_session=True,
            )
        self._lines: queue.SimpleQueue[str] = queue.SimpleQueue()
        threading.Thread(target=self._listen, daemon=True).start()
        self._complaints: list[str] = []
        self._heard = threading.Thread(target=self._hear, daemon=True)
        self._heard.start()
        try:
            self.id = int(self.hear()["ready"])
        except BaseException:
            self.end()
            raise

    def tell(self, name: str, /, **arguments: object) -> None:
        """Send a request."""
        self.send([name, arguments])

    def send(self, request: object) -> None:
        """Send a line."""
        assert self._process.stdin is not None  # noqa: S101 - it was started with one
        with suppress(BrokenPipeError):  # it is dead, and hearing says so
            self._process.stdin.write(json.dumps(request) + "\n")
            self._process.stdin.flush()

    def hear(self) -> dict[str, Any]:
        """Give the next line.

        Raises:
            SubjectError: there is none before the deadline, or never.
        """
        try:
            line = self._lines.get(timeout=DEADLINE)
        except queue.Empty:
            raise SubjectError(f"it hangs: nothing was said in {DEADLINE:g} seconds") from None
        if line:
            found: dict[str, Any] = json.loads(line)
            return found
        code = self._process.wait()
        self._heard.join(DEADLINE)
        last = "".join(self._complaints)[-SAID_MAX:].strip()
        how = f"was ended by signal {-code}" if code < 0 else f"ended with {code}"
        raise SubjectError(f"it {how}: {last}")

    def do(self, name: str, /, **arguments: object) -> dict[str, Any]:
        """Send a request, and give what came of it."""
        self.tell(name, **arguments)
        return self.hear()

    def end(self) -> None:
        """End the process, whatever it does."""
        self._process.kill()
        self._process.wait()
        with suppress(BrokenPipeError):
            if self._process.stdin is not None:
                self._process.stdin.close()

    def _listen(self) -> None:
        stream = self._process.stdout
        assert stream is not None  # noqa: S101 - it was started with one
        with stream:
            for line in stream:
                self._lines.put(line)
        self._lines.put("")

    def _hear(self) -> None:
        stream = self._process.stderr
        assert stream is not None  # noqa: S101 - it was started with one
        with stream:
            self._complaints.extend(stream)


@dataclass(slots=True)
class Bench:
    """One fault's own place.

    ``whole`` asks for all of what a loop could strike at, and not only as much as a suite of tests has time for;
    ``mutant`` is planted in the scanner.
    """

    folder: Path
    whole: bool = False
    mutant: str = "shipped"
    seen: Seen = field(default_factory=Seen)

    @property
    def path(self) -> Path:
        """Where the log is."""
        return self.folder / "logs.sqlite"

    @contextmanager
    def subject(
        self,
        path: Path | None = None,
        *,
        environment: dict[str, str] | None = None,
        **order: Any,  # noqa: ANN401 - as Order has it
    ) -> Iterator[Process]:
        """Start the scanner in a process of its own; one that hangs or dies once it is ready is wrong, and told.

        Raises:
            SubjectError: it never was ready, so that nothing was struck.
        """
        process = Process(Order(str(path or self.path), self.mutant, **order), environment or {})
        try:
            yield process
        except SubjectError as error:
            self.seen.wrong.append(f"the scanner's process: {error}")
        finally:
            process.end()

    def ask(self, process: Process, *days: str | None, zone: str = "UTC", path: Path | None = None) -> dict[str, Any]:
        """Ask the scanner of days, both sides open by default, and judge what it says; give it."""
        first, last = days or (None, None)
        found = process.do("ask", first=first, last=last, zone=zone)
        self.judge(found, path or self.path, first, last, zone)
        return found

    def judge(
        self, found: dict[str, Any], path: Path, first: str | None = None, last: str | None = None, zone: str = "UTC"
    ) -> str:
        """Hold what the scanner said against the oracle, which reads the same log now; note and give the outcome."""
        outcome = self.plain(found)
        if outcome is None:
            right = truth(path, first, last, zone)
            outcome = EXACT if isinstance(right, dict) and says(found) == right else "not what the oracle says"
            if outcome != EXACT:
                self.seen.wrong.append(f"it says {brief(found)}, and the oracle {brief(right)}")
        self.seen.outcomes[outcome] += 1
        return outcome

    def known(self, found: dict[str, Any], right: dict[str, Any]) -> str:
        """Hold what the scanner said against what is known to be right; note and give the outcome."""
        outcome = self.plain(found) or (EXACT if says(found) == right else "not what is right")
        if outcome == "not what is right":
            self.seen.wrong.append(f"it says {brief(found)}, and right is {brief(right)}")
        self.seen.outcomes[outcome] += 1
        return outcome

    def plain(self, found: dict[str, Any]) -> str | None:
        """Give the outcome if it is no answer that an oracle can judge; what no caller may see is noted as wrong."""
        if "raised" in found:
            self.seen.wrong.append(f"an exception came out of it: {found['raised']}")
            return "an exception"
        if "unavailable" in found:
            if found.get("moved"):
                self.seen.wrong.append(f"the memo moved although it is unavailable: {found['unavailable']}")
            if "\n" in found["detail"]:
                self.seen.wrong.append(f"more than one line: {found['detail']!r}")
            return str(found["unavailable"])
        if found["path"] == "missing":
            return MISSING if not found["turns"] else "turns of a log that is missing"
        if found.get("agrees") is False:
            return "not what the oracle says"
        return None

    def log(self, journal: Journal = "delete", turns: int = 6, path: Path | None = None) -> Path:
        """Make a log of so many turns, and let it go."""
        with closing(self.book(journal, turns, path)) as book:
            return book.path

    def book(self, journal: Journal = "delete", turns: int = 6, path: Path | None = None) -> Book:
        """Make a log of so many turns, and keep it open."""
        book = Book(path or self.path, journal)
        book.commit(rows(1, turns))
        return book


def rows(first: int, last: int, prefix: str = "turn-", thread: str = "p") -> list[Row]:
    """Make rows by their ids: most are requests, each fourth is a completion of the one before it."""
    return [
        Row(
            number,
            1_715_731_200 + number,
            number,
            f"{thread}{number % 3}",
            None,
            completed(f"{prefix}{number - 1}") if number % 4 == 0 else request(f"{prefix}{number}"),
        )
        for number in range(first, last + 1)
    ]


def truth(
    path: Path, first: str | None = None, last: str | None = None, zone: str = "UTC"
) -> dict[str, Any] | Unavailable:
    """Let the oracle read the log, and give what an answer ought to say."""
    begin, end = (None if day is None else Day(date.fromisoformat(day)) for day in (first, last))
    found = look(Query(path, begin, end, ZoneInfo(zone)))
    if isinstance(found, Unavailable):
        return found
    return json.loads(json.dumps({"turns": [list(turn) for turn in found.turns], "tally": tally.record(found.tally)}))  # type: ignore[no-any-return]


def says(found: dict[str, Any]) -> dict[str, Any]:
    """Give what an answer says, without what it cost."""
    return {"turns": found["turns"], "tally": found["tally"]}


def brief(found: dict[str, Any] | Unavailable) -> str:
    """Show an answer in a few words."""
    if isinstance(found, Unavailable):
        return f"unavailable: {found.reason}"
    names = [turn[0] for turn in found["turns"]]
    return f"{many(len(names), 'turn')} ({', '.join(names[:8])}{'...' if len(names) > 8 else ''}), {found['tally']}"  # noqa: PLR2004


@contextmanager
def folder() -> Iterator[Path]:
    """Give a folder that any user may enter, and that is gone after the block."""
    place = Path(tempfile.mkdtemp(prefix=PREFIX))
    try:
        place.chmod(0o755)
        yield place
    finally:
        with suppress(OSError):
            place.chmod(0o755)
        shutil.rmtree(place, ignore_errors=True)


def execute(path: Path, *statements: str) -> None:
    """Do to a database what is said, and let it go."""
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        for statement in statements:
            database.execute(statement).fetchall()
