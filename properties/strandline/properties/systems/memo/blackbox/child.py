"""A scanner in a process of its own, in any language: JSON lines on its standard input and output.

Whatever the child does, the checker goes on: each refresh has a deadline, each line and all of standard error a limit,
and the child leads a process group that is ended whole, with everything that the child started in it.
"""

from __future__ import annotations

import os
import signal
import subprocess
import threading
import time
import weakref
from collections import deque
from contextlib import suppress
from typing import IO, TYPE_CHECKING, Final, NoReturn

from strandline.properties.harness.interruption import undisturbed
from strandline.properties.systems.memo.blackbox import wire
from strandline.properties.systems.memo.blackbox.subject import DEADLINE, Outcome, SubjectBrokenError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from strandline.properties.systems.memo.blackbox.subject import Breach, Session, Window

LINE_MAX: Final = 1024 * 1024
"""The longest reply, in bytes."""

NOISE_MAX: Final = 16 * 1024 * 1024
"""The most that a child may write to standard error, in bytes."""

TAIL_MAX: Final = 3
"""Last lines of standard error that a message shows, each cut like any line of the child's."""

GRACE: Final = 2.0
"""Seconds that a process gets to end after it was asked to."""

LAST_WORDS: Final = 1.0
"""Seconds in which the standard error of a child that has ended is read to its end; another may hold it open."""

_CHUNK: Final = 65_536


class Child:
    """A subject in a child process; one serves all sessions, told apart by the path of the log."""

    def __init__(self, words: Sequence[str], deadline: float = DEADLINE) -> None:
        """Start a program by its words, without a shell.

        Args:
            words: the program and its arguments.
            deadline: seconds that each refresh may take.

        Raises:
            SubjectBrokenError: it cannot be started.
        """
        self._deadline = deadline
        self._mail = threading.Condition()
        self._asked: dict[int, str] = {}
        self._replies: dict[int, Outcome] = {}
        self._broken: SubjectBrokenError | None = None
        self._last = 0
        self._noise: deque[bytes] = deque(maxlen=TAIL_MAX)
        # Whoever listens waits for its last words: a child may be dead before a thread is started.
        self._readers = [
            threading.Thread(target=work, name="subject", daemon=True) for work in (self._drain, self._listen)
        ]
        with undisturbed():
            self._process = _started(words)
            # Should an interrupt come before the caller has this object, the end of the checker ends the group.
            self._orphaned = weakref.finalize(self, _signal, self._process.pid, signal.SIGKILL)
            for reader in self._readers:
                reader.start()

    def open(self, log: Path, memo: Path) -> Session:
        """Take a log into care; the child learns of it with the first request."""
        return _Session(self, log, memo)

    def close(self) -> None:
        """End the whole process group: by asking first, by force after the grace, in any case."""
        try:
            with suppress(OSError):
                _pipe(self._process.stdin).close()
            _signal(self._process.pid, signal.SIGTERM)
            until = time.monotonic() + GRACE
            for reader in self._readers:  # they end when nobody is left who could write
                reader.join(max(0.0, until - time.monotonic()))
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(max(0.0, until - time.monotonic()))
        finally:  # a second Ctrl-C above must not leave anyone behind
            _signal(self._process.pid, signal.SIGKILL)
            self._orphaned.detach()
            self._process.wait()
        for reader in self._readers:
            reader.join(GRACE)
        if not any(reader.is_alive() for reader in self._readers):  # one outside the group may hold the pipe for ever
            for pipe in (self._process.stdout, self._process.stderr):
                _pipe(pipe).close()

    def ask(self, log: Path, memo: Path, window: Window) -> int:
        """Send a request and give its number."""
        with self._mail:
            self._refuse_if_broken(None)
            self._last += 1
            number = self._last
            asked = self._asked[number] = wire.asked(number, window)
        try:
            _pipe(self._process.stdin).write(wire.request(number, log, memo, window))
        except OSError:
            self._died(asked)
        return number

    def wait(self, number: int) -> Outcome:
        """Wait for the reply to a request."""
        asked = self._asked[number]
        with self._mail:
            self._mail.wait_for(lambda: number in self._replies or self._broken is not None, self._deadline)
            if number in self._replies:
                del self._asked[number]
                return self._replies.pop(number)
            self._refuse_if_broken(asked)
        says = f"no reply within {self._deadline:g} s, which --deadline sets, to {asked}{self._last_words()}"
        raise SubjectBrokenError("hang", says)

    def _refuse_if_broken(self, asked: str | None) -> None:
        if self._broken is not None:
            waiting = f"; it had been sent {asked}" if asked is not None else ""
            raise SubjectBrokenError(self._broken.breach, f"{self._broken.says}{waiting}{self._last_words()}")

    def _died(self, asked: str) -> NoReturn:
        """Wait for the reader to find out how the child ended; it no longer reads, so it can only have ended."""
        with self._mail:
            self._mail.wait_for(lambda: self._broken is not None, GRACE)
            self._refuse_if_broken(asked)
        raise SubjectBrokenError("death", f"it closed its standard input; it had been sent {asked}")

    def _listen(self) -> None:
        """Read replies until the child ends or breaks."""
        pending = b""
        while chunk := _read(self._process.stdout):
            *lines, pending = (pending + chunk).split(b"\n")
            for line in lines:
                if not self._take(line):
                    return
            if len(pending) > LINE_MAX:
                self._break("flood", f"a line of more than {LINE_MAX:,} bytes that begins {wire.shown(pending[:200])}")
                return
        try:
            code = self._process.wait(GRACE)
        except subprocess.TimeoutExpired:
            self._break("death", "it closed its standard output")
            return
        self._readers[0].join(LAST_WORDS)  # its standard error may not have been read to the end yet
        ended = f"by {signal.Signals(-code).name}" if code < 0 else f"with exit code {code}"
        self._break("death", f"it ended {ended}" + (f" after {wire.shown(pending)}" if pending else ""))

    def _take(self, line: bytes) -> bool:
        """Take a line for a reply; tell whether it was one."""
        if len(line) > LINE_MAX:
            self._break("flood", f"a line of more than {LINE_MAX:,} bytes that begins {wire.shown(line[:200])}")
            return False
        try:
            number, outcome = wire.reply(line)
        except wire.GarbageError as error:
            self._break("garbage", str(error))
            return False
        with self._mail:
            if number in self._replies or number not in self._asked:
                why = "answered already" if 0 < number <= self._last else "never asked"
                self._break("garbage", f"{wire.shown(line)} is for the id {number}, which was {why}")
                return False
            self._replies[number] = outcome
            self._mail.notify_all()
        return True

    def _drain(self) -> None:
        """Read standard error, or the child would stop at a full pipe; keep its last lines."""
        total, pending = 0, b""
        while chunk := _read(self._process.stderr):
            total += len(chunk)
            *lines, pending = (pending[-_CHUNK:] + chunk).split(b"\n")
            self._noise.extend(lines)
            if total > NOISE_MAX:
                self._break("flood", f"more than {NOISE_MAX:,} bytes on standard error")
                return
        if pending:
            self._noise.append(pending)

    def _break(self, breach: Breach, says: str) -> None:
        """Keep the first way in which the child broke, and tell whoever waits."""
        with self._mail:
            self._broken = self._broken or SubjectBrokenError(breach, says)
            self._mail.notify_all()

    def _last_words(self) -> str:
        """Quote the end of standard error, if anything is there."""
        said = [wire.shown(line) for line in self._noise]
        return f"; its standard error ends {', '.join(said)}" if said else ""


class _Session:
    """One log; the child tells sessions apart by its path."""

    def __init__(self, child: Child, log: Path, memo: Path) -> None:
        self._child = child
        self._log = log
        self._memo = memo

    def begin(self, window: Window) -> int:
        return self._child.ask(self._log, self._memo, window)

    def end(self, ticket: int) -> Outcome:
        return self._child.wait(ticket)

    def close(self) -> None:
        """Nothing is said to the child: a log that is not asked for again is done with."""


def _started(words: Sequence[str]) -> subprocess.Popen[bytes]:
    try:
        return subprocess.Popen(  # noqa: S603 - whoever calls the checker names the program
            words,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            bufsize=0,
            start_new_session=True,  # its process group is its own, so that all of it can be ended
        )
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else error
        raise SubjectBrokenError("no start", f"{words[0]!r} cannot be started: {reason}") from error


def _signal(group: int, number: signal.Signals) -> None:
    """Send a signal to a whole process group; a group that is gone has none to hear it.

    The number is not given to another process while anybody is left in the group, the leader's own end notwithstanding.
    """
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(group, number)


def _pipe(pipe: IO[bytes] | None) -> IO[bytes]:
    if pipe is None:
        raise TypeError("the child was started without its pipes")
    return pipe


def _read(pipe: IO[bytes] | None) -> bytes:
    """Read what is there; nothing is the end."""
    try:
        return os.read(_pipe(pipe).fileno(), _CHUNK)
    except (OSError, ValueError):  # closed under the reader
        return b""
